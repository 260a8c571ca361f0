"""Activation functions: each is one rule that returns its value and its slope together."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab._normal import mills_ratio, standard_normal_density, standard_normal_nodes
from gradlab._registry import Registry

Array = NDArray[Any]
Rule = Callable[..., tuple[Array, Array]]


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
        ``rule(x, **parameters) -> (value, slope)``; both have the shape of ``x``.
    parameters
        Its keyword parameters with their values.
    kinks_at
        The points where the slope is a convention (gradlab takes the slope from the left), or a function of the
        parameters that returns them.
    limits
        For each parameter the open interval in which it may lie.
    source
        The key of the paper in the book's bibliography.
    in_place
        ``in_place(z, value, slope, **parameters)``: the same function, written into two buffers for the trainer.
        Its absolute error may be larger (by a few units in the last place of 1), its result not.
    """

    name: str
    rule: Rule
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    kinks_at: tuple[float, ...] | Callable[..., tuple[float, ...]] = ()
    limits: Mapping[str, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))
    source: str | None = None
    in_place: Callable[..., None] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", inspect.getdoc(self.rule) or type(self).__doc__)
        object.__setattr__(self, "__module__", self.rule.__module__)
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
        return self.rule is other.rule and dict(self.parameters) == dict(other.parameters)

    def __hash__(self) -> int:
        return hash((self.rule, tuple(self.parameters.items())))

    def __reduce__(self) -> Any:
        known = ACTIVATIONS.get(self.name)
        if known is not None and known.rule is self.rule:
            return _restore, (self.name, dict(self.parameters))
        # a rule behind the decorator's name is hidden from pickle; cloudpickle (joblib, Dask) carries it by value
        fields = (dict(self.parameters), self.kinks_at, dict(self.limits), self.source, self.in_place)
        return Activation, (self.name, self.rule, *fields)

    def __call__(self, x: ArrayLike, /, **parameters: float) -> Any:
        """Return the value at ``x``, in the shape and floating type of ``x``."""
        return self.value_and_derivative(x, **parameters)[0]

    def derivative(self, x: ArrayLike, /, **parameters: float) -> Any:
        """Return the slope at ``x``; at a kink, the slope from the left."""
        return self.value_and_derivative(x, **parameters)[1]

    def value_and_derivative(self, x: ArrayLike, /, **parameters: float) -> tuple[Any, Any]:
        """Return value and slope at ``x``.

        Parameters
        ----------
        x
            Numbers of any shape. Float16, float32 and float64 are kept; all else becomes float64. The arithmetic is
            float64 throughout and is rounded once.
        **parameters
            Values for this call alone.

        Returns
        -------
        tuple
            Value and slope, each in the shape of ``x``; nan where ``x`` is nan.

        Raises
        ------
        TypeError
            If a parameter is unknown, or ``x`` holds no numbers.
        ValueError
            If a parameter lies outside its limits.
        """
        given = np.asarray(x)
        if given.dtype.kind not in "fiub":
            raise TypeError(f"x must hold real numbers; {self.name} was given {given.dtype}")
        kind = given.dtype if given.dtype.kind == "f" else np.dtype("float64")
        wide = given.astype(np.promote_types(kind, "float64"), copy=False)
        chosen = self._checked(parameters)
        with np.errstate(all="ignore"):  # limits at ±inf and values past the largest number are not mistakes
            value, slope = self.rule(wide, **chosen)
            missing = np.isnan(wide)
            value, slope = np.where(missing, wide, value), np.where(missing, wide, slope)
            return value.astype(kind, copy=False)[()], slope.astype(kind, copy=False)[()]

    def bind(self, **parameters: float) -> Activation:
        """Return the same activation with other parameters; it prints as ``leaky_relu(slope=0.2)``."""
        return Activation(
            self.name,
            self.rule,
            MappingProxyType(self._checked(parameters)),
            self.kinks_at,
            self.limits,
            self.source,
            self.in_place,
        )

    def kernel(self) -> Callable[[Array, Array, Array], None]:
        """Return ``kernel(z, value, slope)``, which writes value and slope into two buffers of the shape of ``z``."""
        if self.in_place is not None:
            return functools.partial(self.in_place, **self.parameters) if self.parameters else self.in_place
        rule, parameters = self.rule, dict(self.parameters)

        def general(z: Array, value: Array, slope: Array) -> None:
            value[...], slope[...] = rule(z, **parameters)

        return general

    @property
    def kinks(self) -> tuple[float, ...]:
        """The points where the slope jumps, so that its value there is a convention."""
        return self.kinks_at(**self.parameters) if callable(self.kinks_at) else self.kinks_at

    @property
    def gain(self) -> float:
        """1/√(E f(z)²) for z ~ N(0, 1): the factor that gives the next layer unit mean square again."""
        return self._gain

    @functools.cached_property
    def _gain(self) -> float:
        mean_square = self.gaussian_moments().mean_square
        return float(1 / np.sqrt(mean_square)) if mean_square > 0 else np.inf

    def gaussian_moments(self, *, scale: float = 1.0) -> GaussianMoments:
        """Return E f(z), Var f(z), E f′(z) and E f′(z)² for z ~ N(0, scale²), by quadrature between the kinks."""
        scale = _check.real("scale", scale, above=0)
        z, weight = standard_normal_nodes(tuple(kink / scale for kink in self.kinks))
        value, slope = self.value_and_derivative(scale * z)
        mean = float(weight @ value)
        return GaussianMoments(
            mean, float(weight @ (value - mean) ** 2), float(weight @ slope), float(weight @ slope**2)
        )

    @functools.cached_property
    def steepest(self) -> float:
        """The largest size of the slope on [-10, 10], to which `History.saturated_fraction` refers."""
        return float(np.abs(self.derivative(np.linspace(-10, 10, 4001))).max())

    def _checked(self, parameters: Mapping[str, Any]) -> dict[str, float]:
        chosen = dict(self.parameters)
        for key, value in parameters.items():
            if key not in chosen:
                takes = f"takes {', '.join(chosen)}" if chosen else "takes no parameter"
                raise TypeError(f"{self.name} {takes}; it was given {key}={value!r}")
            low, high = self.limits.get(key, (-np.inf, np.inf))
            chosen[key] = _check.real(
                f"{key} of {self.name}",
                value,
                above=low if np.isfinite(low) else None,
                below=high if np.isfinite(high) else None,
            )
        return chosen


def _restore(name: str, parameters: dict[str, float]) -> Activation:
    """Find an activation again after pickling."""
    return ACTIVATIONS[name].bind(**parameters) if parameters else ACTIVATIONS[name]


ACTIVATIONS: Registry[Activation] = Registry("activation")
"""All activations by name, in the order in which they are defined."""


def activation(
    *,
    kinks: tuple[float, ...] | Callable[..., tuple[float, ...]] = (),
    limits: Mapping[str, tuple[float, float]] | None = None,
    source: str | None = None,
    aliases: tuple[str, ...] = (),
    in_place: Callable[..., None] | None = None,
) -> Callable[[Rule], Activation]:
    """Turn ``rule(x, **parameters) -> (value, slope)`` into an activation and enter it in `ACTIVATIONS`.

    Parameters
    ----------
    kinks
        Where the slope jumps, or a function of the parameters that says so.
    limits
        The open interval allowed for each parameter.
    source
        The key of its paper in the book's bibliography.
    aliases
        Other names in use for it.
    in_place
        The same function for the trainer, see `Activation`.

    Returns
    -------
    Callable
        The decorator.

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
        made = Activation(
            name, rule, MappingProxyType(defaults), kinks, MappingProxyType(dict(limits or {})), source, in_place
        )
        ACTIVATIONS._add(name, made, aliases)
        return made

    return decorate


def _identity_in_place(z: Array, value: Array, slope: Array) -> None:
    np.copyto(value, z)
    slope.fill(1)


def _sigmoid_in_place(z: Array, value: Array, slope: Array) -> None:
    np.negative(z, out=value)
    np.exp(value, out=value)  # inf far to the left, whose reciprocal is the 0 wanted
    np.add(value, 1, out=value)
    np.reciprocal(value, out=value)
    np.multiply(value, value, out=slope)
    np.subtract(value, slope, out=slope)


def _tanh_in_place(z: Array, value: Array, slope: Array) -> None:
    np.tanh(z, out=value)
    np.multiply(value, value, out=slope)
    np.subtract(1, slope, out=slope)


def _relu_in_place(z: Array, value: Array, slope: Array) -> None:
    np.maximum(z, 0, out=value)
    np.greater(z, 0, out=slope)


def _leaky_relu_in_place(z: Array, value: Array, slope_: Array, *, slope: float) -> None:
    np.greater(z, 0, out=slope_)
    np.multiply(slope_, 1 - slope, out=slope_)
    np.add(slope_, slope, out=slope_)
    np.multiply(z, slope_, out=value)


@activation(in_place=_identity_in_place)
def identity(x: Array) -> tuple[Array, Array]:
    """The identity, f(x) = x, which makes a network affine.

    The slope is 1 everywhere.
    """
    return x, np.ones_like(x)


@activation(source="lecun1998", in_place=_sigmoid_in_place)
def sigmoid(x: Array) -> tuple[Array, Array]:
    """The logistic function, σ(x) = 1/(1 + exp(−x)), with values in (0, 1).

    The slope is σ(x)σ(−x): at most 1/4, at 0, and towards 0 on both sides.
    """
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e), e / (1 + e) ** 2


@activation(source="lecun1998", in_place=_tanh_in_place)
def tanh(x: Array) -> tuple[Array, Array]:
    """The hyperbolic tangent, tanh(x) = 2σ(2x) − 1, with values in (−1, 1).

    The slope is 1 − tanh²(x) = 4σ′(2x): at most 1, at 0.
    """
    e = np.exp(-2 * np.abs(x))
    return np.tanh(x), 4 * e / (1 + e) ** 2


@activation(kinks=(0.0,), source="nair2010", in_place=_relu_in_place)
def relu(x: Array) -> tuple[Array, Array]:
    """The rectified linear unit, max(0, x).

    The slope is 1 where x > 0 and 0 elsewhere; at the kink x = 0 it is 0, as in PyTorch.
    """
    return np.maximum(x, 0), (x > 0).astype(x.dtype)


@activation(kinks=(0.0,), source="maas2013", in_place=_leaky_relu_in_place)
def leaky_relu(x: Array, *, slope: float = 0.01) -> tuple[Array, Array]:
    """The leaky rectifier: x where x > 0, slope·x elsewhere.

    The paper's slope is 0.01. At the kink x = 0 the slope from the left is taken.
    """
    positive = x > 0
    left = slope * x if slope else np.zeros_like(x)  # 0 times inf is nan
    return np.where(positive, x, left), np.where(positive, 1.0, slope)


def _elu_kinks(alpha: float) -> tuple[float, ...]:
    return () if alpha == 1 else (0.0,)


@activation(kinks=_elu_kinks, limits={"alpha": (0, np.inf)}, source="clevert2016")
def elu(x: Array, *, alpha: float = 1.0) -> tuple[Array, Array]:
    """The exponential linear unit: x where x > 0, α(exp(x) − 1) elsewhere.

    It tends to −α on the left. The slope is 1 where x > 0 and α·exp(x) elsewhere.
    """
    left = np.minimum(x, 0)
    positive = x > 0
    return np.where(positive, x, alpha * np.expm1(left)), np.where(positive, 1, alpha * np.exp(left))


@activation(kinks=(0.0,), limits={"scale": (0, np.inf), "alpha": (0, np.inf)}, source="klambauer2017")
def selu(
    x: Array, *, scale: float = 1.0507009873554805, alpha: float = 1.6732632423543772
) -> tuple[Array, Array]:
    """The scaled exponential linear unit: scale·elu(x, alpha).

    With the two defaults E f(z) = 0 and E f(z)² = 1 for z ~ N(0, 1): mean 0 and variance 1 are a fixed point that
    layers of a suitable net are drawn to.
    """
    left = np.minimum(x, 0)
    positive = x > 0
    return (
        np.where(positive, scale * x, scale * alpha * np.expm1(left)),
        np.where(positive, scale, scale * alpha * np.exp(left)),
    )


@activation(source="hendrycks2016")
def gelu(x: Array) -> tuple[Array, Array]:
    """The Gaussian error linear unit, x·Φ(x), with Φ the distribution function of N(0, 1).

    This is the exact form, not the tanh approximation. The slope is Φ(x) + x·φ(x). It dips to −0.17 near x = −0.75,
    and its slope rises to 1.13 at x = √2.
    """
    a = np.minimum(np.abs(x), 40)  # past 40 the density is 0 in float64
    density, ratio = standard_normal_density(a), mills_ratio(a)
    tail = density * (ratio - a)
    positive = x >= 0
    return np.where(positive, x * (1 - density * ratio), -a * density * ratio), np.where(positive, 1 - tail, tail)


@activation(source="ramachandran2017", aliases=("silu",))
def swish(x: Array, *, beta: float = 1.0) -> tuple[Array, Array]:
    """Swish, x·σ(βx); with β = 1 it is also called SiLU.

    The slope is σ(βx)(1 + βx·σ(−βx)). With β = 1 it dips to −0.28 near x = −1.28.
    """
    # further out than 800 σ is 0 or 1 in float64, and inf·0 would be nan
    t = np.clip(beta * x, -800, 800) if beta else np.zeros_like(x)
    reach = 800 / abs(beta) if beta else np.inf
    half = np.exp(-np.abs(t) / 2)  # its square may be too small for float64 where x times it is not
    large = 1 / (1 + half * half)
    right = t >= 0
    bend = 1 + t * np.where(right, half * half * large, large)
    return (
        np.where(right, x * large, np.clip(x, -reach, reach) * half * large * half),
        np.where(right, large * bend, half * large * bend * half),
    )


silu = swish


@activation(source="dugas2001")
def softplus(x: Array) -> tuple[Array, Array]:
    """Softplus, ln(1 + exp(x)): a smooth rectifier.

    The slope is the logistic function σ(x).
    """
    e = np.exp(-np.abs(x))
    return np.maximum(x, 0) + np.log1p(e), np.where(x >= 0, 1, e) / (1 + e)
