"""Initialisers beside torch.nn.init and PyTorch's own Linear: the same distributions, not the same draws."""

import numpy as np
import pytest
import scipy.stats
import torch

import gradlab as gl

FAMOUS = {
    "lecun_normal": lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="linear"),
    "lecun_uniform": lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="linear"),
    "glorot_normal": torch.nn.init.xavier_normal_,
    "glorot_uniform": torch.nn.init.xavier_uniform_,
    "he_normal": lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu"),
    "he_uniform": lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="relu"),
}
INPUTS, OUTPUTS = 1200, 600  # not equal: a swapped fan must show


def _alike(ours, theirs):
    """Half a million draws: two distributions whose scales differ by 2 % are told apart."""
    return scipy.stats.ks_2samp(ours.ravel(), theirs.ravel()).pvalue > 1e-3


@pytest.mark.parametrize("name", FAMOUS)
def test_a_famous_initialiser_draws_as_pytorchs(name):
    torch.manual_seed(0)
    theirs = FAMOUS[name](torch.empty(OUTPUTS, INPUTS, dtype=torch.float64)).numpy()
    ours = gl.INITIALIZERS[name](INPUTS, OUTPUTS, seed=0)
    assert _alike(ours, theirs)
    assert not _alike(ours * 1.02, theirs), "the comparison is too coarse"


def test_pytorch_linear_draws_the_weights_of_pytorchs_linear():
    torch.manual_seed(0)
    theirs = torch.nn.Linear(INPUTS, OUTPUTS, dtype=torch.float64).weight.detach().numpy()
    ours = gl.INITIALIZERS["pytorch_linear"](INPUTS, OUTPUTS, seed=0)
    assert _alike(ours, theirs)
    assert not _alike(ours * 1.02, theirs), "the comparison is too coarse"
    bound = 1 / np.sqrt(INPUTS)
    for draws in (ours, theirs):
        assert 0.999 * bound < np.abs(draws).max() <= bound


@pytest.mark.parametrize("shape", [(90, 90), (120, 40), (40, 120)])
def test_orthogonal_is_as_orthogonal_as_pytorchs_and_as_evenly_spread(shape):
    torch.manual_seed(0)
    inputs, outputs = shape
    theirs = torch.nn.init.orthogonal_(torch.empty(outputs, inputs, dtype=torch.float64)).numpy().T
    ours = gl.INITIALIZERS["orthogonal"](inputs, outputs, seed=0)
    for draw in (ours, theirs):
        small = draw.T @ draw if inputs >= outputs else draw @ draw.T
        np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-13)
    assert _alike(ours, theirs)
