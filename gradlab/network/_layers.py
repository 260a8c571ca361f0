"""What a pass is built of: the arrays of each layer, and one builder for each kind of layer.

A builder returns NumPy calls with their arguments. All arrays are made once and all views taken once; a pass is then a
list of calls. Features come before samples, (seeds, units, samples): rows of ones below the activations carry the
biases, and every elementwise call runs over contiguous memory.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.activations import Activation

Array = NDArray[Any]
Call = tuple[Callable[..., Any], tuple[Any, ...]]

EPSILON = 1e-5  # added to the variance in a normalisation, as in PyTorch
NO_BLAS = sys.platform == "emscripten"  # NumPy's build for browsers has none: its dot is slower than its matmul
LONG = 128  # samples over which, without BLAS, einsum sums quicker than either


class Buffers:
    """Arrays made once, for some seeds; or those of a pass for as many seeds or more, taken over in the same order.

    Parameters
    ----------
    kind
        Their type.
    largest
        Numbers that a layer passes on, at most, over all seeds.
    before
        The buffers to take over.
    """

    def __init__(self, kind: np.dtype[Any], largest: int, *, before: Buffers | None = None) -> None:
        self.kind, self.largest = kind, largest
        self.made: list[Array] = []
        self._pool: Iterator[Array] | None = None if before is None else iter(before.made)
        self._scratch: list[Array] = [] if before is None else before._scratch

    def __call__(self, *shape: int) -> Array:
        """Return the next array of this shape; the first axis is that of the seeds."""
        made = np.empty(shape, self.kind) if self._pool is None else next(self._pool)[: shape[0]]
        self.made.append(made)
        return made

    def scratch(self, index: int, like: Array) -> Array:
        """Return a buffer of the shape of ``like`` that all layers share."""
        while len(self._scratch) <= index:
            self._scratch.append(np.empty(self.largest, self.kind))
        return self._scratch[index][: like.size].reshape(like.shape)


def thin(array: Array) -> Array:
    """Drop the seeds axis where there is one seed: NumPy is quicker with two dimensions."""
    return array[0] if len(array) == 1 else array


def product(a: Array, b: Array, out: Array) -> Call:
    """Return the call that multiplies matrices of all seeds into ``out``."""
    if not NO_BLAS and len(out) == 1 and min(*a.shape[1:], b.shape[2]) > 1 and out[0].flags.c_contiguous:
        return np.dot, (a[0], b[0], out[0])  # the same product as matmul's, with half of its overhead
    return np.matmul, ((a[0], b[0], out[0]) if len(out) == 1 else (a, b, out))


def product_over_samples(a: Array, b: Array, out: Array) -> Call:
    """Return the call that writes a·bᵀ of all seeds, a sum over the samples, into ``out``."""
    if NO_BLAS and a.shape[2] >= LONG:
        return functools.partial(np.einsum, out=out), ("sik,sjk->sij", a, b)
    return product(a, b.transpose(0, 2, 1), out)


class Normalization:
    """Batch normalisation (over the samples) or layer normalisation (over the units), with a scale and a shift a unit.

    Parameters
    ----------
    z
        What is normalised, shape (seeds, units, samples).
    out
        Where the result goes.
    own
        ``scale`` and ``shift``, shape (seeds, units).
    axis
        2 for the samples, 1 for the units.
    moments
        Mean and variance to use instead of those of ``z``, shape (seeds, units).
    """

    def __init__(
        self, z: Array, out: Array, own: Mapping[str, Array], *, axis: int, moments: tuple[Array, Array] | None
    ) -> None:
        self.z, self.out, self.axis = z, out, axis
        self.scale, self.shift = own["scale"][:, :, None], own["shift"][:, :, None]
        self.given = None if moments is None else (moments[0][:, :, None], moments[1][:, :, None])
        self.mean: Array
        self.variance: Array
        self.mean, self.variance = self.given or (np.empty(0), np.empty(0))

    def forward(self) -> None:
        """Write scale·(z − mean)/√(variance + ε) + shift into ``out``."""
        if self.given is None:
            self.mean = self.z.mean(self.axis, keepdims=True)
            self.variance = self.z.var(self.axis, keepdims=True)
        self.inverse = 1 / np.sqrt(self.variance + self.z.dtype.type(EPSILON))
        self.normal = (self.z - self.mean) * self.inverse
        np.multiply(self.normal, self.scale, out=self.out)
        np.add(self.out, self.shift, out=self.out)

    def backward(self, delta: Array, gradients: Mapping[str, Array]) -> None:
        """Turn the slope in ``out`` into the slope in ``z``, in place, and fill the gradients of scale and shift."""
        np.sum(delta * self.normal, axis=2, out=gradients["scale"])
        np.sum(delta, axis=2, out=gradients["shift"])
        np.multiply(delta, self.scale, out=delta)
        along = (delta * self.normal).mean(self.axis, keepdims=True)
        delta -= delta.mean(self.axis, keepdims=True)
        delta -= self.normal * along
        delta *= self.inverse


def _nothing() -> Array:
    return np.empty(0)


@dataclass
class Level:
    """The arrays of one layer in a pass.

    Parameters
    ----------
    block
        Weights with the biases as last row, shape (seeds, inputs + 1, outputs).
    entering
        What comes in, with a last row of ones, shape (1 or seeds, inputs + 1, samples).
    z
        What weights and biases make of it, shape (seeds, units, samples).
    delta, arriving
        dL/dz, and the slope in what the layer passes on, which may be the same array; empty if the pass does not go back.
    gradient
        Where the slope in ``block`` goes.
    saw, value, slope
        In a hidden layer what the activation is taken of, its value there, and its slope.
    skips
        Whether the inputs go round the layer and are added to its outputs.
    drawn
        Parameters that the activation draws for each pass, shape (seeds, units, samples).
    own, own_gradients
        What a hidden layer learns beside weights and biases, and the slopes in it, shape (seeds, units).
    norm
        Its normalisation.
    """

    block: Array
    entering: Array
    z: Array
    delta: Array = field(default_factory=_nothing)
    arriving: Array = field(default_factory=_nothing)
    gradient: Array = field(default_factory=_nothing)
    saw: Array = field(default_factory=_nothing)
    value: Array = field(default_factory=_nothing)
    slope: Array = field(default_factory=_nothing)
    skips: bool = False
    drawn: dict[str, Array] = field(default_factory=dict)
    own: dict[str, Array] = field(default_factory=dict)
    own_gradients: dict[str, Array] = field(default_factory=dict)
    norm: Normalization | None = None

    def parameters(self, activation: Activation) -> dict[str, Array]:
        """Return the activation's parameters that are arrays here: learned ones, a number a unit, and drawn ones."""
        return {name: self.own[name][:, :, None] for name in activation.learned} | self.drawn


def affine(level: Level) -> list[Call]:
    """Return the call of z = Wᵀh + b."""
    return [product(level.block.transpose(0, 2, 1), level.entering, level.z)]


def affine_back(level: Level, below: Level | None) -> list[Call]:
    """Return the calls of dL/dW = h·δᵀ and, where there is a layer below, of dL/dh = W·δ."""
    calls = [product_over_samples(level.entering, level.delta, level.gradient)]
    if below is not None:
        calls.append(product(level.block[:, :-1], level.delta, below.arriving))
    return calls


def normalise(level: Level) -> list[Call]:
    """Return the call of a normalisation."""
    return [] if level.norm is None else [(level.norm.forward, ())]


def normalise_back(level: Level) -> list[Call]:
    """Return the call that takes δ through a normalisation."""
    return [] if level.norm is None else [(level.norm.backward, (level.delta, level.own_gradients))]


def activate(level: Level, activation: Activation, buffers: Buffers) -> list[Call]:
    """Return the calls of f and f′."""
    saw = thin(level.saw)
    return activation.calls(
        saw,
        value=thin(level.value),
        slope=thin(level.slope),
        arrays={name: thin(array) for name, array in level.parameters(activation).items()},
        scratch=lambda index: buffers.scratch(index, saw),
    )


def activate_back(level: Level, activation: Activation) -> list[Call]:
    """Return the calls of δ = dL/df · f′(z), and of the slopes in the activation's own parameters."""
    everything = {**activation.parameters, **{name: _fixed(one) for name, one in level.parameters(activation).items()}}
    calls: list[Call] = [
        (_learned, (derivative, level.arriving, _fixed(level.saw), level.own_gradients[name], everything))
        for name, derivative in activation.learned.items()
    ]
    return [*calls, (np.multiply, (thin(level.arriving), thin(level.slope), thin(level.delta)))]


def _fixed(array: Array) -> Array:
    """Return a view that a reader's function cannot change."""
    view = array.view()
    view.flags.writeable = False
    return view


def _learned(
    derivative: Callable[..., Array], arriving: Array, saw: Array, gradient: Array, parameters: Mapping[str, Any]
) -> None:
    """Fill the gradient of an activation's own parameter, one a unit."""
    np.sum(arriving * derivative(saw, **parameters), axis=2, out=gradient)


def skip(level: Level) -> list[Call]:
    """Return the call that adds what went round the layer."""
    return [(np.add, (level.value, level.entering[:, :-1], level.value))] if level.skips else []


def skip_back(level: Level, below: Level | None) -> list[Call]:
    """Return the call that adds the slope of what went round the layer."""
    if not level.skips or below is None:
        return []
    return [(np.add, (below.arriving, level.arriving, below.arriving))]
