"""What mean-field theory says of the signals of a network at its start: those of infinitely wide layers.

There pre-activations are normal; what enters a layer is known by its mean square, and by its mean product over two samples,
of one class or of two. Each layer maps these numbers to others, and on the way back the same holds for the slopes. Nothing
is fitted.

A finite width is another thing, and the page says how far apart the two are (grid.js, `apart`). Each of n units bends what
enters by about 1/√n, and a depth of the order of n adds that up. Besides, about 1/n of what comes back runs along the
signal itself. Where E z f(z) f′(z) is large beside E f² and E f′² is small, as where f jumps (`hardshrink`) or is flat at 0
(`tanhshrink`), that part fades less than the rest from layer to layer, and soon is all that is left.
"""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import gradlab as gl

Array = NDArray[Any]
Curve = list[float]

STEEP = 8.0  # how many times a relative change of what enters may grow: a finite width changes it by tenths
ORDER = 40  # how many Hermite polynomials an activation is written in
ROOTS = np.sqrt(np.arange(ORDER))
PANELS = np.linspace(-8, 8, 13)  # of the quadrature: nothing of a normal number is outside
NODE, SHARE = np.polynomial.legendre.leggauss(12)  # of a panel


def variance(init: gl.initializers.Initializer, inputs: int, outputs: int, gain: float) -> float | None:
    """Return the variance of the weights of a layer, or None for an initialiser of another kind than gradlab's.

    Parameters
    ----------
    init
        The initialiser.
    inputs, outputs
        The layer's units.
    gain
        The gain of the activation that feeds it.

    Returns
    -------
    float or None
        The variance about 0.
    """
    told = getattr(init.draw, "keywords", {})
    if set(told) == {"value"}:
        return float(told["value"]) ** 2 if told["value"] == 0 else None  # equal weights are no random ones
    if set(told) == {"deviation", "factor"}:
        return float(told["deviation"] * told["factor"]) ** 2
    if {"scale", "fan"} <= set(told):
        size = {"in": inputs, "out": outputs, "average": (inputs + outputs) / 2}[told["fan"]]
        return float(told["scale"] / size * (gain if told.get("matched") else told["factor"]) ** 2)
    if set(told) == {"times"}:  # signals.scaled
        return (float(told["times"]) * gain) ** 2 / inputs
    if init.rule is gl.INITIALIZERS["orthogonal"].rule:
        return float(told["factor"]) ** 2 / max(inputs, outputs)
    return None


class _Pairs(NamedTuple):
    """Pairs of samples, in groups: each with itself, with others of its class, with those of other classes."""

    counts: Array
    products: Array  # their mean inner product
    same: Array  # whether they are of one class
    samples: int


def _pairs(data: gl.datasets.Data) -> _Pairs:
    """Group the pairs of some samples."""
    samples = len(data.x)
    gram, itself = data.x @ data.x.T, np.eye(samples, dtype=bool)
    same = data.y[:, None] == data.y[None, :]
    masks = [mask for mask in (itself, same & ~itself, ~same) if mask.any()]
    return _Pairs(
        np.array([mask.sum() for mask in masks], float),
        np.array([gram[mask].mean() for mask in masks]),
        np.array([bool(same[mask].all()) for mask in masks], float),
        samples,
    )


class _Through(NamedTuple):
    """What an activation makes of normal pre-activations."""

    value: Array  # E f(u) f(v) of each group of pairs
    slope: Array  # E f′(u) f′(v)
    spread: float
    growth: float  # relative change of E f² over that of E u²


@functools.lru_cache(maxsize=2048)
def _through(activation: gl.Activation, square: float, likeness: tuple[float, ...]) -> _Through:
    """Return the moments of an activation over two pre-activations, for each correlation.

    Over two normal numbers of correlation c, two different Hermite polynomials have a mean product of 0, and the k-th with
    itself one of cᵏ (Mehler). Where f jumps it has no slope there: no gradient goes through a jump.
    """
    scale = math.sqrt(square)
    basis = _basis(tuple(kink / scale for kink in activation.kinks))
    value, slope = (np.asarray(one, float) for one in activation.value_and_derivative(scale * basis.node))
    values = _products(value, basis, likeness)
    mean, second = basis.weight @ value, basis.weight * basis.node**2 @ value**2
    # d ln E f² / d ln E u² through the density of u, as f may jump
    return _Through(
        value=values,
        slope=_products(slope, basis, likeness),
        spread=math.sqrt(max(values[0] - mean**2, 0.0)),
        growth=float(second / values[0] - 1) / 2,
    )


class _Basis(NamedTuple):
    """Means over normal numbers, by quadrature."""

    node: Array
    weight: Array
    polynomials: Array  # orthonormal ones, times the weights, shape (ORDER, nodes)


@functools.lru_cache(maxsize=32)
def _basis(kinks: tuple[float, ...]) -> _Basis:
    """Return the quadrature on panels that end at kinks."""
    edges = np.unique([*PANELS, *(kink for kink in kinks if abs(kink) < PANELS[-1])])
    half, middle = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    node = (middle + half * NODE).ravel()
    weight = (half * SHARE).ravel() * np.exp(-node * node / 2) / math.sqrt(2 * math.pi)
    polynomials = np.empty((ORDER, len(node)))
    polynomials[0], polynomials[1] = weight, weight * node
    for order in range(2, ORDER):
        polynomials[order] = (node * polynomials[order - 1] - ROOTS[order - 1] * polynomials[order - 2]) / ROOTS[order]
    return _Basis(node, weight, polynomials)


def _products(numbers: Array, basis: _Basis, likeness: tuple[float, ...]) -> Array:
    """Return E g(u)², and E g(u) g(v) for each correlation, of numbers g at the nodes."""
    square = float(basis.weight @ numbers**2)
    parts = (basis.polynomials @ numbers) ** 2
    rest = max(square - parts.sum(), 0.0)
    return np.array([square, *(parts @ one ** np.arange(ORDER) + rest * _rest(one) for one in likeness)])


def _rest(likeness: float) -> float:
    """Return which share of the higher polynomials is alike: where g jumps their parts fall as k^(−3/2)."""
    if not 0 < likeness < 1:
        return likeness
    reach = -ORDER * math.log(likeness)
    return math.exp(-reach) - math.sqrt(math.pi * reach) * math.erfc(math.sqrt(reach))


@functools.cache
def _logits(outputs: int) -> Array:
    """Return normal numbers, the same at each call: a common part and two own ones of some outputs."""
    return np.random.default_rng(0).standard_normal((3, 1024, outputs))


def _loss_slopes(pairs: _Pairs, square: float, likeness: Array, outputs: int) -> Array:
    """Return the mean product of the cross-entropy's slopes of each group of pairs, for normal logits."""
    common, one, other = _logits(outputs) * math.sqrt(square)
    found = np.empty(len(likeness))
    for index, share in enumerate(likeness):
        both = [_softmax(np.sqrt(share) * common + np.sqrt(1 - share) * part) for part in (one, other)]
        found[index] = (both[0] * both[1]).sum(1).mean()
    slopes: Array = (found - 2 / outputs + pairs.same) / pairs.samples**2
    return slopes


def _softmax(logits: Array) -> Array:
    """Return the probabilities of logits."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    shares: Array = powers / powers.sum(1, keepdims=True)
    return shares


def _variances(net: gl.MLP) -> tuple[list[float], list[float]] | None:
    """Return the variances of weights and of biases of each layer, where they are known."""
    gain = net.activation.gain
    layers = list(zip(net.sizes[:-1], net.sizes[1:], strict=True))
    weights = [variance(net.init, *layer, gain if index else 1.0) for index, layer in enumerate(layers)]
    shifts = [variance(net.bias_init, *layer, 1.0) for layer in layers]
    if None in weights or None in shifts:
        return None
    return weights, shifts  # type: ignore[return-value]


def theory(net: gl.MLP, data: gl.datasets.Data) -> dict[str, Curve] | None:
    """Return what mean-field theory predicts of a plain network.

    Parameters
    ----------
    net
        The recipe.
    data
        The samples, of classes.

    Returns
    -------
    dict or None
        Logarithms of the norms of weight gradients and of slopes in pre-activations, of each layer, and of the standard
        deviation of what hidden layers pass on. None with a normalisation or residual connections, for initialisers
        whose variance is not known, where a number is not finite or is 0, and where the theory is of no use at a finite
        width: it takes a mean square for a sure number, and the layers make a small change of it `STEEP` times as large.
    """
    if net.normalize or net.residual:
        return None
    with np.errstate(all="ignore"):
        try:
            known = _variances(net)
            found = None if known is None else _mean_field(net, *known, _pairs(data))
        except (ValueError, ZeroDivisionError, OverflowError):  # a scale of 0, inf or nan
            return None
    return found if found and all(np.isfinite(curve).all() for curve in found.values()) else None


def _mean_field(net: gl.MLP, weights: list[float], shifts: list[float], pairs: _Pairs) -> dict[str, Curve]:
    """Go forward and back."""
    entering, slopes, spread, growth = [pairs.products], [], [], 1.0
    for units, weight, shift in zip(net.sizes[1:-1], weights, shifts, strict=False):
        products = weight * entering[-1] + shift
        seen = _through(net.activation, *_split(products))
        growth *= seen.growth * (1 - shift / products[0])
        if not abs(growth) <= STEEP:
            raise OverflowError("what a finite width changes grows from layer to layer")
        entering.append(units * seen.value)
        slopes.append(seen.slope)
        spread.append(seen.spread)
    square, likeness = _split(weights[-1] * entering[-1] + shifts[-1])
    going = [_loss_slopes(pairs, square, np.array([1.0, *likeness]), net.sizes[-1])]
    for index in range(net.depth - 1, 0, -1):
        going.append(going[-1] * weights[index] * net.sizes[index] * slopes[index - 1])
    going.reverse()
    squares = [pairs.counts @ (one * slope) for one, slope in zip(entering, going, strict=True)]
    return {
        "gradient": (np.log10(squares) / 2).tolist(),
        "delta": (np.log10([pairs.counts[0] * slope[0] for slope in going]) / 2).tolist(),
        "spread": np.log10(spread).tolist(),
    }


def _split(products: Array) -> tuple[float, tuple[float, ...]]:
    """Return the mean square of pre-activations, and their correlations over two samples, from their mean products."""
    square = float(products[0])
    return square, tuple(np.clip(products[1:] / square, 0.0, 1.0).tolist())
