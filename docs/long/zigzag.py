"""Long trials of the page zigzag: plain sigmoid in ten layers, with the weights that its own gain allows and larger ones."""

from __future__ import annotations

import numpy as np
from trials import trial

import gradlab as gl

RATES = [gl.SGD(rate) for rate in (0.03, 0.1, 0.3, 1, 3, 10, 30)] + [
    gl.Adam(rate) for rate in (1e-4, 1e-3, 3e-3, 1e-2, 1e-1)
]
BUDGET = "2,000 steps, SGD 0.03–30 and Adam 10⁻⁴–0.1, each as it is best"


def best(gain: float, *, centre: bool = False, steps: int = 2000, hidden: int = 10) -> float:
    """Return the best median accuracy of ten plain sigmoid layers over all optimisers and rates."""
    train, test = gl.datasets.digits().split(0.8, seed=0)
    net = gl.MLP([64, *[32] * hidden, 10], "sigmoid", init=gl.initializers.variance_scaling(gain**2))
    theta = net.initialize(range(20))
    if centre:
        for weights, biases in net.layers(theta)[1:]:
            biases -= weights.sum(axis=1) / 2
    with np.errstate(all="ignore"):
        runs = [
            gl.train(
                net,
                train,
                theta=theta,
                optimizer=optimizer,
                steps=steps,
                batch_size=32,
                seeds=range(20),
                record_every=steps,
                dtype="float32",
            )
            for optimizer in RATES
        ]
        return max(float(np.median(np.nan_to_num(run.score(test)))) for run in runs)


@trial(
    "zigzag-plain-ten",
    "Ten layers of sigmoid with its own matched weights and biases of 0 stay under 20 % of unseen digits",
    below=0.2,
    seeds=20,
    budget=BUDGET,
)
def plain_ten() -> float:
    """Ten layers with the gain of sigmoid."""
    return best(gl.sigmoid.gain)


@trial(
    "zigzag-large-weights-ten",
    "Ten layers of sigmoid with the gain of the centred sigmoid, 4.80, and biases of 0",
    above=0,
    seeds=20,
    budget=BUDGET,
)
def large_ten() -> float:
    """Ten layers with the weights of the centred sigmoid, but the mean left in."""
    return best(4.8013)


@trial(
    "zigzag-balanced-ten",
    "Ten layers of sigmoid with the gain at which its gradient neither vanishes nor explodes, 10.15, and biases of 0",
    above=0,
    seeds=20,
    budget=BUDGET,
)
def balanced_ten() -> float:
    """Ten layers with weights that make up for the slope although the mean is left in."""
    return best(10.15)
