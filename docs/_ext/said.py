"""What the book's furniture says, in the language of the build; without Sphinx, English."""

from __future__ import annotations

from typing import TypeVar

try:
    from sphinx.locale import get_translation
except ImportError:  # what the reference says of an activation is tested where there is no Sphinx
    get_translation = None  # type: ignore[assignment]

FIRST = "en"
CATALOGUE = "gradlab"
T = TypeVar("T")
_translate = str if get_translation is None else get_translation(CATALOGUE)


def say(words: str, **values: object) -> str:
    """Return words of the book's furniture in the language of this build, with values in their places."""
    told = str(_translate(words))
    return told.format(**values) if values else told


def later(words: T) -> T:
    """Return words that are said elsewhere, as a text or in a table: the catalogue has them too (furniture.py)."""
    return words


def amount(number: int, noun: str) -> str:
    """Return a number with its noun, whose plural is regular; Korean has one form for both."""
    told = say(f"{{number}} {noun}s", number=number)
    return f"{number} {noun}" if told == f"1 {noun}s" else told


def folder(language: str) -> str:
    """Return where an edition lies, from the root of the site."""
    return "" if language == FIRST else f"{language}/"
