"""Print a glued number as the book prints numbers, and a bound on its safe side.

``2e-06`` becomes 2 × 10⁻⁶, ``42%`` 42 %, ``-1`` −1. After "within", "at most", "under", "at least", "over" and their like
a number is not rounded to nearest but away from the claim: "at most 0.0249" to two places is 0.03, not 0.02. A number of
the page's own says in the HTML what it is, so that it can follow a run of its cells: ``data-glue`` is its key, ``data-format``
its format, and ``data-side`` and ``data-strict`` are how it is rounded, as printed_numbers.py has it.
"""

from __future__ import annotations

from docutils import nodes
from html_elements import inline_element, made
from myst_nb.core.variables import format_plain_text
from myst_nb.ext.glue.crossref import read_glue_cache
from myst_nb.ext.glue.utils import PendingGlueReference
from printed_numbers import EXACT, away, printed, side
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


def _before(node: nodes.Node) -> str:
    """Return the words of the block before a node."""
    block = node.parent
    while isinstance(block, nodes.Inline) and block.parent is not None:
        block = block.parent
    text = []
    for child in block.findall():
        if child is node:
            break
        if isinstance(child, nodes.Text):
            text.append(child.astext())
        elif isinstance(child, PendingGlueReference):
            text.append("\ue000")
    return " ".join("".join(text)[-80:].split()) + " " if text and text[-1][-1:].isspace() else ""


def rounding(node: nodes.Node) -> tuple[int, bool]:
    """Return how a glued number is rounded, by the words before it: to which side, and never to the value itself."""
    before = _before(node)
    return side(before), not EXACT.search(before)


class PrintGluedNumbers(SphinxPostTransform):
    """Take the place of MyST-NB's own transform where a number is glued as text."""

    default_priority = 4  # MyST-NB's is 5

    def apply(self, **_: object) -> None:
        """Print each number that is glued."""
        texts = []
        for node in self.document.findall(PendingGlueReference):
            output = read_glue_cache(self.env.mystnb_config.output_folder, node.refdoc).get(node.key, {})
            plain = output.get("data", {}).get("text/plain")
            if node.gtype == "text" and plain is not None:
                try:
                    texts.append((node, self._printed(node, plain)))
                except (TypeError, ValueError):  # MyST-NB tells what is wrong with it
                    continue
        for node, text in texts:
            node.replace_self(text)

    def _printed(self, node: PendingGlueReference, plain: str) -> nodes.Node:
        spec, attributes = node["fmt_spec"], dict[str, str]()
        try:
            value = float(plain)
        except ValueError:
            text = str(format_plain_text(plain, spec))
        else:
            sign, strict = node.get("gl_side") or rounding(node)  # translation.py has asked the original
            text = printed(away(value, spec, sign, strict)) if spec else printed(plain)
            if self.app.builder.format == "html" and node.refdoc == self.env.docname:
                attributes = {"data_glue": node.key, "data_format": spec or ""}
                attributes |= {"data_side": str(sign)} if sign else {}
                attributes |= {"data_strict": ""} if sign and strict else {}
        if not attributes:
            return nodes.inline(text, text, classes=["pasted-text"])
        return made("span", nodes.Text(text), kind=inline_element, classes=["pasted-text"], **attributes)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.setup_extension("html_elements")
    app.add_post_transform(PrintGluedNumbers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
