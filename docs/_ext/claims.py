"""The claims of the executed pages: gathered, held to account, and written to ``claims.json``; ledger.py shows them.

``gl.claim(...)`` displays one output with ``text/plain`` (the number), ``text/html`` (the badge, whose id is
``claim-KEY``) and the record of a claim under a type of its own; in the
output's metadata, ``{"scrapbook": {"name": KEY, "mime_prefix": ""}}`` makes it a glued value. MyST-NB writes glued
outputs to ``PAGE.glue.json`` beside the executed page, whether it ran now or comes from the cache, and this extension
reads those files: nothing has to travel between Sphinx's parallel readers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import long_record
from editions import FIRST, told
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from wording import claim_faults, sentence_faults

from gradlab.claims import MIME

_log = logging.getLogger(__name__)


class Claim(NamedTuple):
    """A claim as its page stated and measured it."""

    key: str
    text: str
    value: float
    bound: str
    cite: str | None
    states: bool
    budget: str | None
    identity: bool
    survived: str | None
    holds: bool
    page: str


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
            claim = Claim(page=page, **{field: record[field] for field in Claim._fields if field != "page"})
            yield claim._replace(
                text=told(env, page, claim.text, claim.key), budget=claim.budget and told(env, page, claim.budget)
            )


def gather(app: Sphinx, env: BuildEnvironment) -> None:
    """Collect the claims of all pages and judge them."""
    sources = env.get_domain("cite").bibdata.data.entries
    trials = long_record.of_book(Path(app.srcdir))
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
            _check_sentence(claim, trials, app.config.language)
    for trial in trials.values():
        for fault in sentence_faults(trial["text"]):
            where = f"long/{trial['page']}.py"
            told = f"trial {trial['key']!r}: its text has {fault.words!r}: {fault.cure}"
            _log.warning(told, location=where, type="gradlab", subtype=fault.kind)
    env.gl_trials = trials
    env.gl_claims = list(found.values())


def _check_sentence(claim: Claim, trials: dict[str, long_record.Entry], language: str) -> None:
    """Warn where a sentence says more than its grounds bear, and where a trial does not bear it out.

    The words are those of the original: a translation says the same, which catalogues.py looks to.
    """
    english = language == FIRST
    for fault in claim_faults(claim.text, claim.budget, claim.identity, claim.survived) if english else ():
        _complain(claim, f"its text has {fault.words!r}: {fault.cure}", fault.kind)
    if claim.survived is not None:
        trial = trials.get(claim.survived)
        if trial is None:
            cure = f"run docs/long/run.py {claim.page.rpartition('/')[2]}"
            _complain(claim, f"no trial of docs/long/record.json is named {claim.survived!r}: {cure}", "trial")
        elif not trial["holds"]:
            told = f"measured {trial['value']:.6g}, claimed {trial['bound']}"
            _complain(claim, f"the long trial {claim.survived!r} does not hold: {told}", "trial")


def count(number: int, what: str) -> str:
    """Return a number with its noun, in the plural where there is not one."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _complain(claim: Claim, what: str, kind: str = "claim") -> None:
    _log.warning("claim %r: %s", claim.key, what, location=claim.page, type="gradlab", subtype=kind)


def write_json(app: Sphinx, exception: Exception | None) -> None:
    """Write the claims for scripts to read."""
    if exception is None and app.builder.format == "html":
        claims = [claim._asdict() for claim in getattr(app.env, "gl_claims", [])]
        Path(app.outdir, "claims.json").write_text(json.dumps(claims, indent=1, ensure_ascii=False), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the steps."""
    app.connect("env-updated", gather, priority=900)  # after sphinxcontrib-bibtex has numbered its citations
    app.connect("build-finished", write_json)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
