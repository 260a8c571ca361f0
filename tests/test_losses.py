"""Losses: every property is tested for every loss of the registry."""

import math
import pickle
from dataclasses import replace

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


# ---------------------------------------------------------------------------------------------------- tasks

TASKS = ("classes", "binary", "values")


@every
def test_the_task_says_what_is_predicted_and_whether_there_is_an_accuracy(loss, outputs, y):
    assert loss.task in TASKS
    raw = np.random.default_rng(7).normal(size=(4, SAMPLES, outputs))
    predicted, labels = loss.predict(raw), loss.labels(y, outputs)
    assert predicted.shape == (raw.shape if loss.task == "values" else raw.shape[:-1])
    wanted = loss.predicted_labels(raw)
    if labels is None:
        assert loss.task == "values"
        return
    np.testing.assert_array_equal(labels, y)
    expected = [np.mean([given == label for given, label in zip(row, y, strict=True)]) for row in wanted]
    np.testing.assert_allclose(loss.accuracy(raw, labels), expected, rtol=1e-15)
    raw[3] = 1e308  # a sum of finite numbers may be infinite
    raw[1, 0, 0] = np.nan
    np.testing.assert_array_equal(np.isnan(loss.accuracy(raw, labels)), [False, True, False, False])
    assert loss.accuracy(raw[0], labels) == expected[0]


@every
def test_a_perfect_output_has_accuracy_one(loss, outputs, y):
    labels = loss.labels(y, outputs)
    if labels is not None:
        perfect = np.eye(outputs)[labels] if outputs > 1 else labels[:, None] - 0.5
        assert loss.accuracy(perfect[None], labels) == 1
        assert loss.accuracy(-perfect[None], labels) == 0


def _hinge(outputs, targets):
    sign = 2 * targets - 1
    return np.maximum(1 - sign * outputs, 0).sum(-1), np.where(sign * outputs < 1, -sign, 0)


BCE = gl.LOSSES["binary_cross_entropy"]


@pytest.mark.parametrize(
    "loss",
    [
        gl.Loss("hinge", _hinge, task="binary"),
        gl.Loss("hinge", _hinge, BCE.encode, BCE.predict),
        replace(BCE, name="hinge", rule=_hinge),
        BCE,
    ],
    ids=["task", "functions", "replaced", "gradlab's"],
)
def test_a_loss_of_ones_own_with_one_output_has_accuracy_and_score(loss):
    data = gl.datasets.moons(200)
    assert loss.task == "binary"
    run = gl.train(gl.MLP([2, 16, 1], "tanh"), data, loss=loss, optimizer=gl.Adam(0.05), steps=200, seeds=range(2))
    right = (run.predict(data.x) == data.y).mean(1)
    assert (right > 0.9).all()
    np.testing.assert_allclose(run.accuracy[-1], right)
    np.testing.assert_allclose(run.score(data), right)


def test_a_loss_that_predicts_labels_from_one_output_must_say_so():
    loss = gl.Loss("mine", _hinge, predict=lambda outputs: (outputs[..., 0] > 0).astype(int))
    assert loss.task == "values"
    with pytest.raises(ValueError, match="'mine' predicts labels from one output; define it with task='binary'"):
        loss.labels(np.array([0, 1]), 1)


def test_a_loss_of_classes_of_ones_own_may_smooth_its_targets():
    def smooth(y, outputs):
        return 0.9 * np.eye(outputs)[y] + 0.1 / outputs

    loss = replace(gl.LOSSES["cross_entropy"], name="smooth", encode=smooth, in_place=None, values_in_place=None)
    data = gl.datasets.moons(100)
    run = gl.train(gl.MLP([2, 8, 2]), data, loss=loss, steps=50)
    np.testing.assert_allclose(run.accuracy[-1], (run.predict(data.x) == data.y).mean(1))
    np.testing.assert_array_equal(loss.labels(np.array([[2.0], [0.0]]).astype(int)[:, 0], 3), [2, 0])


def test_equal_losses_have_equal_functions():
    assert gl.Loss("a", _hinge, task="binary") == gl.Loss("a", _hinge, task="binary")
    assert gl.Loss("a", _hinge, task="binary") != gl.Loss("a", _hinge)
    assert replace(BCE) == BCE
    again = pickle.loads(pickle.dumps(gl.Loss("a", _hinge, task="binary")))
    assert again == gl.Loss("a", _hinge, task="binary")
    other = replace(BCE, name="other")
    assert pickle.loads(pickle.dumps(other)) == other != BCE


def test_a_reader_enters_a_loss():
    for size in (1, 2):

        @gl.losses.loss("values", aliases=("mine",), hints={"ours": "did you mean 'my_own'?"})
        def my_own(outputs, targets, size=size):
            """My own."""
            return size * ((outputs - targets) ** 2).mean(-1), 2 * size * (outputs - targets) / outputs.shape[-1]

        assert gl.LOSSES["MyOwn"] is gl.LOSSES["mine"] is my_own
        assert my_own([[3.0]], [1.0]) == 4 * size
        assert my_own.__doc__ == "My own."
    with pytest.raises(KeyError, match="did you mean 'my_own'"):
        gl.LOSSES["ours"]
    for taken in ("huber", "mse"):
        with pytest.raises(ValueError, match=f"the loss {taken!r} is gradlab's own"):
            gl.losses.loss("values", aliases=(taken,))(_hinge)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (lambda z, y: ((z - y) ** 2).mean(-1), ["(values, slopes)", "ndarray"]),
        (lambda z, y: (z - y) ** 2, ["(values, slopes)", "ndarray"]),
        (lambda z, y: None, ["(values, slopes)", "None"]),
        (lambda z, y: (z.mean(-1), z, z), ["(values, slopes)", "it returned"]),
        (lambda z, y: (((z - y) ** 2).mean(), z - y), ["(..., samples)", "shapes () and (2, 2, 3)"]),
        (lambda z, y: ((z - y) ** 2, z - y), ["(..., samples)", "shapes (2, 2, 3) and (2, 2, 3)"]),
        (lambda z, y: (((z - y) ** 2).mean((0, 2)), z - y), ["shapes (2,) and (2, 2, 3)"]),
        (lambda z, y: (((z - y) ** 2).mean(-1), (z - y)[..., 0]), ["shapes (2, 2) and (2, 2)"]),
    ],
)
def test_a_rule_that_returns_something_else_is_told_so_when_it_is_first_used(rule, words):
    loss = gl.Loss("mine", rule)
    for call in (lambda: loss(np.zeros((2, 3)), np.zeros((2, 3))), lambda: loss.targets(np.zeros((2, 3)), 3)):
        with pytest.raises(ValueError, match="the rule of the loss 'mine' must return") as caught:
            call()
        assert all(word in str(caught.value) for word in words), caught.value


def test_an_encoding_that_does_not_fit_is_told_so():
    for encode in (
        lambda y, outputs: y,
        lambda y, outputs: np.zeros((len(y) + 1, outputs)),
        lambda y, outputs: [["a"]],
    ):
        with pytest.raises(ValueError, match=r"encode of the loss 'mine' must return numbers of shape \(samples"):
            gl.Loss("mine", _hinge, encode=encode).targets(np.zeros(4), 1)


def test_what_is_no_rule_and_no_task_is_refused():
    with pytest.raises(TypeError, match="rule of a loss must be a function, not 3"):
        gl.Loss("mine", 3)
    with pytest.raises(ValueError, match="'classes', 'binary', 'values', not 'class'; did you mean 'classes'"):
        gl.Loss("mine", _hinge, task="class")
    with pytest.raises(TypeError, match=r"what it is for: write @gl.losses.loss\('values'\), 'binary' or 'classes'$"):
        gl.losses.loss(_hinge)  # without its brackets


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
        ("cross_entropy", ZEROS, [1.0, 0, 2, 1], ValueError, ["use np.asarray(y, dtype=int)"]),
        ("cross_entropy", ZEROS, np.eye(4, 3), ValueError, ["use np.argmax(y, axis=1)"]),
        ("cross_entropy", ZEROS, [[0], [1], [2], [1]], ValueError, ["(4, 1)", "use np.ravel(y)"]),
        ("cross_entropy", ZEROS, [1, 2, 3, 1], ValueError, ["a label is 3", "np.unique(y, return_inverse=True)"]),
        ("cross_entropy", ZEROS, [0, 1, 2, 4], ValueError, ["a label is 4", "or the network have 5 outputs"]),
        ("cross_entropy", ZEROS[:, :2], [0, 1, 10**9, 1], ValueError, ["1000000000", "np.unique(y", "and 3 outputs"]),
        ("cross_entropy", ZEROS * 1j, [0, 1, 2, 1], TypeError, ["outputs must be an array of numbers"]),
        ("cross_entropy", ZEROS[:, :1], [0, 0, 0, 0], ValueError, ["at least 2 outputs", "binary_cross_entropy"]),
        ("cross_entropy", ZEROS, [0, 1, 2], ValueError, ["4 samples in outputs", "3 in targets"]),
        ("cross_entropy", ZEROS[0], [0], ValueError, ["outputs must have shape (..., samples, outputs)", "(3,)"]),
        ("cross_entropy", ZEROS, ["a", "b", "c", "d"], TypeError, ["targets", "array of numbers"]),
        ("cross_entropy", ZEROS, [], ValueError, ["targets", "at least one number", "(0,)"]),
        ("cross_entropy", ZEROS, 0, ValueError, ["targets", "1 or 2 dimensions", "not 0"]),
        ("squared_error", ZEROS, [[np.nan] * 3] * 4, ValueError, ["targets", "finite", "targets[0, 0] is nan"]),
        (
            "squared_error",
            ZEROS,
            [[1.0, 2.0]] * 4,
            ValueError,
            ["y has 2 values a sample and the network 3 outputs"],
        ),
        ("squared_error", ZEROS, [0, 1, 2, 3], ValueError, ["a label is 3", "0 to 2"]),
        ("binary_cross_entropy", ZEROS, [0, 1, 0, 1], ValueError, ["1 output", "not 3", "cross_entropy"]),
        ("binary_cross_entropy", ZEROS[:, :1], [0, 1, 2, 1], ValueError, ["labels 0 and 1", "is 2"]),
        (
            "binary_cross_entropy",
            ZEROS[:, :1],
            [-1, 1, 1, 1],
            ValueError,
            ["is -1", "np.unique(y, return_inverse=True)"],
        ),
        (
            "squared_error",
            ZEROS,
            [0.0, 1, 2, 1],
            ValueError,
            ["1 value a sample", "3 outputs", "must be whole numbers"],
        ),
        ("binary_cross_entropy", ZEROS[:, :1], [[0, 1]] * 4, ValueError, ["(samples,)", "(4, 2)"]),
    ],
)
def test_bad_input_gets_a_sentence(name, outputs, y, error, words):
    with pytest.raises(error) as caught:
        gl.LOSSES[name](outputs, y)
    for word in words:
        assert word in str(caught.value)
