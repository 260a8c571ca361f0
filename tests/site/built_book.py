"""Where the built book lies, and which pages it should have."""

from __future__ import annotations

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
EXECUTED = [name for name in PAGES if "{code-cell}" in (DOCS / f"{name}.md").read_text(encoding="utf-8")]
