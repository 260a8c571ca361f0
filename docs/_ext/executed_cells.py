"""Say which cell of a page failed, where it stands, and why.

MyST-NB's own message names the page alone, and its traceback begins with the twenty lines of the machinery.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from docutils import nodes
from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

_log = logging.getLogger(__name__)
_RULE = "-" * 18  # what nbclient puts around the source of the cell


def failed_cell(notebook: nbformat.NotebookNode) -> tuple[int, int]:
    """Return the number (among the code cells, from 1) and the index of the cell that stopped a page.

    It is the one with an error, or else the first that never finished: it ran out of time.
    """
    code = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for number, (index, cell) in enumerate(code, 1):
        if any(output.output_type == "error" for output in cell.outputs):
            return number, index
    for number, (index, cell) in enumerate(code, 1):
        if cell.execution_count is None:
            return number, index
    return len(code), code[-1][0]


def what_happened(report: str) -> str:
    """Return what a failed execution says of the cell, without the machinery that ran it."""
    message = report.partition("following cell:\n")[2] or report.rpartition("CellTimeoutError: ")[2] or report
    return "\n".join(line for line in message.strip().splitlines() if line.strip(" -") or not line).strip()


def explain(app: Sphinx, doctree: nodes.document) -> None:
    """Warn about a page whose execution failed; with -W the build fails."""
    page = app.env.docname
    executed = getattr(app.env, "nb_metadata", {}).get(page, {}).get("exec_data")
    if not executed or executed["succeeded"]:
        return
    notebook = nbformat.read(Path(app.env.mystnb_config.output_folder, f"{page}.ipynb"), as_version=4)
    number, index = failed_cell(notebook)
    line = notebook.metadata.get("source_map", [0] * (index + 1))[index] + 1
    reason = executed["traceback"].strip().splitlines()[-1]
    if executed["error"] == "CellTimeoutError":
        reason = "it ran for too long"
    _log.warning(
        "code cell %d failed: %s\n%s",
        number,
        reason,
        what_happened(executed["traceback"]),
        location=(page, line),
        type="gradlab",
        subtype="cell",
    )


def make_cache(app: Sphinx, config: Config) -> None:
    """Make the tables of the cache before Sphinx forks readers, which would race for it; ``-D`` may have moved it."""
    get_cache(config.nb_execution_cache_path).db  # noqa: B018


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the cache, and look at each page once it is read."""
    app.connect("config-inited", make_cache)
    app.connect("doctree-read", explain)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
