"""What the book's sentences and cells may not say; test_build.py has it read pages."""

from __future__ import annotations

import cell_code
import offences
import pytest
from printed_numbers import away, printed, side
from wording import GLUED, claim_faults, negatives, sentence_faults


@pytest.mark.parametrize(
    "text",
    [
        "Ten layers cannot learn",
        "They never leave chance level",
        "Of 20 seeds none learns",
        "The loss doesn't fall",
        "Training fails, whatever the rate",
        "It vanishes because its slope is small",
        "The slope is small, so the gradient vanishes",
        "A larger rate is without effect",
        "No seed learns",
    ],
)
def test_a_sentence_that_denies_or_explains_needs_grounds(text):
    (fault,) = claim_faults(text, None, False, None)
    assert fault.kind == "negative"
    assert not claim_faults(text, text[:5], False, None)
    assert not claim_faults(text, None, True, None)
    assert not claim_faults(text, None, False, "a-trial")


@pytest.mark.parametrize(
    "text",
    [
        "Ten layers learn in 250 steps",
        "It needs no more than 3 steps, not more than 4",
        "With no bias and without an activation the net is a line",
        "The loss falls not only at first",
        "The no-op keeps nodes and notes, so far and so many",
        "A network of non-linear units",
    ],
)
def test_a_sentence_that_affirms_needs_none(text):
    assert list(negatives(text)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("under two fifths of them", ["two fifths"]),
        ("less than a quadrillionth", ["a quadrillionth"]),
        ("a ten-thousandth of it, or one tenth", ["a ten-thousandth", "one tenth"]),
        ("three quarters, and half of the rest", ["three quarters", "half of"]),
        ("under half, more than half of it", ["under half", "more than half"]),
        ("nine in ten digits", ["nine in ten"]),
        ("a million times as large, a thousandfold", ["a million times", "a thousandfold"]),
        (f"{GLUED} points apart", [f"{GLUED} points apart"]),
        ("a third of the steps", ["a third"]),
    ],
)
def test_numbers_in_words_are_found(text, words):
    assert [fault.words for fault in sentence_faults(text)] == words


@pytest.mark.parametrize(
    "text",
    [
        "the first layer, the tenth layer, a third network",
        "the third derivative of a fifth function",
        "the left half of the plane, the other half",
        "half a step, a half-plane, half-saturated units",
        "five of ten seeds, three layers in ten steps",
        "40 %, 1/4 and 10⁻¹⁵, ten times, twice",
        f"{GLUED} percentage points apart, three points of the plane",
        "read the figure, read on, the formula reads as follows",
        '"Half of the units die, and the net is guessing"',
    ],
)
def test_good_text_raises_no_alarm(text):
    assert sentence_faults(text) == []


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("it is guessing", "write chance level"),
        ("the network reads the digits", "write classifies … correctly"),
        (f"they read {GLUED} of them", "write classifies … correctly"),
        ("until the digits are read", "write are classified correctly"),
    ],
)
def test_banned_words_have_a_better_one(text, instead):
    assert [fault.cure for fault in sentence_faults(text)] == [instead]


PAGE = """# Title

Ten layers cannot learn.

```{code-cell}
---
tags: [x]
---
import gradlab as gl
def fit(n):
    return gl.train(net, data, steps=n)
run = fit(3)
name = "one"
```

```{code-cell}
gl.claim(f"{name}-two", f"Nothing in {name}", run.loss[-1], below=1, budget=None)
gl.claim("late", "One", fit(2).loss[-1], below=1, survived="a-trial")
```

```{code-cell}
draw(fit(1))
plt.show()
%s
```
""" % ("x = 1  # " + "x" * 80)


def test_the_cells_of_a_page_are_read_with_their_lines():
    assert [(cell.line, cell.code.splitlines()[0]) for cell in cell_code.cells(PAGE)] == [
        (9, "import gradlab as gl"),
        (17, 'gl.claim(f"{name}-two", f"Nothing in {name}", run.loss[-1], below=1, budget=None)'),
        (22, "draw(fit(1))"),
    ]
    first, late = cell_code.claims(cell_code.cells(PAGE)[1])
    assert (first.line, first.key, first.text, first.budget) == (17, f"{GLUED}-two", f"Nothing in {GLUED}", None)
    assert (late.line, late.survived, late.identity) == (18, "a-trial", False)


def test_measuring_in_a_claim_or_a_drawing_cell_and_wide_code_are_found():
    assert [(line, fault.kind) for line, fault in cell_code.faults(PAGE)] == [
        (24, "wide-code"),
        (18, "measured-in-claim"),
        (22, "measured-while-drawing"),
    ]


def test_all_offences_of_a_page_are_listed_without_running_it():
    found = [(line, fault.kind) for line, fault in offences.offences("learn/page", PAGE, {"a-trial": False})]
    assert sorted(found) == [
        (3, "summary"),
        (17, "negative"),
        (18, "measured-in-claim"),
        (18, "unknown-trial"),
        (22, "measured-while-drawing"),
        (24, "wide-code"),
    ]
    assert (18, "unknown-trial") not in [
        (line, fault.kind) for line, fault in offences.offences("learn/page", PAGE, {"a-trial": True})
    ]


@pytest.mark.parametrize(
    ("before", "sign"),
    [
        ("It is at most ", 1),
        ("stays within ", 1),
        ("never further than ", 1),
        ("in no seed more than ", 1),
        ("under ", 1),
        ("at least ", -1),
        ("more than ", -1),
        ("over ", -1),
        ("no less than ", -1),
        ("it is ", 0),
        ("moreover ", 0),
    ],
)
def test_the_words_before_a_number_say_on_which_side_it_bounds(before, sign):
    assert side(before) == sign


@pytest.mark.parametrize(
    ("value", "spec", "sign", "strict", "text"),
    [
        (0.000249, ".2%", 1, True, "0.03%"),
        (0.7859, ".0%", -1, True, "78%"),
        (2.2e-6, ".0e", 1, True, "3e-06"),
        (9.6e-7, ".0e", 1, True, "1e-06"),
        (0.05, ".0%", 1, True, "6%"),
        (0.05, ".0%", 1, False, "5%"),
        (0.0249, ".2f", 0, True, "0.02"),
        (-1.234, ".1f", 1, True, "-1.2"),
        (float("nan"), ".1f", 1, True, "nan"),
    ],
)
def test_a_bound_is_rounded_away_from_what_it_bounds(value, spec, sign, strict, text):
    assert away(value, spec, sign, strict) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2e-06", "2 × 10⁻⁶"),
        ("1e-15", "10⁻¹⁵"),
        ("3.1e+05", "3.1 × 10⁵"),
        ("42%", "42 %"),
        ("-0.5", "−0.5"),
        ("1,234", "1,234"),
        ("a word", "a word"),
    ],
)
def test_a_glued_number_is_printed_as_the_book_prints_numbers(text, shown):
    assert printed(text).replace("\N{NO-BREAK SPACE}", " ") == shown
