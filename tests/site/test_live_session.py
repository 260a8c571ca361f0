"""A session of live cells (docs/_live/python/gradlab_live/session.py), run here as it is run in a reader's browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import warnings

import numpy as np
import polib
import pytest
from built_book import DOCS
from gradlab_live import Session, shown
from gradlab_live.digests import digests
from gradlab_live.needs import Page
from gradlab_live.results import pack, unpack

import gradlab as gl
from gradlab.plots import moving

MATPLOTLIB = "import matplotlib.pyplot as plt"


class Reader:
    """A reader: cells, results, and what was told."""

    def __init__(self, *cells):
        self.cells, self.results, self.told = list(cells), {}, []
        self.session = Session(lambda kind, payload: self.told.append((kind, payload)))

    def run(self, cell=-1):
        """Run a cell; return what was told, by kind."""
        self.told.clear()
        self.ended = self.session.run(self.cells, cell % len(self.cells), self.results)
        json.dumps([payload for _, payload in self.told])  # a page gets plain types
        return {kind: [payload for one, payload in self.told if one == kind] for kind, _ in self.told}

    def plan(self, cell=-1):
        return self.session.plan(self.cells, cell % len(self.cells), self.results)

    def how(self, cell=-1):
        """Return the planned statements as cell.statement and how."""
        return [f"{step['cell']}.{step['statement']} {step['how']}" for step in self.plan(cell)["steps"]]

    def ship(self, cell, statement, /, **values):
        """Publish a result of a statement, as the build does."""
        page = Page(self.cells)
        index = next(k for k, one in enumerate(page.statements) if one.place == (cell, statement))
        names = {"__name__": "__main__"}
        data, used = pack(values, names)
        digest = digests(page)[index]
        entry = {
            "file": "a.pkl.gz",
            "bytes": len(data),
            "seconds": 9.0,
            "place": [cell, statement],
            "numpy": np.__version__,
        }
        self.results[digest] = {**entry, "given": sorted(values), "names": used}
        self.session.give(digest, memoryview(data))
        return digest


@pytest.fixture(autouse=True)
def the_process_stays_as_it_was():
    filters, errors = list(warnings.filters), np.geterr()
    parts = dict(gl.ACTIVATIONS._parts)
    yield
    warnings.filters[:] = filters
    np.seterr(**errors)
    gl.ACTIVATIONS._parts.clear()
    gl.ACTIVATIONS._parts.update(parts)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


# ------------------------------------------------------------------------------------------------------- what is shown


def test_text_goes_out_as_it_is_printed_and_the_last_expression_after_it():
    told = Reader("import sys\nprint('one')\nprint('two', file=sys.stderr)\n1 + 1").run()
    text = [(one["text"], one["stream"]) for one in told["text"]]
    assert "".join(part for part, stream in text if stream == "out") == "one\n"
    assert "".join(part for part, stream in text if stream == "err") == "two\n"
    assert told["result"] == [{"text": "2", "html": None}]


@pytest.mark.parametrize(
    "cell", ["x = 1", "None", "1 + 1;", "1 + 1  ; # said", "print", "gl.claim('a', 'It holds', 1, below=2)"]
)
def test_what_a_notebook_does_not_show_is_not_shown(cell):
    told = Reader("import gradlab as gl", cell).run()
    assert ("result" in told) == (cell == "print")


def test_a_long_list_takes_several_lines():
    text = Reader("{k: 'x' * 10 for k in range(20)}").run()["result"][0]["text"]
    assert text.count("\n") == 19


def test_only_the_cell_that_was_asked_for_shows_anything():
    reader = Reader(
        "print('early')\nx = 1",
        "import gradlab as gl\ngl.claim('a', 'It holds', x, below=2)\ny = x",
        "print('here', y)",
    )
    told = reader.run()
    assert "".join(one["text"] for one in told["text"]) == "here 1\n"
    assert "claim" not in told
    assert reader.ended == {"ok": True, "all": False, "few": None, "claims": 0}


def test_claims_are_judged_and_a_false_one_does_not_stop_the_run():
    reader = Reader(
        "import gradlab as gl\ngl.claim('a', 'One', 1, below=2)\ngl.claim('b', 'Three', 3, below=2)\nprint('on')"
    )
    told = reader.run()
    assert told["claim"] == [
        {"key": "a", "text": "One", "value": 1.0, "bound": "< 2", "holds": True, "shown": "measured 1, claimed < 2"},
        {"key": "b", "text": "Three", "value": 3.0, "bound": "< 2", "holds": False, "shown": "measured 3, claimed < 2"},
    ]
    assert told["text"]
    assert reader.ended == {"ok": True, "all": False, "few": None, "claims": 2}
    with pytest.raises(gl.ClaimError):
        gl.claim("b", "Three", 3, below=2)  # everywhere else it is an error


def test_figures_are_drawn_twice_with_their_size():
    told = Reader(
        f"{MATPLOTLIB}\nfig, ax = plt.subplots(figsize=(3, 2))\nax.plot([1, 2])\nplt.show()\nplt.figure()"
    ).run()
    (figure,) = told["figure"]  # the second one is empty
    assert figure["light"].startswith("<?xml")
    assert figure["light"].count("<path") == figure["dark"].count("<path") > 3
    assert 150 < figure["width"] < 400
    assert 100 < figure["height"] < 300


def test_a_figure_is_drawn_for_a_phone_where_a_phone_asks():
    code = "fig, panels = plt.subplots(1, 2, figsize=(7, 3), layout='constrained')\npanels[0].plot([1, 2])\nplt.show()"
    reader = Reader(MATPLOTLIB, code)
    (wide,) = reader.run()["figure"]
    reader.session.figures.narrow = True
    (narrow,) = reader.run()["figure"]
    assert narrow["width"] <= 460 < wide["width"]
    assert narrow["height"] > wide["height"]  # one panel above the other
    reader.session.figures.narrow = False
    (again,) = reader.run()["figure"]
    assert (again["width"], again["height"]) == (wide["width"], wide["height"])


def test_figures_have_the_colours_and_fonts_of_the_book(tmp_path, monkeypatch):
    monkeypatch.setattr(shown, "STYLE", tmp_path)
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 7\naxes.prop_cycle: cycler(color=['0b61a4'])\n")
    (tmp_path / "dark.json").write_text('{"#0b61a4": "#6cb6ff"}')
    (figure,) = Reader(f"{MATPLOTLIB}\nplt.plot([1, 2])\nplt.show()").run()["figure"]
    assert "#0b61a4" in figure["light"]
    assert "#6cb6ff" in figure["dark"]
    assert "#0b61a4" not in figure["dark"]
    assert "stroke-width: 7" in figure["light"]


@pytest.fixture
def korean(tmp_path, monkeypatch):
    """Dress live cells as the worker does on a page of the Korean edition."""
    monkeypatch.setattr(shown, "STYLE", tmp_path)
    for path in [DOCS / "matplotlibrc", *(DOCS / "_fonts").glob("*.ttf"), *(DOCS / "_fonts" / "korean").glob("*.otf")]:
        shutil.copy(path, tmp_path)
    po = polib.POFile()
    po.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    words = {"layer {1}": "{1}층", "hidden layers": "은닉층", "Of {1} layers {2} is left.": "{1}층에서 {2}만 남습니다."}
    for word, other in words.items():
        po.append(polib.POEntry(msgid=word, msgstr=other))
    (tmp_path / "labels.mo").write_bytes(po.to_binary())
    for name in ("_hold_still", "_written_out"):
        monkeypatch.setattr(moving, name, getattr(moving, name))


def words(svg):
    """Return what a drawing says; Matplotlib has each text in a comment before its outlines."""
    return set(re.findall(r"<!-- (.*?) -->", svg, re.DOTALL))


@pytest.mark.parametrize("narrow", [False, True])
def test_a_figure_speaks_the_language_of_its_page(korean, narrow):
    code = "fig, ax = plt.subplots(figsize=(7, 2))\nax.bar(['layer 1', 'layer 2'], [1, 2])\nax.set_title('mine')\nplt.show()"
    reader = Reader(MATPLOTLIB, code)
    reader.session.figures.narrow = narrow
    for _ in range(2):  # a second run begins with the figure's own words again
        (figure,) = reader.run()["figure"]
        assert {"1층", "2층", "mine"} <= words(figure["light"])
        assert "layer 1" not in words(figure["light"])
        assert words(figure["light"]) == words(figure["dark"])


def test_frames_speak_the_language_of_their_page(korean):
    code = "\n    ".join(
        [
            "def draw(hidden_layers):",
            "fig, ax = plt.subplots(figsize=(4, 2), layout='constrained')",
            "ax.set(xlim=(0, 1), ylim=(0, 1), title=f'layer {hidden_layers}')",
            "return f'Of {hidden_layers} layers {0.5**hidden_layers:.2f} is left.'",
        ]
    )
    reader = Reader(f"{MATPLOTLIB}\nimport gradlab as gl\n{code}\ngl.plots.frames(draw, hidden_layers=[1, 2])")
    for _ in range(2):
        (record,) = reader.run()["frames"]
        assert record["says"] == ["1층에서 0.50만 남습니다.", "2층에서 0.25만 남습니다."]
        assert record["names"] == ["은닉층"]
        for number, pieces in enumerate(record["order"], 1):
            assert f"{number}층" in words("".join(record["pool"][piece] for piece in pieces))
        reader.session.forget()


def test_no_figure_of_an_earlier_cell_is_shown():
    cells = [MATPLOTLIB, "fig, ax = plt.subplots()\nax.plot([1, 2])\nx = len(ax.lines)", "plt.plot([x])\nplt.show()"]
    reader = Reader(*cells)
    assert len(reader.run(2)["figure"]) == 1
    assert len(reader.run(1)["figure"]) == 1


def test_frames_are_told_by_their_record():
    code = "\n    ".join(
        ["def draw(k):", "fig, ax = plt.subplots()", "ax.set(xlim=(0, 1), ylim=(0, 1))", "return f'It is {k}.'"]
    )
    told = Reader(f"{MATPLOTLIB}\nimport gradlab as gl\n{code}\ngl.plots.frames(draw, k=[1, 2])").run()
    assert told["frames"][0]["says"] == ["It is 1.", "It is 2."]
    assert told["frames"][0]["left_out"] == 0
    assert "result" not in told
    assert "figure" not in told
    many = Reader(f"{MATPLOTLIB}\nimport gradlab as gl\n{code}\ngl.plots.frames(draw, k=range(9), default=4)").run()
    (frames,) = many["frames"]
    assert len(frames["says"]) + frames["left_out"] == 9
    assert frames["left_out"] > 0


def test_a_warning_is_one_line():
    told = Reader("import warnings\nwarnings.simplefilter('always')\nwarnings.warn('beware')").run()
    assert "".join(one["text"] for one in told["text"]) == "UserWarning: beware\n"


# -------------------------------------------------------------------------------------------------------------- errors


def test_an_error_names_the_line_of_the_cell():
    told = Reader("def f(x):\n    return 1 / x", "y = 1\n\nf(0)").run()
    (error,) = told["error"]
    assert (error["type"], error["message"]) == ("ZeroDivisionError", "division by zero")
    assert (error["cell"], error["line"]) == (1, 3)
    assert "    f(0)" in error["lines"]
    assert "    return 1 / x" in error["lines"]
    assert not any("session.py" in line for line in error["lines"])


def test_an_error_of_an_earlier_cell_names_that_one():
    told = Reader("x = 1\ny = x / 0", "y").run()
    assert (told["error"][0]["cell"], told["error"][0]["line"]) == (0, 2)


def test_an_error_inside_gradlab_keeps_its_last_lines():
    (error,) = Reader("import gradlab as gl", "gl.MLP([2, 3, 2], activation='rely')").run()["error"]
    assert error["line"] == 1
    assert len(error["lines"]) <= 14
    assert "rely" in error["lines"][-1]


@pytest.mark.parametrize(("code", "line"), [("x = 1\ny = = 2", 2), ("for k in 3\n    pass", 1), ("'open", 1)])
def test_what_is_no_python_is_an_error_with_its_line(code, line):
    reader = Reader("x = 1", code)
    (error,) = reader.run()["error"]
    assert (error["type"], error["cell"], error["line"]) == ("SyntaxError", 1, line)
    assert not reader.ended["ok"]
    assert "error" not in reader.run(0), "a later cell that is no Python is no matter of this one"


def test_leaving_python_is_an_error_and_not_the_end():
    assert Reader("raise SystemExit(3)").run()["error"][0]["type"] == "SystemExit"
    assert Reader("exit()").run()["error"][0]["type"] in {"NameError", "SystemExit"}


def test_a_run_that_failed_leaves_nothing_half_done():
    reader = Reader("x = []", "x.append(1)\nx.append(1 / 0)", "x.append(1)", "x")
    assert "error" in reader.run(1)
    reader.cells[1] = "x.append(1)"
    assert reader.run()["result"][0]["text"] == "[1, 1]"


# --------------------------------------------------------------------------------------------------- what is run again


def test_what_was_run_is_kept_and_the_cell_itself_runs_again():
    reader = Reader("import time\nx = time.perf_counter_ns()", "y = x", "y")
    first = reader.run()["result"][0]["text"]
    assert reader.how() == ["0.0 kept", "0.1 kept", "1.0 kept", "2.0 run"]
    assert reader.run()["result"][0]["text"] == first


def test_an_edit_runs_what_hangs_on_it_and_no_more():
    reader = Reader("import time\nx = time.perf_counter_ns()\nk = 1", "y = k", "x, y")
    first = reader.run()["result"][0]["text"]
    reader.cells[1] = "y = k + 1"
    assert reader.how() == ["0.0 kept", "0.1 kept", "0.2 kept", "1.0 run", "2.0 run"]
    assert reader.run()["result"][0]["text"] == first.replace(", 1)", ", 2)")


PAGES = {
    "change after use": ["x = [1]", "y = len(x)\nx", "x.append(2)", "x, y"],
    "rebound": ["x = 1", "x", "x = 2", "x", "x += 1", "x"],
    "loop names": ["for name in 'ab':\n    pass", "name", "for name in 'cd':\n    pass", "name"],
    "aliases": ["x = [1]\ny = x", "y, x", "y.append(2)", "x, y", "x.append(3)", "y"],
    "views": ["import numpy as np\nx = np.arange(4)\ny = x[1:]", "x, y", "y += 1", "x, y", "x *= 2", "y"],
    "random": ["import numpy as np\nr = np.random.default_rng(0)", "r.normal()", "r.normal()", "a = r.normal()\na", "a"],
    "builtin": ["sum([1, 2])", "sum = max", "sum([1, 2])"],
    "deleted": ["x = 1", "x", "del x\ny = 2", "y", "x = 3", "x"],
    "functions": ["k = 1", "def f():\n    return k", "f()", "k = 2", "f()"],
    "process": ["import os\nos.environ['GRADLAB_A'] = '1'", "os.environ['GRADLAB_A']", "os.environ['GRADLAB_A'] = '2'", "os.environ['GRADLAB_A']"],
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_cells_in_any_order_show_what_they_show_in_the_pages_order(name, monkeypatch):
    monkeypatch.setenv("GRADLAB_A", "0")
    cells = PAGES[name]
    inorder = [Reader(*cells).run(cell).get("result") for cell in range(len(cells))]
    source = np.random.default_rng(len(name))
    for _ in range(6):
        reader = Reader(*cells)
        for cell in source.integers(0, len(cells), 12):
            shown = reader.run(int(cell))
            assert "error" not in shown, shown
            assert shown.get("result") == inorder[cell], (name, cell)


def test_forgetting_begins_anew():
    reader = Reader("import time\nx = time.perf_counter_ns()", "x")
    first = reader.run()["result"]
    reader.session.forget()
    assert reader.run()["result"] != first


def test_what_changed_the_process_and_is_no_longer_there_is_undone():
    cells = ["import gradlab as gl\nimport numpy as np", "len(gl.ACTIVATIONS)", "@gl.activation()\ndef mine(x):\n    return np.tanh(x), 1 - np.tanh(x) ** 2", "len(gl.ACTIVATIONS)"]  # fmt: skip
    reader = Reader(*cells)
    counts = [int(reader.run(cell)["result"][0]["text"]) for cell in (1, 3, 1, 3)]
    assert counts == [counts[0], counts[0] + 1] * 2
    reader.cells[2] = "pass"
    assert int(reader.run(3)["result"][0]["text"]) == counts[0]


def test_a_name_that_the_reading_missed_has_all_earlier_cells_run():
    reader = Reader(
        "def bind(name):\n    import sys\n    sys._getframe(1).f_globals[name] = 7",
        "hidden = 3\nbind('hidden')",
        "eval('hid' + 'den')",
    )
    told = reader.run()
    assert told["result"][0]["text"] == "7"
    reader = Reader("import sys\nx = 1", "names = sys.modules['__main__'].__dict__", "del x\nx2 = 5", "missing")
    assert reader.run()["error"][0]["type"] == "NameError"
    assert not reader.ended["all"], "a name that nobody binds is the reader's own slip"


def test_steps_tell_how_far_a_run_is():
    reader = Reader("a = 1\nb = a", "c = b", "c")
    steps = reader.run()["step"]
    assert [(one["done"], one["of"], one["cell"]) for one in steps] == [(0, 4, 0), (1, 4, 0), (2, 4, 1), (3, 4, 2)]
    left = [one["seconds"] for one in steps]
    assert left == sorted(left, reverse=True)


def test_packages_are_named_before_they_are_wanted():
    assert Reader("import numpy as np", "np.ones(1)").plan()["imports"] == ["numpy"]
    assert Reader("import gradlab as gl", "gl.plots.style('relu')").plan()["imports"] == ["gradlab", "matplotlib"]
    assert "matplotlib" in Reader("from gradlab import plots", "plots.INK").plan()["imports"]
    assert "matplotlib" not in Reader("import matplotlib", "x = 1", "x").plan()["imports"]


# ----------------------------------------------------------------------------------------------------- shipped results


def test_a_shipped_result_is_used_with_nothing_of_what_made_it():
    reader = Reader("def slow():\n    raise AssertionError\nk = 1", "x = slow() + k", "x")
    reader.ship(1, 0, x=41)
    assert reader.how() == ["1.0 load", "2.0 run"]
    assert reader.plan()["files"] == {}  # it was given already
    assert reader.run()["result"][0]["text"] == "41"
    assert reader.how() == ["1.0 kept", "2.0 run"]


@pytest.mark.parametrize(
    "edit",
    [(0, "def slow():\n    return 5\nk = 1"), (0, "def slow():\n    return 4\nk = 2"), (1, "x = slow() + k + 0")],
)
def test_a_shipped_result_is_not_used_once_something_that_it_needs_is_edited(edit):
    reader = Reader("def slow():\n    return 4\nk = 1", "x = slow() + k", "x")
    reader.ship(1, 0, x=41)
    assert reader.run()["result"][0]["text"] == "41"
    reader.cells[edit[0]] = edit[1]
    assert reader.run()["result"][0]["text"] in {"6", "5"}


def test_a_shipped_result_is_used_again_when_an_edit_is_taken_back():
    reader = Reader("k = 1", "x = 40 + k", "x")
    reader.ship(1, 0, x="shipped")
    shown = []
    for code in ("k = 1", "k = 2", "k = 1"):
        reader.cells[0] = code
        shown.append(reader.run()["result"][0]["text"])
    assert shown == ["'shipped'", "42", "'shipped'"]


def test_a_shipped_result_of_the_cell_itself_is_used_too():
    reader = Reader("x = 1 / 0\nx")
    reader.ship(0, 0, x=3)
    assert reader.run()["result"][0]["text"] == "3"


def test_the_last_expression_of_a_cell_is_run_to_be_shown_even_where_its_result_is_shipped():
    reader = Reader("x = [1]", "def grow(a):\n    a.append(2)\n    return 'shown'\n\ngrow(x)", "x")
    reader.ship(1, 1, x=[1, "shipped"])
    assert reader.run(1)["result"][0]["text"] == "'shown'"
    reader.session.forget()
    assert reader.run(2)["result"][0]["text"] == "[1, 'shipped']"
    assert reader.run(1)["result"][0]["text"] == "'shown'"  # though its result stands


def test_a_result_that_cannot_be_read_is_computed_instead():
    reader = Reader("x = 2", "x")
    digest = reader.ship(0, 0, x=3)
    reader.session.give(digest, b"no such thing")
    assert reader.run()["result"][0]["text"] == "2"
    assert reader.ended["ok"]


def test_results_refer_to_functions_of_the_page_by_name():
    def mine():
        return 6

    mine.__module__, mine.__qualname__ = "__main__", "mine"
    data, used = pack({"table": {"f": mine, "a": np.arange(3)}}, {"mine": mine})
    assert used == ["mine"]
    assert unpack(data, {"mine": mine})["table"]["f"] is mine
    with pytest.raises(KeyError):
        unpack(data, {})
    with pytest.raises(Exception, match="pickle"):
        pack({"f": lambda: 1}, {})
    assert data == pack({"table": {"f": mine, "a": np.arange(3)}}, {"mine": mine})[0]


def test_names_that_share_memory_are_not_taken_from_two_places():
    cells = ["import numpy as np\nx = np.zeros(3)", "y = x[1:]", "y += 1", "x.tolist(), y.tolist()"]
    reader = Reader(*cells)
    reader.ship(1, 0, y=np.zeros(2))
    assert reader.run()["result"][0]["text"] == "([0.0, 1.0, 1.0], [1.0, 1.0])"


def test_what_a_result_leaves_out_is_computed_where_it_is_needed():
    reader = Reader("found = {}\nfor f in (len, max):\n    found[f.__name__] = f([1])", "found", "f.__name__")
    reader.ship(0, 1, found={"len": "shipped"})
    assert reader.run(1)["result"][0]["text"] == "{'len': 'shipped'}"
    assert reader.run(2)["result"][0]["text"] == "'max'"
    assert reader.ended["ok"]


def test_the_versions_of_a_result_are_those_of_the_build(monkeypatch):
    reader = Reader("x = 2", "x")
    reader.ship(0, 0, x=3)
    (digest,) = reader.results
    reader.results = {digests(Page(reader.cells), "9.9.9")[0]: {**reader.results[digest], "numpy": "9.9.9"}}
    reader.session.give(*[next(iter(reader.results)), reader.session.data[digest]])
    assert reader.run()["result"][0]["text"] == "3"


def test_environment_is_left_alone():
    before = dict(os.environ)
    Reader(f"{MATPLOTLIB}\nplt.plot([1])\nplt.show()").run()
    assert dict(os.environ) == before
