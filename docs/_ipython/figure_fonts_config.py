"""Give Matplotlib the fonts of the book's figures: ``docs/_fonts``, whatever a machine has installed.

A figure that asks for a font which is not there would be drawn in another one and say so on the error stream, which fails
the build.
"""

from pathlib import Path

from matplotlib import font_manager

FOLDER = Path(__file__).resolve().parents[1] / "_fonts"


def register():
    """Add the fonts; _ext/activation_facts.py draws in Sphinx's own process and needs them too."""
    files = sorted(FOLDER.glob("*.ttf"))
    if not files:
        raise FileNotFoundError(f"no fonts for figures in {FOLDER}")
    for path in files:
        font_manager.fontManager.addfont(path)


def load_ipython_extension(shell):
    """Add the fonts before the first cell of a page runs."""
    register()
