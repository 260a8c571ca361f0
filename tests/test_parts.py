"""A new part touches one file, wherever in it it stands; a reader's own travels as gradlab's own do."""

import ast
import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gradlab as gl

PACKAGE = Path(gl.__file__).parent
TESTS = Path(__file__).parent

# file: what stands before the part in the middle of it
NEW = {
    "losses": (
        gl.LOSSES,
        '''
@loss("values", aliases=("pseudo",), hints={"charbonnier": "did you mean 'new'?"})
def new(outputs, targets):
    """Smooth absolute error, sqrt(1 + e²) − 1."""
    error = outputs - targets
    root = np.sqrt(1 + error * error)
    return (root - 1).mean(-1), error / root / outputs.shape[-1]
''',
    ),
    "optimizers": (
        gl.OPTIMIZERS,
        '''
@optimizer(aliases=("by_sign",))
@dataclass(frozen=True)
class New(Optimizer):
    """Sign descent: θ ← θ − η·sign(g)."""

    def coefficients(self, step):
        """Return η."""
        return (self.rate(step),)

    def equation(self, theta, gradient, slots, scratch, *coefficients):
        """Update in place."""
        np.sign(gradient, out=scratch)
        np.multiply(scratch, coefficients[0], out=scratch)
        np.subtract(theta, scratch, out=theta)
''',
    ),
    "schedules": (
        gl.schedules.SCHEDULES,
        '''
@schedule
@dataclass(frozen=True)
class New(Schedule):
    """Fall with the root of the step: rate/√(t + 1)."""

    rate: float

    def __call__(self, step):
        """Return the learning rate after ``step`` updates."""
        return self.rate / math.sqrt(step + 1)
''',
    ),
    "initializers": (
        gl.INITIALIZERS,
        '''
@initializer(hints={"rademacher": "did you mean 'new'?"})
def new(generator, inputs, outputs, gain, *, factor=1.0):
    """Every weight is 1/√fan-in or its negative."""
    return factor * generator.choice([-1.0, 1.0], (inputs, outputs)) / np.sqrt(inputs)
''',
    ),
    "datasets": (
        gl.DATASETS,
        '''
@dataset
def new():
    """Two points twice."""
    return Data(np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([0, 1, 0, 1]))
''',
    ),
}

FACTS = """
import hashlib, json
import numpy as np
import gradlab as gl
def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
TABLES = (gl.LOSSES, gl.OPTIMIZERS, gl.schedules.SCHEDULES, gl.INITIALIZERS, gl.DATASETS, gl.ACTIVATIONS)
facts = {table.kind: [name for name in table if name != "new"] for table in TABLES}
facts |= {f"{table.kind} aliases": [name for name in table.aliases if name not in ("pseudo", "by_sign")] for table in TABLES}
for name in facts["initializer"]:
    facts[f"draw {name}"] = digest(gl.INITIALIZERS[name](7, 5, seed=3))
for name in facts["dataset"]:
    facts[f"data {name}"] = digest(gl.DATASETS[name]().x)
data = gl.datasets.moons(40)
for name in facts["optimizer"]:
    run = gl.train(gl.MLP([2, 4, 2]), data, optimizer=name, steps=7, batch_size=8)
    facts[f"run {name}"] = digest(run.theta)
for name in facts["loss"]:
    run = gl.train(gl.MLP([2, 4, 1 if "binary" in name else 2]), data, loss=name, steps=7)
    facts[f"loss {name}"] = digest(run.theta)
"""

USED = """
import pickle, pathlib, sys
folder = pathlib.Path(sys.argv[1])
rate = gl.schedules.WarmUp(gl.schedules.SCHEDULES["New"](0.1), 3)
net = gl.MLP([1, 3, 2], init="new", bias_init=gl.INITIALIZERS["new"].bind(gain=0.5))
run = gl.train(net, gl.DATASETS["new"](), loss="new", optimizer=gl.OPTIMIZERS["new"](rate), steps=5)
assert run.loss[-1, 0] < run.loss[0, 0]
assert repr(net) == "MLP([1, 3, 2], activation=relu, init=new, bias_init=new(gain=0.5))", net
assert gl.train(net, gl.DATASETS["new"](), loss="pseudo", optimizer="by_sign", steps=1).loss_function is gl.LOSSES["new"]
again = gl.History.load(run.save(folder / "run"))
for other in (again, pickle.loads(pickle.dumps(run))):
    assert (other.net, other.optimizer, other.loss_function) == (net, run.optimizer, run.loss_function)
    assert (other.theta == run.theta).all()
assert pickle.loads(pickle.dumps(gl.LOSSES["new"])) is gl.LOSSES["new"]
assert pickle.loads(pickle.dumps(gl.DATASETS["new"])) is gl.DATASETS["new"]
for table, name in ((gl.LOSSES, "charbonnier"), (gl.INITIALIZERS, "rademacher")):
    try:
        table[name]
    except KeyError as error:
        assert "did you mean 'new'?" in str(error), error
assert [list(table).index("new") == (len(table) - 1) // 2 for table in TABLES[:5]] == [True] * 5, TABLES
"""


def _run(code, root, *arguments):
    """Run code in a Python that finds gradlab in a folder, and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"}
    where = f"import gradlab; assert gradlab.__file__.startswith({str(root)!r}), gradlab.__file__\n"
    command = [sys.executable, "-P", "-W", "error", "-c", where + code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=root)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _starts(text):
    """Return the line, from 0, at which each statement of a module begins, by the name that it defines."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name.lower()] = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id.lower()] = node.lineno - 1
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of gradlab with one more part of each kind in the middle of its file."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, root / "gradlab", ignore=shutil.ignore_patterns("__pycache__"))
    for name, (registry, part) in NEW.items():
        path = root / "gradlab" / f"{name}.py"
        text = path.read_text(encoding="utf-8")
        middle = list(registry)[len(registry) // 2]
        lines, at = (
            text.splitlines(keepends=True),
            _starts(text)[middle.replace("_", "") if name == "schedules" else middle],
        )
        path.write_text("".join([*lines[:at], part.lstrip("\n"), "\n\n", *lines[at:]]), encoding="utf-8")
    return root


def test_a_part_in_the_middle_of_its_file_is_used_by_name_saved_and_pickled(copy, tmp_path):
    _run(FACTS + USED, copy, tmp_path)


def test_a_part_in_the_middle_of_its_file_changes_nothing_else(copy):
    before, after = (json.loads(_run(FACTS + "print(json.dumps(facts))", root)) for root in (PACKAGE.parent, copy))
    assert after == before
    assert len(before) > 30


def test_the_tests_of_all_parts_hold_for_one_more(copy, tmp_path):
    files = [f"test_{name}.py" for name in (*NEW, "registry")]
    for name in ("conftest.py", *files):
        shutil.copy(TESTS / name, tmp_path / name)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\nfilterwarnings = error\n")
    code = (
        f"import pytest; raise SystemExit(pytest.main(['-q', '-p', 'no:cacheprovider', '--rootdir', {str(tmp_path)!r}, "
    )
    said = _run(code + f"*{[str(tmp_path / name) for name in files]}]))", copy)
    assert " passed" in said


def test_each_kind_of_part_is_entered_where_it_is_defined_and_listed_nowhere():
    for name, (registry, _) in NEW.items():
        text = (PACKAGE / f"{name}.py").read_text(encoding="utf-8")
        listed = [
            value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Tuple | ast.List | ast.Dict)
            for value in [{getattr(n, "id", getattr(n, "value", None)) for n in ast.iter_child_nodes(node)}]
        ]
        assert not [value for value in listed if len(value & set(registry)) > 2], name


OWN = """
from dataclasses import dataclass
import numpy as np
import gradlab as gl

@gl.losses.loss("binary")
def hinge(outputs, targets):
    sign = 2 * targets - 1
    return np.maximum(1 - sign * outputs, 0).sum(-1), np.where(sign * outputs < 1, -sign, 0)

@gl.initializers.initializer()
def signs(generator, inputs, outputs, gain, *, factor=1.0):
    return factor * generator.choice([-1.0, 1.0], (inputs, outputs))

@gl.schedules.schedule
@dataclass(frozen=True)
class Slow(gl.schedules.Schedule):
    rate: float = 0.1
    def __call__(self, step):
        return self.rate / (step + 1)

@gl.optimizers.optimizer
@dataclass(frozen=True)
class Sign(gl.Optimizer):
    def coefficients(self, step):
        return (self.rate(step),)
    def equation(self, theta, gradient, slots, scratch, *coefficients):
        theta -= coefficients[0] * np.sign(gradient)

@gl.datasets.dataset
def points():
    return gl.Data([[0.0, 1.0], [1.0, 0.0]], [0, 1])
"""
PARTS = "[hinge, signs, signs.bind(gain=0.5), Slow(0.2), Sign(Slow(0.3)), points]"


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_parts_of_a_readers_module_pickle_plainly_into_another_process(protocol, tmp_path):
    (tmp_path / "my_parts.py").write_text(OWN, encoding="utf-8")
    start = f"import sys, pickle; sys.path.insert(0, {str(tmp_path)!r}); from pathlib import Path\n"
    file = tmp_path / "parts.pickle"
    run = "run = gl.train(gl.MLP([2, 3, 1], init=signs), points(), loss=hinge, optimizer=Sign(Slow()), steps=2)\n"
    write = f"from my_parts import *\n{run}Path(sys.argv[1]).write_bytes(pickle.dumps([run, *{PARTS}], {protocol}))"
    _run(start + write, PACKAGE.parent, file)
    read = f"""
found, *parts = pickle.loads(Path(sys.argv[1]).read_bytes())  # imports my_parts by itself
from my_parts import *
assert parts == {PARTS}, parts
{run}
assert found.loss_function == hinge and found.loss_function.accuracy is not None
assert (found.theta == run.theta).all() and (found.net, found.optimizer) == (run.net, run.optimizer)
assert hinge.task == found.loss_function.task == "binary"
"""
    _run(start + read, PACKAGE.parent, file)


def test_parts_of_a_script_pickle_plainly():
    _run(OWN + f"import pickle\nassert pickle.loads(pickle.dumps({PARTS})) == {PARTS}", PACKAGE.parent)


def test_parts_of_a_notebook_travel_by_value_with_cloudpickle(tmp_path):
    pytest.importorskip("cloudpickle")
    file = tmp_path / "parts.pickle"
    parts = "[hinge, signs, signs.bind(gain=0.5)]"
    write = f"import cloudpickle, sys, pathlib\npathlib.Path(sys.argv[1]).write_bytes(cloudpickle.dumps({parts}))"
    _run(OWN + write, PACKAGE.parent, file)
    read = """
import pickle, pathlib, sys
import gradlab as gl
loss, init, bound = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())
assert "hinge" not in gl.LOSSES
run = gl.train(gl.MLP([2, 3, 1], init=init, bias_init=bound), gl.datasets.xor(), loss=loss, steps=3)
assert run.accuracy[-1, 0] >= 0
"""
    _run(read, PACKAGE.parent, file)


LOUD = """
import numpy as np
np.seterr(all="raise")
import gradlab as gl
from gradlab import datasets, initializers, losses, optimizers, schedules
huge, tiny = 1e300, 5e-324
for name, loss in gl.LOSSES.items():
    for kind in ("float32", "float64"):
        for scale in (0.0, 1.0, 1e-30, 1e30, *((huge, tiny) if kind == "float64" else ())):
            for outputs, y in ((3, [0, 1, 2, 1]), (1, [0, 1, 1, 0]), (3, [[0.5, 1e30, -1e-30]] * 4), (1, [tiny, 1.0, 2.0, 1e30])):
                with np.errstate(all="ignore"):
                    raw = (scale * np.linspace(-1, 1, 4 * outputs)).reshape(4, outputs).astype(kind)
                try:
                    loss.encode(np.array(y), outputs)
                except ValueError:
                    continue
                loss(raw, y), loss.derivative(raw, y), loss(np.full_like(raw, np.inf), y)
for name, init in gl.INITIALIZERS.items():
    init(30, 20, seed=0), init(1, 1, seed=1)
for part in (initializers.normal(tiny), initializers.constant(-huge), initializers.variance_scaling(tiny), gl.initializers.normal(huge)):
    part(3, 2, seed=0)
    if part.name.startswith("normal"):
        part.bind(gain=tiny)(3, 2, seed=0)
for name, make in gl.DATASETS.items():
    for part in make().split(seed=0):
        repr(part), part.classes
datasets.moons(40, noise=1e-300), datasets.circles(40, noise=1e100), datasets.spirals(40, turns=1e-300)
gl.Data([[tiny, 1e308], [np.float32(1e-45), -1e308]], [tiny, 1e308])
gl.Data(np.array([[tiny, 1e308]], np.longdouble), [1])
for schedule in (schedules.Cosine(1e-300, 10**9), schedules.StepDecay(1.0, 1, 1e-5), schedules.StepDecay(1.0, 1, 1e5), schedules.WarmUp(tiny, 10**6)):
    [schedule(step) for step in (0, 1, 100, 10**6)]
data = gl.datasets.moons(40)
for name, optimizer in gl.OPTIMIZERS.items():
    for step in (1, 2, 10**6):
        optimizer().coefficients(step)
    gl.train(gl.MLP([2, 4, 2]), gl.Data(1e-200 * data.x, data.y), optimizer=optimizer(1e-3), steps=5)
import warnings
warnings.simplefilter("ignore", gl.DivergenceWarning)  # the square of 1e150 is kept by Adam, as inf
for name, loss in gl.LOSSES.items():
    for scale in (1.0, 1e-160, 1e150):
        net = gl.MLP([2, 4, 1 if loss.task == "binary" else 2], init=initializers.normal(1e-20))
        gl.train(net, gl.Data(scale * data.x, data.y), loss=name, steps=5).score(data)
assert np.geterr() == {key: "raise" for key in ("divide", "over", "under", "invalid")}
"""


def test_a_reader_who_makes_numpy_raise_meets_no_error_of_ours():
    _run(LOUD, PACKAGE.parent)


def test_parts_of_no_module_train():
    """A function made by ``exec`` has no module where its namespace has no name: in a live cell, say."""
    made = {"__builtins__": __builtins__}
    text = (
        "import gradlab as gl\nimport numpy as np\n"
        "@gl.activation()\ndef nowhere(x):\n    return x * x, 2 * x\n"
        "@gl.losses.loss('values')\ndef gap(z, y):\n    return ((z - y) ** 2).sum(-1), 2 * (z - y)\n"
        "class Small(gl.SGD):\n    pass\n"
    )
    exec(text, made)
    run = gl.train(
        gl.MLP([2, 3, 1], made["nowhere"]),
        gl.Data(np.ones((4, 2)), np.ones(4)),
        loss=made["gap"],
        optimizer=made["Small"](0.01),
        steps=3,
    )
    assert np.isfinite(run.loss).all()
    assert "nowhere" in repr(run)
