"""Checks by central differences, for gradlab's parts and for readers' own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab.activations import ACTIVATIONS, Activation
from gradlab.datasets import Data
from gradlab.losses import Loss
from gradlab.network import MLP

__all__ = ["SlopeError", "check_activation", "check_gradient"]

Array = NDArray[Any]

# the fourth-order difference: with this step its error and the rounding are both near 1e-12
_STEP = 4e-4
_APART = 1e-3  # how far from a kink points must lie, which is past the four points of a difference


class SlopeError(AssertionError):
    """A slope or gradient that central differences do not confirm.

    Examples
    --------
    >>> import gradlab as gl
    >>> def wrong(x):
    ...     return x**2, x  # the slope is 2x
    >>> gl.testing.check_activation(gl.Activation("wrong", wrong), points=[3])
    Traceback (most recent call last):
    gradlab.testing.SlopeError: the slope of wrong at x = 3 is 3; central differences give 6, a relative error of 0.5
    (allowed 1e-06)
    """


def check_activation(
    activation: Activation | str, *, points: ArrayLike | None = None, tolerance: float = 1e-6
) -> float:
    """Check an activation: its slope, its kinks, what it learns, and what the trainer computes.

    Slopes, and derivatives by learned parameters, are compared with central differences away from the kinks. At a kink
    the slope must be that from one side or lie between the two. Unless points are given, a kink that the activation
    does not name is looked for on [-8, 8]. A version ``in_place`` must agree with the rule.

    Parameters
    ----------
    activation
        The activation, or its name.
    points
        Where to check; 401 points on [-8, 8] unless given. Points nearer to a kink than 0.001 are left out.
    tolerance
        Largest error allowed, relative to the slope or, where the slope is under 0.001, to 0.001.

    Returns
    -------
    float
        The largest error found.

    Raises
    ------
    SlopeError
        If an error is larger, a value is nan, or a kink is not named; the message names the point, what was given and
        what central differences give.
    TypeError
        If the rule does not return two things, each of the shape of ``x``.
    ValueError
        If no point is left, or the name is unknown.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.testing.check_activation("tanh") < 1e-8
    True
    """
    part = ACTIVATIONS.resolve(activation, Activation)
    tolerance = _check.real("tolerance", tolerance, above=0)
    x = _away_from_kinks(part, points)
    value, slope = part.value_and_derivative(x)
    _all_finite(part, x, value)
    worst = _compare(f"the slope of {part!r}", x, slope, _difference(lambda step: part(x + step)), tolerance)
    for name, derivative in part.learned.items():
        worst = max(worst, _check_learned(part, name, derivative, x, tolerance))
    for kink in part.kinks:
        _check_kink(part, kink, tolerance)
    if points is None:
        _find_kinks(part)
    if part.in_place is not None:
        _check_in_place(part, x, tolerance)
    return worst


def _away_from_kinks(part: Activation, points: ArrayLike | None) -> Array:
    """Return the points where differences say something of the slope."""
    if points is None:  # an irrational spacing keeps the points off the round numbers where kinks lie
        x: Array = np.linspace(-8, 8, 401) + np.pi / 1000
    else:
        x = np.asarray(_check.finite_array("points", points, dimensions=tuple(range(9))), dtype=float).ravel()
    for kink in part.kinks:
        x = x[np.abs(x - kink) > _APART]
    if not x.size:
        raise ValueError(f"points must hold at least one point further than {_APART:g} from the kinks of {part!r}")
    return x


def _all_finite(part: Activation, x: Array, value: Array) -> None:
    """Say so where a value is nan: then no slope can be right."""
    wrong = np.flatnonzero(np.isnan(value))
    if wrong.size:
        raise SlopeError(f"the value of {part!r} at x = {x[wrong[0]]:.6g} is nan")


def _difference(shifted: Callable[[float], Array], step: float = _STEP) -> Array:
    """Return the central difference of fourth order."""
    near, far = shifted(step) - shifted(-step), shifted(2 * step) - shifted(-2 * step)
    found: Array = (8 * near - far) / (12 * step)
    return found


def _compare(what: str, x: Array, found: Array, expected: Array, tolerance: float) -> float:
    """Return the largest relative error, or say where it is larger than allowed."""
    error = np.abs(found - expected) / np.maximum(np.abs(expected), 1e-3)
    worst = int(np.argmax(np.where(np.isnan(error), np.inf, error)))
    if not error[worst] <= tolerance:
        raise SlopeError(
            f"{what} at x = {x[worst]:.6g} is {found[worst]:.9g}; central differences give "
            f"{expected[worst]:.9g}, a relative error of {error[worst]:.2g} (allowed {tolerance:g})"
        )
    return float(error[worst])


def _check_learned(part: Activation, name: str, derivative: Callable[..., Array], x: Array, tolerance: float) -> float:
    """Check the derivative of the value with respect to a learned parameter."""
    with np.errstate(all="ignore"):
        found = np.asarray(derivative(x.copy(), **part.parameters))
    if found.shape not in (x.shape, ()):
        raise TypeError(
            f"the derivative of {part.name} by {name} must have the shape of x, {x.shape}; it has {found.shape}"
        )
    here = part.parameters[name]
    low, high = part.limits.get(name, (-np.inf, np.inf))
    step = min(_STEP, (here - low) / 4, (high - here) / 4)
    expected = _difference(lambda by: part(x, **{name: here + by}), step)
    what = f"the derivative of {part!r} by {name}"
    return _compare(what, x, np.broadcast_to(found, x.shape), expected, tolerance)


def _check_kink(part: Activation, kink: float, tolerance: float) -> None:
    """Check that the slope at a kink is that from one side, or lies between the two."""
    sides = np.nextafter(kink, (-np.inf, np.inf)) + 1e-9 * np.array([-1, 1])
    (left, right), here = part.derivative(sides), part.derivative(kink)
    low, high = min(left, right), max(left, right)
    room = tolerance * max(abs(low), abs(high), 1e-3)
    if not low - room <= here <= high + room:
        raise SlopeError(
            f"the slope of {part!r} at its kink x = {kink:.6g} is {here:.9g}; from the left it is {left:.9g} and "
            f"from the right {right:.9g}, and it must not lie outside of these"
        )


def _find_kinks(part: Activation) -> None:
    """Look for a jump of the slope that the activation does not name: differences beside it do not show it."""
    x = np.linspace(-8, 8, 16_001)
    slope = part.derivative(x)
    jump = np.abs(np.diff(slope))
    steep = jump > 1e-3 * np.maximum(1, np.abs(slope[1:]))
    for kink in part.kinks:
        steep &= np.abs(x[1:] - kink) > 2 * _APART
    low, high, jump = x[:-1][steep], x[1:][steep], jump[steep]
    for _ in range(40):  # a jump stays as large, whatever halves are left; a steep rise does not
        middle = (low + high) / 2
        left, between, right = part.derivative(np.stack([low, middle, high]))
        first = np.abs(between - left) > np.abs(right - between)
        low, high = np.where(first, low, middle), np.where(first, middle, high)
    left, right = part.derivative(np.stack([low, high]))
    for index in np.flatnonzero(np.abs(right - left) > jump / 2):
        raise SlopeError(
            f"the slope of {part!r} jumps from {left[index]:.6g} to {right[index]:.6g} near x = "
            f"{round(high[index], 9) + 0.0:.6g}, which is not among its kinks; name it: kinks=(...,)"
        )


def _check_in_place(part: Activation, x: Array, tolerance: float) -> None:
    """Check the version that the trainer runs against the rule."""
    found = np.empty_like(x), np.empty_like(x)
    with np.errstate(all="ignore"):
        part.kernel()(x.copy(), *found)
    for name, one, other in zip(("value", "slope"), found, part.value_and_derivative(x), strict=True):
        apart = np.abs(one - other) > tolerance * np.maximum(np.abs(other), 1e-3)
        wrong = np.flatnonzero(apart | np.isnan(one))
        if wrong.size:
            at = wrong[0]
            raise SlopeError(
                f"in_place of {part!r} gives the {name} {one[at]:.9g} at x = {x[at]:.6g}; the rule gives {other[at]:.9g}"
            )


def check_gradient(
    net: MLP,
    data: Data,
    *,
    loss: Loss | str = "cross_entropy",
    seed: int = 0,
    coordinates: int = 60,
    tolerance: float = 1e-5,
    theta: ArrayLike | None = None,
) -> float:
    """Check a network's gradient against central differences in randomly chosen parameters.

    A parameter whose one-sided differences disagree sits at a kink, where there is no gradient to check; it is left
    out.

    Parameters
    ----------
    net
        The recipe.
    data
        Samples on which the loss is taken.
    loss
        A name or a `Loss`.
    seed
        Decides the parameters and which of them are checked.
    coordinates
        How many of them, at least 1.
    tolerance
        Largest error allowed, relative to the largest entry of the gradient in the same layer.
    theta
        Parameters of shape (1, parameters) instead of those that the seed draws.

    Returns
    -------
    float
        The largest error found.

    Raises
    ------
    SlopeError
        If an error is larger, the loss or the gradient is not finite, or more than half of the parameters sit at kinks;
        the message names the parameter and its layer.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If a number lies outside its limits, or shapes do not fit.

    Examples
    --------
    >>> import gradlab as gl
    >>> net = gl.MLP([2, 5, 2], activation="gelu", normalize="layer")
    >>> gl.testing.check_gradient(net, gl.datasets.xor()) < 1e-6
    True
    """
    coordinates = _check.whole("coordinates", coordinates, least=1)
    tolerance = _check.real("tolerance", tolerance, above=0)
    if not isinstance(net, MLP):
        raise TypeError(f"net must be a gradlab.MLP, not {net!r:.80}")
    start = net.initialize(seed) if theta is None else _one_row(net, theta)
    value, gradient = net.loss_and_gradient(start, data, loss=loss)
    if not (np.isfinite(value).all() and np.isfinite(gradient).all()):
        raise SlopeError(f"the loss of {net!r} is {value[0]:.6g} and its gradient is not finite everywhere")
    chosen = np.random.default_rng(seed).choice(net.parameters, min(coordinates, net.parameters), replace=False)
    # what the rounding of the loss leaves of a difference quotient is no error of the gradient
    scale = np.maximum(_scale_by_layer(net, gradient), max(1e-3 * np.abs(gradient).max(), 1e-7))
    errors = []
    for index in chosen:
        for step in (1e-5, 1e-6, 1e-7):  # a kink close by is stepped over by the larger ones alone
            moved = np.repeat(start, 3, axis=0)
            moved[:, index] += (-step, 0, step)
            below, here, above = net.loss_and_gradient(moved, data, loss=loss)[0]
            kink = abs((above - here) - (here - below)) / step > max(1e-3 * scale[index], 1e-9)
            expected = (above - below) / (2 * step)
            error = float(abs(gradient[0, index] - expected) / scale[index])
            if kink or error <= tolerance:
                break
        if kink:
            continue
        errors.append(error)
        if not error <= tolerance:
            raise SlopeError(
                f"dL/dtheta[{index}] of {net!r}, {_name(net, index)}, is {gradient[0, index]:.9g}; central differences "
                f"give {expected:.9g}, an error of {errors[-1]:.2g} of the layer's largest entry (allowed {tolerance:g})"
            )
    if len(errors) < len(chosen) / 2:
        raise SlopeError(
            f"only {len(errors)} of {len(chosen)} parameters of {net!r} lie away from kinks; try another seed"
        )
    return max(errors)


def _one_row(net: MLP, theta: ArrayLike) -> Array:
    """Return a copy of parameters of one seed."""
    row = np.array(_check.finite_array("theta", theta, dimensions=(2,)), dtype=float)
    if row.shape != (1, net.parameters):
        raise ValueError(f"theta must have shape (1, {net.parameters}) for {net!r}, not {row.shape}")
    return row


def _scale_by_layer(net: MLP, gradient: Array) -> Array:
    """Largest entry of the gradient in each parameter's layer, one a parameter."""
    scale: Array = np.empty_like(gradient)
    for block, large in zip(net.blocks(scale), net.blocks(gradient), strict=True):
        block[...] = np.abs(large).max()
    for own, slopes in zip(net.hidden_parameters(scale), net.hidden_parameters(gradient), strict=True):
        for name, array in own.items():
            array[...] = np.abs(slopes[name]).max()
    return scale.reshape(-1)


def _name(net: MLP, index: int) -> str:
    """Say which parameter it is: ``"a weight of layer 2"``."""
    marked = np.zeros((1, net.parameters))
    marked[0, index] = 1
    for number, layer in enumerate(net.layers(marked), 1):
        if layer.weights.any():
            return f"a weight of layer {number}"
        if layer.biases.any():
            return f"a bias of layer {number}"
    for number, own in enumerate(net.hidden_parameters(marked), 1):
        for name, array in own.items():
            if array.any():
                return f"a {name} of layer {number}"
    raise AssertionError("every parameter stands in a layer")
