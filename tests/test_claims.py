"""Claims: true ones are shown once with their value, false ones stop whoever makes them."""

import json
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gradlab as gl
from gradlab import _display
from gradlab.claims import MIME

numbers = st.floats(-1e6, 1e6)


# ---------------------------------------------------------------------------------------------------- true and false


@pytest.mark.parametrize(
    ("value", "bounds", "said"),
    [
        (1.0, {"below": 2}, "< 2"),
        (1.0, {"above": 0.5}, "> 0.5"),
        (1.0, {"above": 0, "below": 1.5}, "> 0 and < 1.5"),
        (0.25, {"equals": 0.25}, "= 0.25"),
        (0.26, {"equals": 0.25, "within": 0.02}, "= 0.25 ± 0.02"),
        (True, {"equals": True}, "= 1"),
        (np.float32(3), {"above": 2}, "> 2"),
        (np.array([[5]]), {"equals": 5}, "= 5"),
        (np.bool_(False), {"equals": 0}, "= 0"),
        (np.inf, {"above": 1}, "> 1"),
    ],
)
def test_a_true_claim_is_returned_with_its_value(value, bounds, said):
    made = gl.claim("a-key-2", "It holds", value, **bounds, cite="me2025")
    assert made == gl.Claim("a-key-2", "It holds", float(np.asarray(value).item()), said, "me2025")
    assert isinstance(made.value, float)
    assert str(made) == repr(made) == f"✓ It holds: {made.value:.4g} ({said})"
    assert pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize(
    ("value", "bounds", "said"),
    [
        (2.5, {"below": 2}, "< 2"),
        (2.0, {"below": 2}, "< 2"),
        (0.25, {"above": 0.5}, "> 0.5"),
        (0.5, {"above": 0.5}, "> 0.5"),
        (2.5, {"above": 0, "below": 1.5}, "> 0 and < 1.5"),
        (-1, {"above": 0, "below": 1.5}, "> 0 and < 1.5"),
        (0.26, {"equals": 0.25}, "= 0.25"),
        (0.275, {"equals": 0.25, "within": 0.02}, "= 0.25 ± 0.02"),
        (0.225, {"equals": 0.25, "within": 0.02}, "= 0.25 ± 0.02"),
        (False, {"equals": True}, "= 1"),
        (np.inf, {"below": 1}, "< 1"),
        (np.nan, {"below": 2}, "< 2"),
        (np.nan, {"above": 2}, "> 2"),
        (np.nan, {"above": -9, "below": 9}, "> -9 and < 9"),
        (np.nan, {"equals": 2, "within": 5}, "= 2 ± 5"),
    ],
)
def test_a_false_claim_is_an_error_that_names_key_value_and_bound(value, bounds, said):
    with pytest.raises(gl.ClaimError) as caught:
        gl.claim("a-key", "It holds", value, **bounds)
    assert str(caught.value) == f"the claim 'a-key' is false: It holds: measured {float(value):.6g}, claimed {said}"
    assert isinstance(caught.value, AssertionError)


@given(numbers, numbers, numbers)
def test_a_claim_holds_exactly_where_the_number_lies_within(value, low, high):
    try:
        gl.claim("any", "A number lies between two others", value, above=low, below=high)
    except gl.ClaimError:
        assert not low < value < high
    else:
        assert low < value < high


@given(numbers, numbers, st.floats(0, 1e6))
def test_a_claim_of_equality_holds_exactly_where_the_number_is_near(value, equals, within):
    try:
        gl.claim("any", "A number is near another", value, equals=equals, within=within)
    except gl.ClaimError:
        assert abs(value - equals) > within
    else:
        assert abs(value - equals) <= within


# ---------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("key", ["", "Upper", "two words", "under_score", "-a", "a-", "a--b", "é", "a\n", None, 3])
def test_a_malformed_key_gets_a_sentence(key):
    with pytest.raises(ValueError, match="key must be lower-case words joined by hyphens") as caught:
        gl.claim(key, "It holds", 1, below=2)
    assert repr(key) in str(caught.value)


@pytest.mark.parametrize(
    "value", [None, "1", [1, 2], np.zeros(0), 1j, [None], {}, [[1, 2], [3, 4]], [[1, 2], [3]]], ids=repr
)
def test_what_is_not_one_number_gets_a_sentence(value):
    with pytest.raises(TypeError, match="the value of claim 'a-key' must be one number, not ") as caught:
        gl.claim("a-key", "It holds", value, below=2)
    assert repr(value)[:80] in str(caught.value)


@pytest.mark.parametrize("bounds", [{}, {"within": 1}, {"equals": 1, "below": 2}, {"equals": 1, "above": 0}], ids=str)
def test_a_claim_needs_one_kind_of_bound(bounds):
    with pytest.raises(ValueError, match="claim 'a-key' needs below, above or both, or else equals"):
        gl.claim("a-key", "It holds", 1, **bounds)


def test_a_bad_tolerance_gets_a_sentence():
    with pytest.raises(ValueError, match="within must be a finite number at least 0, not -1"):
        gl.claim("a-key", "It holds", 1, equals=1, within=-1)


@pytest.mark.parametrize("bound", ["below", "above", "equals"])
def test_a_bound_that_is_no_number_gets_a_sentence(bound):
    with pytest.raises(TypeError, match=f"{bound}.*'two'"):
        gl.claim("a-key", "It holds", 1, **{bound: "two"})


@pytest.mark.parametrize("budget", ["", "in 400 steps", "IN 300 STEPS"])
def test_a_budget_stands_in_the_sentence(budget):
    with pytest.raises(ValueError, match="the budget of claim 'a-key' must be words of its text"):
        gl.claim("a-key", "It does not learn in 300 steps", 1, below=2, budget=budget)
    made = gl.claim("a-key", "It does not learn in 300 steps", 1, below=2, budget="in 300 steps")
    assert made.budget == "in 300 steps"


def test_only_a_source_states_something():
    with pytest.raises(ValueError, match="claim 'a-key' has states=True but no cite"):
        gl.claim("a-key", "It holds", 1, below=2, states=True)
    assert gl.claim("a-key", "It holds", 1, below=2, cite="me2025", states=True).states


def test_identities_and_longer_trials_are_marked():
    made = gl.claim("a-key", "It holds", 1, below=2, identity=True)
    assert (made.identity, made.survived) == (True, None)
    made = gl.claim("a-key", "It holds", 1, below=2, survived="a-long-one")
    assert (made.identity, made.survived) == (False, "a-long-one")


# ---------------------------------------------------------------------------------------------------- shown


def test_in_a_plain_interpreter_a_claim_prints_nothing_of_its_own(capsys):
    gl.claim("a-key", "It holds", 1, below=2)
    assert capsys.readouterr() == ("", "")


def test_the_bundle_has_the_number_the_badge_and_the_record():
    made = gl.claim("a-key", "One < two & so on", 1.5, below=2, cite="me2025")
    data, metadata = made._repr_mimebundle_()
    assert data["text/plain"] == "1.5"
    assert float(data["text/plain"]) == made.value
    assert 'id="claim-a-key"' in data["text/html"]
    assert "One &lt; two &amp; so on" in data["text/html"]
    assert "measured 1.5, claimed &lt; 2" in data["text/html"]
    record = {
        "key": "a-key",
        "text": "One < two & so on",
        "value": 1.5,
        "bound": "< 2",
        "cite": "me2025",
        "states": False,
        "budget": None,
        "identity": False,
        "survived": None,
        "holds": True,
    }
    assert data[MIME] == json.loads(json.dumps(data[MIME])) == record
    assert set(data) == {"text/plain", "text/html", "application/vnd.gradlab.claim+json"}
    assert metadata == {"scrapbook": {"name": "a-key", "mime_prefix": ""}}


SESSION = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config, ipython_dir=sys.argv[1])
with capture_output() as captured:
    ran = shell.run_cell(sys.argv[2])
shown = [(output.data, output.metadata) for output in captured.outputs]
print(json.dumps([shown, captured.stdout, repr(ran.error_in_exec)]))
"""


def _cell(source, folder):
    """Run a cell in an IPython of its own; return what it published, what it printed and its error."""
    pytest.importorskip("IPython")
    done = subprocess.run(
        [sys.executable, "-c", SESSION, str(folder), source], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "source",
    [
        "gl.claim('a-key', 'It holds', 1, below=2)",
        "gl.claim('a-key', 'It holds', 1, below=2);",
        "made = gl.claim('a-key', 'It holds', 1, below=2)",
        "gl.claim('a-key', 'It holds', 1, below=2)\nNone",
    ],
)
def test_in_ipython_a_claim_is_shown_once_wherever_in_the_cell_it_stands(source, tmp_path):
    shown, printed, error = _cell("import gradlab as gl\n" + source, tmp_path)
    assert error == "None"
    assert "It holds" not in printed
    assert "1.0" not in printed
    ((data, metadata),) = shown
    assert data["text/plain"] == "1.0"
    assert data[MIME]["key"] == "a-key"
    assert "gl-claim" in data["text/html"]
    assert metadata == {"scrapbook": {"name": "a-key", "mime_prefix": ""}}


def test_in_ipython_a_false_claim_shows_nothing_and_fails_the_cell(tmp_path):
    shown, printed, error = _cell("import gradlab as gl\ngl.claim('a-key', 'It holds', 3, below=2)", tmp_path)
    assert shown == []
    assert "ClaimError" in printed
    assert error.startswith("ClaimError(\"the claim 'a-key' is false: It holds: measured 3, claimed < 2")


@pytest.mark.parametrize(
    "how", ["gl.claim('a-key', 'It holds', 1, below=2)", "made = gl.claim('a-key', 'It holds', 1, below=2)"]
)
def test_in_a_terminal_with_ipython_the_sentence_is_shown_once(how, tmp_path):
    pytest.importorskip("IPython")
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--HistoryManager.enabled=False"]
    done = subprocess.run(
        command,
        input=f"import gradlab as gl\n{how}\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=True,
    )
    assert done.stdout.count("✓ It holds: 1 (< 2)") == 1
    assert "1.0" not in done.stdout


def test_a_claim_publishes_its_bundle_where_ipython_runs(monkeypatch):
    """The same as above without IPython, which need not be installed."""
    published = []
    display = type(sys)("IPython.display")
    display.publish_display_data = lambda data, metadata: published.append((data, metadata))
    ipython = type(sys)("IPython")
    ipython.get_ipython = lambda: shell
    ipython.display = display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    shell = None
    gl.claim("a-key", "It holds", 1, below=2)
    assert published == []
    shell = object()
    made = gl.claim("a-key", "It holds", 1, below=2)
    assert published == [made._repr_mimebundle_()]
    assert made._ipython_display_() is None
    assert len(published) == 1
    with pytest.raises(gl.ClaimError):
        gl.claim("a-key", "It holds", 3, below=2)
    assert len(published) == 1


# ---------------------------------------------------------------------------------------------------- other displays


class Page:
    """A display that shows false claims and goes on."""

    goes_on, drawings = True, None

    def __init__(self):
        self.shown = []

    def show(self, shown):
        self.shown.append(shown)


def test_a_page_is_shown_true_and_false_claims():
    page = Page()
    with _display.shown_on(page):
        true = gl.claim("a-key", "It holds", 1, below=2)
        false = gl.claim("b-key", "It holds", 3, below=2)
    assert page.shown == [true, false]
    assert [made.holds for made in page.shown] == [True, False]
    assert false.record()["shown"] == "measured 3, claimed < 2"
    assert false.record() == json.loads(json.dumps(false.record()))
    assert str(false) == "✗ It holds: 3 (< 2)"
    assert "✗" in false._repr_html_()
    with pytest.raises(gl.ClaimError):
        gl.claim("b-key", "It holds", 3, below=2)


def test_what_is_no_claim_is_an_error_on_a_page_too():
    with _display.shown_on(Page()), pytest.raises(ValueError, match="needs below, above or both"):
        gl.claim("a-key", "It holds", 1)


def test_the_innermost_display_is_the_one():
    outer, inner = Page(), Page()
    assert _display.current() is None
    with _display.shown_on(outer):
        with _display.shown_on(inner):
            gl.claim("a-key", "It holds", 1, below=2)
        assert _display.current() is outer
    assert (len(outer.shown), len(inner.shown)) == (0, 1)
