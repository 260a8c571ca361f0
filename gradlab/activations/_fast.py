"""The activations once more, for the trainer: value and slope written into two buffers, in few passes and their own type.

Their errors are a few units in the last place of 1 (or of a larger value); `gradlab.activations` has the careful rules.
The caller silences overflow: exp may be inf where the reciprocal is the 0 wanted.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@functools.lru_cache(maxsize=512)
def _cached(value: float, kind: str) -> Array:
    made = np.array(value, kind)
    made.flags.writeable = False
    return made


def _number(value: Any, like: Array) -> Any:
    """Return a number as an array of no dimensions, with which ufuncs begin sooner; arrays stay as they are."""
    return _cached(value, like.dtype.char) if isinstance(value, float) else value


def identity(z: Array, value: Array, slope: Array) -> None:
    np.copyto(value, z)
    slope.fill(1)


def _logistic(t: Array, out: Array, one: Array) -> None:
    np.negative(t, out=out)
    np.exp(out, out=out)  # inf far to the left, whose reciprocal is the 0 wanted
    np.add(out, one, out=out)
    np.reciprocal(out, out=out)


def sigmoid(z: Array, value: Array, slope: Array) -> None:
    _logistic(z, value, _number(1.0, z))
    np.multiply(value, value, out=slope)
    np.subtract(value, slope, out=slope)


def tanh(z: Array, value: Array, slope: Array) -> None:
    np.tanh(z, out=value)
    np.multiply(value, value, out=slope)
    np.subtract(_number(1.0, z), slope, out=slope)


def softsign(z: Array, value: Array, slope: Array) -> None:
    np.abs(z, out=slope)
    np.add(slope, _number(1.0, z), out=slope)
    np.reciprocal(slope, out=slope)
    np.multiply(z, slope, out=value)
    np.multiply(slope, slope, out=slope)


def relu(z: Array, value: Array, slope: Array) -> None:
    zero = _number(0.0, z)
    np.maximum(z, zero, out=value)
    np.greater(z, zero, out=slope)


def relu_squared(z: Array, value: Array, slope: Array) -> None:
    np.maximum(z, _number(0.0, z), out=value)
    np.add(value, value, out=slope)
    np.multiply(value, value, out=value)


def hard_tanh(z: Array, value: Array, slope: Array, *, low: float, high: float) -> None:
    bottom, top = _number(low, z), _number(high, z)
    if z.size < 4096:
        np.maximum(z, bottom, out=value)
        np.minimum(value, top, out=value)
    else:  # one pass, which takes longer to begin
        np.clip(z, bottom, top, out=value)
    inside = np.greater(z, bottom)
    np.logical_and(inside, np.less(z, top), out=inside)
    np.copyto(slope, inside)


def relu6(z: Array, value: Array, slope: Array) -> None:
    hard_tanh(z, value, slope, low=0.0, high=6.0)


def hard_sigmoid(z: Array, value: Array, slope_: Array, *, slope: float, offset: float) -> None:
    low, steep = -offset / slope, _number(slope, z)
    hard_tanh(z, value, slope_, low=low, high=(1 - offset) / slope)
    np.subtract(value, _number(low, z), out=value)
    np.multiply(value, steep, out=value)
    np.multiply(slope_, steep, out=slope_)


def hard_swish(z: Array, value: Array, slope: Array) -> None:
    sixth = _number(1 / 6, z)
    hard_tanh(z, value, slope, low=-3.0, high=3.0)  # slope is 1 between the kinks
    np.add(value, _number(3.0, z), out=value)
    np.multiply(value, sixth, out=value)  # the gate, whose own slope is 1/6 between the kinks
    np.multiply(slope, sixth, out=slope)
    np.multiply(slope, z, out=slope)
    np.add(slope, value, out=slope)
    np.multiply(value, z, out=value)


def leaky_relu(z: Array, value: Array, slope_: Array, *, slope: float | Array) -> None:
    np.greater(z, _number(0.0, z), out=slope_)
    np.multiply(slope_, _number(1 - slope, z), out=slope_)
    np.add(slope_, _number(slope, z), out=slope_)
    np.multiply(z, slope_, out=value)


def rrelu(z: Array, value: Array, slope: Array, *, lower: float | Array, upper: float | Array) -> None:
    leaky_relu(z, value, slope, slope=(lower + upper) * 0.5)


def elu(z: Array, value: Array, slope: Array, *, alpha: float) -> None:
    if alpha != 1:
        selu(z, value, slope, scale=1.0, alpha=alpha)
        return
    np.minimum(z, _number(0.0, z), out=slope)
    np.exp(slope, out=slope)
    np.subtract(slope, _number(1.0, z), out=value)
    np.maximum(value, z, out=value)  # exp(z) − 1 is never below z


def selu(z: Array, value: Array, slope: Array, *, scale: float, alpha: float) -> None:
    zero, floor = _number(0.0, z), _number(scale * alpha, z)
    np.minimum(z, zero, out=slope)
    np.exp(slope, out=slope)
    np.multiply(slope, floor, out=slope)
    np.subtract(slope, floor, out=value)
    right = np.maximum(z, zero)
    np.multiply(right, _number(scale, z), out=right)
    np.add(value, right, out=value)
    np.greater(z, zero, out=right)
    np.multiply(right, _number(scale - scale * alpha, z), out=right)
    np.add(slope, right, out=slope)


def softplus(z: Array, value: Array, slope: Array) -> None:
    zero = _number(0.0, z)
    np.abs(z, out=value)
    np.negative(value, out=value)
    np.exp(value, out=value)
    np.log1p(value, out=value)  # softplus(z) − max(z, 0)
    np.minimum(z, zero, out=slope)
    np.subtract(slope, value, out=slope)
    np.exp(slope, out=slope)
    np.add(value, np.maximum(z, zero), out=value)


def _opening(minus_t: Array, gate: Array, one: Array) -> None:
    """Turn −t into σ(−t), and ``gate`` into σ(t).

    σ(−t) as exp(−t)·σ(t), since 1 − σ(t) has lost its digits where a large z multiplies it.
    """
    np.exp(minus_t, out=minus_t)
    np.add(minus_t, one, out=gate)
    np.reciprocal(gate, out=gate)
    np.minimum(minus_t, _number(1e30, gate), out=minus_t)  # inf times 0 would be nan
    np.multiply(minus_t, gate, out=minus_t)


def swish(z: Array, value: Array, slope: Array, *, beta: float) -> None:
    rest = np.multiply(z, _number(-beta, z))
    _opening(rest, slope, _number(1.0, z))
    np.multiply(z, slope, out=value)
    np.multiply(rest, value, out=rest)
    if beta != 1:
        np.multiply(rest, _number(beta, z), out=rest)
    np.add(slope, rest, out=slope)


_OUTER, _INNER = 1.5957691216057308, 0.07135481627260025  # 2√(2/π) and 0.044715 times it


def gelu_tanh(z: Array, value: Array, slope: Array) -> None:
    outer = _number(-_OUTER, z)
    np.multiply(z, z, out=slope)
    np.minimum(slope, _number(256.0, z), out=slope)  # past |z| = 16 the gate is 0 or 1, and 0 times inf would be nan
    bend = np.multiply(slope, _number(-3 * _INNER, z))
    np.add(bend, outer, out=bend)  # −dt/dz
    np.multiply(slope, _number(-_INNER, z), out=value)
    np.add(value, outer, out=value)
    np.multiply(value, z, out=value)  # −t
    _opening(value, slope, _number(1.0, z))
    np.multiply(bend, value, out=bend)
    np.multiply(z, slope, out=value)
    np.multiply(bend, value, out=bend)
    np.subtract(slope, bend, out=slope)


# Φ(−a) = exp(−a²/2) times a polynomial in 1/(1 + reach·a), constant first: Chebyshev points, solved for in 50 digits with
# mpmath; the error of Φ is 1e-8 for float32 and 1e-16 for float64.
_TAIL = {
    "f": (0.45, (0.0003655327835323561, 0.17349883521996473, 0.22184071735338778, -0.021107533641630906,
                 0.44911449345269183, -0.5205158776235532, 0.23882657644930116, -0.042022755018754056)),
    "d": (0.25, (3.681746110960364e-07, 0.09972392913111917, 0.09990702347422506, 0.09194047327139238,
                 0.09088017468568307, 0.017957503884216106, 0.20312242520419227, -0.4105778186398273,
                 0.9262741471503804, -1.5223752573517098, 1.9376199423651124, -1.895019118561935, 1.348964577169216,
                 -0.6678541084439289, 0.21815055386806087, -0.04246448197495785, 0.0037496665941501232)),
}  # fmt: skip


def gelu(z: Array, value: Array, slope: Array) -> None:
    reach, coefficients = _TAIL[z.dtype.char]
    u = np.abs(z)
    np.multiply(u, _number(reach, z), out=u)
    np.add(u, _number(1.0, z), out=u)
    np.reciprocal(u, out=u)
    np.multiply(u, _number(coefficients[-1], z), out=value)
    for coefficient in coefficients[-2:0:-1]:
        np.add(value, _number(coefficient, z), out=value)
        np.multiply(value, u, out=value)
    np.add(value, _number(coefficients[0], z), out=value)
    np.multiply(z, z, out=slope)
    np.multiply(slope, _number(-0.5, z), out=slope)
    np.exp(slope, out=slope)
    np.multiply(value, slope, out=value)  # Φ(−|z|)
    np.greater(z, _number(0.0, z), out=u)
    np.subtract(u, value, out=value)
    np.abs(value, out=value)  # Φ(z)
    np.multiply(slope, _number(0.3989422804014327, z), out=slope)
    np.multiply(slope, z, out=slope)
    np.add(slope, value, out=slope)
    np.multiply(value, z, out=value)


def mish(z: Array, value: Array, slope: Array) -> None:
    two = _number(2.0, z)
    np.minimum(z, _number(20.0, z), out=value)  # past 20 the gate is 1, and its square would overflow
    np.exp(value, out=slope)
    n = np.add(slope, two)
    np.multiply(n, slope, out=n)  # n/(n + 2) is tanh(softplus(z))
    np.subtract(n, slope, out=slope)
    np.multiply(slope, value, out=slope)
    np.add(n, two, out=value)
    np.reciprocal(value, out=value)
    np.multiply(slope, value, out=slope)
    np.multiply(slope, value, out=slope)
    np.multiply(slope, _number(4.0, z), out=slope)
    np.multiply(n, value, out=n)
    np.add(slope, n, out=slope)
    np.multiply(n, z, out=value)
