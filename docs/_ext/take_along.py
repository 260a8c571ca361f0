"""Pages to take along: each as Markdown beside its HTML, those with cells as a notebook too, and the wheel these need.

A notebook holds no outputs: it is light, and what it shows is then its reader's own. Its first cell installs gradlab from
the wheel that the site serves, ``_downloads/gradlab_book-VERSION-py3-none-any.whl``, by its address where the site's is
known and else from beside the notebook. Everything here is the same at each build.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.metadata
import io
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urldefrag, urljoin

import nbformat
from claims import page_claims
from docutils import nodes
from editions import say
from figures_along import FOLDER as FIGURES
from figures_along import LICENCE, address
from hatchling.builders.wheel import WheelBuilder
from ledger import bound, measured, sentence
from nbformat import v4
from page_order import is_cell, part, tags
from plain_markdown import Block, Writer, fence
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

DOWNLOADS = "_downloads"
DRAWS = "matplotlib"  # what gradlab.plots needs besides gradlab
_BADGE = re.compile(r'<div class="gl-claim" id="claim-([\w-]+)">')
_BESIDE = re.compile(r"""\bPath\(["']([\w.-]+)["']\)""")  # a file that a page keeps next to itself
_MAGIC = re.compile(r"^\s*[%!].*", re.MULTILINE)


class Taken(NamedTuple):
    """A file that a page offers: what it is called there, and where it lies."""

    label: str
    path: str


# -- the wheel ---------------------------------------------------------------------------------------------------------


def build_wheel(app: Sphinx) -> None:
    """Build gradlab's wheel from the files beside the book; hatchling does it without a network, the same at each build."""
    app.gl_wheel = None
    root = Path(app.srcdir).parent
    if app.builder.format != "html" or not (root / "pyproject.toml").is_file():
        return
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        made = next(iter(WheelBuilder(str(root)).build(directory=folder, versions=["standard"])))
        target = Path(app.outdir, DOWNLOADS, Path(made).name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, target)
    app.gl_wheel = f"{DOWNLOADS}/{target.name}"


# -- what a cell needs -------------------------------------------------------------------------------------------------


def imported(code: str) -> set[str]:
    """Return the packages that code imports, less those that Python brings, and gradlab."""
    found: set[str] = set()
    try:
        tree = ast.parse(_MAGIC.sub("", code))
    except SyntaxError:  # executed_cells.py says so better
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return {name for name in found if name not in sys.stdlib_module_names and name != "gradlab"}


@functools.cache
def _installed() -> Mapping[str, list[str]]:
    """Return which distributions bring a package: it takes up to a second to look at all of them."""
    return importlib.metadata.packages_distributions()


def _brings(module: str) -> str:
    """Return the distribution that brings a package: mostly the one of its name."""
    try:
        return str(importlib.metadata.distribution(module).metadata["Name"])
    except importlib.metadata.PackageNotFoundError:
        return _installed().get(module, [module])[0]


def distributions(modules: set[str]) -> list[str]:
    """Return what to install for some packages, besides gradlab and what it brings: NumPy."""
    names = {_brings(module).lower() for module in modules | {DRAWS}}
    return sorted(names - {"numpy", "ipython"})  # a notebook runs on IPython


# -- a page ------------------------------------------------------------------------------------------------------------


class PageToTake:
    """A page on its way into Markdown and a notebook."""

    def __init__(self, app: Sphinx, doctree: nodes.document, page: str) -> None:
        """Take the page once its references are resolved, its cells in their order."""
        self.app, self.doctree, self.page = app, doctree, page
        self.here = address(app, page)
        self.home = f"{app.config.html_baseurl.rstrip('/')}/" if app.config.html_baseurl else ""
        self.up = "../" * page.count("/")
        self.claims = {claim.key: claim for claim in page_claims(app.env, page)}
        source = Path(app.env.mystnb_config.output_folder, f"{page}.ipynb")
        # a page that could not be run has no such file; executed_cells.py tells
        has_cells = next(doctree.findall(is_cell), None) is not None and source.is_file()
        self.code = [cell.source for cell in nbformat.read(source, as_version=4).cells] if has_cells else []

    # -- addresses

    def link(self, uri: str) -> str | None:
        """Return the address of a link: as it is to another site, whole where this one's is known, else beside the page."""
        if re.match(r"[a-z]+:", uri):
            return uri
        if self.here:
            return urljoin(self.here, uri)
        target, anchor = urldefrag(uri)
        name = target or f"{self.page.rpartition('/')[2]}.html"
        return f"{name}#{anchor}" if anchor else name

    def link_of_notebook(self, uri: str) -> str | None:
        """Return the address of a link that is read anywhere: None where it would lead nowhere."""
        return self.link(uri) if self.here or re.match(r"[a-z]+:", uri) else None

    def picture(self, image: nodes.image) -> str | None:
        """Return the address of a drawing; other images of the book are only for screens."""
        if "gl-key" not in image:
            return None
        return f"{self.home or self.up}{FIGURES}/{image['gl-key']}.svg"

    def source(self, cell: nodes.container) -> str:
        """Return the code of a cell, also where the page does not show it."""
        return self.code[cell["cell_index"]].rstrip() if self.code else ""

    # -- Markdown

    def markdown(self) -> str:
        """Return the page as Markdown."""
        writer = Writer(self.link, self.picture)
        blocks = [
            block.text if block.cell is None else self._shown(writer, block.cell) for block in writer.page(self.doctree)
        ]
        source = say("From <{address}>.", address=self.here) + " " if self.here else ""
        told = {"release": self.app.config.release, "licence": LICENCE[0]}
        about = source + say("gradlab {release}, text and figures {licence}, code BSD-3-Clause.", **told)
        return "\n\n".join([*filter(None, blocks), "---", about]) + "\n"

    def _shown(self, writer: Writer, cell: nodes.container) -> str:
        """Return the code of a cell and what came of it."""
        code = [] if part(cell, "source") is None else [fence(self.source(cell), "python")]
        return "\n\n".join([*code, *self._outputs(writer, cell)])

    def _outputs(self, writer: Writer, cell: nodes.container) -> Iterator[str]:
        output = part(cell, "output")
        if output is None:
            return
        if keys := [key for raw in output.findall(nodes.raw) for key in _BADGE.findall(raw.astext())]:
            yield "\n".join(f"> - {self._claim(key)}" for key in dict.fromkeys(keys) if key in self.claims)
        for raw in [raw for raw in output.findall(nodes.raw) if _BADGE.search(raw.astext())]:
            raw.parent.remove(raw)
        if text := writer.blocks(output.children):
            yield text

    def _claim(self, key: str) -> str:
        claim = self.claims[key]
        told = {"sentence": sentence(claim), "value": measured(claim), "bound": bound(claim)}
        return say("**Checked.** {sentence}: measured {value}, claimed {bound}.", **told)

    # -- notebook

    def notebook(self) -> nbformat.NotebookNode:
        """Return the page as a notebook without outputs."""
        writer = Writer(self.link_of_notebook, lambda image: None)
        cells = [v4.new_markdown_cell(self._about()), v4.new_code_cell(self._install())]
        for block in writer.page(self.doctree):
            cells += [v4.new_markdown_cell(block.text)] if block.cell is None else self._cells(writer, block)
        for number, cell in enumerate(cells, 1):
            cell.id = f"cell-{number}"  # by chance otherwise, and so different at each build
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        made = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
        nbformat.validate(made)
        return made

    def _cells(self, writer: Writer, block: Block) -> Iterator[nbformat.NotebookNode]:
        """Yield a cell, with the word that opens it before it and the caption of what it draws after it."""
        assert block.cell is not None
        metadata: dict[str, Any] = {}
        if "hide-cell" in tags(block.cell):  # the solution of an exercise stays closed, as on the page
            prompt = block.cell["cell_metadata"].get("mystnb", {}).get("code_prompt_show", "Show the code")
            yield v4.new_markdown_cell(f"**{prompt.removeprefix('Show ').capitalize()}**")
            metadata = {"jupyter": {"source_hidden": True}}
        yield v4.new_code_cell(self.source(block.cell), metadata=metadata)
        for figure in block.cell.findall(nodes.figure):
            if said := writer.block(figure):
                yield v4.new_markdown_cell(said)

    def _about(self) -> str:
        """Return the first words of the notebook."""
        title = self.app.env.titles[self.page].astext()
        where = f"[{title}]({self.here})" if self.here else f"“{title}”"
        told = say(
            "This notebook is the page {where} of gradlab, a book on activation functions and gradients; version "
            "{release}. Text and figures {licence}, code BSD-3-Clause.",
            where=where,
            release=self.app.config.release,
            licence=LICENCE[0],
        )
        lines = [f"*{told}*"]
        files = ([] if self.here else [self.wheel]) + self.files()
        if files:
            which = say(" and ").join(f"`{name}`" for name in files)
            it = say("The page also offers {which}. Save it beside this notebook.")
            them = say("The page also offers {which}. Save them beside this notebook.")
            lines.append((it if len(files) == 1 else them).format(which=which))
        lines.append(say("The next cell installs what the notebook needs. It has to run once."))
        return "\n\n".join(lines)

    @property
    def wheel(self) -> str:
        """Return the name of the wheel's file."""
        return str(self.app.gl_wheel).rpartition("/")[2]

    def _install(self) -> str:
        """Return the line that installs what the cells need."""
        needed = distributions({name for cell in self._code_cells() for name in imported(cell)})
        wheel = f"{self.home}{self.app.gl_wheel}" if self.home else f"./{self.wheel}"
        return f"%pip install --quiet {wheel} {' '.join(needed)}"

    def _code_cells(self) -> Iterator[str]:
        return (self.source(cell) for cell in self.doctree.findall(is_cell))

    def files(self) -> list[str]:
        """Return the files beside the page's source that its cells read."""
        folder = Path(self.app.srcdir, self.page).parent
        named = (name for code in self._code_cells() for name in _BESIDE.findall(code))
        return sorted({name for name in named if (folder / name).is_file()})


def take(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Write the files of a page, and leave word of them for its foot."""
    taking = PageToTake(app, doctree, page)
    files, folder = [Taken("Markdown", f"{page}.md")], page.rpartition("/")[0]
    if taking.code and app.gl_wheel:
        files.insert(0, Taken(say("Notebook"), f"{page}.ipynb"))
        _write(app, f"{page}.ipynb", nbformat.writes(taking.notebook()) + "\n")
        for name in taking.files():
            files.append(Taken(name, f"{folder}/{name}" if folder else name))
            shutil.copyfile(Path(app.srcdir, files[-1].path), Path(app.outdir, files[-1].path))
        files.append(Taken(say("gradlab for Python (wheel)"), app.gl_wheel))
    _write(app, f"{page}.md", taking.markdown())
    app.gl_taken[page] = files


def _write(app: Sphinx, name: str, text: str) -> None:
    path = Path(app.outdir, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class TakePagesAlong(SphinxPostTransform):
    """Write the pages with cells while these stand in the order in which they run."""

    default_priority = 170  # when references and outputs are resolved, before checked_cards.py (180) and page_order.py
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Write the page, of a copy: badges of claims are taken out of it."""
        if next(self.document.findall(is_cell), None) is not None:
            take(self.app, self.document.deepcopy(), self.env.docname)


def take_other(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Write the pages without cells when their tables are filled."""
    if app.builder.format == "html" and page not in app.gl_taken:
        take(app, doctree, page)


def begin(app: Sphinx) -> None:
    """Know no file yet."""
    app.gl_taken = {}


def offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Tell templates what a page offers: label, address from the root, bytes."""
    context["gl_downloads"] = [
        (file.label, file.path, Path(app.outdir, file.path).stat().st_size) for file in app.gl_taken.get(page, [])
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the steps."""
    app.connect("builder-inited", begin)
    app.connect("builder-inited", build_wheel)
    app.add_post_transform(TakePagesAlong)
    app.connect("doctree-resolved", take_other, priority=950)  # after keep_percent, so that percent signs stay too
    app.connect("html-page-context", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
