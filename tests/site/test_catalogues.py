"""The catalogues of the translation: what a message is, what a translation may not change, and that keeping them is stable."""

from __future__ import annotations

import posixpath
import re
import subprocess
import sys

import catalogues
import furniture
import korean_wording
import polib
import pytest
from built_book import DOCS, PAGES

SOURCE = (
    "With **He's** weights {glue:text}`relu.md::end:.2f` times as large in 20 layers of $x$, see [the page](dead.md#born) and "
    "`gl.train` {cite:p}`he2015`, [4.94 %]{.quoted}."
)
RIGHT = (
    "**He** 가중치에서는 20층을 지난 $x$가 {glue:text}`relu.md::end:.2f`배이고, [그 쪽](dead.md#born)과 `gl.train`을 보세요 "
    "{cite:p}`he2015`, [4.94 %]{.quoted}: 그렇습니다."
)


def kinds(source, translation, comment=""):
    entry = polib.POEntry(msgid=source, msgstr=translation, tcomment=comment)
    entry.linenum = 1
    return [found.kind for found in catalogues.entry_faults(entry)]


def test_a_translation_that_keeps_all_has_no_fault():
    assert kinds(SOURCE, RIGHT) == []


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("end:.2f", "end:.3f", "glue"),
        ("dead.md#born", "dead.md", "link"),
        ("`gl.train`", "`gl.probe`", "code"),
        ("$x$", "$y$", "math"),
        ("he2015", "he2016", "role"),
        ("20층", "21층", "number"),
        ("4.94 %", "4.95 %", "number"),
        ("{.quoted}", "", "span"),
        ("**He** ", "He ", "emphasis"),
        (" {cite:p}`he2015`", "", "role"),
        ("을 보세요", "를(을) 보세요", "particle"),
    ],
)
def test_what_a_translation_changes_is_a_fault(old, new, kind):
    assert old in RIGHT
    assert kind in kinds(SOURCE, RIGHT.replace(old, new))


def test_a_mark_that_shows_as_it_stands_is_a_fault_and_how_it_is_mended_is_none():
    assert "emphasis" in kinds("**Vanishing** is loss.", "**소실(vanishing)**은 손실입니다.")
    assert kinds("**Vanishing** is loss.", "**소실**(vanishing)은 손실입니다.") == []


def test_words_for_small_numbers_may_become_numerals_and_large_units_are_converted():
    assert kinds("two layers", "2층") == []
    assert kinds("12 million parameters", "매개변수 1,200만 개") == []
    assert kinds("12 million parameters", "매개변수 12만 개") == ["number", "number"]


def test_a_translator_may_allow_a_difference():
    assert kinds("a dozen layers", "15층") == ["number"]
    assert kinds("a dozen layers", "15층", comment="may differ: number") == []
    assert kinds("a dozen layers", "15층의 레이어", comment="may differ: number") == ["term"]


def test_placeholders_are_kept():
    assert kinds("{shown} of {total} claims", "주장 {total}개 중 {shown}개") == []
    assert kinds("{shown} of {total} claims", "주장 {total}개") == ["placeholder"]


@pytest.mark.parametrize(
    "text",
    [
        "기울기 손실",
        "그라데이션",
        "배니싱",
        "숨겨진 레이어",
        "학습 속도",
        "경사 하강법",
        "활성화함수",
        "손실함수",
        "을(를)",
        "이(가)",
        "은(는)",
    ],
)
def test_banned_words_are_found_and_in_quotation_marks_they_are_not(text):
    assert korean_wording.faults(f"여기에 {text} 말이 있습니다.")
    assert not korean_wording.faults(f"여기에 “{text}”라는 말이 있습니다.")


def test_the_books_own_words_are_none_of_the_banned_ones():
    for term in korean_wording.TERMS.values():
        assert [fault.words for fault in korean_wording.terms(term, "")] == [], term
    assert not korean_wording.faults("플레이어는 계층적이고, 변화도 없고, 하이퍼파라미터가 필요합니다.")


def test_endings_are_of_one_style():
    assert [fault.kind for fault in korean_wording.faults("기울기가 작아요. 작다. 작습니다. 그림이 필요.")] == [
        "ending"
    ] * 2


@pytest.mark.parametrize(
    "text", ["$x$", "`relu`", "ReLU", "PyTorch 2.13", "{glue:text}`a.md::b:.2f`", "−∞", "[정확도]{.language-ko}"]
)
def test_what_has_no_words_is_no_message(text):
    assert not catalogues.has_words(text)


@pytest.mark.parametrize("text", ["softmax", "one $x$", "a [link](x.md)", "{bench}`He against Glorot <he>`"])
def test_what_has_words_is_a_message(text):
    assert catalogues.has_words(text)


# -- keeping catalogues ---------------------------------------------------------------------------------------------------


def written(path, *entries):
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=utf-8", "POT-Creation-Date": "2026-01-01 00:00+0000"}
    for identity, text, flags in entries:
        made.append(polib.POEntry(msgid=identity, msgstr=text, flags=flags, occurrences=[("/tmp/x.md", "7")]))
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(str(path))


def test_tidying_keeps_translations_in_the_order_of_the_page_and_changes_nothing_twice(tmp_path):
    templates, kept = tmp_path / "pot", tmp_path / "po"
    written(templates / "learn" / "a.pot", ("One", "", []), ("Two", "", []), ("Three", "", []))
    written(
        kept / "learn" / "a.po", ("Three", "셋", ["fuzzy"]), ("Gone", "없음", []), ("One", "하나", []), ("Two", "", [])
    )
    written(kept / "gone.po", ("Gone", "없음", []))
    catalogues.tidy_all(templates, kept)
    first = (kept / "learn" / "a.po").read_bytes()
    assert not (kept / "gone.po").exists()
    found = catalogues.read(kept / "learn" / "a.po")
    assert [(entry.msgid, entry.msgstr, entry.fuzzy) for entry in found] == [
        ("One", "하나", False),
        ("Two", "", False),
        ("Three", "셋", True),
    ]
    assert b"2026" not in first
    assert b"/tmp" not in first
    catalogues.tidy_all(templates, kept)
    assert (kept / "learn" / "a.po").read_bytes() == first


def test_the_tool_counts_and_fails_on_what_is_missing_and_fuzzy(tmp_path):
    written(tmp_path / "learn" / "a.po", ("One", "하나", []), ("Two", "", []), ("Three", "셋", ["fuzzy"]))
    table, owed = catalogues.report(tmp_path)
    assert owed == 2
    assert table.splitlines()[-1].split() == ["all", "3", "3", "1", "1"]

    def run(*arguments):
        command = [sys.executable, str(DOCS / "_ext" / "catalogues.py"), "--catalogues", str(tmp_path), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = run("check", "learn/a")
    assert done.returncode == 1
    assert "1 of 3 messages have no translation" in done.stdout
    assert "fuzzy: 'Three'" in done.stdout
    written(tmp_path / "learn" / "a.po", ("One", "하나", []))
    assert run("check").returncode == 0


def test_each_page_has_a_catalogue_without_dates_lines_or_paths():
    paths = {
        path.relative_to(catalogues.folder()).with_suffix("").as_posix(): path
        for path in catalogues.folder().rglob("*.po")
    }
    assert paths.keys() >= set(PAGES)
    for name, path in paths.items():
        text = path.read_text(encoding="utf-8")
        assert not re.search("POT-Creation-Date|\n#:", text), name


# -- the furniture --------------------------------------------------------------------------------------------------------


def test_the_words_of_extensions_templates_scripts_and_pages_are_found():
    assert list(
        furniture.of_python('x = say("A {b} c", b=1)\nY = later({"k": "V", "l": ("W",)})\namount(2, "page")')
    ) == [
        "A {b} c",
        "V",
        "W",
        "{number} pages",
    ]
    assert list(furniture.of_template("""{{ say('One') }} {{ say("It's") }} {{ said }}""")) == ["One", "It's"]
    assert list(
        furniture.of_script('a = glSay("One {b}", { b }); c = say("Tw\\"o"); count(claims.length, "claim")')
    ) == [
        "One {b}",
        'Tw"o',
        "{number} claims",
    ]
    assert list(furniture.of_script('if (a === "b") return; // a place on the page\nc("d");')) == []
    assert list(furniture.of_page("  code_prompt_show: Show the solution\n")) == ["Show the solution"]


def test_the_catalogue_of_the_furniture_has_all_its_words():
    found = {entry.msgid for entry in catalogues.read(catalogues.folder() / "gradlab.po")}
    assert found == set(furniture.words()), "run nox -s translate"


@pytest.mark.parametrize("mark", ["1.", "12)", "-", "*", "+", ">", "#"])
def test_a_translation_that_is_read_as_a_list_or_a_heading_would_be_left_out(mark):
    assert "block" in kinds(f"{mark} A cube", f"{mark} 세제곱")
    escaped = f"{mark[:-1]}\\{mark[-1]}"
    assert kinds(f"{mark} A cube", f"{escaped} 세제곱") == []
    assert kinds("A cube of 12", "세제곱 12") == []


@pytest.mark.parametrize(
    ("korean", "found"), [("층 30개", []), ("서른 층", []), ("층 31개", ["number"]), ("층 13개", ["number"])]
)
def test_a_word_of_the_original_may_be_a_numeral_of_that_value_and_of_no_other(korean, found):
    assert kinds("thirty layers", korean) == found


# -- links that name a heading -----------------------------------------------------------------------------------------

LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")


def page_of(here, target):
    """Return the page that a link leads to, None for one that leaves the book."""
    path = target.partition("#")[0]
    if not path:
        return here
    if not path.endswith(".md"):
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(here), path)).lstrip("/").removesuffix(".md")


def test_a_link_that_names_a_heading_names_it_as_the_heading_is_translated():
    folder = catalogues.folder()
    known = {
        path.relative_to(folder).with_suffix("").as_posix(): {
            entry.msgid: entry.msgstr for entry in catalogues.read(path)
        }
        for path in folder.rglob("*.po")
    }
    wrong, seen = [], 0
    for name in PAGES:
        for original, translation in known.get(name, {}).items():
            for text, target in LINK.findall(original):
                title = known.get(page_of(name, target) or "", {}).get(text)
                if title is None or text == original:
                    continue
                seen += 1
                if f"[{title}]({target})" not in translation:
                    wrong.append(f"{name}: {target} is called {title}")
    assert seen > 25
    assert wrong == []
