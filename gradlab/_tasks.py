"""What a loss is for: how labels become targets, and outputs predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab._check import UNIQUE, short

Array = NDArray[Any]
Task = Literal["classes", "binary", "values"]
Encode = Callable[[Array, int], Array]
Predict = Callable[[Array], Array]


def _one_hot(y: Array, outputs: int) -> Array:
    if y.ndim == 2 and 1 in y.shape[1:]:
        raise ValueError(f"labels must have shape (samples,), not {y.shape}; use np.ravel(y)")
    if y.ndim == 2:
        raise ValueError(f"labels must be whole numbers of shape (samples,), not {y.shape}; use np.argmax(y, axis=1)")
    if y.dtype.kind not in "iub":
        cure = "; use np.asarray(y, dtype=int)" if (y == np.floor(y)).all() else ""
        raise ValueError(
            f"classes need whole-number labels of shape (samples,), not {y.dtype} of shape {y.shape}{cure}"
        )
    wrong = y[(y < 0) | (y >= outputs)]
    if wrong.size:
        classes = len(np.unique(y))
        cure = f", or the network have {y.max() + 1} outputs"
        if classes <= outputs:
            cure = f"; use {UNIQUE}"
        elif y.min() < 0 or y.max() >= 10 * classes:  # numbers that are names, such as postcodes
            cure = f"; use {UNIQUE}, and {classes} outputs"
        raise ValueError(f"a label is {wrong[0]}; with {outputs} outputs, labels must lie in 0 to {outputs - 1}{cure}")
    return np.asarray(np.arange(outputs) == y[:, None], dtype=float)


def _encode_classes(y: Array, outputs: int) -> Array:
    if outputs < 2:
        raise ValueError("cross_entropy and its like need at least 2 outputs; for 1 use 'binary_cross_entropy'")
    return _one_hot(y, outputs)


def _encode_binary(y: Array, outputs: int) -> Array:
    if outputs != 1:
        raise ValueError(
            f"binary_cross_entropy and its like need 1 output, not {outputs}; for more use 'cross_entropy'"
        )
    flat = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if flat.ndim != 1:
        cure = "; use np.argmax(y, axis=1)" if y.shape[1] == 2 else ""
        raise ValueError(f"labels 0 and 1 must have shape (samples,), not {y.shape}{cure}")
    wrong = flat[(flat != 0) & (flat != 1)]
    if wrong.size:
        cure = f"; use {UNIQUE}" if len(np.unique(flat)) == 2 else ""
        raise ValueError(f"one output needs labels 0 and 1; one is {wrong[0]}{cure}")
    return np.asarray(flat, dtype=float)[:, None]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _encode_values(y: Array, outputs: int) -> Array:
    if y.ndim == 1 and y.dtype.kind in "iub" and outputs > 1:
        return _one_hot(y, outputs)  # as in Nielsen's book
    values = y[:, None] if y.ndim == 1 else y
    if values.shape[1] != outputs:
        cure = "; labels of classes must be whole numbers" if y.ndim == 1 and (y == np.floor(y)).all() else ""
        given = _count(values.shape[1], "value")
        raise ValueError(f"y has {given} a sample and the network {_count(outputs, 'output')}{cure}")
    return np.asarray(values, dtype=float)


def _largest(outputs: Array) -> Array:
    return np.asarray(outputs.argmax(-1))


def _positive(outputs: Array) -> Array:
    return (outputs[..., 0] > 0).astype(int)


def _same(outputs: Array) -> Array:
    return outputs


class Way(NamedTuple):
    """How labels become targets and outputs become predictions."""

    encode: Encode
    predict: Predict


TASKS = {
    "classes": Way(_encode_classes, _largest),
    "binary": Way(_encode_binary, _positive),
    "values": Way(_encode_values, _same),
}


def floating(outputs: ArrayLike) -> Array:
    """Return a network's outputs as float32 or float64; they may be infinite, as those of a run that diverged are."""
    raw = np.asarray(outputs)
    if raw.dtype.kind not in "fiub":
        raise TypeError(f"outputs must be an array of numbers, not {short(outputs)}")
    if raw.ndim < 2:
        raise ValueError(f"outputs must have shape (..., samples, outputs), not {raw.shape}")
    return raw if raw.dtype in (np.float32, np.float64) else raw.astype(float)
