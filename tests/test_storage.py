"""Tests of saving and loading a run, and of its tidy table."""

import io
import json
import threading
import zipfile

import numpy as np
import pytest

import gradlab as gl
from gradlab.training import STATISTICS
from gradlab.training._storage import LATER

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


# ---------------------------------------------------------------------------------------------------- the path


@pytest.mark.parametrize("name", ["a", "a.npz", "a.b", "run 1.txt", "ä"])
def test_what_was_saved_under_a_name_is_loaded_under_it(name, tmp_path):
    run = gl.probe(NETS[0], DATA)
    path = run.save(tmp_path / name)
    assert path.suffix == ".npz"
    for given in (tmp_path / name, str(tmp_path / name), path):
        np.testing.assert_array_equal(gl.History.load(given).theta, run.theta)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_file_without_the_ending_is_read_where_no_other_is(tmp_path):
    gl.probe(NETS[0], DATA).save(tmp_path / "a").rename(tmp_path / "b")
    assert gl.History.load(tmp_path / "b").net == NETS[0]


def test_a_directory_is_no_history(tmp_path):
    for name in ("a", "b.npz"):
        (tmp_path / name).mkdir()
        with pytest.raises(ValueError, match=f"{name} is a directory"):
            gl.History.load(tmp_path / name)


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, OSError("disk full"), MemoryError])
def test_a_save_that_fails_leaves_nothing_behind_and_what_was_there_as_it_was(trouble, tmp_path, monkeypatch):
    run = gl.probe(NETS[0], DATA)
    path = run.save(tmp_path / "run")
    before = path.read_bytes()

    def fail(stream, **arrays):
        stream.write(b"half of it")
        raise trouble

    monkeypatch.setattr(np, "savez_compressed", fail)
    for name in ("run", "new"):
        with pytest.raises(trouble if isinstance(trouble, type) else type(trouble)):
            run.save(tmp_path / name)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.npz"]
    assert path.read_bytes() == before


def test_two_may_save_to_one_name_at_once(tmp_path):
    runs = [gl.probe(NETS[0], DATA, seeds=seed) for seed in range(4)]
    threads = [threading.Thread(target=run.save, args=(tmp_path / "run",)) for run in runs for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.npz"]
    assert gl.History.load(tmp_path / "run").seeds[0] in range(4)


# ---------------------------------------------------------------------------------------------------- damage


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run with every kind of array in a file, and the file's bytes."""
    net = gl.MLP([2, 3, 3, 2], "prelu", init=gl.initializers.normal(0.3), normalize="batch")
    rate = gl.schedules.WarmUp(gl.schedules.Cosine(0.02, 50), 3)
    run = gl.train(net, DATA, optimizer=gl.Adam(rate, clip_norm=1.0), steps=4, seeds=(3, 2**70), record_every=2)
    return run, run.save(tmp_path_factory.mktemp("whole") / "run").read_bytes()


def _load(path):
    """Return the run in a file, or the sentence that refuses it."""
    try:
        return gl.History.load(path)
    except ValueError as error:
        return str(error)


def _is_refused_or_whole(path, run):
    """Whether a file is refused by its name; else it holds the same numbers to the last bit."""
    found = _load(path)
    if isinstance(found, str):
        assert path.name in found
        assert "\n" not in found
        assert len(found) < 500
        return True
    assert (found.net, found.optimizer, found.seeds) == (run.net, run.optimizer, run.seeds)
    for name in ("step", "loss", "accuracy", *STATISTICS, "theta", "stopped"):
        np.testing.assert_array_equal(getattr(found, name), getattr(run, name), strict=True)
    for slot, wanted in zip(found.slots, run.slots, strict=True):
        np.testing.assert_array_equal(slot, wanted, strict=True)
    np.testing.assert_array_equal(found.outputs(DATA.x), run.outputs(DATA.x))
    return False


def test_a_flipped_byte_is_noticed_wherever_it_stands(whole, tmp_path):
    run, content = whole
    path = tmp_path / "damaged.npz"
    places = np.random.default_rng(0).permutation(len(content))[:700]
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(place) % 8
        path.write_bytes(damaged)
        _is_refused_or_whole(path, run)  # dates and the like are not looked at


@pytest.mark.parametrize("seed", range(40))
def test_scrambled_bytes_are_noticed(whole, seed, tmp_path):
    run, content = whole
    source = np.random.default_rng(seed)
    damaged = bytearray(content)
    for _ in range(int(source.integers(1, 6))):
        at, length = source.integers(len(content)), int(source.integers(1, 200))
        piece = source.bytes(length)
        damaged[at : at + (0 if source.random() < 0.3 else length)] = piece[: 0 if source.random() < 0.3 else length]
    (tmp_path / "damaged.npz").write_bytes(damaged)
    _is_refused_or_whole(tmp_path / "damaged.npz", run)


def test_a_file_cut_off_anywhere_is_noticed(whole, tmp_path):
    run, content = whole
    for length in {*range(0, len(content), 61), len(content) - 1}:
        (tmp_path / "cut.npz").write_bytes(content[:length])
        assert _is_refused_or_whole(tmp_path / "cut.npz", run)


def _with(content, path, **changes):
    """Write the file again with some arrays changed, or left out where None."""
    with np.load(io.BytesIO(content)) as stored:
        arrays = {**stored, **changes}
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def _wrong(array):
    """Yield arrays that cannot stand where this one does."""
    yield None
    yield array[None]
    yield array.astype(complex) if array.dtype.kind != "U" else np.zeros(array.shape)
    yield np.full(array.shape, None)
    yield array.astype("S40" if array.dtype.kind == "U" else "f2")
    if array.ndim:
        yield array[..., :0]
        yield np.concatenate([array, array, array], axis=-1)
        yield np.concatenate([array, array, array], axis=0)
        yield array[0]


def test_every_array_must_be_there_in_its_kind_and_shape(whole, tmp_path):
    run, content = whole
    with np.load(io.BytesIO(content)) as stored:
        arrays = dict(stored)
    assert {"seeds", "theta", "slot1", "mean1", "variance0", *STATISTICS} <= set(arrays)
    for name, array in arrays.items():
        for wrong in _wrong(array):
            if name in LATER and wrong is None:  # what an older gradlab wrote has none
                continue
            _with(content, tmp_path / "wrong.npz", **{name: wrong})
            assert _is_refused_or_whole(tmp_path / "wrong.npz", run), (name, wrong)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("byte_order", ["<", ">"])
def test_arrays_in_another_order_of_memory_are_the_same_numbers(order, byte_order, whole, tmp_path):
    run, content = whole
    with np.load(io.BytesIO(content)) as stored:
        changed = {name: np.asarray(a, a.dtype.newbyteorder(byte_order), order=order) for name, a in stored.items()}
    _with(content, tmp_path / "turned.npz", **changed)
    assert not _is_refused_or_whole(tmp_path / "turned.npz", run)


def test_seeds_and_steps_must_make_sense(whole, tmp_path):
    run, content = whole
    for changes in (
        {"seeds": np.array(["3", "3"])},
        {"seeds": np.array(["3", "-1"])},
        {"seeds": np.array(["3", "1_0"])},
        {"seeds": np.array(["3", ""])},
        {"step": run.step[::-1]},
        {"step": run.step - 1},
        {"step": np.zeros_like(run.step)},
        {"optimizer_since": np.array(-1)},
        {"optimizer_since": run.step[-1] + 1},
        {"record_every": np.array(-3)},
    ):
        _with(content, tmp_path / "odd.npz", **changes)
        assert _is_refused_or_whole(tmp_path / "odd.npz", run), changes


def _places(told, at=()):
    """Yield the place of every value in a JSON tree."""
    yield at
    items = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for key, value in items:
        yield from _places(value, (*at, key))


ODD = [None, True, -1, 0, 1.5, 10**30, float("nan"), "no such name", [], {}, [[]], {"kind": {}}, "x" * 5000]


def test_a_recipe_of_other_types_is_refused(whole, tmp_path):
    run, content = whole
    with np.load(io.BytesIO(content)) as stored:
        text = str(stored["recipe"])
    refused = 0
    places = list(_places(json.loads(text)))
    assert ("optimizer", "fields", "learning_rate", "fields", "then", "kind") in places
    for place in places:
        for odd in (*ODD, "leave it out"):
            told = {"": json.loads(text)}
            inner = told
            for key in ("", *place)[:-1]:
                inner = inner[key]
            last = ("", *place)[-1]
            if odd == "leave it out" and place:
                del inner[last]
            else:
                inner[last] = odd
            _with(content, tmp_path / "odd.npz", recipe=np.array(json.dumps(told[""])))
            found = _load(tmp_path / "odd.npz")
            if isinstance(found, str):  # else the value is allowed there, as None is for clip_norm
                assert "odd.npz" in found
                assert len(found) < 500
                refused += 1
    assert refused > 0.8 * len(places) * len(ODD)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"a"', "[" * 50_000, '{"format": 1}', '{"format": [1]}'])
def test_what_is_no_recipe_is_refused(text, whole, tmp_path):
    run, content = whole
    _with(content, tmp_path / "odd.npz", recipe=np.array(text))
    assert _is_refused_or_whole(tmp_path / "odd.npz", run)


def test_a_header_that_promises_more_than_there_is_costs_no_memory(whole, tmp_path):
    import tracemalloc

    run, content = whole
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(tmp_path / "bomb.npz", "w") as new:
        for entry in old.namelist():
            data = old.read(entry)
            if entry == "theta.npy":
                (shape,) = [str(run.theta.shape).encode()]
                assert shape in data
                data = data.replace(shape, b"(2, 99999999999)").replace(b" " * (16 - len(shape)), b"", 1)
            new.writestr(entry, data)
        new.writestr("../../odd name.npy", b"0" * 100)
    tracemalloc.start()
    try:
        assert _is_refused_or_whole(tmp_path / "bomb.npz", run)
        assert tracemalloc.get_traced_memory()[1] < 3e6
    finally:
        tracemalloc.stop()
    assert not list(tmp_path.glob("**/odd*"))


def _claiming(content, path, records, without=()):
    """Write the file again with all the records that some arrays could have, all zeros, which take no room."""
    with np.load(io.BytesIO(content)) as stored:
        arrays = dict(stored)
    seeds = len(arrays["seeds"])
    for name in ("step", "loss", "accuracy", *STATISTICS):
        if name not in without:
            arrays[name] = np.zeros((records, *arrays[name].shape[1:]), np.int64 if name == "step" else np.float32)
    assert arrays["loss"].shape[1] == seeds
    np.savez_compressed(path, **arrays)


@pytest.mark.parametrize("without", [(), ("loss",), STATISTICS, ("loss", "accuracy", *STATISTICS), ("step",)], ids=str)
def test_a_small_file_cannot_ask_for_much_memory(without, whole, tmp_path):
    import tracemalloc

    run, content = whole
    _claiming(content, tmp_path / "zeros.npz", 300_000, without)
    assert (tmp_path / "zeros.npz").stat().st_size < 60_000
    gl.History.load(run.save(tmp_path / "warm"))  # what is loaded once
    tracemalloc.start()
    try:
        assert _is_refused_or_whole(tmp_path / "zeros.npz", run)
        assert tracemalloc.get_traced_memory()[1] < 1e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_file_packed_as_numpy_never_packs_is_refused(packing, whole, tmp_path):
    run, content = whole
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(tmp_path / "odd.npz", "w", packing) as new:
        for entry in old.namelist():
            new.writestr(entry, old.read(entry))
    assert _is_refused_or_whole(tmp_path / "odd.npz", run)


@pytest.mark.parametrize("stride", [1, 100, 256, 4096, 65536])
def test_any_steps_that_a_run_can_have_fit_in_a_file(stride, whole, tmp_path):
    run, content = whole
    with np.load(io.BytesIO(content)) as stored:
        arrays = dict(stored)
    for name in ("loss", "accuracy", *STATISTICS):
        arrays[name] = np.zeros((5000, *arrays[name].shape[1:]))
    np.savez_compressed(tmp_path / "long.npz", **arrays | {"step": stride * np.arange(5000)})
    assert gl.History.load(tmp_path / "long.npz").step[-1] == 4999 * stride


def test_a_file_without_records_is_refused(whole, tmp_path):
    run, content = whole
    _claiming(content, tmp_path / "none.npz", 0)
    assert "it holds no record" in _load(tmp_path / "none.npz")


@pytest.mark.parametrize("last", [2**53 + 1, 2**62, 2**63 - 1])
def test_a_step_that_no_run_takes_is_refused(last, whole, tmp_path):
    run, content = whole
    _with(content, tmp_path / "late.npz", step=np.array([*run.step[:-1], last]))
    assert "past what any run takes" in _load(tmp_path / "late.npz")


def test_a_recipe_of_a_huge_net_costs_no_memory(whole, tmp_path):
    run, content = whole
    with np.load(io.BytesIO(content)) as stored:
        told = json.loads(str(stored["recipe"]))
    told["sizes"] = [10**9, 10**9, 10**9]
    _with(content, tmp_path / "huge.npz", recipe=np.array(json.dumps(told)))
    assert _is_refused_or_whole(tmp_path / "huge.npz", run)


def test_what_else_stands_in_a_file_is_not_even_opened(whole, tmp_path):
    run, content = whole
    _with(content, tmp_path / "more.npz", evil=np.array([print], dtype=object), other=np.zeros(3))
    assert not _is_refused_or_whole(tmp_path / "more.npz", run)


# ---------------------------------------------------------------------------------------------------- parts of one's own


def test_every_part_of_ones_own_that_has_a_name_goes_through_a_file(tmp_path):
    from dataclasses import dataclass

    @gl.losses.loss("binary")
    def hinge(outputs, targets):
        sign = 2 * targets - 1
        return np.maximum(1 - sign * outputs, 0).sum(-1), np.where(sign * outputs < 1, -sign, 0)

    @gl.initializers.initializer()
    def signs(generator, inputs, outputs, gain, *, factor=1.0):
        return factor * generator.choice([-1.0, 1.0], (inputs, outputs))

    @gl.schedules.schedule
    @dataclass(frozen=True)
    class InverseRoot(S.Schedule):
        rate: float

        def __call__(self, step):
            return self.rate / (step + 1) ** 0.5

    @gl.optimizers.optimizer
    @dataclass(frozen=True)
    class SignDescent(gl.Optimizer):
        def coefficients(self, step):
            return (self.rate(step),)

        def equation(self, theta, gradient, slots, scratch, *coefficients):
            theta -= coefficients[0] * np.sign(gradient)

    for init in (signs, signs.bind(gain=0.5)):
        net = gl.MLP([2, 3, 1], init=init)
        run = gl.train(net, DATA, loss="hinge", optimizer=SignDescent(S.WarmUp(InverseRoot(0.1), 2)), steps=3)
        again = gl.History.load(run.save(tmp_path / "own"))
        assert (again.net, again.optimizer, again.loss_function) == (net, run.optimizer, hinge)
        np.testing.assert_array_equal(again.net.initialize(5), net.initialize(5))


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
