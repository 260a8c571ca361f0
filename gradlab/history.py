"""What a run leaves behind: its records, each statistic a named function, and its parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab.datasets import Data
from gradlab.losses import Loss
from gradlab.network import MLP, Trace
from gradlab.optimizers import Optimizer

Array = NDArray[Any]


def _norm(array: Array) -> Array:
    return np.asarray(np.sqrt(np.einsum("sij,sij->s", array, array)))


def gradient_norm(trace: Trace) -> Array:
    """Frobenius norm of dL/dW of each layer, biases left out; shape (seeds, layers)."""
    return np.stack([_norm(gradient[:, :-1]) for gradient in trace.gradients], axis=1)


def delta_norm(trace: Trace) -> Array:
    """Norm of the backpropagated signal dL/dz of each layer over the samples; shape (seeds, layers)."""
    return np.stack([_norm(delta) for delta in trace.deltas], axis=1)


def activation_mean(trace: Trace) -> Array:
    """Mean of f(z) over the units and samples of each hidden layer; shape (seeds, hidden layers)."""
    return _hidden(trace, [h.mean((1, 2)) for h in trace.activations])


def activation_std(trace: Trace) -> Array:
    """Standard deviation of f(z) over the units and samples of each hidden layer; shape (seeds, hidden layers)."""
    return _hidden(trace, [h.std((1, 2)) for h in trace.activations])


def dead_fraction(trace: Trace) -> Array:
    """Share of the units of each hidden layer whose slope is exactly 0 for every sample; (seeds, hidden layers)."""
    return _hidden(trace, [(slope == 0).all(2).mean(1) for slope in trace.slopes])


def saturated_fraction(trace: Trace) -> Array:
    """Share of the slopes of each hidden layer below a hundredth of the steepest; shape (seeds, hidden layers)."""
    limit = 0.01 * trace.net.activation.steepest
    return _hidden(trace, [(np.abs(slope) < limit).mean((1, 2)) for slope in trace.slopes])


def _hidden(trace: Trace, columns: list[Array]) -> Array:
    return np.stack(columns, axis=1) if columns else np.empty((len(trace.pre_activations[0]), 0))


STATISTICS: dict[str, Callable[[Trace], Array]] = {
    function.__name__: function
    for function in (
        gradient_norm,
        delta_norm,
        activation_mean,
        activation_std,
        dead_fraction,
        saturated_fraction,
    )
}


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """The records of a run of many seeds, and where it ended.

    Parameters
    ----------
    net
        The recipe that was trained.
    loss_function
        Its loss.
    optimizer
        Its optimiser.
    seeds
        The seeds, in the order of every seeds axis below.
    step
        Steps at which a record was taken, shape (records,): 0 is before the first update.
    loss
        Loss, shape (records, seeds).
    accuracy
        Share of samples classified rightly, shape (records, seeds); nan where ``y`` holds values.
    gradient_norm
        Frobenius norm of dL/dW, shape (records, seeds, layers).
    delta_norm
        Norm of dL/dz, shape (records, seeds, layers).
    activation_mean
        Mean of f(z), shape (records, seeds, hidden layers).
    activation_std
        Standard deviation of f(z), shape (records, seeds, hidden layers).
    dead_fraction
        Share of units whose slope is 0 for every sample, shape (records, seeds, hidden layers).
    saturated_fraction
        Share of slopes below a hundredth of the steepest, shape (records, seeds, hidden layers).
    theta
        Parameters at the end, shape (seeds, parameters).
    slots
        What the optimiser remembers, an array like ``theta`` each.
    """

    net: MLP
    loss_function: Loss
    optimizer: Optimizer
    seeds: tuple[int, ...]
    step: Array
    loss: Array
    accuracy: Array
    gradient_norm: Array
    delta_norm: Array
    activation_mean: Array
    activation_std: Array
    dead_fraction: Array
    saturated_fraction: Array
    theta: Array
    slots: tuple[Array, ...] = field(default=())

    def __repr__(self) -> str:
        steps = int(self.step[-1])
        return f"<History of {self.net!r}: {len(self.seeds)} seeds, {steps} steps, {len(self.step)} records>"

    @property
    def diverged(self) -> Array:
        """Which seeds ended with a loss or parameter that is inf or nan, shape (seeds,)."""
        finite: Array = np.isfinite(self.loss[-1]) & np.isfinite(self.theta).all(1)
        return ~finite

    def outputs(self, x: ArrayLike) -> Array:
        """Return the raw outputs of every seed at inputs ``x``, shape (seeds, samples, outputs)."""
        return self.net.outputs(self.theta, x)

    def predict(self, x: ArrayLike) -> Array:
        """Return what every seed predicts at inputs ``x``.

        Parameters
        ----------
        x
            Inputs of shape (samples, inputs).

        Returns
        -------
        ndarray
            Labels of shape (seeds, samples) after a cross-entropy, else values of shape (seeds, samples, outputs).
        """
        return self.loss_function.predict(self.outputs(x))

    def score(self, data: Data) -> Array:
        """Return how well every seed does on ``data``.

        Parameters
        ----------
        data
            Samples with their labels or values.

        Returns
        -------
        ndarray
            Accuracy where ``y`` holds labels, else R², the share of the variance explained; shape (seeds,).
        """
        targets = self.loss_function.encode(data.y, self.net.sizes[-1])  # refuses labels that do not fit
        outputs, labels = self.outputs(data.x), class_labels(data, self.loss_function, self.net.sizes[-1])
        if labels is not None:
            return accuracy(self.loss_function, outputs, labels)
        with np.errstate(all="ignore"):  # a diverged run has no score, and constant values have no variance to explain
            residual = ((outputs - targets) ** 2).sum((1, 2))
            explained: Array = 1 - residual / ((targets - targets.mean(0)) ** 2).sum()
        return explained


def class_labels(data: Data, loss: Loss, outputs: int) -> Array | None:
    """Return the whole-number labels that predictions can be compared with, or None where ``y`` holds values."""
    if loss.name == "binary_cross_entropy":
        return data.y.reshape(-1).astype(int)
    return data.y if data.classes and outputs > 1 else None


def accuracy(loss: Loss, outputs: Array, labels: Array | None) -> Array:
    """Share of samples whose label is predicted, shape (seeds,); nan without labels and where outputs are not finite."""
    if labels is None:
        return np.full(len(outputs), np.nan)
    predicted = loss.predict(outputs)
    if predicted.ndim == 3:  # a loss on values, with one-hot targets
        predicted = predicted.argmax(-1)
    return np.where(np.isfinite(outputs).all((1, 2)), (predicted == labels).mean(-1), np.nan)
