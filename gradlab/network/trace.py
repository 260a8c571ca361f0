"""One pass through a network: its buffers, and the NumPy calls that fill them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gradlab.activations import Activation
from gradlab.losses import Loss

Array = NDArray[Any]
Call = tuple[Callable[..., Any], tuple[Any, ...]]
Moments = Sequence[tuple[Array, Array]]


class Recipe(Protocol):
    """What a trace needs to know of a network: all of it is in `gradlab.MLP`."""

    @property
    def sizes(self) -> tuple[int, ...]: ...
    @property
    def depth(self) -> int: ...
    @property
    def activation(self) -> Activation: ...
    @property
    def normalize(self) -> str | None: ...
    @property
    def residual(self) -> bool: ...
    def blocks(self, theta: Array) -> list[Array]: ...
    def hidden_parameters(self, theta: Array) -> list[dict[str, Array]]: ...


EPSILON = 1e-5  # added to the variance in a normalisation, as in PyTorch


def thin(array: Array) -> Array:
    """Drop the seeds axis where there is one seed: NumPy is quicker with two dimensions."""
    return array[0] if len(array) == 1 else array


def matrix_product(a: Array, b: Array, out: Array) -> Call:
    """Return the call that multiplies matrices of all seeds into ``out``."""
    if len(out) == 1 and min(*a.shape[1:], b.shape[2]) > 1 and out[0].flags.c_contiguous:
        return np.dot, (a[0], b[0], out[0])  # the same product as matmul's, with half of its overhead
    return np.matmul, ((a[0], b[0], out[0]) if len(out) == 1 else (a, b, out))


class Normalization:
    """Batch normalisation (over the samples) or layer normalisation (over the units), with a scale and a shift a unit.

    Parameters
    ----------
    z
        What is normalised, shape (seeds, units, samples).
    out
        Where the result goes.
    scale, shift
        Parameters of shape (seeds, units, 1).
    axis
        2 for the samples, 1 for the units.
    moments
        Mean and variance to use instead of those of ``z``, shape (seeds, units).
    """

    def __init__(
        self, z: Array, out: Array, scale: Array, shift: Array, axis: int, moments: tuple[Array, Array] | None = None
    ) -> None:
        self.z, self.out, self.scale, self.shift, self.axis = z, out, scale, shift, axis
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

    def backward(self, delta: Array, scale_gradient: Array, shift_gradient: Array) -> None:
        """Turn the slope in ``out`` into the slope in ``z``, in place, and fill the gradients of scale and shift."""
        np.sum(delta * self.normal, axis=2, out=scale_gradient)
        np.sum(delta, axis=2, out=shift_gradient)
        np.multiply(delta, self.scale, out=delta)
        along = (delta * self.normal).mean(self.axis, keepdims=True)
        delta -= delta.mean(self.axis, keepdims=True)
        delta -= self.normal * along
        delta *= self.inverse


def _learned(
    derivative: Callable[..., Array], z: Array, arriving: Array, gradient: Array, parameters: Mapping[str, Any]
) -> None:
    """Fill the gradient of an activation's own parameter, one a unit."""
    np.sum(arriving * derivative(z, **parameters), axis=2, out=gradient)


def _starts(net: Recipe) -> tuple[list[int], list[int], list[int]]:
    """Return the rows at which layers start in ``all_values`` (each followed by its ones), slopes and deltas."""
    values, slopes, deltas = [0], [0], [0]
    for units in net.sizes[1:-1]:
        values += [values[-1] + units, values[-1] + units + 1]
        slopes.append(slopes[-1] + units)
    for units in net.sizes[1:]:
        deltas.append(deltas[-1] + units)
    return values[:-1], slopes[:-1], deltas[:-1]


def _slopes_of_mean(loss: Loss, outputs: Array, targets: Array, slopes: Array) -> None:
    """Write the slopes of the mean loss."""
    np.multiply(loss.rule(outputs, targets)[1], 1 / outputs.shape[-2], out=slopes)


class Trace:
    """The arrays of one pass through a network, layer by layer, and the calls that fill them.

    All buffers are made once and all views taken once; a pass is then a list of NumPy calls. Within a trace features
    come before samples, (seeds, units, samples): rows of ones below the activations carry the biases, and
    every elementwise call runs over contiguous memory.

    Parameters
    ----------
    net
        The recipe.
    theta
        Parameters of shape (seeds, parameters), C-contiguous; the trace sees later changes of them.
    samples
        Samples of a pass.
    gradient
        An array like ``theta`` that `backward` fills; without it the trace can only go forward.
    shared
        Whether all seeds see the same samples.
    noisy
        Whether parameters that the activation draws while training (`rrelu`) have buffers, which `draw` fills;
        otherwise they stand at their means.
    moments
        For batch normalisation, means and variances of each hidden layer to use instead of the batch's own.
    reuse
        A trace of the same kind, for as many seeds or more, whose buffers this one takes over: what the two hold is
        then valid only until the other one runs.

    Attributes
    ----------
    input
        Inputs with a last column of ones, shape (1 or seeds, samples, inputs + 1); write the samples here.
    pre_activations
        z of each layer, what its weights and biases make of its inputs, shape (seeds, units, samples).
    activations
        What each hidden layer passes on, the same shape.
    slopes
        f′ of each hidden layer, where its activation was taken.
    deltas
        dL/dz of each layer, after `backward`.
    all_values, all_slopes
        The arrays of which activations and slopes are views; ``all_values`` has a row of ones below each layer.
    value_starts, slope_starts
        The rows of these arrays at which the layers start; in ``all_values`` each layer is followed by its ones.
    hidden_units, hidden_entries
        Units of each hidden layer, and numbers that it passes on.
    gradients
        dL/dW of each layer with dL/db as last row, shape (seeds, inputs + 1, outputs), views of ``gradient``.
    """

    def __init__(
        self,
        net: Recipe,
        theta: Array,
        *,
        samples: int,
        gradient: Array | None = None,
        shared: bool = False,
        noisy: bool = False,
        moments: Moments | None = None,
        reuse: Trace | None = None,
    ) -> None:
        seeds, kind = len(theta), theta.dtype
        self.net = net
        self._buffers: list[Array] = []
        pool: Iterator[Array] | None = iter(reuse._buffers) if reuse is not None else None

        def make(*shape: int) -> Array:
            buffer = np.empty(shape, kind) if pool is None else next(pool)[: shape[0]]
            self._buffers.append(buffer)
            return buffer

        self.input = make(1 if shared else seeds, samples, net.sizes[0] + 1)
        self.input[..., -1] = 1
        self.pre_activations: list[Array] = []
        self.activations: list[Array] = []
        self.slopes: list[Array] = []
        self.deltas: list[Array] = []
        self.normalizations: list[Normalization] = []
        self.drawn: list[dict[str, Array]] = []
        self.gradients = net.blocks(gradient) if gradient is not None else []
        self._forward: list[Call] = []
        self._backward: list[Call] = []
        own_gradients = net.hidden_parameters(gradient) if gradient is not None else []

        # one array for all layers each, of which the layers have views: a statistic is a few calls for all of them
        self.value_starts, self.slope_starts, delta_starts = _starts(net)
        self.all_values = make(seeds, sum(net.sizes[1:-1]) + net.depth - 1, samples)
        self.all_slopes = make(seeds, sum(net.sizes[1:-1]), samples)
        all_deltas = make(seeds, sum(net.sizes[1:]), samples) if gradient is not None else self.all_slopes
        hidden = np.array(net.sizes[1:-1], int)
        self.hidden_units, self.hidden_entries = hidden, hidden * samples

        activation = net.activation
        names: Iterable[str] = ()
        if noisy and activation.draw is not None:
            names = activation.draw(np.random.default_rng(0), (), **activation.parameters)
        entering, arriving_before = self.input.transpose(0, 2, 1), None
        blocks, own = net.blocks(theta), net.hidden_parameters(theta)
        for index, block in enumerate(blocks):
            units, inner = block.shape[2], index < len(blocks) - 1
            residual = net.residual and inner and index > 0 and block.shape[1] - 1 == units
            z = make(seeds, units, samples)
            self.pre_activations.append(z)
            self._forward.append(matrix_product(block.transpose(0, 2, 1), entering, z))
            back: list[Call] = []
            first = delta_starts[index]
            delta = arriving = all_deltas[:, first : first + units] if gradient is not None else z
            leaving = entering
            if inner:
                first = self.value_starts[2 * index]
                leaving = self.all_values[:, first : first + units + 1]
                leaving[:, -1] = 1
                first = self.slope_starts[index]
                value, slope, seen = leaving[:, :-1], self.all_slopes[:, first : first + units], z
                if residual and gradient is not None:
                    arriving = make(seeds, units, samples)  # what arrives also goes round the layer
                if net.normalize is not None:
                    seen = make(seeds, units, samples)
                    scale, shift = own[index]["scale"][:, :, None], own[index]["shift"][:, :, None]
                    axis = 2 if net.normalize == "batch" else 1
                    given = moments[index] if moments is not None and axis == 2 else None
                    self.normalizations.append(Normalization(z, seen, scale, shift, axis, given))
                    self._forward.append((self.normalizations[-1].forward, ()))
                drawn = {name: make(seeds, units, samples) for name in names}
                self.drawn.append(drawn)
                parameters = {name: own[index][name][:, :, None] for name in activation.learned} | drawn
                kernel = activation.kernel(**{name: thin(array) for name, array in parameters.items()})
                self._forward.append((kernel, (thin(seen), thin(value), thin(slope))))
                if residual:
                    self._forward.append((np.add, (value, entering[:, :-1], value)))
                self.activations.append(value)
                self.slopes.append(slope)
                if gradient is not None:
                    everything = {**activation.parameters, **parameters}
                    for name, derivative in activation.learned.items():
                        place = own_gradients[index][name]
                        back.append((_learned, (derivative, seen, arriving, place, everything)))
                    back.append((np.multiply, (thin(arriving), thin(slope), thin(delta))))
                    if net.normalize is not None:
                        places = (own_gradients[index]["scale"], own_gradients[index]["shift"])
                        back.append((self.normalizations[-1].backward, (delta, *places)))
            if gradient is not None:
                self.deltas.append(delta)
                back.append(matrix_product(entering, delta.transpose(0, 2, 1), self.gradients[index]))
                if arriving_before is not None:
                    back.append(matrix_product(block[:, :-1], delta, arriving_before))
                    if residual:
                        back.append((np.add, (arriving_before, arriving, arriving_before)))
                arriving_before = arriving
            self._backward[:0] = back
            entering = leaving

    @functools.cached_property
    def scratch(self) -> Array:
        """An array like ``all_values`` for a statistic to work in."""
        return np.empty_like(self.all_values)

    @property
    def outputs(self) -> Array:
        """The raw outputs, shape (seeds, samples, outputs)."""
        return self.pre_activations[-1].transpose(0, 2, 1)

    @property
    def output_delta(self) -> Array:
        """Where the loss writes its slope before `backward`, shape (seeds, samples, outputs)."""
        return self.deltas[-1].transpose(0, 2, 1)

    def draw(self, generators: Sequence[np.random.Generator]) -> None:
        """Draw the activation's random parameters for one pass, each seed from its own generator."""
        activation = self.net.activation
        if activation.draw is not None:
            for drawn, value in zip(self.drawn, self.activations, strict=True):
                for row, source in enumerate(generators):
                    for name, array in activation.draw(source, value.shape[1:], **activation.parameters).items():
                        drawn[name][row] = array

    def forward(self) -> None:
        """Fill pre-activations, activations and slopes from ``input``."""
        for call, arguments in self._forward:
            call(*arguments)

    def backward(self) -> None:
        """Fill deltas and gradients from ``output_delta``: backpropagation."""
        for call, arguments in self._backward:
            call(*arguments)

    def calls(self, loss: Loss, targets: Array) -> list[Call]:
        """Return the calls of one pass forward and back, for a loss averaged over the samples.

        Parameters
        ----------
        loss
            The loss.
        targets
            Encoded targets, shape (1 or seeds, samples, outputs); later changes of them are seen.

        Returns
        -------
        list of tuple
            Functions with their arguments.
        """
        z, delta = thin(self.pre_activations[-1]), thin(self.deltas[-1])
        turned = np.swapaxes(targets[0] if z.ndim == 2 else targets, -1, -2)
        samples = np.asarray(z.shape[-1], z.dtype)
        row = np.empty((*z.shape[:-2], 1, z.shape[-1]), z.dtype)
        if loss.in_place is not None:
            middle: Call = loss.in_place, (z, turned, delta, row, samples)
        else:
            middle = _slopes_of_mean, (loss, self.outputs, targets, self.output_delta)
        return [*self._forward, middle, *self._backward]

    def propagate(self, loss: Loss, targets: Array) -> Array:
        """Go forward and back with a loss averaged over the samples.

        Parameters
        ----------
        loss
            The loss.
        targets
            Encoded targets, shape (1 or seeds, samples, outputs).

        Returns
        -------
        ndarray
            Every sample's loss, shape (seeds, samples).
        """
        for call, arguments in self.calls(loss, targets):
            call(*arguments)
        return loss.rule(self.outputs, targets)[0]
