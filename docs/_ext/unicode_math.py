"""A short formula in letters, for where no formula can be set: a slide, the description of a picture, a title."""

from __future__ import annotations

import html
import re
import unicodedata
from xml.etree import ElementTree

from math_core import LatexError, LatexToMathML
from mathml import MACROS

_UP = str.maketrans("0123456789+-−=()ni⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵀ")
_DOWN = str.maketrans("0123456789+-−=()ijaeox", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ᵢⱼₐₑₒₓ")
_NAMED = re.compile(r"&(?!lt;|gt;|amp;|#)\w+;")  # entities of HTML, which XML does not know
_SPACED = set("=<>≤≥≈≠+−·⋅×→←∈∼~")
_APPLIED = "\N{FUNCTION APPLICATION}"  # stands unseen between a function and its brackets


def in_unicode(tex: str) -> str:
    """Return a formula of LaTeX as plain text, itself where it is none."""
    try:
        mathml = LatexToMathML(macros=MACROS, annotation=False).convert_with_local_state(tex, displaystyle=False)
    except LatexError:
        return tex
    return " ".join(_text(ElementTree.fromstring(_NAMED.sub(lambda found: html.unescape(found[0]), mathml))).split())


def _text(node: ElementTree.Element) -> str:
    name = node.tag.rpartition("}")[2]
    parts = [_text(child) for child in node]
    if name in {"msup", "munder", "mover"}:
        return parts[0] + _raised(parts[1], _UP, "^")
    if name == "msub":
        return parts[0] + _raised(parts[1], _DOWN, "_")
    if name in {"msubsup", "munderover"}:
        return parts[0] + _raised(parts[1], _DOWN, "_") + _raised(parts[2], _UP, "^")
    if name == "mfrac":
        return f"{_held(parts[0])}/{_held(parts[1])}"
    if name == "msqrt":
        return f"√{_held(''.join(parts))}"
    text = (node.text or "").replace(_APPLIED, "")
    if name == "mi":
        text = unicodedata.normalize("NFKC", text)  # the double-struck E of an expectation: few fonts have it
    if name == "mo" and text.strip() in _SPACED:
        return f" {text.strip()} "
    return text + "".join(parts) + (" " if name == "mspace" else "")


def _raised(text: str, table: dict[int, int], mark: str) -> str:
    """Return an index or a power in small letters, or behind its mark where these are lacking."""
    text = text.replace(" ", "")
    if text.strip("′″‴") == "":
        return text
    return text.translate(table) if all(ord(sign) in table for sign in text) else f"{mark}{_held(text)}"


def _held(text: str) -> str:
    """Return a text in brackets unless it is one word."""
    return text if text.replace(".", "").isalnum() and len(text) < 4 else f"({text.strip()})"
