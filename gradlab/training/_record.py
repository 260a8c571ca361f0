"""The trainer's way to take records: the statistics of all layers in a few calls on buffers made once.

`gradlab.history` says what each statistic is. Here the same sums are taken for all layers together, and what can wait
until the end of a run (roots, divisions) waits. Where numbers are not finite, the plain definitions take the record.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.losses import Loss
from gradlab.network.trace import Call, Trace, matrix_product, thin
from gradlab.training.history import STATISTICS, accuracy, predicted_labels

Array = NDArray[Any]


def _values(loss: Loss, trace: Trace, targets: Array, values: Array) -> None:
    values[:, 0] = loss.rule(trace.outputs, targets)[0]


def _adder(starts: list[int], units: Array, rows: int, kind: np.dtype[Any]) -> Array:
    """Return ones and zeros of shape (1, rows, layers): a product with them adds up the rows of each layer."""
    chosen = np.zeros((1, rows, len(units)), kind)
    for layer, (start, size) in enumerate(zip(starts, units, strict=True)):
        chosen[0, start : start + size, layer] = 1
    return chosen


class Recorder:
    """Takes the records of some seeds from their trace.

    Parameters
    ----------
    trace
        The trace, with its deltas and gradients.
    loss
        The loss.
    targets
        Encoded targets, shape (1 or seeds, samples, outputs); later changes of them are seen.
    records
        How many records there will be.
    """

    def __init__(self, trace: Trace, loss: Loss, targets: Array, records: int) -> None:
        self.trace, self.loss, self.targets = trace, loss, targets
        self.seeds, self.samples, _ = trace.outputs.shape
        kind, hidden, layers = trace.outputs.dtype, len(trace.slopes), len(trace.deltas)
        self.shapes = {
            "loss": (self.seeds, 1, 1),
            "accuracy": (self.seeds, 1, 1),
            "gradient_norm": (layers, self.seeds, 1, 1),
            "delta_norm": (layers, self.seeds, 1, 1),
            "activation_mean": (self.seeds, 1, hidden),
            "activation_std": (hidden, self.seeds, 1, 1),
            "slopes": (self.seeds, 2, hidden),
        }
        sizes = [int(np.prod(shape)) for shape in self.shapes.values()]
        self.ends = np.cumsum(sizes)[:-1]
        self.sums = np.zeros(sum(sizes), kind)  # one array for all of a record, so that one copy keeps it
        self.kept = np.empty((records, sum(sizes)), kind)
        self.plain: list[tuple[int, Array, dict[str, Array]]] = []  # records and seeds taken by the definitions
        self.parts = self._parts(self.sums)
        self.ones = np.ones((1, self.samples, 1), kind)
        self.loss_sum, self.zeros = self.parts["loss"].reshape(-1), np.zeros(self.seeds, kind)
        self.right = np.empty((self.seeds, 1, self.samples), kind)
        self.count: Call = matrix_product(self.right, self.ones, self.parts["accuracy"])
        self.calls = [*self._loss_calls(), *self._norm_calls(), *(self._hidden_calls() if hidden else ())]

    def _parts(self, sums: Array) -> dict[str, Array]:
        """Return views of the parts of one record, or of many."""
        pieces = np.split(sums, self.ends, axis=-1)
        return {
            name: piece.reshape(*sums.shape[:-1], *shape)
            for (name, shape), piece in zip(self.shapes.items(), pieces, strict=True)
        }

    def _loss_calls(self) -> list[Call]:
        z = self.trace.pre_activations[-1]
        values = np.empty((self.seeds, 1, self.samples), z.dtype)
        calls: list[Call] = [(_values, (self.loss, self.trace, self.targets, values))]
        if self.loss.values_in_place is not None:
            turned = np.swapaxes(self.targets, -1, -2)
            buffers = (z, np.empty_like(values), np.empty_like(z), np.empty_like(z))
            logits, row, scratch, more = map(thin, buffers)
            turned = turned[0] if logits.ndim == 2 else turned
            calls = [(self.loss.values_in_place, (logits, turned, thin(values), row, scratch, more))]
        return [*calls, matrix_product(values, self.ones, self.parts["loss"])]

    def _norm_calls(self) -> list[Call]:
        calls = []
        weights = [gradient[:, :-1] for gradient in self.trace.gradients]
        for name, arrays in (("gradient_norm", weights), ("delta_norm", self.trace.deltas)):
            for array, out in zip(arrays, self.parts[name], strict=True):
                line = array.reshape(self.seeds, 1, -1)
                calls.append(matrix_product(line, line.transpose(0, 2, 1), out))
        return calls

    def _hidden_calls(self) -> list[Call]:
        trace, kind, ones = self.trace, self.sums.dtype, self.ones
        values, slopes, scratch = trace.all_values, trace.all_slopes, trace.scratch
        rows, units = values.shape[1], slopes.shape[1]
        column = np.empty((self.seeds, rows, 1), kind)
        mean = self.parts["activation_mean"]
        share = _adder(trace.value_starts[::2], trace.hidden_units, rows, kind) / trace.hidden_entries.astype(kind)
        calls: list[Call] = [
            matrix_product(values, ones, column),
            matrix_product(column.reshape(self.seeds, 1, rows), share, mean),
        ]
        ends = np.cumsum(trace.hidden_units + 1) - 1
        for layer, (start, end) in enumerate(zip(trace.value_starts[::2], ends, strict=True)):
            line, apart = (array[:, start:end].reshape(self.seeds, -1) for array in (values, scratch))
            calls.append((np.subtract, (line, mean[:, 0, layer : layer + 1], apart)))
            apart = apart[:, None]
            calls.append(matrix_product(apart, apart.transpose(0, 2, 1), self.parts["activation_std"][layer]))

        size, low = scratch[:, :units], np.empty((self.seeds, units, self.samples), bool)
        limit, zero = np.array(trace.net.activation.steepest / 100, kind), np.zeros((), kind)
        counts = np.empty((2, self.seeds, units, 1), kind)
        dead = counts[0]
        adder = _adder(trace.slope_starts, trace.hidden_units, units, kind)
        return [
            *calls,
            (np.absolute, (slopes, size)),
            matrix_product(size, ones, dead),
            (np.equal, (dead, zero, dead)),  # a sum of sizes is 0 if all of them are
            (np.less, (size, limit, low)),
            (np.copyto, (size, low)),
            matrix_product(size, ones, counts[1]),
            (np.matmul, (counts.transpose(1, 0, 3, 2)[:, :, 0], adder, self.parts["slopes"])),
        ]

    def take(self, index: int, labels: Array | None) -> Array:
        """Take a record of what the trace holds.

        Parameters
        ----------
        index
            The place of the record.
        labels
            The samples' whole-number labels, if they have any.

        Returns
        -------
        ndarray
            The loss of each seed.
        """
        for call, arguments in self.calls:
            call(*arguments)
        if labels is not None:
            np.equal(predicted_labels(self.loss, self.trace.outputs), labels, self.right[:, 0])
            call, arguments = self.count
            call(*arguments)
        if self.loss_sum.dot(self.zeros) != 0:  # so it is with a loss that is inf or nan, and with no other
            rows = ~np.isfinite(self.loss_sum)
            plain = {name: statistic(self.trace)[rows] for name, statistic in STATISTICS.items()}
            if labels is not None:
                plain["accuracy"] = accuracy(self.loss, self.trace.outputs, labels)[rows]
            self.plain.append((index, rows, plain))
        self.kept[index] = self.sums
        return np.asarray(self.loss_sum / self.samples)

    def write(self, into: dict[str, Array], taken: int, *, labelled: bool) -> None:
        """Finish the first ``taken`` records and write them into arrays of shape (records, seeds, ...)."""
        parts = {name: part.astype(float) for name, part in self._parts(self.kept[:taken]).items()}
        entries, units = self.trace.hidden_entries, self.trace.hidden_units
        into["loss"][:taken] = parts["loss"][..., 0, 0] / self.samples
        into["accuracy"][:taken] = parts["accuracy"][..., 0, 0] / self.samples if labelled else np.nan
        for name in ("gradient_norm", "delta_norm"):
            into[name][:taken] = np.sqrt(parts[name][..., 0, 0]).transpose(0, 2, 1)
        if len(units):
            into["activation_mean"][:taken] = parts["activation_mean"][:, :, 0]
            into["activation_std"][:taken] = np.sqrt(parts["activation_std"][..., 0, 0].transpose(0, 2, 1) / entries)
            into["dead_fraction"][:taken] = parts["slopes"][:, :, 0] / units
            into["saturated_fraction"][:taken] = parts["slopes"][:, :, 1] / entries
        for index, rows, statistics in self.plain:
            for name, value in statistics.items():
                into[name][index, rows] = value
