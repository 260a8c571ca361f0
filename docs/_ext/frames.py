"""Sliders under the figures that `gl.plots.frames` drew.

The drawing of the default values is an image like any other, with its dark twin. The rest lies in ``_frames/DIGEST.js``
(each piece once, in light colours, with the table of their dark partners): fetched when the reader first touches a
slider, by a script element, which works from a file as well as from a server. Without JavaScript, in print and in other
formats the default drawing stands, with its values and its sentence.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from kept_together import kept
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from themed_figures import DARK

RECORD = re.compile(r'<div class="gl-frames">.*?<script type="application/json">(.*?)</script>', re.DOTALL)


class frames(nodes.General, nodes.Element):
    """The sliders of the image before it."""


class AddSliders(SphinxTransform):
    """Put sliders after each image that has frames, and drop the output's HTML, which is for notebooks."""

    default_priority = 390  # before themed_figures shortens the file and adds the twin

    def apply(self, **kwargs: Any) -> None:
        """Find the outputs that come as an image and as HTML with a record."""
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            kinds = {kind["mime_type"]: kind for kind in bundle}
            found = RECORD.search(kinds["text/html"].astext()) if "text/html" in kinds else None
            if found is None:
                continue
            bundle.remove(kinds["text/html"])
            # figure_labels.py has what is told in another language
            record = {**json.loads(found[1]), **bundle.attributes.pop("gl_moving", {})}
            record["says"] = [kept(sentence) for sentence in record["says"]]
            told = {key: record[key] for key in ("names", "values", "start", "default", "says")}
            sliders = frames("", file=self._write({**record, "dark": DARK}), **told)
            for image in kinds["image/svg+xml"].findall(nodes.image):
                image["classes"].append("gl-moving")
            kinds["image/svg+xml"].append(sliders)

    def _write(self, record: dict[str, Any]) -> str:
        """Write the drawings where the site will have them; return the file's name."""
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        name = f"{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        path = Path(self.app.outdir, "_frames", f"{name}.js")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'glFrames("{name}",{text});\n', encoding="utf-8")
        return path.name


def visit_html(self: Any, node: frames) -> None:
    """Write the sliders, hidden until the script has come; the values and the sentence stand in any case."""
    encode, up = self.encode, "../" * self.builder.current_docname.count("/")
    self.body.append(f'<div class="gl-frames" data-frames="{up}_frames/{node["file"]}">')
    for name, values, start in zip(node["names"], node["values"], node["start"], strict=True):
        told = encode(f"{name} = {values[start]}")
        choices = encode(json.dumps(values, ensure_ascii=False)).replace('"', "&quot;")
        self.body.append(
            f'<label class="gl-frames-row"><span class="gl-frames-value">{told}</span>'
            f'<input type="range" min="0" max="{len(values) - 1}" value="{start}" aria-label="{encode(name)}" '
            f'aria-valuetext="{told}" data-name="{encode(name)}" data-values="{choices}" hidden></label>'
        )
    self.body.append(f'<p class="gl-frames-says" aria-live="polite">{encode(node["says"][node["default"]])}</p></div>')
    raise nodes.SkipNode


def visit_other(self: Any, node: frames) -> None:
    """Leave the default drawing alone."""
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the node, its transform and its script."""
    other = (visit_other, None)
    app.add_node(frames, html=(visit_html, None), latex=other, text=other, man=other, texinfo=other)
    app.add_transform(AddSliders)
    app.add_js_file("frames.js", loading_method="defer")
    app.add_css_file("frames.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
