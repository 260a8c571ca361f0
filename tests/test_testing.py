"""The checkers, checked: they find what is wrong and pass what is right."""

from dataclasses import replace

import numpy as np
import pytest

import gradlab as gl
from gradlab.testing import SlopeError, check_activation, check_gradient

every = pytest.mark.parametrize("part", gl.ACTIVATIONS.values(), ids=repr)


def _with_slope(part, change):
    """The same activation with another slope."""

    def rule(x, **parameters):
        value, slope = part.rule(x, **parameters)
        return value, change(x, slope)

    return replace(part, rule=rule, in_place=None)


# ---------------------------------------------------------------------------------------------------- activations


@every
def test_a_right_slope_passes_by_name_and_as_it_is(part):
    assert check_activation(part.name) == check_activation(part) < 1e-8


@every
@pytest.mark.parametrize("factor", [1.001, 0.999, 1.00001, -1, 0])
def test_a_slope_wrong_by_a_thousandth_is_caught_by_name(part, factor):
    wrong = _with_slope(part, lambda x, slope: factor * slope)
    with pytest.raises(SlopeError, match=f"the slope of {part.name}") as caught:
        check_activation(wrong)
    assert "central differences give" in str(caught.value)
    assert "relative error" in str(caught.value)


@every
def test_a_slope_wrong_near_one_point_is_caught_there(part):
    wrong = _with_slope(part, lambda x, slope: np.where(np.abs(x - 0.4) < 0.05, 1.001 * slope + 1e-3, slope))
    with pytest.raises(SlopeError, match=r"at x = 0\.[34]"):
        check_activation(wrong)


@every
def test_a_slope_of_nan_is_caught(part):
    wrong = _with_slope(part, lambda x, slope: np.where(np.abs(x - 3) < 0.05, np.nan, slope))
    with pytest.raises(SlopeError, match="is nan"):
        check_activation(wrong)


@every
def test_the_trainer_would_use_the_wrong_slope_too_and_the_gradient_check_sees_it(part, blobs):
    wrong = _with_slope(part, lambda x, slope: 1.001 * slope)
    with pytest.raises(SlopeError, match=r"dL/dtheta\[\d+\] of MLP\(\[3, 6, 6, 3\], activation="):
        check_gradient(gl.MLP([3, 6, 6, 3], activation=wrong), blobs())


def test_a_mistake_that_is_tolerated_passes():
    wrong = _with_slope(gl.tanh, lambda x, slope: 1.001 * slope)
    assert check_activation(wrong, tolerance=0.01) == pytest.approx(0.001, rel=0.01)


def test_points_may_be_chosen_and_those_at_a_kink_are_left_out():
    wrong = _with_slope(gl.relu, lambda x, slope: np.where(x > 5, 2, slope))
    with pytest.raises(SlopeError, match="at x = 6"):
        check_activation(wrong, points=[[1, 6], [2, 3]])
    check_activation(wrong, points=[1, 2, -3, 0.0, 0.0005])


def test_a_value_of_nan_is_caught():
    with pytest.raises(SlopeError, match="the value of mine at x = 2 is nan"):
        check_activation(gl.Activation("mine", lambda x: (np.where(x > 1, np.nan, x), np.ones_like(x))), points=[1, 2])


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (lambda x: x, ["rule of mine must return two things", "ndarray"]),
        (lambda x: (x, x, x), ["rule of mine must return two things", "3 things"]),
        (lambda x: (x,), ["rule of mine must return two things", "1 things"]),
        (lambda x: None, ["rule of mine must return two things", "NoneType"]),
        (lambda x: (x.sum(), np.ones((1, *x.shape))), ["slope", "shape (1, 401) for x of shape (401,)"]),
        (lambda x: (x[:2], x), ["value", "shape (2,) for x of shape (401,)"]),
    ],
)
def test_a_rule_that_returns_something_else_than_a_value_and_a_slope_each_is_named(rule, words):
    with pytest.raises(TypeError) as caught:
        check_activation(gl.Activation("mine", rule))
    for word in words:
        assert word in str(caught.value)


def _bent(here):
    """A rectifier whose slope at its kink is ``here``."""
    return lambda x: (np.maximum(x, 0), np.where(x == 0, here, (x > 0).astype(float)))


@pytest.mark.parametrize("here", [0, 0.5, 1])
def test_at_a_kink_any_slope_between_those_from_the_sides_passes(here):
    assert check_activation(gl.Activation("mine", _bent(here), kinks_at=(0.0,))) < 1e-8


@pytest.mark.parametrize("here", [-0.001, 1.001, np.nan, np.inf])
def test_at_a_kink_any_other_slope_is_caught(here):
    with pytest.raises(SlopeError, match=r"at its kink x = 0 is .* from the left it is 0 and from the right 1"):
        check_activation(gl.Activation("mine", _bent(here), kinks_at=(0.0,)))


@pytest.mark.parametrize("part", [part for part in gl.ACTIVATIONS.values() if part.kinks], ids=repr)
def test_a_kink_that_is_not_named_is_found(part):
    for index, kink in enumerate(part.kinks):
        others = part.kinks[:index] + part.kinks[index + 1 :]
        with pytest.raises(SlopeError, match=f"jumps from .* near x = {kink:g}, which is not among its kinks"):
            check_activation(replace(part, kinks_at=others))


def test_a_steep_rise_is_no_kink():
    check_activation(gl.Activation("steep", lambda x: (np.log1p(np.exp(60 * x)) / 60, 1 / (1 + np.exp(-60 * x)))))


def _learned(derivative, **more):
    def rule(x, *, width=0.5):
        return width * np.tanh(x), width * (1 - np.tanh(x) ** 2)

    return gl.Activation("mine", rule, {"width": 0.5}, learned={"width": derivative}, **more)


def test_the_derivative_by_a_learned_parameter_is_checked():
    assert check_activation(_learned(lambda x, *, width: np.tanh(x))) < 1e-8
    with pytest.raises(SlopeError, match=r"the derivative of mine\(width=0\.5\) by width at x = "):
        check_activation(_learned(lambda x, *, width: 1.001 * np.tanh(x)))
    with pytest.raises(SlopeError, match="by width at x = .* is nan"):
        check_activation(_learned(lambda x, *, width: np.where(x > 3, np.nan, np.tanh(x))))
    with pytest.raises(TypeError, match=r"by width must have the shape of x, \(401,\); it has \(\)|\(2,\)"):
        check_activation(_learned(lambda x, *, width: np.tanh(x[:2])))


@pytest.mark.parametrize("limits", [(0.4999, 2), (0, 0.50001), (0.49999, 0.50001)])
def test_differences_by_a_learned_parameter_stay_within_its_limits(limits):
    assert check_activation(_learned(lambda x, *, width: np.tanh(x), limits={"width": limits})) < 1e-6


def test_what_the_trainer_runs_is_checked_too():
    def in_place(z, value, slope):
        np.tanh(z, value)
        np.subtract(1, value * value, slope)

    assert check_activation(replace(gl.tanh, in_place=in_place)) < 1e-8
    with pytest.raises(SlopeError, match="in_place of tanh gives the slope .* the rule gives"):
        check_activation(replace(gl.tanh, in_place=lambda z, value, slope: (np.tanh(z, value), slope.fill(1))))
    with pytest.raises(SlopeError, match="in_place of tanh gives the value nan"):
        check_activation(replace(gl.tanh, in_place=lambda z, value, slope: (value.fill(np.nan), slope.fill(1))))


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: check_activation("rleu"), ValueError, ["'rleu'", "'relu'"]),
        (lambda: check_activation(np.tanh), TypeError, ["activation must be", "tanh"]),
        (lambda: check_activation("tanh", tolerance=0), ValueError, ["tolerance", "above 0"]),
        (lambda: check_activation("tanh", points=[]), ValueError, ["points"]),
        (lambda: check_activation("relu", points=[0.0]), ValueError, ["points", "kink"]),
        (lambda: check_activation("relu", points=[np.nan]), ValueError, ["points", "finite"]),
        (lambda: check_activation("relu", points="x"), TypeError, ["points"]),
        (lambda: check_gradient("relu", gl.datasets.xor()), TypeError, ["net must be a gradlab.MLP", "relu"]),
        (lambda: check_gradient(gl.MLP([2, 2]), 3), TypeError, ["data must be"]),
        (lambda: check_gradient(gl.MLP([2, 2]), gl.datasets.xor(), theta=[1, 2]), ValueError, ["theta", "2 dim"]),
        (lambda: check_gradient(gl.MLP([2, 2]), gl.datasets.xor(), theta=[[1, 2]]), ValueError, ["(1, 6)", "(1, 2)"]),
        (lambda: check_gradient(gl.MLP([2, 2]), gl.datasets.xor(), coordinates=0), ValueError, ["coordinates", "0"]),
        (lambda: check_gradient(gl.MLP([2, 2]), gl.datasets.xor(), tolerance=-1), ValueError, ["tolerance", "-1"]),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else None,
)
def test_bad_input_gets_a_sentence(make, error, words):
    with pytest.raises(error) as caught:
        make()
    for word in words:
        assert word in str(caught.value)


# ---------------------------------------------------------------------------------------------------- gradients


@pytest.fixture
def net():
    return gl.MLP([3, 6, 5, 3], activation="tanh")


def test_a_right_gradient_passes(net, blobs):
    assert check_gradient(net, blobs()) < 1e-6
    assert check_gradient(net, blobs(), seed=3, coordinates=10_000) < 1e-6
    assert check_gradient(net, blobs(), theta=net.initialize(7)) < 1e-6


@pytest.mark.parametrize("loss", gl.LOSSES.values(), ids=repr)
def test_a_loss_with_a_slope_wrong_by_a_thousandth_is_caught(loss, blobs):
    def rule(outputs, targets):
        values, slopes = loss.rule(outputs, targets)
        return values, 1.001 * slopes

    def in_place(outputs, targets, slopes, row, samples):
        slopes[...] = rule(outputs.swapaxes(-1, -2), targets.swapaxes(-1, -2))[1].swapaxes(-1, -2) / samples

    net = gl.MLP([3, 4, 1 if loss.name == "binary_cross_entropy" else 2])
    for wrong in (replace(loss, rule=rule, in_place=None), replace(loss, in_place=in_place)):
        with pytest.raises(SlopeError, match="central differences give"):
            check_gradient(net, blobs(classes=2), loss=wrong)


def test_a_gradient_wrong_in_one_layer_is_caught(net, blobs, monkeypatch):
    right = gl.MLP.loss_and_gradient

    def wrong(self, theta, data, *, loss="cross_entropy"):
        value, gradient = right(self, theta, data, loss=loss)
        self.layers(gradient)[1].biases[...] *= 1.001
        return value, gradient

    monkeypatch.setattr(gl.MLP, "loss_and_gradient", wrong)
    with pytest.raises(SlopeError, match="a bias of layer 2"):
        check_gradient(net, blobs(), coordinates=10_000)


def test_each_parameter_is_named_by_what_it_is(blobs):
    net = gl.MLP([3, 4, 3], activation="prelu", normalize="layer")
    names = {gl.testing._name(net, index) for index in range(net.parameters)}
    assert names == {
        f"a {what} of layer {layer}"
        for layer in (1, 2)
        for what in ("weight", "bias", "scale", "shift", "slope")[: 5 if layer == 1 else 2]
    }
    assert check_gradient(net, blobs(), coordinates=10_000) < 1e-6


def test_a_gradient_that_is_not_finite_is_caught(net, blobs):
    theta = net.initialize(0)
    net.layers(theta)[2].biases[...] = 1e308
    net.layers(theta)[2].weights[...] = 1e308
    with pytest.raises(SlopeError, match="not finite"):
        check_gradient(net, blobs(), theta=theta)


def test_parameters_at_kinks_are_left_out_and_too_many_of_them_are_an_error(blobs):
    net = gl.MLP([3, 5, 3], activation="relu")
    theta = net.initialize(0)
    assert check_gradient(net, blobs(), theta=theta, coordinates=10_000) < 1e-6
    net = gl.MLP([1, 40, 1], activation="relu")
    theta = np.ones((1, net.parameters))
    net.layers(theta)[0].biases[...] = -1
    data = gl.Data([1.0, 1.0], [-1.0, -1.0])  # every hidden unit stands at its kink
    with pytest.raises(SlopeError, match="lie away from kinks; try another seed"):
        check_gradient(net, data, loss="squared_error", theta=theta, coordinates=10_000)


def test_theta_is_not_changed(net, blobs):
    theta = net.initialize(0)
    kept = theta.copy()
    check_gradient(net, blobs(), theta=theta)
    np.testing.assert_array_equal(theta, kept)


@pytest.mark.parametrize("activation", ["relu", "hardswish"])
@pytest.mark.parametrize("normalize", [None, "layer"])
def test_a_kink_close_to_a_parameter_is_no_wrong_gradient(activation, normalize):
    net = gl.MLP(
        [2, 5, 5, 5, 2], activation, bias_init="lecun_normal", normalize=normalize, residual=normalize is not None
    )
    for seed in range(30):  # one of them has a parameter within 1e-5 of a kink
        assert gl.testing.check_gradient(net, gl.datasets.moons(200), coordinates=25, seed=seed) < 1e-5
