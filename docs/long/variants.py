"""Long trials of the page variants: GELU beside ReLU, and gated units beside plain ones."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
from cell_code import cells
from trials import trial

import gradlab as gl

SEEDS = range(20)


def _accuracy(name: str, optimizer: gl.Optimizer) -> float:
    """Return the median accuracy on unseen points of spirals of 2.5 turns after 2,000 steps."""
    seen, unseen = gl.datasets.spirals(turns=2.5).split(0.7, seed=0)
    net = gl.MLP([2, 32, 32, 32, 2], activation=name)
    run = gl.train(
        net, seen, optimizer=optimizer, dtype="float32", batch_size=64, steps=2000, seeds=SEEDS, record_every=2000
    )
    return float(np.median(np.nan_to_num(run.score(unseen))))


@trial(
    "variants-wound",
    "On spirals of 2.5 turns the best medians of ReLU and GELU lie within 3 percentage points, with Adam and with SGD",
    below=0.03,
    seeds=20,
    budget="2,000 steps, Adam 0.003–0.03, SGD 0.03–0.3 with momentum 0.9",
)
def wound() -> float:
    """Return the larger of the two gaps."""
    methods = {
        "Adam": [gl.Adam(rate) for rate in (0.003, 0.01, 0.03)],
        "SGD": [gl.SGD(rate, momentum=0.9) for rate in (0.03, 0.1, 0.3)],
    }
    best = {
        (name, method): max(_accuracy(name, optimizer) for optimizer in optimizers)
        for name in ("relu", "gelu")
        for method, optimizers in methods.items()
    }
    return max(abs(best["relu", method] - best["gelu", method]) for method in methods)


@functools.cache
def _page() -> dict[str, Any]:
    """Run the cells of the page that define the gated layer, its training and the tasks."""
    text = (Path(__file__).resolve().parents[1] / "learn" / "variants.md").read_text(encoding="utf-8")
    space: dict[str, Any] = {"np": np, "gl": gl, "trial": range(100, 104), "seeds": SEEDS}
    for cell in cells(text):
        if any(mark in cell.code for mark in ("def gated(", "def fit(", "tasks = {")):
            exec(cell.code.partition("learned = {")[0], space)
    return space


@functools.cache
def _end(task: str, label: str) -> float:
    """Return the best median over the rates after 4,000 steps: the largest accuracy or the smallest error."""
    page = _page()
    how, f, *units = page["layers"][label]
    digits = task == "digits"
    ends = [
        np.median(how(f, units[digits], *page["tasks"][task], rate, SEEDS, steps=4000, every=4000)[-1])
        for rate in ((0.001, 0.003, 0.01, 0.03) if digits else (0.003, 0.01, 0.03, 0.1))
    ]
    return float(max(ends) if digits else min(ends))


@trial(
    "variants-gated-products",
    "On two products SwiGLU has under 50 % of the error of as many parameters with Swish",
    below=0.5,
    seeds=20,
    budget="4,000 steps, Adam 0.003–0.1",
)
def gated_products() -> float:
    """Return the ratio."""
    return _end("two products", "SwiGLU") / _end("two products", "Swish")


@trial(
    "variants-gated-relu",
    "On two products SwiGLU has under 20 % of the error of as many parameters with ReLU",
    below=0.2,
    seeds=20,
    budget="4,000 steps, Adam 0.003–0.1",
)
def gated_relu() -> float:
    """Return the ratio."""
    return _end("two products", "SwiGLU") / _end("two products", "ReLU")


@trial(
    "variants-gated-digits",
    "On the digits SwiGLU stays at least 0.2 percentage points behind as many parameters with Swish",
    above=0.002,
    seeds=20,
    budget="4,000 steps, Adam 0.001–0.03",
)
def gated_digits() -> float:
    """Return the difference of the best medians."""
    return _end("digits", "Swish") - _end("digits", "SwiGLU")
