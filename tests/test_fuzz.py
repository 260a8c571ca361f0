"""A slice of the fuzz that fits into the tests, and that the fuzz itself can fail, says how, and stays in its bounds."""

import importlib
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import gradlab as gl

sys.path.append(str(Path(__file__).parent / "fuzz"))
configurations, fuzz, properties = map(importlib.import_module, ("configurations", "fuzz", "properties"))

SLICE = {"work": 2e7, "steps": 20}  # otherwise as large as the fuzz goes: 500 layers, 600 units, 20,000 rows


@pytest.mark.parametrize("name", properties.PROPERTIES)
def test_it_holds_for_random_runs(name):
    counts = Counter()
    for case in range(20):
        wrong = fuzz.check(name, 88, case, **SLICE)
        assert len(wrong) < 2, f"{name} {case}: {wrong}"
        counts[wrong] += 1
    assert counts[""] > 10, "most of the runs have something to say"


@pytest.mark.parametrize("number", range(6))
def test_a_stack_with_clipping_equals_lone_seeds_past_every_number_of_parameters(number):
    """Above 8,192 and 32,768 parameters, where sums and passes come in pieces."""
    source = np.random.default_rng(number)
    net = gl.MLP([int(source.integers(60, 200)), int(source.integers(90, 190)), 10], "tanh")
    configuration = configurations.Configuration(
        net=net,
        loss="cross_entropy",
        optimizer=gl.SGD(0.1, clip_norm=0.5),
        rows=60,
        kind="sorted",
        scale=1.0,
        steps=6,
        batch_size=int(source.integers(1, 61)),
        seeds=(5, 2, 9),
        record_every=2,
        dtype=("float32", "float64")[number % 2],
        monitored=0,
        chunk=2,
    )
    assert net.parameters > 6_000
    properties.PROPERTIES["stack"](configuration)


def test_the_same_numbers_draw_the_same_configuration():
    drawn = [str(configurations.draw(3, case)) for case in range(20)]
    assert drawn == [str(configurations.draw(3, case)) for case in range(20)]
    assert len(set(drawn)) == 20


def test_configurations_reach_far_and_stay_in_their_bounds():
    drawn = [configurations.draw(0, case) for case in range(600)]
    assert all(found.numbers <= configurations.LARGEST and found.work <= 3e9 for found in drawn)
    assert {found.net.activation.name for found in drawn} == set(gl.ACTIVATIONS)
    assert {found.net.normalize for found in drawn} == {None, "batch", "layer"}
    assert {found.loss for found in drawn} == set(gl.LOSSES)
    assert {type(found.optimizer) for found in drawn} == set(gl.OPTIMIZERS.values())
    assert {found.dtype for found in drawn} == {"float32", "float64"}
    assert max(found.net.depth for found in drawn) > 300
    assert max(max(found.net.sizes) for found in drawn) > 500
    assert max(found.rows for found in drawn) > 15_000
    assert max(found.net.parameters for found in drawn) > 100_000
    assert any(found.optimizer.clip_norm and found.net.parameters > 8_192 for found in drawn)


def test_a_failure_names_the_line_that_runs_it_again(monkeypatch, capsys):
    def fails(configuration):
        if configuration.dtype == "float32":
            raise properties.Wrong("seven is not eight")

    monkeypatch.setattr(fuzz, "bounded", lambda: None)
    monkeypatch.setitem(properties.PROPERTIES, "storage", fails)
    seed = next(seed for seed in range(50) if configurations.draw(seed, 0).dtype == "float32")
    ask = ["--seed", str(seed), "--case", "0", "--only", "storage"]
    assert fuzz.main(ask) == 1
    said = capsys.readouterr().out
    assert f"FAILED: python tests/fuzz/fuzz.py --seed {seed} --case 0 --only storage" in said
    assert "seven is not eight" in said
    assert said.splitlines()[-1].split() == ["storage", "0", "0", "1"]


def test_an_exception_is_a_failure_too(monkeypatch):
    monkeypatch.setattr(gl, "train", lambda *arguments, **more: 1 / 0)
    assert "ZeroDivisionError" in fuzz.check("stack", 0, 0)


def test_it_stops_when_its_time_is_over(monkeypatch, capsys):
    monkeypatch.setattr(fuzz, "bounded", lambda: None)
    assert fuzz.main(["--minutes", "0", "--seed", "1"]) == 0
    assert capsys.readouterr().out.count(" 0") == 3 * len(properties.PROPERTIES)


@pytest.mark.parametrize("name", ["theta", "loss", "stopped", "gradient_norm"])
def test_one_bit_is_seen(name, monkeypatch):
    run = gl.train(gl.MLP([2, 3, 2]), gl.datasets.xor(), steps=3, seeds=range(2))
    other = gl.train(gl.MLP([2, 3, 2]), gl.datasets.xor(), steps=3, seeds=range(2))
    properties.same(run, other)
    array = getattr(other, name)
    array.flat[-1] = np.nextafter(array.flat[-1], 9) if array.dtype.kind == "f" else array.flat[-1] + 1
    with pytest.raises(properties.Wrong, match=name):
        properties.same(run, other)
