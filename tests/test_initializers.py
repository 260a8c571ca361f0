"""Initial weights."""

import pickle

import numpy as np
import pytest

import gradlab as gl
from gradlab.initializers import constant, normal, variance_scaling

EXTRA = [variance_scaling(3.0, fan="out", distribution="uniform"), constant(0.25), normal(0.1)]
PARTS = [*gl.INITIALIZERS.values(), *EXTRA]
every = pytest.mark.parametrize("part", PARTS, ids=repr)
RANDOM = [part for part in PARTS if np.ptp(part(5, 4, seed=0)) > 0]


@every
def test_weights_have_the_shape_and_are_finite_float64(part):
    for shape in ((1, 1), (1, 6), (6, 1), (5, 3), (3, 5)):
        weights = part(*shape, seed=0)
        assert weights.shape == shape
        assert weights.dtype == np.float64
        assert np.isfinite(weights).all()


@every
def test_a_seed_gives_the_same_weights_again(part):
    np.testing.assert_array_equal(part(7, 5, seed=3), part(7, 5, seed=3))
    np.testing.assert_array_equal(part(7, 5, seed=3), part(7, 5, seed=np.random.default_rng(3)))


@pytest.mark.parametrize("part", RANDOM, ids=repr)
def test_seeds_differ(part):
    assert (part(7, 5, seed=3) != part(7, 5, seed=4)).any()


def test_all_but_the_constants_are_random():
    assert {repr(part) for part in PARTS if part not in RANDOM} == {"zeros", "constant(0.25)"}


@every
def test_a_seed_must_be_given(part):
    with pytest.raises(TypeError, match="seed"):
        part(3, 4)


def test_no_seed_is_drawn_behind_the_readers_back():
    with pytest.raises((TypeError, ValueError), match="seed"):
        gl.INITIALIZERS["he_normal"](3, 4, seed=None)


@pytest.mark.parametrize("part", RANDOM, ids=repr)
def test_weights_have_mean_zero(part):
    weights = part(300, 200, seed=1)
    assert abs(weights.mean()) < 5 * weights.std() / np.sqrt(weights.size)


INPUTS, OUTPUTS = 320, 200
VARIANCES = {
    "lecun_normal": 1 / INPUTS,
    "lecun_uniform": 1 / INPUTS,
    "glorot_normal": 2 / (INPUTS + OUTPUTS),
    "glorot_uniform": 2 / (INPUTS + OUTPUTS),
    "he_normal": 2 / INPUTS,
    "he_uniform": 2 / INPUTS,
    "pytorch_linear": 1 / (3 * INPUTS),
}


@pytest.mark.parametrize(("name", "variance"), VARIANCES.items())
def test_the_variance_is_the_papers(name, variance):
    weights = np.stack([gl.INITIALIZERS[name](INPUTS, OUTPUTS, seed=seed) for seed in range(3)])
    assert weights.var() == pytest.approx(variance, rel=0.02)  # its standard error is under 0.4 %
    uniform = name.endswith("uniform") or name == "pytorch_linear"
    if uniform:
        assert np.sqrt(3 * variance) * 0.999 < np.abs(weights).max() <= np.sqrt(3 * variance)
    else:
        assert np.abs(weights).max() > 3.5 * np.sqrt(variance)
    # a fourth moment tells a normal from a uniform distribution
    assert (weights**4).mean() / weights.var() ** 2 == pytest.approx(1.8 if uniform else 3, rel=0.03)


def test_pytorchs_default_lies_within_one_over_root_fan_in():
    assert np.abs(gl.INITIALIZERS["pytorch_linear"](100, 400, seed=0)).max() == pytest.approx(0.1, rel=1e-3)


@pytest.mark.parametrize("activation", gl.ACTIVATIONS.values(), ids=repr)
def test_matched_uses_the_gain_of_the_activation_that_feeds_the_layer(activation):
    matched = gl.INITIALIZERS["matched"]
    weights = matched(INPUTS, OUTPUTS, seed=0, gain=activation.gain)
    assert weights.var() == pytest.approx(activation.gain**2 / INPUTS, rel=0.02)
    np.testing.assert_allclose(weights, activation.gain * matched(INPUTS, OUTPUTS, seed=0), rtol=1e-14)


def test_matched_is_hes_for_relu_and_lecuns_for_the_identity():
    for name, part in (("he_normal", gl.relu), ("lecun_normal", gl.identity)):
        ours = gl.INITIALIZERS["matched"](30, 20, seed=5, gain=part.gain)
        np.testing.assert_allclose(ours, gl.INITIALIZERS[name](30, 20, seed=5), rtol=1e-12)


@pytest.mark.parametrize("part", RANDOM, ids=repr)
def test_a_gain_is_a_factor_of_every_weight(part):
    plain = part(6, 4, seed=0)
    np.testing.assert_allclose(part(6, 4, seed=0, gain=3.0), 3 * plain, rtol=1e-14)
    np.testing.assert_array_equal(part.bind(gain=3.0)(6, 4, seed=0), part(6, 4, seed=0, gain=3.0))
    # the gain that a network hands over is looked at by matched alone, and not where it was given another
    handed = [given.draw(np.random.default_rng(0), 6, 4, 2.0) for given in (part, part.bind(gain=3.0))]
    np.testing.assert_allclose(handed[0], (2 if part.name == "matched" else 1) * plain, rtol=1e-14)
    np.testing.assert_allclose(handed[1], 3 * plain, rtol=1e-14)


FANS = {"in": 8, "out": 2, "average": 5}
WITH_FAN = [part for part in RANDOM if "fan" in getattr(part.draw, "keywords", {})]


@pytest.mark.parametrize("part", WITH_FAN, ids=repr)
@pytest.mark.parametrize("fan", FANS)
def test_a_fan_is_what_the_variance_is_divided_by(part, fan):
    ratio = part(8, 2, seed=0, fan=fan) / part(8, 2, seed=0)
    np.testing.assert_allclose(ratio, np.sqrt(FANS[part.draw.keywords["fan"]] / FANS[fan]), rtol=1e-12)


def test_the_fan_that_is_there_unless_given_is_the_papers():
    told = {part.name: part.draw.keywords["fan"] for part in WITH_FAN}
    expected = {"lecun": "in", "glorot": "average", "he": "in", "matched": "in", "pytorch": "in"}
    assert expected == {name.partition("_")[0]: fan for name, fan in told.items() if name.partition("_")[0] in expected}


def test_bound_initialisers_print_what_they_were_given_and_compare_by_it():
    he, orthogonal = gl.INITIALIZERS["he_normal"], gl.INITIALIZERS["orthogonal"]
    assert repr(he.bind(fan="out").bind(gain=2)) == "he_normal(fan='out', gain=2)"
    assert repr(he.bind(fan="out", gain=2)) == "he_normal(fan='out', gain=2)"
    assert he.bind(fan="out") == he.bind(fan="out") != he.bind(fan="average")
    assert he.bind(fan="in") == he != he.bind(gain=1.5)
    assert he.bind() is he
    assert repr(variance_scaling(3, fan="out").bind(fan="in")) == "variance_scaling(3, distribution='normal', fan='in')"
    assert he.bind(fan="out").bind(gain=1.5) == he.bind(gain=1.5).bind(fan="out")
    for part in (he.bind(fan="out"), orthogonal.bind(gain=0.5), normal(2).bind(gain=0.5)):
        assert pickle.loads(pickle.dumps(part)) == part


@pytest.mark.parametrize("activation", gl.ACTIVATIONS.values(), ids=repr)
def test_matched_keeps_the_mean_square_of_the_pre_activations_at_one(activation):
    net = gl.MLP([400, 400, 400, 400, 1], activation=activation, init="matched")
    x = np.random.default_rng(0).normal(size=(50, 400))
    trace = net.forward(net.initialize(range(3)), x)
    for z in trace.pre_activations[:3]:
        assert (z**2).mean() == pytest.approx(1, rel=0.15)


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9), (1, 5), (5, 1)], ids=str)
def test_orthogonal_rows_or_columns_are_orthonormal(shape):
    weights = gl.INITIALIZERS["orthogonal"](*shape, seed=2)
    square = weights.T @ weights if shape[0] >= shape[1] else weights @ weights.T
    np.testing.assert_allclose(square, np.eye(min(shape)), atol=1e-14)


def test_orthogonal_matrices_are_uniformly_drawn():
    many = np.stack([gl.INITIALIZERS["orthogonal"](3, 3, seed=seed) for seed in range(600)])
    # every entry is as often positive as negative, and every determinant is as likely: plain QR fails both
    assert np.all(np.abs((many > 0).mean(0) - 0.5) < 0.1)
    assert abs((np.linalg.det(many) > 0).mean() - 0.5) < 0.1
    np.testing.assert_allclose(many.var(0), 1 / 3, atol=0.05)


@pytest.mark.parametrize("fan", ["in", "out", "average"])
@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_variance_scaling_divides_by_the_fan(fan, distribution):
    weights = variance_scaling(1.5, fan=fan, distribution=distribution)(INPUTS, OUTPUTS, seed=0)
    size = {"in": INPUTS, "out": OUTPUTS, "average": (INPUTS + OUTPUTS) / 2}[fan]
    assert weights.var() == pytest.approx(1.5 / size, rel=0.02)


def test_constant_and_normal_are_what_they_say():
    np.testing.assert_array_equal(constant(0.25)(2, 3, seed=0), np.full((2, 3), 0.25))
    assert normal(0.1)(300, 200, seed=0).std() == pytest.approx(0.1, rel=0.02)
    np.testing.assert_array_equal(gl.INITIALIZERS["zeros"](2, 3, seed=0), np.zeros((2, 3)))


@every
def test_an_initialiser_pickles_and_has_a_docstring(part):
    again = pickle.loads(pickle.dumps(part))
    assert again == part
    assert hash(again) == hash(part)
    np.testing.assert_array_equal(again(4, 3, seed=0), part(4, 3, seed=0))
    assert part.__doc__.splitlines()[0].rstrip().endswith(".")
    assert sum(part == other for other in PARTS) == 1
    assert part != part.name


def test_equal_means_equal_in_every_digit():
    assert variance_scaling(2.0) == variance_scaling(2.0)
    assert variance_scaling(2.0) != variance_scaling(3.0)
    assert constant(0.12345671) != constant(0.12345672)
    assert normal(1 + 1e-9) != normal(1)
    assert variance_scaling(7.0, name="he_normal") != gl.INITIALIZERS["he_normal"]


def test_a_reader_enters_an_initialiser():
    @gl.initializers.initializer(aliases=("rademacher",), hints={"coin": "did you mean 'signs'?"})
    def signs(generator, inputs, outputs, gain, *, fan="in", factor=1.0):
        """Every weight has the same size."""
        size = {"in": inputs, "out": outputs, "average": (inputs + outputs) / 2}[fan]
        return factor * generator.choice([-1.0, 1.0], (inputs, outputs)) / np.sqrt(size)

    assert gl.INITIALIZERS["Rademacher"] is gl.INITIALIZERS["signs"] is signs
    assert signs.__doc__ == "Every weight has the same size."
    np.testing.assert_array_equal(np.abs(signs(4, 2, seed=0)), 0.5)
    bound = signs.bind(fan="out", gain=3)
    assert repr(bound) == "signs(fan='out', gain=3)"
    np.testing.assert_allclose(np.abs(bound(4, 2, seed=0)), 3 / np.sqrt(2))
    assert gl.MLP([4, 2], init="signs").init is signs
    with pytest.raises(KeyError, match="did you mean 'signs'"):
        gl.INITIALIZERS["coin"]


def test_weights_too_large_for_a_number_are_refused():
    for part in (variance_scaling(1e300).bind(gain=1e200), normal(1e300).bind(gain=1e10)):
        with pytest.raises(ValueError, match="standard deviation of the weights must be a finite number"):
            part(3, 2, seed=0)


def test_a_name_may_be_given():
    assert repr(variance_scaling(2.0, name="mine")) == "mine"
    assert repr(variance_scaling(2.0)) == "variance_scaling(2, fan='in', distribution='normal')"


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: variance_scaling(0), ValueError, ["scale", "above 0", "not 0"]),
        (lambda: variance_scaling(-1), ValueError, ["scale", "above 0", "not -1"]),
        (lambda: variance_scaling("two"), TypeError, ["scale", "'two'"]),
        (lambda: variance_scaling(fan="sideways"), ValueError, ["fan", "'in', 'out', 'average'", "'sideways'"]),
        (lambda: variance_scaling(distribution="cauchy"), ValueError, ["distribution", "'uniform'", "'cauchy'"]),
        (lambda: variance_scaling(distribution="norma"), ValueError, ["'norma'", "did you mean 'normal'?"]),
        (lambda: variance_scaling(fan="fan_out"), ValueError, ["'fan_out'", "did you mean 'out'?"]),
        (lambda: gl.INITIALIZERS["he_normal"](3, 2, seed=0, fan="inn"), ValueError, ["'inn'", "did you mean 'in'?"]),
        (lambda: gl.INITIALIZERS["he_normal"].bind(fan=3), ValueError, ["fan", "'average'", "not 3"]),
        (lambda: constant(np.nan), ValueError, ["value", "finite", "nan"]),
        (lambda: normal(-0.1), ValueError, ["deviation", "at least 0", "-0.1"]),
        (lambda: gl.INITIALIZERS["zeros"](0, 3, seed=0), ValueError, ["inputs", "at least 1", "not 0"]),
        (lambda: gl.INITIALIZERS["zeros"](3, 2.5, seed=0), TypeError, ["outputs", "whole number", "2.5"]),
        (lambda: gl.INITIALIZERS["he_normal"](3, 2, seed=-1), ValueError, ["seed", "-1"]),
        (lambda: gl.INITIALIZERS["he_normal"].bind(fan="on"), ValueError, ["fan", "'in', 'out', 'average'", "'on'"]),
        (lambda: gl.INITIALIZERS["he_normal"].bind(gain=0), ValueError, ["gain", "above 0", "not 0"]),
        (
            lambda: gl.INITIALIZERS["orthogonal"].bind(fan="in"),
            TypeError,
            ["orthogonal", "does not depend", "fan='in'"],
        ),
        (lambda: normal(2).bind(fan="in"), TypeError, ["normal(2)", "does not depend", "fan='in'"]),
        (lambda: gl.INITIALIZERS["zeros"](3, 2, seed=0, gain=2), TypeError, ["zeros", "does not depend", "gain=2"]),
        (lambda: gl.Initializer("mine", len, "Mine.").bind(gain=2), TypeError, ["mine", "does not depend", "gain=2"]),
        (lambda: gl.INITIALIZERS["he_normal"](3, 2, seed="a"), TypeError, ["seed", "'a'"]),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else None,
)
def test_bad_input_gets_a_sentence(make, error, words):
    with pytest.raises(error) as caught:
        make()
    for word in words:
        assert word in str(caught.value)


def test_the_decorator_is_taken_with_and_without_brackets():
    def signs(generator, inputs, outputs, gain):
        """Every weight is 1 or its negative."""
        return generator.choice([-1.0, 1.0], (inputs, outputs))

    with_brackets, bare = gl.initializers.initializer()(signs), gl.initializers.initializer(signs)
    assert with_brackets == bare == gl.INITIALIZERS["signs"]
    assert set(bare(4, 4, seed=0).ravel()) == {-1.0, 1.0}
    with pytest.raises(TypeError, match="an initializer must be a function with a name, not 'signs'"):
        gl.initializers.initializer("signs")
