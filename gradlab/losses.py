"""Losses: each is one rule that returns every sample's value and its slope in the network's raw outputs.

Softmax and the output sigmoid live inside their cross-entropies, where they are exact and cannot overflow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab._loss import (
    LOSSES,
    InPlace,  # noqa: F401  the annotations of Loss are read here
    Loss,
    Rule,  # noqa: F401
    ValuesInPlace,  # noqa: F401
    loss,
)
from gradlab._tasks import (
    Encode,  # noqa: F401
    Predict,  # noqa: F401
    Task,  # noqa: F401
)

__all__ = ["LOSSES", "Loss", "loss"]

Array = NDArray[Any]


def _cross_entropy_in_place(outputs: Array, targets: Array, slopes: Array, row: Array, samples: Array) -> None:
    np.maximum.reduce(outputs, -2, out=row, keepdims=True)
    np.subtract(outputs, row, slopes)
    np.exp(slopes, slopes)
    np.add.reduce(slopes, -2, out=row, keepdims=True)
    np.divide(slopes, row, slopes)
    np.subtract(slopes, targets, slopes)
    np.divide(slopes, samples, slopes)


def _cross_entropy_values(outputs: Array, targets: Array, values: Array, row: Array, *room: Array) -> None:
    scratch, more = room
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


_BY_OUTPUTS = "with 1 output it is 'binary_cross_entropy', with more 'cross_entropy'"


@loss(
    "classes",
    aliases=("cross_entropy_loss", "categorical_cross_entropy", "sparse_categorical_cross_entropy"),
    hints={
        "nll": "did you mean 'cross_entropy'? It is the negative log-likelihood of softmax, from raw outputs",
        "nll_loss": "did you mean 'cross_entropy'? It is the negative log-likelihood of softmax, from raw outputs",
        "negative_log_likelihood": _BY_OUTPUTS,
        "categorical": "did you mean 'cross_entropy'?",
        "softmax": "did you mean 'cross_entropy'? It holds the softmax",
        "log_loss": _BY_OUTPUTS,
        "logistic": _BY_OUTPUTS,
    },
    in_place=_cross_entropy_in_place,
    values_in_place=_cross_entropy_values,
)
def cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Cross-entropy of softmax, ln Σ exp(z) − z_y, from raw outputs z and whole-number labels y.

    The slope is softmax(z) − onehot(y): the slope of the softmax cancels. Labels have shape (samples,).

    Examples
    --------
    >>> import gradlab as gl
    >>> print(gl.LOSSES["cross_entropy"]([[0.0, 0.0]], [1]))  # ln 2
    0.6931
    """
    shifted = outputs - outputs.max(-1, keepdims=True)
    share = np.exp(shifted)
    total = share.sum(-1, keepdims=True)
    values = np.log(total[..., 0]) - (shifted * targets).sum(-1)
    np.divide(share, total, out=share)
    return values, np.subtract(share, targets, out=share)


@loss(
    "binary",
    aliases=("bce", "bce_with_logits", "bce_with_logits_loss"),
    hints={
        "binary": "did you mean 'binary_cross_entropy'?",
        "bce_loss": "did you mean 'binary_cross_entropy'? It takes raw outputs, as PyTorch's BCEWithLogitsLoss",
        "sigmoid": "did you mean 'binary_cross_entropy'? It holds the output's sigmoid",
        "hinge": "there is no hinge loss; gradlab.losses.loss shows in its example how to write it",
    },
)
def binary_cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Cross-entropy of one sigmoid output, ln(1 + exp(z)) − y·z, from the raw output z and labels 0 and 1.

    The slope is σ(z) − y: the slope of the sigmoid cancels, so a wrong, saturated output still learns.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.LOSSES["binary_cross_entropy"].derivative([[0.0]], [1])
    array([[-0.5]])
    """
    e = np.exp(-np.abs(outputs))
    values = np.maximum(outputs, 0) - targets * outputs + np.log1p(e)
    return values.sum(-1), np.where(outputs >= 0, 1, e) / (1 + e) - targets


_NO_ABSOLUTE = "there is no absolute error; 'huber' is near: |e| - 1/2 for an error e beyond 1"


@loss(
    "values",
    aliases=("mse", "mse_loss", "mean_squared_error"),
    hints={
        "rmse": "'squared_error' is its square",
        "l2": "did you mean 'squared_error'? It is the mean of (z - y)**2 over the outputs",
        "quadratic": "did you mean 'squared_error'? It is the mean of (z - y)**2 over the outputs, without 1/2",
    },
    in_place=_squared_error_in_place,
)
def squared_error(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Squared error, the mean of (z − y)² over the outputs, as PyTorch's ``MSELoss``.

    Whole-number labels with several outputs are taken as one-hot targets. The slope is 2(z − y)/outputs.

    Examples
    --------
    >>> import gradlab as gl
    >>> print(gl.LOSSES["squared_error"]([[1.0], [4.0]], [1.0, 2.0]))
    2.0
    """
    error = outputs - targets
    return (error * error).mean(-1), error * (2 / outputs.shape[-1])


@loss(
    "values",
    aliases=("huber_loss", "smooth_l1", "smooth_l1_loss"),
    hints=dict.fromkeys(("mae", "l1", "l1_loss", "absolute_error", "mean_absolute_error"), _NO_ABSOLUTE),
)
def huber(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Huber's loss, the mean over the outputs of e²/2 where ``|e| ≤ 1`` and ``|e| − 1/2`` elsewhere, e = z − y.

    As PyTorch's ``HuberLoss`` with its default threshold 1. The slope is e, cut off at ±1, over the number of outputs:
    one outlier cannot pull harder than that.

    References
    ----------
    .. [1] Huber, Robust estimation of a location parameter, Annals of Mathematical Statistics 35, 1964.

    Examples
    --------
    >>> import gradlab as gl
    >>> print(gl.LOSSES["huber"]([[1.0], [4.0]], [0.5, 2.0]))  # the mean of 1/8 and 3/2
    0.8125
    """
    error = outputs - targets
    size = np.abs(error)
    values = np.where(size <= 1, error * error / 2, size - 0.5)
    return values.mean(-1), np.clip(error, -1, 1) / outputs.shape[-1]
