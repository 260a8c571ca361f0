"""Long trials of the page relu: active units after long training, and the steps that tanh and ReLU need."""

from __future__ import annotations

import numpy as np
from trials import trial

import gradlab as gl

GRIDS = {
    gl.SGD: (0.03, 0.1, 0.2, 0.3, 0.6, 1, 2),
    gl.Adam: (0.001, 0.003, 0.01, 0.03, 0.1),
}


def last_share(optimizer: gl.Optimizer, steps: int = 3_000) -> float:
    """Return the median share of active units in the last of four hidden layers."""
    train, test = gl.datasets.digits().split(0.8, seed=0)
    net = gl.MLP([64, 64, 64, 64, 64, 10], "relu")
    how = {"batch_size": 64, "seeds": range(20), "record_every": steps, "dtype": "float32"}
    run = gl.train(net, train, optimizer=optimizer, steps=steps, **how)
    slopes = net.forward(run.theta, test.x).slopes[-1]
    return float(np.median(slopes.mean(axis=(1, 2))))


def counts(name: str, optimizer: gl.Optimizer, seeds: range) -> dict[float, np.ndarray]:
    """Return the steps until 90 % and 95 % of the unseen digits are classified correctly."""
    train, test = gl.datasets.digits().split(0.8, seed=0)
    net = gl.MLP([64, 64, 64, 64, 10], name)
    how = {"batch_size": 64, "monitor": test, "record_every": 1, "dtype": "float32"}
    run = gl.train(net, train, optimizer=optimizer, steps=100, seeds=seeds, **how)
    found = {}
    for level in (0.9, 0.95):
        there = np.nan_to_num(run.accuracy) > level
        found[level] = np.where(there.any(axis=0), run.step[there.argmax(axis=0)], 1000)
    return found


@trial(
    "relu-denser",
    "Adam at 0.0001 and 0.001 and SGD at 0.03 to 0.3 leave over 50 % of the last layer's units active",
    above=0.5,
    seeds=20,
    budget="3,000 steps",
)
def denser() -> float:
    """Return the lowest of the five median shares."""
    optimizers = [*map(gl.Adam, (0.0001, 0.001)), *map(gl.SGD, (0.03, 0.1, 0.3))]
    return min(last_share(optimizer) for optimizer in optimizers)


@trial(
    "relu-sparser",
    "Adam at 0.01 leaves under 40 % of the last layer's units active",
    below=0.4,
    seeds=20,
    budget="3,000 steps",
)
def sparser() -> float:
    """Return the median share."""
    return last_share(gl.Adam(0.01))


@trial(
    "relu-tanh-steps",
    "On the digits tuned tanh needs no more steps than tuned ReLU, to 90 and to 95 %",
    below=1.05,
    seeds=20,
    budget="100 steps, SGD 0.03 to 2, Adam 0.001 to 0.1, each tuned on six other seeds",
)
def tanh_steps() -> float:
    """Return the largest ratio of median steps, tanh over ReLU."""
    ratios = []
    for make, rates in GRIDS.items():
        tried = {(name, rate): counts(name, make(rate), range(100, 106)) for name in ("tanh", "relu") for rate in rates}
        for level in (0.9, 0.95):
            best = {name: min(rates, key=lambda r, n=name: tried[n, r][level].mean()) for name in ("tanh", "relu")}
            median = {name: np.median(counts(name, make(rate), range(20))[level]) for name, rate in best.items()}
            ratios.append(median["tanh"] / median["relu"])
    return float(max(ratios))
