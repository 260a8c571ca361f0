"""Long trials: what a sentence of the book has to survive and a page has no time for.

Each page has a file here, named as the page is, with functions that measure one number each::

    from trials import trial

    @trial("ten-layers-stand", "Ten layers stay under 30 % in 4,000 steps", below=0.3, seeds=20, budget="4,000 steps")
    def ten_layers() -> float: ...

``run.py`` runs them and keeps what they measured in ``record.json``. A claim of the book names the trial that it has
survived: ``gl.claim(…, survived="ten-layers-stand")``; the build looks it up in the record.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradlab as gl

HERE = Path(__file__).resolve().parent
RECORD = HERE / "record.json"
_NO_PAGES = {"trials", "run"}


@dataclass(frozen=True)
class Trial:
    """A statement, how far it is tried, and what measures it."""

    page: str
    key: str
    text: str
    bounds: dict[str, float]
    seeds: int
    budget: str
    measure: Callable[[], Any]

    def judge(self, value: Any) -> tuple[bool, float, str]:
        """Return whether a value lies within the bound, the value as a number, and the bound as text."""
        try:
            made = gl.claim(self.key, self.text, value, **self.bounds)
        except gl.ClaimError as error:
            return False, float(value), str(error).rpartition(", claimed ")[2]
        return True, made.value, made.bound


REGISTRY: dict[str, Trial] = {}


def trial(
    key: str,
    text: str,
    *,
    below: float | None = None,
    above: float | None = None,
    equals: float | None = None,
    within: float | None = None,
    seeds: int,
    budget: str,
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a function as the trial of a statement; the bounds are those of `gradlab.claim`.

    ``seeds`` is the number of networks or data sets behind the measured number, 0 where nothing is random; ``budget``
    says how far it is tried: steps, rates, optimisers, widths.
    """
    given = {"below": below, "above": above, "equals": equals, "within": within}
    bounds = {name: value for name, value in given.items() if value is not None}
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
        raise ValueError(f"key must be lower-case words joined by hyphens, not {key!r}")
    if not bounds.keys() - {"within"}:
        raise ValueError(f"trial {key!r} needs below, above or both, or else equals")
    if not isinstance(seeds, int) or isinstance(seeds, bool) or seeds < 0:
        raise ValueError(f"seeds of trial {key!r} must be a whole number, 0 where nothing is random, not {seeds!r}")
    if not budget.strip():
        raise ValueError(f"trial {key!r} needs a budget: how far it is tried")

    def register(measure: Callable[[], Any]) -> Callable[[], Any]:
        page = measure.__module__.rpartition(".")[2]
        if key in REGISTRY:
            raise ValueError(f"the key {key!r} of page {page!r} is taken by a trial of {REGISTRY[key].page!r}")
        REGISTRY[key] = Trial(page, key, text, bounds, seeds, budget, measure)
        return measure

    return register


def pages(folder: Path = HERE) -> list[str]:
    """Return the names of the pages that have long trials."""
    return sorted(path.stem for path in folder.glob("*.py") if path.stem not in _NO_PAGES)


def load(page: str, folder: Path = HERE) -> list[Trial]:
    """Import the trials of a page and return them."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.import_module(page)
    return [each for each in REGISTRY.values() if each.page == page]
