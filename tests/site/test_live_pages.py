"""What live cells know of the built pages (docs/_ext/live_pages.py), and that it gives what the pages show."""

from __future__ import annotations

import hashlib
import json
import os
import re

import judge
import nbformat
import numpy as np
import pytest
from built_book import DOCS, EXECUTED, HTML, ROOT, files
from cell_code import cells as cells_of
from gradlab_live import Session, needs, plans, statements
from gradlab_live.digests import digests
from gradlab_live.needs import Page
from gradlab_live.results import LARGEST, unpack
from gradlab_live.shown import Display
from live_pages import EDITABLE, FOLDER, MIME
from small_book import Book, cell

LIVE = HTML / FOLDER
# quick ones, run here by their slices alone; `nox -s wasm -- native` runs all
SAMPLE = ["exercises/silence", "exercises/learning", "exercises/expressivity", "notation", "corrections"]
SHIPPED = ["learn/choose", "learn/standstill"]  # and these with the results that the site ships


def known(page):
    return json.loads((LIVE / f"{page}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", EXECUTED)
def test_each_cell_of_a_page_is_known_by_its_number(page, soups):
    record = known(page)
    assert (record["version"], record["page"]) == (1, page)
    written = [one.code.strip("\n") for one in cells_of((DOCS / f"{page}.md").read_text(encoding="utf-8"))]
    assert [one["source"].strip("\n") for one in record["cells"]] == written
    marked = soups[page].select("[data-cell]")
    numbers = [int(one["data-cell"]) for one in marked]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) <= set(range(len(written)))
    for one in marked:
        code = one.select_one("pre")
        number = int(one["data-cell"])
        own = [box for box in one.select("div.cell_input") if not box.has_attr("data-cell")]
        source = (own[0] if own else one).select_one("pre") if own or "cell_input" in one["class"] else code
        if source is not None and ("cell_input" in one["class"] or own):
            assert source.get_text().strip() == written[number].strip()
    assert {one.has_attr("data-edit") for one in marked} <= {EDITABLE.fullmatch(page) is not None}


def test_what_can_be_edited_is_what_a_reader_changes():
    editable = {page for page in EXECUTED if any(one["editable"] for one in known(page)["cells"])}
    assert {"index", "learn/vanishing", "exercises/silence", "corrections", "reproductions", "notation"} <= editable
    assert not {"reference/speed", "howto/sweep"} & editable


@pytest.mark.parametrize("page", EXECUTED)
def test_claims_figures_and_text_are_those_of_the_page(page, soups):
    claims = [
        one["key"] for one in json.loads((HTML / "claims.json").read_text(encoding="utf-8")) if one["page"] == page
    ]
    cells = known(page)["cells"]
    assert sorted(key for one in cells for key in one["claims"]) == sorted(claims)
    figures = [one["figure"] for one in cells if one["figure"]]
    assert len(figures) == len(set(figures))
    assert all(soups[page].find(id=figure) is not None for figure in figures)
    assert sum(one["frames"] for one in cells) == len(soups[page].select("div.gl-frames"))
    shown = [one.get_text() for one in soups[page].select("div.output.stream pre")]
    assert all(any(part.strip() in (one["text"] or "") for one in cells) for part in shown)


@pytest.mark.parametrize("page", EXECUTED)
def test_results_are_small_named_by_their_contents_and_found_by_their_digest(page):
    record = known(page)
    reading = Page([one["source"] for one in record["cells"]])
    named = digests(reading, np.__version__)
    places = dict(zip(named, reading.statements, strict=True))
    at = {one.place: digest for digest, one in zip(named, reading.statements, strict=True)}
    for digest, entry in record["results"].items():
        assert at[tuple(entry["place"])] == digest
        if entry["file"] is None:
            assert entry["refused"]
            continue
        data = (LIVE / "results" / entry["file"]).read_bytes()
        assert entry["file"].startswith(hashlib.sha256(data).hexdigest()[:16])
        assert len(data) == entry["bytes"] <= LARGEST
        assert data[4:8] == bytes(4), "a date would make each build differ"
        values = unpack(data, dict.fromkeys(entry["names"]))
        assert sorted(values) == entry["given"]
        assert values.keys() <= places[digest].touches


def test_no_file_of_results_is_without_a_page():
    named = {entry["file"] for page in EXECUTED for entry in known(page)["results"].values()} - {None}
    assert named == {path.name for path in (LIVE / "results").iterdir()}
    assert len(named) > 50


def test_slow_pages_ship_most_of_what_is_slow():
    for page in SHIPPED:
        entries = known(page)["results"].values()
        slow = sum(one["seconds"] for one in entries)
        assert sum(one["seconds"] for one in entries if one["file"]) > slow * 0.8, page


def test_nobody_else_sees_what_travels_with_the_outputs():
    for path in files("*"):
        if (
            path.is_file()
            and path.suffix in {".html", ".md", ".ipynb", ".json", ".js", ".txt"}
            and FOLDER not in path.parts
        ):
            assert MIME not in path.read_text(encoding="utf-8"), path


def run(page, results, monkeypatch):
    """Run all cells of a page by their slices, as the site of a reader does; return what is wrong."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir((DOCS / page).parent)
    claims = {one["key"]: one for one in json.loads((HTML / "claims.json").read_text(encoding="utf-8"))}
    record = known(page)
    record["results"] = record["results"] if results else {}
    listener = judge.Listener()
    session, wrong = Session(listener), []
    for index, built in enumerate(record["cells"]):
        if results and built["frames"]:
            continue  # a second for each drawing
        session.forget()
        ran = judge.run_cell(session, listener, record, index, LIVE / "results")
        wrong += [f"cell {index}: {told}" for told, _ in judge.faults(ran, built, claims)]
    session.forget()
    return wrong


@pytest.mark.parametrize("page", SAMPLE)
def test_slices_alone_give_the_values_and_the_text_of_the_page(page, monkeypatch):
    assert run(page, False, monkeypatch) == []


@pytest.mark.parametrize("page", SHIPPED)
def test_shipped_results_give_the_values_of_the_page(page, monkeypatch):
    assert run(page, True, monkeypatch) == []


def test_a_wrong_slice_and_a_wrong_result_are_seen(monkeypatch):
    """A test of the tests above."""
    page = {"cells": [{"source": text} for text in ("x = [1]", "x.append(2)", "print(sum(x))")], "results": {}}
    built = {"claims": [], "figure": None, "images": 0, "frames": False, "text": "3\n"}

    def told():
        plans._page.cache_clear()  # the page is to be read anew
        listener = judge.Listener()
        ran = judge.run_cell(Session(listener), listener, page, 2, LIVE / "results")
        return [fault for fault, _ in judge.faults(ran, built, {})]

    assert told() == []

    def forgetful(node, names):
        effects = statements.read(node, names)
        effects.changes.clear()
        return effects

    with monkeypatch.context() as patch:
        patch.setattr(needs, "read", forgetful)
        assert told() == ["text '1\\n' and not '3\\n'"]
    built["text"] = "4\n"
    assert told() == ["text '3\\n' and not '4\\n'"]


def test_numbers_are_compared_to_six_digits():
    assert not judge.apart(1.0, 1.0 + 1e-8)
    assert judge.apart(1.0, 1.0 + 1e-5)
    assert not judge.apart(float("nan"), float("nan"))
    assert judge.apart(1.0, float("nan"))
    assert judge.is_of_rounding("< 1e-12")
    assert not judge.is_of_rounding("> 0.5 and < 2")
    assert not judge.texts_differ("a 1.5 b", "a 1.5000000001 b")
    assert judge.texts_differ("a 1.5 b", "a 1.6 b")
    assert judge.texts_differ("1 2", "1")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A book of which one page has slow statements of all kinds."""
    book = Book(tmp_path_factory.mktemp("small"))
    burn = "import time\nimport numpy as np\ndef burn(seconds, value=1):\n    start = time.process_time()\n    while time.process_time() - start < seconds:\n        pass\n    return value"
    figure = "---\nmystnb:\n  figure:\n    name: fig-one\n    caption: A line.\n  image:\n    alt: A line.\n---\n"
    book.write(
        page=cell(burn)
        + cell("quick = burn(0)\nslow = burn(0.5, np.arange(5))")
        + cell("found = {}\nfor name in 'ab':\n    found[name] = burn(0.3)")
        + cell("print(burn(0.5, 'said'))\nburn(0.5)")
        + cell("import gradlab as gl\nheld = burn(0.5)\ngl.claim('one', 'One is below two', held, below=2)")
        + cell("pair = burn(0.5, {'f': burn})")
        + cell("large = burn(0.5, np.random.default_rng(0).normal(size=10**5)).tolist()\ndel large")
        + cell(
            figure + "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([burn(0.5), 2])\nplt.show()"
        )
        + cell(
            figure.replace("one", "moving")
            + "def draw(k):\n    fig, ax = plt.subplots()\n    ax.set(xlim=(0, 2), ylim=(0, 2))\n    burn(0.1)\n    return f'It is {k}.'\n\n"
            "gl.plots.frames(draw, k=range(20))"
        ),
    )
    return book, *book.build()


def test_a_book_with_slow_statements_is_built_without_a_warning(small):
    assert small[1:] == (0, "")


def test_slow_statements_are_shipped_where_they_can_be(small):
    book = small[0]
    record = json.loads((book.folder / "docs" / "_build" / "html" / FOLDER / "page.json").read_text())
    made = {tuple(entry["place"]): entry for entry in record["results"].values()}
    assert {place: entry["given"] for place, entry in made.items() if entry["file"]} == {
        (1, 1): ["slow"],
        (2, 1): ["found", "name"],
        (4, 1): ["held"],
        (5, 0): ["pair"],
    }
    assert made[5, 0]["names"] == ["burn"]
    assert {place: entry["refused"] for place, entry in made.items() if not entry["file"]}.keys() == {
        *((3, 0), (3, 1), (6, 0), (7, 2), (8, 1))
    }
    assert made[3, 0]["refused"] == "it shows something"
    assert "packed" in made[6, 0]["refused"]
    assert [one["text"] for one in record["cells"]][3] == "said\n1\n"
    assert record["cells"][7]["figure"] == "fig-one"
    assert all(entry["seconds"] >= 0.4 for entry in record["results"].values())


def test_of_frames_those_drawings_are_counted_that_a_browser_makes(small):
    book = small[0]
    record = json.loads((book.folder / "docs" / "_build" / "html" / FOLDER / "page.json").read_text())
    (seconds,) = (one["seconds"] for one in record["results"].values() if one["place"] == [8, 1])
    assert seconds == pytest.approx(record["cells"][8]["seconds"] * Display.drawings / 20, rel=0.1)


def test_what_travels_is_in_no_page_notebook_or_figure(small):
    built = small[0].folder / "docs" / "_build"
    page = (built / "html" / "page.html").read_text()
    assert page.count("<figure") == 2
    assert re.findall(r'<div class="cell [^"]*" data-cell="(\d)"', page)[:3] == ["0", "1", "2"]
    executed = nbformat.read(built / "jupyter_execute" / "page.ipynb", as_version=4)
    assert not any(MIME in str(one.get("outputs")) for one in executed.cells)


def test_a_build_from_the_cache_ships_the_same(small):
    folder = small[0].folder / "docs" / "_build" / "html" / FOLDER
    before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert small[0].build() == (0, "")
    assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_kernels_need_neither_gradlab_nor_numpy_to_read_code():
    import subprocess
    import sys

    code = "import sys; from gradlab_live import needs, results; assert not {'numpy', 'gradlab'} & set(sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "docs" / "_live" / "python")}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


@pytest.mark.parametrize("page", EXECUTED)
def test_a_plan_names_all_that_a_run_does_and_each_file_that_it_takes(page):
    """A result whose file nobody fetched would be computed anew, with all that it needs."""
    record = known(page)
    sources, results = [one["source"] for one in record["cells"]], record["results"]
    for number in range(len(sources)):
        session = Session(lambda kind, payload: None)
        _, plan = session._planned(sources, number, results)
        told = session.plan(sources, number, results)
        steps = {(step["cell"], step["statement"]): step["how"] for step in told["steps"]}
        done = {plan.page.statements[index].place: how for index, how in plan.how.items()}
        assert done.items() <= steps.items(), number
        wanted = [results[plan.digests[index]]["file"] for index, how in plan.how.items() if how == "load"]
        assert sorted(told["files"].values()) == sorted(wanted), number
