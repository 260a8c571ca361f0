"""Time gradlab against scikit-learn, PyTorch and JAX, and judge each goal: ``nox -s bench``.

All contestants train the same network on the same data with the same batches, steps and numbers of 32 bits, on one
thread, one after the other and round again; a ratio is the median over the rounds of (their time / gradlab's time). What a
call needs beside its steps is measured apart. A full run writes docs/reference/speed.json, which a page of the book shows.

    nox -s bench                        all of it, a quarter of an hour
    nox -s bench -- --quick             a try of each contestant; writes nothing
    nox -s bench -- --only import tiny  some parts (shapes, "seeds", "import", "memory"); the others stay as they are
"""

from __future__ import annotations

import os

if __name__ == "__main__":  # before NumPy and JAX are imported: they read this once
    for _library in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{_library}_NUM_THREADS"] = "1"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    # JAX keeps a thread beside its caller's: one thread for all is one core for all
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import argparse
import functools
import gc
import itertools
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import gradlab as gl

JSON = Path(__file__).resolve().parents[2] / "docs" / "reference" / "speed.json"
RATE = 1e-3
NEVER = 10**9
TINY = 1e-13  # scikit-learn's place for Adam's epsilon is not the paper's: where losses are compared, it must not count


class Shape(NamedTuple):
    """A network, and how much of it a measurement takes."""

    sizes: tuple[int, ...]
    batch: int
    batches: int  # of an epoch
    steps: int  # of one timed run, a multiple of ten and of an epoch
    rounds: int
    checked: int = 20  # steps after which the losses are compared


SHAPES = {
    "tiny": Shape((2, 16, 16, 2), 32, 20, 2000, 7),
    "small": Shape((64, *[32] * 5, 10), 64, 20, 1000, 7),
    "deep": Shape((64, *[64] * 30, 10), 128, 10, 100, 7),
    "mid": Shape((784, 256, 256, 10), 256, 5, 60, 7),
    "big": Shape((1024, *[1024] * 4, 10), 1024, 2, 10, 4, 4),
}
MANY = Shape((2, 32, 32, 32, 2), 64, 10, 200, 7)
SEEDS = 64


class Goal(NamedTuple):
    """What a measured number has to be: at least, or at most, ``limit``."""

    part: str
    measure: str
    least: bool
    limit: float
    says: str

    def met(self, value: float) -> bool:
        """Judge a number."""
        return value >= self.limit if self.least else value <= self.limit


def _times(shape: str, peer: str, limit: float) -> Goal:
    return Goal(shape, peer, True, limit, f"{peer} ÷ gradlab")


_TENTH = {"tiny": 1.25, "small": 1.15, "deep": 1.05, "mid": 1.02, "big": 1.02}


def _recording(shape: str) -> list[Goal]:
    tenth = _TENTH[shape]
    return [
        Goal(shape, "recording every step", False, 1.10, "recording every step ÷ not recording"),
        Goal(shape, "recording every tenth step", False, tenth, "recording every tenth step ÷ not recording"),
    ]


def _products(shape: str, limit: float) -> Goal:
    return Goal(shape, "over its products", False, limit, "gradlab ÷ its matrix products alone")


GOALS = [
    _times("tiny", "scikit-learn", 8),
    _times("tiny", "torch, fused Adam", 15),
    _times("tiny", "jax.jit", 1),
    _times("small", "scikit-learn", 5),
    _times("small", "torch, fused Adam", 8),
    _times("small", "jax.jit", 1),
    _times("deep", "scikit-learn", 2.5),
    _times("deep", "torch, fused Adam", 2.5),
    _times("deep", "jax.jit", 1),
    _products("mid", 1.20),
    _products("big", 1.08),
    _times("seeds", "scikit-learn", 12),
    _times("seeds", "jax, vmap + scan", 1),
    *(goal for shape in SHAPES for goal in _recording(shape)),
    Goal("stack", "one by one", True, 1.3, "32 seeds one by one ÷ the same in a stack"),
    Goal("import", "milliseconds", False, 30, "import gradlab after NumPy, in milliseconds"),
    Goal("memory", "GiB", False, 2, "1,000 seeds × 10,000 steps, record_every=100: GiB at the peak"),
    Goal("memory", "ten times the steps", False, 1.02, "memory with ten times the steps and as many records"),
]


# ------------------------------------------------------------------------------------------------- the task


class Task(NamedTuple):
    """What every contestant is given."""

    shape: Shape
    net: gl.MLP
    data: gl.Data
    x: np.ndarray  # the same in float32
    y: np.ndarray
    theta: np.ndarray  # of seed 0, float32
    order: np.ndarray  # gradlab's own batches for the steps that are compared, shape (steps, batch)

    def rows(self, step: int) -> np.ndarray:
        """Return the samples of a batch; beyond the steps compared the order comes round again."""
        return self.order[step % len(self.order)]


def batches(seed: int, samples: int, batch: int, steps: int) -> np.ndarray:
    """Return gradlab's batches, found by what it does alone: with an input for each sample, a step moves those met."""
    net = gl.MLP([samples, 1], activation="identity", init="zeros")
    data, run, found = gl.Data(np.eye(samples), np.ones(samples)), None, []
    for _ in range(steps):
        before = net.initialize(seed) if run is None else run.theta
        run = gl.train(
            net, data, loss="squared_error", optimizer=gl.SGD(0.1), steps=1, batch_size=batch, seeds=seed, resume=run
        )
        found.append(np.flatnonzero((run.theta != before)[0, :samples]))
    return np.array(found)


def task(shape: Shape, *, one_output: bool = False) -> Task:
    """Make the data, the first weights and the order."""
    source = np.random.default_rng(0)
    samples, outputs = shape.batch * shape.batches, shape.sizes[-1]
    x = source.normal(size=(samples, shape.sizes[0])).astype(np.float32)
    y = source.integers(0, outputs, samples)
    sizes = (*shape.sizes[:-1], 1) if one_output else shape.sizes
    net = gl.MLP(sizes, activation="tanh", init="glorot_uniform")
    order = batches(0, samples, shape.batch, shape.checked)
    return Task(shape, net, gl.Data(x, y), x, y, net.initialize(0, dtype="float32"), order)


# ------------------------------------------------------------------------------- contestants: steps -> theta

Contestant = Callable[[int], Any]


def gradlab_trains(
    given: Task, *, record_every: int = NEVER, loss: str = "cross_entropy", epsilon: float = 1e-8
) -> Contestant:
    """gradlab, as a user calls it."""

    def run(steps: int) -> Any:
        return gl.train(
            given.net,
            given.data,
            loss=loss,
            optimizer=gl.Adam(RATE, epsilon=epsilon),
            steps=steps,
            batch_size=given.shape.batch,
            seeds=0,
            record_every=record_every,
            dtype="float32",
            theta=given.theta,
        ).theta

    return run


def adam_passes(*arrays: np.ndarray) -> Callable[[int], None]:
    """Return Adam's update of theta, gradient and moments, in ten passes over parts that fit the cache."""
    kind, cut = np.float32, 32_768
    beta1, beta2, scratch = np.array(0.9, kind), np.array(0.999, kind), np.empty(cut, kind)
    parts = [[a[at : at + cut] for a in arrays] for at in range(0, arrays[0].size, cut)]

    def update(number: int) -> None:
        root = np.sqrt((1 - 0.999) / (1 - 0.999 ** (number + 1)))
        size = np.array(RATE * 0.1 / (1 - 0.9 ** (number + 1)) / root, kind)
        epsilon = np.array(1e-8 / root, kind)
        for theta, gradient, first, second in parts:
            work = scratch[: theta.size]
            np.multiply(first, beta1, first)
            np.add(first, gradient, first)
            np.multiply(gradient, gradient, work)
            np.multiply(second, beta2, second)
            np.add(second, work, second)
            np.sqrt(second, work)
            np.add(work, epsilon, work)
            np.divide(first, work, work)
            np.multiply(work, size, work)
            np.subtract(theta, work, theta)

    return update


class Buffers(NamedTuple):
    """All arrays of a network trained by hand; features stand before samples."""

    blocks: list[tuple[np.ndarray, np.ndarray, np.ndarray]]  # of each layer: all its parameters, weights, their slopes
    enter: list[np.ndarray]  # what goes into each layer, with a last row of ones
    slopes: list[np.ndarray]  # of the hidden layers' activations
    deltas: list[np.ndarray]
    shares: np.ndarray  # the softmax
    total: np.ndarray  # a number for each sample


def _buffers(sizes: Sequence[int], batch: int, theta: np.ndarray, gradient: np.ndarray) -> Buffers:
    blocks, at, kind = [], 0, theta.dtype
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        upto = at + (inputs + 1) * outputs  # the weights with the biases as a last row
        block, slope = (a[at:upto].reshape(inputs + 1, outputs) for a in (theta, gradient))
        blocks.append((block, block[:-1], slope))
        at = upto
    return Buffers(
        blocks,
        [np.ones((size + 1, batch), kind) for size in sizes[:-1]],
        [np.empty((size, batch), kind) for size in sizes[1:-1]],
        [np.empty((size, batch), kind) for size in sizes[1:]],
        np.empty((sizes[-1], batch), kind),
        np.empty((1, batch), kind),
    )


def _passes_by_hand(of: Buffers) -> Callable[[np.ndarray, np.ndarray], None]:
    """Return the pass forward and back of one batch, given its features and its targets."""
    blocks, enter, slopes, deltas, shares, total = of
    last = len(blocks) - 1
    one, share = np.array(1, shares.dtype), np.array(1 / shares.shape[1], shares.dtype)

    def passes(features: np.ndarray, wanted: np.ndarray) -> None:
        entering = features
        for i, (block, _, _) in enumerate(blocks):
            if i < last:
                leaving = enter[i + 1][:-1]
                np.matmul(block.T, entering, leaving)
                np.tanh(leaving, leaving)
                entering = enter[i + 1]
            else:
                np.matmul(block.T, entering, shares)
        np.maximum.reduce(shares, 0, None, total, True)
        np.subtract(shares, total, shares)
        np.exp(shares, shares)
        np.add.reduce(shares, 0, None, total, True)
        np.divide(share, total, total)
        np.multiply(shares, total, shares)
        np.subtract(shares, wanted, deltas[last])
        for i in range(last, -1, -1):
            _, weights, slope = blocks[i]
            np.matmul(enter[i] if i else features, deltas[i].T, slope)
            if i:
                h = enter[i][:-1]
                np.matmul(weights, deltas[i], deltas[i - 1])
                np.multiply(h, h, slopes[i - 1])
                np.subtract(one, slopes[i - 1], slopes[i - 1])
                np.multiply(deltas[i - 1], slopes[i - 1], deltas[i - 1])

    return passes


def _record_by_hand(of: Buffers) -> Callable[[np.ndarray], list[Any]]:
    """Return what takes all that gradlab records, each statistic of each layer in as few calls as it needs."""
    blocks, enter, slopes, deltas, shares, _ = of
    limit, columns = np.array(0.01, shares.dtype), np.arange(shares.shape[1])

    def record(labels: np.ndarray) -> list[Any]:
        row = [-np.add.reduce(np.log(shares[labels, columns])), np.count_nonzero(shares.argmax(0) == labels)]
        for (_, _, slope), delta in zip(blocks, deltas, strict=True):
            weights, delta = slope[:-1].reshape(-1), delta.reshape(-1)
            row += [np.dot(weights, weights), np.dot(delta, delta)]
        for entering, slope in zip(enter[1:], slopes, strict=True):
            h = entering[:-1].reshape(-1)
            row += [np.add.reduce(h), np.dot(h, h)]
            row += [np.count_nonzero(slope < limit), np.count_nonzero(np.maximum.reduce(slope, 1))]
        return row

    return record


def by_hand(given: Task, *, record_every: int = NEVER) -> Contestant:
    """As few NumPy calls as this network, and no other, can be trained with: no checks, no choice, nothing general."""
    sizes, batch = given.net.sizes, given.shape.batch
    theta = given.theta[0].copy()
    gradient, first, second = (np.empty_like(theta) for _ in range(3))
    buffers = _buffers(sizes, batch, theta, gradient)
    features = np.ascontiguousarray(np.vstack([given.x.T, np.ones(len(given.x), theta.dtype)]))
    targets = np.ascontiguousarray((np.arange(sizes[-1])[:, None] == given.y) / batch, dtype=theta.dtype)
    passes, record, records = _passes_by_hand(buffers), _record_by_hand(buffers), []
    update = adam_passes(theta, gradient, first, second)

    def load(order: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return [
            (np.ascontiguousarray(features[:, rows]), np.ascontiguousarray(targets[:, rows]), given.y[rows])
            for rows in order
        ]

    epoch = load(given.order[: given.shape.batches])

    def run(steps: int) -> Any:
        loaded = load(given.order) if steps == given.shape.checked else epoch
        records.clear()
        theta[:], first[:], second[:] = given.theta[0], 0, 0
        for number in range(steps):
            entering, wanted, labels = loaded[number % len(loaded)]
            passes(entering, wanted)
            if number % record_every == 0:
                records.append(record(labels))
            update(number)
        return theta[None].copy()

    run.records = records  # type: ignore[attr-defined]
    return run


def products(given: Task, *, samples_first: bool) -> Contestant:
    """The matrix products of a step and nothing else, into buffers that are there."""
    sizes, batch = given.net.sizes, given.shape.batch
    calls = []

    def array(rows: int, columns: int) -> np.ndarray:
        return np.random.default_rng(0).normal(size=(rows, columns)).astype(np.float32)

    signals = [array(batch, size) if samples_first else array(size, batch) for size in sizes]
    for i, (inputs, outputs) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        weights, slope, back = array(inputs, outputs), array(inputs, outputs), array(*signals[i].shape)
        forth, delta = array(*signals[i + 1].shape), signals[i + 1]
        if samples_first:
            calls += [(signals[i], weights, forth), (signals[i].T, delta, slope)]
            calls += [(delta, weights.T, back)] if i else []
        else:
            calls += [(weights.T, signals[i], forth), (signals[i], delta.T, slope)]
            calls += [(weights, delta, back)] if i else []

    def run(steps: int) -> None:
        for _ in range(steps):
            for left, right, out in calls:
                np.matmul(left, right, out)

    return run


def tanhs(given: Task) -> Contestant:
    """The hyperbolic tangents of a step and nothing else."""
    signals = [np.zeros((size, given.shape.batch), np.float32) for size in given.net.sizes[1:-1]]
    for signal in signals:
        signal[...] = np.random.default_rng(0).normal(size=signal.shape)
    leaving = [np.empty_like(signal) for signal in signals]

    def run(steps: int) -> None:
        for _ in range(steps):
            for signal, out in zip(signals, leaving, strict=True):
                np.tanh(signal, out)

    return run


def adams(given: Task) -> Contestant:
    """Adam's update of a step and nothing else."""
    update = adam_passes(*(np.full(given.net.parameters, 0.5, np.float32) for _ in range(4)))

    def run(steps: int) -> None:
        for number in range(steps):
            update(number)

    return run


def sklearn_fits(given: Task) -> Contestant:
    """scikit-learn's `fit`: whole epochs, shuffled, without penalty and without stopping.

    For two classes scikit-learn has one output, not two: a little less work than the others do.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore", ConvergenceWarning)
    shape = given.shape

    def run(steps: int) -> Any:
        peer = MLPClassifier(
            shape.sizes[1:-1],
            activation="tanh",
            solver="adam",
            alpha=0,
            batch_size=shape.batch,
            learning_rate_init=RATE,
            max_iter=max(1, steps // shape.batches),
            shuffle=True,
            early_stopping=False,
            tol=0,
            n_iter_no_change=NEVER,
            random_state=0,
        )
        peer.fit(given.x, given.y)
        assert peer.coefs_[0].dtype == np.float32
        return peer

    return run


def sklearn_checks(given: Task) -> Any:
    """Train scikit-learn from the same weights on the same batches, as `fit` cannot; return its ``theta``."""
    from sklearn.neural_network import MLPClassifier

    peer = MLPClassifier(
        given.shape.sizes[1:-1],
        activation="tanh",
        alpha=0,
        learning_rate_init=RATE,
        batch_size=given.shape.batch,
        epsilon=TINY,
        random_state=0,
    )
    peer.partial_fit(given.x, given.y, classes=np.unique(given.y))
    for index, (weights, biases) in enumerate(given.net.layers(given.theta)):
        peer.coefs_[index][...], peer.intercepts_[index][...] = weights[0], biases[0]
    del peer._optimizer
    for number in range(given.shape.checked):
        rows = given.rows(number)
        peer.partial_fit(given.x[rows], given.y[rows])
    pairs = zip(peer.coefs_, peer.intercepts_, strict=True)
    return np.concatenate([np.vstack([w, b]).ravel() for w, b in pairs])[None]


def torch_trains(given: Task, *, fused: bool) -> Contestant:
    """PyTorch as its tutorials write it, on one thread."""
    import torch

    torch.set_num_threads(1)
    x, y = torch.from_numpy(given.x), torch.from_numpy(given.y)
    order = [torch.from_numpy(rows) for rows in given.order]
    parts: list[torch.nn.Module] = []
    for inputs, outputs in zip(given.net.sizes[:-1], given.net.sizes[1:], strict=True):
        parts += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh()]
    model, rule = torch.nn.Sequential(*parts[:-1]), torch.nn.CrossEntropyLoss()

    def run(steps: int) -> Any:
        linear = [part for part in model if isinstance(part, torch.nn.Linear)]
        with torch.no_grad():
            for part, (weights, biases) in zip(linear, given.net.layers(given.theta), strict=True):
                part.weight.copy_(torch.from_numpy(weights[0].T.copy()))
                part.bias.copy_(torch.from_numpy(biases[0].copy()))
        optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=fused or None)
        for number in range(steps):
            rows = order[number % len(order)]
            optimizer.zero_grad()
            rule(model(x[rows]), y[rows]).backward()
            optimizer.step()
        return np.concatenate(
            [np.vstack([p.weight.detach().numpy().T, p.bias.detach().numpy()]).ravel() for p in linear]
        )[None]

    return run


def _jax_step(given: Task) -> tuple[Any, Any]:
    """Return JAX's step, (state, rows) -> state, and its first state."""
    import jax
    import jax.numpy as jnp

    x, y = jnp.asarray(given.x), jnp.asarray(given.y)
    layers = [(jnp.asarray(w[0]), jnp.asarray(b[0])) for w, b in given.net.layers(given.theta)]
    zeros = jax.tree.map(jnp.zeros_like, layers)

    def mean_loss(layers: Any, x: Any, y: Any) -> Any:
        for weights, biases in layers[:-1]:
            x = jnp.tanh(x @ weights + biases)
        weights, biases = layers[-1]
        return -jnp.take_along_axis(jax.nn.log_softmax(x @ weights + biases), y[:, None], 1).mean()

    def step(state: Any, rows: Any) -> Any:
        layers, first, second, count = state
        slope = jax.grad(mean_loss)(layers, x[rows], y[rows])
        count = count + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slope)
        a, b = 1 - 0.9**count, 1 - 0.999**count
        layers = jax.tree.map(lambda p, m, v: p - RATE * (m / a) / (jnp.sqrt(v / b) + 1e-8), layers, first, second)
        return layers, first, second, count

    return step, (layers, zeros, zeros, jnp.zeros((), jnp.float32))


def _jax_theta(state: Any) -> np.ndarray:
    return np.concatenate([np.vstack([np.asarray(w), np.asarray(b)]).ravel() for w, b in state[0]])[None]


def jax_steps(given: Task) -> Contestant:
    """JAX, one compiled call for each step; its buffers are given back to it."""
    import jax

    step, start = _jax_step(given)
    compiled = jax.jit(step, donate_argnums=0)
    order = [jax.numpy.asarray(rows) for rows in given.order]

    def run(steps: int) -> Any:
        state = jax.tree.map(lambda a: a.copy(), start)
        for number in range(steps):
            state = compiled(state, order[number % len(order)])
        return _jax_theta(jax.block_until_ready(state))

    return run


def jax_scans(given: Task) -> Contestant:
    """JAX, all steps in one compiled call."""
    import jax

    step, start = _jax_step(given)

    @jax.jit
    def all_steps(state: Any, order: Any) -> Any:
        return jax.lax.scan(lambda s, rows: (step(s, rows), None), state, order)[0]

    def run(steps: int) -> Any:
        order = given.order[np.arange(steps) % len(given.order)]
        return _jax_theta(jax.block_until_ready(all_steps(start, order)))

    return run


def gradlab_stacks(given: Task) -> Contestant:
    """gradlab with many seeds."""

    def run(steps: int) -> Any:
        return gl.train(
            given.net,
            given.data,
            optimizer=gl.Adam(RATE),
            steps=steps,
            batch_size=given.shape.batch,
            seeds=range(SEEDS),
            record_every=NEVER,
            dtype="float32",
        ).theta

    return run


def jax_vmaps(given: Task) -> Contestant:
    """JAX with many seeds, each with its own weights and order: vmap over seeds, scan over steps."""
    import jax
    import jax.numpy as jnp

    step, _ = _jax_step(given)
    layers = [
        (jnp.asarray(w), jnp.asarray(b))
        for w, b in given.net.layers(given.net.initialize(range(SEEDS), dtype="float32"))
    ]
    zeros = jax.tree.map(jnp.zeros_like, layers)
    start = (layers, zeros, zeros, jnp.zeros(SEEDS, jnp.float32))
    samples, size = len(given.x), given.shape.batch

    @jax.jit
    def all_steps(state: Any, order: Any) -> Any:
        return jax.lax.scan(lambda s, rows: (jax.vmap(step)(s, rows), None), state, order)[0]

    def run(steps: int) -> Any:
        source, epochs = np.random.default_rng(0), -(-steps // given.shape.batches)
        order = source.permuted(np.tile(np.arange(samples, dtype=np.int32), (SEEDS, epochs, 1)), axis=2)
        order = order[..., : samples // size * size].reshape(SEEDS, -1, size)[:, :steps].swapaxes(0, 1)
        state = jax.block_until_ready(all_steps(start, order))
        return np.concatenate(
            [np.concatenate([np.asarray(w), np.asarray(b)[:, None]], 1).reshape(SEEDS, -1) for w, b in state[0]], axis=1
        )

    return run


# ------------------------------------------------------------------------------------------------- measuring


class Rounds(NamedTuple):
    """Seconds of each round, by contestant: of the steps, and of the call without them; and how many cores it used."""

    seconds: dict[str, list[float]]
    setups: dict[str, list[float]]
    cores: dict[str, float]

    def median(self, name: str) -> float:
        """Return the median of its seconds."""
        return statistics.median(self.seconds[name])

    def ratio(self, over: str, under: str) -> float:
        """Return the median of the ratios of each round."""
        return statistics.median(a / b for a, b in zip(self.seconds[over], self.seconds[under], strict=True))


def interleave(
    contestants: dict[str, Contestant],
    steps: int,
    rounds: int,
    *,
    before: int,
    clock: Callable[[], float] = time.perf_counter,
) -> Rounds:
    """Time all contestants one after the other, round after round; the first round warms up and is not counted.

    Each is called twice, for ``before`` and for ``before + steps`` steps. The difference is the time of the steps; what a
    call needs beside them is kept apart.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    setups: dict[str, list[float]] = {name: [] for name in contestants}
    busy, wall = dict.fromkeys(contestants, 0.0), dict.fromkeys(contestants, 0.0)
    for number in range(rounds + 1):
        for name, run in contestants.items():
            gc.collect()
            process, began = time.process_time(), clock()
            run(before)
            middle = clock()
            run(before + steps)
            end = clock()
            if number:
                took = (end - middle) - (middle - began)
                seconds[name].append(took)
                setups[name].append((middle - began) - took * before / steps)
                busy[name] += time.process_time() - process
                wall[name] += end - began
    return Rounds(seconds, setups, {name: busy[name] / wall[name] if wall[name] else 0.0 for name in contestants})


def mean_loss(net: gl.MLP, data: gl.Data, theta: Any, loss: str = "cross_entropy") -> float:
    """Return the loss over all data, computed in float64 for everybody."""
    return float(net.loss_and_gradient(np.asarray(theta, dtype=float), data, loss=loss)[0][0])


def agreement(given: Task, contestants: dict[str, Contestant]) -> dict[str, float]:
    """Return how far each contestant's loss is from gradlab's after the same batches, relatively."""
    steps = given.shape.checked
    ours = mean_loss(given.net, given.data, contestants["gradlab"](steps))
    found = {
        name: abs(mean_loss(given.net, given.data, run(steps)) / ours - 1)
        for name, run in contestants.items()
        if name not in ("gradlab", "scikit-learn")
    }
    single, loss = given, "cross_entropy"
    if given.shape.sizes[-1] == 2:
        single, loss = task(given.shape, one_output=True), "binary_cross_entropy"
    ours = gradlab_trains(single, loss=loss, epsilon=TINY)(steps)
    both = [mean_loss(single.net, single.data, theta, loss) for theta in (sklearn_checks(single), ours)]
    found["scikit-learn"] = abs(both[0] / both[1] - 1)
    return found


def measure_shape(name: str, quick: bool) -> dict[str, Any]:
    """Time one training step of a shape, by all contestants."""
    shape = SHAPES[name]
    if quick:
        sizes, batch = (*shape.sizes[:4], shape.sizes[-1]), min(shape.batch, 128)  # what compiles soon
        shape = Shape(sizes, batch, shape.batches, max(shape.batches, shape.steps // 50), 1, 2)
    given = task(shape)
    contestants: dict[str, Contestant] = {
        "gradlab": gradlab_trains(given),
        "NumPy by hand": by_hand(given),
        "scikit-learn": sklearn_fits(given),
        "torch, fused Adam": torch_trains(given, fused=True),
        "torch, its default Adam": torch_trains(given, fused=False),
        "jax.jit": jax_steps(given),
        "jax, all steps in one jit": jax_scans(given),
    }
    apart = agreement(given, contestants)
    assert max(apart.values()) < 1e-4, f"{name}: the losses differ, so not all do the same: {apart}"
    floors = {
        "products, samples first": products(given, samples_first=True),
        "products, features first": products(given, samples_first=False),
    }
    alone = {"tanh alone": tanhs(given), "Adam alone": adams(given)}
    rounds = interleave(contestants | floors | alone, shape.steps, shape.rounds, before=shape.batches)
    floor = min(floors, key=rounds.median)
    micro = {one: rounds.median(one) / shape.steps * 1e6 for one in (*contestants, *alone)}
    micro["matrix products alone"] = rounds.median(floor) / shape.steps * 1e6
    ratios, by_hands = (
        {peer: rounds.ratio(peer, ours) for peer in contestants if peer != ours}
        | {"over its products": rounds.ratio(ours, floor)}
        for ours in ("gradlab", "NumPy by hand")
    )

    steps = 2 * shape.steps if name == "big" and not quick else shape.steps
    often = {"never": NEVER, "recording every step": 1, "recording every tenth step": 10}
    recorders = {name: gradlab_trains(given, record_every=every) for name, every in often.items()} | {
        f"by hand, {name}": by_hand(given, record_every=every) for name, every in often.items()
    }
    recorded = interleave(
        recorders, steps, 1 if quick else 3 if name == "big" else shape.rounds + 4, before=shape.batches
    )
    for one in list(often)[1:]:
        ratios[one] = recorded.ratio(one, "never")
        by_hands[one] = recorded.ratio(f"by hand, {one}", "by hand, never")
    return {
        "network": f"{_sizes(shape.sizes)}, batch {shape.batch}",
        "microseconds": micro,
        "ratios": ratios,
        "by hand": by_hands,
        "setup milliseconds": {one: statistics.median(rounds.setups[one]) * 1e3 for one in ("gradlab", "scikit-learn")},
        "apart": max(apart.values()),
        "cores": rounds.cores,
    }


def measure_seeds(quick: bool) -> dict[str, Any]:
    """Time 64 seeds at once, per seed and step; scikit-learn trains some one by one."""
    shape = MANY._replace(steps=20, rounds=1, checked=2) if quick else MANY
    given = task(shape)
    some = 4
    fit = sklearn_fits(given)
    contestants: dict[str, Contestant] = {
        "gradlab": gradlab_stacks(given),
        "jax, vmap + scan": jax_vmaps(given),
        "scikit-learn": lambda steps: [fit(steps) for _ in range(some)],
    }
    rounds = interleave(contestants, shape.steps, shape.rounds, before=shape.batches)
    scale = {"scikit-learn": SEEDS / some}
    ours = np.mean([mean_loss(given.net, given.data, row[None]) for row in contestants["gradlab"](shape.steps)])
    theirs = np.mean(
        [mean_loss(given.net, given.data, row[None]) for row in contestants["jax, vmap + scan"](shape.steps)]
    )
    assert abs(ours / theirs - 1) < 0.05, f"64 seeds end at {ours} with gradlab and at {theirs} with jax"
    return {
        "network": f"{_sizes(shape.sizes)}, batch {shape.batch}, {SEEDS} seeds",
        "microseconds": {
            name: rounds.median(name) * scale.get(name, 1) / SEEDS / shape.steps * 1e6 for name in contestants
        },
        "ratios": {
            name: rounds.ratio(name, "gradlab") * scale.get(name, 1) for name in contestants if name != "gradlab"
        },
        "cores": rounds.cores,
    }


def measure_stack(quick: bool) -> dict[str, Any]:
    """Time 32 seeds in a stack against one seed, in float64, and what the stack's products and tanhs cost alone."""
    seeds, batch, steps = 32, MANY.batch, 10 if quick else 100
    sizes, data = MANY.sizes, task(MANY).data
    net = gl.MLP(list(sizes), activation="tanh")
    generator = np.random.default_rng(0)

    def trains(many: range, batch: int = batch) -> Contestant:
        def run(steps: int) -> Any:
            ask = {"optimizer": gl.Adam(RATE), "batch_size": batch, "seeds": many, "record_every": NEVER}
            return gl.train(net, data, steps=steps, **ask).theta

        return run

    signals = [generator.normal(size=(seeds, size, batch)) for size in sizes]
    out = [np.empty_like(signal) for signal in signals]
    weights = [generator.normal(size=(seeds, *pair)) for pair in itertools.pairwise(sizes)]
    slopes = [np.empty_like(weight) for weight in weights]

    def products(steps: int) -> None:
        for _ in range(steps):
            for i, weight in enumerate(weights):
                np.matmul(weight.transpose(0, 2, 1), signals[i], out[i + 1])
                np.matmul(signals[i], signals[i + 1].transpose(0, 2, 1), slopes[i])
                if i:
                    np.matmul(weight, signals[i + 1], out[i])

    def tanhs(steps: int) -> None:
        for _ in range(steps):
            for signal, value in zip(signals[1:-1], out[1:-1], strict=True):
                np.tanh(signal, value)

    contestants = {
        "gradlab": trains(range(seeds)),
        "one by one": trains(range(1)),
        "one by one, with 1 sample in a batch: hardly more than calls": trains(range(1), 1),
        "its matrix products alone": products,
        "its tanhs alone": tanhs,
    }
    rounds = interleave(contestants, steps, 2 if quick else 7, before=2)
    scale = {name: seeds for name in contestants if name.startswith("one by one")}
    micro = {name: rounds.median(name) * scale.get(name, 1) / seeds / steps * 1e6 for name in contestants}
    return {
        "network": f"{_sizes(sizes)}, batch {batch}, {seeds} seeds, float64",
        "microseconds": micro,
        "ratios": {"one by one": rounds.ratio("one by one", "gradlab") * seeds},
        "cores": rounds.cores,
    }


def _child(code: str, *arguments: object) -> list[float]:
    # as a user's interpreter does, keep the compiled modules, but out of the tree
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "gradlab-bench-bytecode")
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=environment,
    )
    return [float(word) for word in done.stdout.split()]


def measure_import(quick: bool) -> dict[str, Any]:
    """Time ``import gradlab`` where NumPy is there already, in fresh interpreters."""
    code = (
        "import time; a = time.perf_counter(); import numpy; b = time.perf_counter(); import gradlab; "
        "c = time.perf_counter(); print(b - a, c - b)"
    )
    times = [_child(code) for _ in range(3 if quick else 21)][1:]
    ours, numpys = (statistics.median(pair[i] for pair in times) for i in (1, 0))
    return {"ratios": {"milliseconds": ours * 1e3, "NumPy's own milliseconds": numpys * 1e3}}


MEMORY = """
import resource, sys, time
import numpy as np
import gradlab as gl
seeds, steps, every = map(int, sys.argv[1:])
source = np.random.default_rng(0)
data = gl.Data(source.normal(size=(640, 2)), source.integers(0, 2, 640))
began = time.perf_counter()
run = gl.train(gl.MLP([2, 16, 16, 2], activation="tanh"), data, steps=steps, batch_size=32, seeds=range(seeds),
               record_every=every)
took = time.perf_counter() - began
assert len(run.step) == steps // every + 1
if sys.platform == "linux":  # ru_maxrss would begin with the memory of the process that started this one
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    peak = int(status["VmHWM"].split()[0]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(peak / 2**30, took)
"""


def measure_memory(quick: bool) -> dict[str, Any]:
    """Measure the largest memory of a process that trains 1,000 seeds."""
    seeds, steps, every = (50, 200, 2) if quick else (1000, 10_000, 100)
    few, _ = _child(MEMORY, seeds, steps // 10, every // 10 or 1)
    many, took = _child(MEMORY, seeds, steps, every)
    return {
        "network": f"[2, 16, 16, 2], batch 32, {seeds:,} seeds, {steps:,} steps, float64",
        "ratios": {"GiB": many, "ten times the steps": many / few, "seconds": took},
    }


def _sizes(sizes: Sequence[int]) -> str:
    """Write [64, 32, 32, 32, 10] as [64, 32×3, 10]."""
    inner, parts = list(sizes[1:-1]), []
    while inner:
        count = next((i for i, size in enumerate(inner) if size != inner[0]), len(inner))
        parts.append(f"{inner[0]}×{count}" if count > 2 else ", ".join([str(inner[0])] * count))
        inner = inner[count:]
    return f"[{', '.join([str(sizes[0]), *parts, str(sizes[-1])])}]"


def machine() -> dict[str, Any]:
    """Say what the numbers were measured on; no date, so that the same run writes the same file."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    numpy = np.show_config(mode="dicts")
    blas = numpy["Build Dependencies"]["blas"]  # type: ignore[call-overload]
    extensions = numpy.get("SIMD Extensions", {})  # type: ignore[union-attr]
    versions = {"Python": platform.python_version()}
    for name in ("numpy", "scikit-learn", "torch", "jax"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "blas": f"{blas['name']} {blas['version']}",
        "vectors": [*extensions.get("baseline", []), *extensions.get("found", [])],  # the instructions NumPy uses
        "versions": versions,
    }


def judged(parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Hold every goal whose part was measured against its number."""
    rows = []
    for goal in GOALS:
        value = parts.get(goal.part, {}).get("ratios", {}).get(goal.measure)
        if value is not None:
            rows.append(
                {
                    "part": goal.part,
                    "goal": goal.says,
                    "wanted": f"{'≥' if goal.least else '≤'} {goal.limit:g}",
                    "measured": value,
                    "met": goal.met(value),
                    "by hand": (hand := parts[goal.part].get("by hand", {}).get(goal.measure)),
                    "by hand met": None if hand is None else goal.met(hand),
                }
            )
    return rows


def rounded(value: Any) -> Any:
    """Keep four digits of every measured number."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def report(result: dict[str, Any]) -> str:
    """Write the tables for a terminal."""
    where, lines = result["machine"], []
    versions = ", ".join(f"{name} {number}" for name, number in where["versions"].items())
    lines += [f"{where['processor']}, {where['cores']} cores, {where['system']}, {where['blas']}, {versions}", ""]
    for name, part in result["parts"].items():
        if "microseconds" in part:
            lines.append(f"{name}: {part['network']}; µs a step{' and seed' if name in ('seeds', 'stack') else ''}")
            base = part["microseconds"]["gradlab"]
            for one, micro in part["microseconds"].items():
                cores = part["cores"].get(one)
                used = f"  {cores:.2f} cores" if cores and cores > 1.1 else ""
                lines.append(f"    {one:<28}{micro:>12,.1f}{micro / base:>9.2f} ×{used}")
            for one, milli in part.get("setup milliseconds", {}).items():
                lines.append(f"    a call of {one}, beside its steps: {milli:.1f} ms")
            if "apart" in part:
                lines.append(f"    losses after the same batches agree within {part['apart']:.0e}")
    lines.append("")
    for row in result["goals"]:
        says = f"{row['part']}: {row['goal']}"
        by_hand = "" if row["by hand"] is None else f"   by hand {row['by hand']:.3f}"
        lines.append(
            f"{'met ' if row['met'] else 'MISS'}  {says:<72}{row['wanted']:>8}{row['measured']:>10.3f}{by_hand}"
        )
    return "\n".join(lines)


PARTS: dict[str, Callable[[bool], dict[str, Any]]] = {
    **{name: functools.partial(measure_shape, name) for name in SHAPES},
    "seeds": measure_seeds,
    "stack": measure_stack,
    "import": measure_import,
    "memory": measure_memory,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="a smoke test: too short to be believed, nothing is written"
    )
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS), help="parts to measure")
    options = parser.parse_args(arguments)
    parts: dict[str, Any] = {}
    if set(options.only) != set(PARTS) and not options.quick and JSON.is_file():
        parts = json.loads(JSON.read_text(encoding="utf-8"))["parts"]
    for name in options.only:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        parts[name] = rounded(PARTS[name](options.quick))
    ordered = {name: parts[name] for name in PARTS if name in parts}
    result = {"machine": machine(), "parts": ordered, "goals": judged(ordered)}
    print(report(result))
    if options.quick:
        print("\n--quick: every contestant runs and agrees; the times are too short to mean anything.")
    else:
        JSON.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"\nwritten to {JSON}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
