"""Which statements have to run so that a cell can: those whose names are not there already, or not as they should be.

A name has a version: the digests of the statements that made it, from the one that bound it to the last that changed it.
A statement may run when each name that it reads has the version that the page's order gives it there. Where one has not,
the statement that made it is taken in, by its shipped result or by running it, until nothing is missing.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from gradlab_live import few
from gradlab_live.digests import digests, fewer, made_with
from gradlab_live.needs import Page, Statement

Version = tuple[str, ...]
BROKEN: Version = ("broken",)
SLOWER = 6.0  # than the machine that built the book, in WebAssembly
BRIEF = 0.02  # seconds, of a statement that nobody has timed


@dataclass
class History:
    """What has been run in a namespace."""

    versions: dict[str, Version] = field(default_factory=dict)
    run: set[str] = field(default_factory=set)  # digests
    loaded: set[str] = field(default_factory=set)
    ambient: set[str] = field(default_factory=set)
    quiet: set[str] = field(default_factory=set)  # slow ones that showed nothing: they need not run again in their cell
    seconds: dict[tuple[int, int], float] = field(default_factory=dict)  # of all seeds
    cuts: dict[str, frozenset[int]] = field(
        default_factory=dict
    )  # how many seeds each digest's statement has left out of


@dataclass
class Plan:
    """What a cell needs to run, and how."""

    page: Page
    digests: list[str]
    target: list[int]
    wanted: list[int]  # all that the cell needs, and itself
    how: dict[int, str] = field(default_factory=dict)  # run or load; what is not named is kept
    stale: dict[int, set[str]] = field(default_factory=dict)  # names to forget before a statement, which are none there
    fresh: bool = False  # begin with a new namespace
    cut: frozenset[int] = frozenset()  # these run with fewer seeds


@functools.lru_cache(maxsize=2)
def _page(sources: tuple[str, ...]) -> Page:
    """Read a page, once for a plan and the run that follows it: nobody writes into what was read."""
    return Page(sources)


class Planner:
    """Makes a plan of a page for a cell."""

    def __init__(
        self,
        sources: list[str],
        cell: int,
        results: Mapping[str, Mapping[str, Any]],
        history: History,
        refused: set[str],
        *,
        cut: Collection[int] = (),
    ) -> None:
        """Read the page; run some of its statements with fewer seeds."""
        self.page = _page(tuple(sources))
        self.cut = frozenset(cut)
        self.digests = fewer(self.page, digests(self.page, made_with(results)), self.cut)
        self.asked = (sources, cell, results, history, refused)
        self.results, self.history, self.refused = results, history, refused
        self.timed = {tuple(one["place"]): one["seconds"] * SLOWER for one in results.values() if "place" in one}
        index = {id(one): number for number, one in enumerate(self.page.statements)}
        self.target = [index[id(one)] for one in self.page.of(cell)]
        self.wanted = [index[id(one)] for one in self.page.slice(cell)]
        # these are not to be loaded: the value of the cell's last expression is shown, whatever else it does
        self.forced = {last for last in self.target[-1:] if self._shows(last)}

    def plan(self) -> Plan:
        """Return what has to run."""
        plan = Plan(self.page, self.digests, self.target, self.wanted, cut=self.cut)
        known = {self.digests[index] for index in self.wanted}
        plan.fresh = bool(self.history.ambient - known)
        if plan.fresh:
            self.history = History(seconds=self.history.seconds)
        chosen = {index for index in self.target if not self._stands(index)}
        chosen |= {
            index
            for index in self.wanted
            if self.page.statements[index].ambient and self.digests[index] not in self.history.ambient
        }
        while missing := self._missing(plan, chosen):
            chosen |= missing
        plan.how = {index: self._how(index) for index in sorted(chosen)}
        return plan

    # -- versions

    def before(self, name: str, index: int) -> Version:
        """Return the version that a name has before a statement."""
        return tuple(self.digests[maker] for maker in self.page.statements[index].makers.get(name, ()))

    def after(self, name: str, index: int) -> Version:
        """Return the version that a statement gives to a name."""
        before = () if name in self.page.statements[index].binds else self.before(name, index)
        return (*before, self.digests[index])

    def _stands(self, index: int) -> bool:
        """Return whether a statement of the cell itself need not run again: it is slow, shows nothing, and is as it was."""
        have, one = self.history.versions, self.page.statements[index]
        known = [
            name for name in one.touches if have.get(name) != BROKEN
        ]  # what a loop left behind, which was not sent
        same = bool(known) and all(have.get(name) == self.after(name, index) for name in known)
        return same and self.digests[index] in self.history.quiet and index not in self.forced

    def _shows(self, index: int) -> bool:
        """Return whether a statement at the end of its cell shows its value."""
        one = self.page.statements[index]
        return isinstance(one.node, ast.Expr) and not one.hushed

    def _how(self, index: int) -> str:
        entry = self.results.get(self.digests[index])
        shipped = entry is not None and entry.get("file") and self.digests[index] not in self.refused
        return "load" if shipped and index not in self.forced else "run"

    # -- what is missing

    def _missing(self, plan: Plan, chosen: set[int]) -> set[int]:
        """Go through a plan as it would run; return what has to be taken in for the first statement that lacks something."""
        have = dict(self.history.versions)
        plan.stale = {}
        for index in sorted(chosen):
            if more := self._lacks(plan, index, have, chosen) or self._mixed(index, chosen):
                return more
            have |= self.made(index, have, self.given(index))
        return set()

    def given(self, index: int) -> set[str] | None:
        """Return the names of a statement's result, None where the statement is run."""
        return set(self.results[self.digests[index]].get("given", ())) if self._how(index) == "load" else None

    def made(self, index: int, have: Mapping[str, Version], given: set[str] | None) -> dict[str, Version]:
        """Return the versions of what a statement touches, after it was run or its result was taken."""
        one, found = self.page.statements[index], {}
        for name in one.touches:
            if given is None:
                whole = name in one.binds or have.get(name, ()) == self.before(name, index)
            else:
                whole = name in given
            found[name] = self.after(name, index) if whole else BROKEN
        return found

    def _lacks(self, plan: Plan, index: int, have: dict[str, Version], chosen: set[int]) -> set[int]:
        """Return the statement that makes the first name that is not as a statement needs it."""
        for name in sorted(self._needed(index)):
            makers = self.page.statements[index].makers.get(name, ())
            if have.get(name, ()) == self.before(name, index):
                continue
            if not makers:
                plan.stale.setdefault(index, set()).add(name)
                have.pop(name)
                continue
            more = [maker for maker in reversed(makers) if maker not in chosen]
            if not more:  # all will run, and yet it is not right: from the first on, then, and none loaded
                self.forced |= set(makers)
                more = [other for maker in makers for other in self.page.statements[maker].needs if other not in chosen]
            if more:
                return {more[0]}
        return set()

    def _needed(self, index: int) -> set[str]:
        """Return the names that a statement needs: those that it reads, or those that its result refers to."""
        if self._how(index) == "load":
            return set(self.results[self.digests[index]].get("names", ()))
        one = self.page.statements[index]
        return set(one.reads)

    def _mixed(self, index: int, chosen: set[int]) -> set[int]:
        """Return what has to run so that names which share memory come from one run, where one of them is changed."""
        one = self.page.statements[index]
        if self._how(index) == "load" or len(one.changes) < 2:
            return set()
        makers = {maker for name in one.changes for maker in one.makers.get(name, ())}
        loads = {maker for maker in makers if self._how(maker) == "load" and maker in chosen}
        loaded = {maker for maker in makers if self.digests[maker] in self.history.loaded and maker not in chosen}
        anew = makers & chosen
        if len(makers) > 1 and (loads or loaded or (anew and anew != makers)):
            self.forced |= makers
            return makers - chosen
        return set()

    # -- what it costs

    def seconds(self, plan: Plan) -> dict[int, float]:
        """Return how long each statement of a plan may take here."""
        costs = {}
        for index, how in plan.how.items():
            part = few.cuts(self.page).share(index) if index in plan.cut else 1.0
            costs[index] = BRIEF if how == "load" else self._lasts(index) * part
        return costs

    def _lasts(self, index: int) -> float:
        """Return how long a statement takes here: measured, or as the build measured what stood in its place."""
        place = self.page.statements[index].place
        return self.history.seconds.get(place, self.timed.get(place, BRIEF))

    # -- fewer seeds

    def cheaper(self, plan: Plan) -> list[tuple[Planner, Plan]]:
        """Return what runs this page with fewer seeds, if that is worth it: the cheapest first, by tenths of the time.

        The statements that would run have fewer, and what is brief among those that they need, beside slow results of
        all seeds; or those that would run alone; or all that is needed. Where numbers of seeds have to agree, one of
        these may do and another not.
        """
        whole, cuts = sum(self.seconds(plan).values()), few.cuts(self.page)
        if whole <= few.LONG:
            return []
        ways: dict[frozenset[int], tuple[float, Planner, Plan]] = {}
        running = {index for index, how in plan.how.items() if how == "run"}
        needed = {*plan.wanted, *plan.how}
        brief = {index for index in needed if self._lasts(index) < few.BRIEF}
        for chosen in (running | brief, running | {index for index in needed if cuts.defines(index)}, needed):
            planner, cheap = self._with(chosen)
            part = sum(planner.seconds(cheap).values()) / whole
            if part <= few.WORTH:
                ways.setdefault(cheap.cut, (round(part, 1), planner, cheap))
        return [(planner, cheap) for _, planner, cheap in sorted(ways.values(), key=lambda way: way[0])]

    def _with(self, chosen: set[int]) -> tuple[Planner, Plan]:
        """Return a plan in which some statements have fewer seeds, and so all that run and need one of them."""
        while True:
            cut = few.cuts(self.page).fewer(chosen)
            planner = Planner(*self.asked, cut=cut)
            plan = planner.plan()
            running = {index for index, how in plan.how.items() if how == "run"}
            late = {index for index in running - cut if cut & {*self.page.statements[index].needs}}
            if not late - chosen:
                return planner, plan
            chosen = chosen | late


def imports(statements: list[Statement]) -> list[str]:
    """Return the packages that some statements import, and Matplotlib where gradlab needs it to draw."""
    found: set[str] = set()
    for node in (node for one in statements for node in ast.walk(one.node)):
        match node:
            case ast.Import(names=names):
                found |= {one.name.partition(".")[0] for one in names}
            case ast.ImportFrom(module=str(module), names=names):
                found.add(module.partition(".")[0])
                found |= {"matplotlib" for one in names if module == "gradlab" and one.name == "plots"}
            case ast.Attribute(attr="plots"):
                found.add("matplotlib")
    found |= {"matplotlib"} if any("gradlab.plots" in one.source for one in statements) else set()
    return sorted(found)
