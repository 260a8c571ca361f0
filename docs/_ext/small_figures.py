"""Leave small pictures beside the text out of the numbering of figures.

A figure whose image has the class ``gl-small`` (``mystnb: image: classes: gl-small``) keeps its caption and gets no number,
so that the eighteen pictures of one page do not have the first figure of the next begin at 19.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class LeaveOutOfNumbering(SphinxTransform):
    """Turn the caption into a legend: Sphinx numbers what has a caption."""

    default_priority = 205  # before Sphinx gives figures with a caption their ids, at 210

    def apply(self, **kwargs: Any) -> None:
        """Change the small figures of the document."""
        for figure in self.document.findall(nodes.figure):
            small = any("gl-small" in image["classes"] for image in figure.findall(nodes.image))
            for caption in [child for child in figure if small and isinstance(child, nodes.caption)]:
                paragraph = nodes.paragraph(caption.rawsource, "", *caption.children)
                paragraph.source, paragraph.line = caption.source, caption.line
                caption.replace_self(nodes.legend("", paragraph))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(LeaveOutOfNumbering)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
