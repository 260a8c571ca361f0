"""Figures that answer to the hand: drawn ahead for every value of a parameter, with a slider where they are shown."""

from __future__ import annotations

import io
import itertools
import json
import math
import warnings
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, ClassVar

from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from gradlab import _display
from gradlab.plots._pieces import pooled, shorten
from gradlab.plots.numbers import in_print

__all__ = ["Frames", "frames"]

VALUES, COMBINATIONS = 25, 100  # of one parameter, and of all: more would be too much to send and to move through

# Where a notebook shows frames: makes the sliders of all figures on the page that have none yet. The picture is an image,
# so that names inside it do not meet those of other figures.
SCRIPT = """for (const box of document.querySelectorAll(".gl-frames:not(:has(input))")) {
  const data = JSON.parse(box.querySelector("script[type='application/json']").textContent);
  const image = box.querySelector("img"), says = box.querySelector("p"), at = [...data.start], told = (k) => `${data.names[k]} = ${data.values[k][at[k]]}`;
  data.names.forEach((name, k) => {
    const label = document.createElement("label"), value = document.createElement("output"), slider = document.createElement("input");
    Object.assign(slider, {type: "range", min: 0, max: data.values[k].length - 1, value: at[k], ariaLabel: name, ariaValueText: told(k)});
    slider.style.cssText = "width: 24em; max-width: 60%; vertical-align: middle";
    value.style.cssText = "display: inline-block; min-width: 10em";
    value.textContent = told(k);
    slider.oninput = () => {
      at[k] = +slider.value;
      const index = at.reduce((sum, place, j) => sum * data.values[j].length + place, 0);
      image.src = "data:image/svg+xml," + encodeURIComponent(data.order[index].map((piece) => data.pool[piece]).join(""));
      value.textContent = slider.ariaValueText = told(k);
      image.alt = says.textContent = data.says[index];
    };
    label.style.display = "block";
    label.append(value, slider);
    says.before(label);
  });
}"""


@dataclass(frozen=True)
class Frames:
    """Drawings of one figure, one for every combination of the values of some parameters; made by `frames`.

    A notebook shows it as a picture with a slider for each parameter. Where a notebook is not trusted, and wherever
    nothing moves, the drawing of the default values stands alone.

    Parameters
    ----------
    values
        The parameters, and the values that each took.
    start
        Places of the default values.
    says
        A sentence for each drawing; the last parameter varies fastest.
    pool, order
        The drawings, cut at their artists: each piece once, and for each drawing the numbers of its pieces.
    left_out
        How many drawings that were asked for are not there: a page of the book that runs live draws a few alone.

    Examples
    --------
    >>> import matplotlib.pyplot as plt, gradlab as gl
    >>> def draw(slope):
    ...     ax = gl.plots.functions(plt.figure().add_subplot(), gl.leaky_relu.bind(slope=slope))
    ...     ax.set_ylim(-1, 4)
    ...     return f"A negative input leaves {slope:.0%} of itself."
    >>> gl.plots.frames(draw, slope=[0.01, 0.1, 0.2])
    <Frames over slope: 3 drawings>
    """

    values: Mapping[str, tuple[Any, ...]]
    start: tuple[int, ...]
    says: tuple[str, ...]
    pool: tuple[str, ...] = field(repr=False)
    order: tuple[tuple[int, ...], ...] = field(repr=False)
    left_out: int = 0

    _kind_: ClassVar[str] = "frames"  # of gradlab._display: a page of the book that runs live shows its record

    def __repr__(self) -> str:
        return f"<Frames over {' and '.join(self.values)}: {len(self.says)} drawings>"

    @property
    def default(self) -> int:
        """Which of the drawings is that of the default values.

        Returns
        -------
        int
            Its place in ``says`` and ``order``.
        """
        return int(sum(place * step for place, step in zip(self.start, self._steps(), strict=True)))

    def _steps(self) -> list[int]:
        """Return by how many drawings a step of each parameter goes on."""
        counts = [len(given) for given in self.values.values()]
        return [math.prod(counts[index + 1 :]) for index in range(len(counts))]

    def svg(self, **values: Any) -> str:
        """Return one drawing.

        Parameters
        ----------
        **values
            The value of each parameter; the default where none is given.

        Returns
        -------
        str
            The drawing as SVG.

        Raises
        ------
        ValueError
            If a parameter or a value is none of those that were drawn.
        """
        places = list(self.start)
        for index, (name, place) in enumerate(zip(self.values, _places(self.values, values), strict=True)):
            if name in values:
                places[index] = place
        index = sum(place * step for place, step in zip(places, self._steps(), strict=True))
        return "".join(self.pool[piece] for piece in self.order[index])

    def record(self) -> dict[str, Any]:
        """Return what a page's script needs, in types that JSON knows.

        Returns
        -------
        dict
            ``names`` and ``values`` of the parameters as a reader sees them, ``start``, ``default``, ``says``, ``pool``,
            ``order`` and ``left_out``.
        """
        return {
            "names": [name.replace("_", " ") for name in self.values],
            "values": [[_written(value) for value in given] for given in self.values.values()],
            "start": list(self.start),
            "default": self.default,
            "says": list(self.says),
            "pool": list(self.pool),
            "order": [list(pieces) for pieces in self.order],
            "left_out": self.left_out,
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self), "image/svg+xml": self.svg(), "text/html": self._repr_html_()}

    def _repr_html_(self) -> str:
        """Return the picture with its record and the script that makes the sliders, which an untrusted notebook strips."""
        data = json.dumps(self.record(), separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")
        picture = "data:image/svg+xml;base64," + b64encode(self.svg().encode()).decode()
        says = escape(self.says[self.default])
        return (
            f'<div class="gl-frames"><img src="{picture}" alt="{says}" style="background: #fff; max-width: 100%">'
            f'<p>{says}</p><script type="application/json">{data}</script><script>{SCRIPT}</script></div>'
        )


def frames(draw: Callable[..., str], *, default: Any = None, **values: Sequence[Any]) -> Frames:
    """Draw a figure for each value of a parameter; where it is shown, a slider moves through the drawings.

    Measure before you draw: ``draw`` is called for every value, and for every combination where there are several
    parameters. A page of the book that is run in a browser leaves values out where there are many.

    Parameters
    ----------
    draw
        ``draw(name=value)`` draws one new figure with pyplot, and returns one sentence that says what it shows: it
        stands below the slider, and a screen reader reads it out. Set the limits of its axes: they should stand still.
    default
        The value that stands in print and before anybody moves the slider; the first unless given. With several
        parameters a dict, in which some may be left out.
    **values
        The name of each parameter with its values: 2 to 25 of them, and at most 100 combinations.

    Returns
    -------
    Frames
        Make it the last expression of a cell.

    Raises
    ------
    TypeError
        If ``draw`` returns no sentence, or there are no parameters.
    ValueError
        If there are too few or too many values, the default is none of them, or a drawing has other axes than the rest.

    Warns
    -----
    UserWarning
        If the limits of an axis change: the eye would read a moving scale as a moving line.

    Examples
    --------
    >>> import matplotlib.pyplot as plt, gradlab as gl
    >>> def draw(depth):
    ...     figure, ax = plt.subplots()
    ...     ax.bar([0], [0.25**depth])
    ...     ax.set(ylim=(0, 0.3))
    ...     return f"The slopes of {depth} sigmoid layers multiply to {0.25**depth:.4f} at most."
    >>> moving = gl.plots.frames(draw, depth=[1, 2, 3], default=2)
    >>> moving.says[moving.default]
    'The slopes of 2 sigmoid layers multiply to 0.0625 at most.'
    """
    given = {name: tuple(each) for name, each in values.items()}
    _check_values(given)
    start, asked = _places(given, default), math.prod(map(len, given.values()))
    if (display := _display.current()) is not None and display.drawings is not None:
        given, start = _fewer(given, start, display.drawings)
    import matplotlib.pyplot as plt  # not before it is wanted: it chooses a window for the whole process

    before = set(plt.get_fignums())
    try:
        drawn = [_drawn(draw, dict(zip(given, each, strict=True))) for each in itertools.product(*given.values())]
        _hold_still([figure for figure, _ in drawn])
        pool, order = pooled(_written_out([figure for figure, _ in drawn]))
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)
    says = tuple(said for _, said in drawn)
    return Frames(given, start, says, tuple(pool), tuple(map(tuple, order)), left_out=asked - len(says))


def _check_values(given: Mapping[str, tuple[Any, ...]]) -> None:
    """Say so where there is nothing to move, or too much."""
    if not given:
        raise TypeError("frames needs a parameter of draw and its values, such as depth=[1, 2, 5]")
    for name, each in given.items():
        if not 2 <= len(each) <= VALUES:
            raise ValueError(f"frames needs 2 to {VALUES} values of {name}, not {len(each)}")
    if (many := math.prod(map(len, given.values()))) > COMBINATIONS:
        raise ValueError(f"frames draws at most {COMBINATIONS} combinations; these are {many}: give fewer values")


def _fewer(
    given: dict[str, tuple[Any, ...]], start: tuple[int, ...], most: int
) -> tuple[dict[str, tuple[Any, ...]], tuple[int, ...]]:
    """Leave out values until there are few enough drawings: never the first, the last and the default of a parameter."""
    kept = {name: list(range(len(each))) for name, each in given.items()}
    fixed = {name: {0, len(given[name]) - 1, place} for name, place in zip(given, start, strict=True)}
    while math.prod(map(len, kept.values())) > most:
        loose = {name: [place for place in kept[name][1::2] if place not in fixed[name]] for name in kept}
        name = max(kept, key=lambda one: len(kept[one]) if loose[one] else 0)
        gone = loose[name] or [place for place in kept[name] if place not in fixed[name]]
        if not gone:
            break
        kept[name] = [place for place in kept[name] if place not in gone]
    fewer = {name: tuple(given[name][place] for place in places) for name, places in kept.items()}
    return fewer, tuple(kept[name].index(place) for name, place in zip(given, start, strict=True))


def _places(given: Mapping[str, tuple[Any, ...]], default: Any) -> tuple[int, ...]:
    """Return the places of the default values."""
    if default is None:
        default = {}
    elif not isinstance(default, Mapping):
        if len(given) > 1:
            raise ValueError(f"with several parameters default is a dict of {', '.join(given)}, not {default!r}")
        default = dict.fromkeys(given, default)
    for name, value in default.items():
        if name not in given or value not in given[name]:
            known = (
                f"values of {name}: {', '.join(map(repr, given[name]))}"
                if name in given
                else f"parameters: {', '.join(given)}"
            )
            raise ValueError(f"{name} = {value!r} is none of the {known}")
    return tuple(each.index(default.get(name, each[0])) for name, each in given.items())


def _drawn(draw: Callable[..., str], values: Mapping[str, Any]) -> tuple[Figure, str]:
    """Draw one figure; return it with its sentence."""
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    says = draw(**values)
    made = [number for number in plt.get_fignums() if number not in before]
    told = ", ".join(f"{name}={value!r}" for name, value in values.items())
    if len(made) != 1:
        raise ValueError(f"draw({told}) must make one new figure, such as by plt.subplots(); it made {len(made)}")
    figure = plt.figure(made[0])
    if not isinstance(says, str) or not says.strip():
        raise TypeError(f"draw({told}) must return the sentence that says what this drawing shows, not {says!r}")
    figure.draw_without_rendering()  # lay it out once
    plt.close(figure)  # pyplot counts those that are open, and warns from 20 on
    return figure, says.strip()


def _hold_still(figures: Sequence[Figure]) -> None:
    """Give the axes of all figures one place: the part of the paper that is theirs in every figure."""
    count = {len(figure.axes) for figure in figures}
    if len(count) > 1:
        raise ValueError(f"all drawings must have as many axes; these have {' or '.join(map(str, sorted(count)))}")
    for same in zip(*(figure.axes for figure in figures), strict=True):
        boxes = [ax.get_position() for ax in same]
        low, high = (
            [max(box.x0 for box in boxes), max(box.y0 for box in boxes)],
            [min(box.x1 for box in boxes), min(box.y1 for box in boxes)],
        )
        for ax in same:
            ax.figure.set_layout_engine("none")
            ax.set_position(Bbox([low, high]))
        if len({(*ax.get_xlim(), *ax.get_ylim()) for ax in same}) > 1:
            warnings.warn(
                "the limits of an axis change between drawings; set xlim and ylim in draw", UserWarning, stacklevel=3
            )


def _written_out(figures: Sequence[Figure]) -> list[str]:
    """Return all figures as SVG on paper of one size."""
    boxes = [box for figure in figures if (box := figure.get_tightbbox()) is not None]
    paper = Bbox.union(boxes).padded(0.04)
    written = []
    for figure in figures:
        out = io.StringIO()
        colours: dict[str, Any] = {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor()}
        figure.savefig(out, format="svg", bbox_inches=paper, metadata={"Date": None}, **colours)
        written.append(shorten(out.getvalue()))
    return written


def _written(value: Any) -> str:
    """Return a value as a reader sees it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).replace("_", " ")
    return in_print(f"{value:g}")
