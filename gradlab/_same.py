"""Whether two functions or classes are the same by their code, as those of a cell that was run twice are."""

from __future__ import annotations

import dataclasses
import dis
import functools
import types
import weakref
from typing import Any

import numpy as np

_SURROUNDINGS: weakref.WeakKeyDictionary[Any, dict[str, Any]] = weakref.WeakKeyDictionary()


def remember(*parts: Any) -> None:
    """Keep what the globals that functions name are now, so that `same_function` sees when they were others before.

    Parameters
    ----------
    *parts
        Functions, classes (their methods are taken) or anything else, which is passed over. The functions of the same
        module that they name are taken too. A list or an array is kept as it is: what is written into it later is not
        seen.
    """
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        if isinstance(part, type):
            waiting += [_bare(member) for member in vars(part).values()]
        elif isinstance(part, functools.partial):
            waiting.append(part.func)
        elif isinstance(part, types.FunctionType) and part not in _SURROUNDINGS and not _is_of_gradlab(part):
            known = _SURROUNDINGS[part] = _surroundings(part)
            waiting += [one for one in known.values() if getattr(one, "__globals__", None) is part.__globals__]


def same_function(one: Any, other: Any) -> bool:
    """Whether two functions or classes are the same by their code, as those of a cell that was run twice are.

    Parameters
    ----------
    one, other
        Functions, methods, partials, classes, or anything else, which is compared by type and value.

    Returns
    -------
    bool
        True if the two are one object, or agree in bytecode, constants, defaults, closure and in the globals that the
        code names (as `remember` found them, else as they are now); classes in their bases and what they define.

    Examples
    --------
    >>> from gradlab._registry import same_function
    >>> twice = [lambda x: 2 * x for _ in range(2)]
    >>> same_function(*twice), same_function(twice[0], lambda x: 3 * x)
    (True, False)
    """
    return _same(one, other, set())


def _same(one: Any, other: Any, met: set[tuple[int, int]]) -> bool:
    """Compare two values; pairs that are being compared already (a function that calls itself) are taken as the same."""
    pair = (id(one), id(other))
    if one is other or pair in met:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, type | types.FunctionType):  # they live on, so that no other object gets their id meanwhile
        met.add(pair)
    mine, theirs = _pieces(one), _pieces(other)
    if mine is None or theirs is None:
        return _equal(one, other)
    return mine.keys() == theirs.keys() and all(_same(value, theirs[name], met) for name, value in mine.items())


def _pieces(part: Any) -> dict[Any, Any] | None:
    """Return what makes a part what it is, by name; None for a plain value."""
    if isinstance(part, types.FunctionType):
        cells = [_content(cell) for cell in part.__closure__ or ()]
        near = _surroundings(part) | _SURROUNDINGS.get(part, {})
        return {"code": part.__code__, 0: part.__defaults__, 1: part.__kwdefaults__, 2: cells, 3: near}
    if isinstance(part, types.CodeType):
        names = ("co_code", "co_names", "co_varnames", "co_cellvars", "co_freevars", "co_consts", "co_flags")
        counts = ("co_argcount", "co_kwonlyargcount", "co_posonlyargcount")
        return {name: getattr(part, name) for name in names + counts}
    if isinstance(part, types.MethodType):
        return {"function": part.__func__, "self": part.__self__}
    if isinstance(part, functools.partial):
        return {"function": part.func, "arguments": part.args, "keywords": part.keywords}
    if isinstance(part, staticmethod | classmethod):
        return {"function": part.__func__}
    if isinstance(part, property):
        return {"get": part.fget, "set": part.fset, "delete": part.fdel}
    if isinstance(part, type):
        return _members(part)
    if isinstance(part, list | tuple):
        return dict(enumerate(part))
    return part if isinstance(part, dict) else None


def _members(kind: type) -> dict[Any, Any]:
    """Return what a class defines, without what Python notes about every class and what says nothing of what it does."""
    told = {name: member for name, member in vars(kind).items() if not _is_noted(name, member)}
    return {"": kind.__qualname__, " ": kind.__bases__, **told}


def _is_noted(name: str, member: Any) -> bool:
    slot = isinstance(member, types.GetSetDescriptorType | types.MemberDescriptorType)
    plain = name.startswith("__") and not callable(_bare(member)) and not isinstance(member, property)
    return slot or plain or name.startswith(("__annot", "_abc_"))


def _surroundings(function: types.FunctionType) -> dict[str, Any]:
    """Return the globals that the code of a function names and that there are."""
    names, waiting = set(), [function.__code__]
    while waiting:
        code = waiting.pop()
        names |= {line.argval for line in dis.get_instructions(code) if line.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
        waiting += [inner for inner in code.co_consts if isinstance(inner, types.CodeType)]
    return {name: function.__globals__[name] for name in sorted(names) if name in function.__globals__}


def _is_of_gradlab(function: types.FunctionType) -> bool:
    return str(function.__module__).startswith("gradlab.")


def _bare(member: Any) -> Any:
    """Return the function inside a static method, a class method or a property."""
    return member.fget if isinstance(member, property) else getattr(member, "__func__", member)


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _equal(one: Any, other: Any) -> bool:
    """Compare two values of one type, to the last bit where they are floats or arrays."""
    if isinstance(one, float | complex):
        return repr(one) == repr(other)
    try:
        if isinstance(one, np.ndarray):
            return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
        return bool(one == other)
    except Exception:  # what a reader's values raise is not ours to know
        return False


class Alike:
    """A base of dataclasses: two are equal if their classes are the same by their code and their fields are equal."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "__eq__" not in vars(cls):
            for name in ("__eq__", "__hash__"):  # what stands in the class itself, dataclass leaves as it is
                setattr(cls, name, getattr(Alike, name))
        remember(cls)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Alike) or not same_function(type(self), type(other)):
            return NotImplemented
        names = [field.name for field in dataclasses.fields(self) if field.compare]  # type: ignore[arg-type]
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def __hash__(self) -> int:
        values = [getattr(self, field.name) for field in dataclasses.fields(self) if field.compare]  # type: ignore[arg-type]
        return hash((type(self).__qualname__, *values))
