"""Some seeds on their way through training: samples, batches, buffers and updates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.datasets import Data, encode_inputs
from gradlab.losses import Loss
from gradlab.network import MLP, NOISE, SHUFFLING, generator
from gradlab.network.trace import Trace
from gradlab.optimizers import Optimizer
from gradlab.training._record import Recorder
from gradlab.training.history import class_labels

Array = NDArray[Any]

BLOCK = 32_768  # numbers that an optimiser's passes run over before it takes the next ones: they stay in the cache
ORDER = 4_096  # indices drawn at once from a seed's shuffling generator, at least one epoch


class Samples:
    """A data set in one layout of memory: inputs with a column of ones, targets, labels."""

    def __init__(self, data: Data, net: MLP, loss: Loss, dtype: np.dtype[Any], name: str) -> None:
        if not isinstance(data, Data):
            raise TypeError(f"{name} must be a gradlab.datasets.Data(x, y), not {type(data).__name__}")
        x = encode_inputs(data.x, net.sizes[0])
        self.inputs = np.ones((len(x), x.shape[1] + 1), dtype)
        with np.errstate(over="ignore"):  # a number too large for float32 becomes inf, which is refused below
            self.inputs[:, :-1] = x
            self.targets = loss.encode(data.y, net.sizes[-1]).astype(dtype)
        self.labels = class_labels(data, loss, net.sizes[-1])
        if not np.isfinite(self.inputs).all() or not np.isfinite(self.targets).all():
            raise ValueError(f"{name} holds a number that is too large for {dtype}")

    def __len__(self) -> int:
        return len(self.inputs)


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


class Chunk:
    """Some seeds: views of their parameters, one trace, and the calls of a step.

    Chunks run one after the other, so all of them work in the buffers of the first, ``before``.
    """

    def __init__(
        self,
        net: MLP,
        loss: Loss,
        optimizer: Optimizer,
        theta: Array,
        slots: Sequence[Array],
        seeds: Sequence[int],
        samples: Samples,
        batch: int | None,
        monitor: Samples | None,
        before: Chunk | None,
        records: int,
    ) -> None:
        self.loss, self.optimizer, self.samples, self.monitor = loss, optimizer, samples, monitor
        self.theta, self.slots, self.seeds, self.whole = theta, slots, seeds, batch is None
        self.noisy = net.activation.draw is not None
        size = len(samples) if batch is None else batch
        self.gradient: Array = np.zeros_like(theta) if before is None else before.gradient[: len(theta)]
        self.trace: Trace = Trace(
            net,
            theta,
            samples=size,
            gradient=self.gradient,
            shared=self.whole,
            noisy=self.noisy,
            reuse=before.trace if before else None,
        )
        self.targets = np.empty((1 if self.whole else len(seeds), size, samples.targets.shape[1]), theta.dtype)
        self.orders = None if batch is None else Orders(seeds, len(samples), batch)
        if self.whole:
            self.trace.input[0], self.targets[0] = samples.inputs, samples.targets
        self.watch: Trace = self.trace
        if monitor is not None:
            self.watch = Trace(
                net,
                theta,
                samples=len(monitor),
                gradient=self.gradient,
                shared=True,
                reuse=before.watch if before else None,
            )
            self.watch.input[0] = monitor.inputs
        self.running = np.ones(len(seeds), bool)  # which seeds have not met the target loss
        self.halted = False  # whether one has
        self.pass_calls = self.trace.calls(loss, self.targets)
        watched = self.targets if monitor is None else monitor.targets[None]
        self.watch_calls = [] if monitor is None else self.watch.calls(loss, watched)
        self.recorder = Recorder(self.watch, loss, watched, records)
        self.numbers = [np.empty((), theta.dtype) for _ in optimizer.coefficients(1)]
        flat = [array.reshape(-1) for array in (theta, self.gradient, *slots)]
        scratch = np.empty(min(BLOCK, theta.size), theta.dtype)
        self.update_calls: list[tuple[Any, tuple[Any, ...]]] = []
        for at in range(0, theta.size, BLOCK):
            here, slope, *kept = (array[at : at + BLOCK] for array in flat)
            self.update_calls.append((optimizer.equation, (here, slope, kept, scratch[: len(here)], *self.numbers)))

    def load(self, step: int) -> None:
        """Gather each seed's batch, and draw its noise, for the update after ``step`` updates."""
        if self.orders is not None:
            self.indices = self.orders(step)
            self.samples.inputs.take(self.indices, 0, self.trace.input, "clip")
            self.samples.targets.take(self.indices, 0, self.targets, "clip")
        if self.noisy:
            self.trace.draw([generator(seed, NOISE, step) for seed in self.seeds])

    def propagate(self) -> None:
        """Go forward and back with the batch loaded."""
        for call, arguments in self.pass_calls:
            call(*arguments)

    def update(self, step: int) -> None:
        """Take the update that follows ``step`` updates."""
        for number, value in zip(self.numbers, self.optimizer.coefficients(step + 1), strict=True):
            number[()] = value
        if self.optimizer.clip_norm is not None:
            norm = np.sqrt(np.einsum("sp,sp->s", self.gradient, self.gradient))
            factor = np.minimum(1, self.optimizer.clip_norm / (norm + 1e-6))  # PyTorch's 1e-6
            self.gradient *= factor.astype(self.gradient.dtype)[:, None]
        arrays = (self.theta, *self.slots)
        kept = [array[~self.running] for array in arrays] if self.halted else []
        for call, arguments in self.update_calls:
            call(*arguments)
        for array, rows in zip(arrays, kept, strict=False):  # seeds that have met the target loss stay where they are
            array[~self.running] = rows

    def record(self, index: int) -> Array:
        """Take a record, on the monitor's samples if there is one, else on the batch just propagated; return the loss."""
        labels = self.samples.labels
        if self.monitor is not None:
            labels = self.monitor.labels
            for call, arguments in self.watch_calls:
                call(*arguments)
        elif self.orders is not None and labels is not None:
            labels = labels[self.indices]
        return self.recorder.take(index, labels)

    def advance(
        self,
        place: dict[int, int],
        start: int,
        stop: int,
        last: int,
        target: float | None,
        stopped: Array,
    ) -> None:
        """Take the steps from ``start`` to ``stop``, with a record wherever ``place`` has one.

        Parameters
        ----------
        place
            The index of the record that is due at a step.
        start, stop
            Updates done before and after.
        last
            Where the run ends; its record is taken without another update.
        target
            The loss at which a seed stops.
        stopped
            Where each seed has stopped, -1 before; filled here.
        """
        for now in range(start, stop + (stop == last)):
            index = place.get(now)
            if index is not None and self.monitor is not None:
                loss = self.record(index)  # before the batch, whose gradient the update wants
            if now < last or self.monitor is None:
                self.load(now)
                self.propagate()
                if index is not None and self.monitor is None:
                    loss = self.record(index)
            if index is not None and target is not None:
                met = self.running & (loss <= target)
                stopped[met] = now
                self.running &= ~met
                self.halted = not self.running.all()
            if now < last:
                self.update(now)
