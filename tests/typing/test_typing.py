"""What type checkers see of gradlab in a reader's script: mypy --strict and pyright, held to what runs.

They read a copy of gradlab with one more activation in the middle of its file: what they know of the others they know
of a new one too, although no list names it. ``nox -s typing`` runs this; it needs mypy, and pyright with Node.
"""

import ast
import importlib
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import sysconfig
import types
import venv
from pathlib import Path

import pytest

import gradlab as gl

HERE = Path(__file__).parent
# the checkers ask the copy's Python where packages are, and PYTHONPATH would answer first
ALONE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
ALONE["PYRIGHT_PYTHON_IGNORE_WARNINGS"] = "1"
NEWCOMER = '''@activation()
def newcomer(x: Array) -> tuple[Array, Array]:
    """Twice x, 2·x."""
    return 2 * x, np.full_like(x, 2.0)


'''


def _rooms():
    """Yield the public modules that gradlab offers, and their names; plots among them."""
    for name in dir(gl):
        if isinstance(room := getattr(gl, name), types.ModuleType):
            yield name, room


def _everything():
    """Return all names without underscore in all modules of gradlab: what a star or a slip could hand on."""
    names = set()
    for found in pkgutil.walk_packages(gl.__path__, "gradlab."):
        names |= set(vars(importlib.import_module(found.name)))
    return names


def _imported(room):
    """Return the names that a module has from others."""
    nodes = ast.walk(ast.parse(Path(room.__file__).read_text(encoding="utf-8")))
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names} - {"*"}


def _inside(room):
    """Return the names of the files of a folder: imported or not, they are there."""
    return {found.name for found in pkgutil.iter_modules(getattr(room, "__path__", []))}


def _lines(offered):
    """Return a script with a line for each name that gradlab and its rooms offer, or for each that they do not."""
    known = {"gl": (set(dir(gl)), _everything())}
    known |= {f"gl.{name}": (set(room.__all__), _imported(room) - _inside(room)) for name, room in _rooms()}
    script = ["import gradlab as gl"]
    for owner, (public, present) in known.items():
        names = public if offered else {name for name in present - public if not name.startswith("_")}
        script += [f"print({owner}.{name})" for name in sorted(names)]
    return "\n".join([*script, "print(gl.newcomer.gain)" if offered else "print(gl.newcomre)", ""])


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Return a folder with the scripts, and an environment of its own with gradlab and one more activation."""
    folder = tmp_path_factory.mktemp("typing")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = next(path for path in (folder / "env").glob("*/python*") if path.stem == "python")
    shown = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(shown, capture_output=True, text=True, check=True).stdout.strip())
    (site / "others.pth").write_text("\n".join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))
    shutil.copytree(gl.__path__[0], site / "gradlab", ignore=shutil.ignore_patterns("__pycache__"))
    functions = site / "gradlab" / "activations" / "functions.py"
    text = functions.read_text(encoding="utf-8")
    rules = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    before = rules[len(rules) // 2].decorator_list[0].lineno - 1
    lines = text.splitlines(keepends=True)
    functions.write_text("".join([*lines[:before], NEWCOMER, *lines[before:]]), encoding="utf-8")
    for name in ("good.py", "mistakes.py"):
        shutil.copy(HERE / name, folder / name)
    (folder / "offered.py").write_text(_lines(offered=True), encoding="utf-8")
    (folder / "hidden.py").write_text(_lines(offered=False), encoding="utf-8")
    strict = {"include": ["*.py"], "strict": ["good.py", "offered.py"], "typeCheckingMode": "standard"}
    (folder / "pyrightconfig.json").write_text(json.dumps(strict))
    return folder, python


def _mypy(folder, python):
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary", "--python-executable"]
    scripts = sorted(path.name for path in folder.glob("*.py"))
    done = subprocess.run([*command, str(python), *scripts], capture_output=True, text=True, cwd=folder, env=ALONE)
    assert done.returncode in (0, 1), f"mypy did not run: {done.stdout}{done.stderr}"
    found = re.findall(r"^([^\n:]+):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    return [(Path(file).name, int(line), text) for file, line, text in found]


def _pyright(folder, python):
    # the wheel brings pyright itself, and pyright[nodejs] the Node to run it: nothing is fetched while it runs
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", str(python), "--project", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=ALONE)
    cure = "pyright did not run; it needs Node, which `python -m pip install 'pyright[nodejs]'` brings:\n"
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        pytest.fail(cure + done.stdout[-1000:] + done.stderr[-1000:])
    assert report["summary"]["filesAnalyzed"] == len(list(folder.glob("*.py"))), cure + done.stdout
    errors = [problem for problem in report["generalDiagnostics"] if problem["severity"] == "error"]
    return [(Path(e["file"]).name, e["range"]["start"]["line"] + 1, e["message"]) for e in errors]


@pytest.fixture(scope="module", params=[_mypy, _pyright], ids=["mypy", "pyright"])
def errors(request, desk):
    """Return file, line and text of what a checker finds in the scripts."""
    return request.param(*desk)


def _of(errors, file):
    return {line: text for name, line, text in errors if name == file}


def test_the_good_script_runs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(HERE / "good.py")], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr


def test_checkers_find_nothing_in_a_good_script(errors):
    assert _of(errors, "good.py") == {}


def test_checkers_find_each_mistake_and_nothing_else(errors):
    lines = (HERE / "mistakes.py").read_text(encoding="utf-8").splitlines()
    mistakes = {number for number, line in enumerate(lines, start=1) if line.endswith("# mistake")}
    found = _of(errors, "mistakes.py")
    assert len(mistakes) >= 30
    assert sorted(mistakes - set(found)) == [], [lines[number - 1] for number in sorted(mistakes - set(found))]
    assert sorted(set(found) - mistakes) == [], found


def test_checkers_know_all_that_gradlab_offers_and_a_new_activation(errors, desk):
    script = (desk[0] / "offered.py").read_text().splitlines()
    assert "print(gl.relu)" in script
    assert "print(gl.silu)" in script
    assert "print(gl.newcomer.gain)" in script
    assert {script[line - 1]: text for line, text in _of(errors, "offered.py").items()} == {}


def test_checkers_know_nothing_that_gradlab_does_not_offer(errors, desk):
    script = (desk[0] / "hidden.py").read_text().splitlines()
    assert "print(gl.np)" in script
    found = _of(errors, "hidden.py")
    assert [line for number, line in enumerate(script, start=1) if number > 1 and number not in found] == []


def test_pyright_knows_no_more_of_a_gradlab_that_one_works_on(desk, tmp_path):
    # of a package that is not installed it shows all imports, but not those of a stub
    source = tmp_path / "source"
    shutil.copytree(gl.__path__[0], source / "gradlab", ignore=shutil.ignore_patterns("__pycache__"))
    hidden = [line for line in (desk[0] / "hidden.py").read_text().splitlines() if line.count(".") == 1]
    offered = [line for line in (desk[0] / "offered.py").read_text().splitlines() if line.count(".") == 1]
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "hidden.py").write_text("\n".join(["import gradlab as gl", *hidden]))
    (tmp_path / "work" / "offered.py").write_text("\n".join(["import gradlab as gl", *offered]))
    config = {"include": ["*.py"], "typeCheckingMode": "standard", "extraPaths": [str(source)]}
    (tmp_path / "work" / "pyrightconfig.json").write_text(json.dumps(config))
    found = _pyright(tmp_path / "work", desk[1])
    assert {"print(gl.np)", "print(gl.annotations)", "print(gl.exp_pair)", "print(gl.Array)"} <= set(hidden)
    assert [line for number, line in enumerate(hidden, start=2) if number not in _of(found, "hidden.py")] == []
    assert _of(found, "offered.py") == {}


def test_what_checkers_reject_fails_when_it_runs(desk):
    for line in (desk[0] / "hidden.py").read_text().splitlines()[1:]:
        owner, _, name = line.removeprefix("print(").removesuffix(")").rpartition(".")
        if owner == "gl":
            assert not hasattr(gl, name), name
