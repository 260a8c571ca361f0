"""The ledger: the claims of all pages as tables, one for each page, with a filter for readers whose browser runs scripts.

Without a script the whole ledger is there and the filter is not. The script is ``_static/ledger.js``; the words that it
shows come from here.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from operator import attrgetter
from typing import Any

from claims import Claim, count
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

HEADINGS = ("Claim", "Bound", "Measured", "Source")
WIDTHS = (52, 15, 14, 19)
_LEDGER = "gl-ledger"


class ledger(nodes.General, nodes.Element):
    """Stands where the tables will be: the claims are known once all pages are read."""


class Ledger(SphinxDirective):
    """``{claims}``: the tables of all claims."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for the tables."""
        self.env.metadata[self.env.docname][_LEDGER] = True
        return [ledger()]


def pages_with_ledger(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have the pages with a ledger written again, whichever page was read."""
    return [page for page, metadata in env.metadata.items() if _LEDGER in metadata]


def anchor(page: str) -> str:
    """Return the id of a page's part of the ledger, by which the filter knows it too."""
    return f"ledger-{page.replace('/', '-')}"


def _title(env: BuildEnvironment, page: str) -> str:
    return env.titles[page].astext()


def filter_form(titles: dict[str, str], total: int) -> str:
    """Return the controls as HTML, hidden until the script is there to obey them."""
    options = "".join(f'<option value="{anchor(page)}">{escape(title)}</option>' for page, title in titles.items())
    return (
        '<form class="gl-ledger-filter" role="search" aria-label="Claims" hidden>'
        '<p><label for="ledger-words">With the words</label>'
        '<input id="ledger-words" name="words" type="search" autocomplete="off" spellcheck="false"></p>'
        '<p><label for="ledger-page">On the page</label>'
        f'<select id="ledger-page" name="page"><option value="">all pages</option>{options}</select></p>'
        f'<p class="gl-ledger-count" role="status" data-some="{{shown}} of {total} claims" data-all="All {total} claims" '
        f'data-none="No claim has all these words.">All {total} claims</p>'
        "</form>"
    )


def _source(app: Sphinx, claim: Claim, page: str) -> nodes.Node:
    for citation in app.env.get_domain("cite").citations:
        if citation.key == claim.cite:
            people = [" ".join(person.last_names) for person in citation.entry.persons.get("author", [])]
            names = people[0] if len(people) == 1 else " & ".join(people) if len(people) == 2 else f"{people[0]} et al."
            label = f"{names}, {citation.entry.fields.get('year', 'n.d.')}"
            there = app.builder.get_relative_uri(page, citation.bibliography_key.docname)
            return nodes.reference("", label, internal=True, refuri=f"{there}#{citation.citation_id}")
    return nodes.Text(claim.cite or "this book")


def row(app: Sphinx, claim: Claim, page: str) -> nodes.row:
    """Return a claim as a row; its key leads to the cell that measured it."""
    there = f"{app.builder.get_relative_uri(page, claim.page)}#claim-{claim.key}"
    sentence = nodes.paragraph("", claim.text)
    key = nodes.paragraph("", "", nodes.reference("", "", nodes.literal("", claim.key), internal=True, refuri=there))
    key["classes"].append("gl-ledger-key")
    cells = (nodes.literal("", claim.bound), nodes.literal("", f"{claim.value:.4g}"), _source(app, claim, page))
    # on a phone, where a row is a block without a head, each value says what it is
    labelled = (
        nodes.paragraph("", "", nodes.inline("", f"{heading} ", classes=["gl-ledger-label"]), cell)
        for heading, cell in zip(HEADINGS[1:], cells, strict=True)
    )
    return nodes.row("", nodes.entry("", sentence, key), *(nodes.entry("", value) for value in labelled))


def table(app: Sphinx, claims: list[Claim], page: str) -> nodes.table:
    """Return the claims of one page as a table."""
    head = nodes.row("", *(nodes.entry("", nodes.paragraph("", heading)) for heading in HEADINGS))
    body = nodes.tbody("", *(row(app, claim, page) for claim in claims))
    columns = [nodes.colspec(colwidth=width) for width in WIDTHS]
    return nodes.table(
        "",
        nodes.tgroup("", *columns, nodes.thead("", head), body, cols=len(HEADINGS)),
        classes=[_LEDGER, "colwidths-given"],
    )


def parts(app: Sphinx, page: str) -> list[nodes.Node]:
    """Return the whole ledger, for a page that links into the others."""
    claims: list[Claim] = getattr(app.env, "gl_claims", [])
    if not claims:
        return [nodes.paragraph("", "No page makes a claim yet.")]
    titles = {claim.page: _title(app.env, claim.page) for claim in claims}
    summary = (
        f"{count(len(claims), 'claim')} on {count(len(titles), 'page')}: "
        f"{'all of them' if all(claim.holds for claim in claims) else 'not all of them'} held when this book was built."
    )
    made: list[nodes.Node] = [
        nodes.paragraph("", summary),
        nodes.raw("", filter_form(titles, len(claims)), format="html"),
    ]
    for name, group in groupby(claims, attrgetter("page")):
        there = app.builder.get_relative_uri(page, name)
        link = nodes.reference("", titles[name], internal=True, refuri=there)
        # no section: the contents of this page are drawn up before the claims are known
        heading = nodes.rubric("", "", link, ids=[anchor(name)])
        heading["heading-level"] = 2
        made.append(nodes.container("", heading, table(app, list(group), page), classes=["gl-ledger-page"]))
    return made


def fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the tables where the directive stood."""
    for place in list(doctree.findall(ledger)):
        place.replace_self(parts(app, page))


def add_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Load the script on the pages that have something to filter."""
    if _LEDGER in app.env.metadata.get(page, {}):
        app.add_js_file("ledger.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the steps around it."""
    app.add_node(ledger)
    app.add_directive("claims", Ledger)
    app.connect("env-updated", pages_with_ledger)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
