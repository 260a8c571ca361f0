"""Checks by central differences, for gradlab's parts and for readers' own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab.activations import ACTIVATIONS, Activation
from gradlab.datasets import Data
from gradlab.losses import Loss
from gradlab.network import MLP

Array = NDArray[Any]


class SlopeError(AssertionError):
    """A slope or gradient that central differences do not confirm."""


def check_activation(
    activation: Activation | str, *, points: ArrayLike | None = None, tolerance: float = 1e-6
) -> float:
    """Check an activation's slope against central differences, away from its kinks.

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
        If an error is larger; the message names the point, the slope and what central differences give.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.testing.check_activation("tanh") < 1e-8
    True
    """
    part = ACTIVATIONS.resolve(activation, Activation)
    tolerance = _check.real("tolerance", tolerance, above=0)
    # an irrational spacing keeps the points off the round numbers where kinks lie
    x = np.linspace(-8, 8, 401) + np.pi / 1000 if points is None else np.asarray(points, dtype=float).ravel()
    for kink in part.kinks:
        x = x[np.abs(x - kink) > 1e-3]
    if not x.size:
        raise ValueError(f"points must hold at least one point further than 0.001 from the kinks of {part!r}")
    # the fourth-order difference: with this step its error and the rounding are both near 1e-12
    step = 2e-3 / 5
    near = part(x + step) - part(x - step)
    far = part(x + 2 * step) - part(x - 2 * step)
    expected = (8 * near - far) / (12 * step)
    slope = part.derivative(x)
    error = np.abs(slope - expected) / np.maximum(np.abs(expected), 1e-3)
    worst = int(np.argmax(np.where(np.isnan(error), np.inf, error)))
    if not error[worst] <= tolerance:
        raise SlopeError(
            f"the slope of {part!r} at x = {x[worst]:.6g} is {slope[worst]:.9g}; central differences give "
            f"{expected[worst]:.9g}, a relative error of {error[worst]:.2g} (allowed {tolerance:g})"
        )
    return float(error[worst])


def check_gradient(
    net: MLP,
    data: Data,
    *,
    loss: Loss | str = "cross_entropy",
    seed: int = 0,
    coordinates: int = 60,
    tolerance: float = 1e-5,
    theta: Array | None = None,
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
        How many of them.
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
        If an error is larger, or more than half of the parameters sit at kinks.
    """
    coordinates = _check.whole("coordinates", coordinates, least=1)
    tolerance = _check.real("tolerance", tolerance, above=0)
    start = net.initialize(seed) if theta is None else np.array(theta, dtype=float)
    _, gradient = net.loss_and_gradient(start, data, loss=loss)
    source = np.random.default_rng(seed)
    chosen = source.choice(net.parameters, min(coordinates, net.parameters), replace=False)
    # what the rounding of the loss leaves of a difference quotient is no error of the gradient
    scale = np.maximum(_scale_by_layer(net, gradient), max(1e-3 * np.abs(gradient).max(), 1e-7))
    step, worst, checked = 1e-5, 0.0, 0
    for index in chosen:
        moved = np.repeat(start, 3, axis=0)
        moved[:, index] += (-step, 0, step)
        below, here, above = net.loss_and_gradient(moved, data, loss=loss)[0]
        if abs((above - here) - (here - below)) / step > max(1e-3 * scale[index], 1e-9):
            continue
        checked += 1
        expected = (above - below) / (2 * step)
        error = abs(gradient[0, index] - expected) / scale[index]
        worst = max(worst, float(error))
        if not error <= tolerance:
            raise SlopeError(
                f"dL/dtheta[{index}] of {net!r} is {gradient[0, index]:.9g}; central differences give "
                f"{expected:.9g}, an error of {error:.2g} of the layer's largest entry (allowed {tolerance:g})"
            )
    if checked < len(chosen) / 2:
        raise SlopeError(f"only {checked} of {len(chosen)} parameters of {net!r} lie away from kinks; try another seed")
    return worst


def _scale_by_layer(net: MLP, gradient: Array) -> Array:
    """Largest entry of the gradient in each parameter's layer, one a parameter."""
    scale: Array = np.empty_like(gradient)
    for block, large in zip(net.blocks(scale), net.blocks(gradient), strict=True):
        block[...] = np.abs(large).max()
    for own, slopes in zip(net.hidden_parameters(scale), net.hidden_parameters(gradient), strict=True):
        for name, array in own.items():
            array[...] = np.abs(slopes[name]).max()
    return scale.reshape(-1)
