"""Long trials of the page zigzag: plain sigmoid in ten layers, with the weights that its own gain allows and larger ones."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from trials import trial

import gradlab as gl

SGD = [gl.SGD(rate) for rate in (0.03, 0.1, 0.3, 1, 3, 10, 30)]
ADAM = [gl.Adam(rate) for rate in (1e-4, 1e-3, 3e-3, 1e-2, 1e-1)]


def best(gain: float, optimizers: Iterable[gl.optimizers.Optimizer], steps: int = 2000) -> float:
    """Return the best median accuracy on unseen digits of ten plain sigmoid layers: matched weights, but this gain."""
    train, test = gl.datasets.digits().split(0.8, seed=0)
    net = gl.MLP([64, *[32] * 10, 10], "sigmoid", init="matched")
    theta = net.initialize(range(20))
    for weights, _ in net.layers(theta)[1:]:
        weights *= gain / gl.sigmoid.gain
    medians = []
    for optimizer in optimizers:
        with np.errstate(all="ignore"):
            run = gl.train(
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
            medians.append(float(np.median(np.nan_to_num(run.score(test)))))
    return max(medians)


@trial(
    "zigzag-plain-ten",
    "Ten layers of sigmoid with its own matched weights and biases of 0 stay under 20 % of unseen digits with SGD",
    below=0.2,
    seeds=20,
    budget="2,000 steps of SGD, rates 0.03–30",
)
def plain_ten() -> float:
    """Ten layers with the gain of sigmoid, SGD."""
    return best(gl.sigmoid.gain, SGD)


@trial(
    "zigzag-plain-ten-adam",
    "With Adam they leave chance level and stay behind: 30 to 80 %",
    above=0.3,
    below=0.8,
    seeds=20,
    budget="2,000 steps of Adam, rates 10⁻⁴–0.1",
)
def plain_ten_adam() -> float:
    """Ten layers with the gain of sigmoid, Adam."""
    return best(gl.sigmoid.gain, ADAM)


@trial(
    "zigzag-large-weights-ten",
    "Ten layers of sigmoid with the gain of the centred sigmoid, 4.80, and biases of 0 classify over 90 %",
    above=0.9,
    seeds=20,
    budget="2,000 steps, SGD 0.1–3 and Adam 0.001–0.01",
)
def large_ten() -> float:
    """Ten layers with the weights of the centred sigmoid, but the mean left in."""
    return best(4.8013, [*SGD[1:5], *ADAM[1:4]])
