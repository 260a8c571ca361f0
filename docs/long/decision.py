"""Long trials of the page decision: loss and accuracy on unseen digits part, however one trains."""

import numpy as np
from trials import trial

import gradlab as gl

TRAIN, TEST = gl.datasets.digits().split(0.2, seed=0)
RULES = [gl.Adam(0.001), gl.Adam(0.01), gl.Adam(0.03), gl.SGD(0.1), gl.SGD(0.3), gl.SGD(1.0)]
STEPS = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000)
BUDGET = "30,000 steps, Adam 0.001–0.03 and SGD 0.1–1, batches of 64"


def _unseen(rule: gl.Optimizer) -> np.ndarray:
    """Return loss and accuracy on the test set at each of the steps, shape (steps, 2, seeds)."""
    settings = {"optimizer": rule, "batch_size": 64, "record_every": 10_000}
    run = gl.train(gl.MLP([64, 32, 10], "relu"), TRAIN, steps=0, seeds=range(20), **settings)
    rows = []
    for step in STEPS:
        run = gl.train(run.net, TRAIN, steps=int(step - run.step[-1]), resume=run, **settings)
        scores = run.outputs(TEST.x)
        rows.append([gl.LOSSES["cross_entropy"](scores, TEST.y), run.score(TEST)])
    return np.array(rows)


_measured: list[tuple[float, float]] = []


def _parts() -> list[tuple[float, float]]:
    """Return, for each rule, the medians of the rise of the test loss and of the gain of accuracy meanwhile."""
    if not _measured:
        for rule in RULES:
            loss, accuracy = _unseen(rule).transpose(1, 0, 2)
            best = loss.argmin(0)
            rise = loss[-1] / loss.min(0) - 1
            gain = 100 * (accuracy[-1] - accuracy[best, np.arange(loss.shape[1])])
            _measured.append((float(np.median(rise)), float(np.median(gain))))
    return _measured


@trial(
    "decision-accuracy-gains-long",
    "While the test loss rises from its least value to the end, the test accuracy gains over 0 percentage points, in "
    "the median over 20 seeds, with each rule",
    above=0,
    seeds=20,
    budget=BUDGET,
)
def accuracy_gains() -> float:
    """Return the least gain over the rules, in percentage points."""
    return min(gain for _, gain in _parts())


@trial(
    "decision-test-loss-rises-long",
    "The test loss rises by over 10 % from its least value, in the median over 20 seeds, with each rule",
    above=0.1,
    seeds=20,
    budget=BUDGET,
)
def loss_rises() -> float:
    """Return the least rise over the rules."""
    return min(rise for rise, _ in _parts())
