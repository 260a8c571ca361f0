"""The order of a page: idea and picture before code, claims in cards, and a number above each chapter's title."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup
from built_book import DOCS, EXECUTED, HTML, PAGES
from mathml import beside

STORY = "learn/story"
CHAPTERS = [page for page in PAGES if page.startswith("learn/") and page != STORY]
SCREEN = {"width": 1440, "height": 900}
LEAD = 640  # pixels from the top of a screen of 900 within which the lead figure begins
# Heights on the page of what is read as prose and of code that stands open.
MEASURE = """() => {
  const open = (e) => !e.closest("details:not([open])"); // what is folded keeps the height that it would have
  const height = (chosen) =>
    [...document.querySelectorAll(chosen)].filter(open).reduce((sum, e) => sum + e.offsetHeight, 0);
  const article = "article.bd-article";
  const figure = document.querySelector(`${article} figure`);
  return {
    top: figure ? figure.getBoundingClientRect().top + scrollY : null,
    code: height(`${article} div.cell_input`),
    prose: height(`${article} section > :is(p, ul, ol, dl, blockquote, div.math):not(.gl-eyebrow)`),
  };
}"""


def parts(cell):
    return [part.get("class", [part.name])[0] for part in cell.find_all(True, recursive=False)]


def lesson(cell):
    return "tag_lesson" in cell["class"]


@pytest.mark.parametrize("name", EXECUTED)
def test_a_figure_stands_before_its_code_and_the_code_is_folded(soups, name):
    for figure in soups[name].select("div.cell figure"):
        cell = figure.find_parent("div", class_="cell")
        if figure.find_parent("details") or "tag_remove-input" in cell["class"]:
            continue  # the solution of an exercise; a figure without code
        assert "gl-figure" in cell["class"]
        assert parts(cell)[0] == "cell_output"
        assert parts(cell)[1:] == (["cell_input"] if lesson(cell) else ["gl-code"])


def test_a_fold_says_what_it_holds_and_how_many_lines(soups):
    labels = set()
    for name in PAGES:
        for fold in soups[name].select("details.gl-code"):
            assert not fold.has_attr("open")
            inputs = fold.select("div.cell_input")
            assert inputs
            told = sum(len(code.get_text().strip("\n").split("\n")) for code in fold.select("div.cell_input pre"))
            assert fold.summary.select_one(".gl-code-lines").get_text() == f"{told} line{'' if told == 1 else 's'}"
            labels.add(fold.summary.select_one(".gl-code-label").get_text())
    assert labels <= {"Code of this figure", "Code of this measurement", "How this was measured"}
    assert len(labels) >= 2


def test_no_code_is_lost_and_none_is_folded_twice(soups):
    for name in EXECUTED:
        source = (DOCS / f"{name}.md").read_text(encoding="utf-8")
        cells = len(re.findall(r"^```\{code-cell\}", source, re.M)) - len(
            re.findall(r"^tags: .*remove-input", source, re.M)
        )
        assert len(soups[name].select("article div.cell_input")) == cells, name
        assert not soups[name].select("details details div.cell_input"), name


def test_a_lesson_stands_open_and_a_cell_that_shows_nothing_stands_in_the_fold_of_its_figure(soups):
    for name in EXECUTED:
        for cell in soups[name].select("div.cell.tag_lesson"):
            assert not cell.select("details.gl-code"), name
        for cell in soups[name].select("div.cell.gl-figure:not(.tag_lesson, .tag_remove-input)"):
            before = cell.find_previous_sibling()
            if before is not None and "cell" in before.get("class", []) and not lesson(before):
                assert before.select_one("div.cell_output"), f"{name}: {before.get_text()[:80]}"


@pytest.fixture(scope="module")
def claims():
    return json.loads((HTML / "claims.json").read_text(encoding="utf-8"))


def test_the_claims_of_a_section_stand_in_one_card(soups):
    for name in EXECUTED:
        for card in soups[name].select("aside.gl-checked"):
            assert re.fullmatch(r"Checked claims(, \d+)?", card["aria-label"])  # landmarks differ in their names
            assert card.select(":scope > ul.gl-checked-list[role=list] > li.gl-claim[id^=claim-]")
            assert not card.find_next_siblings("aside", class_="gl-checked"), f"{name}: two cards in a section"
        assert not soups[name].select("div.gl-claim"), "the badge of notebooks"
        assert len(soups[name].select("li.gl-claim")) == len(soups[name].select("aside.gl-checked li"))


def test_a_claim_has_its_numbers_as_in_print_and_links_to_itself_its_row_and_its_source(soups, claims):
    rows = {row["id"] for row in soups["claims"].select("tr[id^=row-]")}
    for claim in claims:
        item = soups[claim["page"]].find(id=f"claim-{claim['key']}")
        assert item.select_one(".gl-claim-text > a.headerlink")["href"] == f"#claim-{claim['key']}"
        measured, bound = item.select_one(".gl-claim-measured > a"), item.select_one(".gl-claim-bound")
        assert measured["href"].endswith(f"claims.html#row-{claim['key']}")
        assert f"row-{claim['key']}" in rows
        shown = measured.get_text() + bound.get_text().replace(" and ", "").replace(" ±", "")
        assert not re.search(r"\de[-+]\d|-\d", shown), "not as in print"
        assert " " not in shown.replace("measured ", "").replace("claimed ", ""), "a line may end in a number"
        assert bool(claim["cite"]) == bool(item.select(".gl-claim-cite a"))


def test_each_chapter_has_its_number_and_its_part_above_its_title_and_no_other_page_has(soups):
    home = (DOCS / "index.md").read_text(encoding="utf-8")
    captions = re.findall(r"^:caption: (.*)\n(?:.*\n)*?```", home, re.M)
    lists = dict(re.findall(r"^```\{toctree\}\n:caption: (.*)\n:hidden:\n\n((?:.+\n)+)```", home, re.M))
    assert list(lists) == captions
    chapters = {part: [page for page in pages.split() if page in CHAPTERS] for part, pages in lists.items()}
    with_chapters = [part for part, pages in chapters.items() if pages]
    assert with_chapters == captions[:5], "the sidebar numbers the chapters of the first five parts (custom.css)"
    flat = [(page, part) for part, pages in chapters.items() for page in pages]
    assert sorted(page for page, _ in flat) == CHAPTERS
    for number, (page, part) in enumerate(flat, 1):
        assert soups[page].select_one("article h1").find_previous_sibling("p")["class"] == ["gl-eyebrow"]
        assert soups[page].select_one("p.gl-eyebrow").get_text() == f"Chapter {number} · {part}"
    for page in set(PAGES) - set(CHAPTERS):
        assert not soups[page].select("p.gl-eyebrow"), page


def test_the_way_on_is_told_once(soups):
    for name in PAGES:
        for paragraph in soups[name].select("article p"):
            assert not re.match(r"(Before|Next): ", paragraph.get_text()), f"{name}: the cards at its end say it"
            assert not re.search(r"\. (Before|Next): ", paragraph.get_text()), name


@pytest.mark.parametrize(
    ("mathml", "wanted"),
    [
        ("<msup><mi>σ</mi><mo>′</mo></msup>", '<mrow><mi>σ</mi><mo lspace="0" rspace="0">′</mo></mrow>'),
        (
            "<msup><mi>σ</mi><mrow><mo>′</mo><mn>2</mn></mrow></msup>",
            '<msup><mrow><mi>σ</mi><mo lspace="0" rspace="0">′</mo></mrow><mrow><mn>2</mn></mrow></msup>',
        ),
        (
            "<msubsup><mi>a</mi><mi>i</mi><mo>′</mo></msubsup>",
            '<msub><mrow><mi>a</mi><mo lspace="0" rspace="0">′</mo></mrow><mi>i</mi></msub>',
        ),
        ("<msup><mi>x</mi><mn>2</mn></msup>", "<msup><mi>x</mi><mn>2</mn></msup>"),
    ],
)
def test_a_prime_stands_beside_its_letter(mathml, wanted):
    assert beside(mathml) == wanted


def test_no_prime_is_left_in_a_superscript(soups):
    primes = [mark for name in PAGES for mark in soups[name].select("math mo") if mark.get_text() in "′″‴"]
    assert primes
    for mark in primes:
        above = mark.find_parent(["msup", "msubsup"])
        assert above is None or mark.parent.name == "mrow", above


@pytest.fixture
def visit(browser, origin):
    contexts = []

    def open_page(name, context=None, **options):
        if context is None:
            context = browser.new_context(viewport=SCREEN, reduced_motion="reduce", **options)
            contexts.append(context)
        page = context.new_page()
        page.goto(f"{origin}/{name}.html", wait_until="load")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_lead_figure_is_on_the_first_screen_and_code_takes_less_height_than_prose(visit, name):
    seen = visit(name).evaluate(MEASURE)
    assert seen["top"] is not None
    assert seen["top"] < LEAD, seen
    assert seen["code"] < seen["prose"], seen


def test_the_switch_opens_all_code_and_the_next_page_remembers_it(visit):
    page = visit("learn/vanishing")
    switch, folds = page.locator("button.gl-code-switch"), page.locator("details.gl-code")
    assert switch.get_attribute("aria-pressed") == "false"
    assert not page.locator("details.gl-code[open]").count()
    switch.focus()
    page.keyboard.press("Enter")
    assert switch.get_attribute("aria-pressed") == "true"
    assert page.locator("details.gl-code[open]").count() == folds.count()

    other = visit("learn/relu", page.context)
    assert other.locator("button.gl-code-switch").get_attribute("aria-pressed") == "true"
    assert other.locator("details.gl-code:not([open])").count() == 0
    other.locator("button.gl-code-switch").click()
    assert other.locator("details.gl-code[open]").count() == 0
    page.reload()
    assert page.locator("details.gl-code[open]").count() == 0


def test_the_switch_works_where_nothing_can_be_remembered(visit):
    page = visit("learn/vanishing")
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })")
    page.reload()
    page.locator("button.gl-code-switch").click()
    assert page.locator("details.gl-code:not([open])").count() == 0


def test_without_a_script_and_in_print_there_is_no_switch(visit):
    page = visit("learn/vanishing", java_script_enabled=False)
    assert not page.locator("button.gl-code-switch").is_visible()
    page.locator("details.gl-code > summary").first.click()
    assert page.locator("details.gl-code[open] div.cell_input").first.is_visible()
    page = visit("learn/vanishing")
    page.emulate_media(media="print")
    assert not page.locator("button.gl-code-switch").is_visible()


def test_a_page_without_folds_has_no_switch(soups):
    for name, soup in soups.items():
        assert isinstance(soup, BeautifulSoup)
        folds, buttons = soup.select("details.gl-code"), soup.select("button.gl-code-switch")
        assert len(buttons) == bool(folds), name
        assert bool(soup.select("script[src*='code_switch.js']")) == bool(folds), name
