"""What has to hold of every run, whatever its configuration: each property is a function that finds nothing wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from configurations import Configuration, samples

import gradlab as gl
from gradlab.training import STATISTICS, plain

RECORDS = ("loss", "accuracy", *STATISTICS)
LAYERED = ("gradient_norm", "delta_norm", "activation_mean", "activation_std")
SHARES = ("accuracy", "dead_fraction", "saturated_fraction")  # counts over whole numbers of samples or units
NUDGES = 4  # runs that say what rounding alone does
ROOM = 64.0  # times as much may the engine and the specification differ
LOST = 1e-3  # of the loss: where rounding alone moves it by more, a run says nothing of another one
BORDER = 1e-3  # share of the slopes, samples or units that rounding may carry over the border between two classes


WIDER = {"float32": "float64", "float64": "longdouble"}  # the second is the first on some machines


class Wrong(AssertionError):
    """A property that does not hold."""


class DoesNotApply(Exception):
    """A configuration of which a property says nothing."""


PROPERTIES: dict[str, Callable[[Configuration], None]] = {}


def _property(function: Callable[[Configuration], None]) -> Callable[[Configuration], None]:
    PROPERTIES[function.__name__] = function
    return function


def _run(configuration: Configuration, **more: Any) -> gl.History:
    data = samples(configuration, configuration.rows)
    return gl.train(configuration.net, data, **(configuration.arguments() | more))


# ---------------------------------------------------------------------------------------------------- bit for bit


def _arrays(run: gl.History) -> Iterator[tuple[str, np.ndarray, int]]:
    """Yield all that a run holds: name, array, and its axis of seeds, -1 where it has none."""
    yield "step", run.step, -1
    for name in RECORDS:
        yield name, getattr(run, name), 1
    yield "theta", run.theta, 0
    yield "stopped", run.stopped, 0
    for index, slot in enumerate(run.slots):
        yield f"slot {index}", slot, 0
    for layer, moments in enumerate(run.moments or ()):
        for name, array in zip(("mean", "variance"), moments, strict=True):
            yield f"{name} of layer {layer}", array, 0


def same(one: gl.History, other: gl.History, rows: slice = slice(None)) -> None:
    """Refuse two histories that differ in a bit, the second one's seeds being those rows of the first."""
    for (name, found, axis), (_, wanted, _) in zip(_arrays(one), _arrays(other), strict=True):
        if axis >= 0:
            found = found[(slice(None),) * axis + (rows,)]
        if found.shape != wanted.shape:
            raise Wrong(f"{name}: shape {found.shape} and {wanted.shape}")
        if not np.array_equal(found, wanted, equal_nan=True):
            both = np.isfinite(found) & np.isfinite(wanted)
            apart = np.abs(found[both] - wanted[both]).max(initial=0)
            where = np.argwhere((found != wanted) & ~(np.isnan(found) & np.isnan(wanted)))[0].tolist()
            raise Wrong(f"{name}: first at {where} of {found.shape}, {apart:.1e} apart at most")


@_property
def stack(configuration: Configuration) -> None:
    """A stack of seeds equals each of its seeds alone, and any chunk equals any other."""
    whole = _run(configuration)
    for chunk in {1, configuration.chunk, len(configuration.seeds)}:
        same(whole, _run(configuration, chunk=chunk))
    for row, seed in enumerate(configuration.seeds[:3]):
        same(whole, _run(configuration, seeds=seed), slice(row, row + 1))


@_property
def target(configuration: Configuration) -> None:
    """With a target loss that some seeds meet, a stack still equals each of its seeds alone, until the run ends."""
    losses = _run(configuration).loss
    if not np.isfinite(losses).any():
        raise DoesNotApply
    ask = {"target_loss": float(np.nanmedian(np.where(np.isfinite(losses), losses, np.nan)))}
    whole = _run(configuration, **ask)
    same(whole, _run(configuration, chunk=configuration.chunk, **ask))
    for row, seed in enumerate(configuration.seeds[:3]):
        alone = _run(configuration, seeds=seed, **ask)  # its records end when it stops
        for name in ("theta", "stopped"):
            if not np.array_equal(getattr(whole, name)[row], getattr(alone, name)[0], equal_nan=True):
                raise Wrong(f"{name} of seed {seed}")
        shared = [getattr(whole, name)[: len(alone.step), row : row + 1] for name in RECORDS]
        for name, found in zip(RECORDS, shared, strict=True):
            if not np.array_equal(found, getattr(alone, name), equal_nan=True):
                raise Wrong(f"{name} of seed {seed}")


@_property
def resume(configuration: Configuration) -> None:
    """A run that was stopped, saved, loaded and resumed equals one that was not."""
    first = configuration.steps * 2 // 5
    begun = _run(configuration, steps=first)
    with tempfile.TemporaryDirectory() as folder:
        stored = gl.History.load(begun.save(Path(folder) / "run"))
    same(begun, stored)
    ask = {"steps": configuration.steps - first, "chunk": configuration.chunk}
    whole = _run(configuration)
    same(whole, _run(configuration, resume=stored, **ask))
    same(whole, _run(configuration, resume=begun, **ask))


@_property
def storage(configuration: Configuration) -> None:
    """A run that was saved and loaded predicts as before, and says the same of itself."""
    run = _run(configuration, steps=min(configuration.steps, 3))
    with tempfile.TemporaryDirectory() as folder:
        other = gl.History.load(run.save(Path(folder) / "run.npz"))
    same(run, other)
    for name in ("net", "loss_function", "optimizer", "seeds"):
        if getattr(run, name) != getattr(other, name) or repr(run) != repr(other):
            raise Wrong(f"{name}: {getattr(run, name)!r} and {getattr(other, name)!r}")
    x = samples(configuration, min(configuration.rows, 50)).x
    with np.errstate(all="ignore"):
        if not np.array_equal(run.predict(x), other.predict(x), equal_nan=True):
            raise Wrong("they predict differently")


# ---------------------------------------------------------------------------------------------------- to within rounding


Blocks = dict[str, tuple[np.ndarray, Any]]


def blocks(net: gl.MLP, theta: np.ndarray, records: dict[str, np.ndarray]) -> Blocks:
    """Return what is compared: by name, numbers and the size that their distances are measured in."""
    found: Blocks = {}
    for index, layer in enumerate(plain.parameters(net, theta)):
        for name, array in layer.items():
            # a bias before a batch normalisation has the gradient 0: what it becomes is rounding, and changes nothing
            if name != "biases" or net.normalize != "batch" or index == net.depth - 1:
                found[f"{name} of layer {index}"] = array, np.abs(array).max()
    found["loss"] = records["loss"], np.abs(records["loss"]).max()
    squares = np.hypot(records["activation_mean"], records["activation_std"])  # a mean near 0 is as exact as its terms
    for name in LAYERED:
        for index, column in enumerate(records[name].T):
            size = squares[:, index] if name.startswith("activation") else np.abs(column)
            found[f"{name} of layer {index}"] = column, size
    for name in SHARES:
        for index, column in enumerate(np.atleast_2d(records[name].T)):
            found[f"{name} of layer {index}"] = column, 1.0
    return found


def apart(one: Blocks, other: Blocks) -> dict[str, float]:
    """Return the largest distance of two sets of blocks, in the size of the first; inf where one alone is nan."""
    found = {}
    with np.errstate(all="ignore"):
        for name, (a, size) in one.items():
            b = np.asarray(other[name][0])
            distance = np.abs(np.subtract(a, b, dtype=float)) / size
            distance = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, distance)
            found[name] = float(np.where(np.isnan(distance), np.inf, distance).max(initial=0))
    return found


def _nudged(array: np.ndarray, source: np.random.Generator, unit: float) -> np.ndarray:
    return (array * (1 + source.choice([-2, -1, 1, 2], array.shape) * unit)).astype(array.dtype)


Run = Callable[[np.ndarray, gl.Data], tuple[np.ndarray, dict[str, np.ndarray]]]


def allowed(run: Run, theta: np.ndarray, data: gl.Data, net: gl.MLP, *, wide: bool = False) -> dict[str, float]:
    """Return how far runs end apart whose first parameters and inputs are a unit or two in the last place apart.

    That is what rounding alone does to this configuration, through its depth, its steps and its optimiser: Adam makes
    full steps of a gradient that is nothing but rounding. Where all weights are 0 a nudge changes nothing, so a run in
    twice the digits is compared too.

    Parameters
    ----------
    run
        The run, from parameters and data.
    theta, data
        Where it begins.
    net
        The recipe.

    Returns
    -------
    dict
            For each block the largest distance, and more for sums of n like terms: (1 + √n/32) units in the last place.
    """
    source, unit = np.random.default_rng(0), float(np.finfo(theta.dtype).eps)
    exact = blocks(net, *run(theta, data))
    most = dict.fromkeys(exact, 0.0)
    others = [run(_nudged(theta, source, unit), gl.Data(_nudged(data.x, source, unit), data.y)) for _ in range(NUDGES)]
    if wide:
        others.append(run(theta.astype(WIDER[theta.dtype.name]), data))
    for other in others:
        for name, distance in apart(exact, blocks(net, *other)).items():
            most[name] = max(most[name], distance)
    if most["loss"] > LOST:
        raise DoesNotApply  # steps and layers have made rounding as large as what is compared
    terms = len(data) * max(net.sizes)
    return {name: distance + unit * (1 + terms**0.5 / 32) for name, distance in most.items()}


def _border(configuration: Configuration, name: str) -> float:
    """Return how much of a share may be on its border: one sample, unit or slope, and a thousandth of all."""
    statistic, _, layer = name.partition(" of layer ")
    rows = configuration.batch_size or configuration.rows
    if statistic not in SHARES:
        return 0.0
    units = 1 if statistic == "accuracy" else configuration.net.sizes[int(layer) + 1]
    return 1.01 / (units * (1 if statistic == "dead_fraction" else rows)) + BORDER


def _records(run: gl.History, row: int) -> dict[str, np.ndarray]:
    return {name: getattr(run, name)[:, row] for name in RECORDS}


def ratios(configuration: Configuration, row: int = 0) -> dict[str, float]:
    """Return for each block how far engine and specification are apart, over what rounding does."""
    configuration = replace(configuration, monitored=0)
    net, seed, dtype = configuration.net, configuration.seeds[row], configuration.dtype
    if net.normalize == "batch" and (configuration.batch_size or configuration.rows) == 2:
        raise DoesNotApply  # it turns two numbers into ±1, whose slope is nothing but rounding after a few layers
    names = ("optimizer", "steps", "batch_size", "record_every")
    ask = {name: getattr(configuration, name) for name in names} | {"loss": gl.LOSSES[configuration.loss], "seed": seed}
    data, start = samples(configuration, configuration.rows), net.initialize(seed, dtype=dtype)[0]

    def run(theta: np.ndarray, data: gl.Data) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        with np.errstate(all="ignore"):  # the engine silences what an overflow says, and marks the run instead
            return plain.train(net, data, theta=theta, dtype=theta.dtype.name, **ask)

    theta, records = run(start, data)
    _finite(theta, records)
    engine = _run(configuration)
    if not np.array_equal(records["step"], engine.step):
        raise Wrong(f"records at {engine.step} and not at {records['step']}")
    room = allowed(run, start, data, net, wide=True)
    distances = apart(blocks(net, theta, records), blocks(net, engine.theta[row], _records(engine, row)))
    return {name: max(0.0, far - _border(configuration, name)) / room[name] for name, far in distances.items()}


def _finite(theta: np.ndarray, records: dict[str, np.ndarray]) -> None:
    """Say nothing of a run that diverged: nan has no distance."""
    if not all(np.isfinite(array).all() for array in (theta, *(records[name] for name in ("loss", *LAYERED)))):
        raise DoesNotApply


@_property
def specification(configuration: Configuration) -> None:
    """The engine computes what `gradlab.training.plain` does, to within what rounding does to that."""
    found = ratios(configuration)
    worst = max(found, key=found.__getitem__)
    if not found[worst] <= ROOM:
        raise Wrong(f"{worst}: {found[worst]:.0f} times as far apart as rounding brings them")


@_property
def threads(configuration: Configuration) -> None:
    """Two BLAS threads compute what one does, to within what rounding does: their sums may be cut elsewhere."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise DoesNotApply from None
    configuration = replace(configuration, monitored=0)
    net, seed = configuration.net, configuration.seeds[0]
    start, data = net.initialize(seed, dtype=configuration.dtype)[0], samples(configuration, configuration.rows)

    def run(theta: np.ndarray, data: gl.Data) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        done = gl.train(net, data, **(configuration.arguments() | {"seeds": seed, "theta": theta[None]}))
        return done.theta[0], _records(done, 0)

    with threadpool_limits(1):
        one = run(start, data)
        _finite(*one)
        room = allowed(run, start, data, net)
    with threadpool_limits(2):
        two = run(start, data)
    for name, distance in apart(blocks(net, *one), blocks(net, *two)).items():
        if not distance <= ROOM * room[name] + _border(configuration, name):
            raise Wrong(f"{name}: {distance:.1e} apart, {distance / room[name]:.0f} times what rounding does")
