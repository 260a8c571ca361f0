"""One reader's session with one page: plans what a cell needs, runs it, and tells the page what happens."""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib.util
import sys
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

import gradlab
from gradlab import _display
from gradlab_live import few, shown
from gradlab_live.plans import BROKEN, History, Plan, Planner, imports
from gradlab_live.results import unpack

LONG = 0.5  # seconds: a statement that took longer, and showed nothing, is kept when its cell runs again
_REGISTRIES = ("ACTIVATIONS", "INITIALIZERS", "LOSSES", "OPTIMIZERS", "SCHEDULES", "STATISTICS", "DATASETS")
Results = Mapping[str, Mapping[str, Any]]


class _Unloadable(Exception):
    """A result of the book that this Python cannot read."""


class _Never(Warning):
    """What nobody warns of."""


class _Process:
    """What statements change beyond their names, as it was at the beginning."""

    def __init__(self) -> None:
        """Note it."""
        self.filters: list[Any] = list(warnings.filters)
        self.errors = np.geterr()
        self.parts = {name: {key: dict(value) for key, value in self._tables(name)} for name in _REGISTRIES}

    @staticmethod
    def _tables(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for key in ("_parts", "_aliases", "_hints"):
            if isinstance(value := getattr(getattr(gradlab, name), key, None), dict):
                yield key, value

    def restore(self) -> None:
        """Bring it back."""
        filters: Any = warnings.filters
        filters[:] = self.filters
        warnings.simplefilter("ignore", _Never, append=True)  # Python notices only its own changes of the list
        np.seterr(**self.errors)
        for name, tables in self.parts.items():
            for key, value in self._tables(name):
                value.clear()
                value.update(tables[key])


class Session:
    """Runs cells of one page in one namespace."""

    def __init__(self, emit: shown.Emit) -> None:
        """Begin; ``emit(kind, payload)`` is called with all that happens."""
        self.emit = emit
        self.loud = False
        self.said = 0
        self.process = _Process()
        self.figures = shown.Figures(self._tell)
        self.fewer = few.Fewer()
        self.at = -1  # the statement that runs
        self.kept: list[dict[str, Any]] | None = None  # claims, until it is known what they are of
        self.data: dict[str, bytes] = {}
        self.refused: set[str] = set()
        self.history = History()
        self.names: dict[str, Any] = {}
        self.forget()

    def forget(self) -> None:
        """Begin with a new namespace, and the process as it was."""
        self.names.clear()
        self.names |= {"__name__": "__main__", "__builtins__": __builtins__, few.ASK: self.fewer}
        self.history = History(seconds=self.history.seconds)
        self.process.restore()
        if self.figures.ready:
            self.figures.ready = False
            self.figures.prepare()
        gc.collect()

    def give(self, digest: str, data: Any) -> None:
        """Take the contents of a result's file."""
        self.data[digest] = bytes(data)

    # -- plans

    def plan(self, sources: Sequence[str], cell: int, results: Results, fewer: bool = False) -> dict[str, Any]:
        """Return what running a cell takes: its steps, the files of shipped results, packages, and seconds."""
        ways = self._ways(sources, cell, results, fewer)
        (planner, plan), files = ways[0], dict[str, str]()
        seconds = planner.seconds(plan)
        steps = []
        for index in sorted({*plan.wanted, *plan.how}):  # a plan may take in more than the reading of the code asks for
            one, digest = plan.page.statements[index], plan.digests[index]
            how = plan.how.get(index, "kept")
            file = results[digest]["file"] if how == "load" else None
            if how != "kept" or digest in self.history.run | self.history.loaded:
                step = {"cell": one.cell, "statement": one.number, "how": how, "digest": digest}
                steps.append({**step, "file": file, "seconds": seconds.get(index, 0.0)})
        for _, other in ways:
            files |= {
                other.digests[k]: results[other.digests[k]]["file"] for k, how in other.how.items() if how == "load"
            }
        running = [other.page.statements[k] for _, other in ways for k, how in other.how.items() if how == "run"]
        return {
            "steps": steps,
            "files": {digest: file for digest, file in files.items() if digest not in self.data},
            "seconds": sum(seconds.values()),
            "imports": imports(running),
        }

    def _ways(self, sources: Sequence[str], cell: int, results: Results, fewer: bool) -> list[tuple[Planner, Plan]]:
        """Return how a cell can be run: where it takes long with fewer seeds, in one way or the other."""
        planner, plan = self._planned(sources, cell, results)
        return (planner.cheaper(plan) if fewer else []) or [(planner, plan)]

    def _planned(self, sources: Sequence[str], cell: int, results: Results) -> tuple[Planner, Plan]:
        planner = Planner(list(sources), cell, results, self.history, self.refused)
        return planner, planner.plan()

    # -- runs

    def run(self, sources: Sequence[str], cell: int, results: Results, fewer: bool = False) -> dict[str, Any]:
        """Run a cell with what it needs, where that takes long and is asked for with fewer seeds; return how it went."""
        ways, everything = self._ways(sources, cell, results, fewer), False
        while True:
            planner, plan = ways[0]
            display, self.kept = shown.Display(self._tell, self.figures), [] if plan.cut else None
            try:
                self._check(plan, cell)
                self._steps(planner, plan, cell, sources, display)
                return {"ok": True, "all": everything, "few": self._few(planner, plan), "claims": display.claims}
            except _Unloadable:
                ways = self._ways(sources, cell, results, fewer)
            except BaseException as error:
                missed = not everything and self._was_missed(error, plan)
                if self._is_of_fewer(error, plan, missed):
                    others = [way for way in ways[1:] if way[1].digests[self.at] != plan.digests[self.at]]
                    if not others:
                        return {"ok": False, "all": False, "few": self._few(planner, plan, error), "claims": 0}
                    ways = others
                    self.emit("again", {})
                elif missed:
                    self.forget()
                    ways, everything = [self._all(sources, cell, results)], True
                else:
                    self.emit("error", shown.problem(error, cell))
                    return {"ok": False, "all": everything, "few": None, "claims": display.claims}
            finally:
                self.loud = False
                self.figures.loud = False

    def _all(self, sources: Sequence[str], cell: int, results: Results) -> tuple[Planner, Plan]:
        """Return a plan that runs all earlier cells, and loads nothing."""
        planner, plan = self._planned(sources, cell, results)
        indices = [index for index, one in enumerate(plan.page.statements) if one.cell <= cell]
        plan.wanted, plan.how = indices, dict.fromkeys(indices, "run")
        plan.stale = {}
        return planner, plan

    @staticmethod
    def _was_missed(error: BaseException, plan: Plan) -> bool:
        """Return whether a name is missing that a statement made which was not run."""
        if not isinstance(error, NameError) or isinstance(error, UnboundLocalError):
            return False
        first = plan.target[0] if plan.target else 0
        others = [one for index, one in enumerate(plan.page.statements[:first]) if index not in plan.wanted]
        hidden = any("globals" in one.source or "exec" in one.source for one in plan.page.statements[:first])
        return hidden or any(error.name in one.touches for one in others)

    # -- fewer seeds

    def _sizes(self, plan: Plan) -> set[int]:
        """Return how many seeds there are of which a run has fewer."""
        before = (self.history.cuts.get(plan.digests[index], frozenset()) for index in plan.cut)
        return self.fewer.sizes.union(*before)

    def _tell_cuts(self, plan: Plan, told: set[int]) -> set[int]:
        """Tell the page that what it shows is of fewer seeds, unless it knows."""
        sizes = self._sizes(plan)
        if sizes - told:
            self.emit("few", {"seeds": few.SEEDS, "of": sorted(sizes)})
        return sizes

    def _is_of_fewer(self, error: BaseException, plan: Plan, missed: bool) -> bool:
        """Return whether fewer seeds may be why a run failed; what is a slip in any case is the reader's."""
        possible = missed or not isinstance(error, few.OWN)
        return possible and self.at in plan.cut and bool(self._sizes(plan))

    def _few(self, planner: Planner, plan: Plan, error: BaseException | None = None) -> dict[str, Any] | None:
        """Return what a run with fewer seeds was; None, with the claims judged, where there was nothing to leave out."""
        kept, self.kept = self.kept or [], None
        if not (sizes := self._sizes(plan) if plan.cut else set()):
            for claim in kept:
                self.emit("claim", claim)
            return None
        sources, cell, results, *_ = planner.asked
        everything = Planner(sources, cell, results, self.history, self.refused)
        seconds = sum(everything.seconds(everything.plan()).values())
        told = f"{type(error).__name__}: {error}".splitlines()[0] if error else None
        return {"seeds": few.SEEDS, "of": sorted(sizes), "seconds": seconds, "claims": len(kept), "error": told}

    @staticmethod
    def _check(plan: Plan, cell: int) -> None:
        """Raise the error of a cell that is no Python, if the run needs it."""
        if cell in plan.page.errors:
            raise plan.page.errors[cell]

    def _steps(self, planner: Planner, plan: Plan, cell: int, sources: Sequence[str], display: shown.Display) -> None:
        if plan.fresh:
            self.forget()
        for number, source in enumerate(sources):
            shown.remember(number, source)
        running = [plan.page.statements[index] for index, how in plan.how.items() if how == "run"]
        if "matplotlib" in imports(running) and importlib.util.find_spec("matplotlib"):
            self.figures.prepare()
        left = planner.seconds(plan)
        total, first = len(plan.how), plan.target[0] if plan.target else -1
        with _display.shown_on(display), self._streams():
            told = self._tell_cuts(plan, set())
            for done, index in enumerate(plan.how):
                self.at = index
                here = plan.page.statements[index].cell == cell
                if here and not self.loud:
                    self._close()
                self.loud = self.figures.loud = here
                place = plan.page.statements[index].cell
                self.emit("step", {"done": done, "of": total, "cell": place, "seconds": sum(left.values())})
                self._step(planner, plan, index)
                left.pop(index)
                told = self._tell_cuts(plan, told)
            self.loud = self.figures.loud = first in plan.wanted
            self.figures.show()

    def _show(self, value: Any) -> None:
        """Show the last expression of a cell."""
        display = _display.current()
        assert isinstance(display, shown.Display)
        shown.result(value, display, self._tell)

    def _close(self) -> None:
        """Close the figures of earlier cells: in a notebook they are gone when their cell ends."""
        self.figures.loud = False
        self.figures.show()

    def _step(self, planner: Planner, plan: Plan, index: int) -> None:
        """Run a statement or take its result, and note what became of its names."""
        one, digest, history = plan.page.statements[index], plan.digests[index], self.history
        for name in plan.stale.get(index, ()):
            self.names.pop(name, None)
            history.versions.pop(name, None)
        how, said, began = plan.how[index], self.said, time.perf_counter()
        self.fewer.sizes.clear()
        before, given = dict(history.versions), None
        history.versions |= dict.fromkeys(one.touches, BROKEN)
        if how == "load":
            given = self._load(one.touches, digest)
            history.loaded.add(digest)
        else:
            self._execute(plan, index)
            history.run.add(digest)
            history.loaded.discard(digest)
            history.seconds[one.place] = (time.perf_counter() - began) / self._part(plan, index)
        history.versions |= planner.made(index, before, given)
        if one.ambient:
            history.ambient.add(digest)
        silent = said == self.said and not self.figures.open()
        if silent and (how == "load" or time.perf_counter() - began > LONG):
            history.quiet.add(digest)

    def _part(self, plan: Plan, index: int) -> float:
        """Return the part of its time that a statement took; note how many seeds there were to it."""
        if index not in plan.cut:
            return 1.0
        sizes = self.history.cuts[plan.digests[index]] = frozenset(self.fewer.sizes)
        draws = few.cuts(plan.page).share(index) == 1.0  # or has seeds that nobody could read: its time is its own
        return 1.0 if draws or not sizes else few.share(max(sizes))

    def _load(self, names: frozenset[str], digest: str) -> set[str]:
        """Take a result of the book and return its names; one that cannot be read is not asked for again."""
        try:
            values = unpack(self.data[digest], self.names)
        except Exception as error:
            self.refused.add(digest)
            raise _Unloadable(digest) from error
        self.names |= {name: value for name, value in values.items() if name in names}
        return set(values)

    def _execute(self, plan: Plan, index: int) -> None:
        """Run a statement; the last expression of the cell is shown."""
        one = plan.page.statements[index]
        node, file = few.cuts(plan.page).node(index) if index in plan.cut else one.node, shown.cell_file(one.cell)
        if isinstance(node, ast.Delete) and all(isinstance(part, ast.Name) for part in node.targets):
            for name in one.binds & one.makers.keys():
                self.names.setdefault(name)  # not there where nobody needed it
        last = self.loud and index == plan.target[-1]
        if last and isinstance(node, ast.Expr) and not one.hushed:
            value = eval(compile(ast.Expression(node.value), file, "eval"), self.names)
            self._show(value)
        else:
            exec(compile(ast.Module([node], []), file, "exec"), self.names)

    # -- what is told

    def _tell(self, kind: str, payload: dict[str, Any]) -> None:
        """Tell the page, if the cell is the one that was asked for."""
        if not self.loud:
            return
        self.said += 1
        if kind == "claim" and self.kept is not None:
            self.kept.append(payload)
        else:
            self.emit(kind, payload)

    @contextlib.contextmanager
    def _streams(self) -> Iterator[None]:
        before = warnings.showwarning
        out, err = shown.Stream(self._tell, "out"), shown.Stream(self._tell, "err")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            warnings.showwarning = _say
            try:
                yield
            finally:
                warnings.showwarning = before


def _say(message: Any, category: type[Warning], *_: Any, **__: Any) -> None:
    """Write a warning as one line: where the code lies is none of the reader's business."""
    print("".join(traceback.format_exception_only(category, message)).strip(), file=sys.stderr)
