"""What importing gradlab brings, which module may import which, and that everything public explains itself."""

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gradlab as gl

PACKAGE = Path(gl.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py"
)

# a module imports from its own floor or those below it, and never up
FLOORS = [
    {"_registry", "_check"},
    {"activations", "initializers", "losses", "optimizers", "schedules", "datasets", "claims"},
    {"network"},
    {"training", "testing"},
    {"plots"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def _loaded(statement):
    code = (
        f"import sys, json; before = set(sys.modules); {statement}; "
        "found = [name for name in set(sys.modules) - before if getattr(sys.modules[name], '__spec__', None)]; "
        "print(json.dumps(found))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    return set(json.loads(done.stdout))


def test_importing_gradlab_needs_numpy_alone():
    loaded = {name.partition(".")[0] for name in _loaded("import gradlab")}
    strangers = {name for name in loaded if name not in sys.stdlib_module_names and not name.startswith("_")}
    assert strangers == {"gradlab", "numpy"}


def test_training_and_claiming_need_numpy_alone():
    loaded = _loaded(
        "import gradlab as gl; gl.train(gl.MLP([2, 3, 2]), gl.datasets.xor(), steps=2); gl.datasets.digits(); "
        "gl.claim('a', 'It holds', 1, below=2)"
    )
    tops = {name.partition(".")[0] for name in loaded}
    assert {name for name in tops if name not in sys.stdlib_module_names and not name.startswith("_")} == {
        "gradlab",
        "numpy",
    }


def test_matplotlib_comes_with_plots_and_without_pyplot():
    loaded = _loaded("from gradlab import plots")
    assert "matplotlib" in loaded
    assert "matplotlib.pyplot" not in loaded


def test_plots_come_when_they_are_asked_for():
    loaded = _loaded("import gradlab as gl; assert 'matplotlib' not in sys.modules; gl.plots.style('relu')")
    assert {"matplotlib", "gradlab.plots"} <= loaded
    with pytest.raises(AttributeError, match="module 'gradlab' has no attribute 'plot'"):
        gl.plot  # noqa: B018


def test_all_that_gradlab_offers_is_there():
    assert len(set(gl.__all__)) == len(gl.__all__)
    assert all(hasattr(gl, name) for name in gl.__all__)
    assert set(gl.ACTIVATIONS) <= set(gl.__all__)


def _path(module):
    """Return the file of a module of gradlab, or of a package."""
    path = PACKAGE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _imports(module):
    """Yield the full name of each module or object that a module imports, and whether at the top of the file."""
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in found:
            yield name, node in tree.body


def _inner(module):
    """Yield what a module imports of gradlab, without ``gradlab.`` before it."""
    for name, _ in _imports(module):
        if name.startswith("gradlab."):
            yield name.removeprefix("gradlab.").split(".")


def test_every_room_has_its_floor():
    assert {module.partition(".")[0] for module in MODULES} == set(FLOOR)


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module):
    room = module.partition(".")[0]
    for parts in _inner(module):
        assert FLOOR[parts[0]] <= FLOOR[room], f"{module} imports {'.'.join(parts)}"


@pytest.mark.parametrize("module", MODULES)
def test_an_engine_room_serves_its_own_folder_alone(module):
    room = module.partition(".")[0]
    for parts in _inner(module):
        private = len(parts) > 1 and parts[1].startswith("_") and (PACKAGE / parts[0]).is_dir()
        assert not private or parts[0] == room, f"{module} imports {'.'.join(parts)}"


def test_no_two_modules_import_each_other():
    edges = {}
    for module in MODULES:
        found = set()
        for parts in _inner(module):
            names = [".".join(parts[:length]) for length in (len(parts), len(parts) - 1) if length]
            found |= {name for name in names if name in MODULES and name != module}
        edges[module] = found
    done = []
    while len(done) < len(edges):
        free = [module for module, needs in edges.items() if module not in done and needs <= set(done)]
        assert free, f"a circle among {sorted(set(edges) - set(done))}"
        done += free


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_numpy_and_what_it_alone_may(module):
    more = {"plots": {"matplotlib"}}.get(module, set())
    # inside a function, where it is there
    inside = {"training.history": {"pandas"}, "training._progress": {"tqdm"}}.get(module, set())
    for name, at_top in _imports(module):
        top = name.partition(".")[0]
        known = top in sys.stdlib_module_names or top in {"numpy", "gradlab"} | more
        assert known or (top in inside and not at_top), f"{module} imports {top}"


@pytest.mark.parametrize("module", MODULES)
def test_nothing_in_gradlab_knows_that_docs_exist(module):
    assert all(name.partition(".")[0] != "docs" for name, _ in _imports(module))


@pytest.mark.parametrize("module", MODULES)
def test_no_argument_is_checked_with_assert_alone(module):
    """``python -O`` drops assertions: they may state what is known, and never stand for a sentence to the reader."""
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    arguments = {"isinstance", "len", "any", "all"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            calls = {
                call.func.id for call in ast.walk(node.test) if isinstance(call, ast.Call) and hasattr(call.func, "id")
            }
            assert not calls & arguments, ast.unparse(node)


def test_the_package_is_typed_and_has_a_version():
    assert (PACKAGE / "py.typed").is_file()
    assert re.fullmatch(r"\d+\.\d+\.\d+([a-z0-9.]*)", gl.__version__)


def test_nothing_tells_anyone_to_install_the_other_gradlab():
    for path in PACKAGE.rglob("*"):
        if path.suffix in {".py", ".md"}:
            assert not re.search(r"pip install gradlab\b(?!-)", path.read_text(encoding="utf-8")), path


# ---------------------------------------------------------------------------------------------------- docstrings


def _public():
    seen = {}
    for name in (module for module in MODULES if not any(part.startswith("_") for part in module.split("."))):
        module = importlib.import_module(f"gradlab.{name}")
        for name, item in vars(module).items():
            own = getattr(item, "__module__", "").startswith("gradlab.")
            if name.startswith("_") or not own or not (inspect.isfunction(item) or inspect.isclass(item)):
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
    if inspect.signature(item).parameters:
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
