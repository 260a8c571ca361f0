"""The signals of a network at its start, layer by layer: measured over seeds by `gradlab.probe`, and as theory has them.

The bench shows them. Its grid is made of them when the book is built; what is not in the grid, a reader's browser computes
by the same functions. All norms are logarithms to the base 10: ``-inf`` is a norm of 0, ``inf`` one that is not finite.
"""

from __future__ import annotations

import functools
import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

import gradlab as gl
from gradlab_live.theory import theory

Array = NDArray[Any]
Curve = list[float]
Signals = dict[str, Any]

WIDTH, SEEDS, SAMPLES = 32, 20, 64
QUANTILES = {"low": 0.1, "middle": 0.5, "high": 0.9}


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
    draw = functools.partial(_matched, times=gain)
    return gl.initializers.Initializer(f"matched × {gain:g}", draw, f"Matched weights, {gain:g} times as large.")


def _matched(generator: np.random.Generator, inputs: int, outputs: int, gain: float, *, times: float) -> Array:
    """Draw matched weights and multiply them."""
    weights: Array = times * gl.INITIALIZERS["matched"].draw(generator, inputs, outputs, gain)
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
        "theory": theory(net, digits(samples)),
        "width": max(net.sizes[1:-1], default=0),
        "samples": samples,
        "seeds": seeds,
        "from": "live",
    }
