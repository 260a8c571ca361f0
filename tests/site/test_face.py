"""What the book looks like: its fonts, its sides, the home page, the gallery, and the page for those who are lost."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from built_book import HTML
from playwright.sync_api import Browser, Page

STATIC = Path(__file__).resolve().parents[2] / "docs" / "_static"
KINDS = ("index", "gallery", "learn/vanishing", "claims", "exercises/learning", "reference/activations", "search")
Pages = dict[str, BeautifulSoup]


def signs(recipe: Path) -> set[int]:
    """Return the signs that a font was made with, as the text beside it says."""
    text = recipe.read_text(encoding="utf-8")
    listed = text[text.index("--unicodes=") :].replace("U+", "")
    ranges = re.findall(r"\b([0-9A-F]{2,5})(?:-([0-9A-F]{2,5}))?(?=[,\\\s]|$)", listed.split("\n\n")[0])
    return {sign for low, high in ranges for sign in range(int(low, 16), int(high or low, 16) + 1)}


def italic(letter: str) -> int:
    """Return the sign that a browser draws for a single letter in a formula."""
    special = {"h": 0x210E}
    if letter in special:
        return special[letter]
    if letter.isascii():
        return (0x1D44E + ord(letter) - ord("a")) if letter.islower() else (0x1D434 + ord(letter) - ord("A"))
    return ord(letter)


def test_the_font_of_formulas_has_every_sign_that_the_book_writes(soups: Pages) -> None:
    """The font is cut down: a formula with a new sign needs a new font (gl-math.LICENSE.txt says how)."""
    known = signs(STATIC / "gl-math.LICENSE.txt")
    missing = set()
    for soup in soups.values():
        for formula in soup.find_all("math"):
            for part in formula.find_all(["mi", "mn", "mo", "mtext"]):
                text = part.get_text().strip()
                drawn = {italic(text)} if part.name == "mi" and len(text) == 1 and text.isalpha() else set()
                missing |= {chr(sign) for sign in drawn | set(map(ord, text)) if sign not in known}
    assert not missing - {"\u200b", "\n"}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty page of a wide screen."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", KINDS)
def test_no_page_fetches_the_themes_icons_and_no_icon_is_missing_from_ours(page: Page, origin: str, name: str) -> None:
    """The theme's are 115 kB; ours has the ones in use."""
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{origin}/{name}.html", wait_until="networkidle")
    assert not [address for address in fetched if "fontawesome" in address and "woff" in address]
    shown = page.evaluate(
        """() => [...document.querySelectorAll(".fa-solid, .fas")]
        .map((icon) => getComputedStyle(icon, "::before").content.replaceAll('"', "").codePointAt(0))"""
    )
    assert {sign for sign in shown if sign} <= signs(STATIC / "fonts" / "gl-icons.LICENSE.txt")


def test_the_sidebar_numbers_the_chapters_as_the_pages_do(soups: Pages) -> None:
    """The numbers are drawn by CSS over the first five lists; the page's own is computed from the contents."""
    lists = soups["index"].select("nav.bd-docs-nav .bd-toc-item > ul.bd-sidenav")
    first = [link["href"] for box in lists[:5] for link in box.select(":scope > li > a")]
    assert all(address.startswith("learn/") for address in first)
    for number, address in enumerate(first, start=1):
        eyebrow = soups[address.removesuffix(".html")].select_one(".gl-eyebrow")
        assert eyebrow is not None
        assert eyebrow.get_text().startswith(f"Chapter {number} "), address
    assert not [soup for name, soup in soups.items() if soup.select_one(".gl-eyebrow") and f"{name}.html" not in first]


def test_the_mark_leads_home_from_every_page(soups: Pages) -> None:
    """The theme's own leads to "#" on the home page."""
    for name, soup in soups.items():
        for logo in soup.select("a.navbar-brand"):
            assert re.search(r"(^|/)index\.html$", logo["href"]), name


def test_the_home_page_counts_what_the_book_holds(soups: Pages) -> None:
    """Chapters, claims and activations."""
    line = soups["index"].select_one(".gl-facts")
    assert line is not None
    numbers = [int(number.get_text()) for number in line.select("strong")]
    chapters = sum(bool(soup.select_one(".gl-eyebrow")) for soup in soups.values())
    claims = sum(len(soup.select(".gl-ledger-page tbody tr")) for soup in [soups["claims"]])
    assert numbers == [chapters, claims, len(soups["gallery"].select(".gl-gallery > .gl-card"))]


def test_the_home_page_opens_with_words_beside_a_figure(page: Page, origin: str) -> None:
    """Both are seen before anybody scrolls."""
    page.goto(f"{origin}/index.html")
    title, figure = page.locator("h1").last.bounding_box(), page.locator("figure").first.bounding_box()
    assert title is not None
    assert figure is not None
    assert title["x"] + title["width"] < figure["x"]
    assert figure["y"] < 200
    assert page.locator(".gl-button").bounding_box()["y"] < 800


def test_the_gallery_shows_four_in_a_row_and_is_filtered_with_its_state_in_the_address(page: Page, origin: str) -> None:
    """Family and property are choices, words are free."""
    page.goto(f"{origin}/gallery.html")
    tops = [box["y"] for box in page.locator(".gl-card").evaluate_all("all => all.map(e => e.getBoundingClientRect())")]
    assert tops.count(tops[0]) == 4
    page.get_by_label("Family").select_option("bounded")
    page.get_by_label("Property").select_option("nokink")
    shown = page.locator(".gl-card:visible")
    names = shown.locator(".rubric").all_inner_texts()
    assert "tanh" in names
    assert not {"relu", "hard_tanh"} & set(names)
    assert page.locator(".gl-gallery-count").inner_text().startswith(f"{len(names)} of ")
    assert page.url.endswith("?family=bounded&property=nokink")
    page.reload()
    assert shown.count() == len(names)


def test_a_dark_system_without_javascript_gets_a_dark_page(browser: Browser, origin: str) -> None:
    """The theme chooses its colours by a script; light-dark() does not need it."""
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    dark = context.new_page()
    dark.goto(f"{origin}/learn/vanishing.html")
    shown = [image.get_attribute("class") for image in dark.locator("figure img").all() if image.is_visible()]
    assert shown
    assert all("gl-dark" in (classes or "") for classes in shown)
    context.close()
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{origin}/learn/vanishing.html")
    page.evaluate("document.documentElement.dataset.theme = 'auto'")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 29)"
    assert page.evaluate("getComputedStyle(document.querySelector('div.highlight pre')).color") == "rgb(221, 227, 233)"
    context.close()


def test_the_page_for_lost_readers_works_under_another_prefix_than_it_was_built_for(page: Page, tmp_path: Path) -> None:
    """It finds its styles, and leads into the book, from wherever it is shown."""
    (tmp_path / "copy").symlink_to(HTML, target_is_directory=True)
    shutil.copy(HTML / "404.html", tmp_path / "404.html")

    class Lost(http.server.SimpleHTTPRequestHandler):
        """Answers with the page for what is not there."""

        def send_error(self, code: int, *_: object) -> None:
            if not self.path.endswith("/") and "." in self.path.rpartition("/")[2]:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            text = (tmp_path / "404.html").read_bytes()
            self.send_response(404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Lost, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for place in ("copy/nothing", "copy/learn/nothing"):
            page.goto(f"http://127.0.0.1:{server.server_port}/{place}", wait_until="networkidle")
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 254, 252)", place
            page.get_by_role("link", name="Every activation", exact=True).click()
            assert page.url.endswith("/copy/gallery.html")
        server.shutdown()


def test_the_magnifier_stands_beside_the_words_of_a_search(page: Page, origin: str) -> None:
    page.goto(f"{origin}/index.html")
    page.keyboard.press("Control+k")
    form = page.locator("#pst-search-dialog form.bd-search")
    icon, field = form.locator("i").first.bounding_box(), form.locator("input").bounding_box()
    assert icon["x"] + icon["width"] <= field["x"]
