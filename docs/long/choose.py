"""Long trials of the page choose: where the function decides, also with more steps and more rates."""

from __future__ import annotations

import functools
import itertools

import numpy as np
from trials import trial

import gradlab as gl

RATES = (0.001, 0.003, 0.01, 0.03, 0.1)


@functools.cache
def _fit(name: str, speed: int, which: int) -> float:
    """Return the least median error of the value (0) or of the relative slope (1) over the rates."""
    x, t = np.linspace(-np.pi, np.pi, 200), np.linspace(-3, 3, 301)
    scale = 1 if speed == 1 else 4
    data = gl.Data(scale * x, np.sin(speed * x))
    found = []
    for rate in RATES:
        net = gl.MLP([1, 32, 32, 1], name)
        run = gl.train(
            net,
            data,
            loss="squared_error",
            optimizer=gl.Adam(rate),
            steps=3000,
            batch_size=50,
            seeds=range(20),
            dtype="float32",
            record_every=3000,
        )
        y = run.outputs(scale * t)[:, :, 0]
        slope = np.gradient(y, t, axis=1) / speed
        error = slope - np.cos(speed * t) if which else y - np.sin(speed * t)
        found.append(np.median(np.nan_to_num(np.sqrt(np.mean(error**2, axis=1)), nan=np.inf)))
    return float(min(found))


@trial(
    "choose-smooth-slope",
    "The slopes of tanh, GELU and Swish networks that fit a sine have under 75 % of the error of a ReLU network's",
    below=0.75,
    seeds=20,
    budget="3,000 steps, Adam 0.001–0.1",
)
def smooth_slope() -> float:
    """Return the largest ratio."""
    return max(_fit(name, 1, 1) for name in ("tanh", "gelu", "swish")) / _fit("relu", 1, 1)


@trial(
    "choose-sine-oscillates",
    "On ten times as fast a sine, sine units have under 20 % of the error of the best of ReLU, tanh, GELU and Swish",
    below=0.2,
    seeds=20,
    budget="3,000 steps, Adam 0.001–0.1",
)
def sine_oscillates() -> float:
    """Return the ratio."""
    return _fit("sine", 10, 0) / min(_fit(name, 10, 0) for name in ("relu", "tanh", "gelu", "swish"))


@trial(
    "choose-narrow-relu",
    "At each learning rate over 15 % of networks with eight ReLU layers of four units stay near chance level on the spirals",
    above=0.15,
    seeds=100,
    budget="2,000 steps, Adam 0.0003–0.1, SGD 0.01–1 with momentum 0.9",
)
def narrow_relu() -> float:
    """Return the least share of networks under 60 %."""
    seen, unseen = gl.datasets.spirals().split(0.7, seed=0)
    shares = []
    methods = [gl.Adam(rate) for rate in (0.0003, *RATES)]
    methods += [gl.SGD(rate, momentum=0.9) for rate in (0.01, 0.03, 0.1, 0.3, 1.0)]
    for method in methods:
        net = gl.MLP([2, *[4] * 8, 2], "relu")
        run = gl.train(
            net,
            seen,
            optimizer=method,
            steps=2000,
            batch_size=64,
            seeds=range(100),
            record_every=2000,
            dtype="float32",
        )
        shares.append((np.nan_to_num(run.score(unseen)) < 0.6).mean())
    return float(min(shares))


@trial(
    "choose-reckless-rate",
    "With SGD at rate 2 the median network classifies under 30 % of the digits correctly, with ReLU and with leaky ReLU",
    below=0.3,
    seeds=20,
    budget="2,000 steps, SGD at rate 2",
)
def reckless_rate() -> float:
    """Return the larger of the two medians."""
    train, test = gl.datasets.digits().split(0.8, seed=0)
    found = []
    for name in ("relu", "leaky_relu"):
        net = gl.MLP([64, 64, 64, 10], name)
        run = gl.train(
            net,
            train,
            optimizer=gl.SGD(2),
            steps=2000,
            batch_size=64,
            seeds=range(20),
            record_every=2000,
            dtype="float32",
        )
        found.append(np.median(np.nan_to_num(run.score(test))))
    return float(max(found))


@trial(
    "choose-shares-later",
    "The learning rate takes part in over 5 times as much of the variance of accuracy as the activation",
    above=5,
    seeds=20,
    budget="1,500 steps, the same choices as on the page",
)
def shares_later() -> float:
    """Return the ratio of the two shares."""
    seen, unseen = gl.datasets.spirals().split(0.7, seed=0)
    choices = (
        ["relu", "leaky_relu", "elu", "gelu", "swish"],
        [0.001, 0.01, 0.1],
        ["matched", "pytorch_linear"],
        [2, 8],
    )
    scores = []
    for name, rate, init, depth in itertools.product(*choices):
        net = gl.MLP([2, *[16] * depth, 2], activation=name, init=init)
        run = gl.train(
            net,
            seen,
            optimizer=gl.Adam(rate),
            steps=1500,
            batch_size=32,
            seeds=range(20),
            dtype="float32",
            record_every=1500,
        )
        scores.append(np.nan_to_num(run.score(unseen)))
    table = np.array(scores).reshape([*map(len, choices), 20])
    return float(table.var(axis=1).mean() / table.var(axis=0).mean())
