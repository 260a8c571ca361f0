"""The gradient bench in a browser: its instant view, its address, its controls, and what a reader takes along.

What trains is test_bench_live.py's.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import bench_grid
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from built_book import DOCS, HTML, ROOT
from gradlab_live import signals
from playwright.sync_api import Browser, BrowserContext, Page, expect

import gradlab as gl

WATCH = """
window.breaches = [];
document.addEventListener("securitypolicyviolation", (breach) => window.breaches.push(`${breach.effectiveDirective} ${breach.blockedURI}`));
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
RUNTIME = re.compile(r"pyodide|\.wasm|\.whl|worker\.js|bench-live|live\.json")
STORIES = re.findall(r'key: "([^"]+)"', (DOCS / "_live/js/bench/stories.js").read_text(encoding="utf-8"))


class Bench:
    """A reader with the bench open."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.page: Page = context.new_page()
        self.address = f"{origin}/playground.html"
        self.asked: list[str] = []
        self.troubles: list[str] = []
        self.page.add_init_script(WATCH)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("dialog", lambda dialog: self.troubles.append(dialog.message))

    def open(self, fragment: str = "") -> Bench:
        """Open the bench anew at a setting, and wait for what it says."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}{'#' if fragment else ''}{fragment}", wait_until="networkidle")
        expect(self.part("say")).not_to_have_text("Signals of each layer, before any training.")
        return self

    def part(self, name: str):
        return self.page.locator(f'[data-bench="{name}"]')

    def control(self, name: str):
        return self.page.locator(f'#gl-bench [name="{name}"]')

    def said(self) -> str:
        """Return the sentence, with plain spaces."""
        return self.part("say").inner_text().replace("\N{NO-BREAK SPACE}", " ")

    def box(self, selector: str) -> dict[str, float]:
        found = self.page.locator(selector).first.bounding_box()
        assert found is not None, selector
        return found

    def data(self) -> list[dict[str, str]]:
        """Return the rows of the file that *Save data* gives."""
        with self.page.expect_download() as coming:
            self.part("csv").click()
        return list(csv.DictReader(io.StringIO(coming.value.path().read_text(encoding="utf-8"))))


@contextlib.contextmanager
def reader(browser: Browser, origin: str, **settings) -> Iterator[Bench]:
    context = browser.new_context(**{"viewport": DESK, **settings})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    bench = Bench(context, origin)
    yield bench
    assert not bench.troubles
    assert bench.page.evaluate("window.breaches ?? []") == []
    context.close()


@pytest.fixture
def bench(browser, origin) -> Iterator[Bench]:
    with reader(browser, origin) as one:
        yield one


def measured(rows: list[dict[str, str]], view: str = "now") -> list[dict[str, str]]:
    return [row for row in rows if row["view"] == view]


def first_over_last(rows: list[dict[str, str]]) -> float:
    return float(rows[0]["gradient_norm_50"]) / float(rows[-1]["gradient_norm_50"])


# -- the instant view --------------------------------------------------------------------------------------------------


def test_the_instant_view_asks_for_no_runtime(bench):
    bench.open()
    bench.control("activation").select_option("relu")
    bench.control("init").select_option("he_normal")
    expect(bench.part("say")).to_contain_text("ReLU")
    assert not [address for address in bench.asked if RUNTIME.search(address)]
    assert {address for address in bench.asked if not address.startswith(bench.address[:-15])} == set()
    read = [address for address in bench.asked if address.endswith(".bin")]
    assert len(read) == 2  # of sigmoid and of ReLU: a file each


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("activation=tanh&init=orthogonal", None),
        (
            "activation=hardshrink&init=matched&depth=20",
            r"At width 32 a median is up to \d+ times as large or as small\.",
        ),
        ("activation=threshold&bias=0.3", r"At width 32 a median is 0 or not finite where the theory has a number\."),
        ("activation=tanh&residual=1", "No theory is drawn for this setting."),
    ],
)
def test_the_caption_says_where_the_theory_is_far_from_the_medians(bench, setting, said):
    caption = bench.open(setting).part("caption").inner_text()
    assert ("mean-field theory" in caption) == (said is None or "median" in said)
    assert re.search(said, caption) if said else "median is" not in caption


def test_the_sentence_names_the_setting_and_its_verdict(bench):
    bench.open()
    assert re.fullmatch(
        r"Ten sigmoid layers with Glorot’s weights: the first layer’s gradient is [\d.]+ × 10⁻[⁰¹²³⁴⁵⁶⁷⁸⁹] of the last one’s\. It vanishes\.",
        bench.said(),
    )
    bench.control("activation").select_option("tanh")
    bench.control("init").select_option("matched")
    expect(bench.part("say")).to_contain_text("It keeps its size.")
    bench.open("activation=relu&init=he_normal&depth=30&normalize=batch")
    assert "It explodes." in bench.said()


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "activation=relu&init=he_normal&depth=30",
        "activation=tanh&init=glorot_normal&depth=30&gain=1.5&bias=0.3",
        "activation=gelu&init=orthogonal&depth=5&normalize=batch&residual=1",
    ],
)
def test_copied_python_gives_the_numbers_that_are_shown(bench, setting):
    bench.open(setting)
    bench.part("python").click()
    expect(bench.part("said")).to_contain_text("copied")
    script = bench.page.evaluate("navigator.clipboard.readText()")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    told = {
        (name, int(layer)): tuple(map(float, values))
        for name, layer, *values in re.findall(
            r"^(gradient|signal|spread) (\d+): (\S+) \((\S+) to (\S+)\)$", done.stdout, re.M
        )
    }
    shares = {
        (name, int(layer)): float(value)
        for name, layer, value in re.findall(r"^(dead_fraction|saturated_fraction) (\d+): (\S+)$", done.stdout, re.M)
    }
    rows = measured(bench.data())
    columns = {"gradient": "gradient_norm", "signal": "delta_norm", "spread": "activation_std"}
    assert len(told) == 3 * len(rows) - 1
    for (name, layer), (middle, low, high) in told.items():
        row = rows[layer - 1]
        for part, value, decades in (("50", middle, 0.011), ("10", low, 0.032), ("90", high, 0.032)):
            shown = float(row[f"{columns[name]}_{part}"])
            assert value / 10**decades <= shown <= value * 10**decades, (name, layer, part, value, shown)
    for (name, layer), value in shares.items():
        assert abs(float(rows[layer - 1][name]) - value) < 0.0101


def drawn_settings(number: int) -> list[dict]:
    """Draw settings of the grid, each of another activation."""
    draw = np.random.default_rng(13)
    names = draw.permutation(list(gl.ACTIVATIONS))[:number]
    lines = [bench_grid.lines()[int(place)] for place in draw.integers(len(bench_grid.lines()), size=number)]
    return [
        {
            "activation": str(name),
            "init": line.init,
            "depth": int(draw.choice(line.depths)),
            "normalize": line.normalize,
            "residual": int(line.residual),
            "gain": line.gain,
            "bias": line.bias,
        }
        for name, line in zip(names, lines, strict=True)
    ]


def test_ten_random_settings_are_what_probe_measures_natively(bench):
    """Through the page: what it fetches, decodes and gives as a table."""
    bench.open()
    for setting in drawn_settings(10):
        bench.page.evaluate(f"location.hash = {('#' + urlencode(setting))!r}")
        told = f"gradient-bench-{setting['activation']}-{setting['init']}-{setting['depth']}.csv"
        bench.page.wait_for_load_state("networkidle")
        bench.page.wait_for_timeout(300)
        with bench.page.expect_download() as coming:
            bench.part("csv").click()
        assert coming.value.suggested_filename == told
        rows = list(csv.DictReader(io.StringIO(coming.value.path().read_text(encoding="utf-8"))))
        recipe = {**setting, "residual": bool(setting["residual"])}
        net = signals.recipe(recipe.pop("activation"), recipe.pop("init"), **recipe)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seen = gl.probe(net, signals.digits(), seeds=range(20))
        for name in ("gradient_norm", "delta_norm", "activation_std"):
            logs = signals.logarithm(getattr(seen, name)[0])
            for part, decades in (("50", 0.0105), ("10", 0.0305), ("90", 0.0305)):
                wanted = signals.quantile(logs, int(part) / 100)
                with np.errstate(divide="ignore"):
                    has = np.log10([float(row[f"{name}_{part}"]) for row in rows if row[f"{name}_{part}"]])
                assert np.array_equal(np.isfinite(has), np.isfinite(wanted)), (setting, name, part)
                sure = np.isfinite(wanted)
                assert np.abs(has[sure] - wanted[sure]).max(initial=0) <= decades, (setting, name, part)
        for name in ("dead_fraction", "saturated_fraction"):
            has = [float(row[name]) for row in rows if row[name]]
            wanted = np.median(np.nan_to_num(getattr(seen, name)[0]), axis=0)
            assert np.abs(np.array(has) - wanted).max() <= 0.0105, (setting, name)


def test_what_is_not_measured_ahead_says_so_and_fetches_nothing(bench):
    bench.open("init=he_uniform&depth=7")
    assert "not among the settings measured ahead" in bench.said()
    expect(bench.part("compute")).to_be_visible()
    assert not [address for address in bench.asked if RUNTIME.search(address)]
    bench.control("init").select_option("he_normal")
    bench.page.locator('[data-key="depth"]').evaluate(
        "(field) => { field.value = 10; field.dispatchEvent(new Event('change', {bubbles: true})) }"
    )
    expect(bench.part("missing")).to_be_hidden()


# -- the address -------------------------------------------------------------------------------------------------------


def test_an_address_restores_the_view(bench, browser, origin):
    bench.open()
    bench.control("activation").select_option("gelu")
    bench.control("init").select_option("orthogonal")
    bench.control("depth").fill("20")
    bench.part("more-button").click()
    bench.control("normalize").select_option("layer")
    bench.control("residual").check()
    told = "#activation=gelu&init=orthogonal&depth=20&normalize=layer&residual=1"
    expect(bench.page).to_have_url(f"{bench.address}{told}")
    expect(bench.part("say")).to_contain_text("layer normalisation and residual connections")
    said = bench.said()
    with reader(browser, origin) as other:
        other.open(told[1:])
        assert other.said() == said
        assert other.control("depth").input_value() == "20"
        assert other.control("residual").is_checked()
        expect(other.control("normalize")).to_be_visible()


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("activation=" + quote("<img src=x onerror=alert(1)>"), "which the bench does not have"),
        ("depth=1e99", "which is not from 2 to 50"),
        ("depth=3.5", "which is not from 2 to 50"),
        ("gain=NaN", "which the bench does not have"),
        ("seeds=-5", "which is not from 1 to 20"),
        ("__proto__=1", "which the bench does not know"),
        ("constructor=1&foo=2", "which the bench does not know"),
        ("story=" + quote("'\"><script>alert(1)</script>"), "which the bench does not have"),
        ("points=" + "9" * 50_000, "too long"),
        ("activation=%E0%A4%A&depth=%", "which"),
    ],
)
def test_a_hostile_address_gets_a_sentence_and_the_default(bench, fragment, words):
    bench.open(fragment)
    expect(bench.part("complaints")).to_contain_text(words)
    assert bench.said().startswith("Ten sigmoid layers with Glorot’s weights: the first")
    assert bench.page.locator("#gl-bench img, #gl-bench script").count() == 0


def test_code_in_an_address_is_shown_and_does_not_run(bench):
    code = 'import js; js.alert("ran")\nvalue, slope = x, 1 + 0 * x'
    bench.open(f"activation=own&code={quote(code)}")
    expect(bench.part("missing-code")).to_have_text(code)
    assert not [address for address in bench.asked if RUNTIME.search(address)]


def test_a_place_on_the_page_is_no_setting(bench):
    bench.open("how-it-is-computed")
    expect(bench.part("complaints")).to_be_hidden()
    assert bench.said().startswith("Ten sigmoid layers")


def test_share_copies_the_address(bench):
    bench.open()
    bench.control("activation").select_option("selu")
    bench.part("share").click()
    expect(bench.part("said")).to_contain_text("copied")
    assert bench.page.evaluate("navigator.clipboard.readText()") == f"{bench.address}#activation=selu"


# -- two settings, and stories -----------------------------------------------------------------------------------------


def test_a_setting_is_held_beside_the_present_one(bench):
    bench.open()
    bench.part("hold").click()
    bench.control("activation").select_option("tanh")
    expect(bench.part("say")).to_contain_text(
        "A, ten sigmoid layers with Glorot’s weights: the first layer’s gradient is"
    )
    expect(bench.part("say")).to_contain_text(re.compile(r"^\s*Ten\stanh\slayers"))  # its numbers may come later
    assert "A: gradient" in bench.page.locator(".gl-bench-bands svg").text_content()
    rows = bench.data()
    assert first_over_last(measured(rows, "A")) < 1e-3 < first_over_last(measured(rows))
    bench.part("hold").click()
    expect(bench.part("say")).not_to_contain_text(" A, ")


@pytest.mark.parametrize("key", STORIES)
def test_a_story_opens_and_an_instant_one_is_true(bench, key):
    bench.open(f"story={key}")
    expect(bench.part("story")).to_be_visible()
    live = "Press Play" in bench.part("look").inner_text()
    expect(bench.part("judged")).to_contain_text("To be seen at step" if live else "As the story says: ")
    chapter = bench.part("story-page").get_attribute("href")
    assert (HTML / chapter.removeprefix(bench.address.removesuffix("playground.html"))).is_file()
    bench.page.wait_for_timeout(300)
    assert f"story={key}" in (bench.page.evaluate("location.hash") or f"#story={key}")


def test_the_second_part_of_an_instant_story_is_true_and_stands_in_the_address(bench):
    bench.open("story=edge-of-chaos")
    expect(bench.part("then-look")).to_have_text("")
    bench.part("then-do").click()
    expect(bench.part("then-judged")).to_contain_text("As the story says: first over last gradient ")
    expect(bench.part("then-do")).to_be_hidden()
    expect(bench.part("judged")).to_contain_text("As the story says: ")  # of the first part, still
    expect(bench.page).to_have_url(f"{bench.address}#story=edge-of-chaos&gain=2")
    bench.control("gain").fill("1.5")
    expect(bench.part("judged")).to_contain_text("As the story says: ")
    expect(bench.part("then-do")).to_be_visible()
    bench.control("gain").fill("0.5")
    expect(bench.part("story")).to_be_hidden()


def test_an_instant_story_that_is_not_so_is_said_to_be_none(bench):
    bench.open("story=residual&residual=0")
    expect(bench.part("judged")).to_contain_text(re.compile("^Not so here: first over last gradient "))


def test_a_change_of_a_setting_leaves_the_story(bench):
    bench.open(f"story={STORIES[2]}")
    bench.control("init").select_option("orthogonal")
    expect(bench.part("story")).to_be_hidden()
    expect(bench.control("story")).to_have_value("")


def test_each_story_is_linked_to_and_from_its_chapter(soups):
    source = (DOCS / "_live/js/bench/stories.js").read_text(encoding="utf-8")
    told = dict(zip(STORIES, re.findall(r'page: "([^"]+)"', source), strict=True))
    listed = {link["href"] for link in soups["playground"].select("article a[href^='#story=']")}
    assert listed == {f"#story={key}" for key in told}
    for key, page in told.items():
        assert soups[page].select(f'a[href="../playground.html#story={key}"]'), (key, page)
        assert soups["playground"].select(f'a[href="{page}.html"]'), page
    assert soups["index"].select('.gl-actions a[href="playground.html"]')


# -- for people --------------------------------------------------------------------------------------------------------


def test_what_matters_stands_above_the_fold(bench):
    bench.open()
    for selector in (".gl-bench-say", ".gl-bench-controls", ".gl-bench-bands", '[data-do="play"]'):
        box = bench.box(selector)
        assert 0 <= box["y"] <= DESK["height"] - box["height"], (selector, box)
    assert bench.box(".gl-bench-bands")["height"] >= 300
    assert bench.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_the_bar_never_covers_play(browser, origin):
    with reader(browser, origin, viewport=PHONE, is_mobile=True, has_touch=True) as bench:
        bench.open(f"story={STORIES[6]}")  # which sets what is under More
        bands, bar = bench.box(".gl-bench-bands"), bench.box(".gl-bench-controls")
        assert bands["y"] < 400
        assert bar["y"] + bar["height"] <= PHONE["height"] + 1
        assert bar["height"] < 160
        play = bench.page.locator('[data-do="play"]')
        play.scroll_into_view_if_needed()
        play.focus()
        assert play.evaluate(
            """(button) => { const { left, top, width, height } = button.getBoundingClientRect();
            return document.elementFromPoint(left + width / 2, top + height / 2) === button; }"""
        )
        assert bench.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("viewport", [PHONE, {"width": 768, "height": 1024}, DESK], ids=["390", "768", "1440"])
def test_no_text_is_under_eleven_pixels_or_cut(browser, origin, viewport):
    with reader(browser, origin, viewport=viewport) as bench:
        bench.open(f"story={STORIES[2]}")
        sizes = bench.page.evaluate(
            """() => [...document.querySelectorAll(".gl-bench *")].filter((one) => one.checkVisibility() &&
            [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
            .map((one) => [parseFloat(getComputedStyle(one).fontSize), one.textContent])"""
        )
        assert [found for found in sizes if found[0] < 11] == []
        assert len(sizes) > 30
        cut = bench.page.evaluate(
            """() => { const svg = document.querySelector(".gl-bench-bands svg"), frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()])
            .filter(([, { left, right, top, bottom }]) => left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 2)
            .map(([text]) => text); }"""
        )
        assert cut == []
        high, room = bench.page.evaluate(
            """() => [".gl-bench-bands svg", ".gl-bench-bands"].map((one) => document.querySelector(one).getBoundingClientRect().height)"""
        )
        assert high <= room + 1  # no panel is cut off


def test_projector_mode_is_large_and_alone(bench):
    bench.open()
    bench.part("projector").click()
    expect(bench.page.locator(".bd-sidebar-primary")).to_be_hidden()
    sizes = bench.page.evaluate(
        """() => [...document.querySelectorAll(".gl-bench *")].filter((one) => one.checkVisibility() && !one.closest(".gl-bench-heard") &&
        [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
        .map((one) => [parseFloat(getComputedStyle(one).fontSize), one.textContent])"""
    )
    assert [found for found in sizes if found[0] < 17.9] == []
    bench.part("projector").click()
    expect(bench.page.locator(".bd-sidebar-primary")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_offends_axe(browser, origin, scheme):
    with reader(browser, origin, color_scheme=scheme) as bench:
        bench.open(f"story={STORIES[2]}")
        bench.part("numbers").click()
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        found = Axe().run(bench.page, context={"include": [["article"]]}, options=options).response["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


def test_a_keyboard_reaches_and_works_all(bench):
    bench.open()
    bench.page.locator("#gl-bench").evaluate("(root) => { root.tabIndex = -1; root.focus(); }")
    seen = []
    for _ in range(60):
        bench.page.keyboard.press("Tab")
        seen.append(
            bench.page.evaluate(
                "document.activeElement.name || document.activeElement.dataset.bench || document.activeElement.dataset.do || ''"
            )
        )
    for name in (
        "activation",
        "init",
        "depth",
        "more-button",
        "story",
        "hold",
        "numbers",
        "play",
        "share",
        "python",
        "svg",
        "png",
        "csv",
        "projector",
    ):
        assert name in seen, (name, seen)
    bench.control("depth").focus()
    bench.page.keyboard.press("ArrowRight")
    expect(bench.part("say")).to_contain_text("Twenty sigmoid layers")
    bench.page.keyboard.press("ArrowLeft")
    bench.page.keyboard.press("ArrowLeft")
    expect(bench.part("say")).to_contain_text("Five sigmoid layers")


def test_the_sentence_is_said_once_it_stands(bench):
    bench.open()
    heard = bench.part("heard")
    assert heard.get_attribute("role") == "status"
    expect(heard).to_contain_text("Ten sigmoid layers")
    for name in ("relu", "gelu", "tanh"):
        bench.control("activation").select_option(name)
        assert "sigmoid" in heard.text_content()  # not yet
    expect(heard).to_contain_text("Ten tanh layers")


# -- to take along -----------------------------------------------------------------------------------------------------


def test_pictures_stand_by_themselves(browser, origin):
    with reader(browser, origin, color_scheme="dark") as bench:
        bench.open("activation=relu&init=he_normal&depth=30")
        with bench.page.expect_download() as coming:
            bench.part("svg").click()
        assert coming.value.suggested_filename == "gradient-bench-relu-he_normal-30.svg"
        text = coming.value.path().read_text(encoding="utf-8")
        svg = ElementTree.fromstring(text)
        words = "".join(svg.itertext())
        assert "gradlab · thirty ReLU layers with He’s weights · CC BY 4.0" in words
        assert "class=" not in text
        assert "var(" not in text
        assert " style=" not in text
        fills = set(re.findall(r'fill="(rgb[^"]+)"', text))
        assert "rgb(11, 97, 164)" in fills  # the blue of paper, not that of the dark page
        with bench.page.expect_download() as coming:
            bench.part("png").click()
        head = coming.value.path().read_bytes()[:24]
        assert head.startswith(b"\x89PNG")
        assert int.from_bytes(head[16:20], "big") >= 2000


def test_on_paper_stands_what_the_reader_has_set(bench):
    bench.open(f"story={STORIES[2]}")
    bench.page.emulate_media(media="print")
    for name in ("say", "bands", "caption", "look", "judged"):
        expect(bench.part(name)).to_be_visible()
    for name in ("controls", "share", "numbers", "hold", "projector"):
        expect(bench.part(name)).to_be_hidden()
    expect(bench.page.locator(".gb-live")).to_be_hidden()
    bench.page.set_viewport_size({"width": 700, "height": 900})
    assert bench.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_a_script_the_figure_stands_there(browser, origin):
    context = browser.new_context(java_script_enabled=False, viewport=DESK)
    page = context.new_page()
    page.goto(f"{origin}/playground.html")
    expect(page.locator("#gl-bench")).to_be_hidden()
    expect(page.locator("#fig-playground")).to_be_visible()
    context.close()


def test_with_a_script_the_bench_takes_the_place_of_the_figure(bench):
    bench.open()
    expect(bench.page.locator("#fig-playground")).to_be_hidden()


def test_from_a_file_the_figure_stands_there_with_a_sentence(browser):
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    page.goto((HTML / "playground.html").as_uri())
    expect(page.locator("#gl-bench")).to_be_hidden()
    expect(page.locator("#fig-playground")).to_be_visible()
    expect(page.locator("[data-bench-file]")).to_contain_text("needs a server")
    context.close()


def test_the_defaults_of_build_and_page_are_the_same():
    sys.path.insert(0, str(DOCS / "_ext"))
    import bench as extension

    source = (DOCS / "_live/js/bench/state.js").read_text(encoding="utf-8")
    block = source[source.index("DEFAULTS = {") : source.index("};")]
    told = dict(re.findall(r'^\s*"?([\w-]+)"?: "?([^",]*)"?,$', block, re.M))
    assert {name: str(value) for name, value in extension.DEFAULTS.items()} == {
        name: told[name] for name in extension.DEFAULTS
    }
