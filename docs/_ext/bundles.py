"""One stylesheet and one script for the whole book, made of all those that Sphinx, its extensions and the theme bring.

Thirty small files keep a phone waiting longer than their bytes do: each is a way to the server and back before anything is
seen. So what every page has is joined, in the order in which the pages would have it, into ``_static/site.css`` and
``_static/site.js``, which is deferred. What only some pages have (a filter, a search) stays a file of its own, after them.

Most of the theme's rules are for things that the book does not have. Once all pages are written, a class or an id that
stands in no page and no script is taken out of the stylesheet. (A word is enough to keep it, wherever it stands.)

The parts stay in ``_static``: book_pdf.py uses one, and a reader of the site's source finds them as they were written.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from lightningcss import process_stylesheet
from policy import styles_to_classes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

SHEET, SCRIPT = "_static/site.css", "_static/site.js"
# pydata-sphinx-theme's templates load these by themselves, around all others; docs/_templates/layout.html does not.
THEME_SHEETS = ["_static/styles/theme.css", "_static/styles/pydata-sphinx-theme.css"]
THEME_SCRIPTS = ["_static/scripts/bootstrap.js", "_static/scripts/pydata-sphinx-theme.js"]
# sphinx-design's, for tabs, of which the book has none; Sphinx's, for words of its search (search_index.py has another), and
# in other languages than English for its words in scripts: it makes a function of a text, which the policy forbids
UNUSED = {"_static/design-tabs.js", "_static/sphinx_highlight.js", "_static/translations.js"}
_ADDRESS = re.compile(r"""url\(\s*(["']?)(?![a-z]+:|/|#)([^"')]+)\1\s*\)""")
_IMPORT = re.compile(r"""@import\s+(?:url\()?\s*["']?([^"')\s]+)["']?\s*\)?\s*;""")
_NAME = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")
_WORD = re.compile(r"[\w-]+")
_CACHED = re.compile(rf'(["/](?:{re.escape(SHEET)}|{re.escape(SCRIPT)}))(?:\?v=\w*)?"')
_BLOCKING = re.compile(r'<script (?![^>]*\bdefer\b)(?=[^>]*\bsrc=")(?![^>]*before_paint)')
_STYLE_RULE = re.compile(r"\.(gl-style-\w+)\{([^}]*)\}")


def _common(builder: StandaloneHTMLBuilder, kind: str) -> list[Any]:
    """Return the sheets or the scripts that every page has: Sphinx notes them before a page adds its own."""
    files = getattr(builder, f"_orig_{kind}_files")
    return sorted((file for file in files if file.filename), key=lambda file: file.priority)


def choose(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Have a page load the joined files, and after them what it alone needs.

    The theme's inline script of settings is left out: they are for its switch of versions, and for a search as one types.
    """
    if not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    for kind, listed in (("css", "css_files"), ("js", "script_files")):
        joined = _common(app.builder, kind)
        context[listed] = [file for file in context[listed] if file.filename and file not in joined]
    context |= {"gl_sheet": SHEET, "gl_script": SCRIPT}


def sheet(static: Path, name: str) -> str:
    """Return a stylesheet with those that it imports, its addresses seen from ``_static``."""
    folder = posixpath.dirname(name)
    text = (static / name).read_text(encoding="utf-8").removeprefix("\ufeff")

    def seen(address: str) -> str:
        return posixpath.normpath(posixpath.join(folder, address))

    imported = [sheet(static, seen(found[1])) for found in _IMPORT.finditer(text)]
    own = _ADDRESS.sub(lambda found: f'url("{seen(found[2])}")', _IMPORT.sub("", text))
    return "\n".join([*imported, own])


def joined_sheet(static: Path, files: Iterable[tuple[str, str | None]]) -> str:
    """Return sheets as one; those for a medium stand within a rule for it."""
    parts = ((sheet(static, name.removeprefix("_static/")), media) for name, media in files)
    return "\n".join(f"@media {media} {{\n{text}\n}}" if media else text for text, media in parts)


def without_unused(sheet: str, words: set[str]) -> str:
    """Return a sheet, minified, without the rules for classes and ids that are not among some words."""
    # error_recovery: mystnb.css closes a brace too many; a browser skips that as well
    return str(process_stylesheet(sheet, error_recovery=True, unused_symbols=set(_NAME.findall(sheet)) - words))


def joined_script(static: Path, names: Iterable[str]) -> str:
    """Return scripts as one."""
    texts = ((static.parent / name).read_text(encoding="utf-8") for name in names)
    return "\n;\n".join(re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE) for text in texts)


def _names(builder: StandaloneHTMLBuilder, kind: str) -> list[str]:
    return [str(file.filename) for file in _common(builder, kind)]


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the joined files, and have all pages ask for these very bytes and hold no style of their own."""
    builder = app.builder
    if exception is not None or not isinstance(builder, StandaloneHTMLBuilder) or builder.name != "html":
        return
    out, static = Path(builder.outdir), Path(builder.outdir, "_static")
    pages = {path: path.read_text(encoding="utf-8") for path in _pages(out)}
    # a rebuild of some pages: the others' styles are classes already, with their rules in the sheet of last time
    before = out / SHEET
    rules = dict(_STYLE_RULE.findall(before.read_text(encoding="utf-8"))) if before.is_file() else {}
    written = {}
    for path, text in pages.items():
        written[path], more = styles_to_classes(_BLOCKING.sub("<script defer ", text))
        rules |= more
    words = {word for text in written.values() for word in _WORD.findall(text)}
    scripts = [path for path in [*static.rglob("*.js"), *out.glob("*.js")] if path.name != "searchindex.js"]
    words |= {word for path in scripts for word in _WORD.findall(path.read_text(encoding="utf-8"))}

    media = {str(file.filename): file.attributes.get("media") for file in _common(builder, "css")}
    sheets = [(name, media.get(name)) for name in [*THEME_SHEETS, *_names(builder, "css")]]
    joined = without_unused(joined_sheet(static, sheets), words)
    joined += "".join(f".{name}{{{rule}}}" for name, rule in sorted(rules.items()) if name in words)
    told = f"/* Joined by _ext/bundles.py of: {', '.join(name for name, _ in sheets)} */\n"
    before.write_text(f"{told}{joined}\n", encoding="utf-8")
    names = [name for name in [*_names(builder, "js"), *THEME_SCRIPTS] if name not in UNUSED]
    (out / SCRIPT).write_text(joined_script(static, names), encoding="utf-8")
    marks = {name: hashlib.sha256((out / name).read_bytes()).hexdigest()[:8] for name in (SHEET, SCRIPT)}
    for path, text in written.items():
        text = _CACHED.sub(lambda found: f'{found[1]}?v={marks[found[1][1:]]}"', text)
        if text != pages[path]:
            path.write_text(text, encoding="utf-8")


def _pages(out: Path) -> list[Path]:
    return sorted(path for path in out.rglob("*.html") if "_static" not in path.parts)


def setup(app: Sphinx) -> dict[str, bool]:
    """Choose once a page's own files are known, and join when all pages are written."""
    app.connect("html-page-context", choose, priority=950)
    app.connect("build-finished", finish, priority=900)  # after sphinx-codeautolink has written its links
    return {"parallel_read_safe": True, "parallel_write_safe": True}
