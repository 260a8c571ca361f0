"""Names of lines at their ends, where the eye looks for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D

from gradlab import _check
from gradlab.plots.looks import check_axes

__all__ = ["label_ends"]


def label_ends(ax: Axes, *, gap: float = 1.15) -> Axes:
    """Write each line's label beside its right end instead of a legend, moved apart where labels would overlap.

    Call it last, when limits, scales and aspect are set. The end of a line is its last point within the limits of the
    x axis; where that lies above or below the axes, the label stands at their edge.

    Parameters
    ----------
    ax
        The axes whose labelled lines get their names.
    gap
        Smallest distance between two labels, in lines of text; above 0.

    Returns
    -------
    Axes
        The same ``ax``.

    Raises
    ------
    TypeError
        If ``ax`` is no Axes.
    ValueError
        If the gap is not above 0.

    Examples
    --------
    >>> import gradlab as gl
    >>> from matplotlib.figure import Figure
    >>> ax = gl.plots.functions(Figure().add_subplot(), ["relu", "tanh"])
    >>> [text.get_text() for text in gl.plots.label_ends(ax).texts]
    ['tanh', 'relu']
    """
    check_axes(ax)
    gap = _check.real("gap", gap, above=0)
    ax.apply_aspect()  # which Matplotlib does when it draws: the height of the axes is wanted now
    lines = [line for line in ax.get_lines() if not str(line.get_label()).startswith("_")]
    found = [(line, _end(ax, line)) for line in lines]
    ends = sorted(((line, y) for line, y in found if y is not None), key=lambda pair: pair[1])
    if not ends:
        return ax
    font = float(FontProperties(size="small").get_size_in_points())
    high = ax.get_window_extent().height * 72 / ax.figure.dpi
    step = gap * font / high
    for (line, y), place in zip(ends, _apart([y for _, y in ends], step), strict=True):
        _write(ax, line, y, place, moved=abs(place - y) > step / 3)
    return ax


def _end(ax: Axes, line: Line2D) -> float | None:
    """Height of a line at its right end, as a share of the axes from 0 to 1; None where no point can be seen."""
    x, y = (np.asarray(part, dtype=float) for part in line.get_data())
    seen = line.get_transform().transform(np.stack([x, y], axis=1))
    across, up = ax.transAxes.inverted().transform(seen).T
    good = np.isfinite(x) & np.isfinite(y) & np.isfinite(across) & (across > -1e-9) & (across < 1 + 1e-9)
    if not good.any():
        return None
    return float(np.clip(up[good][np.argmax(across[good])], 0, 1))


def _apart(places: list[float], step: float) -> list[float]:
    """Move ascending places as little as possible, in squares, so that none is nearer to the next than a step."""
    groups: list[tuple[float, int]] = []  # neighbours that touch: their common level, and how many they are
    for index, place in enumerate(places):
        mean, many = place - index * step, 1  # without the steps, what has to ascend
        while groups and groups[-1][0] > mean:
            before, others = groups.pop()
            mean, many = (before * others + mean * many) / (others + many), others + many
        groups.append((mean, many))
    level = [mean for mean, many in groups for _ in range(many)]
    return [place + index * step for index, place in enumerate(level)]


def _write(ax: Axes, line: Line2D, y: float, place: float, *, moved: bool) -> None:
    """Write a line's label at a height, with a thin line to its end where it had to move."""
    arrow: dict[str, Any] = {"arrowstyle": "-", "color": line.get_color(), "linewidth": 0.6, "shrinkA": 1, "shrinkB": 0}
    ax.annotate(
        str(line.get_label()),
        xy=(1, y),
        xytext=(1.03, place),
        xycoords="axes fraction",
        textcoords="axes fraction",
        color=line.get_color(),
        fontsize="small",
        va="center",
        annotation_clip=False,
        arrowprops=arrow if moved else None,
    )
