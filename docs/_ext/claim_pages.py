"""A small page for each claim, ``claim/KEY.html``: the address that people send each other.

Static HTML shows one description for a page, whatever stands behind ``#`` in its address. So each claim has a page whose
title is its sentence and whose description is what was measured, and which leads on to the claim on its own page at once.
It is no source of its own: search machines are told to leave it out, and the sitemap does. Its picture is that of the page.
A key is lower-case words joined by hyphens, and no two claims have one, so it is a name for a file as it stands.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import ledger
from claims import Claim
from editions import say
from policy import policy
from sharing import address, own_title
from sphinx.application import Sphinx

FOLDER = "claim"
_PICTURE = re.compile(r'<meta [^>]*\b(?:property="og:image|name="twitter:(?:card|image))[^>]*>')


def verdict(app: Sphinx, claim: Claim, page: str) -> list[str]:
    """Return what was measured, on what the claim rests and its source, a sentence each."""
    grounds = "".join(node.astext() for node in ledger.grounds(app, claim, page))
    source = f"{ledger.source(app, claim, page).astext()}." if claim.cite else ""
    measured = say("Measured {value}, claimed {bound}.", value=ledger.measured(claim), bound=ledger.bound(claim))
    return [sentence for sentence in (measured, grounds, source) if sentence]


def facts(app: Sphinx, claim: Claim) -> dict[str, Any]:
    """Return what the template shows of a claim."""
    page = f"{FOLDER}/{claim.key}"
    anchor = f"#claim-{claim.key}"
    base = app.config.html_baseurl
    return {
        "policy": policy(page),
        "sentence": ledger.sentence(claim),
        "verdict": verdict(app, claim, page),
        "place": f"{app.builder.get_relative_uri(page, claim.page)}{anchor}",
        "title": own_title(app, claim.page),
        "site": app.config.project,
        "language": app.config.language,
        "address": f"{base}{page}.html" if base else "",
        "canonical": f"{address(app, claim.page)}{anchor}" if base else "",
    }


def write_pages(app: Sphinx, exception: Exception | None) -> None:
    """Write the pages of all claims; what an earlier build left there is gone."""
    if exception is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir, FOLDER)
    shutil.rmtree(folder, ignore_errors=True)
    pictures: dict[str, list[str]] = {}
    for claim in getattr(app.env, "gl_claims", []):
        if claim.page not in pictures:  # their writers may be other processes, so the page itself is asked
            page = Path(app.builder.get_output_path(claim.page)).read_text(encoding="utf-8")
            pictures[claim.page] = _PICTURE.findall(page.partition("</head>")[0])
        folder.mkdir(exist_ok=True)
        told = {**facts(app, claim), "picture": "\n".join(pictures[claim.page])}
        (folder / f"{claim.key}.html").write_text(app.builder.templates.render("claim.html", told), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the step."""
    app.connect("build-finished", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
