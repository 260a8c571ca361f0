"""What a record holds of each layer: a statistic is one function of a `gradlab.Trace`, entered here and nowhere else.

Each is computed so that it neither under- nor overflows where the numbers that it is made of do not: this is a laboratory
for vanishing gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gradlab._registry import Registry
from gradlab.network import Trace
from gradlab.training._norms import Norms, all_finite

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

    def __reduce__(self) -> Any:
        return _restore, (self.name,)

    def __call__(self, trace: Trace) -> Array:
        """Return the numbers of shape (seeds, layers), in float64."""
        if self.layers == "hidden" and len(trace.net.sizes) == 2:
            return np.empty((len(trace.outputs), 0))
        trace.forget()
        return np.asarray(self.rule(trace), dtype=float)

    def count(self, depth: int) -> int:
        """Return how many layers of a network with ``depth`` layers have this number."""
        return depth if self.layers == "all" else depth - 1


def _restore(name: str) -> Statistic:
    """Find a statistic again after pickling."""
    return STATISTICS[name]


STATISTICS: Registry[Statistic] = Registry("statistic")
"""All statistics by name, in the order in which they are defined."""


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

    Raises
    ------
    TypeError
        If `LayerRecords` has no field of that name.
    """

    def decorate(rule: Callable[[Trace], Array]) -> Statistic:
        if rule.__name__ not in LayerRecords.__annotations__:
            raise TypeError(
                f"a history has nowhere to keep {rule.__name__!r}: its records are the fields of LayerRecords in this file. "
                "What a statistic of your own needs is in net.forward(run.theta, x) and net.loss_and_gradient"
            )
        made = Statistic(rule.__name__, rule, layers)
        STATISTICS._add(made.name, made)
        return made

    return decorate


@statistic("all")
def gradient_norm(trace: Trace) -> Array:
    """Frobenius norm of dL/dW of each layer, biases left out."""
    return trace.once(gradient_norm, lambda: Norms([gradient[:, :-1] for gradient in trace.gradients]))()


@statistic("all")
def delta_norm(trace: Trace) -> Array:
    """Norm of the backpropagated signal dL/dz of each layer over the samples."""
    return trace.once(delta_norm, lambda: Norms(trace.deltas))()


@statistic("hidden")
def activation_mean(trace: Trace) -> Array:
    """Mean of what each hidden layer passes on, over its units and the samples."""
    return trace.recall(_mean, lambda: _mean(trace))


@statistic("hidden")
def activation_std(trace: Trace) -> Array:
    """Standard deviation of what each hidden layer passes on, over its units and the samples."""
    apart = trace.once(activation_std, lambda: _Apart(trace))
    return apart.norms(trace.recall(_mean, lambda: _mean(trace))) / trace.once(_root, lambda: _root(trace))


@statistic("hidden")
def dead_fraction(trace: Trace) -> Array:
    """Share of the units of each hidden layer whose slope is exactly 0 for every sample."""
    found: Array = trace.recall(_shares, lambda: _shares(trace))[0]
    return found


@statistic("hidden")
def saturated_fraction(trace: Trace) -> Array:
    """Share of the slopes of each hidden layer below a hundredth of the activation's steepest on [-10, 10]."""
    found: Array = trace.recall(_shares, lambda: _shares(trace))[1]
    return found


def _mean(trace: Trace) -> Array:
    """Return the mean of what each hidden layer passes on, shape (seeds, hidden layers)."""
    # in float64: in float32 a sum over many samples would lose digits
    ones = trace.once((_mean, 1), lambda: np.ones((trace.all_values.shape[2], 1)))
    sums = np.matmul(trace.all_values.astype(float, copy=False), ones)[..., 0]
    # each layer is followed by the ones that carry the biases, whose sums are left out
    found = np.add.reduceat(sums, trace.once(_mean, lambda: _starts_of_values(trace)), axis=1)[:, ::2]
    found /= _entries(trace)
    if not all_finite(found):
        for seed, layer in np.argwhere(~np.isfinite(found)):  # a sum may be too large where the mean is not
            values = trace.activations[layer][seed].astype(float)
            largest = np.abs(values).max()
            found[seed, layer] = (values / largest).mean() * largest if np.isfinite(largest) else values.mean()
    return found


def _starts_of_values(trace: Trace) -> list[int]:
    """Return the rows of ``all_values`` at which layers and their ones start, by turns."""
    units = trace.net.sizes[1:-1]
    return [
        row
        for index, (at, more) in enumerate(zip(trace.starts, units, strict=True))
        for row in (at + index, at + index + more)
    ]


def _root(trace: Trace) -> Array:
    """Return √n for the numbers that each hidden layer passes on."""
    return np.sqrt(_entries(trace))


class _Apart:
    """How far values stand apart from their means: the norms of the deviations, in one buffer for all layers."""

    def __init__(self, trace: Trace) -> None:
        self.values = trace.activations
        self.means = np.empty((len(self.values), len(self.values[0]), 1, 1), trace.all_values.dtype)
        self.apart = [trace.scratch(values) for values in self.values]
        self.take = Norms(self.apart)

    def norms(self, means: Array) -> Array:
        """Return the norms of the deviations from means of shape (seeds, layers)."""
        self.means[:, :, 0, 0] = means.T
        return self.take(self._deviate)

    def _deviate(self, layer: int) -> None:
        """Fill the buffer with the deviations of one layer."""
        np.subtract(self.values[layer], self.means[layer], self.apart[layer])


def _shares(trace: Trace) -> Array:
    """Return the shares of dead units and of small slopes, shape (2, seeds, hidden layers)."""
    sizes, ones = np.abs(trace.all_slopes), _ones(trace)
    counts = trace.once(_shares, lambda: np.empty((2, *sizes.shape[:2], 1)))
    # a sum of sizes is 0 where all of them are, and there alone
    np.equal(np.matmul(sizes, ones), 0, out=counts[0], casting="unsafe")
    np.copyto(sizes, sizes < trace.net.activation.steepest / 100)
    counts[1] = np.matmul(sizes, ones)
    found = np.add.reduceat(counts[..., 0], trace.starts, axis=2)
    found /= trace.once((_shares, 1), lambda: _slots(trace))
    if not isfinite(float(np.add.reduce(trace.pre_activations[-1], None))):
        for layer, values in enumerate(trace.activations):  # a layer that is nan has no share of anything
            found[:, np.isnan(values).any((1, 2)), layer] = np.nan
    return found


def _slots(trace: Trace) -> Array:
    """Return how many units, and how many slopes, each hidden layer has: shape (2, 1, hidden layers)."""
    units = np.array(trace.net.sizes[1:-1], float)
    return np.stack([units, units * trace.all_slopes.shape[2]])[:, None]


def _ones(trace: Trace) -> Array:
    """Return a column of ones, whose product with a row is the sum over the samples."""
    return trace.once(_ones, lambda: np.ones((trace.all_values.shape[2], 1), trace.all_values.dtype))


def _entries(trace: Trace) -> Array:
    """Return how many numbers each hidden layer passes on."""
    return trace.once(_entries, lambda: np.array(trace.net.sizes[1:-1], float) * trace.all_values.shape[2])
