"""An activation of the reader's own: a few lines of Python, checked before anything is trained with them."""

from __future__ import annotations

import ast
import re
from typing import Any, NamedTuple

import numpy as np

import gradlab as gl
from gradlab_live.bench_words import Said, heard

MOST_KINKS = 8
TAKEN = ("data", "dataclasses", "gl", "init", "matched", "net", "np", "run", "theta")
WORDS = {
    "empty": "There is no activation yet: define one, such as “def f(x): return x * x, 2 * x”.",
    "none": "The code defines no function: it must hold “def f(x):” and return the value and the slope at x.",
    "taken": "The script of the bench needs the name “{name}”; take another one.",
    "slope": "{said} gradlab does not differentiate: after the value return the slope, “return value, slope”.",
    "raised": "The code of the activation raised {kind}: {what}",
    "bare": "The code of the activation raised {kind}: nothing more is known.",
    "line": "Line {line} of the activation is no Python: {what}.",
}
_JUMP = re.compile(r"jumps from .* near x = (\S+), which is not among its kinks")


class Refused(ValueError):
    """What the bench cannot use: the field of the page, and a sentence."""

    def __init__(self, field: str, said: Said | str) -> None:
        """Know both; a bare text is what gradlab or Python says."""
        super().__init__(str(said))
        self.field, self.said = field, said if isinstance(said, Said) else heard(said)

    def told(self) -> dict[str, Any]:
        """Return what the page gets."""
        return {"ok": False, "field": self.field, **self.said.told()}


class Own(NamedTuple):
    """An activation of the reader's own, and the lines that define it in a script."""

    activation: gl.Activation
    name: str
    text: str


def own(code: str) -> Own:
    """Run the reader's lines and check what they define.

    Parameters
    ----------
    code
        The lines: a function that returns value and slope, with or without the decorator ``@gl.activation``.

    Returns
    -------
    Own
        The activation, the name that it is bound to, and the text of a script.

    Raises
    ------
    Refused
        If the lines are no Python, define no function, or are refused by `gradlab.testing.check_activation`; a jump of
        the slope that the lines do not name is taken as a kink.
    """
    code = code.strip().replace("\r\n", "\n")
    if not code:
        raise Refused("code", Said(WORDS["empty"]))
    name, line = _definition(code)
    try:
        return _checked(code, name, line)
    except Refused:
        raise
    except (Exception, SystemExit) as error:
        raise Refused("code", _sentence(error)) from error


def _definition(code: str) -> tuple[str, int | None]:
    """Return the name of the last function, and the line where a decorator may be put, None where it has one."""
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise Refused("code", Said(WORDS["line"], line=error.lineno, what=error.msg)) from error
    except ValueError as error:  # a byte of zero
        raise Refused("code", Said(WORDS["line"], line=1, what=error)) from error
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if not functions:
        raise Refused("code", Said(WORDS["none"]))
    bound = {node.name for node in functions}
    outside = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]  # what a function names is its own
    named = [one for node in outside for one in ast.walk(node) if isinstance(one, ast.Name)]
    bound |= {one.id for one in named if isinstance(one.ctx, ast.Store)}
    if taken := sorted(bound & set(TAKEN)):
        raise Refused("code", Said(WORDS["taken"], name=taken[0]))
    last = functions[-1]
    return last.name, None if last.decorator_list else last.lineno


def _checked(code: str, name: str, line: int | None) -> Own:
    """Return the activation once it has passed the checks."""
    kinks: tuple[float, ...] = ()
    while True:
        text = code if line is None else _decorated(code, line, kinks)
        names: dict[str, Any] = {"np": np, "gl": gl, "__name__": "__main__"}
        exec(compile(text, "your activation", "exec"), names)
        made = names[name]
        if not isinstance(made, gl.Activation):
            raise Refused("code", Said(WORDS["none"]))
        try:
            gl.testing.check_activation(made)
        except gl.testing.SlopeError as error:
            jump = _JUMP.search(str(error))
            if jump is None or line is None or len(kinks) == MOST_KINKS:
                raise
            kinks = tuple(sorted({*kinks, float(jump[1])}))
            continue
        return Own(made, name, text)


def _decorated(code: str, line: int, kinks: tuple[float, ...]) -> str:
    """Return the lines with the decorator."""
    lines = code.split("\n")
    told = f"(kinks=({', '.join(f'{kink:g}' for kink in kinks)},))" if kinks else ""
    return "\n".join([*lines[: line - 1], f"@gl.activation{told}", *lines[line - 1 :]])


def _sentence(error: BaseException) -> Said | str:
    """Return what is wrong: gradlab's own words, where it has some."""
    said = " ".join(str(error).split())
    if isinstance(error, TypeError) and "must return two things" in said:
        return Said(WORDS["slope"], said=heard(closed(said)))
    if isinstance(error, gl.testing.SlopeError) or _from_gradlab(error):
        return closed(said)
    if not said:
        return Said(WORDS["bare"], kind=type(error).__name__)
    return Said(WORDS["raised"], kind=type(error).__name__, what=ended(said[:300]))


def closed(said: str) -> str:
    """Return a sentence that begins and ends as one."""
    return ended(said[:1].upper() + said[1:])


def ended(said: str) -> str:
    """Return words that end as a sentence."""
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _from_gradlab(error: BaseException) -> bool:
    """Whether gradlab has raised an error itself, and not the reader's lines within it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__", "")).startswith("gradlab.")
