"""What CI has no time for: one more of a kind, of which it tries another. `nox -s weekly` and the weekly workflow try all."""

from __future__ import annotations

from typing import Any

import pytest


def once_a_week(*values: Any) -> list[Any]:
    """Return further values of a test's parameter."""
    return [pytest.param(value, marks=pytest.mark.weekly) for value in values]
