"""Small data sets: four that a straight line cannot separate, and the 8 × 8 digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import _check
from gradlab._data import DATASETS, Data, dataset

__all__ = ["DATASETS", "Data", "dataset"]

Array = NDArray[Any]


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
