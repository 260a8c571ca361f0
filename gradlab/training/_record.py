"""Where a run keeps its records."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradlab.losses import Loss
from gradlab.network import Trace
from gradlab.training.statistics import STATISTICS

Array = NDArray[Any]


class Seen(NamedTuple):
    """What a pass has seen: the loss, its targets, and labels if there are any.

    Parameters
    ----------
    loss
        The loss.
    targets
        Encoded targets, shape (1 or seeds, samples, outputs).
    labels
        Whole-number labels, shape (samples,) or (seeds, samples).
    """

    loss: Loss
    targets: Array
    labels: Array | None


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

    def take(self, index: int, rows: slice, trace: Trace, seen: Seen) -> Array:
        """Take a record of some seeds from their trace.

        Parameters
        ----------
        index
            The place of the record.
        rows
            The places of the seeds.
        trace
            The pass, forward and back.
        seen
            What the trace has seen.

        Returns
        -------
        ndarray
            The loss of each seed.
        """
        outputs, arrays = trace.outputs, self.arrays
        loss: Array = seen.loss.rule(outputs, seen.targets)[0].mean(-1)
        arrays["loss"][index, rows] = loss
        if seen.labels is not None:
            arrays["accuracy"][index, rows] = seen.loss.accuracy(outputs, seen.labels)
        for name, statistic in STATISTICS.items():
            arrays[name][index, rows] = statistic(trace)
        return loss
