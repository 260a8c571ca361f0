"""Records: each statistic against a plain loop, and what can be asked of a run afterwards."""

import pickle

import numpy as np
import pytest

import gradlab as gl
from gradlab.training import STATISTICS

RECORDED = ("loss", "accuracy", *STATISTICS)


def _by_hand(net, passed):
    """Each statistic of one seed from a plain pass with samples first."""
    _, values, slopes, deltas, gradients = passed
    steepest = np.abs(net.activation.derivative(np.linspace(-10, 10, 4001))).max()
    dead, saturated = [], []
    for slope in slopes:
        dead.append(sum(all(entry == 0 for entry in column) for column in slope.T) / slope.shape[1])
        saturated.append(sum(abs(entry) < 0.01 * steepest for entry in slope.ravel()) / slope.size)
    return {
        "gradient_norm": [np.sqrt(sum(g**2 for g in weights.ravel())) for weights, _ in gradients],
        "delta_norm": [np.sqrt(sum(d**2 for d in delta.ravel())) for delta in deltas],
        "activation_mean": [sum(value.ravel()) / value.size for value in values],
        "activation_std": [np.sqrt(sum((value.ravel() - value.mean()) ** 2) / value.size) for value in values],
        "dead_fraction": dead,
        "saturated_fraction": saturated,
    }


@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_every_statistic_is_that_of_a_plain_loop(activation, blobs, plain):
    # large weights and biases, so that some units are dead and some slopes saturated
    net = gl.MLP(
        [3, 12, 9, 2], activation=activation, init=gl.initializers.normal(1.5), bias_init=gl.initializers.normal(4)
    )
    data = blobs(8, outputs=2)
    run = gl.probe(net, data, loss="squared_error", seeds=range(5))
    theta = net.initialize(range(5))
    for row in range(5):
        passed = plain(net, theta[row], data, lambda z, y: 2 * (z - y) / z.size)
        expected = _by_hand(net, passed)
        assert set(expected) == set(STATISTICS), "a new statistic wants its plain loop here"
        for name, numbers in expected.items():
            np.testing.assert_allclose(getattr(run, name)[0, row], numbers, rtol=1e-10, atol=1e-14, err_msg=name)
        assert run.loss[0, row] == pytest.approx(((passed[0][-1] - data.y) ** 2).mean(), rel=1e-12)
    if activation == "relu":
        assert 0 < run.dead_fraction.mean() < 0.6
        assert run.dead_fraction.mean() < run.saturated_fraction.mean() < 1
    if activation == "sigmoid":
        assert 0 < run.saturated_fraction.mean() < 1


def test_a_born_dead_unit_is_counted():
    net = gl.MLP([2, 4, 2])
    theta = net.initialize(0)
    net.layers(theta)[0].biases[0, :3] = -100
    run = gl.probe(net, gl.datasets.xor(), theta=theta)
    assert run.dead_fraction[0, 0, 0] >= 0.75
    trained = gl.train(net, gl.datasets.xor(), theta=theta, steps=5, record_every=1)
    assert (trained.dead_fraction[:, 0, 0] >= 0.75).all()


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_shapes_are_records_seeds_layers(depth, blobs):
    net = gl.MLP([3, *[4] * (depth - 1), 3])
    run = gl.train(net, blobs(), steps=20, record_every=5, seeds=range(2))
    assert run.step.shape == (5,)
    for name in RECORDED:
        layers = {"loss": (), "accuracy": (), "gradient_norm": (depth,), "delta_norm": (depth,)}
        assert getattr(run, name).shape == (5, 2, *layers.get(name, (depth - 1,))), name
    assert run.theta.shape == (2, net.parameters)
    assert repr(run) == f"<History of {net!r}: 2 seeds, 20 steps, 5 records>"


# ---------------------------------------------------------------------------------------------------- afterwards


@pytest.mark.parametrize(
    ("loss", "classes", "outputs"), [("cross_entropy", 3, 3), ("binary_cross_entropy", 2, 1), ("squared_error", 3, 3)]
)
def test_score_is_the_accuracy_of_the_predictions(loss, classes, outputs, blobs):
    data = blobs(60, classes=classes)
    run = gl.train(
        gl.MLP([3, 8, outputs], activation="tanh"),
        data,
        loss=loss,
        steps=60,
        optimizer=gl.Adam(0.02),
        seeds=range(3),
        monitor=data,
    )
    predicted = run.predict(data.x)
    if predicted.ndim == 3:
        assert predicted.shape == (3, 60, 3)
        predicted = predicted.argmax(-1)
    assert predicted.shape == (3, 60)
    expected = [np.mean([int(a == b) for a, b in zip(row, data.y, strict=True)]) for row in predicted]
    np.testing.assert_allclose(run.score(data), expected)
    np.testing.assert_allclose(run.accuracy[-1], expected)
    assert min(expected) > 1.2 / classes
    assert not run.diverged.any()


def test_score_of_values_is_the_share_of_the_variance_explained(blobs):
    data = blobs(40, outputs=2)
    run = gl.train(gl.MLP([3, 6, 2]), data, loss="squared_error", steps=50, optimizer=gl.Adam(0.02), seeds=range(3))
    outputs = run.predict(data.x)
    assert outputs.shape == (3, 40, 2)
    np.testing.assert_array_equal(outputs, run.outputs(data.x))
    total = ((data.y - data.y.mean(0)) ** 2).sum()
    np.testing.assert_allclose(run.score(data), [1 - ((row - data.y) ** 2).sum() / total for row in outputs])
    assert np.isnan(run.accuracy).all()


def test_score_of_one_value_takes_flat_targets_and_is_one_where_they_are_met():
    net = gl.MLP([1, 1])
    data = gl.Data([0.0, 1, 2], [1.0, 3, 5])
    theta = np.array([[2.0, 1.0], [0.0, 3.0]])
    run = gl.probe(net, data, loss="squared_error", seeds=range(2), theta=theta)
    np.testing.assert_allclose(run.score(data), [1, 0], atol=1e-14)


def test_a_score_without_variance_gives_no_numpy_warning(blobs):
    data = gl.Data([[0.0], [1.0]], [2.0, 2.0])
    run = gl.probe(gl.MLP([1, 1]), data, loss="squared_error")
    assert not np.isfinite(run.score(data)).any()


@pytest.mark.parametrize("y", [np.zeros((30, 3)), np.zeros(30), np.arange(30) % 4], ids=["matrix", "floats", "labels"])
def test_a_score_on_targets_of_another_kind_gets_a_sentence(y, blobs):
    data = blobs(30)
    run = gl.probe(gl.MLP([3, 3]), data)
    with pytest.raises(ValueError, match="label"):
        run.score(gl.Data(data.x, y))


def test_a_score_on_values_of_another_width_gets_a_sentence(blobs):
    data = blobs(30, outputs=1)
    run = gl.probe(gl.MLP([3, 1]), data, loss="squared_error")
    with pytest.raises(ValueError, match="3 values a sample"):
        run.score(blobs(30, outputs=3))


def test_predictions_for_inputs_of_another_width_get_a_sentence(blobs):
    run = gl.probe(gl.MLP([3, 3]), blobs())
    with pytest.raises(ValueError, match=r"x must have shape \(samples, 3\)"):
        run.predict(np.zeros((4, 2)))


def test_diverged_says_which_seeds(blobs):
    net = gl.MLP([3, 3])
    theta = net.initialize(range(3))
    theta[1, 0] = np.inf
    with pytest.warns(gl.DivergenceWarning, match="1 of 3 seeds"):
        run = gl.probe(net, blobs(), seeds=range(3), theta=theta)
    np.testing.assert_array_equal(run.diverged, [False, True, False])
    np.testing.assert_array_equal(np.isnan(run.accuracy[0]), [False, True, False])
    np.testing.assert_array_equal(np.isnan(run.score(blobs())), [False, True, False])


def test_a_diverged_run_of_values_scores_without_a_numpy_warning(blobs):
    net, data = gl.MLP([3, 2]), blobs(outputs=2)
    run = gl.probe(net, data, loss="squared_error", seeds=range(2), theta=net.initialize(range(2)) * [[1], [1e150]])
    assert np.isfinite(run.loss[0]).all()
    big = gl.probe(net, data, loss="squared_error", theta=net.initialize(0))
    object.__setattr__(big, "theta", big.theta * 1e200)
    assert big.score(data) == -np.inf


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("optimizer", [gl.SGD(0.1, momentum=0.5), gl.Adam()], ids=str)
def test_a_history_pickles(protocol, optimizer, blobs):
    net = gl.MLP([3, 4, 3], activation=gl.leaky_relu.bind(slope=0.2), init=gl.initializers.variance_scaling(1.5))
    run = gl.train(net, blobs(), optimizer=optimizer, steps=7, batch_size=4, seeds=(3, 1))
    again = pickle.loads(pickle.dumps(run, protocol))
    assert repr(again) == repr(run)
    assert (again.net, again.optimizer, again.seeds) == (run.net, run.optimizer, run.seeds)
    assert again.loss_function is run.loss_function
    for name in ("step", "theta", *RECORDED):
        np.testing.assert_array_equal(getattr(again, name), getattr(run, name))
    more, other = (gl.train(net, blobs(), optimizer=optimizer, steps=5, batch_size=4, resume=r) for r in (run, again))
    np.testing.assert_array_equal(more.theta, other.theta)
