"""Training and probing: recipe × data × seeds → `History`, many seeds in one stacked pass."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gradlab.datasets import Data
from gradlab.losses import Loss
from gradlab.network import MLP
from gradlab.optimizers import Adam, Optimizer
from gradlab.training._loop import run
from gradlab.training._plan import Arguments, Plan, plan, stays
from gradlab.training.history import History
from gradlab.training.statistics import STATISTICS

__all__ = ["DivergenceWarning", "InterruptionWarning", "LimitWarning", "probe", "train"]

Array = NDArray[Any]


class DivergenceWarning(RuntimeWarning):
    """Some seeds of a run ended with a loss or parameter that is inf or nan."""


class InterruptionWarning(UserWarning):
    """A run was ended by Ctrl-C before its last step."""


class LimitWarning(RuntimeWarning):
    """A parameter that an activation learns has left the interval in which it may lie."""


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
    dtype: Literal["float32", "float64"] = "float64",
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
        `History.with_optimizer` gives one that goes on with another optimiser, such as one of another learning rate.
        It does not hold the data: with the same data and batch size the two runs equal one, in every bit. ``seeds``
        are then those of the earlier run; 0, the default, stands for them.
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
        Records and final parameters. If the run is interrupted (Ctrl-C), what was recorded until then. A Ctrl-C in the
        last moments of a run, or in a run as short as that, raises KeyboardInterrupt as it does elsewhere.

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
    InterruptionWarning
        If the run was interrupted; `History.interrupted` is then True.
    LimitWarning
        If a parameter that the activation learns ends outside its limits.

    Examples
    --------
    >>> import gradlab as gl
    >>> net = gl.MLP([2, 8, 2], activation="tanh")
    >>> run = gl.train(net, gl.datasets.xor(), optimizer=gl.Adam(0.05), steps=200, seeds=range(3))
    >>> run.accuracy[-1]
    array([1., 1., 1.])
    """
    given = Arguments(
        net=net,
        data=data,
        loss=loss,
        optimizer=optimizer,
        steps=steps,
        batch_size=batch_size,
        seeds=seeds,
        record_every=record_every,
        dtype=dtype,
        monitor=monitor,
        theta=theta,
        resume=resume,
        target_loss=target_loss,
        chunk=chunk,
    )
    with np.errstate(all="ignore"):  # a run that diverges is data; what is not finite is reported once, at the end
        doing = plan(given)
        taken, records, interrupted = run(doing, progress=progress)
        history = History(
            net,
            doing.loss,
            doing.optimizer,
            doing.seeds,
            np.array(taken, dtype=int),
            **{name: array[: len(taken)] for name, array in records.arrays.items()},
            theta=doing.theta,
            slots=tuple(doing.slots),
            stopped=doing.stopped,
            moments=net.moments(doing.theta, data.x),
            interrupted=interrupted and not doing.done(taken),
            record_every=doing.every,
            optimizer_since=doing.since,
        )
        history = history if resume is None else _joined(resume, history, doing.every)
    if interrupted and not history.interrupted:  # it came too late to shorten this run: it is meant for what comes next
        raise KeyboardInterrupt
    _report(history, doing)
    return history


def probe(
    net: MLP,
    data: Data,
    *,
    loss: Loss | str = "cross_entropy",
    seeds: int | Iterable[int] = 0,
    dtype: Literal["float32", "float64"] = "float64",
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


def _joined(before: History, after: History, every: int) -> History:
    """Put two histories together; a last record that an unbroken run would not have is left out."""
    unbroken = stays(before, int(before.step[-1]), every) or not len(after.step)
    keep = slice(None) if unbroken else slice(-1)
    names = ("step", "loss", "accuracy", *STATISTICS)
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(before, name)[keep], getattr(after, name)]) for name in names
    }
    return replace(after, **joined)


def _report(history: History, plan: Plan) -> None:
    """Warn of what a reader would not see in the numbers."""
    if history.interrupted:
        warnings.warn(
            f"interrupted at step {int(history.step[-1])} of {plan.last}: the history ends there, and `interrupted` is "
            "True. `resume=` goes on from it; a loop over runs goes on with the next one unless it looks.",
            InterruptionWarning,
            stacklevel=3,
        )
    if history.diverged.any():
        warnings.warn(_divergence(history), DivergenceWarning, stacklevel=3)
    for name, failed in _outside(history).items():
        low, high = history.net.activation.limits[name]
        warnings.warn(
            f"the {name} that {history.net.activation.name} learns has left its limits, {low:g} to {high:g}, in "
            f"{len(failed)} of {len(history.seeds)} seeds (seeds {_named(history, failed)}). Learn a parameter that may "
            "be any number, such as its logarithm, or take smaller steps.",
            LimitWarning,
            stacklevel=3,
        )


def _divergence(history: History) -> str:
    """Return what is to be said of the seeds that diverged."""
    failed = np.flatnonzero(history.diverged)
    many = f"{len(failed)} of {len(history.seeds)} seeds"
    lost = ~np.isfinite(history.theta[failed]).all(1)
    lost |= ~np.isfinite(history.loss[-1, failed]) if len(history.step) else False
    if not lost.any():
        return (
            f"{many} no longer move (seeds {_named(history, failed)}): a squared gradient is too large for "
            f"{history.theta.dtype}, so what {type(history.optimizer).__name__} remembers is inf. clip_norm, smaller data "
            "or plain SGD help."
        )
    steps = [history.step[~np.isfinite(history.loss[:, seed])] for seed in failed]
    first = min(int(found.min(initial=history.step[-1])) for found in steps)
    return (
        f"{many} diverged to inf or nan (seeds {_named(history, failed)}; first seen at step {first}); the others are "
        "untouched. A smaller learning rate usually helps."
    )


def _named(history: History, rows: Array) -> str:
    return ", ".join(str(history.seeds[row]) for row in rows[:5]) + (", …" if len(rows) > 5 else "")


def _outside(history: History) -> dict[str, Array]:
    """Return for each learned parameter that has left its limits the rows of the seeds in which it has."""
    activation, found = history.net.activation, {}
    for name in activation.learned:
        low, high = activation.limits.get(name, (-np.inf, np.inf))
        hidden = [own[name] for own in history.net.hidden_parameters(history.theta)]
        out = [((array <= low) | (array >= high)).any(1) for array in hidden]
        rows = np.flatnonzero(np.any(out, axis=0)) if out else np.empty(0, int)
        if rows.size:
            found[name] = rows
    return found
