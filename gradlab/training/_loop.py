"""A run on its way: some seeds at a time, step by step, in buffers made once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab._seeds import NOISE, SHUFFLING, generator
from gradlab.network import Trace
from gradlab.optimizers import Optimizer
from gradlab.training._norms import SAFE, scaled
from gradlab.training._plan import Plan
from gradlab.training._progress import interruption, progress_bar
from gradlab.training._record import Records, Seen, Several

Array = NDArray[Any]

BLOCK = 32_768  # numbers that an optimiser's passes run over before it takes the next ones: they stay in the cache
ORDER = 4_096  # indices drawn at once from a seed's shuffling generator, at least one epoch


class Orders:
    """The order in which each seed visits the samples.

    It depends on the seed and the step alone, so a run goes on exactly where another stopped. Each epoch visits as
    many whole batches as there are; the rest of the samples waits for the next order.
    """

    def __init__(self, seeds: Sequence[int], samples: int, batch: int) -> None:
        self.seeds, self.batch = seeds, batch
        self.per_epoch = samples // batch
        self.epochs = max(1, ORDER // samples)
        self.drawn = -1
        self.plain = np.tile(np.arange(samples), (self.epochs, 1))
        self.orders = np.empty((len(seeds), self.epochs, samples), np.intp)

    def __call__(self, step: int) -> Array:
        """Return the indices of the batch after ``step`` updates, shape (seeds, batch)."""
        epoch, place = divmod(step, self.per_epoch)
        block, row = divmod(epoch, self.epochs)
        if block != self.drawn:
            for index, seed in enumerate(self.seeds):
                generator(seed, SHUFFLING, block).permuted(self.plain, axis=1, out=self.orders[index])
            self.drawn = block
        at = place * self.batch
        return self.orders[:, row, at : at + self.batch]


class Update:
    """The optimiser's step for some seeds: its equation, over as many numbers at a time as stay in the cache.

    Parameters
    ----------
    optimizer
        The optimiser.
    theta, gradient
        Parameters and gradient, (seeds, parameters) each.
    slots
        What the optimiser remembers, arrays like theta.
    since
        The step after which the optimiser began: it counts its own steps from there.
    """

    def __init__(
        self, optimizer: Optimizer, theta: Array, gradient: Array, slots: Sequence[Array], since: int = 0
    ) -> None:
        self.optimizer, self.gradient, self.since = optimizer, gradient, since
        self.arrays = [theta, *slots]
        self.numbers = [np.empty((), theta.dtype) for _ in optimizer.coefficients(1)]
        flat = [array.reshape(-1) for array in (theta, gradient, *slots)]
        scratch = np.empty(min(BLOCK, theta.size), theta.dtype)
        self.calls: list[tuple[Any, ...]] = []
        for at in range(0, theta.size, BLOCK):
            here, slope, *kept = (array[at : at + BLOCK] for array in flat)
            self.calls.append((here, slope, kept, scratch[: len(here)], *self.numbers))

    def __call__(self, step: int) -> None:
        """Take step number ``step``, counted from 1."""
        for number, value in zip(self.numbers, self.optimizer.coefficients(step - self.since), strict=True):
            number[()] = value
        if self.optimizer.clip_norm is not None:
            for row in self.gradient:
                clip(row, self.optimizer.clip_norm)
        equation = self.optimizer.equation
        for arguments in self.calls:
            equation(*arguments)

    @contextmanager
    def sparing(self, rows: Array) -> Iterator[None]:
        """Leave some seeds as they are, whatever is done to them meanwhile.

        Parameters
        ----------
        rows
            Which seeds, shape (seeds,).

        Yields
        ------
        None
            To update in the meantime.
        """
        kept = [array[rows] for array in self.arrays]
        yield
        for array, before in zip(self.arrays, kept, strict=True):
            array[rows] = before


def clip(gradient: Array, limit: float) -> None:
    """Scale one seed's gradient down to a norm of ``limit``, in place, as PyTorch does with its 1e-6."""
    low, high = SAFE[gradient.dtype.char]
    square = float(gradient @ gradient)
    if low < square < high:
        factor = min(1.0, limit / (square**0.5 + 1e-6))
    else:  # something in the sum may have under- or overflown
        largest, share = scaled(gradient)
        norm = largest * share
        factor = min(1.0, limit / (norm + 1e-6)) if norm < np.inf else limit / largest / share
    if factor < np.finfo(gradient.dtype).tiny:  # itself too small for float32
        np.multiply(gradient, factor, out=gradient, dtype="float64", casting="same_kind")
    elif factor != 1:
        gradient *= factor


class Chunk:
    """Some seeds: views of their parameters, one trace, and the calls of a step.

    Chunks run one after the other, so all of them work in the buffers of the first, ``before``.
    """

    def __init__(self, plan: Plan, rows: slice, before: Chunk | None) -> None:
        self.plan, self.rows = plan, rows
        self.seeds, self.theta = plan.seeds[rows], plan.theta[rows]
        net, samples, batch = plan.net, plan.samples, plan.batch
        self.gradient: Array = np.zeros_like(self.theta) if before is None else before.gradient[: len(self.theta)]
        whole = batch is None
        self.noisy = net.activation.draw is not None
        self.trace: Trace = Trace(
            net,
            self.theta,
            samples=len(samples) if batch is None else batch,
            gradient=self.gradient,
            shared=whole,
            noisy=self.noisy,
            reuse=before.trace if before else None,
        )
        shape = (1 if whole else len(self.seeds), len(self.trace.outputs[0]), net.sizes[-1])
        self.targets: Array = np.empty(shape, self.theta.dtype) if before is None else before.targets[: shape[0]]
        self.orders = None if batch is None else Orders(self.seeds, len(samples), batch)
        if whole:
            self.trace.input[0], self.targets[0] = samples.inputs, samples.targets
        self.seen = Seen(self.trace, plan.loss, self.targets) if plan.monitor is None else self._watching(before)
        # a target is looked at with each loss; and chunks take turns in the same buffers, in which no record can wait
        alone = plan.target is None and len(plan.chunks) == 1
        self.several = Several.of(self.seen, rows, len(plan.due)) if alone else None
        self.running = plan.stopped[rows] < 0  # which seeds have not met the target loss
        self.all_running = bool(self.running.all())
        self.pass_calls = self.trace.calls(plan.loss, self.targets)
        slots = [slot[rows] for slot in plan.slots]
        self.update = Update(plan.optimizer, self.theta, self.gradient, slots, plan.since)

    def _watching(self, before: Chunk | None) -> Seen:
        """Return what the monitor's samples are seen by."""
        plan = self.plan
        assert plan.monitor is not None
        watch = Trace(
            plan.net,
            self.theta,
            samples=len(plan.monitor),
            gradient=self.gradient,
            shared=True,
            reuse=before.seen.trace if before else None,
        )
        watch.input[0], targets = plan.monitor.inputs, plan.monitor.targets[None]
        self.watch_calls = watch.calls(plan.loss, targets)
        return Seen(watch, plan.loss, targets)

    def load(self, step: int) -> None:
        """Gather each seed's batch, and draw its noise, for the update after ``step`` updates."""
        if self.orders is not None:
            self.indices = self.orders(step)
            self.plan.samples.inputs.take(self.indices, 0, self.trace.input, "clip")
            self.plan.samples.targets.take(self.indices, 0, self.targets, "clip")
        if self.noisy:
            self.trace.draw([generator(seed, NOISE, step) for seed in self.seeds])

    def propagate(self) -> None:
        """Go forward and back with the batch loaded."""
        for call, arguments in self.pass_calls:
            call(*arguments)

    def record(self, index: int, records: Records) -> Array | None:
        """Take a record, on the monitor's samples if there is one, else on the batch just propagated.

        Parameters
        ----------
        index
            The place of the record.
        records
            Where it goes.

        Returns
        -------
        ndarray or None
            The loss of each seed, where it is needed now.
        """
        plan = self.plan
        if plan.monitor is not None:
            for call, arguments in self.watch_calls:
                call(*arguments)
            labels = plan.monitor.labels
        else:
            labels = plan.samples.labels
            labels = labels if labels is None or plan.batch is None else labels[self.indices]
        if self.several is not None:
            self.several.take(index, records, labels)
            return None
        return records.take(index, self.rows, self.seen, labels)

    def finish(self, records: Records) -> None:
        """Take the records that wait."""
        if self.several is not None:
            self.several.finish(records)

    def advance(self, records: Records, places: dict[int, int], steps: range, last: int) -> None:
        """Take some steps, with a record wherever ``places`` has one.

        Parameters
        ----------
        records
            Where the records go.
        places
            The index of the record that is due at a step.
        steps
            How many updates have been done before each of these steps.
        last
            Where the run ends; a record there is taken without another update.
        """
        monitored = self.plan.monitor is not None
        for now in [*steps, last] if steps.stop == last else steps:
            index, loss = places.get(now), None
            if index is not None and monitored:
                loss = self.record(index, records)  # before the batch, whose gradient the update wants
            if now < last or not monitored:
                self.load(now)
                self.propagate()
                if index is not None and not monitored:
                    loss = self.record(index, records)
            if loss is not None:
                self._stop(now, loss)
            if now < last:
                self._step(now + 1)

    def _stop(self, now: int, loss: Array) -> None:
        """Note the seeds that have met the target loss."""
        if self.plan.target is not None:
            met = self.running & (loss <= self.plan.target)
            self.plan.stopped[self.rows][met] = now
            self.running &= ~met
            self.all_running = bool(self.running.all())

    def _step(self, number: int) -> None:
        """Update the seeds that have not met the target loss."""
        if self.all_running:
            self.update(number)
        elif self.running.any():
            with self.update.sparing(~self.running):
                self.update(number)


def run(plan: Plan, *, progress: bool) -> tuple[list[int], Records, bool]:
    """Bring all seeds to the last step, or to where Ctrl-C or the target loss ends the run.

    Parameters
    ----------
    plan
        What to do; its parameters, slots and stops are changed.
    progress
        Whether to show progress.

    Returns
    -------
    tuple
        The steps at which records were taken, the records, and whether Ctrl-C was pressed meanwhile.
    """
    chunks: list[Chunk] = []
    for rows in plan.chunks:
        chunks.append(Chunk(plan, rows, chunks[0] if chunks else None))
    records = Records(plan.net.depth, len(plan.due) + 1, len(plan.seeds))
    if (plan.stopped >= 0).all():  # a resumed run whose seeds have all met the target
        return [], records, False
    with interruption() as interrupted, progress_bar(progress, plan.last - plan.start) as bar:
        taken = _advance(plan, chunks, records, interrupted.is_set, bar)
        for chunk in chunks:
            chunk.finish(records)
        return taken, records, interrupted.is_set()


def _advance(
    plan: Plan, chunks: list[Chunk], records: Records, stopping: Callable[[], bool], bar: Callable[[int], None]
) -> list[int]:
    """Bring all chunks to the end, side by side; return the steps at which records were taken."""
    places = {step: index for index, step in enumerate(plan.due)}
    step, stride = plan.start, 1
    while True:
        stop = min(step + stride, plan.last)
        began = time.perf_counter()
        for chunk in chunks:
            chunk.advance(records, places, range(step, stop), plan.last)
        bar(stop - step)
        if plan.target is not None and (plan.stopped >= 0).all():
            return [at for at in plan.due if at <= plan.stopped.max()]
        if stop == plan.last:
            return plan.due
        step = stop
        if stopping():
            break
        if time.perf_counter() - began < 0.2:  # all chunks stand at one step again several times a second
            stride *= 2
    # interrupted: where the run stands is its last record, so that it can be resumed
    taken = [at for at in plan.due if at < step]
    for chunk in chunks:
        chunk.advance(records, {step: len(taken)}, range(step, step), step)
    return [*taken, step]
