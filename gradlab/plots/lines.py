"""Lines: activations, medians with bands over seeds, quantities per layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab.activations import ACTIVATIONS, Activation
from gradlab.plots.looks import INK, check_axes, style

__all__ = ["band", "functions", "intervals", "layers", "reference"]

Array = NDArray[Any]


def functions(
    ax: Axes,
    activations: Activation | str | Iterable[Activation | str],
    *,
    slope: bool = False,
    low: float = -4,
    high: float = 4,
) -> Axes:
    """Draw activations, or their slopes, as lines; a slope has a gap where it jumps.

    Parameters
    ----------
    ax
        Where to draw.
    activations
        Activations or names, or a single one.
    slope
        Whether to draw f′ rather than f.
    low, high
        Ends of the x axis, low below high.

    Returns
    -------
    Axes
        The same ``ax``.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If a name is unknown, or low is not below high.

    Examples
    --------
    >>> import gradlab as gl
    >>> from matplotlib.figure import Figure
    >>> ax = gl.plots.functions(Figure().add_subplot(), ["relu", gl.leaky_relu.bind(slope=0.2)], slope=True)
    >>> [line.get_label() for line in ax.get_lines()]
    ['relu', 'leaky_relu(slope=0.2)']
    """
    check_axes(ax)
    low, high = _check.real("low", low), _check.real("high", high)
    if not low < high:
        raise ValueError(f"low must be below high; they are {low:g} and {high:g}")
    several = [activations] if isinstance(activations, Activation | str) else activations
    if not isinstance(several, Iterable):
        raise TypeError(f"activations must be activations or names, such as ['relu', 'tanh'], not {activations!r:.80}")
    for given in several:
        part = ACTIVATIONS.resolve(given, Activation)
        known = ACTIVATIONS.get(part.name) == part
        ax.plot(
            *_curve(part, slope, np.linspace(low, high, 801)),
            label=part.name if known else repr(part),
            **style(part),
        )
    ax.set(xlabel="x", ylabel="slope f′(x)" if slope else "value f(x)", xlim=(low, high))
    return ax


def _curve(part: Activation, slope: bool, x: Array) -> tuple[Array, Array]:
    """Return the points of an activation's line, or of its slope's, with a gap where that jumps."""
    kinks = np.array([kink for kink in part.kinks if x[0] <= kink <= x[-1]])
    beside = [np.nextafter(kinks, side) for side in (-np.inf, np.inf)]
    x = np.unique(np.concatenate([x, kinks, *beside]))
    return x, np.where(np.isin(x, kinks), np.nan, part.derivative(x)) if slope else part(x)


def band(ax: Axes, x: ArrayLike, values: ArrayLike, *, label: str | None = None, **line: Any) -> Axes:
    """Draw the median over seeds as a line and the 10–90 % range as a band.

    Parameters
    ----------
    ax
        Where to draw.
    x
        Positions of shape (n,).
    values
        Numbers of shape (n, seeds), such as ``run.loss``; nan and inf (a failed run) are left out.
    label
        Name of the line.
    **line
        Keywords for ``ax.plot``, such as `style` returns.

    Returns
    -------
    Axes
        The same ``ax``.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If the shapes do not fit, or there is no number.

    Examples
    --------
    >>> import gradlab as gl
    >>> from matplotlib.figure import Figure
    >>> run = gl.train(gl.MLP([2, 4, 2]), gl.datasets.xor(), steps=3, seeds=range(5))
    >>> ax = gl.plots.band(Figure().add_subplot(), run.step, run.loss, label="loss", **gl.plots.style("relu"))
    >>> len(ax.get_lines()), len(ax.collections)
    (1, 1)
    """
    check_axes(ax)
    array, places = _numbers("values", values, "(n, seeds), for a lone seed (n, 1)"), np.asarray(x)
    if places.shape != array.shape[:1]:
        raise ValueError(
            f"x must have shape ({len(array)},), a place for each row of values; its shape is {places.shape}"
        )
    low, middle, high = _percentiles(array)
    (drawn,) = ax.plot(places, middle, label=label, **line)
    ax.fill_between(places, low, high, color=drawn.get_color(), alpha=0.2, linewidth=0)
    return ax


def reference(ax: Axes, x: ArrayLike, y: ArrayLike, *, label: str | None = None) -> Axes:
    """Draw what theory expects, as a thin dotted line in the colour of the text.

    Parameters
    ----------
    ax
        Where to draw.
    x
        Positions of shape (n,).
    y
        Heights of shape (n,), or (n, lines) for several lines.
    label
        Their name.

    Returns
    -------
    Axes
        The same ``ax``.

    Raises
    ------
    TypeError
        If ``ax`` is no Axes.
    ValueError
        If x and y differ in length, or are no rows of numbers.

    Examples
    --------
    >>> import gradlab as gl
    >>> from matplotlib.figure import Figure
    >>> ax = gl.plots.reference(Figure().add_subplot(), [1, 10], [1, 4**-10], label="a quarter a layer")
    >>> ax.get_lines()[0].get_color() == gl.plots.INK
    True
    """
    check_axes(ax)
    across, up = np.asarray(x), np.asarray(y)
    if across.ndim != 1 or up.ndim not in (1, 2) or len(across) != len(up):
        raise ValueError(f"x and y must have the same length; their shapes are {across.shape} and {up.shape}")
    ax.plot(across, up, color=INK, linestyle=(0, (1, 2)), linewidth=1.2, label=label)
    return ax


def intervals(ax: Axes, rows: Mapping[str, ArrayLike], *, filled: bool = True, shift: float = 0.0) -> Axes:
    """Draw a row for each activation: a mark at the median over seeds, a line over the 10–90 % range.

    Parameters
    ----------
    ax
        Where to draw.
    rows
        A number for each seed, by the activation's name; the first name is the top row. Nan and inf (a failed run)
        are left out; a row with nothing else stays empty.
    filled
        Whether the marks are full or open.
    shift
        How far below the middle of its row the mark stands, in rows.

    Returns
    -------
    Axes
        The same ``ax``.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If there is no row, a name is unknown, or a row is not one number a seed.

    Examples
    --------
    >>> import gradlab as gl
    >>> from matplotlib.figure import Figure
    >>> ax = gl.plots.intervals(Figure().add_subplot(), {"tanh": [0.2, 0.3, 0.4], "relu": [0.1, 0.2, 0.2]})
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['tanh', 'relu']
    """
    check_axes(ax)
    shift = _check.real("shift", shift)
    if not isinstance(rows, Mapping):
        raise TypeError(f"rows must map names of activations to a number for each seed, not {rows!r:.80}")
    if not rows:
        raise ValueError("rows must hold at least one activation; it is empty")
    for row, (name, values) in enumerate(rows.items()):
        color = style(name)["color"]
        array = _numbers(f"the row of {name}", values, "(seeds,)", dimensions=1)
        low, middle, high = _percentiles(array[None])[:, 0]
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
        One record of a history, shape (seeds, layers), such as ``run.gradient_norm[0]``; none below 0, since a
        logarithmic scale has no place for them.
    label
        Name of the line.
    **line
        Keywords for ``ax.plot``.

    Returns
    -------
    Axes
        The same ``ax``.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If the shape is another, a number lies below 0, or none above it.

    Examples
    --------
    >>> import gradlab as gl
    >>> from matplotlib.figure import Figure
    >>> start = gl.probe(gl.MLP([2, 8, 8, 2], activation="tanh"), gl.datasets.moons(), seeds=range(9))
    >>> ax = gl.plots.layers(Figure().add_subplot(), start.gradient_norm[0], **gl.plots.style("tanh"))
    >>> ax.get_yscale(), ax.get_lines()[0].get_xdata()
    ('log', array([1, 2, 3]))
    """
    check_axes(ax)
    array = _numbers("norms", norms, "(seeds, layers), one record of a history: run.gradient_norm[0] is the first")
    finite = array[np.isfinite(array)]
    if (finite < 0).any() or not (finite > 0).any():
        raise ValueError("norms are drawn on a logarithmic scale: none may lie below 0, and one must lie above it")
    band(ax, np.arange(1, array.shape[1] + 1), array.T, label=label, **line)
    ax.set(xlabel="layer, from the input", yscale="log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def _numbers(name: str, values: ArrayLike, shape: str, *, dimensions: int = 2) -> Array:
    """Return an array of numbers with as many dimensions as its described shape has, and at least one entry."""
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "fiub":
            raise TypeError
    except (TypeError, ValueError):
        raise TypeError(f"{name} must hold numbers, not {values!r:.80}") from None
    if array.ndim != dimensions or not array.size:
        raise ValueError(f"{name} must have the shape {shape}, not empty; the shape is {array.shape}")
    return array.astype(float)


def _percentiles(array: Array) -> Array:
    """Return the 10, 50 and 90 % percentiles of the finite numbers of each row, shape (3, rows); nan without any."""
    array = np.where(np.isfinite(array), array, np.nan)
    found = np.full((3, len(array)), np.nan)
    full = ~np.isnan(array).all(1)
    if full.any():
        found[:, full] = np.nanpercentile(array[full], (10, 50, 90), axis=1)
    return found
