"""Keep of the links that sphinx-codeautolink makes those from a name in a cell to gradlab's reference.

It would also link each variable to the class of what it holds, and `range` to Python's manual: dozens of stops on a
page for a keyboard, and none that a reader of code would look for. What is left is what the page writes as ``gl.MLP``,
``run.score`` or ``from gradlab import MLP``.

It writes the links into one page after the other, half a minute for the book, in which the other cores have nothing to do:
here as many processes as the build has share the pages.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import sphinx_codeautolink.extension
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxParallelError
from sphinx.util.parallel import ParallelTasks, SerialTasks, parallel_available
from sphinx_codeautolink.extension.block import link_html
from sphinx_codeautolink.parse import LinkContext, Name


def wanted(name: Name) -> bool:
    """Return whether a name is looked up in gradlab, and not only a variable."""
    inside = str(name.resolved_location).startswith("gradlab.")
    return inside and ("." in name.code_str or name.context != LinkContext.none)


def choose(app: Sphinx, env: BuildEnvironment) -> None:
    """Leave the names of each block that are wanted; their places were found in `sphinx_codeautolink`."""
    for blocks in getattr(env, "sphinx_codeautolink_transforms", {}).values():
        for block in blocks:
            block.names = [name for name in block.names if wanted(name)]


def put_off(app: Sphinx) -> None:
    """Have the extension say what it would write, and write nothing."""
    app.gl_links = []
    sphinx_codeautolink.extension.link_html = lambda *args, **options: app.gl_links.append((args, options))


def link_all(app: Sphinx, exception: Exception | None) -> None:
    """Write the links of all pages; what one warns of, the build hears.

    An error is handed over as a result: where a task fails while others are still given, Sphinx loses it.
    """
    failed: list[tuple[str, str]] = []

    def link(call: tuple[tuple[Any, ...], dict[str, Any]]) -> list[tuple[str, str]]:
        try:
            link_html(*call[0], **call[1])
        except Exception:
            return [(call[0][0], traceback.format_exc())]
        return []

    def done(*told: Any) -> None:  # parallel tasks give what they were given, too
        failed.extend(told[-1])

    def size(call: tuple[tuple[Any, ...], dict[str, Any]]) -> int:
        return Path(app.builder.get_output_path(call[0][0])).stat().st_size

    many = parallel_available and app.parallel > 1
    tasks = ParallelTasks(app.parallel) if many else SerialTasks()
    for call in sorted(app.gl_links, key=size):  # what waits is taken from its end: the large ones first
        tasks.add_task(link, call, done)
    tasks.join()
    if failed:
        page, told = failed[0]
        raise SphinxParallelError(f"the links in the code of {page} could not be written", told)


def setup(app: Sphinx) -> dict[str, bool]:
    """Choose after the names are resolved, and before they are written into the pages."""
    app.setup_extension("sphinx_codeautolink")
    app.connect("builder-inited", put_off)
    app.connect("env-updated", choose, priority=900)
    app.connect("build-finished", link_all, priority=800)  # after the extension has said what to write
    return {"parallel_read_safe": True, "parallel_write_safe": True}
