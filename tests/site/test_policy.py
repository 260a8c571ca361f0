"""What a page may load and run: its own origin's files and nothing inline, from a server and from a folder alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from built_book import HTML, PAGES
from live_assets import POLICY
from playwright.sync_api import Browser, Page, Request
from policy import RULES, policy, styles_to_classes

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
CHAPTER = "learn/vanishing"
# what a browser is told of each breach, from the first moment of a page on
WATCH = """
window.breaches = [];
document.addEventListener("securitypolicyviolation", (breach) =>
  window.breaches.push(`${breach.effectiveDirective}: ${breach.blockedURI} ${breach.sample}`));
"""
KINDS = {"index", CHAPTER, "claims", "playground", "search", "gallery", "genindex", "reference/activations"}


class Visitor:
    """A tab that notes what goes wrong, at the book on a server or in a folder."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base, self.troubles = page, base, list[str]()
        page.add_init_script(WATCH)
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("requestfailed", self.note)

    def note(self, request: Request) -> None:
        """Note what could not be fetched; what a page no longer wants, as it is left, is no fault."""
        if request.failure != "net::ERR_ABORTED":
            self.troubles.append(f"failed: {request.url}")

    def go(self, name: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.base}/{name}.html", wait_until="load")

    def found(self) -> list[str]:
        """Return what has gone wrong since this was last asked."""
        found = self.troubles + self.page.evaluate("window.breaches.splice(0)")
        self.troubles = []
        return found


@pytest.fixture(params=["server", "folder"])
def visitor(browser: Browser, origin: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Open a tab at the book."""
    context = browser.new_context(viewport=DESK, color_scheme="light", reduced_motion="reduce")
    yield Visitor(context.new_page(), origin if request.param == "server" else HTML.as_uri())
    context.close()


def test_a_page_may_have_more_than_others_and_keeps_what_all_have():
    more = policy("learn/live", {"script-src": ["'wasm-unsafe-eval'"], "worker-src": ["'self'"]})
    rules = dict(part.split(" ", 1) for part in more.split("; "))
    assert rules["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert rules["worker-src"] == "'self'"
    assert rules["default-src"] == "'self'"
    assert "wasm" not in policy("learn/vanishing")
    assert RULES["script-src"] == ["'self'"], "what one page needs was given to all"


def test_a_style_becomes_a_class_with_an_important_rule():
    page = '<td class="a" style="width: 33%; top: 0">style="x"</td><col style="width: 33%;top: 0"/><b displaystyle="false">'
    written, rules = styles_to_classes(page)
    ((name, rule),) = rules.items()
    assert rule == "width: 33%!important;top: 0!important;"
    assert written == f'<td class="{name} a">style="x"</td><col class="{name}"/><b displaystyle="false">'
    assert styles_to_classes(written) == (written, {})
    assert styles_to_classes('<img style="display: none">') == ('<img class="pst-js-only">', {})


def test_every_page_names_its_policy_before_it_loads_anything_and_holds_nothing_inline(soups):
    for name, soup in soups.items():
        metas = soup.select('meta[http-equiv="Content-Security-Policy"]')
        more = POLICY if soup.select("[data-edit], #gl-bench") else None
        assert [meta["content"] for meta in metas] == [policy(name, more)], name
        head = [tag.name for tag in soup.head.find_all(["script", "link", "style"])]
        assert not metas[0].find_previous(["script", "link", "style"]), f"{name}: {head[:3]}"
        data = {"application/ld+json", "application/json"}  # read, never run
        inline = [tag for tag in soup.select("script:not([src])") if tag.get("type") not in data]
        assert not inline, f"{name}: {inline[:1]}"
        assert not soup.select("style, [style]"), f"{name}: {soup.select('style, [style]')[:1]}"
        called = [attribute for tag in soup.find_all(True) for attribute in tag.attrs if attribute.startswith("on")]
        assert not called, f"{name}: {called[:1]}"
        assert not soup.select('a[href^="javascript:"]'), name


def test_no_page_breaks_the_policy_or_logs_an_error(visitor, soups):
    found, names = {}, sorted(set(soups) - {"404"})  # that one is built for its own address, see test_face.py
    if visitor.base.startswith("http:"):  # test_browser.py opens those of the book, and Chromium logs a breach
        names = [name for name in names if name in KINDS]
        assert len(names) == len(KINDS)
    for name in names:
        visitor.go(name)
        visitor.page.wait_for_timeout(50)
        if troubles := visitor.found():
            found[name] = troubles
    assert not found


def test_the_policy_is_obeyed(visitor):
    visitor.go(CHAPTER)
    visitor.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", '<p id="styled" style="color: rgb(1, 2, 3)">Words</p>');
        }"""
    )
    assert visitor.page.evaluate("window.ran") is None
    assert visitor.page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(1, 2, 3)"
    breaches = visitor.page.evaluate("window.breaches")
    assert any(breach.startswith("script-src-elem: inline") for breach in breaches)
    assert any(breach.startswith("style-src-attr: inline") for breach in breaches)


def test_the_theme_is_remembered_and_the_full_screen_is_entered_and_left(visitor):
    page = visitor.page
    visitor.go(CHAPTER)
    page.locator("button.theme-switch-button:visible").first.click()
    page.locator("button.theme-change-button[data-mode=dark]:visible").first.click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.locator("img.gl-dark").first.is_visible()
    page.get_by_role("button", name="Fullscreen mode").click()
    page.wait_for_timeout(300)
    assert page.evaluate("document.fullscreenElement !== null")
    page.get_by_role("button", name="Fullscreen mode").click()
    page.wait_for_timeout(300)
    assert page.evaluate("document.fullscreenElement === null")
    assert visitor.found() == []


def test_the_theme_is_there_before_anything_is_painted(browser, origin):
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.route("**/_static/site.js*", lambda route: route.abort())
    page.goto(f"{origin}/{CHAPTER}.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.evaluate("localStorage.setItem('mode', 'light')")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.evaluate("localStorage.setItem('mode', 'nonsense')")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.mode") == "auto"
    context.close()


def test_code_switch_frames_and_filters_work_under_the_policy(visitor):
    page = visitor.page
    visitor.go(CHAPTER)
    page.get_by_role("button", name="Show all code").click()
    assert page.locator("details.gl-code:not([open])").count() == 0
    slider = page.locator(".gl-frames input").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.locator("img.gl-moving.gl-light[src^='blob:']").first.wait_for(state="attached")
    visitor.go("gallery")
    page.get_by_label("Family").select_option("bounded")
    assert 0 < page.locator(".gl-card:visible").count() < page.locator(".gl-card").count()
    visitor.go("claims")
    page.get_by_label("With the words").fill("sigmoid layers")
    rows = page.locator(".gl-ledger-page table.gl-ledger tbody tr")
    assert 0 < page.locator(".gl-ledger-page table.gl-ledger tbody tr:visible").count() < rows.count()
    assert visitor.found() == []


def test_drawers_and_the_search_work_under_the_policy(visitor):
    page = visitor.page
    page.set_viewport_size(PHONE)
    visitor.go(CHAPTER)
    for toggle, drawer in (("primary", "#pst-primary-sidebar-modal"), ("secondary", "#pst-secondary-sidebar-modal")):
        page.locator(f"button.{toggle}-toggle:visible").first.click()
        assert page.locator(drawer).evaluate("drawer => drawer.open")
        page.keyboard.press("Escape")
        assert not page.locator(drawer).evaluate("drawer => drawer.open")
    page.keyboard.press("Control+k")
    field = page.locator("input[type=search]:visible").first
    field.fill("leaky_relu")
    field.press("Enter")
    page.wait_for_url("**/search.html?q=leaky_relu*")
    page.locator(".gl-search-results li a[href*='activations']").first.wait_for(state="visible")
    assert page.evaluate("window.breaches") == []


def test_the_policy_is_told_to_those_who_host_the_book():
    told = (HTML / "contributing.html").read_text(encoding="utf-8")
    words = re.sub(r"<[^>]+>", "", told).replace("&#39;", "'")
    assert policy("index") in " ".join(words.split()), "docs/contributing.md says another header than the pages do"
    assert "frame-ancestors" in words
    assert "contributing" in PAGES
