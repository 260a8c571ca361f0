"""How a build succeeds and fails, on a book of two or three pages with the real configuration, extensions and gradlab."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from built_book import DOCS, ROOT

FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"


def cell(code: str) -> str:
    return f"\n```{{code-cell}} python\n{code}\n```\n"


class Book:
    """A book in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "gradlab", folder / "gradlab", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("_ext", "_inv", "_static", "_templates"):
            shutil.copytree(DOCS / name, folder / "docs" / name, ignore=shutil.ignore_patterns("__pycache__"))
        profile = "_ipython/profile_default/ipython_kernel_config.py"
        (folder / "docs" / profile).parent.mkdir(parents=True)
        for name in (profile, "conf.py", "matplotlibrc", "references.bib", "references.md"):
            shutil.copy(DOCS / name, folder / "docs" / name)

    def write(self, **pages: str) -> None:
        """Write the pages and an index of them."""
        for name, text in pages.items():
            (self.folder / "docs" / f"{name}.md").write_text(FRONT + f"# Page {name}\n" + text, encoding="utf-8")
        contents = "\n".join([*pages, "references"])
        (self.folder / "docs" / "index.md").write_text(
            f"# A small book\n\n```{{claims}}\n```\n\n```{{toctree}}\n{contents}\n```\n", encoding="utf-8"
        )

    def build(self, *, again: bool = True, **environment: str) -> tuple[int, str]:
        """Build as `nox -s docs` does; return the exit code and what was printed."""
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
        return done.returncode, done.stdout

    def html(self, name: str) -> str:
        """Return a page as text, without its tags."""
        text = (self.folder / "docs" / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
        return re.sub(r"<[^>]+>", "", text)


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """One build of a book in which everything that can be wrong with a cell or a claim is wrong."""
    book = Book(tmp_path_factory.mktemp("broken"))
    first = 'import gradlab as gl\ngl.claim("twice", "One is below two", 1.0, below=2)'
    book.write(
        first=cell(first),
        second=cell(first) + cell('gl.claim("unheard", "One is below three", 1.0, below=3, cite="nobody1900")'),
        false=cell("import gradlab as gl") + cell('x = 3\ngl.claim("false-one", "Three is below two", x, below=2)'),
        raising=cell("import numpy as np") + cell("np.ones(3) @ np.ones(4)"),
        warning=cell("import numpy as np\nnp.log(np.zeros(1))"),
        slow="\n" + cell("import time") + cell("time.sleep(60)"),
    )
    page = book.folder / "docs" / "slow.md"
    page.write_text(page.read_text().replace("name: python3\n", "name: python3\nmystnb:\n  execution_timeout: 2\n", 1))
    return book, *book.build()


def test_a_broken_book_fails_and_fails_again(broken):
    book, code, printed = broken
    assert code == 1, printed
    code, printed = book.build()
    assert code == 1
    assert "'false-one' is false" in printed


def test_a_false_claim_is_named_with_its_page_and_cell(broken):
    printed = broken[2]
    assert re.search(r"false\.md:\d+: WARNING: code cell 2 failed: ClaimError: .*'false-one' is false", printed)
    assert "measured 3, claimed < 2" in printed


def test_a_cell_that_raises_is_shown_with_its_traceback(broken):
    printed = broken[2]
    place = re.search(r"raising\.md:(\d+): WARNING: code cell 2 failed: ValueError: matmul", printed)
    assert place
    source = (broken[0].folder / "docs" / "raising.md").read_text().splitlines()
    assert "np.ones(3)" in "\n".join(source[int(place[1]) - 1 : int(place[1]) + 1])
    assert "----> 1 np.ones(3) @ np.ones(4)" in printed


def test_a_cell_that_runs_too_long_is_shown(broken):
    printed = broken[2]
    assert re.search(r"slow\.md:\d+: WARNING: code cell 2 failed: it ran for too long", printed)
    assert "time.sleep(60)" in printed


def test_a_warning_of_numpy_fails_the_build(broken):
    assert re.search(r"warning\.md.*WARNING: stderr was found in the cell outputs", broken[2])


def test_two_claims_with_one_key_are_named(broken):
    assert "second.md: WARNING: claim 'twice': its key is taken by a claim of first" in broken[2]


def test_a_claim_that_cites_an_unknown_source_is_named(broken):
    assert "second.md: WARNING: claim 'unheard': it cites 'nobody1900', which is not in references.bib" in broken[2]


def test_a_changed_gradlab_runs_the_cells_again_and_nothing_else_does(tmp_path):
    book = Book(tmp_path)
    code = "import uuid\nimport gradlab as gl\nprint('version', gl.__version__, 'run', uuid.uuid4().hex)"
    book.write(
        page=cell(code + '\ngl.claim("one", "One is below two", 1.25, below=2, cite="glorot2010")')
        + "\nGlued: {glue:text}`page.md::one:.1f`.\n"
    )

    def run() -> tuple[str, str]:
        return re.search(r"version (\S+) run ([0-9a-f]{32})", book.html("page").replace("&#39;", "'")).groups()

    returned, printed = book.build()
    assert (returned, printed.strip()) == (0, "")
    assert "Glued: 1.2." in book.html("page")
    assert re.search(r"One is below two\s+&lt; 2\s+1.25\s+Glorot &amp; Bengio, 2010\s+Page page", book.html("index"))
    before = run()

    assert book.build()[0] == 0
    assert run() == before, "a build with nothing changed ran the cells"
    assert "One is below two" in book.html("index"), "claims are lost when the cells come from the cache"

    with (tmp_path / "gradlab" / "__init__.py").open("a") as file:
        file.write('\n__version__ = "9.8.7"\n')
    assert book.build(again=False)[0] == 0
    after = run()
    assert after[0] == "9.8.7"
    assert after[1] != before[1]


def test_a_missing_kernel_gets_a_sentence(tmp_path):
    book = Book(tmp_path / "book")
    book.write(page=cell("1 + 1"))
    hidden = tmp_path / "hidden" / "ipykernel"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'ipykernel'\", name='ipykernel')\n")
    code, printed = book.build(PYTHONPATH=str(hidden.parent))
    assert code == 2
    assert "ipykernel is not installed: run `nox -s docs`" in printed
    assert len(printed.splitlines()) == 1
