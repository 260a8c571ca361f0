"""Initial weights: one variance-scaling engine with the famous names as instances, and a few others."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import _check
from gradlab._registry import Registry

Array = NDArray[Any]
Draw = Callable[["np.random.Generator", int, int, float], Array]  # a string: NumPy loads its random part when asked


@dataclass(frozen=True, eq=False, repr=False)
class Initializer:
    """A way to draw the first weights of a layer.

    Parameters
    ----------
    name
        Its name in `INITIALIZERS`.
    draw
        ``draw(generator, inputs, outputs, gain)`` returns float64 weights of shape (inputs, outputs). ``gain`` is
        that of the activation which feeds the layer, 1 for the first layer.
    summary
        Its docstring.
    """

    name: str
    draw: Draw
    summary: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", inspect.cleandoc(self.summary))

    def __repr__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Initializer) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> Any:
        """What decides the draw: the function and its keywords, not the name."""
        if isinstance(self.draw, functools.partial):
            return self.draw.func, tuple(sorted(self.draw.keywords.items()))
        return self.draw

    def __reduce__(self) -> Any:
        known = INITIALIZERS.get(self.name) is self
        return (_restore, (self.name,)) if known else object.__reduce__(self)

    def bind(self, *, fan: str | None = None, gain: float | None = None) -> Initializer:
        """Return the same initialiser with another fan or a gain; it prints as ``he_normal(fan='out', gain=2)``.

        Parameters
        ----------
        fan
            What the variance is divided by: ``"in"``, ``"out"`` or ``"average"`` of the two.
        gain
            A factor of all weights. ``matched`` then uses it instead of the gain of each activation.

        Returns
        -------
        Initializer
            The initialiser.

        Raises
        ------
        ValueError
            If the fan is none of the three, or the gain is not above 0.
        TypeError
            If this initialiser does not depend on it, as ``zeros`` depends on neither.

        Examples
        --------
        >>> import gradlab as gl
        >>> gl.MLP([2, 8, 2], activation="tanh", init=gl.initializers.orthogonal.bind(gain=1.2))
        MLP([2, 8, 2], activation=tanh, init=orthogonal(gain=1.2))
        """
        keywords = dict(self.draw.keywords) if isinstance(self.draw, functools.partial) else {}
        told: dict[str, Any] = {}
        if fan is not None:
            told["fan"] = _known_fan(fan)
        if gain is not None:
            told["gain"] = _check.real("gain", gain, above=0)
        for name, value in told.items():
            if _KEYWORD[name] not in keywords:
                raise TypeError(f"{self.name} does not depend on a {name}; it was given {name}={value!r}")
            keywords[_KEYWORD[name]] = value
        if not told:
            return self
        if gain is not None and "matched" in keywords:
            keywords["matched"] = False
        kept = [part for part in self._told() if part.partition("=")[0] not in told]
        new = [f"{name}={value!r}" if name == "fan" else f"{name}={value:g}" for name, value in told.items()]
        base = self.name.partition("(")[0]
        label = f"{base}({', '.join([*kept, *new])})"
        return Initializer(label, functools.partial(self.draw, **keywords), f"{base} with {', '.join([*kept, *new])}.")

    def _told(self) -> list[str]:
        """Return what stands between the brackets of the name."""
        inner = self.name.partition("(")[2].removesuffix(")")
        return inner.split(", ") if inner else []

    def __call__(
        self,
        inputs: int,
        outputs: int,
        *,
        seed: int | np.random.Generator,
        fan: str | None = None,
        gain: float | None = None,
    ) -> Array:
        """Draw weights.

        Parameters
        ----------
        inputs
            Number of inputs of the layer (fan-in).
        outputs
            Number of its outputs (fan-out).
        seed
            A seed or a generator; there is no hidden one.
        fan, gain
            As in `bind`, for this one draw. Without them ``matched`` draws for the gain 1.

        Returns
        -------
        ndarray
            Weights of shape (inputs, outputs).
        """
        inputs, outputs = _check.whole("inputs", inputs, least=1), _check.whole("outputs", outputs, least=1)
        if not isinstance(seed, np.random.Generator):
            seed = np.random.default_rng(_check.whole("seed", seed, least=0))
        return self.bind(fan=fan, gain=gain).draw(seed, inputs, outputs, 1.0)


_KEYWORD = {"fan": "fan", "gain": "factor"}  # of the drawing functions, whose `gain` is the activation's


def _restore(name: str) -> Initializer:
    """Find an initializer again after pickling."""
    return INITIALIZERS[name]


INITIALIZERS: Registry[Initializer] = Registry("initializer")
"""All initialisers by name, in the order in which they are defined."""


def _enter(name: str, draw: Draw, summary: str) -> Initializer:
    made = Initializer(name, draw, summary)
    INITIALIZERS._add(name, made)
    return made


def _known_fan(given: str) -> str:
    if given not in ("in", "out", "average"):
        raise ValueError(f"fan must be one of 'in', 'out', 'average', not {given!r}")
    return given


def _scaled(
    generator: np.random.Generator,
    inputs: int,
    outputs: int,
    gain: float,
    *,
    scale: float,
    fan: str,
    distribution: str,
    matched: bool = False,
    factor: float = 1.0,
) -> Array:
    size = {"in": inputs, "out": outputs, "average": (inputs + outputs) / 2}[fan]
    deviation = np.sqrt(scale / size) * (gain if matched else factor)
    if distribution == "normal":
        return generator.normal(0, deviation, (inputs, outputs))
    return generator.uniform(-np.sqrt(3) * deviation, np.sqrt(3) * deviation, (inputs, outputs))


def variance_scaling(
    scale: float = 1.0, *, fan: str = "in", distribution: str = "normal", name: str | None = None
) -> Initializer:
    """Return an initialiser with Var w = scale/fan.

    Parameters
    ----------
    scale
        The variance times the fan: 1 for LeCun's and Glorot's, 2 for He's.
    fan
        ``"in"``, ``"out"`` or ``"average"`` of the two.
    distribution
        ``"normal"`` or ``"uniform"``.
    name
        How it prints.

    Returns
    -------
    Initializer
        The initialiser; it ignores the gain.

    Raises
    ------
    ValueError
        If the scale is not positive, or the fan or the distribution is none of those named.
    """
    scale = _check.real("scale", scale, above=0)
    if distribution not in ("normal", "uniform"):
        raise ValueError(f"distribution must be one of 'normal', 'uniform', not {distribution!r}")
    draw = functools.partial(_scaled, scale=scale, fan=_known_fan(fan), distribution=distribution, factor=1.0)
    label = name or f"variance_scaling({scale:g}, fan={fan!r}, distribution={distribution!r})"
    return Initializer(label, draw, f"Var w = {scale:g}/fan, fan={fan!r}, {distribution}.")


def _constant(generator: np.random.Generator, inputs: int, outputs: int, gain: float, *, value: float) -> Array:
    return np.full((inputs, outputs), value)


def constant(value: float) -> Initializer:
    """Return an initialiser that sets every entry to ``value``."""
    value = _check.real("value", value)
    return Initializer(f"constant({value:g})", functools.partial(_constant, value=value), f"Every entry is {value:g}.")


def _normal(
    generator: np.random.Generator, inputs: int, outputs: int, gain: float, *, deviation: float, factor: float = 1.0
) -> Array:
    return generator.normal(0, factor * deviation, (inputs, outputs))


def normal(deviation: float = 1.0) -> Initializer:
    """Return an initialiser that draws from N(0, deviation²), whatever the fan."""
    deviation = _check.real("deviation", deviation, least=0)
    draw = functools.partial(_normal, deviation=deviation, factor=1.0)
    return Initializer(f"normal({deviation:g})", draw, f"w ~ N(0, {deviation:g}²).")


def _orthogonal(
    generator: np.random.Generator, inputs: int, outputs: int, gain: float, *, factor: float = 1.0
) -> Array:
    tall = generator.normal(size=(max(inputs, outputs), min(inputs, outputs)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))  # without this the draw is not uniform over the orthogonal matrices
    q *= factor
    return q if inputs >= outputs else q.T


_FAMOUS = {
    "lecun": (1, "in", "LeCun's initialisation: Var w = 1/fan-in, which keeps the variance of an affine layer."),
    "glorot": (1, "average", 'Glorot\'s ("Xavier") initialisation: Var w = 2/(fan-in + fan-out).'),
    "he": (2, "in", 'He\'s ("Kaiming") initialisation: Var w = 2/fan-in, which keeps the mean square through ReLU.'),
}
_SOURCES = {
    "lecun": "LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998.",
    "glorot": "Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.",
    "he": "He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015.",
}

zeros = _enter(
    "zeros", functools.partial(_constant, value=0.0), "Every entry is 0: right for biases, a trap for weights."
)
for _name, (_scale, _fan, _text) in _FAMOUS.items():
    for _distribution in ("normal", "uniform"):
        _enter(
            f"{_name}_{_distribution}",
            functools.partial(_scaled, scale=_scale, fan=_fan, distribution=_distribution, factor=1.0),
            f"{_text}\n\nDrawn from a {_distribution} distribution.\n\n"
            f"References\n----------\n.. [1] {_SOURCES[_name]}",
        )
matched = _enter(
    "matched",
    functools.partial(_scaled, scale=1, fan="in", distribution="normal", matched=True, factor=1.0),
    """Var w = gain²/fan-in, with the gain of the activation that feeds the layer.

    The gain is 1/√(E f(z)²) for z ~ N(0, 1), so pre-activations keep mean square 1 from layer to layer. For ReLU this
    is He's initialisation, for the identity LeCun's.
    """,
)
pytorch_linear = _enter(
    "pytorch_linear",
    functools.partial(_scaled, scale=1 / 3, fan="in", distribution="uniform", factor=1.0),
    "PyTorch's default for ``nn.Linear``: uniform in ±1/√fan-in, so Var w = 1/(3·fan-in), six times less than He's.",
)
orthogonal = _enter(
    "orthogonal",
    functools.partial(_orthogonal, factor=1.0),
    """A random orthogonal matrix (orthonormal columns or rows where it is not square), uniformly drawn.

    References
    ----------
    .. [1] Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning, 2014.
    """,
)
lecun_normal, lecun_uniform = INITIALIZERS["lecun_normal"], INITIALIZERS["lecun_uniform"]
glorot_normal, glorot_uniform = INITIALIZERS["glorot_normal"], INITIALIZERS["glorot_uniform"]
he_normal, he_uniform = INITIALIZERS["he_normal"], INITIALIZERS["he_uniform"]
