"""Tests of normalisation, residual connections and activations with parameters of their own, in networks."""

import itertools

import numpy as np
import pytest

import gradlab as gl
from gradlab.network import _layers
from gradlab.testing import check_gradient

KINDS = list(itertools.product((None, "batch", "layer"), (False, True)))
kinds = pytest.mark.parametrize(("normalize", "residual"), KINDS, ids=lambda value: str(value))


@pytest.fixture(scope="module")
def data():
    return gl.datasets.moons(40, seed=3)


@kinds
@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_the_gradient_is_right_for_every_combination(activation, normalize, residual, data):
    net = gl.MLP([2, 5, 5, 5, 2], activation, bias_init="lecun_normal", normalize=normalize, residual=residual)
    assert check_gradient(net, data, coordinates=25, seed=1) < 1e-5


@kinds
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "squared_error", "huber"])
def test_the_gradient_is_right_for_every_loss(loss, normalize, residual, data):
    net = gl.MLP([2, 5, 5, 1], "tanh", bias_init="lecun_normal", normalize=normalize, residual=residual)
    target = data if loss == "binary_cross_entropy" else gl.Data(data.x, 3 * data.x[:, 0] - data.y)
    assert check_gradient(net, target, loss=loss, coordinates=100) < 1e-5


@pytest.mark.parametrize("samples", [4, _layers.LONG - 1, _layers.LONG, _layers.LONG + 1])
@pytest.mark.parametrize("seeds", [1, 3])
def test_without_blas_the_gradient_is_the_same_but_for_rounding(seeds, samples, monkeypatch):
    net, data = gl.MLP([2, 5, 4, 2], "tanh"), gl.datasets.moons(samples, seed=3)
    theta = net.initialize(range(seeds))
    loss, gradient = net.loss_and_gradient(theta, data)
    monkeypatch.setattr(_layers, "NO_BLAS", True)
    loss_without, gradient_without = net.loss_and_gradient(theta, data)
    np.testing.assert_allclose(loss_without, loss, rtol=1e-13)
    np.testing.assert_allclose(gradient_without, gradient, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(("normalize", "axis"), [("batch", 2), ("layer", 1)])
def test_a_normalisation_gives_mean_0_and_variance_1_before_scale_and_shift(normalize, axis, data):
    net = gl.MLP([2, 30, 30, 2], "tanh", normalize=normalize)
    theta = net.initialize(range(3))
    trace = net.forward(theta, data.x)
    for layer, z in zip(trace.normalizations, trace.pre_activations, strict=False):
        normal = (z - z.mean(axis, keepdims=True)) / np.sqrt(z.var(axis, keepdims=True) + 1e-5)
        np.testing.assert_allclose(layer.out, normal, atol=1e-12)
    net.hidden_parameters(theta)[0]["scale"][...] = 2
    net.hidden_parameters(theta)[0]["shift"][...] = -1
    again = net.forward(theta, data.x)
    np.testing.assert_allclose(again.normalizations[0].out, 2 * trace.normalizations[0].out - 1, atol=1e-12)


def test_a_residual_layer_adds_its_inputs_where_widths_agree(data):
    net = gl.MLP([2, 4, 4, 3, 3, 2], "tanh", residual=True)
    trace = net.forward(net.initialize(0), data.x)
    h, z = trace.activations, trace.pre_activations
    for layer, plus in ((0, 0), (1, h[0]), (2, 0), (3, h[2])):
        np.testing.assert_allclose(h[layer], np.tanh(z[layer]) + plus, atol=1e-14)


def test_what_a_hidden_layer_learns_starts_as_it_should_and_is_trained(data):
    net = gl.MLP([2, 4, 4, 2], "prelu", normalize="batch")
    theta = net.initialize(range(2))
    for own in net.hidden_parameters(theta):
        assert list(own) == ["scale", "shift", "slope"]
        for name, value in (("scale", 1), ("shift", 0), ("slope", 0.25)):
            np.testing.assert_array_equal(own[name], np.full((2, 4), value))
    assert net.parameters == (3 * 4 + 12) + (5 * 4 + 12) + 5 * 2
    run = gl.train(net, data, optimizer=gl.SGD(0.1), steps=20, seeds=range(2))
    for before, after in zip(net.hidden_parameters(theta), net.hidden_parameters(run.theta), strict=True):
        for name, value in after.items():
            assert (np.abs(value - before[name]) > 1e-4).mean() > 0.5, name


def test_prelu_uses_each_units_own_slope(data):
    net = gl.MLP([2, 3, 2], "prelu")
    theta = net.initialize(range(2))
    slope = net.hidden_parameters(theta)[0]["slope"]
    slope[...] = [[-1.0, 0.0, 0.5], [2.0, 0.1, 1.0]]
    trace = net.forward(theta, data.x)
    z = trace.pre_activations[0]
    np.testing.assert_allclose(trace.activations[0], np.where(z > 0, z, slope[:, :, None] * z))


def test_rrelu_draws_while_training_and_takes_its_mean_otherwise(data):
    net = gl.MLP([2, 6, 2], "rrelu")
    theta = net.initialize(range(2))
    z, value = net.forward(theta, data.x).pre_activations[0], net.forward(theta, data.x).activations[0]
    np.testing.assert_allclose(value, np.where(z > 0, z, (1 / 8 + 1 / 3) / 2 * z))
    calm = gl.train(net, data, steps=0, seeds=range(2), monitor=data)
    noisy = gl.train(net, data, steps=0, seeds=range(2))
    assert (np.abs(noisy.loss - calm.loss) > 1e-6).all()
    np.testing.assert_array_equal(noisy.loss, gl.train(net, data, steps=0, seeds=range(2)).loss)


@pytest.mark.parametrize("batch_size", [None, 16])
@pytest.mark.parametrize("activation", ["prelu", "rrelu"])
@kinds
def test_stack_and_resume_are_exact_here_too(activation, normalize, residual, batch_size, data):
    net = gl.MLP([2, 6, 6, 2], activation, normalize=normalize, residual=residual)
    settings = {"optimizer": gl.Adam(0.01), "batch_size": batch_size}
    stack = gl.train(net, data, steps=23, seeds=range(4), chunk=3, **settings)
    alone = gl.train(net, data, steps=23, seeds=2, **settings)
    part = gl.train(net, data, steps=9, seeds=range(4), **settings)
    rest = gl.train(net, data, steps=14, resume=part, **settings)
    np.testing.assert_array_equal(stack.theta[2], alone.theta[0])
    np.testing.assert_array_equal(rest.theta, stack.theta)
    np.testing.assert_array_equal(rest.loss, stack.loss)


def test_a_batch_normalised_prediction_does_not_depend_on_its_neighbours(data):
    net = gl.MLP([2, 8, 8, 2], "relu", normalize="batch")
    run = gl.train(net, data, optimizer=gl.Adam(0.02), steps=60, batch_size=16, seeds=range(2))
    whole = run.outputs(data.x)
    one_by_one = np.concatenate([run.outputs(sample[None]) for sample in data.x], axis=1)
    np.testing.assert_allclose(one_by_one, whole, rtol=1e-10)
    assert run.score(data).min() > 0.8
    z = net.forward(run.theta, data.x).pre_activations[0]
    np.testing.assert_allclose(run.moments[0][0], z.mean(2))
    np.testing.assert_allclose(run.moments[0][1], z.var(2))
    np.testing.assert_allclose(
        whole, net.outputs(run.theta, data.x), rtol=1e-10
    )  # all of the training data is the batch


def test_other_networks_have_no_moments(data):
    assert gl.probe(gl.MLP([2, 4, 2], normalize="layer"), data).moments is None


def test_the_normalisation_is_pytorchs_epsilon_away_from_a_constant_unit(data):
    net = gl.MLP([2, 3, 2], "relu", init="zeros", normalize="batch")
    run = gl.train(net, data, steps=5, optimizer=gl.SGD(0.1))
    assert np.isfinite(run.theta).all()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"normalize": "group"}, ValueError, ["normalize", "'batch', 'layer' or None", "'group'"]),
        ({"residual": "yes"}, TypeError, ["residual", "True or False", "'yes'"]),
    ],
)
def test_bad_input_gets_a_sentence(arguments, error, words):
    with pytest.raises(error) as caught:
        gl.MLP([2, 3, 2], **arguments)
    for word in words:
        assert word in str(caught.value)


def test_a_network_prints_what_is_special_about_it():
    net = gl.MLP([2, 3, 2], "tanh", normalize="layer", residual=True)
    assert repr(net) == "MLP([2, 3, 2], activation=tanh, init=matched, normalize='layer', residual=True)"
    assert net != gl.MLP([2, 3, 2], "tanh")


# -- stopping at a target ----------------------------------------------------------------------------------------------


def test_each_seed_stops_where_it_would_alone(data):
    net, settings = (
        gl.MLP([2, 12, 2]),
        {"optimizer": gl.Adam(0.02), "steps": 400, "batch_size": 20, "target_loss": 0.25},
    )
    stack = gl.train(net, data, seeds=range(5), chunk=2, **settings)
    assert len(set(stack.stopped)) > 1
    assert (stack.stopped > 0).all()
    assert stack.step[-1] == stack.stopped.max()
    for row, seed in enumerate(range(5)):
        alone = gl.train(net, data, seeds=seed, **settings)
        assert alone.stopped[0] == stack.stopped[row] == alone.step[-1]
        assert alone.loss[-1, 0] <= 0.25 < alone.loss[-2, 0]
        np.testing.assert_array_equal(alone.theta[0], stack.theta[row])


def test_a_target_never_met_runs_to_the_end(data):
    run = gl.train(gl.MLP([2, 2]), data, steps=30, target_loss=-1, seeds=range(2))
    np.testing.assert_array_equal(run.stopped, -1)
    assert run.step[-1] == 30


def test_a_seed_that_has_met_the_target_stays_there_when_the_run_is_resumed(data):
    settings = {"optimizer": gl.Adam(0.02), "batch_size": 20, "target_loss": 0.25}
    whole = gl.train(gl.MLP([2, 12, 2]), data, seeds=range(5), steps=200, **settings)
    part = gl.train(gl.MLP([2, 12, 2]), data, seeds=range(5), steps=15, **settings)
    assert (part.stopped < 0).any()
    assert (part.stopped >= 0).any()
    rest = gl.train(gl.MLP([2, 12, 2]), data, resume=part, steps=185, **settings)
    np.testing.assert_array_equal(rest.theta, whole.theta)
    np.testing.assert_array_equal(rest.stopped, whole.stopped)
