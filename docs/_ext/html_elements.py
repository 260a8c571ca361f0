"""Elements of HTML for which docutils has no node: a fold, a list of claims, a button.

Only post-transforms for HTML put them into a page, so that no other output meets them.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxTranslator


class element(nodes.General, nodes.Element):
    """An element with its ``tag`` and its ``attributes``; ids and classes are those of the node."""


class quiet_element(nodes.Invisible, element):
    """An element that stands on the page and in no summary of it: what describes a page to others skips it."""


class inline_element(nodes.Inline, element):
    """An element within a line of words."""


def made(tag: str, *children: nodes.Node, kind: type[element] = element, **attributes: str | list[str]) -> element:
    """Return an element; ``ids`` and ``classes`` are lists, and ``aria_label`` is written aria-label."""
    lists = {name: attributes.pop(name) for name in ("ids", "classes") if name in attributes}
    written = {name.replace("_", "-"): value for name, value in attributes.items()}
    return kind("", *children, tag=tag, attributes=written, **lists)


def visit(self: SphinxTranslator, node: element) -> None:
    """Open the element."""
    self.body.append(self.starttag(node, node["tag"], "", **node["attributes"]))


def depart(self: SphinxTranslator, node: element) -> None:
    """Close the element."""
    self.body.append(f"</{node['tag']}>")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the nodes."""
    for kind in (element, quiet_element, inline_element):
        app.add_node(kind, html=(visit, depart))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
