"""What is read of a page's cells without running them: their claims, their width, and where they measure.

Pages are written for live cells and frames: a cell that measures binds names, and a cell that draws or claims uses them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from wording import GLUED, Fault

WIDEST = 88
MEASURES = {"train", "probe"}

_CELL = re.compile(r"^(?P<fence>`{3,}|:{3,})\{code-cell\}[^\n]*\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.M | re.S)
_OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?:^:[\w-]+:[^\n]*\n)+)", re.M | re.S)
_MAGIC = re.compile(r"^[^\S\n]*[%!].*", re.M)


class Cell(NamedTuple):
    """A code cell of a page: the number of its first line of code, its options, its code."""

    line: int
    options: str
    code: str

    def tree(self) -> ast.Module | None:
        """Return the syntax tree, or None where it has none: the cell then fails when it runs, which says so better."""
        try:
            return ast.parse(_MAGIC.sub("", self.code))
        except SyntaxError:
            return None


class StatedClaim(NamedTuple):
    """A call of gl.claim as it stands in a cell; None where something is computed."""

    line: int
    key: str | None
    text: str | None
    budget: str | None
    identity: bool
    survived: str | None


def cells(page: str) -> list[Cell]:
    """Return the code cells of a page in Markdown."""
    found = []
    for cell in _CELL.finditer(page):
        options = _OPTIONS.match(cell["body"])
        skipped = options[0] if options else ""
        line = page.count("\n", 0, cell.start("body")) + 1 + skipped.count("\n")
        found.append(Cell(line, skipped, cell["body"][len(skipped) :]))
    return found


def without_cells(page: str) -> str:
    """Return a page in which the code of cells is blank, line by line, and their options stand."""

    def blank(cell: re.Match[str]) -> str:
        options = _OPTIONS.match(cell["body"])
        kept = options[0] if options else ""
        return "\n" + kept + "\n" * (cell[0].count("\n") - 1 - kept.count("\n"))

    return _CELL.sub(blank, page)


def _dotted(node: ast.AST) -> str:
    """Return ``gl.plots.band`` for that expression, "" for one that is no chain of names."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _said(node: ast.AST | None) -> str | None:
    """Return the text of a string, with ``GLUED`` for what an f-string puts in; None for anything else."""
    match node:
        case ast.Constant(value=str() as value):
            return value
        case ast.JoinedStr(values=values):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else GLUED for part in values)
    return None


def _is_claim(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _dotted(node.func) in {"gl.claim", "gradlab.claim", "claim"}


def claims(cell: Cell) -> Iterator[StatedClaim]:
    """Yield the claims that a cell states."""
    tree = cell.tree()
    for call in ast.walk(tree) if tree else ():
        if isinstance(call, ast.Call) and _is_claim(call):
            named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
            key, text = (
                [*call.args[:2], None, None][:2][place] or named.get(name) for place, name in ((0, "key"), (1, "text"))
            )
            identity = named.get("identity")
            yield StatedClaim(
                cell.line + call.lineno - 1,
                _said(key),
                _said(text),
                _grounds(named.get("budget")),
                identity is not None and not (isinstance(identity, ast.Constant) and not identity.value),
                _grounds(named.get("survived")),
            )


def _grounds(node: ast.AST | None) -> str | None:
    """Return a budget or the name of a trial, or something true where it is computed."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return None
    return _said(node) or GLUED


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that run when a piece of code runs: not those in functions that it only defines."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))


def _bodies(trees: list[ast.Module]) -> dict[str, list[ast.AST]]:
    """Return the code of each function that the cells define, ``name = lambda …`` too."""
    found: dict[str, list[ast.AST]] = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.FunctionDef(name=name, body=body):
                found.setdefault(name, []).extend(body)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(body=inner)):
                found.setdefault(name, []).append(inner)
    return found


def _measures(call: ast.Call) -> bool:
    module, _, name = _dotted(call.func).rpartition(".")
    return name in MEASURES and module in {"gl", "gradlab"}


def _draws(call: ast.Call) -> bool:
    name = _dotted(call.func)
    return name.startswith(("plt.", "gl.plots.")) and name not in {"gl.plots.style", "plt.rc_context"}


def _closure(bodies: dict[str, list[ast.AST]], does: object) -> set[str]:
    """Return the functions of a page that do something, themselves or through others."""
    found: set[str] = set()
    while True:
        more = {
            name
            for name, body in bodies.items()
            if name not in found
            and any(does(call) or _dotted(call.func) in found for part in body for call in _calls(part))  # type: ignore[operator]
        }
        if not more:
            return found
        found |= more


def faults(page: str) -> Iterator[tuple[int, Fault]]:
    """Yield what is wrong with the code of a page, with its line."""
    all_cells = cells(page)
    for cell in all_cells:
        for number, line in enumerate(cell.code.splitlines(), cell.line):
            if len(line) > WIDEST:
                shown = f"{len(line)} characters"
                yield number, Fault("wide-code", shown, 0, f"code of a cell is at most {WIDEST} wide: break the line")
    parsed = [(cell, tree) for cell in all_cells if (tree := cell.tree())]
    bodies = _bodies([tree for _, tree in parsed])
    training, drawing = _closure(bodies, _measures), _closure(bodies, _draws)
    for cell, tree in parsed:
        calls = list(_calls(tree))
        measuring = [call for call in calls if _measures(call) or _dotted(call.func) in training]
        for claim in (call for call in calls if _is_claim(call)):
            inside = [call for call in ast.walk(claim) if isinstance(call, ast.Call)]
            if late := [call for call in inside if _measures(call) or _dotted(call.func) in training]:
                name = _dotted(late[0].func)
                yield (
                    cell.line + claim.lineno - 1,
                    Fault(
                        "measured-in-claim", f"{name}(…)", 0, "measure first, bind the number to a name, then claim it"
                    ),
                )
        if measuring and any(_draws(call) or _dotted(call.func) in drawing for call in calls):
            first = min(measuring, key=lambda call: call.lineno)
            yield (
                cell.line + first.lineno - 1,
                Fault(
                    "measured-while-drawing",
                    f"{_dotted(first.func)}(…)",
                    0,
                    "a cell that draws measures nothing: measure in a cell above it and bind arrays to names",
                ),
            )
