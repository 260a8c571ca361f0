"""Figures of executed cells: SVG, cut to what is drawn, and the same bytes at each build (no date)."""

import sys
from pathlib import Path

c = get_config()  # noqa: F821
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
c.InteractiveShell.colors = "nocolor"  # a traceback is read in a build's log

# what a slow statement leaves behind has to be small, and figures have fonts of their own: see these files
sys.path.insert(0, str(Path(__file__).parents[1]))
drawing = ["figure_fonts_config", "narrow_figures_config", "labels_config"]
c.InteractiveShellApp.extensions = ["small_results_config", *drawing]
