"""What a reader can hold is public: it is listed, has a home without underscore and a repr, and explains itself."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import types
import typing
from pathlib import Path

import pytest

import gradlab as gl

MODULES = ["gradlab", *(found.name for found in pkgutil.walk_packages(gl.__path__, "gradlab."))]
PUBLIC_MODULES = [name for name in MODULES if not any(part.startswith("_") for part in name.split("."))]


def test_all_that_gradlab_offers_is_there():
    assert len(set(gl.__all__)) == len(gl.__all__)
    assert all(hasattr(gl, name) for name in gl.__all__)
    assert set(gl.ACTIVATIONS) | {"silu", "train", "probe", "MLP", "Trace", "STATISTICS"} <= set(gl.__all__)


def test_dir_shows_what_is_public_and_nothing_else():
    assert set(dir(gl)) == {*gl.__all__, "plots", "__version__"}
    assert not [name for name in gl.__all__ if name.startswith("_")]
    for name in dir(gl):
        item = getattr(gl, name)
        home = item.__name__ if isinstance(item, types.ModuleType) else getattr(item, "__module__", "gradlab")
        assert name == "__version__" or home.startswith(("gradlab", "collections.abc")), f"{name} is of {home}"


@pytest.mark.parametrize("name", ["np", "TYPE_CHECKING", "functions", "record", "Array", "annotations", "rleu"])
def test_what_gradlab_uses_inside_is_not_offered(name):
    assert not hasattr(gl, name)


@pytest.mark.parametrize("module", PUBLIC_MODULES)
def test_each_public_module_lists_what_it_offers(module):
    room = importlib.import_module(module)
    assert len(set(room.__all__)) == len(room.__all__) > 0
    for name in room.__all__:
        assert hasattr(room, name)
        assert not name.startswith("_")


# for annotations: a class whose home is its package, or a name imported for checkers alone, is not found by itself
NAMES = {"Path": Path} | {
    name: item for module in MODULES for name, item in vars(importlib.import_module(module)).items()
}


def _types(hint):
    """Yield the classes of gradlab in an annotation."""
    for inner in typing.get_args(hint):
        yield from _types(inner)
    if isinstance(hint, list):  # the parameters of a Callable
        for inner in hint:
            yield from _types(inner)
    found = typing.get_origin(hint) or hint
    # a protocol says what something has to have; nobody holds one
    if inspect.isclass(found) and found.__module__.startswith("gradlab") and not getattr(found, "_is_protocol", False):
        yield found


def _annotated(item):
    """Yield what of an object has annotations: a function, or a class with its fields, methods and properties."""
    if inspect.isclass(item):
        yield item
        for name, member in vars(item).items():
            member = getattr(member, "fget", None) or getattr(member, "func", None) or inspect.unwrap(member)
            member = getattr(member, "__func__", member)  # a classmethod's
            if inspect.isfunction(member) and (not name.startswith("_") or name in ("__init__", "__call__")):
                yield member
    elif inspect.isfunction(item):
        yield item
    else:
        yield from _annotated(type(item))


def _held():
    """Return each class of gradlab that a reader can come to hold, with where it was met first."""
    met, todo = {}, []
    for module in PUBLIC_MODULES:
        room = importlib.import_module(module)
        todo += [(f"{module}.{name}", getattr(room, name)) for name in getattr(room, "__all__", [])]
    seen = set()
    while todo:
        where, item = todo.pop(0)
        cls = item if inspect.isclass(item) else type(item)
        if cls.__module__.startswith("gradlab"):
            met.setdefault(cls, where)
        for part in _annotated(item):
            if part in seen or not part.__module__.startswith("gradlab"):
                continue
            seen.add(part)
            hints = typing.get_type_hints(part, localns=NAMES)
            private = {field.name for field in dataclasses.fields(part)} if dataclasses.is_dataclass(part) else set()
            private = {name for name in {*private, *hints} if name.startswith("_")}
            for name, hint in hints.items():
                todo += [(f"{where}: {part.__qualname__}({name})", found) for found in _types(hint)] * (
                    name not in private
                )
    return met


HELD = _held()


def test_what_can_be_held_was_found():
    assert {gl.MLP, gl.History, gl.Trace, gl.Registry, gl.Activation, gl.GaussianMoments, gl.Data} <= set(HELD)
    assert gl.network.Layer in HELD


@pytest.mark.parametrize("held", HELD, ids=lambda held: held.__qualname__)
def test_what_a_reader_can_hold_is_public_and_says_what_it_is(held):
    home = held.__module__
    assert not any(part.startswith("_") for part in [*home.split("."), held.__qualname__]), (home, HELD[held])
    room = importlib.import_module(home)
    assert getattr(room, held.__qualname__) is held, HELD[held]
    assert held.__qualname__ in room.__all__, HELD[held]
    if not (held.__subclasses__() or getattr(held, "_is_protocol", False)):  # of those, nobody holds the thing itself
        assert held.__repr__ is not object.__repr__, HELD[held]


# ---------------------------------------------------------------------------------------------------- docstrings


def _public():
    seen = {}
    for name in PUBLIC_MODULES:
        module = importlib.import_module(name)
        for name in getattr(module, "__all__", ()):
            item = getattr(module, name)
            own = getattr(item, "__module__", "").startswith("gradlab.")
            if not own or not (inspect.isfunction(item) or inspect.isclass(item)):
                continue
            seen[f"{item.__module__}.{item.__qualname__}"] = item
            if inspect.isclass(item):
                for inner, member in vars(item).items():
                    member = getattr(member, "fget", None) or getattr(member, "func", None) or member
                    if not inner.startswith("_") and inspect.isfunction(member):
                        seen[f"{item.__module__}.{item.__qualname__}.{inner}"] = member
    for registry in (gl.ACTIVATIONS, gl.INITIALIZERS, gl.LOSSES):
        for name, part in registry.items():
            seen[f"{registry.kind} {name}"] = part
    return seen


PUBLIC = _public()


def _section(doc, title):
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    return found and found[1]


def test_what_is_public_was_found():
    assert {
        "gradlab.training.train",
        "gradlab.network.MLP",
        "gradlab.network.MLP.depth",
        "gradlab.plots.band",
        "gradlab.claims.claim",
        "gradlab.activations.Activation.bind",
        "loss cross_entropy",
    } <= set(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_has_a_docstring_with_a_summary_of_one_line(name):
    doc = inspect.getdoc(PUBLIC[name]) if not isinstance(PUBLIC[name], gl.Activation) else PUBLIC[name].__doc__
    assert doc, name
    summary, *rest = doc.splitlines()
    assert re.search(r"[.!?]$", summary), name
    assert not rest or rest[0] == "", name


@pytest.mark.parametrize(
    "name", [name for name, item in PUBLIC.items() if inspect.isroutine(item) or inspect.isclass(item)]
)
def test_a_section_on_parameters_names_each_of_them_in_order(name):
    item = PUBLIC[name]
    doc = inspect.getdoc(item) or ""
    section = _section(doc, "Parameters")
    if section is None:
        return
    documented = [
        part.strip().lstrip("*") for line in section.splitlines() if re.match(r"\S", line) for part in line.split(",")
    ]
    parameters = [p for p in inspect.signature(item).parameters if p != "self"]
    assert documented == parameters, name


NUMPYDOC = [
    *(
        getattr(gl, name)
        for name in (
            "train",
            "probe",
            "claim",
            "activation",
            "MLP",
            "Data",
            "SGD",
            "Adam",
            "History",
            "Claim",
            "Activation",
            "Initializer",
            "Loss",
        )
    ),
    gl.testing.check_activation,
    gl.testing.check_gradient,
    *gl.DATASETS.values(),
    *(function for name, function in PUBLIC.items() if name.startswith("gradlab.plots.")),
]


@pytest.mark.parametrize("item", NUMPYDOC, ids=lambda item: item.__name__)
def test_what_a_reader_calls_documents_parameters_and_returns(item):
    doc = inspect.getdoc(item)
    if set(inspect.signature(item).parameters) - {"self"}:
        assert _section(doc, "Parameters") is not None
    if inspect.isfunction(item):
        assert _section(doc, "Returns") is not None


# the book's readers call these; an optimiser's equation and the passes of a trace are called by the trainer
CALLED = [
    name
    for name, item in PUBLIC.items()
    if inspect.isfunction(item)
    and not name.startswith(("gradlab._", "gradlab.history.c", "gradlab.history.a", "gradlab.optimizers."))
]


@pytest.mark.parametrize("name", CALLED)
def test_after_the_second_argument_all_are_keywords(name):
    item = PUBLIC[name]
    positional = [
        parameter
        for parameter in inspect.signature(item).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD) and parameter.name != "self"
    ]
    drawn_on = name.startswith("gradlab.plots.")  # the Axes come first and do not count
    assert len(positional) <= {"gradlab.claims.claim": 3}.get(name, 2 + drawn_on), name
