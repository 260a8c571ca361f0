"""The gradient bench, live: one network with many seeds that trains in slices while a page looks on and turns the knobs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from gradlab_live import signals
from gradlab_live.bench_data import EDGE
from gradlab_live.bench_frame import BINS, FINE, LINE, PLANE, REACH, Frame, Pictures, packed, plane
from gradlab_live.bench_own import Refused, own
from gradlab_live.bench_run import Run
from gradlab_live.bench_setting import DEFAULTS, IGNORED, Setting, network, refusal
from gradlab_live.bench_words import Said, Within, heard

Told = dict[str, Any]

MOST = 100_000  # steps of a slice
WORDS = {
    "anew": "{what} starts the training anew.",
    "and": "{one} and {other}",
    "begin": "There is no network yet: begin first.",
    "slice": "A slice takes from 1 to {most} steps, not {given}.",
    "seed": "There are {many} seeds, counted from 0; there is none at {given}.",
    "layer": "There is no such weight: layer {place} of {many}.",
    "unit": "There is no such weight: unit {place} of {many}.",
    "source": "There is no such weight: source {place} of {many}.",
    "value": "A weight must be a finite number, not “{given}”.",
    "raised": "The activation stopped the training: {what}",
}
NAMES = {
    "activation": "Another activation",
    "code": "Another activation",
    "init": "Another initialiser",
    "depth": "Another depth",
    "width": "Another width",
    "normalize": "Another normalisation",
    "residual": "A change of the residual connections",
    "gain": "Another gain",
    "bias": "Another spread of the biases",
    "data": "Another data set",
    "points": "A change of the points",
    "loss": "Another loss",
    "seeds": "Another number of seeds",
    "first-seed": "Another first seed",
}


class Bench:
    """One bench: `begin` it, then take slices and frames; what cannot be done is said and changes nothing."""

    def __init__(self) -> None:
        """Have no network yet."""
        self.state: Told = dict(DEFAULTS)
        self.run: Run | None = None
        self.pictures: Pictures | None = None

    # -- what the page asks for ---------------------------------------------------------------------------------------

    def begin(self, state: Mapping[str, Any]) -> Told:
        """Start a network anew.

        Parameters
        ----------
        state
            The controls by name; those that are left out stand at their defaults.

        Returns
        -------
        dict
            What the page has to know of it, or the control that is refused with a sentence; the network before stays.
        """
        wanted = {**DEFAULTS, **state}
        try:
            setting = Setting.of(wanted)
            try:
                run = Run(setting, wanted)
            except (ValueError, TypeError) as error:
                raise error if isinstance(error, Refused) else refusal(error, "loss") from error
        except Refused as refused:
            return {**refused.told(), "limits": [[-EDGE, EDGE]] * 2}
        self.state, self.run, self.pictures = wanted, run, Pictures(run)
        net, task = setting.net, setting.task
        return {
            "ok": True,
            "sizes": list(net.sizes),
            **plane(task),
            "seeds": list(setting.seeds),
            "shown": 0,
            "samples": len(task.data),
            "batch": run.batch,
            "loss": setting.loss,
            "parameters": net.parameters,
            "sides": {"maps": PLANE if task.inputs == 2 else LINE, "surface": FINE if task.inputs == 2 else LINE},
            "histogram": {"low": -REACH, "high": REACH, "bins": BINS},
            "said": " ".join(run.warned),
        }

    def change(self, state: Mapping[str, Any]) -> Told:
        """Turn knobs.

        Parameters
        ----------
        state
            The controls, or those that have changed.

        Returns
        -------
        dict
            Whether it goes on, or starts anew and why; or the control that is refused with a sentence.
        """
        run, wanted = self._run(), {**self.state, **state}
        skipped = {*IGNORED, *([] if wanted["activation"] == "own" else ["code"])}
        skipped |= set() if wanted["data"] == "own" else {"points"}
        other = [key for key in NAMES if key not in skipped and wanted[key] != self.state[key]]
        if other:
            first, *more = dict.fromkeys(NAMES[key] for key in other)
            what = reduce(lambda one, name: Said(WORDS["and"], one=one, other=Within(name)), more, Said(first))
            why = Said(WORDS["anew"], what=what)
            return {**self.begin(wanted), "restarted": True, "why": str(why), "reason": why.told()}
        try:
            run.change(wanted)
        except Refused as refused:
            return refused.told()
        self.state = wanted
        return {"ok": True, "restarted": False, "batch": run.batch}

    def slice(self, steps: int, whole: bool = False) -> Told:
        """Take some steps.

        Parameters
        ----------
        steps
            How many.
        whole
            Whether the next frame is to have all surfaces, however long it takes.

        Returns
        -------
        dict
            The step reached, and what is to be said.
        """
        run = self._run()
        if not 1 <= steps <= MOST:
            raise Refused("step", Said(WORDS["slice"], most=f"{MOST:,}", given=steps))
        try:
            said = run.advance(int(steps))
        except Exception as error:
            if run.setting.own is None:
                raise
            what = Said(WORDS["raised"], what=f"{type(error).__name__}: {error}")
            raise Refused("code", what) from error
        if whole and self.pictures is not None:
            self.pictures.renew()
        told = {"parts": [heard(one).told() for one in said]} if said else {}
        return {"ok": True, "step": run.step, "steps": int(steps), "said": " ".join(said), **told}

    def frame(self) -> Frame:
        """Return the picture of now: arrays of float32, and of float64 where a number may be too small for that."""
        self._run()
        assert self.pictures is not None
        return self.pictures.frame()

    def show(self, seed: int) -> Told:
        """Show another seed unit by unit, by its place among the seeds."""
        many = len(self._run().setting.seeds)
        if seed not in range(many):
            raise Refused("seeds", Said(WORDS["seed"], many=many, given=seed))
        assert self.pictures is not None
        self.pictures.shown = int(seed)
        return {"ok": True, "shown": int(seed)}

    def weight(self, layer: int, unit: int, source: int | str, value: float) -> Told:
        """Set a weight of the shown seed, or the bias of a unit.

        Parameters
        ----------
        layer
            The layer, from 0 for the one after the inputs.
        unit
            The unit in it.
        source
            The unit or input before it that the weight comes from; ``"bias"`` for the bias.
        value
            The new value.
        """
        run = self._run()
        assert self.pictures is not None
        sizes = run.setting.net.sizes
        if layer not in range(len(sizes) - 1):
            raise Refused("weight", Said(WORDS["layer"], place=layer, many=len(sizes) - 1))
        if unit not in range(sizes[layer + 1]):
            raise Refused("weight", Said(WORDS["unit"], place=unit, many=sizes[layer + 1]))
        if source != "bias" and source not in range(sizes[layer]):
            raise Refused("weight", Said(WORDS["source"], place=source, many=sizes[layer]))
        number = _number(value)
        if not math.isfinite(number):
            raise Refused("weight", Said(WORDS["value"], given=f"{value}"[:40]))
        place = None if source == "bias" else int(source)
        run.edit(self.pictures.shown, int(layer), int(unit), place, number)
        self.pictures.renew()
        return {"ok": True, "step": run.step}

    def turns(self) -> Told:
        """Return which share of each seed's next steps turns back by more than a right angle."""
        return {"ok": True, "turns": self._run().turns().tolist()}

    def signals(self, state: Mapping[str, Any]) -> Told:
        """Return the signals of a setting at its start, measured on 64 digits as those of the grid are."""
        wanted = {**DEFAULTS, **state}
        setting = {**wanted, "data": "digits"}
        mine = own(str(wanted["code"])) if wanted["activation"] == "own" else str(wanted["activation"])
        net, _ = network(setting, 64, 10, mine)
        try:
            return {"ok": True, **signals.signals(net)}
        except (ValueError, TypeError) as error:
            raise refusal(error, "activation") from error

    def script(self) -> str:
        """Return Python that does the same as this run."""
        return self._run().script()

    def table(self) -> str:
        """Return the records as CSV."""
        return self._run().table()

    # -- how it asks --------------------------------------------------------------------------------------------------

    def ask(self, what: str, given: list[Any]) -> Any:
        """Answer a message of the page: what cannot be done is said."""
        asked: dict[str, Callable[..., Any]] = {
            "ready": lambda: {"ok": True},
            "begin": self.begin,
            "change": self.change,
            "slice": self.slice,
            "show": self.show,
            "weight": self.weight,
            "turns": self.turns,
            "signals": self.signals,
            "script": self.script,
            "table": self.table,
            "frame": lambda: packed(self.frame()),
        }
        try:
            return asked[what](*given)
        except Refused as refused:
            return refused.told()

    def _run(self) -> Run:
        """Return the run."""
        if self.run is None:
            raise Refused("", Said(WORDS["begin"]))
        return self.run


def _number(value: Any) -> float:
    """Return a number, nan for what is none."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
