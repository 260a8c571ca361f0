"""Figures with a slider."""

import json
import re
import warnings
from xml.etree import ElementTree

import pytest

pytest.importorskip("matplotlib")
import matplotlib.pyplot as plt

import gradlab as gl
from gradlab import _display


@pytest.fixture(autouse=True)
def no_window():
    with plt.rc_context({"backend": "agg", "svg.hashsalt": "same"}):
        plt.close("all")
        yield
        plt.close("all")


def wave(phase=0, height=1.0):
    figure, ax = plt.subplots(figsize=(3, 2), layout="constrained")
    ax.plot([0, 1, 2], [0, height, phase])
    ax.set(xlim=(0, 2), ylim=(-3, 3), title="one title for all")
    return f"phase {phase}, height {height}"


def test_every_drawing_is_whole_and_its_own():
    made = gl.plots.frames(wave, phase=[0, 1, 2])
    drawings = [made.svg(phase=phase) for phase in (0, 1, 2)]
    assert len(set(drawings)) == 3
    for drawing in drawings:
        assert ElementTree.fromstring(drawing).tag.endswith("svg")
    assert made.svg() == drawings[0]


def test_what_stands_still_is_kept_once():
    made = gl.plots.frames(wave, phase=[*range(12)])
    pooled, apart = sum(map(len, made.pool)), sum(len(made.svg(phase=phase)) for phase in range(12))
    assert pooled < apart / 4


def test_all_drawings_have_one_paper_and_axes_that_stand_still():
    def with_title_of_any_length(words):
        figure, ax = plt.subplots(figsize=(3, 2), layout="constrained")
        ax.plot([0, 1], [0, 10.0**words])
        ax.set(xlim=(0, 1), ylim=(0, 1), ylabel="\n".join(["long"] * words))
        return f"{words} lines"

    made = gl.plots.frames(with_title_of_any_length, words=[1, 2, 5])
    drawings = [made.svg(words=words) for words in (1, 2, 5)]
    assert len({re.search(r'<svg [^>]*viewBox="([^"]*)"', drawing)[1] for drawing in drawings}) == 1
    # the patch of the axes is their frame
    assert len({re.search(r'<g id="patch_2">\s*<path d="([^"]*)"', drawing)[1] for drawing in drawings}) == 1


def test_several_parameters_give_every_combination_the_last_fastest():
    made = gl.plots.frames(wave, phase=[0, 1], height=[1.0, 2.0, 3.0], default={"height": 2.0})
    assert made.says == tuple(f"phase {p}, height {h}" for p in (0, 1) for h in (1.0, 2.0, 3.0))
    assert made.says[made.default] == "phase 0, height 2.0"
    assert made.svg() == made.svg(phase=0, height=2.0) != made.svg(phase=1)


def test_the_record_is_json_and_tells_values_as_in_print():
    made = gl.plots.frames(wave, height=[2e-5, 1e-3, 1e-7, 0.5, -2], default=0.5)
    record = json.loads(json.dumps(made.record()))
    assert record["values"] == [["2\xa0×\xa010⁻⁵", "0.001", "10⁻⁷", "0.5", "−2"]]
    assert (record["start"], record["default"], record["left_out"]) == ([3], 3, 0)
    assert ["".join(record["pool"][piece] for piece in pieces) for pieces in record["order"]][3] == made.svg()


def test_a_notebook_shows_the_picture_without_its_script_and_nothing_runs_from_text():
    def hostile(word):
        wave()
        return f"</script><b>{word}</b>"

    shown = gl.plots.frames(hostile, word=["a", "b"])._repr_mimebundle_()
    assert set(shown) == {"text/plain", "image/svg+xml", "text/html"}
    page = shown["text/html"]
    stripped = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert 'src="data:image/svg+xml;base64,' in stripped
    assert "<input" not in page
    assert "<b>" not in stripped
    assert json.loads(re.search(r'json">(.*?)</script>', page, re.DOTALL)[1])["says"][1] == "</script><b>b</b>"


def test_figures_of_frames_are_closed_and_those_of_others_are_not():
    other = plt.figure()
    gl.plots.frames(wave, phase=[0, 1])
    assert plt.get_fignums() == [other.number]


def test_two_calls_write_the_same_bytes():
    assert gl.plots.frames(wave, phase=[0, 1]).pool == gl.plots.frames(wave, phase=[0, 1]).pool


def test_limits_that_move_are_told():
    def moving(top):
        plt.subplots()[1].set(ylim=(0, top))
        return "A sentence."

    with pytest.warns(UserWarning, match="set xlim and ylim"):
        gl.plots.frames(moving, top=[1, 2])


def test_many_drawings_make_no_noise():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gl.plots.frames(wave, phase=range(25), height=[1, 2])


def nothing(**_):
    plt.figure()


def none_drawn(**_):
    return "A sentence."


def two_drawn(**_):
    plt.figure()
    plt.figure()
    return "A sentence."


def axes_that_come_and_go(count):
    plt.subplots(1, count)
    return "A sentence."


@pytest.mark.parametrize(
    ("draw", "keywords", "error", "message"),
    [
        (wave, {}, TypeError, "needs a parameter of draw and its values"),
        (wave, {"phase": [1]}, ValueError, "2 to 25 values of phase, not 1"),
        (wave, {"phase": range(26)}, ValueError, "2 to 25 values of phase, not 26"),
        (wave, {"phase": range(11), "height": range(10)}, ValueError, "at most 100 combinations; these are 110"),
        (wave, {"phase": [1, 2], "default": 3}, ValueError, "phase = 3 is none of the values of phase: 1, 2"),
        (wave, {"phase": [1, 2], "default": {"shift": 1}}, ValueError, "shift = 1 is none of the parameters: phase"),
        (wave, {"phase": [1, 2], "height": [1, 2], "default": 1}, ValueError, "default is a dict of phase, height"),
        (nothing, {"a": [1, 2]}, TypeError, r"draw\(a=1\) must return the sentence"),
        (none_drawn, {"a": [1, 2]}, ValueError, r"draw\(a=1\) must make one new figure.*it made 0"),
        (two_drawn, {"a": [1, 2]}, ValueError, "it made 2"),
        (axes_that_come_and_go, {"count": [1, 2]}, ValueError, "as many axes; these have 1 or 2"),
    ],
)
def test_what_cannot_be_moved_gets_a_sentence(draw, keywords, error, message):
    with pytest.raises(error, match=message):
        gl.plots.frames(draw, **keywords)


def test_nothing_stays_open_after_a_mistake():
    def fails_later(a):
        plt.figure()
        return "A sentence." if a == 1 else None

    with pytest.raises(TypeError):
        gl.plots.frames(fails_later, a=[1, 2])
    assert plt.get_fignums() == []


@pytest.mark.parametrize("digits", [2, 3, 6])
@pytest.mark.parametrize(
    "value", [0.0, 1e-3, 9.99e-4, 0.0995, 0.5, 1, 9.97, 99.7, 999.6, 1234.5, 9999.9, 1e4, 3.14e-6, 6e300, 5e-324]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_number_as_in_print_reads_back_to_its_digits(value, digits, sign):
    printed = gl.plots.number(sign * value, digits=digits)
    assert not set(printed) & {" ", "-", "e"}
    plain = printed.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")).replace("\xa0×\xa010", "e")
    assert ("×" in printed) == bool(value and not 1e-3 <= value < 1e4)
    assert float(plain) == pytest.approx(sign * value, rel=0.5 * 10.0 ** (1 - digits) * 1.01, abs=1e-323)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (1e-6, "1.0\xa0×\xa010⁻⁶"),
        (-2.5e7, "−2.5\xa0×\xa010⁷"),
        (float("inf"), "inf"),
        (-float("inf"), "−inf"),
        (float("nan"), "nan"),
        (9.99e-4, "1.0\xa0×\xa010⁻³"),
    ],
)
def test_numbers_as_in_print(value, printed):
    assert gl.plots.number(value) == printed


def test_with_one_digit_a_power_of_ten_stands_alone():
    assert gl.plots.number(1e-9, digits=1) == "10⁻⁹"
    assert gl.plots.number(3e-9, digits=1) == "3\xa0×\xa010⁻⁹"


def test_what_is_no_number_is_told():
    with pytest.raises(TypeError, match="value must be a number, not 'many'"):
        gl.plots.number("many")
    with pytest.raises(ValueError, match="digits must be a whole number of at least 1"):
        gl.plots.number(1.0, digits=0)


class Page:
    """A display that waits for few drawings."""

    goes_on = True

    def __init__(self, drawings):
        self.drawings, self.shown = drawings, []

    def show(self, shown):
        self.shown.append(shown)


@pytest.mark.parametrize("most", [1, 4, 6, 9, 40])
def test_a_display_that_waits_for_few_drawings_gets_few(most):
    with _display.shown_on(Page(most)):
        made = gl.plots.frames(wave, phase=[*range(12)], height=[1, 2, 3], default={"phase": 5, "height": 2})
    assert len(made.says) <= max(most, 9), "the first, the last and the default of each stay"
    assert len(made.says) >= min(most, 9) * 2 / 3
    phases, heights = made.values["phase"], made.values["height"]
    assert {0, 5, 11} <= set(phases)
    assert heights == (1, 2, 3)
    assert made.says[made.default] == "phase 5, height 2"


def test_without_such_a_display_all_are_drawn():
    assert len(gl.plots.frames(wave, phase=[*range(12)]).says) == 12
    with _display.shown_on(Page(None)):
        assert len(gl.plots.frames(wave, phase=[*range(12)]).says) == 12
