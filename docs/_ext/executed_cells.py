"""Say which cell of a page failed, where it stands, and why.

MyST-NB's own message names the page alone, and its traceback begins with the twenty lines of the machinery. A kernel that
dies (somebody or the system killed it) would stop the whole build without a name: here it is a failure of its page, as a
cell that raises is, and the other pages are read.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from myst_nb.core.execute import cache, direct
from nbclient.exceptions import DeadKernelError
from sphinx.application import Sphinx
from sphinx.util import logging

_log = logging.getLogger(__name__)
# A kernel that is ended as it speaks says so in twenty lines, which nobody needs; one that cannot load the settings of
# docs/_ipython does not start.
_KERNEL = ["--IPKernelApp.log_level=50", "--IPKernelApp.reraise_ipython_extension_failures=True"]


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


def execute(notebook: nbformat.NotebookNode, cwd: str, **options: Any) -> ExecutionResult:
    """Run a page; a kernel that died is told as an error of a cell is, and one that did not come to life is tried again.

    Kernels look for free ports; where two find the same one, the later dies before its first cell.
    """
    for again in (True, True, False):
        try:
            return single_nb_execution(notebook, cwd=cwd, extra_arguments=_KERNEL, **options)
        except DeadKernelError as error:
            return ExecutionResult(notebook, cwd, 0.0, error, traceback.format_exc())
        except RuntimeError as error:
            if not again or "Kernel died before replying" not in str(error):
                raise
    raise AssertionError


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
    happened = what_happened(executed["traceback"])
    if executed["error"] == "CellTimeoutError":
        reason = "it ran for too long"
    elif executed["error"] == "DeadKernelError":
        reason = "its kernel was killed, by somebody or by the system for lack of memory: build again"
        happened = notebook.cells[index].source
    _log.warning(
        "code cell %d failed: %s\n%s",
        number,
        reason,
        happened,
        location=(page, line),
        type="gradlab",
        subtype="cell",
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Run pages here, and look at each once it is read."""
    cache.single_nb_execution = direct.single_nb_execution = execute
    app.connect("doctree-read", explain)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
