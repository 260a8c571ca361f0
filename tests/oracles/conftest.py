"""What the comparisons with peers share: float64 everywhere, one thread, and gradlab's batches seen from outside."""

import jax
import numpy as np
import pytest
import torch

import gradlab as gl

jax.config.update("jax_enable_x64", True)
torch.set_num_threads(1)


@pytest.fixture
def close():
    """Compare arrays with an error that is relative to the largest entry: a gradient has entries near 0."""

    def check(found, wanted, within=1e-12):
        found, wanted = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
        assert found.shape == wanted.shape
        scale = np.abs(wanted).max()
        assert scale > 0, "a comparison with nothing but zeros shows nothing"
        assert np.abs(found - wanted).max() <= within * scale

    return check


@pytest.fixture
def problem():
    """Return a net, data with fitting targets, and parameters of three seeds with biases that are not zero."""

    def make(loss, activation="tanh", sizes=(5, 7, 6), samples=23):
        source = np.random.default_rng(7)
        outputs = {"binary_cross_entropy": 1, "cross_entropy": 4}.get(loss, 3)
        biases = gl.initializers.normal(0.3)
        net = gl.MLP([*sizes, outputs], activation=activation, init="glorot_normal", bias_init=biases)
        x = source.normal(size=(samples, sizes[0]))
        y = {
            "cross_entropy": source.integers(0, outputs, samples),
            "binary_cross_entropy": source.integers(0, 2, samples),
        }.get(loss, source.normal(size=(samples, outputs)))
        return net, gl.Data(x, y), net.initialize(range(3))

    return make


@pytest.fixture
def torch_network():
    """Build the same network in PyTorch, in float64, from one row of ``theta``."""
    layer_of = {
        "identity": torch.nn.Identity,
        "sigmoid": torch.nn.Sigmoid,
        "tanh": torch.nn.Tanh,
        "relu": torch.nn.ReLU,
        "leaky_relu": torch.nn.LeakyReLU,
        "softplus": torch.nn.Softplus,
        "elu": torch.nn.ELU,
        "selu": torch.nn.SELU,
        "gelu": torch.nn.GELU,
        "swish": torch.nn.SiLU,
    }

    def make(net, theta):
        parts = []
        for weights, biases in net.layers(theta[None]):
            linear = torch.nn.Linear(*weights.shape[1:], dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weights[0].T.copy()))
                linear.bias.copy_(torch.from_numpy(biases[0].copy()))
            parts += [linear, layer_of[net.activation.name]()]
        return torch.nn.Sequential(*parts[:-1])

    return make


@pytest.fixture
def torch_loss():
    """Return the loss and the targets as PyTorch wants them."""

    def make(loss, y):
        y = torch.from_numpy(np.array(y))
        if loss == "cross_entropy":
            return torch.nn.CrossEntropyLoss(), y
        if loss == "binary_cross_entropy":
            return torch.nn.BCEWithLogitsLoss(), y[:, None].double()
        return {"squared_error": torch.nn.MSELoss, "huber": torch.nn.HuberLoss}[loss](), y

    return make


@pytest.fixture
def as_theta():
    """Lay weights (inputs, outputs) and biases of each layer out as a row of ``theta``."""

    def make(net, pairs):
        theta = np.empty((1, net.parameters))
        for layer, (weights, biases) in zip(net.layers(theta), pairs, strict=True):
            layer.weights[0], layer.biases[0] = weights, biases
        return theta[0]

    return make


@pytest.fixture
def torch_theta(as_theta):
    """Read PyTorch's parameters, or their gradients, as a row of ``theta``."""

    def make(net, model, gradient=False):
        numbers = [(p.grad if gradient else p.detach()).numpy() for p in model.parameters()]
        return as_theta(net, [(w.T, b) for w, b in zip(numbers[::2], numbers[1::2], strict=True)])

    return make


@pytest.fixture
def batches():
    """Find out which samples gradlab puts into each batch, by what it does alone.

    With one input for each sample, a step of gradient descent moves the weights of those in the batch, and no others.
    """

    def find(seed, samples, batch_size, steps):
        net = gl.MLP([samples, 1], activation="identity", init="zeros")
        data, found, run = gl.Data(np.eye(samples), np.ones(samples)), [], None
        for _ in range(steps):
            before = net.initialize(seed) if run is None else run.theta
            run = gl.train(
                net,
                data,
                loss="squared_error",
                optimizer=gl.SGD(0.1),
                steps=1,
                batch_size=batch_size,
                seeds=seed,
                resume=run,
            )
            (moved,) = np.nonzero((run.theta != before)[0, :samples])
            assert len(moved) == batch_size
            found.append(moved)
        return found

    return find
