"""Norms of many numbers whose squares may under- or overflow where the numbers themselves do not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# a sum of squares between these has lost nothing that counts: what is smaller than its last digit may underflow
SAFE = {"f": (1e-28, 1e37), "d": (1e-280, 1e300)}


def norms(rows: Array) -> Array:
    """Return √Σa² of each row, in float64.

    Parameters
    ----------
    rows
        Numbers of shape (seeds, numbers).

    Returns
    -------
    ndarray
        Norms of shape (seeds,): inf or nan only where a number is, or where the norm itself is too large.
    """
    line = rows[:, None]
    squares = np.matmul(line, line.transpose(0, 2, 1))[:, 0, 0].astype(float)
    low, high = SAFE[rows.dtype.char]
    found: Array = np.sqrt(squares)
    for seed in np.flatnonzero(~((squares > low) & (squares < high))):
        largest, share = scaled(rows[seed])
        found[seed] = largest * share
    return found


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
