"""Losses: every property is tested for every loss of the registry."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gradlab as gl

SAMPLES = 5


def _cases():
    """Every loss with every kind of targets that it takes: a new loss needs no line here."""
    source = np.random.default_rng(0)
    kinds = {
        "labels": (3, np.array([0, 2, 1, 2, 0])),
        "two labels": (1, np.array([0, 1, 1, 0, 1])),
        "values": (3, source.normal(size=(SAMPLES, 3))),
        "one value": (1, source.normal(size=SAMPLES)),
    }
    for loss in gl.LOSSES.values():
        taken = 0
        for kind, (outputs, y) in kinds.items():
            try:
                loss.encode(y, outputs)
            except ValueError:
                continue
            taken += 1
            yield pytest.param(loss, outputs, y, id=f"{loss!r}-{kind}")
        assert taken, f"{loss!r} takes none of the targets tried"


every = pytest.mark.parametrize(("loss", "outputs", "y"), list(_cases()))


@every
@pytest.mark.parametrize("stack", [(), (4,), (2, 3)], ids=str)
def test_the_slope_agrees_with_central_differences(loss, outputs, y, stack):
    raw = np.random.default_rng(1).normal(size=(*stack, SAMPLES, outputs), scale=2)
    value, slope = loss.value_and_derivative(raw, y)
    assert np.shape(value) == stack
    assert slope.shape == raw.shape
    step = 1e-5
    for index in np.ndindex(raw.shape[-2:]):
        moved = np.zeros_like(raw)
        moved[(..., *index)] = step
        expected = (loss(raw + moved, y) - loss(raw - moved, y)) / (2 * step)
        np.testing.assert_allclose(slope[(..., *index)], expected, rtol=1e-7, atol=1e-9)


@every
def test_a_stack_of_outputs_is_each_alone(loss, outputs, y):
    raw = np.random.default_rng(2).normal(size=(4, SAMPLES, outputs))
    value, slope = loss.value_and_derivative(raw, y)
    for row in range(4):
        alone = loss.value_and_derivative(raw[row], y)
        assert value[row] == pytest.approx(alone[0], rel=1e-14)
        np.testing.assert_allclose(slope[row], alone[1], rtol=1e-14)
    np.testing.assert_array_equal(loss(raw, y), value)
    np.testing.assert_array_equal(loss.derivative(raw, y), slope)


@every
def test_the_loss_is_the_mean_over_the_samples(loss, outputs, y):
    raw = np.random.default_rng(3).normal(size=(SAMPLES, outputs))
    alone = [loss(raw[i : i + 1], y[i : i + 1]) for i in range(SAMPLES)]
    assert loss(raw, y) == pytest.approx(np.mean(alone), rel=1e-14)
    twice = np.concatenate([raw, raw]), np.concatenate([y, y])
    assert loss(*twice) == pytest.approx(loss(raw, y), rel=1e-14)
    np.testing.assert_allclose(loss.derivative(*twice)[:SAMPLES], loss.derivative(raw, y) / 2, rtol=1e-14)


@every
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_the_kind_is_kept_and_nothing_given_is_changed(loss, outputs, y, kind):
    raw = np.random.default_rng(4).normal(size=(SAMPLES, outputs)).astype(kind)
    kept = raw.copy(), y.copy()
    value, slope = loss.value_and_derivative(raw, y)
    assert value.dtype == slope.dtype == kind
    np.testing.assert_array_equal(raw, kept[0])
    np.testing.assert_array_equal(y, kept[1])
    assert loss(raw.astype(int), y).dtype == np.float64


@every
@pytest.mark.parametrize("size", [1e4, 700.0, 1e-4])
def test_large_outputs_neither_overflow_nor_warn(loss, outputs, y, size):
    raw = size * np.random.default_rng(5).choice([-1.0, 0.0, 1.0], (SAMPLES, outputs))
    value, slope = loss.value_and_derivative(raw, y)
    assert np.isfinite(value)
    assert value >= 0
    assert np.isfinite(slope).all()


@every
def test_a_step_against_the_slope_makes_the_loss_smaller(loss, outputs, y):
    raw = np.random.default_rng(6).normal(size=(SAMPLES, outputs))
    value, slope = loss.value_and_derivative(raw, y)
    assert loss(raw - 0.1 * slope, y) < value


@every
def test_a_loss_pickles_and_has_a_docstring(loss, outputs, y):
    assert pickle.loads(pickle.dumps(loss)) is loss
    assert loss.__doc__.splitlines()[0].endswith(".")
    assert repr(loss) == loss.name
    assert gl.LOSSES[loss.name] is loss


# ---------------------------------------------------------------------------------------------------- values


def _log_softmax(row):
    top = max(row)
    return [z - top - math.log(math.fsum(math.exp(other - top) for other in row)) for z in row]


@given(st.lists(st.lists(st.floats(-50, 50), min_size=3, max_size=3), min_size=1, max_size=4), st.integers(0, 2))
def test_cross_entropy_is_minus_the_log_of_softmax(rows, label):
    y = np.full(len(rows), label)
    expected = -math.fsum(_log_softmax(row)[label] for row in rows) / len(rows)
    assert gl.LOSSES["cross_entropy"](rows, y) == pytest.approx(expected, rel=1e-12, abs=1e-14)
    slope = gl.LOSSES["cross_entropy"].derivative(rows, y)
    for row, found in zip(rows, slope, strict=True):
        right = [math.exp(share) - (place == label) for place, share in enumerate(_log_softmax(row))]
        np.testing.assert_allclose(found * len(rows), right, atol=1e-13)


def test_cross_entropy_agrees_with_scipy():
    special = pytest.importorskip("scipy.special")
    raw = np.random.default_rng(0).normal(size=(50, 10), scale=30)
    y = np.arange(50) % 10
    expected = -special.log_softmax(raw, axis=1)[np.arange(50), y]
    assert gl.LOSSES["cross_entropy"](raw, y) == pytest.approx(expected.mean(), rel=1e-14)


def test_cross_entropy_keeps_its_digits_where_the_loss_is_tiny_or_huge():
    loss = gl.LOSSES["cross_entropy"]
    assert loss([[1e4, -1e4]], [1]) == 2e4
    assert loss([[1e4, -1e4]], [0]) == 0
    assert loss([[0.0, 0.0, 0.0, 0.0]], [2]) == pytest.approx(math.log(4))


@given(st.floats(-700, 700), st.integers(0, 1))
def test_binary_cross_entropy_is_minus_the_log_of_sigmoid(z, label):
    value, slope = gl.LOSSES["binary_cross_entropy"].value_and_derivative([[z]], [label])
    sign = -1 if label else 1
    expected = max(sign * z, 0) + math.log1p(math.exp(-abs(z)))
    assert value == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert slope[0, 0] == pytest.approx(float(gl.sigmoid(z)) - label, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("z", [20.0, 40.0, 300.0, 700.0])
def test_binary_cross_entropy_keeps_its_digits_where_the_loss_is_tiny(z):
    loss = gl.LOSSES["binary_cross_entropy"]
    assert loss([[z]], [1]) == pytest.approx(math.log1p(math.exp(-z)), rel=1e-14, abs=0)
    assert loss([[-z]], [0]) == pytest.approx(math.log1p(math.exp(-z)), rel=1e-14, abs=0)


def test_binary_cross_entropy_is_cross_entropy_of_two_outputs():
    z, y = np.random.default_rng(0).normal(size=(8, 1), scale=5), np.arange(8) % 2
    both = gl.LOSSES["cross_entropy"](np.concatenate([0 * z, z], axis=1), y)
    assert gl.LOSSES["binary_cross_entropy"](z, y) == pytest.approx(both, rel=1e-13)
    column = gl.LOSSES["binary_cross_entropy"](z, y[:, None].astype(float))
    assert column == gl.LOSSES["binary_cross_entropy"](z, y)


def test_squared_error_is_the_mean_over_samples_and_outputs():
    source = np.random.default_rng(0)
    raw, y = source.normal(size=(6, 3)), source.normal(size=(6, 3))
    loss = gl.LOSSES["squared_error"]
    assert loss(raw, y) == pytest.approx(((raw - y) ** 2).mean(), rel=1e-14)
    np.testing.assert_allclose(loss.derivative(raw, y), 2 * (raw - y) / raw.size, rtol=1e-14)
    labels = np.arange(6) % 3
    assert loss(raw, labels) == loss(raw, np.eye(3)[labels])
    assert loss(raw[:, :1], y[:, 0]) == loss(raw[:, :1], y[:, :1])


def test_predictions_are_labels_or_values():
    raw = np.array([[[0.0, 3.0, 1.0], [2.0, 1.0, -5.0]]])
    np.testing.assert_array_equal(gl.LOSSES["cross_entropy"].predict(raw), [[1, 0]])
    np.testing.assert_array_equal(gl.LOSSES["binary_cross_entropy"].predict(raw[..., 1:2] - 2), [[1, 0]])
    np.testing.assert_array_equal(gl.LOSSES["squared_error"].predict(raw), raw)


# ---------------------------------------------------------------------------------------------------- sentences

ZEROS = np.zeros((4, 3))


@pytest.mark.parametrize(
    ("name", "outputs", "y", "error", "words"),
    [
        ("cross_entropy", ZEROS, [0, 1, 2, 3], ValueError, ["a label is 3", "3 outputs", "0 to 2"]),
        ("cross_entropy", ZEROS, [0, -1, 2, 1], ValueError, ["a label is -1", "0 to 2"]),
        ("cross_entropy", ZEROS, [0.0, 1, 2, 1], ValueError, ["whole-number labels", "(samples,)", "float64", "(4,)"]),
        ("cross_entropy", ZEROS, np.eye(4, 3, dtype=int), ValueError, ["(samples,)", "(4, 3)"]),
        ("cross_entropy", ZEROS[:, :1], [0, 0, 0, 0], ValueError, ["at least 2 outputs", "binary_cross_entropy"]),
        ("cross_entropy", ZEROS, [0, 1, 2], ValueError, ["4 samples in outputs", "3 in targets"]),
        ("cross_entropy", ZEROS[0], [0], ValueError, ["outputs must have shape (..., samples, outputs)", "(3,)"]),
        ("cross_entropy", ZEROS, ["a", "b", "c", "d"], TypeError, ["targets", "array of numbers"]),
        ("cross_entropy", ZEROS, [], ValueError, ["targets", "at least one number", "(0,)"]),
        ("cross_entropy", ZEROS, 0, ValueError, ["targets", "1 or 2 dimensions", "not 0"]),
        ("squared_error", ZEROS, [[np.nan] * 3] * 4, ValueError, ["targets", "finite", "targets[0, 0] is nan"]),
        ("squared_error", ZEROS, [[1.0, 2.0]] * 4, ValueError, ["as many values a sample as there are outputs, 3, not 2"]),
        ("squared_error", ZEROS, [0, 1, 2, 3], ValueError, ["a label is 3", "0 to 2"]),
        ("binary_cross_entropy", ZEROS, [0, 1, 0, 1], ValueError, ["1 output", "not 3", "cross_entropy"]),
        ("binary_cross_entropy", ZEROS[:, :1], [0, 1, 2, 1], ValueError, ["labels 0 and 1", "is 2"]),
        ("binary_cross_entropy", ZEROS[:, :1], [[0, 1]] * 4, ValueError, ["(samples,)", "(4, 2)"]),
    ],
)
def test_bad_input_gets_a_sentence(name, outputs, y, error, words):
    with pytest.raises(error) as caught:
        gl.LOSSES[name](outputs, y)
    for word in words:
        assert word in str(caught.value)
