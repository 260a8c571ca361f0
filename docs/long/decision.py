"""Long trials of the page decision: loss and accuracy on unseen digits part, however one trains."""

import numpy as np
from trials import trial

import gradlab as gl

TRAIN, TEST = gl.datasets.digits().split(0.2, seed=0)
RULES = [gl.Adam(0.001), gl.Adam(0.01), gl.Adam(0.03), gl.SGD(0.1), gl.SGD(0.3), gl.SGD(1.0)]
STEPS = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000)


def _unseen(rule: gl.Optimizer) -> np.ndarray:
    """Return loss and accuracy on the test set at each of the steps, shape (2, steps, seeds)."""
    settings = {"optimizer": rule, "batch_size": 64, "record_every": 10_000}
    run = gl.train(gl.MLP([64, 32, 10], "relu"), TRAIN, steps=0, seeds=range(20), **settings)
    rows = []
    for step in STEPS:
        run = gl.train(run.net, TRAIN, steps=int(step - run.step[-1]), resume=run, **settings)
        rows.append([gl.LOSSES["cross_entropy"](run.outputs(TEST.x), TEST.y), run.score(TEST)])
    return np.array(rows).transpose(1, 0, 2)


@trial(
    "decision-loss-and-accuracy-part",
    "With each of 6 rules the test loss rises by over 10 % from its least value to the end, and meanwhile the test "
    "accuracy gains over 0 percentage points, medians over 20 seeds",
    above=0,
    seeds=20,
    budget="30,000 steps, Adam 0.001, 0.01 and 0.03, SGD 0.1, 0.3 and 1, batches of 64",
)
def loss_and_accuracy_part() -> float:
    """Return the least gain over the rules in percentage points, or -100 where a loss has not risen by 10 %."""
    gains = []
    for rule in RULES:
        loss, accuracy = _unseen(rule)
        rise = np.median(loss[-1] / loss.min(0) - 1)
        gain = np.median(accuracy[-1] - accuracy[loss.argmin(0), np.arange(loss.shape[1])])
        gains.append(100 * gain if rise > 0.1 else -100.0)
    return float(min(gains))
