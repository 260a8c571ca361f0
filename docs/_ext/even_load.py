"""Deal the pages to Sphinx's readers so that all of them end at about the same time.

Sphinx cuts the list of pages, in the order of their names, into a few long pieces, and hands one to each of its processes;
the pages with the long computations stand together in that order, and one process ran them while the other had nothing to
do. How long a page takes is not known before it has run. The lines of its cells tell enough: the pieces of a build from
nothing end within a few seconds of each other, and the whole book is there a minute earlier.
"""

from __future__ import annotations

import cell_code
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.parallel import make_chunks


def lines_of_code(text: str) -> int:
    """Return how many lines the cells of a page have."""
    return sum(len(cell.code.splitlines()) for cell in cell_code.cells(text))


def dealt(pages: dict[str, int], readers: int) -> list[str]:
    """Return pages, of which the work is given, in an order in which each of the first pieces has as much of it."""
    size = len(make_chunks(list(pages), readers)[0])
    piles: list[list[str]] = [[] for _ in range(readers)]
    work = [0] * readers
    rest = []
    for page in sorted(pages, key=lambda page: (-pages[page], page)):
        if open_piles := [pile for pile in range(readers) if len(piles[pile]) < size]:
            least = min(open_piles, key=lambda pile: work[pile])
            piles[least].append(page)
            work[least] += pages[page]
        else:
            rest.append(page)  # the lightest: whoever ends first reads them
    return [page for pile in [*piles, rest] for page in pile]


def deal(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Reorder the pages that are to be read, where several processes read them."""
    if app.parallel > 1 and len(docnames) > app.parallel:
        work = {page: lines_of_code(env.doc2path(page).read_text(encoding="utf-8")) for page in docnames}
        docnames[:] = dealt(work, app.parallel)


def setup(app: Sphinx) -> dict[str, bool]:
    """Reorder once it is known which pages are to be read."""
    app.connect("env-before-read-docs", deal)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
