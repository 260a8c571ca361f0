"""Forward pass, losses and gradients of gradlab beside PyTorch, JAX and SciPy, from the same weights."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
import torch

import gradlab as gl

LOSSES = ["cross_entropy", "binary_cross_entropy", "squared_error", *(["huber"] if "huber" in gl.LOSSES else [])]
ACTIVATIONS = ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "elu", "selu", "gelu", "swish"]


def test_no_loss_is_left_out():
    assert set(gl.LOSSES) == set(LOSSES)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_outputs_loss_and_gradient_equal_pytorchs(
    *, loss, activation, problem, torch_network, torch_loss, torch_theta, close
):
    net, data, theta = problem(loss, activation)
    outputs = net.forward(theta, data.x).outputs
    values, gradient = net.loss_and_gradient(theta, data, loss=loss)
    alone, slopes = gl.LOSSES[loss].value_and_derivative(outputs, data.y)  # not the code that trains
    rule, targets = torch_loss(loss, data.y)
    for seed in range(len(theta)):
        model = torch_network(net, theta[seed])
        there = model(torch.from_numpy(data.x.copy()))
        there.retain_grad()
        value = rule(there, targets)
        value.backward()
        close(outputs[seed], there.detach().numpy())
        assert values[seed] == pytest.approx(value.item(), rel=1e-12)
        assert alone[seed] == pytest.approx(value.item(), rel=1e-12)
        close(slopes[seed], there.grad.numpy())
        close(gradient[seed], torch_theta(net, model, gradient=True))


def _jax_loss(loss, z, y):
    if loss == "cross_entropy":
        return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1).mean()
    if loss == "binary_cross_entropy":
        return -jnp.where(y == 1, jax.nn.log_sigmoid(z[:, 0]), jax.nn.log_sigmoid(-z[:, 0])).mean()
    if loss == "huber":
        error = jnp.abs(z - y)
        return jnp.where(error <= 1, error**2 / 2, error - 0.5).mean()
    return ((z - y) ** 2).mean()


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("loss", LOSSES)
def test_loss_and_gradient_equal_jaxs(loss, activation, problem, as_theta, close):
    net, data, theta = problem(loss, activation)
    function = {"tanh": jnp.tanh, "relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}[activation]

    def mean_loss(layers):
        h = jnp.asarray(data.x)
        for weights, biases in layers[:-1]:
            h = function(h @ weights + biases)
        weights, biases = layers[-1]
        return _jax_loss(loss, h @ weights + biases, jnp.asarray(data.y))

    values, gradient = net.loss_and_gradient(theta, data, loss=loss)
    for seed in range(len(theta)):
        layers = [(jnp.asarray(w[0]), jnp.asarray(b[0])) for w, b in net.layers(theta[seed : seed + 1])]
        value, slopes = jax.value_and_grad(mean_loss)(layers)
        assert values[seed] == pytest.approx(float(value), rel=1e-12)
        close(gradient[seed], as_theta(net, slopes))


def test_a_loss_of_extreme_outputs_equals_scipys():
    z = np.array([[-800.0, 3.0, 790.0], [0.0, 0.0, 0.0], [1e-9, -40.0, 40.0], [600.0, 601.0, 602.0]])
    y = np.array([0, 1, 2, 1])
    value, slope = gl.LOSSES["cross_entropy"].value_and_derivative(z, y)
    assert value == pytest.approx(-scipy.special.log_softmax(z, axis=1)[np.arange(4), y].mean(), rel=1e-14)
    np.testing.assert_allclose(slope * 4, scipy.special.softmax(z, axis=1) - np.eye(3)[y], rtol=0, atol=1e-15)

    z = np.array([-800.0, -36.0, -1e-9, 0.0, 2.0, 37.0, 800.0])
    for label in (0, 1):
        losses = -scipy.special.log_expit(z if label else -z)
        for one, wanted in zip(z, losses, strict=True):
            value = gl.LOSSES["binary_cross_entropy"]([[one]], [label])
            assert value == pytest.approx(wanted, rel=1e-14, abs=0)
        slope = gl.LOSSES["binary_cross_entropy"].derivative(z[:, None], np.full(len(z), label))
        np.testing.assert_allclose(slope[:, 0] * len(z), scipy.special.expit(z) - label, rtol=0, atol=1e-15)


@pytest.mark.parametrize("activation", ["tanh", "relu", "prelu"])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("normalize", [None, "batch", "layer"])
def test_normalisation_shortcuts_and_learned_slopes_equal_pytorchs_autograd(normalize, residual, activation, close):
    source = np.random.default_rng(3)
    net = gl.MLP([5, 7, 7, 6, 6, 4], activation=activation, normalize=normalize, residual=residual)
    data = gl.Data(source.normal(size=(23, 5)), source.integers(0, 4, 23))
    theta = net.initialize(range(2))
    theta += 0.2 * source.normal(size=theta.shape)  # scales that are not 1, shifts and biases that are not 0
    values, gradient = net.loss_and_gradient(theta, data)
    outputs = net.forward(theta, data.x).outputs
    place = np.arange(net.parameters)[None]  # where each parameter stands in a row of theta
    layers, extras = net.layers(place), [*net.hidden_parameters(place), {}]
    for seed in range(len(theta)):
        row = torch.tensor(theta[seed], requires_grad=True)
        h = torch.from_numpy(data.x.copy())
        for index, (layer, extra) in enumerate(zip(layers, extras, strict=True)):
            z = h @ row[layer.weights[0]] + row[layer.biases[0]]
            if index == net.depth - 1:
                break
            if normalize:
                scale, shift = row[extra["scale"][0]], row[extra["shift"][0]]
            if normalize == "batch":
                z = torch.nn.functional.batch_norm(z, None, None, scale, shift, training=True)
            if normalize == "layer":
                z = torch.nn.functional.layer_norm(z, z.shape[1:], scale, shift)
            if activation == "prelu":
                leaving = torch.where(z > 0, z, row[extra["slope"][0]] * z)
            else:
                leaving = getattr(torch, activation)(z)
            shortcut = residual and index > 0 and leaving.shape == h.shape
            h = leaving + h if shortcut else leaving
        value = torch.nn.functional.cross_entropy(z, torch.from_numpy(data.y.copy()))
        value.backward()
        close(outputs[seed], z.detach().numpy())
        assert values[seed] == pytest.approx(value.item(), rel=1e-12)
        if normalize == "batch":  # a bias before batch normalisation has slope 0: rounding is all that is left of it
            assert np.abs(gradient[seed, layers[0].biases[0]]).max() < 1e-15
        close(gradient[seed], row.grad.numpy())
