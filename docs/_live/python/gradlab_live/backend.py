"""Matplotlib's backend of live cells: what ``plt.show()`` shows goes to the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

listeners: list[Callable[[], None]] = []


class FigureManager(FigureManagerBase):
    """Shows all open figures at once."""

    @classmethod
    def pyplot_show(cls, *_: Any, **__: Any) -> None:
        """Tell who listens."""
        for listener in listeners:
            listener()


class FigureCanvas(FigureCanvasAgg):
    """Draws as Agg does."""

    manager_class = FigureManager
