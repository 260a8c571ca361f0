"""Tests of saving and loading a run, and of its tidy table."""

import json
import zipfile

import numpy as np
import pytest

import gradlab as gl
from gradlab.training import STATISTICS

S = gl.schedules
DATA = gl.datasets.moons(40)
NETS = [
    gl.MLP([2, 4, 2], gl.leaky_relu.bind(slope=0.2)),
    gl.MLP([2, 4, 4, 2], "prelu", init=gl.initializers.variance_scaling(1.7, fan="out"), residual=True),
    gl.MLP([2, 4, 2], "tanh", bias_init=gl.initializers.normal(0.3), normalize="batch"),
    gl.MLP(
        [2, 3, 2],
        "relu",
        init=gl.initializers.orthogonal.bind(gain=0.9),
        bias_init=gl.initializers.constant(0.1),
        normalize="layer",
    ),
]
OPTIMIZERS = [
    gl.SGD(S.WarmUp(S.StepDecay(0.1, 7), 3), momentum=0.9, nesterov=True, clip_norm=2.0),
    gl.RMSprop(0.01),
    gl.Adagrad(),
    gl.Adam(S.Cosine(0.02, 50)),
    gl.AdamW(1e-2, weight_decay=0.1),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("net", NETS, ids=repr)
def test_a_loaded_run_is_the_run_that_was_saved_and_goes_on_as_if_it_had_not_stopped(net, optimizer, tmp_path):
    settings = {"optimizer": optimizer, "batch_size": 16}
    run = gl.train(net, DATA, steps=13, seeds=(4, 2**70), **settings)
    loaded = gl.History.load(run.save(tmp_path / "run"))
    assert (loaded.net, loaded.optimizer, loaded.loss_function, loaded.seeds) == (
        net,
        optimizer,
        run.loss_function,
        run.seeds,
    )
    for name in ("step", "loss", "accuracy", *STATISTICS, "theta", "stopped"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(run, name))
    np.testing.assert_array_equal(loaded.outputs(DATA.x), run.outputs(DATA.x))
    whole = gl.train(net, DATA, steps=20, seeds=(4, 2**70), **settings)
    rest = gl.train(net, DATA, steps=7, resume=loaded, **settings)
    np.testing.assert_array_equal(rest.theta, whole.theta)
    np.testing.assert_array_equal(rest.loss, whole.loss)


def test_a_file_holds_no_pickle(tmp_path):
    path = gl.probe(NETS[0], DATA).save(tmp_path / "run.npz")
    assert path.name == "run.npz"
    with np.load(path, allow_pickle=False) as stored:
        assert json.loads(str(stored["recipe"]))["sizes"] == [2, 4, 2]
        assert all(stored[name].dtype.kind != "O" for name in stored.files)
    assert not list(tmp_path.glob("*.unfinished"))


def test_float32_stays_float32(tmp_path):
    run = gl.train(NETS[0], DATA, steps=3, dtype="float32")
    assert gl.History.load(run.save(tmp_path / "r")).theta.dtype == np.float32


def test_a_part_that_a_file_cannot_name_is_refused_before_anything_is_written(tmp_path):
    lonely = gl.Activation("lonely", lambda x: (x, np.ones_like(x)))
    with pytest.raises(ValueError, match=r"activation lonely is not in gradlab\.ACTIVATIONS"):
        gl.probe(gl.MLP([2, 3, 2], lonely), DATA).save(tmp_path / "run")
    own = gl.Initializer("mine", lambda generator, inputs, outputs, gain: np.ones((inputs, outputs)), "Ones.")
    with pytest.raises(ValueError, match="initializer mine is not one of gradlab's"):
        gl.probe(gl.MLP([2, 3, 2], init=own), DATA).save(tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_an_activation_of_the_readers_own_must_be_defined_to_load(tmp_path):
    @gl.activation()
    def only_here(x):
        return x, np.ones_like(x)

    path = gl.probe(gl.MLP([2, 3, 2], only_here), DATA).save(tmp_path / "run")
    assert gl.History.load(path).net.activation == only_here
    del gl.ACTIVATIONS._parts["only_here"]
    with pytest.raises(ValueError, match="unknown activation 'only_here'"):
        gl.History.load(path)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_another_file_gets_a_sentence(content, tmp_path):
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is not a history that gradlab wrote"):
        gl.History.load(path)


def test_an_archive_of_something_else_gets_a_sentence(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(ValueError, match="it has no recipe"):
        gl.History.load(tmp_path / "other.npz")
    with pytest.raises(FileNotFoundError):
        gl.History.load(tmp_path / "missing.npz")


def test_a_file_of_a_later_format_gets_a_sentence(tmp_path):
    path = gl.probe(NETS[0], DATA).save(tmp_path / "run")
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["recipe"] = np.array(str(arrays["recipe"]).replace('"format": 1', '"format": 99'))
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match="format 99; this gradlab reads format 1"):
        gl.History.load(path)
    assert zipfile.is_zipfile(path)


def test_the_table_has_a_row_for_each_number():
    run = gl.train(NETS[1], DATA, steps=20, seeds=(5, 7), record_every=10)
    table = run.to_dict()
    assert list(table) == ["step", "seed", "layer", "statistic", "value"]
    numbers = sum(getattr(run, name).size for name in ("loss", "accuracy", *STATISTICS))
    assert {len(column) for column in table.values()} == {numbers}

    def find(step, seed, layer, statistic):
        wanted = (table["step"] == step) & (table["seed"] == seed) & (table["layer"] == layer)
        (value,) = table["value"][wanted & (table["statistic"] == statistic)]
        return value

    assert find(10, 7, 0, "loss") == run.loss[1, 1]
    assert find(20, 5, 3, "gradient_norm") == run.gradient_norm[2, 0, 2]
    assert find(0, 7, 2, "dead_fraction") == run.dead_fraction[0, 1, 1]


def test_the_table_becomes_a_data_frame_where_pandas_is():
    pandas = pytest.importorskip("pandas")
    run = gl.probe(NETS[0], DATA, seeds=range(3))
    frame = run.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    losses = frame[frame.statistic == "loss"].set_index("seed").value
    np.testing.assert_array_equal(losses.loc[[0, 1, 2]], run.loss[0])


def test_without_pandas_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match="to_dict gives the same table"):
        gl.probe(NETS[0], DATA).to_pandas()
