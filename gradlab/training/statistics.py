"""What a record holds of each layer: a statistic is one function of a `gradlab.Trace`, entered here and nowhere else.

Each is computed so that it neither under- nor overflows where the numbers that it is made of do not: this is a laboratory
for vanishing gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gradlab._registry import Registry
from gradlab.network import Trace
from gradlab.training._norms import norms

__all__ = ["STATISTICS", "LayerRecords", "Statistic", "statistic"]

Array = NDArray[Any]
Layers = Literal["all", "hidden"]


@dataclass(frozen=True, repr=False)
class Statistic:
    """A number for each layer, taken of a pass forward and back.

    Parameters
    ----------
    name
        Its name in `STATISTICS`, and that of the attribute of `gradlab.History` that holds its records.
    rule
        ``rule(trace)``: numbers of shape (seeds, layers).
    layers
        ``"all"`` layers have one, or ``"hidden"`` ones alone.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.STATISTICS["dead_fraction"].layers
    'hidden'
    """

    name: str
    rule: Callable[[Trace], Array]
    layers: Layers

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.rule.__doc__)

    def __repr__(self) -> str:
        return f"<statistic {self.name} of {self.layers} layers>"

    def __call__(self, trace: Trace) -> Array:
        """Return the numbers of shape (seeds, layers), in float64."""
        return np.asarray(self.rule(trace), dtype=float)

    def count(self, depth: int) -> int:
        """Return how many layers of a network with ``depth`` layers have this number."""
        return depth if self.layers == "all" else depth - 1


STATISTICS: Registry[Statistic] = Registry("statistic")
"""All statistics by name, in the order in which they are defined."""


def statistic(layers: Layers) -> Callable[[Callable[[Trace], Array]], Statistic]:
    """Enter ``rule(trace)`` in `STATISTICS`, under its own name.

    Parameters
    ----------
    layers
        Which layers have this number: ``"all"`` or ``"hidden"``.

    Returns
    -------
    Callable
        The decorator.
    """

    def decorate(rule: Callable[[Trace], Array]) -> Statistic:
        made = Statistic(rule.__name__, rule, layers)
        STATISTICS._add(made.name, made)
        return made

    return decorate


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class LayerRecords:
    """The records of all statistics: one attribute each.

    Parameters
    ----------
    gradient_norm
        Frobenius norm of dL/dW of each layer, biases left out; shape (records, seeds, layers).
    delta_norm
        Norm of dL/dz of each layer over the samples, shape (records, seeds, layers).
    activation_mean
        Mean of what each hidden layer passes on, f(z) and what goes round it; shape (records, seeds, hidden layers).
    activation_std
        Its standard deviation, shape (records, seeds, hidden layers).
    dead_fraction
        Share of units whose slope is 0 for every sample, shape (records, seeds, hidden layers).
    saturated_fraction
        Share of slopes below a hundredth of the steepest, shape (records, seeds, hidden layers).
    """

    gradient_norm: Array
    delta_norm: Array
    activation_mean: Array
    activation_std: Array
    dead_fraction: Array
    saturated_fraction: Array


@statistic("all")
def gradient_norm(trace: Trace) -> Array:
    """Frobenius norm of dL/dW of each layer, biases left out."""
    return _of_layers([norms(_flat(gradient[:, :-1])) for gradient in trace.gradients], trace)


@statistic("all")
def delta_norm(trace: Trace) -> Array:
    """Norm of the backpropagated signal dL/dz of each layer over the samples."""
    return _of_layers([norms(_flat(delta)) for delta in trace.deltas], trace)


@statistic("hidden")
def activation_mean(trace: Trace) -> Array:
    """Mean of what each hidden layer passes on, over its units and the samples."""
    return _of_layers([_mean(_flat(values)) for values in trace.activations], trace)


@statistic("hidden")
def activation_std(trace: Trace) -> Array:
    """Standard deviation of what each hidden layer passes on, over its units and the samples."""
    return _of_layers([_deviation(_flat(values)) for values in trace.activations], trace)


@statistic("hidden")
def dead_fraction(trace: Trace) -> Array:
    """Share of the units of each hidden layer whose slope is exactly 0 for every sample."""
    return _shares(trace, ~trace.all_slopes.any(axis=2), 1)


@statistic("hidden")
def saturated_fraction(trace: Trace) -> Array:
    """Share of the slopes of each hidden layer below a hundredth of the activation's steepest on [-10, 10]."""
    flat = np.abs(trace.all_slopes) < trace.net.activation.steepest / 100
    return _shares(trace, flat.sum(axis=2), flat.shape[2])


def _flat(layer: Array) -> Array:
    """Return the numbers of each seed as one row."""
    return layer.reshape(len(layer), -1)


def _of_layers(columns: list[Array], trace: Trace) -> Array:
    """Return numbers of shape (seeds, layers)."""
    return np.stack(columns, axis=1) if columns else np.empty((len(trace.outputs), 0))


def _mean(rows: Array) -> Array:
    """Return the mean of each row; a sum that overflows is taken once more of the numbers as shares of the largest."""
    found = rows.mean(axis=1).astype(float)
    for seed in np.flatnonzero(~np.isfinite(found)):
        largest = float(np.abs(rows[seed]).max())
        found[seed] = (rows[seed].astype(float) / largest).mean() * largest
    return found


def _deviation(rows: Array) -> Array:
    """Return the standard deviation of each row."""
    mean = _mean(rows).astype(rows.dtype)
    return norms(rows - mean[:, None]) / np.sqrt(rows.shape[1])


def _shares(trace: Trace, counts: Array, each: int) -> Array:
    """Return what counts of each unit add up to, as a share of each layer's ``each`` numbers a unit."""
    if not trace.starts:
        return np.empty((len(counts), 0))
    return np.add.reduceat(counts.astype(float), trace.starts, axis=1) / (np.array(trace.net.sizes[1:-1]) * each)
