"""Compare two builds of the book, byte for byte: ``python compare_sites.py first/html second/html``.

Run by ``nox -s twice``. What a page measures must not hang on the clock, on the order in which pages run or on a seed
that nobody set; where it does, two builds from nothing differ. Claims are compared first, digit for digit, since they say
what was measured; then every file. Only what TIMES names may differ: how long cells ran.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

# how long cells ran: the note at the end of a page, the table of all pages and the sentence above it (in Markdown its
# rows), the ratio of times that a page prints; and with them the mark of the search's file
TIMES = re.compile(
    rb'<p class="gl-execution-time">.*?</p>\n?|<table class="gl-times.*?</table>'
    rb"|time of the \w+ \xc3\xb7 time of the \w+: [\d.]+|search/documents\.js\?v=\w+"
    rb"|\d+ pages with \d+ code cells ran for [^.]* in all; [^.]* s\.",
    re.DOTALL,
)
TOLD = {".html", ".md", ".js"}  # files that tell it
ROWS = {"reference/build.md": re.compile(rb"^\| .* \| [\d.*]+ \| [\d.*]+ \|$", re.MULTILINE)}
LIVE, RESULTS = "_live", "_live/results"  # what live cells know; results are named by their contents
SHOWN = 20  # files named in a report


def differences(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[str]:
    """Return a line for each claim that is not the same in both lists, and one if only their order differs."""
    one, other = ({claim["key"]: claim for claim in claims} for claims in (first, second))
    found = []
    for key, claim in (other | one).items():
        where = f"{key} ({claim['page']})"
        if key not in one or key not in other:
            found.append(f"{where}: only the {'first' if key in one else 'second'} build has it")
            continue
        for field in sorted(one[key].keys() | other[key].keys()):
            a: Any = one[key].get(field)
            b: Any = other[key].get(field)
            if field == "value" and repr(a) != repr(b):  # nan is itself, and 0.0 is not -0.0
                size = max(abs(a), abs(b))
                found.append(
                    f"{where}: {a!r} and {b!r}, apart by {abs(a - b):.2g}, of the value {abs(a - b) / (size or 1):.2g}"
                )
            elif field != "value" and a != b:
                found.append(f"{where}: its {field} is {a!r} and {b!r}")
    if not found and [claim["key"] for claim in first] != [claim["key"] for claim in second]:
        found.append("the claims are the same, but not in the same order")
    return found


def files(site: Path) -> dict[str, bytes]:
    """Return what is in the files of a site, less what may differ."""
    found = {}
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site)
        if path.is_file() and name.parent.as_posix() != RESULTS:
            found[name.as_posix()] = _without_times(name, path.read_bytes())
    return found


def _without_times(name: Path, content: bytes) -> bytes:
    """Return a file without how long cells ran, and without which statements were slow: it hangs on the same clock."""
    if name.suffix in TOLD:
        content = TIMES.sub(b"", content)
    if name.parts[0] == LIVE and name.suffix == ".json":
        page = json.loads(content)
        cells = [{key: value for key, value in cell.items() if key != "seconds"} for cell in page["cells"]]
        told = json.dumps({**page, "cells": cells, "results": {}}, ensure_ascii=False)
        return TIMES.sub(b"", told.encode())  # of what cells print, too
    rows = ROWS.get(name.as_posix())
    return rows.sub(b"", content) if rows else content


def different_files(first: Path, second: Path) -> list[str]:
    """Return a line for each file that only one site has or that differs, with the place of the first difference."""
    one, other = files(first), files(second)
    found = [f"{name}: only in {first if name in one else second}" for name in sorted(one.keys() ^ other.keys())]
    for name in sorted(one.keys() & other.keys()):
        if one[name] != other[name]:
            place = next(
                (k for k, (a, b) in enumerate(zip(one[name], other[name], strict=False)) if a != b),
                min(len(one[name]), len(other[name])),
            )
            near = [text[max(0, place - 30) : place + 50].decode(errors="replace") for text in (one[name], other[name])]
            found.append(f"{name}: at byte {place}, {near[0]!r} and {near[1]!r}")
    return found


def main(first: str, second: str) -> int:
    """Print the differences and return the exit code."""
    sites = Path(first), Path(second)
    claims = [json.loads((site / "claims.json").read_text(encoding="utf-8")) for site in sites]
    found = differences(*claims)
    changed = different_files(*sites)
    print("\n".join([*found, *changed[:SHOWN]]))
    if len(changed) > SHOWN:
        print(f"and {len(changed) - SHOWN} files more")
    if not found:
        print(f"All {len(claims[0])} claims are the same in both builds, digit for digit.")
    if not changed:
        print(f"All {len(files(sites[0]))} files are the same, but for how long cells ran.")
    return bool(found or changed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
