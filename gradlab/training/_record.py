"""Where a run keeps its records."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.losses import Loss
from gradlab.network import Trace
from gradlab.training._norms import all_finite
from gradlab.training.statistics import STATISTICS

Array = NDArray[Any]


class Seen:
    """What a trace has seen, and the loss of it.

    Parameters
    ----------
    trace
        The pass.
    loss
        The loss.
    targets
        Encoded targets, shape (1 or seeds, samples, outputs); later changes of them are seen.
    """

    def __init__(self, trace: Trace, loss: Loss, targets: Array) -> None:
        self.trace, self.loss, self.targets = trace, loss, targets
        z = trace.pre_activations[-1]
        self.values = np.empty((len(z), 1, z.shape[2]), z.dtype)
        self.ones = np.ones((z.shape[2], 1), z.dtype)
        one = len(z) == 1 and len(targets) == 1  # NumPy is quicker with two dimensions
        arrays = (
            z,
            np.swapaxes(targets, -1, -2),
            self.values,
            np.empty_like(self.values),
            np.empty_like(z),
            np.empty_like(z),
        )
        self.arrays = [array[0] for array in arrays] if one else arrays

    def losses(self) -> Array:
        """Return the mean loss of each seed."""
        if self.loss.values_in_place is None:
            self.values[:, 0] = self.loss.rule(self.trace.outputs, self.targets)[0]
        else:
            self.loss.values_in_place(*self.arrays)
        found: Array = np.matmul(self.values, self.ones)[:, 0, 0].astype(float) / self.values.shape[2]
        if not all_finite(found):
            for seed in np.flatnonzero(~np.isfinite(found)):  # the sum may be too large where the mean is not
                found[seed] = (self.values[seed, 0].astype(float) / self.values.shape[2]).sum()
        return found


class Records:
    """The records of all seeds, by name: of loss and accuracy (records, seeds), else (records, seeds, layers).

    Parameters
    ----------
    depth
        Layers of the network.
    records
        How many records there will be.
    seeds
        How many seeds.
    """

    def __init__(self, depth: int, records: int, seeds: int) -> None:
        shapes: dict[str, tuple[int, ...]] = {"loss": (), "accuracy": ()}
        shapes |= {name: (statistic.count(depth),) for name, statistic in STATISTICS.items()}
        self.arrays = {name: np.full((records, seeds, *shape), np.nan) for name, shape in shapes.items()}
        told = ((statistic, self.arrays[name]) for name, statistic in STATISTICS.items())
        self.statistics = [(statistic.rule, into) for statistic, into in told if into.size]

    def take(self, index: int, rows: slice, seen: Seen, labels: Array | None) -> Array:
        """Take a record of some seeds.

        Parameters
        ----------
        index
            The place of the record.
        rows
            The places of the seeds.
        seen
            Their pass, forward and back.
        labels
            Whole-number labels of the samples, if they have any.

        Returns
        -------
        ndarray
            The loss of each seed.
        """
        arrays = self.arrays
        arrays["loss"][index, rows] = loss = seen.losses()
        if labels is not None:
            arrays["accuracy"][index, rows] = seen.loss.accuracy(seen.trace.outputs, labels)
        seen.trace.forget()
        for rule, into in self.statistics:
            into[index, rows] = rule(seen.trace)
        return loss


WAITING = 1 << 20  # bytes of the passes whose records are taken together: more would leave the cache


class Several:
    """Records of a small network that wait for each other: NumPy's calls take as long for one of them as for all.

    Parameters
    ----------
    seen
        What a record is taken of.
    rows
        The places of the seeds.
    times
        How many records wait.
    """

    def __init__(self, seen: Seen, rows: slice, times: int) -> None:
        trace, targets = seen.trace, seen.targets
        self.one, self.rows, self.times, self.seeds = seen, rows, times, len(trace.outputs)
        many = times * self.seeds
        room = targets if trace.shared else np.empty((many, *targets.shape[1:]), targets.dtype)
        self.all = Seen(trace.several(times), seen.loss, room)
        self.records = Records(len(trace.deltas), 1, many)
        self.labels: Array | None = None
        self.waiting: list[int] = []

    @classmethod
    def of(cls, seen: Seen, rows: slice, due: int) -> Several | None:
        """Return what takes several of the ``due`` records together, if they are small and many enough for that."""
        times = min(WAITING // sum(array.nbytes for array in seen.trace.held), due // 2)
        return cls(seen, rows, times) if times > 1 else None

    def take(self, index: int, records: Records, labels: Array | None) -> None:
        """Take a record, or keep what it needs until the others are there; the arguments are those of `Records.take`."""
        if labels is not None and labels.ndim > 1:
            if self.labels is None:
                self.labels = np.zeros((self.times * len(labels), *labels.shape[1:]), labels.dtype)
            self.labels[self._keep(len(self.waiting))] = labels
        else:
            self._keep(len(self.waiting))
            self.labels = labels
        self.waiting.append(index)
        if len(self.waiting) == self.times:
            self.finish(records)

    def _keep(self, place: int) -> slice:
        """Keep the pass in one of the places; return its rows."""
        rows = slice(place * self.seeds, (place + 1) * self.seeds)
        self.all.trace.copy(self.one.trace, rows)
        if not self.one.trace.shared:
            self.all.targets[rows] = self.one.targets
        return rows

    def finish(self, records: Records) -> None:
        """Take the records that wait."""
        if not self.waiting:
            return
        for place in range(len(self.waiting), self.times):
            self._keep(place)  # numbers that have sense, for places that are read and then left out
        self.records.take(0, slice(None), self.all, self.labels)
        for name, found in self.records.arrays.items():
            kept = found.reshape(self.times, self.seeds, *found.shape[2:])
            records.arrays[name][self.waiting, self.rows] = kept[: len(self.waiting)]
        self.waiting.clear()
