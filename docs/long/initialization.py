"""Long trials of the page initialization: thirty layers of ReLU from Glorot's and He's weights, with more steps and rates."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from trials import trial

import gradlab as gl


def best(init: str, optimizers: Iterable[gl.optimizers.Optimizer], steps: int = 1500) -> float:
    """Return the best median accuracy on unseen digits of thirty ReLU layers over these optimisers."""
    train, test = gl.datasets.digits().split(0.8, seed=0)
    net = gl.MLP([64, *[32] * 30, 10], "relu", init=init)
    medians = []
    for optimizer in optimizers:
        with np.errstate(all="ignore"):
            run = gl.train(
                net,
                train,
                optimizer=optimizer,
                steps=steps,
                batch_size=32,
                seeds=range(10),
                record_every=steps,
                dtype="float32",
            )
            medians.append(float(np.median(np.nan_to_num(run.score(test)))))
    return max(medians)


@trial(
    "initialization-glorot-sgd",
    "Thirty ReLU layers with Glorot's weights stay under 15 % of unseen digits",
    below=0.15,
    seeds=10,
    budget="1,500 steps of SGD with momentum 0.9, rates 0.001–10",
)
def glorot_sgd() -> float:
    """Glorot's weights and SGD."""
    return best("glorot_normal", [gl.SGD(rate, momentum=0.9) for rate in (0.001, 0.01, 0.1, 0.3, 1, 3, 10)])


@trial(
    "initialization-glorot-adam",
    "Thirty ReLU layers with Glorot's weights classify over 80 % of unseen digits with Adam",
    above=0.8,
    seeds=10,
    budget="1,500 steps of Adam, rates 0.001 and 0.003",
)
def glorot_adam() -> float:
    """Glorot's weights and Adam."""
    return best("glorot_normal", [gl.Adam(rate) for rate in (1e-3, 3e-3)])


@trial(
    "initialization-he-longer",
    "Thirty ReLU layers with He's weights classify over 85 % of unseen digits",
    above=0.85,
    seeds=10,
    budget="1,500 steps, SGD with momentum 0.9 at 0.001 and Adam at 0.001",
)
def he_longer() -> float:
    """He's weights, ten times the steps of the page."""
    return best("he_normal", [gl.SGD(0.001, momentum=0.9), gl.Adam(1e-3)])
