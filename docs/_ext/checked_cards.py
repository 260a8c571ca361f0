"""The claims of a section in one card, with what was measured, what is claimed, and the code of all of them in one fold.

``gl.claim`` shows a badge where it runs, as a notebook does. On a page of the book the badges of the cells that stand side
by side in a section (or an answer) become one list at the place of the last of them. Each claim has a link to itself, which
``_static/copying.js`` copies, to its row of the ledger, to its source and to its grounds, in the words of ledger.py.

A cell tagged ``lesson`` keeps its code where it stands, and so does the solution of an exercise (``hide-cell``), in which
the card stands too.
"""

from __future__ import annotations

import re
from typing import Any

import copying
import ledger
from claims import Claim, page_claims
from docutils import nodes
from editions import later, say
from html_elements import element, made
from page_order import fold, hidden_whole, is_cell, part, tags
from printed_numbers import unbroken
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

HOW = later("How this was measured")
_BADGE = re.compile(r'<div class="gl-claim" id="claim-([\w-]+)">')


def _said(word: str) -> nodes.inline:
    """Return the word that says what a value is, for those who do not see the head of its column."""
    return nodes.inline("", f"{say(word)} ", classes=["gl-claim-label"])


def item(app: Sphinx, claim: Claim, page: str) -> element:
    """Return a claim as an item of the list."""
    text = nodes.inline("", ledger.sentence(claim), classes=["gl-claim-text"])
    if claim.cite:
        source = ledger.source(app, claim, page)
        text += [
            nodes.Text(" "),
            nodes.inline("", "", nodes.Text("("), source, nodes.Text(")"), classes=["gl-claim-cite"]),
        ]
    if basis := ledger.grounds(app, claim, page, beside_sentence=True):
        text += [nodes.Text(" "), nodes.inline("", "", *basis, classes=["gl-claim-grounds"])]
    itself = f"claim-{claim.key}"
    text += made("a", nodes.Text("#"), classes=["headerlink"], href=f"#{itself}", title=say("Link to this claim"))
    measured: nodes.Node = nodes.Text(unbroken(ledger.measured(claim)))
    if row := ledger.row_address(app, claim, page):
        measured = nodes.reference("", "", _said("measured"), measured, internal=True, refuri=row)
    bound = nodes.Text(unbroken(ledger.bound(claim)))
    return made(
        "li",
        text,
        nodes.Text(" "),
        nodes.inline("", "", measured, classes=["gl-claim-measured"]),
        nodes.Text(" "),
        nodes.inline("", "", _said("claimed"), bound, classes=["gl-claim-bound"]),
        classes=["gl-claim"],
        ids=[itself],
    )


def card(app: Sphinx, claims: list[Claim], page: str, sources: list[nodes.Node]) -> element:
    """Return the card of some claims and of the code that measured them."""
    heads = [
        made("span", nodes.Text(say(word)), classes=[f"gl-claim-{name}"], aria_hidden="true")
        for name, word in (("measured", later("measured")), ("bound", later("claimed")))
    ]
    title = nodes.inline("", say("Checked"), classes=["gl-checked-title"])
    head = nodes.paragraph("", "", title, nodes.Text(" "), heads[0], nodes.Text(" "), heads[1])
    head["classes"].append("gl-checked-head")
    items = (item(app, claim, page) for claim in claims)
    parts = [head, made("ul", *items, classes=["gl-checked-list"], role="list")]
    if sources:
        parts.append(fold(say(HOW), sources))
    aside = made("aside", *parts, classes=["gl-checked"], aria_label=say("Checked claims"))
    aside["attributes"] |= copying.words(copying.LINK)
    return aside


def take_badges(cell: nodes.container) -> list[str]:
    """Remove the badges from what a cell shows, and return the keys of their claims."""
    output, keys = part(cell, "output"), list[str]()
    if output is None:
        return keys
    for badge in list(output.findall(nodes.raw)):
        found = _BADGE.findall(badge.astext()) if badge.get("format") == "html" else []
        if found:
            keys += found
            badge.parent.remove(badge)
    if keys and not output.children and not hidden_whole(cell):
        cell.remove(output)
    return keys


class GatherClaims(SphinxPostTransform):
    """Put the claims of cells into cards."""

    default_priority = 180  # once MyST-NB has chosen what of an output is shown (4), before page_order.py (190)
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Make the cards of a page."""
        records = {claim.key: claim for claim in page_claims(self.env, self.env.docname)}
        groups: dict[int, list[tuple[nodes.container, list[Claim]]]] = {}
        for cell in list(self.document.findall(is_cell)):
            claims = [records[key] for key in take_badges(cell)]
            if claims and hidden_whole(cell):
                output = part(cell, "output")
                assert output is not None  # the badges stood there
                output.append(card(self.app, claims, self.env.docname, []))
            elif claims:
                groups.setdefault(id(cell.parent), []).append((cell, claims))
        for group in groups.values():
            self._replace([cell for cell, _ in group], [claim for _, claims in group for claim in claims])

    def _replace(self, cells: list[nodes.container], claims: list[Claim]) -> None:
        """Put one card where the last of some cells stands, and take away those that have nothing else to show."""
        parent, sources, ids = cells[0].parent, [], []
        place = nodes.comment()
        parent.insert(parent.index(cells[-1]) + 1, place)
        for cell in cells:
            if "lesson" in tags(cell) or part(cell, "output") is not None:
                continue
            if (source := part(cell, "source")) is not None:
                sources.append(source)
            ids += cell["ids"]
            parent.remove(cell)
        made_card = card(self.app, claims, self.env.docname, sources)
        made_card["ids"] += ids
        place.replace_self(made_card)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.setup_extension("html_elements")
    app.add_post_transform(GatherClaims)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
