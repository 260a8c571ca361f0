"""The bars of buttons at code: what they copy, how they say so, and how another script adds a button."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from built_book import HTML, PAGES
from playwright.sync_api import Browser, Page

CELLS, SESSIONS, SHELL = "howto/own-parts", "reference/losses", "contributing"


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    """Open a tab that may read the clipboard."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    yield context.new_page()
    context.close()


def blocks(page: Page):
    """Return the pieces of code of a page that have a bar."""
    return page.locator(".bd-article div.highlight:has(> .gl-toolbar)")


def copy(page: Page, number: int) -> str:
    """Press Copy at a piece of code and return what is in the clipboard then."""
    blocks(page).nth(number).get_by_role("button", name="Copy").dispatch_event("click")
    page.get_by_text("Copied").first.wait_for(state="attached")
    return page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("name", [CELLS, SESSIONS, SHELL])
def test_each_piece_of_code_has_one_bar_and_what_cells_print_has_none(page, origin, name):
    page.goto(f"{origin}/{name}.html")
    wanted = page.locator(".bd-article div.highlight > pre").count()
    printed = page.locator(".bd-article .cell_output div.highlight > pre").count()
    assert page.locator(".gl-toolbar").count() == wanted - printed > 0
    assert page.locator(".cell_output .gl-toolbar").count() == 0
    assert page.locator(".gl-toolbar:not(:has(> button))").count() == 0


def test_code_is_copied_as_it_stands(page, origin):
    page.goto(f"{origin}/{CELLS}.html")
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    for number in range(min(4, blocks(page).count())):
        source = blocks(page).nth(number).locator("> pre").evaluate("pre => pre.textContent")
        page.reload()
        assert copy(page, number) == source.rstrip("\n")


def test_of_a_session_what_one_types_is_copied_without_prompts_and_answers(page, origin):
    page.goto(f"{origin}/{SESSIONS}.html")
    sessions = page.locator(".bd-article div.highlight:has(> .gl-toolbar):has(.gp)")
    assert sessions.count()
    shown = sessions.first.locator("> pre").inner_text()
    sessions.first.get_by_role("button", name="Copy").dispatch_event("click")
    page.get_by_text("Copied").first.wait_for(state="attached")
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = [line for line in shown.splitlines() if line.startswith((">>> ", "... "))]
    assert copied.splitlines() == [line[4:] for line in lines]
    assert len(lines) < len(shown.splitlines()), "the session answers nothing: take another"


def test_the_button_says_what_it_did_to_those_who_see_it_and_to_those_who_hear_it(page, origin):
    page.goto(f"{origin}/{CELLS}.html")
    button = blocks(page).first.get_by_role("button")
    assert button.inner_text() == "Copy"
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="Copied").wait_for(state="attached")
    assert button.inner_text() == "Copied"
    assert button.evaluate("button => button === document.activeElement")
    page.wait_for_timeout(2300)
    assert button.inner_text() == "Copy"
    assert not page.get_by_role("status").filter(has_text="Copied").count()


@pytest.mark.parametrize("where", ["server", "folder"])
def test_without_a_clipboard_of_its_own_a_page_copies_by_selecting(browser, origin, where):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
        "addEventListener('copy', () => { window.copied = document.activeElement.value; }, true);"
    )
    page.goto(f"{origin if where == 'server' else HTML.as_uri()}/{CELLS}.html")
    block = blocks(page).first
    source = block.locator("> pre").evaluate("pre => pre.textContent")
    block.hover()
    block.get_by_role("button").click()
    block.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("window.copied") == source.rstrip("\n")
    assert page.locator("textarea").count() == 0
    assert block.get_by_role("button").evaluate("button => button === document.activeElement")
    context.close()


def test_bars_show_to_a_finger_to_a_pointer_and_to_the_keyboard(browser, origin):
    look = "bar => getComputedStyle(bar).opacity"
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{origin}/{CELLS}.html")
    assert page.locator(".gl-toolbar").first.evaluate(look) == "1"
    context.close()
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{origin}/{CELLS}.html")
    bar = page.locator(".gl-toolbar").first
    assert bar.evaluate(look) == "0"
    blocks(page).first.hover()
    assert bar.evaluate(look) == "1"
    page.mouse.move(0, 0)
    bar.locator("button").focus()
    assert bar.evaluate(look) == "1"
    box = bar.locator("button").bounding_box()
    assert box["width"] >= 24
    assert box["height"] >= 24
    context.close()


def test_there_is_no_bar_without_a_script_or_on_paper(browser, origin, page):
    page.goto(f"{origin}/{CELLS}.html")
    page.emulate_media(media="print")
    assert not page.locator(".gl-toolbar").first.is_visible()
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(f"{origin}/{CELLS}.html")
    assert bare.locator(".gl-toolbar, .gl-toolbar-status").count() == 0
    context.close()


def test_another_script_adds_a_button_where_it_wants_one_and_gets_the_code(page, origin):
    page.goto(f"{origin}/{CELLS}.html")
    page.evaluate(
        """() => glCells.add({
          label: "Run",
          on: (code) => code.inCell,
          press: (code, say) => { window.pressed = code.text(); say("Ran"); },
        })"""
    )
    cells = page.locator(".bd-article div.cell .cell_input div.highlight:has(> .gl-toolbar)")
    assert page.get_by_role("button", name="Run").count() + 0 <= cells.count()
    assert page.locator(".gl-toolbar button", has_text="Run").count() == cells.count() > 0
    assert cells.first.locator(".gl-toolbar button").all_inner_texts() == ["Run", "Copy"]
    cells.first.locator(".gl-toolbar button").first.dispatch_event("click")
    assert page.evaluate("window.pressed") == cells.first.locator("> pre").evaluate("pre => pre.textContent.trimEnd()")
    assert cells.first.locator(".gl-toolbar button").all_inner_texts() == ["Ran", "Copy"]


def test_no_page_loads_the_buttons_of_another_package(soups):
    assert all("copybutton" not in str(soups[name].head) for name in PAGES)
    assert not list(HTML.rglob("*copybutton*"))
