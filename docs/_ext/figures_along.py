"""Figures to take along: each drawing of a page as SVG and as PNG under a name that stays, with a line that says whose it is.

``_figures/vanishing-depth.svg`` is named after the figure's label; a drawing without one after the page and the section or
the activation that it shows. Both files are light, on white, and need no font. Each figure of a page leads to them, and
``_figures/figures.json`` lists all, with captions and alternative texts; `nox -s slides` makes its deck of that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import pictures
from chapters import chapters
from docutils import nodes
from editions import say
from frames import frames
from html_elements import made, quiet_element
from narrow_figures import picture
from prose import formula
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from themed_figures import MADE

FOLDER, LIST = "_figures", "figures.json"
LICENCE = ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
PIXELS, SMALL_PIXELS = 2000, 1000  # the width of a PNG: of a figure with a number, and of a picture beside text
MARGIN, LINE, SIZE, QUIET = 8.0, 9.0, 7.0, "#5c636b"  # points around a drawing; of the line under it
_log = logging.getLogger(__name__)
_SIDE = re.compile(r'\s(width|height)="([\d.]+)pt"')
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)


class Figure(NamedTuple):
    """A figure as a page shows it; ``key`` is the name of its files, ``says`` the sentence under a slider."""

    key: str
    page: str
    title: str
    number: str
    caption: str
    alt: str
    says: str
    address: str
    source: str


def key_of(image: nodes.image, page: str) -> str:
    """Return the stable name of a drawing."""
    name = page.rpartition("/")[2]
    figure = image.parent
    while figure is not None and not isinstance(figure, nodes.figure):
        figure = figure.parent
    labels = figure["names"] if figure is not None else []
    if labels:
        label = labels[0].removeprefix("fig-")
        return label if label.partition("-")[0] in name.split("-") else f"{name}-{label}"
    if MADE[1] in f"/{image['uri']}":  # of an activation, which its file is named after
        return f"{name}-{Path(image['uri']).stem.partition('-thumbnail')[0]}"
    section = next((above for above in _above(image) if isinstance(above, nodes.section)), None)
    return f"{name}-{section['ids'][0]}" if section is not None and section["ids"] else name


def _above(node: nodes.Node) -> Iterator[nodes.Element]:
    while node.parent is not None:
        node = node.parent
        yield node


def plain(node: nodes.Node) -> str:
    """Return the words of a caption, with formulas as far as letters can show them."""
    if isinstance(node, nodes.math):
        return formula(node.astext()) or node.astext()
    if isinstance(node, nodes.Text):
        return node.astext()
    return "" if isinstance(node, nodes.Invisible) else "".join(map(plain, node.children))


def attribution(title: str, address: str) -> str:
    """Return the line under a drawing."""
    return " · ".join(filter(None, ["gradlab", title, LICENCE[0], address]))


def size_of(svg: str) -> tuple[float, float]:
    """Return a drawing's width and height in points."""
    head = svg[: svg.index(">", svg.index("<svg"))]
    sides = {side: float(points) for side, points in _SIDE.findall(head)}
    return sides["width"], sides["height"]


def with_attribution(svg: str, figure: Figure, author: str) -> str:
    """Return a drawing on white, with the line under it as outlines and all that is known of it in its metadata."""
    width, height = size_of(svg)
    inner = _METADATA.sub("", svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")])
    lines = pictures.wrapped(attribution(figure.title, figure.address), SIZE, max(width, 120), at=" · ")
    down = [height + MARGIN + number * LINE for number in range(len(lines))]
    paths = "".join(pictures.outline(line, SIZE, 0, y) for line, y in zip(lines, down, strict=True))
    whole, high = max(width, 120) + 2 * MARGIN, down[-1] + 2 * MARGIN
    box = f"{-MARGIN:g} {-MARGIN:g} {whole:.2f} {high:.2f}"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'width="{whole:.2f}pt" height="{high:.2f}pt" viewBox="{box}">\n'
        f"<title>{escape(f'{figure.number} {figure.title}'.strip())}</title>\n<desc>{escape(figure.alt)}</desc>\n"
        f"{_metadata(figure, author)}\n"
        f'<rect x="{-MARGIN:g}" y="{-MARGIN:g}" width="100%" height="100%" fill="#ffffff"/>\n<g>{inner}</g>\n'
        f'<path d="{paths}" style="fill:{QUIET};stroke:none"/>\n</svg>\n'
    )


def _metadata(figure: Figure, author: str) -> str:
    """Return what a file says of itself, in the words of Dublin Core and Creative Commons."""
    told = {"title": figure.title, "description": figure.caption, "creator": author, "rights": LICENCE[0]}
    told["source"] = figure.address or figure.page
    lines = "".join(f"<dc:{name}>{escape(text)}</dc:{name}>" for name, text in told.items() if text)
    return (
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#">'
        f'<cc:Work rdf:about="">{lines}<cc:license rdf:resource="{LICENCE[1]}"/></cc:Work></rdf:RDF></metadata>'
    )


class TakeFiguresAlong(SphinxPostTransform):
    """Note the drawings of a page, and have each figure lead to its files."""

    default_priority = 165  # when references and numbers are resolved, before take_along.py writes the page (170)
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Look at the drawings of the page."""
        page = self.env.docname
        figures: dict[str, Figure] = {}
        for image in list(self.document.findall(self._is_drawing)):
            key = first = key_of(image, page)
            while key in figures:  # several drawings of one section
                key = f"{first}-{int((key.removeprefix(first) or '-1')[1:]) + 1}"
            figures[key] = self._figure(image, key)
            image["gl-key"] = key
            self._lead(image, figures[key])
        self.app.gl_figures[page] = list(figures.values())

    @staticmethod
    def _is_drawing(node: nodes.Node) -> bool:
        return isinstance(node, nodes.image) and "gl-light" in node["classes"] and "-thumbnail" not in node["uri"]

    def _figure(self, image: nodes.image, key: str) -> Figure:
        """Return what is known of a drawing."""
        page = self.env.docname
        frame = next((above for above in _above(image) if isinstance(above, nodes.figure)), None)
        number, anchor, said = "", "", ""
        if frame is not None:
            anchor = frame["ids"][0] if frame["ids"] else ""
            count = self.env.toc_fignumbers.get(page, {}).get("figure", {}).get(anchor)
            if count:
                number = self.config.numfig_format["figure"] % ".".join(map(str, count))
                frame["gl-number"] = number
            said = " ".join(plain(child) for child in frame if isinstance(child, nodes.caption | nodes.legend))
        sliders = next(iter(_around(image, frame).findall(frames)), None)
        return Figure(
            key=key,
            page=page,
            title=self.env.titles[page].astext(),
            number=number,
            caption=" ".join(said.split()),
            alt=" ".join(image.get("alt", "").split()),
            says=sliders["says"][sliders["default"]] if sliders is not None else "",
            address=address(self.app, page, anchor),
            source=image["uri"].lstrip("/"),
        )

    def _lead(self, image: nodes.image, figure: Figure) -> None:
        """Put the links at the end of the caption, or after a drawing without one."""
        up = "../" * figure.page.count("/")
        of = figure.number or figure.key
        links = [
            made("a", nodes.Text(kind), href=f"{up}{FOLDER}/{figure.key}.{kind.lower()}", download="", aria_label=label)
            for kind in ("SVG", "PNG")
            for label in [say("{kind} of {figure}", kind=kind, figure=of)]
        ]
        line = made(
            "span", nodes.Text(" "), links[0], nodes.Text(" · "), links[1], kind=quiet_element, classes=["gl-take"]
        )
        frame = next((above for above in _above(image) if isinstance(above, nodes.figure)), None)
        said = (
            [child for child in frame if isinstance(child, nodes.caption | nodes.legend)] if frame is not None else []
        )
        if said:
            said[-1] += line
        else:
            both = image.parent if isinstance(image.parent, picture) else image
            place = both.parent.index(both) + 1
            while place < len(both.parent) and _is_twin(both.parent[place]):
                place += 1
            both.parent.insert(place, line)


def _is_twin(node: nodes.Node) -> bool:
    images = node.children if isinstance(node, picture) else [node]
    return isinstance(images[0], nodes.image) and "gl-dark" in images[0]["classes"]


def _around(image: nodes.image, frame: nodes.figure | None) -> nodes.Element:
    """Return what holds a drawing and its sliders."""
    inner = frame if frame is not None else image
    return inner.parent if inner.parent is not None else inner


def address(app: Sphinx, page: str, anchor: str = "") -> str:
    """Return where a page is published, "" where nobody has said."""
    base = app.config.html_baseurl
    return f"{base.rstrip('/')}/{app.builder.get_target_uri(page)}{f'#{anchor}' if anchor else ''}" if base else ""


def begin(app: Sphinx) -> None:
    """Know no figure yet."""
    app.gl_figures = {}


def _listed(app: Sphinx) -> list[dict[str, Any]]:
    """Return the list of all figures in the order of the book; pages that were not written keep theirs."""
    path = Path(app.outdir, FOLDER, LIST)
    old = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.is_file() else []
    by_page: dict[str, list[dict[str, Any]]] = {}
    for entry in old:
        if entry["page"] in app.env.found_docs and entry["page"] not in app.gl_figures:
            by_page.setdefault(entry["page"], []).append(entry)
    numbers = {chapter.page: chapter for chapter in chapters(app.env)}
    for page, figures in app.gl_figures.items():
        chapter = numbers.get(page)
        place = {"chapter": chapter.number if chapter else None, "part": chapter.part if chapter else ""}
        for figure in figures:
            told = figure._asdict()
            del told["source"]
            files = {"svg": f"{FOLDER}/{figure.key}.svg", "png": f"{FOLDER}/{figure.key}.png"}
            by_page.setdefault(page, []).append({**told, **place, **files})
    order = {page: number for number, page in enumerate(_reading_order(app.env))}
    return [entry for page in sorted(by_page, key=order.__getitem__) for entry in by_page[page]]


def _reading_order(env: BuildEnvironment) -> Iterator[str]:
    from claims import in_reading_order  # claims.py needs gradlab, which is not there yet when this is read for a test

    yield from in_reading_order(env)


def drawings(app: Sphinx) -> Iterator[pictures.Drawing]:
    """Write the SVG of each figure, and yield what is to become of it."""
    written: dict[str, str] = {}
    for page, figures in app.gl_figures.items():
        for figure in figures:
            if written.setdefault(figure.key, page) != page:
                told = f"two figures are to be taken along as {figure.key}: here and on {written[figure.key]}"
                _log.warning(told, location=page, type="gradlab", subtype="figure")
            drawn = Path(app.srcdir, figure.source).read_text(encoding="utf-8")
            svg = with_attribution(drawn, figure, app.config.author)
            path = Path(app.outdir, FOLDER, f"{figure.key}.svg")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(svg, encoding="utf-8")
            about = {
                "Title": figure.title,
                "Author": app.config.author,
                "Copyright": LICENCE[0],
                "Description": figure.alt,
                "Source": figure.address or figure.page,
            }
            width = PIXELS if figure.number else SMALL_PIXELS
            yield pictures.Drawing(path.with_suffix(".png"), svg, width, tuple(about.items()))


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the files and their list."""
    if exception is not None or app.builder.format != "html":
        return
    pictures.write_all(app, list(drawings(app)))
    found = {"title": app.config.project, "author": app.config.author, "licence": LICENCE, "figures": _listed(app)}
    path = Path(app.outdir, FOLDER, LIST)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the steps."""
    app.setup_extension("html_elements")
    app.connect("builder-inited", begin)
    app.add_post_transform(TakeFiguresAlong)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
