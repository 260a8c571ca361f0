"""What the gallery and the reference say of each activation, and the pictures they show."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("mpmath")
import gradlab as gl

ROOT = Path(__file__).resolve().parents[1]
every = pytest.mark.parametrize("part", gl.ACTIVATIONS.values(), ids=repr)


def _module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def facts():
    return _module(ROOT / "docs" / "_ext" / "activation_facts.py")


@pytest.fixture(scope="module")
def formulas():
    return _module(ROOT / "tests" / "benchmarks" / "accuracy.py").formulas


@every
def test_the_steepest_slope_is_the_supremum_that_the_formula_has(part, facts, formulas):
    assert facts.steepest(part) == pytest.approx(formulas.nature(part).steepest, rel=1e-14)


@pytest.mark.parametrize(
    ("part", "most"),
    [
        (gl.softplus, 1),
        (gl.log_sigmoid, 1),
        (gl.sigmoid, 0.25),
        (gl.square, math.inf),
        (gl.relu_squared, math.inf),
        (gl.sine, 1),
        (gl.elu.bind(alpha=3), 3),
        (gl.gelu, 1.128904145185155),
    ],
    ids=repr,
)
def test_the_steepest_slope_need_not_be_reached(part, most, facts):
    assert facts.steepest(part) == pytest.approx(most, rel=1e-15)


@every
def test_the_picture_shows_every_kink_with_a_margin(part, facts):
    left, right, bottom, top = facts.window(part)
    for kink in part.kinks:
        assert left + 0.9 < kink < right - 0.9
        assert bottom + 0.3 < part(kink) < top - 0.1
    assert left <= -4
    assert right >= 4
    if all(abs(kink) <= 2.5 for kink in part.kinks):
        assert (left, right) == (-4, 4)


@every
def test_the_picture_draws_value_and_slope(part, facts, tmp_path):
    path = tmp_path / "picture.svg"
    facts.draw(part, path)
    first = path.read_bytes()
    facts.draw(part, path)
    assert path.read_bytes() == first, "the same bytes at each build"
    for color in (facts.VALUE, facts.SLOPE):
        assert color.encode() in first


def test_a_readers_own_kink_far_out_is_in_its_picture(facts):
    def rule(x):
        return np.minimum(x, 20), (x < 20).astype(float)

    left, right, bottom, top = facts.window(gl.Activation("mine", rule, kinks_at=(20.0,)))
    assert (left, bottom) == (-4, -2.2)
    assert right > 21
    assert top > 20.5
