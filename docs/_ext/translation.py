"""What of a page is translated: its prose, titles, captions, tables and alternative texts, and what others see of it.

The catalogues hold messages with words alone. Left out are formulas, code and names; what cells print; and docstrings,
which stay English in each language. A page's ``description``, ``topic`` and ``keywords`` are messages too, and so are its
claims, and the words in a displayed formula (LaTeX's ``text``), for which Sphinx has no means. The context of a claim's
sentence is its key: ``msgctxt`` in the catalogue, and two claims with the same words may be said differently.

A build in another language warns of each message of a page that its catalogue does not have, so that it fails.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import catalogues
import polib
from claims import page_claims
from docutils import nodes
from editions import ASIDE, say
from glued_numbers import rounding
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import extract_messages

SOURCE = "en"
FRONT = ("topic", "description", "keywords")  # of the front matter, what readers see or search for
CONTEXT = "\x04"  # between the context of a message and its words, in compiled catalogues
PROMPTS = {"prompt_show", "prompt_hide"}  # of a folded cell
_FORMULA_WORDS = re.compile(r"\\text\{[^{}]*[^\W\d_]{2}[^{}]*\}")
_log = logging.getLogger(__name__)


class aside_message(nodes.Invisible, nodes.Element, addnodes.translatable):
    """Stands on a page for a text that no paragraph of it has: of a ``field`` of the front matter, or of a claim, by its ``key``."""

    def preserve_original_messages(self) -> None:
        """Keep nothing: the node is made of the original."""

    def apply_translated_message(self, original_message: str, translated_message: str) -> None:
        """Take the translation."""
        self["told"] = translated_message

    def extract_original_messages(self) -> Sequence[str]:
        """Return the message behind its context, as compiled catalogues have them, which is where Sphinx looks it up."""
        return [f"{self['key']}{CONTEXT}{self['text']}" if self["key"] else self["text"]]


def aside(text: str, field: str = "", key: str = "") -> aside_message:
    """Return a node for a text that is to be translated, for a page that `told` can be asked about."""
    return aside_message("", text=text, told=text, field=field, key=key)


def stays(box: nodes.Element) -> None:
    """Have nothing in a part of a page translated: neither text nor what an image says."""
    for node in box.findall(nodes.Element):
        inline = isinstance(node, nodes.Inline) and not isinstance(node, nodes.image)
        # within a line nothing is a message but what Sphinx marks, in lists of parameters, and then unwraps
        if "translatable" in node if inline else isinstance(node, nodes.TextElement | nodes.image):
            node["translatable"] = False


def _is_link(node: nodes.Node) -> bool:
    return isinstance(node, addnodes.pending_xref) and node.get("refdomain") == "doc"


def _written(node: nodes.Node) -> str:
    """Return as Markdown a part of a title that its directive did not keep as it was written: of a card."""
    return f"[{node.astext()}](/{node['reftarget']}.md)" if _is_link(node) else node.astext()


def _printed(node: nodes.Node | None) -> bool:
    """Return whether a node is what a cell put out."""
    while node is not None:
        if getattr(node, "attributes", {}).get("nb_element") == "cell_code_output":
            return True
        node = node.parent
    return False


def _front(node: nodes.Node) -> bool:
    """Return whether a node is part of the front matter, of which `aside` has what is said."""
    above = node.parent
    while above is not None and not isinstance(above, nodes.field_list):
        above = above.parent
    return above is not None and isinstance(above.parent, nodes.document)


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
    if _front(node) or (_printed(node) and not isinstance(node, nodes.caption)):
        return False
    return catalogues.has_words(message)


class KeepLinks(SphinxTransform):
    """Have titles of cards keep their links in their messages, of which Sphinx else takes the bare words."""

    default_priority = 9  # before Sphinx does, at 10

    def apply(self, **_: Any) -> None:
        """Look at what is written on the page and kept nowhere as it was written."""
        for node in self.document.findall(nodes.TextElement):
            if not node.rawsource and any(map(_is_link, node.children)):
                node.rawsource = "".join(map(_written, node.children))


class LeaveOut(SphinxTransform):
    """Mark what is no message of the book, and make messages of the front matter."""

    default_priority = 11  # Sphinx keeps the originals at 10 and translates at 20

    def apply(self, **_: Any) -> None:
        """Look at each message of the page."""
        page = self.env.docname
        front = self.env.metadata[page]
        told = [aside(" ".join(str(front[field]).split()), field) for field in FRONT if front.get(field)]
        for place, node in enumerate(told):
            self.document.insert(place, node)
        for claim in page_claims(self.env, page):
            self.document.append(aside(claim.text, key=claim.key))
            if claim.budget:  # the same words may stand beside several
                self.document.append(aside(claim.budget))
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
        missing: list[str] = []
        self.document.gl_told = []
        for cell in self.document.findall(nodes.container):
            for prompt in PROMPTS & cell.attributes.keys():
                cell[prompt] = say(cell[prompt])
        for node, message in list(extract_messages(self.document)):
            if isinstance(node, nodes.image) and not has_words(node, message):
                continue
            told = known.get(message)
            if not told:
                missing.append(message)
            elif isinstance(node, nodes.math_block):
                node.rawsource, node.children, node["translatable"] = told, [], False
                node.append(nodes.Text(told))
            elif told != message and not isinstance(node, addnodes.translatable | nodes.image | nodes.meta):
                self.document.gl_told.append((node, told))
        if missing:
            text = "%d messages have no translation in locales/%s/LC_MESSAGES/%s.po; the first is %r"
            first = " ".join(missing[0].rpartition(CONTEXT)[2].split())[:60]
            _log.warning(
                text, len(missing), language, page, first, location=page, type="gradlab", subtype="untranslated"
            )


def _messages(path: str) -> dict[str, str]:
    with open(path, "rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # as Sphinx's own transform reads it


def _block(node: nodes.Node) -> nodes.Element:
    """Return the block of text that a node stands in."""
    block = node.parent
    while isinstance(block, nodes.Inline) and block.parent is not None:
        block = block.parent
    return block


SLUGS = "myst_slugs"  # of a page's metadata: its headings by the anchors that links use, made of the original's words


class Remember(SphinxTransform):
    """Keep what is read out of the original's words, which will be gone.

    That is on which side a glued number is rounded, and the anchors of headings: MyST takes each translated heading for
    the only one of its page.
    """

    default_priority = 18

    def apply(self, **_: Any) -> None:
        """Look at the glued numbers of the page."""
        for node in self.document.findall(PendingGlueReference) if self.config.language != SOURCE else ():
            kept = [node.refdoc, node.key, node["fmt_spec"], *rounding(node)]
            _block(node).setdefault("gl_sides", []).append(kept)
        self.document.gl_slugs = dict(self.env.metadata[self.env.docname].get(SLUGS, {}))


class Restore(SphinxTransform):
    """Tell each glued number of the translation on which side its original is rounded, and MyST the anchors of the page."""

    default_priority = 21

    def apply(self, **_: Any) -> None:
        """Look at the glued numbers of the page."""
        for node in self.document.findall(PendingGlueReference) if self.config.language != SOURCE else ():
            sides = _block(node).get("gl_sides", [])
            wanted = [node.refdoc, node.key, node["fmt_spec"]]
            found = next((kept for kept in sides if kept[:3] == wanted), None)
            if found is not None:  # where there is none, the catalogue has a number that the original has not
                sides.remove(found)
                node["gl_side"] = tuple(found[3:])
        for node, words in getattr(self.document, "gl_told", ()):
            if not node.get("translated"):
                text = "the translation is not read as the original is, and left out: %r"
                _log.warning(text, words[:60], location=self.env.docname, type="gradlab", subtype="untranslated")
        if slugs := self.document.gl_slugs:
            titles = {section["ids"][0]: section[0].astext() for section in self.document.findall(nodes.section)}
            self.env.metadata[self.env.docname][SLUGS] = {
                slug: (line, name, titles.get(name, title)) for slug, (line, name, title) in slugs.items()
            }


class SwapTerms(SphinxTransform):
    """Have the glossary of an edition begin each entry with the word of its own language, where the English one stood.

    The entry keeps its address, and entries are sorted anew.
    """

    default_priority = 30

    def apply(self, **_: Any) -> None:
        """Look at the glossaries of the page."""
        mark = f"language-{self.config.language}"
        for box in self.document.findall(addnodes.glossary) if self.config.language != SOURCE else ():
            for entries in box.findall(nodes.definition_list):
                for entry in entries:
                    _begin_with(entry, mark)
                entries.children.sort(key=lambda entry: entry[0].astext().casefold())


def _begin_with(entry: nodes.Element, mark: str) -> None:
    """Put the first term of a language before those of the original, and mark these as English."""
    terms = [child for child in entry if isinstance(child, nodes.term)]
    own = [term for term in terms if any(mark in part["classes"] for part in term.findall(nodes.inline))]
    if not own:
        return
    for term in terms:
        if term in own:
            for part in term.findall(nodes.inline):
                part["classes"] = [name for name in part["classes"] if name != mark]
        else:
            term.children = [nodes.inline("", "", *term.children, classes=[f"language-{SOURCE}"])]
            for child in term.children:
                child.parent = term
    own[0]["ids"], terms[0]["ids"] = terms[0]["ids"], own[0]["ids"]
    others = [term for term in terms if term not in own]
    entry[: len(terms)] = [*own, *others]


def tell(app: Sphinx, doctree: nodes.document) -> None:
    """Give the metadata of a page what it says aside in this language."""
    if app.builder.name == "gettext":
        return
    page = app.env.metadata[app.env.docname]
    for node in list(doctree.findall(aside_message)):
        if node["field"]:
            page[node["field"]] = node["told"]
        else:
            page.setdefault(ASIDE, {})[node["key"], node["text"]] = node["told"]
        node.parent.remove(node)


def give_contexts(app: Sphinx, exception: Exception | None) -> None:
    """Write the contexts of messages into templates as the format has them: Sphinx knows of none."""
    if exception is not None or app.builder.name != "gettext":
        return
    for path in Path(app.outdir).rglob("*.pot"):
        template = polib.pofile(str(path), encoding="utf-8")
        marked = [entry for entry in template if CONTEXT in entry.msgid]
        for entry in marked:
            entry.msgctxt, _, entry.msgid = entry.msgid.partition(CONTEXT)
        if marked:
            template.save(str(path))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transforms."""
    app.add_node(aside_message)
    for transform in (KeepLinks, LeaveOut, Remember, Translate, Restore, SwapTerms):
        app.add_transform(transform)
    app.connect("doctree-read", tell, priority=600)  # after Sphinx has gathered it from the page itself
    app.connect("build-finished", give_contexts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
