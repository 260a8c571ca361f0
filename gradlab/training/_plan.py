"""What a run is to do: every argument checked, and everything else that follows from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import _check
from gradlab._data import encode_inputs
from gradlab._optimizer import Optimizer, as_optimizer
from gradlab._registry import is_own
from gradlab.datasets import Data
from gradlab.losses import LOSSES, Loss
from gradlab.network import MLP
from gradlab.training.history import History

Array = NDArray[Any]

CHUNK_BYTES = 3 << 20  # buffers of the seeds that pass through NumPy together: more would leave the cache


class Samples:
    """A data set in one layout of memory: inputs with a column of ones, targets, labels.

    Parameters
    ----------
    data
        The data set.
    net
        The network it has to fit.
    loss
        The loss it has to fit.
    dtype
        The type of the numbers.
    name
        The name of the argument, for messages.
    """

    def __init__(self, data: Data, net: MLP, loss: Loss, dtype: np.dtype[Any], *, name: str) -> None:
        if not isinstance(data, Data):
            raise TypeError(f"{name} must be a gradlab.datasets.Data(x, y), not {type(data).__name__}")
        x, targets = encode_inputs(data.x, net.sizes[0]), loss.targets(data.y, net.sizes[-1])
        self.inputs = np.ones((len(x), x.shape[1] + 1), dtype)
        with np.errstate(over="ignore"):  # a number too large for float32 becomes inf, which is refused below
            self.inputs[:, :-1] = x
            self.targets = targets.astype(dtype)
        if not np.isfinite(self.inputs).all() or not np.isfinite(self.targets).all():
            raise ValueError(f"{name} holds a number that is too large for {dtype}")
        self.labels = loss.labels(data.y, net.sizes[-1])

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True, eq=False)
class Plan:
    """A run.

    Parameters
    ----------
    net, loss, optimizer
        The parts.
    seeds
        The seeds, in the order of every seeds axis.
    samples, monitor
        Training data, and those of the records where they are others.
    batch
        Samples of an update, None for all.
    start, last
        Updates done before the run, and after it.
    every
        Steps between records.
    due
        The steps at which a record is taken.
    theta, slots
        Parameters and what the optimiser remembers, (seeds, parameters) each; the run changes them.
    since
        The step after which the optimiser began to remember.
    stopped
        Where each seed has met the target loss, -1 before; the run changes it.
    target
        The loss at which a seed stops, or None.
    together
        How many seeds pass through NumPy together.
    """

    net: MLP
    loss: Loss
    optimizer: Optimizer
    seeds: tuple[int, ...]
    samples: Samples
    monitor: Samples | None
    batch: int | None
    start: int
    last: int
    every: int
    due: list[int]
    theta: Array
    slots: list[Array]
    since: int
    stopped: Array
    target: float | None
    together: int

    def done(self, taken: list[int]) -> bool:
        """Whether the run is complete with these records: at its last step, or with every seed at its target."""
        return bool(taken and taken[-1] == self.last) or bool((self.stopped >= 0).all())

    @property
    def chunks(self) -> list[slice]:
        """The rows of the seeds that pass through NumPy together."""
        return [slice(at, at + self.together) for at in range(0, len(self.seeds), self.together)]


@dataclass(frozen=True, eq=False, kw_only=True)
class Arguments:
    """What the caller of `train` has given, as it was given; the fields are its parameters."""

    net: Any
    data: Any
    loss: Any
    optimizer: Any
    steps: Any
    batch_size: Any
    seeds: Any
    record_every: Any
    dtype: Any
    monitor: Any
    theta: Any
    resume: Any
    target_loss: Any
    chunk: Any


def plan(given: Arguments) -> Plan:
    """Check the arguments of a run and return what is to be done."""
    if given.target_loss is not None:
        given = replace(given, target_loss=_check.real("target_loss", given.target_loss))
    net = given.net
    if not isinstance(net, MLP):
        raise TypeError(f"net must be a gradlab.MLP, not {type(net).__name__}")
    if not is_own(net.activation.rule):
        net.activation._try()
    loss, optimizer = LOSSES.resolve(given.loss, Loss), as_optimizer(given.optimizer)
    kind = _check.dtype(given.dtype)
    steps = _check.whole("steps", given.steps, least=0)
    every = _check.whole("record_every", given.record_every, least=1)
    samples = Samples(given.data, net, loss, kind, name="data")
    monitor = None if given.monitor is None else Samples(given.monitor, net, loss, kind, name="monitor")
    begun = (
        _fresh(given, net, optimizer, kind) if given.resume is None else _resumed(given, loss, optimizer, kind, every)
    )
    last = begun.start + steps
    return Plan(
        net=net,
        loss=loss,
        optimizer=optimizer,
        seeds=begun.seeds,
        samples=samples,
        monitor=monitor,
        batch=_batch(given, net, samples, monitor),
        start=begun.start,
        last=last,
        every=every,
        due=_due(begun.start, last, every, fresh=given.resume is None),
        theta=begun.theta,
        slots=begun.slots,
        since=begun.since,
        stopped=begun.stopped,
        target=given.target_loss,
        together=_together(given, net, kind, max(_size(given.batch_size, samples), len(monitor or ()))),
    )


@dataclass(frozen=True, eq=False)
class _Begun:
    """Where a run begins."""

    seeds: tuple[int, ...]
    start: int
    theta: Array
    slots: list[Array]
    stopped: Array
    since: int = 0


def _fresh(given: Arguments, net: MLP, optimizer: Optimizer, kind: np.dtype[Any]) -> _Begun:
    """Return the beginning of a run that does not go on from another."""
    seeds = _check.seeds(given.seeds)
    theta = (
        net.initialize(seeds, dtype=kind.name) if given.theta is None else _given_theta(given, net, kind, len(seeds))
    )
    return _Begun(seeds, 0, theta, [np.zeros_like(theta) for _ in optimizer.slots], np.full(len(seeds), -1))


def _given_theta(given: Arguments, net: MLP, kind: np.dtype[Any], seeds: int) -> Array:
    try:
        theta = np.array(given.theta, dtype=kind, order="C")
    except (TypeError, ValueError):
        raise TypeError(f"theta must be an array of numbers, not {_check.short(given.theta)}") from None
    if theta.shape != (seeds, net.parameters):
        raise ValueError(
            f"theta must have shape (seeds, parameters), here {(seeds, net.parameters)}, not {theta.shape}"
        )
    return theta


def _resumed(given: Arguments, loss: Loss, optimizer: Optimizer, kind: np.dtype[Any], every: int) -> _Begun:
    """Return where an earlier run ended, if it is of the same kind."""
    before = given.resume
    if not isinstance(before, History):
        raise TypeError(f"resume must be a History, not {type(before).__name__}")
    if given.theta is not None:
        raise ValueError("give theta or resume, not both: a resumed run starts from its own theta")
    for name, then, now in (
        ("net", before.net, given.net),
        ("loss", before.loss_function, loss),
        ("optimizer", before.optimizer, optimizer),
        ("dtype", before.theta.dtype.name, kind.name),
    ):
        if then != now:
            again = (
                " that prints the same: one of its parts was defined again with other code"
                if f"{then!r}" == f"{now!r}"
                else ""
            )
            cure = "" if name != "optimizer" else f"; resume=run.with_optimizer({now!r}) changes it on the way"
            raise ValueError(
                f"resume goes on with the {name} of the earlier run, {then!r}; it was given {now!r}{again}{cure}"
            )
    if not (isinstance(given.seeds, int) and given.seeds == 0):
        seeds = _check.seeds(given.seeds)
        if seeds != before.seeds:
            raise ValueError(
                f"resume goes on with the seeds of the earlier run, {_some(before.seeds)}, not {_some(seeds)}"
            )
    stopped = np.full(len(before.seeds), -1)
    if given.target_loss is not None:
        # a seed that met it at a last record which an unbroken run would not have taken is not held back, nor one that
        # met another target
        for row, step in enumerate(before.stopped):
            met = before.loss[before.step == step, row] <= given.target_loss
            stopped[row] = step if step >= 0 and stays(before, step, every) and met.any() else -1
    slots = [slot.astype(kind) for slot in before.slots]
    theta, start = before.theta.astype(kind), int(before.step[-1])
    return _Begun(before.seeds, start, theta, slots, stopped, before.optimizer_since)


def stays(before: History, step: int, every: int) -> bool:
    """Return whether a record stays when a run is gone on with: one off the grid that both runs share does not.

    An unbroken run would not have taken it. Where the two runs are recorded otherwise, there is no unbroken one.
    """
    return step % every == 0 or before.record_every not in {None, every}


def _some(seeds: tuple[int, ...]) -> str:
    """Name a few seeds."""
    return f"{seeds}" if len(seeds) < 8 else f"({', '.join(map(str, seeds[:3]))}, …, {seeds[-1]}), {len(seeds)} in all"


def _batch(given: Arguments, net: MLP, samples: Samples, monitor: Samples | None) -> int | None:
    """Return the size of a batch."""
    size: int | None = given.batch_size
    if size is not None:
        size = _check.whole("batch_size", size, least=1)
        if size > len(samples):
            raise ValueError(
                f"batch_size must be at most the number of samples, {len(samples)}, not {size}; None takes all of them"
            )
    fewest = [len(monitor)] if monitor is not None else []
    fewest += [len(samples) if size is None else size] if given.steps or monitor is None else []
    if net.normalize == "batch" and min(fewest) == 1:
        raise ValueError(
            "batch normalisation needs 2 samples at a time: of one it passes on nothing but the shift; batch_size, data "
            "and monitor have to have more"
        )
    return size


def _size(batch: Any, samples: Samples) -> int:
    return batch if isinstance(batch, int) else len(samples)


def _together(given: Arguments, net: MLP, kind: np.dtype[Any], samples: int) -> int:
    """Return how many seeds pass through NumPy together."""
    if given.chunk is not None:
        return _check.whole("chunk", given.chunk, least=1)
    arrays = (
        4 if net.normalize is None else 7
    )  # z, value, slope and δ of each unit and sample; what a normalisation adds
    return max(1, CHUNK_BYTES // (samples * sum(net.sizes) * arrays * kind.itemsize))


def _due(start: int, last: int, every: int, *, fresh: bool) -> list[int]:
    """Return the steps at which a record is due; a resumed run has that of its first step already."""
    due = {*range(-(-start // every) * every, last + 1, every), last, *((start,) if fresh else ())}
    return sorted(due if fresh else due - {start})
