"""Drawing: one Axes in, one drawing out; an activation has the same colour and dash wherever it appears.

Matplotlib is imported here alone, and only when this package is.
"""

try:
    import matplotlib as _matplotlib  # noqa: F401  asked first, so that its absence gets a sentence
except ModuleNotFoundError as _error:
    if _error.name != "matplotlib":
        raise
    raise ModuleNotFoundError(
        'gradlab.plots draws with Matplotlib, which is not installed: python -m pip install "gradlab-book[plots]", '
        'or in a clone python -m pip install -e ".[plots]"',
        name="matplotlib",
    ) from _error

from gradlab.plots.labels import label_ends
from gradlab.plots.lines import band, functions, intervals, layers, reference
from gradlab.plots.looks import INK, MARKERS, PALETTE, style
from gradlab.plots.moving import Frames, frames
from gradlab.plots.numbers import number
from gradlab.plots.plane import boundary, points

__all__ = [
    "INK",
    "MARKERS",
    "PALETTE",
    "Frames",
    "band",
    "boundary",
    "frames",
    "functions",
    "intervals",
    "label_ends",
    "layers",
    "number",
    "points",
    "reference",
    "style",
]
for _public in (
    Frames,
    band,
    boundary,
    frames,
    functions,
    intervals,
    label_ends,
    layers,
    number,
    points,
    reference,
    style,
):
    _public.__module__ = __name__  # where readers and the reference find them
