"""The ledger: the claims of all pages as tables, one for each page, with a filter for readers whose browser runs scripts.

Beside each claim stand its grounds: how far was tried, that it is mathematics, or the longer trial that it survived
(docs/long); the cards on the pages say the same (checked_cards.py). ``{long-run}`` shows all trials.

Without a script the whole ledger is there and the filter is not. The script is ``_static/ledger.js``; the words that it
shows come from here.
"""

from __future__ import annotations

import math
from html import escape
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import copying
import long_record
import printed_numbers
from claims import Claim
from docutils import nodes
from editions import amount, later, say, told
from printed_numbers import FIXED, all_printed
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from translation import aside

HEADINGS = later(("Claim", "Bound", "Measured", "Source"))
WIDTHS = (52, 15, 14, 19)
_LEDGER, _LONG = "gl-ledger", "gl-long-run"
TRIAL_HEADINGS = later(("Trial", "Tried", "Bound", "Measured"))
TRIAL_WIDTHS = (44, 26, 15, 15)


class ledger(nodes.General, nodes.Element):
    """Stands where the tables will be: the claims are known once all pages are read."""


class Ledger(SphinxDirective):
    """``{claims}``: the tables of all claims."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for the tables."""
        self.env.metadata[self.env.docname][_LEDGER] = True
        return [ledger()]


class long_run(nodes.General, nodes.Element):
    """Stands where the table of the long run will be: which claims lean on a trial is known once all pages are read."""


class LongRun(SphinxDirective):
    """``{long-run}``: the table of the long trials."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for the table."""
        self.env.metadata[self.env.docname][_LONG] = True
        self.env.note_dependency(str(Path(self.env.app.srcdir, "long", "record.json")))
        trials = long_record.read(Path(self.env.srcdir, "long", "record.json")).values()
        sentences = [aside(trial["text"], key=trial["key"]) for trial in trials]
        return [long_run(), *sentences, *map(aside, dict.fromkeys(trial["budget"] for trial in trials))]


def pages_with_ledger(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have the pages with a ledger written again, whichever page was read."""
    return [page for page, metadata in env.metadata.items() if {_LEDGER, _LONG} & metadata.keys()]


def anchor(page: str) -> str:
    """Return the id of a page's part of the ledger, by which the filter knows it too."""
    return f"ledger-{page.replace('/', '-')}"


def _title(env: BuildEnvironment, page: str) -> str:
    return env.titles[page].astext()


def filter_form(titles: dict[str, str], total: int) -> str:
    """Return the controls as HTML, hidden until the script is there to obey them."""
    some = say("{shown} of {total} claims").replace("{total}", str(total))
    every = say("All {total} claims", total=total)
    options = "".join(f'<option value="{anchor(page)}">{escape(title)}</option>' for page, title in titles.items())
    return (
        f'<form class="gl-ledger-filter" role="search" aria-label="{say("Claims")}" hidden'
        f"{copying.as_html(copying.words(copying.LINK))}>"
        f'<p><label for="ledger-words">{say("With the words")}</label>'
        '<input id="ledger-words" name="words" type="search" autocomplete="off" spellcheck="false"></p>'
        f'<p><label for="ledger-page">{say("On the page")}</label>'
        f'<select id="ledger-page" name="page"><option value="">{say("all pages")}</option>{options}</select></p>'
        f'<p class="gl-ledger-count" role="status" data-some="{some}" data-all="{every}" '
        f'data-none="{say("No claim has all these words.")}">{every}</p>'
        "</form>"
    )


def _page_of(env: BuildEnvironment, mark: str) -> str | None:
    return next((page for page, metadata in env.metadata.items() if mark in metadata), None)


def in_language(app: Sphinx, text: str, key: str = "") -> str:
    """Return what a long trial says in the language of this build; the page of their table has that."""
    table = _page_of(app.env, _LONG)
    return text if table is None else told(app.env, table, text, key)


def trial_id(key: str) -> str:
    """Return the id of a trial's row in the table of the long run."""
    return f"long-{key}"


def row_address(app: Sphinx, claim: Claim, page: str) -> str | None:
    """Return the address of a claim's row, for a page that links there; None in a book without the ledger."""
    where = _page_of(app.env, _LEDGER)
    return None if where is None else f"{app.builder.get_relative_uri(page, where)}#{row_id(claim)}"


def row_id(claim: Claim) -> str:
    """Return the id of a claim's row."""
    return f"row-{claim.key}"


def sentence(claim: Claim) -> str:
    """Return what a claim says, with its units kept beside their numbers."""
    return claim.text.replace(" %", f"{FIXED}%")


def measured(claim: Claim) -> str:
    """Return what was measured, as the book prints numbers."""
    return printed_numbers.measured(claim.value)


def bound(claim: Claim) -> str:
    """Return what is claimed, as the book prints numbers."""
    return printed_bound(claim.bound)


def printed_bound(text: str) -> str:
    """Return a bound as the book prints it."""
    return all_printed(text).replace(" and ", say(" and "))


def grounds(app: Sphinx, claim: Claim, page: str, *, beside_sentence: bool = False) -> list[nodes.Node]:
    """Return on what a claim rests, as text with links; ``beside_sentence``: without the budget, which stands there."""
    if claim.identity:
        return [nodes.Text(say("An identity: mathematics says so, and the measurement checks its arithmetic."))]
    trial = getattr(app.env, "gl_trials", {}).get(claim.survived)
    if trial is None:
        untold = claim.budget and not beside_sentence
        return [nodes.Text(say("Tried as far as it says: {budget}.", budget=claim.budget))] if untold else []
    table = _page_of(app.env, _LONG)
    words = nodes.Text(say("survived a longer trial") if trial["holds"] else say("did not survive a longer trial"))
    if table is None:
        link: nodes.Node = words
    else:
        there = f"{app.builder.get_relative_uri(page, table)}#{trial_id(trial['key'])}"
        link = nodes.reference("", "", words, internal=True, refuri=there)
    value, limit = all_printed(f"{trial['value']:.4g}"), printed_bound(trial["bound"])
    verdict = say("measured {value}, claimed {bound}", value=value, bound=limit)
    before, after = say("It {trial}: {budget}; {verdict}{when}.").split("{trial}")
    rest = after.format(budget=in_language(app, trial["budget"]), verdict=verdict, when=_when(trial))
    return [nodes.Text(before), link, nodes.Text(rest)]


def _when(trial: long_record.Entry) -> str:
    older = say(" with an older gradlab") if trial["older"] else ""
    return f", {trial['date']}{older}"


def source(app: Sphinx, claim: Claim, page: str) -> nodes.Node:
    """Return the source of a claim as a link, with whether it states what is tested."""
    for citation in app.env.get_domain("cite").citations:
        if citation.key == claim.cite:
            people = [" ".join(person.last_names) for person in citation.entry.persons.get("author", [])]
            names = people[0] if len(people) == 1 else " & ".join(people) if len(people) == 2 else f"{people[0]} et al."
            label = f"{names}, {citation.entry.fields.get('year', 'n.d.')}"
            there = app.builder.get_relative_uri(page, citation.bibliography_key.docname)
            link = nodes.reference("", label, internal=True, refuri=f"{there}#{citation.citation_id}")
            return nodes.inline(
                "", "", link, nodes.Text(say(" states this") if claim.states else say(" is about this"))
            )
    return nodes.Text(claim.cite or say("this book"))


def _labelled(heading: str, cell: nodes.Node) -> nodes.entry:
    """Return a value that says what it is: on a phone a row is a block without a head."""
    label = nodes.inline("", f"{say(heading)} ", classes=["gl-ledger-label"])
    return nodes.entry("", nodes.paragraph("", "", label, cell))


def row(app: Sphinx, claim: Claim, page: str) -> nodes.row:
    """Return a claim as a row; its key leads to the cell that measured it."""
    there = f"{app.builder.get_relative_uri(page, claim.page)}#claim-{claim.key}"
    key = nodes.paragraph("", "", nodes.reference("", "", nodes.literal("", claim.key), internal=True, refuri=there))
    key["classes"].append("gl-ledger-key")
    rests = (
        [nodes.paragraph("", "", *basis, classes=["gl-ledger-grounds"])] if (basis := grounds(app, claim, page)) else []
    )
    cells = (nodes.inline("", bound(claim)), nodes.inline("", measured(claim)), source(app, claim, page))
    labelled = (_labelled(heading, cell) for heading, cell in zip(HEADINGS[1:], cells, strict=True))
    said = nodes.entry("", nodes.paragraph("", sentence(claim)), key, *rests)
    return nodes.row("", said, *labelled, ids=[row_id(claim)])


def table(headings: tuple[str, ...], widths: tuple[int, ...], rows: list[nodes.row]) -> nodes.table:
    """Return rows under their headings."""
    head = nodes.row("", *(nodes.entry("", nodes.paragraph("", say(heading))) for heading in headings))
    columns = [nodes.colspec(colwidth=width) for width in widths]
    return nodes.table(
        "",
        nodes.tgroup("", *columns, nodes.thead("", head), nodes.tbody("", *rows), cols=len(headings)),
        classes=[_LEDGER, "colwidths-given"],
    )


def trial_row(app: Sphinx, trial: long_record.Entry, page: str) -> nodes.row:
    """Return a long trial as a row, with links to the claims that lean on it."""
    leaning = [claim for claim in getattr(app.env, "gl_claims", []) if claim.survived == trial["key"]]
    links = nodes.paragraph("", "", nodes.literal("", trial["key"]), classes=["gl-ledger-key"])
    for number, claim in enumerate(leaning):
        there = f"{app.builder.get_relative_uri(page, claim.page)}#claim-{claim.key}"
        links += nodes.Text(", " if number else say(", for "))
        links += nodes.reference("", "", nodes.literal("", claim.key), internal=True, refuri=there)
    tried = in_language(app, trial["budget"]) + (f"; {amount(trial['seeds'], 'seed')}" if trial["seeds"] else "")
    verdict = "" if trial["holds"] else say(" (does not hold)")
    when = nodes.paragraph("", _when(trial).removeprefix(", "), classes=["gl-ledger-key"])
    cells: tuple[nodes.Node, ...] = (
        nodes.Text(tried),
        nodes.inline("", printed_bound(trial["bound"])),
        nodes.inline("", all_printed(f"{trial['value']:.4g}") + verdict),
    )
    entries = [_labelled(heading, cell) for heading, cell in zip(TRIAL_HEADINGS[1:], cells, strict=True)]
    entries[-1] += when
    return nodes.row(
        "",
        nodes.entry("", nodes.paragraph("", in_language(app, trial["text"], trial["key"])), links),
        *entries,
        ids=[trial_id(trial["key"])],
    )


def trials_table(app: Sphinx, page: str) -> list[nodes.Node]:
    """Return the long run as a table, and on what it ran."""
    record: dict[str, long_record.Entry] = getattr(app.env, "gl_trials", {})
    if not record:
        return [nodes.paragraph("", say("No trial is on record."))]
    minutes = math.ceil(sum(trial["seconds"] for trial in record.values()) / 60)
    machines = "; ".join(sorted({long_record.machine(trial) for trial in record.values()}))
    older = sum(trial["older"] for trial in record.values())
    counted = {"trials": amount(len(record), "trial"), "minutes": amount(minutes, "minute"), "machines": machines}
    summary = say("{trials}, {minutes} of computing on {machines}.", **counted) + " "
    summary += (
        say("An older gradlab measured {older} of them.", older=older)
        if older
        else say("This gradlab measured them all.")
    )
    rows = [trial_row(app, trial, page) for trial in record.values()]
    return [nodes.paragraph("", summary), table(TRIAL_HEADINGS, TRIAL_WIDTHS, rows)]


def parts(app: Sphinx, page: str) -> list[nodes.Node]:
    """Return the whole ledger, for a page that links into the others."""
    claims: list[Claim] = getattr(app.env, "gl_claims", [])
    if not claims:
        return [nodes.paragraph("", say("No page makes a claim yet."))]
    titles = {claim.page: _title(app.env, claim.page) for claim in claims}
    held = all(claim.holds for claim in claims)
    words = say("{claims} on {pages}: all of them held when this book was built.")
    others = say("{claims} on {pages}: not all of them held when this book was built.")
    counted = {"claims": amount(len(claims), "claim"), "pages": amount(len(titles), "page")}
    summary = (words if held else others).format(**counted)
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
        rows = table(HEADINGS, WIDTHS, [row(app, claim, page) for claim in group])
        made.append(nodes.container("", heading, rows, classes=["gl-ledger-page"]))
    return made


def fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the tables where the directive stood."""
    for place in list(doctree.findall(ledger)):
        place.replace_self(parts(app, page))
    for place in list(doctree.findall(long_run)):
        place.replace_self(trials_table(app, page))


def add_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Load the script on the pages that have something to filter."""
    if _LEDGER in app.env.metadata.get(page, {}):
        app.add_js_file("ledger.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the steps around it."""
    app.add_node(ledger)
    app.add_node(long_run)
    app.add_directive("claims", Ledger)
    app.add_directive("long-run", LongRun)
    app.connect("env-updated", pages_with_ledger)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
