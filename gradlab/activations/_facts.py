"""What follows from an activation's values and slopes: its range, whether it is monotonic, its moments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.activations._normal import standard_normal_nodes

Array = NDArray[Any]
Function = Callable[[Any], tuple[Array, Array]]  # x to value and slope


@np.errstate(all="ignore")
def survey(function: Function, kinks: tuple[float, ...]) -> tuple[Array, Array, Array]:
    """Return points from the most negative number to the largest, dense near 0, with value and slope there."""
    far = np.geomspace(40, 1.7e308, 1200)
    beside = [np.nextafter(kink, side) for kink in kinks for side in (-np.inf, np.inf)]  # the value may jump there
    x = np.unique(np.concatenate([-far, np.linspace(-40, 40, 16_001), np.asarray([*kinks, *beside]), far]))
    return x, *function(x)


@np.errstate(all="ignore")
def monotonic(seen: tuple[Array, Array, Array]) -> bool:
    """Return whether a function never falls, or never rises, at the points of its survey."""
    _, value, slope = seen
    finite = np.isfinite(value[1:]) & np.isfinite(value[:-1])
    before, after = np.where(finite, value[:-1], 0), np.where(finite, value[1:], 0)
    step = after - before  # inf for two large numbers with opposite signs
    room = 1e-12 * np.abs(after)
    rises = (slope >= 0).all() and (step >= -room).all()
    return bool(rises or ((slope <= 0).all() and (step <= room).all()))


@np.errstate(all="ignore")
def value_range(function: Function, seen: tuple[Array, Array, Array]) -> tuple[float, float]:
    """Return infimum and supremum: from the limits at ±inf, the survey, and the zeros of the slope in it."""
    x, value, slope = seen
    turns = np.flatnonzero(np.sign(slope[1:]) * np.sign(slope[:-1]) < 0)
    low, high, left = x[turns], x[turns + 1], np.sign(slope[turns])
    for _ in range(70):
        middle = low / 2 + high / 2
        before = np.sign(function(middle)[1]) == left
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    found = np.concatenate([value, *(function(end)[0] for end in (low, high, np.array([-np.inf, np.inf])))])
    return float(np.nanmin(found)), float(np.nanmax(found))


@np.errstate(all="ignore")
def steepest(function: Function, kinks: tuple[float, ...]) -> float:
    """Return the largest size of the slope on [-10, 10]."""
    sides = [side for kink in kinks for side in np.nextafter(kink, (-np.inf, np.inf))]
    x = np.append(np.linspace(-10, 10, 4001), [side for side in sides if abs(side) <= 10])
    return float(np.abs(function(x)[1]).max())


@np.errstate(all="ignore")
def gaussian_moments(function: Function, kinks: tuple[float, ...], scale: float) -> tuple[float, float, float, float]:
    """Return E f(z), Var f(z), E f′(z) and E f′(z)² for z ~ N(0, scale²), by quadrature between the kinks."""
    z, weight = standard_normal_nodes(tuple(kink / scale for kink in kinks))
    value, slope = function(scale * z)
    mean = float(weight @ value)
    return mean, float(weight @ (value - mean) ** 2), float(weight @ slope), float(weight @ slope**2)
