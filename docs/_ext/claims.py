"""The ledger: every claim of the executed pages in one table, in ``claims.json``, and held to account.

``gl.claim(...)`` displays one output with ``text/plain`` (the number), ``text/html`` (the badge, whose id is
``claim-KEY``) and the record ``{"key", "text", "value", "bound", "cite", "holds"}`` under a type of its own; in the
output's metadata, ``{"scrapbook": {"name": KEY, "mime_prefix": ""}}`` makes it a glued value. MyST-NB writes glued
outputs to ``PAGE.glue.json`` beside the executed page, whether it ran now or comes from the cache, and this extension
reads those files: nothing has to travel between Sphinx's parallel readers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from gradlab.claims import MIME

_log = logging.getLogger(__name__)


class Claim(NamedTuple):
    """A claim as its page stated and measured it."""

    key: str
    text: str
    value: float
    bound: str
    cite: str | None
    holds: bool
    page: str


class ledger(nodes.General, nodes.Element):
    """Stands where the table will be: the claims are known once all pages are read."""


class Ledger(SphinxDirective):
    """``{claims}``: the table of all claims."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for the table."""
        self.env.metadata[self.env.docname]["gl-ledger"] = True
        return [ledger()]


def in_reading_order(env: BuildEnvironment) -> Iterator[str]:
    """Yield the pages as the table of contents has them, then those that are in none."""
    seen: set[str] = set()

    def walk(page: str) -> Iterator[str]:
        if page not in seen:
            seen.add(page)
            yield page
            for below in env.toctree_includes.get(page, []):
                yield from walk(below)

    yield from walk(env.config.root_doc)
    yield from sorted(env.found_docs - seen)


def page_claims(env: BuildEnvironment, page: str) -> Iterator[Claim]:
    """Yield the claims of one page, in its order."""
    if not env.nb_metadata.get(page, {}).get("glue"):  # else a file of an earlier build may lie there
        return
    glued = json.loads(Path(env.mystnb_config.output_folder, f"{page}.glue.json").read_text(encoding="utf-8"))
    for output in glued.values():
        record = output["data"].get(MIME)
        if record is not None:
            yield Claim(page=page, **{field: record[field] for field in Claim._fields if field != "page"})


def gather(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Collect the claims of all pages, judge them, and have the pages with a ledger written again."""
    sources = env.get_domain("cite").bibdata.data.entries
    found: dict[str, Claim] = {}
    for page in in_reading_order(env):
        for claim in page_claims(env, page):
            first = found.setdefault(claim.key, claim)
            if first is not claim:
                _complain(claim, f"its key is taken by a claim of {first.page}")
            if not claim.holds:
                _complain(claim, f"it does not hold: measured {claim.value:.6g}, claimed {claim.bound}")
            if claim.cite and claim.cite not in sources:
                _complain(claim, f"it cites {claim.cite!r}, which is not in {', '.join(app.config.bibtex_bibfiles)}")
    env.gl_claims = list(found.values())
    return [page for page, metadata in env.metadata.items() if "gl-ledger" in metadata]


def _complain(claim: Claim, what: str) -> None:
    _log.warning("claim %r: %s", claim.key, what, location=claim.page, type="gradlab", subtype="claim")


def _source(env: BuildEnvironment, app: Sphinx, claim: Claim, page: str) -> nodes.Node:
    for citation in env.get_domain("cite").citations:
        if citation.key == claim.cite:
            people = [" ".join(person.last_names) for person in citation.entry.persons.get("author", [])]
            names = people[0] if len(people) == 1 else " & ".join(people) if len(people) == 2 else f"{people[0]} et al."
            label = f"{names}, {citation.entry.fields.get('year', 'n.d.')}"
            there = app.builder.get_relative_uri(page, citation.bibliography_key.docname)
            return nodes.reference("", label, internal=True, refuri=f"{there}#{citation.citation_id}")
    return nodes.Text(claim.cite or "this book")


def table(app: Sphinx, page: str) -> nodes.Node:
    """Return the ledger as a table, for a page that links into the others."""
    env = app.env
    claims: list[Claim] = getattr(env, "gl_claims", [])
    if not claims:
        return nodes.paragraph("", "No page makes a claim yet.")
    headings = ("Claim", "Bound", "Measured", "Source", "Page")
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (46, 12, 12, 15, 15)), cols=len(headings))
    head, body = nodes.thead(), nodes.tbody()
    head += nodes.row("", *(nodes.entry("", nodes.paragraph("", heading)) for heading in headings))
    for claim in claims:
        there = app.builder.get_relative_uri(page, claim.page)
        link = nodes.reference("", env.titles[claim.page].astext(), internal=True, refuri=f"{there}#claim-{claim.key}")
        cells = (
            nodes.Text(claim.text),
            nodes.literal("", claim.bound),
            nodes.literal("", f"{claim.value:.4g}"),
            _source(env, app, claim, page),
            link,
        )
        body += nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))
    group += [head, body]
    return nodes.table("", group, classes=["gl-ledger"])


def fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the table where the directive stood."""
    for place in list(doctree.findall(ledger)):
        place.replace_self(table(app, page))


def write_json(app: Sphinx, exception: Exception | None) -> None:
    """Write the claims for scripts to read."""
    if exception is None and app.builder.format == "html":
        claims = [claim._asdict() for claim in getattr(app.env, "gl_claims", [])]
        Path(app.outdir, "claims.json").write_text(json.dumps(claims, indent=1, ensure_ascii=False), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the steps around it."""
    app.add_node(ledger)
    app.add_directive("claims", Ledger)
    app.connect("env-updated", gather, priority=900)  # after sphinxcontrib-bibtex has numbered its citations
    app.connect("doctree-resolved", fill)
    app.connect("build-finished", write_json)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
