"""Time two versions of gradlab against each other, in one run on one machine: ``against.py OLD [NEW]``.

Each is a folder or a wheel that has the package ``gradlab`` in it; NEW is this checkout unless given. Both run in a process
of their own and take turns, so that whatever else the machine does meets both. Processor time counts, and the quickest
third of the rounds: of noise there is only more. ``nox -s bench -- --against OLD`` calls this.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]

# networks, batch, seeds, steps; every is the spacing of records, 0 for none
SHAPES = {
    "tiny": ([2, 16, 16, 2], 32, 1, 400),
    "small": ([64, *[32] * 5, 10], 64, 1, 150),
    "deep": ([64, *[64] * 30, 10], 128, 1, 12),
    "mid": ([784, 256, 256, 10], 256, 1, 6),
    "stack": ([2, 32, 32, 32, 2], 64, 32, 8),
    "alone": ([2, 32, 32, 32, 2], 64, 1, 200),
}

WORKER = r"""
import json, sys, time, warnings
sys.path.insert(0, sys.argv[1])
warnings.simplefilter("ignore")
import numpy as np
import gradlab as gl

def measure(sizes, batch, seeds, steps, activation, dtype, every):
    generator = np.random.default_rng(0)
    data = gl.Data(generator.normal(size=(1024, sizes[0])), generator.integers(0, sizes[-1], 1024))
    ask = {"optimizer": gl.Adam(1e-3), "batch_size": batch, "seeds": range(seeds), "dtype": dtype}
    net = gl.MLP(sizes, activation=activation)
    def seconds(steps):
        begun = time.process_time()
        gl.train(net, data, steps=steps, record_every=every or 10**6, **ask)
        return time.process_time() - begun
    few = min(seconds(1), seconds(1))
    return (seconds(steps + 1) - few) / steps / seeds * 1e6

for line in sys.stdin:
    print(json.dumps(measure(*json.loads(line))), flush=True)
"""


class Case(NamedTuple):
    """What is timed."""

    shape: str
    activation: str
    dtype: str = "float32"
    every: int = 0


CASES = [
    *(
        Case(shape, one)
        for shape in ("tiny", "small", "deep", "mid")
        for one in ("tanh", "sigmoid", "relu", "gelu", "swish")
    ),
    *(Case(shape, "tanh", every=10) for shape in ("tiny", "small", "deep")),
    *(Case(shape, "tanh", "float64") for shape in ("tiny", "small", "alone", "stack")),
]


def start(path: str) -> subprocess.Popen[str]:
    """Start a process that imports gradlab from a folder or a wheel."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-c", WORKER, str(Path(path).resolve())]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def ask(worker: subprocess.Popen[str], case: Case) -> float:
    """Return the microseconds of a step and seed."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    request: list[Any] = [*SHAPES[case.shape], case.activation, case.dtype, case.every]
    worker.stdin.write(json.dumps(request) + "\n")
    worker.stdin.flush()
    return float(json.loads(worker.stdout.readline()))


def typical(rounds: Sequence[float]) -> float:
    """Return the median of the quickest third."""
    return sorted(rounds)[len(rounds) // 6]


def compare(old: str, new: str, *, rounds: int) -> None:
    """Print a line for each case."""
    workers = [start(old), start(new)]
    print(f"{'case':34} {'old, µs':>9} {'new, µs':>9} {'new ÷ old':>9}")
    for case in CASES:
        times: list[list[float]] = [[], []]
        for _ in range(rounds):
            for seen, worker in zip(times, workers, strict=True):
                seen.append(ask(worker, case))
        before, after = map(typical, times)
        told = f"{case.shape}, {case.activation}, {case.dtype}" + (f", every {case.every}th" if case.every else "")
        print(f"{told:34} {before:9.1f} {after:9.1f} {after / before:9.3f}", flush=True)
    for worker in workers:
        worker.kill()


if __name__ == "__main__":
    compare(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else str(ROOT), rounds=24)
