"""Fewer seeds first: a cell that would take long is run with five of its seeds, and with all of them when asked to.

The code stays as it is written. Where it names seeds, what is compiled asks `Fewer` for the first of them: whatever else
stands there, a single seed or none, is let through. A statement that runs so has a digest of its own, so that what it
made is never taken for the book's, nor for that of a run with all seeds.
"""

from __future__ import annotations

import ast
import copy
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from gradlab_live.needs import Page, Statement

SEEDS = 5
LONG = 10.0  # seconds: what takes longer here is run with fewer seeds first
BRIEF = 0.5  # seconds: what is done again with fewer seeds without asking what that saves
WORTH = 0.6  # of the time of all seeds: what saves less is run with all
ALL = 20  # seeds, where nobody can tell without running the code
FIXED = 0.1  # of the time of a statement: what its seeds have in common
ASK = "__few__"
_WORDS = frozenset({"seed", "seeds"})
# Errors that no number of seeds has a part in
OWN = (NameError, SyntaxError, ImportError, AttributeError, TypeError, MemoryError, SystemExit, KeyboardInterrupt)


class Fewer:
    """Gives the first of some seeds, and notes how many there were."""

    def __init__(self) -> None:
        """Have cut nothing."""
        self.sizes: set[int] = set()

    def __call__(self, value: Any) -> Any:
        """Return the first seeds, or what is none or few as it is.

        Examples
        --------
        >>> fewer = Fewer()
        >>> fewer(range(20)), fewer([3, 1]), fewer(7), fewer("abcdefgh"), fewer.sizes
        (range(0, 5), [3, 1], 7, 'abcdefgh', {20})
        """
        if not _whole(value) or len(value) <= SEEDS:
            return value
        self.sizes.add(len(value))
        return value[:SEEDS]


def _whole(value: Any) -> bool:
    """Return whether a value is several whole numbers in an order."""
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.dtype.kind in "iu"
    if isinstance(value, range):
        return True
    members = value if isinstance(value, list | tuple) else [None]
    return all(isinstance(one, int | np.integer) and not isinstance(one, bool) for one in members)


def share(size: int) -> float:
    """Return the part of its time that a statement takes with fewer of so many seeds."""
    return FIXED + (1 - FIXED) * SEEDS / size if size > SEEDS else 1.0


class _Cutter(ast.NodeTransformer):
    """Has code ask for fewer seeds, wherever it names some."""

    def __init__(self, names: frozenset[str], takes: Mapping[str, set[int]]) -> None:
        """Know the names of seeds, and the places at which functions take some."""
        self.names, self.takes = names, takes
        self.found: list[ast.expr] = []
        self.own: frozenset[str] = frozenset()  # parameters: who calls the function says how many these are

    def cut(self, node: ast.expr) -> ast.expr:
        """Return an expression of which the first seeds are taken."""
        known = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == ASK
        if known or isinstance(node, ast.Constant | ast.Starred):
            return node
        if not (isinstance(node, ast.Name) and node.id in self.own):
            self.found.append(node)
        ask = ast.copy_location(ast.Name(ASK, ast.Load()), node)
        return ast.copy_location(ast.Call(ask, [node], []), node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> ast.AST:
        """Cut what a function has as seeds if nobody gives some, and what it does with them."""
        node.args = self.visit(node.args)
        several = [*node.args.posonlyargs, *node.args.args]
        for defaults, parts in (
            (node.args.defaults, several[len(several) - len(node.args.defaults) :]),
            (node.args.kw_defaults, node.args.kwonlyargs),
        ):
            for place, (value, part) in enumerate(zip(defaults, parts, strict=True)):
                if value is not None and part.arg in self.names:
                    defaults[place] = self.cut(value)
        before, self.own = self.own, self.own | {one.arg for one in [*several, *node.args.kwonlyargs]}
        if isinstance(node, ast.Lambda):
            node.body = self.visit(node.body)
        else:
            node.body = [self.visit(one) for one in node.body]
        self.own = before
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _function

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Cut what a name of seeds stands for."""
        return self.cut(node) if node.id in self.names and isinstance(node.ctx, ast.Load) else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Leave an object whose method may change it."""
        return node if isinstance(node.value, ast.Name) else self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Leave what is written into."""
        if isinstance(node.value, ast.Name) and not isinstance(node.ctx, ast.Load):
            node.slice = self.visit(node.slice)
            return node
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        """Cut what is given as seeds, or several for a seed: ``dict(seed=range(20))``."""
        self.generic_visit(node)
        called = node.value.func if isinstance(node.value, ast.Call) else None
        several = isinstance(node.value, ast.List | ast.Tuple) or (
            isinstance(called, ast.Name) and called.id == "range"
        )
        if node.arg == "seeds" or (node.arg == "seed" and several):
            node.value = self.cut(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Cut the seeds that are given without their name: to a function of the page, or to draw parameters."""
        self.generic_visit(node)
        places = self.takes.get(node.func.id, ()) if isinstance(node.func, ast.Name) else ()
        if isinstance(node.func, ast.Attribute) and node.func.attr == "initialize":
            places = {0}
        if not any(isinstance(one, ast.Starred) for one in node.args):
            node.args = [self.cut(one) if place in places else one for place, one in enumerate(node.args)]
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        """Cut what stands under the name of seeds."""
        self.generic_visit(node)
        for place, key in enumerate(node.keys):
            if isinstance(key, ast.Constant) and key.value in _WORDS:
                node.values[place] = self.cut(node.values[place])
        return node

    def _loop(self, node: ast.For | ast.AsyncFor | ast.comprehension) -> ast.AST:
        """Cut what a loop over seeds goes over."""
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and node.target.id in _WORDS:
            node.iter = self.cut(node.iter)
        return node

    visit_For = visit_AsyncFor = visit_comprehension = _loop

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        """Leave a pattern, in which nothing can be called."""
        node.guard = self.visit(node.guard) if node.guard else None
        node.body = [self.visit(one) for one in node.body]
        return node


def _names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that a page gives as seeds."""
    given: list[ast.expr] = []
    for node in nodes:
        if isinstance(node, ast.Call):
            given += [word.value for word in node.keywords if word.arg == "seeds"]
            if isinstance(node.func, ast.Attribute) and node.func.attr == "initialize":
                given += node.args[:1]
    return frozenset({"seeds"} | {one.id for one in given if isinstance(one, ast.Name)})


def _bindings(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield names with the expression that they are bound to, None where each turn has another one."""
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _pairs(target, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
            case ast.For(target=target) | ast.comprehension(target=target):
                yield from ((one.id, None) for one in ast.walk(target) if isinstance(one, ast.Name))


def _takers(nodes: Iterable[ast.AST], names: frozenset[str]) -> dict[str, set[int]]:
    """Return the functions of a page that take seeds, and at which places."""
    found = dict[str, set[int]]()
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name, args=args) | ast.Assign([ast.Name(id=name)], ast.Lambda(args=args)):
                places = [one.arg for one in [*args.posonlyargs, *args.args]]
                found.setdefault(name, set()).update(k for k, one in enumerate(places) if one in names)
    return found


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, other)


class Cuts:
    """Where a page names seeds, how many these are as far as one can read, and its statements with fewer."""

    def __init__(self, page: Page) -> None:
        """Read a page."""
        self.page = page
        nodes = [node for one in page.statements for node in ast.walk(one.node)]
        self.names = _names(nodes)
        self.takes = _takers(nodes, self.names)
        self.lengths: dict[str, int] = {}
        for name, value in _bindings(nodes):
            self.lengths[name] = max(self.lengths.get(name, 0), 0 if value is None else self.size(value))
        self.own = [self._read(one)[1] for one in page.statements]

    def _read(self, one: Statement) -> tuple[ast.stmt, int]:
        """Return a statement with fewer seeds, and the most seeds that it names."""
        cutter = _Cutter(self.names, self.takes)
        node = cutter.visit(copy.deepcopy(one.node))
        return node, max(map(self.size, cutter.found), default=0)

    def node(self, index: int) -> ast.stmt:
        """Return a statement that asks for fewer seeds; its lines are those of the code."""
        return self._read(self.page.statements[index])[0]

    def size(self, node: ast.expr) -> int:
        """Return how many seeds an expression is, as far as one can read."""
        match node:
            case ast.Constant():
                return 0
            case ast.Name(id=name):
                return self.lengths.get(name, ALL)
            case ast.List(elts=members) | ast.Tuple(elts=members) | ast.Set(elts=members):
                return ALL if any(isinstance(one, ast.Starred) for one in members) else len(members)
            case ast.Call(func=ast.Name(id="range"), args=given):
                try:
                    return len(range(*map(ast.literal_eval, given)))
                except (ValueError, TypeError):
                    return ALL
        return ALL

    def reach(self, index: int) -> int:
        """Return the most seeds that a statement takes, itself or in the functions that it may call."""
        one = self.page.statements[index]
        called = {maker for name in one.reads for maker in one.makers.get(name, ()) if self.defines(maker)}
        return max([self.own[index], *(self.own[maker] for maker in called)])

    def defines(self, index: int) -> bool:
        """Return whether a statement makes a function or a class, which costs nothing."""
        node = self.page.statements[index].node
        made = isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)
        return made or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)

    def share(self, index: int) -> float:
        """Return the part of its time that a statement takes with fewer seeds: frames take theirs to draw."""
        calls = [node.func for node in ast.walk(self.page.statements[index].node) if isinstance(node, ast.Call)]
        if any("frames" in {getattr(one, "attr", ""), getattr(one, "id", "")} for one in calls):
            return 1.0
        return share(self.reach(index))

    def fewer(self, chosen: Iterable[int]) -> set[int]:
        """Return which of some statements have another result with fewer seeds."""
        found = set[int]()
        for index in sorted(chosen):
            if self.own[index] > SEEDS or found & {*self.page.statements[index].needs}:
                found.add(index)
        return found


@functools.lru_cache(maxsize=2)
def cuts(page: Page) -> Cuts:
    """Return where a page names seeds, read once."""
    return Cuts(page)
