"""A picture of each page for those who share it: 1200 × 630, with the title, the chapter's number and the page's first figure.

A page without a figure has curves of activation functions instead. What is shared shows the picture small, so there are few
words in it and none is small. Templates find it as ``gl_social_image``: path, width, height and alternative text.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pictures
from chapters import chapters, numbered
from docutils import nodes
from figures_along import Figure
from figures_along import size_of as drawn_size
from pictures import BOLD, wrapped
from sphinx.application import Sphinx

from gradlab import ACTIVATIONS
from gradlab.plots import PALETTE

FOLDER, SITE = "_social", "site"
WIDTH, HEIGHT = 1200, 630
EDGE, BESIDE = 64, 500  # pixels: around everything; what a title has beside a figure
PAPER, INK, QUIET, ORANGE, LINE = "#fffefc", "#22272e", "#5c636b", "#b3541e", "#e4e0d8"  # of face.css, light
PANEL = (584, 50, 568, 530)  # where a figure stands: left, top, width, height
TITLES = (60, 54, 48, 42, 36)  # sizes of a title: the first in which it needs no more lines than there are
CURVES = (("sigmoid", PALETTE[2]), ("gelu", PALETTE[3]), ("relu", PALETTE[1]))


class Card(NamedTuple):
    """What a picture says and shows."""

    page: str
    title: str
    above: str
    below: str
    figure: Figure | None

    @property
    def path(self) -> str:
        """Return the address of the picture, from the root of the site."""
        return f"{FOLDER}/{self.page}.png"

    @property
    def alt(self) -> str:
        """Return what the picture shows, for those who do not see it."""
        head = f"{self.above}: {self.title}" if self.above else self.title
        return f"{head}. {self.figure.alt}" if self.figure else head


def card_of(app: Sphinx, page: str) -> Card:
    """Return the card of a page; the whole site has one for pages that no source stands behind."""
    titles, home = app.env.titles, app.config.root_doc
    chapter = next((one for one in chapters(app.env) if one.page == page), None)
    below = titles[home].astext() if home in titles else ""
    if page not in titles:
        return Card(SITE, below or app.config.project, "", "", None)
    folder = f"{page.rpartition('/')[0]}/index"
    above = numbered(chapter) if chapter else ""
    if not chapter and folder in titles and folder != page:
        above = titles[folder].astext()
    drawn = (figure for figure in app.gl_figures.get(page, []) if figure.number)
    return Card(page, titles[page].astext(), above, below if page != home else "", next(drawn, None))


def _text(words: str, at: tuple[float, float], size: float, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    said = pictures.spans(words, size, at[0], BOLD if bold else pictures.REGULAR)
    # preserve: a piece of a line may begin or end with a space
    space = ' xml:space="preserve"' if said.startswith("<") else ""
    return f'<text x="{at[0]:g}" y="{at[1]:g}" font-size="{size:g}" fill="{colour}"{weight}{space}>{said}</text>'


def title_lines(title: str, width: float, most: int) -> tuple[int, list[str]]:
    """Return the size of a title and its lines; one that is too long even so ends with an ellipsis."""
    for size in TITLES:
        lines = wrapped(title, size, width, BOLD)
        if len(lines) <= most and all(pictures.width_of(line, size, BOLD) <= width for line in lines):
            return size, lines
    size = TITLES[-1]
    lines = [_cut(line, size, width) for line in lines]
    return size, lines if len(lines) <= most else [*lines[: most - 1], _cut(f"{lines[most - 1]} …", size, width)]


def _cut(line: str, size: int, width: float) -> str:
    """Return a line that fits, without its last letters where it has to be."""
    while pictures.width_of(line, size, BOLD) > width:
        line = line.rstrip("…").rstrip()[:-1] + "…"
    return line


def _figure(app: Sphinx, figure: Figure) -> str:
    """Return the figure in its panel, as large as it can be there."""
    svg = Path(app.srcdir, figure.source).read_text(encoding="utf-8")
    (width, height), (left, top, wide, high) = drawn_size(svg), PANEL
    inner = 18
    scale = min((wide - 2 * inner) / width, (high - 2 * inner) / height)
    w, h = width * scale, height * scale
    panel = (w + 2 * inner, h + 2 * inner)
    x, y = left + wide - panel[0], top + (high - panel[1]) / 2
    data = base64.b64encode(svg.encode()).decode()
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{panel[0]:.1f}" height="{panel[1]:.1f}" rx="10" fill="#ffffff" '
        f'stroke="{LINE}" stroke-width="2"/>'
        f'<image x="{x + inner:.1f}" y="{y + inner:.1f}" width="{w:.1f}" height="{h:.1f}" '
        f'href="data:image/svg+xml;base64,{data}"/>'
    )


@lru_cache(maxsize=1)
def _motif() -> str:
    """Return curves of some activations along the lower right."""
    x = np.linspace(-4, 4, 161)
    right, base, unit = 624, 540, 120.0
    lines = []
    for name, colour in CURVES:
        y = ACTIVATIONS[name](x)
        points = " ".join(
            f"{right + (a + 4) * 68:.1f},{base - b * unit:.1f}" for a, b in zip(x, y, strict=True) if b <= 1.3
        )
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="7" opacity=".85"/>')
    axis = f'<path d="M{right} {base}H{WIDTH - 36}" stroke="{LINE}" stroke-width="3"/>'
    return f'<g stroke-linecap="round" stroke-linejoin="round">{axis}{"".join(lines)}</g>'


def _mark(app: Sphinx) -> str:
    """Return the mark of the book."""
    path = Path(app.srcdir, app.config.html_favicon or "_static/mark.svg")
    if not path.is_file():
        return ""
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<image x="{EDGE}" y="54" width="56" height="56" href="data:image/svg+xml;base64,{data}"/>'


def svg_of(app: Sphinx, card: Card) -> str:
    """Return the picture as SVG."""
    width = BESIDE if card.figure else WIDTH - 2 * EDGE
    size, lines = title_lines(card.title, width, 5 if card.figure else 3)
    parts = [_mark(app), _text(app.config.project, (EDGE + 74, 95), 38, INK, bold=True)]
    down = 158.0
    for line in wrapped(card.above, 26, width, at=" · ") if card.above else ():
        down += 33
        parts.append(_text(line, (EDGE, down - 8), 26, ORANGE))
    for number, line in enumerate(lines, 1):
        parts.append(_text(line, (EDGE, down + 10 + (number * 1.14 - 0.14) * size), size, INK, bold=True))
    for number, line in enumerate(reversed(wrapped(card.below, 21, width if card.figure else 520))):
        parts.append(_text(line, (EDGE, HEIGHT - 56 - number * 28), 21, QUIET))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="{pictures.FONT}"><rect width="100%" height="100%" fill="{PAPER}"/>'
        f'<rect width="{WIDTH}" height="12" fill="{ORANGE}"/>'
        f"{_figure(app, card.figure) if card.figure else _motif()}{''.join(parts)}</svg>"
    )


def drawings(app: Sphinx) -> Iterator[pictures.Drawing]:
    """Yield the picture of each page that was written, and that of the site."""
    for page in [*app.gl_figures, SITE]:
        card = card_of(app, page)
        told = (("Title", card.title), ("Author", app.config.author))
        yield pictures.Drawing(Path(app.outdir, card.path), svg_of(app, card), WIDTH, told)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Draw the pictures."""
    if exception is None and app.builder.format == "html":
        pictures.write_all(app, list(drawings(app)))


def offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Tell templates of the picture."""
    card = card_of(app, page if doctree is not None else SITE)
    context["gl_social_image"] = (card.path, WIDTH, HEIGHT, card.alt)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the steps."""
    app.setup_extension("figures_along")
    app.connect("html-page-context", offer)
    app.connect("build-finished", write)
    app.connect("build-finished", pictures.forget_others, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
