"""What live cells know of a page: its code, what was built of it, and the results of its slow statements.

The kernels publish how long each statement of a cell took and what the slow ones made
(docs/_ipython/small_results_config.py), as an output of the cell, which the cache of executed pages keeps. Here it is
taken away before anybody else reads the page, and written to ``_live/PAGE.json`` and ``_live/results/``: files named by
their contents, found by the digest of the statement and of all that it needs, which the reader's browser computes again.

Every code cell of a page carries its number, ``data-cell``, and ``data-edit`` where it makes sense to change it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy
from docutils import nodes
from frames import RECORD
from gradlab_live.digests import digests
from gradlab_live.needs import Page
from gradlab_live.shown import Display
from myst_nb.core.execute.base import NotebookClientBase
from page_order import is_cell, part
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator
from sphinx_design.extension import depart_container, visit_container

from gradlab.claims import MIME as CLAIM

FOLDER = "_live"
MIME = "application/x-gradlab-live+json"
EDITABLE = re.compile(r"(?:learn|exercises)/.*|corrections|reproductions|notation|start|index")
_BADGE = re.compile(r'<div class="gl-claim" id="claim-([\w-]+)">')
_log = logging.getLogger(__name__)
_taken: dict[int, dict[str, Any]] = {}  # of the page that is being read: what the kernel told of each cell
_bounds: dict[str, str] = {}  # and what is allowed for each of its claims
_outputs_of = NotebookClientBase.code_cell_outputs


def outputs_without(client: NotebookClientBase, index: int) -> tuple[int | None, list[nbformat.NotebookNode]]:
    """Return the outputs of a cell but for what is told of it, which is kept here.

    Taken out of the notebook itself, so that no other extension has to know of it.
    """
    count, outputs = _outputs_of(client, index)
    ours = [output for output in outputs if MIME in output.get("data", {})]
    for output in ours:
        outputs.remove(output)
        _taken[index] = output["data"][MIME]
    _bounds.update((one["key"], one["bound"]) for output in outputs if (one := output.get("data", {}).get(CLAIM)))
    return count, outputs


def begin(app: Sphinx, page: str, source: list[str]) -> None:
    """Forget the page before."""
    _taken.clear()
    _bounds.clear()


# -- a page ------------------------------------------------------------------------------------------------------------


def printed(cell: nodes.container) -> str | None:
    """Return the text that a cell printed, with its last expression, if that has no other look."""
    found, output = [], part(cell, "output")
    for child in output or ():
        texts = list(child.findall(nodes.literal_block)) if isinstance(child, nodes.Element) else []
        kinds = {one.get("mime_type") for one in child.findall(nodes.container)} - {None}
        if texts and kinds <= {"text/plain"}:
            found += [text.astext().rstrip("\n") + "\n" for text in texts if "stderr" not in text["classes"]]
    return "".join(found) or None


def facts(cell: nodes.container) -> dict[str, Any]:
    """Return what a page shows of a cell."""
    output = part(cell, "output")
    raws = [raw.astext() for raw in output.findall(nodes.raw)] if output is not None else []
    figure = next(cell.findall(nodes.figure), None)
    return {
        "claims": list(dict.fromkeys(key for raw in raws for key in _BADGE.findall(raw))),
        "figure": next(iter([*figure["ids"], *figure["names"]]), None) if figure is not None else None,
        "images": len(list(cell.findall(nodes.image))),  # with a caption or, as in a story, without
        "frames": any('<div class="gl-frames">' in raw for raw in raws),
        "text": printed(cell),
    }


def drawn_here(cell: nodes.container) -> float:
    """Return what part of a cell's frames a browser draws: the rest of their time is not spent there."""
    raws = [raw.astext() for raw in cell.findall(nodes.raw)]
    many = [len(json.loads(found[1])["says"]) for found in map(RECORD.search, raws) if found]
    most = Display.drawings or max(many, default=1)
    return min([1.0, *(most / one for one in many)])


NOTHING: dict[str, Any] = {"claims": [], "figure": None, "images": 0, "frames": False, "text": None}


def results(
    app: Sphinx, page: Page, told: dict[int, dict[str, Any]], parts: dict[int, float]
) -> dict[str, dict[str, Any]]:
    """Write the results of a page; return them by the digests of their statements.

    A slow statement without a result is among them too, without a file: so a reader is told how long it may take. Of
    frames, which end a cell, that is the part that a browser draws.
    """
    found: dict[str, dict[str, Any]] = {}
    names = digests(page)
    for index, one in enumerate(page.statements):
        cell = told.get(one.cell, {"seconds": [], "results": {}})
        made = cell["results"].get(str(one.number))
        if made is None:
            continue
        last = one is page.of(one.cell)[-1]
        seconds = cell["seconds"][one.number] * (parts.get(one.cell, 1.0) if last else 1.0)
        entry = {"seconds": round(seconds, 3), "place": [one.cell, one.number], "numpy": numpy.__version__}
        if "data" in made:
            data = base64.b64decode(made["data"])
            name = f"{hashlib.sha256(data).hexdigest()[:16]}.pkl.gz"
            path = Path(app.outdir, FOLDER, "results", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            entry |= {"file": name, "bytes": len(data), "given": made["given"], "names": made["names"]}
        else:
            entry |= {"file": None, "bytes": 0, "refused": made["refused"]}
        found.setdefault(names[index], entry)  # the same code with the same needs, such as plt.show(), is one
    return found


def begun(document: nodes.document) -> list[dict[str, Any]]:
    """Return the starters of a page's exercises: after which cells each stands, and the bounds that judge its names."""
    found, before = [], 0
    for place in document.findall(nodes.container):
        before += is_cell(place)
        if "gl_starter" in place:
            identity, source, judged = place["gl_starter"]
            # starters.py warns of a claim that is not there
            answers = {name: _bounds[key] for name, key in judged.items() if key in _bounds}
            found.append({"id": identity, "source": source, "after": before, "answers": answers})
    return found


class DescribePage(SphinxTransform):
    """Write what live cells know of a page, and number its cells."""

    default_priority = 380  # before frames.py takes the HTML of its figures away

    def apply(self, **kwargs: Any) -> None:
        """Look at the cells as they ran."""
        cells = list(self.document.findall(is_cell))
        name = self.env.docname
        source = Path(self.env.mystnb_config.output_folder, f"{name}.ipynb")
        if not cells or not source.is_file() or self.app.builder.format != "html":
            return
        code = [
            (at, one) for at, one in enumerate(nbformat.read(source, as_version=4).cells) if one.cell_type == "code"
        ]
        numbers = {at: number for number, (at, _) in enumerate(code)}
        told = {numbers[at]: one for at, one in _taken.items()}
        shown, parts = {}, {}
        for cell in cells:
            number = numbers[cell["cell_index"]]
            parts[number] = drawn_here(cell)
            cell["gl-cell"] = number
            if (box := part(cell, "source")) is not None:
                box["gl-cell"] = number
            shown[number] = facts(cell)
        editable = EDITABLE.fullmatch(name) is not None
        for number, one in told.items() if editable else ():
            for bound, fault in one.get("large", {}).items():
                text = "cell %d: a slow statement binds %s, %s: keep the numbers that are needed, `del` it"
                _log.warning(text, number + 1, bound, fault, location=name, type="gradlab", subtype="large")
        sources = [one.source for _, one in code]
        record = {
            "version": 1,
            "page": name,
            "cells": [
                {
                    "source": text,
                    "editable": editable and number in shown,
                    **shown.get(number, NOTHING),
                    "seconds": round(sum(told.get(number, {}).get("seconds", [])), 2),
                }
                for number, text in enumerate(sources)
            ],
            "starters": begun(self.document),
            "results": results(self.app, Page(sources), told, parts),
        }
        path = Path(self.app.outdir, FOLDER, f"{name}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


class NumberCells(SphinxPostTransform):
    """Leave the number at the code of a cell only where this stands in the fold of another one."""

    default_priority = 195  # page_order.py has arranged the cells
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Look at each piece of code."""
        for cell in self.document.findall(is_cell):
            for box in cell.findall(nodes.container):
                if box.get("nb_element") == "cell_code_source" and box.get("gl-cell") == cell.get("gl-cell"):
                    del box["gl-cell"]


def _open_container(self: HTML5Translator, node: nodes.container) -> None:
    """Write a container as sphinx-design does, with the number of its cell."""
    visit_container(self, node)
    if "gl-cell" in node:
        edit = ' data-edit=""' if EDITABLE.fullmatch(self.builder.current_docname) else ""
        self.body[-1] = self.body[-1].replace("<div ", f'<div data-cell="{node["gl-cell"]}"{edit} ', 1)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the steps."""
    app.setup_extension("sphinx_design")  # its own visitor of containers is replaced
    NotebookClientBase.code_cell_outputs = outputs_without
    app.add_node(nodes.container, override=True, html=(_open_container, depart_container))
    app.connect("source-read", begin)
    app.add_transform(DescribePage)
    app.add_post_transform(NumberCells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
