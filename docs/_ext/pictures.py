"""Pictures made of SVG: words as outlines, drawn by resvg, in few colours, and none of them drawn twice.

A picture that a build has drawn lies in ``_build/drawn_pictures`` under the digest of all that it was made from, so only what
changed is drawn again. The same drawing gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import re
import subprocess
import sys
import threading
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import resvg_py
from editions import folder
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath
from PIL import Image, ImageFont
from PIL.PngImagePlugin import PngInfo
from sphinx.application import Sphinx

FONTS = Path(__file__).resolve().parents[1] / "_fonts"
REGULAR, BOLD = FONTS / "gl-sans.ttf", FONTS / "gl-sans-bold.ttf"
FONT, KOREAN_FONT = "GL Sans", "GL Korean"
# of titles in Korean; in a folder of its own, since what lies in FONTS decides over every figure that cells draw
KOREAN = {REGULAR: FONTS / "korean" / "gl-korean.otf", BOLD: FONTS / "korean" / "gl-korean-bold.otf"}
COLOURS = 96  # of a drawing with its edges: lines of a few colours, and bands over them
FEW = 16  # pictures: fewer are drawn sooner than other processes have started
_HANGUL = re.compile(r"([\u1100-\u11ff\u3000-\u303f\u3131-\u318e\uac00-\ud7a3]+)")
_STEPS = {Outline.MOVETO: "M", Outline.LINETO: "L", Outline.CURVE3: "Q", Outline.CURVE4: "C", Outline.CLOSEPOLY: "Z"}


class Drawing(NamedTuple):
    """What to draw and where to: the SVG, the width in pixels, and what the file says of itself."""

    path: Path
    svg: str
    width: int
    told: tuple[tuple[str, str], ...] = ()


def width_of(text: str, size: float, font: Path = REGULAR) -> float:
    """Return how wide a line of text is, in the unit of ``size``."""
    return sum(_measure(face).getlength(run) for run, face in _runs(text, font)) * size / 100


def _runs(text: str, font: Path) -> list[tuple[str, Path]]:
    """Return a text in pieces, each with the face that has its letters."""
    pieces = [piece for piece in _HANGUL.split(text) if piece]
    return [(piece, KOREAN[font] if _HANGUL.fullmatch(piece) else font) for piece in pieces]


@lru_cache
def _measure(font: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font), 100)


def wrapped(text: str, size: float, width: float, font: Path = REGULAR, at: str = " ") -> list[str]:
    """Return a text in lines that are as wide as allowed; a word that is wider stands alone."""
    lines: list[str] = []
    for word in text.split(at):
        longer = f"{lines[-1]}{at}{word}" if lines else word
        if lines and width_of(longer, size, font) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def spans(text: str, size: float, x: float, font: Path = REGULAR) -> str:
    """Return a text as an SVG's ``text`` holds it: what is Korean in the face that has its letters.

    Each piece says where it begins: resvg chooses one face for all that follows from one place.
    """
    if not _HANGUL.search(text):
        return escape(text)
    parts = []
    for run, face in _runs(text, font):
        family = FONT if face == font else KOREAN_FONT
        parts.append(f'<tspan x="{x:.1f}" font-family="{family}">{escape(run)}</tspan>')
        x += width_of(run, size, font)
    return "".join(parts)


def outline(text: str, size: float, x: float, y: float, font: Path = REGULAR) -> str:
    """Return a line of text as the ``d`` of an SVG path that begins at a point of its baseline."""
    parts = []
    for run, face in _runs(text, font):
        # a dollar sign would begin a formula; spaces alone are no path
        path = (
            TextPath((0, 0), run.replace("$", r"\$"), size=size, prop=FontProperties(fname=face))
            if run.strip()
            else None
        )
        for points, code in path.iter_segments(curves=True, simplify=False) if path else ():
            pairs = [f"{x + right:.2f} {y - up:.2f}" for right, up in points.reshape(-1, 2)]
            parts.append(_STEPS[code] + ("" if code == Outline.CLOSEPOLY else " ".join(pairs)))
        x += width_of(run, size, font)
    return "".join(parts)


def draw(drawing: Drawing) -> bytes:
    """Return a drawing as PNG with a palette."""
    drawn = resvg_py.svg_to_bytes(
        svg_string=drawing.svg,
        width=drawing.width,
        dpi=96,  # its default, 0, finds no size in points
        background="#ffffff",
        skip_system_fonts=True,  # else each machine draws another picture
        font_files=[str(path) for path in [*sorted(FONTS.glob("*.ttf")), *KOREAN.values()] if path.is_file()],
        font_family=FONT,
    )
    told, file = PngInfo(), io.BytesIO()
    for key, text in drawing.told:
        told.add_itxt(key, text)
    picture = Image.open(io.BytesIO(bytes(drawn))).convert("RGB")
    few = picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    paper = few.tobytes()[0]  # the place in the palette of what lies behind all: its white comes out as 254 of 255
    few.putpalette(_with_colour(few.getpalette() or [], paper, picture.getpixel((0, 0))))
    few.save(file, "png", optimize=True, pnginfo=told)
    return file.getvalue()


def _with_colour(palette: list[int], place: int, colour: Any) -> list[int]:
    """Return a palette with one of its colours exchanged."""
    return [*palette[: 3 * place], *colour, *palette[3 * place + 3 :]]


@lru_cache(maxsize=1)
def _makers() -> str:
    """Return what else decides over the bytes of a picture: this file, its packages and its fonts."""
    ours = [Path(__file__), *sorted(FONTS.glob("*.ttf")), *(path for path in KOREAN.values() if path.is_file())]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in ours]
    return " ".join([*(f"{name} {version(name)}" for name in ("resvg-py", "pillow")), *digests])


def digest(drawing: Drawing) -> str:
    """Return the name under which a drawing is kept."""
    made_of = (_makers(), drawing.svg, str(drawing.width), *map(str, drawing.told))
    return hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:32]


def kept_in(app: Sphinx) -> Path:
    """Return where drawn pictures are kept, beside the built pages; each edition forgets those that it no longer has."""
    return Path(app.outdir).parent / "-".join(
        ["drawn_pictures", *filter(None, [folder(app.config.language).strip("/")])]
    )


def keep(folder: Path, drawing: Drawing) -> Path:
    """Draw a picture if that was not done before; return where it is kept."""
    kept = folder / f"{digest(drawing)}.png"
    if not kept.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        # another name first: a build that is stopped here leaves no half picture behind
        half = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}.half")
        half.write_bytes(draw(drawing))
        half.replace(kept)
    return kept


def write(folder: Path, drawing: Drawing) -> Path:
    """Write a picture; return where it is kept."""
    kept = keep(folder, drawing)
    drawing.path.parent.mkdir(parents=True, exist_ok=True)
    drawing.path.write_bytes(kept.read_bytes())
    return kept


def draw_together(folder: Path, drawings: list[Drawing]) -> None:
    """Draw pictures in a process a core: resvg lets no other thread run. If the build breaks off, they end with it."""
    cores = os.cpu_count() or 1
    with TemporaryDirectory() as place:
        children = []
        try:
            for number in range(cores):
                share = Path(place, str(number))
                share.write_bytes(pickle.dumps([tuple(one) for one in drawings[number::cores]]))
                command = [sys.executable, __file__, str(folder), str(share)]
                children.append(subprocess.Popen(command, start_new_session=True))  # Ctrl+C speaks to the build alone
            codes = [child.wait() for child in children]
        finally:
            for child in children:
                child.terminate()
                child.wait()
    if any(codes):
        raise OSError(f"the pictures were not drawn: their processes ended with {codes}")


def write_all(app: Sphinx, drawings: Iterable[Drawing]) -> None:
    """Write pictures; many new ones are drawn on all cores first."""
    folder, drawings = kept_in(app), list(drawings)
    new = [one for one in drawings if not (folder / f"{digest(one)}.png").is_file()]
    if len(new) > FEW:
        draw_together(folder, new)
    app.gl_kept = getattr(app, "gl_kept", set()) | {write(folder, one) for one in drawings}


def forget_others(app: Sphinx, exception: Exception | None) -> None:
    """Delete the kept pictures that no page has any more, where all pages were written."""
    if exception is None and app.builder.format == "html" and app.env.found_docs <= app.gl_figures.keys():
        for path in set(kept_in(app).glob("*")) - app.gl_kept:
            path.unlink()


if __name__ == "__main__":
    for one in pickle.loads(Path(sys.argv[2]).read_bytes()):
        keep(Path(sys.argv[1]), Drawing(*one))
