"""What a reader takes along of the gradient bench while Python runs: numbers computed there, scripts, tables, pictures.

Each is held against gradlab itself, run natively.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from built_book import ROOT
from gradlab_live import signals
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

import gradlab as gl

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STARTS = 120_000  # milliseconds until Python has come
SMALL = "seeds=3&depth=3&width=4&activation=tanh&init=matched&batch-size=16"
SINE = "def wave(x):\n    return np.sin(x), np.cos(x)"
XLINK = "{http://www.w3.org/1999/xlink}href"


class Bench:
    """A reader with the bench open."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.page: Page = context.new_page()
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.address = f"{origin}/playground.html"
        self.page.goto(self.address, wait_until="networkidle")

    def part(self, name: str) -> Locator:
        return self.page.locator(f"[data-bench='{name}']")

    def at(self, fragment: str) -> None:
        """Have another setting, without another page: Python stays."""
        self.page.evaluate(f"location.hash = {('#' + fragment)!r}")
        self.page.wait_for_timeout(500)

    def do(self, name: str) -> None:
        self.page.locator(f"[data-live] [data-do='{name}']").click()

    def readout(self, name: str) -> Locator:
        return self.page.locator(f"[data-live] [data-readout='{name}']")

    def begin(self, fragment: str) -> None:
        """Have another setting, at step 0 and paused."""
        self.at(fragment)
        self.do("restart")
        expect(self.readout("step")).to_have_text("0", timeout=STARTS)
        expect(self.page.locator("[data-part='coming']")).to_be_hidden(timeout=STARTS)

    def train(self, slices: int = 4) -> None:
        """Play for some pictures, then pause."""
        button = self.page.locator("[data-live] [data-do='play']")
        button.click()
        for _ in range(slices):
            expect(self.readout("step")).not_to_have_text(self.readout("step").inner_text(), timeout=STARTS)
        button.click()
        expect(button).to_have_text("Play")
        self.page.wait_for_timeout(400)

    def taken(self, name: str) -> tuple[str, bytes]:
        """Press a button that gives a file; return its name and content."""
        with self.page.expect_download(timeout=STARTS) as coming:
            self.part(name).click()
        return coming.value.suggested_filename, coming.value.path().read_bytes()

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.taken(name)[1].decode())))

    def script(self) -> str:
        self.page.evaluate("navigator.clipboard.writeText('')")
        self.part("python-live").click()
        expect(self.part("said")).to_have_text("The Python code is copied.", timeout=STARTS)
        return self.page.evaluate("navigator.clipboard.readText()")


@pytest.fixture(scope="module")
def bench(browser: Browser, origin: str) -> Iterator[Bench]:
    """Open one dark page for all, so that Python starts once."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    bench = Bench(context, origin)
    yield bench
    assert not bench.troubles
    context.close()


def natively(script: str, folder: Path, asked: str) -> dict:
    """Run a copied script and return what it knows in the end."""
    path = folder / "script.py"
    path.write_text(f"{script}\nimport json\nprint('asked', json.dumps({asked}))\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return json.loads(done.stdout.rpartition("asked ")[2])


# -- Compute it here ---------------------------------------------------------------------------------------------------

ELSEWHERE = {
    "another depth": {"depth": 7, "activation": "relu", "init": "he_normal"},
    "another width": {"width": 9, "depth": 5, "activation": "gelu"},
    "uniform draws": {"init": "glorot_uniform", "activation": "tanh", "depth": 20},
    "a gain between, and biases": {"gain": 1.7, "bias": 0.2, "activation": "elu", "init": "matched"},
    "normalised at fifty layers": {"depth": 50, "normalize": "layer", "activation": "relu", "residual": 1},
    "an own activation": {"activation": "own", "code": SINE, "depth": 6},
}


def probed(state: dict) -> dict[str, np.ndarray]:
    """Return what gl.probe measures of a setting, as the columns of a table: layers by 10, 50 and 90 %."""
    names: dict = {"np": np, "gl": gl}
    exec(state.get("code", ""), names)
    own = gl.activation(names["wave"]) if "code" in state else state.get("activation", "sigmoid")
    net = signals.recipe(
        own,
        state.get("init", "glorot_normal"),
        depth=state.get("depth", 10),
        width=state.get("width", 32),
        normalize=state.get("normalize", "none"),
        residual=bool(state.get("residual")),
        gain=state.get("gain", 1.0),
        bias=state.get("bias", 0.0),
    )
    seen = gl.probe(net, signals.digits(), seeds=range(20))
    found = {}
    for name in ("gradient_norm", "delta_norm", "activation_std"):
        values = np.log10(getattr(seen, name)[0])
        for share in (10, 50, 90):
            found[f"{name}_{share}"] = 10 ** np.quantile(values, share / 100, axis=0)
    for name in ("dead_fraction", "saturated_fraction"):
        found[name] = np.median(getattr(seen, name)[0], axis=0)
    return found


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_computed_here_is_what_probe_measures_natively(bench, name):
    state = ELSEWHERE[name]
    bench.at(urlencode(state))
    bench.part("compute").click()
    expect(bench.part("caption")).to_contain_text("computed in this page", timeout=STARTS)
    width = "a width" not in name and state.get("width", 32)
    expect(bench.part("caption")).to_contain_text(f"width {width}, 64 digits, 20 seeds")
    if width == 32:
        expect(bench.part("missing")).to_be_hidden()
    rows = bench.rows("csv")
    assert len(rows) == state.get("depth", 10)
    for column, values in probed(state).items():
        told = [float(row[column]) for row in rows if row[column]]
        room = {"rtol": 0, "atol": 1e-4} if column.endswith("fraction") else {"rtol": 1e-3}
        np.testing.assert_allclose(told, values, **room, err_msg=column)


def test_typed_code_that_never_answers_is_ended_and_said(bench):
    bench.at(urlencode({"activation": "own", "code": "def f(x):\n    while True: pass"}))
    bench.part("compute").click()
    said = "Your activation did not answer for 15 seconds, so Python was ended."
    expect(bench.part("missing-words")).to_have_text(said, timeout=STARTS)
    expect(bench.part("compute")).to_be_enabled()


# -- Scripts and tables of a training ----------------------------------------------------------------------------------

LAST = "[int(run.step[-1]), run.loss[-1].tolist(), run.gradient_norm[-1].tolist(), run.dead_fraction[-1].tolist()]"


def same_end(rows: list[dict[str, str]], told: list) -> None:
    """Fail where the last record of a table is not what a script gives."""
    step, loss, gradient, dead = told
    last = [row for row in rows if int(row["step"]) == step]
    assert last == rows[-len(loss) :]
    np.testing.assert_allclose([float(row["loss"]) for row in last], loss, rtol=1e-7)
    for name, values in (("gradient_norm", gradient), ("dead_fraction", dead)):
        has = [[float(row[f"{name} {layer + 1}"]) for layer in range(len(values[0]))] for row in last]
        np.testing.assert_allclose(has, values, rtol=1e-6)


def said(text: str) -> float:
    """Return a number as the page writes it: 0.012, or 1.67 × 10⁻⁴."""
    value, _, power = text.replace("\N{NO-BREAK SPACE}", "").partition("×10")
    return float(value) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def test_a_copied_training_gives_the_numbers_of_the_page(bench, tmp_path):
    bench.begin(SMALL)
    bench.train()
    rows, script = bench.rows("csv-live"), bench.script()
    assert script.count("gl.train(") == 1
    same_end(rows, natively(script, tmp_path, LAST))
    steps = [int(row["step"]) for row in rows]
    assert steps[0] == 0
    assert steps == sorted(steps)
    assert [row["seed"] for row in rows] == ["0", "1", "2"] * (len(rows) // 3)
    assert set(rows[0]) >= {"loss", "accuracy", "delta_norm 3", "activation_std 2", "saturated_fraction 2"}
    shown = next(row for row in rows[-3:] if row["seed"] == "0")
    assert said(bench.readout("loss").inner_text()) == pytest.approx(float(shown["loss"]), rel=6e-3)


def test_a_training_whose_knobs_were_turned_gives_the_numbers_of_the_page(bench, tmp_path):
    bench.begin(SMALL)
    bench.train(2)
    rate = bench.page.locator("[data-live] [name='learning-rate']")
    rate.fill("0.002")
    rate.press("Tab")
    expect(bench.page.locator("[data-part='remark']")).to_contain_text("with another learning rate")
    bench.page.locator("[data-live] [name='optimizer']").select_option("momentum")
    bench.train(2)
    batch = bench.page.locator("[data-live] [name='batch-size']")
    batch.fill("all")
    batch.press("Tab")
    bench.train(2)
    rows, script = bench.rows("csv-live"), bench.script()
    assert script.count("gl.train(") == 3
    assert script.count("with_optimizer(") == 2  # the rate, then the optimiser
    same_end(rows, natively(script, tmp_path, LAST))


def test_an_own_activation_goes_along(bench, tmp_path):
    bench.begin(SMALL)
    bench.page.locator("[name='activation']").select_option("own")
    bench.page.locator("[data-part='code']").fill(SINE)
    bench.page.locator("[data-part='own-use']").click()
    expect(bench.page.locator("[data-part='own-said']")).to_have_text("Checked, and in use.", timeout=STARTS)
    bench.train(2)
    rows, script = bench.rows("csv-live"), bench.script()
    assert "def wave(x):" in script
    same_end(rows, natively(script, tmp_path, LAST))


# -- Pictures of a training --------------------------------------------------------------------------------------------

TITLES = {
    "net-host": "Network",
    "surface-host": "Decision of seed 0",
    "loss": "Loss",
    "accuracy": "Accuracy",
    "heat": "Gradients over time",
    "hist": "Pre-activations",
    "shares": "Dead and saturated units",
    "ratio": "Update to weight",
}


@pytest.fixture(scope="module")
def trained(bench: Bench) -> Bench:
    bench.begin(SMALL)
    bench.train()
    bench.part("which").focus()
    bench.part("which").select_option("hist")
    bench.taken("svg")  # draws all anew: the last picture of a running training may be of a frame before
    return bench


def test_each_picture_of_a_training_is_offered(trained):
    names = trained.part("which").locator("option").evaluate_all("(all) => all.map((one) => [one.value, one.text])")
    assert dict(names) == {"": "Signals at the start", **TITLES}


@pytest.mark.parametrize("name", TITLES)
def test_a_picture_of_a_training_stands_by_itself(trained, name):
    before = trained.page.locator("[data-part='net']").evaluate("(canvas) => canvas.toDataURL()")
    trained.part("which").select_option(name)
    file, content = trained.taken("svg")
    assert file == f"gradient-bench-tanh-matched-3-{name.removesuffix('-host')}.svg"
    text = content.decode()
    svg = ElementTree.fromstring(text)
    words = " ".join(svg.itertext())
    assert TITLES[name] in words
    assert "gradlab · three tanh layers with matched weights · CC BY 4.0" in words
    assert trained.address in words.replace(" ", "")
    assert not re.search(r"class=|var\(| style=", text)
    images = [one for one in svg.iter() if one.tag.endswith("}image")]
    assert len(images) == {"net-host": 2, "surface-host": 2, "heat": 1}.get(name, 0)
    for one in images:
        assert one.get("href", one.get(XLINK)).startswith("data:image/png;base64,")
        assert len(one.get("href", one.get(XLINK))) > 500
    if not images:
        assert any(one.tag.endswith(("}path", "}rect")) and one.get("stroke") for one in svg.iter())
    after = trained.page.locator("[data-part='net']").evaluate("(canvas) => canvas.toDataURL()")
    assert after == before  # dark again


@pytest.mark.parametrize(("name", "canvases"), [("surface-host", ["surface", "dots"]), ("net-host", ["lines", "net"])])
def test_a_saved_picture_is_that_of_the_light_page(trained, name, canvases):
    trained.part("which").select_option(name)
    _, content = trained.taken("svg")
    saved = [one.get("href") for one in ElementTree.fromstring(content).iter() if one.tag.endswith("}image")]

    def shown() -> list[str]:
        trained.page.locator(f"[data-part='{name}']").scroll_into_view_if_needed()
        trained.page.wait_for_timeout(500)
        return [
            trained.page.locator(f"[data-part='{one}']").evaluate("(canvas) => canvas.toDataURL()") for one in canvases
        ]

    assert not set(saved) & set(shown())
    trained.page.emulate_media(color_scheme="light")
    assert saved == shown()
    trained.page.emulate_media(color_scheme="dark")


@pytest.mark.parametrize("name", ["net-host", "heat", "loss"])
def test_a_picture_of_a_training_comes_as_png(trained, name):
    trained.part("which").select_option(name)
    file, content = trained.taken("png")
    assert file.endswith(f"-{name.removesuffix('-host')}.png")
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20], "big") >= 2000
    assert len(content) > 5000


def test_the_picture_of_the_start_is_still_there(trained):
    trained.at("activation=relu&init=he_normal")
    expect(trained.part("bands").locator("svg")).to_have_attribute("aria-label", re.compile("Ten ReLU layers"))
    trained.part("which").select_option("")
    file, content = trained.taken("svg")
    assert file == "gradient-bench-relu-he_normal-10.svg"
    assert "signal δ" in content.decode()


def test_axe_finds_nothing_where_all_is_open(trained):
    trained.at("story=zigzag")
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = Axe().run(trained.page, context={"include": [["article"]]}, options=options).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


def test_what_ended_cannot_be_taken_along_and_says_so(bench):
    bench.begin(SMALL)
    bench.page.locator("[name='activation']").select_option("own")
    bench.page.locator("[data-part='code']").fill("def f(x):\n    while True: pass")
    bench.page.locator("[data-part='own-use']").click()
    expect(bench.page.locator("[data-part='remark']")).to_contain_text("did not answer", timeout=STARTS)
    bench.part("csv-live").click()
    expect(bench.part("said")).to_have_text("There is no network yet: begin first.", timeout=STARTS)
