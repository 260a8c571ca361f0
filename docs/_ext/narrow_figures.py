"""Give every figure of a cell a drawing for phones, tell browsers the size of each drawing, and load late what stands low.

A cell's output carries the second drawing beside the first (docs/_ipython/narrow_figures_config.py). A page offers both
in a ``picture``, of which a browser fetches one. An image of the class ``gl-no-narrow`` keeps the wide drawing everywhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.core import render
from myst_nb.core.render import MimeData
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator
from themed_figures import MADE, darken

from gradlab.plots._pieces import shorten

MIME = "application/x-gradlab-narrow+svg"
PHONE = "(max-width: 600px)"
TWINS = {"gl-light", "gl-dark"}
WIDE_EVERYWHERE = {"gl-no-narrow", "gl-small"}
_SIDE = re.compile(r'\s(width|height)="([\d.]+)pt"')


class picture(nodes.General, nodes.Inline, nodes.Element):
    """A wide image and, behind it, the narrow one that phones show instead."""


def size(svg: str) -> dict[str, int]:
    """Return a drawing's width and height in pixels; Matplotlib writes them in points."""
    head = svg[: svg.index(">", svg.index("<svg"))]
    return {side: round(float(points) * 4 / 3) for side, points in _SIDE.findall(head)}


class drawing(nodes.Invisible, nodes.Element):
    """The drawing for phones, where MyST-NB puts what a cell shows; it is gone once the page is read."""


class ReadNarrowDrawings:
    """Has MyST-NB keep what it does not know, beside the figure that it belongs to.

    The executed notebook beside the pages would not do: of a page from the cache it holds no outputs.
    """

    @staticmethod
    def handle_mime(renderer: Any, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Return the node for a drawing for phones, and None for all else."""
        return [drawing("", svg=data.string)] if data.mime_type == MIME else None


def narrow_drawings(doctree: nodes.document) -> dict[str, str]:
    """Take the drawings for phones out of a page; return them by the name of the wide one's file."""
    found = {}
    for node in list(doctree.findall(drawing)):
        kind, bundle = node.parent, node.parent.parent
        bundle.remove(kind)
        for image in bundle.findall(nodes.image):
            found[Path(image["uri"]).stem.removesuffix("-dark")] = node["svg"]
    return found


class AddNarrowTwin(SphinxTransform):
    """Write the drawings for phones beside the figures, and offer both."""

    default_priority = 401  # when each figure has its dark twin, and before Sphinx collects the images

    def apply(self, **kwargs: Any) -> None:
        """Change the figures of the document."""
        narrow = narrow_drawings(self.document)
        drawn = [image for image in self.document.findall(nodes.image) if self._is_drawn(image)]
        if not drawn:
            return
        for number, image in enumerate(drawn):
            source = Path(self.env.srcdir, image["uri"].lstrip("/"))
            image["size"] = size(source.read_text(encoding="utf-8"))
            if number or "gl-dark" in image["classes"]:
                image["loading"] = "lazy"  # the first is what a reader waits for; a hidden twin is then never fetched
            name = source.stem.removesuffix("-dark")
            if name in narrow and not WIDE_EVERYWHERE & set(image["classes"]):
                self._offer(image, source, shorten(narrow[name]))

    @staticmethod
    def _is_drawn(image: nodes.image) -> bool:
        return any(folder in image.get("uri", "") for folder in MADE) and bool(TWINS & set(image["classes"]))

    @staticmethod
    def _offer(image: nodes.image, source: Path, drawing: str) -> None:
        """Put a picture with both drawings in the image's place."""
        dark = "gl-dark" in image["classes"]
        name = f"{source.stem.removesuffix('-dark')}-narrow{'-dark' if dark else ''}.svg"
        source.with_name(name).write_text(darken(drawing) if dark else drawing, encoding="utf-8")
        phone = nodes.image(uri=f"{image['uri'].rpartition('/')[0]}/{name}", alt=image.get("alt", ""))
        phone["size"] = size(drawing)
        both = picture()
        image.replace_self(both)
        both += [image, phone]


class DropNarrowTwin(SphinxPostTransform):
    """Leave the wide figure alone in output that is not HTML."""

    default_priority = 1

    def run(self, **kwargs: Any) -> None:
        """Put each wide figure back in the place of its picture."""
        if self.app.builder.format != "html":
            for both in list(self.document.findall(picture)):
                both.replace_self(both[0])


def _sides(image: nodes.image) -> str:
    """Return a drawing's size as attributes: the page then stands still while it loads."""
    return "".join(f' {side}="{pixels}"' for side, pixels in image.get("size", {}).items() if side not in image)


def _open_picture(self: HTML5Translator, node: picture) -> None:
    phone = node[1]
    address = f"{self.builder.imgpath}/{self.builder.images[phone['uri']]}"
    self.body.append(f'<picture><source media="{PHONE}" srcset="{address}"{_sides(phone)}>')


def _close_picture(self: HTML5Translator, node: picture) -> None:
    self.body.append("</picture>\n")


def _image(self: HTML5Translator, node: nodes.image) -> None:
    """Write an image as Sphinx does, with its size; a picture has written its narrow one already."""
    if isinstance(node.parent, picture) and node is node.parent[1]:
        raise nodes.SkipNode
    HTML5Translator.visit_image(self, node)
    self.body[-1] = self.body[-1].replace("<img ", f"<img{_sides(node)} ", 1)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the node and its transforms."""
    others = render.load_mime_renders
    render.load_mime_renders = lambda: [ReadNarrowDrawings(), *others()]  # its own way in needs an installed package
    app.add_node(picture, html=(_open_picture, _close_picture))
    app.add_node(nodes.image, override=True, html=(_image, HTML5Translator.depart_image))
    app.add_transform(AddNarrowTwin)
    app.add_post_transform(DropNarrowTwin)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
