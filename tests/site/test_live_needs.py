"""Which earlier statements a cell needs (docs/_live/python/gradlab_live/needs.py): enough to give what the whole page gives.

Each trap is a small page, whose last cell is an expression. It is run whole and by its slice, and both have to agree.
"""

from __future__ import annotations

import contextlib
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from gradlab_live.digests import digests
from gradlab_live.needs import Page, slices

import gradlab as gl

NEVER = "raise AssertionError('not needed')"

# name: the cells of a page, the last of them an expression
TRAPS = {
    "plain": ["x = 1", "y = x + 1", "y"],
    "rebound": ["x = 1", "x = 2", "y = x", "x = 3", "y + x"],
    "item": ["x = [1, 2]", "x[0] = 5", "x"],
    "attribute": ["import types\nx = types.SimpleNamespace(a=1)", "x.a = 2", "x.a"],
    "deep item": ["x = {'a': [1]}", "x['a'][0] = 7", "x"],
    "deleted item": ["x = {'a': 1, 'b': 2}", "del x['a']", "x"],
    "augmented number": ["x = 1", "x += 4", "x"],
    "augmented list": ["x = [1]\ny = x", "y += [2]", "x"],
    "augmented array": ["import numpy as np\nx = np.ones(3)\ny = x", "y *= 2", "x.tolist()"],
    "number that becomes an array": ["import numpy as np\nt = 0\nt += np.ones(2)\ns = t", "s *= 3", "t.tolist()"],
    "augmented item": ["x = [1, 2]", "x[1] -= 5", "x"],
    "view": ["import numpy as np\nx = np.arange(6)\ny = x[2:]", "y[0] = 99", "x.tolist()"],
    "view of a view": ["import numpy as np\nx = np.arange(6)\ny = x.reshape(2, 3)\nz = y.T", "z[0, 1] = 9", "x.tolist()"],
    "view by a function": ["import numpy as np\nx = np.zeros(4)\ny = np.reshape(x, (2, 2))", "y[1, 1] = 3", "x.tolist()"],
    "view in a loop": ["import numpy as np\nx = np.zeros((2, 2))", "for row in x:\n    row += 1", "x.tolist()"],
    "view in a loop with numbers": [
        *("import numpy as np\nx = np.zeros((2, 2))", "for i, row in enumerate(x):\n    row[i] = 5", "x.tolist()")
    ],
    "two in a loop": ["x, y = [[1], [2]], [[3], [4]]", "for a, b in zip(x, y):\n    b.append(a[0])", "(x, y)"],
    "unpacked": ["x = [[1], [2]]\na, b = x", "b.append(3)", "x"],
    "starred": ["x = [[1], [2], [3]]\na, *b = x", "b[0].append(9)", "x"],
    "out": ["import numpy as np\nx = np.ones(3)", "np.add(x, 1, out=x)", "x.tolist()"],
    "at": ["import numpy as np\nx = np.zeros(3)", "np.add.at(x, [0, 0], 1)", "x.tolist()"],
    "a function of NumPy that changes": ["import numpy as np\nx = np.zeros((2, 2))", "np.fill_diagonal(x, 4)", "x.tolist()"],
    "method": ["x = [3, 1, 2]", "x.sort()", "x"],
    "method whose value is used": ["x = [3, 1, 2]", "y = x.pop()", "(x, y)"],
    "method of something held": ["d = {}", "d.setdefault('a', []).append(1)", "d"],
    "held": ["inner = [1]\nouter = [inner]", "inner.append(2)", "outer"],
    "held in a dict": ["inner = [1]\nouter = {'k': inner}", "outer['k'].append(2)", "inner"],
    "held since an append": ["inner, outer = [1], []", "outer.append(inner)", "outer[0].append(2)", "inner"],
    "held since an item": ["inner, outer = [1], {}", "outer['k'] = inner", "inner.append(2)", "outer"],
    "held since an attribute": [
        "import types\ninner, outer = [1], types.SimpleNamespace()", "outer.a = inner", "outer.a.append(2)", "inner",
    ],
    "held by a comprehension": ["rows = [[1], [2]]\ncopy = [row for row in rows]", "copy[0].append(5)", "rows"],
    "held by a sum of lists": ["a, b = [[1]], [[2]]\nc = a + b", "c[1].append(7)", "b"],
    "held twice": ["row = [0]\nrows = [row] * 2", "rows[0].append(1)", "row"],
    "one name of two": ["a = b = [1]", "a.append(2)", "b"],
    "conditional value": ["a, b = [1], [2]\nc = a if a else b", "c.append(3)", "a"],
    "or": ["a = [1]\nc = a or []", "c.append(3)", "a"],
    "branch": ["x = 1", "if x > 5:\n    x = 9", "x"],
    "branch taken": ["x = 1", "if x:\n    y = 2\nelse:\n    y = 3", "y"],
    "empty loop": ["x = 1", "for x in []:\n    pass", "x"],
    "loop that leaves something": ["n = 0", "for k in range(4):\n    n = n + k", "(n, k)"],
    "loop that reads before it binds": ["last = 7", "seen = []\nfor k in range(3):\n    seen.append(last)\n    last = k", "seen"],
    "while": ["n = 0", "while n < 5:\n    n += 2", "n"],
    "while with else": ["n = 0", "while n < 5:\n    n += 2\nelse:\n    m = 1", "(n, m)"],
    "try": ["x = 1", "try:\n    x = 1 / 0\nexcept ZeroDivisionError as error:\n    y = str(error)", "(x, y)"],
    "try with finally": ["x = []", "try:\n    x.append(1)\nfinally:\n    y = len(x)", "(x, y)"],
    "with": ["import contextlib\nx = 1", "with contextlib.suppress(ZeroDivisionError):\n    x = 1 / 0", "x"],
    "with as": ["import contextlib\nbox = [1]", "with contextlib.nullcontext(box) as b:\n    b.append(2)", "box"],
    "match": ["p = (1, [2])", "match p:\n    case (a, b):\n        b.append(a)", "p"],
    "match that binds": ["p = {'k': 1, 'r': 2}", "match p:\n    case {'k': k, **rest}:\n        pass", "(k, rest)"],
    "match that does not": ["k = 0", "match [5]:\n    case [1, k]:\n        pass", "k"],
    "walrus": ["", "(n := 5) + 1", "n"],
    "walrus that may not run": ["n = 1", "x = 0 and (n := 5)", "n"],
    "walrus in a comprehension": ["last = 0", "y = [last := k for k in range(3)]", "last"],
    "comprehension's own name": ["k = 5", "y = [k for k in range(3)]", "k"],
    "comprehension over a change": ["a = [[1]]", "b = [row.append(2) for row in a]", "a"],
    "lambda": ["k = 2", "f = lambda x: x * k", "k = 3", "f(1)"],
    "closure over a name": ["k = 2", "def f(x):\n    return x * k", "k = 3", "f(1)"],
    "function of a function": ["k = 2", "def f():\n    return k", "def g():\n    return f()", "k = 5", "g()"],
    "function defined later": ["def g():\n    return f()", "def f():\n    return 4", "g()"],
    "recursion": ["def f(n):\n    return 1 if n < 2 else n * f(n - 1)", "f(5)"],
    "function handed on": ["k = 2", "def f(x):\n    return x * k", "fs = [f]", "k = 3", "[g(1) for g in fs]"],
    "partial": ["import functools\nk = 2", "def f(a, b):\n    return a * b * k", "g = functools.partial(f, 5)", "k = 3", "g(1)"],
    "default": ["k = [1]", "def f(x=k):\n    x.append(1)\n    return x", "y = f()", "k"],
    "function that changes its argument": ["x = [1]", "def f(a):\n    a.append(2)", "f(x)", "x"],
    "function that changes it by a second name": ["x = [1]", "def f(a):\n    b = a\n    b.append(2)", "f(x)", "x"],
    "function that changes it by another function": [
        "x = [1]", "def g(a):\n    a.append(2)", "def f(a):\n    g(a)", "f(x)", "x",
    ],
    "function that changes it by a later one": ["x = [1]", "def f(a):\n    g(a)", "def g(a):\n    a.append(2)", "f(x)", "x"],
    "function that changes it and returns": ["x = [1]", "def f(a):\n    a[0] = 9\n    return 5", "y = f(x)", "(x, y)"],
    "function that returns its argument": ["x = [1]", "def f(a):\n    return a", "y = f(x)", "y.append(2)", "x"],
    "function that returns a view": ["import numpy as np\nx = np.zeros(3)", "def f(a):\n    return a[1:]", "y = f(x)", "y += 1", "x.tolist()"],
    "function that returns what it knows": ["x = [1]", "def f():\n    return x", "y = f()", "y.append(2)", "x"],
    "function that changes what it knows": ["x = [1]", "def f():\n    x.append(2)", "f()", "x"],
    "function that is changed as an item": ["d = {}", "def f(v):\n    d['k'] = v", "f(3)", "d"],
    "global": ["n = 0", "def f():\n    global n\n    n += 1", "f()", "f()", "n"],
    "nonlocal": ["def make():\n    n = 0\n    def step():\n        nonlocal n\n        n += 1\n        return n\n    return step", "s = make()", "a = s()", "s()"],
    "function that changes one of two": ["x, y = [1], [2]", "def f(a, b):\n    b.append(a[0])", "f(x, y)", "(x, y)"],
    "function that changes one by its name": ["x, y = [1], [2]", "def f(a, b):\n    b.append(a[0])", "f(b=y, a=x)", "y"],
    "function that changes one of several": ["x, y = [1], [2]", "def f(a, b):\n    b.append(a[0])", "f(*[x, y])", "y"],
    "function that changes all": ["x, y = [1], [2]", "def f(*all):\n    all[1].append(3)", "f(x, y)", "y"],
    "function that changes what it is named": ["x = [1]", "def f(**all):\n    all['k'].append(3)", "f(k=x)", "x"],
    "function that collects": ["x = [1]", "def f(a):\n    all = []\n    all.append(a)\n    all[0].append(2)", "f(x)", "x"],
    "unpacked generator": ["x = [1]", "a, b = (row for row in (x, [2]))", "a.append(3)", "x"],
    "generator that is unpacked into sources": ["import numpy as np", "a, b = (np.random.default_rng(s) for s in (0, 1))", "c = a.normal()", "float(a.normal())"],
    "rows of a table": ["x, y = [1], [2]", "for name, row in [('x', x), ('y', y)]:\n    row.append(name)", "(x, y)"],
    "keys of a dict": ["d = {'a': [1]}", "for key in d:\n    d[key].append(2)", "d"],
    "items of a dict": ["d = {'a': [1]}", "for key, value in d.items():\n    value.append(key)", "d"],
    "deleted while it is needed by nobody": ["x = [1]", "y = x", "del x", "y"],
    "closure that is returned": ["k = 1\ndef make():\n    return lambda: k", "f = make()", "k = 2", "f()"],
    "function in a list that is handed on": ["k = 1\ndef f():\n    return k", "fs = {'f': f}", "g = fs['f']", "k = 2", "g()"],
    "method that looks something up": ["k = 1\nclass A:\n    def f(self):\n        return k", "a = A()", "k = 2", "a.f()"],
    "handed to another function": ["x = [[2, 1]]", "def f(a):\n    a.sort()", "y = list(map(f, x))", "x"],
    "decorator of the page": ["log = []", "def noted(f):\n    log.append(f.__name__)\n    return f", "@noted\ndef g():\n    return 1", "(log, g())"],
    "decorator with an argument": ["def times(n):\n    def wrap(f):\n        return lambda: n * f()\n    return wrap", "@times(3)\ndef g():\n    return 2", "g()"],
    "class": ["class A:\n    k = 1", "A.k = 2", "A().k"],
    "instance": ["class A:\n    def __init__(self):\n        self.n = 0\n    def step(self):\n        self.n += 1\n        return self.n", "a = A()", "x = a.step()", "a.step()"],
    "base class": ["class A:\n    k = 1", "class B(A):\n    pass", "A.k = 5", "B.k"],
    "class that reads": ["k = 3", "class A:\n    size = k", "A.size"],
    "property": ["k = 3", "class A:\n    @property\n    def size(self):\n        return k", "a = A()", "k = 4", "a.size"],
    "dataclass": ["from dataclasses import dataclass\n@dataclass\nclass P:\n    x: list", "inner = [1]\np = P(inner)", "inner.append(2)", "p.x"],
    "generator": ["g = (k for k in range(9))", "a = next(g)", "b = list(g)[:1]", "(a, b, list(g))"],
    "generator function": ["def count():\n    k = 0\n    while True:\n        yield k\n        k += 1", "g = count()", "a = next(g)", "next(g)"],
    "iterator": ["i = iter([1, 2, 3])", "a = next(i)", "b = [*i]", "list(i)"],
    "zip": ["z = zip([1, 2], [3, 4])", "a = list(z)", "list(z)"],
    "map": ["m = map(str, [1, 2])", "a = max(m)", "list(m)"],
    "random numbers": ["import numpy as np\nr = np.random.default_rng(0)", "a = r.normal()", "float(r.normal())"],
    "random numbers of a function": ["import numpy as np\nr = np.random.default_rng(0)", "def draw():\n    return r.normal()", "a = draw()", "float(draw())"],
    "random numbers handed on": ["import numpy as np\nr = np.random.default_rng(0)", "def draw(source):\n    return source.normal()", "a = draw(r)", "float(draw(r))"],
    "several sources of random numbers": ["import numpy as np\nrs = [np.random.default_rng(s) for s in range(2)]", "a = [r.normal() for r in rs]", "[float(r.normal()) for r in rs]"],
    "one name of a source": ["import numpy as np\nr = np.random.default_rng(0)\ns = r", "a = s.normal()", "float(r.normal())"],
    "shuffled": ["import numpy as np\nr, x = np.random.default_rng(0), list(range(9))", "r.shuffle(x)", "x"],
    "the old random numbers": ["import numpy as np\nnp.random.seed(0)", "a = np.random.normal()", "float(np.random.normal())"],
    "Python's random numbers": ["import random\nrandom.seed(1)", "a = random.random()", "random.random()"],
    "warnings": ["import warnings\nimport numpy as np", "warnings.simplefilter('ignore')", "np.log(np.zeros(1)).tolist()"],
    "NumPy's errors": ["import numpy as np", "old = np.seterr(divide='ignore')", "np.log(np.zeros(1)).tolist()"],
    "printed digits": ["import numpy as np", "np.set_printoptions(precision=2)", "repr(np.array([1 / 3]))"],
    "environment": ["import os", "os.environ['GRADLAB_TRAP'] = 'set'", "os.environ.get('GRADLAB_TRAP')"],
    "settings of Matplotlib": ["import matplotlib.pyplot as plt", "plt.rcParams['lines.linewidth'] = 7", "plt.rcParams['lines.linewidth']"],
    "settings by a call": ["import matplotlib.pyplot as plt", "plt.rcParams.update({'lines.linewidth': 6})", "plt.rcParams['lines.linewidth']"],
    "registered activation": ["import gradlab as gl\nimport numpy as np", "@gl.activation()\ndef trap_one(x):\n    return np.tanh(x), 1 - np.tanh(x) ** 2", "gl.MLP([2, 3, 2], activation='trap_one').activation[0].name if isinstance(gl.MLP([2, 3, 2], activation='trap_one').activation, tuple) else str(gl.MLP([2, 3, 2], activation='trap_one').activation)"],
    "registered activation that looks something up": ["import gradlab as gl\nimport numpy as np\nk = 2.0", "@gl.activation()\ndef trap_two(x):\n    return k * np.tanh(x), k * (1 - np.tanh(x) ** 2)", "k = 3.0", "float(gl.ACTIVATIONS['trap_two'](1.0))"],
    "exec": ["code = 'x = 5'", "exec(code)", "x"],
    "eval": ["x = 5", "code = 'x + 1'", "eval(code)"],
    "globals": ["name = 'x'", "globals()[name] = 6", "x"],
    "star": ["from math import *", "floor(2.5)"],
    "setattr": ["import types\nx = types.SimpleNamespace()", "setattr(x, 'a', 3)", "x.a"],
    "f-string": ["k = 3", "t = f'{k:>{k}}'", "t"],
    "f-string that calls": ["x = [1]", "t = f'{x.pop()}'", "(x, t)"],
    "deleted and bound anew": ["x = 1", "del x", "x = 2", "x"],
    "conditional import": ["try:\n    import missing_package_x as m\nexcept ImportError:\n    m = None", "m is None"],
    "import in a function": ["def f():\n    import math\n    return math.pi", "f()"],
    "builtin that is bound": ["sum = lambda x: 'mine'", "sum([1, 2])"],
    "swap": ["a, b = [1], [2]", "a, b = b, a", "a.append(3)", "(a, b)"],
    "chain of names": ["a = [1]\nb = a\nc = b", "a = [9]", "c.append(2)", "(a, b, c)"],
    "a held object outlives its name": ["a = [1]\nheld = [a]\nother = a", "a = [5]", "held[0].append(2)", "other"],
    "annotated": ["x: list = [1]\ny: list = x", "y.append(2)", "x"],
    "assert": ["x = [1]", "assert x.append(2) is None", "x"],
    "comparison is an array": ["import numpy as np\nx = np.arange(3) > 0\ny = x", "y[0] = True", "x.tolist()"],
    "slice assigned": ["x = [1, 2, 3]\ny = x", "y[:] = [0]", "x"],
    "dict by update": ["x = {}\ny = x", "y.update(a=1)", "x"],
    "set": ["x = {1}\ny = x", "y |= {2}", "sorted(x)"],
    "array in a dict": ["import numpy as np\nd = {k: np.zeros(2) for k in 'ab'}", "for k in d:\n    d[k] += 1", "{k: v.tolist() for k, v in d.items()}"],
    "array of a dict by items": ["import numpy as np\nd = {k: np.zeros(2) for k in 'ab'}", "for k, v in d.items():\n    v += 1", "{k: v.tolist() for k, v in d.items()}"],
    "data of gradlab": ["import gradlab as gl, numpy as np\nx = np.ones((4, 2))\nd = gl.Data(x, np.zeros((4, 1)))", "x[0] = 5", "d.x.tolist()"],
    "async": ["import asyncio\nlog = []", "async def f():\n    log.append(1)", "asyncio.run(f())", "log"],
}  # fmt: skip

# What is not needed is left out: the cells in the middle would fail.
SPARED = {
    "another name": ["x = 1", f"y = x\n{NEVER}", "x"],
    "bound anew": [f"x = 1\n{NEVER}", "x = 2", "x"],
    "a loop's name": [f"for name in 'ab':\n    {NEVER}", "for name in 'cd':\n    pass\nx = 1", "x"],
    "a drawing": ["import matplotlib.pyplot as plt\nx = [1, 2]", f"fig, ax = plt.subplots()\nax.plot(x)\n{NEVER}", "x"],
    "a drawing in a loop": [
        "import matplotlib.pyplot as plt\nx = [[1, 2]]",
        f"fig, axes = plt.subplots(1, 2)\nfor ax, one in zip(axes, x):\n    ax.plot(one)\n{NEVER}",
        "x",
    ],
    "a claim": ["import gradlab as gl\nx = 1", f"gl.claim('a', 'It holds', x, below=2)\n{NEVER}", "x"],
    "a function that is not called": ["k = 1", f"{NEVER}\nk = 2", "k = 3\ndef f():\n    return k", "f()"],
    "what a method computes": ["import numpy as np\nx = np.ones(2)", f"y = x.sum()\n{NEVER}", "x.tolist()"],
    "what another argument is for": [
        "x, y = [1], [2]\ndef f(a, b):\n    b.append(a[0])",
        f"f(x, y)\n{NEVER}",
        "x",
    ],
    "a list of what is changed": ["x = [1]\ny = []", f"y.append(x)\n{NEVER}", "x"],
    "a legend that a drawing shares": [
        "x = [1]\nupper = x",
        "import matplotlib.pyplot as plt",
        f"fig, upper = plt.subplots()\nupper.set(xlim=(0, 1))\n{NEVER}",
        "x",
    ],
    "what a function that was called looks up": [
        "k = 1\ndef f():\n    return k + 1",
        "y = f()",
        f"k = 2\n{NEVER}",
        "y",
    ],
    "a deleted name": ["x = 1", f"y = 2\n{NEVER}", "del y", "x"],
    "a generator of numbers": [
        "import numpy as np\nx = np.random.default_rng(0).normal(size=3)",
        f"x.sum()\n{NEVER}",
        "x.tolist()",
    ],
    "a copy that is changed": ["import numpy as np\nx = np.ones(2)", f"y = x + 1\ny += 1\n{NEVER}", "x.tolist()"],
}


@contextlib.contextmanager
def unchanged_process():
    """Leave warnings, NumPy and gradlab's activations as they were."""
    import random

    import matplotlib
    import matplotlib.pyplot as plt

    options, errors, state = np.get_printoptions(), np.geterr(), random.getstate()
    parts = dict(gl.ACTIVATIONS._parts), dict(gl.ACTIVATIONS._aliases), dict(gl.ACTIVATIONS._hints)
    with warnings.catch_warnings(), matplotlib.rc_context(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADLAB_TRAP", "before")
        matplotlib.use("agg")
        plt.close("all")  # what other tests have left open would be one figure too many
        try:
            yield
        finally:
            plt.close("all")
            np.set_printoptions(**options)
            np.seterr(**errors)
            random.setstate(state)
            tables = gl.ACTIVATIONS._parts, gl.ACTIVATIONS._aliases, gl.ACTIVATIONS._hints
            for table, before in zip(tables, parts, strict=True):
                table.clear()
                table.update(before)


def value(statements, expression):
    """Run statements in a new namespace; return what an expression then is."""
    names = {"__name__": "__main__"}

    def result():
        with unchanged_process():
            warnings.simplefilter("error")
            for source in statements:
                exec(source, names)
            return eval(expression, names)

    # in a thread of its own: in that of the tests Playwright's loop may run, in which no other can be started
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(result).result()


def both(cells):
    """Return what the last cell is after the whole page and after its slice, and the slice."""
    *before, last = cells
    page = Page(cells)
    needed = [one.source for one in page.slice(len(cells) - 1)[:-1]]
    return value(before, last), value(needed, last), needed


@pytest.mark.parametrize("name", TRAPS)
def test_a_slice_gives_what_the_page_gives(name):
    whole, sliced, _ = both(TRAPS[name])
    assert sliced == whole


@pytest.mark.parametrize("name", SPARED)
def test_what_is_not_needed_is_left_out(name):
    *before, last = SPARED[name]
    page = Page(SPARED[name])
    assert not any("AssertionError" in one.source for one in page.slice(len(SPARED[name]) - 1))
    with pytest.raises(AssertionError, match="not needed"):
        value(before, last)


def test_each_trap_needs_something_that_a_wrong_slice_would_miss():
    """A test of the tests above: of the statements of a slice hardly one can be left out without another value."""
    idle = []
    for name, cells in TRAPS.items():
        whole, _, needed = both(cells)
        for left_out in range(len(needed)):
            fewer = needed[:left_out] + needed[left_out + 1 :]
            try:
                same = value(fewer, cells[-1]) == whole
            except Exception:
                same = False
            if same:
                idle.append((name, needed[left_out]))
    assert len(idle) < len(TRAPS) / 3, idle


def test_cells_that_are_no_python_do_not_stop_the_reading():
    page = Page(["x = 1", "y = = 2", "x"])
    assert isinstance(page.errors[1], SyntaxError)
    assert [one.source for one in page.slice(2)] == ["x = 1", "x"]
    assert list(slices(["x = 1", "x"])) == [[], [(0, 0)]]


@pytest.mark.parametrize(
    ("cell", "change", "moves"),
    [
        (0, "x = 2", [True, True, True, False]),
        (1, "y = x + 2", [False, True, True, False]),
        (2, "z = y + 3", [False, False, True, False]),
        (3, "other = 2", [False, False, False, True]),
        (0, "x = 1 ", [False, False, False, False]),
    ],
)
def test_a_digest_moves_with_what_a_statement_needs_and_with_nothing_else(cell, change, moves):
    sources = ["x = 1", "y = x + 1", "z = y + 1", "other = 1"]
    before = digests(Page(sources))
    changed = [*sources[:cell], change, *sources[cell + 1 :]]
    assert [one != two for one, two in zip(before, digests(Page(changed)), strict=True)] == moves


def test_a_digest_moves_with_the_versions(monkeypatch):
    page = Page(["x = 1"])
    assert digests(page, "2.4.6") != digests(page, "2.4.7")
    before = digests(page)
    monkeypatch.setattr(gl, "__version__", "0.0.0")
    assert digests(page) != before
