"""Classes in the plane: points, and the regions that a trained network gives them."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gradlab import _check
from gradlab.datasets import Data
from gradlab.plots.looks import MARKERS, PALETTE, check_axes
from gradlab.training.history import History

__all__ = ["boundary", "points"]

Array = NDArray[Any]

_COLORS = (*PALETTE[1:], PALETTE[0])  # grey last: in a boundary it is the colour of the border
_STEPS = 101  # of the grid, each way
_NEAR = 1e-12  # a region reaches to every point of the grid that is predicted to lie in it, however narrowly


def boundary(ax: Axes, run: History, data: Data, *, index: int = 0, margin: float = 0.3) -> Axes:
    """Draw points of several classes in the plane and the regions that one seed of a run gives them.

    The regions are those that ``run.predict`` tells apart. They have the colours that `points` gives the classes; from
    the tenth class on colours begin again.

    Parameters
    ----------
    ax
        Where to draw.
    run
        A trained history of a network with two inputs that tells classes apart.
    data
        The points and their labels.
    index
        Which seed, by its place in ``run.seeds``; -1 is the last.
    margin
        How far the drawing reaches beyond the points; at least 0.

    Returns
    -------
    Axes
        The same ``ax``.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If the data do not have two features and labels that fit the run, the run predicts values, the seed diverged
        or is none of the run's, or the points and the margin leave no area to draw.

    Examples
    --------
    >>> import gradlab as gl
    >>> from matplotlib.figure import Figure
    >>> data = gl.datasets.xor()
    >>> run = gl.train(gl.MLP([2, 8, 2]), data, optimizer=gl.Adam(0.05), steps=100)
    >>> ax = gl.plots.boundary(Figure().add_subplot(), run, data, index=-1)
    >>> [float(end) for end in ax.get_xlim()]
    [-1.3, 1.3]
    """
    check_axes(ax)
    if not isinstance(run, History):
        raise TypeError(f"run must be the History that gradlab.train returns, not {run!r:.80}")
    labels = _labels(data, "a boundary")
    alone = _one_seed(run, index)
    low, high = _area(data, _check.real("margin", margin, least=0))
    run.loss_function.encode(data.y, run.net.sizes[-1])  # refuses labels that do not fit
    across, up = (np.linspace(a, b, _STEPS) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    outputs, predicted = alone.outputs(grid)[0], _predicted(alone, grid, data)
    if not np.isfinite(outputs).all():
        raise ValueError(f"seed {alone.seeds[0]} of the run diverged: its outputs are not finite")
    known = np.union1d(labels, predicted)
    classes = [int(label) for label in np.unique(predicted)]
    colors = {label: _COLORS[_place(known, label) % len(_COLORS)] for label in classes}
    clear = {label: _clearness(outputs, label, predicted == label).reshape(_STEPS, _STEPS) for label in classes}
    shade: dict[str, Any] = {"alpha": 0.25, "antialiased": False}
    if len(classes) == 2:  # one field has both: what is not the one is the other
        ax.contourf(across, up, clear[classes[1]], levels=(-2, 0, 2), colors=list(colors.values()), **shade)
    else:
        for label in classes:
            ax.contourf(across, up, clear[label], levels=(0, 2), colors=[colors[label]], **shade)
    for label in classes[1:]:  # the borders of the first are those of the others
        ax.contour(across, up, clear[label], levels=(0,), colors=PALETTE[0], linewidths=1)
    _mark(ax, data, labels, known=known)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.spines[:].set_visible(False)
    return ax


def points(ax: Axes, data: Data, *, markers: Sequence[str] = MARKERS) -> Axes:
    """Draw points of several classes, each class with a colour and a mark: rings for class 0, crosses for class 1.

    A class has the same colour and mark in every part of a data set. Where labels are below 0, such as −1 and 1, the
    labels that occur take turns in their order.

    Parameters
    ----------
    ax
        Where to draw.
    data
        Points with two features, and whole-number labels.
    markers
        The marks that classes take in turn.

    Returns
    -------
    Axes
        The same ``ax``.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If the data do not have two features and labels, or there is no mark.

    Examples
    --------
    >>> import gradlab as gl
    >>> from matplotlib.figure import Figure
    >>> ax = gl.plots.points(Figure().add_subplot(), gl.Data([[0, 0], [1, 0], [0, 1]], [0, 1, 2]))
    >>> [line.get_marker() for line in ax.get_lines()]
    ['o', 'x', '^']
    """
    check_axes(ax)
    labels = _labels(data, "points")
    if not len(markers):
        raise ValueError(f"markers must hold at least one mark, such as {MARKERS[0]!r}; it is empty")
    return _mark(ax, data, labels, known=labels, markers=markers)


def _mark(ax: Axes, data: Data, labels: Array, *, known: Array, markers: Sequence[str] = MARKERS) -> Axes:
    """Draw the points of each class with its colour and mark."""
    size = float(np.clip(np.sqrt(3000 / len(data)), 2, 6))
    for label in np.unique(labels):
        place = _place(known, label)
        x = data.x[labels == label]
        ax.plot(
            x[:, 0],
            x[:, 1],
            linestyle="none",
            marker=markers[place % len(markers)],
            markersize=size,
            markeredgewidth=0.7,
            color=_COLORS[place % len(_COLORS)],
            markerfacecolor="none",
            rasterized=len(data) > 1500,  # as vectors, so many marks would be heavier than a picture of them
        )
    ax.set(aspect="equal", xticks=[], yticks=[])
    return ax


def _area(data: Data, margin: float) -> tuple[Array, Array]:
    """Return the lower left and the upper right corner of the drawing."""
    low, high = data.x.min(0) - margin, data.x.max(0) + margin
    if not (low < high).all():
        raise ValueError("the points lie on one line along an axis; a margin above 0 gives the drawing an area")
    return low, high


def _labels(data: Data, what: str) -> Array:
    """Return the labels of points in the plane, as whole numbers."""
    if not isinstance(data, Data):
        raise TypeError(f"data must be a gradlab.Data, which holds points and labels, not {data!r:.80}")
    if data.x.shape[1] != 2:
        raise ValueError(f"{what} can be drawn for 2 features, not {data.x.shape[1]}")
    y = data.y[:, 0] if data.y.ndim == 2 and data.y.shape[1] == 1 else data.y
    if y.ndim != 1 or (y != np.round(y)).any():
        raise ValueError(
            f"{what} can be drawn for classes; y must be whole-number labels of shape (samples,), one each"
        )
    return y.astype(int)


def _place(known: Array, label: Any) -> int:
    """Return the place of a label among colours and marks: the label itself, or its rank where some are below 0."""
    return int(label if known.min() >= 0 else np.searchsorted(np.unique(known), label))


def _one_seed(run: History, index: int) -> History:
    """Return the history of one seed alone, so that what it predicts comes from the History itself."""
    try:
        place = operator.index(index)
    except TypeError:
        raise TypeError(f"index must be a whole number, the place of a seed in run.seeds, not {index!r}") from None
    seeds = len(run.seeds)
    if not -seeds <= place < seeds:
        allowed = f"from {-seeds} to {seeds - 1}, as the run has {seeds} seeds" if seeds > 1 else "0, its only seed"
        raise ValueError(f"index is a place in run.seeds: {allowed}; it is {index!r}")
    at = slice(place % seeds, place % seeds + 1)
    moments = None if run.moments is None else tuple((mean[at], variance[at]) for mean, variance in run.moments)
    return replace(run, seeds=run.seeds[at], theta=run.theta[at], moments=moments)


def _predicted(alone: History, x: Array, data: Data) -> Array:
    """Return the labels that the only seed of a history predicts."""
    predicted: Array = alone.predict(x)[0]
    if predicted.ndim == 1:
        return predicted.astype(int)
    if predicted.shape[1] == 1 or not data.classes:
        raise ValueError(
            f"a boundary can be drawn for a run that tells classes apart; with the loss {alone.loss_function!r} "
            "this one predicts values. Draw those with ax.contourf"
        )
    return np.asarray(predicted.argmax(1))  # a loss on values with one-hot targets


def _clearness(outputs: Array, label: int, inside: Array) -> Array:
    """Return how clearly each point belongs to a class, from -1 to 1: 0 is a smoother line than that between labels."""
    clear: Array = np.where(inside, 1.0, -1.0)
    if outputs.shape[1] == 1:
        clear = np.tanh(outputs[:, 0]) * (1 if label > 0 else -1)
    elif 0 <= label < outputs.shape[1]:
        clear = np.tanh(outputs[:, label] - np.delete(outputs, label, axis=1).max(1))
    clear[inside] = np.maximum(clear[inside], _NEAR)
    clear[~inside] = np.minimum(clear[~inside], -_NEAR)
    return clear
