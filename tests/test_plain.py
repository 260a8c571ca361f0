"""The specification, and that the engine computes the same: over random configurations, every part, every statistic.

The two take their sums in other orders, so they are equal to within rounding. How far rounding alone may bring a run is
measured for each configuration (`properties.allowed`): the specification runs again from inputs and parameters a unit in
the last place away, and with twice the digits. Over 500 random configurations the distance of the engine was 0.3 of that
in the median, 2.0 at the 99th percentile and 8.3 at most; 64 are allowed.
"""

import ast
import importlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import gradlab as gl
from gradlab.training import STATISTICS, plain

sys.path.append(str(Path(__file__).parent / "fuzz"))
configurations, properties = map(importlib.import_module, ("configurations", "properties"))

LIMITS = {"rows": 5_000, "depth": 12, "width": 60, "steps": 25, "work": 3e7}


def hold(configuration):
    """Hold the engine to the specification."""
    try:
        properties.PROPERTIES["specification"](configuration)
    except properties.DoesNotApply:
        pytest.skip("a run that diverged has no distance from another")


def asked(net, **more):
    """Return a small configuration with some entries of its own."""
    usual = {
        "loss": "cross_entropy",
        "optimizer": gl.Adam(0.01),
        "rows": 40,
        "kind": "mixed",
        "scale": 1.0,
        "steps": 12,
        "batch_size": 16,
        "seeds": (3, 0),
        "record_every": 4,
        "dtype": "float64",
        "monitored": 0,
        "chunk": 1,
    }
    return configurations.Configuration(net, **(usual | more))


# ---------------------------------------------------------------------------------------------------- engine = plain


@pytest.mark.parametrize("number", range(60))
@pytest.mark.filterwarnings("ignore::gradlab.training.DivergenceWarning")
def test_the_engine_computes_what_the_specification_says(number):
    hold(configurations.draw(8, number, **LIMITS))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_it_does_for_every_activation(activation, dtype):
    hold(asked(gl.MLP([5, 8, 8, 3], activation, residual=True), dtype=dtype))


@pytest.mark.parametrize("normalize", ["batch", "layer"])
@pytest.mark.parametrize("activation", ["relu", "prelu", "rrelu", "gelu"])
def test_it_does_with_each_normalisation(activation, normalize):
    hold(asked(gl.MLP([5, 8, 8, 8, 3], activation, normalize=normalize, residual=True)))


@pytest.mark.parametrize("clip_norm", [None, 0.05])
@pytest.mark.parametrize("optimizer", gl.OPTIMIZERS)
def test_it_does_for_every_optimiser_with_and_without_clipping(optimizer, clip_norm):
    method = gl.OPTIMIZERS[optimizer](0.02, clip_norm=clip_norm)
    hold(asked(gl.MLP([5, 8, 3], "tanh"), optimizer=method, steps=30))


@pytest.mark.parametrize("loss", gl.LOSSES)
def test_it_does_for_every_loss(loss):
    outputs = 1 if loss == "binary_cross_entropy" else 3
    kind = "mixed" if loss.endswith("entropy") else "values"
    hold(asked(gl.MLP([5, 8, outputs], "tanh"), loss=loss, kind=kind))


@pytest.mark.parametrize("rows", [1, 3, 2_047, 2_049, 4_095, 4_096, 4_097])
@pytest.mark.parametrize("normalize", [None, "batch"])
def test_it_does_past_every_size_at_which_the_engine_changes_its_way(rows, normalize):
    rows, net = max(rows, 3 if normalize else 1), gl.MLP([3, 4, 3], "tanh", normalize=normalize)
    hold(asked(net, rows=rows, batch_size=max(rows // 3, 3 if normalize else 1), steps=8))


@pytest.mark.parametrize("width", [90, 182])  # 8,192 and 32,768 parameters lie below what these have
def test_it_does_past_every_number_of_parameters(width):
    net = gl.MLP([width, width, width // 2, 3], "tanh")
    assert net.parameters > {90: 8_192, 182: 32_768}[width]
    hold(asked(net, optimizer=gl.SGD(0.1, momentum=0.9, clip_norm=0.1), steps=5))


@pytest.mark.parametrize("bias", [5.0, 17.0, 40.0, 200.0])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "gelu", "swish", "softplus", "elu"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_does_in_the_tails_where_slopes_are_small_and_not_zero(activation, bias, dtype):
    for sign in (1, -1):
        net = gl.MLP([1, 3, 1], activation, bias_init=gl.initializers.constant(sign * bias))
        ask = {"loss": "squared_error", "kind": "values", "optimizer": gl.SGD(0.01), "steps": 2, "batch_size": None}
        hold(asked(net, dtype=dtype, **ask))


@pytest.mark.parametrize(("activation", "depth", "dtype"), [("sigmoid", 40, "float32"), ("sigmoid", 280, "float64")])
def test_it_does_where_squares_of_the_gradient_would_underflow(activation, depth, dtype):
    net = gl.MLP([4, *[6] * depth, 3], activation, init="glorot_normal")
    configuration = asked(net, dtype=dtype, steps=2, optimizer=gl.SGD(0.1))
    _, records = plain.train(net, configurations.samples(configuration, 40), loss=gl.LOSSES["cross_entropy"],
                             optimizer=gl.SGD(0.1), steps=0, dtype=dtype)  # fmt: skip
    assert 0 < records["gradient_norm"][0, 0] < float(np.finfo(dtype).tiny) ** 0.5
    hold(configuration)


@pytest.mark.parametrize("normalize", [None, "batch", "layer"])
@pytest.mark.parametrize("activation", ["tanh", "prelu", "relu"])
def test_every_entry_of_the_gradient_is_the_same(activation, normalize):
    net = gl.MLP([5, 9, 9, 4], activation, normalize=normalize, residual=True)
    data = configurations.samples(asked(net), 50)
    theta, loss = net.initialize(2), gl.LOSSES["cross_entropy"]
    layers = plain.parameters(net, theta[0])
    kept = plain.forward(net, layers, x=data.x, drawn=None)
    values, slopes = loss.rule(kept[-1]["z"], loss.encode(data.y, 4))
    found = plain.backward(net, layers, kept=kept, delta=slopes / 50)
    wanted_loss, wanted = net.loss_and_gradient(theta, data)
    np.testing.assert_allclose(values.mean(), wanted_loss[0], rtol=1e-13)
    np.testing.assert_allclose(found, wanted[0], rtol=1e-10, atol=1e-15)


# ---------------------------------------------------------------------------------------------------- the comparison


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("statistic", ["theta", "loss", *STATISTICS])
def test_the_comparison_sees_a_small_mistake(statistic, dtype, monkeypatch):
    """A factor that differs from 1 by some thousand units in the last place, or by a few shares, is found."""
    true = plain.train
    factor = 1 + 1e4 * float(np.finfo(dtype).eps)

    def wrong(*arguments, **more):
        theta, records = true(*arguments, **more)
        if statistic == "theta":
            return theta * theta.dtype.type(factor), records
        share = statistic.endswith("fraction")
        return theta, records | {statistic: records[statistic] + 0.4 if share else records[statistic] * factor}

    monkeypatch.setattr(plain, "train", wrong)
    with pytest.raises(properties.Wrong, match="weights|biases" if statistic == "theta" else statistic):
        properties.PROPERTIES["specification"](asked(gl.MLP([5, 8, 8, 3], "tanh"), dtype=dtype))


# ---------------------------------------------------------------------------------------------------- the text itself


def test_the_specification_imports_nothing_of_the_engine_room():
    tree = ast.parse(Path(plain.__file__).read_text(encoding="utf-8"))
    found = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert found
    assert not [
        name for name in found if any(part.startswith("_") and part != "__future__" for part in name.split("."))
    ]


def test_the_specification_is_read_in_one_sitting():
    text = Path(plain.__file__).read_text(encoding="utf-8")
    tree, told = ast.parse(text), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            told |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = [line for number, line in enumerate(text.splitlines(), 1) if line.strip() and number not in told]
    assert len(lines) < 150, "lines of code, none wider than 88"


def test_each_epoch_visits_whole_batches_of_an_order_of_its_own():
    orders = [np.concatenate([plain.batch(4, 3 * epoch + place, samples=25, size=8) for place in range(3)])
              for epoch in range(400)]  # fmt: skip
    for order in orders:
        assert len(set(order)) == 24
    assert len({order.tobytes() for order in orders}) == 400
    left = [(set(range(25)) - set(order)).pop() for order in orders]
    assert set(left) == set(range(25)), "each sample waits now and then"
    assert not np.array_equal(orders[0], plain.batch(5, 0, samples=25, size=25)[:24])


@pytest.mark.parametrize("size", [1e-310, 1e-200, 1.0, 1e200, 1e307])
def test_a_norm_neither_underflows_nor_overflows(size):
    unit, parts = plain.scaled(size * np.array([-1.0, 1.0, 1.0, -1.0]))
    assert unit * parts.std() == pytest.approx(size, rel=1e-12)
    assert plain.norm(np.full((3, 3), size)) == pytest.approx(3 * size, rel=1e-12)
    assert plain.norm(np.zeros((2, 2))) == 0
    assert plain.norm(np.array([np.inf, 1.0])) == np.inf


def test_records_hold_every_statistic_of_a_history():
    configuration = asked(gl.MLP([5, 8, 8, 3]))
    ask = {name: getattr(configuration, name) for name in ("optimizer", "steps", "batch_size", "record_every")}
    _, records = plain.train(configuration.net, configurations.samples(configuration, 40),
                             loss=gl.LOSSES["cross_entropy"], **ask)  # fmt: skip
    assert set(records) == {"step", "loss", "accuracy", *STATISTICS}
    assert records["step"].tolist() == [0, 4, 8, 12]


def test_accuracy_is_nan_where_there_are_values_alone():
    run = asked(gl.MLP([5, 8, 2]), loss="huber", kind="values", optimizer=gl.SGD(0.01))
    hold(run)
    hold(replace(run, kind="mixed"))


def test_the_specification_fits_a_page_of_the_book():
    wide = [line for line in Path(plain.__file__).read_text(encoding="utf-8").splitlines() if len(line) > 88]
    assert wide == []
