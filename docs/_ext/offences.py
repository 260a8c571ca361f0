"""List what the build would refuse about the book's sentences and cells, in a second and without running a cell.

``python docs/_ext/offences.py`` lists all, ``… standstill corrections`` those of some pages, ``… --count`` a table.
Claims whose text is computed are seen by the build alone, as are bounds that are printed on the wrong side.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import cell_code
import long_record
from wording import GLUED, HIDDEN, Fault, claim_faults, negatives, sentence_faults, unquoted

DOCS = Path(__file__).resolve().parents[1]
# the pages whose prose is looked at; claims and cells are on all pages
BOOK = ("index", "corrections", "questions", "reproductions", "gallery", "glossary", "notation", "learn/", "exercises/")
KINDS = (
    "negative",
    "unknown-trial",
    "number-in-words",
    "banned-word",
    "wide-code",
    "measured-in-claim",
    "measured-while-drawing",
    "summary",
)

_HIDE = (
    (re.compile(r"\A---\n.*?^---$", re.M | re.S), HIDDEN),
    (re.compile(r"\{glue:\w*\}`[^`]*`"), GLUED),
    (
        re.compile(
            r"^(`{3,}|~{3,})(?!\{(?:list-table|figure|admonition|note|tip|glossary|dropdown)).*?^\1[ \t]*$", re.M | re.S
        ),
        HIDDEN,
    ),
    (re.compile(r"\$\$.*?\$\$", re.S), HIDDEN),
    (re.compile(r"(?<!\\)\$[^$\n]+(?:\n[^$\n]+)?\$"), HIDDEN),
    (re.compile(r"\{[\w:]+\}`[^`]*`|`[^`\n]+`|<!--.*?-->", re.S), HIDDEN),
    (re.compile(r"\[[^\]]*\]\{\.quoted\}|\[[^\]]*\]\{\.language-ko\}"), HIDDEN),
    (re.compile(r"^\(([\w-]+)\)=$|^[`:~]{3,}.*$|^:[\w-]+:", re.M), ""),
    (re.compile(r"\]\([^)\s]*\)"), "]"),
)


def blocks(page: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a page in Markdown, with their lines; what is no prose is hidden."""
    text = cell_code.without_cells(page)
    for pattern, stand_in in _HIDE:
        text = pattern.sub(_keep_lines(stand_in), text)
    line = 1
    for block in re.split(r"(\n[ \t]*\n)", text):
        if block.strip():
            lead = len(block) - len(block.lstrip())
            yield line + block.count("\n", 0, lead), block.strip()
        line += block.count("\n")


def _keep_lines(stand_in: str) -> Callable[[re.Match[str]], str]:
    return lambda found: stand_in + "\n" * found[0].count("\n")


def trial_fault(survived: str | None, record: dict[str, bool]) -> Fault | None:
    """Return what is wrong with the name of a long trial."""
    if survived is None or record.get(survived, False) or GLUED in survived:
        return None
    why = "it does not hold there" if survived in record else "run docs/long/run.py with its page"
    return Fault("unknown-trial", survived, 0, f"no entry of docs/long/record.json bears it out: {why}")


def in_prose(page: str) -> Iterator[tuple[int, Fault]]:
    """Yield what the prose of a page has against it."""
    summary = None
    for line, block in blocks(page):
        for fault in sentence_faults(block):
            yield line + block.count("\n", 0, fault.start), fault
        if summary is None and re.match(r"[^#\W]", block):
            summary = block
            for fault in negatives(unquoted(block)):
                cure = "this sentence is what is quoted: it must have survived the rule, or state its budget"
                yield line, fault._replace(kind="summary", cure=cure)


def offences(name: str, page: str, record: dict[str, bool]) -> Iterator[tuple[int, Fault]]:
    """Yield all that the text of a page has against it."""
    for claim in (claim for cell in cell_code.cells(page) for claim in cell_code.claims(cell)):
        if claim.text is not None:
            for fault in claim_faults(claim.text, claim.budget, claim.identity, claim.survived):
                yield claim.line, fault._replace(words=f"claim {claim.key}: {fault.words}".replace(GLUED, "…"))
        if wrong := trial_fault(claim.survived, record):
            yield claim.line, wrong
    yield from cell_code.faults(page)
    if name.startswith(BOOK) or (cell_code.cells(page) and not name.startswith("reference/")):
        yield from in_prose(page)


def read_record() -> dict[str, bool]:
    """Return which trials of the long run hold."""
    return {key: entry["holds"] for key, entry in long_record.read(DOCS / "long" / "record.json").items()}


def main() -> int:
    """Print the offences; exit with 1 where there are some that the build refuses."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="parts of the names of pages; all where none is given")
    parser.add_argument("--kind", choices=KINDS, help="only offences of this kind")
    parser.add_argument("--count", action="store_true", help="a table of how many instead")
    options = parser.parse_args()
    record, table, stated = read_record(), Counter[tuple[str, str]](), Counter[str]()
    for path in sorted(DOCS.rglob("*.md")):
        name = path.relative_to(DOCS).with_suffix("").as_posix()
        if name.startswith("_") or (
            options.pages and not any(part.removesuffix(".md") in name for part in options.pages)
        ):
            continue
        page = path.read_text(encoding="utf-8")
        stated[name] = sum(1 for cell in cell_code.cells(page) for _ in cell_code.claims(cell))
        for line, fault in sorted(offences(name, page, record), key=lambda found: found[0]):
            if options.kind in {None, fault.kind}:
                table[name, fault.kind] += 1
                if not options.count:
                    print(f"docs/{name}.md:{line}: {fault.kind}: {fault.words!r}: {fault.cure}")
    if options.count:
        print(f"{'page':26}{'claims':>8}" + "".join(f"{kind[-13:]:>14}" for kind in KINDS))
        for name in sorted({name for name, _ in table} | {name for name in stated if stated[name]}):
            print(f"{name:26}{stated[name]:8}" + "".join(f"{table[name, kind]:14}" for kind in KINDS))
        print(
            f"{'all':26}{stated.total():8}"
            + "".join(f"{sum(n for (_, k), n in table.items() if k == kind):14}" for kind in KINDS)
        )
    else:
        print(f"{table.total()} offences in {len({name for name, _ in table})} pages; claims stated: {stated.total()}")
    return int(any(kind != "summary" for _, kind in table))


if __name__ == "__main__":
    sys.exit(main())
