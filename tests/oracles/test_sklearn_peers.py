"""gradlab beside scikit-learn: the digits, and MLPClassifier trained from the same weights on the same batches."""

import warnings

import numpy as np
import pytest
import sklearn.datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

import gradlab as gl

# scikit-learn adds Adam's epsilon to the root of the moment before its bias is taken out, the paper and gradlab after:
# with the usual 1e-8 the losses agree to five digits, with one that does not count to many more.
TINY = 1e-13
SOLVERS = {
    "adam": (gl.Adam(0.01, epsilon=TINY), {"solver": "adam", "epsilon": TINY}),
    "sgd": (gl.SGD(0.1), {"solver": "sgd", "momentum": 0.0}),
    "momentum": (gl.SGD(0.1, momentum=0.9), {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False}),
    "nesterov": (
        gl.SGD(0.1, momentum=0.9, nesterov=True),
        {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": True},
    ),
}
ACTIVATIONS = {"tanh": "tanh", "relu": "relu", "sigmoid": "logistic", "identity": "identity"}


def _peer(kind, net, theta, *, data, **keywords):
    """Make a scikit-learn network that stands at ``theta`` and has taken no step."""
    peer = kind(hidden_layer_sizes=net.sizes[1:-1], alpha=0, random_state=0, **keywords)
    first = {"classes": np.unique(data.y)} if kind is MLPClassifier else {}
    # it makes its arrays when it first sees data; what it learned is overwritten
    peer.partial_fit(data.x, data.y, **first)
    for index, (weights, biases) in enumerate(net.layers(theta[None])):
        peer.coefs_[index][...], peer.intercepts_[index][...] = weights[0], biases[0]
    del peer._optimizer  # and its moments are forgotten
    return peer


def test_the_digits_are_scikit_learns():
    theirs, ours = sklearn.datasets.load_digits(), gl.datasets.digits(standardize=False)
    np.testing.assert_array_equal(ours.x, theirs.data)
    np.testing.assert_array_equal(ours.y, theirs.target)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("solver", SOLVERS)
def test_a_classifier_learns_as_scikit_learns(solver, activation, batches):
    optimizer, keywords = SOLVERS[solver]
    digits, steps, size = gl.datasets.digits(), 40, 32
    data = gl.Data(digits.x[:320], digits.y[:320])
    net = gl.MLP([64, 20, 15, 10], activation=activation, init="glorot_uniform")
    theta = net.initialize(5)
    run = gl.train(net, data, optimizer=optimizer, steps=steps, batch_size=size, seeds=5, theta=theta)
    keywords = {**keywords, "activation": ACTIVATIONS[activation], "learning_rate_init": optimizer.learning_rate}
    peer = _peer(MLPClassifier, net, theta[0], data=data, **keywords)
    for batch in batches(5, len(data), size, steps):
        peer.partial_fit(data.x[batch], data.y[batch])
    theirs = -np.log(peer.predict_proba(data.x)[np.arange(len(data)), data.y]).mean()
    ours = net.loss_and_gradient(run.theta, data)[0][0]
    assert ours == pytest.approx(theirs, rel=1e-9)
    assert np.abs(run.theta - theta).max() > 0.05, "a network that has hardly moved shows nothing"
    # pixels that one image alone lights have gradients of 1e-12, which Adam scales up together with their rounding
    for layer, weights, biases in zip(net.layers(run.theta), peer.coefs_, peer.intercepts_, strict=True):
        np.testing.assert_allclose(layer.weights[0], weights, rtol=0, atol=1e-4)
        np.testing.assert_allclose(layer.biases[0], biases, rtol=0, atol=1e-4)
    np.testing.assert_array_equal(run.predict(data.x)[0], peer.predict(data.x))
    assert run.score(data)[0] == peer.score(data.x, data.y)


def test_two_classes_with_one_output_learn_as_scikit_learns(batches):
    data, steps, size = gl.datasets.moons(160), 60, 20
    net = gl.MLP([2, 16, 16, 1], activation="tanh", init="glorot_uniform")
    theta = net.initialize(1)
    run = gl.train(
        net,
        data,
        loss="binary_cross_entropy",
        optimizer=SOLVERS["adam"][0],
        steps=steps,
        batch_size=size,
        seeds=1,
        theta=theta,
    )
    peer = _peer(
        MLPClassifier, net, theta[0], data=data, activation="tanh", learning_rate_init=0.01, **SOLVERS["adam"][1]
    )
    for batch in batches(1, len(data), size, steps):
        peer.partial_fit(data.x[batch], data.y[batch])
    theirs = -np.log(peer.predict_proba(data.x)[np.arange(len(data)), data.y]).mean()
    ours = net.loss_and_gradient(run.theta, data, loss="binary_cross_entropy")[0][0]
    assert ours == pytest.approx(theirs, rel=1e-9)
    assert run.score(data)[0] == peer.score(data.x, data.y)


def test_a_regression_learns_as_scikit_learns_with_its_halved_loss(batches):
    source = np.random.default_rng(0)
    x = source.normal(size=(96, 4))
    data, steps, size = gl.Data(x, np.sin(x).sum(1)), 50, 16
    net = gl.MLP([4, 12, 1], activation="tanh", init="glorot_uniform")
    theta = net.initialize(2)
    # scikit-learn's loss is half the squared error, so half its learning rate takes the same steps
    run = gl.train(
        net,
        data,
        loss="squared_error",
        optimizer=gl.SGD(0.02, momentum=0.9),
        steps=steps,
        batch_size=size,
        seeds=2,
        theta=theta,
    )
    keywords = {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False}
    peer = _peer(MLPRegressor, net, theta[0], data=data, activation="tanh", learning_rate_init=0.04, **keywords)
    for batch in batches(2, len(data), size, steps):
        peer.partial_fit(data.x[batch], data.y[batch])
    np.testing.assert_allclose(run.predict(data.x)[0, :, 0], peer.predict(data.x), rtol=1e-9, atol=1e-10)
    assert run.score(data)[0] == pytest.approx(peer.score(data.x, data.y), rel=1e-9)


def test_fit_of_whole_batches_follows_the_same_path():
    """Without batches there is no order to agree on: `fit` itself can be compared, as a user would call it."""
    data, steps = gl.datasets.moons(200), 25
    net = gl.MLP([2, 8, 1], activation="tanh", init="glorot_uniform")
    peer = MLPClassifier(
        (8,),
        activation="tanh",
        alpha=0,
        learning_rate_init=0.02,
        batch_size=200,
        max_iter=1,
        random_state=3,
        tol=0,
        n_iter_no_change=10**9,
        warm_start=True,
        epsilon=TINY,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        peer.set_params(learning_rate_init=1e-300).fit(data.x, data.y)  # a step of no length, for its first weights
        theta = np.concatenate([np.vstack([w, b]).ravel() for w, b in zip(peer.coefs_, peer.intercepts_, strict=True)])
        peer.set_params(learning_rate_init=0.02, max_iter=steps).fit(data.x, data.y)
    run = gl.train(
        net,
        data,
        loss="binary_cross_entropy",
        optimizer=gl.Adam(0.02, epsilon=TINY),
        steps=steps,
        theta=theta[None],
        record_every=1,
    )
    np.testing.assert_allclose(run.loss[:steps, 0], peer.loss_curve_[-steps:], rtol=1e-9)
