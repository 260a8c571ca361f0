"""Turn the sources that a docstring names in words into links to the bibliography.

A docstring is read in a terminal too, so it says "MobileNetV2 (Sandler et al., 2018)" or "as Fukushima (1969) did". On a
page both become citations. A source that no entry of the bibliography answers for, or more than one, is a warning.
"""

from __future__ import annotations

import re

from sphinx.environment import BuildEnvironment
from sphinx.util import logging

_log = logging.getLogger(__name__)
_WHO = r"[A-Z][\w'’-]+(?: et al\.| and [A-Z][\w'’-]+)?"
_CITATION = re.compile(rf"\(({_WHO}, \d{{4}}(?:; {_WHO}, \d{{4}})*)\)|({_WHO}) \((\d{{4}})\)")


def sources(env: BuildEnvironment) -> dict[str, list[str]]:
    """Return the keys of the bibliography by author and year, as a docstring writes them."""
    found: dict[str, list[str]] = {}
    for key, entry in env.get_domain("cite").bibdata.data.entries.items():
        names = [" ".join(map(str, person.rich_last_names)) for person in entry.persons.get("author", [])]
        who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
        found.setdefault(f"{who}, {entry.fields.get('year')}", []).append(key)
    return found


def link(env: BuildEnvironment, text: str) -> str:
    """Return reStructuredText in which the sources of ``text`` are links."""
    known = sources(env)

    def keys(names: list[str]) -> str | None:
        for name in names:
            if len(known.get(name, [])) != 1:
                why = "has more than one" if name in known else "has no"
                _log.warning(
                    "the bibliography %s entry for %r",
                    why,
                    name,
                    location=env.docname,
                    type="gradlab",
                    subtype="source",
                )
                return None
        return ",".join(known[name][0] for name in names)

    def replace(match: re.Match[str]) -> str:
        together, who, year = match.groups()
        found = keys(together.split("; ") if together else [f"{who}, {year}"])
        if found is None:
            return match[0]
        return f":cite:p:`{found}`" if together else f":cite:t:`{found}`"

    return _CITATION.sub(replace, text)
