"""The bench's engine (docs/_live/python/gradlab_live/bench*.py, docs/_live/js/bench/engine.js): it trains as `gradlab.train` does."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import live_book
import numpy as np
import pytest
from built_book import DOCS, ROOT
from gradlab_live import bench_frame, bench_run
from gradlab_live.bench import NAMES, Bench
from gradlab_live.bench_setting import DEFAULTS, IGNORED, LIVE
from playwright.sync_api import Browser, Page

import gradlab as gl

SMALL = {"activation": "tanh", "init": "matched", "depth": 4, "width": 5, "seeds": 3}
BOWL = "def bowl(x):\n    return x**2 / 4, x / 2"
HINGE = "def hinge(x):\n    return np.maximum(0, x), x > 0"
POINTS = "-100.-50.0_100.50.1_-80.25.0_120.-30.1_0.0.1"


@pytest.fixture(autouse=True)
def the_process_stays_as_it_was() -> Iterator[None]:
    filters, parts = list(warnings.filters), dict(gl.ACTIVATIONS._parts)
    yield
    warnings.filters[:] = filters
    gl.ACTIVATIONS._parts.clear()
    gl.ACTIVATIONS._parts.update(parts)


def begun(**state):
    """Return a bench with a small network; names with an underscore stand for those with a hyphen."""
    bench = Bench()
    told = bench.begin({**SMALL, **{name.replace("_", "-"): value for name, value in state.items()}})
    assert told["ok"], told
    return bench


def slices(bench, *steps):
    for count in steps:
        assert bench.slice(count) == {"ok": True, "step": bench.run.step, "steps": count, "said": ""}
    return bench.run.history


# -- training ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seeds", [1, 8])
@pytest.mark.parametrize("batch", [16, None])
def test_slices_equal_one_run_bit_for_bit(seeds, batch):
    bench = begun(seeds=seeds, batch_size="all" if batch is None else batch)
    found = slices(bench, 1, 7, 3, 20, 1)
    net = gl.MLP([2, 5, 5, 5, 2], "tanh", init="matched")
    whole = gl.train(
        net,
        gl.datasets.moons(),
        optimizer=gl.Adam(0.01),
        batch_size=batch,
        seeds=range(seeds),
        steps=32,
        record_every=1,
    )
    assert np.array_equal(found.theta, whole.theta)
    assert bench.run.steps == [0, 1, 8, 11, 31, 32]
    for name, kept in bench.run.records.items():
        assert np.array_equal(np.array(kept), getattr(whole, name)[bench.run.steps], equal_nan=True), name


@pytest.mark.parametrize("seeds", [1, 8])
@pytest.mark.parametrize("batch", [16, None])
def test_a_knob_turned_on_the_way_is_its_two_lines_of_train(seeds, batch):
    bench = begun(seeds=seeds, batch_size="all" if batch is None else batch)
    slices(bench, 4, 5)
    assert bench.change({"learning-rate": 0.001}) == {"ok": True, "restarted": False, "batch": batch}
    found = slices(bench, 6, 2)
    net, data, slower = gl.MLP([2, 5, 5, 5, 2], "tanh"), gl.datasets.moons(), gl.Adam(0.001)
    first = gl.train(net, data, optimizer=gl.Adam(0.01), batch_size=batch, seeds=range(seeds), steps=9)
    then = gl.train(net, data, optimizer=slower, batch_size=batch, steps=8, resume=first.with_optimizer(slower))
    assert np.array_equal(found.theta, then.theta)
    assert np.array_equal(found.loss[-1], then.loss[-1])


def change(**state):
    return lambda bench: bench.change({name.replace("_", "-"): value for name, value in state.items()})


def weight(*given):
    return lambda bench: bench.weight(*given)


HISTORIES = {
    "nothing trained": ({}, []),
    "as it stands": ({}, [30]),
    "rate": ({}, [7, change(learning_rate=0.1), 9, change(learning_rate=0.003), 2]),
    "optimiser there and back at once": ({}, [5, change(optimizer="sgd"), change(optimizer="adam"), 6]),
    "momentum after adam": ({}, [6, change(optimizer="momentum", learning_rate=0.02), 8]),
    "schedule": ({"schedule": "cosine"}, [6, change(schedule="step_decay"), 7, change(learning_rate=0.2), 3]),
    "warm up": ({"optimizer": "rmsprop"}, [3, change(schedule="warm_up", optimizer="adagrad"), 9]),
    "batch": ({"batch_size": 16}, [3, change(batch_size="all"), 4, change(batch_size=5), 6]),
    "weights": ({}, [4, weight(1, 2, 3, -1.5), weight(0, 1, "bias", 0.25), 5, weight(3, 1, 4, 1e-3), 2]),
    "weights of another seed": ({}, [lambda bench: bench.show(2), weight(0, 0, 0, 3), 4]),
    "weights under batch normalisation": ({"normalize": "batch"}, [4, weight(1, 2, 3, 2.0), 3]),
    "next seeds": ({}, [4, change(first_seed=3), 6]),
    "own activation": ({"activation": "own", "code": BOWL}, [8]),
    "own activation with a kink": ({"activation": "own", "code": HINGE, "init": "he_normal"}, [8]),
    "own points": ({"data": "own", "points": POINTS, "residual": 1}, [8]),
    "curve": ({"data": "curve", "activation": "relu"}, [8]),
    "xor": ({"data": "xor", "loss": "binary_cross_entropy"}, [8]),
    "digits": ({"data": "digits", "init": "orthogonal", "bias": 0.1}, [5]),
    "gain": ({"gain": 1.3, "init": "glorot_normal", "normalize": "layer"}, [5]),
    "gain of matched weights": ({"gain": 0.7, "activation": "relu"}, [5]),
    "other losses": ({"data": "circles", "loss": "huber", "optimizer": "adamw", "seeds": 1, "first_seed": 7}, [5]),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_the_script_gives_the_same_numbers(name, tmp_path):
    state, events = HISTORIES[name]
    bench = begun(**state)
    for event in events:
        assert (bench.slice(event) if isinstance(event, int) else event(bench))["ok"]
    script = tmp_path / "script.py"
    text = bench.script()
    assert max(map(len, text.splitlines())) < 120
    script.write_text(f"{text}\nimport numpy\nnumpy.savez('end', run.theta, run.loss[-1], run.accuracy[-1])\n", "utf-8")
    subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        check=True,
        cwd=tmp_path,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    run = bench.run.history
    with np.load(tmp_path / "end.npz") as end:
        for told, found in zip(end.values(), (run.theta, run.loss[-1], run.accuracy[-1]), strict=True):
            assert np.array_equal(told, found, equal_nan=True)


def test_a_script_has_a_line_of_train_for_each_knob_and_no_more():
    bench = begun()
    slices(bench, 3, 4)
    for rate in (0.02, 0.03, 0.04):
        bench.change({"learning-rate": rate})
    slices(bench, 5, 6)
    bench.change({"learning-rate": 0.04})  # as it is
    slices(bench, 1)
    script = bench.script()
    assert script.count("gl.train(") == 2
    assert script.count("with_optimizer(") == 1
    assert "steps=7" in script
    assert "steps=12" in script


def test_a_schedule_chosen_on_the_way_has_its_whole_length_before_it():
    bench = begun()
    slices(bench, 40)
    bench.change({"schedule": "step_decay"})
    rate = bench.run.history.optimizer.learning_rate
    assert rate(40) == rate(539) == 0.01
    assert rate(540) == 0.005


# -- what starts anew, what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed", [{"depth": 3}, {"activation": "relu"}, {"data": "spirals"}, {"seeds": 2}, {"normalize": "layer"}]
)
def test_what_cannot_change_on_the_way_starts_anew_and_says_why(changed):
    bench = begun()
    slices(bench, 5)
    told = bench.change(changed)
    assert told["restarted"]
    assert told["why"].endswith("starts the training anew.")
    assert bench.run.step == 0


def test_what_does_not_count_starts_nothing_anew():
    bench = begun()
    slices(bench, 5)
    assert not bench.change({"story": "any", "code": "x", "points": "1.1.1"})["restarted"]


@pytest.mark.parametrize(
    ("state", "field", "words"),
    [
        ({"depth": 1}, "depth", "from 2 to 50"),
        ({"depth": "<b>"}, "depth", "whole number"),
        ({"width": 1e9}, "width", "from 1 to 64"),
        ({"width": 2.5}, "width", "whole number"),
        ({"activation": "rellu"}, "activation", "did you mean 'relu'"),
        ({"init": "eval"}, "init", "must be one of"),
        ({"normalize": "group"}, "normalize", "none, layer, batch"),
        ({"gain": -1}, "gain", "number"),
        ({"bias": float("nan")}, "bias", "number"),
        ({"data": "mnist"}, "data", "no data set"),
        ({"loss": "hinge"}, "loss", "must be one of"),
        ({"optimizer": "lion"}, "optimizer", "must be one of"),
        ({"schedule": "linear"}, "schedule", "must be one of"),
        ({"learning-rate": 0}, "learning-rate", "number"),
        ({"learning-rate": 1e999}, "learning-rate", "number"),
        ({"batch-size": "some"}, "batch-size", "whole number"),
        ({"batch-size": 0}, "batch-size", "whole number"),
        ({"batch-size": 1, "normalize": "batch"}, "batch-size", "needs 2 samples"),
        ({"seeds": 0}, "seeds", "from 1 to 20"),
        ({"data": "digits", "loss": "binary_cross_entropy"}, "loss", "."),
        ({"data": "curve", "loss": "cross_entropy"}, "loss", "."),
        ({"data": "own"}, "points", "there are none of class 0 and none of class 1"),
        ({"data": "own", "points": "1.1.0"}, "points", "there is 1 of class 0 and none of class 1"),
        ({"data": "own", "points": "<script>"}, "points", "no point"),
        ({"activation": "own"}, "code", "no activation yet"),
        ({"activation": "own", "code": "x = 1"}, "code", "defines no function"),
        ({"activation": "own", "code": "def f(x):\n  return x *"}, "code", "Line 2"),
        ({"activation": "own", "code": "def f(x):\n    return x"}, "code", "return value, slope"),
        ({"activation": "own", "code": "def f(x):\n    return x**2, x"}, "code", "central differences give"),
        ({"activation": "own", "code": "def f(x):\n    return y, x"}, "code", "NameError"),
        ({"activation": "own", "code": "def f(x):\n    raise SystemExit"}, "code", "SystemExit"),
        ({"activation": "own", "code": "def f(x):\n    return x.sum(), 1"}, "code", "."),
        ({"activation": "own", "code": "def relu(x):\n    return x, 1"}, "code", "gradlab's own"),
        ({"activation": "own", "code": "def net(x):\n    return x, 1"}, "code", "needs the name “net”"),
        ({"activation": "own", "code": "def f(x):\n    return x * 0, 0", "init": "matched"}, "init", "matched"),
    ],
)
def test_what_may_not_be_is_said_of_its_control_and_changes_nothing(state, field, words):
    bench = begun()
    before = slices(bench, 3)
    told = bench.begin({**SMALL, **state})
    assert (told["ok"], told["field"]) == (False, field)
    assert words in told["said"]
    assert re.fullmatch(r"[A-Z“].*[.!?”]", told["said"], re.DOTALL), told["said"]
    assert bench.run.history is before
    assert bench.change(state)["ok"] is False
    assert bench.run.history is before
    slices(bench, 1)


def test_nothing_can_be_asked_before_it_begins():
    bench = Bench()
    for what, given in (("slice", [1]), ("frame", []), ("script", []), ("table", []), ("weight", [0, 0, 0, 1])):
        assert bench.ask(what, given)["ok"] is False
        assert "begin" in bench.ask(what, given)["said"]


@pytest.mark.parametrize(
    "given",
    [(9, 0, 0, 1), (0, 5, 0, 1), (0, 0, 2, 1), (0, 0, -1, 1), (0, 0, "x", 1), (0, 0, 0, "a"), (0, 0, 0, np.inf)],
)
def test_a_weight_that_is_none_is_refused(given):
    bench = begun()
    before = bench.run.history
    assert bench.ask("weight", list(given))["field"] == "weight"
    assert bench.run.history is before


def test_an_own_activation_that_breaks_on_the_way_ends_the_slice_with_a_sentence():
    code = "seen = [0]\ndef f(x):\n    seen[0] += 1\n    if seen[0] > 2000: raise ValueError('enough')\n    return x**2, 2 * x"
    bench = begun(activation="own", code=code, init="he_normal")
    for _ in range(60):
        told = bench.ask("slice", [40])
        if not told["ok"]:
            break
    assert (told["ok"], told["field"]) == (False, "code")
    assert "enough" in told["said"]


def test_seeds_that_diverge_are_data_and_are_said_once():
    bench = begun(optimizer="sgd", learning_rate=100, activation="identity", loss="squared_error")
    said = [told for _ in range(12) if (told := bench.slice(5)["said"])]
    assert said
    assert len(said) == len({re.sub("first seen at step .*", "", one) for one in said}) <= 3
    frame = bench.frame()
    assert frame["diverged"].all()
    assert not np.isfinite(frame["loss"]).any()
    assert [len(one) for one in frame["maps"]] == [5, 5, 5]
    bench_frame.packed(frame)


# -- what is seen ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("normalize", ["none", "layer", "batch"])
@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_a_frame_shows_the_network_as_it_is(normalize, loss):
    bench = begun(normalize=normalize, loss=loss, activation="elu")
    bench.show(1)
    run = slices(bench, 5, 6)
    frame, net, task = bench.frame(), run.net, bench.run.setting.task
    for told, name in bench_frame.RECORDED.items():
        assert np.array_equal(frame[told], getattr(run, name)[-1])
    assert np.array_equal(frame["accuracy"], run.score(task.data))
    trace = net.forward(run.theta, task.grid(20), moments=run.moments)
    for layer, maps in enumerate(frame["maps"]):
        assert np.allclose(maps.reshape(5, -1), trace.activations[layer][1], rtol=1e-5, atol=1e-6)
    small = bench_frame.difference(trace.outputs)
    assert np.allclose(frame["surfaces"].reshape(3, -1), small, rtol=1e-4, atol=1e-5)
    fine = bench_frame.difference(
        net.outputs(
            run.theta[1:2],
            task.grid(40),
            moments=run.moments and [(mean[1:2], variance[1:2]) for mean, variance in run.moments],
        )
    )
    assert np.allclose(frame["surface"].ravel(), fine[0], rtol=1e-4, atol=1e-5)
    assert task.grid(40)[0, 1] == task.limits[1][0]  # the lowest row first
    for layer, (weights, biases) in enumerate(zip(frame["weights"], frame["biases"], strict=True)):
        assert np.array_equal(weights, np.float32(net.layers(run.theta)[layer].weights[1].T))
        assert np.array_equal(biases, np.float32(net.layers(run.theta)[layer].biases[1]))
    assert (frame["histogram"].sum(1) == 5 * len(bench.pictures.x)).all()
    assert np.allclose(frame["slope"][[0, -1]], gl.elu.derivative([-3.9, 3.9]))


def test_what_is_faded_is_the_slope_in_each_unit():
    bench = begun(batch_size="all", data="xor")
    run = slices(bench, 9)
    frame, data = bench.frame(), bench.run.setting.task.data
    # dL/db of a unit is the sum of its slopes over the samples: for one sample it is that slope
    alone = [
        run.net.layers(run.net.loss_and_gradient(run.theta, gl.Data(data.x[[k]], data.y[[k]]))[1]) for k in range(4)
    ]
    for layer, told in enumerate(frame["unit_delta"]):
        slopes = np.array([one[layer].biases[0] for one in alone]) / 4  # the loss is the mean over four
        assert np.allclose(told, np.sqrt((slopes**2).mean(0)), rtol=1e-9)


@pytest.mark.parametrize("size", [1.0, 1e-200, 1e200])
def test_the_root_of_a_mean_square_has_no_square_that_is_too_small_or_large(size):
    delta = size * np.array([[3.0, 4.0], [0.0, 0.0]])
    with np.errstate(all="raise"):
        assert np.allclose(bench_frame._root_mean_square(delta) / size, [np.sqrt(12.5), 0])


def test_the_ratio_is_how_far_a_step_goes():
    bench = begun()
    before = bench.run.history.theta
    after = slices(bench, 4).theta
    for layer, (old, new) in enumerate(zip(*map(bench.run.setting.net.blocks, (before, after)), strict=True)):
        way = np.linalg.norm((new - old).reshape(3, -1), axis=1) / np.linalg.norm(old.reshape(3, -1), axis=1)
        assert np.allclose(bench.frame()["ratio"][:, layer], way / 4)


def test_dead_and_saturated_shares_are_of_the_data_and_not_of_a_small_batch():
    bench = begun(activation="relu", batch_size=1, init="he_normal")
    run = slices(bench, 5)
    bench.slice(1, whole=True)
    frame, data, run = bench.frame(), bench.run.setting.task.data, bench.run.history
    every = -(-len(data) // bench_frame.JUDGED)
    slopes = run.net.forward(run.theta, data.x[::every]).slopes
    for layer, slope in enumerate(slopes):
        assert np.array_equal(frame["dead"][:, layer], (slope == 0).all(axis=2).mean(axis=1))
        assert np.allclose(frame["saturated"][:, layer], (slope < 0.01).mean(axis=(1, 2)))
    assert frame["dead"].max() < run.dead_fraction[-1].max()  # a single sample leaves more units without a slope


@pytest.mark.parametrize(
    "state",
    [
        {"optimizer": "sgd", "learning_rate": 1, "batch_size": 1},
        {"normalize": "batch", "optimizer": "sgd", "learning_rate": 1},
    ],
)
def test_turns_are_those_of_the_steps_that_come_and_change_nothing(state):
    bench = begun(**state)
    slices(bench, 7)
    before = bench.run.history
    told = bench.ask("turns", [])["turns"]
    assert bench.run.history is before
    path = [before.theta, *(slices(bench, 1).theta for _ in range(20))]
    way = np.diff(path, axis=0)
    straight = [[(old * new).sum() < 0 for old, new in zip(one, one[1:], strict=False)] for one in way.swapaxes(0, 1)]
    assert told == np.mean(straight, axis=1).tolist()
    assert 0 < np.mean(told) < 1
    assert bench.run.script().count("gl.train(") == 1


def test_a_seed_that_diverges_has_no_turns_and_nothing_is_said():
    bench = begun(optimizer="sgd", learning_rate=100, activation="identity", loss="squared_error")
    slices_of = [bench.slice(5) for _ in range(12)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(bench.ask("turns", [])["turns"]).all()
    assert slices_of[-1]["step"] == bench.run.step == 60


def test_surfaces_that_have_no_time_wait_and_a_second_frame_has_all(monkeypatch):
    bench = begun(seeds=8)
    first = bench.frame()
    monkeypatch.setattr(bench_frame, "LONGEST", -1.0)
    slices(bench, 20)
    later = bench.frame()
    assert not np.array_equal(later["maps"][0], first["maps"][0])
    assert not np.array_equal(later["surfaces"][0], first["surfaces"][0])  # of the shown seed
    assert np.array_equal(later["surfaces"][1:], first["surfaces"][1:])
    again = bench.frame()
    assert not (again["surfaces"] == first["surfaces"]).all((1, 2)).any()
    assert not np.array_equal(again["surface"], first["surface"])
    bench.slice(1, whole=True)
    whole = bench.frame()
    assert not (whole["surfaces"] == again["surfaces"]).all((1, 2)).any()
    again = whole
    slices(bench, 20)
    for _ in range(12):  # each has its turn, though the run goes on
        found = bench.frame()
        bench.slice(1)
    assert not (found["surfaces"] == again["surfaces"]).all((1, 2)).any()


def test_another_seed_is_shown_at_once():
    bench = begun()
    before = bench.frame()
    bench.show(2)
    after = bench.frame()
    assert not np.array_equal(before["surface"], after["surface"])
    assert np.array_equal(after["surfaces"], before["surfaces"])
    assert bench.ask("show", [3])["field"] == "seeds"


def test_an_edited_weight_changes_what_is_seen_of_its_seed_alone():
    bench = begun()
    slices(bench, 5)
    before = bench.frame()
    bench.weight(0, 2, 1, 4.0)
    after = bench.frame()
    assert after["weights"][0][2, 1] == 4
    assert not np.array_equal(before["surface"], after["surface"])
    assert (before["loss"] != after["loss"]).tolist() == [True, False, False]
    assert len(bench.run.steps) == len(set(bench.run.steps)) == 2


@pytest.mark.parametrize("data", ["moons", "spirals", "circles", "xor", "digits", "curve", "own"])
def test_each_data_set_says_what_is_to_be_drawn(data):
    bench = Bench()
    told = bench.begin({**SMALL, "data": data, "points": POINTS})
    frame = bench.frame()
    json.dumps(told)
    assert told["sizes"][0] == told["inputs"] == {"digits": 64, "curve": 1}.get(data, 2)
    assert told["batch"] == (None if told["samples"] <= 64 else 64)
    sides = {64: (0,), 1: (60,), 2: (40, 40)}[told["inputs"]]
    assert frame["surface"].shape == sides
    assert len(told["limits"]) == told["inputs"] % 64
    for axis, (low, high) in enumerate(told["limits"]):
        assert all(low < point[axis] < high for point in told["points"])
    assert len(told["points"]) == (0 if data == "digits" else told["samples"])
    assert told["loss"] == ("squared_error" if data == "curve" else "cross_entropy")
    assert [one.shape for one in frame["maps"]] == {
        64: [],
        1: [(5, 60)] * 3,
        2: [(5, 20, 20)] * 3,
    }[told["inputs"]]


def test_points_come_as_text_or_as_a_list():
    bench = Bench()
    told = [
        bench.begin({**SMALL, "data": "own", "points": given})["points"]
        for given in (POINTS, [[-1, -0.5, 0], [1, 0.5, 1]])
    ]
    assert told[0][:2] == told[1] == [[-1, -0.5, 0], [1, 0.5, 1]]


def test_a_worker_gets_each_array_where_the_layout_says():
    frame = begun().frame()
    told = bench_frame.packed(frame)
    layout, kinds = json.loads(told["layout"]), [one.dtype.name for one in told["numbers"]]
    assert kinds == ["float32", "float64"]
    assert layout.keys() == frame.keys()

    def same(place, values):
        if isinstance(values, list):
            return all(same(*both) for both in zip(place, values, strict=True))
        kind, start, length = place
        return np.array_equal(told["numbers"][kind][start : start + length], values.ravel(), equal_nan=True)

    assert all(same(layout[name], values) for name, values in frame.items() if name != "step")
    assert layout["gradient"][0] == layout["unit_delta"][0][0] == 1  # what may be too small for float32


# -- what is taken along -----------------------------------------------------------------------------------------------


def test_the_table_has_each_record_of_each_seed():
    bench = begun()
    run = slices(bench, 5, 6)
    rows = list(csv.DictReader(io.StringIO(bench.table())))
    assert [(row["step"], row["seed"]) for row in rows] == [(step, seed) for step in ("0", "5", "11") for seed in "012"]
    assert float(rows[-1]["gradient_norm 4"]) == pytest.approx(run.gradient_norm[-1, 2, 3])
    assert float(rows[-1]["loss"]) == pytest.approx(run.loss[-1, 2])


def test_of_many_records_every_second_is_dropped_but_not_the_ends(monkeypatch):
    monkeypatch.setattr(bench_run, "KEPT", 10)
    bench = begun()
    slices(bench, *[1] * 57)
    assert len(bench.run.steps) <= 10
    assert (bench.run.steps[0], bench.run.steps[-1]) == (0, 57)
    assert all(len(kept) == len(bench.run.steps) for kept in bench.run.records.values())


def test_signals_are_those_of_probe():
    state = {"activation": "elu", "init": "he_normal", "depth": 7, "width": 9, "bias": 0.1, "data": "own"}
    told = Bench().ask("signals", [state])
    digits = gl.datasets.digits()
    net = gl.MLP([64, *[9] * 6, 10], "elu", init="he_normal", bias_init=gl.initializers.normal(0.1))
    seen = gl.probe(net, gl.Data(digits.x[:64], digits.y[:64]), seeds=range(20))
    assert (told["ok"], told["from"], told["width"], told["layers"]) == (True, "live", 9, 7)
    assert np.allclose(told["gradient"]["middle"], np.log10(np.median(seen.gradient_norm[0], axis=0)), atol=0.01)
    assert Bench().ask("signals", [{"activation": "own", "code": "1"}])["field"] == "code"


def test_an_own_activation_has_signals():
    told = Bench().ask("signals", [{"activation": "own", "code": BOWL, "depth": 3}])
    assert told["ok"]
    assert np.isfinite(told["delta"]["middle"]).all()


def test_no_figures_are_drawn_for_it():
    code = "import sys, gradlab_live.bench; print('matplotlib' in sys.modules)"
    path = os.pathsep.join([str(ROOT), str(DOCS / "_live" / "python")])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.stdout.strip() == "False"


def test_the_controls_are_those_of_the_page():
    assert set(NAMES) | set(LIVE) == set(DEFAULTS)
    assert not set(IGNORED) & set(DEFAULTS)
    page = DOCS / "_live" / "js" / "bench" / "state.js"
    if not page.is_file():
        pytest.skip("the page is not built here")
    block = re.search(r"export const DEFAULTS = \{(.*?)\n\};", page.read_text(encoding="utf-8"), re.DOTALL)
    told = dict(re.findall(r'^ *"?([\w-]+)"?: (.*),$', block[1], re.MULTILINE))
    assert {name: json.loads(value) for name, value in told.items() if name not in IGNORED} == DEFAULTS


# -- in a browser ------------------------------------------------------------------------------------------------------

PAGE = '<!doctype html><html lang="en"><title>Bench</title><script type="module" src="start.js"></script></html>'
START = """
import { Engine } from "./js/bench/engine.js";
const names = ["coming", "more", "starting", "fetched"];
window.told = [];
window.made = (address) => new Engine(address, Object.fromEntries(names.map((name) => [name, () => told.push(name)])));
"""


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("bench")
    shutil.copytree(DOCS / "_live" / "js", folder / "js")
    Path(folder, "bench.html").write_text(PAGE, encoding="utf-8")
    Path(folder, "start.js").write_text(START, encoding="utf-8")
    with live_book.served(folder) as (base, _):
        page = browser.new_page()
        page.goto(f"{base}bench.html")
        page.wait_for_function("window.made")
        page.evaluate("window.engine = made('_static/live/worker.js'); 0")
        yield page
        page.close()


def test_the_engine_answers_in_turn_and_hands_arrays_over(page):
    page.set_default_timeout(120_000)
    found = page.evaluate(
        """async () => {
          const [begun, sliced, frame, busy] = [engine.begin({ depth: 4, width: 5, seeds: 3, activation: "relu" }),
            engine.steps(7), engine.frame(), engine.busy];
          const sizes = (one) => (ArrayBuffer.isView(one) ? one.constructor.name + one.length
            : Array.isArray(one) ? one.map(sizes) : one);
          const shown = Object.fromEntries(Object.entries(await frame).map(([name, one]) => [name, sizes(one)]));
          return { begun: await begun, sliced: await sliced, shown, busy, after: engine.busy };
        }"""
    )
    assert found["begun"]["sizes"] == [2, 5, 5, 5, 2]
    assert found["sliced"] == {"ok": True, "step": 7, "steps": 7, "said": ""}
    assert (found["busy"], found["after"]) == (True, False)
    assert found["shown"]["step"] == 7
    assert found["shown"]["gradient"] == "Float64Array12"
    assert found["shown"]["maps"] == ["Float32Array2000"] * 3
    assert found["shown"]["weights"] == ["Float32Array10", "Float32Array25", "Float32Array25", "Float32Array10"]
    assert found["shown"]["surface"] == "Float32Array1600"
    assert {"starting", "fetched"} <= set(page.evaluate("told"))


def test_a_slice_finds_how_many_steps_fit_in_its_time(page):
    steps = page.evaluate(
        """async () => {
          await engine.begin({ depth: 3, width: 4, seeds: 1 });
          const taken = [];
          for (let k = 0; k < 12; k++) taken.push((await engine.slice(40)).steps);
          return taken;
        }"""
    )
    assert steps[0] == 1
    assert max(steps) > 8  # one step takes a fraction of a millisecond, a call some milliseconds


def test_python_speaks_through_the_engine(page):
    told = page.evaluate(
        """async () => ({ refused: await engine.begin({ depth: 99 }), script: await engine.script(),
          table: await engine.table(), signals: await engine.signals({ depth: 3, activation: "relu" }),
          why: (await engine.change({ width: 6 })).why, edited: await engine.weight(0, 0, "bias", 0.5),
          shown: await engine.show(0) })"""
    )
    assert told["refused"]["field"] == "depth"
    assert told["script"].startswith('"""A run of the gradient bench')
    assert told["table"].startswith("step,seed,loss")
    assert len(told["signals"]["gradient"]["middle"]) == 3
    assert told["why"] == "Another width starts the training anew."
    assert told["edited"]["ok"]
    assert told["shown"]["ok"]


def test_a_hang_is_ended_by_stop_and_the_next_request_starts_anew(page):
    told = page.evaluate(
        """async () => {
          const code = "def f(x):\\n    while True: pass";
          const hangs = engine.begin({ activation: "own", code }), waits = engine.frame();
          setTimeout(() => engine.stop(), 1500);
          return [await hangs, await waits, engine.busy, (await engine.begin({ depth: 3, width: 4 })).ok];
        }"""
    )
    assert [one["stopped"] for one in told[:2]] == [True, True]
    assert told[0]["said"].endswith(".")
    assert told[2:] == [False, True]


def test_a_worker_that_does_not_come_is_a_fault_and_no_silence(page):
    told = page.evaluate("made('_static/live/nothing.js').begin({})")
    assert told["ok"] is False
    assert told["fault"]["kind"] in {"lost", "start"}
