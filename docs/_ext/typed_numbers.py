"""Find numbers that somebody typed into the prose of an executed page: a result is glued from a claim, never typed.

A typed number stays when the code moves on, and then the page says what it no longer measures. So each numeral of the
prose, captions and alternative texts included, has to be one of these:

* a literal of the page's own cells, or of the cells of a page that it glues from: seeds, widths, steps, bounds;
* in mathematics, in code, or in a citation, or the year of a work that the same block cites;
* a whole number up to 12 that is no percentage;
* the ends of a band (10–90 %, the 10th and 90th percentile), or part of a name (float64, CIFAR-10, 28 × 28, 64-bit,
  section 4.2, Python 3.11);
* quoted: ``[4.94 %]{.quoted}``, in a paragraph, list item, caption or row that also cites where it is from, or links to
  it where it is on no list of references.

Everything else is a warning, which fails the build. Numbers in words are not looked at.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cell_code
from docutils import nodes
from editions import FIRST
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from wording import HIDDEN

_log = logging.getLogger(__name__)

BOOK = ("index", "corrections", "questions", "reproductions", "learn/", "exercises/")  # checked even without cells
FREE = 12

_MAGIC = re.compile(r"^\s*[%!].*", re.M)

_SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans("−⁻⁺" + _SUPER, "--+0123456789")
_NUMBER = re.compile(
    r"(?<![\w.])"  # inside of a name: float64, x2, v1.5
    r"(?P<digits>\d{1,3}(?:[,\u2009\u202f]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:e(?P<exponent>[-−+]?\d+))?"
    rf"(?:\s?[×·]\s?10(?P<ten>[⁻⁺]?[{_SUPER}]+)|(?P<power>[⁻⁺]?[{_SUPER}]+))?",
    re.IGNORECASE,
)
# "85 to 90 %" are two percentages, "85, 90 and 95 %" three
_PERCENT = re.compile(r"(?:\s*(?:–|-|,|and|to|or)\s*\d[\d.]*)*\s?(?:%|per\s?cent\b)")
_TIMES = re.compile(r"\s(thousand|million|billion)\b")
_SCALE = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_YEAR = re.compile(r"(?:19|20)\d\d")
_LABELS = (
    "algorithm|appendix|chapters?|corollary|definition|eqs?[.]|equations?|exercises?|figs?[.]|figures?|IEEE|lemmas?|"
    "pages?|pp?[.]|parts?|propositions?|remarks?|sections?|sect?[.]|solutions?|tables?|theorems?|versions?|volumes?|"
    "Python|NumPy|Matplotlib|PyTorch|JAX|SciPy|scikit-learn|Keras|TensorFlow"
)
_NAMES = re.compile(
    "|".join(
        (
            r"\b10(?:th|\s?%)?\s?(?:–|-|to|and)\s?(?:the\s)?90(?:th\b|\s?%)?",  # a band
            r"\b[19]0th(?=\s+(?:percentile|quantile)|\s*[–-]\s*90th)",
            r"\b(?:8|16|32|64|128)(?:-bit\b|\sbits?\b)",
            r"(?<![\w.])\d+(?:\s?×\s?\d+)+(?![\d.]*\d|\s?[⁻⁺" + _SUPER + r"])",  # 28 × 28, but not 3 × 10⁻⁵
            r"\b[A-Z]\w*-\d+\b",  # CIFAR-10
            rf"(?i:\b(?:{_LABELS})|§)\s*\d+(?:\.\d+)*(?:(?:\s?[–-]\s?|,\s|\sand\s|\sto\s)\d+(?:\.\d+)*)*\b",
        )
    )
)


class Number(NamedTuple):
    """A numeral of the prose: as it stands there, where, and what it may be in the code."""

    text: str
    start: int
    values: tuple[float, ...]
    free: bool


def numbers(text: str) -> Iterator[Number]:
    """Yield the numerals of a text; ``HIDDEN`` stands in it for what is no prose."""
    text = _NAMES.sub(lambda name: HIDDEN * len(name[0]), text)
    for found in _NUMBER.finditer(text):
        value = float(re.sub(r"[,\u2009\u202f]", "", found["digits"]))
        if found["power"]:
            value **= int(found["power"].translate(_PLAIN))
        for exponent in (found["exponent"], found["ten"]):
            value *= 10.0 ** int(exponent.translate(_PLAIN)) if exponent else 1
        percent, times = _PERCENT.match(text, found.end()), _TIMES.match(text, found.end())
        if times:
            value *= _SCALE[times[1]]
        values = (value, value / 100) if percent else (value,)
        shown = " ".join(text[found.start() : (percent or times or found).end()].split())
        yield Number(shown, found.start(), values, not percent and value <= FREE and value.is_integer())


def constant(node: ast.AST) -> float | None:
    """Return the size of an expression in which only numbers stand, such as ``-2**10``; else None."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return abs(float(value))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return constant(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.UnaryOp(op=ast.USub(), operand=right)):
            return _calculate(lambda a, b: a**-b, constant(left), constant(right))
        case ast.BinOp(left=left, op=operator, right=right):
            operation = {
                ast.Add: lambda a, b: a + b,
                ast.Sub: lambda a, b: abs(a - b),
                ast.Mult: lambda a, b: a * b,
                ast.Div: lambda a, b: a / b,
                ast.Pow: lambda a, b: a**b,
            }.get(type(operator))
            return _calculate(operation, constant(left), constant(right))
    return None


def _calculate(
    operation: Callable[[float, float], float] | None, left: float | None, right: float | None
) -> float | None:
    try:
        return None if operation is None or left is None or right is None else operation(left, right)
    except ArithmeticError:
        return None


def literals(source: str) -> set[float]:
    """Return the sizes of the numbers in a cell, and those that it spells out in other words.

    ``range(100, 120)`` are 20 seeds of which the last is 119, and ``logspace(-4, -1)`` runs from 0.0001 to 0.1.
    """
    try:
        tree = ast.parse(_MAGIC.sub("", source))
    except SyntaxError:  # the cell fails when it is run, which says so better
        return set()
    found = {value for node in ast.walk(tree) if (value := constant(node)) is not None}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", None))
        if name in {"range", "arange"} and 1 <= len(call.args) <= 2:
            first, *rest = [constant(argument) for argument in call.args]
            start, stop = (first, rest[0]) if rest else (0, first)
            if start is not None and stop is not None:
                found |= {abs(stop - 1), abs(stop - start)}
        if name == "logspace":
            for sign, end in ((-1 if isinstance(a, ast.UnaryOp) else 1, constant(a)) for a in call.args[:2]):
                found |= {10.0 ** (sign * end)} if end is not None and end < 300 else set()
    return found


def cells(page: str) -> list[str]:
    """Return the sources of the code cells of a page in Markdown."""
    return [cell.code for cell in cell_code.cells(page)]


def allowed(number: Number, known: set[float]) -> bool:
    """Return whether a number may stand in prose beside these literals."""
    return number.free or any(math.isclose(value, other, rel_tol=1e-9) for value in number.values for other in known)


def cites(block: nodes.Element) -> bool:
    """Return whether the paragraph, list item, caption or row of a block holds a citation."""
    scope: nodes.Element | None = block
    while scope is not None and not isinstance(
        scope, (nodes.list_item, nodes.row, nodes.block_quote, nodes.definition_list_item, nodes.Admonition)
    ):
        scope = scope.parent
    return any(map(_is_citation, (scope or block).findall()))


def _is_citation(node: nodes.Node) -> bool:
    """Return whether a node says where something is from; an issue or a manual has no entry in the bibliography."""
    return (
        isinstance(node, (nodes.citation_reference, nodes.footnote_reference))
        or (isinstance(node, addnodes.pending_xref) and node.get("refdomain") == "cite")
        or (isinstance(node, nodes.reference) and "://" in node.get("refuri", ""))
    )


def is_no_prose(node: nodes.Node, cited: bool) -> bool:
    """Return whether a part of a block is a formula, code, a citation, glued, or quoted in a block that cites."""
    skipped = (nodes.literal, nodes.math, nodes.raw, nodes.label, PendingGlueReference)
    classes = getattr(node, "attributes", {}).get("classes", ())
    return (
        isinstance(node, skipped)
        or (_is_citation(node) and not isinstance(node, nodes.reference))  # the text of a link is prose
        or (isinstance(node, addnodes.pending_xref) and not node.get("refexplicit"))
        or (isinstance(node, nodes.reference) and "://" in node.astext())
        or "pasted-text" in classes
        or ("quoted" in classes and cited)
    )


def prose(block: nodes.Node, cited: bool) -> str:
    """Return the text of a block, with ``HIDDEN`` for what a number may stand in."""
    if isinstance(block, nodes.Text):
        return block.astext()
    return "".join(HIDDEN if is_no_prose(child, cited) else prose(child, cited) for child in block.children)


def texts(doctree: nodes.document) -> Iterator[tuple[nodes.Element, str]]:
    """Yield each block of prose with its text, and the alternative texts; what cells put out is computed."""
    no_blocks = (nodes.Inline, nodes.FixedTextElement, nodes.label, nodes.comment)
    for block in doctree.findall(nodes.TextElement):
        computed = not isinstance(block, nodes.caption) and _within_output(block)
        if not isinstance(block, no_blocks) and not computed:
            yield block, prose(block, cites(block))
    told = set()
    for image in doctree.findall(nodes.image):
        if image.get("alt") and image["alt"] not in told:  # twins have the same text
            told.add(image["alt"])
            yield image, image["alt"]


def _within_output(node: nodes.Node | None) -> bool:
    while node is not None:
        if getattr(node, "attributes", {}).get("nb_element") == "cell_code_output":
            return True
        node = node.parent
    return False


def check(app: Sphinx, doctree: nodes.document) -> None:
    """Warn about the typed numbers of a page that was read."""
    if app.config.language != FIRST:
        return  # a translation has the numbers of its original (catalogues.py), and other words
    page = app.env.docname
    source = Path(app.env.doc2path(page)).read_text(encoding="utf-8")
    own = cells(source)
    if page.startswith("reference/") or not (own or page.startswith(BOOK)):
        return
    known = {value for cell in own for value in literals(cell)}
    for other in {node.refdoc for node in doctree.findall(PendingGlueReference)} - {page}:
        file = Path(app.env.doc2path(other))
        if file.is_file():  # else MyST-NB tells that there is no such page
            known |= {value for cell in cells(file.read_text(encoding="utf-8")) for value in literals(cell)}
            app.env.note_dependency(str(file))
    lines = source.splitlines()
    for block, text in texts(doctree):
        for number in numbers(text):
            if allowed(number, known) or (_YEAR.fullmatch(number.text) and cites(block)):
                continue
            begin = max(block.line or 1, 1)
            there = re.compile(rf"(?<![\w.]){re.escape(number.text.split()[0])}(?!\d)")
            line = next((n for n, line in enumerate(lines[begin - 1 :], begin) if there.search(line)), begin)
            _log.warning(
                "the number %s is typed: glue it from a claim, or let it stand in a cell of this page; what a reader "
                "is to type goes in backticks, what a source says in [%s]{.quoted} beside its citation or link",
                number.text,
                number.text,
                location=(page, line),
                type="gradlab",
                subtype="typed-number",
            )


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at each page once it is read."""
    app.connect("doctree-read", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
