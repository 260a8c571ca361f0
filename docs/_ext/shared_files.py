"""What two editions of the site have in common lies there once: Python for live cells, fonts, scripts, drawings.

An edition in another language is built by itself, with all that it needs. Then each file of these folders that the first
edition has too, byte for byte, is taken out, and what asks for it, a page or the stylesheet, asks the first edition. The
scripts that are fetched by other scripts, and the wheels that these name, lie beside the scripts that ask for them.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDERS = ("_static", "_images", "_frames")
_ASKED = re.compile(rf"(?P<before>[\"'\s(,])(?P<up>(?:\.\./)*)(?P<path>(?:{'|'.join(FOLDERS)})/[^\"'\s<>?#),]+)")
_ASKED_ANYWHERE = re.compile(rf"(?P<path>(?:{'|'.join(FOLDERS)})/[^\"'\s<>?#),]+)")
_OF_SHEET = re.compile(r"url\((?P<quote>[\"']?)(?!data:|[a-z]+:|/|#)(?P<path>[^\"')?#]+)")
LOST = "404.html"  # it may be shown at any address, so what it asks for stays in its edition


def same(first: Path, other: Path) -> set[str]:
    """Return the files that both editions have, as addresses from the root of an edition."""
    found = set()
    for folder in FOLDERS:
        for path in sorted((other / folder).rglob("*")):
            twin = first / path.relative_to(other)
            alike = path.is_file() and twin.is_file() and path.stat().st_size == twin.stat().st_size
            if alike and path.read_bytes() == twin.read_bytes():
                found.add(path.relative_to(other).as_posix())
    lost = other / LOST
    asked = {found["path"] for found in _ASKED_ANYWHERE.finditer(lost.read_text("utf-8"))} if lost.is_file() else set()
    return found - asked


def share(first: Path, other: Path) -> set[str]:
    """Take out of an edition what the first one has, which will be the folder above; return what was taken out."""
    common = same(first, other)
    for page in sorted(other.rglob("*.html")):
        if "_static" not in page.relative_to(other).parts:
            depth = len(page.relative_to(other).parts) - 1
            text = page.read_text(encoding="utf-8")
            told = _asks_above(text, depth, common)
            if told != text:
                page.write_text(told, encoding="utf-8")
    for sheet in sorted((other / "_static").rglob("*.css")):
        if sheet.relative_to(other).as_posix() not in common:
            _sheet_asks_above(sheet, other, common)
    for name in common:
        (other / name).unlink()
    for folder in FOLDERS:
        for path in sorted((other / folder).rglob("*"), reverse=True):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
    return common


def _asks_above(text: str, depth: int, common: set[str]) -> str:
    """Return a page that asks the folder above for what is common; ``depth`` is that of the page in its edition."""

    def relative(found: re.Match[str]) -> str:
        if found["path"] not in common or found["up"].count("../") != depth:
            return found[0]
        return f"{found['before']}../{found['up']}{found['path']}"

    return _ASKED.sub(relative, text)


def _sheet_asks_above(sheet: Path, edition: Path, common: set[str]) -> None:
    """Have a stylesheet of the edition's own ask for fonts and pictures above."""
    folder = sheet.parent.relative_to(edition)
    up = "../" * (len(folder.parts) + 1)

    def seen(found: re.Match[str]) -> str:
        parts: list[str] = []
        for part in (*folder.parts, *found["path"].split("/")):
            parts = parts[:-1] if part == ".." else [*parts, part] if part != "." else parts
        name = "/".join(parts)
        return f"url({found['quote']}{up}{name}" if name in common else found[0]

    text = sheet.read_text(encoding="utf-8")
    sheet.write_text(_OF_SHEET.sub(seen, text), encoding="utf-8")
