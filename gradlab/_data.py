"""What a data set is: the container, the table of makers, and the decorator that enters one in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab._registry import Registry

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


def encode_inputs(x: ArrayLike, features: int) -> Array:
    """Return inputs of shape (samples, features), or say what is wrong with them."""
    array = _check.floats("x", x, dimensions=(1, 2))
    array = array[:, None] if array.ndim == 1 and features == 1 else array
    if array.ndim != 2 or array.shape[1] != features:
        raise ValueError(
            f"x must have shape (samples, {features}), as the network has {features} inputs; its shape is {array.shape}"
        )
    return array


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


for _public in (Data, dataset, encode_inputs):
    _public.__module__ = "gradlab.datasets"  # where readers, pickles and the reference find them
