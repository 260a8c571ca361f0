"""Where claims and figures of frames are shown: a notebook, a terminal with IPython, or a page of the book that runs them.

What can be shown has a kind, a record in plain types and IPython's bundle; a display takes it from there. IPython's two
are found by themselves; whoever runs code elsewhere says where with `shown_on`.
"""

from __future__ import annotations

import contextlib
import contextvars
import sys
from collections.abc import Iterator
from typing import Any, ClassVar, Protocol


class Shown(Protocol):
    """What a display can show: a claim or a figure of frames."""

    _kind_: ClassVar[str]
    """``"claim"`` or ``"frames"``."""

    def record(self) -> dict[str, Any]:
        """Return all there is to show, in types that JSON knows."""
        ...

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any: ...


class Display(Protocol):
    """Where things are shown."""

    goes_on: bool
    """Whether a false claim is shown like a true one, and the code after it runs; otherwise it is an error."""

    drawings: int | None
    """How many drawings of one figure it waits for; None for all."""

    def show(self, shown: Shown) -> None:
        """Show something, now."""
        ...


class Notebook:
    """What IPython publishes to: the output of a cell."""

    goes_on = False
    drawings: int | None = None

    def show(self, shown: Shown) -> None:
        """Publish the bundle."""
        bundle = shown._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        ipython: Any = sys.modules["IPython"]
        ipython.display.publish_display_data(data, metadata)


class Terminal:
    """A terminal with IPython: of a bundle it would take the plain text, which for a claim is the number alone."""

    goes_on = False
    drawings: int | None = None

    def show(self, shown: Shown) -> None:
        """Print the sentence."""
        print(shown)


_chosen: contextvars.ContextVar[Display | None] = contextvars.ContextVar("display", default=None)


@contextlib.contextmanager
def shown_on(display: Display) -> Iterator[None]:
    """Show claims on this display, whatever else there is, in the code of a ``with``."""
    before = _chosen.set(display)
    try:
        yield
    finally:
        _chosen.reset(before)


def current() -> Display | None:
    """Return the display that was chosen, that of IPython where it runs, or None: a plain interpreter."""
    chosen = _chosen.get()
    ipython: Any = sys.modules.get("IPython")
    if chosen is not None or ipython is None or (shell := ipython.get_ipython()) is None:
        return chosen
    terminal: Any = sys.modules.get("IPython.terminal.interactiveshell")
    at_terminal = terminal is not None and isinstance(shell, terminal.TerminalInteractiveShell)
    return Terminal() if at_terminal else Notebook()
