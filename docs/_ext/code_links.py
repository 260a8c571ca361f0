"""Keep of the links that sphinx-codeautolink makes those from a name in a cell to gradlab's reference.

It would also link each variable to the class of what it holds, and `range` to Python's manual: dozens of stops on a
page for a keyboard, and none that a reader of code would look for. What is left is what the page writes as ``gl.MLP``,
``run.score`` or ``from gradlab import MLP``.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
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


def setup(app: Sphinx) -> dict[str, bool]:
    """Choose after the names are resolved, and before they are written into the pages."""
    app.setup_extension("sphinx_codeautolink")
    app.connect("env-updated", choose, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
