"""The search: what readers ask finds the right page first, and its page works for everybody."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tomllib
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from built_book import DOCS, HTML, PAGES

QUESTIONS = tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))
DOCUMENTS = HTML / "_static" / "search" / "documents.js"
KINDS = ("ideas", "spellings", "compounds", "misspellings", "names", "questions", "korean", "tasks", "sources")
# Asks each question of a new engine; of each the addresses of the first two hits, and what is said of the first.
ASK = """questions => {
  const engine = glSearch.engine(glSearchDocuments);
  return questions.map(([query, unfinished]) => engine.find(query, { unfinished }).results.slice(0, 2).map(({ url }) => url));
}"""


@pytest.fixture(scope="module")
def told():
    script = DOCUMENTS.read_text(encoding="utf-8")
    return json.loads(re.fullmatch(r"globalThis\.glSearchDocuments = (.*);\n", script, re.DOTALL)[1])


@pytest.fixture
def visit(browser):
    """Open the search page of a copy of the book; what goes wrong is kept in ``page.troubles``."""
    contexts = []

    def open_page(address, **options):
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.troubles = []
        page.on("console", lambda m: page.troubles.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        # a reader who goes on while a page loads ends its requests; that is no trouble
        page.on("requestfailed", lambda one: None if "ABORTED" in one.failure else page.troubles.append(one.url))
        page.goto(address, wait_until="load")
        return page

    yield open_page
    for context in contexts:
        context.close()


def hits(page):
    return page.locator(".gl-search-results a.gl-search-title")


def asked(page, unfinished=False):
    """Return the first hits for every question."""
    wanted = [(query, goal) for group in QUESTIONS.values() for query, goal in group.items()]
    return [
        (*one, two) for one, two in zip(wanted, page.evaluate(ASK, [(q, unfinished) for q, _ in wanted]), strict=True)
    ]


def missed(answers):
    """Return the questions whose first hit is another page, or another place on it where one is wanted."""
    wrong = []
    for query, goal, found in answers:
        first = (found or [""])[0].replace(".html", "")
        if first != goal and (first.partition("#")[0] != goal):
            wrong.append(f"{query!r} finds {first or 'nothing'}, and not {goal}")
    return wrong


# -- what is found -----------------------------------------------------------------------------------------------------


def test_there_are_questions_of_each_kind_and_more_than_two_hundred():
    assert set(KINDS) <= set(QUESTIONS)
    assert all(len(QUESTIONS[kind]) >= 2 for kind in KINDS)
    assert sum(map(len, QUESTIONS.values())) >= 200
    assert len(QUESTIONS["korean"]) >= 15


@pytest.mark.parametrize("unfinished", [False, True], ids=["asked", "as it is typed"])
def test_each_question_finds_the_right_page_first(visit, origin, unfinished):
    wrong = missed(asked(visit(f"{origin}/search.html"), unfinished))
    assert not wrong, "\n".join(wrong)


def test_a_question_that_finds_another_page_is_named():
    assert missed([("one", "page", ["page.html#place"]), ("two", "page#place", ["page.html#place"])]) == []
    assert missed([("one", "page#place", ["page.html#other"])]) == ["'one' finds page#other, and not page#place"]
    assert missed([("one", "page", [])]) == ["'one' finds nothing, and not page"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("normalisation", "normalization"),
        ("initialiser", "initializer"),
        ("optimised", "optimized"),
        ("behaviour", "behavior"),
        ("zero-centred", "zero-centered"),
        ("labelled", "labeled"),
        ("networks", "network"),
        ("leaky_relu", "leaky relu"),
        ("soft max", "softmax"),
        ("가중치를", "가중치"),
        ("가중치에서는", "가중치"),
        ("학습률이란", "학습률"),
        ("ＲｅＬＵ", "relu"),
        ("Schölkopf", "scholkopf"),
    ],
)
def test_two_ways_to_write_a_word_are_one(visit, origin, one, other):
    page = visit(f"{origin}/search.html")
    keys = page.evaluate("words => words.map(word => glSearch.key(glSearch.split(word)))", [one, other])
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("one", "other"), [("학습", "학습률"), ("gradient", "gradlab"), ("relu", "elu"), ("norm", "normal")]
)
def test_two_words_that_are_alike_are_two(visit, origin, one, other):
    page = visit(f"{origin}/search.html")
    assert len(set(page.evaluate("words => words.map(word => glSearch.key([word]))", [one, other]))) == 2


# -- what is searched --------------------------------------------------------------------------------------------------


def test_every_page_is_searched_and_each_document_leads_to_a_place_that_is_there(told, soups):
    addresses = [page[0] for page in told["pages"]]
    assert set(addresses) == {f"{name}.html" for name in PAGES}
    places = {
        address: {tag["id"] for tag in soups[address.removesuffix(".html")].select("[id]")} for address in addresses
    }
    lost = {
        (addresses[page], anchor) for page, _, anchor, *_ in told["documents"] if anchor not in places[addresses[page]]
    }
    assert not {(page, anchor) for page, anchor in lost if anchor}
    assert len(told["documents"]) > 10 * len(addresses)


def test_what_is_searched_is_prose(told):
    for page, _, anchor, title, _, _, text, *_ in told["documents"]:
        where = f"{told['pages'][page][0]}#{anchor}"
        assert title, where
        for code in (
            "import gradlab as gl",
            ">>>",
            "plt.show",
            "\\frac",
            "\\text",
            "Skip to main",
            "How this was measured",
        ):
            assert code not in text, f"{code!r} in {where}"


def test_no_hit_gives_a_solution_away(told, soups):
    texts = {}
    for page, _, _, _, _, _, text, *_ in told["documents"]:
        texts[told["pages"][page][0]] = texts.get(told["pages"][page][0], "") + " ".join(text.split())
    solutions = [
        (f"{name}.html", " ".join(claim.find(string=True).split()))
        for name in PAGES
        for claim in soups[name].select("details.hide .gl-claim-text")
        if name.startswith("exercises/")
    ]
    assert len(solutions) > 20
    assert not [claim for page, claim in solutions if claim in texts[page]]


def test_every_name_of_the_reference_and_every_term_of_the_glossary_is_a_document(told, soups):
    found = {(told["pages"][page][0].removesuffix(".html"), anchor) for page, _, anchor, *_ in told["documents"]}
    for name in PAGES:
        for entry in soups[name].select("dl.py > dt.sig[id]"):
            others = [entry["id"], *(tag["id"] for tag in entry.parent.select("dt.sig[id]"))]  # names share an entry
            assert any((name, one) in found for one in others), entry["id"]
    for term in soups["glossary"].select("dl.glossary > dt[id]"):
        first = next((one for one in [term, *term.find_previous_siblings()] if one.name == "dd"), None)
        assert ("glossary", term["id"]) in found or first is not term.find_next_sibling("dd"), term["id"]


def test_the_documents_are_small_and_the_same_in_each_build(told):
    assert len(gzip.compress(DOCUMENTS.read_bytes(), 9)) <= 200_000
    assert str(DOCS.parent) not in DOCUMENTS.read_text(encoding="utf-8")


def test_only_the_search_page_loads_what_is_searched(soups):
    for name, soup in soups.items():
        loaded = " ".join(tag["src"] for tag in soup.select("script[src]"))
        assert ("search/documents.js" in loaded) is (name == "search"), name
        for other in ("searchtools", "searchindex", "language_data", "sphinx_highlight"):
            assert other not in loaded, f"{name} loads {other}"
    for gone in ("searchindex.js", "_static/searchtools.js", "_static/language_data.js", "_static/sphinx_highlight.js"):
        assert not (HTML / gone).exists()


def test_the_code_of_others_is_what_they_published():
    folder = DOCS / "_static" / "vendor"
    named = dict(re.findall(r"- `([\w.-]+)`:.*?sha256 ([0-9a-f]{64})", (folder / "README.md").read_text(), re.DOTALL))
    assert set(named) == {path.name for path in folder.glob("*.js")}
    for name, digest in named.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


# -- the page ----------------------------------------------------------------------------------------------------------


def test_results_come_as_one_types_and_the_address_keeps_the_query(visit, origin):
    page = visit(f"{origin}/search.html")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("softmax deriv")
    hits(page).first.wait_for()
    assert hits(page).first.get_attribute("href") == "learn/decision.html#its-slope-step-by-step"
    assert page.url.endswith("/search.html?q=softmax+deriv")
    assert re.match(r"\d+ places on \d+ pages\.", page.get_by_role("status").inner_text())
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == hits(page).nth(1).inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/learn/decision.html#its-slope-step-by-step")
    page.go_back()
    hits(page).first.wait_for()
    assert page.get_by_role("searchbox").input_value() == "softmax deriv"
    assert page.troubles == []


def test_a_hit_says_where_it_stands_and_shows_prose_with_the_words_marked(visit, origin):
    page = visit(f"{origin}/search.html?q=loss+scaling+float16")
    first = page.locator(".gl-search-results > li").first
    first.wait_for()
    assert re.match(r"Chapter \d+ · .+ › Floating point", first.locator(".gl-search-place").inner_text())
    excerpt = first.locator(".gl-search-excerpt").inner_text()
    assert 60 <= len(excerpt) <= 300
    assert excerpt[0].isupper()
    marks = [mark.lower() for mark in first.locator("mark").all_inner_texts()]
    assert {"loss", "scaling"} <= set(marks)


def test_every_question_shows_an_excerpt_of_prose(visit, origin):
    page = visit(f"{origin}/search.html")
    for query in (next(iter(group)) for group in QUESTIONS.values()):
        page.get_by_role("searchbox").fill(query)
        page.get_by_role("searchbox").press("Enter")
        assert hits(page).count() >= 1, query
        for text in page.locator(".gl-search-excerpt").all_inner_texts():
            assert not re.match(r"Skip to|Ctrl|Contents|→", text), text


def test_a_misspelt_word_and_one_that_is_not_in_the_book_are_told(visit, origin):
    page = visit(f"{origin}/search.html?q=vanishing+gradiant")
    assert "“gradiant” was read as “gradient" in page.get_by_role("status").inner_text()
    page = visit(f"{origin}/search.html?q=qqqqqqqq")
    assert page.get_by_role("status").inner_text() == "Nothing was found. The book does not have “qqqqqqqq”."
    assert hits(page).count() == 0
    assert page.locator(".gl-search-ways a").count() >= 4
    assert page.troubles == []


def test_a_korean_hit_says_in_korean_why_it_is_there(visit, origin):
    page = visit(f"{origin}/search.html?q=가중치를")
    hits(page).first.wait_for()
    assert page.locator(".gl-search-results > li").first.locator("[lang=ko]").first.inner_text() == "가중치"


def test_all_hits_are_shown_when_asked_for(visit, origin):
    page = visit(f"{origin}/search.html?q=layer")
    few = hits(page).count()
    page.get_by_role("button", name="Show all").click()
    assert hits(page).count() > few
    assert page.evaluate("document.activeElement.textContent") == hits(page).nth(few).inner_text()
    assert not page.get_by_role("button", name="Show all").is_visible()


def test_the_search_works_from_a_disk(visit):
    page = visit(f"{(HTML / 'search.html').as_uri()}?q=gelu")
    hits(page).first.click()
    page.wait_for_url("**/reference/activations.html#gradlab.gelu")
    assert page.troubles == []


def test_without_a_script_the_page_names_other_ways(visit, origin):
    page = visit(f"{origin}/search.html?q=gelu", java_script_enabled=False)
    assert page.locator("noscript p", has_text="JavaScript").is_visible()
    assert not page.locator(".gl-search-form").is_visible()
    assert page.locator(".gl-search-ways a").first.is_visible()


def test_the_search_page_has_no_script_or_style_of_its_own_inside(soups):
    article = soups["search"].select_one("article.gl-search")
    assert not article.select("script, style, [style], [onclick]")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")], ids=["phone-dark", "desk-light"])
def test_hits_fit_the_screen_and_axe_finds_nothing_in_them(visit, origin, width, scheme):
    page = visit(
        f"{origin}/search.html?q=gradlab.History", viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    hits(page).first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
    found = Axe().run(page, context="article.gl-search", options=rules).response["violations"]
    assert not [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
