"""Live cells in a browser: what is fetched and when, what a run changes on a page, how it ends, and how all comes back."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import live_book
import pytest
from axe_playwright_python.sync_playwright import Axe
from built_book import HTML
from live_book import CELLS, NAME, PRINTED
from playwright.sync_api import Browser, BrowserContext, Locator, expect

STARTS = 120_000  # milliseconds: three browsers on two cores
WATCH = """
window.breaches = [];
document.addEventListener("securitypolicyviolation", (breach) =>
  window.breaches.push(`${breach.effectiveDirective}: ${breach.blockedURI} ${breach.sample}`));
"""
# all of an article but what only says that something was pressed; a style is what an attribute says, in whatever order
ALL = """() => [...document.querySelectorAll("article, article *")].map((one) => [one.tagName, one.childElementCount ? "" : one.textContent,
  ...[...one.attributes].filter(({ name, value }) => value && !["data-built", "loading"].includes(name)).map(({ name, value }) => `${name}=${value.trim()}`).sort()].join(" "))"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Reader:
    """Somebody with the page open."""

    def __init__(self, context: BrowserContext, base: str, name: str = NAME) -> None:
        self.name = name
        self.page, self.base, self.asked, self.troubles = context.new_page(), base, list[str](), list[str]()
        self.page.add_init_script(WATCH)
        context.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.open()

    def open(self, fragment: str = "") -> None:
        """Open the page, with all folds open."""
        self.page.goto(f"{self.base}{self.name}.html{fragment}", wait_until="networkidle")
        self.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")

    def cell(self, index: int) -> Locator:
        return self.page.locator(
            f"div.cell[data-cell='{index}'] .cell_input:not([data-cell]), .cell_input[data-cell='{index}']"
        )

    def edit(self, index: int) -> Locator:
        """Press Edit and return the editor."""
        self.cell(index).get_by_role("button", name="Edit").dispatch_event("click")
        editor = self.cell(index).get_by_role("textbox", name="Code of this cell")
        editor.wait_for()
        return editor

    def write(self, index: int, text: str) -> Locator:
        """Write other code into a cell."""
        editor = self.edit(index)
        editor.press("Control+a")
        self.page.keyboard.insert_text(text)
        return editor

    def run(self, index: int, ends: str = r"^Done in ") -> str:
        """Run a cell whose editor is open; return what its line says at the end."""
        status = self.cell(index).get_by_role("status")
        self.cell(index).get_by_role("button", name="Run", exact=True).click()
        expect(status).to_have_text(re.compile(ends), timeout=STARTS)
        return status.inner_text()

    def shown(self, index: int) -> str:
        """Return what a cell printed, as far as it shows."""
        return "".join(
            self.page.locator(f"div.cell[data-cell='{index}'] .cell_output .output:visible pre").all_inner_texts()
        )

    def back(self) -> None:
        """Bring the book back."""
        self.page.get_by_role("button", name="Back to the book").locator("visible=true").first.click()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, set[str]]]:
    folder = tmp_path_factory.mktemp("live")
    live_book.write(folder)
    with live_book.served(folder) as served:
        yield served


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open one profile for all, so that Python is fetched once."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture(scope="module")
def runner(context: BrowserContext, book: tuple[str, set[str]]) -> Iterator[Reader]:
    """Open one page for all that only run cells, so that Python starts once."""
    reader = Reader(context, book[0])
    yield reader
    reader.page.close()


@pytest.fixture
def reader(context: BrowserContext, book: tuple[str, set[str]]) -> Iterator[Reader]:
    """Open a page of its own in the same profile."""
    reader = Reader(context, book[0])
    yield reader
    reader.page.evaluate("localStorage.clear()")
    reader.page.close()


@pytest.fixture
def stranger(browser: Browser, book: tuple[str, set[str]]) -> Iterator[Reader]:
    """Open the page in a profile that has never seen it."""
    context = browser.new_context()
    yield Reader(context, book[0])
    context.close()


def live(asked: list[str]) -> list[str]:
    """Return which files of live cells were asked for."""
    return [
        name
        for url in asked
        if (found := re.search(r"/(?:_static/live|_live)/([^?]*)", url))
        for name in found.groups()
    ]


# -- What is fetched ---------------------------------------------------------------------------------------------------


def test_nothing_is_fetched_before_edit_and_the_editor_alone_before_run(stranger):
    assert live(stranger.asked) == ["page.js"]
    stranger.edit(0)
    assert live(stranger.asked) == ["page.js", "editor.js"]


def test_the_script_of_a_page_is_small():
    assert len(gzip.compress((HTML / "_static" / "live" / "page.js").read_bytes())) <= 8_000


# -- A run -------------------------------------------------------------------------------------------------------------


def test_a_run_without_a_change_gives_what_the_book_printed(runner):
    runner.edit(0)
    buttons = runner.cell(0).locator(".gl-live-bar button:visible")
    assert buttons.all_inner_texts() == ["Run", "Reset", "Link"]
    said = runner.run(0)
    assert buttons.all_inner_texts() == ["Run", "Reset", "Link", "Back to the book"]
    assert runner.page.locator(".gl-live-text").count() == 1, "the book's own text still stands"
    assert runner.shown(0) == PRINTED.rstrip("\n") or runner.shown(0) == PRINTED
    assert "differ" not in said
    origin = re.match(r"https?://[^/]+/", runner.base)[0]
    assert [url for url in runner.asked if not url.startswith((origin, "blob:", "data:"))] == []
    assert any("numpy" in name for name in live(runner.asked))
    assert runner.page.evaluate("window.breaches") == []
    assert runner.troubles == []
    runner.back()


def test_the_last_expression_is_shown(runner):
    runner.edit(3)
    runner.run(3)
    assert runner.shown(3).startswith("array([0.5")
    runner.back()


def test_a_change_reaches_text_figure_claim_and_prose_and_all_comes_back(runner):
    page = runner.page
    figure = page.locator("#fig-live")
    before = page.evaluate(ALL)
    runner.write(0, CELLS[0].replace("0.1", "0.7"))
    runner.run(0)
    assert runner.shown(0).startswith("rate 0.7 and 1.41421")
    runner.edit(1)
    runner.run(1)
    for look in ("light", "dark"):
        image = figure.locator(f"img.gl-{look}")
        assert image.get_attribute("src").startswith("blob:")
        assert image.get_attribute("alt") == "A line."
        image.evaluate("async (image) => { image.loading = 'eager'; await image.decode(); }")
        assert image.evaluate("(image) => image.naturalWidth") > 100
    assert figure.locator("figcaption").inner_text() == "Fig. 1 A line."
    assert figure.get_by_text("Computed in this page").is_visible()

    runner.edit(2)
    said = runner.run(2)
    claim = page.locator("#claim-live-rate")
    assert "1 false now" in said
    assert "2 numbers in the text follow" in said
    assert "gl-false" in claim.get_attribute("class")
    red, green, blue = re.findall(r"\d+", claim.evaluate("(claim) => getComputedStyle(claim).color"))[:3]
    assert int(red) > 1.5 * max(int(green), int(blue)), "a claim that became false is red"
    assert "False now: measured 0.7, claimed < 0.5" in claim.inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert page.locator(".gl-checked-title").inner_text() == "Not all true now"
    assert page.locator(".gl-live-number").count() == 2
    assert page.locator("[data-glue]").all_inner_texts() == ["70\N{NO-BREAK SPACE}%", "0.8"]

    assert page.get_by_role("button", name="Back to the book").locator("visible=true").count() == 3
    runner.back()
    assert page.evaluate(ALL) == before


def test_a_false_claim_that_is_mended_is_true_again(runner):
    runner.write(0, CELLS[0].replace("0.1", "0.7"))
    runner.edit(2)
    runner.run(2)
    runner.write(0, CELLS[0].replace("0.1", "0.3"))
    said = runner.run(2)
    claim = runner.page.locator("#claim-live-rate")
    assert "false" not in said
    assert "gl-false" not in claim.get_attribute("class")
    assert runner.page.locator(".gl-checked-title").inner_text() == "Checked"
    runner.write(0, CELLS[0])
    runner.run(2)
    assert runner.page.locator(".gl-live-number").count() == 0, "numbers of the book are marked as others"
    assert claim.locator(".gl-claim-measured").inner_text().strip().endswith("0.1")
    runner.back()


def test_an_error_is_shown_with_its_line_and_the_page_stays(runner):
    runner.write(0, CELLS[0] + "\nnp.ones(3) @ np.ones(4)\nprint('never')")
    runner.run(0, "error")
    told = runner.page.get_by_role("alert").inner_text()
    assert "ValueError" in told
    assert "matmul" in told
    marked = runner.cell(0).locator("[data-failed]")
    assert marked.inner_text() == "np.ones(3) @ np.ones(4)"
    runner.write(0, CELLS[0])
    assert runner.cell(0).locator("[data-failed]").count() == 0
    runner.run(0)
    assert runner.page.get_by_role("alert").count() == 0
    runner.back()


def test_a_figure_follows_the_theme_after_a_run(runner):
    runner.edit(1)
    runner.run(1)
    page = runner.page
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    dark = page.locator("#fig-live img.gl-dark")
    assert dark.is_visible()
    drawn = dark.get_attribute("src")
    assert drawn.startswith("blob:")
    assert drawn != page.locator("#fig-live img.gl-light").get_attribute("src")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    runner.back()


def test_an_open_editor_a_result_and_a_false_claim_are_accessible(runner):
    runner.write(0, CELLS[0].replace("0.1", "0.7"))
    runner.edit(2)
    runner.run(2)
    runner.edit(0)
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    for theme in ("light", "dark"):
        runner.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        found = Axe().run(runner.page, context={"include": [["article"]]}, options=options).response["violations"]
        told = [
            (rule["id"], node["html"][:150], node.get("failureSummary")) for rule in found for node in rule["nodes"]
        ]
        assert told == [], theme
    runner.page.evaluate("document.documentElement.dataset.theme = 'light'")
    runner.back()


def test_stop_ends_an_endless_loop_and_the_next_run_starts_anew(runner):
    runner.write(0, "while True:\n    pass")
    cell = runner.cell(0)
    cell.get_by_role("button", name="Run", exact=True).click()
    expect(cell.get_by_role("status")).to_have_text(re.compile("Step"), timeout=STARTS)
    cell.get_by_role("button", name="Stop").click()
    expect(cell.get_by_role("status")).to_have_text(re.compile("Stopped"))
    assert not cell.get_by_role("button", name="Stop").is_visible()
    assert runner.shown(0).strip() == PRINTED.strip(), "what the book printed is gone"
    cell.get_by_role("button", name="Run", exact=True).click()
    expect(cell.get_by_role("status")).to_have_text(re.compile("Step"), timeout=STARTS)
    cell.get_by_role("button", name="Reset").click()
    expect(cell.get_by_role("button", name="Edit")).to_be_focused()
    assert runner.page.locator(".gl-live").count() == 0
    runner.write(0, "print(6 * 7)")
    runner.run(0)
    assert runner.shown(0).strip() == "42"
    runner.back()


# -- Fewer seeds -------------------------------------------------------------------------------------------------------


def test_a_slow_cell_has_fewer_seeds_first_and_all_of_them_by_a_button(reader):
    page, cell = reader.page, reader.cell(4)
    before, claim = page.locator("article").inner_text(), page.locator("#claim-live-seeds")
    reader.edit(4)
    said = reader.run(4)
    assert re.search(r": 5 of 20 seeds; claims are not judged\. All seeds take about [\d.]+ s here\.$", said)
    assert reader.shown(4).strip() == "networks 5"
    assert page.get_by_text("Computed with 5 of 20 seeds.").is_visible()
    assert "gl-false" not in claim.get_attribute("class")
    assert claim.locator(".gl-claim-measured").inner_text().endswith("20")

    cell.get_by_role("button", name="Run all seeds").press("Enter")
    expect(cell.get_by_role("status")).to_have_text(re.compile("1 claim judged again: true"), timeout=STARTS)
    assert reader.shown(4).strip() == "networks 20"
    assert page.get_by_text("Computed with 5 of 20 seeds.").count() == 0
    assert not cell.get_by_role("button", name="Run all seeds").is_visible()
    expect(cell.get_by_role("button", name="Run", exact=True)).to_be_focused()

    reader.back()
    assert page.locator("article").inner_text() == before
    assert reader.troubles == []


def test_fewer_seeds_stand_at_a_figure_and_take_back_what_claims_changed(reader):
    page, cell = reader.page, reader.cell(4)
    drawn = "import matplotlib.pyplot as plt\nplt.plot([0, len(starts)])\nplt.show()"
    reader.write(4, CELLS[4].replace("20", "3", 1))
    assert "1 false now" in reader.run(4), "three seeds are none to leave out"
    claim = page.locator("#claim-live-seeds.gl-false")
    assert claim.count() == 1
    reader.write(4, "while True:\n    pass")  # Stop forgets the time that was measured
    cell.get_by_role("button", name="Run", exact=True).click()
    expect(cell.get_by_role("status")).to_have_text(re.compile("Step"), timeout=STARTS)
    cell.get_by_role("button", name="Stop").click()
    reader.write(4, f"{CELLS[4]}\n{drawn}")
    reader.run(4)
    assert claim.count() == 0
    mark = page.locator("div.cell[data-cell='4'] figure .gl-live-mark")
    assert mark.inner_text().startswith("Computed in this page with 5 of 20 seeds.")
    cell.get_by_role("button", name="Run all seeds").click()
    expect(mark).to_have_text(re.compile(r"Computed in this page\. "), timeout=STARTS)
    expect(cell.get_by_role("status")).to_have_text(re.compile("^Done"), timeout=STARTS)


def test_code_that_wants_all_seeds_says_so_and_is_no_error(reader):
    cell = reader.cell(4)
    reader.write(4, CELLS[4].replace("print(", "print(np.ones(20) + starts[:, 0] is None, "))
    said = reader.run(4, "may want all")
    assert said.startswith("With 5 of 20 seeds this ended with “ValueError: operands")
    assert "All seeds take about" in said
    assert reader.page.get_by_role("alert").count() == 0
    assert cell.locator("[data-failed]").count() == 0
    cell.get_by_role("button", name="Run all seeds").click()
    expect(cell.get_by_role("status")).to_have_text(re.compile("^Done"), timeout=STARTS)
    assert reader.shown(4).split() == ["False", "networks", "20"]


def test_an_answer_is_judged_by_all_seeds(reader):
    place = reader.page.locator("#starter-live")
    place.get_by_role("button", name="Edit").dispatch_event("click")
    place.get_by_role("button", name="Check").click()
    expect(place.get_by_role("status")).to_have_text(re.compile(r"^Right\."), timeout=STARTS)
    assert not place.get_by_role("button", name="Run all seeds").is_visible()


# -- The book's own pages ----------------------------------------------------------------------------------------------


def facts(name: str) -> dict:
    """Return what the build knows of a page's cells."""
    return json.loads((HTML / "_live" / f"{name}.json").read_text(encoding="utf-8"))


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", text)]


@pytest.mark.parametrize("name", ["notation", "learn/start"])
def test_a_cell_of_the_book_prints_here_what_the_book_prints(context, book, name):
    cells = facts(name)["cells"]
    index = next(index for index, cell in enumerate(cells) if cell["editable"] and cell["text"])
    reader = Reader(context, book[0], name)
    reader.edit(index)
    reader.run(index)
    shown = reader.shown(index)
    assert re.sub(r"[-\d.e]+", "#", " ".join(shown.split())) == re.sub(
        r"[-\d.e]+", "#", " ".join(cells[index]["text"].split())
    )
    assert numbers(shown) == pytest.approx(numbers(cells[index]["text"]), rel=1e-6)
    assert numbers(shown)
    assert reader.troubles == []
    reader.page.close()


def test_a_figure_takes_the_books_results_of_slow_statements_until_one_changes_them(context, book):
    name = "learn/vanishing"
    cells = facts(name)["cells"]
    index = next(index for index, cell in enumerate(cells) if cell["frames"])
    reader = Reader(context, book[0], name)
    reader.edit(index)
    reader.run(index)
    assert any(name.startswith("results/") for name in live(reader.asked)), "everything was computed anew"
    figure = reader.page.locator(f"div.cell[data-cell='{index}'] figure")
    slider = figure.locator(".gl-frames:visible input").first
    assert figure.locator(".gl-frames:visible").count() == 1
    before = figure.locator("img.gl-light").get_attribute("src")
    slider.press("End")
    reader.page.wait_for_function("before => document.querySelector('figure img.gl-light').src !== before", arg=before)
    says = figure.locator(".gl-frames:visible .gl-frames-says")
    assert says.inner_text().startswith("With s = ")
    reader.back()
    assert figure.locator(".gl-frames:visible").count() == 1
    assert not figure.locator("img.gl-light").get_attribute("src").startswith("blob:")
    assert reader.troubles == []
    reader.page.close()


def test_each_cell_that_can_be_changed_has_one_edit(context, book):
    reader = Reader(context, book[0], "learn/vanishing")
    marked = [index for index, cell in enumerate(facts("learn/vanishing")["cells"]) if cell["editable"]]
    for index in marked:
        assert reader.cell(index).get_by_role("button", name="Edit", include_hidden=True).count() == 1, index
    assert reader.page.get_by_role("button", name="Edit", include_hidden=True).count() == len(marked) > 5
    reader.page.close()


# -- The editor --------------------------------------------------------------------------------------------------------


def test_a_keyboard_is_enough(runner):
    page = runner.page
    page.locator("article h1").click()
    edit = runner.cell(0).get_by_role("button", name="Edit")
    edit.focus()
    page.keyboard.press("Enter")
    editor = runner.cell(0).get_by_role("textbox", name="Code of this cell")
    expect(editor).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("print('by hand')")
    page.keyboard.press("Shift+Enter")
    expect(runner.cell(0).get_by_role("status")).to_have_text(re.compile("^Done"), timeout=STARTS)
    assert "by hand" in runner.shown(0)
    expect(editor).to_be_focused()
    page.keyboard.press("Tab")
    assert not editor.evaluate("editor => editor === document.activeElement"), "Tab is trapped"
    editor.focus()
    page.keyboard.press("Escape")
    expect(edit).to_be_focused()
    runner.back()


def test_an_edit_outlives_a_reload_and_reset_forgets_it(reader):
    reader.write(0, "print('kept')")
    reader.open()
    asked = len(reader.asked)
    assert "is kept" in reader.cell(0).get_by_role("status").inner_text()
    assert "editor.js" not in live(reader.asked[asked:])
    assert "kept" in reader.edit(0).inner_text()
    reader.cell(0).get_by_role("button", name="Reset").click()
    expect(reader.cell(0).get_by_role("button", name="Edit")).to_be_focused()
    reader.open()
    assert reader.page.locator(".gl-live").count() == 0


def test_an_edit_of_another_version_is_offered_and_not_applied(reader):
    reader.page.evaluate(
        f"localStorage.setItem('gl-live:{NAME}:0', JSON.stringify({{digest: 'of another', text: 'print(1)'}}))"
    )
    reader.open()
    editor = reader.edit(0)
    assert "rate" in editor.inner_text()
    assert "another version" in reader.cell(0).get_by_role("status").inner_text()
    reader.cell(0).get_by_role("button", name="Show it").click()
    assert editor.inner_text().strip() == "print(1)"


def test_a_link_carries_an_edit_which_does_not_run_by_itself(reader):
    reader.write(0, "print('from a link') # ünï 😀")
    reader.cell(0).get_by_role("button", name="Link").click()
    expect(reader.cell(0).get_by_role("status")).to_have_text(re.compile("copied"))
    link = reader.page.evaluate("navigator.clipboard.readText()")
    reader.page.evaluate("localStorage.clear()")
    reader.page.goto("about:blank")
    asked = len(reader.asked)
    reader.page.goto(link)
    editor = reader.cell(0).get_by_role("textbox", name="Code of this cell")
    expect(editor).to_have_text("print('from a link') # ünï 😀")
    assert "not run yet" in reader.cell(0).get_by_role("status").inner_text()
    assert "worker.js" not in live(reader.asked[asked:])
    assert reader.troubles == []
    reader.page.goto("about:blank")
    reader.page.goto(link[:-3])  # cut off on its way
    reader.page.wait_for_load_state("networkidle")
    assert reader.page.locator(".gl-editor").count() == 0
    assert reader.troubles == []


def test_copy_takes_the_change(reader):
    reader.write(0, "print('changed')")
    reader.cell(0).get_by_role("button", name="Copy").dispatch_event("click")
    reader.page.get_by_text("Copied").first.wait_for(state="attached")
    assert reader.page.evaluate("navigator.clipboard.readText()") == "print('changed')"


def test_the_editor_has_the_colours_of_the_books_code(reader, browser, origin):
    reader.edit(0)
    page = reader.page
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        keyword = page.locator(".cm-line .k").first.evaluate("one => getComputedStyle(one).color")
        page.evaluate(
            """() => {
              const code = document.createElement("div");
              code.innerHTML = '<div class="highlight"><pre><span class="kn">import</span></pre></div>';
              document.querySelector("article").append(code);
            }"""
        )
        assert keyword == page.locator("article .kn").last.evaluate("one => getComputedStyle(one).color")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    family = page.locator(".cm-scroller").evaluate("one => getComputedStyle(one).fontFamily")
    assert family == page.locator("article pre:visible").first.evaluate("one => getComputedStyle(one).fontFamily")


# -- What can go wrong -------------------------------------------------------------------------------------------------


def test_a_wheel_that_was_changed_is_refused(stranger, book):
    book[1].add("numpy")
    try:
        stranger.edit(0)
        said = stranger.run(0, "refused")
    finally:
        book[1].clear()
    assert "numpy" in said
    assert stranger.shown(0).strip() == PRINTED.strip()


def test_a_lost_connection_is_told_and_tried_again(reader):
    reader.page.context.route("**/live.json*", lambda route: route.abort())
    reader.edit(0)
    assert "live.json" in reader.run(0, "could not be fetched")
    reader.page.context.unroute("**/live.json*")
    reader.run(0)


def test_a_press_is_seen_before_anything_has_come_and_can_be_taken_back(reader):
    held = []
    reader.page.route(f"**/_live/{NAME}.json", lambda route: held.append(route))
    reader.edit(0)
    buttons = {name: reader.cell(0).get_by_role("button", name=name, exact=True) for name in ("Run", "Stop")}
    status = reader.cell(0).get_by_role("status")
    seen = """button => { button.click(); button.click(); const bar = button.parentElement;
        return [...bar.children].filter((one) => !one.hidden && !one.disabled).map((one) => one.textContent); }"""
    assert buttons["Run"].evaluate(seen) == ["Stop", "Reset", "Link"]
    assert status.inner_text() == ""
    buttons["Stop"].click()
    assert status.inner_text() == "Stopped."
    expect(buttons["Stop"]).to_be_hidden()
    buttons["Run"].click()
    assert status.inner_text() == ""
    for route in held:
        route.continue_()
    expect(status).to_have_text(re.compile("^Done in "), timeout=STARTS)
    assert reader.shown(0) == PRINTED
    assert reader.troubles == []


def test_what_one_page_has_fetched_no_other_page_fetches_again(reader):
    reader.edit(0)
    reader.run(0)
    asked = len(reader.asked)
    reader.open()  # Python is gone with the page, and its files are kept
    reader.edit(0)
    reader.run(0)
    assert "worker.js" in live(reader.asked[asked:])
    fetched = [name for name in live(reader.asked[asked:]) if name.endswith((".wasm", ".whl", ".zip"))]
    assert fetched == []


def test_a_browser_without_webassembly_is_told(reader):
    reader.page.add_init_script("delete window.WebAssembly")
    reader.open()
    reader.edit(0)
    reader.run(0, "no WebAssembly")


def test_a_page_from_a_folder_says_why_it_cannot(browser, tmp_path):
    live_book.write(tmp_path)
    for name in ("_static", "_images"):
        (tmp_path / name).symlink_to(HTML / name)
    context = browser.new_context()
    page = context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(Path(tmp_path, f"{NAME}.html").as_uri())
    page.locator(".cell_input").first.get_by_role("button", name="Edit").dispatch_event("click")
    expect(page.get_by_role("status").filter(has_text="opened from a file")).to_be_visible()
    assert troubles == []
    context.close()


def test_without_javascript_and_on_paper_nothing_of_this_shows(browser, book, reader):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{book[0]}{NAME}.html")
    assert page.get_by_role("button", name="Edit").count() == 0
    context.close()
    reader.edit(0)
    reader.page.emulate_media(media="print")
    assert not reader.page.locator(".gl-live").first.is_visible()


def test_only_pages_with_cells_to_change_load_the_script_and_are_allowed_more(soups):
    for name, soup in soups.items():
        has = bool(soup.select("[data-edit]"))
        assert bool(soup.select('script[src*="live/page.js"]')) == has, name
        content = soup.select_one('meta[http-equiv="Content-Security-Policy"]')["content"]
        assert ("wasm-unsafe-eval" in content) == (has or bool(soup.select(".gl-bench"))), name
