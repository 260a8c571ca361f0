"""Claims: sentences with a measured value and a bound, that fail where they are false."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab import _check

MIME = "application/vnd.gradlab.claim+json"


class ClaimError(AssertionError):
    """A claim whose measured value lies outside its bound."""


@dataclass(frozen=True)
class Claim:
    """A statement that was checked.

    Parameters
    ----------
    key
        Its name: lower-case words joined by hyphens.
    text
        The statement, one sentence.
    value
        What was measured.
    bound
        What is allowed, as text: ``"< 1e-05"``.
    cite
        The key of a source in the book's bibliography, or None.
    """

    key: str
    text: str
    value: float
    bound: str
    cite: str | None = None

    def __str__(self) -> str:
        return f"✓ {self.text}: {self.value:.4g} ({self.bound})"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return (
            f'<div class="gl-claim" id="claim-{self.key}"><span class="gl-claim-tick" aria-hidden="true">✓</span> '
            f'<span class="gl-claim-text">{html.escape(self.text)}</span> '
            f'<span class="gl-claim-value">measured {self.value:.4g}, claimed {html.escape(self.bound)}</span></div>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {
            "text/plain": repr(self.value),  # the number alone, so that text can take it up ("glue") and format it
            "text/html": self._repr_html_(),
            MIME: {
                "key": self.key,
                "text": self.text,
                "value": self.value,
                "bound": self.bound,
                "cite": self.cite,
                "holds": True,
            },
        }
        return data, {"scrapbook": {"name": self.key, "mime_prefix": ""}}

    def _ipython_display_(self) -> None:
        """Do nothing: `claim` has shown it already, wherever in the cell it stood."""


def claim(
    key: str,
    text: str,
    value: Any,
    *,
    below: float | None = None,
    above: float | None = None,
    equals: float | None = None,
    within: float = 0.0,
    cite: str | None = None,
) -> Claim:
    """Check a statement against what was measured, and show it.

    In IPython (a notebook, the book) it shows a badge and glues the value to the key for the text; elsewhere the
    returned `Claim` prints itself.

    Parameters
    ----------
    key
        Its name: lower-case words and numbers joined by hyphens.
    text
        The statement, one sentence without a full stop.
    value
        What was measured: a number, or True or False.
    below, above
        The value must lie strictly below, above, or both.
    equals
        The value must equal this number, to ``within``.
    within
        How far from ``equals`` the value may be; 0 unless given.
    cite
        The key of a source in the book's bibliography.

    Returns
    -------
    Claim
        The checked claim.

    Raises
    ------
    ClaimError
        If the value lies outside the bound, or is nan; the message names claim, value and bound.
    ValueError
        If there is no bound, both kinds of bound, or the key is malformed.
    TypeError
        If the value is not one number.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.claim("largest-slope", "The slope of sigmoid is at most a quarter", gl.sigmoid.derivative(0), equals=0.25)
    ✓ The slope of sigmoid is at most a quarter: 0.25 (= 0.25)
    """
    import re

    if not isinstance(key, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
        raise ValueError(f"key must be lower-case words joined by hyphens, such as 'sigmoid-vanishes', not {key!r}")
    if np.size(value) != 1 or np.asarray(value).dtype.kind not in "fiub":
        raise TypeError(f"the value of claim {key!r} must be one number, not {value!r:.80}")
    measured = float(np.asarray(value).reshape(()))
    if (equals is None) == (below is None and above is None):
        raise ValueError(f"claim {key!r} needs below, above or both, or else equals")
    if within and equals is None:
        raise ValueError(f"claim {key!r} has within={within!r} but no equals for it to go with")
    if below is not None:
        below = _check.real(f"below of claim {key!r}", below)
    if above is not None:
        above = _check.real(f"above of claim {key!r}", above)
    if equals is not None:
        equals = _check.real(f"equals of claim {key!r}", int(equals) if isinstance(equals, bool) else equals)
        within = _check.real("within", within, least=0)
        holds = abs(measured - equals) <= within
        bound = f"= {equals:g}" + (f" ± {within:g}" if within else "")
    else:
        holds = (below is None or measured < below) and (above is None or measured > above)
        bound = " and ".join(
            [*([f"> {above:g}"] if above is not None else []), *([f"< {below:g}"] if below is not None else [])]
        )
    if not holds:
        raise ClaimError(f"the claim {key!r} is false: {text}: measured {measured:.6g}, claimed {bound}")
    made = Claim(key, text, measured, bound, cite)
    _show(made)
    return made


def _show(made: Claim) -> None:
    """Show a claim where there is an IPython to show it in."""
    ipython: Any = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        data, metadata = made._repr_mimebundle_()
        ipython.display.publish_display_data(data, metadata)
