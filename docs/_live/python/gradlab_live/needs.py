"""Which earlier statements of a page a statement needs, read from the code itself: no author has to list it.

The code is not run. Where it cannot be known what a statement does, more is needed rather than less: a name that is
changed in place takes with it all that may share its memory; what changes the whole process (a registered activation, a
filter of warnings) is needed by all that comes later; a random generator is changed by whoever looks at it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from gradlab_live.effects import Deferred, Effects, Known
from gradlab_live.statements import read

Node = tuple[str, int]  # an object: the name that it was bound to, and by which statement


class Place(NamedTuple):
    """Where a statement stands."""

    cell: int
    number: int  # in its cell


@dataclass(frozen=True)
class Statement:
    """A statement of a page, with what was read of it."""

    cell: int
    number: int  # in its cell
    source: str
    node: ast.stmt
    reads: frozenset[str]  # also by the functions that it may call
    binds: frozenset[str]  # in any case
    touches: frozenset[str]  # the names that it binds or whose objects it changes
    changes: frozenset[str]
    needs: tuple[int, ...]  # all earlier statements that it needs, in order
    ambient: bool
    hushed: bool  # it ends with a semicolon
    makers: dict[str, tuple[int, ...]] = field(repr=False)  # who made a name, as it stood before

    @property
    def place(self) -> Place:
        """Return the numbers of the cell and of the statement in it."""
        return Place(self.cell, self.number)


class Memory:
    """Which names may share memory, as it stands after some statements. A name bound anew stands for another object."""

    def __init__(self) -> None:
        """Know no name."""
        self.now: dict[str, Node] = {}
        self.leads: dict[tuple[str, int], set[Node]] = {}

    def take(self, effects: Effects, index: int) -> set[str]:
        """Go past a statement; return the names whose objects it may have changed."""
        before = dict(self.now)
        for name in effects.binds:
            self.now[name] = (name, index)
            if name in effects.perhaps and name in before:
                self._join(self.now[name], before[name])
        read = effects.reads | (before.keys() - effects.binds)
        for one, other in effects.same:
            for b in self._meant(other, before, read):
                self._join(self._new(one), b)
        for one, other in effects.holds:
            self.leads.setdefault(self._new(one), set()).update(self._meant(other, before, read))
        start = {node for name in effects.changes for node in self._meant(name, before, read)}
        deep = {node for node in start if node[0] not in effects.shallow}
        reached = self._above((start - deep) | self._below(deep))
        return {name for name, node in [*self.now.items(), *before.items()] if node in reached}

    def _new(self, name: str) -> Node:
        """Return what a name stands for after a statement."""
        return self.now.get(name, (name, -1))

    def _meant(self, name: str, before: dict[str, Node], read: Set[str]) -> set[Node]:
        """Return what a name may have stood for where a statement used it: before it was bound there, or after."""
        found = {before[name]} if name in before and name in read else set()
        return found | ({self._new(name)} if self.now.get(name) != before.get(name) or not found else set())

    def _join(self, one: Node, other: Node) -> None:
        if one != other:
            self.leads.setdefault(one, set()).add(other)
            self.leads.setdefault(other, set()).add(one)

    def _below(self, start: set[Node]) -> set[Node]:
        """Return what can be reached from objects."""
        found, waiting = set(start), list(start)
        while waiting:
            new = self.leads.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found

    def _above(self, start: set[Node]) -> set[Node]:
        """Return what objects can be reached from."""
        found, grown = set(start), True
        while grown:
            new = {one for one, others in self.leads.items() if one not in found and others & found}
            found |= new
            grown = bool(new)
        return found


class Page:
    """The statements of a page, in order; cells that are no Python have an error in their place."""

    def __init__(self, sources: Sequence[str]) -> None:
        """Read the cells of a page."""
        self.statements: list[Statement] = []
        self.errors: dict[int, SyntaxError] = {}
        self._known, self._memory = Known(), Memory()
        self._makers: dict[str, tuple[int, ...]] = {}
        self._late: dict[str, Deferred] = {}
        self._everywhere: tuple[int, ...] = ()
        self._hidden = Deferred()  # what a registered function does, which anybody may call by its name
        for cell, source in enumerate(sources):
            self.add(cell, source)

    def add(self, cell: int, source: str) -> None:
        """Read one cell more."""
        try:
            body = ast.parse(source).body
        except (SyntaxError, ValueError) as error:  # ValueError: null bytes
            self.errors[cell] = error if isinstance(error, SyntaxError) else SyntaxError(str(error))
            return
        for number, node in enumerate(body):
            self._take(Place(cell, number), node, source)

    def of(self, cell: int) -> list[Statement]:
        """Return the statements of a cell."""
        return [one for one in self.statements if one.cell == cell]

    def slice(self, cell: int) -> list[Statement]:
        """Return what a cell needs and the cell itself, in order."""
        own = self.of(cell)
        wanted = {index for one in own for index in one.needs}
        return [self.statements[index] for index in sorted(wanted) if self.statements[index].cell < cell] + own

    # -- reading

    def _take(self, place: Place, node: ast.stmt, cell_source: str) -> None:
        index, effects = len(self.statements), read(node, self._known)
        reads, late = self._looked_at(effects)
        effects.changes |= late.changes | {name for name in reads if self._known.kinds.get(name) == "restless"}
        effects.shallow -= late.changes
        ambient = effects.ambient or late.ambient or effects.opaque
        changes = frozenset(self._memory.take(effects, index))
        needed = set(self._everywhere)
        for name in reads:
            needed |= set(self._makers.get(name, ()))
        if effects.opaque:
            needed = set(range(index))
        needed |= {other for one in needed for other in self.statements[one].needs}
        certain = effects.binds - effects.perhaps
        made = Statement(
            *(place.cell, place.number, _source(cell_source, node), node),
            reads=frozenset(reads),
            binds=frozenset(certain),
            touches=frozenset(effects.binds | changes),
            changes=changes,
            needs=tuple(sorted(needed)),
            ambient=ambient,
            hushed=_ends_with_semicolon(cell_source, node),
            makers=dict(self._makers),
        )
        self.statements.append(made)
        self._learn(effects, made, index)

    def _looked_at(self, effects: Effects) -> tuple[set[str], Deferred]:
        """Return the names that a statement reads, itself or by functions, and what those functions may do."""
        reads, late = effects.reads | self._hidden.reads, Deferred()
        late.add(self._hidden)
        waiting = list(reads)
        while waiting:
            does = self._late.get(waiting.pop())
            if does is not None:
                late.add(does)
                new = does.reads - reads
                reads |= new
                waiting += new
        return reads, late

    def _learn(self, effects: Effects, made: Statement, index: int) -> None:
        """Keep what later statements have to know."""
        for name in made.touches:
            certain = name in made.binds
            self._makers[name] = (index,) if certain else (*self._makers.get(name, ()), index)
        known, inherited = self._known, dict[str, Deferred]()
        for name in effects.binds:
            for table in (known.modules, known.functions):
                if name not in effects.perhaps:
                    table.pop(name, None)
            known.classes.discard(name)
            inherited[name] = self._inherited(name, effects)
        self._late.update(inherited)
        for name in effects.changes - effects.binds:  # d["f"] = f
            self._late.setdefault(name, Deferred()).add(self._inherited(name, effects))
        known.modules.update(effects.modules)
        known.functions.update(effects.functions)
        known.classes |= effects.classes
        known.kinds.update(effects.kinds)
        if made.ambient:
            self._everywhere = (*self._everywhere, index)
            self._hidden.add(effects.deferred)

    def _inherited(self, name: str, effects: Effects) -> Deferred:
        """Return what the functions may do that a name now stands for or holds."""
        found = Deferred()
        found.add(effects.deferred)
        makers = {one for one in effects.calls if one in self._late and self._late[one].makes}
        held = {other for one, other in effects.same | effects.holds if one == name}
        for other in held | makers | (effects.binds & effects.perhaps & {name}):
            found.add(self._late.get(other, Deferred()))
        return found


def _source(source: str, node: ast.stmt) -> str:
    """Return the text of a statement, its decorators included."""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
    lines = source.splitlines(keepends=True)
    if first == node.lineno:
        return ast.get_source_segment(source, node) or ast.unparse(node)
    return "".join(lines[first - 1 : node.end_lineno]).rstrip()


def _ends_with_semicolon(source: str, node: ast.stmt) -> bool:
    lines = source.splitlines()
    after = lines[(node.end_lineno or 1) - 1].encode()[node.end_col_offset or 0 :]
    return after.strip().startswith(b";")


def slices(cells: Sequence[str]) -> Iterator[list[tuple[int, int]]]:
    """Yield, for each cell, the places of the earlier statements that it needs."""
    page = Page(cells)
    for cell in range(len(cells)):
        yield [one.place for one in page.slice(cell) if one.cell < cell]
