# ruff: noqa: D103
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# No annotations and docstrings: the functions are shown as they stand, to be copied.
"""Each activation as a function to copy: NumPy alone, value and slope, stable far out.

The gallery shows the source of the function that has an activation's name; of an activation without one here it shows the
rule. ``tests/test_numpy_versions.py`` holds all of them against gradlab.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np


def identity(x):
    return x, np.ones_like(x)


def sigmoid(x):
    e = np.exp(-np.abs(x))  # never overflows
    value = np.where(x > 0, 1, e) / (1 + e)
    slope = e / (1 + e) ** 2
    return value, slope


def hard_sigmoid(x, slope=1 / 6, offset=0.5):
    low, high = -offset / slope, (1 - offset) / slope
    value = np.clip(slope * x + offset, 0, 1)
    return value, np.where((x > low) & (x < high), slope, 0.0)


def log_sigmoid(x):
    value = -np.logaddexp(0, -x)
    e = np.exp(-np.abs(x))
    slope = np.where(x < 0, 1, e) / (1 + e)
    return value, slope


def tanh(x):
    e = np.exp(-2 * np.abs(x))
    slope = 4 * e / (1 + e) ** 2  # 1 - tanh² is 0 too early
    return np.tanh(x), slope


def scaled_tanh(x):
    e = np.exp(-4 / 3 * np.abs(x))
    slope = 1.7159 * 2 / 3 * 4 * e / (1 + e) ** 2
    return 1.7159 * np.tanh(2 / 3 * x), slope


def hard_tanh(x, low=-1.0, high=1.0):
    value = np.clip(x, low, high)
    slope = np.where((x > low) & (x < high), 1.0, 0.0)
    return value, slope


def softsign(x):
    share = 1 / (1 + np.abs(x))
    return x * share, share**2


def arctan(x):
    slope = 1 / (1 + x**2)
    return np.arctan(x), slope


def softplus(x):
    value = np.logaddexp(0, x)
    e = np.exp(-np.abs(x))
    slope = np.where(x > 0, 1, e) / (1 + e)
    return value, slope


def relu(x):
    value = np.maximum(x, 0)
    slope = np.where(x > 0, 1.0, 0.0)
    return value, slope


def relu6(x):
    value = np.clip(x, 0, 6)
    slope = np.where((x > 0) & (x < 6), 1.0, 0.0)
    return value, slope


def threshold(x, threshold=1.0, value=0.0):
    above = x > threshold
    return np.where(above, x, value), np.where(above, 1.0, 0.0)


def leaky_relu(x, slope=0.01):
    steep = np.where(x > 0, 1.0, slope)
    return x * steep, steep


def prelu(x, slope=0.25):
    # to learn the slope: the value changes with it by np.minimum(x, 0)
    steep = np.where(x > 0, 1.0, slope)
    return x * steep, steep


def rrelu(x, lower=1 / 8, upper=1 / 3):
    # while training, draw a slope for each entry between the bounds
    steep = np.where(x > 0, 1.0, (lower + upper) / 2)
    return x * steep, steep


def elu(x, alpha=1.0):
    left = np.minimum(x, 0)  # exp of a large x would overflow
    value = np.where(x > 0, x, alpha * np.expm1(left))
    slope = np.where(x > 0, 1, alpha * np.exp(left))
    return value, slope


def celu(x, alpha=1.0):
    left = np.minimum(x, 0) / alpha
    value = np.where(x > 0, x, alpha * np.expm1(left))
    return value, np.exp(left)


def selu(x, scale=1.0507009873554805, alpha=1.6732632423543772):
    left = np.minimum(x, 0)
    value = scale * np.where(x > 0, x, alpha * np.expm1(left))
    slope = scale * np.where(x > 0, 1, alpha * np.exp(left))
    return value, slope


def gelu(x):
    below = np.vectorize(math.erfc)(-x / np.sqrt(2)) / 2  # Φ(x)
    density = np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    return x * below, below + x * density


def gelu_tanh(x):
    t = np.sqrt(8 / np.pi) * (x + 0.044715 * x**3)
    bend = np.sqrt(8 / np.pi) * (1 + 3 * 0.044715 * x**2)
    e = np.exp(-np.abs(t))
    gate = np.where(t > 0, 1, e) / (1 + e)  # (1 + tanh(t/2)) / 2
    return x * gate, gate + x * bend * e / (1 + e) ** 2


def swish(x, beta=1.0):
    e = np.exp(-np.abs(beta * x))
    gate = np.where(beta * x > 0, 1, e) / (1 + e)
    return x * gate, gate + beta * x * e / (1 + e) ** 2


def hard_swish(x):
    value = x * np.clip(x + 3, 0, 6) / 6
    between = (x > -3) & (x < 3)
    return value, np.where(between, (2 * x + 3) / 6, x > 0)


def mish(x):
    near = np.minimum(x, 40)  # from there on the value is x
    e = np.exp(near)
    n = e * (e + 2)  # n / (n + 2) is tanh(softplus(x))
    slope = n / (n + 2) + 4 * near * e * (1 + e) / (n + 2) ** 2
    return x * n / (n + 2), slope


def relu_squared(x):
    positive = np.maximum(x, 0)
    return positive**2, 2 * positive


def sine(x):
    return np.sin(x), np.cos(x)


def hardshrink(x, width=0.5):
    beyond = np.abs(x) > width
    return np.where(beyond, x, 0.0), np.where(beyond, 1.0, 0.0)


def softshrink(x, width=0.5):
    value = x - np.clip(x, -width, width)
    slope = np.where(np.abs(x) > width, 1.0, 0.0)
    return value, slope


def tanhshrink(x):
    t, y = np.tanh(x), np.clip(x, -0.03, 0.03)
    # near 0, where x and tanh(x) are almost equal, the series
    small = y**3 / 3 - 2 * y**5 / 15 + 17 * y**7 / 315 - 62 * y**9 / 2835
    return np.where(x == y, small, x - t), t**2


def square(x):
    return x**2, 2 * x


def source(name: str, rule: Callable[..., Any]) -> str:
    """Return the function to copy of an activation: that of its name here, else its rule without the docstring."""
    own = globals().get(name)
    if inspect.isfunction(own) and own.__module__ == __name__ and name != "source":
        return inspect.getsource(own).strip()
    text = inspect.getsource(rule)
    text = text[re.search(r"^def ", text, re.MULTILINE).start() :]  # type: ignore[union-attr]
    text = re.sub(r'^    """.*?"""\n', "", text, count=1, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"\A(def \w+)\((.*)\) -> .*:$", _plain, text, count=1, flags=re.MULTILINE).strip()


def _plain(head: re.Match[str]) -> str:
    """Return the first line of a function without its annotations."""
    inside = re.sub(r": \w+(?: \| \w+)*", "", head[2]).replace(", *,", ",")
    return f"{head[1]}({inside}):".replace(" = ", "=")
