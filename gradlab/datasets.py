"""Small data sets: four that a straight line cannot separate, and the 8 × 8 digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab._registry import Registry

__all__ = ["DATASETS", "Data", "dataset"]

Array = NDArray[Any]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Data:
    """Samples and what is to be learned of them.

    Lists, arrays and frames of numbers are taken, and copied; nothing missing or masked is filled, and nothing rounded.

    Parameters
    ----------
    x
        Finite inputs of shape (samples, features); a single feature may come as (samples,). Whole numbers beyond 2**53
        are refused, as float64 does not hold each of them.
    y
        Whole-number labels from 0 on of shape (samples,), or finite values of shape (samples,) or (samples, outputs).

    Raises
    ------
    ValueError
        If there is no sample, a number is missing, masked or not finite, or ``x`` and ``y`` differ in length.
    TypeError
        If ``x`` or ``y`` holds no numbers.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.datasets.Data([[0.0, 1.0], [1.0, 0.0]], [0, 1])
    Data(2 samples, 2 features, 2 classes)
    """

    x: Array
    y: Array

    def __init__(self, x: ArrayLike, y: ArrayLike) -> None:
        inputs = np.array(_check.floats("x", x, dimensions=(1, 2)))
        labels = _check.finite_array("y", y, dimensions=(1, 2)).copy()
        if len(inputs) != len(labels):
            raise ValueError(f"x and y must have as many samples as each other, not {len(inputs)} and {len(labels)}")
        object.__setattr__(self, "x", inputs[:, None] if inputs.ndim == 1 else inputs)
        object.__setattr__(self, "y", labels)
        for array in (self.x, self.y):
            array.flags.writeable = False

    def __reduce__(self) -> Any:
        return Data, (self.x, self.y)  # a copy is as unchangeable as the original

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        kind = f"{self.classes} classes" if self.classes else "values"
        return f"Data({len(self)} samples, {self.x.shape[1]} features, {kind})"

    @property
    def classes(self) -> int:
        """The number of classes, or 0 where ``y`` holds values."""
        labels = self.y.dtype.kind in "iub" and self.y.ndim == 1 and self.y.min() >= 0
        return int(self.y.max()) + 1 if labels else 0

    def split(self, share: float = 0.8, *, seed: int) -> tuple[Data, Data]:
        """Return two parts of a random order: the first has ``share`` of the samples, the second the rest.

        Parameters
        ----------
        share
            Between 0 and 1; each part gets at least one sample.
        seed
            Decides the order.

        Returns
        -------
        tuple
            Training data and test data.

        Raises
        ------
        ValueError
            If the share leaves a part empty.

        Examples
        --------
        >>> import gradlab as gl
        >>> gl.datasets.moons(100).split(0.7, seed=0)
        (Data(70 samples, 2 features, 2 classes), Data(30 samples, 2 features, 2 classes))
        """
        share = _check.real("share", share, above=0, below=1)
        order = np.random.default_rng(_check.whole("seed", seed, least=0)).permutation(len(self))
        first = int(share * len(self) + 0.5)
        if not 0 < first < len(self):
            raise ValueError(f"share={share:g} of {len(self)} samples leaves one part empty")
        return Data(self.x[order[:first]], self.y[order[:first]]), Data(self.x[order[first:]], self.y[order[first:]])


Maker = Callable[..., Data]
Own = TypeVar("Own", bound=Maker)
DATASETS: Registry[Maker] = Registry("dataset")
"""All data sets by name; each is a function with defaults."""


@overload
def dataset(maker: Own, /) -> Own: ...
@overload
def dataset(*, aliases: tuple[str, ...] = ..., hints: Mapping[str, str] | None = ...) -> Callable[[Own], Own]: ...
def dataset(
    maker: Maker | None = None, /, *, aliases: tuple[str, ...] = (), hints: Mapping[str, str] | None = None
) -> Any:
    """Enter a function that makes a data set in `DATASETS`, under its own name.

    Parameters
    ----------
    maker
        A function that returns `Data`, and has a default for each of its parameters.
    aliases
        Other names in use for it.
    hints
        For names that are near but not it, what to answer.

    Returns
    -------
    Callable
        The function itself; without ``maker``, the decorator.

    Raises
    ------
    ValueError
        If the name is that of one of gradlab's own.

    Examples
    --------
    >>> import gradlab as gl
    >>> @gl.datasets.dataset
    ... def two_points():
    ...     return gl.Data([[0.0], [1.0]], [0, 1])
    >>> gl.DATASETS["two_points"]()
    Data(2 samples, 1 features, 2 classes)
    """

    def enter(function: Maker) -> Maker:
        DATASETS._add(function.__name__, function, aliases, hints)
        return function

    return enter if maker is None else enter(maker)


def _two_classes(first: Array, second: Array, noise: float, generator: np.random.Generator) -> Data:
    with np.errstate(all="ignore"):  # noise past 1e154 overflows, which Data refuses
        x = np.concatenate([first, second])
        x = x + generator.normal(0, noise, x.shape)
        x -= x.mean(0)
        x = x / np.sqrt((x**2).mean())
    return Data(x, np.repeat([0, 1], [len(first), len(second)]))


def _arguments(samples: int, noise: float, seed: int) -> tuple[int, int, float, np.random.Generator]:
    samples = _check.whole("samples", samples, least=4)
    generator = np.random.default_rng(_check.whole("seed", seed, least=0))
    return samples // 2, samples - samples // 2, _check.real("noise", noise, least=0), generator


@dataset
def xor() -> Data:
    """The exclusive or: four corners of a square, labelled 1 where the two coordinates differ in sign.

    Returns
    -------
    Data
        4 samples at (±1, ±1).

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.datasets.xor()
    Data(4 samples, 2 features, 2 classes)
    """
    x = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    return Data(x, (x[:, 0] != x[:, 1]).astype(int))


@dataset(aliases=("two_spirals",))
def spirals(samples: int = 600, *, turns: float = 1.5, noise: float = 0.02, seed: int = 0) -> Data:
    """Two spirals wound into each other.

    Parameters
    ----------
    samples
        How many points in all, at least 4.
    turns
        How often each spiral goes round, above 0.
    noise
        Standard deviation of the noise, at least 0, where the spirals have radius 1.
    seed
        Decides the points, a whole number of at least 0.

    Returns
    -------
    Data
        Centred points with mean square 1 and two classes.

    Raises
    ------
    ValueError
        If a number lies outside its limits.

    References
    ----------
    .. [1] Lang and Witbrock, Learning to tell two spirals apart, Connectionist Models Summer School, 1988.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.datasets.spirals(200, turns=2)
    Data(200 samples, 2 features, 2 classes)
    """
    turns = _check.real("turns", turns, above=0)
    first, second, noise, generator = _arguments(samples, noise, seed)
    arms = []
    for count, start in ((first, 0.0), (second, np.pi)):
        radius = np.sqrt(generator.uniform(0.02, 1, count))
        angle = start + 2 * np.pi * turns * radius
        arms.append(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))
    return _two_classes(arms[0], arms[1], noise, generator)


@dataset(aliases=("two_moons", "make_moons"))
def moons(samples: int = 400, *, noise: float = 0.1, seed: int = 0) -> Data:
    """Two half circles that reach into each other.

    Parameters
    ----------
    samples
        How many points in all, at least 4.
    noise
        Standard deviation of the noise, at least 0, where the half circles have radius 1.
    seed
        Decides the points, a whole number of at least 0.

    Returns
    -------
    Data
        Centred points with mean square 1 and two classes.

    Raises
    ------
    ValueError
        If a number lies outside its limits.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.datasets.moons(noise=0.2, seed=1)
    Data(400 samples, 2 features, 2 classes)
    """
    first, second, noise, generator = _arguments(samples, noise, seed)
    upper, lower = generator.uniform(0, np.pi, first), generator.uniform(0, np.pi, second)
    return _two_classes(
        np.stack([np.cos(upper), np.sin(upper)], axis=1),
        np.stack([1 - np.cos(lower), 0.5 - np.sin(lower)], axis=1),
        noise,
        generator,
    )


@dataset(aliases=("two_circles", "make_circles"))
def circles(samples: int = 400, *, factor: float = 0.5, noise: float = 0.05, seed: int = 0) -> Data:
    """A circle within a circle.

    Parameters
    ----------
    samples
        How many points in all, at least 4.
    factor
        Radius of the inner circle, between 0 and 1; the outer one has radius 1.
    noise
        Standard deviation of the noise, at least 0.
    seed
        Decides the points, a whole number of at least 0.

    Returns
    -------
    Data
        Centred points with mean square 1 and two classes: 0 outside, 1 inside.

    Raises
    ------
    ValueError
        If a number lies outside its limits.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.datasets.circles(factor=0.3)
    Data(400 samples, 2 features, 2 classes)
    """
    factor = _check.real("factor", factor, above=0, below=1)
    first, second, noise, generator = _arguments(samples, noise, seed)
    rings = []
    for count, radius in ((first, 1.0), (second, factor)):
        angle = generator.uniform(0, 2 * np.pi, count)
        rings.append(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return _two_classes(rings[0], rings[1], noise, generator)


_SMALL = "gradlab downloads nothing; did you mean 'digits', its images of 8 x 8 pixels?"
_OWN = "for data of your own there is gradlab.Data(x, y)"


@dataset(aliases=("load_digits",), hints={"mnist": _SMALL, "fashion_mnist": _SMALL, "iris": _OWN})
def digits(*, standardize: bool = True) -> Data:
    """Handwritten digits: 1,797 images of 8 × 8 pixels in ten classes.

    Parameters
    ----------
    standardize
        Whether to subtract each pixel's mean and divide by one standard deviation for all pixels; else the pixels
        are 0 to 16.

    Returns
    -------
    Data
        Inputs of shape (1797, 64) and labels 0 to 9.

    References
    ----------
    .. [1] Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998,
       doi:10.24432/C50P49, CC BY 4.0.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.datasets.digits()
    Data(1797 samples, 64 features, 10 classes)
    """
    from importlib.resources import files  # costs more than the rest of this module

    with (files("gradlab") / "data" / "digits.npz").open("rb") as stream, np.load(stream) as stored:
        x, y = stored["pixels"].T.astype(float), stored["labels"].astype(int)
    if not isinstance(standardize, bool):
        raise TypeError(f"standardize must be True or False, not {_check.short(standardize)}")
    if standardize:
        x -= x.mean(0)
        x /= x.std()
    return Data(x, y)


def encode_inputs(x: ArrayLike, features: int) -> Array:
    """Return inputs of shape (samples, features), or say what is wrong with them."""
    array = _check.floats("x", x, dimensions=(1, 2))
    array = array[:, None] if array.ndim == 1 and features == 1 else array
    if array.ndim != 2 or array.shape[1] != features:
        raise ValueError(
            f"x must have shape (samples, {features}), as the network has {features} inputs; its shape is {array.shape}"
        )
    return array
