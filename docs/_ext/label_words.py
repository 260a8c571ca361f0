"""The labels of figures in another language: which words of a label are looked up, and what stands in their place.

A label or a sentence is looked up as a pattern, its numbers being places: "layer 3" as "layer {1}". So a drawing for each of
twenty values needs one message, and a translation may change the order of the numbers. What stands in a formula is no
number. Kernels use this too (docs/_ipython/labels_config.py), so it needs nothing but Python.
"""

from __future__ import annotations

import gettext
import re
from pathlib import Path

CATALOGUE = "figures"
_FORMULA = re.compile(r"(\$[^$]+\$)")
_RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_NUMBER = re.compile(rf"(?<![\w.])[−-]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?(?:\s?×\s?10)?[{_RAISED}]*")
_PLACE = re.compile(r"\{(\d+)\}")


def pattern(text: str) -> tuple[str, list[str]]:
    """Return a text with places for its numbers, and the numbers."""
    numbers: list[str] = []

    def place(found: re.Match[str]) -> str:
        numbers.append(found[0])
        return f"{{{len(numbers)}}}"

    parts = [part if part.startswith("$") else _NUMBER.sub(place, part) for part in _FORMULA.split(text)]
    return "".join(parts).replace("\N{NO-BREAK SPACE}", " "), numbers


def without_formulas(text: str) -> str:
    """Return a text without what stands in formulas."""
    return _FORMULA.sub(" ", text)


class _Unknown(gettext.NullTranslations):
    """What is asked for a text that a catalogue does not have."""

    def gettext(self, message: str) -> str:
        """Return nothing: a translation may be the same as the original."""
        return ""


class Labels:
    """The labels of one language, from a compiled catalogue; without one, all labels stay."""

    def __init__(self, path: Path) -> None:
        self.known: gettext.NullTranslations = _Unknown()
        if path.is_file():
            with path.open("rb") as file:
                self.known = gettext.GNUTranslations(file)
            self.known.add_fallback(_Unknown())

    def find(self, text: str) -> str | None:
        """Return a text in the other language, or None."""
        key, numbers = pattern(text)
        told = self.known.gettext(key) if key.strip() else ""
        if not told:
            return None
        return _PLACE.sub(lambda found: numbers[int(found[1]) - 1], told)

    def told(self, text: str) -> str:
        """Return a text in the other language, or as it is."""
        return self.find(text) or text
