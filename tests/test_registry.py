"""The tables of names."""

import re

import pytest

import gradlab as gl
from gradlab._registry import Registry, _letters

TABLES = (gl.ACTIVATIONS, gl.INITIALIZERS, gl.LOSSES, gl.OPTIMIZERS, gl.schedules.SCHEDULES, gl.DATASETS)
REGISTRIES = {registry.kind: registry for registry in TABLES}
EVERY = [
    pytest.param(registry, name, id=f"{kind}-{name}") for kind, registry in REGISTRIES.items() for name in registry
]
ALL = [pytest.param(registry, id=kind) for kind, registry in REGISTRIES.items()]


class Part:
    """A reader's own."""


@pytest.mark.parametrize("registry", ALL)
def test_a_registry_is_a_mapping_with_something_in_it(registry):
    assert len(registry) == len(list(registry)) >= 1
    assert [registry[name] for name in registry] == list(registry.values())
    assert all(name in repr(registry) for name in registry)


@pytest.mark.parametrize("registry", ALL)
def test_a_registry_is_read_only(registry):
    name = next(iter(registry))
    with pytest.raises(TypeError):
        registry[name] = None
    with pytest.raises(TypeError):
        del registry[name]
    for method in ("pop", "update", "clear", "setdefault", "popitem"):
        assert not hasattr(registry, method)


def test_the_order_is_that_of_definition():
    registry = Registry("thing")
    for name in ("walnut", "apple", "melon"):
        registry._add(name, Part())
    assert list(registry) == ["walnut", "apple", "melon"]
    assert list(gl.ACTIVATIONS)[0] == "identity"
    lines = [part.rule.__code__.co_firstlineno for part in gl.ACTIVATIONS.values()]
    assert lines == sorted(lines)


@pytest.mark.parametrize(("registry", "name"), EVERY)
def test_a_name_mistyped_is_answered_with_the_nearest(registry, name):
    mistyped = name + name[-1]
    with pytest.raises(KeyError) as caught:
        registry[mistyped]
    assert caught.value.args[0] == f"unknown {registry.kind} {mistyped!r}; did you mean {name!r}?"
    assert mistyped not in registry
    assert registry.get(mistyped) is None


@pytest.mark.parametrize("registry", ALL)
def test_a_name_unlike_any_other_is_answered_with_all_names(registry):
    with pytest.raises(KeyError) as caught:
        registry["0000"]
    assert caught.value.args[0].endswith(f"the names are {', '.join(registry)}")


@pytest.mark.parametrize("odd", [None, 3, ["relu"], {}])
def test_what_is_no_name_is_in_no_registry(odd):
    assert odd not in gl.ACTIVATIONS
    with pytest.raises(KeyError, match="unknown activation"):
        gl.ACTIVATIONS[odd]


def _camel(name):
    return "".join(word.capitalize() for word in re.split(r"[_\W]", name))


SPELLINGS = [str.upper, str.title, _camel, lambda name: name.replace("_", "-"), lambda name: name.replace("_", " ")]


@pytest.mark.parametrize("registry", ALL)
@pytest.mark.parametrize("spell", SPELLINGS, ids=["UPPER", "Title", "Camel", "hyphens", "blanks"])
def test_a_name_is_understood_in_other_spellings(registry, spell):
    for name in (*registry, *registry.aliases):
        assert registry[spell(name)] is registry[name]
        assert spell(name) in registry
        assert spell(name) == name or spell(name) not in list(registry)


@pytest.mark.parametrize("registry", ALL)
def test_no_two_names_differ_in_their_spelling_alone(registry):
    names = [*registry, *registry.aliases]
    assert len({_letters(name) for name in names}) == len(names)


@pytest.mark.parametrize("registry", ALL)
def test_a_hint_never_stands_where_a_name_is_understood_and_names_what_there_is(registry):
    for name, hint in registry._hints.items():
        assert name not in registry
        with pytest.raises(KeyError) as caught:
            registry[name.upper()]
        assert caught.value.args[0] == f"unknown {registry.kind} {name.upper()!r}; {hint}"
        for word in re.findall(r"'(\w+)'", hint):
            assert word in {**gl.LOSSES, **registry} or word in ("normal", "uniform"), hint
        for code in re.findall(r"gradlab\.([\w.]+)(\([^)]*\))?", hint):
            found = gl
            for part in code[0].split("."):
                found = getattr(found, part)
            if "=" in code[1]:  # a call with numbers runs as it stands
                assert eval(f"gl.{code[0]}{code[1]}", {"gl": gl, "scale": 1.0})


def test_a_name_as_it_stands_comes_before_other_spellings():
    registry = Registry("thing")
    first, second = Part(), Part()
    registry._add("re_lu", first)
    registry._add("ReLU", second, ("RELU",))
    assert registry["re_lu"] is first
    assert registry["ReLU"] is registry["RELU"] is second
    with pytest.raises(KeyError, match="unknown thing 'relu'; did you mean"):
        registry["relu"]  # either might be meant


UNDERSTOOD = {
    "mse": "squared_error",
    "MSELoss": "squared_error",
    "mean squared error": "squared_error",
    "crossentropy": "cross_entropy",
    "crossEntropy": "cross_entropy",
    "CrossEntropyLoss": "cross_entropy",
    "categorical_crossentropy": "cross_entropy",
    "sparse_categorical_crossentropy": "cross_entropy",
    "bce": "binary_cross_entropy",
    "binary_crossentropy": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy",
    "SmoothL1Loss": "huber",
    "xavier_normal": "glorot_normal",
    "xavier_uniform_": "glorot_uniform",
    "kaiming_normal_": "he_normal",
    "kaiming-uniform": "he_uniform",
    "HeNormal": "he_normal",
    "GlorotUniform": "glorot_uniform",
    "Adam": "adam",
    "RMSProp": "rmsprop",
    "adam_w": "adamw",
    "SiLU": "swish",
    "ReLU": "relu",
    "leaky-relu": "leaky_relu",
    "LeakyReLU": "leaky_relu",
    "StepLR": "step_decay",
    "CosineAnnealingLR": "cosine",
    "warmup": "warm_up",
    "make_moons": "moons",
    "load_digits": "digits",
}
ANSWERED = {
    "mae": "'huber'",
    "L1Loss": "'huber'",
    "nll": "'cross_entropy'",
    "logloss": "'binary_cross_entropy'",
    "logistic": "'cross_entropy'",
    "categorical": "'cross_entropy'",
    "hinge": "gradlab.losses.loss",
    "xavier": "'glorot_normal' and 'glorot_uniform'",
    "glorot": "'glorot_normal' and 'glorot_uniform'",
    "kaiming": "'he_normal' and 'he_uniform'",
    "he": "'he_normal' and 'he_uniform'",
    "LeCun": "'lecun_normal' and 'lecun_uniform'",
    "truncated_normal": "gradlab.initializers.normal(deviation)",
    "ones": "gradlab.initializers.constant(1)",
    "sgd with momentum": "gradlab.SGD(momentum=0.9)",
    "momentum": "gradlab.SGD(momentum=0.9)",
    "Nesterov": "gradlab.SGD(momentum=0.9, nesterov=True)",
    "nadam": "'adam'",
    "exponential": "gradlab.schedules.StepDecay(rate, 1, factor)",
    "mnist": "'digits'",
}


@pytest.mark.parametrize(("tried", "name"), UNDERSTOOD.items())
def test_names_that_people_bring_along_are_understood(tried, name):
    (registry,) = [registry for registry in TABLES if name in list(registry)]
    assert registry[tried] is registry[name]


@pytest.mark.parametrize(("tried", "answer"), ANSWERED.items())
def test_names_that_are_near_but_not_it_are_answered(tried, answer):
    said = [registry._unknown(tried) for registry in TABLES if _letters(tried) in map(_letters, registry._hints)]
    assert any(answer in sentence for sentence in said), said


def test_the_name_of_a_part_is_that_in_the_table():
    assert gl.OPTIMIZERS.name_of(gl.RMSprop) == "rmsprop"
    assert gl.OPTIMIZERS.name_of(gl.Optimizer) is None
    assert gl.ACTIVATIONS.name_of(gl.silu) == "swish"


def test_a_long_wrong_thing_is_cut():
    for wrong in ("x" * 10_000, list(range(10_000)), {"a": "b" * 10_000}):
        for call in (gl.LOSSES.__getitem__, lambda given: gl.LOSSES.resolve(given, gl.Loss)):
            with pytest.raises((KeyError, ValueError, TypeError)) as caught:
                call(wrong)
            assert len(caught.value.args[0]) < 250


def test_resolve_takes_a_name_or_a_part():
    assert gl.ACTIVATIONS.resolve("relu", gl.Activation) is gl.relu
    assert gl.ACTIVATIONS.resolve(gl.tanh, gl.Activation) is gl.tanh
    with pytest.raises(ValueError, match="^unknown activation 'rleu'; did you mean 'relu'\\?$"):
        gl.ACTIVATIONS.resolve("rleu", gl.Activation)


@pytest.mark.parametrize("odd", [None, 3, max])
def test_resolve_refuses_anything_else_and_names_the_argument(odd):
    with pytest.raises(TypeError) as caught:
        gl.INITIALIZERS.resolve(odd, gl.Initializer, "bias_init")
    said = str(caught.value)
    assert said.startswith("bias_init must be a name such as 'zeros' or an initializer of gradlab")
    assert repr(odd) in said


def test_an_alias_finds_the_part_and_is_not_counted():
    assert gl.ACTIVATIONS["silu"] is gl.ACTIVATIONS["swish"] is gl.silu
    assert "silu" in gl.ACTIVATIONS
    assert "silu" not in list(gl.ACTIVATIONS)
    assert gl.MLP([2, 2, 2], activation="silu").activation is gl.swish


def test_a_readers_own_part_may_be_defined_again():
    registry = Registry("thing")
    first, second = Part(), Part()
    registry._add("mine", first, ("own",))
    registry._add("mine", second, ("own",))
    assert registry["mine"] is registry["own"] is second
    assert list(registry) == ["mine"]


def test_a_name_that_was_an_alias_of_ones_own_becomes_the_new_part():
    registry = Registry("thing")
    first, second = Part(), Part()
    registry._add("mine", first, ("own",))
    registry._add("own", second)
    assert registry["own"] is second
    assert registry["mine"] is first
    assert [registry[name] for name in registry] == [first, second]


@pytest.mark.parametrize("name", [*gl.ACTIVATIONS, "silu"])
def test_a_name_of_gradlabs_own_is_refused(name):
    def rule(x):
        return x, x

    rule.__name__ = name
    with pytest.raises(ValueError, match=f"the activation '{name}' is gradlab's own; choose another name"):
        gl.activation()(rule)
    rule.__name__ = "mine"
    with pytest.raises(ValueError, match=f"'{name}' is gradlab's own"):
        gl.activation(aliases=(name,))(rule)
    assert "mine" not in gl.ACTIVATIONS
