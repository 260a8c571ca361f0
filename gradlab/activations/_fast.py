"""Rules made fast for the trainer: a rule's ufuncs are read once, and then write into buffers that are made once.

A rule is a formula in NumPy, ``x * up * share``. Called as it is, each operation makes a new array. Here the rule is
called once with a `Symbol` in place of x, which notes the operations instead of doing them. The notes become a `Program`:
the same ufuncs in the same order, each with a buffer to write into. So the trainer computes what the formula says, at the
speed of code written by hand; of all activations only sigmoid and tanh, at the end, are written once more for it.

Only gradlab's own rules are read. A rule that looks at the numbers in x, or draws some, could not be replayed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

Array = NDArray[Any]
Call = tuple[Callable[..., Any], tuple[Any, ...]]

_OF_TRUTHS = {np.bitwise_and: np.multiply, np.bitwise_or: np.maximum}  # truths are written as 0.0 and 1.0
_WANT_OUT_BY_NAME = {np.maximum, np.minimum}  # NumPy deprecates a third argument of theirs


class Unreadable(Exception):
    """What a rule does cannot be noted down."""


class Step(NamedTuple):
    """One operation: symbols are given by their number, numbers as they are."""

    function: Any
    inputs: tuple[Any, ...]
    output: int


class Symbol(NDArrayOperatorsMixin):
    """Stands for an array while a rule is read."""

    def __init__(self, reading: Reading, number: int) -> None:
        self.reading, self.number = reading, number
        self.dtype = reading.dtype

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Symbol:
        if method != "__call__" or keywords or ufunc.nout != 1:
            raise Unreadable(f"{ufunc.__name__}.{method} with {sorted(keywords)}")
        return self.reading.note(ufunc, inputs)

    def __array_function__(self, function: Any, types: Any, given: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if function is np.clip and len(given) == 3 and not keywords:
            return np.minimum(np.maximum(given[0], given[1]), given[2])
        if function is np.ones_like and len(given) == 1 and not keywords:
            return 1.0
        raise Unreadable(getattr(function, "__name__", str(function)))

    def __bool__(self) -> bool:
        raise Unreadable("a decision that depends on x")

    def __array__(self, *given: Any, **keywords: Any) -> Array:
        raise Unreadable("x as an array")


class _Number(NamedTuple):
    """A number in a rule, told apart from the number of a symbol."""

    value: float


_ONE = _Number(1.0)


class Reading:
    """The notes taken of one rule."""

    def __init__(self, dtype: np.dtype[Any], names: Sequence[str]) -> None:
        self.dtype = dtype
        self.steps: list[Step] = []
        self.known: dict[Any, Symbol] = {}
        self.x = Symbol(self, 0)
        self.parameters = {name: Symbol(self, number) for number, name in enumerate(names, start=1)}
        self.numbers = 1 + len(names)

    def note(self, function: Any, inputs: Sequence[Any]) -> Symbol:
        """Note an operation, unless the same one was noted before."""
        operands = tuple(given.number if isinstance(given, Symbol) else _Number(float(given)) for given in inputs)
        function = _OF_TRUTHS.get(function, function)
        if function is np.multiply and _ONE in operands:  # a factor that happens to be 1, such as swish's β
            return next(given for given in inputs if isinstance(given, Symbol))
        key = (function, operands)
        if key not in self.known:
            self.known[key] = Symbol(self, self.numbers)
            self.steps.append(Step(function, operands, self.numbers))
            self.numbers += 1
        return self.known[key]


@dataclass(frozen=True)
class Program:
    """A rule as steps, each of which knows its buffer.

    Parameters
    ----------
    steps
        The operations in their order.
    places
        For each symbol its buffer: ``"x"``, ``"parameter slope"``, ``"value"``, ``"slope"``, or the number of one of the
        scratch buffers, which all layers of a trace share.
    scratch
        How many scratch buffers are needed.
    """

    steps: tuple[Step, ...]
    places: Mapping[int, str | int]
    scratch: int

    def calls(self, arrays: Mapping[str, Array], scratch: Sequence[Array]) -> list[Call]:
        """Return the calls that fill ``value`` and ``slope``.

        Parameters
        ----------
        arrays
            By the names in ``places``: ``x``, ``value`` and ``slope``, all of one shape, and parameters.
        scratch
            Buffers of that shape, as many as ``scratch`` says.

        Returns
        -------
        list of tuple
            Functions with their arguments; the results are right as long as the arrays are the same ones.
        """

        def array(symbol: int) -> Array:
            place = self.places[symbol]
            return arrays[place] if isinstance(place, str) else scratch[place]

        kind = arrays["x"].dtype.char
        made: list[Call] = []
        for function, inputs, output in self.steps:
            operands = [_constant(one.value, kind) if isinstance(one, _Number) else array(one) for one in inputs]
            if function is np.copyto:
                made.append((np.copyto, (array(output), operands[0])))
            elif function in _WANT_OUT_BY_NAME:
                made.append((functools.partial(function, out=array(output)), tuple(operands)))
            else:
                made.append((function, (*operands, array(output))))
        return made


@functools.lru_cache(maxsize=1024)
def _constant(value: float, kind: str) -> Array:
    """Return a number as an array of no dimensions, with which ufuncs begin sooner."""
    with np.errstate(over="ignore"):  # past the largest float32 it is inf
        made = np.array(value).astype(kind)
    made.flags.writeable = False
    return made


def _named(results: tuple[Any, Any], reading: Reading) -> tuple[int, int]:
    """Return the symbols of value and slope, with steps of their own where they have none yet."""
    own: list[int] = []
    first = 1 + len(reading.parameters)
    for result in results:
        number = result.number if isinstance(result, Symbol) else _Number(float(result))
        if isinstance(number, _Number) or number < first or number in own:
            reading.steps.append(Step(np.copyto, (number,), reading.numbers))
            number, reading.numbers = reading.numbers, reading.numbers + 1
        own.append(number)
    return own[0], own[1]


def _places(steps: Sequence[Step], results: tuple[int, int], names: Sequence[str]) -> tuple[dict[int, str | int], int]:
    """Give each symbol a buffer that nobody else needs as long as the symbol is wanted."""
    born = {step.output: index for index, step in enumerate(steps)}
    last = dict(born)
    for index, step in enumerate(steps):
        last.update({one: index for one in step.inputs if not isinstance(one, _Number)})
    last.update(dict.fromkeys(results, len(steps)))
    until: dict[str | int, int] = {"value": -1, "slope": -1}  # when each buffer is free again
    reserved: dict[str | int, int] = {"value": born[results[0]], "slope": born[results[1]]}
    places: dict[int, str | int] = {0: "x", **{at: f"parameter {name}" for at, name in enumerate(names, start=1)}}
    for index, step in enumerate(steps):
        one = step.output
        if one in results:
            place: str | int = ("value", "slope")[results.index(one)]
        else:
            free = [
                buffer
                for buffer, end in until.items()
                if end <= index and last[one] <= reserved.get(buffer, len(steps))
            ]
            place = free[0] if free else len(until) - 2
        places[one] = place
        until[place] = last[one]
    return places, len(until) - 2


@functools.lru_cache(maxsize=512)
def read(
    rule: Callable[..., tuple[Any, Any]], parameters: tuple[tuple[str, float], ...], names: tuple[str, ...], kind: str
) -> Program | None:
    """Read a rule.

    Parameters
    ----------
    rule
        ``rule(x, **parameters) -> (value, slope)``.
    parameters
        Names and values of the parameters that are numbers.
    names
        Names of the parameters that are arrays.
    kind
        The character of the type of x, ``"f"`` or ``"d"``.

    Returns
    -------
    Program or None
        The program; None for a rule that cannot be read.
    """
    reading = Reading(np.dtype(kind), names)
    try:
        value, slope = rule(reading.x, **dict(parameters), **reading.parameters)
        results = _named((value, slope), reading)
    except (Unreadable, TypeError, ValueError, AttributeError):
        return None
    places, scratch = _places(reading.steps, results, names)
    return Program(tuple(reading.steps), places, scratch)


# ---------------------------------------------------------------------------------------------------- twins

# Two rules cost a training step more than 15 % that way, and are written once more. They take the slope from the value,
# which loses small slopes; those are then taken by the rule, for all layers of a trace together.
BLOCK = 8_192  # numbers of which a rule is taken at a time: its arrays stay in the cache
_TRUSTED = {"f": 7e-4, "d": 1e-6}  # down to these the slopes of the twins are right to 2e-4 and to 3e-10


def rough(twin: Callable[[Array, Array, Array], None]) -> Callable[[Array, Array, Array], None]:
    """Mark a twin whose small slopes `mend` has to take again."""
    twin.rough = True  # type: ignore[attr-defined]
    return twin


@rough
def sigmoid(z: Array, value: Array, slope: Array) -> None:
    """Write σ(z) and σ(z) − σ(z)²."""
    one = _constant(1.0, z.dtype.char)
    np.negative(z, value)
    np.exp(value, value)  # inf far to the left, whose reciprocal is the 0 wanted
    np.add(value, one, value)
    np.reciprocal(value, value)
    np.multiply(value, value, slope)
    np.subtract(value, slope, slope)


@rough
def tanh(z: Array, value: Array, slope: Array) -> None:
    """Write tanh(z) and 1 − tanh²(z)."""
    np.tanh(z, value)
    np.multiply(value, value, slope)
    np.subtract(_constant(1.0, z.dtype.char), slope, slope)


def mend(rule: Callable[..., tuple[Any, Any]], z: Array, slope: Array) -> None:
    """Take the slopes that are too small to be trusted once more, by the rule.

    Parameters
    ----------
    rule
        The rule, without parameters.
    z, slope
        What the slopes were taken of, and the slopes, each in a row.
    """
    limit = _TRUSTED[z.dtype.char]
    if not slope[slope.argmin()] >= limit:  # that of a diverged seed may be nan, beside small ones of others
        small = slope < limit
        (places,) = small.nonzero()
        if 4 * len(places) < len(small):
            slope[places] = rule(z[places])[1]
        else:  # so many that gathering them would take longer
            for at in range(0, len(small), BLOCK):
                part = slice(at, at + BLOCK)
                np.copyto(slope[part], rule(z[part])[1], where=small[part])
