"""Data sets and their container."""

import copy
import pickle
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gradlab as gl
from gradlab import datasets

every = pytest.mark.parametrize("make", gl.DATASETS.values(), ids=gl.DATASETS)
DRAWN = [make for name, make in gl.DATASETS.items() if "seed" in (make.__kwdefaults__ or {})]
drawn = pytest.mark.parametrize("make", DRAWN, ids=lambda make: make.__name__)


@every
def test_a_data_set_has_defaults_and_two_balanced_classes_or_more(make):
    data = make()
    assert isinstance(data, gl.Data)
    assert data.x.ndim == 2
    assert data.x.dtype == np.float64
    assert data.y.shape == (len(data),)
    counts = np.bincount(data.y)
    assert len(counts) == data.classes >= 2
    assert counts.min() >= 0.9 * counts.max()
    assert getattr(datasets, make.__name__) is make


@every
def test_a_data_set_is_the_same_every_time_and_never_the_same_object(make):
    one, other = make(), make()
    np.testing.assert_array_equal(one.x, other.x)
    np.testing.assert_array_equal(one.y, other.y)
    assert not np.shares_memory(one.x, other.x)


@drawn
@pytest.mark.parametrize("samples", [4, 5, 101, 300])
def test_drawn_data_are_centred_with_mean_square_one_and_as_many_as_asked(make, samples):
    data = make(samples, seed=3)
    assert len(data) == samples
    assert abs(np.diff(np.bincount(data.y))[0]) <= 1
    np.testing.assert_allclose(data.x.mean(0), 0, atol=1e-12)
    assert (data.x**2).mean() == pytest.approx(1, rel=1e-12)


@drawn
def test_seeds_draw_different_points(make):
    assert (make(seed=1).x != make(seed=2).x).any()
    np.testing.assert_array_equal(make(seed=1).x, make(seed=1).x)


def _wrong_by_a_line(data):
    """Share of points that the best affine fit puts on the wrong side."""
    design = np.column_stack([data.x, np.ones(len(data))])
    found = design @ np.linalg.lstsq(design, 2.0 * data.y - 1, rcond=None)[0]
    return ((found > 0) != data.y).mean()


@pytest.mark.parametrize(("name", "share"), [("spirals", 0.3), ("moons", 0.05), ("circles", 0.3), ("xor", 0.3)])
def test_no_line_separates_the_classes(name, share):
    assert _wrong_by_a_line(gl.DATASETS[name]()) > share


def test_xor_is_the_exclusive_or():
    data = datasets.xor()
    assert {(int(a), int(b)): int(label) for (a, b), label in zip(data.x, data.y, strict=True)} == {
        (-1, -1): 0,
        (-1, 1): 1,
        (1, -1): 1,
        (1, 1): 0,
    }


def test_without_noise_the_points_lie_on_their_curves():
    data = datasets.circles(200, factor=0.4, noise=0, seed=0)
    radii = []
    for label in (0, 1):  # each circle has one radius about its own middle
        ring = data.x[data.y == label]
        design = np.column_stack([2 * ring, np.ones(len(ring))])
        *middle, rest = np.linalg.lstsq(design, (ring**2).sum(1), rcond=None)[0]
        radius = np.sqrt(rest + np.dot(middle, middle))
        np.testing.assert_allclose(np.hypot(*(ring - middle).T), radius, rtol=1e-9)
        radii.append(radius)
    assert radii[1] / radii[0] == pytest.approx(0.4)


def test_more_turns_wind_further():
    def flips(turns):
        data = datasets.spirals(2000, turns=turns, noise=0, seed=0)
        arm = data.x[data.y == 0] - (data.x[data.y == 0].mean(0) + data.x[data.y == 1].mean(0)) / 2
        arm = arm[np.argsort(np.hypot(*arm.T))]
        return np.abs(np.diff(np.unwrap(np.arctan2(arm[:, 1], arm[:, 0]))[200:])).sum()

    assert flips(2.0) > 1.6 * flips(1.0)


def test_noise_moves_the_points():
    calm, rough = (datasets.moons(noise=noise, seed=0).x for noise in (0, 0.3))
    assert 0.1 < np.abs(calm - rough).mean() < 0.6


# ---------------------------------------------------------------------------------------------------- digits


def test_digits_are_scikit_learns():
    sklearn = pytest.importorskip("sklearn.datasets")
    theirs = sklearn.load_digits()
    ours = datasets.digits(standardize=False)
    np.testing.assert_array_equal(ours.x, theirs.data)
    np.testing.assert_array_equal(ours.y, theirs.target)


def test_digits_have_their_shape_and_range():
    data = datasets.digits(standardize=False)
    assert data.x.shape == (1797, 64)
    assert (data.x.min(), data.x.max()) == (0, 16)
    np.testing.assert_array_equal(data.x, np.round(data.x))
    assert sorted(np.unique(data.y)) == list(range(10))
    assert data.x.sum() == 561718  # the sum over all of UCI's test part
    assert repr(data) == "Data(1797 samples, 64 features, 10 classes)"


def test_standardized_digits_have_mean_zero_in_each_pixel_and_deviation_one_over_all():
    data = datasets.digits()
    np.testing.assert_allclose(data.x.mean(0), 0, atol=1e-12)
    assert data.x.std() == pytest.approx(1, rel=1e-12)
    raw = datasets.digits(standardize=False).x
    np.testing.assert_allclose(data.x * (raw - raw.mean(0)).std() + raw.mean(0), raw, atol=1e-11)


def test_the_vendored_file_is_small_and_says_where_it_comes_from():
    folder = files("gradlab") / "data"
    sizes = [len(entry.read_bytes()) for entry in folder.iterdir() if entry.is_file()]
    assert sum(sizes) < 60_000
    said = (folder / "README.md").read_text(encoding="utf-8")
    assert "Creative Commons Attribution 4.0" in said
    assert "10.24432/C50P49" in said


# ---------------------------------------------------------------------------------------------------- Data


def test_the_readers_arrays_are_neither_frozen_nor_changed_nor_shared():
    x, y = np.arange(6.0).reshape(3, 2), np.array([0, 1, 0])
    data = gl.Data(x, y)
    assert x.flags.writeable
    assert y.flags.writeable
    x[0, 0], y[0] = 99, 7
    assert data.x[0, 0] == 0
    assert data.y[0] == 0


def test_data_cannot_be_changed():
    data = gl.Data([[1.0], [2.0]], [0, 1])
    with pytest.raises(ValueError, match="read-only"):
        data.x[0] = 3
    with pytest.raises(ValueError, match="read-only"):
        data.y[0] = 3
    with pytest.raises(AttributeError):
        data.x = np.zeros((2, 1))


@pytest.mark.parametrize("again", [lambda d: pickle.loads(pickle.dumps(d)), copy.deepcopy, copy.copy])
def test_a_copy_of_data_cannot_be_changed_either(again):
    data = gl.Data([[1.0], [2.0]], [0, 1])
    other = again(data)
    np.testing.assert_array_equal(other.x, data.x)
    np.testing.assert_array_equal(other.y, data.y)
    assert not other.x.flags.writeable
    assert not other.y.flags.writeable


def test_a_single_feature_may_come_flat_and_lists_are_arrays():
    data = gl.Data([1, 2, 3], [0.5, 1.5, 2.5])
    assert data.x.shape == (3, 1)
    assert data.x.dtype == np.float64
    assert repr(data) == "Data(3 samples, 1 features, values)"
    assert data.classes == 0
    assert len(data) == 3


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([0, 1, 2], 3),
        ([False, True, False], 2),
        ([0.0, 1.0, 2.0], 0),
        ([[0], [1], [2]], 0),
        (np.array([0, 4, 1], dtype="uint8"), 5),
        ([-5, -3, -9], 0),
    ],
    ids=str,
)
def test_classes_are_counted_where_y_holds_labels(y, classes):
    assert gl.Data(np.zeros((3, 2)), y).classes == classes


@pytest.mark.parametrize(
    ("x", "y", "error", "words"),
    [
        ([[1.0, 2.0]], [0, 1], ValueError, ["x and y", "1 and 2"]),
        (np.zeros((0, 2)), [], ValueError, ["x must hold at least one number", "(0, 2)"]),
        (np.zeros((3, 0)), [0, 1, 2], ValueError, ["x must hold at least one number", "(3, 0)"]),
        ([[1.0], [2.0]], np.zeros((2, 0)), ValueError, ["y must hold at least one number", "(2, 0)"]),
        (np.zeros((2, 2, 2)), [0, 1], ValueError, ["x must have 1 or 2 dimensions", "not 3", "(2, 2, 2)"]),
        (5.0, 1, ValueError, ["x must have 1 or 2 dimensions", "not 0"]),
        ([[1.0, np.nan]], [0], ValueError, ["x must be finite", "x[0, 1] is nan"]),
        ([[1.0, 2.0]], [np.inf], ValueError, ["y must be finite", "y[0] is inf"]),
        ([["a", "b"]], [0], TypeError, ["x must be an array of numbers", "'a'"]),
        ([[1.0], [1.0, 2.0]], [0, 1], TypeError, ["x must be an array of numbers"]),
        ([[1.0]], [None], TypeError, ["y must be an array of numbers", "None"]),
        ([[1j]], [0], TypeError, ["x must be an array of numbers", "1j"]),
        ([[1.0]], ["cat"], TypeError, ["y must be an array of numbers", "'cat'"]),
    ],
    ids=lambda given: f"{given!s:.30}",
)
def test_bad_data_get_a_sentence(x, y, error, words):
    with pytest.raises(error) as caught:
        gl.Data(x, y)
    for word in words:
        assert word in str(caught.value)


@given(st.integers(2, 60), st.floats(0.05, 0.95), st.integers(0, 10))
def test_a_split_is_every_sample_once(samples, share, seed):
    data = gl.Data(np.arange(samples), np.arange(samples))
    if not 0 < int(share * samples + 0.5) < samples:
        with pytest.raises(ValueError, match="leaves one part empty"):
            data.split(share, seed=seed)
        return
    train, test = data.split(share, seed=seed)
    assert len(train) + len(test) == samples
    assert abs(len(train) - share * samples) <= 0.5 + 1e-9
    assert sorted([*train.y, *test.y]) == list(range(samples))
    for part in (train, test):  # inputs and labels stay together
        np.testing.assert_array_equal(part.x[:, 0], part.y)
    again, _ = data.split(share, seed=seed)
    np.testing.assert_array_equal(again.y, train.y)


def test_splits_of_different_seeds_differ_and_are_shuffled():
    data = datasets.digits()
    one, other = data.split(seed=0)[0], data.split(seed=1)[0]
    assert len(one) == 1438
    assert (one.y != other.y).any()
    assert (one.y != data.y[: len(one)]).any()


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: datasets.xor().split(0, seed=0), ValueError, ["share", "above 0 and below 1", "not 0"]),
        (lambda: datasets.xor().split(1.5, seed=0), ValueError, ["share", "below 1", "1.5"]),
        (lambda: datasets.xor().split("half", seed=0), TypeError, ["share", "'half'"]),
        (lambda: datasets.xor().split(0.01, seed=0), ValueError, ["share=0.01", "4 samples", "empty"]),
        (lambda: datasets.xor().split(0.5), TypeError, ["seed"]),
        (lambda: datasets.xor().split(0.5, seed=-1), ValueError, ["seed", "at least 0", "-1"]),
        (lambda: datasets.xor().split(0.5, seed=1.5), TypeError, ["seed", "whole number", "1.5"]),
        (lambda: datasets.spirals(3), ValueError, ["samples", "at least 4", "not 3"]),
        (lambda: datasets.spirals(10.0), TypeError, ["samples", "whole number", "10.0"]),
        (lambda: datasets.spirals(turns=0), ValueError, ["turns", "above 0", "not 0"]),
        (lambda: datasets.moons(noise=-1), ValueError, ["noise", "at least 0", "-1"]),
        (lambda: datasets.moons(noise=np.nan), ValueError, ["noise", "finite", "nan"]),
        (lambda: datasets.circles(factor=1), ValueError, ["factor", "below 1", "not 1"]),
        (lambda: datasets.circles(seed=True), TypeError, ["seed", "True"]),
        (lambda: datasets.circles(seed="a"), TypeError, ["seed", "'a'"]),
        (lambda: datasets.moons(noise=1e308), ValueError, ["x must be finite"]),
        (lambda: datasets.digits(standardize="no"), TypeError, ["standardize", "True or False", "'no'"]),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else None,
)
def test_bad_input_gets_a_sentence(make, error, words):
    with pytest.raises(error) as caught:
        make()
    for word in words:
        assert word in str(caught.value)


def test_a_reader_enters_a_data_set():
    @datasets.dataset
    def two_points():
        return gl.Data([[0.0], [1.0]], [0, 1])

    assert gl.DATASETS["two_points"] is two_points

    @datasets.dataset(aliases=("three",), hints={"four_points": "did you mean 'three_points'?"})
    def three_points():
        return gl.Data([[0.0], [1.0], [2.0]], [0, 1, 0])

    assert gl.DATASETS["ThreePoints"] is gl.DATASETS["three"] is three_points
    with pytest.raises(KeyError, match="did you mean 'three_points'"):
        gl.DATASETS["four-points"]

    def moons():
        return two_points()

    with pytest.raises(ValueError, match="the dataset 'moons' is gradlab's own"):
        datasets.dataset(moons)
