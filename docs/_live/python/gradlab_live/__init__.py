"""The half of live cells that reasons about code and runs it: the same in the browser's Pyodide and in any Python."""

from typing import Any


def __getattr__(name: str) -> Any:
    """Return the session, which needs gradlab and NumPy; reading code needs neither."""
    if name == "Session":
        from gradlab_live.session import Session

        return Session
    raise AttributeError(name)
