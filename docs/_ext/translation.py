"""What of a page is translated: its prose, titles, captions, tables and alternative texts, and what others see of it.

The catalogues hold messages with words alone. Left out are formulas, code and names; what cells print; and docstrings,
which stay English in each language. A page's ``description``, ``topic`` and ``keywords`` are messages too, and so are the
words in a displayed formula (LaTeX's ``text``), for which Sphinx has no means.

A build in another language warns of each message of a page that its catalogue does not have, so that it fails.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import catalogues
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import extract_messages

SOURCE = "en"
FRONT = ("topic", "description", "keywords")  # of the front matter, what readers see or search for
_FORMULA_WORDS = re.compile(r"\\text\{[^{}]*[^\W\d_]{2}[^{}]*\}")
_log = logging.getLogger(__name__)


class front_matter(nodes.Invisible, nodes.Element, addnodes.translatable):
    """Stands at the head of a page for what its front matter says."""

    def preserve_original_messages(self) -> None:
        """Keep nothing: the node is made of the originals."""

    def apply_translated_message(self, original_message: str, translated_message: str) -> None:
        """Take a translation."""
        self["told"] = {
            field: translated_message if text == original_message else text for field, text in self["told"].items()
        }

    def extract_original_messages(self) -> Sequence[str]:
        """Return the messages."""
        return list(self["told"].values())


def stays(box: nodes.Element) -> None:
    """Have nothing in a part of a page translated: neither text nor what an image says."""
    for node in box.findall(nodes.Element):
        if isinstance(node, nodes.TextElement | nodes.image):
            node["translatable"] = False


def _printed(node: nodes.Node | None) -> bool:
    """Return whether a node is what a cell put out."""
    while node is not None:
        if getattr(node, "attributes", {}).get("nb_element") == "cell_code_output":
            return True
        node = node.parent
    return False


def has_words(node: nodes.Element, message: str) -> bool:
    """Return whether a message of a page has something to translate."""
    if isinstance(node, addnodes.translatable):
        return True
    if isinstance(node, nodes.term) and isinstance(node.parent.parent.parent, addnodes.glossary):
        return False  # both languages stand there already
    if isinstance(node, nodes.math_block):
        return bool(_FORMULA_WORDS.search(message))
    if isinstance(node, nodes.image):
        return node.get("translatable") is not False
    if _printed(node) and not isinstance(node, nodes.caption):
        return False
    return catalogues.has_words(message)


class LeaveOut(SphinxTransform):
    """Mark what is no message of the book, and make messages of the front matter."""

    default_priority = 11  # Sphinx keeps the originals at 10 and translates at 20

    def apply(self, **_: Any) -> None:
        """Look at each message of the page."""
        front = self.env.metadata[self.env.docname]
        told = {field: " ".join(str(front[field]).split()) for field in FRONT if front.get(field)}
        if told:
            self.document.insert(0, front_matter("", told=told))
        for node, message in list(extract_messages(self.document)):
            if not has_words(node, message):
                node["translatable"] = False
                if isinstance(node, nodes.image) and self.app.builder.name == "gettext":
                    node["alt"] = ""


class Translate(SphinxTransform):
    """Translate words in displayed formulas, and warn of what has no translation; the rest is Sphinx's own transform."""

    default_priority = 19

    def apply(self, **_: Any) -> None:
        """Look at each message of the page, where the book is built in another language."""
        page, language = self.env.docname, self.config.language
        if language == SOURCE or self.app.builder.name == "gettext":
            return
        folders = [Path(self.env.srcdir, folder) for folder in self.config.locale_dirs]
        found = next(filter(None, (gettext.find(page, folder, [language]) for folder in folders)), None)
        known = _messages(found) if found else {}
        missing = []
        for node, message in list(extract_messages(self.document)):
            if isinstance(node, nodes.image) and not has_words(node, message):
                continue
            told = known.get(message)
            if not told:
                missing.append(message)
            elif isinstance(node, nodes.math_block):
                node.rawsource, node.children, node["translatable"] = told, [], False
                node.append(nodes.Text(told))
        if missing:
            text = "%d messages have no translation in locales/%s/LC_MESSAGES/%s.po; the first is %r"
            first = " ".join(missing[0].split())[:60]
            _log.warning(
                text, len(missing), language, page, first, location=page, type="gradlab", subtype="untranslated"
            )


def _messages(path: str) -> dict[str, str]:
    with open(path, "rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # as Sphinx's own transform reads it


def tell_front_matter(app: Sphinx, doctree: nodes.document) -> None:
    """Give the metadata of a page what its front matter says in this language."""
    if app.builder.name == "gettext":
        return
    for node in list(doctree.findall(front_matter)):
        app.env.metadata[app.env.docname] |= node["told"]
        node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transforms."""
    app.add_node(front_matter)
    app.add_transform(LeaveOut)
    app.add_transform(Translate)
    app.connect("doctree-read", tell_front_matter, priority=600)  # after Sphinx has gathered it from the page itself
    return {"parallel_read_safe": True, "parallel_write_safe": True}
