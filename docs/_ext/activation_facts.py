"""What the reference shows of an activation besides its docstring: a figure of value and slope, and computed facts."""

from __future__ import annotations

import math
import os
import runpy
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure
from said import CATALOGUE, folder, say

import gradlab
from gradlab import ACTIVATIONS, Activation, plots

if TYPE_CHECKING:
    from sphinx.application import Sphinx

RC = Path(__file__).resolve().parents[1] / "matplotlibrc"
LEFT, RIGHT, BOTTOM, TOP = -4.0, 4.0, -2.2, 3.2  # what every picture shows at least
FONTS = RC.parent / "_ipython" / "figure_fonts_config.py"
KOREAN = "GL Korean"
THUMBNAIL = "-thumbnail"
MARGIN = 1.5  # what it shows beyond a kink
VALUE, SLOPE = plots.PALETTE[2], plots.PALETTE[1]


def number(value: float) -> str:
    """Return a number for a reader: six digits, a minus sign, and the sign of infinity."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{0.0 if abs(value) < 1e-12 else value:.6g}".replace("-", "−").replace("e−0", "e−")


def window(part: Activation) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of an activation's picture: the common ones, or wider to show every kink."""
    kinks, heights = np.asarray(part.kinks, dtype=float), np.asarray(part(np.asarray(part.kinks, dtype=float)))
    return (
        float(min([LEFT, *(kinks - MARGIN)])),
        float(max([RIGHT, *(kinks + MARGIN)])),
        float(min([BOTTOM, *(heights - MARGIN / 2)])),
        float(max([TOP, *(heights + MARGIN / 2)])),
    )


def steepest(part: Activation) -> float:
    """Return the supremum of the slope's size: of its limits at ±inf, of a dense grid, and of its hills in that."""
    far = np.geomspace(40, 1.7e308, 1200)
    beside = [np.nextafter(kink, side) for kink in part.kinks for side in (-np.inf, np.inf)]
    x = np.unique(np.concatenate([-far, np.linspace(-40, 40, 16_001), np.asarray(beside, dtype=float), far]))
    size = np.abs(part.derivative(x))
    top = int(size.argmax())
    low, high = x[max(top - 1, 0)], x[min(top + 1, len(x) - 1)]
    for _ in range(100 if high - low < 1 else 0):  # the top of a hill lies between two points of the grid
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (left, high) if abs(part.derivative(left)) < abs(part.derivative(right)) else (low, right)
    found = [size[top], *np.abs(part.derivative([low, high, -np.inf, np.inf]))]
    return float(np.nanmax(found))  # nan where there is no limit


def draw(part: Activation, path: Path, families: Sequence[str] = ()) -> None:
    """Draw value and slope, on the same axes for all activations if they show its kinks; the same bytes at each build."""
    left, right, bottom, top = window(part)
    with matplotlib.rc_context(fname=RC):
        matplotlib.rcParams["font.family"] = [*matplotlib.rcParams["font.family"], *families]
        figure = Figure(figsize=(4.2, 2.7), layout="constrained")
        ax = figure.add_subplot()
        ax.axhline(0, color=plots.INK, linewidth=0.5)
        ax.axvline(0, color=plots.INK, linewidth=0.5)
        for slope, look in ((False, {"color": VALUE, "linestyle": "-"}), (True, {"color": SLOPE, "linestyle": "--"})):
            plots.functions(ax, part, slope=slope, low=left, high=right)
            ax.get_lines()[-1].set(**look, label=say("slope f′(x)") if slope else say("value f(x)"))
        ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="x", ylabel="")
        ax.set_xticks(range(math.ceil(left / 2) * 2, math.floor(right) + 1, 2))
        ax.set_yticks(range(math.ceil(bottom), math.floor(top) + 1, 1 if top - bottom < 7 else 2))
        ax.spines[["left", "bottom"]].set_visible(False)
        figure.legend(loc="outside upper center", ncols=2, frameon=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None})


def draw_thumbnail(part: Activation, path: Path, families: Sequence[str] = ()) -> None:
    """Draw value and slope to be looked at among thirty others: two lines and two axes, no ticks and no words."""
    left, right, bottom, top = window(part)
    with matplotlib.rc_context(fname=RC):
        figure = Figure(figsize=(2.4, 1.6))
        ax = figure.add_axes((0, 0, 1, 1))
        for line in (ax.axhline, ax.axvline):
            line(0, color=plots.INK, linewidth=0.6)
        for slope, look in ((True, {"color": SLOPE, "linestyle": "--"}), (False, {"color": VALUE, "linestyle": "-"})):
            plots.functions(ax, part, slope=slope, low=left, high=right)
            ax.get_lines()[-1].set(**look, linewidth=1.8)
        ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="", ylabel="")
        ax.axis("off")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None})


def place(app: Sphinx, part: Activation, kind: str = "") -> Path:
    """Return where the figure of an activation lies, beside the built pages; ``-thumbnail`` is the other kind."""
    return Path(app.outdir).parent / "drawn_figures" / folder(app.config.language) / f"{part.name}{kind}.svg"


def draw_all(app: Sphinx) -> None:
    """Draw every activation once, before pages are read: two of them show it, and they may be read at the same time."""
    sources = [
        RC,
        FONTS,
        *FONTS.parents[1].glob("_fonts/*"),
        *Path(app.srcdir).glob(f"locales/{app.config.language}/LC_MESSAGES/{CATALOGUE}.po"),
        *Path(__file__).parent.glob("*.py"),
        *Path(gradlab.__file__).parent.rglob("*.py"),
    ]
    newest = max(source.stat().st_mtime for source in sources)
    runpy.run_path(str(FONTS))["register"]()
    families = [KOREAN] if app.config.language == "ko" else []
    for font in (FONTS.parents[1] / "_fonts" / "korean").glob("*.otf") if families else ():
        font_manager.fontManager.addfont(font)
    for part in ACTIVATIONS.values():
        for kind, drawing in (("", draw), (THUMBNAIL, draw_thumbnail)):
            path = place(app, part, kind)
            if not path.is_file() or path.stat().st_mtime < newest:
                drawing(part, path, families)


def figure(app: Sphinx, part: Activation, kind: str = "") -> list[str]:
    """Return the reStructuredText that shows an activation."""
    path = place(app, part, kind)
    left, right = window(part)[:2]
    ends = [f"{number(round(float(end), 3))}" for pair in part.value_and_derivative([left, right]) for end in pair]
    text = say(
        "{name}: its value runs from {low} at x = {left} to {high} at x = {right}, its slope from {first} to {last}.",
        **dict(zip(("low", "high", "first", "last"), ends, strict=True)),
        name=part.name,
        left=number(left),
        right=number(right),
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
