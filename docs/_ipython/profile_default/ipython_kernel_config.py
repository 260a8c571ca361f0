"""Figures of executed cells: SVG, cut to what is drawn, and the same bytes at each build (no date)."""

c = get_config()  # noqa: F821
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
c.InteractiveShell.colors = "nocolor"  # a traceback is read in a build's log
