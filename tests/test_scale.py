"""Past every constant of the source: many rows, many parameters, many layers, and numbers near the ends of their type."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gradlab as gl
from gradlab.training import STATISTICS
from gradlab.training._loop import clip
from gradlab.training._norms import Norms

KINDS = ("float32", "float64")


@pytest.fixture(autouse=True)
def _as_in_training():
    with np.errstate(all="ignore"):
        yield


# ---------------------------------------------------------------------------------------------------- many rows


@pytest.fixture(scope="module")
def in_order():
    """Spirals in the order of their classes, as a file may have them: twice as many rows as any block holds."""
    return gl.datasets.spirals(4096, turns=0.75)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("activation", ["relu", "prelu", "tanh"])
def test_the_moments_of_a_batch_normalisation_are_those_of_all_rows(activation, residual, in_order):
    net = gl.MLP([2, 16, 16, 2], activation, normalize="batch", residual=residual)
    run = gl.train(net, in_order, optimizer=gl.Adam(0.01), steps=30, batch_size=256, seeds=range(3))
    trace = net.forward(run.theta, in_order.x)  # all rows are its batch
    for (mean, variance), level in zip(run.moments, trace.normalizations, strict=True):
        np.testing.assert_allclose(mean, level.mean[..., 0], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(variance, level.variance[..., 0], rtol=1e-9)
    np.testing.assert_allclose(run.outputs(in_order.x), trace.outputs, rtol=1e-7, atol=1e-9)


def test_a_batch_normalised_network_predicts_whatever_the_order_of_the_file(in_order):
    net = gl.MLP([2, 32, 32, 2], normalize="batch")
    order = np.random.default_rng(0).permutation(len(in_order))
    shuffled = gl.Data(in_order.x[order], in_order.y[order])
    scores = []
    for data in (in_order, shuffled):
        run = gl.train(net, data, optimizer=gl.Adam(0.02), steps=300, batch_size=128, seeds=range(4))
        assert (run.score(data) > run.accuracy[-5:].mean(0) - 0.05).all()
        scores.append(run.score(data))
    assert np.abs(np.subtract(*scores)).max() < 0.05


@pytest.mark.parametrize("rows", [2_047, 2_049, 4_097, 20_000])
def test_a_stack_equals_lone_seeds_past_each_block_of_rows(rows):
    data = gl.Data(*(part[:rows] for part in _labelled(rows)))
    net = gl.MLP([3, 5, 2], "gelu", normalize="batch")
    for batch in (None, 512):
        ask = {"batch_size": batch, "steps": 3, "record_every": 1}
        stack = gl.train(net, data, seeds=range(3), **ask)
        for row in range(3):
            _same(stack, row, gl.train(net, data, seeds=row, **ask))


def _labelled(rows):
    generator = np.random.default_rng(0)
    return generator.normal(size=(rows, 3)), np.sort(generator.integers(0, 2, rows))


def _same(stack, row, alone):
    np.testing.assert_array_equal(stack.theta[row], alone.theta[0])
    for name in ("loss", "accuracy", *STATISTICS):
        np.testing.assert_array_equal(getattr(stack, name)[:, row], getattr(alone, name)[:, 0], err_msg=name)


# ---------------------------------------------------------------------------------------------------- many parameters


@pytest.mark.parametrize("optimizer", [gl.SGD(0.1, clip_norm=0.5), gl.Adam(1e-3, clip_norm=0.05)], ids=["sgd", "adam"])
@pytest.mark.parametrize("width", [30, 110, 400, 600])
def test_clipping_does_not_depend_on_the_stack(width, optimizer):
    net, data = gl.MLP([64, width, 10]), gl.datasets.digits()
    ask = {"optimizer": optimizer, "steps": 4, "batch_size": 100, "record_every": 2}
    stack = gl.train(net, data, seeds=range(3), **ask)
    for chunk in (1, 2):
        np.testing.assert_array_equal(stack.theta, gl.train(net, data, seeds=range(3), chunk=chunk, **ask).theta)
    for row in range(3):
        _same(stack, row, gl.train(net, data, seeds=row, **ask))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("power", [-44, -30, -20, -10, 0, 10, 18, 19, 30, 38, -300, -160, 160, 300])
def test_a_clipped_gradient_has_the_norm_asked_for_however_large_it_was(kind, power):
    size = 10.0**power
    if not float(np.finfo(kind).smallest_subnormal) < size < float(np.finfo(kind).max) / 10:
        pytest.skip(f"no {kind}")
    direction = np.random.default_rng(0).normal(size=9_000)
    gradient = (direction / np.abs(direction).max() * size).astype(kind)
    right = np.linalg.norm(gradient.astype(float) / size) * size
    clip(gradient, 1.0)
    found = (
        np.linalg.norm(gradient.astype(float) / size) * size if right < 1 else np.linalg.norm(gradient.astype(float))
    )
    assert found == pytest.approx(min(right, 1.0), rel=1e-5)


def test_clipping_a_gradient_whose_norm_is_no_number_of_its_type():
    gradient = np.full(9_000, 1.7e308)
    clip(gradient, 1.0)
    assert np.linalg.norm(gradient) == pytest.approx(1.0)


@pytest.mark.parametrize("wrong", [np.inf, -np.inf, np.nan])
def test_clipping_hides_no_divergence(wrong):
    gradient = np.array([1.0, wrong, 2.0])
    with np.errstate(invalid="ignore"):
        clip(gradient, 1.0)
    assert not np.isfinite(gradient).all()


# ---------------------------------------------------------------------------------------------------- small slopes


EVERY = [
    *gl.ACTIVATIONS.values(),
    *(
        part.bind(**{key: 1.5 * value for key, value in part.parameters.items()})
        for part in gl.ACTIVATIONS.values()
        if part.parameters
    ),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", EVERY, ids=repr)
def test_the_trainers_slopes_keep_their_magnitude_wherever_it_can_be_written(part, kind):
    info = np.finfo(kind)
    far = np.geomspace(1e-6, 800 if kind == "float64" else 120, 8_001)
    z = np.concatenate([-far[::-1], far]).astype(kind)
    value, slope = np.empty_like(z), np.empty_like(z)
    with np.errstate(all="ignore"):
        part.kernel()(z, value, slope)
        right = part.derivative(z.astype(float))
        near_root = np.sign(right[2:]) != np.sign(right[:-2])  # there a slope is the difference of two numbers
        large = np.abs(right) >= info.tiny
        wrong = np.abs(slope - right) / np.where(large, np.abs(right), 1)
    room = 3e-4 if kind == "float32" else 1e-8
    sure = large & (np.abs(right) < info.max) & ~np.pad(near_root, 1)
    steep = np.abs(np.gradient(right, z.astype(float))) * np.abs(z) * info.eps / np.where(large, np.abs(right), 1)
    assert (wrong[sure] <= room + 8 * steep[sure]).all(), (z[sure][np.argmax(wrong[sure])], wrong[sure].max())


@pytest.mark.parametrize("bias", [17.0, 40.0, 80.0, -17.0, -40.0, -80.0])
@pytest.mark.parametrize(("activation", "factor"), [("sigmoid", 1.0), ("tanh", 2.0)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_saturated_unit_is_not_a_dead_one(bias, activation, factor, kind):
    """σ′(b) = e^−|b| to 8 digits there, and tanh′(b/2) = 4σ′(b)."""
    net = gl.MLP([1, 1, 1], activation)
    theta = np.array([[0.0, bias / factor, 1.0, 0.0]], kind)
    data = gl.Data([[1.0]], [5.0])
    run = gl.probe(net, data, loss="squared_error", dtype=kind, theta=theta)
    assert run.dead_fraction[0, 0, 0] == 0
    assert run.saturated_fraction[0, 0, 0] == 1
    _, gradient = net.loss_and_gradient(theta, data, loss="squared_error")
    output = getattr(gl, activation)(bias / factor)
    wanted = 2 * (output - 5) * np.exp(-abs(bias)) * factor**2
    assert gradient[0, 1] == pytest.approx(wanted, rel=1e-3 if kind == "float32" else 1e-6)


# ---------------------------------------------------------------------------------------------------- records


@pytest.mark.parametrize(("kind", "depth"), [("float32", 40), ("float64", 300)])
def test_gradients_that_vanish_are_recorded_as_long_as_they_can_be_written(kind, depth):
    net, data = (
        gl.MLP([8, *[8] * depth, 2], "sigmoid", init="glorot_normal"),
        gl.Data(np.random.default_rng(0).normal(size=(20, 8)), [0, 1] * 10),
    )
    theta = net.initialize(range(3), dtype=kind)
    run = gl.probe(net, data, seeds=range(3), dtype=kind, theta=theta)
    _, gradient = net.loss_and_gradient(theta, data)
    for layer, block in enumerate(net.blocks(gradient)):
        wide = block[:, :-1].astype(float).reshape(3, -1)
        largest = np.abs(wide).max(1)
        right = np.array(
            [np.linalg.norm(row / top) * top if top else 0.0 for row, top in zip(wide, largest, strict=True)]
        )
        np.testing.assert_allclose(run.gradient_norm[0, :, layer], right, rtol=1e-4)
    assert (run.gradient_norm[0, :, 0] > 0).all()
    assert run.gradient_norm[0].min() < (1e-22 if kind == "float32" else 1e-160)  # the squares are 0


@given(power=st.integers(-1000, 1000), seed=st.integers(0, 99))
def test_a_norm_scales_as_its_numbers_do(power, seed):
    numbers = np.random.default_rng(seed).normal(size=(2, 7, 5))
    scaled = np.ldexp(numbers, power)
    (found,) = Norms([scaled])().T
    np.testing.assert_allclose(np.ldexp(found, -power), np.sqrt((numbers**2).sum((1, 2))), rtol=1e-12)


@given(power=st.integers(-110, 110), seed=st.integers(0, 99))
def test_a_norm_scales_in_float32_too(power, seed):
    numbers = np.random.default_rng(seed).normal(size=(2, 7, 5)).astype("float32")
    (found,) = Norms([np.ldexp(numbers, power)])().T
    np.testing.assert_allclose(np.ldexp(found, -power), np.sqrt((numbers.astype(float) ** 2).sum((1, 2))), rtol=1e-5)


def test_norms_tell_zero_and_what_is_not_finite():
    rows = np.array([[0.0, 0.0], [np.inf, 1.0], [np.nan, 1.0], [5e-324, 0.0], [1.7e308, 1.7e308]])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(Norms([rows])()[:, 0], [0, np.inf, np.nan, 5e-324, np.inf])


@pytest.mark.parametrize(
    ("kind", "powers"), [("float32", (-36, -25, -12, 0, 12, 25, 36)), ("float64", (-300, -160, 0, 160, 300))]
)
def test_mean_and_deviation_of_activations_scale_as_the_inputs_do(kind, powers):
    net, x = gl.MLP([4, 300, 3], "identity"), np.random.default_rng(0).normal(1, 1, size=(50, 4))
    theta, found = net.initialize(range(2), dtype=kind), []
    for power in powers:
        trace = net.forward(theta, x * 10.0**power)
        found.append([gl.STATISTICS[name](trace) / 10.0**power for name in ("activation_mean", "activation_std")])
    for one in found:
        np.testing.assert_allclose(one, found[len(powers) // 2], rtol=1e-4)


# ---------------------------------------------------------------------------------------------------- memory


@pytest.mark.parametrize("batch_size", [64, None])
def test_memory_is_that_of_parameters_and_one_batch(batch_size):
    net, seeds = gl.MLP([16] * 300 + [4]), 8
    x = np.random.default_rng(0).normal(size=(400, 16))
    data = gl.Data(x, np.arange(400) % 4)
    gl.train(net, data, steps=1, batch_size=batch_size)  # what is made once is made
    tracemalloc.start()
    run = gl.train(net, data, optimizer=gl.Adam(), steps=3, batch_size=batch_size, seeds=range(seeds), record_every=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    state = run.theta.nbytes + sum(slot.nbytes for slot in run.slots)
    together = 1 if batch_size is None else 2  # seeds of which z, value, slope and δ are there at a time
    activations = 4 * sum(net.sizes) * (batch_size or 400) * 8 * together
    records = sum(getattr(run, name).nbytes for name in ("loss", "accuracy", *STATISTICS))
    assert peak < 1.5 * (state + activations + records) + 1e6


def test_memory_grows_as_the_depth_does():
    peaks = []
    data = gl.Data(np.random.default_rng(0).normal(size=(64, 8)), np.arange(64) % 2)
    for depth in (100, 400):
        tracemalloc.start()
        gl.train(gl.MLP([8] * depth + [2]), data, steps=2, batch_size=32, seeds=range(4), record_every=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 5 * peaks[0]
