"""What one statement does: the names that it reads, binds and changes, and what its functions do once they are called."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gradlab_live import known

_BUILTINS = frozenset(dir(builtins))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass
class Deferred:
    """What functions do when they are called."""

    reads: set[str] = field(default_factory=set)  # global names
    changes: set[str] = field(default_factory=set)  # global names: bound, or their objects changed
    returns: set[str] = field(default_factory=set)  # global names that the value may share memory with
    passes: bool = False  # the value may share memory with the arguments
    parameters: tuple[str, ...] = ()  # in the order in which they are given
    spoils: set[str] = field(default_factory=set)  # parameters whose arguments may be changed
    ambient: bool = False  # the whole process is changed
    restless: bool = False  # the value is used up when it is looked at
    makes: bool = False  # functions are made, and perhaps returned

    def add(self, other: Deferred) -> None:
        """Take up what another function does."""
        for name in ("reads", "changes", "returns", "spoils"):
            getattr(self, name).update(getattr(other, name))
        for name in ("passes", "ambient", "restless", "makes"):
            setattr(self, name, getattr(self, name) or getattr(other, name))

    def spoiled(self, call: ast.Call) -> list[ast.AST]:
        """Return the arguments of a call that may be changed."""
        plain = next((k for k, one in enumerate(call.args) if isinstance(one, ast.Starred)), len(call.args))
        known = {
            *(
                id(one)
                for one, name in zip(call.args[:plain], self.parameters, strict=False)
                if name not in self.spoils
            ),
            *(id(word.value) for word in call.keywords if word.arg in self.parameters and word.arg not in self.spoils),
        }
        rest = set(self.parameters[plain:]) & self.spoils
        for one in call.args[plain:] if not rest and len(self.parameters) >= plain else ():
            known.add(id(one))
        given = [*call.args, *(word.value for word in call.keywords)]
        return [one for one in given if id(one) not in known] if self.spoils else []


@dataclass
class Known:
    """What is known of names from the statements before."""

    modules: dict[str, str] = field(default_factory=dict)  # the full name of each module
    functions: dict[str, Deferred] = field(default_factory=dict)
    classes: set[str] = field(default_factory=set)
    kinds: dict[str, str] = field(default_factory=dict)  # constant, container, dict, drawing or restless


@dataclass
class Effects:
    """What a statement does when it runs."""

    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    perhaps: set[str] = field(default_factory=set)  # of these, what some way through the statement leaves alone
    changes: set[str] = field(default_factory=set)  # of these the objects, in place
    shallow: set[str] = field(default_factory=set)  # of these, containers that got or lost a member, and no more
    calls: set[str] = field(default_factory=set)  # names that are called
    same: set[tuple[str, str]] = field(default_factory=set)  # pairs that may be one object, or parts of one
    holds: set[tuple[str, str]] = field(default_factory=set)  # the first may hold the second
    kinds: dict[str, str] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    classes: set[str] = field(default_factory=set)
    functions: dict[str, Deferred] = field(default_factory=dict)
    deferred: Deferred = field(default_factory=Deferred)
    ambient: bool = False
    opaque: bool = False


def root(node: ast.AST | None) -> tuple[str | None, list[str]]:
    """Return the name that an access path starts from, and the attributes on the way."""
    path: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Call | ast.NamedExpr):
        if isinstance(node, ast.Attribute):
            path.insert(0, node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    return (node.id if isinstance(node, ast.Name) else None), path


def dotted(node: ast.AST) -> tuple[str | None, list[str]]:
    """Return the same for a chain of names alone, with no call and no index in it; None for anything else."""
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.insert(0, node.attr)
        node = node.value
    return (node.id if isinstance(node, ast.Name) else None), path


def stored(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that targets bind."""
    return {
        part.id
        for node in nodes
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def local_names(function: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names that are a function's own, its parameters among them, and those that it declares to be from outside."""
    own, shared = {part.arg for part in ast.walk(function.args) if isinstance(part, ast.arg)}, set[str]()
    waiting = list(function.body) if isinstance(function.body, list) else [function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Global | ast.Nonlocal):
            shared |= set(node.names)
        if isinstance(node, (*_FUNCTIONS[:2], ast.ClassDef)):
            own.add(node.name)
            continue
        own |= _bound_here(node)
        if not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return own - shared, shared


def _bound_here(node: ast.AST) -> set[str]:
    """Return the names that a node binds by itself."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(one.asname or one.name).partition(".")[0] for one in names}
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return {name}
        case ast.MatchMapping(rest=str(name)):
            return {name}
    return set()


class Sharing:
    """Which names the value of an expression may share memory with, and of what kind it is."""

    def __init__(self, known_names: Known, own: dict[str, str]) -> None:
        """Know the names of the page, and the kinds of those that the statement itself has bound."""
        self.known, self.own = known_names, own
        self.inner: dict[str, set[str]] = {}  # what the variables of comprehensions are members of

    def kind(self, name: str | None) -> str | None:
        """Return the kind of a name."""
        return self.own.get(name) or self.known.kinds.get(name) if name else None

    def sources(self, node: ast.AST | None) -> set[str]:
        """Return the names that a value may share memory with."""
        match node:
            case ast.Name(id=name) if name in self.inner:
                return self.inner[name]
            case ast.Name(id=name):
                return set() if name in self.known.modules or self.kind(name) == "constant" else {name}
            case ast.Attribute() | ast.Subscript():
                return self.sources(node.value)
            case ast.Call():
                return self._of_call(node)
            case ast.BinOp(op=ast.Add() | ast.BitOr() | ast.Mult()):
                sides = [node.left, node.right]
                lists = isinstance(node.op, ast.BitOr) or any(self.is_container(side) for side in sides)
                return self._all(sides) if lists else set()
            case ast.BinOp() | ast.UnaryOp() | ast.Compare() | ast.JoinedStr() | ast.Constant() | ast.Lambda() | None:
                return set()
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self._of_comprehension(node)
            case ast.IfExp():
                return self._all([node.body, node.orelse])
            case ast.Dict():
                return self._all(node.values)
        return self._all(ast.iter_child_nodes(node))

    def _all(self, nodes: Iterable[ast.AST]) -> set[str]:
        return set().union(*map(self.sources, nodes))

    def is_container(self, node: ast.AST) -> bool:
        """Return whether a value is a list, a dict or their like, made here."""
        made = isinstance(
            node, ast.List | ast.Tuple | ast.Dict | ast.Set | _COMPREHENSIONS[0] | ast.DictComp | ast.SetComp
        )
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        return made or (called and node.func.id in {"list", "dict", "set", "tuple", "sorted"}) or (
            isinstance(node, ast.Name) and self.kind(node.id) in {"container", "dict"}
        )  # fmt: skip

    def _of_comprehension(self, node: ast.AST) -> set[str]:
        before = dict(self.inner)
        for one in node.generators:
            self.inner |= self.variables(one.target, one.iter)
        found = self.sources(node.value if isinstance(node, ast.DictComp) else node.elt)
        self.inner = before
        return found

    def variables(self, target: ast.AST, over: ast.AST) -> dict[str, set[str]]:
        """Return what the variables of a comprehension may share memory with."""
        found: dict[str, set[str]] = {}
        for one, each, _ in self.members(target, over):
            for name in stored([one]):
                found[name] = found.get(name, set()) | self.sources(each)
        return found

    def members(self, target: ast.AST, over: ast.AST) -> Iterator[tuple[ast.AST, ast.AST, bool]]:
        """Yield the targets of a loop, each with what it is or, where the third is true, is a member of.

        The keys of a dict can be hashed: nothing changes them.
        """
        key = ast.Constant(0)
        match over, target:
            case ast.Call(func=ast.Name(id="enumerate"), args=[each, *_]), ast.Tuple(elts=[number, one]):
                yield number, key, False
                yield from self.members(one, each)
            case ast.Call(func=ast.Name(id="zip"), args=args), ast.Tuple(elts=targets) if len(args) == len(
                targets
            ) and not any(isinstance(one, ast.Starred) for one in [*args, *targets]):
                for one, each in zip(targets, args, strict=True):
                    yield from self.members(one, each)
            case ast.Call(func=ast.Name(id="zip" | "enumerate"), args=args), _:
                yield target, ast.Tuple(args, ast.Load()), True
            case ast.Call(func=ast.Attribute(attr="items", value=each), args=[]), ast.Tuple(elts=[one, other]):
                yield one, key, False
                yield other, each, True
            case ast.Name(id=name), _ if self.kind(name) == "dict":
                yield target, key, False
            case ((ast.List(elts=parts) | ast.Tuple(elts=parts)), _) if not any(
                isinstance(one, ast.Starred) for one in parts
            ):
                for part in parts:
                    for left, right in pairs(target, part):
                        yield left, right, False
            case _:
                yield target, over, True

    def _of_call(self, node: ast.Call) -> set[str]:
        arguments = [*node.args, *(word.value for word in node.keywords)]
        match node.func:
            case ast.Name(id=name) if name in self.known.functions:
                does = self.known.functions[name]
                return does.returns | (self._all(arguments) if does.passes else set())
            case ast.Name(id=name):
                own = set() if name in _BUILTINS or name in self.known.modules else {name}
                return set() if name in known.FRESH_FUNCTIONS else self._all(arguments) | own
            case ast.Attribute(attr=attr, value=receiver):
                start = root(node.func)[0]
                if start in self.known.modules:
                    return set() if self._is_fresh(start, attr) else self._all(arguments)
                fresh = attr in known.FRESH_METHODS or self.kind(start) == "drawing"
                return set() if fresh else self._all([receiver, *arguments])
        return self._all([node.func, *arguments])

    def _is_fresh(self, module: str, attr: str) -> bool:
        package = self.known.modules[module].partition(".")[0]
        if package == "gradlab":
            return attr not in known.KEEPERS
        return attr not in known.VIEWS if package in {"numpy", "math"} else package == "matplotlib"

    def kind_of(self, node: ast.AST | None) -> str | None:
        """Return the kind of a value, None where nothing is known of it."""
        if self.is_constant(node):
            return "constant"
        if self.is_restless(node):
            return "restless"
        if self._is_drawing(node):
            return "drawing"
        if node is None or isinstance(node, ast.Name) or not self.is_container(node):
            return None
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"
        return "dict" if called or isinstance(node, ast.Dict | ast.DictComp) else "container"

    def is_constant(self, node: ast.AST | None) -> bool:
        """Return whether a value is one that nothing can change."""
        match node:
            case ast.Constant() | ast.JoinedStr():
                return True
            case ast.UnaryOp(operand=operand):
                return self.is_constant(operand)
            case ast.BinOp(left=left, right=right):
                return self.is_constant(left) and self.is_constant(right)
            case ast.Tuple(elts=parts):
                return all(map(self.is_constant, parts))
            case ast.Name(id=name):
                return self.kind(name) == "constant"
            case ast.Call(func=ast.Attribute(attr="MLP", value=ast.Name(id=name))):  # frozen
                return self.known.modules.get(name) == "gradlab"
            case ast.Call(func=ast.Name(id="range" | "len" | "int" | "float" | "str" | "bool")):
                return True
        return False

    def is_restless(self, node: ast.AST | None) -> bool:
        """Return whether a value is used up, or moved on, when it is looked at."""
        match node:
            case ast.GeneratorExp():
                return True
            case ast.Call(func=ast.Name(id=name)) if name in self.known.functions:
                return self.known.functions[name].restless
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                start = root(node.func)[0]
                if name in known.FRESH_METHODS | known.FRESH_FUNCTIONS or (
                    name == "array" and start in self.known.modules
                ):
                    return False
                if name in known.RESTLESS_MAKERS or start in self.known.classes:
                    return not (name in {"repeat", "product"} and self.known.modules.get(start or "") == "numpy")
        return any(self.kind(name) == "restless" for name in self.sources(node)) or self._makes(node)

    def _makes(self, node: ast.AST | None) -> bool:
        """Return whether a list or its like has members that are restless: ``[default_rng(s) for s in seeds]``."""
        match node:
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.DictComp(value=part) | ast.Starred(value=part):
                return self.is_restless(part)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
                return any(map(self.is_restless, parts))
        return False

    def has_restless_members(self, node: ast.AST) -> bool:
        """Return whether the members of a value may be restless: those of ``map(default_rng, seeds)``, not those of a zip."""
        return any(
            (isinstance(part, ast.Attribute) and part.attr in known.SOURCES)
            or (isinstance(part, ast.Name) and (part.id in known.SOURCES or self.kind(part.id) == "restless"))
            for part in ast.walk(node)
        )

    def _is_drawing(self, node: ast.AST | None) -> bool:
        match node:
            case ast.Call() | ast.Attribute() | ast.Subscript():
                start, path = root(node)
                module = self.known.modules.get(start or "", "")
                made = module.startswith("matplotlib") or (module == "gradlab" and path[:1] == ["plots"])
                return self.kind(start) == "drawing" or (made and isinstance(node, ast.Call) and path[-1:] != ["style"])
        return isinstance(node, ast.Name) and self.kind(node.id) == "drawing"


def pairs(target: ast.AST, value: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield targets with their values: ``a, b = x, y`` as two."""
    both = isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List)
    if both and len(target.elts) == len(value.elts) and not any(
        isinstance(one, ast.Starred) for one in [*target.elts, *value.elts]
    ):  # fmt: skip
        for one, other in zip(target.elts, value.elts, strict=True):
            yield from pairs(one, other)
    else:
        yield target, value
