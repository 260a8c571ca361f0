"""The record of the long run: what the trials of ``docs/long`` measured, by which a claim's ``survived=`` is borne out.

``docs/long/run.py`` writes the file, claims.py looks claims up in it, and ``{long-run}`` shows it as a table.
"""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


def code(source: str) -> str:
    """Return Python's lines without docstrings, comment lines and empty ones: what can change a number."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str()), lineno=first, end_lineno=int(last)):
                lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))


def digest(package: Path) -> str:
    """Return a digest of gradlab's code and data, by which an entry that another gradlab measured is known.

    Its drawings are left out: no trial draws.
    """
    found, apart = hashlib.sha256(), {"__pycache__", "plots"}
    for path in sorted(path for path in package.rglob("*") if path.is_file() and apart.isdisjoint(path.parts)):
        content = code(path.read_text(encoding="utf-8")).encode() if path.suffix == ".py" else path.read_bytes()
        found.update(path.relative_to(package).as_posix().encode() + b"\0" + content + b"\0")
    return found.hexdigest()[:12]


def read(path: Path) -> dict[str, Entry]:
    """Return the record, by key; empty where there is none yet."""
    if not path.is_file():
        return {}
    return {entry["key"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))}


def of_book(docs: Path) -> dict[str, Entry]:
    """Return the record of the book in a folder, each entry with ``older``: whether another gradlab measured it."""
    record, package = read(docs / "long" / "record.json"), docs.parent / "gradlab"
    now = digest(package) if record and package.is_dir() else None
    return {key: {**entry, "older": entry["gradlab"] != now} for key, entry in record.items()}


def machine(entry: Entry) -> str:
    """Say on what a trial ran."""
    told = entry["machine"]
    return f"{told['cpu']}, {told['cores']} cores, {told['system']}, Python {told['python']}, NumPy {told['numpy']}"
