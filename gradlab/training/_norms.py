"""Norms of many numbers whose squares may under- or overflow where the numbers themselves do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# a sum of squares between these has lost nothing that counts: what is smaller than its last digit may underflow
SAFE = {"f": (1e-28, 1e37), "d": (1e-280, 1e300)}


FEW = 64  # so few numbers are sooner looked at one by one


def all_finite(numbers: Array) -> bool:
    """Return whether none of some float64 numbers is inf or nan."""
    if numbers.size <= FEW:
        return isfinite(sum(numbers.ravel().tolist())) or bool(np.isfinite(numbers).all())
    return bool(np.isfinite(numbers).all())


class Norms:
    """The norms of some arrays of each seed, √Σa² over all entries, taken again whenever the arrays have changed.

    Parameters
    ----------
    arrays
        Arrays of shape (seeds, ...), one a layer; the norms see later changes of them.
    """

    def __init__(self, arrays: Sequence[Array]) -> None:
        seeds, kind = len(arrays[0]), arrays[0].dtype
        self.rows = [array.reshape(seeds, -1) for array in arrays]
        self.squares = np.empty((len(arrays), seeds), kind)
        self.low, self.high = SAFE[kind.char]
        self.calls: list[tuple[Any, ...]] = []
        for row, out in zip(self.rows, self.squares, strict=True):
            if seeds == 1:  # the same sum with less around it
                self.calls.append((np.dot, row[0], row[0], out[0, ...]))
            else:
                self.calls.append((np.matmul, row[:, None], row[:, :, None], out[:, None, None]))

    def __call__(self, fill: Callable[[int], None] | None = None) -> Array:
        """Return norms of shape (seeds, layers), in float64: inf or nan only where a number or the norm itself is.

        Parameters
        ----------
        fill
            Called with the number of a layer before its numbers are read, where they share a buffer with others.
        """
        for layer, (call, row, column, out) in enumerate(self.calls):
            if fill is not None:
                fill(layer)
            call(row, column, out)
        squares = self.squares
        found: Array = np.sqrt(squares, dtype=float).T
        if not self._safe():
            for layer, seed in np.argwhere(~((squares > self.low) & (squares < self.high))):
                if fill is not None:
                    fill(layer)
                largest, share = scaled(self.rows[layer][seed])
                found[seed, layer] = largest * share
        return found

    def _safe(self) -> bool:
        """Return whether no sum has lost anything."""
        if self.squares.size <= FEW:
            low, high = self.low, self.high
            for one in self.squares.ravel().tolist():  # noqa: SIM110  quicker than all()
                if not low < one < high:
                    return False
            return True
        return bool(self.squares.min() > self.low and self.squares.max() < self.high)


def scaled(numbers: Array) -> tuple[float, float]:
    """Return the largest size of some numbers, and their norm as a multiple of it: the product may be too large.

    Parameters
    ----------
    numbers
        Numbers of shape (numbers,).

    Returns
    -------
    tuple of float
        Two factors of the norm.
    """
    wide = numbers.astype(float)
    largest = float(np.abs(wide).max(initial=0.0))
    if not 0 < largest < np.inf:  # all are 0, or one is inf or nan
        return largest, 1.0
    wide /= largest
    return largest, float(np.sqrt(wide @ wide))
