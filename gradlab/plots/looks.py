"""What things look like: the colours, and the colour and dash of each activation."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from gradlab.activations import ACTIVATIONS, Activation

__all__ = ["INK", "MARKERS", "PALETTE", "style"]

PALETTE = ("#5b6673", "#b3541e", "#0b61a4", "#2a7a3b", "#8b3fa0", "#0f7b83", "#b0245e", "#7a6a00", "#6b4226")
"""Line colours; each has a contrast of at least 4.5 to 1 against white. The book's dark theme exchanges them."""

INK = "#22272e"
"""The colour of text and of reference lines."""

MARKERS = "ox^s+Dv*<>"
"""Marks of classes: that of class 0 first. They are ten and the colours nine, so 90 classes differ in one or both."""

DASHES = ("-", "--", "-.", ":")


def style(activation: Activation | str) -> dict[str, Any]:
    """Return the colour and dash of an activation: its ``look``.

    Activations without a look, such as a reader's own, take turns with the looks that are left, in the order in which
    they entered `ACTIVATIONS`.

    Parameters
    ----------
    activation
        The activation, or its name.

    Returns
    -------
    dict
        Keywords for ``ax.plot``.

    Raises
    ------
    ValueError
        If the name is unknown, or the look is none: a place in `PALETTE` and a dash, such as ``"1--"``.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.plots.style("relu")
    {'color': '#2a7a3b', 'linestyle': '-'}
    """
    part = ACTIVATIONS.resolve(activation, Activation)
    if part.look is not None:
        return _keywords(part.look)
    taken = {other.look for other in ACTIVATIONS.values()}
    every = [f"{place}{dash}" for dash in DASHES for place in range(len(PALETTE))]
    left = [look for look in every if look not in taken] or every
    turns = [name for name, other in ACTIVATIONS.items() if other.look is None]
    turn = turns.index(part.name) if part.name in turns else len(turns)
    return _keywords(left[turn % len(left)])


def _keywords(look: str) -> dict[str, Any]:
    place, dash = look[:1], look[1:]
    if place not in {str(known) for known in range(len(PALETTE))} or dash not in DASHES:
        raise ValueError(
            f"a look is a place from 0 to {len(PALETTE) - 1} in gradlab.plots.PALETTE and one of the dashes "
            f"{' '.join(DASHES)}, such as '1--', not {look!r}"
        )
    return {"color": PALETTE[int(place)], "linestyle": dash}


def check_axes(ax: Any) -> None:
    """Say so where something else than one Axes is given to draw on."""
    if not isinstance(ax, Axes):
        cure = ", one of those in the array" if hasattr(ax, "__len__") else ", such as ax in fig, ax = plt.subplots()"
        raise TypeError(f"ax must be a Matplotlib Axes{cure}; it is of type {type(ax).__name__}")
