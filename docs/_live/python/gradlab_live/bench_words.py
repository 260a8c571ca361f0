"""What the bench says to a reader: a sentence in English, with the words and values that it is made of.

A page in another language says the same words in its own (docs/_live/js/bench/spoken.js). The words stand in the ``WORDS``
and ``NAMES`` of these modules, where docs/_ext/furniture.py finds them for the catalogue. Here stand gradlab's own, of the
sentences that a reader of the bench is likely to see; others stay in English.
"""

from __future__ import annotations

import re
from typing import Any

WORDS = {
    "diverged": "{some} of {all} seeds diverged to inf or nan (seeds {which}; first seen at step {step}); the others are "
    "untouched. A smaller learning rate usually helps.",
    "inf": "{some} of {all} seeds no longer move (seeds {which}): a squared gradient is too large for float64, so what "
    "{optimizer} remembers is inf. clip_norm, smaller data or plain SGD help.",
    "slope": "The slope of {name} at x = {x} is {found}; central differences give {expected}, a relative error of {error} "
    "(allowed {allowed}).",
    "nan": "The value of {name} at x = {x} is nan.",
    "two": "The rule of {name} must return two things, value and slope; it returned {what}.",
    "place": "The rule of {name} must leave x and its parameters as they are: write y = 2 * x, not x *= 2.",
    "own": "The activation '{name}' is gradlab's own; choose another name for yours.",
    "matched": "Init='matched' divides by the root of E f(z)², which {name} makes 0, inf or nan; take another, such as "
    "init='he_normal'.",
    "labels": "One output needs labels 0 and 1; one is {label}.",
    "outputs": "Cross_entropy and its like need at least 2 outputs; for 1 use 'binary_cross_entropy'.",
    "batch": "Batch normalisation needs 2 samples at a time: of one it passes on nothing but the shift; batch_size, data "
    "and monitor have to have more.",
}


class Said:
    """A sentence, or a part of one.

    Parameters
    ----------
    words
        The words, with the names of values in braces.
    **values
        The values: what stands there, or again what is said.
    """

    def __init__(self, words: str, **values: Any) -> None:
        self.words, self.values = words, values

    def __str__(self) -> str:
        """Say it in English."""
        return self.words.format(**self.values) if self.values else self.words

    def told(self) -> dict[str, Any]:
        """Return what the page gets."""
        values = {key: value.told() if isinstance(value, Said) else str(value) for key, value in self.values.items()}
        return {"said": str(self), "words": self.words, "values": values}


class Within(Said):
    """A part that stands within a sentence: in English it begins small."""

    def __str__(self) -> str:
        """Say it in English."""
        said = super().__str__()
        return said[:1].lower() + said[1:]


def heard(said: str) -> Said:
    """Return a sentence of gradlab's with its words and values, where they are known here."""
    for words in WORDS.values():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(words))
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return Said(words, **found.groupdict())
    return Said(said)
