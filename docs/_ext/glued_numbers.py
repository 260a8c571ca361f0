"""Print a glued number as the book prints numbers, and a bound on its safe side.

``2e-06`` becomes 2 × 10⁻⁶, ``42%`` 42 %, ``-1`` −1. After "within", "at most", "under", "at least", "over" and their like
a number is not rounded to nearest but away from the claim: "at most 0.0249" to two places is 0.03, not 0.02.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from docutils import nodes
from myst_nb.core.variables import format_plain_text
from myst_nb.ext.glue.crossref import read_glue_cache
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

_COMPARED = "more|less|fewer|larger|greater|smaller|higher|lower|further|farther|later|earlier|longer|shorter"
_NEGATED = r"\b(?:no|not|never|none|nowhere)\s+(?:\w+\s+){0,3}?"
_UP = r"within|at\s+most|up\s+to|under|below|(?:less|fewer|smaller|lower)\s+than"
_DOWN = r"at\s+least|over|above|(?:more|larger|greater|higher)\s+than"
_BEYOND = r"(?:more|larger|greater|higher|further|farther)\s+than|above|over"
_SHORT = r"(?:less|fewer|smaller|lower)\s+than|below|under"
_LEAD = r"\s+(?:about\s+|the\s+)?$"
# the negated ones first: "never further than" bounds from above
_BOUNDS = (
    (re.compile(rf"(?i){_NEGATED}(?:{_BEYOND}){_LEAD}"), 1),
    (re.compile(rf"(?i){_NEGATED}(?:{_SHORT}){_LEAD}"), -1),
    (re.compile(rf"(?i)\b(?:{_UP}){_LEAD}"), 1),
    (re.compile(rf"(?i)\b(?:{_DOWN}){_LEAD}"), -1),
)
_EXACT = re.compile(r"(?i)\b(?:within|at\s+most|at\s+least|up\s+to|no\s+\w+\s+than)\s+$")
FIXED = "\N{NO-BREAK SPACE}"  # no line ends between a number and its unit
_POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PRINTED = re.compile(r"(?P<mantissa>-?[\d,]*\.?\d+)(?:e(?P<exponent>[-+]\d+))?(?P<percent>%)?")

_NUMERAL = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?(?![\w.])")


def side(before: str) -> int:
    """Return 1 where the words before a number bound from above, -1 where from below, 0 where they bound nothing."""
    return next((sign for pattern, sign in _BOUNDS if pattern.search(before)), 0)


def away(value: float, spec: str, sign: int, strict: bool) -> str:
    """Return a value in a format, rounded up (1), down (-1) or to nearest (0); ``strict``: never to the value itself."""
    text = format(value, spec)
    found = _PRINTED.fullmatch(text.strip())
    if not sign or found is None or not math.isfinite(value):
        return text
    shown = Decimal(found["mantissa"].replace(",", "")).scaleb(
        int(found["exponent"] or 0) - (2 if found["percent"] else 0)
    )
    gap = shown - Decimal(value)
    small = abs(Decimal(value)) * Decimal("1e-9")  # what is rounding in the measurement is no side
    if sign * gap > small or (abs(gap) <= small and not strict):
        return text
    places = len(found["mantissa"].partition(".")[2])
    unit = Decimal(1).scaleb(-places + int(found["exponent"] or 0) - (2 if found["percent"] else 0))
    return format(float(shown + sign * unit), spec)


def printed(text: str) -> str:
    """Return a formatted number as the book prints it."""
    found = _PRINTED.fullmatch(text.strip())
    if found is None:
        return text
    shown = found["mantissa"].replace("-", "−")
    if found["exponent"]:
        power = str(int(found["exponent"])).translate(_POWERS)
        shown = f"{shown}{FIXED}×{FIXED}10{power}" if shown != "1" else f"10{power}"
    return shown + (f"{FIXED}%" if found["percent"] else "")


def all_printed(text: str) -> str:
    """Return a text with each number in it as the book prints it: ``"< 1e-05"`` as < 10⁻⁵."""
    return _NUMERAL.sub(lambda found: printed(found[0]), text)


def _before(node: nodes.Node) -> str:
    """Return the words of the block before a node."""
    block = node.parent
    while isinstance(block, nodes.Inline) and block.parent is not None:
        block = block.parent
    text = []
    for child in block.findall():
        if child is node:
            break
        if isinstance(child, nodes.Text):
            text.append(child.astext())
        elif isinstance(child, PendingGlueReference):
            text.append("\ue000")
    return " ".join("".join(text)[-80:].split()) + " " if text and text[-1][-1:].isspace() else ""


class PrintGluedNumbers(SphinxPostTransform):
    """Take the place of MyST-NB's own transform where a number is glued as text."""

    default_priority = 4  # MyST-NB's is 5

    def apply(self, **_: object) -> None:
        """Print each number that is glued."""
        texts = []
        for node in self.document.findall(PendingGlueReference):
            output = read_glue_cache(self.env.mystnb_config.output_folder, node.refdoc).get(node.key, {})
            plain = output.get("data", {}).get("text/plain")
            if node.gtype == "text" and plain is not None:
                try:
                    text = self._text(node, plain)
                except (TypeError, ValueError):  # MyST-NB tells what is wrong with it
                    continue
                texts.append((node, text))
        for node, text in texts:
            node.replace_self(nodes.inline(text, text, classes=["pasted-text"]))

    def _text(self, node: PendingGlueReference, plain: str) -> str:
        spec = node["fmt_spec"]
        try:
            value = float(plain)
        except ValueError:
            return str(format_plain_text(plain, spec))
        if not spec:
            return printed(plain)
        before = _before(node)
        return printed(away(value, spec, side(before), not _EXACT.search(before)))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_post_transform(PrintGluedNumbers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
