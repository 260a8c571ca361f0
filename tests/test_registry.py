"""The tables of names."""

import pytest

import gradlab as gl
from gradlab._registry import Registry

REGISTRIES = {
    registry.kind: registry for registry in (gl.ACTIVATIONS, gl.INITIALIZERS, gl.LOSSES, gl.OPTIMIZERS, gl.DATASETS)
}
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
