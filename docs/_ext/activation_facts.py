"""What the reference shows of an activation besides its docstring: a figure of value and slope, and computed facts."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from sphinx.application import Sphinx

import gradlab
from gradlab import ACTIVATIONS, Activation, plots

RC = Path(__file__).resolve().parents[1] / "matplotlibrc"
LOW, HIGH = -4, 4
VALUE, SLOPE = plots.PALETTE[2], plots.PALETTE[1]


def number(value: float) -> str:
    """Return a number for a reader: six digits, a minus sign, and the sign of infinity."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{0.0 if abs(value) < 1e-12 else value:.6g}".replace("-", "−").replace("e−0", "e−")


def draw(part: Activation, path: Path) -> None:
    """Draw value and slope on the same axes for all activations; the same bytes at each build."""
    x = np.linspace(LOW, HIGH, 801)
    value, slope = part.value_and_derivative(x)
    for kink in part.kinks:  # a jump of the slope is no line
        slope = np.where(np.abs(x - kink) < 0.005, np.nan, slope)
    with matplotlib.rc_context(fname=RC):
        figure = Figure(figsize=(4.2, 2.7), layout="constrained")
        ax = figure.add_subplot()
        ax.axhline(0, color=plots.INK, linewidth=0.5)
        ax.axvline(0, color=plots.INK, linewidth=0.5)
        ax.plot(x, value, color=VALUE, linestyle="-", label="value f(x)")
        ax.plot(x, slope, color=SLOPE, linestyle="--", label="slope f′(x)")
        ax.set(xlim=(LOW, HIGH), ylim=(-2.2, 3.2), xlabel="x", xticks=range(-4, 5, 2), yticks=range(-2, 4))
        ax.spines[["left", "bottom"]].set_visible(False)
        figure.legend(loc="outside upper center", ncols=2, frameon=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None})


def place(app: Sphinx, part: Activation) -> Path:
    """Return where the figure of an activation lies, beside the built pages."""
    return Path(app.outdir).parent / "drawn_figures" / f"{part.name}.svg"


def draw_all(app: Sphinx) -> None:
    """Draw every activation once, before pages are read: two of them show it, and they may be read at the same time."""
    sources = [RC, *Path(__file__).parent.glob("*.py"), *Path(gradlab.__file__).parent.glob("*.py")]
    newest = max(source.stat().st_mtime for source in sources)
    for part in ACTIVATIONS.values():
        path = place(app, part)
        if not path.is_file() or path.stat().st_mtime < newest:
            draw(part, path)


def figure(app: Sphinx, part: Activation) -> list[str]:
    """Return the reStructuredText that shows an activation."""
    path = place(app, part)
    ends = [f"{number(round(float(end), 3))}" for pair in part.value_and_derivative([LOW, HIGH]) for end in pair]
    text = (
        f"{part.name}: its value runs from {ends[0]} at x = −4 to {ends[1]} at x = 4, its slope from {ends[2]} "
        f"to {ends[3]}."
    )
    uri = Path(os.path.relpath(path, app.srcdir)).as_posix()
    return [f".. image:: /{uri}", f"   :alt: {text}", "   :class: gl-activation"]


def fields(part: Activation) -> list[str]:
    """Return the facts as a list of fields."""
    moments, (low, high) = part.gaussian_moments(), part.range
    shape = [
        "monotonic" if part.monotonic else "not monotonic",
        f"kink at {' and '.join(map(number, part.kinks))}" if part.kinks else "no kink",
        "zero-centred" if part.zero_centred else "not zero-centred",
    ]
    lines = [
        f":Range: {number(low)} to {number(high)}",
        f":Shape: {', '.join(shape)}",
        f":Gain: {number(part.gain)}",
        f":Moments: E f = {number(moments.mean)}, Var f = {number(moments.variance)}, "
        f"E f′ = {number(moments.slope_mean)}, E f′² = {number(moments.slope_mean_square)}",
    ]
    if part.learned:
        lines.append(f":Learned: {', '.join(part.learned)}, one for each unit")
    if part.draw is not None:
        lines.append(f":Drawn: {', '.join(part.parameters)}, in each pass of training")
    return [*lines, *([f":Source: :cite:t:`{part.source}`"] if part.source else []), ""]


def numbers(part: Activation) -> dict[str, Any]:
    """Return the facts for scripts; None stands for an infinite bound."""
    return {
        "gain": part.gain,
        "kinks": list(part.kinks),
        "range": [end if math.isfinite(end) else None for end in part.range],
        "monotonic": part.monotonic,
        "zero_centred": part.zero_centred,
        "moments": part.gaussian_moments()._asdict(),
    }
