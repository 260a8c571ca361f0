"""What one picture of the bench shows of a run: numbers of all seeds, and the shown seed unit by unit."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

import gradlab as gl
from gradlab_live.bench_data import FINE, LINE, PLANE, Task
from gradlab_live.bench_run import Run

Array = NDArray[Any]
Frame = dict[str, Any]

SMALL = 8  # seeds that have a small surface
SEEN = 128  # samples at most that are sent through the shown seed and back
JUDGED = 512  # samples at most that accuracy, dead and saturated shares are taken of: a batch of few would say little
BINS, REACH = 40, 4.0  # of the histograms of pre-activations
LONGEST = 0.004  # seconds of a frame, after which what takes turns waits for the next one
DONE = object()  # no surface is left
# what may be too small for float32, and the shorter name of a statistic
WIDE = ("loss", "accuracy", "gradient", "delta", "ratio", "spread", "dead", "saturated", "unit_delta")
RECORDED = {
    "loss": "loss",
    "gradient": "gradient_norm",
    "delta": "delta_norm",
    "spread": "activation_std",
}
# records of these are taken on the next batch, and in one of few samples nearly any unit is dead: a frame has them of the data
JUDGED_BY = {"dead": "dead_fraction", "saturated": "saturated_fraction"}


class _Pass:
    """One seed and the samples that it sees, in arrays that stay: a pass is then a list of NumPy's calls."""

    def __init__(self, net: gl.MLP, samples: int, *, back: gl.losses.Loss | None = None, y: Any = None) -> None:
        self.theta = np.zeros((1, net.parameters))
        self.moments: list[tuple[Array, Array]] | None = None
        if net.normalize == "batch" and back is None:  # without a way back it predicts
            self.moments = [(np.zeros((1, units)), np.ones((1, units))) for units in net.sizes[1:-1]]
        gradient = None if back is None else np.zeros_like(self.theta)
        self.trace = gl.Trace(net, self.theta, samples=samples, gradient=gradient, shared=True, moments=self.moments)
        self.calls = [] if back is None else self.trace.calls(back, back.targets(y, net.sizes[-1]).astype(float)[None])

    def take(self, history: gl.History, row: int) -> None:
        """Take the parameters of a seed."""
        self.theta[0] = history.theta[row]
        if self.moments is not None and history.moments is not None:
            for kept, given in zip(self.moments, history.moments, strict=True):
                for array, values in zip(kept, given, strict=True):
                    array[0] = values[row]

    def __call__(self, x: Array) -> gl.Trace:
        """Send samples through."""
        self.trace.input[0, :, :-1] = x
        if not self.calls:
            self.trace.forward()
        for call, arguments in self.calls:
            call(*arguments)
        return self.trace


class Pictures:
    """Makes the pictures of one run.

    A surface costs as much as some steps of training. So each frame has the numbers and the units of the shown seed as
    they are now, and as many surfaces as there is time for, by turns; a frame of a step that was shown already has all.

    Parameters
    ----------
    run
        The run.
    shown
        The place of the seed that is shown unit by unit.
    """

    def __init__(self, run: Run, shown: int = 0) -> None:
        self.run, self.shown = run, shown
        setting = run.setting
        net, task = setting.net, setting.task
        self.loss = gl.LOSSES[setting.loss]
        few, more = (slice(None, None, -(-len(task.data) // most)) for most in (SEEN, JUDGED))
        self.x = task.data.x[few]
        self.samples = _Pass(net, len(self.x), back=self.loss, y=task.data.y[few])
        self.judged, self.labels = task.data.x[more], self.loss.labels(task.data.y[more], net.sizes[-1])
        self.judge = _Pass(net, len(self.judged))
        self.accuracy = np.full(len(setting.seeds), np.nan)
        self.shares = {name: np.full((len(setting.seeds), net.depth - 1), np.nan) for name in JUDGED_BY}
        self.slope = slope_curve(net.activation)
        self.layers = net.layers(self.samples.theta)
        self.offsets = np.repeat(np.arange(net.depth - 1), net.sizes[1:-1])[:, None] * BINS
        self.grid = task.grid(PLANE)
        self.side = (LINE,) if task.inputs == 1 else (PLANE, PLANE)
        self.plane = _Pass(net, len(self.grid)) if len(self.grid) else None
        # the large surface in as many strips as there are points in a small one
        fine = task.grid(FINE) if task.inputs == 2 else self.grid
        self.strips: Any = fine.reshape(-1, *self.grid.shape) if len(self.grid) else []
        self.many = min(SMALL, len(setting.seeds))
        self.surface = np.zeros(len(fine), np.float32)
        self.surfaces = np.zeros((self.many, len(self.grid)), np.float32)
        self.seen: tuple[gl.History | None, int] = (None, shown)
        self.jobs = self._jobs()

    def frame(self) -> Frame:
        """Return the picture of now."""
        began = time.perf_counter()
        with np.errstate(all="ignore"):  # seeds that diverge are data
            found = {**self._units(), **self._maps()}
            self._take_turns(began)
            return {"step": self.run.step, **self._numbers(), **found, **self._surfaces()}

    def renew(self) -> None:
        """Let the next frame have all that else takes turns, however long it takes."""
        self.seen = (None, self.shown)

    def _numbers(self) -> Frame:
        """Return what is known of all seeds."""
        history = self.run.history
        found: Frame = {name: getattr(history, kept)[-1] for name, kept in RECORDED.items()}
        shares = {name: share.copy() for name, share in self.shares.items()}
        more = {"accuracy": self.accuracy.copy(), "ratio": self.run.ratio, **shares}
        return {**found, **more, "diverged": history.diverged.astype(np.float32)}

    def _units(self) -> Frame:
        """Return what the samples do to the units of the shown seed, and its parameters."""
        self.samples.take(self.run.history, self.shown)
        trace = self.samples(self.x)
        norms = trace.normalizations
        saw = [one.out[0] for one in norms] or [z[0] for z in trace.pre_activations[:-1]]
        return {
            "weights": [np.float32(layer.weights[0].T) for layer in self.layers],
            "biases": [np.float32(layer.biases[0]) for layer in self.layers],
            "unit_delta": [_root_mean_square(delta[0]) for delta in trace.deltas[:-1]],
            "histogram": self._histogram(saw),
            "slope": self.slope,
        }

    def _histogram(self, saw: list[Array]) -> Array:
        """Return how many pre-activations of each hidden layer lie in each bin; those outside count in the outer ones."""
        z = np.concatenate(saw)
        place = np.clip((z + REACH) * (BINS / (2 * REACH)), 0, BINS - 1)
        known = ~np.isnan(place)
        bins = np.where(known, place, 0).astype(np.intp) + self.offsets
        layers = self.run.setting.net.depth - 1
        counts = np.bincount(bins.ravel(), weights=known.ravel(), minlength=layers * BINS)
        return counts.reshape(layers, BINS).astype(np.float32)

    def _maps(self) -> Frame:
        """Return what each hidden unit of the shown seed makes of the plane or line."""
        trace = self._look(self.shown)
        if trace is None:
            return {"maps": []}
        return {"maps": [np.float32(layer[0]).reshape(len(layer[0]), *self.side) for layer in trace.activations]}

    def _surfaces(self) -> Frame:
        """Return what the outputs make of the plane or line."""
        if self.plane is None:
            return {"surface": self.surface, "surfaces": self.surfaces}
        fine = (LINE,) if len(self.side) == 1 else (FINE, FINE)
        return {"surface": self.surface.reshape(fine), "surfaces": self.surfaces.reshape(-1, *self.side).copy()}

    def _take_turns(self, began: float) -> None:
        """Do as much as there is time for of what costs most; all of it where nothing was trained since the last frame."""
        history, shown = self.seen
        fresh = history is None or history is self.run.history or shown != self.shown
        self.jobs = self._jobs() if fresh else self.jobs
        while next(self.jobs, DONE) is not DONE:
            if not fresh and time.perf_counter() - began > LONGEST:
                break
        else:
            self.jobs = self._jobs()
        self.seen = (self.run.history, self.shown)

    def _jobs(self) -> Iterator[None]:
        """Compute the large surface, of one state of the run, and then look at each other seed; a turn each."""
        history, shown, found = self.run.history, self.shown, []
        if self.plane is not None:
            for strip in self.strips:
                self.plane.take(history, shown)
                found.append(np.float32(difference(self.plane(strip).outputs)[0]))
                yield
            self.surface = np.concatenate(found)
        for row in range(len(self.accuracy)):
            if row != self.shown:
                self._look(row)
                yield

    def _look(self, row: int) -> gl.Trace | None:
        """Take a seed's accuracy, its dead and saturated shares and its small surface; return the pass of the surface."""
        history = self.run.history
        self.judge.take(history, row)
        judged = self.judge(self.judged)
        if self.labels is not None:
            self.accuracy[row] = self.loss.accuracy(judged.outputs, self.labels)[0]
        for name, statistic in JUDGED_BY.items():
            self.shares[name][row] = gl.STATISTICS[statistic](judged)[0]
        if self.plane is None:
            return None
        self.plane.take(history, row)
        trace = self.plane(self.grid)
        if row < self.many:
            self.surfaces[row] = difference(trace.outputs)[0]
        return trace


def difference(outputs: Array) -> Array:
    """Return the second output minus the first, or the only one; shape (seeds, samples)."""
    found: Array = outputs[..., 0] if outputs.shape[-1] == 1 else outputs[..., 1] - outputs[..., 0]
    return found


def _root_mean_square(delta: Array) -> Array:
    """Return the root of the mean square over the samples, without squares that are too small."""
    largest = np.abs(delta).max(1)
    share = delta / np.where(largest > 0, largest, 1)[:, None]
    found: Array = largest * np.sqrt(np.square(share).mean(1))
    return found


def slope_curve(activation: gl.Activation) -> Array:
    """Return the slope in the middle of each bin of the histograms."""
    middle = (np.arange(BINS) + 0.5) * (2 * REACH / BINS) - REACH
    found: Array = activation.derivative(middle).astype(np.float32)
    return found


def packed(frame: Frame) -> dict[str, Any]:
    """Return a frame for a worker: where each array stands, as JSON, and all numbers in two arrays.

    A place is ``[kind, start, length]``; kind 0 are float32, 1 float64.
    """
    parts: tuple[list[Array], list[Array]] = ([], [])
    ends = [0, 0]

    def place(values: Any, kind: int) -> Any:
        if isinstance(values, list):
            return [place(one, kind) for one in values]
        numbers = np.asarray(values, (np.float32, np.float64)[kind]).ravel()
        parts[kind].append(numbers)
        start, ends[kind] = ends[kind], ends[kind] + numbers.size
        return [kind, start, numbers.size]

    told = {name: values if name == "step" else place(values, int(name in WIDE)) for name, values in frame.items()}
    return {"layout": json.dumps(told), "numbers": [np.concatenate(part) for part in parts]}


def plane(task: Task) -> dict[str, Any]:
    """Return what a page has to know of the plane or line on which maps and surfaces lie."""
    return {"inputs": task.inputs, "points": task.points(), "limits": [list(limit) for limit in task.limits]}
