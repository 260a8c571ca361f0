"""Comments and docstrings in code, in another language: nothing else of the code changes."""

from __future__ import annotations

import ast
import json
import re
import shutil

import catalogues
import cell_code
import cell_comments
import nbformat
import polib
import pytest
from built_book import DOCS
from small_book import Book, cell
from test_korean import page, translated, whole

CODE = '''rate = 0.1   # of each step, "no string"
def half(x):
    """Half of it."""
    # The first line says one thing,
    # and the second one goes on.
    return x / 2
name = "# no comment"   # [[1.5, 0]]
'''
KOREAN = {
    'of each step, "no string"': "한 걸음의 비율",
    "Half of it.": "절반.",
    "The first line says one thing,\nand the second one goes on.": "한 줄로 말합니다.",
    "a shell waits": "기다립니다",
    "yours": "여기에",
}


def trees(code: str) -> str:
    """Return what a code does: its tree without docstrings."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return ast.dump(tree)


def test_comments_and_docstrings_are_found_in_their_order():
    assert [one.text for one in cell_comments.said(CODE)] == [*list(KOREAN)[:3], "[[1.5, 0]]"]
    assert cell_comments.said("this is no Python (") == []
    assert [one.text for one in cell_comments.said("run -- '#3'  # a shell waits\n", "shell")] == ["a shell waits"]


def test_what_is_known_is_exchanged_and_the_rest_stays_to_the_letter():
    new = cell_comments.told(CODE, KOREAN)
    assert (
        new
        == '''rate = 0.1   # 한 걸음의 비율
def half(x):
    """절반."""
    # 한 줄로 말합니다.
    return x / 2
name = "# no comment"   # [[1.5, 0]]
'''
    )
    assert trees(new) == trees(CODE)
    longer = {"The first line says one thing,\nand the second one goes on.": "하나\n둘\n셋"}
    assert "    # 하나\n    # 둘\n    # 셋\n    return" in cell_comments.told(CODE, longer)
    assert cell_comments.told(CODE, {}) == CODE


@pytest.mark.parametrize(
    "path", [path for path in sorted(DOCS.rglob("*.md")) if "_build" not in path.parts], ids=lambda path: path.stem
)
def test_no_translation_changes_what_a_cell_does_or_makes_it_too_wide(path):
    known = {entry.msgid: entry.msgstr for entry in catalogues.read(catalogues.folder() / "comments.po")}
    for one in cell_code.cells(path.read_text(encoding="utf-8")):
        new = cell_comments.told(one.code, known)
        if (tree := one.tree()) is not None and tree.body:
            assert trees(new) == trees(one.code)
        assert [line for line in new.split("\n") if cell_comments.width(line) > cell_code.WIDEST] == []
        if "remove-" not in one.options:  # whose code no page shows
            assert {text.text for text in cell_comments.said(new)} <= {*known.values(), *_untold(one.code)}


def _untold(code: str) -> set[str]:
    return {one.text for one in cell_comments.said(code) if not cell_comments.has_words(one.text)}


PAGE = (
    cell(
        CODE + "gl_answer = half(rate)\nimport gradlab as gl\ngl.claim('small', 'It is below one', gl_answer, below=1)"
    )
    + "\n```{starter}\n:judged: gl_answer = small\n\ngl_answer = None   # yours\n```\n"
    + "\n```shell\nnox -s docs   # a shell waits\n```\n"
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    made = Book(tmp_path_factory.mktemp("comments"))
    made.write(first=PAGE)
    translated(made)
    po = polib.pofile(str(made.folder / "docs" / "_build" / "gettext" / "comments.pot"))
    made.comments = [entry.msgid for entry in po]
    for entry in po:
        entry.msgstr = KOREAN[entry.msgid]
    po.save(str(catalogues.folder(made.folder / "docs") / "comments.po"))
    made.done = whole(made, "--also", "ko")
    return made


def test_a_page_says_korean_wherever_its_code_is_shown(book):
    assert (book.done.returncode, book.done.stderr) == (0, "")
    assert sorted(book.comments) == sorted(KOREAN)
    html = book.folder / "docs" / "_build" / "html"
    text = page(html, "ko/first").find("article").get_text()
    notebook = nbformat.read(next((html / "ko").rglob("first.ipynb")), as_version=4)
    markdown = next((html / "ko").rglob("first.md")).read_text(encoding="utf-8")
    for shown in (text, markdown, "\n".join(one.source for one in notebook.cells)):
        assert "# 한 걸음의 비율" in shown
        assert "절반." in shown
        assert "of each step" not in shown
    for words in ("# 여기에", "# 기다립니다"):
        assert words in text
    english = page(html, "first").find("article").get_text()
    assert not re.search("[가-힣]", english)
    assert "The first line says one thing" in english


def test_live_cells_begin_with_the_korean_code_and_know_its_results(book):
    html = book.folder / "docs" / "_build" / "html"
    english, korean = (
        json.loads((html / one / "_live" / "first.json").read_text(encoding="utf-8")) for one in (".", "ko")
    )
    assert "# 한 걸음의 비율" in korean["cells"][0]["source"]
    assert trees(korean["cells"][0]["source"]) == trees(english["cells"][0]["source"])
    assert "# 여기에" in korean["starters"][0]["source"]


def test_a_comment_without_translation_stops_the_build_and_a_wide_one_too(book, tmp_path):
    shutil.copytree(book.folder, tmp_path / "book")
    other = Book.at(tmp_path / "book")
    path = catalogues.folder(other.folder / "docs") / "comments.po"
    po = polib.pofile(str(path))
    po.find("Half of it.").msgstr = ""
    po.find(next(iter(KOREAN))).msgstr = "아주 긴 " * 20
    po.save(str(path))
    done = whole(other, "--also", "ko")
    assert done.returncode == 1
    assert "'Half of it.'" in done.stderr
    assert "wider than 88 columns" in done.stderr
