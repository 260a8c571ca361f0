"""Long trials of the page standstill: how long sigmoid layers stand, and thirty layers of six activations."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterable

import numpy as np
from trials import trial

import gradlab as gl

TRAIN, TEST = gl.datasets.digits().split(0.8, seed=0)
SEEDS, OTHERS = range(20), range(100, 105)
INIT = {
    "sigmoid": "glorot_normal",
    "tanh": "glorot_normal",
    "relu": "he_normal",
    "selu": "lecun_normal",
    "gelu": "he_normal",
}
STEPS = {1: 250, 2: 250, 4: 1000, 10: 250}  # of the page, by depth
# the page's learning rates, each the best of its neighbours in steps of about three
RATES = {
    ("sigmoid", 1): 3,
    ("relu", 1): 0.3,
    ("sigmoid", 2): 3,
    ("sigmoid", 4): 3,
    ("tanh", 10): 0.1,
    ("relu", 10): 0.03,
}


def net(name: str, depth: int, init: str | None = None) -> gl.MLP:
    """Return the page's recipe."""
    return gl.MLP([64, *[32] * depth, 10], activation=name, init=init or INIT.get(name, "matched"))


@functools.cache
def accuracy(recipe: gl.MLP, method: gl.Optimizer, steps: int, seeds: Iterable[int] = SEEDS) -> np.ndarray:
    """Return the share of unseen digits that is classified correctly: records every 250 steps, seeds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gl.DivergenceWarning)
        run = gl.train(
            recipe,
            TRAIN,
            optimizer=method,
            steps=steps,
            seeds=seeds,
            batch_size=32,
            dtype="float32",
            record_every=250,
            monitor=TEST,
        )
    return np.nan_to_num(run.accuracy)  # what diverged counts as 0


def highest(recipes: Iterable[tuple[gl.MLP, gl.Optimizer, int]]) -> float:
    """Return the highest median of all records of all these runs."""
    return max(float(np.median(accuracy(*each), axis=1).max()) for each in recipes)


@trial(
    "standstill-ten-sgd",
    "Ten sigmoid layers with Glorot's weights stay under 15 % of unseen digits, the median at any record",
    below=0.15,
    seeds=20,
    budget="SGD at 0.1, 0.3, 1, 3, 10 and 30, 4,000 steps, records every 250",
)
def ten_sgd() -> float:
    return highest((net("sigmoid", 10), gl.SGD(rate), 4000) for rate in (0.1, 0.3, 1, 3, 10, 30))


@trial(
    "standstill-ten-matched",
    "Ten sigmoid layers with their matched weights stay under 20 % of unseen digits with SGD, the median at any record",
    below=0.2,
    seeds=20,
    budget="SGD at 0.3, 1, 3 and 10, 2,500 steps, records every 250",
)
def ten_matched() -> float:
    return highest((net("sigmoid", 10, "matched"), gl.SGD(rate), 2500) for rate in (0.3, 1, 3, 10))


@trial(
    "standstill-ten-adam",
    "After 10,000 steps of Adam at 0.003, from 20 % to 90 % of the seeds classify over 50 % of the digits correctly",
    above=0.2,
    below=0.9,
    seeds=20,
    budget="Adam at 0.003, 10,000 steps",
)
def ten_adam() -> float:
    return float((accuracy(net("sigmoid", 10), gl.Adam(0.003), 10_000)[-1] > 0.5).mean())


@trial(
    "standstill-ten-matched-adam",
    "Ten sigmoid layers with their matched weights classify over 60 % of unseen digits correctly with Adam, in the median",
    above=0.6,
    seeds=20,
    budget="Adam at 0.003, 4,000 steps",
)
def ten_matched_adam() -> float:
    return float(np.median(accuracy(net("sigmoid", 10, "matched"), gl.Adam(0.003), 4000)[-1]))


@trial(
    "standstill-six-sgd",
    "Six sigmoid layers classify over 80 % of unseen digits correctly after 10,000 steps of SGD at 3, in the median",
    above=0.8,
    seeds=20,
    budget="SGD at 3, 10,000 steps",
)
def six_sgd() -> float:
    return float(np.median(accuracy(net("sigmoid", 6), gl.SGD(3), 10_000)[-1]))


@trial(
    "standstill-six-adam",
    "Six sigmoid layers classify over 90 % of unseen digits correctly after 1,000 steps of Adam at 0.01",
    above=0.9,
    seeds=20,
    budget="Adam at 0.01, 1,000 steps",
)
def six_adam() -> float:
    return float(np.median(accuracy(net("sigmoid", 6), gl.Adam(0.01), 1000)[-1]))


@trial(
    "standstill-thirty-learn",
    "Thirty layers of tanh, ReLU, ELU and SELU classify over 85 % of unseen digits correctly: the lowest of the four",
    above=0.85,
    seeds=20,
    budget="Adam at 0.001, 1,000 steps",
)
def thirty_learn() -> float:
    names = ("tanh", "relu", "elu", "selu")
    return min(float(np.median(accuracy(net(n, 30), gl.Adam(0.001), 1000)[-1])) for n in names)


@trial(
    "standstill-thirty-gelu",
    "Thirty layers of GELU with He's weights classify over 60 % of unseen digits correctly",
    above=0.6,
    seeds=20,
    budget="Adam at 0.001, 1,000 steps",
)
def thirty_gelu() -> float:
    return float(np.median(accuracy(net("gelu", 30), gl.Adam(0.001), 1000)[-1]))


@trial(
    "standstill-thirty-sigmoid",
    "Thirty sigmoid layers stay under 25 % of unseen digits, the median at any record",
    below=0.25,
    seeds=20,
    budget="SGD at 1 and 10, Adam at 0.0003, 0.001 and 0.01, 1,000 steps, records every 250",
)
def thirty_sigmoid() -> float:
    methods = (gl.SGD(1), gl.SGD(10), gl.Adam(0.0003), gl.Adam(0.001), gl.Adam(0.01))
    return highest((net("sigmoid", 30), method, 1000) for method in methods)


@trial(
    "standstill-rates",
    "Of the page's learning rates none is more than 3 percentage points behind a third or three times of it, on other seeds",
    below=0.03,
    seeds=5,
    budget="SGD, the steps of the page, five other seeds",
)
def rates() -> float:
    behind = []
    for (name, depth), rate in RATES.items():
        tried = [accuracy(net(name, depth), gl.SGD(r), STEPS[depth], OTHERS)[-1] for r in (rate / 3, rate, rate * 3)]
        medians = [float(np.median(each)) for each in tried]
        print(f"{name} {depth}: {rate} {medians}", flush=True)
        behind.append(max(medians) - medians[1])
    return max(behind)
