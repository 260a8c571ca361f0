"""The drawing of a figure for a phone: narrow, its panels one above the other.

The book's kernels draw each figure so a second time (docs/_ipython/narrow_figures_config.py), and live cells on a phone draw
it so at once. What is changed of a figure is undone when it has been drawn.
"""

from __future__ import annotations

import contextlib
import textwrap
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

GLASS = 358 / 72  # a phone of 390 pixels leaves 358 for a figure; divided by the points of an inch
TEXT = 11  # pixels: no text on a phone is smaller
SMALL = 0.833  # Matplotlib's "small", the size of names and ticks, as a share of font.size
LOWEST = 1.5  # inches: a panel is at least so high
PAD = 0.03  # inches around the drawing
Place = Callable[[int, int], tuple[int, int]]  # of a panel, in another grid


@contextlib.contextmanager
def narrowed(figure: Any) -> Iterator[bool]:
    """Have a figure as a phone shows it; False is given where it is as narrow as that already, or empty."""
    from matplotlib import rcParams

    width = GLASS * SMALL * rcParams["font.size"] / TEXT
    if figure.get_figwidth() <= width or not figure.axes:
        yield False
        return
    with ExitStack() as undo:
        _stack(figure, width, undo)
        yield True


def _stack(figure: Any, width: float, undo: ExitStack) -> None:
    """Make the figure narrow, and say how to undo it."""
    heights = {axes: axes.get_window_extent().height / figure.dpi for axes in figure.axes}
    undo.callback(figure.set_size_inches, *figure.get_size_inches())
    rows, columns = _rearrange(figure, undo)
    panel = max(LOWEST, *heights.values())
    if all(axes.get_aspect() != "auto" for axes in figure.axes):
        panel = min(panel, 0.85 * width / columns)  # what keeps its shape is as high as its width lets it
    figure.set_size_inches(width, rows * (panel + 0.7))
    _move_legends(figure, undo)
    for axes in figure.axes:
        _wrap(axes, width / columns, undo)
    _lay_out(figure)
    # Names at the ends of lines stand apart by a share of the panel's height: it may not become less.
    less = [heights[axes] - axes.get_window_extent().height / figure.dpi for axes in figure.axes if axes.texts]
    if max(less, default=0) > 0.05 and all(axes.get_aspect() == "auto" for axes in figure.axes):
        figure.set_size_inches(width, figure.get_figheight() + rows * max(less))
        _lay_out(figure)
    undo.callback(figure.set_layout_engine, figure.get_layout_engine())
    figure.set_layout_engine("none")  # printing would do the same twice more
    for axes in figure.axes:
        _thin(axes, undo)


def _move_legends(figure: Any, undo: ExitStack) -> None:
    """Write below what stood right of the panels, or above them in one line."""
    from matplotlib.transforms import blended_transform_factory

    for legend in list(figure.legends):
        undo.callback(figure.legends.append, legend)
        figure.legends.remove(legend)
        below = figure.legend(**_entries(legend), loc="outside lower center", ncols=2, frameon=False)
        undo.callback(figure.legends.remove, below)
    for axes in figure.axes:
        legend = axes.get_legend()
        if legend is not None and legend.get_window_extent().x0 >= axes.bbox.x1:
            undo.callback(setattr, axes, "legend_", legend)
            numbers = axes.xaxis.get_tightbbox()
            low = (numbers.y0 - axes.bbox.y0) / axes.bbox.height - 0.05 if numbers else -0.05
            both = blended_transform_factory(figure.transFigure, axes.transAxes)
            place = {"loc": "upper center", "bbox_to_anchor": (0.5, low), "bbox_transform": both}
            below = axes.legend(**_entries(legend), **place, ncols=3, frameon=False, fontsize="small", columnspacing=1)
            below.set_in_layout(False)  # wider than its panel; what it needs below is kept free by lines of a label
            undo.callback(axes.set_xlabel, axes.get_xlabel())
            axes.set_xlabel(axes.get_xlabel() + "\n" * (1 + -(-len(legend.get_texts()) // 3)))


def _entries(legend: Any) -> dict[str, Any]:
    return {"handles": legend.legend_handles, "labels": [text.get_text() for text in legend.get_texts()]}


def _thin(axes: Any, undo: ExitStack) -> None:
    """Leave out the numbers of an axis that would lie on the one before."""
    end = -float("inf")
    ticks = [*axes.xaxis.get_major_ticks(), *axes.xaxis.get_minor_ticks()]
    shown = [tick.label1 for tick in ticks if tick.label1.get_visible() and tick.label1.get_text()]
    for label in sorted(shown, key=lambda label: label.get_window_extent().x0):
        place = label.get_window_extent()
        if place.x0 < end + 2:
            undo.callback(label.set_visible, True)
            label.set_visible(False)
        else:
            end = place.x1


def _lay_out(figure: Any) -> None:
    """Place the panels, as drawing does first, without drawing."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)


def _rearrange(figure: Any, undo: ExitStack) -> tuple[int, int]:
    """Give a row of panels, or a grid wider than high, the shape of a phone; return the rows and columns."""
    specs = {axes: axes.get_subplotspec() for axes in figure.axes}
    grids = {id(spec.get_gridspec()) for spec in specs.values() if spec is not None}
    if None in specs.values() or len(grids) != 1:
        return 1, 1
    grid = next(iter(specs.values())).get_gridspec()
    rows, columns = grid.nrows, grid.ncols
    if any(spec.num1 != spec.num2 for spec in specs.values()) or columns <= rows:
        return rows, columns
    if rows == 1 and columns > 3:  # too many for one pile
        new = (-(-columns // 2), 2)
        _move(figure, specs, new, lambda row, column: (column // 2, column % 2), undo)
    else:
        new = (columns, rows)
        _move(figure, specs, new, lambda row, column: (column, row), undo)
    return new


def _move(figure: Any, specs: dict[Any, Any], shape: tuple[int, int], place: Place, undo: ExitStack) -> None:
    """Put the panels into another grid; those at its left and lower edge have the numbers of a shared axis."""
    from matplotlib.gridspec import GridSpec

    grid = GridSpec(*shape, figure=figure)
    last: dict[int, int] = {}
    for spec in specs.values():
        row, column = place(spec.rowspan.start, spec.colspan.start)
        last[column] = max(row, last.get(column, 0))
    label = next((axes.get_ylabel() for axes in specs if axes.get_ylabel()), "")
    for axes, spec in specs.items():
        row, column = place(spec.rowspan.start, spec.colspan.start)
        undo.callback(axes.set_subplotspec, spec)
        axes.set_subplotspec(grid[row, column])
        if len(axes.get_shared_y_axes().get_siblings(axes)) > 1:
            _show(axes.yaxis, "labelleft", column == 0, undo)
            if column == 0 and not axes.get_ylabel():
                undo.callback(axes.set_ylabel, "")
                axes.set_ylabel(label)
        if len(axes.get_shared_x_axes().get_siblings(axes)) > 1:
            _show(axes.xaxis, "labelbottom", row == last[column], undo)


def _show(axis: Any, name: str, wanted: bool, undo: ExitStack) -> None:
    """Show or hide the numbers of an axis."""
    before = axis.get_tick_params(which="major").get(name, True)
    if before != wanted:
        undo.callback(axis.set_tick_params, which="both", **{name: before})
        axis.set_tick_params(which="both", **{name: wanted})


def _wrap(axes: Any, width: float, undo: ExitStack) -> None:
    """Break titles and names of axes that are longer than a panel is wide."""
    for text in (axes.title, axes._left_title, axes._right_title, axes.xaxis.label):
        words = text.get_text()
        wide = sum(unicodedata.east_asian_width(letter) == "W" for letter in words) / max(len(words), 1)
        per_line = int(
            width * 72 / ((0.5 + 0.4 * wide) * text.get_fontsize())
        )  # a letter is about half as wide as high
        if len(words) > per_line and "\n" not in words and words.count("$") < 2:
            undo.callback(text.set_text, words)
            text.set_text("\n".join(textwrap.wrap(words, per_line)))
