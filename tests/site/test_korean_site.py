"""The Korean edition as it is built, in a browser: what the English one is tested for, where a language can break it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import live_book
import pytest
from accessible import DESK, PHONE, faults
from bs4 import BeautifulSoup
from built_book import HTML, KOREAN, PAGES
from playwright.sync_api import Browser, Page, expect
from test_bench_words import untold
from test_search import ASK, missed

import gradlab as gl

pytestmark = pytest.mark.skipif(not KOREAN.is_dir(), reason="the Korean book is not built: nox -s docs -- ko")
STARTS = 120_000  # milliseconds until Python has come
HANGUL = re.compile("[가-힣]")
OTHERS = ("genindex", "search", "404")
QUESTIONS = tomllib.loads(Path(__file__).with_name("questions_ko.toml").read_text(encoding="utf-8"))
# the policy of a page lets nothing read back what was drawn, so it is noted as it is drawn
KEEP = """window.drawn = {};
const made = URL.createObjectURL.bind(URL);
URL.createObjectURL = (blob) => { const address = made(blob); window.drawn[address] = blob; return address; };
"""
BOX = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def pages() -> dict[str, BeautifulSoup]:
    return {name: BeautifulSoup((KOREAN / f"{name}.html").read_text(encoding="utf-8"), "html.parser") for name in PAGES}


# -- pages -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*PAGES, *OTHERS])
def test_a_page_loads_from_its_own_host_fits_every_screen_and_shows_its_figures(visit, name):
    page = visit(f"ko/{name}", DESK)
    page.wait_for_timeout(150)
    assert page.troubles == []
    assert page.evaluate("document.documentElement.lang") == "ko"
    if not page.locator(".gl-bench").count():  # the bench's own picture stands in the place of its figure
        for image in page.locator("img.gl-light").all():
            image.evaluate("async i => { i.loading = 'eager'; await i.decode(); }")
            assert image.evaluate("i => i.naturalWidth > 0 && i.checkVisibility()")
    for width in (1280, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(BOX) <= 0, f"too wide at {width}"
        cut = page.evaluate(
            "[...document.querySelectorAll('.bd-article img:not(.gl-no-narrow)')]"
            ".filter(i => i.checkVisibility() && i.getBoundingClientRect().right > innerWidth + 1).map(i => i.src)"
        )
        assert cut == [], f"cut at {width}"
    assert page.troubles == []


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
@pytest.mark.parametrize("name", [*PAGES, *OTHERS])
def test_axe_finds_nothing(visit, name, viewport, scheme):
    page = visit(f"ko/{name}", viewport, scheme)
    page.wait_for_timeout(200)
    found = faults(page)
    assert not found, "\n".join(found)


def test_each_page_names_its_twin_and_its_twin_names_it(pages):
    for name, soup in pages.items():
        twin = BeautifulSoup((HTML / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        for one, here, there in ((soup, KOREAN, HTML), (twin, HTML, KOREAN)):
            (link,) = one.select("a.gl-edition")
            assert ((here / f"{name}.html").parent / link["href"]).resolve() == (there / f"{name}.html").resolve(), name


def english(text: str, words: int = 1) -> bool:
    """Return whether a text has so many English words and no Korean one."""
    own = [word for word in untold(text) if word != "Var"]  # a formula says that
    return len(own) >= words and not HANGUL.search(text) and "et al." not in text


def test_what_a_reader_presses_and_hears_is_korean(pages):
    """All but names: of works, which links to them have, and of gradlab's parts."""
    found: dict[str, str] = {}
    for name, soup in pages.items():
        for tag in soup.select("article .sig, article dl.py"):
            tag.decompose()  # the reference's own, which stays English and says so
        tags = [
            tag
            for tag in soup.select("[aria-label], [title], [placeholder]")
            if "reference" not in tag.get("class", [])
        ]
        said = [tag[what] for tag in tags for what in ("aria-label", "title", "placeholder") if tag.get(what)]
        said += [tag.get_text(" ", strip=True) for tag in soup.select("button, summary, label, .gl-checked-title")]
        found |= {" ".join(text.split()): name for text in said if english(text)}
    assert found == {}


def test_no_prose_of_a_page_is_english(pages):
    """All but what is quoted, code, the works that are cited, and the reference's own docstrings."""
    found = {}
    for name, soup in pages.items():
        if name == "references" or name.startswith("reference/"):
            continue
        apart = "script, code, pre, math, [lang=en], cite, .bibliography, .citation, dl.py, .gl-cite"
        for part in soup.select(", ".join(f"article {one}" for one in apart.split(", "))):
            part.decompose()
        blocks = soup.select("article :is(p, li, h1, h2, h3, td, figcaption)")
        found |= {text[:90]: name for block in blocks if english(text := block.get_text(" ", strip=True), 5)}
    assert found == {}


# -- search ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unfinished", [False, True], ids=["asked", "as it is typed"])
def test_each_question_finds_the_right_page_first(visit, unfinished):
    page = visit("ko/search")
    wanted = list(QUESTIONS["asked"].items())
    found = page.evaluate(ASK, [(query, unfinished) for query, _ in wanted])
    wrong = missed([(*one, two) for one, two in zip(wanted, found, strict=True)])
    assert not wrong, "\n".join(wrong)


def test_a_search_from_a_page_shows_korean_hits_with_the_words_marked(visit):
    page = visit("ko/learn/relu", PHONE)
    page.goto(f"{page.url.split('/ko/')[0]}/ko/search.html?q={quote('가중치를')}")
    first = page.locator(".gl-search-results > li").first
    first.wait_for()
    assert "가중치" in first.locator("mark").first.inner_text()
    assert HANGUL.search(first.inner_text())
    assert page.evaluate(BOX) <= 0
    assert page.troubles == []


# -- live cells and the bench ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the book below a path, with the policy in each answer."""
    with live_book.served(tmp_path_factory.mktemp("korean")) as (address, _):
        yield address


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """Open one profile for all, so that Python is fetched once."""
    context = browser.new_context(viewport=DESK, reduced_motion="reduce")
    page = context.new_page()
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.add_init_script(KEEP)
    page.add_init_script(
        "window.breaches = []; document.addEventListener('securitypolicyviolation', (b) => window.breaches.push(b.blockedURI))"
    )
    yield page
    context.close()


def words(page: Page, figure: str) -> set[str]:
    """Return what a drawing that was made here says; Matplotlib has each text in a comment."""
    drawn = page.locator(f"{figure} img.gl-light").first.evaluate("async (image) => window.drawn[image.src].text()")
    return set(re.findall(r"<!-- (.*?) -->", drawn, re.DOTALL))


def run(page: Page, cell: int) -> str:
    """Press Edit and Run at a cell; return what its line says at the end."""
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    box = page.locator(f"div.cell[data-cell='{cell}'] .cell_input:not([data-cell]), .cell_input[data-cell='{cell}']")
    box.get_by_role("button", name="편집").dispatch_event("click")
    box.get_by_role("textbox", name="이 셀의 코드").wait_for()
    box.get_by_role("button", name="실행", exact=True).click()
    expect(box.get_by_role("status")).to_have_text(re.compile("만에 끝났습니다"), timeout=STARTS)
    return box.get_by_role("status").inner_text()


def cells(name: str) -> list[dict]:
    return json.loads((KOREAN / "_live" / f"{name}.json").read_text(encoding="utf-8"))["cells"]


def test_a_live_cell_speaks_korean_and_its_figure_too(tab, base):
    name = "learn/vanishing"
    known = cells(name)
    figure = next(index for index, cell in enumerate(known) if cell["figure"] and not cell["frames"])
    moving = next(index for index, cell in enumerate(known) if cell["frames"])
    tab.goto(f"{base}ko/{name}.html", wait_until="networkidle")
    for cell in (figure, moving):
        assert untold(run(tab, cell)) == []
        said = words(tab, f"div.cell[data-cell='{cell}'] figure")
        assert any(HANGUL.search(text) for text in said), said
        assert [text for text in said if english(text) and "$" not in text and text not in gl.ACTIVATIONS] == []
    says = tab.locator(f"div.cell[data-cell='{moving}'] .gl-frames:visible .gl-frames-says")
    assert HANGUL.search(says.inner_text())
    assert tab.evaluate("window.breaches") == []
    assert tab.troubles == []


def test_a_live_claim_is_judged_in_korean(tab, base):
    name = "learn/start"
    cell = next(index for index, one in enumerate(cells(name)) if one["claims"] and one["editable"])
    tab.goto(f"{base}ko/{name}.html", wait_until="networkidle")
    claims = [tab.locator(f"#claim-{key}") for key in cells(name)[cell]["claims"]]
    before = [claim.inner_text() for claim in claims]
    assert all(HANGUL.search(text) for text in before)
    assert untold(run(tab, cell)) == []
    assert [claim.inner_text() for claim in claims] == before
    tab.get_by_role("button", name="책으로 되돌리기").locator("visible=true").first.click()
    assert tab.troubles == []


def test_the_bench_trains_in_korean(tab, base):
    tab.goto(f"{base}ko/playground.html#seeds=2&depth=3&width=4&activation=tanh&init=matched", wait_until="networkidle")
    tab.locator("[data-live] [data-do='step']").click()
    expect(tab.locator("[data-live] [data-readout='step']")).to_have_text("1", timeout=STARTS)
    lines = tab.locator(".gl-bench").inner_text().splitlines()
    assert sum(bool(HANGUL.search(line)) for line in lines) > 20
    assert [line for line in lines if untold(line) and not HANGUL.search(line)] == []
    assert tab.evaluate("window.breaches") == []
    assert tab.troubles == []
