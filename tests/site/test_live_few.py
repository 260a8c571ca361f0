"""Fewer seeds first (docs/_live/python/gradlab_live/few.py): what is rewritten, what a run then is, and what comes after."""

from __future__ import annotations

import ast
import json
import os
import sys

import numpy as np
import pytest
from built_book import DOCS, HTML
from gradlab_live import few, plans, shown
from gradlab_live import session as sessions
from gradlab_live.needs import Page
from test_live_session import Reader as Whole

sys.path.append(str(DOCS.parent / "tests" / "wasm"))
from fewer import fewer

LONG = 30.0  # seconds, of a statement that is said to be slow


class Reader(Whole):
    """A reader who has fewer seeds where a cell takes long, unless all are asked for."""

    def run(self, cell=-1, fewer=True):
        self.told.clear()
        self.ended = self.session.run(self.cells, cell % len(self.cells), self.results, fewer)
        json.dumps([self.ended, *(payload for _, payload in self.told)])  # a page gets plain types
        return {kind: [payload for one, payload in self.told if one == kind] for kind, _ in self.told}

    def slow(self, *places):
        """Say of some statements that they take long."""
        for place in places:
            self.session.history.seconds[place] = LONG
        return self

    def value(self, cell=-1, fewer=True):
        """Return the last expression of a cell."""
        return self.run(cell, fewer)["result"][0]["text"]


@pytest.fixture
def always(monkeypatch):
    """Take each cell for slow."""
    monkeypatch.setattr(few, "LONG", -1.0)
    monkeypatch.setattr(few, "WORTH", np.inf)


# ------------------------------------------------------------------------------------------------------ what is rewritten

NET = "import gradlab as gl\nnet = gl.MLP([2, 3, 2])\nseeds, one = range(20), 7\n"
REWRITTEN = {  # code, the last expression of which tells with how many seeds it ran
    "a name": ("f(seeds=seeds)", 5),
    "a range": ("f(seeds=range(3, 30))", 5),
    "a list": ("f(seeds=[9, 8, 7, 6, 5, 4, 3])", 5),
    "few": ("f(seeds=range(4))", 4),
    "one": ("f(seeds=7)", 7),
    "one by its name": ("f(seeds=one)", 7),
    "none": ("f(seeds=None)", None),
    "nested calls": ("f(seeds=list(sorted(range(20))))", 5),
    "a call in a call": ("max([f(seeds=seeds) for _ in range(9)])", 5),
    "a lambda": ("(lambda seeds: f(seeds=seeds))(seeds)", 5),
    "a lambda's default": ("(lambda seeds=range(9): f(seeds=seeds))()", 5),
    "a function's default": ("def g(seeds=range(30)):\n    return len(seeds)\ng()", 5),
    "a function that is given some": ("def g(k, seeds):\n    return f(seeds=seeds)\ng(0, range(8))", 5),
    "a function that is given few": ("def g(k, seeds):\n    return f(seeds=seeds)\ng(0, range(100, 104))", 4),
    "a function that reads the page's": ("def g():\n    return sum(1 for seed in seeds)\ng()", 5),
    "keyword-only": ("def g(*, seeds=range(6)):\n    return len(seeds)\ng()", 5),
    "another name": ("many = range(50)\nf(seeds=many)", 5),
    "another name that is no seeds": ("many = range(50)\nlen(many)", 50),
    "an f-string": ("f'{len(seeds)} {seeds}'", "5 range(0, 5)"),
    "a string": ("'f(seeds=range(20))'", "f(seeds=range(20))"),
    "a comprehension": ("[seed for seed in seeds]", [0, 1, 2, 3, 4]),
    "a comprehension over a range": ("len([seed for seed in range(30)])", 5),
    "a loop over something else": ("len([k for k in range(30)])", 30),
    "a loop": ("n = 0\nfor seed in range(30):\n    n += 1\nn", 5),
    "several lines": ("f(\n    # seeds=3\n    seeds=(\n        seeds  # all of them\n    ),\n)", 5),
    "parameters": ("net.initialize(range(8)).shape[0]", 5),
    "parameters of one": ("net.initialize(3).shape[0]", 1),
    "a table": ("{'rate': range(9), 'seed': range(9)}['seed']", range(5)),
    "a keyword for one": ("dict(seed=range(9), other=range(9))", {"seed": range(5), "other": range(9)}),
    "an array": ("import numpy as np\nf(seeds=np.arange(20))", 5),
    "names": ("f(seeds=list('abcdefgh'))", 8),
    "a name that grows": (
        "seeds = [1, 2, 3, 4, 5, 6]\nseeds.append(9)\nseeds[0] = 8\nf(seeds=seeds), seeds[0]",
        (5, 8),
    ),
    "one of them": ("seeds[3]", 3),
    "a case": ("match 3:\n    case seeds:\n        n = seeds\nn", 3),
    "walrus": ("(seeds := range(9)) and len(seeds)", 5),
}


def rewritten(code):
    """Run code with fewer seeds; return the value of its last expression, and how many seeds there were."""
    page = Page([code])
    names = {few.ASK: few.Fewer(), "f": lambda seeds: len(seeds) if hasattr(seeds, "__len__") else seeds}
    found = few.Cuts(page)
    for index in range(len(page.statements) - 1):
        exec(compile(ast.Module([found.node(index)], []), "cell", "exec"), names)
    last = found.node(len(page.statements) - 1)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names), names[few.ASK].sizes


@pytest.mark.parametrize("name", REWRITTEN)
def test_what_names_seeds_has_the_first_five_and_nothing_else_is_changed(name):
    code, wanted = REWRITTEN[name]
    found, sizes = rewritten(NET + code)
    assert found == wanted
    assert all(size > few.SEEDS for size in sizes)


def test_the_number_of_seeds_is_the_one_that_was_given():
    assert rewritten(f"{NET}f(seeds=range(100)), f(seeds=seeds)")[1] == {20, 100}


def test_lines_stay_where_they_are():
    reader = Reader(NET, "x = gl.train(\n    net,\n    None,\n    seeds=seeds,\n    steps=undefined,\n)\nx").slow(
        (1, 0)
    )
    (error,) = reader.run()["error"]
    assert (error["type"], error["cell"], error["line"]) == ("NameError", 1, 5)
    assert "    steps=undefined," in error["lines"]
    one, other = (few.Cuts(page := Page([NET + code])).node(3) for code in ("f(\n  seeds=seeds)", "f(\n  seeds=one)"))
    assert (one.lineno, one.end_lineno, page.statements[3].node.lineno) == (4, 5, 4)
    assert ast.dump(page.statements[3].node) != ast.dump(other), "nothing was rewritten"
    assert few.ASK not in ast.dump(page.statements[3].node), "what others read was changed"


@pytest.mark.parametrize(
    ("code", "size"),
    [
        ("f(seeds=seeds)", 20),
        ("f(seeds=range(100, 104))", 4),
        ("f(seeds=one)", 0),
        ("f(seeds=[1, 2, 3, 4, 5, 6])", 6),
        ("def g(seeds):\n    return f(seeds=seeds)", 0),
        ("f(seeds=other())", few.ALL),
        ("f(4)", 0),
    ],
)
def test_how_many_seeds_there_are_is_read_without_running_the_code(code, size):
    assert few.Cuts(Page([NET + code])).own[3] == size


# ---------------------------------------------------------------------------------------------------------- what a run is


def test_a_slow_cell_is_run_with_fewer_seeds_and_says_so():
    cells = [NET, "x = len(net.initialize(seeds))\nprint('drawn', x)\nx"]
    reader = Reader(*cells).slow((1, 0))
    told = reader.run()
    assert told["result"][0]["text"] == "5"
    assert told["few"] == [{"seeds": 5, "of": [20]}], "told once, before anything is shown"
    assert [kind for kind, _ in reader.told if kind != "step"][0] == "few"
    assert reader.ended["few"] == {**reader.ended["few"], "seeds": 5, "of": [20], "claims": 0, "error": None}
    assert Reader(*cells).value() == "20", "a cell that is quick has all"
    assert reader.slow((1, 0)).value(fewer=False) == "20"
    assert reader.ended["few"] is None


def test_nobody_has_fewer_seeds_who_has_not_asked_for_it():
    reader = Reader(NET, "len(seeds)").slow((1, 0))
    assert reader.plan()["seconds"] >= LONG
    assert reader.session.plan(reader.cells, 1, {}, fewer=True)["seconds"] < LONG / 2
    assert reader.session.run(reader.cells, 1, {})["few"] is None


def test_claims_are_not_judged_by_fewer_seeds():
    claim = "gl.claim('a', 'All seeds', len(seeds), equals=20)"
    reader = Reader(NET, f"x = net.initialize(seeds)\n{claim}").slow((1, 0))
    assert "claim" not in reader.run()
    assert reader.ended["few"]["claims"] == 1
    (judged,) = reader.run(fewer=False)["claim"]
    assert judged["holds"]


def test_claims_are_judged_where_there_was_nothing_to_leave_out():
    reader = Reader(NET, "few = tuple(range(3))\nx = net.initialize(few)\ngl.claim('a', 'x', len(x), equals=3)").slow(
        (1, 1)
    )
    (judged,) = reader.run()["claim"]
    assert judged["holds"]
    assert reader.ended["few"] is None


@pytest.mark.parametrize(
    "code",
    [
        "x = net.initialize(range(8))\nx",  # saves too little
        "x = net.initialize(range(5))\nx",
        "x = sum(range(10))\nx",
        "def draw(k):\n    return f'{len(seeds)}.'\nframes = len\nframes([draw(k) for k in seeds])",
    ],
)
def test_what_saves_little_is_run_with_all_seeds(code):
    page = Page([NET, code])
    reader = Reader(NET, code).slow((1, len(page.of(1)) - 1), (1, 0))
    reader.run()
    assert reader.ended["few"] is None
    assert reader.ended["ok"]


def test_the_time_of_all_seeds_is_told_from_that_of_fewer(monkeypatch):
    seconds = iter(range(10**6))
    monkeypatch.setattr(sessions.time, "perf_counter", lambda: float(next(seconds)))
    reader = Reader(NET, "x = net.initialize(seeds)\nx.shape").slow((1, 0))
    reader.run()
    assert reader.session.history.seconds[1, 0] == pytest.approx(1 / few.share(20))
    assert reader.session.history.seconds[0, 1] == 1
    assert reader.ended["few"]["seconds"] > 1 / few.share(20)


# ----------------------------------------------------------------------------------------- what comes before and after it


def test_results_of_the_book_are_used_beside_fewer_seeds():
    reader = Reader(NET, "slow = sum(seeds)", "x = len(net.initialize(seeds))\nslow, x").slow((2, 0))
    reader.ship(1, 0, slow="shipped")
    assert reader.how()[-1] == "2.1 run"
    assert reader.value() == "('shipped', 5)"
    assert reader.value(fewer=False) == "('shipped', 20)"


def test_fewer_then_all_then_fewer_seeds_are_never_mixed_up():
    cells = [NET, "x = len(net.initialize(seeds))", "y = x + len(seeds)\ny"]
    reader = Reader(*cells).slow((1, 0), (2, 0))
    assert reader.value() == "10"
    assert reader.value(fewer=False) == "40"
    assert reader.slow((1, 0), (2, 0)).value() in {"10", "25"}  # x stands
    assert reader.value(fewer=False) == "40" == Reader(*cells).value()


def test_all_seeds_stand_once_they_ran():
    reader = Reader(NET, "import time\nx = len(net.initialize(seeds)), time.perf_counter_ns()", "x").slow((1, 1))
    assert reader.value().startswith("(5,")
    first = reader.value(fewer=False)
    assert first.startswith("(20,")
    assert reader.slow((1, 1)).value() == first
    reader.cells[1] = reader.cells[1].replace("), ", ") + 0, ")
    assert reader.slow((1, 1)).value().startswith("(5,"), "an edit that makes it slow again has fewer first"


def test_what_has_to_run_once_more_and_needs_fewer_seeds_is_not_taken_for_that_of_all():
    cells = [NET, "start = len(net.initialize(seeds))", "x = 100 * start", "y = x + len(seeds)\ny", "x = 0"]
    reader = Reader(*cells, "z = y + len(net.initialize(seeds))\nz")
    assert reader.value(3, fewer=False) == "2020"
    reader.run(4, fewer=False)  # x is another one now
    reader.session.history.seconds |= {(2, 0): 2 * few.BRIEF, (5, 0): 10 * LONG}
    assert reader.value(5) == "510"
    assert reader.value(3, fewer=False) == "2020"


PAGES = {
    "one net": [NET, "start = net.initialize(seeds)", "x = start.sum(axis=1)\nx[:3].tolist(), len(x)", "len(start)"],
    "in place": [NET, "found = []", "found.append(len(seeds))", "found", "found += [len(net.initialize(seeds))]", "found"],
    "a helper": [NET, "def g(k, seeds=seeds):\n    return len(seeds) + k", "a = g(1)\na", "b = g(a, range(30))\nb", "g(b)"],
    "process": [f"{NET}import os", "os.environ['GRADLAB_A'] = str(len(seeds))", "a = os.environ['GRADLAB_A'], len(seeds)\na", "a, len(seeds)"],
    "rebound": [NET, "n = len(seeds)\nn", "seeds = range(40)\nlen(seeds), n", "n + len(seeds)"],
    "a table": [NET, "found = {}\nfor seed in seeds:\n    found[seed] = seed", "len(found)", "found[0] = len(seeds)", "found[0]"],
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_whatever_ran_before_all_seeds_give_what_they_give_in_the_pages_order(name, always, monkeypatch):
    monkeypatch.setenv("GRADLAB_A", "0")
    cells, source = PAGES[name], np.random.default_rng(len(name))
    inorder = [Reader(*cells).run(cell, fewer=False).get("result") for cell in range(len(cells))]
    places, ran = [one.place for one in Page(cells).statements], 0
    for _ in range(10):
        reader = Reader(*cells)
        for cell, less in zip(source.integers(0, len(cells), 12), source.integers(0, 2, 12), strict=True):
            reader.session.history.seconds = {place: source.choice([0.01, LONG]) for place in places}
            told = reader.run(int(cell), fewer=bool(less))
            assert "error" not in told
            ran += reader.ended["few"] is not None
            if not less:
                assert told.get("result") == inorder[cell], (name, cell)
    assert ran > 10


# ------------------------------------------------------------------------------------------------------------- what fails


def test_a_shape_of_all_seeds_is_no_error_of_the_reader():
    reader = Reader(NET, "import numpy as np\nx = np.ones(20) + net.initialize(seeds)[:, 0]\nlen(x)").slow((1, 1))
    told = reader.run()
    assert "error" not in told
    assert reader.ended["few"]["error"].startswith("ValueError: operands")
    assert not reader.ended["ok"]
    assert reader.value(fewer=False) == "20"


@pytest.mark.parametrize("code", ["undefined", "net.no_such", "gl.train(net, steeps=3)", "1 +", "import no_such"])
def test_a_slip_that_no_number_of_seeds_explains_is_shown_as_ever(code):
    reader = Reader(NET, f"x = net.initialize(seeds)\n{code}").slow((1, 0))
    assert len(reader.run()["error"]) == 1
    assert reader.ended["few"] is None


@pytest.mark.parametrize(
    "code", ["x = int('a') + len(net.initialize(seeds))", "x = net.initialize(seeds)\nk = int('a')\nx"]
)
def test_an_error_that_fewer_seeds_had_no_part_in_is_shown_as_ever(code):
    reader = Reader(NET, code).slow((1, 0))
    assert reader.run()["error"][0]["message"].startswith("invalid literal")
    assert reader.ended["few"] is None


XOR = f"{NET}xor = gl.datasets.xor()"
FROM_START = "run = gl.train(net, xor, steps=1, seeds=seeds, theta=start)\nlen(run.theta), result"


def test_a_start_that_is_there_is_drawn_again_beside_a_slow_result():
    reader = Reader(XOR, "result = sum(seeds)", "start = net.initialize(seeds)\nlen(start)", FROM_START)
    reader.ship(1, 0, result="of all")
    assert reader.value(2, fewer=False) == "20"
    assert reader.slow((1, 0), (3, 0)).value() == "(5, 'of all')"
    assert "again" not in [kind for kind, _ in reader.told]
    assert reader.value(fewer=False) == "(20, 'of all')"


def test_a_slow_start_is_drawn_again_where_numbers_have_to_agree():
    reader = Reader(XOR, "result = 0", "start = net.initialize(seeds)\nlen(start)", FROM_START)
    reader.ship(2, 0, start=np.zeros((20, 17)))
    reader.slow((2, 0)).session.history.seconds[3, 0] = 10 * LONG
    assert reader.value() == "(5, 0)"
    assert [kind for kind, _ in reader.told].count("again") == 1
    assert reader.value(fewer=False) == "(20, 0)"


def test_what_was_made_with_all_seeds_stays_where_it_does_not_fit_otherwise():
    cells = [f"{NET}import numpy as np", "ends = net.initialize(seeds)", "moved = np.ones(20) + ends[:, 0]\nlen(moved)"]
    reader = Reader(*cells, "x = net.initialize(seeds)\nlen(x), len(moved)")
    assert reader.value(2, fewer=False) == "20"
    assert reader.slow((3, 0)).value() == "(5, 20)"


def test_a_statement_that_failed_is_not_tried_with_the_same_again():
    cells = [
        f"{NET}tries = []",
        "start = len(net.initialize(seeds))\nstart",
        "tries.append(len(seeds))\n[1, 2][sum(seeds)]\nstart",
    ]
    reader = Reader(*cells)
    reader.run(1, fewer=False)
    reader.slow((1, 0), (2, 1)).session.history.seconds[2, 1] = 10 * LONG
    assert len(reader.session._ways(reader.cells, 2, {}, True)) > 1
    reader.run()
    assert reader.ended["few"]["error"].startswith("IndexError")
    assert "again" not in [kind for kind, _ in reader.told]


# ---------------------------------------------------------------------------------------------------------------- the book


def test_slow_cells_of_the_book_run_with_fewer_seeds_or_say_that_they_want_all(monkeypatch):
    monkeypatch.setattr(shown, "STYLE", DOCS / "_no_style")
    before = os.getcwd()
    records = []
    try:
        pages = [path for path in sorted((HTML / "_live").rglob("*.json")) if "results" not in path.parts]
        for path in pages[::3]:  # all of them: tests/wasm
            name = path.relative_to(HTML / "_live").with_suffix("").as_posix()
            records += [(name, one) for one in fewer(HTML, DOCS, name, every=2)["edits"]]
    finally:
        os.chdir(before)
    assert len(records) > 5
    assert [(name, one["place"], one["errors"]) for name, one in records if one["errors"]] == []
    assert all(one["ok"] or one["few"]["error"] for _, one in records)
    assert sum(not one["ok"] for _, one in records) < len(records) / 4
    assert all(plans.BRIEF < one["planned"][0] < few.WORTH * one["planned"][1] for _, one in records)
