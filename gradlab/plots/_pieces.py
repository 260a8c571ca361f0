"""A drawing as pieces of SVG: what stands still in a row of drawings is kept once."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ARTIST = re.compile(
    r'(?=^ *<g id="(?:patch|line2d|text|xtick|ytick|[A-Z]\w*Collection|image|legend|\w*ContourSet)_?\w*">)',
    re.MULTILINE,
)
_PLACE, _DIGITS = re.compile(r' (?:d|x|y)="[^"]*"'), re.compile(r"(\.\d\d)\d+")
_MARK = re.compile(r"""<g clip-path="[^"]*">\s*(?:<use [^>]*style="([^"]*)"/>\s*)(?:<use [^>]*style="\1"/>\s*)+</g>""")


def shorten(svg: str) -> str:
    """Return the drawing with places rounded to a hundredth of a point, and what all marks share said once.

    Matplotlib writes six decimals. Transforms keep theirs: letters are drawn large and scaled down by small numbers.
    """

    def together(match: re.Match[str]) -> str:
        style = f' style="{match[1]}"'
        return match[0].replace(style, "").replace("<g ", f"<g{style} ", 1)

    return _MARK.sub(together, _PLACE.sub(lambda match: _DIGITS.sub(r"\1", match[0]), svg))


def pooled(drawings: Iterable[str]) -> tuple[list[str], list[list[int]]]:
    """Cut drawings at their artists; return each distinct piece once, and the numbers of every drawing's pieces."""
    pool: dict[str, int] = {}
    order = [[pool.setdefault(piece, len(pool)) for piece in _ARTIST.split(svg)] for svg in drawings]
    return list(pool), order
