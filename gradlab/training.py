"""Training and probing: recipe × data × seeds → `History`, many seeds in one stacked pass."""

from __future__ import annotations

import signal
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import _check
from gradlab.datasets import Data, encode_inputs
from gradlab.history import STATISTICS, History, accuracy, class_labels
from gradlab.losses import LOSSES, Loss
from gradlab.network import MLP, SHUFFLING, Trace, generator
from gradlab.optimizers import OPTIMIZERS, Adam, Optimizer

Array = NDArray[Any]

CHUNK_BYTES = 4 << 20  # buffers of the seeds that pass through NumPy together: more would leave the cache
BLOCK = 32_768  # numbers that an optimiser's passes run over before it takes the next ones: they stay in the cache
ORDER = 4_096  # indices drawn at once from a seed's shuffling generator, at least one epoch


class DivergenceWarning(RuntimeWarning):
    """Some seeds of a run ended with a loss or parameter that is inf or nan."""


class _Samples:
    """A data set as one layout of memory: inputs with a column of ones, targets, labels."""

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


class _Order:
    """The order in which one seed visits the samples.

    It depends on the seed and the step alone, so a run goes on exactly where another stopped. Each epoch visits as
    many whole batches as there are; the rest of the samples waits for the next order.
    """

    def __init__(self, seed: int, samples: int, batch: int) -> None:
        self.seed, self.samples, self.batch = seed, samples, batch
        self.per_epoch = samples // batch
        self.epochs = max(1, ORDER // samples)
        self.drawn, self.orders = -1, np.empty((0, samples), np.intp)

    def __call__(self, step: int) -> Array:
        epoch, place = divmod(step, self.per_epoch)
        block, row = divmod(epoch, self.epochs)
        if block != self.drawn:
            source = generator(self.seed, SHUFFLING, block)
            self.orders = source.permuted(np.tile(np.arange(self.samples), (self.epochs, 1)), axis=1)
            self.drawn = block
        return self.orders[row, place * self.batch : (place + 1) * self.batch]


class _Chunk:
    """Some seeds on their way: views of their parameters, one trace, and where they stand."""

    def __init__(
        self,
        net: MLP,
        loss: Loss,
        optimizer: Optimizer,
        theta: Array,
        slots: list[Array],
        seeds: tuple[int, ...],
        samples: _Samples,
        batch: int | None,
        monitor: _Samples | None,
        before: _Chunk | None,
    ) -> None:
        self.loss, self.optimizer, self.samples, self.monitor = loss, optimizer, samples, monitor
        self.theta, self.seeds, self.whole = theta, seeds, batch is None
        size = len(samples) if batch is None else batch
        # chunks run one after the other, so all of them work in the buffers of the first
        gradient: Array = np.zeros_like(theta) if before is None else before.gradient[: len(theta)]
        self.gradient: Array = gradient
        self.trace: Trace = Trace(
            net, theta, samples=size, gradient=gradient, shared=self.whole, reuse=before.trace if before else None
        )
        self.targets = np.empty((1 if self.whole else len(seeds), size, samples.targets.shape[1]), theta.dtype)
        if self.whole:
            self.trace.input[0], self.targets[0] = samples.inputs, samples.targets
        self.orders = [] if batch is None else [_Order(seed, len(samples), batch) for seed in seeds]
        self.indices = np.empty((len(seeds), size), np.intp)
        self.watch: Trace = self.trace
        if monitor is not None:
            self.watch = Trace(
                net,
                theta,
                samples=len(monitor),
                gradient=gradient,
                shared=True,
                reuse=before.watch if before else None,
            )
            self.watch.input[0] = monitor.inputs
        flat = [array.reshape(-1) for array in (theta, gradient, *slots)]
        scratch = np.empty(min(BLOCK, theta.size), theta.dtype)
        self.blocks = []
        for at in range(0, theta.size, BLOCK):
            here, slope, *kept = (array[at : at + BLOCK] for array in flat)
            self.blocks.append((here, slope, kept, scratch[: len(here)]))

    def load(self, step: int) -> None:
        """Gather each seed's batch for the update after ``step`` updates."""
        if not self.whole:
            for row, order in enumerate(self.orders):
                self.indices[row] = order(step)
            np.take(self.samples.inputs, self.indices, axis=0, out=self.trace.input, mode="clip")
            np.take(self.samples.targets, self.indices, axis=0, out=self.targets, mode="clip")

    def update(self, step: int) -> None:
        """Take the update that follows ``step`` updates."""
        numbers = [np.asarray(c, self.theta.dtype) for c in self.optimizer.coefficients(step + 1)]
        for theta, gradient, slots, scratch in self.blocks:
            self.optimizer.equation(theta, gradient, slots, scratch, *numbers)

    def record(self, values: Array | None, into: dict[str, Array]) -> None:
        """Write one record; on the monitor's samples if there is one, else on the batch just propagated."""
        labels = self.samples.labels
        if self.monitor is not None:
            values = self.watch.propagate(self.loss, self.monitor.targets[None])
            labels = self.monitor.labels
        elif not self.whole and labels is not None:
            labels = labels[self.indices]
        assert values is not None
        into["loss"][...] = values.mean(-1)
        into["accuracy"][...] = accuracy(self.loss, self.watch.outputs, labels)
        for name, statistic in STATISTICS.items():
            into[name][...] = statistic(self.watch)


def train(
    net: MLP,
    data: Data,
    *,
    loss: Loss | str = "cross_entropy",
    optimizer: Optimizer | str = Adam(1e-3),
    steps: int = 500,
    batch_size: int | None = None,
    seeds: int | Iterable[int] = 0,
    record_every: int = 10,
    dtype: str = "float64",
    monitor: Data | None = None,
    theta: Array | None = None,
    resume: History | None = None,
    progress: bool = False,
    chunk: int | None = None,
) -> History:
    """Train a network from many seeds at once.

    The function is pure: the same arguments give the same history, and a stack of seeds gives what each seed gives
    alone.

    Parameters
    ----------
    net
        The recipe.
    data
        Training data.
    loss
        A name in `LOSSES` or a `Loss`.
    optimizer
        An `Optimizer`, or a name in `OPTIMIZERS` for one with its defaults. Adam with its paper's learning rate
        unless given, as in scikit-learn.
    steps
        Number of updates.
    batch_size
        Samples of an update; all of them if None. Each seed shuffles in an order of its own.
    seeds
        One seed, or several different ones: 5 is seed 5 alone, ``range(5)`` is five seeds.
    record_every
        Steps between records; the states before the first and after the last update are always recorded.
    dtype
        ``"float64"`` or ``"float32"``.
    monitor
        Data on which the records are taken. If None they are taken on the batch of the next update, which costs next
        to nothing.
    theta
        Parameters to start from, shape (seeds, parameters), instead of those that the seeds draw.
    resume
        An earlier history of the same net, loss, optimiser and seeds, to go on from; ``steps`` are then further steps.
    progress
        Whether to show progress; needs tqdm, and goes without where it is missing.
    chunk
        How many seeds pass through NumPy together; chosen by size unless given. The result does not depend on it.

    Returns
    -------
    History
        Records and final parameters. If the run is interrupted (Ctrl-C), what was recorded until then.

    Raises
    ------
    ValueError
        If a name is unknown, a number is out of range, or shapes or labels do not fit the network.
    TypeError
        If an argument is of no usable kind.

    Warns
    -----
    DivergenceWarning
        Once, if some seeds end as inf or nan. The others are untouched.

    Examples
    --------
    >>> import gradlab as gl
    >>> net = gl.MLP([2, 8, 2], activation="tanh")
    >>> run = gl.train(net, gl.datasets.xor(), optimizer=gl.Adam(0.05), steps=200, seeds=range(3))
    >>> run.accuracy[-1]
    array([1., 1., 1.])
    """
    if not isinstance(net, MLP):
        raise TypeError(f"net must be a gradlab.MLP, not {type(net).__name__}")
    rule = LOSSES.resolve(loss, Loss)
    method = _optimizer(optimizer)
    own, kind = _check.seeds(seeds), _check.dtype(dtype)
    steps = _check.whole("steps", steps, least=0)
    every = _check.whole("record_every", record_every, least=1)
    samples = _Samples(data, net, rule, kind, "data")
    watched = None if monitor is None else _Samples(monitor, net, rule, kind, "monitor")
    if batch_size is not None:
        batch_size = _check.whole("batch_size", batch_size, least=1)
        if batch_size > len(samples):
            raise ValueError(
                f"batch_size must be at most the number of samples, {len(samples)}, not {batch_size}; "
                "None takes all of them"
            )
    if resume is not None:
        if theta is not None:
            raise ValueError("give theta or resume, not both: a resumed run starts from its own theta")
        own = _same_run(resume, net, rule, method, kind, seeds, own)
        start, begun = int(resume.step[-1]), resume.theta.astype(kind)
        slots = [slot.astype(kind) for slot in resume.slots]
    else:
        start, begun = 0, _start(net, own, kind, theta)
        slots = [np.zeros_like(begun) for _ in method.slots]

    size = len(samples) if batch_size is None else batch_size
    per_seed = max(size, len(watched) if watched else 0) * sum(net.sizes) * 4 * kind.itemsize
    together = max(1, CHUNK_BYTES // per_seed) if chunk is None else _check.whole("chunk", chunk, least=1)
    chunks: list[_Chunk] = []
    for at in range(0, len(own), together):
        rows = slice(at, at + together)
        chunks.append(
            _Chunk(
                net,
                rule,
                method,
                begun[rows],
                [slot[rows] for slot in slots],
                own[rows],
                samples,
                batch_size,
                watched,
                chunks[0] if chunks else None,
            )
        )
    due = [step for step in range(start, start + steps + 1) if step % every == 0 or step in (0, start + steps)]
    if resume is not None:
        due = [step for step in due if step > start]
    records = _empty_records(net, len(due), len(own))
    taken = _run(chunks, records, due, start, start + steps, together, progress)
    kept = {name: array[: len(taken)] for name, array in records.items()}
    history = History(
        net, rule, method, own, np.array(taken, dtype=int), **kept, theta=begun, slots=tuple(slots)
    )
    if resume is not None:
        history = _joined(resume, history, every)
    _report_divergence(history)
    return history


def probe(
    net: MLP,
    data: Data,
    *,
    loss: Loss | str = "cross_entropy",
    seeds: int | Iterable[int] = 0,
    dtype: str = "float64",
    theta: Array | None = None,
) -> History:
    """Measure the statistics at initialisation: one pass forward and back over all of ``data``, no update.

    Parameters
    ----------
    net
        The recipe.
    data
        The samples.
    loss
        A name in `LOSSES` or a `Loss`.
    seeds
        One seed, or several.
    dtype
        ``"float64"`` or ``"float32"``.
    theta
        Parameters to look at instead of those that the seeds draw.

    Returns
    -------
    History
        With one record, at step 0.

    Examples
    --------
    >>> import gradlab as gl
    >>> net = gl.MLP([64, *[32] * 9, 10], activation="sigmoid", init="glorot_normal")
    >>> norms = gl.probe(net, gl.datasets.digits(), seeds=range(4)).gradient_norm[0]
    >>> norms.shape
    (4, 10)
    >>> bool((norms[:, 0] < 1e-4 * norms[:, -1]).all())
    True
    """
    return train(net, data, loss=loss, optimizer="sgd", steps=0, seeds=seeds, dtype=dtype, theta=theta)


def _optimizer(given: Optimizer | str | type[Optimizer]) -> Optimizer:
    if isinstance(given, Optimizer):
        return given
    if isinstance(given, str):
        return OPTIMIZERS.resolve(given, type)()
    if isinstance(given, type) and issubclass(given, Optimizer):
        return given()
    raise TypeError(f"optimizer must be an optimiser such as gl.Adam(1e-3), or a name, not {given!r}")


def _start(net: MLP, own: tuple[int, ...], kind: np.dtype[Any], theta: Array | None) -> Array:
    if theta is None:
        return net.initialize(own, dtype=kind.name)
    try:
        start = np.array(theta, dtype=kind, order="C")
    except (TypeError, ValueError):
        raise TypeError(f"theta must be an array of numbers, not {theta!r:.80}") from None
    if start.shape != (len(own), net.parameters):
        raise ValueError(
            f"theta must have shape (seeds, parameters), here {(len(own), net.parameters)}, not {start.shape}"
        )
    return start


def _same_run(
    resume: History,
    net: MLP,
    loss: Loss,
    optimizer: Optimizer,
    dtype: np.dtype[Any],
    seeds: Any,
    own: tuple[int, ...],
) -> tuple[int, ...]:
    if not isinstance(resume, History):
        raise TypeError(f"resume must be a History, not {type(resume).__name__}")
    for name, before, now in (
        ("net", resume.net, net),
        ("loss", resume.loss_function, loss),
        ("optimizer", resume.optimizer, optimizer),
        ("dtype", resume.theta.dtype.name, dtype.name),
    ):
        if before != now:
            raise ValueError(f"resume goes on with the {name} of the earlier run, {before!r}; it was given {now!r}")
    if not (isinstance(seeds, int) and seeds == 0) and own != resume.seeds:
        raise ValueError(f"resume goes on with the seeds of the earlier run, {resume.seeds}; it was given {own}")
    return resume.seeds


def _empty_records(net: MLP, records: int, seeds: int) -> dict[str, Array]:
    shapes: dict[str, tuple[int, ...]] = {"loss": (), "accuracy": ()}
    for name in STATISTICS:
        shapes[name] = (net.depth if name in ("gradient_norm", "delta_norm") else net.depth - 1,)
    return {name: np.full((records, seeds, *shape), np.nan) for name, shape in shapes.items()}


def _run(
    chunks: list[_Chunk],
    records: dict[str, Array],
    due: list[int],
    start: int,
    last: int,
    together: int,
    progress: bool,
) -> list[int]:
    """Bring all chunks to the last step, or to where Ctrl-C stops them; return the steps that were recorded."""
    place = {step: index for index, step in enumerate(due)}
    step, stride = start, 1
    with _interruption() as interrupted, _bar(progress, last - start) as bar, np.errstate(all="ignore"):
        while True:
            stop = min(step + stride, last)
            began = time.perf_counter()
            for index, chunk in enumerate(chunks):
                rows = slice(index * together, (index + 1) * together)
                _advance(chunk, records, rows, place, step, stop, last)
            bar(stop - step)
            if stop == last or interrupted.is_set():
                break
            step = stop
            if time.perf_counter() - began < 0.2:  # all chunks stand at one step again several times a second
                stride *= 2
        taken = [s for s in due if s < stop or s == last == stop]
        if stop < last:  # interrupted: where the run stands is its last record, so that it can be resumed
            for index, chunk in enumerate(chunks):
                rows = slice(index * together, (index + 1) * together)
                _advance(chunk, records, rows, {stop: len(taken)}, stop, stop, stop)
            taken.append(stop)
    return taken


def _advance(
    chunk: _Chunk, records: dict[str, Array], rows: slice, place: dict[int, int], step: int, stop: int, last: int
) -> None:
    for now in range(step, stop + (stop == last)):
        final = now == last
        index = place.get(now)
        into = None if index is None else {name: array[index, rows] for name, array in records.items()}
        if into is not None and chunk.monitor is not None:
            chunk.record(None, into)  # before the batch, whose gradient the update wants
        if not final or chunk.monitor is None:
            chunk.load(now)
            values = chunk.trace.propagate(chunk.loss, chunk.targets)
            if into is not None and chunk.monitor is None:
                chunk.record(values, into)
        if not final:
            chunk.update(now)


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into a flag, so that no update is cut in half; the second one interrupts."""
    flag = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return

    def first(number: int, frame: Any) -> None:
        if flag.is_set():
            raise KeyboardInterrupt
        flag.set()

    try:
        before = signal.signal(signal.SIGINT, first)
    except (ValueError, OSError, AttributeError):  # no signals here, as in a browser
        yield flag
        return
    try:
        yield flag
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(wanted: bool, steps: int) -> Iterator[Any]:
    if wanted:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            tqdm = None
        if tqdm is not None:
            with tqdm(total=steps, unit="step") as shown:
                yield shown.update
            return
    yield lambda steps: None


def _joined(before: History, after: History, every: int) -> History:
    """Put two histories together; a last record that an unbroken run would not have is left out."""
    unbroken = before.step[-1] % every == 0 or not len(after.step)
    keep = slice(None) if unbroken else slice(-1)
    names = ("step", "loss", "accuracy", *STATISTICS)
    joined = {name: np.concatenate([getattr(before, name)[keep], getattr(after, name)]) for name in names}
    return History(
        after.net, after.loss_function, after.optimizer, after.seeds, **joined, theta=after.theta, slots=after.slots
    )


def _report_divergence(history: History) -> None:
    if not len(history.step) or not history.diverged.any():
        return
    failed = np.flatnonzero(history.diverged)
    first = min(int(history.step[~np.isfinite(history.loss[:, seed])].min(initial=history.step[-1])) for seed in failed)
    named = ", ".join(str(history.seeds[seed]) for seed in failed[:5]) + (", …" if len(failed) > 5 else "")
    warnings.warn(
        f"{len(failed)} of {len(history.seeds)} seeds diverged to inf or nan (seeds {named}; first seen at step "
        f"{first}); the others are untouched. A smaller learning rate usually helps.",
        DivergenceWarning,
        stacklevel=3,
    )
