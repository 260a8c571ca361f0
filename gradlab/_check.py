"""Checks of arguments: each says in one sentence which argument, what was given and what is allowed."""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def short(value: Any) -> str:
    """Return what a value is, in one line: its `repr` if that is short, else its kind and shape."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape != ():
        kind = getattr(value, "dtype", None)
        return f"{type(value).__name__} of shape {shape}" + (f" and dtype {kind}" if isinstance(kind, np.dtype) else "")
    return " ".join(_REPR.repr(value).split())


_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 60


def choice(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return one of a few words, or name the near one."""
    if isinstance(value, str) and value in allowed:
        return value
    import difflib  # only where a word is wrong

    near = difflib.get_close_matches(str(value), allowed, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, not {short(value)}{hint}")


def whole(name: str, value: Any, *, least: int) -> int:
    """Return a whole number of at least ``least``."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be a whole number of at least {least}, not {value!r}")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number of at least {least}, not {value!r}") from None
    if number < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}")
    return number


def real(
    name: str, value: Any, *, above: float | None = None, least: float | None = None, below: float | None = None
) -> float:
    """Return a finite number within the bounds."""
    bounds = [
        *([f"above {above:g}"] if above is not None else []),
        *([f"at least {least:g}"] if least is not None else []),
        *([f"below {below:g}"] if below is not None else []),
    ]
    allowed = " ".join(["a finite number", " and ".join(bounds)]).strip()
    try:
        if isinstance(value, str | bytes | bool | np.bool_):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be {allowed}, not {value!r}") from None
    except OverflowError:
        number = np.inf
    inside = (above is None or number > above) and (least is None or number >= least)
    if not np.isfinite(number) or not inside or (below is not None and not number < below):
        raise ValueError(f"{name} must be {allowed}, not {value!r}")
    return number


def seeds(value: Any) -> tuple[int, ...]:
    """Return the seeds as a tuple: ``5`` is seed 5 alone, ``range(5)`` is five seeds."""
    several = isinstance(value, Iterable) and not isinstance(value, str | bytes) and np.ndim(value) > 0  # type: ignore[arg-type]
    given = value if several else (value,)
    many = tuple(whole("a seed", seed, least=0) for seed in given)
    if not many:
        raise ValueError("seeds must hold at least one seed; it is empty")
    if len(set(many)) < len(many):
        twice = next(seed for seed in many if many.count(seed) > 1)
        raise ValueError(f"seeds must differ from one another; {twice} stands in them more than once")
    return many


def dtype(value: Any) -> np.dtype[Any]:
    """Return float32 or float64 as a dtype."""
    try:
        kind: np.dtype[Any] | None = np.dtype(value)
    except TypeError:
        kind = None
    if kind is None or kind not in (np.dtype("float32"), np.dtype("float64")):
        raise ValueError(f"dtype must be 'float32' or 'float64', not {value!r}")
    return kind


def finite_array(name: str, value: Any, *, dimensions: tuple[int, ...]) -> NDArray[Any]:
    """Return an array of finite numbers with an allowed number of dimensions and at least one entry."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise TypeError
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of numbers, not {value!r:.80}") from None
    if array.ndim not in dimensions:
        allowed = " or ".join(str(d) for d in dimensions)
        raise ValueError(f"{name} must have {allowed} dimensions, not {array.ndim} (its shape is {array.shape})")
    if array.size == 0:
        raise ValueError(f"{name} must hold at least one number; its shape is {array.shape}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite; {name}[{', '.join(map(str, where))}] is {array[where]}")
    return array
