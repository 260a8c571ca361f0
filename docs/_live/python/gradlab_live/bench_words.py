"""What the bench says to a reader: a sentence in English, with the words and values that it is made of.

A page in another language says the same words in its own (docs/_live/js/bench/spoken.js). The words stand in the ``WORDS``
and ``NAMES`` of these modules, where docs/_ext/furniture.py finds them for the catalogue.
"""

from __future__ import annotations

from typing import Any


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
