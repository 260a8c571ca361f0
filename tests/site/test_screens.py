"""The built book on every screen and on none: phones, large type, paper, no JavaScript."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import subprocess

import matplotlib as mpl
import pytest
from built_book import DOCS, EXECUTED, HTML, PAGES, files
from gradlab_live import narrow
from matplotlib.figure import Figure

PHONE = {"width": 390, "height": 800}
CHAPTER = "learn/vanishing"
# drawings that phones show as they are; those with a slider are drawn for both
OWN = {"gl-no-narrow", "gl-small", "gl-activation", "gl-moving"}


@pytest.fixture
def narrow_figures():
    """The extension of the kernel that draws for phones."""
    path = DOCS / "_ipython" / "narrow_figures_config.py"
    spec = importlib.util.spec_from_file_location("narrow_figures_config", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawn(figure):
    with mpl.rc_context({"svg.hashsalt": "gradlab"}):
        written = io.StringIO()
        figure.savefig(written, format="svg", bbox_inches="tight", metadata={"Date": None})
    return written.getvalue()


@pytest.mark.parametrize("shape", [(1, 2), (1, 4), (2, 3)])
def test_a_drawing_for_phones_changes_nothing_of_the_first(narrow_figures, shape):
    figure = Figure(figsize=(7.4, 3 * shape[0]), layout="constrained")
    panels = figure.subplots(*shape, sharey=True)
    for axes in panels.flat:
        axes.plot([0, 1], label="line")
        axes.set(xlabel="step", title="a title that is far too long for a panel of a phone")
    panels.flat[0].set_ylabel("loss")
    panels.flat[-1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside right center")
    before = drawn(figure)
    for_phones = narrow_figures.narrow(figure)
    assert drawn(figure) == before
    width = float(re.search(r'width="([\d.]+)pt"', for_phones)[1]) / 72
    assert width < 4.7


def test_panels_of_a_row_stand_one_above_the_other_on_a_phone(narrow_figures, monkeypatch):
    figure = Figure(figsize=(7.4, 3), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    seen = []

    def look(figure, *_, **__):
        seen.extend(axes.get_position().bounds for axes in (left, right))
        return "<svg>"

    monkeypatch.setattr(narrow_figures, "print_figure", look)
    narrow_figures.narrow(figure)
    (x, y, *_), (other_x, other_y, _, height) = seen
    assert abs(x - other_x) < 0.02
    assert y >= other_y + height


def test_a_drawing_that_is_narrow_already_is_not_drawn_again(narrow_figures):
    figure = Figure(figsize=(2.2, 1.4))
    figure.subplots()
    assert narrow_figures.narrow(figure) is None


def test_a_drawing_that_fails_for_phones_fails_the_build(narrow_figures, monkeypatch, capsys):
    figure = Figure(figsize=(7, 3))
    figure.subplots()
    monkeypatch.setattr(narrow, "_lay_out", lambda figure: 1 / 0)
    assert narrow_figures.narrow(figure) is None
    assert "ZeroDivisionError" in capsys.readouterr().err, "the error stream is what fails a build"
    assert tuple(figure.get_size_inches()) == (7, 3)


@pytest.mark.parametrize("name", EXECUTED)
def test_each_figure_of_a_cell_has_a_drawing_for_phones_in_both_themes(soups, name):
    for theme, end in (("gl-light", "-narrow.svg"), ("gl-dark", "-narrow-dark.svg")):
        for image in soups[name].select(f"div.cell figure img.{theme}"):
            if OWN & set(image["class"]):
                continue
            source = image.parent.find("source") if image.parent.name == "picture" else None
            assert source is not None, f"{image['src']} is the wide drawing on a phone as well"
            assert source["media"] == "(max-width: 600px)"
            assert source["srcset"].endswith(end)
            narrow = (HTML / f"{name}.html").parent.joinpath(source["srcset"])
            assert narrow.stat().st_size < 150 * 1024, f"{narrow} is heavier than a page"


def test_drawings_of_cells_have_their_size_and_all_but_the_first_wait(soups):
    for name in EXECUTED:
        images = soups[name].select("div.cell figure img:is(.gl-light, .gl-dark)")
        assert all(image.get("width") and image.get("height") for image in images), name
        waiting = [image.get("loading") == "lazy" for image in images]
        assert all(waiting[1:]), name


@pytest.fixture(scope="module")
def tab(browser, origin):
    """One tab for many pages: a new one for each takes longer than what is looked at."""
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce", has_touch=True)
    page = context.new_page()
    page.origin = origin
    yield page
    context.close()


@pytest.mark.parametrize("name", [*PAGES, "genindex", "search", "404"])
def test_no_page_scrolls_sideways_at_320_390_and_768_and_no_figure_is_cut(tab, name):
    tab.goto(f"{tab.origin}/{name}.html")
    for width in (320, 390, 768):
        tab.set_viewport_size({"width": width, "height": 800})
        over = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{over} pixels too wide at {width}"
        cut = tab.evaluate(
            "[...document.querySelectorAll('.bd-article img:not(.gl-no-narrow)')]"
            ".filter(i => i.checkVisibility() && i.getBoundingClientRect().right > innerWidth + 1).map(i => i.src)"
        )
        assert cut == [], f"cut at {width}"


def test_the_drawer_of_contents_closes_after_a_choice(tab):
    tab.goto(f"{tab.origin}/{CHAPTER}.html")
    tab.set_viewport_size(PHONE)
    tab.locator("button.secondary-toggle:visible").first.click()
    drawer = tab.locator("#pst-secondary-sidebar-modal")
    assert drawer.evaluate("d => d.open")
    drawer.locator("a[href^='#']").nth(1).click()
    tab.wait_for_timeout(400)
    assert not drawer.evaluate("d => d.open")


def test_only_what_scrolls_is_a_stop_of_the_keyboard(tab):
    tab.goto(f"{tab.origin}/{CHAPTER}.html")
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.wait_for_timeout(200)
    idle = tab.evaluate(
        "[...document.querySelectorAll('.bd-article [tabindex=\"0\"]')]"
        ".filter(e => e.scrollWidth <= e.clientWidth).map(e => e.className)"
    )
    assert idle == []


def test_the_keyboard_is_seen_wherever_it_stands_and_comes_to_the_page_in_one_step_or_in_few(browser, origin):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{origin}/{CHAPTER}.html")
    page.wait_for_timeout(300)
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        within, ring, what = page.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [!!e.closest('.bd-article'), s.outlineStyle === 'solid' && parseFloat(s.outlineWidth), e.outerHTML]; })()"
        )
        assert ring >= 2, what[:200]
        if within:
            break
        stops.append(what)
    assert "Skip to main content" in stops[0]
    assert any("primary-toggle" in what for what in stops)
    assert len(stops) <= 50, "a link of the sidebar for each page, and few stops beside them"
    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")
    context.close()


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_without_a_script_a_dark_system_gets_light_words_on_dark_paper(browser, origin):
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{origin}/{CHAPTER}.html")
    looks = page.evaluate(
        "() => ['.bd-article p', '.bd-article pre', 'h1', 'figcaption p', '.bd-docs-nav a']"
        ".map(s => getComputedStyle(document.querySelector(s)).color)"
    )
    paper = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    for colour in looks:
        assert (luminance(colour) + 0.05) / (paper + 0.05) > 4.5, looks
    assert page.locator("img.gl-dark").first.is_visible()
    assert not page.locator("img.gl-light").first.is_visible()
    context.close()


def printed(browser, origin, scheme):
    """Return how many sheets a chapter takes, its words on paper, and what it looks like there."""
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 720, "height": 1000})
    page = context.new_page()
    page.goto(f"{origin}/{CHAPTER}.html")
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.evaluate("Promise.all([...document.images].filter((i) => i.offsetParent).map((i) => i.decode()))")
    found = sheets, page.locator("body").inner_text(), page.screenshot(full_page=True)
    context.close()
    return found


def test_a_chapter_prints_alike_from_both_themes_on_few_sheets_and_without_controls(browser, origin):
    (sheets, words, light), (_, _, dark) = (printed(browser, origin, scheme) for scheme in ("light", "dark"))
    assert light == dark
    assert sheets <= 8
    for control in ("Code of this", "How this was measured", "Show ", "Skip to", "Back to top", "Next", "Search"):
        assert control not in words


@pytest.mark.skipif("GRADLAB_HTML_VALIDATE" not in os.environ, reason="needs npm: see the session site of noxfile.py")
def test_html_is_valid(tmp_path):
    pages = sorted(str(path) for path in files("*.html") if "_static" not in path.parts)
    settings = DOCS.parent / "tests" / "site" / "htmlvalidate.json"
    # into a file: what it writes to a pipe is cut when it ends
    with (tmp_path / "faults.json").open("w+", encoding="utf-8") as told:
        judge = [os.environ["GRADLAB_HTML_VALIDATE"], "--config", str(settings), "-f", "json"]
        subprocess.run([*judge, *pages], stdout=told, check=False)
        told.seek(0)
        judged = json.load(told)
    faults = [
        f"{page['filePath']}:{fault['line']}: {fault['message']} ({fault['ruleId']})"
        for page in judged
        for fault in page["messages"]
    ]
    assert not faults, "\n".join(faults[:40])
