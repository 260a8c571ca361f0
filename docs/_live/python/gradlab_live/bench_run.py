"""One run of the bench: it trains in slices, keeps its records, and knows the script that does the same.

Numbers are float64, as gradlab's own default: float32 is hardly quicker in a browser, where calls cost more than arithmetic,
and a gradient that vanishes would be lost in it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import gradlab as gl
from gradlab_live.bench_own import closed
from gradlab_live.bench_setting import Setting, State, batch, called, optimizer, plain

Array = NDArray[Any]

KEPT = 2000  # records; with more of them every second one is dropped
AHEAD = 20  # steps that are looked at for turns, as in the chapter on the zigzag
NAMES = ("loss", "accuracy", *gl.STATISTICS)


@dataclass
class Trained:
    """Steps that were taken with one size of batches."""

    batch: int | None
    steps: int


@dataclass
class Changed:
    """Another optimiser, as Python."""

    text: str
    fresh: bool  # whether it began anew, as one of another kind does


@dataclass
class Edited:
    """A weight or a bias that the reader has set, as Python."""

    text: str


class Run:
    """A network on its way.

    Parameters
    ----------
    setting
        What trains.
    state
        The controls, of which those that may change on the way count here.
    """

    def __init__(self, setting: Setting, state: State) -> None:
        self.setting = setting
        self.batch = batch(state, len(setting.task.data))
        self.chosen = (state["schedule"], 0)  # the schedule, and after how many of the optimiser's steps it was chosen
        first, self.first_text = optimizer(state, 0)
        self.log: list[Trained | Changed | Edited] = []
        self.said: set[tuple[Any, ...]] = set()
        self.ratio = np.full((len(setting.seeds), setting.net.depth), np.nan)
        self.starts = _starts(setting.net)
        self.history, self.warned = self._train(0, optimizer=first, seeds=setting.seeds)
        self.steps: list[int] = [0]
        self.records: dict[str, list[Array]] = {name: [getattr(self.history, name)[-1]] for name in NAMES}

    @property
    def step(self) -> int:
        """Updates done."""
        return int(self.history.step[-1])

    def _train(self, steps: int, quiet: bool = False, **given: Any) -> tuple[gl.History, list[str]]:
        """Call `gradlab.train`; return its history and what it warns of, each warning once, unless it is a trial."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            history = gl.train(
                self.setting.net,
                self.setting.task.data,
                loss=self.setting.loss,
                batch_size=self.batch,
                steps=steps,
                **given,
            )
        told: list[str] = []
        for one in [] if quiet else caught:
            # the same seeds again are no news, though the words count on
            key = (
                (one.category, *np.flatnonzero(history.diverged))
                if one.category is gl.DivergenceWarning
                else (
                    one.category,
                    str(one.message),
                )
            )
            if key not in self.said:
                self.said.add(key)
                told.append(closed(str(one.message)))
        return history, told

    def advance(self, steps: int) -> list[str]:
        """Take some steps, with a record after the last of them; return what is to be said."""
        before, last = self.history, self.step + steps
        # with `record_every` at the last step there is one record, which no other slice shares
        after, told = self._train(steps, optimizer=before.optimizer, resume=before, record_every=last)
        self.ratio = self._moved(before.theta, after.theta) / steps
        names = ("step", *NAMES)
        self.history = replace(after, **{name: getattr(after, name)[-1:] for name in names})
        self._keep()
        if self.log and isinstance(self.log[-1], Trained) and self.log[-1].batch == self.batch:
            self.log[-1].steps += steps
        else:
            self.log.append(Trained(self.batch, steps))
        return told

    def turns(self) -> Array:
        """Return which share of the next steps lies against the step before, for each seed; the run stays where it is.

        The steps are those that it takes when it goes on. A seed that diverges among them has none.
        """
        history, last = self.history, self.step + AHEAD
        path = [history.theta]
        for _ in range(AHEAD):
            after, _ = self._train(1, optimizer=history.optimizer, resume=history, record_every=last, quiet=True)
            history = replace(after, **{name: getattr(after, name)[-1:] for name in ("step", *NAMES)})
            path.append(history.theta)
        with np.errstate(all="ignore"):
            way = np.diff(path, axis=0)
            along = (way[1:] * way[:-1]).sum(axis=2)
        share: Array = (along < 0).mean(axis=0)
        return np.where(np.isfinite(along).all(axis=0), share, np.nan)

    def _moved(self, before: Array, after: Array) -> Array:
        """Return how far each layer's parameters went, relative to their norm; shape (seeds, layers)."""
        with np.errstate(all="ignore"):
            way = np.add.reduceat(np.square(after - before), self.starts, axis=1)
            ratio: Array = np.sqrt(way / np.add.reduceat(np.square(before), self.starts, axis=1))
        return ratio

    def _keep(self) -> None:
        """Keep the last record, in the place of one of the same step."""
        if self.steps[-1] == self.step:
            self.steps.pop()
            for kept in self.records.values():
                kept.pop()
        self.steps.append(self.step)
        for name, kept in self.records.items():
            kept.append(getattr(self.history, name)[-1])
        if len(self.steps) > KEPT:
            del self.steps[1:-1:2]
            for kept in self.records.values():
                del kept[1:-1:2]

    def change(self, state: State) -> None:
        """Go on with what the controls say of optimiser, schedule, rate and batch."""
        size = batch(state, len(self.setting.task.data))
        present, chosen = self.history.optimizer, self.chosen
        made, _ = optimizer(state, 0)
        fresh = type(made) is not type(present) or made.slots != present.slots  # then it begins to count anew
        if fresh or state["schedule"] != chosen[0]:
            chosen = (state["schedule"], 0 if fresh else self.step - self.history.optimizer_since)
        made, text = optimizer(state, chosen[1])
        if made != present:
            if self.log and isinstance(self.log[-1], Changed) and not fresh:
                self.log[-1] = Changed(text, self.log[-1].fresh)  # nothing was trained meanwhile
            else:
                self.log.append(Changed(text, fresh))
            self.history = self.history.with_optimizer(made)
        self.batch, self.chosen = size, chosen

    def edit(self, row: int, layer: int, unit: int, source: int | None, value: float) -> None:
        """Set a weight of one seed, or its bias where ``source`` is None."""
        theta, net = self.history.theta.copy(), self.setting.net
        place = net.layers(theta)[layer]
        if source is None:
            place.biases[row, unit] = value
            text = f"net.layers(theta)[{layer}].biases[{row}, {unit}] = {plain(value)}"
        else:
            place.weights[row, source, unit] = value
            text = f"net.layers(theta)[{layer}].weights[{row}, {source}, {unit}] = {plain(value)}"
        moments = net.moments(theta, self.setting.task.data.x)
        seen, _ = self._train(0, optimizer="sgd", seeds=self.setting.seeds, theta=theta)
        records = {name: getattr(self.history, name).copy() for name in NAMES}
        for name, kept in records.items():
            kept[-1, row] = getattr(seen, name)[-1, row]
        self.history = replace(self.history, theta=theta, moments=moments, **records)
        self._keep()
        self.log.append(Edited(text))

    # -- what is written ----------------------------------------------------------------------------------------------

    def script(self) -> str:
        """Return Python that does the same from the start."""
        task, mine = self.setting.task, self.setting.own
        edits = any(isinstance(event, Edited) for event in self.log)
        numpy = mine is not None or any("np." in line for line in task.text)
        lines = ['"""A run of the gradient bench of the gradlab book."""', ""]
        lines += ["import dataclasses", ""] if edits else []
        lines += ["import numpy as np", ""] if numpy else []
        lines += ["import gradlab as gl", ""]
        lines += ["", *mine.text.splitlines(), "", ""] if mine is not None else []
        lines += [*task.text, *self.setting.net_text, *self._trained(), ""]
        lines += ["print(run)", "print(run.loss[-1], run.score(data))", ""]
        return "\n".join(lines)

    def _trained(self) -> list[str]:
        """Return the lines that train."""
        events = list(self.log)
        first = Trained(self.batch, 0)
        if events and isinstance(events[0], Trained):
            first, *events = events  # type: ignore[assignment]
        seeds = f"range({self.setting.seeds.start}, {self.setting.seeds.stop})".replace("(0, ", "(")
        lines = called("run = gl.train", [*self._arguments(first, self.first_text), f"seeds={seeds}"])
        for index, event in enumerate(events):
            before, after = events[index - 1 : index], events[index + 1 : index + 2]
            if isinstance(event, Trained):
                lines += called("run = gl.train", [*self._arguments(event, "run.optimizer"), "resume=run"])
            elif isinstance(event, Changed):
                lines.append(f"run = run.with_optimizer({event.text})")
            else:
                lines += [] if before and isinstance(before[0], Edited) else ["theta = run.theta.copy()"]
                lines.append(event.text)
                if not (after and isinstance(after[0], Edited)):
                    more = ", moments=net.moments(theta, data.x)" if self.setting.net.normalize == "batch" else ""
                    lines.append(f"run = dataclasses.replace(run, theta=theta{more})")
        return lines

    def _arguments(self, event: Trained, made: str) -> list[str]:
        """Return the arguments of a call of train."""
        told = ["net", "data", f'loss="{self.setting.loss}"', f"optimizer={made}", f"steps={event.steps}"]
        return told if event.batch is None else [*told, f"batch_size={event.batch}"]

    def table(self) -> str:
        """Return all records as CSV: a row for each step and seed, a column for each number."""
        heads, columns = ["step", "seed"], []
        for name, kept in self.records.items():
            values = np.array(kept)
            values = values[..., None] if values.ndim == 2 else values
            columns.append(values)
            layers = values.shape[2]
            heads += [name] if name in {"loss", "accuracy"} else [f"{name} {layer + 1}" for layer in range(layers)]
        everything = np.concatenate(columns, axis=2)
        lines = [",".join(heads)]
        for step, of_step in zip(self.steps, everything.tolist(), strict=True):
            for seed, row in zip(self.setting.seeds, of_step, strict=True):
                lines.append(f"{step},{seed},{','.join(format(value, '.9g') for value in row)}")
        return "\n".join([*lines, ""])


def _starts(net: gl.MLP) -> list[int]:
    """Return where the parameters of each layer begin in a row of theta."""
    places = np.arange(net.parameters)[None]
    return [int(block[0, 0, 0]) for block in net.blocks(places)]
