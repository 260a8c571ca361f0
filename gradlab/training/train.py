"""Training and probing: recipe × data × seeds → `History`, many seeds in one stacked pass."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import _check
from gradlab.datasets import Data
from gradlab.losses import LOSSES, Loss
from gradlab.network import MLP
from gradlab.network.trace import Moments
from gradlab.optimizers import OPTIMIZERS, Adam, Optimizer
from gradlab.training._loop import Chunk, Samples
from gradlab.training._progress import interruption, progress_bar
from gradlab.training.history import STATISTICS, History

Array = NDArray[Any]

CHUNK_BYTES = 4 << 20  # buffers of the seeds that pass through NumPy together: more would leave the cache
POPULATION = 2_048  # samples from which batch normalisation takes its moments after training


class DivergenceWarning(RuntimeWarning):
    """Some seeds of a run ended with a loss or parameter that is inf or nan."""


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
    target_loss: float | None = None,
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
        It does not hold the data: with the same data and batch size the two runs equal one, in every bit.
    target_loss
        Each seed stops at the first record in which its loss is at most this, and the run ends when all of them have;
        ``History.stopped`` says where.
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
    samples = Samples(data, net, rule, kind, "data")
    watched = None if monitor is None else Samples(monitor, net, rule, kind, "monitor")
    if batch_size is not None:
        batch_size = _check.whole("batch_size", batch_size, least=1)
        if batch_size > len(samples):
            raise ValueError(
                f"batch_size must be at most the number of samples, {len(samples)}, not {batch_size}; "
                "None takes all of them"
            )
    if target_loss is not None:
        target_loss = _check.real("target_loss", target_loss)
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
    due = _due(start, start + steps, every, fresh=resume is None)
    chunks: list[Chunk] = []
    for at in range(0, len(own), together):
        rows = slice(at, at + together)
        chunks.append(
            Chunk(
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
                len(due),
            )
        )
    records = _empty_records(net, len(due), len(own))
    stopped = np.full(len(own), -1)
    if resume is not None and target_loss is not None:
        # a seed that met it at a last record which an unbroken run would not have taken is not held back
        stopped[...] = np.where(resume.stopped % every == 0, resume.stopped, -1)
        for at, part in zip(range(0, len(own), together), chunks, strict=True):
            part.running &= stopped[at : at + together] < 0
            part.halted = not part.running.all()
    taken = _run(chunks, due, start, start + steps, together, progress, target_loss, stopped)
    labelled = (watched or samples).labels is not None
    for at, part in zip(range(0, len(own), together), chunks, strict=True):
        rows = slice(at, at + together)
        part.recorder.write({name: array[:, rows] for name, array in records.items()}, len(taken), labelled=labelled)
    kept = {name: array[: len(taken)] for name, array in records.items()}
    history = History(
        net,
        rule,
        method,
        own,
        np.array(taken, dtype=int),
        **kept,
        theta=begun,
        slots=tuple(slots),
        stopped=stopped,
        moments=_moments(net, begun, samples, together),
    )
    if resume is not None:
        history = _joined(resume, history, every)
    _report_divergence(history)
    return history


def _due(start: int, last: int, every: int, *, fresh: bool) -> list[int]:
    """Return the steps at which a record is due; a resumed run has that of its first step already."""
    due = {*range(-(-start // every) * every, last + 1, every), last, *((start,) if fresh else ())}
    return sorted(due if fresh else due - {start})


def _moments(net: MLP, theta: Array, samples: Samples, together: int) -> Moments | None:
    """Return what batch normalisation needs for predictions, from the first training samples."""
    if net.normalize != "batch":
        return None
    x = samples.inputs[:POPULATION, :-1]
    parts = [net.moments(theta[at : at + together], x) or [] for at in range(0, len(theta), together)]
    return tuple(
        (np.concatenate([mean for mean, _ in layer]), np.concatenate([variance for _, variance in layer]))
        for layer in zip(*parts, strict=True)
    )


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
    # as a monitor the data pass without what an activation draws while training
    return train(
        net,
        data,
        loss=loss,
        optimizer="sgd",
        steps=0,
        batch_size=1,
        seeds=seeds,
        dtype=dtype,
        monitor=data,
        theta=theta,
    )


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
    chunks: list[Chunk],
    due: list[int],
    start: int,
    last: int,
    together: int,
    progress: bool,
    target: float | None,
    stopped: Array,
) -> list[int]:
    """Bring all chunks to the last step, or to where Ctrl-C or the target loss ends the run; return what is recorded."""
    place = {step: index for index, step in enumerate(due)}
    step, stride = start, 1

    def advance(place: dict[int, int], step: int, stop: int, last: int) -> None:
        for index, chunk in enumerate(chunks):
            rows = slice(index * together, (index + 1) * together)
            chunk.advance(place, step, stop, last, target, stopped[rows])

    with interruption() as interrupted, progress_bar(progress, last - start) as bar, np.errstate(all="ignore"):
        while True:
            stop = min(step + stride, last)
            began = time.perf_counter()
            advance(place, step, stop, last)
            bar(stop - step)
            if target is not None and (stopped >= 0).all():
                return [s for s in due if s <= max(stopped.max(), due[0])]
            if stop == last:
                return due
            if interrupted.is_set():
                break
            step = stop
            if time.perf_counter() - began < 0.2:  # all chunks stand at one step again several times a second
                stride *= 2
        # interrupted: where the run stands is its last record, so that it can be resumed
        taken = [s for s in due if s < stop]
        advance({stop: len(taken)}, stop, stop, stop)
    return [*taken, stop]


def _joined(before: History, after: History, every: int) -> History:
    """Put two histories together; a last record that an unbroken run would not have is left out."""
    unbroken = before.step[-1] % every == 0 or not len(after.step)
    keep = slice(None) if unbroken else slice(-1)
    names = ("step", "loss", "accuracy", *STATISTICS)
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(before, name)[keep], getattr(after, name)]) for name in names
    }
    return replace(after, **joined)


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
