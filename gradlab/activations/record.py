"""What an activation is: the record, its registry, and the decorator that enters a rule in it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab._registry import Registry, is_own, reachable, remember, same_function
from gradlab.activations import _facts, _fast, _rules

__all__ = ["ACTIVATIONS", "Activation", "Family", "GaussianMoments", "Rule", "activation"]

Array = NDArray[Any]
Rule = Callable[..., tuple[Any, Any]]
"""What an activation is made of: ``rule(x, **parameters) -> (value, slope)``."""

Kernel = Callable[[Array, Array, Array], None]
Family = Literal["linear", "sigmoid", "rectifier", "exponential", "gated", "other"]
"""What kind of function an activation is: what the book's figures and the gallery group by."""


def _empty() -> Mapping[str, Any]:
    return MappingProxyType({})


class GaussianMoments(NamedTuple):
    """What an activation ``f`` does to normal ``z``: E f, Var f, E f′ and E f′²."""

    mean: float
    variance: float
    slope_mean: float
    slope_mean_square: float

    @property
    def mean_square(self) -> float:
        """E f², the variance plus the mean squared."""
        return self.variance + self.mean**2


@dataclass(frozen=True, eq=False, repr=False)
class Activation:
    """An elementwise function that knows its slope.

    Call it for its value; `derivative` and `value_and_derivative` give the slope. Make your own with `activation`.

    Parameters
    ----------
    name
        Its name in `ACTIVATIONS`.
    rule
        ``rule(x, **parameters) -> (value, slope)``; both have the shape of ``x``. The trainer runs it in the type of
        the network, so it should keep the magnitude of small slopes there.
    parameters
        Its keyword parameters with their values.
    kinks_at
        The points where the slope is a convention (PyTorch's: the slope from the left, at the upper one of two kinks
        that from the right, and 0 where it is 0 between the two), or a function of the parameters that returns them, and raises `ValueError` for
        parameters that do not go together.
    limits
        For each parameter the open interval in which it may lie.
    source
        The key of the paper in the book's bibliography.
    in_place
        ``in_place(z, value, slope, **parameters)``: the same function, written into two buffers for the trainer; few
        of gradlab's own need one.
    learned
        For each parameter that training may change its ``derivative(x, **parameters)``: how the value at ``x`` changes
        with the parameter. A network has one such parameter a unit, which starts at the value in ``parameters``.
    draw
        ``draw(generator, shape, **parameters)``: parameters for one pass of training, arrays of that shape. Everywhere
        else those in ``parameters`` serve.
    family
        What kind of function it is.
    look
        Its line in figures: the place of its colour in ``gradlab.plots.PALETTE`` and its dash, ``"1--"``.
    formula
        The value as its paper defines it, to compare with in many digits: ``"x * Phi(x)"``.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.leaky_relu([-2.0, 3.0]), gl.leaky_relu.derivative([-2.0, 3.0])
    (array([-0.02,  3.  ]), array([0.01, 1.  ]))
    >>> steeper = gl.leaky_relu.bind(slope=0.2)
    >>> steeper, round(steeper.gain, 3)
    (leaky_relu(slope=0.2), 1.387)
    """

    name: str
    rule: Rule
    parameters: Mapping[str, float] = field(default_factory=_empty)
    kinks_at: tuple[float, ...] | Callable[..., tuple[float, ...]] = ()
    limits: Mapping[str, tuple[float, float]] = field(default_factory=_empty)
    source: str | None = None
    in_place: Callable[..., None] | None = None
    learned: Mapping[str, Callable[..., Array]] = field(default_factory=_empty)
    draw: Callable[..., dict[str, Array]] | None = None
    family: Family = "other"
    look: str | None = None
    formula: str | None = None

    def __post_init__(self) -> None:
        remember(self.rule, self.kinks_at, self.in_place, self.draw, *self.learned.values())
        object.__setattr__(self, "__doc__", inspect.getdoc(self.rule) or type(self).__doc__)
        object.__setattr__(self, "__module__", getattr(self.rule, "__module__", None))
        object.__setattr__(self, "__wrapped__", self.rule)
        x = inspect.Parameter("x", inspect.Parameter.POSITIONAL_ONLY)
        keywords = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=value)
            for key, value in self.parameters.items()
        ]
        object.__setattr__(self, "__signature__", inspect.Signature([x, *keywords]))

    def __repr__(self) -> str:
        inside = ", ".join(f"{key}={value:g}" for key, value in self.parameters.items())
        return f"{self.name}({inside})" if inside else self.name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Activation):
            return NotImplemented
        if self.name != other.name or dict(self.parameters) != dict(other.parameters):
            return False
        # by its code, not as an object: a cell run twice defines the same activation again
        told = [(same.rule, same.kinks_at, same.in_place, dict(same.learned), same.draw) for same in (self, other)]
        return dict(self.limits) == dict(other.limits) and all(map(same_function, *told))

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.parameters.items())))

    def __reduce__(self) -> Any:
        known = ACTIVATIONS.get(self.name)
        # by name only what every process has: a worker does not know what a reader has defined in this one
        if known is not None and known.rule is self.rule and is_own(self.rule):
            return _restore, (self.name, dict(self.parameters))
        # the rule by its place in its module, or by value where cloudpickle (joblib, Dask) finds it in a notebook
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        values |= {key: dict(values[key]) for key in ("parameters", "limits", "learned")}
        return Activation, tuple(values.values())

    def __call__(self, x: ArrayLike, /, **parameters: Any) -> Any:
        """Return the value at ``x``, in the shape and floating type of ``x``."""
        return self.value_and_derivative(x, **parameters)[0]

    def derivative(self, x: ArrayLike, /, **parameters: Any) -> Any:
        """Return the slope at ``x``; at a kink that which PyTorch takes, see ``kinks_at`` of `Activation`."""
        return self.value_and_derivative(x, **parameters)[1]

    def value_and_derivative(self, x: ArrayLike, /, **parameters: Any) -> tuple[Any, Any]:
        """Return value and slope at ``x``.

        Parameters
        ----------
        x
            Numbers of any shape. Float16, float32 and float64 are kept; all else becomes float64. The arithmetic is
            float64 throughout and is rounded once.
        **parameters
            Values for this call alone. One that is learned or drawn in training may be an array that broadcasts to
            the shape of ``x``.

        Returns
        -------
        tuple
            Value and slope, each in the shape of ``x``; nan where ``x`` is nan.

        Raises
        ------
        TypeError
            If a parameter is unknown, ``x`` holds no numbers, or the rule does not return value and slope.
        ValueError
            If a parameter lies outside its limits, or does not broadcast to the shape of ``x``.

        Examples
        --------
        >>> import gradlab as gl
        >>> gl.tanh.value_and_derivative([0.0, 20.0])
        (array([0., 1.]), array([1.00000000e+00, 1.69934170e-17]))
        """
        if np.ma.is_masked(x):
            raise TypeError(
                f"x has masked entries; give {self.name} x.filled(np.nan), or the entries that are not masked"
            )
        given = np.asarray(x)
        if given.dtype.kind not in "fiub":
            raise TypeError(f"x must hold real numbers; {self.name} was given {given.dtype}")
        kind = given.dtype if given.dtype.kind == "f" else np.dtype("float64")
        wide = given.astype(np.promote_types(kind, "float64"), copy=False)
        chosen = _rules.checked(self, parameters, given.shape)
        exact = getattr(self.rule, "exact", self.rule)  # the rule with more right digits, where it has one
        with np.errstate(all="ignore"):  # limits at ±inf and values past the largest number are not mistakes
            value, slope = _rules.call(self, exact, wide, chosen)
            missing = np.isnan(wide)
            value, slope = np.where(missing, wide, value), np.where(missing, wide, slope)
            return value.astype(kind, copy=False)[()], slope.astype(kind, copy=False)[()]

    def _try(self) -> None:
        """Say what is wrong with a rule of a reader's own."""
        _rules.attempt(self)

    def bind(self, **parameters: float) -> Activation:
        """Return the same activation with other parameters; it prints as ``leaky_relu(slope=0.2)``."""
        return replace(self, parameters=MappingProxyType(_rules.checked(self, parameters)))

    def kernel(self, **arrays: Array) -> Kernel:
        """Return ``kernel(z, value, slope)``, which writes value and slope into two buffers of the shape of ``z``.

        It is what the trainer computes: the rule in the type of ``z``.

        Parameters
        ----------
        **arrays
            Parameters that are arrays, each broadcasting to the shape of ``z``; the kernel sees later changes of them.

        Returns
        -------
        Callable
            The kernel.
        """
        for key in arrays:
            _rules.known(self, key, arrays[key])

        def kernel(z: Array, value: Array, slope: Array) -> None:
            buffer = functools.partial(_scratch, {}, z)
            calls = self.calls(z, value=value, slope=slope, arrays=arrays, scratch=buffer)
            with np.errstate(all="ignore"):
                for call, given in [*calls, *self.mending(z, slope)]:
                    call(*given)

        return kernel

    def calls(
        self, z: Array, *, value: Array, slope: Array, arrays: Mapping[str, Array], scratch: Callable[[int], Array]
    ) -> list[tuple[Callable[..., Any], tuple[Any, ...]]]:
        """Return the NumPy calls of one `kernel`, for arrays that stay where they are.

        Parameters
        ----------
        z, value, slope
            What the function is taken of, and where its value and slope go; all of one shape and type.
        arrays
            Parameters that are arrays.
        scratch
            Returns a buffer like ``z`` for a number, the same one for the same number.

        Returns
        -------
        list of tuple
            Functions with their arguments, to be called one after the other.
        """
        numbers = {key: value for key, value in self.parameters.items() if key not in arrays}
        if self.in_place is not None:
            named = functools.partial(self.in_place, **numbers, **arrays) if numbers or arrays else self.in_place
            return [(named, (z, value, slope))]
        if is_own(self.rule):
            program = _fast.read(self.rule, tuple(numbers.items()), tuple(arrays), z.dtype.char)
            if program is not None:
                own = {f"parameter {name}": array for name, array in arrays.items()}
                buffers = [scratch(index) for index in range(program.scratch)]
                return program.calls({"x": z, "value": value, "slope": slope, **own}, buffers)

        def general() -> None:
            value[...], slope[...] = _rules.call(self, self.rule, z, {**numbers, **arrays})

        return [(general, ())]

    def mending(self, z: Array, slope: Array) -> list[tuple[Callable[..., Any], tuple[Any, ...]]]:
        """Return the call that takes small slopes once more by the rule, after `calls` of a twin that loses them.

        Parameters
        ----------
        z, slope
            What the slopes were taken of, and the slopes, of any number of layers together.

        Returns
        -------
        list of tuple
            At most one function with its arguments.
        """
        if not getattr(self.in_place, "rough", False):
            return []
        if z.flags.c_contiguous and slope.flags.c_contiguous:
            return [(_fast.mend, (self.rule, z.reshape(-1), slope.reshape(-1)))]
        return [call for pair in zip(z, slope, strict=True) for call in self.mending(*pair)]

    @property
    def kinks(self) -> tuple[float, ...]:
        """The points where the slope jumps, so that its value there is a convention."""
        return self.kinks_at(**self.parameters) if callable(self.kinks_at) else self.kinks_at

    @functools.cached_property
    def gain(self) -> float:
        """1/√(E f(z)²) for z ~ N(0, 1): the factor that gives the next layer unit mean square again."""
        mean_square = self.gaussian_moments().mean_square
        return float(1 / np.sqrt(mean_square)) if mean_square > 0 else np.inf

    @property
    def zero_centred(self) -> bool:
        """Whether E f(z) = 0 for z ~ N(0, 1), as far as the quadrature can tell (1e-12 of the root mean square)."""
        moments = self.gaussian_moments()
        return bool(abs(moments.mean) <= 1e-12 * np.sqrt(moments.mean_square))

    @property
    def monotonic(self) -> bool:
        """Whether f never falls, or never rises."""
        return _facts.monotonic(self._survey)

    @functools.cached_property
    def range(self) -> tuple[float, float]:
        """The infimum and the supremum of f: from its limits at ±∞, a dense grid, and the zeros of the slope in it."""
        return _facts.value_range(self.value_and_derivative, self._survey)

    @functools.cached_property
    def steepest(self) -> float:
        """The largest size of the slope on [-10, 10], to which `History.saturated_fraction` refers."""
        return _facts.steepest(self.value_and_derivative, self.kinks)

    @functools.cached_property
    def _survey(self) -> tuple[Array, Array, Array]:
        return _facts.survey(self.value_and_derivative, self.kinks)

    def gaussian_moments(self, *, scale: float = 1.0) -> GaussianMoments:
        """Return E f(z), Var f(z), E f′(z) and E f′(z)² for z ~ N(0, scale²), by quadrature between the kinks."""
        scale = _check.real("scale", scale, above=0)
        return GaussianMoments(*_facts.gaussian_moments(self.value_and_derivative, self.kinks, scale))


def _scratch(made: dict[int, Array], like: Array, index: int) -> Array:
    """Return a buffer for a number, the same one for the same number."""
    return made.setdefault(index, np.empty_like(like))


def _restore(name: str, parameters: dict[str, float]) -> Activation:
    """Find an activation again after pickling."""
    return ACTIVATIONS[name].bind(**parameters) if parameters else ACTIVATIONS[name]


ACTIVATIONS: Registry[Activation] = Registry("activation")
"""All activations by name, in the order in which they are defined."""


@overload
def activation(rule: Rule, /) -> Activation: ...
@overload
def activation(
    *,
    kinks: tuple[float, ...] | Callable[..., tuple[float, ...]] = ...,
    limits: Mapping[str, tuple[float, float]] | None = ...,
    source: str | None = ...,
    aliases: tuple[str, ...] = ...,
    hints: Mapping[str, str] | None = ...,
    in_place: Callable[..., None] | None = ...,
    learned: Mapping[str, Callable[..., Array]] | None = ...,
    draw: Callable[..., dict[str, Array]] | None = ...,
    exact: Rule | None = ...,
    family: Family = ...,
    look: str | None = ...,
    formula: str | None = ...,
) -> Callable[[Rule], Activation]: ...
def activation(
    rule: Rule | None = None,
    /,
    *,
    kinks: tuple[float, ...] | Callable[..., tuple[float, ...]] = (),
    limits: Mapping[str, tuple[float, float]] | None = None,
    source: str | None = None,
    aliases: tuple[str, ...] = (),
    hints: Mapping[str, str] | None = None,
    in_place: Callable[..., None] | None = None,
    learned: Mapping[str, Callable[..., Array]] | None = None,
    draw: Callable[..., dict[str, Array]] | None = None,
    exact: Rule | None = None,
    family: Family = "other",
    look: str | None = None,
    formula: str | None = None,
) -> Activation | Callable[[Rule], Activation]:
    """Turn ``rule(x, **parameters) -> (value, slope)`` into an activation and enter it in `ACTIVATIONS`.

    It may stand with brackets, ``@gl.activation(kinks=(0,))``, or without.

    Parameters
    ----------
    rule
        The rule, where it stands without.
    kinks
        Where the slope jumps, or a function of the parameters that says so.
    limits
        The open interval allowed for each parameter.
    source
        The key of its paper in the book's bibliography.
    aliases
        Other names in use for it.
    hints
        For names that are near but not it, what to answer.
    in_place
        The same function for the trainer, see `Activation`.
    learned
        The derivative with respect to each parameter that is trained, see `Activation`.
    draw
        How parameters are drawn while training, see `Activation`.
    exact
        The same function as the rule, with more right digits in float64: what calls return, while training takes the
        rule.
    family
        What kind of function it is.
    look
        The colour and dash of its line, see `Activation`; one that is free unless given.
    formula
        Its value as text, see `Activation`.

    Returns
    -------
    Callable
        The decorator.

    Raises
    ------
    TypeError
        If ``limits`` or ``learned`` name what is no parameter of the rule.
    ValueError
        If the name is that of one of gradlab's own.

    Examples
    --------
    >>> import numpy as np, gradlab as gl
    >>> @gl.activation()
    ... def cube(x):
    ...     return x**3, 3 * x**2
    >>> cube.derivative([1.0, 2.0])
    array([ 3., 12.])
    """

    def decorate(rule: Rule) -> Activation:
        defaults = {
            key: float(parameter.default)
            for key, parameter in inspect.signature(rule).parameters.items()
            if parameter.default is not inspect.Parameter.empty
        }
        name = getattr(rule, "__name__", "activation")
        if "<" not in getattr(rule, "__qualname__", "<"):
            rule.__qualname__ = (
                f"{rule.__qualname__}.rule"  # where it is found behind the activation: pickle looks there
            )
        if exact is not None:
            rule.exact = exact  # type: ignore[attr-defined]  # it stands for this rule and no other
        for what, told in (("limits", limits), ("learned", learned)):
            for key in set(told or {}) - set(defaults):
                takes = f"takes {', '.join(defaults)}" if defaults else "takes no parameter"
                raise TypeError(f"{name} {takes}; {what} names {key!r}{_check.near(key, defaults)}")
        made = Activation(
            name,
            reachable(rule),
            MappingProxyType(defaults),
            kinks_at=kinks,
            limits=MappingProxyType(dict(limits or {})),
            source=source,
            in_place=in_place,
            learned=MappingProxyType(dict(learned or {})),
            draw=draw,
            family=family,
            look=look,
            formula=formula,
        )
        ACTIVATIONS._add(name, made, aliases, hints)
        return made

    return decorate if rule is None else decorate(rule)
