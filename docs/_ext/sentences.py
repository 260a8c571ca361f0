"""Hold the prose and the cells of each page to wording.py and cell_code.py; claims.py does it for the claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import cell_code
import typed_numbers
from docutils import nodes
from editions import FIRST
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from wording import GLUED, HIDDEN, Fault, sentence_faults

_log = logging.getLogger(__name__)

BOOK = (*typed_numbers.BOOK, "gallery", "glossary", "notation")


def prose(block: nodes.Node, cited: bool) -> str:
    """Return the text of a block, with ``GLUED`` for its glued numbers and ``HIDDEN`` for what is no prose."""
    if isinstance(block, nodes.Text):
        return block.astext()

    def part(child: nodes.Node) -> str:
        classes = getattr(child, "attributes", {}).get("classes", ())
        if isinstance(child, PendingGlueReference) or "pasted-text" in classes:
            return GLUED
        return HIDDEN if typed_numbers.is_no_prose(child, cited) else prose(child, cited)

    return "".join(part(child) for child in block.children)


def found(doctree: nodes.document) -> Iterator[tuple[nodes.Element, Fault]]:
    """Yield what is wrong with the prose of a page, with the block in which it stands."""
    for block, _ in typed_numbers.texts(doctree):
        text = block["alt"] if isinstance(block, nodes.image) else prose(block, typed_numbers.cites(block))
        for fault in sentence_faults(text):
            yield block, fault


def check(app: Sphinx, doctree: nodes.document) -> None:
    """Warn about the words and the cells of a page that was read."""
    if app.config.language != FIRST:
        return  # a translation has the numbers of its original (catalogues.py), and other words
    page = app.env.docname
    source = Path(app.env.doc2path(page))
    if source.suffix != ".md":
        return
    text = source.read_text(encoding="utf-8")
    for line, fault in cell_code.faults(text):
        _warn(fault, page, line)
    if page.startswith(BOOK) or (cell_code.cells(text) and not page.startswith("reference/")):
        lines = text.splitlines()
        for block, fault in found(doctree):
            begin = max(block.line or 1, 1)
            word = re.compile(rf"(?<!\w){re.escape(fault.words.split()[0].strip('…') or fault.words)}", re.I)
            _warn(
                fault, page, next((n for n, line in enumerate(lines[begin - 1 :], begin) if word.search(line)), begin)
            )


def _warn(fault: Fault, page: str, line: int) -> None:
    _log.warning("%r: %s", fault.words, fault.cure, location=(page, line), type="gradlab", subtype=fault.kind)


def terms_without_words(app: Sphinx, doctree: nodes.document) -> Iterator[tuple[nodes.Element, str, str]]:
    """Yield the entries of a glossary whose "See" leads to a page that does not use the word."""
    texts: dict[str, str] = {}
    for item in doctree.findall(nodes.definition_list_item):
        terms = [term for term in item.children if isinstance(term, nodes.term)]
        name = next((text for term in terms if re.search(r"[a-zA-Z]", text := term.astext())), "")
        for link in item.findall(addnodes.pending_xref):
            target = link["reftarget"].removesuffix(".md").lstrip("/")
            file = Path(app.env.doc2path(target))
            if not file.is_file():
                continue
            if target not in texts:
                texts[target] = plain(file.read_text(encoding="utf-8"))
            others = [emphasis.astext() for emphasis in item.findall(nodes.emphasis)]  # its other words, in italics
            if not any(uses(texts[target], word) for word in (name, *others)):
                yield item, name, target


def plain(text: str) -> str:
    """Return a text in which words can be looked up."""
    return re.sub(r"[\s*_`-]+", " ", text).lower()


def uses(text: str, term: str) -> bool:
    """Return whether a text has the words of a term, in any of their forms: "saturated" for "saturation"."""
    for word in plain(term).split():
        stem = re.sub(r"(?:ations?|ating|ated?|ions?|ing|ed|ies|es|s|y|e|ity|al)$", "", word)
        if not re.search(rf"(?<!\w){re.escape(stem if len(stem) >= 3 else word)}", text):
            return False
    return True


def check_glossary(app: Sphinx, doctree: nodes.document) -> None:
    """Warn about the entries of the glossary that lead nowhere."""
    if app.env.docname == "glossary" and app.config.language == FIRST:  # a translation's words have other forms
        for item, name, target in terms_without_words(app, doctree):
            _log.warning(
                "the glossary sends a reader who looks up %r to %s, which does not use the word",
                name,
                target,
                location=("glossary", item.line),
                type="gradlab",
                subtype="glossary",
            )


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at each page once it is read."""
    app.connect("doctree-read", check)
    app.connect("doctree-read", check_glossary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
