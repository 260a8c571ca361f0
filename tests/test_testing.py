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
    wrong = _with_slope(part, lambda x, slope: np.where(np.abs(x - 0.4) < 0.05, 1.001 * slope, slope))
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


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: check_activation("rleu"), ValueError, ["'rleu'", "'relu'"]),
        (lambda: check_activation(np.tanh), TypeError, ["activation must be", "tanh"]),
        (lambda: check_activation("tanh", tolerance=0), ValueError, ["tolerance", "above 0"]),
        (lambda: check_activation("tanh", points=[]), ValueError, ["points"]),
        (lambda: check_activation("relu", points=[0.0]), ValueError, ["points", "kink"]),
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
    with pytest.raises(SlopeError):
        check_gradient(net, blobs(), coordinates=10_000)


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
