"""Activation functions: every property is tested for every activation of the registry."""

import copy
import functools
import importlib.util
import inspect
import math
import pickle
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import gradlab as gl
from gradlab.activations.record import Family


def _other(part):
    return part.bind(**{key: 1.5 * value for key, value in part.parameters.items()})


# each activation, and once more with other parameters where it has any
PARTS = [*gl.ACTIVATIONS.values(), *(_other(part) for part in gl.ACTIVATIONS.values() if part.parameters)]
every = pytest.mark.parametrize("part", PARTS, ids=repr)
KINDS = ("float16", "float32", "float64")


# ---------------------------------------------------------------------------------------------------- slopes


@every
def test_the_slope_agrees_with_central_differences(part):
    assert gl.testing.check_activation(part) < 1e-8


@every
@given(x=st.floats(-30, 30))
def test_the_slope_agrees_with_central_differences_anywhere(part, x):
    # at 0 the second derivative may jump too, as elu's does: differences say nothing of the slope
    if all(abs(x - bend) > 1e-2 for bend in (0, *part.kinks)):
        gl.testing.check_activation(part, points=[x], tolerance=1e-6)


@pytest.mark.parametrize("part", [part for part in gl.ACTIVATIONS.values() if part.parameters], ids=repr)
@given(data=st.data())
def test_the_slope_agrees_with_central_differences_for_other_parameters(part, data):
    factors = {key: data.draw(st.floats(0.25, 4), label=key) for key in part.parameters}
    try:
        other = part.bind(**{key: part.parameters[key] * factors[key] for key in factors})
    except ValueError:  # parameters that do not go together, such as rrelu's lower above its upper
        assume(False)
    gl.testing.check_activation(other)


@every
def test_at_a_kink_the_slope_jumps_and_is_that_from_outside_or_zero_where_it_is_flat_between(part):
    """From outside: from the left, at an upper kink from the right."""
    flat = len(part.kinks) == 2 and part.derivative(np.mean(part.kinks)) == 0
    for index, kink in enumerate(part.kinks):
        left, here, right = part.derivative([kink - 1e-9, kink, kink + 1e-9])
        assert here == pytest.approx(0 if flat else right if index else left, rel=1e-8, abs=0)
        assert abs(right - left) > 1e-3


@every
def test_away_from_kinks_the_slope_does_not_jump(part):
    x = np.linspace(-6, 6, 120_001)
    jumps = np.abs(np.diff(part.derivative(x))) > 1e-3
    assert all(any(abs(at - kink) < 2e-4 for kink in part.kinks) for at in x[:-1][jumps])


def test_elu_has_a_kink_unless_alpha_is_one():
    assert gl.elu.kinks == ()
    assert gl.elu.bind(alpha=0.5).kinks == (0.0,)


@every
def test_the_steepest_slope_bounds_all_slopes(part):
    slopes = np.abs(part.derivative(np.linspace(-10, 10, 7_777)))
    assert slopes.max() <= part.steepest * (1 + 1e-6)
    assert slopes.max() >= part.steepest * (1 - 1e-3)


# ---------------------------------------------------------------------------------------------------- values


@pytest.fixture(scope="module")
def accuracy():
    """The formulas in 50 digits and the measure of errors that the table of the reference comes from."""
    pytest.importorskip("mpmath")
    path = Path(__file__).parent / "benchmarks" / "accuracy.py"
    spec = importlib.util.spec_from_file_location("gradlab_accuracy", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def nature(accuracy):
    """What the formula of an activation says of its range, kinks, limits and moments."""
    return functools.cache(accuracy.formulas.nature)


MORE = [
    gl.swish.bind(beta=-0.7),
    gl.swish.bind(beta=1e-3),
    gl.celu.bind(alpha=100),
    gl.celu.bind(alpha=1e-3),
    gl.leaky_relu.bind(slope=-0.3),
    gl.hard_sigmoid.bind(slope=0.2),
    gl.elu.bind(alpha=0.1),
    gl.threshold.bind(value=3),
    gl.threshold.bind(threshold=-0.3, value=-0.7),
]


@pytest.mark.parametrize("part", [*PARTS, *MORE], ids=repr)
def test_values_are_within_four_and_slopes_within_eight_units_in_the_last_place(part, accuracy):
    """Everywhere: in the tails, at the slopes' roots, and in steps of the subnormal numbers among those."""
    x = accuracy.points("float64", 60)
    value, slope = accuracy.worst(part, part.value_and_derivative(x), x, accuracy.truths(part, x))
    assert value <= 4, value
    assert slope <= 8, slope


@pytest.mark.parametrize("kind", ["float16", "float32"])
@pytest.mark.parametrize("part", [*PARTS, *MORE], ids=repr)
def test_in_narrower_types_values_and_slopes_are_rounded_once(part, kind, accuracy):
    x = accuracy.points(kind, 40)
    value, slope = accuracy.worst(part, part.value_and_derivative(x), x, accuracy.truths(part, x))
    assert max(value, slope) <= 0.5001


@every
def test_the_measure_of_accuracy_sees_an_error_of_ten_units(part, accuracy):
    x = accuracy.points("float64", 5)
    x = x[np.abs(x) < 1e150]
    right = accuracy.truths(part, x)
    value, slope = part.value_and_derivative(x)
    assert accuracy.worst(part, (value * (1 + 10 * 2.0**-52), slope), x, right)[0] > 4
    assert accuracy.worst(part, (value, slope * (1 + 10 * 2.0**-52)), x, right)[1] > 8
    lost = np.where(np.abs(value) < 1e-290, 0, value)  # a tail flushed to zero
    if (lost != value).any():
        assert accuracy.worst(part, (lost, slope), x, right)[0] > 1e6


@pytest.mark.parametrize("part", gl.ACTIVATIONS.values(), ids=repr)
def test_every_activation_of_gradlab_brings_what_is_said_of_it(part):
    """What figures, pages and these tests need to know stands with the function, and nowhere else."""
    assert part.formula
    assert part.look
    assert part.family in get_args(Family)


@every
def test_the_slope_of_a_formula_is_that_of_mpmaths_differences(part, accuracy):
    """The rules of differentiation in formulas.py, held against a quotient with a tiny step."""
    formula = accuracy.formulas.Formula(part)
    with accuracy.mp.workdps(50):
        for x in accuracy.mp.matrix(["-7.3", "-2.1", "-0.7", "1e-9", "0.3", "1.9", "4.7"]):
            quotient = accuracy.mp.diff(lambda x: formula(x).value, x, relative=True)
            assert abs(formula.exact(x).slope - formula(float(x)).slope) < 1e-40
            assert abs(formula(x).slope - quotient) < 1e-25


@every
@pytest.mark.parametrize("factor", [1.001, 0.999])
def test_a_slope_wrong_by_a_thousandth_is_caught(part, factor):
    def rule(x, **parameters):
        value, slope = part.rule(x, **parameters)
        return value, factor * slope

    with pytest.raises(gl.testing.SlopeError):
        gl.testing.check_activation(replace(part, rule=rule, in_place=None))


@pytest.mark.parametrize(
    ("part", "low", "at"),
    [
        (gl.gelu, -0.16997120747990369, -0.75179152),
        (gl.swish, -0.27846454276107380, -1.27846454),
        (gl.mish, -0.30884341301725043, -1.19243121),
        (gl.hard_swish, -0.375, -1.5),
    ],
    ids=repr,
)
def test_the_dips_are_where_the_papers_say(part, low, at):
    x = np.linspace(-2, 0, 200_001)
    value = part(x)
    assert value.min() == pytest.approx(low, abs=1e-10)
    assert part.range[0] == pytest.approx(low, rel=1e-15)
    assert x[value.argmin()] == pytest.approx(at, abs=1e-4)


def test_the_slope_of_sigmoid_at_the_books_points():
    expected = [0.25, 0.196612, 0.104994, 0.00664806, 4.53958e-5]
    np.testing.assert_allclose(gl.sigmoid.derivative([0, 1, 2, 5, 10]), expected, rtol=5e-6)


def test_relatives_are_related():
    x = np.linspace(-15, 15, 601)
    np.testing.assert_allclose(gl.tanh(x), 2 * gl.sigmoid(2 * x) - 1, atol=4e-16)
    np.testing.assert_allclose(gl.tanh.derivative(x), 4 * gl.sigmoid.derivative(2 * x), rtol=1e-14)
    np.testing.assert_allclose(gl.softplus.derivative(x), gl.sigmoid(x), rtol=1e-15)
    np.testing.assert_array_equal(gl.leaky_relu(x, slope=0), gl.relu(x))
    np.testing.assert_array_equal(gl.leaky_relu(x, slope=1), x)
    np.testing.assert_allclose(gl.selu(x, scale=1, alpha=1), gl.elu(x))
    np.testing.assert_allclose(gl.swish(x, beta=0), x / 2)
    np.testing.assert_allclose(gl.log_sigmoid(x), -gl.softplus(-x), rtol=1e-15)
    np.testing.assert_allclose(gl.scaled_tanh(1.5 * x), 1.7159 * gl.tanh(x), rtol=1e-14)
    np.testing.assert_allclose(gl.mish(x), x * gl.tanh(gl.softplus(x)), rtol=1e-14)
    np.testing.assert_allclose(gl.hard_swish(x), x * gl.hard_sigmoid(x), rtol=1e-15)
    np.testing.assert_array_equal(gl.relu6(x), gl.hard_tanh(x, low=0, high=6))
    np.testing.assert_array_equal(gl.relu_squared(x), gl.relu(x) ** 2)
    np.testing.assert_array_equal(gl.prelu(x, slope=0.01), gl.leaky_relu(x))
    np.testing.assert_array_equal(gl.rrelu(x, lower=0.1, upper=0.3), gl.leaky_relu(x, slope=0.2))
    np.testing.assert_array_equal(gl.threshold(x, threshold=0), gl.relu(x))
    np.testing.assert_array_equal(gl.hardshrink(x), gl.threshold(x, threshold=0.5) - gl.threshold(-x, threshold=0.5))
    np.testing.assert_array_equal(gl.softshrink(x), x - gl.hard_tanh(x, low=-0.5, high=0.5))
    np.testing.assert_allclose(gl.tanhshrink(x), x - gl.tanh(x), atol=2e-16)
    np.testing.assert_array_equal(gl.celu(x), gl.elu(x))
    np.testing.assert_allclose(gl.celu(x, alpha=3), 3 * gl.elu(x / 3), rtol=1e-15)
    assert np.abs(gl.gelu_tanh(x) - gl.gelu(x)).max() == pytest.approx(4.73e-4, rel=1e-3)
    assert gl.scaled_tanh([-1, 1]) == pytest.approx([-1, 1], rel=3e-6)


def test_relu_has_slope_zero_at_its_kink():
    assert gl.relu.derivative(0.0) == 0
    assert gl.relu.derivative(-0.0) == 0


# ---------------------------------------------------------------------------------------------------- shapes and kinds

SHAPES = [(), (0,), (1,), (7,), (2, 0, 3), (2, 3, 4)]


@every
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shape_and_kind_are_kept(part, kind, shape):
    x = np.random.default_rng(0).normal(size=shape).astype(kind)
    for found in (part(x), part.derivative(x), *part.value_and_derivative(x)):
        assert np.shape(found) == shape
        assert found.dtype == kind


@every
def test_what_is_no_float_becomes_float64(part):
    expected = part(np.array([-2.0, 0.0, 1.0]))
    for numbers in ([-2, 0, 1], (-2.0, 0.0, 1.0), np.array([-2, 0, 1]), np.array([-2, 0, 1], dtype="int8")):
        found = part(numbers)
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, expected)
    assert part(np.array([True])).dtype == np.float64
    for scalar in (1, 1.0, True, np.float64(1), np.array(1)):
        assert isinstance(part(scalar), np.float64)
        assert part(scalar) == expected[2]
    assert isinstance(part(np.float32(1)), np.float32)


@every
@given(x=arrays.arrays(np.float64, arrays.array_shapes(max_dims=3, max_side=4), elements=st.floats(-50, 50)))
def test_each_entry_is_treated_alone(part, x):
    value, slope = part.value_and_derivative(x)
    for index in np.ndindex(x.shape):
        assert value[index] == pytest.approx(part(x[index]), rel=1e-14, abs=0)
        assert slope[index] == pytest.approx(part.derivative(x[index]), rel=1e-14, abs=1e-300)


@every
def test_memory_may_lie_in_any_order(part):
    x = np.random.default_rng(1).normal(size=(6, 8), scale=3)
    for view in (x.T, x[::2, ::-1], np.asfortranarray(x), np.broadcast_to(x[0], (3, 8))):
        for found, expected in zip(
            part.value_and_derivative(view), part.value_and_derivative(view.copy()), strict=True
        ):
            np.testing.assert_allclose(found, expected, rtol=1e-14)


@every
def test_the_input_is_neither_changed_nor_returned(part):
    x = np.linspace(-3, 3, 50)
    kept = x.copy()
    for found in part.value_and_derivative(x):
        assert not np.shares_memory(found, x)
        assert found.flags.writeable
    np.testing.assert_array_equal(x, kept)
    x.flags.writeable = False
    part(x)


@every
@pytest.mark.parametrize("bad", [1j, "1", None, [1j], ["a"], [object()]])
def test_what_is_no_number_is_refused(part, bad):
    with pytest.raises(TypeError, match=f"x must hold real numbers; {part.name} was given"):
        part(bad)


# ---------------------------------------------------------------------------------------------------- extremes


@every
@pytest.mark.parametrize("kind", KINDS)
def test_nan_goes_in_and_comes_out_and_touches_no_neighbour(part, kind):
    x = np.array([1, np.nan, -1], dtype=kind)
    for found in part.value_and_derivative(x):
        np.testing.assert_array_equal(np.isnan(found), [False, True, False])
    assert np.isnan(part(np.nan))
    assert np.isnan(part.derivative(np.nan))


@every
@pytest.mark.parametrize("kind", KINDS)
def test_extreme_inputs_give_limits_without_a_warning(part, kind, nature):
    info = np.finfo(kind)
    x = np.array(
        [
            -np.inf,
            info.min,
            -info.tiny,
            -info.smallest_subnormal,
            -0.0,
            0.0,
            info.smallest_subnormal,
            info.tiny,
            info.max,
            np.inf,
        ],
        dtype=kind,
    )
    value, slope = part.value_and_derivative(x)
    ends = np.isinf(x)
    assert not np.isnan(value[~ends]).any()
    assert not np.isnan(slope[~ends]).any()
    if not nature(part).settles:
        assert np.isnan([value[ends], slope[ends]]).all()
        return
    # the ends are limits: what happens at ±inf has nearly happened at the largest number
    for end, near in ((0, 1), (-1, -2)):
        assert slope[end] == slope[near] or (np.isinf(slope[end]) and np.isinf(nature(part).steepest))
        assert value[end] == value[near] or np.isinf(value[end])
    # in the middle nothing jumps
    assert np.ptp(value[2:8].astype(float)) <= 8 * float(info.tiny) + np.spacing(np.abs(value[4]))


@pytest.mark.parametrize(
    ("part", "low", "high"),
    [
        (gl.sigmoid, 0, 1),
        (gl.tanh, -1, 1),
        (gl.relu, 0, np.inf),
        (gl.elu, -1, np.inf),
        (gl.selu, -1.7580993408473769, np.inf),
        (gl.gelu, 0, np.inf),
        (gl.swish, 0, np.inf),
        (gl.softplus, 0, np.inf),
        (gl.hard_sigmoid, 0, 1),
        (gl.log_sigmoid, -np.inf, 0),
        (gl.scaled_tanh, -1.7159, 1.7159),
        (gl.hard_tanh, -1, 1),
        (gl.softsign, -1, 1),
        (gl.arctan, -np.pi / 2, np.pi / 2),
        (gl.relu6, 0, 6),
        (gl.prelu, -np.inf, np.inf),
        (gl.rrelu, -np.inf, np.inf),
        (gl.celu.bind(alpha=2), -2, np.inf),
        (gl.gelu_tanh, 0, np.inf),
        (gl.hard_swish, 0, np.inf),
        (gl.mish, 0, np.inf),
        (gl.threshold.bind(value=-3), -3, np.inf),
        (gl.hardshrink, -np.inf, np.inf),
        (gl.softshrink, -np.inf, np.inf),
        (gl.tanhshrink, -np.inf, np.inf),
        (gl.square, np.inf, np.inf),
    ],
    ids=repr,
)
def test_the_ends_are_those_of_the_formula(part, low, high):
    np.testing.assert_allclose(part([-np.inf, np.inf]), [low, high], rtol=1e-15)


@pytest.mark.parametrize("part", [gl.leaky_relu.bind(slope=0), gl.swish.bind(beta=0), gl.swish.bind(beta=-1)], ids=repr)
def test_a_parameter_of_zero_or_below_makes_no_nan_at_infinity(part):
    assert not np.isnan(part.value_and_derivative([-np.inf, np.inf])).any()


@every
@given(x=st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_makes_a_nan_or_a_warning(part, nature, x):
    value, slope = part.value_and_derivative(x)
    assert not np.isnan(value)
    assert np.isfinite(slope) or np.isinf(nature(part).steepest)


# ---------------------------------------------------------------------------------------------------- kernels


def _buffers(shape, kind, layout):
    seeds, units, samples = shape
    if layout == "contiguous":
        return np.full(shape, np.nan, kind), np.full(shape, np.nan, kind)
    if layout == "with a row of ones below":  # as the trainer has them
        return np.full((seeds, units + 1, samples), np.nan, kind)[:, :-1], np.full(shape, np.nan, kind)
    return (
        np.full((seeds, units, 2 * samples), np.nan, kind)[:, :, ::2],
        np.full((samples, units, seeds), np.nan, kind).T,
    )


@every
@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("layout", ["contiguous", "with a row of ones below", "strided"])
def test_the_trainers_kernel_agrees_with_the_rule(part, kind, layout):
    shape = (3, 5, 41)
    z = np.linspace(-30, 30, math.prod(shape)).reshape(shape).astype(kind)
    kept = z.copy()
    value, slope = _buffers(shape, kind, layout)
    with np.errstate(all="ignore"):
        part.kernel()(z, value, slope)
    np.testing.assert_array_equal(z, kept)
    unit = float(np.finfo(kind).eps)
    for found, expected in zip((value, slope), part.value_and_derivative(z.astype("float64")), strict=True):
        np.testing.assert_allclose(found, expected, rtol=8 * unit, atol=4 * unit)


@every
def test_kernels_agree_at_kinks_and_far_out(part):
    z = np.array([-1e4, -800.0, *part.kinks, 800.0, 1e4])
    value, slope = np.empty_like(z), np.empty_like(z)
    with np.errstate(all="ignore"):
        part.kernel()(z, value, slope)
    np.testing.assert_allclose(value, part(z), rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(slope, part.derivative(z), rtol=1e-15, atol=1e-15)


@every
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_no_finite_number_makes_a_nan_in_a_kernel(part, kind):
    info = np.finfo(kind)
    edge = 10.0 ** np.arange(-37, 38) if kind == "float32" else 10.0 ** np.arange(-300, 301, 5)
    z = np.concatenate([[0, info.tiny, info.max, 88, 89, 104, 709, 710, 746], edge]).astype(kind)
    z = np.concatenate([z, -z])
    value, slope = np.empty_like(z), np.empty_like(z)
    with np.errstate(all="ignore"):
        part.kernel()(z, value, slope)
    assert not np.isnan(value).any()
    assert not np.isnan(slope).any()
    bounded = np.isfinite(part(z))
    np.testing.assert_allclose(value[bounded], part(z)[bounded], rtol=1e3 * info.eps, atol=40 * info.eps)


# ---------------------------------------------------------------------------------------------------- learned and drawn


ARRAYS = [
    (part, set(part.learned) or set(part.parameters)) for part in gl.ACTIVATIONS.values() if part.learned or part.draw
]


@pytest.mark.parametrize(("part", "names"), ARRAYS, ids=lambda given: getattr(given, "name", ""))
@pytest.mark.parametrize("shape", [(5, 1), (2, 1, 1), (2, 5, 7), (7,), (1,)], ids=str)
def test_parameters_that_training_varies_may_be_arrays(part, names, shape):
    x = np.random.default_rng(0).normal(size=(2, 5, 7))
    given = {name: np.random.default_rng(1).uniform(-1, 1, shape) for name in names}
    value, slope = part.value_and_derivative(x, **given)
    for index in np.ndindex(x.shape):
        alone = {name: float(np.broadcast_to(array, x.shape)[index]) for name, array in given.items()}
        assert (value[index], slope[index]) == part.value_and_derivative(x[index], **alone)
    for kind in ("float32", "float64"):
        z = x.astype(kind)
        views = {name: np.empty(shape, kind) for name in names}
        kernel = part.kernel(**views)
        for name in names:
            views[name][...] = given[name]  # the kernel sees what is written later
        found = np.empty_like(z), np.empty_like(z)
        kernel(z, *found)
        for one, other in zip(found, (value, slope), strict=True):
            np.testing.assert_allclose(one, other, rtol=4 * np.finfo(kind).eps, atol=2 * np.finfo(kind).eps)


def test_a_kernel_without_a_fast_version_takes_arrays_too():
    part = replace(gl.prelu, in_place=None)
    z, slopes = np.array([[-1.0, 2.0], [-3.0, 4.0]]), np.array([[0.5], [0.1]])
    value, slope = np.empty_like(z), np.empty_like(z)
    part.kernel(slope=slopes)(z, value, slope)
    np.testing.assert_allclose(value, [[-0.5, 2], [-0.3, 4]])
    np.testing.assert_allclose(slope, [[0.5, 1], [0.1, 1]])


@pytest.mark.parametrize("part", [part for part in PARTS if part.learned], ids=repr)
@given(x=st.floats(-20, 20), value=st.floats(-2, 2))
def test_the_derivative_by_a_learned_parameter_agrees_with_differences(part, x, value):
    for name, derivative in part.learned.items():
        others = {**part.parameters, name: value}
        ends = [part(x, **{**others, name: value + step}) for step in (-1e-4, 1e-4)]
        found = derivative(np.array([x]), **others)
        assert found.shape == (1,)
        assert found[0] == pytest.approx((ends[1] - ends[0]) / 2e-4, abs=1e-9)


def test_the_learned_parameter_of_prelu_begins_at_a_quarter():
    assert dict(gl.prelu.parameters) == {"slope": 0.25}
    assert set(gl.prelu.learned) == {"slope"}
    np.testing.assert_array_equal(gl.prelu.learned["slope"](np.array([-2.0, 0, 3]), slope=0.25), [-2, 0, 0])


def test_the_slope_of_rrelu_is_drawn_between_its_bounds():
    part = gl.rrelu.bind(lower=-0.5, upper=0.25)
    drawn = part.draw(np.random.default_rng(0), (3, 50, 40), **part.parameters)
    assert set(drawn) == {"lower", "upper"}
    np.testing.assert_array_equal(drawn["lower"], drawn["upper"])
    slopes = drawn["lower"]
    assert slopes.shape == (3, 50, 40)
    assert -0.5 <= slopes.min() < -0.49
    assert 0.24 < slopes.max() < 0.25
    assert slopes.mean() == pytest.approx(-0.125, abs=0.01)
    assert slopes.std() == pytest.approx(0.75 / math.sqrt(12), rel=0.02)
    again = part.draw(np.random.default_rng(0), (3, 50, 40), **part.parameters)
    np.testing.assert_array_equal(again["lower"], slopes)
    z = np.random.default_rng(1).normal(size=slopes.shape)
    np.testing.assert_array_equal(part(z, **drawn), np.where(z > 0, z, slopes * z))
    assert gl.rrelu.derivative(-1.0) == pytest.approx(11 / 48, rel=1e-15)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: gl.prelu(np.zeros(3), slope=[1, 2]), ValueError, ["slope of prelu has shape (2,)", "x, (3,)"]),
        (lambda: gl.prelu(np.zeros(3), slope=np.zeros((2, 3))), ValueError, ["slope of prelu must have 1 dim"]),
        (lambda: gl.prelu(0.0, slope=[1, 2]), ValueError, ["slope of prelu"]),
        (lambda: gl.prelu(np.zeros(2), slope=[1, np.nan]), ValueError, ["slope of prelu must be finite", "[1] is nan"]),
        (lambda: gl.prelu(np.zeros(2), slope=["a", "b"]), TypeError, ["slope of prelu"]),
        (lambda: gl.prelu.bind(slope=[1, 2]), TypeError, ["slope of prelu", "[1, 2]"]),
        (lambda: gl.leaky_relu(np.zeros(2), slope=[1, 2]), TypeError, ["slope of leaky_relu"]),
        (lambda: gl.prelu.kernel(alpha=np.ones(2)), TypeError, ["prelu takes slope", "alpha="]),
        (lambda: gl.rrelu(1.0, lower=0.5), ValueError, ["lower of rrelu must not be above upper", "0.5 and 0.333"]),
        (lambda: gl.hard_tanh.bind(low=1), ValueError, ["low of hard_tanh must be below high", "1 and 1"]),
        (lambda: gl.hard_sigmoid(1.0, slope=0), ValueError, ["slope of hard_sigmoid", "above 0"]),
    ],
)
def test_an_array_or_a_pair_of_parameters_that_does_not_fit_is_named(call, error, words):
    with pytest.raises(error) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


# ---------------------------------------------------------------------------------------------------- what it is like


@pytest.mark.parametrize("part", [*PARTS, *MORE], ids=repr)
def test_range_monotonicity_centre_kinks_and_gain_are_those_of_the_formula(part, nature):
    known = nature(part)
    assert part.range == pytest.approx((known.low, known.high), rel=2e-15, abs=0)
    assert part.monotonic is known.monotonic
    assert part.zero_centred is known.zero_centred
    assert part.kinks == pytest.approx(known.kinks, rel=1e-15, abs=0)
    # celu with α = 0.001 bends within a thousandth, where the quadrature has few points
    assert part.gain == pytest.approx(known.mean_square**-0.5, rel=1e-14 if part in PARTS else 1e-10)


# what was known before there was a formula to ask: infimum, supremum, monotonic, zero-centred, kinks
@pytest.mark.parametrize(
    ("part", "ends", "others"),
    [
        (gl.tanh, (-1, 1), (True, True, ())),
        (gl.selu, (-1.7580993408473769, np.inf), (True, True, (0,))),
        (gl.gelu, (-0.16997120747990369, np.inf), (False, False, ())),
        (gl.hard_swish, (-0.375, np.inf), (False, False, (-3, 3))),
        (gl.relu6, (0, 6), (True, False, (0, 6))),
        (gl.sine, (-1, 1), (False, True, ())),
        (gl.square, (0, np.inf), (False, False, ())),
    ],
    ids=repr,
)
def test_formulas_are_read_rightly(part, ends, others, nature):
    known = nature(part)
    assert (known.low, known.high) == pytest.approx(ends, rel=2e-15, abs=0)
    assert (known.monotonic, known.zero_centred, known.kinks) == others


def test_range_and_monotonicity_follow_the_parameters():
    assert gl.leaky_relu.bind(slope=-0.5).range == (0, np.inf)
    assert not gl.leaky_relu.bind(slope=-0.5).monotonic
    assert gl.leaky_relu.bind(slope=-1).range == (0, np.inf)
    assert gl.leaky_relu.bind(slope=1).kinks == ()
    assert gl.leaky_relu.bind(slope=1).zero_centred
    assert gl.hard_tanh.bind(low=-2, high=5).range == (-2, 5)
    assert gl.swish.bind(beta=2).range[0] == pytest.approx(-0.27846454276107380 / 2)
    assert gl.swish.bind(beta=0).monotonic
    assert not gl.selu.bind(alpha=1.6).zero_centred
    assert gl.threshold.bind(threshold=2, value=-1).range == (-1, np.inf)
    assert not gl.threshold.bind(value=3).monotonic
    assert gl.threshold.bind(value=3).range == (pytest.approx(1, rel=1e-15), np.inf)


@every
@given(x=st.floats(allow_nan=False, allow_infinity=False))
def test_no_value_lies_outside_the_range(part, x):
    low, high = part.range
    assert low * (1 + 4e-16 * (low < 0)) <= part(x) <= high * (1 + 4e-16)


def test_the_range_of_a_readers_own_activation_is_found():
    @gl.activation()
    def bump(x):
        return x * np.exp(-x * x), (1 - 2 * x * x) * np.exp(-x * x)

    @gl.activation()
    def falling(x):
        return -(x**3), -3 * x * x

    assert bump.range == pytest.approx((-math.exp(-0.5) / math.sqrt(2), math.exp(-0.5) / math.sqrt(2)), rel=1e-15)
    assert not bump.monotonic
    assert falling.range == (-np.inf, np.inf)
    assert falling.monotonic


@every
def test_a_kernel_gives_the_same_on_large_arrays(part):
    z = np.linspace(-9, 9, 8192).reshape(2, 64, 64)
    whole, alone = np.empty((2, *z.shape)), np.empty((2, *z.shape))
    part.kernel()(z, *whole)
    for index in range(2):
        part.kernel()(z[index], alone[0, index], alone[1, index])
    np.testing.assert_allclose(whole[0], part(z), rtol=2e-15, atol=1e-15)
    np.testing.assert_allclose(whole, alone, rtol=1e-15, atol=1e-15)  # a loop's last entries may round differently


def test_a_reader_need_not_write_a_kernel():
    @gl.activation()
    def bump(x, *, width=2.0):
        return np.exp(-(x**2) / width), -2 * x / width * np.exp(-(x**2) / width)

    z = np.linspace(-2, 2, 9)
    value, slope = np.empty_like(z), np.empty_like(z)
    bump.bind(width=3).kernel()(z, value, slope)
    np.testing.assert_array_equal(value, bump(z, width=3))
    np.testing.assert_array_equal(slope, bump.derivative(z, width=3))


# ---------------------------------------------------------------------------------------------------- moments

# from research/facts.md: E f, Var f, E f', E f'^2, forward gain
MOMENTS = [
    (gl.sigmoid, (0.50000, 0.04338, 0.20662, 0.04484, 1.84623)),
    (gl.tanh, (0, 0.39429, 0.60571, 0.46440, 1.59254)),
    (gl.relu, (0.39894, 0.34085, 0.5, 0.5, 1.41421)),
    (gl.leaky_relu, (0.39495, 0.34406, 0.505, 0.50005, 1.41414)),
    (gl.leaky_relu.bind(slope=0.25), (0.29921, 0.44173, 0.625, 0.53125, 1.37199)),
    (gl.elu, (0.16052, 0.61918, 0.76158, 0.66810, 1.24520)),
    (gl.selu, (0, 1, 0.98523, 1.07157, 1)),
    (gl.softplus, (0.80606, 0.27151, 0.5, 0.29338, 1.04187)),
    (gl.gelu, (0.28209, 0.34564, 0.5, 0.45585, 1.53353)),
    (gl.swish, (0.20662, 0.31308, 0.5, 0.37948, 1.67653)),
    (gl.identity, (0, 1, 1, 1, 1)),
    (gl.softsign, (0, 0.18301, 0.41276, 0.22767, 2.33753)),
    (gl.scaled_tanh, (0, 0.75043, 0.85237, 0.80399, 1.15437)),
    (gl.prelu, (0.29921, 0.44173, 0.625, 0.53125, 1.37199)),
    (gl.mish, (0.24040, 0.39455, 0.56375, 0.47908, 1.48685)),
]


@pytest.mark.parametrize(("part", "known"), MOMENTS, ids=repr)
def test_gaussian_moments_and_gain_have_the_known_digits(part, known):
    np.testing.assert_allclose((*part.gaussian_moments(), part.gain), known, atol=5.001e-6, rtol=0)


@every
def test_gaussian_moments_are_those_of_many_draws(part):
    z = np.random.default_rng(3).normal(size=400_000)
    value, slope = part.value_and_derivative(z)
    found, steep = part.gaussian_moments(), max(1, part.steepest) ** 2
    expected = [value.mean(), value.var(), slope.mean(), (slope**2).mean()]
    np.testing.assert_allclose(found, expected, atol=0.02 * steep, rtol=0.02)
    assert part.gain == pytest.approx((found.mean**2 + found.variance) ** -0.5, rel=1e-15)


def test_closed_forms_of_moments_are_met_to_the_last_digits():
    assert gl.relu.gaussian_moments() == pytest.approx((1 / math.sqrt(2 * math.pi), 0.5 - 0.5 / math.pi, 0.5, 0.5))
    assert gl.relu.gain == pytest.approx(math.sqrt(2), rel=1e-14)
    assert gl.gelu.gaussian_moments().mean == pytest.approx(1 / (2 * math.sqrt(math.pi)), rel=1e-13)
    assert gl.sigmoid.gaussian_moments().mean == pytest.approx(0.5, rel=1e-14)


def test_mean_zero_and_variance_one_are_a_fixed_point_of_selu():
    moments = gl.selu.gaussian_moments()
    assert moments.mean == pytest.approx(0, abs=1e-14)
    assert moments.variance == pytest.approx(1, rel=1e-14)
    z = np.linspace(-10, 10, 20_001)
    weight = np.exp(-z * z / 2)
    weight /= weight.sum()
    for square in (0.4, 0.8, 1.3, 2.5):  # and it attracts
        for _ in range(100):
            square = float(weight @ gl.selu(np.sqrt(square) * z) ** 2)
        assert square == pytest.approx(1, abs=1e-4)


def test_no_other_scale_makes_selu_a_fixed_point():
    assert abs(gl.selu.bind(alpha=1.6).gaussian_moments().mean) > 1e-3
    assert abs(gl.selu.bind(scale=1.06).gain - 1) > 1e-3


# ---------------------------------------------------------------------------------------------------- as an object


@every
def test_an_activation_prints_as_it_is_called(part):
    assert repr(part) == part.name or repr(part).startswith(f"{part.name}(")
    if part.parameters:
        other = dict(zip(part.parameters, (0.5, 0.75), strict=False))
        assert eval(repr(part.bind(**other)).replace(f"{part.name}(", "dict(")) == other


def test_leaky_relu_prints_as_the_design_says():
    assert repr(gl.leaky_relu.bind(slope=0.2)) == "leaky_relu(slope=0.2)"
    assert repr(gl.relu) == "relu"


@every
def test_binding_is_calling_with_the_parameters(part):
    x = np.linspace(-4, 4, 33)
    other = {key: 0.7 * value for key, value in part.parameters.items()}
    bound = part.bind(**other)
    np.testing.assert_array_equal(bound(x), part(x, **other))
    np.testing.assert_array_equal(bound.derivative(x), part.derivative(x, **other))
    assert bound.bind(**part.parameters) == part
    assert dict(bound.parameters) == pytest.approx(other)
    assert bound.name == part.name
    assert (bound == part) == (not other)


@every
def test_equal_activations_have_equal_hashes(part):
    twin = part.bind()
    assert twin is not part
    assert twin == part
    assert hash(twin) == hash(part)
    assert {part: 1}[twin] == 1
    assert part != part.name
    assert sum(part == other for other in PARTS) == 1


@every
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_activation_pickles(part, protocol):
    again = pickle.loads(pickle.dumps(part, protocol))
    assert again == part
    assert repr(again) == repr(part)
    np.testing.assert_array_equal(again(np.arange(-3.0, 3)), part(np.arange(-3.0, 3)))
    assert copy.deepcopy(part) == copy.copy(part) == part


def _doubled(x):
    return 2 * x, np.full_like(x, 2)


def test_an_activation_outside_the_registry_pickles_where_its_rule_does():
    part = gl.Activation("doubled", _doubled)
    again = pickle.loads(pickle.dumps(part))
    assert again == part


@every
def test_parameters_cannot_be_changed(part):
    with pytest.raises(TypeError):
        part.parameters["slope"] = 3
    with pytest.raises(AttributeError):
        part.name = "other"


@every
def test_signature_and_docstring_are_the_readers_help(part):
    names = list(inspect.signature(part).parameters)
    assert names == ["x", *part.parameters]
    assert part.__doc__ == inspect.getdoc(part.rule)
    assert part.__doc__.splitlines()[0].endswith(".")
    for key, value in part.parameters.items():
        assert inspect.signature(part).parameters[key].default == value


@pytest.mark.parametrize("name", [*gl.ACTIVATIONS, "silu"])
def test_every_activation_is_an_attribute_of_gradlab(name):
    assert getattr(gl, name) is gl.ACTIVATIONS[name]


def test_the_star_import_brings_nothing_but_gradlab():
    strangers = [
        name
        for name in vars(gl)
        if not name.startswith("_")
        and inspect.ismodule(getattr(gl, name))
        and not getattr(gl, name).__name__.startswith("gradlab")
    ]
    helpers = [
        name
        for name in (
            "Any",
            "Callable",
            "Mapping",
            "NamedTuple",
            "dataclass",
            "field",
            "annotations",
            "elementary",
            "kernels",
            "normal",
            "Array",
        )
        if hasattr(gl, name)
    ]
    assert strangers + helpers == []


# ---------------------------------------------------------------------------------------------------- bad parameters


@pytest.mark.parametrize(
    ("part", "parameters", "error", "words"),
    [
        (gl.relu, {"slope": 0.1}, TypeError, ["relu takes no parameter", "slope=0.1"]),
        (gl.leaky_relu, {"alpha": 0.1}, TypeError, ["leaky_relu takes slope", "alpha=0.1"]),
        (gl.selu, {"slope": 2}, TypeError, ["selu takes scale, alpha", "slope=2"]),
        (gl.elu, {"alpha": 0}, ValueError, ["alpha of elu", "above 0", "not 0"]),
        (gl.elu, {"alpha": -1.5}, ValueError, ["alpha of elu", "above 0", "not -1.5"]),
        (gl.elu, {"alpha": np.nan}, ValueError, ["alpha of elu", "finite", "nan"]),
        (gl.swish, {"beta": np.inf}, ValueError, ["beta of swish", "finite", "inf"]),
        (gl.leaky_relu, {"slope": None}, TypeError, ["slope of leaky_relu", "None"]),
        (gl.leaky_relu, {"slope": [1, 2]}, TypeError, ["slope of leaky_relu", "[1, 2]"]),
        (gl.leaky_relu, {"slope": "x"}, TypeError, ["slope of leaky_relu", "'x'"]),
        (gl.leaky_relu, {"slope": "0.2"}, TypeError, ["slope of leaky_relu", "'0.2'"]),
        (gl.leaky_relu, {"slope": 10**400}, ValueError, ["slope of leaky_relu", "finite"]),
    ],
    ids=lambda given: f"{given!s:.60}",
)
@pytest.mark.parametrize("way", ["call", "derivative", "bind"])
def test_a_bad_parameter_is_named(part, parameters, error, words, way):
    with pytest.raises(error) as caught:
        part.bind(**parameters) if way == "bind" else getattr(part, {"call": "__call__"}.get(way, way))(
            1.0, **parameters
        )
    for word in words:
        assert word in str(caught.value)


# ---------------------------------------------------------------------------------------------------- readers' own


def test_a_reader_writes_an_activation_and_trains_with_it():
    @gl.activation(kinks=lambda at: (at,), limits={"at": (-1, 1)}, source="me2025", aliases=("ramp",))
    def shifted(x, *, at=0.5):
        """Shifted rectifier."""
        return np.maximum(x - at, 0), (x > at).astype(x.dtype)

    assert list(gl.ACTIVATIONS)[-1] == "shifted"
    assert gl.ACTIVATIONS["ramp"] is shifted
    assert shifted.kinks == (0.5,)
    assert shifted.bind(at=-0.25).kinks == (-0.25,)
    assert shifted.source == "me2025"
    assert shifted.__doc__ == "Shifted rectifier."
    with pytest.raises(ValueError, match="at of shifted must be a finite number above -1 and below 1, not 1"):
        shifted.bind(at=1)
    gl.testing.check_activation("shifted")
    net = gl.MLP([2, 4, 2], activation="shifted")
    run = gl.train(net, gl.datasets.xor(), steps=3)
    assert np.isfinite(run.loss).all()
    # a worker of joblib or Dask does not know what is defined here: it gets the rule itself
    cloudpickle = pytest.importorskip("cloudpickle")
    again = pickle.loads(cloudpickle.dumps(shifted.bind(at=0.25)))
    np.testing.assert_array_equal(again([0.0, 1.0]), [0.0, 0.75])
    assert again.kinks == (0.25,)


def test_a_cell_that_defines_an_activation_may_run_twice():
    for power in (2, 3):

        @gl.activation()
        def mine(x):
            return x**power, power * x ** (power - 1)  # noqa: B023

        assert gl.ACTIVATIONS["mine"] is mine
    assert gl.ACTIVATIONS["mine"](2.0) == 8
    assert list(gl.ACTIVATIONS).count("mine") == 1


def test_an_activation_without_a_docstring_has_that_of_its_class():
    @gl.activation()
    def bare(x):
        return x, np.ones_like(x)

    assert bare.__doc__ == gl.Activation.__doc__


def test_an_activation_that_is_zero_everywhere_gives_no_numpy_warning_as_a_gain():
    @gl.activation()
    def nothing(x):
        return 0 * x, 0 * x

    assert nothing.gain == np.inf
