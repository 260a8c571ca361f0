"""Checks of arguments: each says in one sentence which argument, what was given, what is allowed, and the usual cure."""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNIQUE = "labels, y = np.unique(y, return_inverse=True)"  # the cure for labels that are not 0, 1, 2, ...

LONGEST = 120  # characters of what a sentence repeats of an argument
_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 60


def short(value: Any) -> str:
    """Return what a value is, in one line: its `repr` if that is short, else its kind and shape."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape != ():
        kind = getattr(value, "dtype", None)
        more = f" and dtype {kind}" if isinstance(kind, np.dtype) and kind.names is None else ""
        return f"{type(value).__name__} of shape {shape}{more}"
    said = " ".join(_REPR.repr(value).split())
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 3]}..."


def choice(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return one of a few words, or name the near one."""
    if isinstance(value, str) and value in allowed:
        return value
    meant = value.removeprefix(f"{name}_") if isinstance(value, str) else value  # PyTorch says fan_in
    hint = f"; did you mean {meant!r}?" if isinstance(meant, str) and meant in allowed else near(meant, allowed)
    raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, not {short(value)}{hint}")


def near(value: Any, allowed: Iterable[str]) -> str:
    """Return what was perhaps meant, as the end of a sentence; empty where nothing is near."""
    import difflib  # only where a word is wrong

    found = difflib.get_close_matches(str(value), list(allowed), n=1) if isinstance(value, str) else []
    return f"; did you mean {found[0]!r}?" if found else ""


def whole(name: str, value: Any, *, least: int) -> int:
    """Return a whole number of at least ``least``."""
    try:
        number = None if isinstance(value, bool | np.bool_) else operator.index(value)
    except TypeError:
        number = None
    if number is not None and number >= least:
        return number
    sentence = f"{name} must be a whole number of at least {least}, not {short(value)}"
    raise TypeError(sentence) if number is None else ValueError(sentence)


def real(
    name: str, value: Any, *, above: float | None = None, least: float | None = None, below: float | None = None
) -> float:
    """Return a finite number within the bounds."""
    bounds = [
        *([f"above {above:g}"] if above is not None else []),
        *([f"at least {least:g}"] if least is not None else []),
        *([f"below {below:g}"] if below is not None else []),
    ]
    sentence = f"{name} must be {' '.join(['a finite number', ' and '.join(bounds)]).strip()}, not {short(value)}"
    if isinstance(value, str | bytes | bool | np.bool_) or getattr(value, "ndim", None) or hasattr(value, "filled"):
        raise TypeError(sentence)
    try:
        number = float(value)
    except OverflowError:
        number = np.inf
    except Exception:
        raise TypeError(sentence) from None
    inside = (above is None or number > above) and (least is None or number >= least)
    if not np.isfinite(number) or not inside or (below is not None and not number < below):
        raise ValueError(sentence)
    return number


def seeds(value: Any) -> tuple[int, ...]:
    """Return the seeds as a tuple: ``5`` is seed 5 alone, ``range(5)`` is five seeds.

    Any iterable of whole numbers will do. Its order is kept; a set, which has none, is sorted, so that a run does not
    depend on where Python has put its members.
    """
    several = isinstance(value, Iterable) and not isinstance(value, str | bytes) and getattr(value, "ndim", 1) != 0
    many = tuple(whole("a seed", seed, least=0) for seed in (value if several else (value,)))
    if not many:
        raise ValueError("seeds must hold at least one seed; it is empty")
    if len(set(many)) < len(many):
        met: set[int] = set()
        twice = next(seed for seed in many if seed in met or met.add(seed))  # type: ignore[func-returns-value]
        raise ValueError(f"seeds must differ from one another; {twice} stands in them more than once")
    return tuple(sorted(many)) if isinstance(value, AbstractSet) else many


def dtype(value: Any) -> np.dtype[Any]:
    """Return float32 or float64 as a dtype."""
    try:
        kind: np.dtype[Any] | None = None if value is None else np.dtype(value)
    except Exception:
        kind = None
    if kind is None or kind not in (np.dtype("float32"), np.dtype("float64")):
        hint = near(value, ("float32", "float64"))
        raise ValueError(f"dtype must be 'float32' or 'float64', not {short(value)}{hint}")
    return kind


def floats(name: str, value: Any, *, dimensions: tuple[int, ...]) -> NDArray[np.float64]:
    """Return finite numbers as float64; refuse those that float64 would round to another whole number."""
    array, names = _read(name, value)
    _finite(name, array, names, dimensions)
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8:
        wrong = (array > 2**53) | (array < -(2**53)) if array.dtype.kind == "i" else array > 2**53
        if wrong.any():
            where = np.argwhere(wrong)[0]
            raise ValueError(
                f"{_place(name, where, names)} is {array[tuple(where)]}; beyond 2**53 float64 rounds whole numbers: "
                f"scale {name}, or take np.asarray({name}, dtype=float) if that may be"
            )
    with np.errstate(all="ignore"):
        converted = array.astype(float, copy=False)
    if array.dtype.itemsize > 8:
        _finite(name, converted, names, dimensions)
    return converted


def finite_array(name: str, value: Any, *, dimensions: tuple[int, ...]) -> NDArray[Any]:
    """Return an array of finite numbers with an allowed number of dimensions and at least one entry."""
    array, names = _read(name, value)
    _finite(name, array, names, dimensions)
    return array


def _finite(name: str, array: NDArray[Any], names: list[Any] | None, dimensions: tuple[int, ...]) -> None:
    if array.ndim not in dimensions:
        allowed = " or ".join(str(d) for d in dimensions)
        raise ValueError(f"{name} must have {allowed} dimensions, not {array.ndim} (its shape is {array.shape})")
    if array.size == 0:
        raise ValueError(f"{name} must hold at least one number; its shape is {array.shape}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        where = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(f"{name} must be finite; {_place(name, where, names)} is {array[tuple(where)]}")


def _place(name: str, where: Iterable[Any], names: list[Any] | None) -> str:
    """Return where an entry stands: ``x[3, 1]``, or in a table row 3 of its column by name."""
    index = [int(i) for i in where]
    if names is not None and len(index) == 2:
        return f"row {index[0]} of column {short(names[index[1]])} of {name}"
    return f"{name}[{', '.join(map(str, index))}]"


# ---------------------------------------------------------------------------------------------------- reading arrays


def _read(name: str, value: Any) -> tuple[NDArray[Any], list[Any] | None]:
    """Return numbers as an array, and the names of the columns if they came in a table."""
    columns = _columns(value)
    if columns is None:
        return _column(name, value, name), None
    names = [label for label, _ in columns]
    whole_table = np.asarray(value)
    if whole_table.dtype.kind in "fiub":  # one kind throughout
        return whole_table, names
    parts = [_column(f"column {short(label)} of {name}", column, f"{name}[{label!r}]") for label, column in columns]
    return (np.column_stack(parts) if parts else np.empty((len(value), 0))), names


def _columns(value: Any) -> list[tuple[Any, Any]] | None:
    """Return the columns of a frame or a structured array with their names, None for anything else."""
    if isinstance(value, np.ndarray):
        return [(key, value[key]) for key in value.dtype.names] if value.dtype.names and value.ndim == 1 else None
    if not (hasattr(value, "columns") and hasattr(value, "dtypes") and hasattr(value, "__array__")):
        return None
    if hasattr(value, "iloc"):  # of two columns with one name, pandas would return both
        return [(label, value.iloc[:, index]) for index, label in enumerate(value.columns)]
    return [(label, value[label]) for label in value.columns]


def _column(name: str, column: Any, code: str) -> NDArray[Any]:
    """Return one column of a table, or any array; what pandas keeps as whole numbers with gaps is whole numbers if it has none."""
    if hasattr(column, "isna") and getattr(column, "ndim", 0) == 1 and column.isna().any():
        row = int(np.flatnonzero(column.isna())[0])
        raise ValueError(f"{name} must be finite; row {row} is missing: leave that row out or fill it")
    kept = getattr(getattr(column, "dtype", None), "numpy_dtype", None)
    if isinstance(kept, np.dtype) and kept.kind in "fiub":
        return np.asarray(column, dtype=kept)
    return _numbers(name, column, code)


def _numbers(name: str, value: Any, code: str) -> NDArray[Any]:
    """Return an array of a kind of number, or say what it is instead; ``code`` is how the reader writes it."""
    if hasattr(value, "filled") and np.any(np.ma.getmaskarray(value)):
        where = np.argwhere(np.ma.getmaskarray(value))[0]
        raise ValueError(f"{_place(name, where, None)} is masked: leave that sample out or fill it")
    must = f"{name} must be an array of numbers"
    if hasattr(value, "toarray"):
        raise TypeError(f"{must}, not a sparse {type(value).__name__}; use {code}.toarray()")
    try:
        array = np.asarray(value)
    except Exception as error:  # what a reader's array raises is not ours to know
        cure = f"; use {code}.detach().cpu().numpy()" if hasattr(value, "detach") else ""
        said = " ".join(str(error).split())
        why = "; its rows differ in length" if "inhomogeneous" in said else f" ({said:.80})"
        raise TypeError(f"{must}, not {short(value)}{cure or why}") from None
    if array.dtype.kind in "fiub":
        return array
    labels = _whole_numbers(array) if array.dtype.kind == "O" and _are_labels(code) else None
    if labels is not None:
        return labels
    raise TypeError(f"{must}{_instead(array, value, code)}")


def _are_labels(code: str) -> bool:
    return code.partition("[")[0] in ("y", "targets")


def _whole_numbers(array: NDArray[Any]) -> NDArray[Any] | None:
    """Return whole numbers or booleans that stand in an array of objects, as pandas leaves labels; None for others."""
    entries = array.ravel().tolist()
    if not entries:
        return None
    if all(isinstance(entry, bool | np.bool_) for entry in entries):
        return array.astype(bool)
    if all(isinstance(entry, int | np.integer) and -(2**63) <= entry < 2**63 for entry in entries):
        return array.astype(np.int64)
    return None


def _instead(array: NDArray[Any], value: Any, code: str) -> str:
    """Return the rest of the sentence about an array that holds no numbers."""
    if array.ndim == 0 or array.size == 0:
        return f", not {short(value)}"
    kind: str = array.dtype.kind
    where, first = (0,) * array.ndim, array.flat[0]
    if kind == "O":
        where, first = next(
            ((at, entry) for at, entry in np.ndenumerate(array) if not _is_number(entry)), (where, first)
        )
        kind = _kind_of(first)
    first = short(first.item() if isinstance(first, np.generic) else first)
    place = _place(code, where, None)
    if kind in "UST":
        turned = UNIQUE if code in ("y", "targets") else "a column of 0 and 1 for each, as pandas.get_dummies makes"
        return f", not strings such as {first}; use {turned}"
    return {
        "c": f", not complex numbers such as {first}; use {code}.real and {code}.imag as two columns",
        "M": f", not dates such as {first}; subtract the first and divide by np.timedelta64(1, 'D')",
        "m": f", not durations such as {first}; divide by np.timedelta64(1, 'D')",
        "missing": f"; {place} is {first}: leave that sample out or fill it",
        "large": f"; {place} is {first}, too large for NumPy's whole numbers; use np.asarray({code}, dtype=float)",
        "rows": f", not {short(value)}; its rows differ in length",
        "number": f", not of objects such as {first}; use np.asarray({code}, dtype={_type_for(array, code)})",
    }.get(kind, f", not of objects such as {first}")


def _type_for(array: NDArray[Any], code: str) -> str:
    """Return the name of the type that an array of objects fits: labels such as 1.0 and 0.0 are to be whole numbers."""
    if array.dtype.kind != "O" or not _are_labels(code):
        return "float"
    try:
        return "int" if all(abs(entry) < 2**53 and int(entry) == entry for entry in array.flat) else "float"
    except Exception:  # what a reader's numbers raise is not ours to know
        return "float"


def _is_number(entry: Any) -> bool:
    return _kind_of(entry) == "number"


def _kind_of(entry: Any) -> str:
    """Return what one entry of an array of objects is."""
    if entry is None or type(entry).__name__ in ("NAType", "NaTType") or (isinstance(entry, float) and entry != entry):
        return "missing"
    if isinstance(entry, int | np.integer):
        return "number" if -(2**63) <= entry < 2**64 else "large"
    for kind, types in (("U", (str, bytes)), ("rows", (list, tuple, np.ndarray)), ("c", (complex, np.complexfloating))):
        if isinstance(entry, types):
            return kind
    if type(entry).__module__.partition(".")[0] in ("datetime", "pandas"):
        return "m" if "delta" in type(entry).__name__.lower() else "M"
    return "number" if hasattr(entry, "__float__") else "object"
