"""Stop a build at once where a file is missing that figures or pages would silently do without: fonts and the like.

Matplotlib draws in another font and warns at each figure; a browser falls back to another one, or shows no icon, and says
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

_URL = re.compile(r"url\(\s*['\"]?(?!data:|#|https?:)([^'\")?#]+)")
_FONTS = "make_fonts.py"  # makes all of them and has their names


def fonts(folder: Path) -> Iterator[Path]:
    """Yield the fonts of figures that ``docs/_fonts/make_fonts.py`` makes."""
    if not (folder / _FONTS).is_file():
        yield folder / _FONTS
        return
    for name in re.findall(r"[\w/]*gl-[\w-]+\.(?:ttf|otf)", (folder / _FONTS).read_text(encoding="utf-8")):
        yield folder / name


def named_in_styles(folder: Path) -> Iterator[Path]:
    """Yield the files that the stylesheets of a folder name."""
    for sheet in sorted(folder.rglob("*.css")):
        for name in _URL.findall(sheet.read_text(encoding="utf-8")):
            yield (sheet.parent / name).resolve()


def look(app: Sphinx, config: Config) -> None:
    """Raise an error that names what is missing."""
    docs = Path(app.confdir)
    wanted = [
        *fonts(docs / "_fonts"),
        *(path for name in config.html_static_path for path in named_in_styles(docs / name)),
    ]
    missing = sorted(
        {path.relative_to(docs.resolve()).as_posix() for path in map(Path.resolve, wanted) if not path.is_file()}
    )
    if missing:
        raise ConfigError(
            f"files are missing in {docs.name}: {', '.join(missing)}. They belong to the repository: "
            "`git checkout -- docs/_fonts docs/_static` brings them back, docs/_fonts/make_fonts.py makes fonts anew."
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Look before anything is read."""
    app.connect("config-inited", look)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
