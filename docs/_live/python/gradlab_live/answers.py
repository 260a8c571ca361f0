"""Whether an answer to an exercise is right, by the bound that the claim of its solution has."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

DIGITS = 4  # of a number that is not whole: who rounds the fourth digit has found it
# what is said; a page in another language says it with its own words (docs/_live/js/spoken.js)
WORDS = {
    "none": "{name} has no value yet.",
    "kind": "{name} is to be one number; it is {kind}.",
    "right": "{name} is right.",
    "wrong": "{name} is not right yet.",
}
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_EQUALS = re.compile(rf"= ({_NUMBER})(?: ± ({_NUMBER}))?")
_ABOVE, _BELOW = re.compile(rf"> ({_NUMBER})"), re.compile(rf"< ({_NUMBER})")


def allowed(bound: str) -> tuple[float, float, bool]:
    """Return the least and the largest value that a bound allows, and whether they themselves are allowed.

    Examples
    --------
    >>> allowed("> 0.5 and < 1"), allowed("= 3 ± 0.5")
    ((0.5, 1.0, False), (2.5, 3.5, True))
    """
    if found := _EQUALS.fullmatch(bound):
        value, within = float(found[1]), float(found[2] or 0)
        if value != int(value):
            within = max(within, 0.5 * 10 ** (math.floor(math.log10(abs(value))) - DIGITS + 1))
        return value - within, value + within, True
    above, below = _ABOVE.search(bound), _BELOW.search(bound)
    if not above and not below:
        raise ValueError(f"no bound of a claim: {bound!r}")
    return float(above[1]) if above else -math.inf, float(below[1]) if below else math.inf, False


def fits(value: float, bound: str) -> bool:
    """Return whether a number lies within the bound of a claim.

    Examples
    --------
    >>> fits(3466, "= 3466"), fits(3465, "= 3466"), fits(1.609, "= 1.60944 ± 1e-12"), fits(float("nan"), "< 1")
    (True, False, True, False)
    """
    least, largest, themselves = allowed(bound)
    return least <= value <= largest if themselves else least < value < largest


def number(value: Any) -> float | None:
    """Return one number, None for what is none."""
    try:
        return float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError):
        return None


def judged(namespace: Mapping[str, Any], bounds: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return of each name whether what stands under it is right, and a sentence that does not give the answer away."""
    found = []
    for name, bound in bounds.items():
        value, kind = namespace.get(name), ""
        if value is None or value is ...:
            verdict = "none"
        elif (one := number(value)) is None:
            verdict, kind = "kind", type(value).__name__
        else:
            verdict = "right" if fits(one, bound) else "wrong"
        words, values = WORDS[verdict], {"name": name, "kind": kind}
        found.append(
            {
                "name": name,
                "right": verdict == "right",
                "said": words.format(**values),
                "words": words,
                "values": values,
            }
        )
    return found
