"""Tell which words each figure shows, and draw it once more with these in another language where an edition wants that.

The second drawings, wide and narrow, travel in the output beside the first, under a type of their own, so a cell is run once
for both editions; _ext/figure_labels.py takes them from there. Each drawing of `gl.plots.frames` is drawn again too. The
first drawing is finished by then: nothing here can change a byte of it. A line on the error stream fails the build.
"""

import functools
import os
import sys
from pathlib import Path

from IPython.core.formatters import BaseFormatter
from IPython.core.pylabtools import print_figure
from traitlets import ObjectName, Unicode

DOCS = Path(__file__).resolve().parents[1]
sys.path.append(str(DOCS / "_live" / "python"))
from gradlab_live import labels  # noqa: E402
from narrow_figures_config import narrow  # noqa: E402

MIME = "application/x-gradlab-labels+json"
LANGUAGE = os.environ.get("GRADLAB_LABELS", "")  # set by _ext/whole_site.py; nothing is drawn twice without it
FONTS = DOCS / "_fonts" / "korean"
LABELS = labels.Labels(DOCS / "locales" / LANGUAGE / "LC_MESSAGES" / f"{labels.CATALOGUE}.mo")


class LabelsFormatter(BaseFormatter):
    """Offer IPython's display a type more; it knows figures by itself, as the narrow drawings' does."""

    format_type = Unicode(MIME)
    print_method = ObjectName("_repr_labels_")

    def __call__(self, shown):
        kind = type(shown)
        if (kind.__module__, kind.__name__) == ("matplotlib.figure", "Figure"):
            return of_figure(shown)
        return next((told for moving, told in Moving.known if moving is shown), None)


def load_ipython_extension(shell):
    """Look at every figure that a cell shows, and at the figures that frames are drawn as."""
    from matplotlib import font_manager

    for path in sorted(FONTS.glob("*.otf")) if LANGUAGE else ():
        font_manager.fontManager.addfont(path)
    shell.display_formatter.formatters[MIME] = LabelsFormatter(parent=shell.display_formatter)
    Moving(LABELS).listen()


def of_figure(figure):
    """Return the words of a figure, and its other drawings where they are wanted."""
    try:
        told = {"texts": texts([figure])}
        if LANGUAGE and told["texts"]:
            with labels.exchanged([figure], LABELS):
                look = {"bbox_inches": "tight", "metadata": {"Date": None}}
                told |= {"wide": print_figure(figure, "svg", **look), "narrow": narrow(figure)}
    except Exception as error:
        print(f"a figure could not be drawn with other labels ({type(error).__name__}: {error})", file=sys.stderr)
        return None
    return told if told["texts"] else None


def texts(figures):
    """Return what figures say, each text once; that of axes that are not shown is left out."""
    from matplotlib.text import Text

    found = (text for figure in figures for text in figure.findobj(Text))
    return list(dict.fromkeys(text.get_text() for text in found if text.get_visible() and text.get_text().strip()))


class Moving(labels.Moving):
    """The figures of `frames`, written in both languages."""

    known = []  # (what frames returned, what is told of it)

    def listen(self):
        """Keep what is told of each figure; what `frames` returns stays as it is."""
        from gradlab import plots
        from gradlab.plots import moving

        self.told, frames, self.pooled = {}, moving.frames, moving.pooled

        @functools.wraps(frames)
        def heard(*given, **how):
            shown = frames(*given, **how)
            if "pool" in self.told:
                self.told["wide"] = "".join(self.told["pool"][piece] for piece in self.told["order"][shown.default])
            self.known.append((shown, self.told))
            return shown

        plots.frames = moving.frames = heard

    def write(self, figures):
        """Write all figures in the other language too, once they are written."""
        written = self.written_out(figures)
        self.told = {"texts": texts(figures)}
        if LANGUAGE:
            pool, order = self.pooled(super().write(figures))
            self.told |= {"pool": pool, "order": order}
        return written
