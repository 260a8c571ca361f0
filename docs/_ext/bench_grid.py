"""The gradient bench's grid: the signals of thousands of networks at their start, computed when the book is built.

Each activation has a file of its own, ``_bench/NAME-DIGEST.bin``, which bench_code.py writes and the page's grid.js reads;
``_bench/grid.json`` names them and says what they hold. The numbers are those of `gradlab.probe` over 20 seeds; bench_passes.py
computes them in less time.

Two processes share the work, once: files are kept in ``docs/_build/bench_grid`` by the digest of gradlab and of this code.
Only a book with the bench's page has a grid. ``GRADLAB_BENCH=relu,tanh`` computes these activations alone, for tests.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from sphinx.application import Sphinx
from sphinx.errors import ConfigError

import gradlab as gl

DOCS = Path(__file__).resolve().parents[1]
sys.path[:0] = [path for path in (str(DOCS / "_live" / "python"),) if path not in sys.path]

import bench_code  # noqa: E402
import bench_passes  # noqa: E402
from gradlab_live import signals, theory  # noqa: E402

Array = NDArray[Any]

PAGE = "playground.md"
INITS = ("lecun_normal", "glorot_normal", "he_normal", "matched", "pytorch_linear", "orthogonal")
NORMALIZATIONS = ("none", "layer", "batch")
DEPTHS = (2, 5, 10, 20, 30, 50)
NORMALIZED_DEPTHS = DEPTHS[:-1]
GAINS = (0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
BIASES = (0.0, 0.1, 0.3)
GAIN_INITS = (
    "glorot_normal",
)  # at equal width in and out its variance is 1/width: there tanh's edge of chaos is gain 1
GAIN_DEPTHS = (10, 30)
PROCESSES = 2


class Line(NamedTuple):
    """Settings that differ in depth alone."""

    init: str
    normalize: str = "none"
    residual: int = 0
    gain: float = 1.0
    bias: float = 0.0

    @property
    def depths(self) -> tuple[int, ...]:
        """The depths that the grid has of it."""
        if (self.gain, self.bias) != (1.0, 0.0):
            return GAIN_DEPTHS
        return DEPTHS if self.normalize == "none" else NORMALIZED_DEPTHS

    def recipe(self, activation: str, depth: int) -> gl.MLP:
        """Return one of the networks."""
        return signals.recipe(
            activation,
            self.init,
            depth=depth,
            normalize=self.normalize,
            residual=bool(self.residual),
            gain=self.gain,
            bias=self.bias,
        )


def lines() -> list[Line]:
    """Return all lines, in the order of the files."""
    plain = [Line(init, kind, skips) for kind in NORMALIZATIONS for skips in (0, 1) for init in INITS]
    pairs = [(gain, bias) for bias in BIASES for gain in GAINS if (gain, bias) != (1.0, 0.0)]
    return plain + [Line(init, gain=gain, bias=bias) for init in GAIN_INITS for gain, bias in pairs]


# -- computed ----------------------------------------------------------------------------------------------------------


def curves(passes: bench_passes.Passes, line: Line) -> dict[str, Any]:
    """Return the signals of a line: what goes back at each depth, what goes forward at the deepest alone."""
    seen = passes.through(line)
    forward = seen[max(line.depths)]
    return {
        "depths": {
            depth: {
                "gradient": signals.bands(seen[depth]["gradient_norm"]),
                "delta": signals.bands(seen[depth]["delta_norm"]),
                "theory": theory.theory(line.recipe(passes.activation, depth), signals.digits()),
            }
            for depth in line.depths
        },
        "spread": signals.bands(forward["activation_std"]),
        "dead": signals.medians(forward["dead_fraction"]),
        "saturated": signals.medians(forward["saturated_fraction"]),
    }


@np.errstate(all="ignore")  # what diverges is seen in the numbers
def computed(activation: str, drawn: dict[Any, Array]) -> list[dict[str, Any]]:
    """Return the signals of an activation, line by line."""
    passes = bench_passes.Passes(activation, drawn)
    return [curves(passes, line) for line in lines()]


# -- kept --------------------------------------------------------------------------------------------------------------


def digest() -> str:
    """Return the digest of all that decides the numbers: gradlab, NumPy and this code."""
    made = hashlib.sha256(f"{sys.version} {np.__version__}".encode())
    package = Path(gl.__file__).parent
    for path in [
        *sorted(package.rglob("*.py")),
        Path(__file__),
        Path(bench_code.__file__),
        Path(bench_passes.__file__),
        Path(signals.__file__),
        Path(theory.__file__),
    ]:
        made.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return made.hexdigest()[:12]


def chosen() -> list[str]:
    """Return the activations of the grid: all, or those that a test asks for."""
    asked = os.environ.get("GRADLAB_BENCH", "")
    return [name for name in gl.ACTIVATIONS if not asked or name in asked.split(",")]


def share(folder: Path, part: int, parts: int) -> None:
    """Compute the files of one of the processes; those that are there stay."""
    names = chosen()
    drawn: dict[Any, Array] = {}
    for name in names[part::parts]:
        target = folder / f"{name}.bin"
        if target.is_file():
            continue
        started = time.monotonic()
        written = target.with_suffix(".part")
        written.write_bytes(bench_code.encode(computed(name, drawn), lines()))
        written.replace(target)  # a build that is killed leaves no half file
        done = sum((folder / f"{one}.bin").is_file() for one in names)
        print(f"grid {done} of {len(names)}: {name}, {time.monotonic() - started:.0f} s", flush=True)


def compute(folder: Path) -> None:
    """Have two processes compute what is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    if all((folder / f"{name}.bin").is_file() for name in chosen()):
        return
    parts = min(PROCESSES, os.cpu_count() or 1)
    path = os.pathsep.join(dict.fromkeys([str(Path(gl.__file__).parents[1]), *filter(None, sys.path)]))
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = {**os.environ, **one, "PYTHONPATH": path}  # matrices of 32 rows: threads would wait for each other
    command = [sys.executable, __file__, str(folder)]
    running = [subprocess.Popen([*command, str(part), str(parts)], env=environment) for part in range(parts)]
    try:
        failed = [process.wait() for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    if any(failed):
        raise ConfigError("The bench's grid could not be computed; what a process of it said stands above.")


# -- the site's --------------------------------------------------------------------------------------------------------


def index(files: dict[str, str]) -> dict[str, Any]:
    """Return what grid.js has to know to read the files."""
    return {
        "width": signals.WIDTH,
        "samples": signals.SAMPLES,
        "seeds": signals.SEEDS,
        "steps": {
            "middle": bench_code.MIDDLE,
            "band": bench_code.BAND,
            "share": bench_code.SHARE,
            "theory": bench_code.THEORY,
        },
        "endless": [bench_code.ENDLESS, bench_code.FAR],
        "quantities": [[one.name, int(one.hidden), int(one.theory)] for one in bench_code.QUANTITIES],
        "lines": [[*line, list(line.depths)] for line in lines()],
        "files": files,
    }


def write(kept: Path, target: Path) -> None:
    """Write the files as the site serves them: each with its digest in its name, so that a browser may keep it."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    files = {}
    for name in chosen():
        data = (kept / f"{name}.bin").read_bytes()
        files[name] = f"{name}-{hashlib.sha256(data).hexdigest()[:8]}.bin"
        (target / files[name]).write_bytes(data)
    (target / "grid.json").write_text(json.dumps(index(files), separators=(",", ":")), encoding="utf-8")


def assemble(app: Sphinx) -> None:
    """Bring the grid into a site that has the bench's page."""
    if app.builder.format != "html" or not Path(app.srcdir, PAGE).is_file():
        return
    cache, mark = Path(app.confdir, "_build", "bench_grid"), digest()
    with FileLock(cache.with_name("bench_grid.lock")):
        compute(cache / mark)
        for old in cache.iterdir():
            if old.name != mark:
                shutil.rmtree(old, ignore_errors=True)
    write(cache / mark, Path(app.outdir, "_bench"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Assemble the grid before pages are read."""
    app.connect("builder-inited", assemble)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    share(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
