"""How the bench's grid is written down: small whole numbers, foretold from others that are known already, packed by gzip.

A number is the logarithm of a norm in steps of `MIDDLE`; the ends of a band are their distances from the median as it is
read again, in steps of `BAND`; shares come in steps of `SHARE`, theory in steps of `THEORY`. Of these codes, ``int16`` that
wrap round, a *quantity* has for each line (settings that differ in depth alone) a curve for each of its depths, or one for
the deepest. A curve is written as its differences from what it is foretold to be, and these as differences along the
layers, from the last to the first:

* the deepest curve of a line is foretold to be that of an earlier line, its *model* (none: zeros),
* a shallower one to be the next deeper one, corrected by how the model's two curves differ there.

The file holds for each quantity one byte a line (how many lines before it its model stands, 0: none) and then the low bytes
of all numbers, folded so that small ones of both signs are small; after all quantities come the high bytes. grid.js reads
it in the same way.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Curves = dict[int, Array]  # by depth

MIDDLE, BAND, SHARE, THEORY = 0.02, 0.04, 0.02, 0.04
ENDLESS = 20_000  # the code of inf, its negative that of -inf; more than 1e308 has
FAR = 8_000  # the same for distances
PLACES = ("gradient", "delta", "spread")


class Quantity(NamedTuple):
    """What is written of each line."""

    name: str
    hidden: bool  # of hidden layers, and of the deepest network of a line alone
    theory: bool = False  # of plain lines alone


QUANTITIES = (
    *(Quantity(f"{place} {part}", place == "spread") for place in PLACES for part in ("middle", "low", "high")),
    Quantity("dead", hidden=True),
    Quantity("saturated", hidden=True),
    *(Quantity(f"{place} theory", place == "spread", theory=True) for place in PLACES),
)


class Shape(NamedTuple):
    """What a reader has to know of a line."""

    depths: tuple[int, ...]
    plain: bool


def shape(line: Any) -> Shape:
    """Return the shape of a line of the grid."""
    return Shape(tuple(sorted(line.depths, reverse=True)), line.normalize == "none" and not line.residual)


def lengths(quantity: Quantity, line: Shape) -> dict[int, int]:
    """Return how many numbers a line has of a quantity, by depth, from the deepest on."""
    if quantity.theory and not line.plain:
        return {}
    return {line.depths[0]: line.depths[0] - 1} if quantity.hidden else {depth: depth for depth in line.depths}


# -- numbers to codes and back -----------------------------------------------------------------------------------------


def _coded(values: Any, step: float, endless: int) -> Array:
    """Return whole steps."""
    numbers = np.asarray(values, float)
    finite = np.isfinite(numbers)
    steps = np.round(np.where(finite, numbers, 0) / step)
    return np.where(finite, steps, np.where(numbers > 0, endless, -endless)).astype(np.int16)


def _decoded(codes: Array, step: float, endless: int) -> Array:
    """Return the numbers that codes stand for."""
    return np.where(np.abs(codes) < endless, codes * step, np.copysign(np.inf, codes))


def _band(band: Mapping[str, Any]) -> dict[str, Array]:
    """Return the codes of a band: its median, and how far its ends are from that."""
    middle = _coded(band["middle"], MIDDLE, ENDLESS)
    seen = _decoded(middle, MIDDLE, ENDLESS)
    around = np.where(np.isfinite(seen), seen, 0)
    low, high = (np.asarray(band[name], float) for name in ("low", "high"))
    return {"middle": middle, "low": _coded(around - low, BAND, FAR), "high": _coded(high - around, BAND, FAR)}


def _band_back(codes: Mapping[str, Array]) -> dict[str, list[float]]:
    """Return a band."""
    middle = _decoded(codes["middle"], MIDDLE, ENDLESS)
    around = np.where(np.isfinite(middle), middle, 0)
    low, high = (_decoded(codes[name], BAND, FAR) for name in ("low", "high"))
    return {"low": (around - low).tolist(), "middle": middle.tolist(), "high": (around + high).tolist()}


def codes(curves: Mapping[str, Any], line: Shape) -> dict[str, Curves]:
    """Return the codes of a line by quantity and depth."""
    deepest = line.depths[0]
    found: dict[str, Curves] = {quantity.name: {} for quantity in QUANTITIES}
    for depth in line.depths:
        seen = curves["depths"][depth]
        for place in PLACES[:2]:
            for part, numbers in _band(seen[place]).items():
                found[f"{place} {part}"][depth] = numbers
            if line.plain:
                told = seen["theory"][place] if seen["theory"] else np.full(depth, np.inf)
                found[f"{place} theory"][depth] = _coded(told, THEORY, ENDLESS)
    for part, numbers in _band(curves["spread"]).items():
        found[f"spread {part}"][deepest] = numbers
    for name in ("dead", "saturated"):
        found[name][deepest] = _coded(curves[name], SHARE, ENDLESS)
    if line.plain:  # of the deepest network that the theory reaches; it does not depend on the layers behind
        reached = [seen["theory"]["spread"] for seen in curves["depths"].values() if seen["theory"]]
        told = max(reached, key=len, default=[0.0])
        found["spread theory"][deepest] = _coded(np.pad(told, (0, deepest - 1 - len(told)), "edge"), THEORY, ENDLESS)
    return found


# -- codes foretold ----------------------------------------------------------------------------------------------------


def _foretold(depth: int, known: Curves, model: Curves | None) -> Array:
    """Return what a curve is foretold to be, from the deeper ones of its line that are known and from its model."""
    like = None if model is None else _at(model, depth)
    deeper = min((one for one in known if one > depth), default=None)
    if deeper is None:
        return np.zeros(depth, np.int16) if like is None else like
    above = known[deeper][:depth]
    if model is None or like is None:
        return above
    return (above + like - _at(model, deeper)[: len(above)]).astype(np.int16)


def _at(model: Curves, depth: int) -> Array:
    """Return the part of a model's curve for a depth: of the least deep one that reaches it."""
    return model[min(one for one in model if one >= depth)][:depth]


def _residuals(curves: Curves, model: Curves | None) -> Array:
    """Return what is written of a line."""
    known: Curves = {}
    parts = []
    for depth, curve in curves.items():
        away = curve - _foretold(depth, known, model)[: len(curve)]
        parts.append(np.diff(away[::-1], prepend=np.int16(0)).astype(np.int16))
        known[depth] = curve
    return np.concatenate(parts) if parts else np.empty(0, np.int16)


def _cost(residuals: Array) -> float:
    """Return about how many bits residuals take."""
    return float(np.log2(1 + 2 * np.abs(residuals.astype(float))).sum())


def _models(lines: Sequence[Any]) -> list[list[int]]:
    """Return for each line the earlier ones that may be its model: they differ in one setting, and reach as deep."""
    found = []
    for index, line in enumerate(lines):
        near = []
        for back in range(1, index + 1):
            other = lines[index - back]
            if other.depths[-1] >= line.depths[-1] and sum(a != b for a, b in zip(line, other, strict=True)) <= 1:
                near.append(back)
        found.append(near)
    return found


def encode(curves: Sequence[Mapping[str, Any]], lines: Sequence[Any]) -> bytes:
    """Return the file of an activation.

    Parameters
    ----------
    curves
        The signals of each line.
    lines
        The lines of the grid.

    Returns
    -------
    bytes
        The file, packed.
    """
    shapes = [shape(line) for line in lines]
    coded = [codes(one, line) for one, line in zip(curves, shapes, strict=True)]
    models = _models(lines)
    low, high = [], []
    for quantity in QUANTITIES:
        chosen, residuals = bytearray(), []
        for index, line in enumerate(coded):
            choices = [0, *models[index]] if line[quantity.name] else [0]
            if quantity.theory:
                choices = [back for back in choices if not back or coded[index - back][quantity.name]]
            tried = {
                back: _residuals(line[quantity.name], coded[index - back][quantity.name] if back else None)
                for back in choices
            }
            best = min(tried, key=lambda back: _cost(tried[back]) + (4 if back else 0))
            chosen.append(best)
            residuals.append(tried[best])
        numbers = np.concatenate(residuals).astype(np.int32)
        folded = np.where(numbers >= 0, 2 * numbers, -2 * numbers - 1).astype(np.uint32)
        low.append(bytes(chosen) + (folded & 255).astype(np.uint8).tobytes())
        high.append((folded >> 8).astype(np.uint8).tobytes())
    return _packed(b"".join(low + high))


def _packed(data: bytes) -> bytes:
    """Return data as gzip packs them best: the same at each build, for it notes no time."""
    tried = []
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY):
        for memory in range(1, 10):
            packer = zlib.compressobj(9, zlib.DEFLATED, 31, memory, strategy)
            tried.append(packer.compress(data) + packer.flush())
    return min(tried, key=len)


# -- and back ----------------------------------------------------------------------------------------------------------


def decode(packed: bytes, lines: Sequence[Any]) -> list[dict[str, Curves]]:
    """Return the codes of each line, as `encode` had them."""
    data = zlib.decompress(packed, 31)
    shapes = [shape(line) for line in lines]
    sizes = {quantity.name: sum(sum(lengths(quantity, line).values()) for line in shapes) for quantity in QUANTITIES}
    found: list[dict[str, Curves]] = [{} for _ in lines]
    at, above = 0, len(lines) * len(QUANTITIES) + sum(sizes.values())
    for quantity in QUANTITIES:
        chosen, at = data[at : at + len(lines)], at + len(lines)
        size = sizes[quantity.name]
        folded = np.frombuffer(data, np.uint8, size, at) + 256 * np.frombuffer(data, np.uint8, size, above).astype(int)
        at, above = at + size, above + size
        numbers: Iterator[int] = iter(np.where(folded & 1, -(folded + 1) // 2, folded // 2).astype(np.int16))
        for index, (line, back) in enumerate(zip(shapes, chosen, strict=True)):
            known: Curves = {}
            model = found[index - back][quantity.name] if back else None
            for depth, length in lengths(quantity, line).items():
                steps = np.array([next(numbers) for _ in range(length)], np.int16)
                away = np.cumsum(steps, dtype=np.int16)[::-1]
                known[depth] = (away + _foretold(depth, known, model)[:length]).astype(np.int16)
            found[index][quantity.name] = known
    return found


def view(line: Mapping[str, Curves], depth: int) -> dict[str, Any]:
    """Return the signals of a line at a depth."""

    def curve(name: str) -> Array:
        curves = line[name]
        return curves[depth] if depth in curves else next(iter(curves.values()))[: depth - 1]

    bands = {
        place: _band_back({part: curve(f"{place} {part}") for part in ("low", "middle", "high")}) for place in PLACES
    }
    shares = {name: (curve(name) * SHARE).tolist() for name in ("dead", "saturated")}
    theory = None
    if line["gradient theory"] and abs(curve("gradient theory")[0]) < ENDLESS:
        theory = {place: (curve(f"{place} theory") * THEORY).tolist() for place in PLACES}
    return {"layers": depth, **bands, **shares, "theory": theory}
