"""Read a statement of a page: in the order in which Python evaluates it, without running it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gradlab_live import known as words
from gradlab_live.effects import Deferred, Effects, Known, Sharing, dotted, local_names, pairs, root, stored

_BUILTINS = frozenset(dir(builtins))


def read(statement: ast.stmt, known: Known) -> Effects:
    """Return what a statement does."""
    reader = Reader(known)
    reader.visit(statement)
    return reader.effects


class Reader(ast.NodeVisitor):
    """Goes through code and notes its effects."""

    def __init__(self, known: Known, bound: Iterable[str] = ()) -> None:
        """Begin where some names are bound already, such as the parameters of a function."""
        self.known = replace(known, modules=dict(known.modules), functions=dict(known.functions))
        self.effects = Effects()
        self.sharing = Sharing(self.known, self.effects.kinds)
        self.bound, self.sure, self.certain = set(bound), True, set[str]()
        self.returned, self.restless = set[str](), False

    # -- names

    def bind(self, name: str, kind: str | None = None) -> None:
        """Note that a name is bound; perhaps only, on one of several ways."""
        effects = self.effects
        before = effects.kinds.get(name) if name in effects.binds else None if self.sure else self.known.kinds.get(name)
        both = {before or kind or "unknown", kind or "unknown"}
        effects.kinds[name] = "restless" if "restless" in both else both.pop() if len(both) == 1 else "unknown"
        effects.binds.add(name)
        if self.sure:
            self.certain.add(name)
        effects.perhaps = effects.binds - self.certain
        self.bound.add(name)
        for table in (self.known.modules, self.known.functions):
            table.pop(name, None)

    def change(self, names: Iterable[str], *, shallow: bool = False) -> None:
        """Note that objects are changed in place."""
        for name in set().union(*(self.sharing.inner.get(one, {one}) for one in names)):
            if name in self.known.modules:
                self.effects.ambient = True
            else:
                if not shallow:
                    self.effects.shallow.discard(name)
                elif name not in self.effects.changes:
                    self.effects.shallow.add(name)
                self.effects.changes.add(name)

    def change_path(self, node: ast.AST, values: Sequence[ast.AST] = ()) -> None:
        """Note a change of what an access path leads to, which may then hold some values."""
        inside = node.value if isinstance(node, ast.Attribute | ast.Subscript) else node
        name, _ = root(node)
        direct = isinstance(inside, ast.Name) and self.sharing.kind(name) in {"container", "dict"}
        changed = {name} if name else self.sharing.sources(inside)
        self.change(changed, shallow=direct)
        held = set().union(*map(self.sharing.sources, values))
        self.effects.holds |= {(one, other) for one in changed for other in held}

    def visit_Name(self, node: ast.Name) -> None:
        """Note a name that is read."""
        if isinstance(node.ctx, ast.Load):
            if node.id not in self.bound:
                self.effects.reads.add(node.id)
        else:  # `del` too: the name then stands for nothing, and it does not matter whether it was there
            self.bind(node.id)

    def _path(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.change_path(node)
        self.generic_visit(node)

    visit_Attribute = visit_Subscript = _path

    # -- binding

    def record(self, target: ast.AST, value: ast.AST, *, member: bool = False) -> None:
        """Note that a target gets a value, or members of it."""
        sources, kind = self.sharing.sources(value), self.sharing.kind_of(value)
        apart = member or not isinstance(target, ast.Name)  # a generator that is unpacked is used up
        if kind == "restless" and apart and not self.sharing.has_restless_members(value):
            kind = None
        if kind in {"container", "dict"} and apart:
            kind = None
        if kind == "drawing":  # it has copied what it shows
            sources = {name for name in sources if self.sharing.kind(name) == "drawing"}
        if isinstance(target, ast.Attribute | ast.Subscript):
            self.visit(target)
            self.change_path(target, [value])
            return
        names = stored([target])
        pair = self.effects.holds if kind in {"container", "dict"} else self.effects.same
        pair |= {(name, source) for name in names for source in sources}
        if sources or kind == "drawing":
            self.effects.same |= {(name, other) for name in names for other in names if name < other}
        does = self.known.functions.get(value.id) if isinstance(value, ast.Name) else self._lambda(value)
        for part in ast.walk(target):
            if isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.ctx, ast.Store):
                self.change_path(part, [value])
                self.visit(part)
        for name in names:
            self.bind(name, kind)
            if does is not None and isinstance(target, ast.Name):
                self.known.functions[name] = self.effects.functions[name] = does

    def _lambda(self, value: ast.AST) -> Deferred | None:
        return function(value, self.known) if isinstance(value, ast.Lambda) else None

    def visit_Assign(self, node: ast.Assign) -> None:
        """Evaluate the value, then bind the targets."""
        self.visit(node.value)
        for target in node.targets:
            for one, value in pairs(target, node.value):
                self.record(one, value)
        names = stored(node.targets) if len(node.targets) > 1 else set[str]()
        self.effects.same |= {(one, other) for one in names for other in names if one < other}

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Do the same where the target has a type."""
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.record(node.target, node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """Do the same in an expression."""
        self.visit(node.value)
        self.record(node.target, node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Note a change in place: of an array it is one, and of a number no harm."""
        self.visit(node.value)
        if not isinstance(node.target, ast.Name):
            self.record(node.target, node.value)
            return
        name = node.target.id
        self.effects.reads |= {name} - self.bound
        constant = self.sharing.kind(name) == "constant" and self.sharing.is_constant(node.value)
        self.change([name])
        self.effects.holds |= {(name, source) for source in self.sharing.sources(node.value)}
        if not constant and self.sharing.kind(name) == "constant":
            self.effects.kinds[name] = "unknown"

    def visit_Import(self, node: ast.Import) -> None:
        """Bind modules."""
        for one in node.names:
            name = one.asname or one.name.partition(".")[0]
            self._module(name, one.name if one.asname else name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Bind what is a module's; with a star it may be anything."""
        for one in node.names:
            if one.name == "*":
                self.effects.opaque = True
            else:
                self._module(one.asname or one.name, f"{node.module}.{one.name}")

    def _module(self, name: str, full: str) -> None:
        self.bind(name)
        self.known.modules[name] = self.effects.modules[name] = full

    # -- ways through a statement

    def ways(self, *bodies: Iterable[ast.AST]) -> None:
        """Visit code of which any part, or none, may run."""
        before, sure = set(self.bound), self.sure
        self.sure = False
        for body in bodies:
            self.bound = set(before)
            for part in body:
                self.visit(part)
        self.bound, self.sure = before, sure

    def visit_If(self, node: ast.If | ast.IfExp) -> None:
        """Visit the condition, then both ways."""
        self.visit(node.test)
        self.ways(*(part if isinstance(part, list) else [part] for part in (node.body, node.orelse)))

    visit_IfExp = visit_If

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Visit the first part, then those that may not be asked."""
        self.visit(node.values[0])
        self.ways(node.values[1:])

    def visit_While(self, node: ast.While) -> None:
        """Visit a loop."""
        self.visit(node.test)
        self.ways(node.body, node.orelse)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """Visit a loop over something, which may be empty."""
        self.visit(node.iter)
        before, sure = set(self.bound), self.sure
        self.sure = False
        self._targets(node.target, node.iter)
        for part in node.body:
            self.visit(part)
        self.bound = before
        for part in node.orelse:
            self.visit(part)
        self.bound, self.sure = before, sure

    visit_AsyncFor = visit_For

    def _targets(self, target: ast.AST, over: ast.AST) -> None:
        """Bind the targets of a loop to the members of what it goes over."""
        for one, each, member in self.sharing.members(target, over):
            self.record(one, each, member=member)

    def visit_Try(self, node: ast.Try) -> None:
        """Visit code that may stop anywhere, and what then runs."""
        self.ways([*node.body, *node.orelse], *([handler] for handler in node.handlers))
        for part in node.finalbody:
            self.visit(part)

    visit_TryStar = visit_Try  # type: ignore[assignment]

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Bind the exception."""
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            self.bind(node.name)
        for part in node.body:
            self.visit(part)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        """Visit code that a context surrounds: some put things back, some let nothing out."""
        names = set[str]()
        for item in node.items:
            self.visit(item.context_expr)
            names |= {root(item.context_expr)[0] or ""} | set(root(item.context_expr)[1])
            if item.optional_vars is not None:
                self.record(item.optional_vars, item.context_expr)
        ambient, sure = self.effects.ambient, self.sure
        self.sure = sure and not names & {"suppress", "raises"} and bool(names & {*self.known.modules, "open"})
        before = set(self.bound)
        for part in node.body:
            self.visit(part)
        if not self.sure:
            self.bound = before
        self.sure = sure
        if names & words.RESTORED:
            self.effects.ambient = ambient

    visit_AsyncWith = visit_With

    def visit_Match(self, node: ast.Match) -> None:
        """Visit the cases, of which one runs or none."""
        self.visit(node.subject)
        sources = self.sharing.sources(node.subject)
        captured = {
            name
            for case in node.cases
            for part in ast.walk(case.pattern)
            for name in (getattr(part, "name", None), getattr(part, "rest", None))
            if isinstance(name, str)
        }
        self.effects.same |= {(name, source) for name in captured for source in sources}
        self.ways(*([case.pattern, *filter(None, [case.guard]), *case.body] for case in node.cases))

    def _captured(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        self.generic_visit(node)
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if name:
            self.bind(name)

    visit_MatchAs = visit_MatchStar = visit_MatchMapping = _captured

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        """Visit a comprehension: its variables are its own."""
        before, sure, inner = set(self.bound), self.sure, dict(self.sharing.inner)
        for one in node.generators:
            self.visit(one.iter)
            self.sure = False
            self.sharing.inner |= self.sharing.variables(one.target, one.iter)
            self.bound |= stored([one.target])
            for part in one.ifs:
                self.visit(part)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(part)
        self.bound, self.sure, self.sharing.inner = before, sure, inner

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension

    # -- functions and classes

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """Note what a function does once it is called; its defaults and decorators are evaluated now."""
        decorators = getattr(node, "decorator_list", [])
        for part in [*node.args.defaults, *filter(None, node.args.kw_defaults), *decorators]:
            self.visit(part)
        for part in ast.walk(node.args):
            if isinstance(part, ast.arg) and part.annotation is not None:
                self.visit(part.annotation)
        for one in decorators:
            self._decorator(one)
        does = function(node, self.known)
        if decorators:  # they may call it
            does.passes = True
            self.effects.reads |= does.reads - self.bound
        self.effects.deferred.add(does)
        held = set().union(*map(self.sharing.sources, [*node.args.defaults, *filter(None, node.args.kw_defaults)]))
        if isinstance(node, ast.Lambda):
            self.effects.reads |= does.reads - self.bound  # perhaps it is called at once
            return
        self.effects.holds |= {(node.name, source) for source in held}
        self.bind(node.name)
        self.known.functions[node.name] = self.effects.functions[node.name] = does

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _function

    def _decorator(self, node: ast.AST) -> None:
        """Take a decorator that is a module's for one that registers something."""
        full = self.known.modules.get(root(node)[0] or "", "")
        if full and full.partition(".")[0] not in words.HARMLESS_DECORATORS:
            self.effects.ambient = True

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Run the body of a class in a scope of its own; its methods run later."""
        for part in [*node.decorator_list, *node.bases, *(word.value for word in node.keywords)]:
            self.visit(part)
        for one in node.decorator_list:
            self._decorator(one)
        inner = Reader(self.known, self.bound)
        for statement in node.body:
            inner.visit(statement)
        effects = self.effects
        effects.reads |= inner.effects.reads
        effects.deferred.add(inner.effects.deferred)
        bases = set().union(*map(self.sharing.sources, node.bases))
        effects.holds |= {(node.name, other) for pair in inner.effects.same | inner.effects.holds for other in pair}
        effects.holds |= {(node.name, base) for base in bases}
        self.change(inner.effects.changes - inner.effects.binds)
        effects.ambient |= inner.effects.ambient
        effects.opaque |= inner.effects.opaque
        self.bind(node.name)
        effects.classes.add(node.name)
        self.known.classes = self.known.classes | {node.name}

    def visit_Return(self, node: ast.Return) -> None:
        """Note what a function's value may share memory with."""
        if node.value is not None:
            self.visit(node.value)
            self.returned |= self.sharing.sources(node.value)
            self.restless |= self.sharing.is_restless(node.value)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> None:
        self.restless = True
        if node.value is not None:
            self.visit(node.value)
            self.returned |= self.sharing.sources(node.value)

    visit_Yield = visit_YieldFrom = _yield

    # -- calls

    def visit_Expr(self, node: ast.Expr) -> None:
        """Take a call whose value is thrown away for one that changes something."""
        self.visit(node.value)
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call):
            self._discarded(call)

    def _discarded(self, call: ast.Call) -> None:
        start, path = root(call.func)
        given = [*call.args, *(word.value for word in call.keywords)]
        if start in self.known.modules:
            self._of_module(self.known.modules[start], path, given)
        elif isinstance(call.func, ast.Attribute):
            drawing, attr = self.sharing.kind(start) == "drawing", call.func.attr
            self.change_path(call.func, given if attr in words.GROWING else ())
            if not drawing and attr not in words.MUTATORS - {"shuffle", "partition"}:
                self.change(set().union(*map(self.sharing.sources, given)))
        elif not (isinstance(call.func, ast.Name) and call.func.id in {*self.known.functions, *_BUILTINS}):
            self.change(set().union(*map(self.sharing.sources, [call.func, *given])))

    def _of_module(self, full: str, path: Sequence[str], given: Sequence[ast.AST]) -> None:
        """Note what a module's function does that is called for its effect alone."""
        package = full.partition(".")[0]
        sources = set().union(*map(self.sharing.sources, given))
        if package in {"gradlab", "matplotlib", "IPython"}:
            self.change(name for name in sources if self.sharing.kind(name) == "drawing")
            return
        self.change(sources)
        if package != "numpy":
            self.effects.ambient = True

    def visit_Call(self, node: ast.Call) -> None:
        """Note what a call changes by itself."""
        self.generic_visit(node)
        start, path = root(node.func)
        given = [*node.args, *(word.value for word in node.keywords)]
        for word in node.keywords:
            if word.arg == "out":
                self.change(self.sharing.sources(word.value))
        if start in self.known.modules:
            start, path = dotted(node.func)
            if start is not None:
                self._loud(self.known.modules[start], path, given)
        elif isinstance(node.func, ast.Attribute):
            if node.func.attr in words.MUTATORS:
                self.change_path(node.func, given if node.func.attr in words.GROWING else ())
            elif node.func.attr in words.LOUD - words.FRESH_METHODS - {
                "activation",
                "optimizer",
                "initializer",
                "loss",
            }:
                self.effects.ambient = True
        elif isinstance(node.func, ast.Name):
            self.effects.calls.add(node.func.id)
            self._named(node.func.id, node)
        spoilers = [one.id for one in given if isinstance(one, ast.Name) and one.id in self.known.functions]
        if any(self.known.functions[name].spoils for name in spoilers):
            self.change(set().union(*map(self.sharing.sources, given)))

    def _loud(self, full: str, path: Sequence[str], given: Sequence[ast.AST]) -> None:
        """Note a module's function that changes the process, or its first argument."""
        package, attr = full.partition(".")[0], ([*full.split(".")[1:], *path] or [""])[-1]
        legacy = package in {"numpy", "random"} and [*full.split("."), *path][-2:-1] == ["random"]
        if attr in words.LOUD or "rcParams" in path or (legacy and attr in words.PROCESS_RANDOM):
            self.effects.ambient = True
        if package == "numpy" and attr == "at" and given:
            self.change(self.sharing.sources(given[0]))

    def _named(self, name: str, call: ast.Call) -> None:
        """Note what a function that has a name of its own does to its arguments."""
        if name in words.OPAQUE and name not in self.bound:
            self.effects.opaque = True
        given: list[ast.AST] = [*call.args] if name in {"next", "setattr", "delattr", "exec"} else []
        if name in self.known.functions:
            given = self.known.functions[name].spoiled(call)
        self.change(set().union(*map(self.sharing.sources, given)))


def function(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, known: Known) -> Deferred:
    """Return what a function does when it is called."""
    own, shared = local_names(node)
    parts = [*node.args.posonlyargs, *node.args.args, *filter(None, [node.args.vararg]), *node.args.kwonlyargs]
    parameters = [part.arg for part in [*parts, *filter(None, [node.args.kwarg])]]
    inner = replace(
        known,
        modules={name: full for name, full in known.modules.items() if name not in own},
        functions={name: does for name, does in known.functions.items() if name not in own},
        classes=known.classes - own,
        kinds={name: kind for name, kind in known.kinds.items() if name not in own},
    )
    reader = Reader(inner, own)
    for part in node.body if isinstance(node.body, list) else [ast.Return(node.body)]:
        reader.visit(part)
    effects, nested = reader.effects, reader.effects.deferred
    below, above = _edges(effects)
    deep = _closed(effects.changes - effects.shallow, below)
    changed = _closed(deep | (effects.changes & effects.shallow), above) | nested.changes
    returned = _closed(reader.returned, below)
    given = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    defaults = set().union(*map(Sharing(known, {}).sources, given))
    spoils, passes = changed & set(parameters), bool(returned & set(parameters))
    called = [inner.functions[name] for name in effects.reads if name in inner.functions]
    return Deferred(
        reads=effects.reads | (nested.reads - own),
        changes=(changed - own) | (effects.binds & shared) | (defaults if spoils else set()),
        returns=(returned - own) | (defaults if passes else set()),
        passes=passes,
        spoils=spoils,
        parameters=() if node.args.vararg or node.args.kwarg else tuple(parameters),
        ambient=effects.ambient or nested.ambient or any(one.ambient for one in called),
        makes=nested != Deferred(),
        restless=reader.restless or bool(nested.changes & own),  # it may return a function that counts
    )


def _edges(effects: Effects) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return what names lead to, and what leads to them."""
    below: dict[str, set[str]] = {}
    above: dict[str, set[str]] = {}
    for one, other in [*effects.same, *((b, a) for a, b in effects.same), *effects.holds]:
        below.setdefault(one, set()).add(other)
        above.setdefault(other, set()).add(one)
    return below, above


def _closed(names: Iterable[str], edges: dict[str, set[str]]) -> set[str]:
    """Return names with all that edges lead to."""
    found, waiting = set(names), list(names)
    while waiting:
        new = edges.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found
