"""The multilayer perceptron: a recipe, the layout of its parameters, and one pass forward and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab.activations import ACTIVATIONS, Activation
from gradlab.datasets import Data, encode_inputs
from gradlab.initializers import INITIALIZERS, Initializer
from gradlab.losses import LOSSES, Loss

Array = NDArray[Any]
WEIGHTS, SHUFFLING = 0, 1  # what a seed's generators are for: their spawn keys


def generator(seed: int, *key: int) -> np.random.Generator:
    """Return a seed's own generator for one purpose; nothing else draws from it."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


class Layer(NamedTuple):
    """The parameters of one layer, as views into ``theta``."""

    weights: Array
    biases: Array


@dataclass(frozen=True, init=False, repr=False)
class MLP:
    """A dense network: affine layers with an activation after each but the last.

    It is a recipe without parameters. Those of many seeds stand in one array ``theta`` of shape (seeds, parameters),
    which `initialize` draws, `layers` shows and `gradlab.train` changes.

    Parameters
    ----------
    sizes
        Units of each layer, from inputs to outputs: ``[64, 32, 10]`` has one hidden layer.
    activation
        A name in `ACTIVATIONS` or an `Activation`, for all hidden layers.
    init
        A name in `INITIALIZERS` or an `Initializer`. The default ``"matched"`` uses the activation's own gain; for
        ReLU that is He's initialisation.
    bias_init
        The same for the biases; zeros unless given.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, one of them is not positive, or a name is unknown.
    TypeError
        If an argument is of no usable kind.

    Examples
    --------
    >>> import gradlab as gl
    >>> net = gl.MLP([2, 3, 1], activation="tanh")
    >>> net.parameters
    13
    >>> [(layer.weights.shape, layer.biases.shape) for layer in net.layers(net.initialize(range(5)))]
    [((5, 2, 3), (5, 3)), ((5, 3, 1), (5, 1))]
    """

    sizes: tuple[int, ...]
    activation: Activation
    init: Initializer
    bias_init: Initializer

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Activation | str = "relu",
        *,
        init: Initializer | str = "matched",
        bias_init: Initializer | str = "zeros",
    ) -> None:
        if isinstance(sizes, str | bytes) or not isinstance(sizes, Iterable) or np.ndim(sizes) == 0:
            raise TypeError(f"sizes must be a list such as [64, 32, 10], not {sizes!r}")
        checked = tuple(_check.whole("a size", size, least=1) for size in sizes)
        if len(checked) < 2:
            raise ValueError(f"sizes must name inputs and outputs at least, such as [2, 1], not {list(checked)}")
        for name, value in (
            ("sizes", checked),
            ("activation", ACTIVATIONS.resolve(activation, Activation)),
            ("init", INITIALIZERS.resolve(init, Initializer, "init")),
            ("bias_init", INITIALIZERS.resolve(bias_init, Initializer, "bias_init")),
        ):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        biases = "" if repr(self.bias_init) == "zeros" else f", bias_init={self.bias_init!r}"
        return f"MLP({list(self.sizes)}, activation={self.activation!r}, init={self.init!r}{biases})"

    @property
    def depth(self) -> int:
        """The number of layers with weights."""
        return len(self.sizes) - 1

    @property
    def parameters(self) -> int:
        """The number of parameters of one seed: the length of a row of ``theta``."""
        return sum((inputs + 1) * outputs for inputs, outputs in self._shapes)

    @property
    def _shapes(self) -> list[tuple[int, int]]:
        return list(zip(self.sizes[:-1], self.sizes[1:], strict=True))

    def blocks(self, theta: Array) -> list[Array]:
        """Return each layer's weights with the biases as a last row, shape (seeds, inputs + 1, outputs), as views."""
        theta = np.asarray(theta)
        if theta.ndim != 2 or theta.shape[1] != self.parameters:
            raise ValueError(f"theta must have shape (seeds, {self.parameters}) for {self!r}, not {theta.shape}")
        found, start = [], 0
        for inputs, outputs in self._shapes:
            stop = start + (inputs + 1) * outputs
            found.append(theta[:, start:stop].reshape(len(theta), inputs + 1, outputs))
            start = stop
        return found

    def layers(self, theta: Array) -> list[Layer]:
        """Return the weights and biases of each layer.

        Parameters
        ----------
        theta
            Parameters of shape (seeds, parameters).

        Returns
        -------
        list of Layer
            Weights of shape (seeds, inputs, outputs) and biases of shape (seeds, outputs). They are views: writing to
            them changes ``theta``.
        """
        return [Layer(block[:, :-1], block[:, -1]) for block in self.blocks(theta)]

    def initialize(self, seeds: int | Iterable[int] = 0, *, dtype: str = "float64") -> Array:
        """Draw the first parameters of each seed.

        Parameters
        ----------
        seeds
            One seed, or several. Each owns its generator, so a seed's parameters do not depend on its neighbours.
        dtype
            ``"float64"`` or ``"float32"``; the numbers are drawn in float64 and rounded.

        Returns
        -------
        ndarray
            ``theta`` of shape (seeds, parameters).
        """
        own = _check.seeds(seeds)
        theta = np.empty((len(own), self.parameters), _check.dtype(dtype))
        layers = self.layers(theta)
        for row, seed in enumerate(own):
            source = generator(seed, WEIGHTS)
            for index, (inputs, outputs) in enumerate(self._shapes):
                gain = self.activation.gain if index else 1.0  # of what feeds the layer; the data have gain 1
                layers[index].weights[row] = self.init.draw(source, inputs, outputs, gain)
                layers[index].biases[row] = self.bias_init.draw(source, 1, outputs, 1.0)[0]
        return theta

    def forward(self, theta: Array, x: ArrayLike) -> Trace:
        """Run inputs through the network and keep all that a backward pass, or a reader, may want to see.

        Parameters
        ----------
        theta
            Parameters of shape (seeds, parameters).
        x
            Inputs of shape (samples, inputs).

        Returns
        -------
        Trace
            Its ``outputs`` have shape (seeds, samples, outputs).
        """
        inputs = encode_inputs(x, self.sizes[0])
        trace = Trace(self, _floating(theta), samples=len(inputs), shared=True)
        trace.input[..., :-1] = inputs
        with np.errstate(all="ignore"):
            trace.forward()
        return trace

    def loss_and_gradient(
        self, theta: Array, data: Data, *, loss: Loss | str = "cross_entropy"
    ) -> tuple[Array, Array]:
        """Return the mean loss over ``data`` and its gradient.

        Parameters
        ----------
        theta
            Parameters of shape (seeds, parameters).
        data
            The samples.
        loss
            A name in `LOSSES` or a `Loss`.

        Returns
        -------
        tuple of ndarray
            The loss, shape (seeds,), and its gradient, of the shape of ``theta``.
        """
        rule = LOSSES.resolve(loss, Loss)
        if not isinstance(data, Data):
            raise TypeError(f"data must be a gradlab.datasets.Data(x, y), not {type(data).__name__}")
        theta = _floating(theta)
        inputs, targets = encode_inputs(data.x, self.sizes[0]), rule.encode(data.y, self.sizes[-1])
        gradient = np.zeros_like(theta)
        trace = Trace(self, theta, samples=len(inputs), gradient=gradient, shared=True)
        trace.input[..., :-1] = inputs
        with np.errstate(all="ignore"):
            values = trace.propagate(rule, targets.astype(theta.dtype)[None])
        return values.mean(-1), gradient

    def outputs(self, theta: Array, x: ArrayLike, *, block: int = 1024) -> Array:
        """Return the raw outputs, shape (seeds, samples, outputs), in blocks of samples to spare memory."""
        inputs = encode_inputs(x, self.sizes[0])
        parts = [self.forward(theta, inputs[at : at + block]).outputs for at in range(0, len(inputs), block)]
        return np.concatenate(parts, axis=1)


def _floating(theta: ArrayLike) -> Array:
    """Return parameters as a contiguous array of float32 or float64."""
    array = np.asarray(theta)
    return np.ascontiguousarray(array, dtype=array.dtype if array.dtype in (np.float32, np.float64) else float)


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
    reuse
        A trace of the same kind, for as many seeds or more, whose buffers this one takes over: what the two hold is
        then valid only until the other one runs.

    Attributes
    ----------
    input
        Inputs with a last column of ones, shape (1 or seeds, samples, inputs + 1); write the samples here.
    pre_activations
        z of each layer, shape (seeds, units, samples).
    activations
        f(z) of each hidden layer, the same shape.
    slopes
        f′(z) of each hidden layer.
    deltas
        dL/dz of each layer, after `backward`.
    gradients
        dL/dW of each layer with dL/db as last row, shape (seeds, inputs + 1, outputs), views of ``gradient``.
    """

    def __init__(
        self,
        net: MLP,
        theta: Array,
        *,
        samples: int,
        gradient: Array | None = None,
        shared: bool = False,
        reuse: Trace | None = None,
    ) -> None:
        seeds, kind = len(theta), theta.dtype
        self.net = net
        self._buffers: list[Array] = []
        pool = iter(reuse._buffers) if reuse is not None else None

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
        self.gradients = net.blocks(gradient) if gradient is not None else []
        self._forward: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
        self._backward: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

        kernel = net.activation.kernel()
        entering = self.input.transpose(0, 2, 1)
        blocks = net.blocks(theta)
        for index, block in enumerate(blocks):
            units = block.shape[2]
            z = make(seeds, units, samples)
            self.pre_activations.append(z)
            self._forward.append((np.matmul, (block.transpose(0, 2, 1), entering, z)))
            back: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
            if gradient is not None:
                delta = make(seeds, units, samples)
                self.deltas.append(delta)
                back.append((np.matmul, (entering, delta.transpose(0, 2, 1), self.gradients[index])))
                if index:
                    before = self.deltas[-2]
                    back.append((np.matmul, (block[:, :-1], delta, before)))
                    back.append((np.multiply, (before, self.slopes[-1], before)))
            self._backward[:0] = back
            if index < len(blocks) - 1:
                leaving = make(seeds, units + 1, samples)
                leaving[:, -1] = 1
                self.activations.append(leaving[:, :-1])
                self.slopes.append(make(seeds, units, samples))
                self._forward.append((kernel, (z, leaving[:, :-1], self.slopes[-1])))
                entering = leaving

    @property
    def outputs(self) -> Array:
        """The raw outputs, shape (seeds, samples, outputs)."""
        return self.pre_activations[-1].transpose(0, 2, 1)

    @property
    def output_delta(self) -> Array:
        """Where the loss writes its slope before `backward`, shape (seeds, samples, outputs)."""
        return self.deltas[-1].transpose(0, 2, 1)

    def forward(self) -> None:
        """Fill pre-activations, activations and slopes from ``input``."""
        for call, arguments in self._forward:
            call(*arguments)

    def backward(self) -> None:
        """Fill deltas and gradients from ``output_delta``: backpropagation."""
        for call, arguments in self._backward:
            call(*arguments)

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
        self.forward()
        values, slopes = loss.rule(self.outputs, targets)
        np.multiply(slopes, 1 / slopes.shape[-2], out=self.output_delta)
        self.backward()
        return values
