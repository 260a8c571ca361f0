"""What all tests share: a quiet Hypothesis, a drawing backend without windows, and registries left as they were."""

import os

os.environ.setdefault("MPLBACKEND", "agg")

import random
import re

import hypothesis
import numpy as np
import pytest

import gradlab as gl

hypothesis.settings.register_profile(
    "gradlab", deadline=None, max_examples=40, derandomize=True, database=None, print_blob=False
)
hypothesis.settings.load_profile("gradlab")

REGISTRIES = (
    gl.ACTIVATIONS,
    gl.INITIALIZERS,
    gl.LOSSES,
    gl.OPTIMIZERS,
    gl.schedules.SCHEDULES,
    gl.DATASETS,
    gl.training.STATISTICS,
)


def pytest_make_parametrize_id(val):
    """Name no place in memory: workers that share the tests have to agree on their names."""
    said = repr(val)
    return re.sub(r" at 0x[0-9a-f]+", "", said) if " at 0x" in said else None


@pytest.fixture(autouse=True)
def _registries_stay_as_they_were():
    before = [(table, dict(table._parts), dict(table._aliases), dict(table._hints)) for table in REGISTRIES]
    yield
    for table, parts, aliases, hints in before:
        table._parts, table._aliases, table._hints = parts, aliases, hints


@pytest.fixture(autouse=True)
def _global_random_state_stays_as_it_was():
    """No test leaves a trace in the global generators: whatever gradlab does in any of them, it draws from its own."""
    numpy_before, python_before = np.random.get_state(), random.getstate()  # noqa: NPY002
    yield
    numpy_after = np.random.get_state()  # noqa: NPY002
    same = all(np.array_equal(a, b) for a, b in zip(numpy_before, numpy_after, strict=True))
    assert same, "the global random state of NumPy was touched"
    assert python_before == random.getstate(), "the global random state of Python was touched"


@pytest.fixture
def blobs():
    """Make ``n`` points with labels or values that a small network can learn something from."""

    def make(samples=30, features=3, *, classes=3, outputs=None, seed=0):
        source = np.random.default_rng(seed)
        x = source.normal(size=(samples, features))
        if outputs is not None:
            return gl.Data(x, source.normal(size=(samples, outputs)))
        y = np.arange(samples) % classes
        return gl.Data(x + 0.7 * y[:, None], y)

    return make


@pytest.fixture
def plain():
    """One seed's pass forward and back, written with loops as in a first course: what gradlab is compared with."""

    def run(net, theta, data, slope_of_loss):
        """Return pre-activations, activations, slopes, deltas and gradients (weights, biases), samples first."""
        weights, start = [], 0
        for inputs, outputs in zip(net.sizes[:-1], net.sizes[1:], strict=True):
            stop = start + inputs * outputs
            weights.append((theta[start:stop].reshape(inputs, outputs), theta[stop : stop + outputs]))
            # what the activation learns stands behind the biases, at its first value here
            start = stop + outputs + outputs * len(net.activation.learned)
        h, entering, z, values, slopes = data.x, [], [], [], []
        for index, (matrix, bias) in enumerate(weights):
            entering.append(h)
            z.append(h @ matrix + bias)
            if index < len(weights) - 1:
                value, slope = np.empty_like(z[-1]), np.empty_like(z[-1])
                with np.errstate(all="ignore"):  # as in training; test_activations holds it against the exact rule
                    net.activation.kernel()(z[-1], value, slope)
                values.append(value)
                slopes.append(slope)
                h = value
        delta = slope_of_loss(z[-1], data.y)
        deltas, gradients = [delta], [(entering[-1].T @ delta, delta.sum(0))]
        for index in range(len(weights) - 2, -1, -1):
            delta = (delta @ weights[index + 1][0].T) * slopes[index]
            deltas.insert(0, delta)
            gradients.insert(0, (entering[index].T @ delta, delta.sum(0)))
        return z, values, slopes, deltas, gradients

    return run
