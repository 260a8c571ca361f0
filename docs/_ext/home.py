"""The home page counts itself: ``{facts}`` says how many chapters, claims and activations there are.

The numbers are counted once every page has been read.
"""

from __future__ import annotations

from chapters import chapters
from docutils import nodes
from editions import say
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from gradlab import ACTIVATIONS


class facts(nodes.General, nodes.Element):
    """Stands for the counts until all pages are read."""


class Facts(SphinxDirective):
    """``{facts}``: a line of counts."""

    def run(self) -> list[nodes.Node]:
        """Leave a mark; it is filled when the page is written."""
        return [facts()]


class Count(SphinxPostTransform):
    """Put the counts where the mark stands."""

    default_priority = 9  # before references are resolved, at 10

    def run(self, **kwargs: object) -> None:
        """Fill the marks of a page."""
        for mark in list(self.document.findall(facts)):
            counted = (
                (sum(1 for _ in chapters(self.env)), say("chapters")),
                (len(getattr(self.env, "gl_claims", [])), say("claims, all checked")),
                (len(ACTIVATIONS), say("activations")),
            )
            line = nodes.paragraph(classes=["gl-facts"])
            for number, words in counted:
                line += [nodes.inline("", "", nodes.strong("", str(number)), nodes.Text(f" {words}")), nodes.Text(" ")]
            mark.replace_self(line)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_node(facts)
    app.add_directive("facts", Facts)
    app.add_post_transform(Count)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
