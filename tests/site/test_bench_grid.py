"""The bench's grid: that its files hold what gl.probe measures, that grid.js reads them, and what the theory is worth."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import shutil
import subprocess
import warnings
import zlib
from pathlib import Path

import bench_code
import bench_grid
import bench_passes
import in_node
import numpy as np
import pytest
from built_book import DOCS, HTML
from gradlab_live import signals
from gradlab_live import theory as mean_field
from gradlab_live.theory import theory, variance
from sphinx.errors import ConfigError

import gradlab as gl

GRID = HTML / "_bench"
LINES = bench_grid.lines()
BANDS = ("gradient", "delta", "spread")
ENDS = {"low": 0.1, "middle": 0.5, "high": 0.9}
built = pytest.mark.skipif(not (DOCS / bench_grid.PAGE).is_file(), reason="the book has no bench")


@functools.cache
def index() -> dict:
    return json.loads((GRID / "grid.json").read_text(encoding="utf-8"))


@functools.cache
def read(activation: str) -> list:
    return bench_code.decode((GRID / index()["files"][activation]).read_bytes(), LINES)


def settings(seed: int, number: int, activation: str = "") -> list[tuple[str, int, int]]:
    """Return some settings of the grid: activation, place of the line, depth."""
    draw = np.random.default_rng(seed)
    names, found = list(gl.ACTIVATIONS), []
    for _ in range(number):
        place = int(draw.integers(len(LINES)))
        name = activation or names[int(draw.integers(len(names)))]
        found.append((name, place, int(draw.choice(LINES[place].depths))))
    return found


def probed(activation: str, line: bench_grid.Line, depth: int) -> dict:
    """Return the signals of a setting as gl.probe measures them, with NumPy's own quantiles where all is finite."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seen = gl.probe(line.recipe(activation, depth), signals.digits(), seeds=range(20))
    found = {
        "dead": np.median(np.nan_to_num(seen.dead_fraction[0]), axis=0),
        "saturated": np.median(np.nan_to_num(seen.saturated_fraction[0]), axis=0),
    }
    for place, norms in zip(BANDS, (seen.gradient_norm, seen.delta_norm, seen.activation_std), strict=True):
        logs = signals.logarithm(norms[0])
        found[place] = {name: signals.quantile(logs, share) for name, share in ENDS.items()}
        sure = np.isfinite(logs).all(0)
        for name, share in ENDS.items():
            own = np.quantile(np.log10(norms[0][:, sure]), share, axis=0)
            np.testing.assert_allclose(found[place][name][sure], own, atol=1e-9)
    return found


def agree(view: dict, wanted: dict, *, middle: float = 0.0101, ends: float = 0.0301, shares: float = 0.0101) -> None:
    """Fail where two views are further apart than they may be; what is endless has to be so in both."""
    for place in BANDS:
        for name, room in (("middle", middle), ("low", ends), ("high", ends)):
            has, wants = np.array(view[place][name], float), np.array(wanted[place][name], float)
            assert has.shape == wants.shape
            endless = ~np.isfinite(wants)
            assert np.array_equal(has[endless], wants[endless]), (place, name)
            assert np.abs(has[~endless] - wants[~endless]).max(initial=0) <= room, (place, name)
    for name in ("dead", "saturated"):
        assert np.abs(np.array(view[name]) - np.array(wanted[name])).max(initial=0) <= shares, name


# -- the built grid ----------------------------------------------------------------------------------------------------


@built
def test_each_activation_has_a_small_file_that_is_named_with_its_digest():
    files = {path.name: path.read_bytes() for path in GRID.glob("*.bin")}
    assert set(index()["files"]) == set(gl.ACTIVATIONS)
    assert set(index()["files"].values()) == set(files)
    for name, data in files.items():
        assert hashlib.sha256(data).hexdigest()[:8] == name.removesuffix(".bin").rpartition("-")[2]
    assert max(map(len, files.values())) <= 20_000
    assert sum(path.stat().st_size for path in GRID.iterdir()) <= 400_000


@built
@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_the_grid_is_what_probe_measures(activation):
    for name, place, depth in settings(len(activation), 3, activation):
        agree(bench_code.view(read(name)[place], depth), probed(name, LINES[place], depth))


@built
@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_the_grid_has_the_theory_of_each_plain_setting(activation):
    for line, curves in zip(LINES, read(activation), strict=True):
        for depth in line.depths:
            told = theory(line.recipe(activation, depth), signals.digits())
            seen = bench_code.view(curves, depth)["theory"]
            assert (seen is None) == (told is None), (line, depth)
            for name, curve in (told or {}).items():
                assert seen[name] == pytest.approx(curve, abs=0.0201), (line, depth)


def test_the_grid_has_the_settings_of_the_bench():
    inits = ("lecun_normal", "glorot_normal", "he_normal", "matched", "pytorch_linear", "orthogonal")
    wanted = {
        (init, kind, skips, 1.0, 0.0, depth)
        for init in inits
        for kind in ("none", "layer", "batch")
        for skips in (0, 1)
        for depth in ((2, 5, 10, 20, 30, 50) if kind == "none" else (2, 5, 10, 20, 30))
    }
    wanted |= {
        ("glorot_normal", "none", 0, gain, bias, depth)
        for gain in (0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
        for bias in (0.0, 0.1, 0.3)
        for depth in (10, 30)
    }
    assert {(*line, depth) for line in LINES for depth in line.depths} == wanted
    assert len(LINES) == len(set(LINES))
    told = bench_grid.index({})
    assert [told[name] for name in ("width", "samples", "seeds")] == [32, 64, 20]


# How far in decades a drawn theory is from the medians at width 32, at worst over depths: the page says so past 0.3.
RELUS = dict.fromkeys(("relu", "leaky_relu", "relu6"), 1.5)
AWAY = {
    "initialisers": RELUS | dict.fromkeys(("prelu", "rrelu"), 1.25) | {"hardshrink": 2.9},
    "orthogonal": dict.fromkeys(RELUS, 0.5) | dict.fromkeys(("prelu", "rrelu", "softplus"), 0.35) | {"hardshrink": 1.9},
    "gains": dict.fromkeys(("gelu", "gelu_tanh", "mish"), 1.0)
    | {"tanhshrink": 2.4}
    | dict.fromkeys(("threshold", "relu_squared", "hardshrink", "softshrink"), math.inf),  # to medians of 0
}
ELSEWHERE = {"initialisers": 0.7, "orthogonal": 0.2, "gains": 0.75}


@built
@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_a_theory_that_is_drawn_is_no_further_from_the_medians_than_is_known(activation):
    worst = dict.fromkeys(AWAY, 0.0)
    for line, curves in zip(LINES, read(activation), strict=True):
        kind = "gains" if (line.gain, line.bias) != (1, 0) else "initialisers"
        kind = "orthogonal" if line.init == "orthogonal" else kind
        worst[kind] = max([worst[kind], *(apart(bench_code.view(curves, depth)) for depth in line.depths)])
    for kind, known in AWAY.items():
        if activation in known:
            assert 0.8 * known[activation] <= worst[kind] <= known[activation], kind
        else:
            assert worst[kind] <= ELSEWHERE[kind], kind


def apart(view: dict) -> float:
    """Return how far the theory of a view is from its medians, in decades."""
    told = view["theory"] or {}
    away = [np.abs(np.array(curve) - np.array(view[name]["middle"])).max() for name, curve in told.items()]
    return float(max(away, default=0.0))


@built
def test_grid_js_reads_ten_settings_as_probe_measures_them_and_all_of_a_file_as_python_does(tmp_path):
    drawn = settings(1, 10)
    everything = [(place, depth) for place, line in enumerate(LINES) for depth in line.depths]
    whole = [(name, *one) for name in ("relu", "threshold") for one in everything]
    seen = through_node(tmp_path, GRID, [*drawn, *whole])
    for (activation, place, depth), view in zip([*drawn, *whole], seen, strict=True):
        wanted = bench_code.view(read(activation)[place], depth)
        assert (view["theory"] is None) == (wanted["theory"] is None)
        for name, curve in (wanted["theory"] or {}).items():
            assert view["theory"][name] == pytest.approx(curve)
        agree(view, wanted, middle=1e-9, ends=1e-9, shares=1e-9)
        assert float(view["apart"]) == pytest.approx(apart(wanted))
        assert [view[name] for name in ("layers", "width", "samples", "seeds", "from")] == [depth, 32, 64, 20, "grid"]
    for (activation, place, depth), view in zip(drawn, seen, strict=False):
        agree(view, probed(activation, LINES[place], depth))


# -- grid.js -----------------------------------------------------------------------------------------------------------

RUN = """
import { readFile } from "node:fs/promises";
import { apart, load } from "./bench/grid.js";
const { base, settings } = JSON.parse(await readFile(process.argv[2]));
globalThis.document = { baseURI: base };
globalThis.fetch = async (address) => {
  const path = process.argv[3] + "/" + address.split("_bench/")[1];
  try { return new Response(await readFile(path)); } catch { return new Response("", { status: 404 }); }
};
const words = (key, value) => (Number.isFinite(value) || typeof value !== "number" ? value : String(value));
try {
  const grid = await load("../");
  const seen = [];
  for (const one of settings) {
    const has = grid.has(one);
    const view = await grid.view(one).catch((error) => error.message);
    seen.push(has ? { ...view, apart: apart(view) } : view);
  }
  console.log(JSON.stringify(seen, words));
} catch (error) {
  console.log(JSON.stringify({ said: error.message }));
}
"""


def node(folder: Path, grid: Path, states: list[dict], base: str = "http://localhost/a/b/"):
    """Run grid.js over the files of a grid; return what it gives for some states."""
    (folder / "asked.json").write_text(json.dumps({"base": base, "settings": states}), encoding="utf-8")
    return in_node.run(RUN, str(folder / "asked.json"), str(grid))


def through_node(folder: Path, grid: Path, drawn: list[tuple[str, int, int]]):
    keys = ("init", "normalize", "residual", "gain", "bias")
    states = [
        {"activation": name, **dict(zip(keys, LINES[place], strict=False)), "depth": str(depth)}
        for name, place, depth in drawn
    ]
    return node(folder, grid, states)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """Return a grid of one activation with numbers that are made up, some endless."""
    folder = tmp_path_factory.mktemp("small")
    data = bench_code.encode(invented(0), LINES)
    (folder / "tanh-0.bin").write_bytes(data)
    (folder / "grid.json").write_text(json.dumps(bench_grid.index({"tanh": "tanh-0.bin"})))
    return folder


def invented(seed: int) -> list[dict]:
    """Return signals of all lines that no network has: any size, endless here and there."""
    draw = np.random.default_rng(seed)

    def band(layers: int) -> dict:
        values = np.sort(draw.normal(size=(3, layers)).cumsum(1) * 20, axis=0)
        values[draw.random(values.shape) < 0.1] = np.inf
        values[draw.random(values.shape) < 0.1] = -np.inf
        return dict(zip(("low", "middle", "high"), np.sort(values, axis=0).tolist(), strict=True))

    found = []
    for line in LINES:
        deepest = max(line.depths)
        known = draw.normal(size=deepest).tolist()
        told = {depth: draw.random() < 0.8 for depth in line.depths}
        found.append(
            {
                "depths": {
                    depth: {
                        "gradient": band(depth),
                        "delta": band(depth),
                        "theory": {"gradient": known[:depth], "delta": known[:depth], "spread": known[: depth - 1]}
                        if told[depth]
                        else None,
                    }
                    for depth in line.depths
                },
                "spread": band(deepest - 1),
                "dead": draw.random(deepest - 1).tolist(),
                "saturated": draw.random(deepest - 1).tolist(),
            }
        )
    return found


def test_any_numbers_are_read_as_they_were_written(small, tmp_path):
    wanted, drawn = invented(0), [("tanh", place, depth) for place, line in enumerate(LINES) for depth in line.depths]
    decoded = bench_code.decode((small / "tanh-0.bin").read_bytes(), LINES)
    seen = through_node(tmp_path, small, drawn)
    for (_, place, depth), view in zip(drawn, seen, strict=True):
        curves = wanted[place]
        here = {
            **curves["depths"][depth],
            "spread": {name: part[: depth - 1] for name, part in curves["spread"].items()},
            **{name: curves[name][: depth - 1] for name in ("dead", "saturated")},
        }
        read_here = bench_code.view(decoded[place], depth)
        assert float(view["apart"]) == pytest.approx(apart(read_here))
        for found in (read_here, view):
            agree(found, here)
            told = here["theory"] if bench_code.shape(LINES[place]).plain else None
            assert (found["theory"] is None) == (told is None)
            for name in told or {}:
                assert found["theory"][name] == pytest.approx(told[name], abs=0.0201)


def test_the_files_are_gzip_without_a_time(small):
    data = (small / "tanh-0.bin").read_bytes()
    assert data[:2] == b"\x1f\x8b"
    assert data[4:8] == bytes(4)
    assert zlib.decompress(data, 31)
    assert data == bench_code.encode(invented(0), LINES)


def test_what_is_not_in_the_grid_is_said_and_hostile_names_are_not_there(small, tmp_path):
    inside = {"activation": "tanh", "init": "he_normal", "depth": 10}
    outside = [{"activation": name} for name in ("relu", "own", "__proto__", "constructor", "toString", "<b>")]
    outside += [{"depth": 11}, {"depth": 0}, {"depth": "1e400"}, {"init": "he_uniform"}, {"gain": 1.01}, {"bias": "x"}]
    outside += [{"normalize": "layer", "depth": 50}, {"residual": 2}]
    seen = node(tmp_path, small, [inside, *({**inside, **one} for one in outside)])
    assert seen[0]["layers"] == 10
    assert set(map(type, seen[1:])) == {str}, seen[1:]
    assert len(set(seen[1:])) == 1
    assert "not among those" in seen[1]


@pytest.mark.parametrize(
    ("base", "grid", "said"),
    [("file:///book/playground.html", True, "from a file"), ("http://localhost/a/", False, "could not be fetched")],
)
def test_a_grid_that_cannot_be_fetched_is_refused_with_a_sentence(small, tmp_path, base, grid, said):
    answer = node(tmp_path, small if grid else tmp_path, [{}], base)["said"]
    assert said in answer
    assert answer.endswith(".")


# -- computed ----------------------------------------------------------------------------------------------------------

KINDS = [
    bench_grid.Line("glorot_normal"),
    bench_grid.Line("matched", residual=1),
    bench_grid.Line("pytorch_linear", normalize="layer"),
    bench_grid.Line("orthogonal", normalize="batch", residual=1),
    bench_grid.Line("glorot_normal", gain=1.25, bias=0.1),
    bench_grid.Line("glorot_normal", gain=0.7),
]


@pytest.mark.parametrize("activation", ["tanh", "prelu", "rrelu"])  # one that is plain, one that learns, one that draws
def test_passes_that_share_what_goes_forward_give_the_numbers_of_probe(activation):
    passes = bench_passes.Passes(activation, {})
    with np.errstate(all="ignore"):
        for line in KINDS:
            seen = passes.through(line)
            for depth in {max(seen), 10, min(seen)}:
                statistics = seen[depth]
                probe = gl.probe(line.recipe(activation, depth), signals.digits(), seeds=range(20))
                for name, numbers in statistics.items():
                    np.testing.assert_allclose(numbers, getattr(probe, name)[0], rtol=1e-9, err_msg=f"{line} {depth}")
                assert set(statistics) >= set(bench_passes.BACK)
            # the shallow ones have the beginning of what the deepest passed on
            deepest, depth = max(seen), min(seen)
            probe = gl.probe(line.recipe(activation, depth), signals.digits(), seeds=range(20))
            for name in bench_passes.FORWARD:
                shared = seen[deepest][name][:, : depth - 1]
                np.testing.assert_allclose(shared, getattr(probe, name)[0], rtol=1e-9)


def test_activations_share_what_seeds_draw_but_for_what_is_their_own():
    drawn = {}
    for name in ("relu", "prelu", "tanh"):
        passes = bench_passes.Passes(name, drawn)
        for line in (bench_grid.Line("glorot_normal"), bench_grid.Line("matched"), KINDS[-2]):
            net = line._replace(gain=1.0, bias=float(bool(line.bias))).recipe(name, 5)
            theta = net.initialize(range(20))
            np.testing.assert_array_equal(passes.draws(line, net, whole=True), theta)
            np.testing.assert_array_equal(passes.draws(line, net, whole=False), net.blocks(theta)[-1])
    assert len(drawn) == 4  # of the two lines that are not matched


def test_norms_are_right_where_squares_are_not_and_say_what_is_not_finite():
    arrays = np.array([3.0, 4e-200, 2e200, 0.0, np.inf, np.nan])[:, None, None] * np.ones((2, 2))
    arrays[-2, 0, 0], arrays[-1, 0, 0] = 1, 1  # beside finite ones
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(bench_passes.norms(arrays), [6, 8e-200, 4e200, 0, np.inf, np.nan])
    np.testing.assert_allclose(bench_passes.norms(arrays[:1]), [6])


def test_two_processes_share_all_activations_and_leave_what_is_there(tmp_path, monkeypatch):
    computed = []
    monkeypatch.setattr(bench_grid, "computed", lambda name, drawn: computed.append(name) or [])
    monkeypatch.setattr(bench_code, "encode", lambda *_: b"made")
    for part in (0, 1):
        bench_grid.share(tmp_path, part, 2)
        assert abs(len(computed) - len(gl.ACTIVATIONS) * (part + 1) / 2) <= 0.5
    assert sorted(computed) == sorted(gl.ACTIVATIONS)
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.bin" for name in gl.ACTIVATIONS}
    (tmp_path / "tanh.bin").unlink()
    bench_grid.share(tmp_path, 0, 1)
    assert computed[-1] == "tanh"
    assert len(computed) == len(gl.ACTIVATIONS) + 1


@pytest.mark.parametrize("module", [gl, bench_grid, bench_code, bench_passes, signals, mean_field])
def test_a_change_of_what_decides_the_numbers_is_another_digest(module, tmp_path, monkeypatch):
    before, source = bench_grid.digest(), Path(module.__file__)
    shutil.copytree(source.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__", "*.gz"))
    monkeypatch.setattr(module, "__file__", str(tmp_path / "copy" / source.name))
    assert bench_grid.digest() == before
    (tmp_path / "copy" / source.name).write_text(source.read_text(encoding="utf-8") + "# more", encoding="utf-8")
    assert bench_grid.digest() != before


def test_the_grid_is_kept_and_a_part_of_it_can_be_asked_for(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("GRADLAB_BENCH", "square")
    monkeypatch.setattr(bench_grid, "lines", lambda: LINES)
    assert bench_grid.chosen() == ["square"]
    bench_grid.compute(tmp_path)
    assert "grid 1 of 1: square, " in capfd.readouterr().out
    kept = (tmp_path / "square.bin").read_bytes()
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("it was computed before"))
    bench_grid.compute(tmp_path)
    bench_grid.write(tmp_path, tmp_path / "_bench")
    told = json.loads((tmp_path / "_bench" / "grid.json").read_text())
    assert (tmp_path / "_bench" / told["files"]["square"]).read_bytes() == kept
    name, place, depth = settings(3, 1, "square")[0]
    agree(bench_code.view(bench_code.decode(kept, LINES)[place], depth), probed(name, LINES[place], depth))


def test_a_process_that_fails_ends_the_build_with_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADLAB_BENCH", "tanh")
    monkeypatch.setattr(bench_grid.sys, "executable", shutil.which("false"))
    with pytest.raises(ConfigError, match="could not be computed"):
        bench_grid.compute(tmp_path)


# -- signals -----------------------------------------------------------------------------------------------------------


def test_quantiles_are_numpys_where_all_is_finite_and_say_what_is_endless():
    values = np.random.default_rng(0).normal(size=(20, 5))
    assert signals.QUANTILES == ENDS
    for share in ENDS.values():
        np.testing.assert_allclose(signals.quantile(values, share), np.quantile(values, share, axis=0))
    norms = np.array([[0.0], [0.0], [1.0], [10.0], [np.nan], [np.inf]])
    assert signals.bands(norms) == {"low": [-math.inf], "middle": [0.5], "high": [math.inf]}
    assert signals.bands(np.zeros((4, 1)))["middle"] == [-math.inf]
    assert signals.bands(np.array([[0.0], [1.0]]))["middle"] == [-math.inf]
    assert signals.bands(np.array([[np.inf], [1.0]]))["middle"] == [math.inf]


def test_signals_are_the_medians_of_one_probe():
    net = signals.recipe("relu", "he_normal", depth=5, width=16, normalize="layer", residual=True)
    found = signals.signals(net, seeds=3, samples=32, first_seed=7)
    probe = gl.probe(net, signals.digits(32), seeds=[7, 8, 9])
    for place, norms in zip(BANDS, (probe.gradient_norm, probe.delta_norm, probe.activation_std), strict=True):
        for name, share in ENDS.items():
            wanted = np.quantile(np.log10(norms[0]), share, axis=0)
            assert found[place][name] == pytest.approx(wanted.tolist()), (place, name)
    for name, shares in (("dead", probe.dead_fraction), ("saturated", probe.saturated_fraction)):
        assert found[name] == pytest.approx(np.median(shares[0], axis=0).tolist()), name
    assert found["theory"] is None
    assert (found["layers"], found["width"], found["samples"], found["seeds"]) == (5, 16, 32, 3)
    assert len(found["spread"]["low"]) == len(found["dead"]) == 4


@pytest.mark.parametrize("name", [name for name in gl.INITIALIZERS if name != "zeros"])
@pytest.mark.parametrize("gain", [1.0, 1.7])
def test_a_gain_scales_all_weights_and_the_theory_knows_their_variance(name, gain):
    plain, more = gl.INITIALIZERS[name], signals.scaled(name, gain)
    nets = [gl.MLP([64, 32, 32, 10], activation="tanh", init=init) for init in (plain, more)]
    thetas = [net.initialize(range(8)) for net in nets]
    np.testing.assert_allclose(thetas[1], gain * thetas[0], rtol=1e-9, atol=1e-12)
    drawn = np.concatenate([layer.weights.ravel() for layer in nets[1].layers(nets[1].initialize(range(300)))[1:2]])
    wanted = variance(more, 32, 32, gl.tanh.gain)
    assert drawn.var() == pytest.approx(wanted, rel=0.02)


def test_a_variance_that_is_not_known_is_no_number_and_zeros_have_none():
    own = gl.initializers.Initializer(
        "own", lambda source, inputs, outputs, gain: source.normal(size=(inputs, outputs)), ""
    )
    assert variance(own, 3, 4, 1.0) is None
    assert variance(gl.INITIALIZERS["zeros"], 3, 4, 1.0) == 0
    assert variance(gl.initializers.constant(0.1), 3, 4, 1.0) is None
    assert theory(gl.MLP([64, 8, 10], init=own), signals.digits()) is None
    assert theory(gl.MLP([64, 8, 10], init="zeros"), signals.digits()) is None


def fine(activation: gl.Activation, square: float, likeness: float) -> list[float]:
    """Return E f(u) f(v) and E f′(u) f′(v) of normal numbers, by many points."""
    common, own = np.linspace(-8, 8, 2001)[:, None], np.linspace(-8, 8, 1003)
    values = activation.value_and_derivative(math.sqrt(square) * (likeness**0.5 * common + (1 - likeness) ** 0.5 * own))
    share, weight = np.exp(-(own**2) / 2), np.exp(-(common[:, 0] ** 2) / 2)
    means = [np.asarray(one, float) @ share / share.sum() for one in values]
    return [float(mean**2 @ weight / weight.sum()) for mean in means]


@pytest.mark.parametrize("likeness", [0.3, 0.8, 0.98])
def test_the_moments_of_two_pre_activations_are_known_where_they_have_a_formula(likeness):
    angle, square = math.acos(likeness), 1.7
    values = square / 2 / math.pi * (math.sqrt(1 - likeness**2) + likeness * (math.pi - angle))
    formulas = {
        "relu": (values, (math.pi - angle) / 2 / math.pi),
        "sine": (math.exp(-square) * math.sinh(square * likeness), math.exp(-square) * math.cosh(square * likeness)),
        "square": (square**2 * (1 + 2 * likeness**2), 4 * square * likeness),
        "identity": (square * likeness, 1),
    }
    for name, (value, slope) in formulas.items():
        seen = mean_field._through(gl.ACTIVATIONS[name], square, (likeness,))
        assert (seen.value[1], seen.slope[1]) == pytest.approx((value, slope), rel=2e-3), name


@pytest.mark.parametrize(
    "activation", ["threshold", "hardshrink", "softshrink", "hard_tanh", "gelu", "tanh", "softsign"]
)
def test_the_moments_of_two_pre_activations_are_those_of_many_points_also_where_f_jumps(activation):
    for square in (0.3, 4.0):
        for likeness in (0.2, 0.7, 0.97):
            seen = mean_field._through(gl.ACTIVATIONS[activation], square, (likeness,))
            found = [seen.value[1], seen.slope[1]]
            assert found == pytest.approx(fine(gl.ACTIVATIONS[activation], square, likeness), rel=0.01)


@pytest.mark.parametrize("activation", ["threshold", "relu_squared", "tanh", "softplus"])
def test_the_moments_of_one_pre_activation_are_those_of_the_library(activation):
    rule = gl.ACTIVATIONS[activation]
    seen, moments = mean_field._through(rule, 2.25, ()), rule.gaussian_moments(scale=1.5)
    assert (seen.value[0], seen.slope[0]) == pytest.approx((moments.mean_square, moments.slope_mean_square))
    assert seen.spread == pytest.approx(math.sqrt(moments.variance))
    step = math.log(rule.gaussian_moments(scale=1.5 * 1.001).mean_square / moments.mean_square) / math.log(1.001) / 2
    assert seen.growth == pytest.approx(step, rel=0.01)


def away(activation: str, init: str, depth: int, width: int = 32, **more) -> dict[str, float]:
    """Return how far the theory is from the measured medians, in decades, at worst over the layers."""
    found = signals.signals(signals.recipe(activation, init, depth=depth, width=width, **more))
    return {
        name: float(np.abs(np.array(found["theory"][name]) - np.array(found[name]["middle"])).max()) for name in BANDS
    }


SMOOTH = ["sigmoid", "tanh", "relu", "leaky_relu", "selu", "gelu", "sine", "softplus"]


@pytest.mark.parametrize("activation", SMOOTH)
def test_theory_is_near_what_is_measured_at_ten_layers_of_32(activation):
    for init in ("glorot_normal", "he_normal", "matched", "pytorch_linear"):
        assert max(away(activation, init, 10).values()) < 0.25, init
    assert max(away(activation, "orthogonal", 10).values()) < 0.15


@pytest.mark.parametrize(
    ("activation", "more"),
    [("tanh", {"bias": 1.0}), ("tanh", {"gain": 1.5, "bias": 0.5}), ("sigmoid", {"gain": 2.0, "bias": 0.3})],
)
def test_theory_knows_gain_and_biases(activation, more):
    assert max(away(activation, "orthogonal", 10, **more).values()) < 0.06


def test_theory_is_nearer_where_layers_are_wide_and_for_orthogonal_weights():
    narrow, wide = away("relu", "he_normal", 30), away("relu", "he_normal", 30, width=128)
    assert narrow["gradient"] > 0.5  # the picture shows it: 32 units are not infinitely many
    assert wide["gradient"] < 0.4 * narrow["gradient"]
    assert max(away("tanh", "orthogonal", 50).values()) < 0.06 < away("tanh", "glorot_normal", 50)["gradient"]
    assert max(away("tanh", "glorot_normal", 10, gain=1.25, bias=0.1).values()) < 0.25


@pytest.mark.parametrize(("activation", "depth"), [("hardshrink", 8), ("threshold", 5)])
def test_theory_is_of_wide_layers_where_the_function_jumps_too(activation, depth):
    narrow, wide = (max(away(activation, "matched", depth, width=width).values()) for width in (32, 256))
    assert wide < 0.6 * narrow
    assert wide < 0.35


def test_theory_says_nothing_where_it_is_of_no_use():
    assert theory(signals.recipe("gelu", "he_normal", depth=10), signals.digits()) is not None
    assert (
        theory(signals.recipe("gelu", "he_normal", depth=20), signals.digits()) is None
    )  # a change grows more than eightfold
    for name in ("relu_squared", "square", "tanhshrink"):
        assert theory(signals.recipe(name, "he_normal", depth=10), signals.digits()) is None
    for more in ({"normalize": "layer"}, {"normalize": "batch"}, {"residual": True}):
        assert theory(signals.recipe("tanh", "he_normal", depth=10, **more), signals.digits()) is None
    assert theory(signals.recipe("relu", "he_normal", depth=5, gain=1e200), signals.digits()) is None
