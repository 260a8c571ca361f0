"""``live-sizes`` and ``live-times``: tables of what live cells bring to a browser, and of how long they take there.

The sizes are those of the files that live_assets.py has made. The times were taken by ``nox -s live_times`` and lie in a
record, with the machine and the day: a build has no browser.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from editions import later, say
from printed_numbers import FIXED
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from translation import stays

ROWS = (
    ("page", later("The script of a page"), later("with the page")),
    ("editor", later("The editor"), later("at the first Edit")),
    ("numpy", later("Python, NumPy and gradlab"), later("at the first Run")),
    ("matplotlib", later("Matplotlib, with all that it needs"), later("at the first Run that draws")),
)
TIMES = "howto/live-times.json"
KINDS = {
    "print": later("A cell that prints numbers"),
    "claims": later("A cell that judges claims"),
    "figure": later("A cell that draws a figure"),
    "slider": later("A cell that draws a figure with a slider"),
}
RUNS = ("first", "later", "again")


def amount(size: int | None) -> str:
    """Return a size as a reader knows it; nothing where this build has no files to measure."""
    if size is None:
        return "–"
    return f"{size / 1e3:.0f}{FIXED}kB" if size < 1e6 else f"{size / 1e6:.1f}{FIXED}MB"


def seconds(given: float) -> str:
    """Return seconds as a reader knows them."""
    return f"{given:.1f}{FIXED}s" if given < 9.95 else f"{given:.0f}{FIXED}s"


def number(text: str) -> nodes.inline:
    """Return a number of a record, which no author typed."""
    return nodes.inline(text, text, classes=["pasted-text"])


def table(head: tuple[str, ...], rows: list[list[nodes.Node]], widths: tuple[int, ...], name: str) -> nodes.table:
    """Return a table."""

    def row(cells: list[nodes.Node]) -> nodes.row:
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))

    group = nodes.tgroup("", *(nodes.colspec("", colwidth=width) for width in widths), cols=len(head))
    group += nodes.thead("", row([nodes.Text(say(word)) for word in head]))
    group += nodes.tbody("", *(row(cells) for cells in rows))
    made = nodes.table("", group, classes=[name])
    stays(made)
    return made


class LiveSizes(SphinxDirective):
    """The table of sizes."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        live = getattr(self.env.app, "gl_live", None)
        rows: list[list[nodes.Node]] = [
            [nodes.Text(say(what)), nodes.Text(say(when)), number(amount(live.sizes[key] if live else None))]
            for key, what, when in ROWS
        ]
        return [table(later(("What", "When", "Sent")), rows, (3, 2, 1), "gl-live-sizes")]


class RunTimes(SphinxDirective):
    """The table of times, and a sentence about how they were taken."""

    def run(self) -> list[nodes.Node]:
        """Return both."""
        path = Path(self.env.srcdir, TIMES)
        self.env.note_dependency(str(path))
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        rows: list[list[nodes.Node]] = []
        for kind, what in KINDS.items():
            took = record["rows"][kind]
            rows.append([nodes.Text(say(what)), *(number(seconds(took[one])) for one in RUNS)])
        head = later(("What runs", "First run", "On the next page", "Once more"))
        told = nodes.paragraph(
            "",
            say(
                "Medians of {runs} runs on {measured} in {browser} on a machine with {machine}, from a server on the same "
                "machine: the time that the parts take from afar comes on top of the first run. ",
                **{name: record[name] for name in ("runs", "measured", "browser", "machine")},
            ),
        )
        longest = max(took["task"] for took in record["rows"].values())  # 0 where no task was a long one
        if longest:
            before, after = say("The page was held up for {time} at most.").split("{time}")
            told += [nodes.Text(before), number(f"{longest:.0f}{FIXED}ms"), nodes.Text(after)]
        else:
            told += nodes.Text(say("The page was never held up by what browsers call a long task."))
        stays(told)
        return [table(head, rows, (3, 1, 1, 1), "gl-live-times"), told]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("live-sizes", LiveSizes)
    app.add_directive("live-times", RunTimes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
