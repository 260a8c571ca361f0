"""What one pass through a network holds: every pre-activation, value and slope, and how they come about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from gradlab._seeds import generator
from gradlab.activations import Activation
from gradlab.losses import Loss
from gradlab.network import _layers
from gradlab.network._layers import Call, Level, Normalization, thin

__all__ = ["Moments", "Trace"]

Array = NDArray[Any]
Kept = TypeVar("Kept")

Moments = Sequence[tuple[Array, Array]]
"""Mean and variance of each hidden layer's pre-activations over the training data, shape (seeds, units) each."""


class Recipe(Protocol):
    """What a trace needs to know of a network: all of it is in `gradlab.MLP`."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of each layer."""
        ...

    @property
    def activation(self) -> Activation:
        """The activation of the hidden layers."""
        ...

    @property
    def normalize(self) -> Any:
        """The kind of normalisation."""
        ...

    @property
    def residual(self) -> bool:
        """Whether inputs go round hidden layers."""
        ...

    def blocks(self, theta: Array) -> list[Array]:
        """Return weights and biases of each layer."""
        ...

    def hidden_parameters(self, theta: Array) -> list[dict[str, Array]]:
        """Return what hidden layers learn besides."""
        ...


class Trace:
    """The arrays of one pass through a network, layer by layer; what `gradlab.MLP.forward` returns.

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
    gradients
        dL/dW of each layer with dL/db as last row, shape (seeds, inputs + 1, outputs), views of ``gradient``.
    normalizations
        The normalisation of each hidden layer, if it has one.
    all_values, all_slopes
        The arrays of which activations and slopes are views; ``all_values`` has a row of ones below each layer.
    starts
        The rows of ``all_slopes`` at which hidden layers start.
    shared, noisy
        As given.

    Examples
    --------
    >>> import gradlab as gl
    >>> net = gl.MLP([2, 5, 3, 1], activation="tanh")
    >>> trace = net.forward(net.initialize(range(4)), gl.datasets.xor().x)
    >>> trace
    <Trace of MLP([2, 5, 3, 1], activation=tanh, init=matched): 4 seeds, 4 samples>
    >>> [z.shape for z in trace.pre_activations], trace.outputs.shape
    ([(4, 5, 4), (4, 3, 4), (4, 1, 4)], (4, 4, 1))
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
        self.net, self.shared, self.noisy = net, shared, noisy
        self._parameters, self._gradient = theta.shape, gradient
        seeds, units = len(theta), net.sizes[1:]
        largest = seeds * samples * max(units)
        make = _layers.Buffers(theta.dtype, largest, before=None if reuse is None else reuse._buffers)
        self._buffers: _layers.Buffers = make
        self.input: Array = make(1 if shared else seeds, samples, net.sizes[0] + 1)
        self.input[..., -1] = 1
        # one array for all layers each, of which the layers have views: a statistic is a few calls for all of them
        self.starts: list[int] = [0, *np.cumsum(units[:-1])[:-1].tolist()] if len(units) > 1 else []
        self.all_values: Array = make(seeds, sum(units[:-1]) + len(units) - 1, samples)
        self.all_slopes: Array = make(seeds, sum(units[:-1]), samples)
        self._all_saw: Array = make(seeds, sum(units[:-1]), samples)
        all_deltas = self.all_slopes if gradient is None else make(seeds, sum(units), samples)
        self._levels = self._make_levels(theta, gradient, all_deltas)
        if net.normalize is not None:
            self._normalise(moments)
        if noisy:
            self._make_drawn()
        self.pre_activations: list[Array] = [level.z for level in self._levels]
        self.activations: list[Array] = [level.value for level in self._levels[:-1]]
        self.slopes: list[Array] = [level.slope for level in self._levels[:-1]]
        self.deltas: list[Array] = [] if gradient is None else [level.delta for level in self._levels]
        self.gradients: list[Array] = [] if gradient is None else [level.gradient for level in self._levels]
        self.normalizations: list[Normalization] = [level.norm for level in self._levels if level.norm is not None]
        self._kept: dict[object, Any] = {}
        self._recalled: dict[object, Any] = {}
        self._forward = self._forward_calls()
        self._backward = [] if gradient is None else self._backward_calls()

    def __repr__(self) -> str:
        seeds, samples = self.pre_activations[-1].shape[::2]
        return f"<Trace of {self.net!r}: {seeds} seeds, {samples} samples>"

    def _make_levels(self, theta: Array, gradient: Array | None, all_deltas: Array) -> list[Level]:
        """Return the layers with their arrays."""
        net, make, levels = self.net, self._buffers, []
        own = [*net.hidden_parameters(theta), {}]
        gradients = [] if gradient is None else net.blocks(gradient)
        own_gradients = [] if gradient is None else [*net.hidden_parameters(gradient), {}]
        entering, first = self.input.transpose(0, 2, 1), 0
        for index, block in enumerate(net.blocks(theta)):
            units, hidden = block.shape[2], index < len(net.sizes) - 2
            rows = slice(first, first + units)
            seen = self._all_saw[:, rows]
            z = seen if hidden and net.normalize is None else make(len(theta), units, entering.shape[2])
            level = Level(block, entering, z, own=own[index])
            if gradient is not None:
                level.delta = level.arriving = all_deltas[:, rows]
                level.gradient, level.own_gradients = gradients[index], own_gradients[index]
            if hidden:
                entering = self.all_values[:, first + index : first + index + units + 1]
                entering[:, -1] = 1
                level.saw, level.value, level.slope = seen, entering[:, :-1], self.all_slopes[:, rows]
                level.skips = net.residual and index > 0 and block.shape[1] - 1 == units
                if level.skips and gradient is not None:
                    level.arriving = make(*level.z.shape)  # what arrives also goes round the layer
            levels.append(level)
            first += units
        return levels

    def _normalise(self, moments: Moments | None) -> None:
        """Put a normalisation between the weights and the activation of each hidden layer."""
        axis = 2 if self.net.normalize == "batch" else 1
        for index, level in enumerate(self._levels[:-1]):
            given = moments[index] if moments is not None and axis == 2 else None
            level.norm = Normalization(level.z, level.saw, level.own, axis=axis, moments=given)

    def _make_drawn(self) -> None:
        """Make buffers for what the activation draws in each pass."""
        activation = self.net.activation
        if activation.draw is None:
            return
        names = activation.draw(generator(0), (), **activation.parameters)
        for level in self._levels[:-1]:
            level.drawn = {name: self._buffers(*level.z.shape) for name in names}

    def _forward_calls(self) -> list[Call]:
        calls: list[Call] = []
        for level in self._levels:
            calls += _layers.affine(level)
            if level.value.size:
                calls += _layers.normalise(level)
                calls += _layers.activate(level, self.net.activation, self._buffers)
                calls += _layers.skip(level)
        if self.starts:
            calls += self.net.activation.mending(self._all_saw, self.all_slopes)
        return calls

    def _backward_calls(self) -> list[Call]:
        calls: list[Call] = []
        for level, below in zip(self._levels[::-1], [*self._levels[-2::-1], None], strict=True):
            if level.value.size:
                calls += _layers.activate_back(level, self.net.activation)
                calls += _layers.normalise_back(level)
            calls += _layers.affine_back(level, below)
            calls += _layers.skip_back(level, below)
        return calls

    @property
    def outputs(self) -> Array:
        """The raw outputs, shape (seeds, samples, outputs)."""
        return self.pre_activations[-1].transpose(0, 2, 1)

    @property
    def output_delta(self) -> Array:
        """Where the loss writes its slope before `backward`, shape (seeds, samples, outputs)."""
        return self.deltas[-1].transpose(0, 2, 1)

    def once(self, key: object, make: Callable[[], Kept]) -> Kept:
        """Return what ``make()`` returned the first time: buffers and views that a statistic uses at every record.

        Parameters
        ----------
        key
            A name for it: whatever can be a key of a dict.
        make
            Called the first time.

        Returns
        -------
        object
            What it returned.
        """
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[no-any-return]

    def recall(self, key: object, make: Callable[[], Kept]) -> Kept:
        """Return what ``make()`` returned since `forget`: a number that several statistics of one record need."""
        if key not in self._recalled:
            self._recalled[key] = make()
        return self._recalled[key]  # type: ignore[no-any-return]

    def forget(self) -> None:
        """Forget what `recall` has kept: the arrays hold another pass."""
        self._recalled.clear()

    def scratch(self, like: Array) -> Array:
        """Return a buffer of the shape of ``like`` to work in, the same for all layers and until the next pass."""
        return self._buffers.scratch(0, like)

    def several(self, times: int) -> Trace:
        """Return a trace with room for ``times`` passes of this one, as if of as many more seeds; `copy` fills it."""
        seeds, parameters = self._parameters
        samples = self.outputs.shape[1]
        room = np.zeros((2, times * seeds, parameters), self.outputs.dtype)
        return Trace(self.net, room[0], samples=samples, gradient=room[1], shared=self.shared, noisy=self.noisy)

    def copy(self, other: Trace, rows: slice) -> None:
        """Take over what another trace of the same kind holds as the pass of some seeds; parameters are left out."""
        for mine, others in zip(self.held, other.held, strict=True):
            mine[rows if len(mine) > 1 else slice(None)] = others

    @property
    def held(self) -> list[Array]:
        """The arrays that a pass fills."""
        return self._buffers.made if self._gradient is None else [*self._buffers.made, self._gradient]

    def draw(self, generators: Sequence[np.random.Generator]) -> None:
        """Draw the activation's random parameters for one pass, each seed from its own generator."""
        activation = self.net.activation
        if activation.draw is None:
            return
        for level in self._levels[:-1]:
            for row, source in enumerate(generators):
                for name, array in activation.draw(source, level.z.shape[1:], **activation.parameters).items():
                    level.drawn[name][row] = array

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


def _slopes_of_mean(loss: Loss, outputs: Array, targets: Array, slopes: Array) -> None:
    """Write the slopes of the mean loss."""
    np.multiply(loss.rule(outputs, targets)[1], 1 / outputs.shape[-2], out=slopes)
