"""The functions to copy that the gallery shows: each is gradlab's activation, far out and at kinks too."""

import importlib.util
import math
import warnings
from pathlib import Path

import numpy as np
import pytest

import gradlab as gl

_spec = importlib.util.spec_from_file_location(
    "numpy_versions", Path(__file__).parents[1] / "docs" / "_ext" / "numpy_versions.py"
)
numpy_versions = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(numpy_versions)

every = pytest.mark.parametrize("part", gl.ACTIVATIONS.values(), ids=repr)


def _copied(part):
    """Return the function as a reader has it who copies the text and imports NumPy and math."""
    space = {"np": np, "math": math}
    exec(numpy_versions.source(part.name, part.rule), space)
    return space[part.name]


def _points(part):
    tiny = np.geomspace(1e-100, 1, 401)
    near = np.linspace(-45, 45, 9_001)
    far = np.array([100, 300, 700, 745, 1000])
    kinks = [at for kink in part.kinks for at in (np.nextafter(kink, -np.inf), kink, np.nextafter(kink, np.inf))]
    return np.unique(np.concatenate([-far, -tiny, near, [0], tiny, far, kinks]))


def _agree(found, right, near_root=False):
    """To 1e-11 of the right number, or where it passes through 0 on the way, of 1."""
    assert (np.abs(found - right) <= 1e-11 * np.abs(right) + 1e-15 * near_root + 1e-300).all()


@every
@pytest.mark.parametrize("factor", [1, 1.5])
def test_a_copied_function_gives_value_and_slope_without_a_warning(part, factor):
    parameters = {name: factor * value for name, value in part.parameters.items()}
    part = part.bind(**parameters)
    x = _points(part)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, slope = _copied(part)(x, **parameters)
    right = part.value_and_derivative(x)
    turns = np.flatnonzero(np.sign(right[1][1:]) * np.sign(right[1][:-1]) < 0)
    root = (np.abs(x[:, None] - np.append(x[turns], np.inf)) < 0.05).any(1)
    if part.name == "hard_sigmoid":  # slope·x + offset passes through 0 at a kink
        root |= np.abs(x - part.kinks[0]) < 0.05
    if part.name == "sine":
        root[:] = True
    _agree(value, right[0], root)
    _agree(slope, right[1], root)


@every
def test_a_copied_function_takes_a_number_and_is_short(part):
    copied = _copied(part)
    for x in (-1.25, 0.0, 2.0):
        assert np.allclose(np.array(copied(x), dtype=float), part.value_and_derivative(x), rtol=1e-12)
    lines = numpy_versions.source(part.name, part.rule).splitlines()
    assert len(lines) <= 7
    assert max(map(len, lines)) <= 88


def test_an_activation_without_a_text_of_its_own_shows_its_rule():
    text = numpy_versions.source("no such name", gl.hard_tanh.rule)
    assert text.splitlines()[0] == "def hard_tanh(x, low=-1.0, high=1.0):"
    assert '"""' not in text
    space = {"np": np}
    exec(text, space)
    np.testing.assert_array_equal(space["hard_tanh"](np.array([-3, 0.5]))[0], [-1, 0.5])
