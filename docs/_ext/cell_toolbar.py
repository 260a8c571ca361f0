"""A small bar of buttons at each piece of code, in a cell or not. For now it has one: Copy.

``_static/cell_toolbar.js`` makes the bars, since without a script no button would do anything. Another script of the book
adds a button to them with::

    glCells.add({
      label: "Run",                        // what it says, and its name for a screen reader
      on: (code) => code.inCell,           // at which code it stands; at all, if left out
      press: async (code, say) => { ... }, // say("Done") is shown on the button for a moment, and read out
    });

``code`` has ``block`` (the ``div.highlight``), ``cell`` (the cell around it, or null), ``inCell`` and ``text()``: what one
would type, without prompts, outputs and line numbers. Buttons stand in the order in which they are added, before Copy.
What cells print has no bar. ``await glCells.copied(text)`` copies a text and says whether the browser let it; copying.js uses it.
"""

from __future__ import annotations

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the script and its looks."""
    app.add_js_file("cell_toolbar.js", loading_method="defer")
    app.add_css_file("cell_toolbar.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
