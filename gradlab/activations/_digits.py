"""The care for last digits: activations once more, where their formula loses some of them.

The formulas in `functions` keep every magnitude, but lose digits of x·φ(x) where its argument was rounded, around the
root of a slope, and among the subnormal numbers. Those below do not: values are within 4 units in the last place and
slopes within 8, everywhere. Calls from outside go through here; the trainer takes the formulas.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from gradlab.activations import _arithmetic as exactly
from gradlab.activations import _normal as normal
from gradlab.activations._arithmetic import Array

Pair = tuple[Array, Array]

_MOST = float(np.finfo(float).max)


def bent_line(x: Array, *, slope: float | Array) -> Pair:
    """Return x where x > 0 and slope·x elsewhere, 0 times inf being 0."""
    left = np.where(np.equal(slope, 0), 0, slope * np.minimum(x, 0))
    return np.where(x > 0, x, left), np.where(x > 0, 1, slope)


def rrelu(x: Array, *, lower: float | Array, upper: float | Array) -> Pair:
    """Return the bent line with the mean slope."""
    return bent_line(x, slope=(lower + upper) / 2)


def softsign(x: Array) -> Pair:
    """Return ``x/(1 + |x|)`` with its limits at ±inf."""
    near = np.clip(x, -_MOST, _MOST)
    share = 1 / (1 + np.abs(x))  # its square, not the reciprocal of a square: that could overflow
    return near / (1 + np.abs(near)), share * share


def scaled_tanh(x: Array) -> Pair:
    """Return 1.7159·tanh(2x/3), 2x/3 not being rounded."""
    e, last = exactly.exp_parts(*exactly.quotient(-4 * np.minimum(np.abs(x), 1500), 3.0))
    return 1.7159 * np.tanh(2 * (x / 3)), 1.7159 * 2 / 3 * 4 * e / (1 + e) ** 2 * last


# x·cosh(x) − sinh(x) = x³·(1/3 + x²/30 + …), the coefficients being 2k/(2k + 1)! from k = 1 on, all above 0
_COSH_LESS_SINH = [2 * k / factorial(2 * k + 1) for k in range(14, 0, -1)]


def tanhshrink(x: Array) -> Pair:
    """Return x − tanh(x), which near 0 is the difference of two equal numbers, and its slope."""
    near = np.clip(x, -2, 2)
    square, share = near * near, np.tanh(x)
    small = near * square * np.polyval(_COSH_LESS_SINH, square) / np.cosh(near)
    return np.where(np.abs(x) < 2, small, x - share), share * share


def celu(x: Array, *, alpha: float) -> Pair:
    """Return x where x > 0 and α(exp(x/α) − 1) elsewhere, x/α not being rounded."""
    t, rest = exactly.quotient(np.minimum(x, 0), alpha)
    e = np.exp(t)
    left = np.where(t > -1e-17, x, alpha * np.expm1(t))  # so near 0 it is x, and α would enlarge what rounding x/α lost
    return np.where(x > 0, x, left), np.where(x > 0, 1, e + e * rest)


def gelu(x: Array) -> Pair:
    """Return xΦ(x) and Φ(x) + xφ(x)."""
    a = np.minimum(np.abs(x), 40)  # past 40 the density is 0 in float64
    (density, small, last), (steep, rest) = normal.density_parts(a), normal.hazard(a)
    small = small - rest
    tail, dip, bend = density / steep, -a * density / steep, density * (1 / steep - a)
    below, left, slope = (((part + part * small) * last) for part in (tail, dip, bend))  # Φ(−a), −aΦ(−a), f′(−a)
    return (
        np.where(x > 0, x * (1 - below), left),
        np.where(x > 0, 1 - slope, exactly.near_root(exactly.GELU_ROOT, x, slope)),
    )


def gelu_tanh(x: Array) -> Pair:
    """Return x·σ(t) and its slope, t = 2√(2/π)(x + 0.044715x³) not being rounded."""
    t, rest, bend = exactly.gelu_tanh_argument(np.clip(x, -40, 40))
    value, slope = exactly.gated(x, t, rest, bend)
    return value, exactly.near_root(exactly.GELU_TANH_ROOT, x, slope)


def swish(x: Array, *, beta: float) -> Pair:
    """Return x·σ(βx) and its slope, βx not being rounded."""
    t, rest = exactly.two_product(x, beta)
    t = np.clip(np.where(np.equal(beta, 0), 0, t), -1500, 1500)  # further out σ is 0 or 1, and inf·0 would be nan
    rest = np.where(np.abs(t) < 1500, rest, 0)
    value, slope = exactly.gated(x, t, rest, t)
    return value, exactly.near_root(exactly.SWISH_ROOT, t, slope, rest)


def mish(x: Array) -> Pair:
    """Return x·tanh(softplus(x)) and its slope."""
    e, last = exactly.exp_parts(-np.abs(x))
    n, near = e * (e + 2), np.clip(x, -1500, 1500)
    left = e * (4 * (1 + near) + e * (6 + 4 * near + e * (4 + e))) / (n + 2) ** 2 * last
    low = np.clip(x, -_MOST, 0) * e * ((e + 2) / (n + 2)) * last
    above, below = 1 + 2 * e, 1 + 2 * e + 2 * e * e  # of tanh(softplus(x)) for x > 0, where e is exp(−x)
    right = above / below + 4 * near * (1 + e) * (e / below) ** 2
    return (
        np.where(x > 0, x * (above / below), low),
        np.where(x > 0, right, exactly.near_root(exactly.MISH_ROOT, x, left)),
    )
