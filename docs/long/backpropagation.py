"""Long trials of the page backpropagation: what a wrong slope of ReLU reaches, however long it trains."""

import numpy as np
from trials import trial

import gradlab as gl

RULES = [gl.SGD(rate) for rate in (0.003, 0.03, 0.3, 3.0)] + [gl.Adam(rate) for rate in (0.0003, 0.003, 0.03, 0.3)]


@gl.activation()
def unmasked(x):
    """ReLU, with the slope taken from the output as in the tutorial."""
    output = np.maximum(x, 0)
    return output, (output >= 0).astype(float)


@trial(
    "backpropagation-unmasked",
    "With the unmasked slope the median accuracy on unseen points of the spirals stays under 90 %, with each rule",
    below=0.9,
    seeds=20,
    budget="4,000 steps, SGD 0.003–3 and Adam 0.0003–0.3, He's and Glorot's weights",
)
def unmasked_spirals() -> float:
    """Return the best median over rules, weights and steps."""
    seen, unseen = gl.datasets.spirals().split(0.7, seed=0)
    best = 0.0
    for init in ("he_normal", "glorot_normal"):
        for rule in RULES:
            run = gl.train(
                gl.MLP([2, 32, 32, 2], unmasked, init=init),
                seen,
                optimizer=rule,
                steps=4000,
                batch_size=64,
                seeds=range(20),
                record_every=100,
                monitor=unseen,
                dtype="float32",
            )
            best = max(best, float(np.median(np.nan_to_num(run.accuracy), axis=1).max()))
    return best
