"""Claims: sentences with a measured value and a bound, that fail where they are false."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from gradlab import _check, _display

__all__ = ["MIME", "Claim", "ClaimError", "claim"]

MIME = "application/vnd.gradlab.claim+json"
"""The type under which a notebook's output holds a claim as a record, for scripts to read."""


class ClaimError(AssertionError):
    """A claim whose measured value lies outside its bound.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.claim("steep", "The slope of tanh exceeds 1 somewhere", gl.tanh.derivative(0), above=1)
    Traceback (most recent call last):
    gradlab.claims.ClaimError: the claim 'steep' is false: The slope of tanh exceeds 1 somewhere: measured 1, claimed > 1
    """


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
    states
        True where that source states what is tested, False where it is about the same subject.
    budget
        The words of the statement that say how far was tried, or None.
    identity
        True where the statement is one of mathematics, and the measurement checks only its arithmetic.
    survived
        The name of the longer trial that the statement has survived, or None.
    holds
        Whether the value lies within the bound. Only where a page of the book is run in a browser is there a claim
        that does not hold; elsewhere it is an error.

    Examples
    --------
    >>> import gradlab as gl
    >>> made = gl.claim("steepest", "The slope of tanh is at most 1", gl.tanh.derivative(0), equals=1)
    >>> made.value, made.bound
    (1.0, '= 1')
    """

    key: str
    text: str
    value: float
    bound: str
    cite: str | None = None
    states: bool = False
    budget: str | None = None
    identity: bool = False
    survived: str | None = None
    holds: bool = True

    _kind_: ClassVar[str] = "claim"

    def __str__(self) -> str:
        return f"{self._mark} {self.text}: {self.value:.4g} ({self.bound})"

    __repr__ = __str__

    @property
    def _mark(self) -> str:
        return "✓" if self.holds else "✗"

    def record(self) -> dict[str, Any]:
        """Return all that is known of the claim, in types that JSON knows.

        Returns
        -------
        dict
            The parameters, and ``shown``: what was measured and claimed, in words.
        """
        return {**asdict(self), "shown": f"measured {self.value:.4g}, claimed {self.bound}"}

    def _repr_html_(self) -> str:
        import html  # which only notebooks want

        return (
            f'<div class="gl-claim" id="claim-{self.key}"><span class="gl-claim-tick" aria-hidden="true">{self._mark}</span> '
            f'<span class="gl-claim-text">{html.escape(self.text)}</span> '
            f'<span class="gl-claim-value">measured {self.value:.4g}, claimed {html.escape(self.bound)}</span></div>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {
            "text/plain": repr(self.value),  # the number alone, so that text can take it up ("glue") and format it
            "text/html": self._repr_html_(),
            MIME: asdict(self),
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
    states: bool = False,
    budget: str | None = None,
    identity: bool = False,
    survived: str | None = None,
) -> Claim:
    """Check a statement against what was measured, and show it.

    A notebook and the book show a badge and glue the value to the key, for the text to take up. A terminal with
    IPython shows the sentence. Elsewhere the returned `Claim` prints itself.

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
    states
        Whether that source states what is tested; otherwise it is about the same subject.
    budget
        The words of ``text`` that say how far was tried: ``"in 300 steps"``. A statement that something does not
        happen, or why something happens, says no more than was tried.
    identity
        Whether the statement is one of mathematics: the measurement then checks its arithmetic, and no longer trial
        could overturn it.
    survived
        The name of a longer trial, kept elsewhere, that the statement has survived: in the book an entry of the long
        run.

    Returns
    -------
    Claim
        The checked claim.

    Raises
    ------
    ClaimError
        If the value lies outside the bound, or is nan; the message names claim, value and bound.
    ValueError
        If there is no bound, both kinds of bound, the key is malformed, the budget does not stand in the text, or
        ``states`` has no source.
    TypeError
        If the value is not one number.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.claim("largest-slope", "The slope of sigmoid is at most a quarter", gl.sigmoid.derivative(0), equals=0.25)
    ✓ The slope of sigmoid is at most a quarter: 0.25 (= 0.25)
    """
    if not isinstance(key, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
        raise ValueError(f"key must be lower-case words joined by hyphens, such as 'sigmoid-vanishes', not {key!r}")
    measured = _one_number(key, value)
    if (equals is None) == (below is None and above is None):
        raise ValueError(f"claim {key!r} needs below, above or both, or else equals")
    if within and equals is None:
        raise ValueError(f"claim {key!r} has within={within!r} but no equals for it to go with")
    if equals is not None:
        equals = _check.real(f"equals of claim {key!r}", int(equals) if isinstance(equals, bool) else equals)
        within = _check.real("within", within, least=0)
        holds = abs(measured - equals) <= within
        bound = f"= {equals:g}" + (f" ± {within:g}" if within else "")
    else:
        holds, bound = _between(key, measured, above, below)
    _check_grounds(key, text, cite, states, budget)
    display = _display.current()
    if not holds and not (display and display.goes_on):
        raise ClaimError(f"the claim {key!r} is false: {text}: measured {measured:.6g}, claimed {bound}")
    made = Claim(key, text, measured, bound, cite, bool(states), budget, bool(identity), survived, bool(holds))
    if display:
        display.show(made)
    return made


def _check_grounds(key: str, text: str, cite: str | None, states: bool, budget: str | None) -> None:
    """Refuse what a claim says of its grounds and what does not fit the rest of it."""
    if budget is not None and (not budget or budget not in text):
        raise ValueError(f"the budget of claim {key!r} must be words of its text: {budget!r} is not in {text!r}")
    if states and cite is None:
        raise ValueError(f"claim {key!r} has states=True but no cite for the source that states it")


def _one_number(key: str, value: Any) -> float:
    """Return the value of a claim, if it is one."""
    try:
        array = np.asarray(value)
    except ValueError:  # a list of lists of different lengths
        array = np.empty(0)
    if array.size != 1 or array.dtype.kind not in "fiub":
        raise TypeError(f"the value of claim {key!r} must be one number, not {value!r:.80}")
    return float(array.reshape(()))


def _between(key: str, measured: float, above: float | None, below: float | None) -> tuple[bool, str]:
    """Return whether a value lies strictly between the bounds, and the bounds as text."""
    holds, said = True, []
    if above is not None:
        above = _check.real(f"above of claim {key!r}", above)
        holds = measured > above
        said.append(f"> {above:g}")
    if below is not None:
        below = _check.real(f"below of claim {key!r}", below)
        holds = holds and measured < below
        said.append(f"< {below:g}")
    return holds, " and ".join(said)
