"""Exercises that answer: each starter runs and fails its check, and an answer passes it."""

from __future__ import annotations

import json
import re
import sys
import warnings

import pytest
from built_book import DOCS, HTML, PAGES
from cell_code import cells
from exercise_answers import ANSWERS
from furniture import of_pages
from starters import pairs

sys.path.insert(0, str(DOCS / "_live" / "python"))
from gradlab_live.answers import allowed, fits, judged

_STARTER = re.compile(r"^```\{starter\}\n:judged: (?P<judged>[^\n]*)\n\n(?P<code>.*?)\n```$", re.MULTILINE | re.DOTALL)
EXERCISES = [name for name in PAGES if name.startswith("exercises/") and not name.endswith("index")]


def found():
    """Return the page, the place in its source, the code and the judged names of each starter."""
    for page in EXERCISES:
        text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
        for one in _STARTER.finditer(text):
            yield page, one.start(), one["code"], pairs(one["judged"])


STARTERS = {next(iter(judged.values())): (page, place, code, judged) for page, place, code, judged in found()}


@pytest.fixture(scope="module")
def claims():
    return json.loads((HTML / "claims.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bounds(claims):
    return {claim["key"]: claim["bound"] for claim in claims}


def ran(page, place, code):
    """Return the names after the cells that a reader has seen before a starter, and the starter itself, have run."""
    text, names = (DOCS / f"{page}.md").read_text(encoding="utf-8"), {"__name__": "__main__"}
    with warnings.catch_warnings():
        for cell in cells(text[:place]):
            if "hide-cell" not in cell.options:
                exec(compile(cell.code, page, "exec"), names)
        exec(compile(code, page, "exec"), names)
    return names


def answered(code, answer):
    """Return a starter with the lines of a reader in place of its own."""
    for begin, line in answer.items():
        code, times = re.subn(
            rf"^{re.escape(begin)}(?![\w]).*$", lambda _, line=line: line, code, count=1, flags=re.MULTILINE
        )
        assert times == 1, f"no line of the starter begins with {begin!r}"
    return code


NUMBERS = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"]


@pytest.mark.parametrize("page", EXERCISES)
def test_a_page_says_how_many_exercises_it_has(page):
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    count = len(re.findall(r"^### \d+\. ", text, flags=re.M))
    told = re.findall(r"^(\w+) exercises ", text, flags=re.M)
    assert told in ([NUMBERS[count - 1]], [])


def test_most_exercises_have_a_starter_and_each_starter_has_an_answer():
    exercises = sum(
        len(re.findall(r"^### \d+\. ", (DOCS / f"{page}.md").read_text("utf-8"), re.MULTILINE)) for page in EXERCISES
    )
    assert len(STARTERS) >= 0.8 * exercises
    assert STARTERS.keys() == ANSWERS.keys()


@pytest.mark.parametrize("key", STARTERS)
def test_a_starter_runs_and_fails_its_check(key, bounds):
    page, place, code, names = STARTERS[key]
    verdicts = judged(ran(page, place, code), {name: bounds[claim] for name, claim in names.items()})
    assert not all(one["right"] for one in verdicts), verdicts


@pytest.mark.parametrize("key", STARTERS)
def test_an_answer_passes_its_check(key, bounds):
    page, place, code, names = STARTERS[key]
    verdicts = judged(ran(page, place, answered(code, ANSWERS[key])), {n: bounds[claim] for n, claim in names.items()})
    assert all(one["right"] for one in verdicts), verdicts


def test_every_bound_of_the_book_can_be_read_and_its_measured_value_fits(claims):
    for claim in claims:
        least, largest, _ = allowed(claim["bound"])
        assert least <= largest, claim["key"]
        assert fits(claim["value"], claim["bound"]) or f"{claim['value']:g}" in claim["bound"], claim["key"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "has no value yet"), (..., "has no value yet"), ("three", "is to be one number; it is str"), ([1, 2], "it is list"),
     (2.9, "is not right yet"), (3, "is right"), (float("nan"), "is not right yet")],
)  # fmt: skip
def test_what_is_said_of_an_answer_gives_none_away(value, said):
    (verdict,) = judged({"x": value}, {"x": "= 3"})
    assert said in verdict["said"]
    assert verdict["words"] in of_pages(DOCS), "the Korean edition has no words for it"
    assert verdict["words"].format(**verdict["values"]) == verdict["said"]
    assert "3" not in verdict["said"].replace("three", "")


def test_a_starter_shows_on_the_page_what_its_source_says(soups):
    for key, (page, _, code, _) in STARTERS.items():
        place = soups[page].select_one(f"#starter-{key}")
        assert place is not None, key
        assert place.select_one("pre").get_text().strip("\n") == code


def test_the_page_knows_the_bound_of_every_answer(bounds):
    told = [
        one
        for page in EXERCISES
        for one in json.loads((HTML / "_live" / f"{page}.json").read_text("utf-8"))["starters"]
    ]
    assert [one["id"].removeprefix("starter-") for one in told] == [*STARTERS]
    for one in told:
        page, place, code, names = STARTERS[one["id"].removeprefix("starter-")]
        assert one["source"] == code
        assert one["answers"] == {name: bounds[key] for name, key in names.items()}
        assert one["after"] == len(cells((DOCS / f"{page}.md").read_text(encoding="utf-8")[:place]))


# -- in the page -------------------------------------------------------------------------------------------------------


def check(page, key, answer=None):
    """Write an answer, press Check and return what is said."""
    place = page.locator(f"#starter-{key}")
    if not place.get_by_role("button", name="Check").count():
        place.get_by_role("button", name="Edit").dispatch_event("click")
    editor = place.get_by_role("textbox", name="Code of this answer")
    editor.wait_for()
    if answer is not None:
        editor.press("Control+a")
        page.keyboard.insert_text(answer)
    place.get_by_role("button", name="Check").click()
    place.get_by_role("button", name="Stop").wait_for(state="hidden", timeout=180_000)  # it shows at once
    return place.get_by_role("status").inner_text()


def test_an_answer_is_judged_in_the_page_and_remembered(browser, origin):
    context = browser.new_context()
    page, troubles = context.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"{origin}/exercises/silence.html", wait_until="networkidle")
    assert check(page, "ex-decay-wakes") == "steps has no value yet."
    assert check(page, "ex-decay-wakes", "steps = 178") == "steps is not right yet."
    assert "179" not in page.locator("#starter-ex-decay-wakes").inner_text()
    assert page.locator(".gl-starter .gl-solved").count() == 0
    assert check(page, "ex-decay-wakes", "steps = 179").startswith("Right.")
    said = check(page, "ex-centre", "best = 0.5\nbest_factor = 2\nplain_factor = [1, 2]")
    assert said == "best is right. best_factor is not right yet. plain_factor is to be one number; it is list."
    check(page, "ex-centre", "best = 0.5\nbest_factor = unknown")
    assert page.get_by_role("alert").inner_text().splitlines()[-1].startswith("NameError: name 'unknown'")
    page.reload(wait_until="networkidle")
    assert page.locator("#starter-ex-decay-wakes .gl-solved").inner_text().strip() == "solved"
    page.goto(f"{origin}/exercises/index.html", wait_until="networkidle")
    assert page.locator(".gl-progress").all_inner_texts() == ["1 of 3 answered"]
    assert troubles == []
    context.close()
