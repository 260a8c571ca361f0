"""How long the cells of each page ran: a table of all, and a line at the end of those that take long.

MyST-NB keeps the time with the page's execution data; for a page from the cache it is that of the run that filled the
cache. Times differ from build to build, so they stay out of ``claims.json``, which does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from claims import in_reading_order
from docutils import nodes
from editions import amount, later, say
from html_elements import made, quiet_element
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

LONG = 10  # seconds: what a page may take, by the book's own budget
_CELLS, _TABLE = "gl-cells", "gl-execution-times"


class Execution(NamedTuple):
    """What it took to run a page."""

    page: str
    seconds: float
    cells: int


class execution_times(nodes.General, nodes.Element):
    """Stands where the table will be: the times are known once all pages are read."""


class ExecutionTimes(SphinxDirective):
    """``{execution-times}``: the table of all executed pages."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for the table."""
        self.env.metadata[self.env.docname][_TABLE] = True
        return [execution_times()]


def count_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the number of code cells of a page that was read."""
    cells = [box for box in doctree.findall(nodes.container) if box.get("nb_element") == "cell_code"]
    app.env.metadata[app.env.docname][_CELLS] = len(cells)


def executions(env: BuildEnvironment) -> Iterator[Execution]:
    """Yield the executed pages, as the table of contents has them."""
    for page in in_reading_order(env):
        seconds = (env.nb_metadata.get(page, {}).get("exec_data") or {}).get("runtime")
        if seconds is not None:
            yield Execution(page, seconds, env.metadata[page].get(_CELLS, 0))


def pages_with_table(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have the pages with the table written again, whichever page was read."""
    return [page for page, metadata in env.metadata.items() if _TABLE in metadata]


def table(app: Sphinx, page: str) -> list[nodes.Node]:
    """Return the table and the sentence before it, for a page that links to the others."""
    found = list(executions(app.env))
    if not found:
        return [nodes.paragraph("", say("No page was executed."))]
    seconds, cells = sum(run.seconds for run in found), sum(run.cells for run in found)
    long = sum(run.seconds > LONG for run in found)
    counted = {"pages": amount(len(found), "page"), "cells": amount(cells, "code cell"), "long": amount(long, "page")}
    summary = say(
        "{pages} with {cells} ran for {time} in all; {long} took more than {limit} s.",
        **{**counted, "time": _duration(seconds), "limit": LONG},
    )
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (70, 15, 15)), cols=3)
    body = nodes.tbody()
    for run in found:
        there = app.builder.get_relative_uri(page, run.page)
        link = nodes.reference("", app.env.titles[run.page].astext(), internal=True, refuri=there)
        body += _row(link, nodes.Text(f"{run.seconds:.1f}"), nodes.Text(f"{run.cells}"))
    body += _row(nodes.strong("", say("All pages")), nodes.strong("", f"{seconds:.1f}"), nodes.strong("", f"{cells}"))
    group += [nodes.thead("", _row(*(nodes.Text(say(word)) for word in later(("Page", "Seconds", "Cells"))))), body]
    return [nodes.paragraph("", summary), nodes.table("", group, classes=["gl-times", "colwidths-given"])]


def _row(*cells: nodes.Node) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return say("{minutes} min {rest} s", minutes=minutes, rest=rest) if minutes else say("{rest} s", rest=rest)


def fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the table where the directive stood, and have a page that took long say so at its end."""
    for place in list(doctree.findall(execution_times)):
        place.replace_self(table(app, page))
    seconds = (app.env.nb_metadata.get(page, {}).get("exec_data") or {}).get("runtime")
    sections = [child for child in doctree.children if isinstance(child, nodes.section)]
    if seconds is not None and seconds > LONG and sections:
        note = say("The cells of this page ran for {time} when the book was built.", time=_duration(seconds))
        # quiet: it is no part of what the page is about, and no description, excerpt or Markdown of it says it
        said = made("p", nodes.Text(note), kind=quiet_element, classes=["gl-execution-time"])
        sections[-1] += said if app.builder.format == "html" else nodes.paragraph("", note)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the steps around it."""
    app.add_node(execution_times)
    app.add_directive("execution-times", ExecutionTimes)
    app.connect("doctree-read", count_cells)
    app.connect("env-updated", pages_with_table)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
