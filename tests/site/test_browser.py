"""The built book in a real browser: what a reader sees, on a desk and on a phone, in the light and in the dark."""

from __future__ import annotations

import re

import pytest
from accessible import DESK, PHONE, faults
from built_book import EXECUTED, HTML, PAGES

# In one call for all pictures of a page: what of these is not seen or not drawn, and what of those is seen. Pictures that
# stand low are loaded late.
UNSEEN = """async ([shown, hidden]) => {
  const seen = (one) => {
    const box = one.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(one).visibility === "visible";
  };
  const faults = [], all = (found) => [...document.querySelectorAll(found)];
  for (const one of all(shown)) {
    if (!seen(one)) faults.push(`not seen: ${one.outerHTML.slice(0, 200)}`);
    if (one.tagName !== "IMG") continue;
    one.loading = "eager";
    await one.decode().catch(() => faults.push(`not decoded: ${one.src}`));
    if (!one.naturalWidth) faults.push(`without a width: ${one.src}`);
  }
  for (const one of all(hidden)) if (seen(one)) faults.push(`seen: ${one.outerHTML.slice(0, 200)}`);
  return faults;
}"""
CHAPTER = next(name for name in EXECUTED if name.startswith("learn/"))  # has figures and claims


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_without_an_error_from_its_own_host_and_fits_the_screen(visit, name):
    """On a desk; on a phone the test of axe looks at the same, and test_screens.py at the width."""
    page = visit(name)
    page.wait_for_timeout(150)
    assert page.troubles == []
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"the page is {wider} pixels wider than a screen of {DESK['width']}"


@pytest.mark.parametrize("name", EXECUTED)
@pytest.mark.parametrize(("scheme", "shown", "hidden"), [("light", "light", "dark"), ("dark", "dark", "light")])
def test_figures_follow_the_theme(visit, name, scheme, shown, hidden):
    page = visit(name, scheme=scheme)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    if page.locator(".gl-bench").count():  # the bench's own picture stands in the place of its figure
        return
    assert page.evaluate(UNSEEN, [f"img.gl-{shown}, figure figcaption", f"img.gl-{hidden}"]) == []


def test_figures_follow_the_switch_of_the_theme(visit):
    page = visit(CHAPTER, scheme="light")
    assert page.locator("img.gl-light").first.is_visible()
    page.locator("button.theme-switch-button:visible").first.click()
    page.locator("button.theme-change-button[data-mode=dark]:visible").first.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.locator("img.gl-dark").first.is_visible()
    assert not page.locator("img.gl-light").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_claim_reads_well_in_both_themes(visit, scheme):
    page = visit(CHAPTER, scheme=scheme)
    badge = page.locator(".gl-claim").first
    # a claim has the page's ground; the theme lays a light card under what cells show, and a claim is none of that
    ground = "for (; e; e = e.parentElement) if (!/, 0\\)$/.test(paper(e))) return paper(e)"
    colours = badge.evaluate(f"""e => {{
      const paper = (one) => getComputedStyle(one).backgroundColor, ink = getComputedStyle(e).color;
      return [ink, (() => {{ {ground} }})()];
    }}""")
    ink, paper = ([int(float(n)) for n in re.findall(r"[\d.]+", colour)[:3]] for colour in colours)
    assert abs(sum(ink) - sum(paper)) > 300, colours


def test_the_menu_of_a_phone_opens_and_leads_to_a_page(visit):
    page = visit("index", PHONE)
    link = page.locator(".bd-sidebar-primary a", has_text="References")
    assert not link.is_visible()
    page.locator("button.primary-toggle:visible, label.primary-toggle:visible").first.click()
    link.wait_for(state="visible")
    link.click()
    page.wait_for_url("**/references.html")


def test_a_search_finds_the_page_of_a_word(visit):
    page = visit("index")
    page.keyboard.press("Control+k")
    box = page.locator("input[type=search]:visible").first
    box.wait_for(state="visible")
    box.fill("leaky_relu")
    box.press("Enter")
    page.wait_for_url("**/search.html?q=leaky_relu*")
    page.locator(".gl-search-results a[href$='reference/activations.html#gradlab.leaky_relu']").first.wait_for(
        state="visible"
    )
    assert page.troubles == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_ledger_is_filtered_by_words_and_by_page_from_the_keyboard(visit, viewport):
    page = visit("claims", viewport)
    rows, count = page.locator(".gl-ledger-page table.gl-ledger tbody tr:visible"), page.get_by_role("status")
    total = rows.count()
    assert count.inner_text() == f"All {total} claims"

    page.get_by_label("With the words").focus()
    page.keyboard.type("Sigmoid LAYERS")
    few = rows.count()
    assert 0 < few < total
    assert count.inner_text() == f"{few} of {total} claims"
    assert all({"sigmoid", "layers"} <= set(re.findall(r"\w+", text.lower())) for text in rows.all_text_contents())
    assert page.locator(".gl-ledger-page:visible").count() < page.locator(".gl-ledger-page").count()

    page.keyboard.press("Tab")
    page.keyboard.type(page.locator("#ledger-page option").nth(2).inner_text()[:12])
    chosen = page.get_by_label("On the page").input_value()
    assert chosen
    assert page.locator(".gl-ledger-page:visible").count() <= 1
    page.reload()
    assert page.get_by_label("With the words").input_value() == "Sigmoid LAYERS"
    assert page.get_by_label("On the page").input_value() == chosen

    page.get_by_label("With the words").fill("no claim has this")
    assert rows.count() == 0
    assert count.inner_text() == "No claim has all these words."
    page.get_by_label("With the words").fill("")
    page.get_by_label("On the page").select_option("")
    assert rows.count() == total
    assert page.url.endswith("/claims.html")
    assert page.troubles == []


def test_the_ledger_is_whole_without_a_script(browser, origin):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{origin}/claims.html")
    assert (
        page.locator(".gl-ledger-page table.gl-ledger tbody tr:visible").count()
        == page.locator(".gl-ledger-page table.gl-ledger tbody tr").count()
    )
    assert not page.get_by_label("With the words").is_visible()
    context.close()


def test_the_whole_story_prints_on_two_sheets(visit):
    pdf = visit("learn/story").pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2


@pytest.mark.parametrize(("viewport", "beside"), [(DESK, True), (PHONE, False)], ids=["desk", "phone"])
def test_a_picture_of_the_story_stands_left_of_its_text_and_on_a_phone_above_it(visit, viewport, beside):
    page = visit("learn/story", viewport)
    step = page.locator("#story > section").nth(1)
    picture, text = step.locator("img.gl-light").bounding_box(), step.locator("> p").bounding_box()
    assert (text["x"] >= picture["x"] + picture["width"]) is beside
    assert (text["y"] >= picture["y"] + picture["height"]) is not beside


def test_formulas_have_the_font_of_the_book(visit):
    page = visit("reference/activations")
    assert page.locator("math").count()
    page.locator("html:not([data-fonts])").wait_for(state="attached")  # they come once the page stands
    assert page.evaluate("[...document.fonts].some(f => f.family.includes('GL Math') && f.status == 'loaded')")


def test_icons_are_drawn_by_the_font_alone(visit):
    page = visit("index")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].some(f => f.family.includes('Font Awesome') && f.status == 'loaded')")
    assert (HTML / "_static" / "scripts" / "fontawesome.js").stat().st_size < 1000, "the theme's 1.5 MB script is back"


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
@pytest.mark.parametrize("name", [*PAGES, "genindex", "search", "404", "_modules/gradlab/network/mlp"])
def test_axe_finds_nothing(visit, name, viewport, scheme):
    page = visit(name, viewport, scheme)
    page.wait_for_timeout(200)
    assert page.troubles == []
    found = faults(page)
    assert not found, "\n".join(found)
