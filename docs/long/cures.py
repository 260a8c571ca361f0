"""Long trials of the page cures: layer normalisation alone, residual sigmoid layers, clipping, and the page's rates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from trials import trial

import gradlab as gl

DIGITS = gl.datasets.digits().split(0.8, seed=0)
SPIRALS = gl.datasets.spirals().split(0.7, seed=0)
CURES: dict[str, dict[str, Any]] = {
    "batch": {"normalize": "batch"},
    "layer": {"normalize": "layer"},
    "residual": {"residual": True},
    "layer, residual": {"normalize": "layer", "residual": True},
}
LARGE = gl.MLP([64, *[32] * 10, 10], "relu", init=gl.initializers.he_normal.bind(gain=1.5))


def network(task: str, cure: str) -> gl.MLP:
    """Return ten layers of sigmoid with a cure."""
    ends = {"digits": (64, 10), "spirals": (2, 2)}[task]
    return gl.MLP([ends[0], *[32] * 10, ends[1]], "sigmoid", init="glorot_normal", **CURES[cure])


def run(net: gl.MLP, task: str, optimizer: gl.optimizers.Optimizer, steps: int, seeds: Iterable[int]) -> gl.History:
    """Train a network, with five records on unseen samples."""
    seen, unseen = DIGITS if task == "digits" else SPIRALS
    with np.errstate(all="ignore"):
        return gl.train(
            net,
            seen,
            optimizer=optimizer,
            steps=steps,
            batch_size=32,
            seeds=seeds,
            record_every=steps // 5,
            monitor=unseen,
            dtype="float32",
            chunk=20,
        )


def medians(
    task: str, cure: str, optimizer: gl.optimizers.Optimizer, steps: int, seeds: Iterable[int] = range(20)
) -> list[float]:
    """Return the median accuracy of ten sigmoid layers with a cure at each record."""
    accuracy = run(network(task, cure), task, optimizer, steps, seeds).accuracy
    return [float(one) for one in np.median(np.nan_to_num(accuracy), axis=1)]


@trial(
    "cures-layer-sgd",
    "Ten sigmoid layers with layer normalisation stay under 15 % of unseen digits with SGD, the median at any record",
    below=0.15,
    seeds=20,
    budget="2,000 steps of SGD at 0.1, 1 and 10, five records each",
)
def layer_sgd() -> float:
    """Layer normalisation alone, SGD."""
    return max(max(medians("digits", "layer", gl.SGD(rate), 2000)) for rate in (0.1, 1, 10))


@trial(
    "cures-layer-adam-long",
    "Ten sigmoid layers with layer normalisation classify over 80 % of unseen digits with Adam, in the median",
    above=0.8,
    seeds=20,
    budget="1,000 steps of Adam at 0.003",
)
def layer_adam() -> float:
    """Layer normalisation alone, Adam."""
    return medians("digits", "layer", gl.Adam(0.003), 1000)[-1]


@trial(
    "cures-residual-slow",
    "On the spirals ten residual sigmoid layers at rate 0.01 classify over 95 % of unseen samples in the end",
    above=0.95,
    seeds=10,
    budget="5,000 steps of Adam at 0.01",
)
def residual_slow() -> float:
    """Residual layers at the page's smaller rate, ten times its steps."""
    return medians("spirals", "residual", gl.Adam(0.01), 5000, range(10))[-1]


@trial(
    "cures-rates",
    "The page's rates are at most 6 percentage points behind 0.3 or 3 times of them, where the cure learns",
    below=0.06,
    seeds=5,
    budget="digits: 200 steps of SGD, spirals: 500 of Adam, five seeds that are used for nothing else",
)
def rates() -> float:
    """The page's rates beside their neighbours."""
    behind = []
    for task, steps, method, chosen in (
        ("digits", 200, gl.SGD, {"batch": 0.3, "residual": 1, "layer, residual": 1}),
        ("spirals", 500, gl.Adam, {"batch": 0.1, "residual": 0.1, "layer, residual": 0.1}),
    ):
        for cure, rate in chosen.items():
            own, *others = (
                medians(task, cure, method(one), steps, range(100, 105))[-1] for one in (rate, 0.3 * rate, 3 * rate)
            )
            behind.append(max(others) - own)
    return max(behind)


@trial(
    "cures-clipping-finite-long",
    "Clipped to norm 1, ReLU layers from 1.5 times He's weights stay finite in 1,500 steps: the share that diverges",
    equals=0,
    seeds=20,
    budget="1,500 steps of SGD at 0.01, 0.1 and 1",
)
def clipping_finite() -> float:
    """Divergence with clipping."""
    steps = [run(LARGE, "digits", gl.SGD(rate, clip_norm=1.0), 1500, range(20)) for rate in (0.01, 0.1, 1)]
    return max(float(one.diverged.mean()) for one in steps)


@trial(
    "cures-clipping-learns-long",
    "Clipped to norm 1, they classify over 80 % of unseen digits after 1,500 steps",
    above=0.8,
    seeds=20,
    budget="1,500 steps of SGD at 0.1",
)
def clipping_learns() -> float:
    """Accuracy with clipping."""
    return float(np.median(run(LARGE, "digits", gl.SGD(0.1, clip_norm=1.0), 1500, range(20)).accuracy[-1]))


def sixty(cure: str, optimizers: Iterable[gl.optimizers.Optimizer], steps: int = 600) -> float:
    """Return the best median accuracy of sixty ReLU layers with a cure, at the end."""
    net = gl.MLP([64, *[32] * 60, 10], "relu", init="he_normal", **CURES[cure])
    found = [run(net, "digits", optimizer, steps, range(5)).accuracy[-1] for optimizer in optimizers]
    return max(float(np.median(np.nan_to_num(one))) for one in found)


@trial(
    "cures-batch-sixty",
    "Sixty ReLU layers with batch normalisation stay under 30 % of unseen digits",
    below=0.3,
    seeds=5,
    budget="600 steps, SGD at 0.01 and 0.1, Adam at 0.0003, 0.001 and 0.003",
)
def batch_sixty() -> float:
    """Batch normalisation alone, sixty layers."""
    return sixty("batch", [*map(gl.SGD, (0.01, 0.1)), *map(gl.Adam, (3e-4, 1e-3, 3e-3))])


@trial(
    "cures-both-sixty",
    "With layer normalisation and residual connections sixty ReLU layers classify over 90 %",
    above=0.9,
    seeds=5,
    budget="600 steps of SGD at 0.1",
)
def both_sixty() -> float:
    """Layer normalisation inside of residual layers, sixty of them."""
    return sixty("layer, residual", [gl.SGD(0.1)])
