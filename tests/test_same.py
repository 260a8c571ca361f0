"""What is the same by its code: parts of a cell that was run twice are equal, those of another cell are not."""

import copy
import math
import pickle
import types

import numpy as np
import pytest

import gradlab as gl
from gradlab._registry import remember, same_function

HEAD = """
from __future__ import annotations
from dataclasses import dataclass
import numpy as np, gradlab as gl
ALPHA = 2.0
"""
CELLS = {
    "a loss": """
def half(e, *, by=2.0):
    return e / by

@gl.losses.loss("values", aliases=())
def own(z, y):
    shares = [share * ALPHA for share in (0.25, 0.5)]
    return (half(z - y) ** 2).mean(-1) * shares[1], half(z - y) * shares[1] / z.shape[-1]
part = own
""",
    "a loss without a decorator": """
part = gl.Loss("own", lambda z, y: ((ALPHA * (z - y) ** 2).mean(-1), 2.0 * ALPHA * (z - y) / z.shape[-1]))
""",
    "an initialiser": """
@gl.initializers.initializer()
def own(generator, inputs, outputs, gain, *, factor=2.0):
    return ALPHA * factor * generator.normal(size=(inputs, outputs))
part = own
""",
    "an optimiser": """
@gl.optimizers.optimizer
@dataclass(frozen=True)
class Own(gl.Optimizer):
    slots = ("velocity",)
    factor: float = 2.0

    def __post_init__(self):
        super().__post_init__()

    @property
    def twice(self):
        return ALPHA * self.factor

    @staticmethod
    def scaled(number):
        return number / 2.0

    def coefficients(self, step):
        return (self.rate(step) * self.twice,)

    def equation(self, theta, gradient, slots, scratch, *coefficients):
        theta -= Own.scaled(coefficients[0]) * gradient
part = Own(0.1)
""",
    "a schedule": """
@gl.schedules.schedule
@dataclass(frozen=True)
class Own(gl.Schedule):
    start: float = 2.0

    def __call__(self, step):
        return min(self.start, 0.1) / (step + ALPHA) ** (1 / 2.0)
part = Own()
""",
}
# a change of any kind, and a part of each cell that it is found in
CHANGES = [("ALPHA = 2.0", "ALPHA = 3.0"), ("2.0", "4.0"), ("mean", "sum"), ("0.5", "0.75"), ("- y", "+ y"),
           ("normal", "standard_normal"), ("/ (step", "* (step"), ("velocity", "speed"), ("theta -=", "theta +=")]  # fmt: skip


def _run(cell, room=None):
    """Run a cell in a notebook, which may have run it before."""
    room = types.ModuleType("notebook") if room is None else room
    room.__dict__["__name__"] = "__main__"
    exec(compile(cell if "import" in cell else HEAD + cell, "<cell>", "exec", dont_inherit=True), room.__dict__)
    return room.part


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("again", ["in the same notebook", "in another"])
def test_a_cell_run_again_defines_an_equal_part(cell, again):
    room = types.ModuleType("notebook")
    parts = [_run(cell, room) if again == "in the same notebook" else _run(cell) for _ in range(3)]
    assert len({id(part) for part in parts}) == 3
    assert all(one == other for one in parts for other in parts)
    assert len(set(parts)) == 1


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("again", ["in the same notebook", "in another"])
def test_a_cell_changed_anywhere_defines_another_part(cell, again):
    met = 0
    for old, new in CHANGES:
        text = HEAD + cell
        for number in range(text.count(old)):
            pieces = text.split(old)
            changed = old.join(pieces[: number + 1]) + new + old.join(pieces[number + 1 :])
            room = types.ModuleType("notebook")
            before = _run(cell, room)
            after = _run(changed, room if again == "in the same notebook" else None)
            assert before != after, changed
            met += 1
    assert met >= 3


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_run_goes_on_and_is_saved_after_its_cell_was_run_again(cell, tmp_path):
    room = types.ModuleType("notebook")
    settings = {"loss": "mse", "optimizer": gl.SGD(0.05), "seeds": range(2)}

    def told():
        part = _run(cell, room)
        if isinstance(part, gl.Initializer):
            return gl.MLP([2, 3, 1], "tanh", init=part), settings
        kind = {gl.Loss: "loss"}.get(type(part), "optimizer")
        return gl.MLP([2, 3, 1], "tanh"), settings | {kind: gl.SGD(part) if isinstance(part, gl.Schedule) else part}

    data = gl.datasets.moons(30)
    (net, kept), (again, new) = told(), told()
    whole = gl.train(net, data, steps=7, **kept)
    first = gl.train(net, data, steps=4, **kept)
    np.testing.assert_array_equal(gl.train(again, data, steps=3, resume=first, **new).theta, whole.theta)
    if hasattr(room, "own") or hasattr(room, "Own"):  # in a table
        loaded = gl.History.load(first.save(tmp_path / "run"))  # made before the cell ran again
        assert (loaded.net, loaded.loss_function, loaded.optimizer) == (net, first.loss_function, first.optimizer)


@pytest.mark.parametrize(
    "part",
    [*gl.LOSSES.values(), *gl.INITIALIZERS.values(), *(kind() for kind in gl.OPTIMIZERS.values())],
    ids=lambda part: repr(part),
)
def test_a_part_equals_its_copies_and_no_other_part(part):
    for again in (copy.copy(part), copy.deepcopy(part), pickle.loads(pickle.dumps(part))):
        assert again == part
        assert hash(again) == hash(part)
    others = [*gl.LOSSES.values(), *gl.INITIALIZERS.values(), *(kind() for kind in gl.OPTIMIZERS.values())]
    assert [other for other in others if other == part] == [part]
    assert part not in (type(part), 3, None)


def test_an_optimiser_equals_another_where_its_fields_are_equal():
    assert gl.Adam(0.1) == gl.Adam(0.1) != gl.Adam(0.2)
    assert gl.Adam(0.1) != gl.AdamW(0.1)
    assert gl.SGD(gl.schedules.Cosine(0.1, 5)) == gl.SGD(gl.schedules.Cosine(0.1, 5)) != gl.SGD(0.1)
    assert gl.schedules.Cosine(0.1, 5) != gl.schedules.Cosine(0.1, 6)
    assert len({gl.Adam(0.1), gl.Adam(0.1), gl.Adam(0.2)}) == 2


def test_values_are_compared_to_the_last_bit():
    assert same_function(lambda: np.nan, lambda: np.nan)
    for one, other in (
        (lambda: 0.0, lambda: -0.0),
        (lambda: 1, lambda: True),
        (lambda: 1, lambda: 1.0),
        (lambda x=1: x, lambda x=2: x),
        (lambda *, x=1: x, lambda *, x=2: x),
        (lambda x, y: x, lambda y, x: x),
        (lambda: (1, (2,)), lambda: (1, (3,))),
        (math.sin, math.cos),
        ([1], [1, 2]),
        (np.array([0.0]), np.array([-0.0])),
        ({"a": 1}, {"b": 1}),
    ):
        assert not same_function(one, other)
        assert same_function(one, one)


def test_what_a_function_encloses_is_compared():
    def make(factor, table):
        def inner(x):
            return factor * table.sum() * x

        return inner

    assert same_function(make(2, np.arange(3)), make(2, np.arange(3)))
    assert not same_function(make(2, np.arange(3)), make(3, np.arange(3)))
    assert not same_function(make(2, np.arange(3)), make(2, np.arange(4)))


def test_functions_that_call_one_another_come_to_an_end():
    rooms = []
    for last in (1, 1, 2):
        room = {}
        exec(f"def one(n):\n return two(n)\ndef two(n):\n return one(n - 1) if n else {last}", room)
        rooms.append(room)
    assert same_function(rooms[0]["one"], rooms[1]["one"])
    assert not same_function(rooms[0]["one"], rooms[2]["one"])


def test_a_helper_defined_again_makes_a_function_another():
    room = {}
    cells = ["def half(x):\n return x / 2", "def rule(x):\n return half(x)"]
    for cell in cells:
        exec(cell, room)
    first = room["rule"]
    remember(first)
    exec(cells[0], room)
    exec(cells[1], room)
    remember(room["rule"])
    assert same_function(first, room["rule"])
    exec(cells[0].replace("2", "3"), room)
    exec(cells[1], room)
    remember(room["rule"])
    assert not same_function(first, room["rule"])
