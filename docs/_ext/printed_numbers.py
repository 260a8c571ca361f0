"""How the book prints numbers, as text: ``2e-06`` as 2 × 10⁻⁶, ``42%`` as 42 %, a bound on its safe side.

Apart from _ext/glued_numbers.py, whose half without Sphinx this is, the live cells of a page use it in the reader's browser:
a number that follows a run is printed as the build printed it. So this needs nothing but Python.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

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
EXACT = re.compile(r"(?i)\b(?:within|at\s+most|at\s+least|up\s+to|no\s+\w+\s+than)\s+$")
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


def glued(value: float, spec: str, sign: int = 0, strict: bool = True) -> str:
    """Return a glued number: in its format, on the side that its sentence asks for, as the book prints numbers."""
    return printed(away(value, spec, sign, strict)) if spec else printed(repr(float(value)))


def measured(value: float) -> str:
    """Return what was measured, as cards and the ledger have it."""
    return all_printed(f"{value:.4g}")


def unbroken(text: str) -> str:
    """Return a number or a bound that no line breaks, but at "and" and before ±: a phone is narrow."""
    fixed = text.replace(" ", FIXED)
    return fixed.replace(f"{FIXED}and{FIXED}", " and ").replace(f"{FIXED}±", " ±")
