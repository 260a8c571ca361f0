"""The signals of a network at its start, layer by layer: measured over seeds by `gradlab.probe`, and as theory has them.

The bench shows them. Its grid is made of them when the book is built; what is not in the grid, a reader's browser computes
by the same functions. All norms are logarithms to the base 10: ``-inf`` is a norm of 0, ``inf`` one that is not finite.

The theory is that of infinitely wide networks (mean field). There pre-activations are normal; what enters a layer is known
by its mean square, and by its mean product over two samples, of one class or of two. Each layer maps these numbers to
others, and on the way back the same holds for the slopes. Nothing is fitted.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import gradlab as gl

Array = NDArray[Any]
Curve = list[float]
Signals = dict[str, Any]

WIDTH, SEEDS, SAMPLES = 32, 20, 64
QUANTILES = {"low": 0.1, "middle": 0.5, "high": 0.9}
NODES = 64  # of each quadrature over the common and the own part of two pre-activations


# -- recipes -----------------------------------------------------------------------------------------------------------


@functools.cache
def digits(samples: int = SAMPLES) -> gl.datasets.Data:
    """Return the first digits, on which signals are measured."""
    data = gl.datasets.digits()
    return gl.datasets.Data(data.x[:samples], data.y[:samples])


def scaled(init: str, gain: float) -> gl.initializers.Initializer:
    """Return an initialiser with all weights ``gain`` times as large.

    Parameters
    ----------
    init
        A name in `gradlab.INITIALIZERS`.
    gain
        The factor, above 0.

    Returns
    -------
    Initializer
        For 1 the initialiser itself. ``bind`` sets the gain of all others but ``matched``, which would forget that of
        the activation.
    """
    found: gl.initializers.Initializer = gl.INITIALIZERS[init]
    if gain == 1:
        return found
    if found is not gl.INITIALIZERS["matched"]:
        return found.bind(gain=gain)
    draw = functools.partial(_times, factor=gain)
    return gl.initializers.Initializer(f"matched × {gain:g}", draw, f"Matched weights, {gain:g} times as large.")


def _times(generator: np.random.Generator, inputs: int, outputs: int, gain: float, *, factor: float) -> Array:
    """Draw matched weights and multiply them."""
    weights: Array = factor * gl.INITIALIZERS["matched"].draw(generator, inputs, outputs, gain)
    return weights


def biases(deviation: float) -> gl.initializers.Initializer:
    """Return the initialiser of biases with a standard deviation; for 0 that of zeros, which draws nothing."""
    return gl.initializers.normal(deviation) if deviation else gl.INITIALIZERS["zeros"]


def recipe(
    activation: gl.Activation | str,
    init: str,
    *,
    depth: int,
    width: int = WIDTH,
    normalize: str = "none",
    residual: bool = False,
    gain: float = 1.0,
    bias: float = 0.0,
) -> gl.MLP:
    """Return the network on which the signals of a setting of the bench are measured: from 64 pixels to 10 digits."""
    return gl.MLP(
        [64, *[width] * (depth - 1), 10],
        activation=activation,
        init=scaled(init, gain),
        bias_init=biases(bias),
        normalize=None if normalize == "none" else normalize,  # type: ignore[arg-type]
        residual=bool(residual),
    )


# -- measured ----------------------------------------------------------------------------------------------------------


def logarithm(norms: Array) -> Array:
    """Return log10: ``-inf`` for 0, ``inf`` for what is not finite."""
    with np.errstate(all="ignore"):
        return np.where(np.isfinite(norms), np.log10(np.abs(norms)), np.inf)


def quantile(values: Array, share: float) -> Array:
    """Return a quantile over the first axis, as `numpy.quantile` does between finite numbers.

    Where one of the two numbers between which it lies is infinite, it is that one, and ``inf`` if both are.
    """
    ordered = np.sort(values, axis=0)
    place = share * (len(ordered) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    with np.errstate(all="ignore"):
        between = below + (above - below) * (place - math.floor(place))
    between = np.where(below == above, below, between)
    infinite = np.where(above == np.inf, np.inf, -np.inf)
    return np.where(np.isfinite(between) | (below == above), between, infinite)


def bands(norms: Array) -> dict[str, Curve]:
    """Return the quantiles of norms of shape (seeds, layers), as logarithms."""
    values = logarithm(norms)
    return {name: quantile(values, share).tolist() for name, share in QUANTILES.items()}


def medians(shares: Array) -> Curve:
    """Return the medians of shares of shape (seeds, layers); a layer that is not finite has none, and counts as 0."""
    found: Curve = np.median(np.nan_to_num(shares), axis=0).tolist()
    return found


def signals(net: gl.MLP, *, seeds: int = SEEDS, samples: int = SAMPLES, first_seed: int = 0) -> Signals:
    """Measure the signals of a network at its start.

    Parameters
    ----------
    net
        The recipe, from 64 inputs to 10 outputs.
    seeds
        How many seeds.
    samples
        How many digits, from the first on.
    first_seed
        The first of the seeds.

    Returns
    -------
    dict
        The numbers of the picture.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what diverges is seen in the numbers
        seen = gl.probe(net, digits(samples), seeds=range(first_seed, first_seed + seeds))
    return {
        "layers": net.depth,
        "gradient": bands(seen.gradient_norm[0]),
        "delta": bands(seen.delta_norm[0]),
        "spread": bands(seen.activation_std[0]),
        "dead": medians(seen.dead_fraction[0]),
        "saturated": medians(seen.saturated_fraction[0]),
        "theory": theory(net, samples=samples),
        "width": max(net.sizes[1:-1], default=0),
        "samples": samples,
        "seeds": seeds,
        "from": "live",
    }


# -- theory ------------------------------------------------------------------------------------------------------------


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
    if init.rule is _times:
        matched = variance(gl.INITIALIZERS["matched"], inputs, outputs, gain)
        return None if matched is None else matched * float(told["factor"]) ** 2
    if init.rule is gl.INITIALIZERS["orthogonal"].rule:
        return float(told["factor"]) ** 2 / max(inputs, outputs)
    return None


class _Pairs(NamedTuple):
    """Pairs of samples, in groups: each with itself, with others of its class, with those of other classes."""

    counts: Array
    products: Array  # their mean inner product
    same: Array  # whether they are of one class
    samples: int


@functools.cache
def _pairs(samples: int) -> _Pairs:
    """Group the pairs of the first digits."""
    data = digits(samples)
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


@functools.lru_cache(maxsize=2048)
def _through(activation: gl.Activation, square: float, likeness: tuple[float, ...]) -> _Through:
    """Return the moments of an activation over two pre-activations, for each correlation.

    Two normal numbers with a correlation c ≥ 0 are a common part and two own ones of equal law, so that E f(u) f(v) is
    the mean, over the common part, of the squared mean over the own one.
    """
    scale = math.sqrt(square)
    moments = activation.gaussian_moments(scale=scale)
    node, weight = _normal_nodes()
    common, own = scale * node[:, None], scale * node[None, :]
    shared = np.array([1.0, *likeness])[:, None, None]
    seen = activation.value_and_derivative(np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
    products = [(np.asarray(part) @ weight) ** 2 @ weight for part in seen]
    exact = (moments.mean_square, moments.slope_mean_square)
    # held to the exact moments of one pre-activation: the nodes do not know of kinks
    value, slope = (known * part / part[0] if part[0] else part for known, part in zip(exact, products, strict=True))
    return _Through(value, slope, math.sqrt(max(moments.variance, 0.0)))


@functools.cache
def _normal_nodes() -> tuple[Array, Array]:
    """Return nodes and weights of a mean over normal numbers."""
    node, weight = np.polynomial.hermite_e.hermegauss(NODES)
    return node, weight / weight.sum()


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


def theory(net: gl.MLP, *, samples: int = SAMPLES) -> dict[str, Curve] | None:
    """Return what mean-field theory predicts of a plain network.

    Parameters
    ----------
    net
        The recipe.
    samples
        How many digits, from the first on.

    Returns
    -------
    dict or None
        Logarithms of the norms of weight gradients and of slopes in pre-activations, of each layer, and of the standard
        deviation of what hidden layers pass on. None with a normalisation or residual connections, for initialisers
        whose variance is not known, and where a number is not finite or is 0.
    """
    known = None if net.normalize or net.residual else _variances(net)
    if known is None:
        return None
    with np.errstate(all="ignore"):
        try:
            found = _mean_field(net, *known, _pairs(samples))
        except (ValueError, ZeroDivisionError, OverflowError):  # a scale of 0, inf or nan
            return None
    return found if all(np.isfinite(curve).all() for curve in found.values()) else None


def _mean_field(net: gl.MLP, weights: list[float], shifts: list[float], pairs: _Pairs) -> dict[str, Curve]:
    """Go forward and back."""
    entering, slopes, spread = [pairs.products], [], []
    for units, weight, shift in zip(net.sizes[1:-1], weights, shifts, strict=False):
        seen = _through(net.activation, *_split(weight * entering[-1] + shift))
        entering.append(units * seen.value)
        slopes.append(seen.slope)
        spread.append(seen.spread)
    square, likeness = _split(weights[-1] * entering[-1] + shifts[-1])
    going = [net.sizes[-1] and _loss_slopes(pairs, square, np.array([1.0, *likeness]), net.sizes[-1])]
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


def settings(state: dict[str, Any], names: Sequence[str] = ("depth", "width")) -> dict[str, Any]:
    """Return the arguments of `recipe` that a state of the bench holds."""
    told = {name: int(state[name]) for name in names if name in state}
    told |= {name: float(state[name]) for name in ("gain", "bias") if name in state}
    if "normalize" in state:
        told["normalize"] = state["normalize"]
    return {**told, "residual": str(state.get("residual", 0)) in {"1", "True"}}
