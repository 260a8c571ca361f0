"""Optimisers: each equals a plain textbook loop in PyTorch's conventions."""

import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import numpy as np
import pytest

import gradlab as gl

every = pytest.mark.parametrize("kind", gl.OPTIMIZERS.values(), ids=gl.OPTIMIZERS)


def _trajectory(optimizer, gradients, start):
    """Apply the optimiser's equation to a list of gradients."""
    theta = start.copy()
    slots = [np.zeros_like(theta) for _ in optimizer.slots]
    scratch = np.full_like(theta, np.nan)
    for step, gradient in enumerate(gradients, 1):
        numbers = [np.asarray(number) for number in optimizer.coefficients(step)]
        kept = gradient.copy()
        optimizer.equation(theta, gradient, slots, scratch, *numbers)
        np.testing.assert_array_equal(gradient, kept)
        yield theta.copy()


def _sgd(gradients, start, *, learning_rate, momentum=0.0, nesterov=False):
    theta, velocity = start.copy(), np.zeros_like(start)
    for g in gradients:
        velocity = momentum * velocity + g
        theta = theta - learning_rate * (g + momentum * velocity if nesterov else velocity)
        yield theta


def _adam(gradients, start, *, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    theta, m, v = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        theta = theta - learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
        yield theta


@pytest.fixture
def gradients():
    source = np.random.default_rng(0)
    return list(source.normal(size=(120, 9)) * 10.0 ** source.integers(-4, 3, 9))


@pytest.mark.parametrize(
    ("optimizer", "textbook"),
    [
        (gl.SGD(0.3), lambda g, s: _sgd(g, s, learning_rate=0.3)),
        (gl.SGD(0.05, momentum=0.9), lambda g, s: _sgd(g, s, learning_rate=0.05, momentum=0.9)),
        (
            gl.SGD(0.05, momentum=0.8, nesterov=True),
            lambda g, s: _sgd(g, s, learning_rate=0.05, momentum=0.8, nesterov=True),
        ),
        (gl.Adam(), lambda g, s: _adam(g, s, learning_rate=1e-3)),
        (
            gl.Adam(0.1, beta1=0.5, beta2=0.9, epsilon=1e-2),
            lambda g, s: _adam(g, s, learning_rate=0.1, beta1=0.5, beta2=0.9, epsilon=1e-2),
        ),
        (gl.Adam(0.1, beta1=0.0, beta2=0.0), lambda g, s: _adam(g, s, learning_rate=0.1, beta1=0, beta2=0)),
    ],
)
def test_an_optimiser_is_its_textbook_loop(optimizer, textbook, gradients):
    start = np.linspace(-1, 1, 9)
    pairs = list(zip(_trajectory(optimizer, gradients, start), textbook(gradients, start), strict=True))
    assert len(pairs) == 120
    for found, expected in pairs:
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_the_first_step_of_adam_has_the_size_of_the_learning_rate():
    g = np.array([5.0, -1e-3, 2e4])
    (first,) = _trajectory(gl.Adam(0.01), [g], np.zeros(3))
    np.testing.assert_allclose(first, -0.01 * np.sign(g), rtol=2e-5)


def test_plain_gradient_descent_remembers_nothing():
    assert gl.SGD().slots == ()
    assert gl.SGD(momentum=0.5).slots == ("velocity",)
    assert gl.Adam().slots == ("first_moment", "second_moment")


@pytest.mark.parametrize("optimizer", [gl.SGD(0.2), gl.SGD(0.1, momentum=0.9), gl.Adam(0.05)], ids=str)
def test_training_is_the_equation_on_the_gradient(optimizer, blobs):
    net, data = gl.MLP([3, 4, 3], activation="tanh"), blobs()
    theta = net.initialize(range(2))
    slots = [np.zeros_like(theta) for _ in optimizer.slots]
    for step in range(1, 31):
        _, gradient = net.loss_and_gradient(theta, data)
        numbers = [np.asarray(number) for number in optimizer.coefficients(step)]
        optimizer.equation(theta, gradient, slots, np.empty_like(theta), *numbers)
    run = gl.train(net, data, optimizer=optimizer, steps=30, seeds=range(2))
    np.testing.assert_allclose(run.theta, theta, rtol=1e-10, atol=1e-12)
    assert len(run.slots) == len(optimizer.slots)
    for found, expected in zip(run.slots, slots, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_a_reader_writes_an_optimiser(blobs):
    @dataclass(frozen=True)
    class SignDescent(gl.Optimizer):
        learning_rate: float = 0.01

        def coefficients(self, step):
            return (self.learning_rate,)

        def equation(self, theta, gradient, slots, scratch, *coefficients):
            theta -= coefficients[0] * np.sign(gradient)

    net = gl.MLP([3, 4, 3])
    run = gl.train(net, blobs(), optimizer=SignDescent(0.01), steps=1)
    moved = np.abs(run.theta - net.initialize(0))
    assert set(np.round(moved, 12).ravel()) <= {0.0, 0.01}
    assert moved.max() > 0


def test_the_base_class_has_no_equation():
    with pytest.raises(NotImplementedError, match="Optimizer has no update; use one of sgd"):
        gl.Optimizer().coefficients(1)
    with pytest.raises(NotImplementedError, match="Optimizer has no update; use one of sgd"):
        gl.Optimizer().equation(np.zeros(1), np.zeros(1), [], np.zeros(1))


def test_an_optimiser_of_ones_own_is_entered_by_its_name_and_may_be_entered_again(blobs):
    for size in (0.01, 0.02):

        @gl.optimizers.optimizer(aliases=("sign",), hints={"lion": "did you mean 'signdescent'?"})
        @dataclass(frozen=True)
        class SignDescent(gl.Optimizer):
            learning_rate: float = size

            def coefficients(self, step):
                return (self.rate(step),)

            def equation(self, theta, gradient, slots, scratch, *coefficients):
                theta -= coefficients[0] * np.sign(gradient)

        assert gl.OPTIMIZERS["SignDescent"] is gl.OPTIMIZERS["sign"] is SignDescent
        run = gl.train(gl.MLP([3, 4, 3]), blobs(), optimizer="sign_descent", steps=1)
        assert run.optimizer == SignDescent(size)
    with pytest.raises(KeyError, match="did you mean 'signdescent'"):
        gl.OPTIMIZERS["Lion"]


def test_what_is_no_class_of_optimisers_is_not_entered():
    with pytest.raises(TypeError, match="a class that inherits from Optimizer, not 3"):
        gl.optimizers.optimizer(3)
    with pytest.raises(TypeError, match="a class that inherits from Optimizer, not Adam"):
        gl.optimizers.optimizer(gl.Adam())

    @dataclass(frozen=True)
    class Without(gl.Optimizer):
        size: float = field(kw_only=True)

    with pytest.raises(TypeError, match="size of Without needs a default"):
        gl.optimizers.optimizer(Without)

    class Adam(gl.Adam):
        """One's own."""

    with pytest.raises(ValueError, match="the optimizer 'adam' is gradlab's own"):
        gl.optimizers.optimizer(Adam)


@pytest.mark.parametrize("name", ["cosine", "StepDecay", "warm-up"])
def test_a_schedule_by_name_alone_is_answered_with_its_class(name):
    kind = gl.schedules.SCHEDULES[name].__name__
    with pytest.raises(TypeError, match=rf"write gradlab\.schedules\.{kind}\(\.\.\.\)"):
        gl.SGD(name)


@every
def test_an_optimiser_is_a_value(kind):
    one = kind()
    assert one == kind()
    assert hash(one) == hash(kind())
    assert one != replace(one, learning_rate=0.7)
    assert pickle.loads(pickle.dumps(one)) == one
    assert pickle.loads(pickle.dumps(one)).slots == one.slots
    assert repr(one).startswith(kind.__name__)
    assert isinstance(kind(learning_rate=1).learning_rate, float)
    with pytest.raises(FrozenInstanceError):
        one.learning_rate = 2


def test_the_defaults_are_the_papers_and_the_peers():
    assert gl.SGD() == gl.SGD(0.01, 0.0, False)
    assert gl.Adam() == gl.Adam(1e-3, 0.9, 0.999, 1e-8)
    assert gl.SGD(0.01).weight_decay == 0
    assert gl.RMSprop() == gl.RMSprop(1e-3, 0.9, 1e-8)
    assert gl.Adagrad() == gl.Adagrad(0.01, 1e-10)
    assert gl.AdamW() == gl.AdamW(1e-3, 0.9, 0.999, 1e-8, 0.01)
    papers = ["sgd", "rmsprop", "adagrad", "adam", "adamw"]  # by their years
    assert [name for name in gl.OPTIMIZERS if name in papers] == papers
    assert all(optimizer().clip_norm is None for optimizer in gl.OPTIMIZERS.values())


@every
@pytest.mark.parametrize(
    ("value", "error"),
    [
        (-0.1, ValueError),
        (0, ValueError),
        (np.nan, ValueError),
        (np.inf, ValueError),
        (None, TypeError),
        ("fast", TypeError),
        ("0.1", TypeError),
        ([0.1], TypeError),
        (1j, TypeError),
        (True, TypeError),
    ],
    ids=repr,
)
def test_a_bad_learning_rate_gets_a_sentence(kind, value, error):
    with pytest.raises(error) as caught:
        kind(value)
    said = str(caught.value)
    assert said == f"learning_rate must be a finite number above 0, not {value!r}"


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: gl.SGD(momentum=1), ValueError, ["momentum", "at least 0 and below 1", "not 1"]),
        (lambda: gl.SGD(momentum=-0.1), ValueError, ["momentum", "at least 0", "-0.1"]),
        (lambda: gl.SGD(nesterov=True), ValueError, ["nesterov", "momentum above 0"]),
        (lambda: gl.Adam(beta1=1.0), ValueError, ["beta1", "below 1", "1.0"]),
        (lambda: gl.Adam(beta2=-1), ValueError, ["beta2", "at least 0", "-1"]),
        (lambda: gl.Adam(beta2="a"), TypeError, ["beta2", "'a'"]),
        (lambda: gl.Adam(epsilon=0), ValueError, ["epsilon", "above 0", "not 0"]),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else None,
)
def test_bad_input_gets_a_sentence(make, error, words):
    with pytest.raises(error) as caught:
        make()
    for word in words:
        assert word in str(caught.value)
