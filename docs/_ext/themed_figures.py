"""Give every SVG figure that an executed cell, or _ext/activation_facts.py, drew a dark twin.

Cells draw with the light palette of ``matplotlibrc``. The twin is the same file with each colour of the palette
exchanged for its partner, so a cell runs once, and a page shows one of the two by CSS. (One SVG with a
``prefers-color-scheme`` rule would be less, but WebKit does not follow the theme's switch in it.) Both are made shorter:
Matplotlib writes six decimals.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from gradlab.plots._pieces import shorten

# Each pair reads at 4.5 to 1 or better on its own background (tests/site holds that); the grid is decoration.
DARK = {  # light: dark
    "#000000": "#e6edf3",
    "#ffffff": "#121212",
    "#22272e": "#e6edf3",  # text and axes, see matplotlibrc
    "#c3c8ce": "#4a525c",  # grid
    "#5b6673": "#9aa7b4",  # and the lines of gradlab.plots.PALETTE
    "#b3541e": "#f0883e",
    "#0b61a4": "#6cb6ff",
    "#2a7a3b": "#57ab5a",
    "#8b3fa0": "#d2a8ff",
    "#0f7b83": "#56d4dd",
    "#b0245e": "#ff7eb6",
    "#7a6a00": "#e3c53f",
    "#6b4226": "#cfa885",
}
MADE = ("/jupyter_execute/", "/drawn_figures/")  # where the figures of a build are
_COLOUR = re.compile("|".join(DARK), re.IGNORECASE)


def darken(svg: str) -> str:
    """Return the figure with each colour of the light palette exchanged for its dark partner."""
    return _COLOUR.sub(lambda match: DARK[match[0].lower()], svg)


class AddDarkTwin(SphinxTransform):
    """Write the twin beside the figure, and show it beside the figure."""

    default_priority = 400  # before Sphinx collects the images

    def apply(self, **kwargs: Any) -> None:
        """Give each executed SVG of the document its twin."""
        for image in list(self.document.findall(nodes.image)):
            uri = image.get("uri", "")
            if not any(folder in uri for folder in MADE) or not uri.endswith(".svg"):
                continue
            source = Path(self.env.srcdir, uri.lstrip("/"))
            twin_file = source.with_name(f"{source.stem}-dark.svg")
            drawn = shorten(source.read_text(encoding="utf-8"))
            source.write_text(drawn, encoding="utf-8")
            twin_file.write_text(darken(drawn), encoding="utf-8")
            twin = image.deepcopy()
            twin["uri"] = uri.removesuffix(".svg") + "-dark.svg"
            twin["ids"], twin["names"] = [], []
            # The theme's only-light and only-dark would also hide the caption that follows them.
            twin["classes"] = [*twin["classes"], "gl-dark"]
            image["classes"] = [*image["classes"], "gl-light"]
            image.parent.insert(image.parent.index(image) + 1, twin)


class DropDarkTwin(SphinxPostTransform):
    """Leave the light figure alone in output that is not HTML."""

    default_priority = 1

    def run(self, **kwargs: Any) -> None:
        """Remove the twins."""
        if self.app.builder.format != "html":
            for image in list(self.document.findall(nodes.image)):
                if "gl-dark" in image["classes"]:
                    image.parent.remove(image)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the two transforms."""
    app.add_transform(AddDarkTwin)
    app.add_post_transform(DropDarkTwin)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
