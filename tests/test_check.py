"""Checks of arguments: whatever is given, one short sentence says what it was, what is allowed, and a cure that works."""

import datetime
import decimal
import fractions
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gradlab as gl
from gradlab import _check

pandas = pytest.importorskip("pandas")
Y = [0, 1, 0]


class Tensor:
    """Like PyTorch's that requires grad."""

    shape = (3, 2)

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return np.arange(6.0).reshape(3, 2)


class Sparse:
    """Like SciPy's."""

    shape = (3, 3)

    def toarray(self):
        return np.eye(3)


def _frame(**columns):
    return pandas.DataFrame({"first": [1.0, 2.0, 3.0], **columns})


# what is given as x: the error, words of the sentence, and the cure as a function of x, if there is one in it
REFUSED = {
    "strings in a frame": (_frame(city=list("abc")), TypeError, ["column 'city' of x", "strings such as 'a'"]),
    "categories": (_frame(c=pandas.Categorical(list("aba"))), TypeError, ["column 'c'", "pandas.get_dummies"]),
    "objects in a frame": (
        _frame(o=np.array([1, 2.5, True], object)),
        TypeError,
        ["column 'o'", "x['o'], dtype=float"],
    ),
    "dates in a frame": (_frame(d=pandas.to_datetime(["2020-01-01"] * 3)), TypeError, ["column 'd'", "not dates"]),
    "durations in a frame": (_frame(d=pandas.to_timedelta([1, 2, 3], unit="D")), TypeError, ["not durations"]),
    "missing whole number": (_frame(age=pandas.array([1, None, 3], dtype="Int64")), ValueError, ["'age'", "row 1"]),
    "missing boolean": (_frame(b=pandas.array([True, False, None], dtype="boolean")), ValueError, ["'b'", "row 2"]),
    "nan in a frame": (_frame(age=[1, np.nan, 3]), ValueError, ["row 1 of column 'age' of x is nan"]),
    "inf in a frame": (_frame(age=[1, 2, np.inf]), ValueError, ["row 2 of column 'age' of x is inf"]),
    "nan beside a boolean": (_frame(b=[True, False, True], c=[1, 2, np.nan]), ValueError, ["row 2", "'c'"]),
    "two columns of one name": (
        pandas.DataFrame([[1, "a"]] * 3, columns=["a", "a"]),
        TypeError,
        ["column 'a'", "strings such as 'a'"],
    ),
    "a wide frame": (pandas.DataFrame({f"c{i}": ["a"] * 3 for i in range(200)}), TypeError, ["column 'c0'"]),
    "a frame of nothing": (pandas.DataFrame(index=range(3)), ValueError, ["at least one number", "(3, 0)"]),
    "strings in a structured array": (np.array([(1, "u")] * 3, [("a", "i4"), ("b", "U3")]), TypeError, ["column 'b'"]),
    "masked": (np.ma.array([[1.0], [2], [3]], mask=[[0], [1], [0]]), ValueError, ["x[1, 0] is masked"]),
    "complex": (np.array([[1j], [2], [3]]), TypeError, ["complex numbers such as 1j", "x.real and x.imag"]),
    "ragged": ([[1.0], [1.0, 2.0], [3.0]], TypeError, ["rows differ in length"]),
    "ragged objects": (np.array([[1.0], [1.0, 2.0], 3], object), TypeError, ["rows differ in length"]),
    "nan in a list": ([[1.0, 2], [3, float("nan")], [5, 6]], ValueError, ["x[1, 1] is nan"]),
    "None in a list": ([[1.0, 2], [3, None], [5, 6]], TypeError, ["x[1, 1] is None", "leave that sample out"]),
    "a huge whole number": ([[2**70], [1], [2]], TypeError, ["x[0, 0] is 1180591620717411303424", "dtype=float"]),
    "beyond float64": ([[1], [2**53 + 1], [2]], ValueError, ["x[1, 0] is 9007199254740993", "dtype=float"]),
    "beyond below": ([[1], [-(2**53) - 1], [2]], ValueError, ["x[1, 0] is -9007199254740993", "dtype=float"]),
    "unsigned": (np.array([[1], [2], [2**64 - 1]], "u8"), ValueError, ["x[2, 0] is 18446744073709551615"]),
    "sparse": (Sparse(), TypeError, ["sparse", "use x.toarray()"]),
    "a tensor with its gradient": (Tensor(), TypeError, ["Tensor of shape (3, 2)", "use x.detach().cpu().numpy()"]),
    "dates": (np.array([["2020-01-01"]] * 3, "M8[D]"), TypeError, ["not dates", "np.timedelta64(1, 'D')"]),
    "durations": (np.array([[1]] * 3, "m8[D]"), TypeError, ["not durations", "np.timedelta64(1, 'D')"]),
    "Python's dates": ([[datetime.date(2020, 1, 1)]] * 3, TypeError, ["not dates"]),
    "decimals": ([[decimal.Decimal(1)]] * 3, TypeError, ["Decimal('1')", "use np.asarray(x, dtype=float)"]),
    "fractions": ([[fractions.Fraction(1, 2)]] * 3, TypeError, ["Fraction(1, 2)", "use np.asarray(x, dtype=float)"]),
    "strings": ([["a"]] * 3, TypeError, ["strings such as 'a'", "pandas.get_dummies"]),
    "bytes": ([[b"a"]] * 3, TypeError, ["strings such as b'a'"]),
    "a dict": ({"a": [1, 2, 3]}, TypeError, ["not {'a': [1, 2, 3]}"]),
    "dicts": ([{"a": 1}] * 3, TypeError, ["objects such as {'a': 1}"]),
    "a generator": ((i for i in range(3)), TypeError, ["not <generator"]),
    "a set": ({1, 2, 3}, TypeError, ["not {1, 2, 3}"]),
    "a string": ("hello" * 1000, TypeError, ["array of numbers, not 'hello"]),
    "None": (None, TypeError, ["not None"]),
    "a function": (print, TypeError, ["built-in function print"]),
    "bytes of no kind": (np.zeros(3, "V8"), TypeError, ["array of numbers"]),
    "past float64": (np.full((3, 1), np.longdouble("1e4000")), ValueError, ["x[0, 0] is inf"]),
    "a long list of words": ([["word" * 50] * 1000] * 3, TypeError, ["strings such as"]),
}
if np.finfo(np.longdouble).max == np.finfo(float).max:  # where there is no longer kind
    del REFUSED["past float64"]


@pytest.mark.parametrize(("x", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_array_of_numbers_gets_one_short_sentence(x, error, words):
    with pytest.raises(error) as caught:
        gl.Data(x, Y)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 260
    for word in words:
        assert word in said, said


@pytest.mark.parametrize(("x", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_the_same_is_said_where_a_net_is_given_inputs(x, error, words):
    net = gl.MLP([2, 3, 1])
    if not hasattr(x, "__next__"):
        with pytest.raises(error):
            net.outputs(net.initialize(), x)


@pytest.mark.parametrize(("x", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_a_cure_that_is_code_works(x, error, words):
    with pytest.raises(error) as caught:
        gl.Data(x, Y)
    cure = re.search(r"(?:use|take) (np\.asarray\(.*dtype=float\)|x\.[\w.()]+\(\))", str(caught.value))
    if cure is None:
        return
    cured = eval(cure[1], {"np": np, "x": x})
    if "x['" in cure[1]:
        x = x.assign(o=cured)
        cured = x
    assert len(gl.Data(cured, Y)) == 3


TAKEN = {
    "a frame with booleans": (_frame(b=[True, False, True]), [[1, 1], [2, 0], [3, 1]]),
    "whole numbers and others": (_frame(n=[1, 2, 3]), [[1, 1], [2, 2], [3, 3]]),
    "pandas' whole numbers": (_frame(n=pandas.array([1, 2, 3], dtype="Int64")), [[1, 1], [2, 2], [3, 3]]),
    "pandas' booleans": (_frame(b=pandas.array([True, False, True], dtype="boolean")), [[1, 1], [2, 0], [3, 1]]),
    "categories that are numbers": (_frame(c=pandas.Categorical([3, 1, 3])), [[1, 3], [2, 1], [3, 3]]),
    "a structured array": (
        np.array([(1, 2.5), (2, 3), (3, 4)], [("a", "i4"), ("b", "f8")]),
        [[1, 2.5], [2, 3], [3, 4]],
    ),
    "a masked array without a mask": (np.ma.array([[1.0], [2], [3]]), [[1], [2], [3]]),
    "nested lists": ([(1, True), [3, 4.5], (5, 6)], [[1, 1], [3, 4.5], [5, 6]]),
    "the largest whole numbers": ([[2**53], [-(2**53)], [0]], [[2.0**53], [-(2.0**53)], [0]]),
    "big-endian": (np.array([[1.5], [2], [3]], ">f4"), [[1.5], [2], [3]]),
    "a series": (pandas.Series([1.5, 2, 3]), [[1.5], [2], [3]]),
    "a range": (range(3), [[0], [1], [2]]),
    "long doubles": (np.array([[0.5], [2], [3]], np.longdouble), [[0.5], [2], [3]]),
}


@pytest.mark.parametrize(("x", "expected"), TAKEN.values(), ids=TAKEN)
def test_numbers_are_taken_as_they_are(x, expected):
    np.testing.assert_array_equal(gl.Data(x, Y).x, np.array(expected, float), strict=True)


@given(st.lists(st.lists(st.one_of(st.integers(-(2**53), 2**53), st.booleans(), st.floats(-1e300, 1e300)), min_size=2,
                         max_size=2), min_size=1, max_size=5))  # fmt: skip
def test_no_number_is_rounded_on_its_way_from_a_list_or_a_frame(rows):
    wanted = [[float(entry) for entry in row] for row in rows]
    assert gl.Data(rows, range(len(rows))).x.tolist() == wanted
    frame = pandas.DataFrame({"a": [row[0] for row in rows], "b": [row[1] for row in rows]})
    if {dtype.kind for dtype in frame.dtypes} <= set("fib"):  # a column of both booleans and numbers is one of objects
        assert gl.Data(frame, range(len(rows))).x.tolist() == wanted


@pytest.mark.parametrize(
    ("y", "error", "words"),
    [
        (["a", "b", "a"], TypeError, ["strings such as 'a'", "labels, y = np.unique(y, return_inverse=True)"]),
        (pandas.Series(["a", "b", "a"], dtype="category"), TypeError, ["'a'", "np.unique(y, return_inverse=True)"]),
        (pandas.Series([0, None, 0], dtype="Int64"), ValueError, ["row 1 is missing"]),
        (np.ma.array([0, 1, 0], mask=[0, 0, 1]), ValueError, ["y[2] is masked"]),
        ([0, "b", 1], TypeError, ["np.unique(y, return_inverse=True)"]),
        ([2**70, 1, 0], TypeError, ["y[0] is 1180591620717411303424"]),
        ([object()] * 3, TypeError, ["objects such as <object"]),
    ],
    ids=lambda value: re.sub(r" at 0x\w+", "", f"{value!s}")[:40].replace("\n", " "),
)
def test_labels_that_are_no_numbers_get_the_cure(y, error, words):
    with pytest.raises(error) as caught:
        gl.Data([[1.0], [2.0], [3.0]], y)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("kind", [list, np.array, pandas.Series])
@pytest.mark.parametrize(
    ("labels", "dtype"),
    [([0, 1, 2], np.int64), ([True, False, True], bool), ([0, True, 2], np.int64), ([np.int8(0), 1, 2**62], np.int64)],
    ids=str,
)
def test_whole_numbers_and_booleans_that_came_as_objects_are_labels(labels, dtype, kind):
    given = pandas.Series(labels, dtype=object)
    found = gl.Data(
        [[1.0], [2.0], [3.0]], np.array(given) if kind is np.array else given if kind is not list else labels
    )
    assert found.y.tolist() == labels
    assert kind is list or found.y.dtype == dtype
    if max(labels) < 3:
        net = gl.MLP([1, 3])
        assert np.isfinite(gl.train(net, found, loss="cross_entropy", steps=1).loss).all()


@pytest.mark.parametrize(
    "y",
    [
        [1.0, 0.0, 2.0],
        [1.0, 0, True],
        [decimal.Decimal(1), decimal.Decimal(0), decimal.Decimal(2)],
        [fractions.Fraction(1), fractions.Fraction(0), 2],
    ],
    ids=str,
)
@pytest.mark.parametrize("frame", [False, True])
def test_one_cure_turns_labels_that_came_as_objects_into_labels(y, frame):
    y = pandas.DataFrame({"a": pandas.Series(y, dtype=object)}) if frame else pandas.Series(y, dtype=object)
    with pytest.raises(TypeError) as caught:
        gl.Data([[1.0], [2.0], [3.0]], y)
    cure = re.search(r"use (np\.asarray\(.*\))$", str(caught.value))
    data = gl.Data([[1.0], [2.0], [3.0]], eval(cure[1], {"np": np, "y": y}))
    assert np.isfinite(gl.train(gl.MLP([1, 3]), data, loss="cross_entropy", steps=1).loss).all()


def test_values_that_came_as_objects_stay_values():
    with pytest.raises(TypeError, match=r"use np.asarray\(y, dtype=float\)$"):
        gl.Data([[1.0], [2.0], [3.0]], pandas.Series([0.5, 1, 2], dtype=object))


def test_the_cure_for_labels_is_one():
    y = ["cat", "dog", "cat"]
    labels, y = np.unique(y, return_inverse=True)
    assert gl.Data([[1.0], [2.0], [3.0]], y).classes == len(labels) == 2
    assert _check.UNIQUE == "labels, y = np.unique(y, return_inverse=True)"


# ---------------------------------------------------------------------------------------------------- seeds


@pytest.mark.parametrize(
    ("given", "seeds"),
    [
        (5, (5,)),
        (np.int32(5), (5,)),
        (np.array(5), (5,)),
        (range(3), (0, 1, 2)),
        ([3, 1, 2], (3, 1, 2)),
        (np.array([3, 1]), (3, 1)),
        ([np.int64(2), np.uint8(3)], (2, 3)),
        ((i for i in (9, 3, 5)), (9, 3, 5)),
        (map(int, "31"), (3, 1)),
        ({9, 3, 5}, (3, 5, 9)),
        (frozenset({2**70, 1}), (1, 2**70)),
        ({7: "a", 2: "b"}, (7, 2)),
        ({7: "a", 2: "b"}.keys(), (2, 7)),
        (pandas.Series([4, 2]), (4, 2)),
    ],
)
def test_seeds_are_any_whole_numbers_in_their_order_and_a_set_is_sorted(given, seeds):
    found = _check.seeds(given)
    assert found == seeds
    assert all(type(seed) is int for seed in found)


def test_a_net_takes_seeds_from_a_generator():
    net = gl.MLP([2, 3, 1])
    np.testing.assert_array_equal(net.initialize(seed for seed in (4, 1)), net.initialize([4, 1]))


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ([], ValueError, ["at least one seed", "empty"]),
        (iter(()), ValueError, ["at least one seed"]),
        ([1.0], TypeError, ["whole number", "1.0"]),
        ([True], TypeError, ["whole number", "True"]),
        ("12", TypeError, ["whole number", "'12'"]),
        (b"12", TypeError, ["whole number"]),
        ([-1], ValueError, ["at least 0", "-1"]),
        (np.array([[1, 2]]), TypeError, ["whole number", "shape (2,)"]),
        (None, TypeError, ["whole number", "None"]),
    ],
)
def test_other_seeds_get_a_sentence(given, error, words):
    with pytest.raises(error) as caught:
        _check.seeds(given)
    for word in words:
        assert word in str(caught.value)


def test_a_duplicate_among_a_million_seeds_is_named_at_once():
    import time

    many = [*range(1_000_000), 77]
    start = time.process_time()
    with pytest.raises(ValueError, match="77 stands in them more than once"):
        _check.seeds(many)
    assert time.process_time() - start < 5  # by counting each, as it was, hours
    with pytest.raises(ValueError, match="; 3 stands in them"):
        _check.seeds([1, 2, 3, 3, 1])  # the first that comes again


# ---------------------------------------------------------------------------------------------------- numbers and words


@pytest.mark.parametrize(
    "value", [pandas.DataFrame({"a": range(500)}), np.arange(1000), ["x" * 500] * 500, "y" * 5000, {"k": {"k": {}}}]
)
def test_no_sentence_prints_a_table(value):
    for check in (
        lambda: _check.whole("n", value, least=1),
        lambda: _check.real("n", value),
        lambda: _check.choice("n", value, ("in", "out")),
        lambda: _check.dtype(value),
        lambda: gl.LOSSES.resolve(value, gl.Loss),
        lambda: gl.SGD(value),
        lambda: gl.SGD(momentum=0.5, nesterov=value),
    ):
        with pytest.raises((TypeError, ValueError)) as caught:
            check()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 300
        assert " must be " in str(caught.value) or "unknown loss" in str(caught.value)


@pytest.mark.parametrize(
    "value", [np.array([0.5]), pandas.Series([0.5]), [0.5], np.ma.masked, 1j, "0.5", True, None, object]
)
def test_one_number_is_no_array_of_one(value):
    with pytest.raises(TypeError, match="n must be a finite number"):
        _check.real("n", value)


@pytest.mark.parametrize(
    "value", [0.5, np.float32(0.5), np.array(0.5), fractions.Fraction(1, 2), decimal.Decimal("0.5")]
)
def test_one_number_of_any_kind_is_taken(value):
    assert _check.real("n", value, above=0, below=1) == 0.5


def test_a_whole_number_past_every_float_is_refused():
    with pytest.raises(ValueError, match="n must be a finite number"):
        _check.real("n", 10**400)


@pytest.mark.parametrize(
    ("word", "meant"), [("inn", "in"), ("fan_out", "out"), ("avg", "average"), ("Average", "average")]
)
def test_a_misspelt_word_is_answered_with_the_near_one(word, meant):
    with pytest.raises(
        ValueError, match=f"fan must be one of 'in', 'out', 'average', not '{word}'; did you mean '{meant}'"
    ):
        _check.choice("fan", word, ("in", "out", "average"))


def test_a_word_unlike_any_is_not_answered_with_one():
    with pytest.raises(ValueError, match="not 'sideways'$"):
        _check.choice("fan", "sideways", ("in", "out", "average"))


@pytest.mark.parametrize("value", ["flaot32", None, int, "float16", ">f8", "longdouble", "(", 3.5])
def test_other_dtypes_get_a_sentence(value):
    with pytest.raises(ValueError, match="dtype must be 'float32' or 'float64', not") as caught:
        _check.dtype(value)
    if value == "flaot32":
        assert str(caught.value).endswith("did you mean 'float32'?")
