"""Long trials of the page dead: ReLU and leaky ReLU after a start with all biases at -2."""

from __future__ import annotations

import numpy as np
from trials import trial

import gradlab as gl

OPTIMIZERS = [*map(gl.SGD, (0.1, 1, 3)), *map(gl.Adam, (0.001, 0.01, 0.1))]


def low_start(name: str, optimizer: gl.Optimizer, steps: int) -> float:
    """Return the median accuracy on unseen digits after a start with all biases at -2."""
    train, test = gl.datasets.digits().split(0.8, seed=0)
    net = gl.MLP([64, 32, 32, 10], name, bias_init=gl.initializers.constant(-2))
    how = {"batch_size": 32, "seeds": range(20), "record_every": steps, "dtype": "float32"}
    run = gl.train(net, train, optimizer=optimizer, steps=steps, **how)
    return float(np.median(np.nan_to_num(run.score(test))))


@trial(
    "dead-low-biases-relu",
    "With all biases starting at -2 ReLU stays at chance level with every optimiser tried",
    below=0.15,
    seeds=20,
    budget="10,000 steps, SGD 0.1 to 3, Adam 0.001 to 0.1",
)
def relu_stays() -> float:
    """Return the best median accuracy of ReLU."""
    return max(low_start("relu", optimizer, 10_000) for optimizer in OPTIMIZERS)


@trial(
    "dead-low-biases-leaky",
    "With all biases starting at -2 leaky ReLU classifies over 93 % of the unseen digits correctly",
    above=0.93,
    seeds=20,
    budget="10,000 steps, SGD 0.1",
)
def leaky_returns() -> float:
    """Return the median accuracy of leaky ReLU."""
    return low_start("leaky_relu", gl.SGD(0.1), 10_000)
