"""What a page tells others: a title that names its topic, and a description of one or two whole sentences.

The title is the page's own, which on many pages says what to do there; the ``topic`` of the front matter then says what it
is about to those who see no more than the title, in a tab or among the results of a search engine.

The description is made of the first sentences of the page's answer, as many as fit; a page may say it otherwise in its front
matter (``description: …``). Pages without a source (the index, the search, listings of modules) are described here.
``context["gl_description"]`` is what other extensions read.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from editions import later, say
from prose import sentences, words
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging

USUAL, LONGEST = 160, 200  # characters: what engines show, and what whole sentences may take
WITHOUT_SOURCE = later(
    {
        "genindex": "Every name of the gradlab library from A to Z, with links to its entry in the reference.",
        "py-modindex": "The modules of the gradlab library, with links to the reference.",
        "search": "Search the book on activation functions and gradients, its glossary and the reference of gradlab.",
        "404": "This page of the book on activation functions is not here. Search for it, or take one of the ways in.",
        "_modules/index": "The modules of the gradlab library whose source can be read here.",
    }
)
_log = logging.getLogger(__name__)


def _is_apart(node: nodes.Node) -> bool:
    return isinstance(
        node, nodes.section | addnodes.desc | nodes.figure | nodes.table | nodes.container | nodes.field_list
    )


def description(page: nodes.document) -> str:
    """Return the first sentences of a page that fit, at least one; nothing for a page without a sentence."""
    first, *others = sentences(words(next(page.findall(nodes.section), page), _is_apart)) or [""]
    for other in others:
        together = f"{first} {other}"
        if len(together) > (USUAL if len(first) > USUAL / 2 else LONGEST):
            break
        first = together
    return first


def of_page(name: str, meta: dict[str, Any] | None, doctree: nodes.document | None) -> str:
    """Return the description of any page of the site."""
    if own := (meta or {}).get("description"):
        return " ".join(str(own).split())
    if doctree is not None:
        return description(doctree)
    if name.startswith("_modules/") and name not in WITHOUT_SOURCE:
        module = name.removeprefix("_modules/").replace("/", ".")
        return say("The source code of {module}, a module of the gradlab library.", module=module)
    return say(WITHOUT_SOURCE[name]) if name in WITHOUT_SOURCE else ""


def describe(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Give the page its description, and the title that others see."""
    told = of_page(page, context.get("meta"), doctree)
    if len(told) > LONGEST:
        cure = "write a shorter first sentence, or a `description` in the page's front matter"
        _log.warning("the description has %d characters: %s", len(told), cure, location=page, type="gradlab")
    context["gl_description"] = told
    if topic := (context.get("meta") or {}).get("topic"):
        context["title"] = topic
    if told:
        context["metatags"] = f'{context.get("metatags", "")}\n<meta name="description" content="{escape(told)}" />'


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the step."""
    app.connect("html-page-context", describe, priority=300)  # before those who tell it on, such as OpenGraph's tags
    return {"parallel_read_safe": True, "parallel_write_safe": True}
