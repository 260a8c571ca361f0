"""Tests of learning rates that change with the step, and of gradient clipping."""

import math
import pickle
from dataclasses import MISSING, FrozenInstanceError, dataclass, fields

import numpy as np
import pytest

import gradlab as gl

S = gl.schedules
XOR = gl.datasets.xor()
NET = gl.MLP([2, 4, 2], activation="tanh")


GIVEN = {"int": 5, "float": 0.1, "Schedule | float": 0.1}


def _example(kind):
    """Return a schedule of a kind: each field without a default is given what its type says."""
    return kind(**{field.name: GIVEN[field.type] for field in fields(kind) if field.default is MISSING})


every = pytest.mark.parametrize("kind", S.SCHEDULES.values(), ids=S.SCHEDULES)


@every
def test_a_schedule_is_a_value_that_gives_positive_rates(kind):
    schedule = _example(kind)
    rates = [schedule(step) for step in range(20)]
    assert all(isinstance(rate, float) and 0 <= rate <= 1 for rate in rates)
    assert rates[0] > 0
    assert schedule == _example(kind)
    assert hash(schedule) == hash(_example(kind))
    again = pickle.loads(pickle.dumps(schedule))
    assert again == schedule
    assert [again(step) for step in range(20)] == rates
    assert gl.SGD(schedule).rate(3) == rates[2]
    with pytest.raises(FrozenInstanceError):
        schedule.rate = 3
    assert getattr(S, kind.__name__) is kind


@every
def test_a_schedule_trains_within_a_warm_up_too(kind):
    run = gl.train(NET, XOR, optimizer=gl.SGD(S.WarmUp(_example(kind), 3)), steps=12)
    assert np.isfinite(run.theta).all()
    assert (run.theta != NET.initialize()).any()


def test_the_names_are_those_of_the_classes():
    told = {"constant": S.Constant, "cosine": S.Cosine, "step_decay": S.StepDecay, "warm_up": S.WarmUp}
    assert {name: S.SCHEDULES[name] for name in told} == told
    assert [name for name in S.SCHEDULES if name in told] == list(told)


def test_a_schedule_of_ones_own_is_entered_by_its_name():
    @S.schedule(aliases=("square_root",))
    @dataclass(frozen=True)
    class InverseRoot(S.Schedule):
        rate: float

        def __call__(self, step):
            return self.rate / (step + 1) ** 0.5

    assert S.SCHEDULES["inverse_root"] is S.SCHEDULES["SquareRoot"] is InverseRoot
    assert gl.SGD(S.WarmUp(InverseRoot(0.4), 2)).rate(4) == 0.2
    with pytest.raises(TypeError, match=r"a class that inherits from Schedule, not Constant\(rate=0.1\)"):
        S.schedule(S.Constant(0.1))


def test_a_decay_that_grows_past_every_number_is_infinite():
    assert S.StepDecay(0.1, 1, factor=10)(400) == math.inf
    assert S.StepDecay(0.1, 1)(400) == 0


def test_a_constant_schedule_is_a_number():
    plain = gl.train(NET, XOR, optimizer=gl.SGD(0.3, momentum=0.9), steps=20)
    scheduled = gl.train(NET, XOR, optimizer=gl.SGD(S.Constant(0.3), momentum=0.9), steps=20)
    np.testing.assert_array_equal(scheduled.theta, plain.theta)


def test_a_cosine_goes_from_the_rate_to_the_end_and_stays():
    schedule = S.Cosine(0.4, 10, final=0.1)
    assert schedule(0) == pytest.approx(0.4)
    assert schedule(5) == pytest.approx(0.25)
    assert schedule(10) == schedule(99) == pytest.approx(0.1)
    assert S.Cosine(1.0, 3)(1) == pytest.approx((1 + math.cos(math.pi / 3)) / 2)


def test_a_step_decay_multiplies_after_every_so_many_updates():
    assert [S.StepDecay(0.8, 2, factor=0.5)(t) for t in range(6)] == [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]


def test_a_warm_up_rises_in_a_line_and_then_follows():
    schedule = S.WarmUp(S.StepDecay(1.0, 6), 4)
    assert [schedule(t) for t in range(7)] == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 0.1])
    assert S.WarmUp(0.2, 2) == S.WarmUp(S.Constant(0.2), 2)


@pytest.mark.parametrize("optimizer", gl.OPTIMIZERS.values(), ids=list(gl.OPTIMIZERS))
def test_every_optimiser_takes_the_rate_of_its_step(optimizer):
    """A schedule that changes once equals two runs with a constant rate each, the second one resumed."""
    schedule = S.StepDecay(0.05, 5, factor=0.3)
    both = gl.train(NET, XOR, optimizer=optimizer(schedule), steps=9)
    first = gl.train(NET, XOR, optimizer=optimizer(0.05), steps=5)
    assert not np.array_equal(both.theta, gl.train(NET, XOR, optimizer=optimizer(0.05), steps=9).theta)
    if optimizer in (gl.SGD, gl.RMSprop, gl.Adagrad):  # whose slots do not know the rate
        object.__setattr__(first, "optimizer", optimizer(0.05 * 0.3))
        second = gl.train(NET, XOR, optimizer=optimizer(0.05 * 0.3), steps=4, resume=first)
        np.testing.assert_allclose(both.theta, second.theta, rtol=1e-12)


def test_a_resumed_run_goes_on_with_its_schedule():
    optimizer = gl.Adam(S.WarmUp(S.Cosine(0.05, 30), 7), clip_norm=0.5)
    whole = gl.train(NET, XOR, optimizer=optimizer, steps=30, seeds=range(3))
    part = gl.train(NET, XOR, optimizer=optimizer, steps=11, seeds=range(3))
    rest = gl.train(NET, XOR, optimizer=optimizer, steps=19, resume=part)
    np.testing.assert_array_equal(rest.theta, whole.theta)


@pytest.mark.parametrize("clip", [1e-3, 0.3, 1e6])
def test_clipping_scales_each_seeds_gradient_to_the_norm(clip):
    seeds = range(3)
    start = NET.initialize(seeds)
    _, gradient = NET.loss_and_gradient(start, XOR)
    norm = np.linalg.norm(gradient, axis=1, keepdims=True)
    expected = start - 0.1 * gradient * np.minimum(1, clip / (norm + 1e-6))
    run = gl.train(NET, XOR, optimizer=gl.SGD(0.1, clip_norm=clip), steps=1, seeds=seeds)
    np.testing.assert_allclose(run.theta, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: S.Constant(0), ["rate", "above 0", "0"]),
        (lambda: S.Cosine(0.1, 0), ["steps", "at least 1", "0"]),
        (lambda: S.Cosine(0.1, 5, final=-1), ["final", "at least 0", "-1"]),
        (lambda: S.StepDecay(0.1, 2.5), ["every", "whole", "2.5"]),
        (lambda: S.StepDecay(0.1, 2, factor=0), ["factor", "above 0"]),
        (lambda: S.WarmUp("fast", 3), ["rate", "'fast'"]),
        (lambda: S.WarmUp(0.1, 0), ["steps", "at least 1"]),
        (lambda: gl.Adam(clip_norm=0), ["clip_norm", "above 0"]),
        (lambda: gl.SGD(weight_decay=-1), ["weight_decay", "at least 0"]),
        (lambda: gl.RMSprop(smoothing=1), ["smoothing", "below 1"]),
        (lambda: gl.AdamW(weight_decay=np.nan), ["weight_decay", "finite"]),
    ],
)
def test_bad_numbers_get_a_sentence(make, words):
    with pytest.raises((ValueError, TypeError)) as caught:
        make()
    for word in words:
        assert word in str(caught.value)


def test_an_optimiser_without_an_update_says_so():
    with pytest.raises(NotImplementedError, match="Optimizer has no update; use one of sgd"):
        gl.train(NET, XOR, optimizer=gl.Optimizer(), steps=1)
    with pytest.raises(NotImplementedError, match="Schedule does not say in __call__ what the rate is after 0 updates"):
        S.Schedule()(0)
