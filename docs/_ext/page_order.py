"""The order of a page: a figure first, its code folded beneath it, and the code that is the lesson open where it stands.

MyST-NB writes a cell as it ran: code, then what it drew. A reader should meet idea and picture before code. So of a cell
with a figure the output stands first, and its code is folded with that of the cells directly before it that show nothing.
Tags of a cell change that: ``lesson`` keeps its code open, ``fold`` folds the code of a cell without a figure. The claims
of cells are gone when this runs: checked_cards.py has gathered them.

A button opens and folds all code of a page, and the choice is remembered: ``_static/code_switch.js``. Without a script
there is none, and each fold opens by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from docutils import nodes
from editions import amount, later, say
from html_elements import element, made, quiet_element
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

OF_FIGURE, OF_MEASUREMENT = later("Code of this figure"), later("Code of this measurement")
SWITCH = later("Show all code")


def is_cell(node: nodes.Node) -> bool:
    """Return whether a node is a code cell, with what it shows."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def tags(cell: nodes.container) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.get("cell_metadata", {}).get("tags", []))


def part(cell: nodes.container, name: str) -> nodes.container | None:
    """Return the ``source`` of a cell or its ``output``, or None where it has none."""
    return next((child for child in cell if child.get("nb_element") == f"cell_code_{name}"), None)


def hidden_whole(cell: nodes.container) -> bool:
    """Return whether MyST-NB folds all of a cell, or its output: solutions of exercises, which are left as they are."""
    return cell.get("hide_mode") not in {None, "input"}


def lines(sources: Iterable[nodes.Node]) -> int:
    """Return how many lines of code there are."""
    return sum(
        len(code.astext().strip("\n").split("\n")) for one in sources for code in one.findall(nodes.literal_block)
    )


def fold(label: str, sources: list[nodes.Node]) -> element:
    """Return code behind one line that opens it."""
    summary = made(
        "summary",
        nodes.inline("", label, classes=["gl-code-label"]),
        nodes.Text(" "),
        nodes.inline("", amount(lines(sources), "line"), classes=["gl-code-lines"]),
    )
    return made("details", summary, *sources, classes=["gl-code"])


def _shows_nothing(node: nodes.Node, also: str | None = None) -> bool:
    """Return whether a node is a cell whose code may move into the fold of the cell below it."""
    if not is_cell(node) or hidden_whole(node) or "lesson" in tags(node) or (also and also not in tags(node)):
        return False
    return part(node, "source") is not None and part(node, "output") is None


def _take_before(cell: nodes.container, also: str | None = None) -> list[nodes.Node]:
    """Remove the cells directly before one that show nothing, and return their code."""
    parent, sources = cell.parent, list[nodes.Node]()
    while (place := parent.index(cell)) and _shows_nothing(parent[place - 1], also):
        before = parent.pop(place - 1)
        cell["ids"] += before["ids"]  # a link to it leads to where its code is now
        sources.insert(0, part(before, "source"))
    return sources


def arrange(cell: nodes.container) -> None:
    """Put the output of a cell first and fold its code, where its figure or its tags ask for it."""
    source, output = part(cell, "source"), part(cell, "output")
    if source is None or hidden_whole(cell):
        return
    figure = output is not None and next(output.findall(nodes.figure), None) is not None
    lesson, folded = "lesson" in tags(cell), "fold" in tags(cell) or cell.get("hide_mode") == "input"
    if figure:
        cell["classes"].append("gl-figure")
    if not figure and (lesson or not folded):
        return
    shown = [output] if output is not None else []
    cell.clear()
    cell["hide_mode"] = None  # else MyST-NB folds the code once more
    if lesson:
        cell.extend([*shown, source])
    else:
        before = _take_before(cell, also=None if figure else "fold")
        cell.extend([*shown, fold(say(OF_FIGURE if figure else OF_MEASUREMENT), [*before, source])])


class ArrangeCells(SphinxPostTransform):
    """Bring the cells of a page into their order."""

    default_priority = 190  # before MyST-NB folds inputs, at 199; after the claims are gathered
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Arrange the cells from the last to the first, so that none is gone before it is looked at."""
        cells = list(self.document.findall(is_cell))
        for cell in (cell for cell in reversed(cells) if cell.parent is not None):
            if _attached(cell):
                arrange(cell)
        section = next(self.document.findall(nodes.section), None)
        if section is not None and _has_folds(self.document):
            section += made(
                "button",
                nodes.Text(say(SWITCH)),
                kind=quiet_element,
                classes=["gl-code-switch"],
                type="button",
                aria_pressed="false",
                hidden="",
            )


def _attached(cell: nodes.container) -> bool:
    return any(child is cell for child in cell.parent)


def _has_folds(doctree: nodes.document) -> bool:
    return any("gl-code" in fold["classes"] for fold in doctree.findall(element))


def add_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Load the script of the switch on the pages that have something to open."""
    if doctree is not None and _has_folds(doctree):
        app.add_js_file("code_switch.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform and the script."""
    app.setup_extension("html_elements")
    app.add_post_transform(ArrangeCells)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
