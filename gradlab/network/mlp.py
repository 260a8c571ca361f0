"""The multilayer perceptron: a recipe, the layout of its parameters, and one pass forward and back."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab._data import encode_inputs
from gradlab._seeds import WEIGHTS, generator
from gradlab.activations import ACTIVATIONS, Activation
from gradlab.datasets import Data
from gradlab.initializers import INITIALIZERS, Initializer
from gradlab.losses import LOSSES, Loss
from gradlab.network import _population
from gradlab.network.trace import Moments, Trace

__all__ = ["MLP", "Layer"]

Array = NDArray[Any]
BLOCK = 1_024  # samples of a pass where all of them together would only take memory


class _Place(NamedTuple):
    """Where a layer's parameters stand in a row of ``theta``."""

    inputs: int
    outputs: int
    start: int
    own: dict[str, slice]
    stop: int


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
        The same for the biases, with the fan-in of their layer; zeros unless given.
    normalize
        ``"batch"`` or ``"layer"`` normalises every hidden layer between its weights and its activation, over the
        samples or over the units, with a scale and a shift for each unit that are learned; None does not.
    residual
        Whether each hidden layer that is as wide as the hidden layer before it adds its inputs to its outputs.

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
    normalize: Literal["batch", "layer"] | None
    residual: bool

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Activation | str = "relu",
        *,
        init: Initializer | str = "matched",
        bias_init: Initializer | str = "zeros",
        normalize: Literal["batch", "layer"] | None = None,
        residual: bool = False,
    ) -> None:
        if isinstance(sizes, str | bytes) or not isinstance(sizes, Iterable) or np.ndim(sizes) == 0:
            raise TypeError(f"sizes must be a list such as [64, 32, 10], not {sizes!r}")
        checked = tuple(_check.whole("a size", size, least=1) for size in sizes)
        if len(checked) < 2:
            raise ValueError(f"sizes must name inputs and outputs at least, such as [2, 1], not {list(checked)}")
        if normalize not in (None, "batch", "layer"):
            meant = normalize.lower().replace("norm", "") if isinstance(normalize, str) else normalize
            hint = _check.near(meant, ("batch", "layer"))
            raise ValueError(f"normalize must be 'batch', 'layer' or None, not {normalize!r}{hint}")
        if not isinstance(residual, bool):
            raise TypeError(f"residual must be True or False, not {residual!r}")
        for name, value in (
            ("sizes", checked),
            ("activation", ACTIVATIONS.resolve(activation, Activation)),
            ("init", INITIALIZERS.resolve(init, Initializer, "init")),
            ("bias_init", INITIALIZERS.resolve(bias_init, Initializer, "bias_init")),
            ("normalize", normalize),
            ("residual", residual),
        ):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        more = "" if repr(self.bias_init) == "zeros" else f", bias_init={self.bias_init!r}"
        more += f", normalize={self.normalize!r}" if self.normalize else ""
        more += ", residual=True" if self.residual else ""
        return f"MLP({list(self.sizes)}, activation={self.activation!r}, init={self.init!r}{more})"

    @property
    def depth(self) -> int:
        """The number of layers with weights."""
        return len(self.sizes) - 1

    @property
    def parameters(self) -> int:
        """The number of parameters of one seed: the length of a row of ``theta``."""
        return self._places[-1].stop

    @functools.cached_property
    def _places(self) -> list[_Place]:
        names = ("scale", "shift") if self.normalize else ()
        places, at = [], 0
        for index, (inputs, outputs) in enumerate(zip(self.sizes[:-1], self.sizes[1:], strict=True)):
            start, at = at, at + (inputs + 1) * outputs
            own = {}
            for name in (*names, *self.activation.learned) if index < self.depth - 1 else ():
                own[name] = slice(at, at + outputs)
                at += outputs
            places.append(_Place(inputs, outputs, start, own, at))
        return places

    def _rows(self, theta: Array) -> Array:
        theta = np.asarray(theta)
        if theta.ndim != 2 or theta.shape[1] != self.parameters:
            raise ValueError(f"theta must have shape (seeds, {self.parameters}) for {self!r}, not {theta.shape}")
        return theta

    def blocks(self, theta: Array) -> list[Array]:
        """Return each layer's weights with the biases as a last row, shape (seeds, inputs + 1, outputs), as views."""
        rows, found = self._rows(theta), []
        for inputs, outputs, start, _, _ in self._places:
            stop = start + (inputs + 1) * outputs
            found.append(rows[:, start:stop].reshape(len(rows), inputs + 1, outputs))
        return found

    def hidden_parameters(self, theta: Array) -> list[dict[str, Array]]:
        """Return what each hidden layer learns beside its weights and biases.

        Parameters
        ----------
        theta
            Parameters of shape (seeds, parameters).

        Returns
        -------
        list of dict
            By name, views of shape (seeds, units): ``scale`` and ``shift`` of a normalisation, and the parameters that
            the activation learns (``slope`` of `prelu`).
        """
        rows = self._rows(theta)
        return [{name: rows[:, where] for name, where in place.own.items()} for place in self._places[:-1]]

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
            for index, place in enumerate(self._places):
                gain = self.activation.gain if index else 1.0  # of what feeds the layer; the data have gain 1
                if not np.isfinite(gain) and self.init.name.startswith("matched"):
                    raise ValueError(
                        f"init='matched' divides by the root of E f(z)², which {self.activation!r} makes 0, inf or nan; "
                        "take another, such as init='he_normal'"
                    )
                layers[index].weights[row] = self.init.draw(source, place.inputs, place.outputs, gain)
                layers[index].biases[row] = self.bias_init.draw(source, place.inputs, place.outputs, 1.0)[0]
        for extra in self.hidden_parameters(theta):
            for name, array in extra.items():
                array[...] = {"scale": 1.0, "shift": 0.0, **self.activation.parameters}[name]
        return theta

    def forward(self, theta: Array, x: ArrayLike, *, moments: Moments | None = None) -> Trace:
        """Run inputs through the network and keep all that a reader may want to see.

        Parameters
        ----------
        theta
            Parameters of shape (seeds, parameters).
        x
            Inputs of shape (samples, inputs).
        moments
            For batch normalisation, what `moments` returned for the training data; the moments of ``x`` itself
            unless given.

        Returns
        -------
        Trace
            Its ``outputs`` have shape (seeds, samples, outputs).
        """
        inputs = encode_inputs(x, self.sizes[0])
        trace = Trace(self, _floating(theta), samples=len(inputs), shared=True, moments=moments)
        with np.errstate(all="ignore"):
            trace.input[..., :-1] = inputs
            if not np.isfinite(trace.input).all():
                raise ValueError(f"x holds a number that is too large for {trace.input.dtype}")
            trace.forward()
        return trace

    def moments(self, theta: Array, x: ArrayLike) -> Moments | None:
        """Return mean and variance of each hidden layer's pre-activations, for batch normalisation.

        This is the second half of algorithm 2 of Ioffe and Szegedy (2015): after training, the moments of the training
        data take the place of the batch's own, so that a prediction does not depend on its neighbours. All samples
        count, whatever their order.

        Parameters
        ----------
        theta
            Parameters of shape (seeds, parameters).
        x
            Training inputs of shape (samples, inputs).

        Returns
        -------
        list of tuple of ndarray, or None
            For each hidden layer mean and variance, shape (seeds, units); None unless ``normalize="batch"``.
        """
        if self.normalize != "batch":
            return None
        inputs, theta = encode_inputs(x, self.sizes[0]), self._rows(_floating(theta))
        with np.errstate(all="ignore"):  # a run that diverges has moments that are not finite
            return _population.moments(self, theta, inputs, block=BLOCK)

    def loss_and_gradient(self, theta: Array, data: Data, *, loss: Loss | str = "cross_entropy") -> tuple[Array, Array]:
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
        inputs, targets = encode_inputs(data.x, self.sizes[0]), rule.targets(data.y, self.sizes[-1])
        gradient = np.zeros_like(theta)
        trace = Trace(self, theta, samples=len(inputs), gradient=gradient, shared=True)
        trace.input[..., :-1] = inputs
        with np.errstate(all="ignore"):
            values = trace.propagate(rule, targets.astype(theta.dtype)[None])
        return values.mean(-1), gradient

    def outputs(self, theta: Array, x: ArrayLike, *, moments: Moments | None = None, block: int = BLOCK) -> Array:
        """Return the raw outputs.

        Parameters
        ----------
        theta
            Parameters of shape (seeds, parameters).
        x
            Inputs of shape (samples, inputs).
        moments
            As for `forward`.
        block
            How many samples are computed at a time, to spare memory. With the batch's own moments all of them are.

        Returns
        -------
        ndarray
            Shape (seeds, samples, outputs).
        """
        inputs = encode_inputs(x, self.sizes[0])
        size = len(inputs) if self.normalize == "batch" and moments is None else block
        parts = [
            self.forward(theta, inputs[at : at + size], moments=moments).outputs for at in range(0, len(inputs), size)
        ]
        return np.concatenate(parts, axis=1)


def _floating(theta: ArrayLike) -> Array:
    """Return parameters as a contiguous array of float32 or float64."""
    array = np.asarray(theta)
    return np.ascontiguousarray(array, dtype=array.dtype if array.dtype in (np.float32, np.float64) else float)
