"""What the check of typed numbers takes for a number, and what it lets stand; test_build.py has it read a page."""

from __future__ import annotations

import pytest
from typed_numbers import HIDDEN, allowed, cells, literals, numbers

CODE = """
%matplotlib inline
seeds, rate = range(100, 120), 1e-4
net = gl.MLP([64, *[32] * 30, 10])
gl.claim("key", "A sentence with 77 and 0.77", -0.9, above=-2**10, within=1 / 20)
grid = np.logspace(-5, -1, 7)
"""


def caught(text: str) -> list[str]:
    return [number.text for number in numbers(text) if not allowed(number, literals(CODE))]


@pytest.mark.parametrize(
    "text",
    [
        "20 seeds, the last of which is 119",
        "at a rate of 0.0001, 1e-4 or 10⁻⁴, from 0.00001 to 0.1",
        "inputs of 64 pixels and 30 layers",
        "above 90 %, that is 0.9 or 90 per cent, 1,024 times, in 5 % or 0.05 of them",
        "30, 64 and 90 %",
        "twelve or 12, 0 and 1, 1/4, a factor of 3",
        "10–90 % range, 10 % to 90 %, between the 10th and the 90th percentile",
        "float64, x2, W_10, 16-bit numbers of 32 bits, CIFAR-100, 28 × 28 pixels, 28 × 28 × 14",
        "section 4.2, Tables 13 and 14, Figure 23, § 17, IEEE 754, Python 3.14, NumPy 2.4.6",
        f"measured {HIDDEN} and {HIDDEN}% of x²",
    ],
)
def test_a_number_that_has_a_reason_may_stand(text):
    assert caught(text) == []


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("reaches 97.5 % of them", ["97.5 %"]),
        ("loses 9 % or 12 percent", ["9 %", "12 percent"]),
        ("from 85 to 90 %", ["85 to 90 %"]),
        ("a ratio of 0.77", ["0.77"]),
        ("77 times", ["77"]),
        ("it is −13.", ["13"]),
        ("about 3 × 10⁻¹⁹ of it", ["3 × 10⁻¹⁹"]),
        ("about 3e-19, or 10⁻¹⁹", ["3e-19", "10⁻¹⁹"]),
        ("1,797 digits", ["1,797"]),
        ("5 million parameters", ["5 million"]),
        ("20x or 300x faster", ["300"]),
        ("a tenth (.125)", [".125"]),
    ],
)
def test_a_typed_result_is_caught(text, typed):
    assert caught(text) == typed


def test_the_cells_of_a_page_are_read_without_their_options():
    page = "7\n```{code-cell} python\n---\ntags: [x]\n---\na = 1\n```\n````{code-cell}\n:tags: [y]\nb = 2\n````\n```python\n3\n```\n"
    assert cells(page) == ["a = 1\n", "b = 2\n"]
