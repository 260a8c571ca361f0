"""Training: a pure function, the same for a stack of seeds as for each seed alone, and never cut in half."""

import dataclasses
import itertools
import os
import pickle
import signal
import sys
import threading
import time
import tracemalloc
import types
import warnings
from dataclasses import dataclass

import numpy as np
import pytest

import gradlab as gl
from gradlab.training import STATISTICS, InterruptionWarning, _loop, _plan, _progress, _record
from gradlab.training._loop import Orders


def order_of(seed, samples, batch):
    """The order of one seed alone."""
    orders = Orders((seed,), samples, batch)
    return lambda step: orders(step)[0].copy()


RECORDED = ("loss", "accuracy", *STATISTICS)
OPTIMIZERS = [gl.SGD(0.1), gl.SGD(0.05, momentum=0.9, nesterov=True), gl.Adam(0.01)]


def _same(one, other, rows=slice(None), *, exact=True, rtol=0.0):
    """Compare two histories, the second one's seeds being those rows of the first."""
    np.testing.assert_array_equal(one.step, other.step)
    pairs = [(getattr(one, name)[:, rows], getattr(other, name), name) for name in RECORDED]
    pairs += [(one.theta[rows], other.theta, "theta")]
    pairs += [(a[rows], b, "slots") for a, b in zip(one.slots, other.slots, strict=True)]
    for found, expected, name in pairs:
        if exact:
            np.testing.assert_array_equal(found, expected, err_msg=name)
        else:
            np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol / 10, err_msg=name)


# ---------------------------------------------------------------------------------------------------- a stack of seeds


@pytest.mark.parametrize("batch_size", [None, 8], ids=["full batch", "mini-batch"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_stack_of_seeds_equals_each_seed_alone(batch_size, optimizer, dtype, blobs):
    net, data = gl.MLP([3, 7, 6, 3], activation="tanh"), blobs(32)
    ask = {"optimizer": optimizer, "steps": 23, "batch_size": batch_size, "record_every": 5, "dtype": dtype}
    stack = gl.train(net, data, seeds=range(20), **ask)
    assert stack.theta.dtype == dtype
    assert len({row.tobytes() for row in stack.theta}) == 20
    for seed in range(20):
        alone = gl.train(net, data, seeds=seed, **ask)
        _same(stack, alone, slice(seed, seed + 1), exact=False, rtol=1e-12 if dtype == "float64" else 1e-4)


@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_a_stack_equals_each_alone_for_every_activation(activation, blobs):
    net, data = gl.MLP([3, 5, 3], activation=activation), blobs(12)
    stack = gl.train(net, data, steps=8, batch_size=5, seeds=range(3))
    for seed in range(3):
        alone = gl.train(net, data, steps=8, batch_size=5, seeds=seed)
        _same(stack, alone, slice(seed, seed + 1), exact=False, rtol=1e-12)


@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 5, 6, 7, 50])
@pytest.mark.parametrize("batch_size", [None, 8], ids=["full batch", "mini-batch"])
@pytest.mark.parametrize("monitored", [False, True])
def test_the_chunk_changes_nothing(chunk, batch_size, monitored, blobs):
    net, data = gl.MLP([3, 6, 3]), blobs(24)
    ask = {
        "steps": 17,
        "batch_size": batch_size,
        "seeds": (4, 0, 9, 2, 11, 7),
        "optimizer": gl.Adam(0.02),
        "monitor": blobs(10, seed=5) if monitored else None,
    }
    _same(gl.train(net, data, **ask), gl.train(net, data, chunk=chunk, **ask), exact=False, rtol=1e-12)


def test_a_large_stack_is_cut_into_chunks_of_its_own_accord(blobs, monkeypatch):
    net, data, made = gl.MLP([3, 6, 3]), blobs(24), []

    class Counted(_loop.Chunk):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            made.append(len(self.seeds))

    monkeypatch.setattr(_loop, "Chunk", Counted)
    whole = gl.train(net, data, steps=5, seeds=range(7))
    assert made == [7]
    monkeypatch.setattr(_plan, "CHUNK_BYTES", 3 * 24 * 12 * 4 * 8)
    cut = gl.train(net, data, steps=5, seeds=range(7))
    assert made == [7, 3, 3, 1]
    _same(whole, cut, exact=False, rtol=1e-12)


def test_the_optimisers_blocks_change_nothing(blobs, monkeypatch):
    net, data = gl.MLP([3, 6, 3]), blobs(24)
    whole = gl.train(net, data, steps=9, seeds=range(3))
    monkeypatch.setattr(_loop, "BLOCK", 7)
    _same(whole, gl.train(net, data, steps=9, seeds=range(3)))


def test_the_order_of_seeds_is_the_order_of_rows(blobs):
    net, data = gl.MLP([3, 4, 3]), blobs()
    run = gl.train(net, data, steps=4, seeds=(5, 2))
    assert run.seeds == (5, 2)
    _same(run, gl.train(net, data, steps=4, seeds=2), slice(1, 2), exact=False, rtol=1e-12)


def test_the_function_is_pure(blobs):
    net, data, theta = gl.MLP([3, 4, 3]), blobs(), gl.MLP([3, 4, 3]).initialize(range(2))
    kept = theta.copy()
    ask = {"steps": 12, "batch_size": 7, "seeds": range(2), "theta": theta}
    one, other = gl.train(net, data, **ask), gl.train(net, data, **ask)
    _same(one, other)
    assert not np.shares_memory(one.theta, theta)
    np.testing.assert_array_equal(theta, kept)
    _same(one, gl.train(net, data, **{**ask, "theta": np.asfortranarray(theta)}))


def test_nothing_draws_from_the_global_generators(blobs):
    def state():
        return [part.tolist() if isinstance(part, np.ndarray) else part for part in np.random.get_state()]  # noqa: NPY002

    before = state()
    for make in gl.DATASETS.values():
        make()
    for init in gl.INITIALIZERS.values():
        init(3, 4, seed=0)
    gl.datasets.xor().split(0.5, seed=0)
    run = gl.train(gl.MLP([3, 4, 3]), blobs(), steps=5, batch_size=4, seeds=range(3))
    gl.train(run.net, blobs(), steps=5, batch_size=4, resume=run)
    gl.probe(run.net, blobs(), seeds=range(3))
    gl.testing.check_gradient(run.net, blobs())
    assert state() == before


def test_the_global_generators_decide_nothing(blobs):
    def run():
        return gl.train(gl.MLP([3, 4, 3]), blobs(), steps=5, batch_size=4, seeds=range(3))

    one, kept = run(), np.random.get_state()  # noqa: NPY002
    try:
        np.random.seed(12345)  # noqa: NPY002
        _same(one, run())
    finally:
        np.random.set_state(kept)  # noqa: NPY002


# ---------------------------------------------------------------------------------------------------- the plain loop


@pytest.mark.parametrize("loss", gl.LOSSES)
@pytest.mark.parametrize("batch_size", [None, 4])
def test_training_is_the_loop_one_would_write(loss, batch_size, blobs):
    data = blobs(15, classes=2)
    net = gl.MLP([3, 5, 1 if loss == "binary_cross_entropy" else 2], activation="tanh")
    run = gl.train(
        net, data, loss=loss, optimizer=gl.SGD(0.2), steps=11, record_every=1, batch_size=batch_size, seeds=6
    )
    theta, order = net.initialize(6), order_of(6, 15, batch_size or 15)
    for step in range(12):
        seen = order(step) if batch_size else np.arange(15)
        value, gradient = net.loss_and_gradient(theta, gl.Data(data.x[seen], data.y[seen]), loss=loss)
        assert run.loss[step, 0] == pytest.approx(value[0], rel=1e-9)
        if step < 11:
            theta -= 0.2 * gradient
    np.testing.assert_allclose(run.theta, theta, rtol=1e-9)
    assert run.loss[-1] < run.loss[0] or batch_size


def test_a_small_network_learns_xor():
    run = gl.train(
        gl.MLP([2, 8, 2], activation="tanh"), gl.datasets.xor(), optimizer=gl.Adam(0.05), steps=200, seeds=range(20)
    )
    np.testing.assert_array_equal(run.accuracy[-1], 1)
    np.testing.assert_array_equal(run.score(gl.datasets.xor()), 1)
    np.testing.assert_array_equal(run.predict(gl.datasets.xor().x), [gl.datasets.xor().y] * 20)


def test_float32_follows_float64(blobs):
    net, data = gl.MLP([3, 6, 3], activation="tanh"), blobs()
    one, other = (gl.train(net, data, steps=20, dtype=dtype, seeds=range(3)) for dtype in ("float32", "float64"))
    np.testing.assert_allclose(one.loss, other.loss, rtol=1e-4)
    assert (one.loss != other.loss).any()


def test_loss_and_optimiser_may_be_given_by_name_by_class_or_as_they_are(blobs):
    net, data = gl.MLP([3, 3]), blobs()
    one = gl.train(net, data, steps=3)
    for loss in ("cross_entropy", gl.LOSSES["cross_entropy"]):
        for optimizer in ("adam", gl.Adam, gl.Adam(1e-3)):
            _same(one, gl.train(net, data, steps=3, loss=loss, optimizer=optimizer))


# ---------------------------------------------------------------------------------------------------- batches


@pytest.mark.parametrize(("samples", "batch"), [(12, 4), (13, 4), (12, 12), (7, 1), (5000, 1000), (30, 7)])
def test_every_sample_is_visited_at_most_once_an_epoch_and_once_where_batches_fit(samples, batch):
    order, per_epoch = order_of(3, samples, batch), samples // batch
    for epoch in range(5):
        seen = np.concatenate([order(epoch * per_epoch + place) for place in range(per_epoch)])
        assert len(seen) == per_epoch * batch
        assert len(set(seen)) == len(seen)
        if samples % batch == 0:
            assert sorted(seen) == list(range(samples))


def test_epochs_and_seeds_have_orders_of_their_own():
    orders = [[tuple(order_of(seed, 20, 20)(epoch)) for epoch in range(300)] for seed in range(3)]
    assert len({order for seed in orders for order in seed}) == 900


def test_an_order_depends_on_the_seed_and_the_step_alone():
    forward = order_of(5, 10, 3)
    expected = [forward(step).copy() for step in range(2000)]
    for step in (1999, 3, 1500, 0, 1499):
        np.testing.assert_array_equal(order_of(5, 10, 3)(step), expected[step])
    backward = order_of(5, 10, 3)
    assert all((backward(step) == expected[step]).all() for step in reversed(range(0, 2000, 50)))


def test_all_samples_come_first_as_often_as_each_other():
    order = order_of(0, 6, 6)
    counts = np.bincount([order(epoch)[0] for epoch in range(3000)], minlength=6)
    assert np.abs(counts - 500).max() < 100


def test_inputs_and_targets_of_a_batch_belong_together():
    """A net with one weight a sample learns each sample's own target from mini-batches, and none of the others'."""
    data = gl.Data(np.eye(6), np.arange(6.0))
    run = gl.train(
        gl.MLP([6, 1], init="zeros"),
        data,
        loss="squared_error",
        optimizer=gl.SGD(0.1),
        steps=600,
        batch_size=2,
        seeds=range(2),
    )
    np.testing.assert_allclose(run.predict(data.x)[..., 0], [data.y, data.y], atol=1e-3)


# ---------------------------------------------------------------------------------------------------- records


@pytest.mark.parametrize(
    ("steps", "every", "expected"),
    [
        (30, 10, [0, 10, 20, 30]),
        (25, 10, [0, 10, 20, 25]),
        (3, 10, [0, 3]),
        (0, 10, [0]),
        (4, 1, [0, 1, 2, 3, 4]),
        (10, 10, [0, 10]),
    ],
)
@pytest.mark.parametrize("monitored", [False, True])
def test_records_are_taken_at_zero_every_so_many_steps_and_last(steps, every, expected, monitored, blobs):
    monitor = blobs(5) if monitored else None
    run = gl.train(gl.MLP([3, 4, 3]), blobs(), steps=steps, record_every=every, monitor=monitor)
    np.testing.assert_array_equal(run.step, expected)
    assert run.step.dtype.kind == "i"
    for name in RECORDED:
        assert np.isfinite(getattr(run, name)).all()
        assert len(getattr(run, name)) == len(expected)


def test_a_record_does_not_depend_on_how_many_there_are(blobs):
    net, data = gl.MLP([3, 4, 3]), blobs()
    ask = {"steps": 40, "batch_size": 6, "seeds": range(2)}
    fine, coarse = gl.train(net, data, record_every=1, **ask), gl.train(net, data, record_every=8, **ask)
    np.testing.assert_array_equal(fine.theta, coarse.theta)
    for name in RECORDED:
        np.testing.assert_array_equal(getattr(fine, name)[coarse.step], getattr(coarse, name))


@pytest.mark.parametrize("batch_size", [None, 8])
def test_a_monitor_does_not_change_training(batch_size, blobs):
    net, data = gl.MLP([3, 4, 3]), blobs()
    ask = {"steps": 21, "batch_size": batch_size, "seeds": range(3), "optimizer": gl.SGD(0.1, momentum=0.9)}
    one = gl.train(net, data, **ask)
    watched = gl.train(net, data, monitor=blobs(50, seed=9), **ask)
    np.testing.assert_array_equal(one.theta, watched.theta)
    for a, b in zip(one.slots, watched.slots, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (one.loss != watched.loss).all()


def test_a_monitors_records_are_probes_of_the_monitor(blobs):
    net, data, monitor = gl.MLP([3, 4, 3]), blobs(), blobs(17, seed=9)
    run = gl.train(net, data, monitor=monitor, steps=20, batch_size=8, seeds=range(2))
    for index, theta in ((0, net.initialize(range(2))), (-1, run.theta)):
        looked = gl.probe(net, monitor, seeds=range(2), theta=theta)
        for name in RECORDED:
            np.testing.assert_allclose(getattr(run, name)[index], getattr(looked, name)[0], rtol=1e-12, err_msg=name)


def test_a_probe_is_training_without_a_step(blobs):
    net, data = gl.MLP([3, 4, 3]), blobs()
    _same(gl.probe(net, data, seeds=range(3)), gl.train(net, data, steps=0, seeds=range(3), optimizer="sgd"))
    theta = net.initialize(range(2)) + 1
    run = gl.probe(net, data, seeds=range(2), theta=theta, dtype="float32")
    np.testing.assert_array_equal(run.theta, theta.astype("float32"))
    np.testing.assert_array_equal(run.step, [0])
    loss, _ = net.loss_and_gradient(theta, data)
    np.testing.assert_allclose(run.loss[0], loss, rtol=1e-5)


def test_a_probe_of_twenty_seeds_of_a_deep_net_takes_no_more_than_seconds():
    """No absolute time: no slower than a hundred plain passes of one seed through the same net."""
    net, data = gl.MLP([64, *[32] * 29, 10], activation="sigmoid"), gl.datasets.digits()
    x, weights = data.x, [np.ones((a, b)) for a, b in zip(net.sizes[:-1], net.sizes[1:], strict=True)]
    began = time.perf_counter()
    h = x
    for matrix in weights:
        h = 1 / (1 + np.exp(-(h @ matrix)))
    unit = time.perf_counter() - began
    began = time.perf_counter()
    run = gl.probe(net, data, seeds=range(20))
    assert time.perf_counter() - began < 20 * 100 * unit
    assert (run.gradient_norm[0, :, 0] < 1e-10 * run.gradient_norm[0, :, -1]).all()


# ---------------------------------------------------------------------------------------------------- resuming


@pytest.mark.parametrize("batch_size", [None, 8], ids=["full batch", "mini-batch"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("parts", [(300, 200), (303, 197), (0, 500), (123, 0, 377)], ids=str)
@pytest.mark.parametrize("monitored", [False, True])
def test_a_resumed_run_is_an_unbroken_one(batch_size, optimizer, parts, monitored, blobs):
    net, data = gl.MLP([3, 4, 3], activation="tanh"), blobs(20)
    ask = {
        "optimizer": optimizer,
        "batch_size": batch_size,
        "record_every": 10,
        "monitor": blobs(6, seed=3) if monitored else None,
    }
    whole = gl.train(net, data, steps=500, seeds=(2, 5), **ask)
    run = gl.train(net, data, steps=parts[0], seeds=(2, 5), **ask)
    kept = pickle.dumps(run)
    first = run
    for steps in parts[1:]:
        run = gl.train(net, data, steps=steps, resume=run, **ask)
    _same(run, whole)
    assert run.seeds == (2, 5)
    assert pickle.dumps(first) == kept, "resuming changed the earlier history"


def test_a_resumed_run_keeps_its_last_record_where_the_new_spacing_has_it(blobs):
    net, data = gl.MLP([3, 3]), blobs()
    first = gl.train(net, data, steps=15, record_every=10)
    np.testing.assert_array_equal(gl.train(net, data, steps=5, record_every=5, resume=first).step, [0, 10, 15, 20])
    np.testing.assert_array_equal(gl.train(net, data, steps=5, record_every=10, resume=first).step, [0, 10, 20])


def test_slices_that_are_recorded_at_their_ends_lose_no_record(blobs):
    net, data = gl.MLP([3, 3]), blobs()
    run, ends = None, [0, 7, 18, 20, 51]
    for before, end in itertools.pairwise(ends):
        run = gl.train(net, data, steps=end - before, record_every=end - before, resume=run)
    assert set(ends) <= set(run.step)
    whole = gl.train(net, data, steps=51, record_every=1)
    np.testing.assert_array_equal(run.loss, whole.loss[run.step])


def test_a_seed_that_met_its_target_at_a_record_that_stays_goes_on_no_further(blobs):
    net, data, ask = gl.MLP([3, 3]), blobs(), {"target_loss": 100.0}
    run = gl.train(net, data, steps=7, record_every=7, **ask)
    again = gl.train(net, data, steps=7, record_every=5, resume=run, **ask)
    np.testing.assert_array_equal(again.stopped, run.stopped)
    np.testing.assert_array_equal(again.theta, run.theta)


@dataclasses.dataclass(frozen=True)
class _Two(gl.schedules.Schedule):
    """One rate, and from a step on another."""

    first: float = 0.1
    then: float = 0.01
    at: int = 20

    def __call__(self, step):
        return self.first if step < self.at else self.then


KINDS = [
    gl.SGD(0.1),
    gl.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    gl.RMSprop(0.1),
    gl.Adagrad(0.1),
    gl.Adam(0.1),
    gl.AdamW(0.1, clip_norm=0.5),
]


@pytest.mark.parametrize("batch_size", [None, 8], ids=["full batch", "mini-batch"])
@pytest.mark.parametrize("optimizer", KINDS, ids=repr)
def test_another_rate_on_the_way_is_one_run_with_two_rates(optimizer, batch_size, blobs, tmp_path):
    net, data = gl.MLP([3, 4, 3], activation="tanh"), blobs(20)
    ask = {"batch_size": batch_size, "seeds": (2, 5)}
    whole = gl.train(net, data, steps=50, optimizer=dataclasses.replace(optimizer, learning_rate=_Two()), **ask)
    first = gl.train(net, data, steps=20, optimizer=optimizer, **ask)
    kept = pickle.dumps(first)
    slower = dataclasses.replace(optimizer, learning_rate=0.01)
    for before in (first, gl.History.load(first.save(tmp_path / "run"))):
        run = gl.train(net, data, steps=30, optimizer=slower, resume=before.with_optimizer(slower), **ask)
        _same(run, whole)
        assert (run.optimizer, run.optimizer_since) == (slower, 0)
    assert pickle.dumps(first) == kept, "the earlier history was changed"
    # a schedule counts on
    late = dataclasses.replace(optimizer, learning_rate=_Two(1.0, 0.01, 20))
    _same(gl.train(net, data, steps=30, optimizer=late, resume=first.with_optimizer(late), **ask), whole)


@pytest.mark.parametrize("new", [*KINDS, gl.Adam(gl.schedules.Cosine(0.1, 30))], ids=repr)
@pytest.mark.parametrize("old", KINDS, ids=repr)
def test_another_kind_of_optimizer_begins_as_at_the_start_of_a_run(old, new, blobs, tmp_path):
    net, data = gl.MLP([3, 4, 3], activation="tanh"), blobs(20)
    first = gl.train(net, data, steps=20, optimizer=old, seeds=(2, 5))
    if type(old) is type(new) and old.slots == new.slots:
        return
    run = first
    for steps in (12, 18):  # it goes on, from a file too, as it began
        run = run.with_optimizer(new) if run is first else gl.History.load(run.save(tmp_path / "run"))
        run = gl.train(net, data, steps=steps, optimizer=new, resume=run)
    alone = gl.train(net, data, steps=30, optimizer=new, seeds=(2, 5), theta=first.theta)
    np.testing.assert_array_equal(run.theta, alone.theta)
    np.testing.assert_array_equal(run.loss[-3:], alone.loss[-3:])
    np.testing.assert_array_equal(run.step, range(0, 51, 10))
    assert run.optimizer_since == 20


def test_other_betas_leave_the_moments_of_adam_what_they_were(blobs):
    net, data = gl.MLP([3, 4, 3], activation="tanh"), blobs(20)
    old, new = gl.Adam(0.05), gl.Adam(0.05, beta1=0.5, beta2=0.9)
    run = gl.train(net, data, steps=10, optimizer=old)
    after = run.with_optimizer(new)
    for slot, kept, one, other in zip(run.slots, after.slots, (0.9, 0.999), (0.5, 0.9), strict=True):
        np.testing.assert_allclose(slot * (1 - one), kept * (1 - other), rtol=1e-12)
    # one step as the paper prints it
    gradient = run.theta - gl.train(net, data, steps=1, optimizer=gl.SGD(1.0), theta=run.theta).theta
    mean = 0.5 * run.slots[0] * (1 - 0.9) + 0.5 * gradient
    square = 0.9 * run.slots[1] * (1 - 0.999) + 0.1 * gradient**2
    step = 0.05 * mean / (1 - 0.5**11) / (np.sqrt(square / (1 - 0.9**11)) + 1e-8)
    moved = gl.train(net, data, steps=1, optimizer=new, resume=after).theta
    np.testing.assert_allclose(run.theta - moved, step, rtol=1e-6, atol=1e-12)


def test_with_optimizer_takes_what_train_takes_and_refuses_the_rest(blobs):
    run = gl.train(gl.MLP([3, 3]), blobs(), steps=5)
    assert run.with_optimizer("sgd").optimizer == run.with_optimizer(gl.SGD).optimizer == gl.SGD()
    assert run.with_optimizer(run.optimizer).optimizer_since == 0
    with pytest.raises(ValueError, match="adamm"):
        run.with_optimizer("adamm")
    with pytest.raises(TypeError, match="optimizer"):
        run.with_optimizer(0.1)
    with pytest.raises(ValueError, match="with_optimizer"):
        gl.train(run.net, blobs(), optimizer=gl.Adam(0.1), resume=run)


def test_a_resumed_run_keeps_its_kind_or_says_that_it_cannot(blobs):
    """Going on "exactly as if it had never stopped" without repeating dtype must not become another run in silence."""
    net, data = gl.MLP([3, 4, 3]), blobs()
    whole = gl.train(net, data, steps=40, dtype="float32")
    first = gl.train(net, data, steps=20, dtype="float32")
    _same(gl.train(net, data, steps=20, dtype="float32", resume=first), whole)
    try:
        second = gl.train(net, data, steps=20, resume=first)
    except ValueError as error:
        assert "dtype" in str(error)  # noqa: PT017
    else:
        _same(second, whole)


# ---------------------------------------------------------------------------------------------------- divergence


@pytest.mark.parametrize("batch_size", [None, 6])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_one_seed_diverges_with_one_warning_and_its_neighbours_are_untouched(batch_size, dtype, activation, blobs):
    net, data = gl.MLP([3, 4, 2], activation=activation), blobs(12, outputs=2)
    theta = net.initialize(range(5))
    theta[2] *= 1e6
    for weights, biases in net.layers(theta):  # also where the activation is bounded, the last layer is not
        biases[2] = 1e30 if dtype == "float32" else 1e200
        del weights
    ask = {"loss": "squared_error", "optimizer": gl.SGD(0.05), "steps": 30, "batch_size": batch_size, "dtype": dtype}
    with pytest.warns(gl.DivergenceWarning) as caught:
        run = gl.train(net, data, seeds=range(5), theta=theta, **ask)
    assert len(caught) == 1
    said = str(caught[0].message)
    assert said.startswith("1 of 5 seeds diverged")
    assert "seeds 2;" in said
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(run.diverged, [False, False, True, False, False])
    for seed in (0, 1, 3, 4):
        alone = gl.train(net, data, seeds=seed, theta=theta[seed : seed + 1], **ask)
        _same(run, alone, slice(seed, seed + 1), exact=False, rtol=1e-12 if dtype == "float64" else 1e-4)
    # it goes on with the same warning, not with a NumPy one
    with pytest.warns(gl.DivergenceWarning) as caught:
        gl.train(net, data, resume=run, **ask)
    assert len(caught) == 1


@pytest.mark.parametrize("loss", gl.LOSSES)
def test_a_diverging_run_ends_with_one_warning_for_every_loss(loss, blobs):
    data = blobs(12, classes=2)
    net = gl.MLP([3, 4, 1 if loss == "binary_cross_entropy" else 2], activation="relu")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run = gl.train(net, data, loss=loss, optimizer=gl.SGD(1e155), steps=40, record_every=1, seeds=range(8))
    assert run.diverged.any()
    assert [warning.category for warning in caught] == [gl.DivergenceWarning]
    first = run.step[~np.isfinite(run.loss).all(1)].min(initial=40)
    assert f"first seen at step {first})" in str(caught[0].message)
    named = [seed for seed in run.seeds if run.diverged[seed]]
    listed = ", ".join(map(str, named[:5])) + (", …" if len(named) > 5 else "")
    assert f"{len(named)} of 8 seeds diverged to inf or nan (seeds {listed};" in str(caught[0].message)
    assert np.isfinite(run.accuracy[0]).all() or loss == "squared_error"


# ---------------------------------------------------------------------------------------------------- interruption


@dataclass(frozen=True)
class Interrupting(gl.SGD):
    """Gradient descent during which somebody presses Ctrl-C, once or more often."""

    at: int = 37
    times: int = 1

    def coefficients(self, step):
        if step == self.at and not self.__dict__.get("pressed"):
            object.__setattr__(self, "pressed", True)
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)
        return super().coefficients(step)


@pytest.mark.parametrize("batch_size", [None, 8])
@pytest.mark.parametrize("chunk", [1, 2, None])
@pytest.mark.parametrize("monitored", [False, True])
@pytest.mark.parametrize("every", [10, 1, 1000])
def test_an_interrupted_run_is_usable_and_goes_on_as_if_it_had_not_been(batch_size, chunk, monitored, every, blobs):
    net, data, before = gl.MLP([3, 4, 3]), blobs(20), signal.getsignal(signal.SIGINT)
    optimizer = Interrupting(0.05, momentum=0.9)
    ask = {
        "optimizer": optimizer,
        "batch_size": batch_size,
        "chunk": chunk,
        "record_every": every,
        "monitor": blobs(6, seed=3) if monitored else None,
    }
    with pytest.warns(InterruptionWarning, match=r"interrupted at step \d+ of 100000: .* `interrupted` is True"):
        run = gl.train(net, data, steps=100_000, seeds=range(3), **ask)
    assert run.interrupted
    assert signal.getsignal(signal.SIGINT) is before
    stopped = int(run.step[-1])
    assert 37 <= stopped < 100_000
    assert list(run.step) == [s for s in range(stopped + 1) if s % every == 0 or s in (0, stopped)]
    for name in RECORDED:
        assert getattr(run, name).shape[:2] == (len(run.step), 3)
        assert np.isfinite(getattr(run, name)).all()
    _same(run, gl.train(net, data, steps=stopped, seeds=range(3), **ask))
    more = gl.train(net, data, steps=50, resume=run, **ask)
    assert not more.interrupted
    _same(more, gl.train(net, data, steps=stopped + 50, seeds=range(3), **ask))


def test_ctrl_c_from_outside_stops_a_run():
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))

    class Timed(gl.SGD):
        def coefficients(self, step):
            if step == 5:  # the run is on its way
                timer.start()
            return super().coefficients(step)

    with pytest.warns(InterruptionWarning):
        run = gl.train(gl.MLP([2, 8, 2]), gl.datasets.moons(), optimizer=Timed(), steps=1_000_000, seeds=range(2))
    timer.join()
    assert 5 <= run.step[-1] < 1_000_000
    assert run.score(gl.datasets.moons()).shape == (2,)


def test_the_second_ctrl_c_interrupts_at_once(blobs):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        gl.train(gl.MLP([3, 3]), blobs(), optimizer=Interrupting(0.05, times=2), steps=1_000_000)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_readers_handler_comes_back_also_after_an_error(blobs):
    before = signal.getsignal(signal.SIGINT)

    class Broken(gl.SGD):
        def equation(self, *arguments):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        gl.train(gl.MLP([3, 3]), blobs(), optimizer=Broken())
    assert signal.getsignal(signal.SIGINT) is before


def test_a_run_in_a_thread_is_a_run(blobs):
    net, data, runs = gl.MLP([3, 4, 3]), blobs(), []
    thread = threading.Thread(target=lambda: runs.append(gl.train(net, data, steps=9)))
    thread.start()
    thread.join()
    _same(runs[0], gl.train(net, data, steps=9))


def test_a_run_without_signals_is_a_run(blobs, monkeypatch):
    def refuse(*arguments):
        raise ValueError("no signals here")

    expected = gl.train(gl.MLP([3, 3]), blobs(), steps=9)
    monkeypatch.setattr(_progress.signal, "signal", refuse)
    _same(gl.train(gl.MLP([3, 3]), blobs(), steps=9), expected)


# ---------------------------------------------------------------------------------------------------- progress


class Bar:
    """Stands in for tqdm."""

    made = []

    def __init__(self, total, unit):
        self.total, self.unit, self.steps, self.open = total, unit, 0, True
        Bar.made.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.open = False

    def update(self, steps):
        self.steps += steps


def test_progress_is_shown_where_tqdm_is_installed(blobs, monkeypatch):
    Bar.made = []
    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", types.SimpleNamespace(tqdm=Bar))
    expected = gl.train(gl.MLP([3, 3]), blobs(), steps=30)
    assert Bar.made == []
    _same(gl.train(gl.MLP([3, 3]), blobs(), steps=30, progress=True), expected)
    (bar,) = Bar.made
    assert (bar.total, bar.steps, bar.open, bar.unit) == (30, 30, False, "step")


def test_progress_goes_without_where_tqdm_is_missing(blobs, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    run = gl.train(gl.MLP([3, 3]), blobs(), steps=30, progress=True)
    _same(run, gl.train(gl.MLP([3, 3]), blobs(), steps=30))
    assert capsys.readouterr() == ("", "")


# ---------------------------------------------------------------------------------------------------- bad input

NET, XOR = gl.MLP([2, 3, 2]), gl.datasets.xor()
RUN = gl.train(NET, XOR, steps=2, seeds=(1, 2))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"net": [2, 3, 2]}, TypeError, ["net", "gradlab.MLP", "list"]),
        ({"data": XOR.x}, TypeError, ["data", "Data(x, y)", "ndarray"]),
        ({"data": (XOR.x, XOR.y)}, TypeError, ["data", "Data(x, y)", "tuple"]),
        ({"monitor": XOR.x}, TypeError, ["monitor", "Data(x, y)", "ndarray"]),
        ({"net": gl.MLP([3, 2])}, ValueError, ["x", "(samples, 3)", "(4, 2)"]),
        ({"net": gl.MLP([2, 1])}, ValueError, ["cross_entropy", "at least 2 outputs"]),
        ({"data": gl.Data(XOR.x, [0, 1, 2, 0])}, ValueError, ["a label is 2", "2 outputs", "0 to 1"]),
        ({"data": gl.Data(XOR.x, [0, 1, -1, 0])}, ValueError, ["a label is -1", "0 to 1"]),
        ({"data": gl.Data(XOR.x, [0.0, 1, 1, 0])}, ValueError, ["whole-number labels", "float64"]),
        ({"monitor": gl.Data(XOR.x, [0, 1, 7, 0])}, ValueError, ["a label is 7", "0 to 1"]),
        ({"loss": "cross_entropie"}, ValueError, ["unknown loss 'cross_entropie'", "did you mean 'cross_entropy'"]),
        ({"loss": None}, TypeError, ["loss must be", "None"]),
        ({"loss": "binary_cross_entropy"}, ValueError, ["binary_cross_entropy", "1 output", "not 2"]),
        ({"optimizer": "adamm"}, ValueError, ["unknown optimizer 'adamm'", "did you mean 'adam'"]),
        ({"optimizer": 0.1}, TypeError, ["optimizer", "gl.Adam(1e-3)", "0.1"]),
        ({"optimizer": int}, TypeError, ["optimizer", "gl.Adam(1e-3)", "int"]),
        ({"steps": -1}, ValueError, ["steps", "at least 0", "-1"]),
        ({"steps": 10.0}, TypeError, ["steps", "whole number", "10.0"]),
        ({"steps": None}, TypeError, ["steps", "whole number", "None"]),
        ({"steps": True}, TypeError, ["steps", "whole number", "True"]),
        ({"batch_size": 0}, ValueError, ["batch_size", "at least 1", "not 0"]),
        ({"batch_size": 5}, ValueError, ["batch_size", "4", "not 5", "None takes all"]),
        ({"batch_size": "all"}, TypeError, ["batch_size", "whole number", "'all'"]),
        ({"record_every": 0}, ValueError, ["record_every", "at least 1", "not 0"]),
        ({"record_every": 0.5}, TypeError, ["record_every", "whole number", "0.5"]),
        ({"seeds": []}, ValueError, ["seeds", "at least one", "empty"]),
        ({"seeds": (3, 3)}, ValueError, ["seeds", "differ", "3 stands"]),
        ({"seeds": -2}, ValueError, ["seed", "at least 0", "-2"]),
        ({"seeds": "0"}, TypeError, ["seed", "whole number", "'0'"]),
        ({"seeds": [0.5]}, TypeError, ["seed", "whole number", "0.5"]),
        ({"dtype": "float16"}, ValueError, ["dtype", "'float32' or 'float64'", "'float16'"]),
        ({"dtype": "flaot32"}, ValueError, ["dtype", "'float32' or 'float64'", "'flaot32'"]),
        ({"dtype": 64}, ValueError, ["dtype", "'float32' or 'float64'", "64"]),
        ({"chunk": 0}, ValueError, ["chunk", "at least 1", "not 0"]),
        ({"theta": np.zeros((1, 5))}, ValueError, ["theta", "(1, 17)", "(1, 5)"]),
        ({"theta": np.zeros(17)}, ValueError, ["theta", "(1, 17)", "(17,)"]),
        ({"theta": "zeros"}, (TypeError, ValueError), ["theta", "'zeros'"]),
        ({"theta": RUN.theta, "resume": RUN}, ValueError, ["theta", "resume", "not both"]),
        ({"resume": RUN.theta}, TypeError, ["resume", "History", "ndarray"]),
        ({"resume": RUN, "net": gl.MLP([2, 4, 2])}, ValueError, ["resume", "net", "MLP([2, 3, 2]", "MLP([2, 4, 2]"]),
        ({"resume": RUN, "loss": "squared_error"}, ValueError, ["resume", "loss", "cross_entropy", "squared_error"]),
        ({"resume": RUN, "optimizer": "sgd"}, ValueError, ["resume", "optimizer", "Adam", "SGD"]),
        ({"resume": RUN, "seeds": range(2)}, ValueError, ["resume", "seeds", "(1, 2)", "(0, 1)"]),
        ({"data": gl.Data(XOR.x * 1e300, XOR.y), "dtype": "float32"}, ValueError, ["data", "too large", "float32"]),
        (
            {"data": gl.Data(XOR.x, [[1e300, 0]] * 4), "dtype": "float32", "loss": "squared_error"},
            ValueError,
            ["data", "too large", "float32"],
        ),
    ],
    ids=lambda given: f"{given!s:.50}",
)
def test_bad_input_gets_a_sentence(change, error, words):
    arguments = {"net": NET, "data": XOR, "steps": 1, **change}
    with pytest.raises(error) as caught:
        gl.train(arguments.pop("net"), arguments.pop("data"), **arguments)
    for word in words:
        assert word in str(caught.value)


@pytest.fixture(params=[1 << 16, _record.WAITING], ids=["filled more than once", "room for all"])
def room(request, monkeypatch):
    """Bytes for passes whose records wait."""
    monkeypatch.setattr(_record, "WAITING", request.param)


@pytest.mark.parametrize("records", [1, 2, 7, 60])
@pytest.mark.parametrize(
    "kind",
    [
        {"activation": "tanh"},
        {"activation": "rrelu"},
        {"activation": "prelu", "residual": True},
        {"activation": "relu", "normalize": "batch"},
        {"activation": "gelu", "normalize": "layer", "residual": True},
    ],
    ids=lambda kind: "-".join(map(str, kind.values())),
)
@pytest.mark.parametrize("way", ["batch", "whole", "monitor"])
@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.usefixtures("room")
def test_records_that_wait_for_each_other_are_those_taken_at_once(records, kind, way, seeds):
    """Small networks take several records together, larger ones and those with a target one by one: the same numbers."""
    data = gl.datasets.moons(48, seed=1)
    net = gl.MLP([2, 6, 6, 5, 2], **kind)
    options = {"steps": 3 * (records - 1) if records > 1 else 2, "record_every": 3, "seeds": range(seeds)}
    options["optimizer"] = gl.SGD(0.5)
    options["batch_size"] = None if way == "whole" else 16
    if way == "monitor":
        options["monitor"] = gl.datasets.moons(30, seed=2)
    together = gl.train(net, data, **options)
    one_by_one = gl.train(net, data, **options, target_loss=1e-300)
    for name in ("loss", "accuracy", *gl.STATISTICS):
        np.testing.assert_array_equal(getattr(together, name), getattr(one_by_one, name), err_msg=name)


def test_small_networks_do_take_records_together():
    """Without it the test above would compare a thing with itself."""
    taken, take = [], _record.Records.take

    def count(records, *arguments):
        taken.append(1)
        return take(records, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_record.Records, "take", count)
        gl.train(gl.MLP([2, 4, 2]), gl.datasets.moons(32), steps=100, record_every=1)
    assert len(taken) < 20


def test_chunks_that_take_turns_keep_no_records_waiting():
    """Each would need room of its own: a thousand seeds in chunks of one would take a thousand times as much."""
    net, data = gl.MLP([2, 4, 2]), gl.datasets.moons(64)

    def peak(seeds):
        tracemalloc.start()
        gl.train(net, data, steps=40, record_every=1, seeds=range(seeds), chunk=1)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)
    assert peak(60) < peak(1) + (4 << 20)
