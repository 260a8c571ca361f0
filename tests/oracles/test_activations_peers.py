"""Values and slopes of the activations beside PyTorch's and JAX's, where those keep their digits."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

import gradlab as gl

_spec = importlib.util.spec_from_file_location(
    "gradlab_accuracy", Path(__file__).parents[1] / "benchmarks" / "accuracy.py"
)
accuracy = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(accuracy)

TORCH, JAX = accuracy.torch_functions()[1], accuracy.jax_functions()[1]


def _points(part):
    x = np.concatenate([np.linspace(-9, 9, 1201), np.linspace(-1, 1, 301), [-30, -20, 20, 30]])
    return x[np.abs(x[:, None] - np.array([*part.kinks, np.inf])).min(1) > 1e-9]


def _agree(part, theirs, **parameters):
    x = _points(part.bind(**parameters))
    # PyTorch's slope of hardsigmoid is the float32 number nearest to 1/6, in float64 too
    near = 1e-7 if theirs is TORCH["hard_sigmoid"] else 1e-11
    for mine, other in zip(part.value_and_derivative(x, **parameters), theirs(x), strict=True):
        np.testing.assert_allclose(mine, other, rtol=near, atol=1e-13)


def test_the_peers_functions_belong_to_activations_of_gradlab():
    """An activation that a peer does not have is in no table; a name that no activation has would compare nothing."""
    assert set(TORCH) | set(JAX) <= set(gl.ACTIVATIONS)
    assert len(TORCH) > 20
    assert len(JAX) > 18


# PyTorch's softplus is the identity from 20 on, 2e-9 below the right value there
LINEAR_FROM_20 = {"softplus": lambda x: functional.softplus(x, threshold=700)}


@pytest.mark.parametrize("name", TORCH)
def test_values_and_slopes_equal_pytorchs(name):
    theirs = _differentiated(LINEAR_FROM_20[name]) if name in LINEAR_FROM_20 else TORCH[name]
    _agree(gl.ACTIVATIONS[name], theirs)


@pytest.mark.parametrize("name", JAX)
def test_values_and_slopes_equal_jaxs(name):
    _agree(gl.ACTIVATIONS[name], JAX[name])


def _differentiated(function):
    def call(x):
        given = torch.tensor(x, requires_grad=True)
        value = function(given)
        (slope,) = torch.autograd.grad(value.sum(), given)
        return value.detach().numpy(), slope.numpy()

    return call


@pytest.mark.parametrize(
    ("name", "parameters", "function"),
    [
        ("leaky_relu", {"slope": 0.2}, lambda x: functional.leaky_relu(x, 0.2)),
        ("elu", {"alpha": 0.3}, lambda x: functional.elu(x, 0.3)),
        ("celu", {"alpha": 2.5}, lambda x: functional.celu(x, 2.5)),
        ("hard_tanh", {"low": -2.0, "high": 0.5}, lambda x: functional.hardtanh(x, -2.0, 0.5)),
        ("rrelu", {"lower": 0.1, "upper": 0.5}, lambda x: functional.rrelu(x, 0.1, 0.5)),
        ("swish", {"beta": 1.7}, lambda x: functional.silu(1.7 * x) / 1.7),
        ("hard_sigmoid", {"slope": 0.2}, lambda x: torch.clamp(0.2 * x + 0.5, 0, 1)),
        ("selu", {"scale": 2.0, "alpha": 0.5}, lambda x: 2 * functional.elu(x, 0.5)),
        ("threshold", {"threshold": -0.3, "value": 20.0}, lambda x: functional.threshold(x, -0.3, 20.0)),
        ("hardshrink", {"width": 1.25}, lambda x: functional.hardshrink(x, 1.25)),
        ("softshrink", {"width": 1.25}, lambda x: functional.softshrink(x, 1.25)),
    ],
)
def test_parameters_mean_what_they_mean_in_pytorch(name, parameters, function):
    _agree(gl.ACTIVATIONS[name], _differentiated(function), **parameters)


@pytest.mark.parametrize("name", [name for name in TORCH if gl.ACTIVATIONS[name].kinks])
def test_at_a_kink_the_slope_is_pytorchs(name):
    for kink in gl.ACTIVATIONS[name].kinks:
        assert gl.ACTIVATIONS[name].derivative(kink) == pytest.approx(TORCH[name](np.array([kink]))[1][0], rel=1e-12)


def test_the_derivative_by_the_slope_of_prelu_is_pytorchs():
    x = np.random.default_rng(0).normal(size=(40, 3))
    slope = torch.tensor([0.25, -0.1, 0.7], dtype=torch.float64, requires_grad=True)
    functional.prelu(torch.tensor(x), slope).sum().backward()
    mine = gl.prelu.learned["slope"](x, slope=slope.detach().numpy())
    np.testing.assert_allclose(mine.sum(0), slope.grad.numpy(), rtol=1e-13)


def test_rrelu_draws_as_pytorch_does():
    torch.manual_seed(0)
    theirs = -functional.rrelu(-torch.ones(200_000, dtype=torch.float64), training=True).numpy()
    mine = gl.rrelu.draw(np.random.default_rng(0), (200_000,), **gl.rrelu.parameters)["lower"]
    for share in (0.001, 0.25, 0.5, 0.75, 0.999):
        assert np.quantile(mine, share) == pytest.approx(np.quantile(theirs, share), abs=2e-3)
