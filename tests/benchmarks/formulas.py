"""Read an activation's ``formula`` in as many digits as it needs: value, slope, kinks, range and mean.

A formula is text over ``x``, the parameters, ``pi``, ``max``, ``min``, ``abs``, ``step`` (1 above 0, else 0) and `ELEMENTARY`. Its slope follows from it by the rules of
differentiation, node by node, so that nothing here is written down twice: what gradlab computes in float64 is compared
with its own formula alone. At a kink the slope is that from the left.
"""

from __future__ import annotations

import ast
import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath as mp

import gradlab as gl

DIGITS = (60, 120, 240, 480, 960)  # the last is past what is lost in 1 + tanh(t), where that is 1e-330
AGREE = mp.mpf("1e-40")
Number = Any  # an mpf; mpmath has no types


@dataclass(frozen=True)
class Dual:
    """A value and its slope in x."""

    value: Number
    slope: Number

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other: Dual) -> Dual:
        return self + -other

    def __mul__(self, other: Dual) -> Dual:
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def __truediv__(self, other: Dual) -> Dual:
        value = self.value / other.value
        return Dual(value, (self.slope - value * other.slope) / other.value)

    def __pow__(self, power: Dual) -> Dual:
        if power.slope:
            raise ValueError("a formula may hold x to a power, but no power of x")
        return Dual(self.value**power.value, power.value * self.value ** (power.value - 1) * self.slope)


def _elementary(value: Callable[[Number], Number], slope: Callable[[Number], Number]) -> Callable[[Dual], Dual]:
    return lambda x: Dual(value(x.value), slope(x.value) * x.slope if x.slope else mp.mpf(0))


def _sigma(t: Number) -> Number:
    return 1 / (1 + mp.exp(-t))


def _normal(t: Number) -> Number:
    if abs(t) > mp.mpf(10) ** 6:  # the tail is below 1e-200000000000
        return mp.mpf(t > 0)
    return mp.erfc(-t / mp.sqrt(2)) / 2


def _density(t: Number) -> Number:
    return mp.exp(-t * t / 2) / mp.sqrt(2 * mp.pi)


ELEMENTARY = {
    "exp": _elementary(mp.exp, mp.exp),
    "expm1": _elementary(mp.expm1, mp.exp),
    "log": _elementary(mp.log, lambda t: 1 / t),
    "log1p": _elementary(mp.log1p, lambda t: 1 / (1 + t)),
    "tanh": _elementary(mp.tanh, lambda t: mp.sech(t) ** 2),
    "atan": _elementary(mp.atan, lambda t: 1 / (1 + t * t)),
    "sin": _elementary(mp.sin, mp.cos),
    "sqrt": _elementary(mp.sqrt, lambda t: 1 / (2 * mp.sqrt(t))),
    "sigma": _elementary(_sigma, lambda t: _sigma(t) * _sigma(-t)),
    "Phi": _elementary(_normal, _density),
}


class Formula:
    """The formula of an activation with its parameters.

    Parameters
    ----------
    part
        The activation.
    """

    def __init__(self, part: gl.Activation) -> None:
        if part.formula is None:
            raise ValueError(f"{part.name} has no formula")
        # Where kinks follow from the parameters, those are meant as the fractions that readers write: with 1/6 and
        # not the number nearest to it, hard_sigmoid is 0 at -3. Elsewhere a parameter is the number that it is.
        read = _meant if callable(part.kinks_at) else Fraction
        self.parameters = {name: read(value) for name, value in part.parameters.items()}
        self.code = compile(
            ast.fix_missing_locations(_Constants().visit(ast.parse(part.formula, mode="eval"))), part.name, "eval"
        )
        self.signs: list[int] = []

    def __call__(self, x: Number) -> Dual:
        """Return value and slope in the digits that mpmath is set to."""
        self.signs = []
        names: dict[str, Any] = {**ELEMENTARY, "max": self._max, "min": self._min, "abs": self._abs}
        names["step"] = self._step
        names |= {
            name: Dual(mp.mpf(value.numerator) / value.denominator, mp.mpf(0))
            for name, value in self.parameters.items()
        }
        names |= {
            "x": Dual(mp.mpf(x), mp.mpf(1)),
            "pi": Dual(+mp.pi, mp.mpf(0)),
            "number": lambda text: Dual(mp.mpf(text), mp.mpf(0)),
        }
        found = eval(self.code, {"__builtins__": {}}, names)
        return found if isinstance(found, Dual) else Dual(mp.mpf(found), mp.mpf(0))

    def exact(self, x: float) -> Dual:
        """Return value and slope with 40 right digits, from as many as are lost on the way."""
        before: Dual | None = None
        for digits in DIGITS:
            with mp.workdps(digits):
                here = self(mp.mpf(float(x)))
                if before is not None and _agrees(before.value, here.value) and _agrees(before.slope, here.slope):
                    return here
            before = here
        return here

    def _chosen(self, one: Dual, other: Dual, sign: int) -> Dual:
        """Return the larger for sign 1, the smaller for sign -1; where both are equal, the one that is so on the left."""
        difference = sign * (one.value - other.value) or sign * (other.slope - one.slope)
        self.signs.append(int(mp.sign(one.value - other.value)))
        return one if difference > 0 else other

    def _max(self, one: Dual, other: Dual) -> Dual:
        return self._chosen(one, other, 1)

    def _min(self, one: Dual, other: Dual) -> Dual:
        return self._chosen(one, other, -1)

    def _abs(self, one: Dual) -> Dual:
        return self._chosen(one, -one, 1)

    def _step(self, one: Dual) -> Dual:
        self.signs.append(int(mp.sign(one.value)))
        return Dual(mp.mpf(one.value > 0), mp.mpf(0))


class _Constants(ast.NodeTransformer):
    """Take decimals as they are written: 0.044715 is no binary fraction."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Call(ast.Name("number", ast.Load()), [ast.Constant(repr(node.value))], [])


def _meant(value: float) -> Fraction:
    fraction = Fraction(value).limit_denominator(1000)
    return fraction if float(fraction) == value else Fraction(value)


def _agrees(one: Number, other: Number) -> bool:
    return bool(other != 0 and abs(one - other) <= AGREE * abs(other))


# ---------------------------------------------------------------------------------------------------- nature

NEAR = [mp.mpf(step) / 20 for step in range(-241, 242)]
FAR = [sign * mp.mpf(10) ** power for sign in (-1, 1) for power in (1.5, 2, 3, 4, 6, 10, 30, 100, 300)]
ENDS = (-(mp.mpf(10) ** 400), mp.mpf(10) ** 400)  # past the largest number of float64
STEP = mp.mpf("1e-20")


@dataclass(frozen=True)
class Nature:
    """What an activation is like, as far as its formula says."""

    low: float
    high: float
    monotonic: bool
    settles: bool
    """Whether the slope keeps its sign far out, so that there are limits at ±inf."""

    zero_centred: bool
    kinks: tuple[float, ...]
    mean_square: float
    steepest: float
    """The supremum of the slope's size."""


def nature(part: gl.Activation) -> Nature:
    """Return what follows from the formula, by bisection, limits and quadrature."""
    formula = Formula(part)
    with mp.workdps(40):
        grid = _grid(formula)
        bends = _bends(formula, grid)
        kinks = [x for x in bends if abs(formula(x + STEP).slope - formula(x - STEP).slope) > 1e-9]
        grid = sorted({*grid, *(bend + side for bend in bends for side in (-STEP, STEP))})
        found = [formula(x) for x in grid]
        slopes = [dual.slope for dual in found]
        jumps = [formula(x + STEP).value - formula(x - STEP).value for x in bends]
        ways = {int(mp.sign(way)) for way in (*slopes, *(jump for jump in jumps if abs(jump) > 1e-9))}
        turns = [_root(formula, *pair) for pair in _changes(grid, slopes)]
        values = [dual.value for dual in (*found, *map(formula, (*turns, *bends)))]
        mean, square = _moments(formula, [x for x in bends if abs(x) < 12])
        return Nature(
            low=float(min(values)),
            high=float(max(values)),
            monotonic=not {-1, 1} <= ways,
            settles=all(len(signs) < 2 for signs in _far_signs(grid, slopes)),
            zero_centred=bool(abs(mean) < mp.mpf("1e-12") * mp.sqrt(square)),
            kinks=tuple(float(kink) for kink in kinks),
            mean_square=float(square),
            steepest=_steepest(formula, grid, [abs(slope) for slope in slopes]),
        )


@functools.cache
def turns(part: gl.Activation) -> tuple[float, ...]:
    """Return the roots of the slope on [-12, 12] where its sign changes without a jump."""
    formula = Formula(part)
    with mp.workdps(30):
        grid = [x + mp.pi / 1000 for x in NEAR]  # off the round numbers where kinks lie
        roots = [_root(formula, *pair) for pair in _changes(grid, [formula(x).slope for x in grid])]
        return tuple(round(float(root), 15) + 0.0 for root in roots if abs(formula(root).slope) < 1e-9)


def _grid(formula: Formula) -> list[Number]:
    scale = mp.mpf(float(max([1, *(abs(value) for value in formula.parameters.values())])))
    return sorted({*NEAR, *(scale * x for x in NEAR), *FAR, *ENDS})


def _far_signs(grid: list[Number], slopes: list[Number]) -> list[set[int]]:
    """Return the signs of the slope far out, on the left and on the right."""
    pairs = [(x, int(mp.sign(slope))) for x, slope in zip(grid, slopes, strict=True) if abs(x) >= FAR[len(FAR) // 2]]
    return [{sign for x, sign in pairs if sign and x * side > 0} for side in (-1, 1)]


def _moments(formula: Formula, bends: list[Number]) -> tuple[Number, Number]:
    """Return E f(z) and E f(z)² for z ~ N(0, 1)."""

    def weighted(z: Number) -> Number:
        value = formula(z).value
        return mp.mpc(value, value * value) * _density(z)

    with mp.workdps(20):
        both = mp.quad(weighted, sorted({-12, 0, 12, *bends}))
    return both.real, both.imag


def _changes(grid: list[Number], values: list[Number]) -> list[tuple[Number, Number]]:
    """Return the intervals of the grid at whose ends values have opposite signs."""
    pairs = itertools.pairwise(zip(grid, values, strict=True))
    return [(low, high) for (low, one), (high, other) in pairs if one * other < 0]


def _root(formula: Formula, low: Number, high: Number) -> Number:
    """Return where the slope changes its sign."""
    falls = formula(low).slope > 0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if (formula(middle).slope > 0) == falls else (low, middle)
    return low


def _bends(formula: Formula, grid: list[Number]) -> list[Number]:
    """Return the points where another branch of a max, min or abs begins."""

    def signs(x: Number) -> list[int]:
        formula(x)
        return formula.signs

    found = []
    for (low, before), (high, after) in itertools.pairwise((x, signs(x)) for x in grid):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            if other == 0:
                found.append(high)
            elif one * other < 0:
                at, end = low, high
                for _ in range(130):
                    middle = (at + end) / 2
                    at, end = (middle, end) if signs(middle)[place] == one else (at, middle)
                found.append((at + end) / 2)
    found.sort()
    return [x for index, x in enumerate(found) if not index or x - found[index - 1] > STEP]


def _steepest(formula: Formula, grid: list[Number], slopes: list[Number]) -> float:
    """Return the supremum of the slope's size: the largest of the grid, narrowed in on, and the limits."""
    top = max(range(len(grid)), key=slopes.__getitem__)
    low, high = grid[max(top - 1, 0)], grid[min(top + 1, len(grid) - 1)]
    best = slopes[top]
    for _ in range(80 if high - low < 1 else 0):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        one, other = abs(formula(left).slope), abs(formula(right).slope)
        low, high = (left, high) if one < other else (low, right)
        best = max(best, one, other)
    return float(best)
