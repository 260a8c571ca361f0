"""Drawing: one Axes in, one drawing out; an activation has the same colour and dash wherever it appears.

Matplotlib is imported here alone, and only when this module is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from gradlab.activations import ACTIVATIONS, Activation
from gradlab.datasets import Data
from gradlab.training.history import History

Array = NDArray[Any]

PALETTE = ("#5b6673", "#b3541e", "#0b61a4", "#2a7a3b", "#8b3fa0", "#0f7b83", "#b0245e", "#7a6a00", "#6b4226")
"""Line colours; each has a contrast of at least 4.5 to 1 against white. The book's dark theme exchanges them."""

INK = "#22272e"
"""The colour of text and of reference lines."""

# Colour and dash of each position in ACTIVATIONS. Those that are compared most often (sigmoid, tanh, relu, leaky_relu,
# elu, selu, gelu, swish, softplus) differ in colour; their relatives share it and differ in the dash.
_LOOKS = (
    "0:",
    "1-",
    "1--",
    "7--",
    "2--",
    "2-.",
    "5--",
    "6--",
    "7:",
    "8--",
    "3-",
    "3--",
    "4-.",
    "4-",
    "4:",
    "5-",
    "5-.",
    "6-.",
    "7-",
    "7-.",
    "0--",
    "0-.",
    "8-",
    "3-.",
    "2-",
    "1-.",
)
_DASHES = ("-", "--", "-.", ":")


def style(activation: Activation | str) -> dict[str, Any]:
    """Return the colour and dash of an activation, from its position in `ACTIVATIONS`.

    Parameters
    ----------
    activation
        The activation, or its name.

    Returns
    -------
    dict
        Keywords for ``ax.plot``.
    """
    part = ACTIVATIONS.resolve(activation, Activation)
    names = list(ACTIVATIONS)
    place = names.index(part.name) if part.name in names else len(names)
    if place < len(_LOOKS):
        return {"color": PALETTE[int(_LOOKS[place][0])], "linestyle": _LOOKS[place][1:]}
    # a reader's own activations take turns
    return {"color": PALETTE[place % len(PALETTE)], "linestyle": _DASHES[place // len(PALETTE) % len(_DASHES)]}


def functions(
    ax: Axes, activations: Iterable[Activation | str], *, slope: bool = False, low: float = -4, high: float = 4
) -> Axes:
    """Draw activations, or their slopes, as lines.

    Parameters
    ----------
    ax
        Where to draw.
    activations
        Activations or names.
    slope
        Whether to draw f′ rather than f.
    low, high
        Ends of the x axis.

    Returns
    -------
    Axes
        The same ``ax``.
    """
    x = np.linspace(low, high, 801)
    for given in activations:
        part = ACTIVATIONS.resolve(given, Activation)
        y = part.derivative(x) if slope else part(x)
        for kink in part.kinks:  # a jump of the slope is no line
            y = np.where(np.abs(x - kink) < (high - low) / 1600, np.nan, y) if slope else y
        known = ACTIVATIONS.get(part.name) == part
        ax.plot(x, y, label=part.name if known else repr(part), **style(part))
    ax.set(xlabel="x", ylabel="slope f′(x)" if slope else "value f(x)", xlim=(low, high))
    return ax


def band(ax: Axes, x: ArrayLike, values: ArrayLike, *, label: str | None = None, **line: Any) -> Axes:
    """Draw the median over seeds as a line and the 10–90 % range as a band.

    Parameters
    ----------
    ax
        Where to draw.
    x
        Positions of shape (n,).
    values
        Numbers of shape (n, seeds); nan (a failed run) is left out.
    label
        Name of the line.
    **line
        Keywords for ``ax.plot``, such as `style` returns.

    Returns
    -------
    Axes
        The same ``ax``.
    """
    array = np.asarray(values, dtype=float)
    array = np.where(np.isfinite(array), array, np.nan)
    full = ~np.isnan(array).all(1)
    low, middle, high = np.full((3, len(array)), np.nan)
    low[full], middle[full], high[full] = np.nanpercentile(array[full], (10, 50, 90), axis=1)
    (drawn,) = ax.plot(np.asarray(x), middle, label=label, **line)
    ax.fill_between(np.asarray(x), low, high, color=drawn.get_color(), alpha=0.2, linewidth=0)
    return ax


def label_ends(ax: Axes, *, gap: float = 1.15) -> Axes:
    """Write each line's label beside its right end instead of a legend, moved apart where labels would overlap.

    Call it last, when the limits are set.

    Parameters
    ----------
    ax
        The axes whose labelled lines get their names.
    gap
        Smallest distance between two labels, in lines of text.

    Returns
    -------
    Axes
        The same ``ax``.
    """
    lines = [line for line in ax.get_lines() if not str(line.get_label()).startswith("_")]
    ends = [(line, _end(ax, line)) for line in lines]
    ends = sorted(((line, y) for line, y in ends if np.isfinite(y)), key=lambda pair: pair[1])
    if not ends:
        return ax
    figure = ax.figure
    font = float(_points("small"))
    high = ax.get_window_extent().height * 72 / figure.dpi
    step = gap * font / high
    places = [y for _, y in ends]
    for _ in range(200):  # push neighbours apart by equal parts until none overlaps
        moved = False
        for index in range(len(places) - 1):
            overlap = step - (places[index + 1] - places[index])
            if overlap > 1e-9:
                places[index] -= overlap / 2
                places[index + 1] += overlap / 2
                moved = True
        if not moved:
            break
    for (line, y), place in zip(ends, places, strict=True):
        ax.annotate(
            str(line.get_label()),
            xy=(1, min(max(y, 0), 1)),
            xytext=(1.03, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            color=line.get_color(),
            fontsize="small",
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": line.get_color(), "linewidth": 0.6, "shrinkA": 1, "shrinkB": 0}
            if abs(place - y) > step / 3
            else None,
        )
    return ax


def _end(ax: Axes, line: Line2D) -> float:
    """Height of a line at its right end, as a share of the axes."""
    x, y = (np.asarray(part, dtype=float) for part in line.get_data())
    good = np.isfinite(x) & np.isfinite(y)
    if not good.any():
        return np.nan
    seen = ax.transAxes.inverted().transform(ax.transData.transform(np.stack([x[good], y[good]], axis=1)))
    return float(seen[np.argmax(seen[:, 0]), 1])


def _points(size: str) -> float:
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=size).get_size_in_points()


def reference(ax: Axes, x: ArrayLike, y: ArrayLike, *, label: str | None = None) -> Axes:
    """Draw what theory expects, as a thin dotted line in the colour of the text.

    Parameters
    ----------
    ax
        Where to draw.
    x, y
        The line's points.
    label
        Its name.

    Returns
    -------
    Axes
        The same ``ax``.
    """
    ax.plot(np.asarray(x), np.asarray(y), color=INK, linestyle=(0, (1, 2)), linewidth=1.2, label=label)
    return ax


def intervals(ax: Axes, rows: dict[str, ArrayLike], *, filled: bool = True, shift: float = 0.0) -> Axes:
    """Draw a row for each activation: a mark at the median over seeds, a line over the 10–90 % range.

    Parameters
    ----------
    ax
        Where to draw.
    rows
        A number for each seed, by the activation's name; the first name is the top row.
    filled
        Whether the marks are full or open.
    shift
        How far below the middle of its row the mark stands, in rows.

    Returns
    -------
    Axes
        The same ``ax``.
    """
    for row, (name, values) in enumerate(rows.items()):
        color = style(name)["color"]
        array = np.asarray(values, dtype=float)
        low, middle, high = np.percentile(array[np.isfinite(array)], (10, 50, 90))
        ax.plot([low, high], [row + shift] * 2, color=color, linestyle="-", linewidth=2)
        ax.plot(middle, row + shift, "o", color=color, markerfacecolor=color if filled else "none")
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    return ax


def layers(ax: Axes, norms: ArrayLike, *, label: str | None = None, **line: Any) -> Axes:
    """Draw a quantity per layer, median and 10–90 % band over seeds, on a logarithmic scale.

    Parameters
    ----------
    ax
        Where to draw.
    norms
        One record of a history, shape (seeds, layers).
    label
        Name of the line.
    **line
        Keywords for ``ax.plot``.

    Returns
    -------
    Axes
        The same ``ax``.
    """
    array = np.asarray(norms, dtype=float)
    band(ax, np.arange(1, array.shape[1] + 1), array.T, label=label, **line)
    ax.set(xlabel="layer, from the input", yscale="log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def boundary(ax: Axes, run: History, data: Data, *, index: int = 0, margin: float = 0.3) -> Axes:
    """Draw two classes of points in the plane and the regions that one seed of a run gives them.

    Parameters
    ----------
    ax
        Where to draw.
    run
        A trained history of a network with two inputs.
    data
        The points.
    index
        Which seed, by its place in ``run.seeds``.
    margin
        How far the drawing reaches beyond the points.

    Returns
    -------
    Axes
        The same ``ax``.

    Raises
    ------
    ValueError
        If the data do not have two features.
    """
    if data.x.shape[1] != 2:
        raise ValueError(f"a boundary can be drawn for 2 features, not {data.x.shape[1]}")
    low, high = data.x.min(0) - margin, data.x.max(0) + margin
    across, up = (np.linspace(a, b, 101) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    outputs = run.net.outputs(run.theta[index : index + 1], grid)
    side = np.where(run.loss_function.predict(outputs)[0] > 0.5, 1.0, -1.0)
    if outputs.shape[2] == 2:  # how clear the decision is: its zero is a smoother line than that between two labels
        side = np.tanh(outputs[0, :, 1] - outputs[0, :, 0])
    shown = side.reshape(len(up), len(across))
    colors = (PALETTE[1], PALETTE[2])
    ax.contourf(across, up, shown, levels=(-2, 0, 2), cmap=ListedColormap(colors), alpha=0.25, antialiased=False)
    ax.contour(across, up, shown, levels=(0,), colors=PALETTE[0], linewidths=1)
    points(ax, data)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.spines[:].set_visible(False)
    return ax


def points(ax: Axes, data: Data, *, markers: Sequence[str] = "ox") -> Axes:
    """Draw the points of two classes, one a ring and the other a cross.

    Parameters
    ----------
    ax
        Where to draw.
    data
        Points with two features and labels 0 and 1.
    markers
        The two marks.

    Returns
    -------
    Axes
        The same ``ax``.
    """
    size = float(np.clip(np.sqrt(3000 / len(data)), 2, 6))
    for label, (color, marker) in enumerate(zip((PALETTE[1], PALETTE[2]), markers, strict=True)):
        x = data.x[data.y == label]
        ax.plot(
            x[:, 0],
            x[:, 1],
            linestyle="none",
            marker=marker,
            markersize=size,
            markeredgewidth=0.7,
            color=color,
            markerfacecolor="none",
            rasterized=len(data) > 1500,  # as vectors, so many marks would be heavier than a picture of them
        )
    ax.set(aspect="equal", xticks=[], yticks=[])
    return ax
