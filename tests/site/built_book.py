"""Where the built book lies, and which pages it should have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
HTML = DOCS / "_build" / "html"
# Pages that have a source; what else lies in the HTML (search, index, listings of modules) is the theme's.
PAGES = sorted(
    name
    for name in (path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md"))
    if not name.startswith("_")
)
KOREAN = HTML / "ko"  # there after `nox -s docs -- ko`
EXECUTED = [name for name in PAGES if "{code-cell}" in (DOCS / f"{name}.md").read_text(encoding="utf-8")]


def files(pattern: str) -> Iterator[Path]:
    """Yield the files of the English edition, sorted: the Korean one has tests of its own."""
    return (path for path in sorted(HTML.rglob(pattern)) if KOREAN not in path.parents)
