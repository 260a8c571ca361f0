"""What importing gradlab brings, and which module may import which."""

import ast
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
    {"_registry", "_same", "_check", "_seeds"},
    {"activations", "initializers", "losses", "optimizers", "schedules", "datasets", "claims"},
    {"network"},
    {"training", "testing"},
    {"plots"},
]
# what a part is, a file with an underscore each, stands beside the file that has the parts
FLOORS[1] |= {room for module in MODULES if "." not in (room := module) and room.startswith("_")} - FLOORS[0]
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


def test_importing_gradlab_loads_nothing_of_numpy_that_numpy_leaves_for_later():
    """NumPy's random part alone would double the time that the import takes: annotations must not ask for it."""
    more = {name for name in _loaded("import gradlab") - _loaded("import numpy") if name.startswith("numpy")}
    assert not {name for name in more if not name.startswith(("numpy.typing", "numpy._typing"))}


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
    more = {"plots": {"matplotlib"}}.get(module.partition(".")[0], set())
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
