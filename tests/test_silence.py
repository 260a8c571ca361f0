"""Nothing wrong happens in silence: what a run would get wrong without a word is refused, marked or warned of."""

import pickle
import signal

import numpy as np
import pytest

import gradlab as gl
from gradlab.training import InterruptionWarning, LimitWarning, statistics

MOONS = gl.datasets.moons(200)


# ---------------------------------------------------------------------------------------------------- one seed among others


@pytest.mark.filterwarnings("ignore::gradlab.DivergenceWarning")
@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_a_seed_that_is_nan_leaves_saturated_neighbours_untouched(activation, kind):
    net = gl.MLP([2, 16, 16, 2], activation)
    theta = net.initialize(range(3), dtype=kind) * 6
    theta[0, 0] = np.nan
    ask = {"steps": 8, "optimizer": gl.SGD(0.01), "dtype": kind}
    stack = gl.train(net, MOONS, theta=theta, seeds=range(3), **ask)
    for row in (1, 2):
        alone = gl.train(net, MOONS, theta=theta[row : row + 1], seeds=[row], **ask)
        np.testing.assert_array_equal(stack.theta[row], alone.theta[0])


# ---------------------------------------------------------------------------------------------------- where a run ends


def test_a_resumed_run_whose_seeds_have_all_met_the_target_ends_where_it_was():
    net, ask = gl.MLP([2, 16, 2], "tanh"), {"optimizer": gl.Adam(0.02), "seeds": range(2), "target_loss": 0.4}
    run = gl.train(net, MOONS, steps=400, **ask)
    assert (run.stopped >= 0).all()
    more = gl.train(net, MOONS, steps=2000, resume=run, **ask)
    np.testing.assert_array_equal(more.step, run.step)
    np.testing.assert_array_equal(more.theta, run.theta)
    assert not more.diverged.any()


def test_a_seed_that_met_one_target_goes_on_to_a_lower_one():
    net, ask = gl.MLP([2, 16, 2], "tanh"), {"optimizer": gl.Adam(0.02), "seeds": range(2)}
    run = gl.train(net, MOONS, steps=400, target_loss=0.4, **ask)
    more = gl.train(net, MOONS, steps=2000, target_loss=0.1, resume=run, **ask)
    assert (more.loss[-1] <= 0.1).all()
    assert (more.stopped > run.stopped).all()


class _Pressing(gl.SGD):
    """Gradient descent during whose step number ``at`` somebody presses Ctrl-C."""

    at = 1

    def coefficients(self, step):
        if step == self.at:
            signal.raise_signal(signal.SIGINT)
        return super().coefficients(step)


@pytest.mark.parametrize("at", [2, 20, 31])
def test_ctrl_c_ends_a_run(at):
    optimizer = _Pressing(0.1)
    object.__setattr__(optimizer, "at", at)
    with pytest.warns(InterruptionWarning):
        run = gl.train(gl.MLP([2, 4, 2]), MOONS, optimizer=optimizer, steps=100_000)
    assert run.interrupted
    assert at <= run.step[-1] < 100_000


@pytest.mark.parametrize(("at", "steps"), [(59, 60), (60, 60), (3, 3)])
def test_ctrl_c_at_the_end_of_a_run_ends_what_comes_after_it(at, steps):
    optimizer = _Pressing(0.1)
    object.__setattr__(optimizer, "at", at)
    with pytest.raises(KeyboardInterrupt):  # so that a loop over runs ends too
        gl.train(gl.MLP([2, 4, 2]), MOONS, optimizer=optimizer, steps=steps)


def test_an_interrupted_history_says_so_after_saving_too(tmp_path):
    optimizer = _Pressing(0.1)
    object.__setattr__(optimizer, "at", 3)
    with pytest.warns(InterruptionWarning):
        run = gl.train(gl.MLP([2, 4, 2]), MOONS, optimizer=optimizer, steps=100_000)
    assert "interrupted" in repr(run)
    kept = gl.History.load(gl.train(gl.MLP([2, 4, 2]), MOONS, steps=3).save(tmp_path / "whole"))
    assert not kept.interrupted


# ---------------------------------------------------------------------------------------------------- parts of one's own


def test_an_activation_that_forgets_its_slope_is_named():
    @gl.activation()
    def forgetful(x):
        return np.maximum(x, 0)

    for x in (1.0, [1.0, 2.0], np.ones((2, 3)), np.ones((2, 2))):
        with pytest.raises(
            TypeError, match="the rule of forgetful must return two things, value and slope; it returned"
        ):
            forgetful(x)
    with pytest.raises(TypeError, match="the rule of forgetful must return two things"):
        gl.train(gl.MLP([2, 2, 2], forgetful, init="he_normal"), MOONS, steps=1)


def test_an_activation_whose_slope_has_another_shape_is_named():
    @gl.activation()
    def summed(x):
        return x * x, (2 * x).sum()[None]

    with pytest.raises(TypeError, match=r"the slope that the rule of summed returns has shape \(1,\)"):
        summed([1.0, 2.0])


def test_an_activation_cannot_change_what_it_is_taken_of():
    @gl.activation()
    def greedy(x):
        x *= 2
        return x, np.full_like(x, 2)

    x = np.ones(3)
    with pytest.raises(ValueError, match="the rule of greedy must leave x and its parameters as they are"):
        greedy(x)
    assert (x == 1).all()


@pytest.mark.parametrize(
    "told", [{"learned": {"slpe": np.ones_like}}, {"limits": {"slpe": (0, 1)}}], ids=["learned", "limits"]
)
def test_what_is_said_of_a_parameter_that_is_none_is_refused(told):
    def bent(x, *, slope=0.1):
        return np.where(x > 0, x, slope * x), np.where(x > 0, 1, slope)

    with pytest.raises(TypeError, match="bent takes slope; .* names 'slpe'; did you mean 'slope'"):
        gl.activation(**told)(bent)


def test_a_learned_parameter_outside_its_limits_is_warned_of():
    @gl.activation(limits={"slope": (0, np.inf)}, learned={"slope": lambda x, *, slope: np.minimum(x, 0)})
    def positive_prelu(x, *, slope=0.01):
        return np.where(x > 0, x, slope * x), np.where(x > 0, 1.0, slope)

    with pytest.warns(LimitWarning, match="the slope that positive_prelu learns has left its limits, 0 to inf, in"):
        gl.train(gl.MLP([2, 16, 2], positive_prelu), MOONS, optimizer=gl.SGD(0.5), steps=200, seeds=range(3))


def test_a_loss_cannot_change_outputs_or_targets():
    @gl.losses.loss("values")
    def hungry(outputs, targets):
        outputs -= targets
        return (outputs**2).mean(-1), 2 * outputs / outputs.shape[-1]

    with pytest.raises(ValueError, match="the rule of the loss 'hungry' must leave outputs and targets as they are"):
        gl.train(gl.MLP([2, 2]), gl.Data(MOONS.x, MOONS.x), loss=hungry, steps=1)


class _Forgetful(gl.Optimizer):
    def coefficients(self, step):
        return (self.rate(step),)

    def equation(self, theta, gradient, slots, scratch, rate):
        theta = theta - rate * gradient


class _Returning(_Forgetful):
    def equation(self, theta, gradient, slots, scratch, rate):
        return theta - rate * gradient


class _Mixing(_Forgetful):
    def equation(self, theta, gradient, slots, scratch, rate):
        theta -= rate * gradient / np.linalg.norm(gradient)


@pytest.mark.parametrize(
    ("optimizer", "error", "words"),
    [
        (_Forgetful, ValueError, "the equation of _Forgetful leaves theta as it is"),
        (_Returning, TypeError, "the equation of _Returning must change theta in place and return nothing"),
        (_Mixing, ValueError, "the equation of _Mixing must change each entry by what it is told of that entry"),
    ],
)
def test_an_optimiser_that_would_train_nothing_or_mix_seeds_is_refused(optimizer, error, words):
    with pytest.raises(error, match=words):
        gl.train(gl.MLP([2, 2]), MOONS, optimizer=optimizer(0.1), steps=1)


class _Clipping(_Forgetful):
    def equation(self, theta, gradient, slots, scratch, rate):
        theta -= rate * gradient / max(1, np.linalg.norm(gradient))


def test_an_optimiser_that_mixes_seeds_where_gradients_are_large_is_refused():
    with pytest.raises(ValueError, match="_Clipping must change each entry by what it is told of that entry"):
        gl.train(gl.MLP([2, 2]), MOONS, optimizer=_Clipping(0.1), steps=1)


class _Own(gl.SGD):
    """Right as it is."""


@pytest.mark.parametrize("rate", [1e-18, gl.schedules.WarmUp(0.1, 100), gl.schedules.Cosine(0.1, 2)], ids=str)
def test_an_optimiser_that_is_only_slow_is_taken(rate):
    assert len(gl.train(gl.MLP([2, 2]), MOONS, optimizer=_Own(rate), steps=1).step) == 2


def test_an_activation_that_looks_at_its_neighbours_is_refused():
    @gl.activation
    def centred(x):
        return x - x.mean(), np.ones_like(x)

    with pytest.raises(ValueError, match="the rule of centred must be elementwise"):
        gl.train(gl.MLP([2, 2, 2], centred, init="he_normal"), MOONS, steps=1)


@pytest.mark.parametrize("part", ["a", 1j])
def test_an_activation_of_what_is_no_number_is_named(part):
    def odd(x):
        return np.full(np.shape(x), part), np.ones_like(x)

    with pytest.raises(TypeError, match="the value that the rule of odd returns must be real"):
        gl.Activation("odd", odd)([1.0, 2.0])


def test_a_gain_that_is_no_number_is_explained():
    nothing = gl.Activation("nothing", lambda x: (0 * x, 0 * x))
    with pytest.raises(ValueError, match="init='matched' divides by .* which nothing makes 0, inf or nan"):
        gl.MLP([2, 2, 2], nothing).initialize(0)


def test_an_optimiser_whose_memory_overflows_has_diverged():
    x = np.linspace(-1, 1, 20)
    data = gl.Data(x * 1e22, np.sign(x))
    with pytest.warns(gl.DivergenceWarning, match="1 of 1 seeds no longer move .* what Adam remembers is inf"):
        run = gl.train(gl.MLP([1, 1]), data, loss="huber", optimizer=gl.Adam(0.1), steps=3, dtype="float32")
    assert run.diverged.all()


def test_a_loss_whose_sum_alone_is_too_large_is_recorded():
    data = gl.Data(np.linspace(-1, 1, 20_000), np.full(20_000, 1e18))
    run = gl.train(gl.MLP([1, 4, 1], "tanh"), data, loss="mse", optimizer="sgd", steps=2, dtype="float32")
    np.testing.assert_allclose(run.loss[0], 1e36, rtol=1e-5)
    assert not run.diverged.any()


@pytest.mark.filterwarnings("ignore::gradlab.DivergenceWarning")
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "gelu", "tanh"])
def test_a_layer_that_is_nan_has_no_share_of_dead_units(activation):
    net = gl.MLP([2, 4, 4, 2], activation)
    theta = net.initialize(range(2))
    theta[0, 0] = np.nan
    run = gl.probe(net, MOONS, theta=theta, seeds=range(2))
    assert np.isnan(run.dead_fraction[0, 0]).all()
    assert np.isnan(run.saturated_fraction[0, 0]).all()
    assert np.isfinite(run.dead_fraction[0, 1]).all()


@pytest.mark.parametrize("name", gl.STATISTICS)
def test_a_statistic_travels_by_its_name(name):
    assert pickle.loads(pickle.dumps(gl.STATISTICS[name])) is gl.STATISTICS[name]


def test_a_statistic_that_a_history_cannot_keep_is_refused():
    before = list(gl.STATISTICS)
    with pytest.raises(TypeError, match="a history has nowhere to keep 'weight_norm'"):

        @statistics.statistic("all")
        def weight_norm(trace):
            return trace.outputs

    assert list(gl.STATISTICS) == before


# ---------------------------------------------------------------------------------------------------- one sample


@pytest.mark.parametrize(
    ("rows", "ask"),
    [(1, {}), (4, {"batch_size": 1}), (4, {"monitor": 1})],
    ids=["data", "batch", "monitor"],
)
def test_a_batch_of_one_sample_cannot_be_normalised(rows, ask):
    data = gl.Data(MOONS.x[:rows], MOONS.y[:rows])
    if "monitor" in ask:
        ask = {"monitor": gl.Data(MOONS.x[:1], MOONS.y[:1])}
    with pytest.raises(ValueError, match="batch normalisation needs 2 samples at a time"):
        gl.train(gl.MLP([2, 4, 2], normalize="batch"), data, steps=1, **ask)


def test_a_score_of_one_value_is_no_number():
    data = gl.Data([[1.0]], [2.0])
    assert np.isnan(gl.probe(gl.MLP([1, 1]), data, loss="squared_error").score(data)).all()


@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh"])
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_values_that_are_all_the_same_do_not_deviate(activation, kind):
    net = gl.MLP([3, 5, 2], activation)
    trace = net.forward(np.full((1, net.parameters), 0.37, kind), np.ones((20_000, 3)))
    value = float(trace.activations[0][0, 0, 0])
    assert gl.STATISTICS["activation_mean"](trace)[0, 0] == pytest.approx(value, rel=1e-13)
    assert gl.STATISTICS["activation_std"](trace)[0, 0] < 1e-13
