"""An activation is the same one again where its cell was run twice, and another one where what it computes changed."""

import pytest

import gradlab as gl

CELL = """
import numpy as np
import gradlab as gl

HEIGHT = {height}

@gl.activation({told})
def hill(x, *, width=1.0):
    return HEIGHT * np.exp(-(x / width) ** 2){more}, -2 * HEIGHT * x / width**2 * np.exp(-(x / width) ** 2)
"""


def _run(**changes):
    room = {"__name__": "__main__"}
    exec(CELL.format(**({"height": 1.0, "told": "", "more": ""} | changes)), room)
    return room["hill"]


def test_a_cell_run_twice_defines_the_same_activation_and_a_run_goes_on_with_it():
    before, after = _run(), _run()
    assert before == after
    assert hash(before) == hash(after)
    data = gl.datasets.xor()
    run = gl.train(gl.MLP([2, 4, 2], before), data, steps=5)
    assert len(gl.train(gl.MLP([2, 4, 2], after), data, steps=5, resume=run).loss)


def test_a_cell_that_computes_something_else_defines_another_one():
    before = _run()
    assert before != _run(more=" + 1")
    assert before != _run(height=2.0)
    assert before != _run(told="limits={'width': (0, 10)}")
    assert before != _run(told="learned={'width': lambda x, *, width: x}")
    assert before != _run(told="kinks=(0.0,)")
    assert before != before.bind(width=2.0)
    assert before == before.bind(width=1.0)


def test_resume_says_that_a_part_was_defined_again():
    data = gl.datasets.xor()
    run = gl.train(gl.MLP([2, 4, 2], _run()), data, steps=5)
    with pytest.raises(ValueError, match="prints the same: one of its parts was defined again with other code"):
        gl.train(gl.MLP([2, 4, 2], _run(height=2.0)), data, steps=5, resume=run)
