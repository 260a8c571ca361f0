"""The benchmark without its peers: how it judges, what it found last, and that its own programs do the same work."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

import gradlab as gl

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("gradlab_bench", ROOT / "tests" / "benchmarks" / "bench.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def committed(bench):
    return json.loads(bench.JSON.read_text(encoding="utf-8"))


def test_the_committed_table_judges_every_goal_by_its_own_numbers(bench, committed):
    assert committed["goals"] == bench.judged(committed["parts"])
    assert len(committed["goals"]) == len(bench.GOALS)
    assert list(committed["parts"]) == list(bench.PARTS)


def test_the_committed_table_compared_equal_work_on_one_core(bench, committed):
    for name in bench.SHAPES:
        assert committed["parts"][name]["apart"] < 1e-4
        assert max(committed["parts"][name]["cores"].values()) < 1.2


def test_a_goal_is_a_least_or_a_most(bench):
    least, most = bench.Goal("tiny", "x", True, 8, ""), bench.Goal("tiny", "x", False, 1.1, "")
    assert [least.met(value) for value in (7.99, 8, 9)] == [False, True, True]
    assert [most.met(value) for value in (1.0, 1.1, 1.11)] == [True, True, False]


def test_a_part_that_was_not_measured_is_not_judged(bench):
    parts = {"import": {"ratios": {"milliseconds": 31.0}}}
    (row,) = bench.judged(parts)
    assert (row["part"], row["met"], row["by hand"]) == ("import", False, None)


def test_rounds_are_interleaved_and_the_first_is_not_counted(bench):
    calls = []
    contestants = {name: lambda steps, name=name: calls.append((name, steps)) for name in "ab"}
    rounds = bench.interleave(contestants, 7, 3, before=2)
    assert calls == [("a", 2), ("a", 9), ("b", 2), ("b", 9)] * 4
    assert {name: len(seconds) for name, seconds in rounds.seconds.items()} == {"a": 3, "b": 3}
    rounds = bench.Rounds({"a": [1.0, 8.0, 6.0], "b": [1.0, 2.0, 3.0]}, {}, {})
    assert (rounds.ratio("a", "b"), rounds.median("a")) == (2.0, 6.0)


def test_steps_are_timed_without_what_the_call_needs_beside_them(bench):
    now = [0.0]

    def run(steps):
        now[0] += 5.0 + 0.25 * steps

    rounds = bench.interleave({"a": run}, 40, 2, before=4, clock=lambda: now[0])
    assert rounds.seconds["a"] == [10.0, 10.0]
    assert rounds.setups["a"] == [5.0, 5.0]


def test_batches_seen_from_outside_are_whole_epochs(bench):
    order = bench.batches(0, 24, 8, 6)
    assert order.shape == (6, 8)
    for epoch in (order[:3], order[3:]):
        assert sorted(epoch.ravel()) == list(range(24))
    assert not np.array_equal(order[:3], order[3:])
    assert not np.array_equal(order, bench.batches(1, 24, 8, 6))


def test_numpy_by_hand_does_the_same_work_as_gradlab(bench):
    given = bench.task(bench.Shape((5, 8, 7, 3), 16, 4, 20, 1, checked=20))
    ours, by_hand = bench.gradlab_trains(given)(20), bench.by_hand(given)(20)
    assert ours.dtype == by_hand.dtype == np.float32
    assert np.abs(ours - given.theta).max() > 0.005
    np.testing.assert_allclose(by_hand, ours, rtol=0, atol=2e-6)
    (apart,) = [
        abs(bench.mean_loss(given.net, given.data, t) / bench.mean_loss(given.net, given.data, ours) - 1)
        for t in (by_hand,)
    ]
    assert apart < 1e-6


def test_numpy_by_hand_records_what_gradlab_records(bench):
    given = bench.task(bench.Shape((5, 8, 7, 3), 16, 4, 20, 1, checked=20))
    run = gl.train(
        given.net,
        given.data,
        optimizer=gl.Adam(bench.RATE),
        steps=20,
        batch_size=16,
        record_every=1,
        dtype="float32",
        theta=given.theta,
    )
    by_hand = bench.by_hand(given, record_every=1)
    by_hand(20)
    rows, layers, hidden = np.array(by_hand.records, dtype=float), 3, (8, 7)
    assert rows.shape == (20, 2 + 2 * layers + 4 * len(hidden))
    found = {"loss": rows[:, 0] / 16 - np.log(16), "accuracy": rows[:, 1] / 16}
    squares = np.sqrt(rows[:, 2 : 2 + 2 * layers].reshape(20, layers, 2))
    found |= {"gradient_norm": squares[..., 0], "delta_norm": squares[..., 1]}
    sums = rows[:, 2 + 2 * layers :].reshape(20, len(hidden), 4) / (16 * np.array(hidden)[:, None])
    found["activation_mean"] = sums[..., 0]
    found["activation_std"] = np.sqrt(sums[..., 1] - sums[..., 0] ** 2)
    found["saturated_fraction"] = sums[..., 2]
    found["dead_fraction"] = 1 - sums[..., 3] * 16
    for name, wanted in found.items():
        np.testing.assert_allclose(getattr(run, name)[:20, 0], wanted, rtol=1e-4, atol=1e-6, err_msg=name)


def test_the_report_names_every_goal_and_every_contestant(bench, committed):
    text = bench.report(committed)
    for goal in bench.GOALS:
        assert f"{goal.part}: {goal.says}" in text
    for part in committed["parts"].values():
        assert all(name in text for name in part.get("microseconds", {}))


def test_sizes_are_written_shortly(bench):
    assert bench._sizes((64, 32, 32, 32, 10)) == "[64, 32×3, 10]"
    assert bench._sizes((2, 16, 16, 2)) == "[2, 16, 16, 2]"
    assert bench._sizes((3, 4, 5, 5, 5, 1)) == "[3, 4, 5×3, 1]"
