"""Figures whose labels are in the language of the edition.

Where an edition in another language is built too, kernels draw each figure a second time (docs/_ipython/labels_config.py).
That edition shows the second drawings, and warns of a label that the catalogue ``figures.po`` does not have, so that its
build fails; the first edition drops them. What figures say is a catalogue of `nox -s translate`, in the order of the book.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import catalogues
import polib
from docutils import nodes
from editions import FIRST
from frames import RECORD
from gradlab_live.labels import CATALOGUE, Labels, of_frames, pattern, without_formulas
from myst_nb.core import render
from myst_nb.core.render import MimeData
from narrow_figures import drawing
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.i18n import CatalogInfo

from gradlab import ACTIVATIONS

MIME = "application/x-gradlab-labels+json"
LANGUAGE = "GRADLAB_LABELS"  # what kernels ask for the language of the second drawings
_NAMES = {*ACTIVATIONS, "exp", "log", "sin", "cos"}
_WORD = re.compile(r"[^\W\d]\w+")
_RAISED = re.compile("[²³¹⁰-⁹]")
_log = logging.getLogger(__name__)


class labels(nodes.Invisible, nodes.Element):
    """What a kernel tells of a figure, where MyST-NB puts what a cell shows; it is gone once the page is read."""


class ReadLabels:
    """Has MyST-NB keep what it does not know, beside the figure that it belongs to."""

    @staticmethod
    def handle_mime(renderer: Any, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Return the node for labels, and None for all else."""
        return [labels("", **data.content)] if data.mime_type == MIME else None


def has_words(text: str) -> bool:
    """Return whether a label has anything to translate: not where it is a number, a formula, or names of functions."""
    if text.replace(" ", "_") in _NAMES:
        return False
    if text.startswith("a {"):  # "a 7", of a digit: an article is a word
        return True
    words = _WORD.findall(_RAISED.sub(" ", without_formulas(text)))
    return any(not catalogues.is_name(word) and word not in _NAMES and not re.search(r"\d", word) for word in words)


def messages(texts: Iterable[str]) -> dict[str, None]:
    """Return the patterns of those texts that have something to translate, each once."""
    return dict.fromkeys(pattern(text)[0] for text in texts if has_words(pattern(text)[0]))


class ExchangeDrawings(SphinxTransform):
    """Put the drawings with other labels in the place of the first ones, in the edition that they are for."""

    default_priority = 380  # before frames.py, themed_figures.py and narrow_figures.py take the drawings up

    def apply(self, **kwargs: Any) -> None:
        """Look at the figures of the page."""
        language, said = self.config.language, self.env.gl_labels.setdefault(self.env.docname, {})
        known = Labels(_messages(self.app, language) / f"{CATALOGUE}.mo")
        for node in list(self.document.findall(labels)):
            kind, bundle = node.parent, node.parent.parent
            bundle.remove(kind)
            record = _record(bundle)
            found = [*node["texts"], *_spoken(record)]
            said |= messages(found)
            if language == FIRST:
                continue
            missing = [text for text in found if messages([text]) and known.find(text) is None]
            if missing:
                told = "the figure %s has a label without a translation in %s.po: %r"
                place = (_name(bundle), CATALOGUE, missing[0])
                _log.warning(told, *place, location=self.env.docname, type="gradlab", subtype="label")
            self._exchange(bundle, node)
            if record:
                bundle["gl_moving"] = {**of_frames(record, known), "pool": node["pool"], "order": node["order"]}

    def _exchange(self, bundle: nodes.container, node: labels) -> None:
        """Change the drawings of an output."""
        for image in bundle.findall(nodes.image) if node.get("wide") else ():
            digest = hashlib.sha256(node["wide"].encode()).hexdigest()[:16]
            uri = f"{image['uri'].removesuffix('.svg')}-{self.config.language}-{digest}.svg"
            Path(self.env.srcdir, uri.lstrip("/")).write_text(node["wide"], encoding="utf-8")
            image["uri"] = uri
        for narrow in list(bundle.findall(drawing)):
            if node.get("narrow"):
                narrow["svg"] = node["narrow"]


def _record(bundle: nodes.container) -> dict[str, Any]:
    """Return the record of a figure with sliders, which is empty for any other."""
    found = next((RECORD.search(kind.astext()) for kind in bundle if kind["mime_type"] == "text/html"), None)
    return dict(json.loads(found[1])) if found else {}


def _spoken(record: dict[str, Any]) -> Iterator[str]:
    """Yield what the sliders of a figure say, and their names and values."""
    yield from record.get("says", ())
    yield from record.get("names", ())
    for values in record.get("values", ()):
        yield from values


def _name(node: nodes.Node) -> str:
    """Return the name of the figure that an output stands in, or its first words."""
    while node is not None:
        if isinstance(node, nodes.figure) and node["names"]:
            return str(node["names"][0])
        node = node.parent
    return "without a name"


def _messages(app: Sphinx, language: str) -> Path:
    return Path(app.srcdir, "locales", language, "LC_MESSAGES")


def write_catalogue(app: Sphinx, name: str, known: Mapping[str, Iterable[str]]) -> None:
    """Write the template of a catalogue of what pages say elsewhere than in their text, in the order of the book."""
    from claims import in_reading_order

    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    for text in {text: None for page in in_reading_order(app.env) for text in known.get(page, ())}:
        made.append(polib.POEntry(msgid=text))
    if len(made):
        made.save(str(Path(app.outdir, f"{name}.pot")))


def write_template(app: Sphinx, exception: Exception | None) -> None:
    """Write the template of the catalogue."""
    if exception is None and app.builder.name == "gettext":
        write_catalogue(app, CATALOGUE, app.env.gl_labels)


def begin(app: Sphinx) -> None:
    """Know no label yet."""
    app.env.gl_labels = getattr(app.env, "gl_labels", {})


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget the labels of a page that is read again."""
    env.gl_labels.pop(page, None)


def merge(app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    env.gl_labels |= {page: other.gl_labels[page] for page in pages if page in other.gl_labels}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the node and the steps; compile the catalogue, which kernels read."""
    folder = _messages(app, os.environ.get(LANGUAGE, ""))
    if os.environ.get(LANGUAGE) and (folder / f"{CATALOGUE}.po").is_file():
        CatalogInfo(folder, CATALOGUE, "utf-8").write_mo(os.environ[LANGUAGE])
    others = render.load_mime_renders
    render.load_mime_renders = lambda: [ReadLabels(), *others()]  # its own way in needs an installed package
    app.add_node(labels)
    app.add_transform(ExchangeDrawings)
    app.connect("builder-inited", begin)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("build-finished", write_template)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
