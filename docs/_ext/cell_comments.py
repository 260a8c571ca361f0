"""What is said in code, in the language of the edition: comments and docstrings of cells, of starters and of other listings.

Only these words are exchanged; what runs is the same to the letter. The notebook that MyST-NB writes for a page gets them
too, so that live cells, the notebook and the Markdown to take along show one code. Comments on lines of their own that
follow one another are one message, line by line: a translation may have more lines or fewer. A build in another language
warns of a comment that the catalogue ``comments.po`` does not have, and of a line of code that becomes too wide.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import catalogues
import nbformat
from cell_code import WIDEST
from docutils import nodes
from editions import FIRST
from figure_labels import has_words, write_catalogue
from page_order import is_cell, part
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

CATALOGUE = "comments"
_QUOTES = '"""'
_SHELLS = {"bash", "sh", "shell"}
_SHELL = re.compile(r"(?:^|\s)# (\S.*)$")
_log = logging.getLogger(__name__)


class Said(NamedTuple):
    """What a piece of code says from one place to another: (line, column), from 0; and where each of its lines begins."""

    text: str
    start: tuple[int, int]
    end: tuple[int, int]
    mark: str  # before each line


def said(code: str, language: str = "python") -> list[Said]:
    """Return what is said in Python or to a shell, in its order; nothing in what is neither."""
    if language in _SHELLS:
        lines = ((number, line, _SHELL.search(line)) for number, line in enumerate(code.splitlines()))
        return [
            Said(one[1], (number, one.start(1) - 2), (number, len(line)), "# ") for number, line, one in lines if one
        ]
    try:
        tree = ast.parse(code)
        found = [*_comments(code), *_docstrings(tree, code)]
    except (SyntaxError, tokenize.TokenError):
        return []
    return sorted(found, key=lambda one: one.start)


def _comments(code: str) -> Iterator[Said]:
    block: list[Said] = []
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type != tokenize.COMMENT:
            continue
        (line, column), before = token.start, token.line[: token.start[1]]
        one = Said(token.string.lstrip("#").strip(), (line - 1, column), (line - 1, token.end[1]), "# ")
        alone = not before.strip()
        follows = block and alone and block[-1].end[0] == line - 2 and block[0].start[1] == column
        if block and not follows:
            yield _joined(block)
            block = []
        if alone:
            block.append(one)
        else:
            yield one
    if block:
        yield _joined(block)


def _joined(block: list[Said]) -> Said:
    return Said("\n".join(one.text for one in block), block[0].start, block[-1].end, "# ")


def _docstrings(tree: ast.Module, code: str) -> Iterator[Said]:
    """Yield the docstrings of one line; a page has no others."""
    lines = code.splitlines()
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or ast.get_docstring(node) is None:
            continue
        text = node.body[0]
        line = lines[text.lineno - 1].encode()
        written = line[text.col_offset : text.end_col_offset].decode()
        if text.lineno == text.end_lineno and written.startswith(_QUOTES) and "\\" not in written:
            first = len(line[: text.col_offset].decode()) + len(_QUOTES)
            inner = written.removeprefix(_QUOTES).removesuffix(_QUOTES)
            yield Said(inner, (text.lineno - 1, first), (text.lineno - 1, first + len(inner)), "")


def told(code: str, known: Mapping[str, str], language: str = "python") -> str:
    """Return code that says in another language what is known there."""
    lines = code.split("\n")
    for one in reversed(said(code, language)):
        if not (words := known.get(one.text)):
            continue
        (first, column), (last, end) = one.start, one.end
        begin, rest = lines[first][:column], lines[last][end:]
        indent = " " * column
        new = [f"{indent if number else begin}{one.mark}{line}" for number, line in enumerate(words.split("\n"))]
        lines[first : last + 1] = [*new[:-1], new[-1] + rest]
    return "\n".join(lines)


def width(line: str) -> int:
    """Return how many columns a line takes: a Korean syllable takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def _listings(document: nodes.document) -> Iterator[nodes.literal_block]:
    """Yield the code of a page: of its cells, not what they printed, and beside them."""
    outputs = {id(block) for cell in document.findall(is_cell) for block in _printed(cell)}
    for block in document.findall(nodes.literal_block):
        if id(block) not in outputs:
            yield block


def _printed(cell: nodes.container) -> Iterator[nodes.literal_block]:
    output = part(cell, "output")
    return output.findall(nodes.literal_block) if output is not None else iter(())


def _language(block: nodes.literal_block) -> str:
    """Return the language of a listing; that of a cell is the kernel's."""
    language = block.get("language", "python")
    return "python" if language in {"ipython3", "ipython", "python3"} else str(language)


def _said(block: nodes.literal_block) -> list[Said]:
    return said(block.astext(), _language(block))


class ExchangeComments(SphinxTransform):
    """Note what the code of a page says; say it in the language of the edition."""

    default_priority = 370  # the cells have run; live_pages.py and others take the code up later

    def apply(self, **_: Any) -> None:
        """Look at the code of the page."""
        page, language = self.env.docname, self.config.language
        listings = list(_listings(self.document))
        messages = {one.text: None for block in listings for one in _said(block) if has_words(one.text)}
        self.env.gl_comments[page] = messages
        if language == FIRST or not messages:
            return
        known = translations(self.app, language)
        if missing := [text for text in messages if not known.get(text)]:
            text = "%d comments in code have no translation in %s.po; the first is %r"
            _log.warning(text, len(missing), CATALOGUE, missing[0], location=page, type="gradlab", subtype="comment")
        for block in listings:
            self._exchange(block, known)
        for place in self.document.findall(nodes.container):
            if "gl_starter" in place:
                identity, source, judged = place["gl_starter"]
                place["gl_starter"] = (identity, told(source, known), judged)
        self._exchange_in_notebook(known)

    def _exchange(self, block: nodes.literal_block, known: Mapping[str, str]) -> None:
        code = block.astext()
        new = told(code, known, _language(block))
        if new == code:
            return
        block.rawsource = new
        block.children = [nodes.Text(new)]
        block.children[0].parent = block
        widest = max((width(line) for line in code.split("\n")), default=0)
        for line in new.split("\n"):
            if width(line) > max(WIDEST, widest):
                text = "a line of code is wider than %d columns with its comment of %s.po: %s"
                page = self.env.docname
                _log.warning(text, WIDEST, CATALOGUE, line, location=page, type="gradlab", subtype="comment")

    def _exchange_in_notebook(self, known: Mapping[str, str]) -> None:
        path = Path(self.env.mystnb_config.output_folder, f"{self.env.docname}.ipynb")
        if not path.is_file():
            return
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.source = told(cell.source, known)
        path.write_text(nbformat.writes(notebook), encoding="utf-8")


def translations(app: Sphinx, language: str) -> dict[str, str]:
    """Return what is known of comments in a language."""
    path = Path(app.srcdir, "locales", language, "LC_MESSAGES", f"{CATALOGUE}.po")
    if not path.is_file():
        return {}
    if getattr(app, "gl_comments", (None, None))[0] != path:
        app.gl_comments = (path, {entry.msgid: entry.msgstr for entry in catalogues.read(path)})
    return dict(app.gl_comments[1])


def write_template(app: Sphinx, exception: Exception | None) -> None:
    """Write the template of the catalogue."""
    if exception is None and app.builder.name == "gettext":
        write_catalogue(app, CATALOGUE, app.env.gl_comments)


def begin(app: Sphinx) -> None:
    """Know no comment yet."""
    app.env.gl_comments = getattr(app.env, "gl_comments", {})


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget the comments of a page that is read again."""
    env.gl_comments.pop(page, None)


def merge(app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    env.gl_comments |= {page: other.gl_comments[page] for page in pages if page in other.gl_comments}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the step."""
    app.add_transform(ExchangeComments)
    app.connect("builder-inited", begin)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("build-finished", write_template)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
