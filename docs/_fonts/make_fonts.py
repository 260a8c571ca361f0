"""Make the fonts of the book from the packages of their makers: ``python make_fonts.py FOLDER``.

FOLDER holds the npm packages source-serif 4.5.1, source-code-pro 2.42.0, source-sans 3.52.0 and pretendard 1.3.9, each
unpacked in a folder of its name. Needs fonttools and brotli. Pages get three small files (woff2), those of the Korean edition
two of its own; figures three larger ones, and Korean labels and titles two more in ``korean``: those are drawn as paths, so
no reader loads them. Nothing here runs when the book is built; the files are a part of the repository.

The licence (OFL) reserves the names "Source" and "Pretendard" for the unchanged fonts. What is cut down here has names of
its own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
PAGES = HERE.parent / "_static" / "fonts"

# ASCII, Latin-1 and a few names, Greek, dashes and quotation marks, super- and subscripts, arrows, signs of mathematics.
SIGNS = (
    "20-7E,A0-FF,0106-0107,010C-010D,0141-0142,0160-0161,017D-017E,0391-03C9,03D5,2009-200B,2010-2015,2018-201E,"
    "2020-2022,2026,202F,2032-2033,2070-208E,20AC,2190-2193,2200,2202,2206-2208,220F,2211,2212,221A,221E,222B,2248,2260,"
    "2264,2265,25CA-25CB,25CF,2713"
)
# Figures may say more: all of Latin and Greek, and what the face has of arrows, mathematics and shapes.
MORE = "20-24F,0300-036F,370-3FF,2000-206F,2070-209F,20A0-20BF,2100-214F,2190-21FF,2200-22FF,25A0-25FF,2713"
OPTIONS = (
    "--no-hinting",
    "--notdef-outline",  # a sign that is missing is a box that somebody sees
    "--layout-features=kern,liga,tnum,lnum,ccmp,locl,mark",
    "--name-IDs=0,1,2,3,4,5,6,7,13,14",  # whose it is, and under which licence
)

# file: family, cut, its source below FOLDER, and what its axes are pinned to
SERIF = ("wght=400:700", "opsz=14")
TEXT = {
    "gl-serif.woff2": ("GL Serif", "Regular", "source-serif/VAR/SourceSerif4Variable-Roman.ttf", SERIF),
    "gl-serif-italic.woff2": (
        *("GL Serif", "Italic", "source-serif/VAR/SourceSerif4Variable-Italic.ttf"),
        ("wght=400", "opsz=14"),
    ),
    "gl-code.woff2": ("GL Code", "Regular", "source-code-pro/TTF/SourceCodePro-Regular.ttf", ()),
}
FIGURES = {
    "gl-sans.ttf": ("GL Sans", "Regular", "source-sans/TTF/SourceSans3-Regular.ttf", ()),
    "gl-sans-italic.ttf": ("GL Sans", "Italic", "source-sans/TTF/SourceSans3-It.ttf", ()),
    "gl-sans-bold.ttf": ("GL Sans", "Bold", "source-sans/TTF/SourceSans3-Bold.ttf", ()),
}
KOREAN = {
    "korean/gl-korean.otf": ("GL Korean", "Regular", "pretendard/dist/public/static/Pretendard-Regular.otf", ()),
    "korean/gl-korean-bold.otf": ("GL Korean", "Bold", "pretendard/dist/public/static/Pretendard-Bold.otf", ()),
}
# the 2,350 syllables of KS X 1001, which are those that are written, and no other letter: resvg would take it for all
SYLLABLES = ",".join(
    f"{ord(bytes((high, low)).decode('euc_kr')):X}" for high in range(0xB0, 0xC9) for low in range(0xA1, 0xFF)
)
KOREAN_PAGES = {  # with signs and Latin letters: a page has one face
    "gl-korean.woff2": KOREAN["korean/gl-korean.otf"],
    "gl-korean-bold.woff2": KOREAN["korean/gl-korean-bold.otf"],
}


def tool(name: str, *arguments: str) -> None:
    """Run a tool of fonttools."""
    subprocess.run([sys.executable, "-m", f"fontTools.{name}", *arguments], check=True)


def raise_minus(path: Path, target: Path) -> None:
    """Let a raised dash stand for the raised minus of 10⁻⁶, which the faces of the text have no sign for."""
    font = TTFont(path, recalcTimestamp=False)
    for table in font["cmap"].tables:
        if table.isUnicode() and "endash.sups" in font.getGlyphOrder():
            table.cmap.setdefault(0x207B, "endash.sups")
    font.save(target)


def rename(path: Path, family: str, cut: str) -> None:
    """Give a font the name of its family and cut."""
    names = {1: family, 2: cut, 3: f"{family} {cut}", 4: f"{family} {cut}", 6: f"{family}-{cut}".replace(" ", "")}
    font = TTFont(path, recalcTimestamp=False)
    for key in (16, 17, 21, 22, 25):
        font["name"].removeNames(nameID=key)
    for key, name in names.items():
        font["name"].removeNames(nameID=key)
        font["name"].setName(name, key, 3, 1, 0x409)
        font["name"].setName(name, key, 1, 0, 0)
    if "CFF " in font:  # which has names of its own
        outlines = font["CFF "].cff
        outlines.fontNames = [names[6]]
        outlines.topDictIndex[0].FullName, outlines.topDictIndex[0].FamilyName = names[4], family
    font.save(path)


def make(folder: Path, target: Path, recipe: tuple[str, str, str, tuple[str, ...]], signs: str) -> None:
    """Write one font: axes pinned, few signs, its own name."""
    family, cut, source, axes = recipe
    pinned = folder / "pinned.ttf"
    if axes:
        tool("varLib.instancer", str(folder / source), *axes, f"--output={pinned}")
    raise_minus(pinned if axes else folder / source, pinned)
    flavour = ["--flavor=woff2"] if target.suffix == ".woff2" else []
    tool(
        *("subset", str(pinned), f"--unicodes={signs}", *OPTIONS, *flavour),
        f"--output-file={target}",
    )
    rename(target, family, cut)
    print(f"{target.name}: {target.stat().st_size / 1000:.1f} kB")


def main(folder: Path) -> None:
    """Write every font."""
    for name, recipe in TEXT.items():
        make(folder, PAGES / name, recipe, SIGNS)
    for name, recipe in FIGURES.items():
        make(folder, HERE / name, recipe, MORE)
    for name, recipe in KOREAN.items():
        make(folder, HERE / name, recipe, SYLLABLES)
    for name, recipe in KOREAN_PAGES.items():
        make(folder, PAGES / name, recipe, f"{SIGNS},3001-3002,3008-3011,{SYLLABLES}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
