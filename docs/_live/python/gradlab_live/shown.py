"""What a cell shows: printed text, its last expression, figures in light and dark, frames and claims."""

from __future__ import annotations

import io
import json
import linecache
import pprint
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gradlab_live import labels, narrow

Emit = Callable[[str, dict[str, Any]], None]
STYLE = Path(__file__).with_name("style")  # packed beside this file when the site is built
_SIDE = re.compile(r'\s(width|height)="([\d.]+)pt"')
_WIDE = 79  # characters: a longer list is printed on several lines
_LINES = 14  # of an error


class Stream(io.TextIOBase):
    """Standard output or error, of which each piece goes to the page."""

    def __init__(self, emit: Emit, name: str) -> None:
        """Begin one of the two streams."""
        self.emit, self.name = emit, name

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Hand on a piece of text."""
        if text:
            self.emit("text", {"text": str(text), "stream": self.name})
        return len(text)


class Display:
    """The page as a display of gradlab: a false claim is shown, and the run goes on."""

    goes_on = True
    drawings: int | None = 6  # of frames: each takes a second in a browser

    def __init__(self, emit: Emit, figures: Figures) -> None:
        """Begin a cell."""
        self.emit, self.figures, self.claims = emit, figures, 0

    def show(self, shown: Any) -> None:
        """Show a claim or a figure of frames."""
        record = shown.record()
        if shown._kind_ == "claim":
            self.claims += 1
            record = {key: record[key] for key in ("key", "text", "value", "bound", "holds", "shown")}
        elif self.figures.labels:
            record = labels.of_frames(record, self.figures.labels)
        self.emit(shown._kind_, record)


def result(value: Any, display: Display, emit: Emit) -> None:
    """Show the last expression of a cell."""
    kind = getattr(value, "_kind_", None)
    if value is None or kind == "claim":  # a claim has been shown where it was made
        return
    if kind == "frames":
        display.show(value)
        return
    text = repr(value)
    if len(text) > _WIDE and isinstance(value, dict | list | tuple | set):
        text = pprint.pformat(value, width=_WIDE, sort_dicts=False)
    html = getattr(value, "_repr_html_", None)
    emit("result", {"text": text, "html": html() if callable(html) and not isinstance(value, type) else None})


# -- figures -----------------------------------------------------------------------------------------------------------


def _colours() -> dict[str, str]:
    path = STYLE / "dark.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


class Figures:
    """The figures of pyplot: they are shown when a cell shows them or ends, and are closed then."""

    def __init__(self, emit: Emit) -> None:
        """Show nothing yet."""
        self.emit, self.loud, self.shown = emit, False, 0
        self.dark = _colours()
        self.ready = False
        self.narrow = False  # draw for a phone
        self.labels: labels.Labels | None = None  # of the page's language, where that is not the book's first
        self.moving: labels.Moving | None = None

    def prepare(self) -> None:
        """Have Matplotlib draw as the book does; it is not imported before somebody wants it."""
        if self.ready:
            return
        import matplotlib
        from matplotlib import font_manager

        from gradlab_live import backend

        for path in sorted((*STYLE.glob("*.ttf"), *STYLE.glob("*.otf"))):
            font_manager.fontManager.addfont(path)
        if (STYLE / "matplotlibrc").is_file():
            matplotlib.rc_file(STYLE / "matplotlibrc")
        matplotlib.use("module://gradlab_live.backend")
        backend.listeners[:] = [self.show]
        self.ready = True
        if not self.labels and (STYLE / "labels.mo").is_file():
            self.labels = labels.Labels(STYLE / "labels.mo")
            self.moving = labels.Moving(self.labels)

    def open(self) -> list[int]:
        """Return the numbers of the open figures."""
        pyplot: Any = sys.modules.get("matplotlib.pyplot")
        return pyplot.get_fignums() if pyplot is not None else []

    def show(self) -> None:
        """Show all open figures, if the cell is one that shows things, and close them."""
        for number in self.open():
            pyplot: Any = sys.modules["matplotlib.pyplot"]
            figure = pyplot.figure(number)
            if self.loud and (figure.axes or figure.lines):
                self.shown += 1
                self.emit("figure", self.drawn(figure))
            pyplot.close(figure)

    def drawn(self, figure: Any) -> dict[str, Any]:
        """Return a figure as the page shows it: the same drawing twice, the second in the dark colours."""
        from gradlab.plots._pieces import shorten

        out = io.StringIO()
        look = {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor(), "bbox_inches": "tight"}
        with ExitStack() as undo:
            if self.labels:
                undo.enter_context(labels.exchanged([figure], self.labels))
            if self.narrow and undo.enter_context(narrow.narrowed(figure)):
                look["pad_inches"] = narrow.PAD
            figure.savefig(out, format="svg", metadata={"Date": None}, **look)
        light = shorten(out.getvalue())
        sizes = {
            side: round(float(points) * 4 / 3)
            for side, points in _SIDE.findall(light[: light.index(">", light.index("<svg"))])
        }
        return {"light": light, "dark": self._darkened(light), "width": 0, "height": 0, **sizes}

    def _darkened(self, svg: str) -> str:
        if not self.dark:
            return svg
        known = re.compile("|".join(self.dark), re.IGNORECASE)
        return known.sub(lambda match: self.dark[match[0].lower()], svg)


# -- errors ------------------------------------------------------------------------------------------------------------


def cell_file(cell: int) -> str:
    """Return what a cell is called in an error."""
    return f"<cell {cell + 1}>"


def remember(cell: int, source: str) -> None:
    """Have errors, and who asks for the source of a function, find the code of a cell."""
    name = cell_file(cell)
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)


def problem(error: BaseException, cell: int) -> dict[str, Any]:
    """Return an error as the page shows it: its last lines, and the line of the page's code that it comes from."""
    told = traceback.TracebackException.from_exception(error, capture_locals=False)
    frames = [frame for frame in told.stack if frame.filename.startswith("<cell ")]
    places = [(int(frame.filename[6:-1]) - 1, frame.lineno) for frame in frames]
    if isinstance(error, SyntaxError) and error.filename in {cell_file(cell), "<unknown>", None} and not frames:
        places = [(cell, error.lineno)]
    own = [place for place in places if place[0] == cell]
    where = (own or places or [(cell, None)])[-1]
    while told.stack and not told.stack[0].filename.startswith("<cell ") and frames:
        del told.stack[0]  # how the page runs its cells is none of the reader's business
    if not frames:
        told.stack.clear()
    lines = "".join(told.format(chain=False)).rstrip().splitlines()
    return {
        "type": type(error).__name__,
        "message": str(error),
        "lines": lines if len(lines) <= _LINES else ["…", *lines[-_LINES + 1 :]],
        "cell": where[0],
        "line": where[1],
    }
