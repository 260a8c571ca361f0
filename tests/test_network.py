"""The network: the layout of its parameters, and its pass forward and back."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gradlab as gl
from gradlab._seeds import generator
from gradlab.network import Trace

SIZES = [[3, 4], [3, 5, 2], [1, 1, 1], [2, 7, 3, 4, 2]]
shaped = pytest.mark.parametrize("sizes", SIZES, ids=str)


# ---------------------------------------------------------------------------------------------------- the recipe


@shaped
def test_parameters_are_counted(sizes):
    net = gl.MLP(sizes)
    assert net.parameters == sum(a * b + b for a, b in zip(sizes[:-1], sizes[1:], strict=True))
    assert net.depth == len(sizes) - 1
    assert net.initialize(0).shape == (1, net.parameters)


@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
@pytest.mark.parametrize("init", gl.INITIALIZERS)
def test_a_recipe_is_a_value(activation, init):
    net = gl.MLP([2, 3, 1], activation=activation, init=init)
    twin = gl.MLP((2, 3, 1), activation=gl.ACTIVATIONS[activation], init=gl.INITIALIZERS[init])
    assert net == twin
    assert hash(net) == hash(twin)
    assert pickle.loads(pickle.dumps(net)) == net
    assert net != gl.MLP([2, 4, 1], activation=activation, init=init)
    assert repr(net) == f"MLP([2, 3, 1], activation={gl.ACTIVATIONS[activation]!r}, init={init})"
    with pytest.raises(AttributeError):
        net.sizes = (1, 2)


def test_recipes_that_differ_in_any_part_are_not_equal():
    recipes = [
        gl.MLP([2, 3, 1]),
        gl.MLP([2, 3, 1], activation="tanh"),
        gl.MLP([2, 3, 1], activation=gl.leaky_relu),
        gl.MLP([2, 3, 1], activation=gl.leaky_relu.bind(slope=0.2)),
        gl.MLP([2, 3, 1], init="orthogonal"),
        gl.MLP([2, 3, 1], bias_init="he_normal"),
    ]
    assert sum(a == b for a in recipes for b in recipes) == len(recipes)
    assert repr(recipes[-1]).endswith("bias_init=he_normal)")


# ---------------------------------------------------------------------------------------------------- the layout


@shaped
def test_layers_are_views_that_cover_theta_once(sizes):
    net = gl.MLP(sizes)
    theta = np.zeros((3, net.parameters))
    for weights, biases in net.layers(theta):
        weights += 1
        biases += 1
    np.testing.assert_array_equal(theta, 1)
    shapes = [(layer.weights.shape, layer.biases.shape) for layer in net.layers(theta)]
    assert shapes == [((3, a, b), (3, b)) for a, b in zip(sizes[:-1], sizes[1:], strict=True)]


def test_layers_are_views_also_of_a_theta_that_is_not_contiguous():
    net = gl.MLP([2, 3, 1])
    theta = np.zeros((4, 2 * net.parameters))[::2, ::2]
    net.layers(theta)[1].weights[...] = 5
    assert (theta == 5).sum() == 2 * 3


@pytest.mark.parametrize("shape", [(13,), (2, 12), (2, 14), (1, 2, 13)], ids=str)
def test_a_theta_of_another_shape_gets_a_sentence(shape):
    net = gl.MLP([2, 3, 1])
    for use in (net.layers, lambda theta: net.forward(theta, [[0.0, 0.0]])):
        with pytest.raises(ValueError, match=r"theta must have shape \(seeds, 13\)") as caught:
            use(np.zeros(shape))
        assert str(shape) in str(caught.value)


# ---------------------------------------------------------------------------------------------------- initialisation


@pytest.mark.parametrize("init", gl.INITIALIZERS)
def test_a_stack_of_initial_parameters_is_each_seed_alone(init):
    net = gl.MLP([3, 4, 2], init=init, bias_init=init)
    seeds = (7, 0, 123)
    stack = net.initialize(seeds)
    for row, seed in zip(stack, seeds, strict=True):
        np.testing.assert_array_equal(row, net.initialize(seed)[0])
        np.testing.assert_array_equal(row, net.initialize([seed])[0])


def test_one_number_is_one_seed_and_a_range_is_many():
    net = gl.MLP([2, 2])
    np.testing.assert_array_equal(net.initialize(5), net.initialize([5]))
    assert len(net.initialize(range(5))) == 5
    assert len(net.initialize(np.arange(3))) == 3
    assert len(net.initialize(np.int64(3))) == 1


def test_float32_parameters_are_those_of_float64_rounded():
    net = gl.MLP([2, 30, 2], activation="tanh")
    half, full = net.initialize(1, dtype="float32"), net.initialize(1)
    assert half.dtype == np.float32
    np.testing.assert_array_equal(half, full.astype("float32"))


@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_matched_takes_the_activations_gain_after_the_first_layer_only(activation):
    net = gl.MLP([500, 500, 500], activation=activation)
    first, second = (layer.weights.std() * np.sqrt(500) for layer in net.layers(net.initialize(0)))
    assert first == pytest.approx(1, rel=0.01)
    assert second == pytest.approx(net.activation.gain, rel=0.01)
    assert all((layer.biases == 0).all() for layer in net.layers(net.initialize(0)))


def test_biases_are_drawn_as_asked():
    net = gl.MLP([4, 5, 3], bias_init=gl.initializers.constant(0.1))
    assert all((layer.biases == 0.1).all() for layer in net.layers(net.initialize(0)))


def test_a_generator_serves_one_purpose_of_one_seed():
    draws = [generator(*key).random() for key in ((0, 0), (0, 1), (1, 0), (0, 1, 0), (0, 1, 1))]
    assert len(set(draws)) == len(draws)
    assert generator(0, 1).random() == draws[1]


# ---------------------------------------------------------------------------------------------------- forward


@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
@shaped
def test_forward_is_a_plain_loop(activation, sizes, plain):
    net = gl.MLP(sizes, activation=activation, bias_init=gl.initializers.normal(0.5))
    theta = net.initialize(range(4))
    data = gl.Data(np.random.default_rng(0).normal(size=(6, sizes[0])), np.zeros(6))
    trace = net.forward(theta, data.x)
    assert trace.outputs.shape == (4, 6, sizes[-1])
    for seed in range(4):
        z, values, slopes, _, _ = plain(net, theta[seed], data, lambda z, y: z)
        np.testing.assert_allclose(trace.outputs[seed], z[-1], rtol=1e-12, atol=1e-13)
        for found, expected in ((trace.pre_activations, z), (trace.activations, values), (trace.slopes, slopes)):
            assert len(found) == len(expected)
            for ours, theirs in zip(found, expected, strict=True):
                np.testing.assert_allclose(ours[seed].T, theirs, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(net.outputs(theta, data.x), trace.outputs)


@given(st.integers(1, 40), st.integers(1, 50))
def test_outputs_do_not_depend_on_the_block(samples, block):
    net = gl.MLP([2, 5, 3], activation="gelu")
    theta, x = net.initialize(range(2)), np.random.default_rng(0).normal(size=(samples, 2))
    np.testing.assert_allclose(
        net.outputs(theta, x, block=block), net.forward(theta, x).outputs, rtol=1e-13, atol=1e-14
    )


def test_inputs_and_parameters_are_not_changed():
    net = gl.MLP([2, 3, 2])
    theta, data = net.initialize(range(2)), gl.datasets.xor()
    kept = theta.copy()
    net.forward(theta, data.x)
    net.loss_and_gradient(theta, data)
    np.testing.assert_array_equal(theta, kept)


def test_one_input_may_come_flat():
    net = gl.MLP([1, 3, 1])
    theta = net.initialize(0)
    np.testing.assert_array_equal(net.outputs(theta, [0.5, 1]), net.outputs(theta, [[0.5], [1]]))


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_the_kind_of_theta_is_the_kind_of_everything(kind):
    net = gl.MLP([2, 3, 2])
    theta = net.initialize(range(2), dtype=kind)
    assert net.forward(theta, gl.datasets.xor().x).outputs.dtype == kind
    loss, gradient = net.loss_and_gradient(theta, gl.datasets.xor())
    assert loss.dtype == gradient.dtype == kind


def test_whole_number_parameters_do_not_round_the_inputs():
    net = gl.MLP([1, 1])
    theta = np.array([[2, 1]])
    np.testing.assert_array_equal(net.outputs(theta, [[0.5]]), [[[2.0]]])


# ---------------------------------------------------------------------------------------------------- gradient


@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
@pytest.mark.parametrize("loss", gl.LOSSES)
def test_the_gradient_agrees_with_central_differences(activation, loss, blobs):
    data = {"binary_cross_entropy": blobs(20, 2, classes=2)}.get(loss, blobs(20, 2))
    outputs = 1 if loss == "binary_cross_entropy" else 3
    net = gl.MLP([2, 6, 5, outputs], activation=activation, bias_init=gl.initializers.normal(0.3))
    assert gl.testing.check_gradient(net, data, loss=loss) < 1e-6


@pytest.mark.parametrize("activation", gl.ACTIVATIONS)
def test_every_seeds_gradient_is_backpropagation_by_hand(activation, blobs, plain):
    net = gl.MLP([3, 4, 5, 2], activation=activation, bias_init=gl.initializers.normal(0.3))
    data, theta = blobs(outputs=2), net.initialize(range(3))
    loss, gradient = net.loss_and_gradient(theta, data, loss="squared_error")
    assert loss.shape == (3,)
    assert gradient.shape == theta.shape
    for seed in range(3):
        z, _, _, _, gradients = plain(net, theta[seed], data, lambda z, y: 2 * (z - y) / z.size)
        assert loss[seed] == pytest.approx(((z[-1] - data.y) ** 2).mean(), rel=1e-12)
        for found, (w, b) in zip(net.layers(gradient), gradients, strict=True):
            np.testing.assert_allclose(found.weights[seed], w, rtol=1e-10, atol=1e-13)
            np.testing.assert_allclose(found.biases[seed], b, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("loss", gl.LOSSES)
def test_the_loss_of_a_network_is_the_loss_of_its_outputs(loss, blobs):
    data = blobs(classes=2)
    net = gl.MLP([3, 4, 1 if loss == "binary_cross_entropy" else 2])
    theta = net.initialize(range(3))
    found, _ = net.loss_and_gradient(theta, data, loss=loss)
    np.testing.assert_allclose(found, gl.LOSSES[loss](net.outputs(theta, data.x), data.y), rtol=1e-13)


def test_a_trace_without_gradient_goes_forward_only():
    net = gl.MLP([2, 3, 1])
    trace = Trace(net, net.initialize(0), samples=4)
    assert trace.deltas == []
    assert trace.gradients == []


def test_a_trace_sees_later_changes_of_theta():
    net = gl.MLP([2, 3, 1], activation="identity")
    theta = net.initialize(0)
    trace = net.forward(theta, [[1.0, 2.0]])
    before = trace.outputs.copy()
    theta *= 2
    trace.forward()
    np.testing.assert_allclose(trace.outputs, 4 * before)


# ---------------------------------------------------------------------------------------------------- bad input

XOR = gl.datasets.xor()


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: gl.MLP([4]), ValueError, ["sizes", "[2, 1]", "not [4]"]),
        (lambda: gl.MLP([]), ValueError, ["sizes", "not []"]),
        (lambda: gl.MLP([2, 0, 1]), ValueError, ["size", "at least 1", "not 0"]),
        (lambda: gl.MLP([2, -3, 1]), ValueError, ["size", "at least 1", "-3"]),
        (lambda: gl.MLP([2, 2.5]), TypeError, ["size", "whole number", "2.5"]),
        (lambda: gl.MLP([2, True]), TypeError, ["size", "whole number", "True"]),
        (lambda: gl.MLP(5), TypeError, ["sizes", "[64, 32, 10]", "not 5"]),
        (lambda: gl.MLP("ab"), TypeError, ["sizes", "[64, 32, 10]", "'ab'"]),
        (lambda: gl.MLP(None), TypeError, ["sizes", "None"]),
        (lambda: gl.MLP(np.array(3)), TypeError, ["sizes", "[64, 32, 10]", "array(3)"]),
        (lambda: gl.MLP([2, 1], activation="rleu"), ValueError, ["unknown activation 'rleu'", "did you mean 'relu'"]),
        (lambda: gl.MLP([2, 1], activation=np.tanh), TypeError, ["activation must be", "ufunc 'tanh'"]),
        (lambda: gl.MLP([2, 1], init="he"), ValueError, ["unknown initializer 'he'"]),
        (lambda: gl.MLP([2, 1], init=0.1), TypeError, ["init must be", "0.1"]),
        (lambda: gl.MLP([2, 1], bias_init="zeroes"), ValueError, ["'zeroes'", "did you mean 'zeros'"]),
        (lambda: gl.MLP([2, 1], bias_init=0), TypeError, ["bias_init must be", "not 0"]),
        (lambda: gl.MLP([2, 1]).initialize(-1), ValueError, ["seed", "at least 0", "-1"]),
        (lambda: gl.MLP([2, 1]).initialize([]), ValueError, ["seeds", "at least one", "empty"]),
        (lambda: gl.MLP([2, 1]).initialize([1, 2, 1]), ValueError, ["seeds", "differ", "1 stands"]),
        (lambda: gl.MLP([2, 1]).initialize(0.5), TypeError, ["seed", "whole number", "0.5"]),
        (lambda: gl.MLP([2, 1]).initialize("12"), TypeError, ["seed", "whole number", "'12'"]),
        (lambda: gl.MLP([2, 1]).initialize(None), TypeError, ["seed", "whole number", "None"]),
        (lambda: gl.MLP([2, 1]).initialize(np.array(1.5)), TypeError, ["seed", "whole number", "1.5"]),
        (lambda: gl.MLP([2, 1]).initialize(0, dtype="float16"), ValueError, ["dtype", "'float32'", "'float16'"]),
        (lambda: gl.MLP([2, 1]).initialize(0, dtype="floaty"), ValueError, ["dtype", "'float64'", "'floaty'"]),
        (lambda: gl.MLP([2, 1]).initialize(0, dtype=int), ValueError, ["dtype", "'float64'", "int"]),
        (lambda: gl.MLP([3, 1]).outputs(np.zeros((1, 4)), XOR.x), ValueError, ["x", "(samples, 3)", "(4, 2)"]),
        (lambda: gl.MLP([2, 1]).outputs(np.zeros((1, 3)), [1.0, 2]), ValueError, ["x", "(samples, 2)", "(2,)"]),
        (lambda: gl.MLP([2, 1]).outputs(np.zeros((1, 3)), [[np.nan, 2]]), ValueError, ["x", "finite", "nan"]),
        (lambda: gl.MLP([2, 1]).outputs(np.zeros((1, 3)), [["a", "b"]]), TypeError, ["x", "numbers", "'a'"]),
        (lambda: gl.MLP([2, 1]).outputs(np.zeros((1, 3)), np.zeros((0, 2))), ValueError, ["x", "at least one"]),
        (lambda: gl.MLP([2, 2]).loss_and_gradient(np.zeros((1, 6)), XOR, loss="msq"), ValueError, ["loss", "'msq'"]),
        (lambda: gl.MLP([2, 2]).loss_and_gradient(np.zeros((1, 6)), XOR, loss=3), TypeError, ["loss must be", "3"]),
        (lambda: gl.MLP([2, 2]).loss_and_gradient(np.zeros((1, 6)), XOR.x), TypeError, ["data", "Data(x, y)"]),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else None,
)
def test_bad_input_gets_a_sentence(make, error, words):
    with pytest.raises(error) as caught:
        make()
    for word in words:
        assert word in str(caught.value)
