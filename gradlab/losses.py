"""Losses: each is one rule that returns every sample's value and its slope in the network's raw outputs.

Softmax and the output sigmoid live inside their cross-entropies, where they are exact and cannot overflow.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab._registry import Registry

Array = NDArray[Any]
InPlace = Callable[[Array, Array, Array, Array, Array], None]
ValuesInPlace = Callable[[Array, Array, Array, Array, Array, Array], None]


@dataclass(frozen=True, eq=False, repr=False)
class Loss:
    """A loss that knows its slope.

    Parameters
    ----------
    name
        Its name in `LOSSES`.
    rule
        ``rule(outputs, targets) -> (values, slopes)``, where outputs and targets have shape (..., samples, outputs),
        values (..., samples) and slopes the shape of the outputs.
    encode
        ``encode(y, outputs)`` checks the labels of a data set and returns targets of shape (samples, outputs).
    predict
        ``predict(outputs)``: labels, or values, from the network's raw outputs.
    in_place
        ``in_place(outputs, targets, slopes, row, samples)``: the slopes of the mean, written into a buffer for the
        trainer. Here features come before samples, (..., outputs, samples); ``row`` is scratch of shape
        (..., 1, samples), and ``samples`` an array that holds their number.
    values_in_place
        ``values_in_place(outputs, targets, values, row, scratch, more)``: the samples' values, written into a buffer of
        the shape of ``row``; ``scratch`` and ``more`` have the shape of the outputs.
    """

    name: str
    rule: Callable[[Array, Array], tuple[Array, Array]]
    encode: Callable[[Array, int], Array]
    predict: Callable[[Array], Array]
    in_place: InPlace | None = None
    values_in_place: ValuesInPlace | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", inspect.getdoc(self.rule))
        outputs, targets = (
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in ("outputs", "targets")
        )
        object.__setattr__(self, "__signature__", inspect.Signature([outputs, targets]))

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> Any:
        return (_restore, (self.name,)) if LOSSES.get(self.name) is self else object.__reduce__(self)

    def __call__(self, outputs: ArrayLike, targets: ArrayLike) -> Any:
        """Return the mean loss over the samples."""
        return self.value_and_derivative(outputs, targets)[0]

    def derivative(self, outputs: ArrayLike, targets: ArrayLike) -> Array:
        """Return the slope of the mean loss in every output."""
        return self.value_and_derivative(outputs, targets)[1]

    def value_and_derivative(self, outputs: ArrayLike, targets: ArrayLike) -> tuple[Any, Array]:
        """Return the mean loss over the samples and its slope.

        Parameters
        ----------
        outputs
            Raw outputs of a network (no softmax, no sigmoid), shape (..., samples, outputs).
        targets
            Labels or values as a data set holds them, shape (samples,) or (samples, outputs).

        Returns
        -------
        tuple
            Loss of shape (...), slope of the shape of ``outputs``.

        Raises
        ------
        ValueError
            If the shapes do not fit, or a label is none of the classes.
        """
        raw = np.asarray(outputs)
        raw = raw if raw.dtype in (np.float32, np.float64) else np.asarray(outputs, dtype=float)
        if raw.ndim < 2:
            raise ValueError(f"outputs must have shape (..., samples, outputs), not {raw.shape}")
        encoded = self.encode(_check.finite_array("targets", targets, dimensions=(1, 2)), raw.shape[-1])
        if len(encoded) != raw.shape[-2]:
            raise ValueError(f"there are {raw.shape[-2]} samples in outputs and {len(encoded)} in targets")
        values, slopes = self.rule(raw, encoded.astype(raw.dtype))
        return values.mean(-1), slopes / raw.shape[-2]


def _restore(name: str) -> Loss:
    """Find a loss again after pickling."""
    return LOSSES[name]


LOSSES: Registry[Loss] = Registry("loss")
"""All losses by name, in the order in which they are defined."""


def _classes(y: Array, outputs: int, loss: str) -> Array:
    if y.ndim != 1 or y.dtype.kind not in "iub":
        raise ValueError(f"{loss} needs whole-number labels of shape (samples,), not {y.dtype} of shape {y.shape}")
    if y.min() < 0 or y.max() >= outputs:
        wrong = y[(y < 0) | (y >= outputs)][0]
        raise ValueError(f"a label is {wrong}; with {outputs} outputs, labels must lie in 0 to {outputs - 1}")
    return np.asarray(np.arange(outputs) == y[:, None], dtype=float)


def _encode_cross_entropy(y: Array, outputs: int) -> Array:
    if outputs < 2:
        raise ValueError("cross_entropy needs at least 2 outputs; for one output use 'binary_cross_entropy'")
    return _classes(y, outputs, "cross_entropy")


def _encode_binary(y: Array, outputs: int) -> Array:
    if outputs != 1:
        raise ValueError(f"binary_cross_entropy needs 1 output, not {outputs}; for more use 'cross_entropy'")
    flat = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if flat.ndim != 1:
        raise ValueError(f"binary_cross_entropy needs labels of shape (samples,), not {y.shape}")
    wrong = flat[(flat != 0) & (flat != 1)]
    if wrong.size:
        raise ValueError(f"binary_cross_entropy needs labels 0 and 1; one is {wrong[0]}")
    return np.asarray(flat, dtype=float)[:, None]


def _encode_values(y: Array, outputs: int) -> Array:
    if y.ndim == 1 and y.dtype.kind in "iub" and outputs > 1:
        return _classes(y, outputs, "a loss on values")  # one-hot targets, as in Nielsen's book
    values = y[:, None] if y.ndim == 1 else y
    if values.shape[1] != outputs:
        raise ValueError(f"y has {values.shape[1]} values a sample and the network {outputs} outputs")
    return np.asarray(values, dtype=float)


def _largest(outputs: Array) -> Array:
    return np.asarray(outputs.argmax(-1))


def _positive(outputs: Array) -> Array:
    return (outputs[..., 0] > 0).astype(int)


def _same(outputs: Array) -> Array:
    return outputs


def _loss(
    encode: Callable[[Array, int], Array],
    predict: Callable[[Array], Array],
    in_place: InPlace | None = None,
    values_in_place: ValuesInPlace | None = None,
) -> Callable[[Callable[[Array, Array], tuple[Array, Array]]], Loss]:
    def decorate(rule: Callable[[Array, Array], tuple[Array, Array]]) -> Loss:
        made = Loss(rule.__name__, rule, encode, predict, in_place, values_in_place)
        LOSSES._add(made.name, made)
        return made

    return decorate


def _cross_entropy_in_place(outputs: Array, targets: Array, slopes: Array, row: Array, samples: Array) -> None:
    np.maximum.reduce(outputs, -2, out=row, keepdims=True)
    np.subtract(outputs, row, slopes)
    np.exp(slopes, slopes)
    np.add.reduce(slopes, -2, out=row, keepdims=True)
    np.divide(slopes, row, slopes)
    np.subtract(slopes, targets, slopes)
    np.divide(slopes, samples, slopes)


def _cross_entropy_values(
    outputs: Array, targets: Array, values: Array, row: Array, scratch: Array, more: Array
) -> None:
    np.maximum.reduce(outputs, -2, out=row, keepdims=True)
    np.subtract(outputs, row, scratch)
    np.multiply(scratch, targets, more)
    np.add.reduce(more, -2, out=row, keepdims=True)
    np.exp(scratch, scratch)
    np.add.reduce(scratch, -2, out=values, keepdims=True)
    np.log(values, values)
    np.subtract(values, row, values)


def _squared_error_in_place(outputs: Array, targets: Array, slopes: Array, row: Array, samples: Array) -> None:
    np.subtract(outputs, targets, slopes)
    np.multiply(slopes, slopes.dtype.type(2 / outputs.shape[-2]), slopes)
    np.divide(slopes, samples, slopes)


@_loss(_encode_cross_entropy, _largest, _cross_entropy_in_place, _cross_entropy_values)
def cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Cross-entropy of softmax, ln Σ exp(z) − z_y, from raw outputs z and whole-number labels y.

    The slope is softmax(z) − onehot(y): the slope of the softmax cancels. Labels have shape (samples,).
    """
    shifted = outputs - outputs.max(-1, keepdims=True)
    share = np.exp(shifted)
    total = share.sum(-1, keepdims=True)
    values = np.log(total[..., 0]) - (shifted * targets).sum(-1)
    np.divide(share, total, out=share)
    return values, np.subtract(share, targets, out=share)


@_loss(_encode_binary, _positive)
def binary_cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Cross-entropy of one sigmoid output, ln(1 + exp(z)) − y·z, from the raw output z and labels 0 and 1.

    The slope is σ(z) − y: the slope of the sigmoid cancels, so a wrong, saturated output still learns.
    """
    e = np.exp(-np.abs(outputs))
    values = np.maximum(outputs, 0) - targets * outputs + np.log1p(e)
    return values.sum(-1), np.where(outputs >= 0, 1, e) / (1 + e) - targets


@_loss(_encode_values, _same, _squared_error_in_place)
def squared_error(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Squared error, the mean of (z − y)² over the outputs, as PyTorch's ``MSELoss``.

    Whole-number labels with several outputs are taken as one-hot targets. The slope is 2(z − y)/outputs.
    """
    error = outputs - targets
    return (error * error).mean(-1), error * (2 / outputs.shape[-1])


@_loss(_encode_values, _same)
def huber(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Huber's loss, the mean over the outputs of e²/2 where ``|e| ≤ 1`` and ``|e| − 1/2`` elsewhere, e = z − y.

    As PyTorch's ``HuberLoss`` with its default threshold 1. The slope is e, cut off at ±1, over the number of outputs:
    one outlier cannot pull harder than that.

    References
    ----------
    .. [1] Huber, Robust estimation of a location parameter, Annals of Mathematical Statistics 35, 1964.
    """
    error = outputs - targets
    size = np.abs(error)
    values = np.where(size <= 1, error * error / 2, size - 0.5)
    return values.mean(-1), np.clip(error, -1, 1) / outputs.shape[-1]
