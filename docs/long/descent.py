"""Long trials of the page descent: level ground that is not left, and a rate of Adam that is too large."""

import numpy as np
from trials import trial

import gradlab as gl

XOR, SMALL = gl.datasets.xor(), gl.MLP([2, 3, 2], activation="relu")
RULES = [gl.SGD(0.1), gl.SGD(1.0), gl.SGD(3.0), gl.Adam(0.01), gl.Adam(0.1)]


@trial(
    "descent-xor-stays",
    "Of 100 networks with three ReLU units over 30 % have a loss over 0.1 on xor after 30,000 steps, with each rule",
    above=0.3,
    seeds=100,
    budget="30,000 steps, SGD 0.1–3 and Adam 0.01–0.1",
)
def xor_stays() -> float:
    """Return the smallest share over the rules."""
    shares = []
    for rule in RULES:
        run = gl.train(SMALL, XOR, optimizer=rule, steps=30_000, seeds=range(100), record_every=30_000)
        shares.append((SMALL.loss_and_gradient(run.theta, XOR)[0] > 0.1).mean())
    return float(min(shares))


@trial(
    "descent-adam-too-large",
    "With Adam at rate 1 over 50 % of 20 runs on the spirals do not reach a loss of 0.1 in 3,000 steps",
    above=0.5,
    seeds=20,
    budget="3,000 steps, batches of 64",
)
def adam_too_large() -> float:
    """Return the share of the runs that do not arrive."""
    spirals = gl.datasets.spirals()
    run = gl.train(
        gl.MLP([2, 32, 32, 2]),
        spirals,
        optimizer=gl.Adam(1.0),
        steps=3000,
        batch_size=64,
        seeds=range(20),
        record_every=10,
        monitor=spirals,
        target_loss=0.1,
        dtype="float32",
    )
    return float(np.mean(run.stopped < 0))
