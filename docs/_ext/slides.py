"""Make a deck of slides from the built book: ``python docs/_ext/slides.py docs/_build/html docs/_build/slides/gradlab.pptx``.

A title, a slide for each chapter, one for each numbered figure with its caption, and the licence. The notes of a slide hold
the alternative text and where the figure stands in the book. `nox -s slides` runs this; it reads ``_figures/figures.json``.
"""

from __future__ import annotations

import datetime
import json
import sys
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image, ImageFont
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.util import Emu, Inches, Pt

FONT = "Calibri"  # where it is lacking, office programs take one of the same widths (Carlito)
INK, QUIET, ORANGE = RGBColor(0x22, 0x27, 0x2E), RGBColor(0x5C, 0x63, 0x6B), RGBColor(0xB3, 0x54, 0x1E)
WIDTH, HEIGHT = 13.333, 7.5  # inches: 16 by 9
EDGE = 0.6
BLANK = 6  # python-pptx's own template has its empty layout there
CAPTION_SIZES = (18, 17, 16, 15, 14, 13, 12, 11)
AFTER = 8  # points between paragraphs
WIDEST = 1.1  # the measure is GL Sans; Calibri is a little narrower, and its like may be a little wider
MEASURE = ImageFont.truetype(str(Path(__file__).resolve().parents[1] / "_fonts" / "gl-sans.ttf"), 100)
EPOCH = datetime.datetime(2020, 2, 2)  # the same bytes at each build: the time of making is no part of a deck


class Box(NamedTuple):
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float


class Line(NamedTuple):
    """A paragraph: its words, its size in points and how it looks."""

    text: str
    size: float
    colour: RGBColor = INK
    bold: bool = False


def lines_of(text: str, size: float, width: float) -> int:
    """Return into how many lines a text breaks in a box of so many inches."""
    wide, lines, room = 0.0, 1, width * 72
    for word in text.split():
        long = MEASURE.getlength(f"{word} ") * size / 100 * WIDEST
        if wide and wide + long > room:
            lines, wide = lines + 1, 0.0
        wide += long
    return lines


def height_of(text: str, size: float, width: float) -> float:
    """Return how many inches a text is high in a box of so many inches."""
    return lines_of(text, size, width) * size * 1.2 / 72


def fitting(text: str, box: Box, *, also: str = "") -> int:
    """Return the largest size in which a caption, and a paragraph below it, fit into a box; the smallest if none does."""

    def high(size: int) -> float:
        return sum(height_of(one, size, box.width) + AFTER / 72 for one in (text, also) if one)

    return next((size for size in CAPTION_SIZES if high(size) <= box.height), CAPTION_SIZES[-1])


def where(figure: dict[str, Any]) -> str:
    """Return where a figure stands in the book."""
    return str(figure["address"] or f"{figure['page']}.html")


def write(slide: Any, box: Box, *lines: Line, middle: bool = False) -> Any:
    """Write paragraphs into a box of a slide."""
    shape = slide.shapes.add_textbox(*(Inches(side) for side in box))
    frame = shape.text_frame
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Emu(0)
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.TOP
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if not number else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line.text
        paragraph.space_after = Pt(AFTER)
        run.font.name, run.font.size, run.font.bold = FONT, Pt(line.size), line.bold
        run.font.color.rgb = line.colour
    return shape


class Deck:
    """A deck on its way."""

    def __init__(self, site: Path) -> None:
        """Read what the built book lists."""
        self.site = site
        self.book = json.loads((site / "_figures" / "figures.json").read_text(encoding="utf-8"))
        self.figures = [figure for figure in self.book["figures"] if figure["number"]]
        self.presentation = Presentation()
        self.presentation.slide_width, self.presentation.slide_height = Inches(WIDTH), Inches(HEIGHT)

    def slide(self, notes: str) -> Any:
        """Add an empty slide with notes."""
        slide = self.presentation.slides.add_slide(self.presentation.slide_layouts[BLANK])
        slide.notes_slide.notes_text_frame.text = notes
        return slide

    def words(self, *lines: Line, notes: str = "") -> None:
        """Add a slide of words."""
        write(self.slide(notes), Box(1.2, 1.2, WIDTH - 2.4, HEIGHT - 2.4), *lines, middle=True)

    def figure(self, figure: dict[str, Any]) -> None:
        """Add the slide of a figure: the drawing, its caption below, or beside where it is higher than wide."""
        slide = self.slide(f"{figure['alt']}\n\nFrom: {where(figure)}")
        write(slide, Box(EDGE, 0.35, WIDTH - 2 * EDGE, 0.5), Line(figure["title"], 20, ORANGE, bold=True))
        file = self.site / figure["png"]
        with Image.open(file) as image:
            shape = image.width / image.height
        room, box = places(shape)
        width = min(room.width, room.height * shape)
        height = width / shape
        left, top = room.left + (room.width - width) / 2, room.top + (room.height - height) / 2
        drawn = slide.shapes.add_picture(str(file), Inches(left), Inches(top), Inches(width), Inches(height))
        drawn._element._nvXxPr.cNvPr.set("descr", figure["alt"])
        drawn.name = figure["number"]
        caption, shown = figure["caption"], figure["says"]
        size = fitting(f"{figure['number']}  {caption}", box, also=shown)
        lines = [Line(f"{figure['number']}  ", size, INK, bold=True), *([Line(shown, size)] if shown else [])]
        frame = write(slide, box, *lines).text_frame
        rest = frame.paragraphs[0].add_run()
        rest.text = caption
        rest.font.name, rest.font.size, rest.font.color.rgb = FONT, Pt(size), QUIET

    def make(self) -> Any:
        """Write all slides."""
        licence, link = self.book["licence"]
        first = next((figure["title"] for figure in self.book["figures"] if figure["page"] == "index"), "")
        self.words(
            Line(first or self.book["title"], 44, INK, bold=True),
            Line(f"{self.book['title']}: figures and captions", 24, ORANGE),
            Line(f"{self.book['author']} · {licence}", 18, QUIET),
        )
        for _, group in groupby(self.figures, lambda figure: figure["page"]):
            figures = list(group)
            head = figures[0]
            if head["chapter"]:
                above = Line(f"Chapter {head['chapter']} · {head['part']}", 22, ORANGE)
                self.words(above, Line(head["title"], 40, INK, bold=True), notes=f"From: {where(head)}")
            for figure in figures:
                self.figure(figure)
        self.words(
            Line("Licence", 36, INK, bold=True),
            Line(f"The figures and captions are by the {self.book['author']}, under {licence}.", 22),
            Line(
                "You may use and change them, also commercially, if you name their source and say what you changed.", 22
            ),
            Line(link, 18, QUIET),
        )
        about = self.presentation.core_properties
        about.title, about.author = f"{self.book['title']}: figures and captions", self.book["author"]
        about.created = about.modified = EPOCH
        about.last_modified_by, about.comments = self.book["author"], licence
        return self.presentation


def places(shape: float) -> tuple[Box, Box]:
    """Return where a picture of this shape stands, and where its caption does."""
    if shape >= 1.9:  # a wide one: over the whole slide
        return Box(EDGE, 0.95, WIDTH - 2 * EDGE, 4.6), Box(EDGE, 5.7, WIDTH - 2 * EDGE, 1.45)
    return Box(EDGE, 0.95, 8.0, 6.2), Box(8.9, 1.2, WIDTH - 8.9 - EDGE, 5.9)


def main(site: str, target: str) -> None:
    """Make the deck."""
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    deck = Deck(Path(site)).make()
    deck.save(path)
    print(f"{path}: {len(deck.slides)} slides, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
