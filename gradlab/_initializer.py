"""What an initialiser is: the record, its registry, and the decorator that enters a draw in it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, overload

import numpy as np
from numpy.typing import NDArray

from gradlab import _check
from gradlab._registry import Registry, importable, reachable, remember, same_function

Array = NDArray[Any]
Fan = Literal["in", "out", "average"]
Draw = Callable[["np.random.Generator", int, int, float], Array]  # a string: NumPy loads its random part when asked


@dataclass(frozen=True, eq=False, repr=False)
class Initializer:
    """A way to draw the first weights of a layer.

    Call it for weights; `bind` sets its fan or its gain. Make your own with `initializer`.

    Parameters
    ----------
    name
        Its name in `INITIALIZERS`.
    draw
        ``draw(generator, inputs, outputs, gain)`` returns float64 weights of shape (inputs, outputs). ``gain`` is
        that of the activation which feeds the layer, 1 for the first layer.
    summary
        Its docstring.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.INITIALIZERS["he_normal"](64, 32, seed=0).shape
    (64, 32)
    """

    name: str
    draw: Draw
    summary: str

    def __post_init__(self) -> None:
        remember(self.draw)
        object.__setattr__(self, "__doc__", inspect.cleandoc(self.summary))
        object.__setattr__(self, "__module__", getattr(self.rule, "__module__", None))

    def __repr__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Initializer):
            return NotImplemented
        return self._keywords() == other._keywords() and same_function(self.rule, other.rule)

    def __hash__(self) -> int:
        return hash((getattr(getattr(self.rule, "__code__", None), "co_code", None), self._keywords()))

    def _keywords(self) -> Any:
        """Return what decides the draw beside the function; the name does not."""
        return tuple(sorted(self.draw.keywords.items())) if isinstance(self.draw, functools.partial) else ()

    def __reduce__(self) -> Any:
        return self.name if importable(self, self.name) else (Initializer, (self.name, self.draw, self.summary))

    @property
    def rule(self) -> Callable[..., Array]:
        """The function that draws, without the keywords that are set."""
        return self.draw.func if isinstance(self.draw, functools.partial) else self.draw

    def bind(self, *, fan: Fan | None = None, gain: float | None = None) -> Initializer:
        """Return the same initialiser with another fan or a gain; it prints as ``he_normal(fan='out', gain=2)``.

        Parameters
        ----------
        fan
            What the variance is divided by: ``"in"``, ``"out"`` or ``"average"`` of the two.
        gain
            A factor of all weights, above 0. ``matched`` then uses it instead of the gain of each activation.

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
            told["fan"] = _check.choice("fan", fan, get_args(Fan))
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
        fan: Fan | None = None,
        gain: float | None = None,
    ) -> Array:
        """Draw weights.

        Parameters
        ----------
        inputs
            Number of inputs of the layer (fan-in), at least 1.
        outputs
            Number of its outputs (fan-out), at least 1.
        seed
            A whole number of at least 0, or a generator; there is no hidden one.
        fan, gain
            As in `bind`, for this one draw. Without them ``matched`` draws for the gain 1.

        Returns
        -------
        ndarray
            Weights of shape (inputs, outputs).

        Raises
        ------
        ValueError
            If a number or the fan is not allowed.
        TypeError
            If an argument is of no usable kind, or this initialiser does not depend on it.

        Examples
        --------
        >>> import gradlab as gl
        >>> gl.INITIALIZERS["zeros"](2, 3, seed=0)
        array([[0., 0., 0.],
               [0., 0., 0.]])
        """
        inputs, outputs = _check.whole("inputs", inputs, least=1), _check.whole("outputs", outputs, least=1)
        if not isinstance(seed, np.random.Generator):
            seed = np.random.default_rng(_check.whole("seed", seed, least=0))
        return self.bind(fan=fan, gain=gain).draw(seed, inputs, outputs, 1.0)


_KEYWORD = {"fan": "fan", "gain": "factor"}  # of the drawing functions, whose `gain` is the activation's


INITIALIZERS: Registry[Initializer] = Registry("initializer")
"""All initialisers by name, in the order in which they are defined."""


DRAWS: dict[str, Callable[..., Array]] = {}
"""The functions that draw, by name: a file writes down the function and its keywords."""


def drawing(function: Callable[..., Array]) -> Callable[..., Array]:
    """Let files name a function that draws."""
    DRAWS[function.__name__] = function
    return function


def enter(
    name: str, draw: Draw, summary: str, aliases: tuple[str, ...] = (), hints: Mapping[str, str] | None = None
) -> Initializer:
    """Make an initialiser and enter it in the table."""
    made = Initializer(name, draw, summary)
    INITIALIZERS._add(name, made, aliases, hints)
    return made


@overload
def initializer(draw: Callable[..., Array], /) -> Initializer: ...
@overload
def initializer(
    *, aliases: tuple[str, ...] = ..., hints: Mapping[str, str] | None = ...
) -> Callable[[Callable[..., Array]], Initializer]: ...
def initializer(
    draw: Callable[..., Array] | None = None,
    /,
    *,
    aliases: tuple[str, ...] = (),
    hints: Mapping[str, str] | None = None,
) -> Any:
    """Turn ``draw(generator, inputs, outputs, gain)`` into an initialiser and enter it in `INITIALIZERS`.

    The function draws from the generator alone and returns weights of shape (inputs, outputs). Where it has a keyword
    ``fan``, or a keyword ``factor`` of all weights, `Initializer.bind` sets them.

    Parameters
    ----------
    draw
        The function.
    aliases
        Other names in use for it.
    hints
        For names that are near but not it, what to answer.

    Returns
    -------
    Initializer or Callable
        The initialiser; without ``draw``, the decorator.

    Raises
    ------
    ValueError
        If the name is that of one of gradlab's own.
    TypeError
        If it is no function.

    Examples
    --------
    >>> import numpy as np, gradlab as gl
    >>> @gl.initializers.initializer
    ... def signs(generator, inputs, outputs, gain, *, factor=1.0):
    ...     '''Every weight is 1/√fan-in or its negative.'''
    ...     return factor * generator.choice([-1.0, 1.0], (inputs, outputs)) / np.sqrt(inputs)
    >>> gl.MLP([2, 8, 2], init=signs.bind(gain=1.5))
    MLP([2, 8, 2], activation=relu, init=signs(gain=1.5))
    """

    def decorate(draw: Callable[..., Array]) -> Initializer:
        if not callable(draw) or not hasattr(draw, "__name__"):
            raise TypeError(f"an initializer must be a function with a name, not {_check.short(draw)}")
        own = inspect.signature(draw).parameters.values()
        set_ = {p.name: p.default for p in own if p.kind is p.KEYWORD_ONLY and p.default is not p.empty}
        name, summary = draw.__name__, inspect.getdoc(draw) or f"{draw.__name__}."
        made = enter(name, functools.partial(draw, **set_) if set_ else draw, summary, aliases, hints)
        DRAWS[name] = reachable(draw)
        return made

    return decorate if draw is None else decorate(draw)


for _public in (Initializer, initializer):
    _public.__module__ = "gradlab.initializers"  # where readers, pickles and the reference find them
