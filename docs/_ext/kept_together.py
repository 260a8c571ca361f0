"""What no line may break: a number and its percent sign, a formula and the sign behind it."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

_PERCENT = re.compile(r"(?<=\d) (?=%)")
_SIGNS = re.compile(r"[,.;:!?)\]]+")


def kept(text: str) -> str:
    """Return a text with no-break spaces between numbers and their percent signs."""
    return _PERCENT.sub("\N{NO-BREAK SPACE}", text)


def keep_percent(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put a no-break space between a number and its percent sign; code stays as it is, for those who copy it."""
    for text in list(doctree.findall(nodes.Text)) if app.builder.format == "html" else []:
        if kept(text.astext()) != text.astext() and not _is_code(text.parent):
            text.parent.replace(text, nodes.Text(kept(text.astext())))


def _is_code(node: nodes.Node | None) -> bool:
    """Return whether a node is, or stands in, what is written exactly so."""
    while node is not None:
        if isinstance(node, nodes.FixedTextElement | nodes.literal | nodes.math | nodes.raw):
            return True
        node = node.parent
    return False


class KeepPunctuation(SphinxPostTransform):
    """Put an inline formula and the sign behind it into a span that does not break: browsers may break behind formulas."""

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Change the formulas of a page."""
        for formula in list(self.document.findall(nodes.math)):
            after = formula.next_node(descend=False, siblings=True)
            found = _SIGNS.match(after.astext()) if isinstance(after, nodes.Text) else None
            if found:
                parent, place = formula.parent, formula.parent.index(formula)
                together = nodes.inline("", "", formula.deepcopy(), nodes.Text(found[0]), classes=["gl-together"])
                parent[place : place + 2] = [together, nodes.Text(after.astext()[found.end() :])]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both."""
    app.add_post_transform(KeepPunctuation)
    app.connect("doctree-resolved", keep_percent, priority=900)  # when the ledger is filled
    return {"parallel_read_safe": True, "parallel_write_safe": True}
