"""Books of a few pages with the real configuration, extensions and gradlab, to see how they are built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from built_book import DOCS, ROOT

FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"
# of a kernel that was not the first to find a free port, where several books are built at once: another takes its place
# and of one that was asked for an end while it ended
KERNEL_NOISE = re.compile(
    r"Traceback \(most recent call last\):\n(?: .*\n)+"
    r"zmq\.error\.ZMQError: (?:Address already in use|Socket operation on non-socket).*\n"
)


def cell(code: str) -> str:
    return f"\n```{{code-cell}} python\n{code}\n```\n"


class Book:
    """A book in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "gradlab", folder / "gradlab", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):  # the wheel that the site serves is made of them
            shutil.copy(ROOT / name, folder / name)
        for name in ("_ext", "_fonts", "_inv", "_packaging", "_static", "_templates"):
            shutil.copytree(DOCS / name, folder / "docs" / name, ignore=shutil.ignore_patterns("__pycache__"))
        live = "_live/python"  # reads the code of cells, in the kernels too
        shutil.copytree(DOCS / live, folder / "docs" / live, ignore=shutil.ignore_patterns("__pycache__", "style"))
        profile = "_ipython/profile_default/ipython_kernel_config.py"
        (folder / "docs" / profile).parent.mkdir(parents=True)
        for name in (
            profile,
            "_ipython/small_results_config.py",
            "_ipython/figure_fonts_config.py",
            "_ipython/narrow_figures_config.py",
            "_ipython/labels_config.py",
            "conf.py",
            "matplotlibrc",
            "references.bib",
            "references.md",
        ):
            shutil.copy(DOCS / name, folder / "docs" / name)

    @classmethod
    def at(cls, folder: Path) -> Book:
        """Return the book that is in a folder already."""
        book = cls.__new__(cls)
        book.folder = folder
        return book

    def write(self, **pages: str) -> None:
        """Write the pages and an index of them."""
        for name, text in pages.items():
            (self.folder / "docs" / f"{name}.md").write_text(FRONT + f"# Page {name}\n" + text, encoding="utf-8")
        contents = "\n".join([*pages, "references"])
        (self.folder / "docs" / "index.md").write_text(
            f"# A small book\n\n```{{claims}}\n```\n\n```{{execution-times}}\n```\n\n```{{toctree}}\n{contents}\n```\n",
            encoding="utf-8",
        )

        self._write_references(" ".join([*pages.values(), (DOCS / "references.md").read_text(encoding="utf-8")]))

    def _write_references(self, text: str) -> None:
        """Write the sources that a text names, and a few more: to format those of the whole book takes a second."""
        few, *entries = re.split(r"\n(?=@)", (DOCS / "references.bib").read_text(encoding="utf-8"))
        keys = [re.match(r"@\w+\{([^,\s]+),", entry) for entry in entries]
        named = [entry for entry, key in zip(entries, keys, strict=True) if key and key[1] in text]
        (self.folder / "docs" / "references.bib").write_text(
            "\n".join([few, *(named or entries[:2])]), encoding="utf-8"
        )

    def build(self, *, again: bool = True, **environment: str) -> tuple[int, str]:
        """Build with Sphinx's own command, which prints only what is wrong; return the exit code and what was printed."""
        done = subprocess.run(
            [sys.executable, "-m", "sphinx", *(["-E"] if again else []), "-W", "--keep-going", "-n", "-j", "2", "-q"]
            + ["docs", "docs/_build/html"],
            cwd=self.folder,
            env={**os.environ, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        # ZeroMQ's own complaint where a kernel ends while a busy machine forks another: not of the book
        lines = [line for line in done.stdout.splitlines(keepends=True) if "(src/signaler.cpp:" not in line]
        return done.returncode, KERNEL_NOISE.sub("", "".join(lines))

    def html(self, name: str) -> str:
        """Return a page as text, without its tags."""
        text = (self.folder / "docs" / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
        return re.sub(r"<[^>]+>", "", text)
