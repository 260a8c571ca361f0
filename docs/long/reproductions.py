"""Long trials of the page reproductions: five layers from two starts, ten times the steps."""

from __future__ import annotations

import numpy as np
from trials import trial

import gradlab as gl

STARTS = ("pytorch_linear", "glorot_uniform")


def end(name: str, start: str, optimizer: gl.optimizers.Optimizer, steps: int = 4000) -> float:
    """Return the median accuracy of five layers on unseen digits."""
    train, test = gl.datasets.digits().split(0.8, seed=0)
    net = gl.MLP([64, *[32] * 5, 10], name, init=start)
    with np.errstate(all="ignore"):
        run = gl.train(
            net,
            train,
            optimizer=optimizer,
            steps=steps,
            batch_size=32,
            seeds=range(20),
            record_every=steps,
            dtype="float32",
        )
        return float(np.median(np.nan_to_num(run.score(test))))


@trial(
    "reproductions-sigmoid-adam",
    "Five sigmoid layers classify over 90 % of unseen digits with Adam from either start: the lower of the two",
    above=0.9,
    seeds=20,
    budget="4,000 steps of Adam at 0.01",
)
def sigmoid_adam() -> float:
    """Adam, both starts."""
    return min(end("sigmoid", start, gl.Adam(0.01)) for start in STARTS)


@trial(
    "reproductions-sigmoid-sgd",
    "With SGD five sigmoid layers classify over 90 % from Glorot's start",
    above=0.9,
    seeds=20,
    budget="4,000 steps of SGD at 3",
)
def sigmoid_sgd() -> float:
    """SGD, Glorot's start."""
    return end("sigmoid", "glorot_uniform", gl.SGD(3))


@trial(
    "reproductions-starts-agree",
    "For tanh and softsign the two starts are within 3 percentage points in the end, at a shared rate and their own",
    below=0.03,
    seeds=20,
    budget="4,000 steps of SGD, tanh at 0.1 and 0.3, softsign at 0.1 and 1",
)
def starts_agree() -> float:
    """The largest difference between the two starts."""
    pairs = [("tanh", 0.1), ("tanh", 0.3), ("softsign", 0.1), ("softsign", 1)]
    ends = [[end(name, start, gl.SGD(rate)) for start in STARTS] for name, rate in pairs]
    return max(abs(one - other) for one, other in ends)


@trial(
    "reproductions-rates",
    "The page's own rates are at most 3 percentage points behind 0.3 or 3 times of them after its 300 steps",
    below=0.03,
    seeds=20,
    budget="300 steps of SGD, tanh at 0.1, 0.3 and 1, softsign at 0.3, 1 and 3, Glorot's start",
)
def rates() -> float:
    """The page's rates beside their neighbours."""
    behind = []
    for name, rate in (("tanh", 0.3), ("softsign", 1)):
        own, *others = (end(name, STARTS[1], gl.SGD(one), 300) for one in (rate, 0.3 * rate, 3 * rate))
        behind.append(max(others) - own)
    return max(behind)
