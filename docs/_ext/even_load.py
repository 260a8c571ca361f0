"""Hand the pages to Sphinx's readers one by one, the longest first, so that all readers end at about the same time.

Sphinx cuts the list of pages, in the order of their names, into a few long pieces, and hands one to each of its processes:
one process ran the long computations, which stand together in that order, while the other had nothing to do. Here a page
with cells is a piece by itself, and whoever is ready takes the next. How long a page takes is not known before it has run,
but the lines of its cells tell enough for that: the last pages are short ones. Pages without cells go in Sphinx's pieces.
"""

from __future__ import annotations

from functools import partial

import cell_code
import sphinx.builders
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.parallel import make_chunks


def lines_of_code(text: str) -> int:
    """Return how many lines the cells of a page have."""
    return sum(len(cell.code.splitlines()) for cell in cell_code.cells(text))


def longest_first(work: dict[str, int]) -> list[str]:
    """Return pages, of which the work is given, those with the most of it first."""
    return sorted(work, key=lambda page: (-work[page], page))


def pieces(alone: int, pages: list[str], readers: int) -> list[list[str]]:
    """Return what a reader takes at a time: the first pages each by itself, the others as Sphinx deals them.

    Sphinx starts as many as there are readers, in this order, and then takes the last of those that are left.
    """
    found = [*([page] for page in pages[:alone]), *make_chunks(pages[alone:], readers)]
    return [*found[:readers], *reversed(found[readers:])]


def deal(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Reorder the pages that are to be read, and cut them into pieces, where several processes read them."""
    if app.parallel > 1 and len(docnames) > app.parallel:
        work = {page: lines_of_code(env.doc2path(page).read_text(encoding="utf-8")) for page in docnames}
        docnames[:] = longest_first(work)
        with_cells = sum(1 for lines in work.values() if lines)
        sphinx.builders.make_chunks = partial(pieces, with_cells)  # Sphinx has no setting for it


def leave(app: Sphinx, env: BuildEnvironment) -> None:
    """Cut into Sphinx's own pieces what comes after, which is written."""
    sphinx.builders.make_chunks = make_chunks


def setup(app: Sphinx) -> dict[str, bool]:
    """Reorder once it is known which pages are to be read."""
    app.connect("env-before-read-docs", deal)
    app.connect("env-updated", leave)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
