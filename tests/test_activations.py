"""Activation functions: every property is tested for every activation of the registry."""

import copy
import inspect
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import gradlab as gl


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
    if abs(x) > 1e-2:  # at 0 the second derivative may jump too, as elu's does: differences say nothing of the slope
        gl.testing.check_activation(part, points=[x], tolerance=1e-6)


@pytest.mark.parametrize("part", [part for part in gl.ACTIVATIONS.values() if part.parameters], ids=repr)
@given(data=st.data())
def test_the_slope_agrees_with_central_differences_for_other_parameters(part, data):
    factors = {key: data.draw(st.floats(0.25, 4), label=key) for key in part.parameters}
    gl.testing.check_activation(part.bind(**{key: part.parameters[key] * factors[key] for key in factors}))


@every
def test_at_a_kink_the_slope_jumps_and_is_that_from_the_left(part):
    for kink in part.kinks:
        left, here, right = part.derivative([kink - 1e-9, kink, kink + 1e-9])
        assert here == pytest.approx(left, rel=1e-8, abs=0)
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
    assert slopes.max() >= part.steepest * (1 - 1e-4)


# ---------------------------------------------------------------------------------------------------- values


def _references(mp):
    """Value, slope and the sum of the sizes of the slope's terms (the scale of a fair error near the slope's zero)."""

    def sigma(t):
        return 1 / (1 + mp.exp(-t))

    def pair(value, slope):
        return value, slope, abs(slope)

    def elu(x, alpha):
        return pair(x, mp.mpf(1)) if x > 0 else pair(alpha * mp.expm1(x), alpha * mp.exp(x))

    def selu(x, scale, alpha):
        value, slope, _ = elu(x, alpha)
        return pair(scale * value, scale * slope)

    def gelu(x):
        below, density = mp.erfc(-x / mp.sqrt(2)) / 2, mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)
        return x * below, below + x * density, below + abs(x) * density

    def swish(x, beta):
        s, rest = sigma(beta * x), sigma(-beta * x)
        return x * s, s + beta * x * s * rest, s + abs(beta * x) * s * rest

    return {
        "identity": lambda x: pair(x, mp.mpf(1)),
        "sigmoid": lambda x: pair(sigma(x), sigma(x) * sigma(-x)),
        "tanh": lambda x: pair(mp.tanh(x), mp.sech(x) ** 2),
        "relu": lambda x: pair(max(x, mp.mpf(0)), mp.mpf(x > 0)),
        "leaky_relu": lambda x, slope: pair(x if x > 0 else slope * x, mp.mpf(1) if x > 0 else slope),
        "elu": elu,
        "selu": selu,
        "gelu": gelu,
        "swish": swish,
        "softplus": lambda x: pair(mp.log1p(mp.exp(x)), sigma(x)),
    }


def _points(kind):
    source = np.random.default_rng(7)
    return np.concatenate([
        source.uniform(-40, 40, 60),
        source.uniform(-3, 3, 60),
        10 ** source.uniform(-12, 2.9, 40) * source.choice([-1, 1], 40),
        [-700.5, -300.25, -103.3, -87.4, -37.5, -20.0, -1.0, 0.0, 1.0, 20.0, 37.5, 88.2, 700.5],
    ]).astype(kind)  # fmt: skip


@pytest.fixture(scope="module")
def mp():
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(40):
        yield mpmath


@every
def test_values_and_slopes_agree_with_forty_digits(part, mp):
    reference = _references(mp).get(part.name)
    if reference is None:
        pytest.skip(f"there is no formula for {part.name} here; its slope is tested all the same")
    parameters = {key: mp.mpf(value) for key, value in part.parameters.items()}
    for x in _points("float64"):
        got = part.value_and_derivative(x)
        # the product of x and a parameter that is no power of 2 is rounded, and exp makes x times that of it
        allowed = 1.5e-15 + (0 if part in gl.ACTIVATIONS.values() else 2e-16 * abs(x))
        value, slope, scale = reference(mp.mpf(float(x)), **parameters)
        for what, found, right, size in (("value", got[0], value, abs(value)), ("slope", got[1], slope, scale)):
            error = abs(mp.mpf(float(found)) - right)  # 1e-323 is two steps of the smallest numbers
            assert error <= mp.mpf(allowed) * size + mp.mpf(1e-323), f"{what} of {part!r} at {x!r}: {found!r}"


@every
def test_in_float32_values_and_slopes_are_rounded_once(part, mp):
    reference = _references(mp).get(part.name)
    if reference is None:
        pytest.skip(f"there is no formula for {part.name} here; its slope is tested all the same")
    parameters = {key: mp.mpf(value) for key, value in part.parameters.items()}
    for x in _points("float32"):
        value, slope, _ = reference(mp.mpf(float(x)), **parameters)
        for found, right in zip(part.value_and_derivative(x), (value, slope), strict=True):
            assert found.dtype == np.float32
            nearest = np.float32(float(right))
            assert abs(float(found) - float(right)) <= 0.51 * float(np.spacing(np.abs(nearest))), (repr(part), x)


@pytest.mark.parametrize(
    ("part", "low", "at"),
    [(gl.gelu, -0.16997120747990369, -0.75179166), (gl.swish, -0.27846454276107380, -1.27846454)],
    ids=repr,
)
def test_gelu_and_swish_dip_where_the_papers_say(part, low, at):
    x = np.linspace(-2, 0, 200_001)
    value = part(x)
    assert value.min() == pytest.approx(low, abs=1e-10)
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
        for found, expected in zip(part.value_and_derivative(view), part.value_and_derivative(view.copy()), strict=True):
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
@pytest.mark.parametrize("bad", [1j, "1", None, [1j], ["a"], [object()]], ids=repr)
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
def test_extreme_inputs_give_limits_without_a_warning(part, kind):
    info = np.finfo(kind)
    x = np.array([-np.inf, info.min, -info.tiny, -info.smallest_subnormal, -0.0, 0.0,
                  info.smallest_subnormal, info.tiny, info.max, np.inf], dtype=kind)  # fmt: skip
    value, slope = part.value_and_derivative(x)
    assert not np.isnan(value).any()
    assert np.isfinite(slope).all()
    # the ends are limits: what happens at ±inf has nearly happened at the largest number
    for end, near in ((0, 1), (-1, -2)):
        assert slope[end] == slope[near]
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
    ],
    ids=repr,
)
def test_the_ends_are_those_of_the_formula(part, low, high):
    np.testing.assert_allclose(part([-np.inf, np.inf]), [low, high], rtol=1e-15)


@pytest.mark.parametrize("part", [gl.leaky_relu.bind(slope=0), gl.swish.bind(beta=0), gl.swish.bind(beta=-1)], ids=repr)
def test_a_parameter_of_zero_or_below_makes_no_nan_at_infinity(part):
    assert not np.isnan(part.value_and_derivative([-np.inf, np.inf])).any()


@every
@given(x=st.floats(allow_nan=False))
def test_no_number_makes_a_nan_or_a_warning(part, x):
    value, slope = part.value_and_derivative(x)
    assert not np.isnan(value)
    assert np.isfinite(slope)


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


@pytest.mark.parametrize("part", [part for part in PARTS if part.in_place is not None], ids=repr)
def test_kernels_agree_at_kinks_and_far_out(part):
    z = np.array([-1e4, -800.0, *part.kinks, 800.0, 1e4])
    value, slope = np.empty_like(z), np.empty_like(z)
    with np.errstate(all="ignore"):
        part.kernel()(z, value, slope)
    np.testing.assert_allclose(value, part(z), atol=1e-15)
    np.testing.assert_allclose(slope, part.derivative(z), atol=1e-15)


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
    (gl.sigmoid, 0.50000, 0.04338, 0.20662, 0.04484, 1.84623),
    (gl.tanh, 0, 0.39429, 0.60571, 0.46440, 1.59254),
    (gl.relu, 0.39894, 0.34085, 0.5, 0.5, 1.41421),
    (gl.leaky_relu, 0.39495, 0.34406, 0.505, 0.50005, 1.41414),
    (gl.leaky_relu.bind(slope=0.25), 0.29921, 0.44173, 0.625, 0.53125, 1.37199),
    (gl.elu, 0.16052, 0.61918, 0.76158, 0.66810, 1.24520),
    (gl.selu, 0, 1, 0.98523, 1.07157, 1),
    (gl.softplus, 0.80606, 0.27151, 0.5, 0.29338, 1.04187),
    (gl.gelu, 0.28209, 0.34564, 0.5, 0.45585, 1.53353),
    (gl.swish, 0.20662, 0.31308, 0.5, 0.37948, 1.67653),
    (gl.identity, 0, 1, 1, 1, 1),
]


@pytest.mark.parametrize(("part", "mean", "variance", "slope_mean", "slope_square", "gain"), MOMENTS)
def test_gaussian_moments_and_gain_have_the_known_digits(part, mean, variance, slope_mean, slope_square, gain):
    found = (*part.gaussian_moments(), part.gain)
    np.testing.assert_allclose(found, [mean, variance, slope_mean, slope_square, gain], atol=5.001e-6, rtol=0)


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
        other = dict.fromkeys(part.parameters, 0.5)
        assert eval(repr(part.bind(**other)).replace(part.name, "dict")) == other


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
    strangers = [name for name in vars(gl) if not name.startswith("_") and inspect.ismodule(getattr(gl, name))
                 and not getattr(gl, name).__name__.startswith("gradlab")]  # fmt: skip
    helpers = [name for name in ("Any", "Callable", "Mapping", "NamedTuple", "dataclass", "field", "annotations",
                                 "Registry", "mills_ratio", "standard_normal_density") if hasattr(gl, name)]  # fmt: skip
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
        part.bind(**parameters) if way == "bind" else getattr(part, {"call": "__call__"}.get(way, way))(1.0, **parameters)
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
    assert pickle.loads(pickle.dumps(shifted)) == shifted


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
