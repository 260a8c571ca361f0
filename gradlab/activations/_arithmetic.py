"""Arithmetic that keeps the last digits: products with their rounding error, exponentials far out, sums near a root."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def exp_pair(t: Array) -> tuple[Array, Array]:
    """Return exp(t) and exp(−t): of these two σ, tanh and their slopes are made without losing a tail.

    Far to the right the first stops at a power of two near the largest number, so that with the other it never makes
    inf times 0.
    """
    up = np.minimum(np.exp(t), 2.0**126 if t.dtype == np.float32 else 2.0**1022)
    return up, 1 / up


def horner(coefficients: tuple[float, ...], x: Array) -> Array:
    """Return the polynomial with these coefficients, the constant first."""
    total = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total *= x
        total += coefficient
    return total


def two_product(a: Array, b: Any) -> tuple[Array, Array]:
    """Return a·b as rounded, and its rounding error (Dekker's product, of the mantissas so that nothing overflows)."""
    product = np.asarray(a * b)
    (m, m_exponent), (n, n_exponent) = np.frexp(a), np.frexp(b)
    m_high, n_high = (134217729 * part - (134217729 * part - part) for part in (m, n))  # 27 bits each
    m_low, n_low = m - m_high, n - n_high
    error = ((m_high * n_high - m * n) + m_high * n_low + m_low * n_high) + m_low * n_low
    error = np.ldexp(error, m_exponent + n_exponent)
    return product, np.where(np.isfinite(product) & np.isfinite(error), error, 0)


def quotient(a: Array, b: Any) -> tuple[Array, Array]:
    """Return a/b as rounded, and what the rounding left out."""
    ratio = np.asarray(a / b)
    product, error = two_product(ratio, b)
    rest = ((a - product) - error) / b
    return ratio, np.where(np.isfinite(rest), rest, 0)


def exp_parts(t: Array, rest: Any = 0) -> tuple[Array, Array]:
    """Return two factors of exp(t + rest), t ≤ 0: the second is 1 down to t = −700, and the first never underflows.

    A factor that would lift the exponential out of the subnormal numbers goes between them.
    """
    first = np.exp(np.maximum(t, -700))
    return first + first * rest, np.exp(np.minimum(t + 700, 0))


def logistic_parts(t: Array, rest: Any = 0) -> tuple[Array, Array, Array]:
    """Return σ(|t|), exp(−|t|) and the latter's second factor, see `exp_parts`; ``rest`` belongs to t."""
    e, last = exp_parts(-np.abs(t), np.where(t > 0, -rest, rest))
    return 1 / (1 + e), e, last


class Root(NamedTuple):
    """Where a slope is zero: the point, what its rounding left out, and slope/(x − point) as a polynomial in x − point.

    The polynomials equal the slope at 16 Chebyshev points within `REACH` (mpmath, 60 digits; error below 1e-17).
    """

    point: float
    rest: float
    coefficients: tuple[float, ...]


REACH = 0.375


def near_root(root: Root, x: Array, slope: Array, rest: Any = 0) -> Array:
    """Return the slope, near its root from the polynomial there: as a sum of two terms it has lost its digits."""
    step = (np.clip(x, -10, 10) - root.point) + (rest - root.rest)
    return np.where(np.abs(step) < REACH, step * horner(root.coefficients, step), slope)


def gated(x: Array, t: Array, rest: Array, bend: Array) -> tuple[Array, Array]:
    """Return x·σ(t + rest) and its slope σ(t)(1 + bend·σ(−t)), with bend = x·dt/dx."""
    large, e, last = logistic_parts(t, rest)
    right = t >= 0
    finite = np.clip(x, -1.7976931348623157e308, 1.7976931348623157e308)
    return (
        np.where(right, x * large, finite * e * large * last),
        np.where(right, large * (1 + bend * e * large * last), (1 + bend + e) * (large * large) * e * last),
    )


_OUTER, _OUTER_REST = 1.5957691216057308, -9.96930880911092e-17  # 2√(2/π) and what rounding it left out
_INNER, _INNER_REST = 0.07135481627260025, -6.175149918155315e-19  # and 0.044715 times it


def gelu_tanh_argument(x: Array) -> tuple[Array, Array, Array]:
    """Return t = 2√(2/π)(x + 0.044715x³) with its rest, and x·dt/dx, for moderate x."""
    square, square_rest = two_product(x, x)
    cubic, rest = two_product(square, _INNER)
    factor = _OUTER + cubic
    rest = rest + square_rest * _INNER + square * _INNER_REST + _OUTER_REST
    rest = rest + np.where(cubic > _OUTER, _OUTER - (factor - cubic), cubic - (factor - _OUTER))
    t, t_rest = two_product(x, factor)
    return t, t_rest + x * rest, x * (_OUTER + 3 * cubic)


GELU_ROOT = Root(
    -0.7517915246935645, 1.4956759177009883e-17,
    (0.4314939923140469, 0.388284982990552, -0.018199676398671233, -0.11400823329722172, -0.014771522148222502,
     0.019421679838189904, 0.004539228377882542, -0.0022395380681211226, -0.0007448268039190593, 0.00018633974756538827,
     8.61589504992124e-05, -1.1214400475894796e-05, -7.74401032629287e-06, 4.330165182217249e-07, 5.50683554109169e-07,
     -2.3634321798541715e-09),
)  # fmt: skip
GELU_TANH_ROOT = Root(
    -0.7524614220710163, 3.635560509207687e-17,
    (0.4304000910248585, 0.38751844613578895, -0.015782853521849688, -0.11394448308095842, -0.016619328342804298,
     0.019682309459749088, 0.005261059240771322, -0.002422731841088524, -0.0009274416264332366, 0.00026392750651161115,
     0.00012424622966169648, -3.495413121030912e-05, -1.58995890329808e-05, 5.901352947597611e-06, 2.204665332997227e-06,
     -9.133341271231158e-07),
)  # fmt: skip
SWISH_ROOT = Root(
    -1.2784645427610737, -1.0946994183093437e-16,
    (0.2178117057198001, 0.1466487969969469, 0.018874814223782333, -0.01522265522318802, -0.006606589138359702,
     0.00012662741007934988, 0.0007985218820106927, 0.00018570724371276627, -4.0905347144807036e-05,
     -2.9733545036185094e-05, -2.9425596103405143e-06, 2.3460726099161287e-06, 8.593634568842169e-07,
     -3.087473357565486e-08, -9.002720027797255e-08, -1.7278468149028642e-08),
)  # fmt: skip
MISH_ROOT = Root(
    -1.1924312145154952, -4.8484829848031044e-17,
    (0.2669479140495345, 0.20473126408010586, 0.04190782104360926, -0.02027182271668449, -0.015821126561642283,
     -0.003360684926986403, 0.0010924055357634935, 0.0009898181000290672, 0.00025412950853535057,
     -4.196143724760667e-05, -5.5831108669672634e-05, -1.7300165630248114e-05, 9.611391854956273e-07,
     2.916384980447737e-06, 9.914019257894974e-07, -6.629749260220308e-09),
)  # fmt: skip
