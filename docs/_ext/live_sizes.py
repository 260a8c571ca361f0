"""``live-sizes``: a table of what live cells bring to a browser and how much that is, as live_assets.py measured the files."""

from __future__ import annotations

from docutils import nodes
from printed_numbers import FIXED
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

HEAD = ("What", "When", "Sent")
ROWS = (
    ("page", "The script of a page", "with the page"),
    ("editor", "The editor", "at the first Edit"),
    ("numpy", "Python, NumPy and gradlab", "at the first Run"),
    ("matplotlib", "Matplotlib, with all that it needs", "at the first Run that draws"),
)


def amount(size: int | None) -> str:
    """Return a size as a reader knows it; nothing where this build has no files to measure."""
    if size is None:
        return "–"
    return f"{size / 1e3:.0f}{FIXED}kB" if size < 1e6 else f"{size / 1e6:.1f}{FIXED}MB"


class LiveSizes(SphinxDirective):
    """The table."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        live = getattr(self.env.app, "gl_live", None)
        group = nodes.tgroup("", *(nodes.colspec("", colwidth=width) for width in (3, 2, 1)), cols=len(HEAD))
        group += nodes.thead("", self._row([nodes.Text(word) for word in HEAD]))
        body = nodes.tbody()
        for key, what, when in ROWS:
            size = amount(live.sizes[key] if live else None)
            body += self._row([nodes.Text(what), nodes.Text(when), nodes.inline(size, size, classes=["pasted-text"])])
        group += body
        return [nodes.table("", group, classes=["gl-live-sizes"])]

    @staticmethod
    def _row(cells: list[nodes.Node]) -> nodes.row:
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("live-sizes", LiveSizes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
