"""Draw each figure of a cell once more for a phone: narrow, its panels one above the other.

The second drawing travels in the output beside the first, under a type of its own, and _ext/narrow_figures.py shows it
on small screens. The first is finished by then: nothing here can change a byte of it. A line on the error stream fails
the build.
"""

import sys
from pathlib import Path

from IPython.core.formatters import BaseFormatter
from IPython.core.pylabtools import print_figure
from traitlets import ObjectName, Unicode

sys.path.append(str(Path(__file__).resolve().parents[1] / "_live" / "python"))
from gradlab_live.narrow import PAD, narrowed  # live cells on a phone draw so, too

MIME = "application/x-gradlab-narrow+svg"


class NarrowFormatter(BaseFormatter):
    """Offer IPython's display a type more.

    It knows figures by itself: IPython forgets what any formatter was told of them when a page first shows one.
    """

    format_type = Unicode(MIME)
    print_method = ObjectName("_repr_narrow_svg_")

    def __call__(self, shown):
        kind = type(shown)
        return narrow(shown) if (kind.__module__, kind.__name__) == ("matplotlib.figure", "Figure") else None


def load_ipython_extension(shell):
    """Have every figure that a cell shows drawn twice."""
    shell.display_formatter.formatters[MIME] = NarrowFormatter(parent=shell.display_formatter)


def narrow(figure):
    """Return the figure as a phone shows it, None where it is as narrow as that already."""
    try:
        with narrowed(figure) as changed:
            look = {"bbox_inches": "tight", "pad_inches": PAD, "metadata": {"Date": None}}
            return print_figure(figure, "svg", **look) if changed else None
    except Exception as error:
        print(f"a figure could not be drawn for phones ({type(error).__name__}: {error})", file=sys.stderr)
        return None
