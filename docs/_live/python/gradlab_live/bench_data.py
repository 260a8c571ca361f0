"""The data of the bench: gradlab's own sets, a curve, and the reader's points, with the part of the plane to show."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import gradlab as gl
from gradlab_live.bench_own import Refused
from gradlab_live.bench_words import Said

Array = NDArray[Any]

EDGE = 2.0  # the plane on which a reader draws reaches from -EDGE to EDGE, as in points.js
ROOM = 1.15  # the plane shown reaches that much further than the points
PLANE, FINE, LINE = 20, 40, 60  # points a side of the units' maps, of the large surface, and along one input
MOST = 400
PLANES = ("moons", "spirals", "circles", "xor")
CURVE = ("x = np.linspace(-1, 1, 64)[:, None]", "data = gl.Data(x, np.sin(6 * x) * (1 - x**2) + x)")
WORDS = {
    "empty": "Draw at least two points, of both classes; there are none of class 0 and none of class 1.",
    "first": "Draw at least two points, of both classes; there are none of class 0 and {many} of class 1.",
    "second": "Draw at least two points, of both classes; there are {many} of class 0 and none of class 1.",
    "single": "Draw at least two points, of both classes; there is 1 of class 0 and none of class 1.",
    "unknown": "There is no data set “{name}”; the bench has {names}.",
    "point": "“{text}” is no point of the plane.",
}
_POINT = re.compile(r"(-?\d{1,3})\.(-?\d{1,3})\.([01])")


@dataclass(frozen=True)
class Task:
    """What is to be learned.

    Parameters
    ----------
    name
        The name on the page.
    data
        The samples.
    text
        Lines of Python that make ``data``.
    limits
        The interval of each input that is shown: two of them, one, or none.
    """

    name: str
    data: gl.Data
    text: tuple[str, ...]
    limits: tuple[tuple[float, float], ...]

    @property
    def inputs(self) -> int:
        """How many inputs a sample has."""
        return int(self.data.x.shape[1])

    def points(self) -> list[list[float]]:
        """Return the samples as x, y and label, or as x and value for a curve; none where there is no plane."""
        if not self.limits:
            return []
        told: list[list[float]] = np.column_stack([self.data.x, self.data.y]).tolist()
        return told

    def grid(self, side: int) -> Array:
        """Return points all over the part that is shown, the lowest row of the plane first; none without a plane."""
        if len(self.limits) == 1:
            return np.linspace(*self.limits[0], LINE)[:, None]
        if not self.limits:
            return np.empty((0, self.inputs))
        across, up = (np.linspace(*limit, side) for limit in self.limits)
        return np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)


def task(name: str, points: Any = "") -> Task:
    """Return the data of a name.

    Parameters
    ----------
    name
        As on the page.
    points
        The reader's points, as points.js writes them or as a list of x, y and label.

    Returns
    -------
    Task
        The data.

    Raises
    ------
    Refused
        If the name is unknown, or there are too few points.
    """
    if name == "own":
        return _own(points)
    if name == "curve":
        x = np.linspace(-1, 1, 64)[:, None]
        return Task(name, gl.Data(x, np.sin(6 * x) * (1 - x**2) + x), CURVE, ((-1.2, 1.2),))
    if name not in (*PLANES, "digits"):
        names = ", ".join([*PLANES, "digits", "curve", "own"])
        raise Refused("data", Said(WORDS["unknown"], name=name, names=names))
    data = gl.DATASETS[name]()
    return Task(name, data, (f"data = gl.datasets.{name}()",), () if name == "digits" else _around(data.x))


def _around(x: Array) -> tuple[tuple[float, float], ...]:
    """Return a square about some points."""
    low, high = x.min(0), x.max(0)
    half = float(ROOM * (high - low).max() / 2)
    return tuple((float(middle - half), float(middle + half)) for middle in (low + high) / 2)


def decoded(points: Any) -> list[tuple[float, float, int]]:
    """Return points from the text that stands in an address, ``x.y.class`` in hundredths joined by ``_``."""
    if not isinstance(points, str):
        return [(float(x), float(y), int(label)) for x, y, label in points][:MOST]
    found = []
    for text in points.split("_")[:MOST] if points else []:
        told = _POINT.fullmatch(text)
        if told is None:
            raise Refused("points", Said(WORDS["point"], text=text[:30]))
        found.append((int(told[1]) / 100, int(told[2]) / 100, int(told[3])))
    return found


def _own(given: Any) -> Task:
    """Return the reader's points as data."""
    points = decoded(given)
    counts = [sum(label == kind for *_, label in points) for kind in (0, 1)]
    if not all(counts):
        lack = "first" if counts[1] else "single" if counts[0] == 1 else "second" if counts[0] else "empty"
        raise Refused("points", Said(WORDS[lack], many=sum(counts)))
    x, labels = [[x, y] for x, y, _ in points], [label for *_, label in points]
    return Task(
        "own", gl.Data(x, labels), ("data = gl.Data(", *_listed(x), *_listed(labels), ")"), ((-EDGE, EDGE),) * 2
    )


def _listed(values: list[Any]) -> list[str]:
    """Return a list as an argument in lines of Python."""
    return [f"    {line}" for line in textwrap.wrap(f"{values},", 84, break_long_words=False, break_on_hyphens=False)]
