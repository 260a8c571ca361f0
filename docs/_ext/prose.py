"""What a node says, as plain text: for descriptions of pages and for the search, which show prose and no source.

Formulas (those in what is said of a figure too) become what a reader would type (10⁻⁶, σ(2z), 1/√n), written from the MathML
that the page shows. Code, drawings, buttons and folds are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from xml.etree import ElementTree

from docutils import nodes
from html_elements import element
from math_core import LatexError
from mathml import converter
from page_order import hidden_whole, is_cell
from sphinx import addnodes

# What stands on a page and is no prose. Elements of our own (folds, forms, buttons) are looked into by name below.
_SILENT = (
    *(nodes.Invisible, nodes.raw, nodes.literal_block, nodes.doctest_block, nodes.math_block, nodes.image),
    *(nodes.title, nodes.rubric, nodes.label, addnodes.desc_signature, addnodes.toctree, addnodes.productionlist),
)
# Elements of HTML that hold text of the page, and no word of its furniture.
_SPEAKING = {
    "aside",
    "div",
    "figure",
    "figcaption",
    "li",
    "ol",
    "p",
    "section",
    "span",
    "table",
    "tbody",
    "td",
    "tr",
    "ul",
}
_FURNITURE = {"gl-checked-head", "gl-claim-cite", "gl-claim-grounds", "gl-claim-measured", "gl-claim-bound"}
_FURNITURE |= {
    "gl-facts",
    "gl-bench",
    "gl-gallery-filter",
    "gl-ledger",
    "gl-ledger-page",
    "headerlink",
    "sd-summary-title",
}

_RAISED = str.maketrans("0123456789+-−()niTk′", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿⁱᵀᵏ′")
_LOWERED = str.maketrans("0123456789+-−()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SPACED = set("=<>≤≥≈∼~↦→←+−×·∈")
_ENTITY = re.compile(r"&(?!lt;|gt;|amp;|quot;)\w+;")  # HTML's own, which XML does not know
_SIGN = re.compile(r"(^|[(\[^]|[=<>≤≥≈∼,] )([−+]) ")  # before a number; between two numbers it keeps its spaces
_SPACES = re.compile(r"\s+")
_BEFORE_POINT = re.compile(r"\s+([.,;:!?)])")


def _shifted(text: str, table: dict[int, int], mark: str) -> str:
    """Return an exponent or an index in small characters where there are such, else behind a mark."""
    text = text.replace(" ", "")
    if all(ord(character) in table for character in text):
        return text.translate(table)
    return mark + (text if len(text) == 1 else f"({text})")


def _grouped(text: str) -> str:
    return text if re.fullmatch(r"\w+|√\w+", text) else f"({text})"


def _linear(node: ElementTree.Element) -> str:
    """Return a part of a formula on one line."""
    tag = node.tag.rpartition("}")[2]
    if tag in {"annotation", "mspace"}:
        return " " if tag == "mspace" and node.get("width") else ""
    parts = [_linear(child) for child in node]
    if tag in {"msup", "mover"}:
        return parts[0] + _shifted(parts[1], _RAISED, "^")
    if tag in {"msub", "munder"}:
        return parts[0] + _shifted(parts[1], _LOWERED, "_")
    if tag in {"msubsup", "munderover"}:
        return parts[0] + _shifted(parts[1], _LOWERED, "_") + _shifted(parts[2], _RAISED, "^")
    if tag == "mfrac":
        return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    if tag == "msqrt":
        return "√" + _grouped("".join(parts))
    text = "".join(parts) or (node.text or "")
    if tag == "mi":
        return unicodedata.normalize("NFKC", text)  # the double-struck E of an expectation: few fonts have it
    if tag == "mo":
        return f" {text} " if text in _SPACED else ", " if text == "," else text
    return text


@cache
def formula(tex: str) -> str | None:
    """Return a formula as plain text, or None if it is none."""
    try:
        mathml = converter().convert_with_local_state(tex, displaystyle=False)
    except LatexError:
        return None  # mathml.py has warned
    written = ElementTree.fromstring(_ENTITY.sub(lambda entity: unescape(entity[0]), mathml))
    text = re.sub("\N{FUNCTION APPLICATION}(?! )(?=\\w)", " ", _linear(written))
    text = _SPACES.sub(" ", re.sub("[\N{FUNCTION APPLICATION}\N{INVISIBLE TIMES}]", "", text)).strip()
    return _SIGN.sub(r"\1\2", text)


def _pieces(node: nodes.Node, apart: Callable[[nodes.Node], bool]) -> Iterator[str]:
    """Yield the text of a node's children, with a line break before and after each block."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield _SPACES.sub(" ", child.astext())
        elif isinstance(child, nodes.math):
            yield formula(child.astext()) or "…"
        elif isinstance(child, nodes.Element) and not silent(child) and not apart(child):
            inline = isinstance(child, nodes.Inline) or (isinstance(child, element) and child["tag"] in {"span", "a"})
            yield "" if inline else "\n"
            yield from _pieces(child, apart)
            yield "" if inline else "\n"


def silent(node: nodes.Element) -> bool:
    """Return whether a node is none of the page's prose."""
    if isinstance(node, _SILENT) or _FURNITURE.intersection(node.get("classes", ())):
        return True
    if isinstance(node, element) and node["tag"] not in _SPEAKING:
        return True
    if is_cell(node) and hidden_whole(node):  # the solution of an exercise
        return True
    return isinstance(node, nodes.entry) and not re.search(r"[^\W\d_]", node.astext())  # a number of a table


def tidy(text: str) -> str:
    """Return text with single spaces, and a line for each block."""
    lines = (_BEFORE_POINT.sub(r"\1", _SPACES.sub(" ", line)).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _nowhere(node: nodes.Node) -> bool:
    return False


def words(node: nodes.Node, apart: Callable[[nodes.Node], bool] = _nowhere) -> str:
    """Return what the children of a node say, a line for each block; nothing of those that are kept apart."""
    return tidy("".join(_pieces(node, apart)))


def line(node: nodes.Node) -> str:
    """Return what the children of a node say on one line: of a title, a term, a caption."""
    return " ".join(words(node).split("\n"))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; what does not end as a sentence does is left out."""
    found = re.findall(r"\S.*?[.!?][”’\"')]*(?=\s+[^\sa-z]|\s*$)", text, re.MULTILINE)
    return [sentence.strip() for sentence in found]
