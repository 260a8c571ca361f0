"""Numbers as in print: 3.1 × 10⁻⁶ rather than 3.1e-06."""

from __future__ import annotations

import math

from gradlab import _check

__all__ = ["number"]

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PLAIN = (1e-3, 1e4)  # what lies between is written without a power of ten


def number(value: float, *, digits: int = 2) -> str:
    """Return a number as in print, for labels of drawings and the sentences of `frames`.

    Parameters
    ----------
    value
        The number; inf and nan are written so.
    digits
        Its significant digits, at least 1. The digits before the point are all kept: 1234, not 1200.

    Returns
    -------
    str
        Plain between 0.001 and 10,000, otherwise with a power of ten, all of it on one line.

    Raises
    ------
    TypeError
        If the value is no number, or ``digits`` no whole number.
    ValueError
        If ``digits`` is below 1.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.plots.number(0.1234), gl.plots.number(1234.5), gl.plots.number(3.14e-6).split()
    ('0.12', '1234', ['3.1', '×', '10⁻⁶'])
    """
    digits = _check.whole("digits", digits, least=1)
    try:
        value = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"value must be a number, not {_check.short(value)}") from None
    if not math.isfinite(value):
        return in_print(str(value))
    if value and not PLAIN[0] <= abs(value) < PLAIN[1]:
        return in_print(f"{value:.{digits - 1}e}")
    return in_print(f"{value:.0f}" if abs(value) >= 10**digits - 0.5 else f"{value:.{digits}g}")


def in_print(text: str) -> str:
    """Return a number that Python has formatted, as in print."""
    mantissa, _, exponent = text.replace("-", "−", text.startswith("-")).partition("e")
    if not exponent:
        return mantissa
    power = f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    space = "\N{NO-BREAK SPACE}"
    return power if mantissa == "1" else f"{mantissa}{space}×{space}{power}"
