"""The standard normal distribution, which NumPy leaves to SciPy: Φ and φ, exact parts of both, and quadrature."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.activations._arithmetic import exp_parts, horner

Array = NDArray[Any]

# φ(a)/Φ(−a) − a = P(a)/Q(a), degrees 10 and 11: equal at 22 Chebyshev points in (a − 3)/(a + 3), solved for in 80 digits
# with mpmath. All coefficients are positive, so nothing cancels; the error is 3e-18 of φ(a)/Φ(−a) for all a >= 0.
_P = (
    0.7978845608028654, 1.1065328817065667, 0.7783158244727703, 0.3570881131760113, 0.11692217012066546,
    0.028361927055279193, 0.005146457298772552, 0.0006897868608103215, 6.554369710987676e-05, 4.0126808274178885e-06,
    1.2165926013063234e-07,
)  # fmt: skip
_Q = (
    1.0, 1.842262880559935, 1.6778754572588683, 0.9839821071291502, 0.40984186632046005, 0.12682692899412354,
    0.02971742477722888, 0.0052768147359213025, 0.0006978122224814386, 6.578701563004655e-05, 4.012680827418087e-06,
    1.216592601306323e-07,
)  # fmt: skip
_DENSITY, _DENSITY_REST = 0.3989422804014327, -2.49232720227773e-17  # φ(0) and what rounding it left out


# For float32, Φ(−a) is exp(−a²/2) times a polynomial in u = 1/(1 + 0.45a) without a constant, lowest power first: equal at
# 9 Chebyshev points, solved for in 60 digits with mpmath; the relative error is 2e-6.
_TAIL = (
    0.1795244752171313, 0.17945136569186207, 0.14509611321741753, 0.05100808375010476, 0.07959425216415536,
    -0.3247946158092846, 0.2702799459115088, -0.08903484000863918, 0.008875029489978392,
)  # fmt: skip


def standard_normal(x: Array) -> tuple[Array, Array]:
    """Return Φ(x) and φ(x), the distribution function and the density of N(0, 1).

    To 5 digits in float32 and 14 in float64, less what rounding x² costs in the tails; `hazard` and `density_parts` have
    them all.
    """
    size = np.minimum(np.abs(x), 40)  # past 40 the density is 0
    falling = np.exp(x * x * -0.5)
    if x.dtype == np.float32:
        u = 1 / (0.45 * size + 1)
        tail = _polynomial(_TAIL, u) * u * falling
    else:
        tail = _DENSITY * falling / (size + _polynomial(_P, size) / _polynomial(_Q, size))
    return np.abs((x > 0) - tail), falling * _DENSITY


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """Return the polynomial with these coefficients, the constant first, in operations that the trainer can read."""
    total = coefficients[-1] * x + coefficients[-2]
    for coefficient in coefficients[-3::-1]:
        total = total * x + coefficient
    return total


def hazard(a: Array) -> tuple[Array, Array]:
    """Return φ(a)/Φ(−a) for a ≥ 0, the density of N(0, 1) over its upper tail, and the share that rounding P(0) lost.

    As a plus a rest that falls from 0.8 to 0: so the rounding errors of the rest hardly count. P(0) is 2φ(0).
    """
    q = horner(_Q, a)
    total = a + horner(_P, a) / q
    return total, 2 * _DENSITY_REST / (q * total)


def density_parts(a: Array) -> tuple[Array, Array, Array]:
    """Return ``scale``, ``small`` and ``last``, with φ(a) = scale·(1 + small)·last, for 0 ≤ a ≤ 40.

    The rounding of a² alone would cost a²/4 units in the last place; a is therefore split into a part whose square is
    exact and a small rest. The three are multiplied last, with whatever else is a factor, so that each rounds once and
    nothing underflows before the result does.
    """
    head = np.round(a * 256) / 256
    scale, last = exp_parts(-head * head / 2)
    small = np.expm1((head - a) * (head + a) / 2) + _DENSITY_REST / _DENSITY
    return _DENSITY * scale, small, last


def standard_normal_nodes(breaks: tuple[float, ...] = (), reach: float = 12.0) -> tuple[Array, Array]:
    """Return nodes and weights of a quadrature for E g(z), z ~ N(0, 1): Gauss–Legendre on panels split at ``breaks``."""
    inner = [b for b in breaks if abs(b) < reach]
    edges = np.unique([*np.linspace(-reach, reach, 65), *inner])
    node, weight = np.polynomial.legendre.leggauss(20)
    half, middle = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    z = (middle + half * node).ravel()
    return z, (half * weight).ravel() * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
