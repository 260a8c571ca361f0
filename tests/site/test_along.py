"""What the site gives away: pages as Markdown and notebooks, the wheel, figures, pictures for those who share, slides."""

from __future__ import annotations

import ast
import copy
import io
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import nbformat
import pictures
import pytest
import slides
import social_images
import take_along
from accessible import DESK
from built_book import DOCS, EXECUTED, HTML, PAGES, ROOT, files
from cell_code import cells
from docutils import nodes
from PIL import Image
from plain_markdown import Writer
from pptx import Presentation
from small_book import Book, cell
from weekly import once_a_week

# What is left of MyST where it is not translated; braces alone belong to formulas.
MYST = re.compile(
    r"\{[a-z][a-z:-]*\}`|^\s*(?::{3,}|`{3,}\{)|\]\{\.[a-z]|^\([\w-]+\)=\s*$|\{glue|<PendingGlue", re.MULTILINE
)
CODE = re.compile(r"^(`{3,}).*?^\1$|(`+)(?!`).+?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
FIGURES = HTML / "_figures"
SVG = "{http://www.w3.org/2000/svg}"
ALONE = {"learn/collapse": "a chapter", "exercises/deciding": "exercises", "howto/own-data": "a how-to with pandas"}


@pytest.fixture(scope="session")
def listed() -> list[dict]:
    """Return the figures of the built book as it lists them."""
    return json.loads((FIGURES / "figures.json").read_text(encoding="utf-8"))["figures"]


def notebook(name: str, folder: Path = HTML) -> nbformat.NotebookNode:
    return nbformat.read(folder / f"{name}.ipynb", as_version=4)


def markdown(name: str) -> str:
    return (HTML / f"{name}.md").read_text(encoding="utf-8")


# -- pages -------------------------------------------------------------------------------------------------------------


def test_each_page_is_there_as_markdown_and_each_with_cells_as_a_notebook():
    made = {path.relative_to(HTML).with_suffix("").as_posix() for path in files("*.ipynb")}
    assert made == set(EXECUTED)
    assert [name for name in PAGES if not (HTML / f"{name}.md").is_file()] == []


@pytest.mark.parametrize("name", EXECUTED)
def test_a_notebook_is_valid_has_the_code_of_its_page_and_no_outputs(name):
    found = notebook(name)
    nbformat.validate(found)
    code = [one for one in found.cells if one.cell_type == "code"]
    source = [one.code.rstrip() for one in cells((DOCS / f"{name}.md").read_text(encoding="utf-8"))]
    assert [one.source for one in code[1:]] == source
    assert all(one.outputs == [] and one.execution_count is None for one in code)
    assert {key for one in found.cells for key in one.metadata} <= {"jupyter"}
    assert found.cells[0].cell_type == "markdown"
    assert "of gradlab, a book" in found.cells[0].source
    wheel = next((HTML / "_downloads").glob("*.whl")).name
    assert re.fullmatch(rf"%pip install --quiet \S+/{re.escape(wheel)}( [a-z-]+)+", code[0].source)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_of_myst_is_left_in_markdown_and_in_notebooks(name):
    texts = [markdown(name)]
    if name in EXECUTED:
        texts += [one.source for one in notebook(name).cells if one.cell_type == "markdown"]
    for text in texts:
        left = MYST.findall(CODE.sub("", text))
        assert left == []
        assert not any("application/x-" in line or "<div" in line for line in text.splitlines())


def plain(text: str) -> str:
    """Return the letters and digits of a text."""
    return "".join(sign for sign in text if sign.isalnum())


@pytest.mark.parametrize("name", PAGES)
def test_markdown_says_what_the_page_says(soups, name):
    article = copy.copy(soups[name].find("article"))
    for hidden in article.select(
        "math, pre, table, .gl-checked, form, .headerlink, .gl-take, .gl-eyebrow, [class^='gl-bench'], dt"
    ):
        hidden.decompose()
    taken = plain(re.sub(r"\]\([^)]*\)|\$[^$]*\$", "", markdown(name)))
    said = [p for p in article.find_all(["p", "h1", "h2", "h3"]) if len(p.get_text()) > 20]
    said = [p for p in said if not {"gl-execution-time", "gl-frames-says"} & set(p.get("class", []))]
    said = [p for p in said if not p.find_parent(class_="gl-ledger-page")]
    missing = [p.get_text()[:80] for p in said if plain(p.get_text()) not in taken]
    assert missing == []
    assert said


def test_every_link_of_markdown_and_of_notebooks_leads_somewhere(listed):
    base = listed[0]["address"].partition(f"{listed[0]['page']}.html")[0]
    seen = 0
    for name in PAGES:
        texts = [(markdown(name), not base)]
        if name in EXECUTED:
            texts += [(one.source, False) for one in notebook(name).cells if one.cell_type == "markdown"]
        for text, beside in texts:
            for target in LINK.findall(CODE.sub("", text)):
                if base and target.startswith(base):
                    path = HTML / target.removeprefix(base).partition("#")[0]
                elif re.match(r"(https?|mailto):", target):
                    continue
                else:
                    assert beside, f"{name}: {target} leads nowhere from a notebook"
                    path = (HTML / name).parent / target.partition("#")[0]
                assert (path / "index.html" if path.is_dir() else path).is_file(), f"{name}: {target}"
                seen += 1
    assert seen > 500


def test_files_that_cells_read_lie_beside_their_notebook():
    for name in ("reference/accuracy", "reference/speed"):
        file = f"{name}.json"
        assert (HTML / file).read_bytes() == (DOCS / file).read_bytes()
        assert f"`{Path(file).name}`" in notebook(name).cells[0].source


def test_a_solution_is_closed_in_a_notebook_until_its_reader_opens_it():
    found = notebook("exercises/learning").cells
    closed = [number for number, one in enumerate(found) if one.metadata.get("jupyter", {}).get("source_hidden")]
    assert len(closed) == (DOCS / "exercises/learning.md").read_text(encoding="utf-8").count("hide-cell")
    assert all("solution" in found[number - 1].source for number in closed)


def test_what_a_page_imports_is_installed():
    assert take_along.imported(
        "import os, numpy as np\nfrom gradlab import MLP\n%matplotlib inline\nimport pandas.api"
    ) == {
        "numpy",
        "pandas",
    }
    assert take_along.distributions({"numpy", "pandas", "PIL"}) == ["matplotlib", "pandas", "pillow"]
    assert "pandas" in notebook("howto/own-data").cells[1].source


@pytest.fixture(scope="session")
def fresh(tmp_path_factory) -> Path:
    """A Python with the packages of this one less gradlab, and the wheel that the site serves beside what it will run."""
    room = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", room / "python"], check=True)
    others = room / "others"
    others.mkdir()
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        # a checkout that is installed for editing has files of these names
        if "gradlab" not in entry.name.lower() and entry.suffix != ".pth":
            (others / entry.name).symlink_to(entry)
    inside = next((room / "python").glob("lib/python*/site-packages"))
    (inside / "others.pth").write_text(f"{others}\n")
    shutil.copy(next((HTML / "_downloads").glob("*.whl")), room)
    return room


RUN = """
import sys, nbformat
from nbclient import NotebookClient
found = nbformat.read(sys.argv[1], as_version=4)
found.cells.append(nbformat.v4.new_code_cell("import gradlab; print(gradlab.__file__)"))
NotebookClient(found, timeout=240, kernel_name="python3").execute()
nbformat.write(found, sys.argv[1])
"""


@pytest.mark.parametrize("name", [*ALONE][:1] + once_a_week(*[*ALONE][1:]))
def test_a_notebook_runs_away_from_the_book_with_the_wheel_alone(fresh, name):
    found = notebook(name)
    wheel = next(fresh.glob("*.whl")).name
    # the published wheel is not there before the book is: this one lies beside the notebook
    found.cells[1].source = re.sub(r"\S+\.whl", f"./{wheel}", found.cells[1].source)
    file = fresh / f"{name.replace('/', '-')}.ipynb"
    nbformat.write(found, file)
    # only the path to programs: nothing that leads to the checkout or to the book's settings
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    done = subprocess.run(
        [fresh / "python" / "bin" / "python", "-c", RUN, file],
        cwd=fresh,
        env={**kept, "OPENBLAS_NUM_THREADS": "1", "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    ran = nbformat.read(file, as_version=4).cells
    assert str(fresh / "python") in ran[-1].outputs[0].text
    shown = [output.get("data", {}) for one in ran if one.cell_type == "code" for output in one.outputs]
    claims = sum("gl-claim" in str(data.get("text/html", "")) for data in shown)
    assert claims == len([one for one in json.loads((HTML / "claims.json").read_text()) if one["page"] == name])
    drawn = sum("image/png" in data or "gl-frames" in str(data.get("text/html", "")) for data in shown)
    assert drawn >= len(
        [one for one in json.loads((FIGURES / "figures.json").read_text())["figures"] if one["page"] == name]
    )


# -- the wheel ---------------------------------------------------------------------------------------------------------


def test_the_wheel_of_the_site_is_all_of_gradlab_and_nothing_else():
    (wheel,) = (HTML / "_downloads").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
    source = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "gradlab").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if not name.partition("/")[0].endswith(".dist-info")} == source
    assert "Name: gradlab-book" in metadata
    assert re.findall(r"^Requires-Dist: (?!.*extra)(.*)$", metadata, re.MULTILINE) == ["numpy>=1.26"]


# -- a small book, twice -----------------------------------------------------------------------------------------------

DRAWN = """---
mystnb:
  figure:
    name: fig-{name}
    caption: |
      A line for $x^2$ and `code`, 5 * 3 of *them*.
  image:
    alt: A line <up> & down.
---
import matplotlib.pyplot as plt
fig, ax = plt.subplots(figsize=(5, 3))
ax.plot([1, 2])
plt.show()"""
PROSE = """
See [there](other.md), [a figure](#fig-page-line) and {numref}`fig-page-line`: {glue:text}`page.md::one:.0f` of it.

:::{admonition} A word
Of {cite:t}`glorot2010`.
:::

1. is no list: $|x|$

:::{list-table}
:header-rows: 1

* - a
  - b
* - $|x|$
  - `y`
:::

```{math}
a &= b \\\\ \\Var &= c
```
"""
NOTE = """
def setup(app):
    def note(app, page, template, context, doctree):
        from pathlib import Path
        import json
        found = {name: context[name] for name in ("gl_downloads", "gl_social_image")}
        path = Path(app.outdir, "_context", f"{page}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found))
    app.connect("html-page-context", note, priority=990)
"""


def small_book(folder: Path) -> Path:
    """Build a book without an address; return its HTML."""
    book = Book(folder)
    claim = 'import gradlab as gl\ngl.claim("one", "One is below two", 1, below=2)'
    book.write(page=cell(claim) + PROSE + cell(DRAWN.format(name="page-line")), other="\n$1 or 2_a_b.\n")
    with (folder / "docs" / "conf.py").open("a", encoding="utf-8") as file:
        file.write('\nhtml_baseurl = ogp_site_url = ""\nsuppress_warnings += ["sitemap.configuration"]\n' + NOTE)
    returned, printed = book.build()
    assert (returned, printed.strip()) == (0, "")
    return folder / "docs" / "_build" / "html"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A small book."""
    return small_book(tmp_path_factory.mktemp("one"))


@pytest.mark.weekly  # of the whole book, `nox -s twice` asks it too
def test_two_builds_give_away_the_same_bytes(small, tmp_path):
    other = small_book(tmp_path)
    kinds = ("*.md", "*.ipynb", "_figures/*", "_social/**/*.png", "_downloads/*")
    files = sorted({path.relative_to(small) for kind in kinds for path in small.glob(kind)})
    assert len(files) > 10
    files.remove(Path("index.md"))  # says how long the cells ran
    assert [file for file in files if (small / file).read_bytes() != (other / file).read_bytes()] == []


def test_without_an_address_links_of_a_page_stay_beside_it_and_a_notebook_has_none(small):
    text = (small / "page.md").read_text(encoding="utf-8")
    assert (
        "[there](other.html), [a figure](page.html#fig-page-line) and [Fig. 1](page.html#fig-page-line): 1 of it."
        in text
    )
    assert "](_figures/page-line.svg)" in text
    prose = "\n".join(one.source for one in notebook("page", small).cells if one.cell_type == "markdown")
    assert "See there, a figure and Fig. 1: 1 of it." in prose
    assert "](" not in CODE.sub("", prose)
    wheel = next((small / "_downloads").glob("*.whl")).name
    assert notebook("page", small).cells[1].source == f"%pip install --quiet ./{wheel} matplotlib"
    assert f"The page also offers `{wheel}`. Save it beside this notebook." in prose


def test_signs_of_markdown_in_the_text_stay_signs_and_formulas_stay_formulas(small):
    text = (small / "page.md").read_text(encoding="utf-8")
    assert "\n1. is no list: $|x|$\n" in text  # a list of one, as MyST has it
    assert "| $\\vert x\\vert $ | `y` |" in text
    assert "$$\n\\begin{aligned}\na &= b \\\\ \\operatorname{Var} &= c\n\\end{aligned}\n$$" in text
    assert "> A word\n>\n> Of Glorot and Bengio" in text.replace("**", "")
    assert "**Fig. 1** A line for $x^2$ and `code`, 5 \\* 3 of *them*." in text
    assert "> - **Checked.** One is below two: measured 1, claimed < 2." in text
    assert "\\$1 or 2_a_b." in (small / "other.md").read_text(encoding="utf-8")


def test_a_text_that_looks_like_a_list_or_a_heading_is_none():
    writer = Writer(lambda uri: uri, lambda image: None)
    for text, written in (
        ("1. May", "1\\. May"),
        ("1.84 of it", "1.84 of it"),
        ("# one", "\\# one"),
        ("- a", "\\- a"),
        ("-4 to 4", "-4 to 4"),
        ("> 3", "\\> 3"),
        ("a <b> [c](d)", "a \\<b> [c\\](d)"),
    ):
        assert writer.block(nodes.paragraph("", text)) == written


def test_templates_hear_of_the_files_and_the_picture_of_a_page(small):
    def context(page: str) -> dict:
        return json.loads((small / "_context" / f"{page}.json").read_text(encoding="utf-8"))

    downloads = context("page")["gl_downloads"]
    assert [(label, path) for label, path, _ in downloads[:2]] == [("Notebook", "page.ipynb"), ("Markdown", "page.md")]
    assert downloads[2][1].startswith("_downloads/gradlab_book-")
    assert all((small / path).stat().st_size == size for _, path, size in downloads)
    assert [path for _, path, _ in context("other")["gl_downloads"]] == ["other.md"]
    path, width, height, alt = context("page")["gl_social_image"]
    assert (path, width, height, alt) == ("_social/page.png", 1200, 630, "Page page. A line <up> & down.")
    assert context("genindex")["gl_social_image"][0] == "_social/site.png"
    assert context("genindex")["gl_downloads"] == []


# -- figures -----------------------------------------------------------------------------------------------------------


def test_each_figure_has_files_under_the_name_of_its_label(listed):
    keys = [figure["key"] for figure in listed]
    assert len(set(keys)) == len(keys)
    labels = {
        label
        for name in EXECUTED
        for label in re.findall(
            r"^ +name: fig-([\w-]+)$", (DOCS / f"{name}.md").read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert all(any(key == label or key.endswith(f"-{label}") for key in keys) for label in labels)
    assert {path.stem for path in FIGURES.glob("*.svg")} == {path.stem for path in FIGURES.glob("*.png")} == set(keys)
    assert not any(re.search(r"[0-9a-f]{16}", key) for key in keys)


def test_each_drawing_of_a_page_leads_to_its_files(soups, listed):
    drawn = 0
    for name in PAGES:
        images = [one for one in soups[name].select("img.gl-light") if "-thumbnail" not in one["src"]]
        links = [link["href"] for link in soups[name].select(".gl-take a")]
        assert len(links) == 2 * len(images)
        assert all((HTML / name).parent.joinpath(link).is_file() for link in links)
        assert len(images) == sum(figure["page"] == name for figure in listed)
        drawn += len(images)
    assert drawn > 100


def test_an_svg_needs_no_font_and_no_other_file_and_says_whose_it_is(listed):
    for figure in listed:
        root = ElementTree.parse(HTML / figure["svg"]).getroot()
        names = {element.tag for element in root.iter()}
        assert not names & {f"{SVG}text", f"{SVG}script", f"{SVG}foreignObject"}
        links = [value for element in root.iter() for key, value in element.items() if key.endswith("href")]
        assert all(link.startswith(("#", "data:image/png")) for link in links)
        assert root.find(f"{SVG}desc").text == figure["alt"]
        told = "".join(root.find(f"{SVG}metadata").itertext())
        assert "CC BY 4.0" in told
        assert figure["title"] in told
        rect = root.find(f"{SVG}rect")
        assert rect.get("fill") == "#ffffff"
        assert list(root)[-1].tag == f"{SVG}path"  # the line under the drawing
        assert len(list(root)[-1].get("d")) > 1000


def test_a_png_is_large_in_pixels_small_in_bytes_and_white_behind(listed):
    for figure in listed:
        file = HTML / figure["png"]
        with Image.open(file) as image:
            assert image.mode == "P"
            assert image.width == (2000 if figure["number"] else 1000)
            assert image.text["Copyright"] == "CC BY 4.0"
            assert image.text["Description"] == figure["alt"]
            assert image.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
        assert file.stat().st_size <= 150_000
    assert sum(bool(figure["number"]) for figure in listed) > 60


def test_the_line_under_a_drawing_can_be_seen(listed):
    figure = next(one for one in listed if one["key"] == "vanishing-depth")
    with Image.open(HTML / figure["png"]) as image:
        foot = image.convert("L").crop((0, image.height - 140, image.width, image.height))
    dark = sum(value for level, value in enumerate(foot.histogram()) if level < 160)
    assert 0.005 < dark / (foot.width * foot.height) < 0.2


def test_the_way_to_the_files_shows_on_hover_by_keyboard_and_by_touch_and_not_in_print(visit, browser, origin):
    page = visit("learn/vanishing", DESK)
    line = page.locator(".gl-take").first

    def opacity() -> float:
        return float(line.evaluate("node => getComputedStyle(node).opacity"))

    assert opacity() == 0
    page.locator("figure").first.hover()
    assert opacity() == 1
    page.mouse.move(0, 0)
    assert opacity() == 0
    line.locator("a").first.focus()
    assert opacity() == 1
    page.emulate_media(media="print")
    assert not line.is_visible()
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    phone = context.new_page()
    phone.goto(f"{origin}/learn/vanishing.html")
    assert phone.locator(".gl-take").first.evaluate("node => getComputedStyle(node).opacity") == "1"
    context.close()


# -- pictures for those who share --------------------------------------------------------------------------------------


def test_each_page_has_a_picture_for_those_who_share_it():
    found = {
        path.relative_to(HTML / "_social").with_suffix("").as_posix(): path for path in HTML.glob("_social/**/*.png")
    }
    assert set(found) == {*PAGES, "site"}
    for path in found.values():
        with Image.open(path) as image:
            assert image.size == (1200, 630)
        assert path.stat().st_size <= 100_000
    assert len({path.read_bytes() for path in found.values()}) == len(found)


@pytest.mark.parametrize("width", [social_images.BESIDE, social_images.WIDTH - 2 * social_images.EDGE])
def test_the_title_on_a_picture_fits(soups, width):
    titles = [soups[name].find("h1").get_text().removesuffix("#").strip() for name in PAGES]
    most = 5 if width == social_images.BESIDE else 3
    for title in [*titles, "Gradientenverschwindungsphänomenologie " * 4, "a " * 400]:
        size, lines = social_images.title_lines(title, width, most)
        assert len(lines) <= most
        assert all(pictures.width_of(line, size, pictures.BOLD) <= width for line in lines)
        if title in titles:
            assert " ".join(lines) == title


def test_a_picture_that_was_drawn_is_not_drawn_again(tmp_path, monkeypatch):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt"><rect width="5" height="5"/></svg>'
    drawing = pictures.Drawing(tmp_path / "one.png", svg, 90)
    pictures.write(tmp_path / "kept", drawing)
    monkeypatch.setattr(pictures, "draw", lambda _: pytest.fail("it was drawn again"))
    pictures.write(tmp_path / "kept", drawing._replace(path=tmp_path / "two.png"))
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(io.BytesIO((tmp_path / "two.png").read_bytes())) as image:
        assert image.size == (90, 90)
        assert image.convert("RGB").getpixel((80, 80)) == (255, 255, 255)


def many(folder, count):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt"><rect width="{}" height="5"/></svg>'
    return [pictures.Drawing(folder / f"{width}.png", svg.format(width), 90) for width in range(count)]


def test_many_new_pictures_are_drawn_by_processes_and_are_the_same(tmp_path):
    drawings = many(tmp_path / "together", pictures.FEW + 4)
    app = SimpleNamespace(outdir=str(tmp_path / "html"), config=SimpleNamespace(language="en"))
    pictures.write_all(app, drawings)
    assert len(app.gl_kept) == len(drawings)
    for one in drawings:
        alone = one._replace(path=tmp_path / "alone.png")
        pictures.write(tmp_path / "other", alone)
        assert one.path.read_bytes() == alone.path.read_bytes()


def test_what_breaks_off_a_build_ends_the_processes_that_draw(tmp_path, monkeypatch):
    children = []

    class Child(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            children.append(self)

        def wait(self, *arguments, **options):
            if self is children[0] and self.poll() is None and not hasattr(self, "asked"):
                self.asked = True
                raise KeyboardInterrupt
            return super().wait(*arguments, **options)

    monkeypatch.setattr(pictures.subprocess, "Popen", Child)
    with pytest.raises(KeyboardInterrupt):
        pictures.draw_together(tmp_path, many(tmp_path, 50))
    assert len(children) > 1 or os.cpu_count() == 1
    assert all(child.poll() is not None for child in children)


def test_a_picture_that_no_process_can_draw_breaks_off_the_build(tmp_path, capfd):
    with pytest.raises(OSError, match="not drawn"):
        pictures.draw_together(tmp_path, [pictures.Drawing(tmp_path / "x.png", "no SVG", 90)])
    assert "Error" in capfd.readouterr().err


# -- slides ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def deck(tmp_path_factory) -> Presentation:
    """The deck of the built book."""
    path = tmp_path_factory.mktemp("deck") / "deck.pptx"
    slides.main(str(HTML), str(path))
    return Presentation(path)


def drawings(slide) -> list:
    return [shape for shape in slide.shapes if shape.shape_type == 13]


def test_the_deck_has_a_slide_for_each_figure_with_its_caption_and_its_text(deck, listed):
    numbered = [figure for figure in listed if figure["number"]]
    assert len(numbered) > 60
    shown = [slide for slide in deck.slides if drawings(slide)]
    assert len(shown) == len(numbered)
    for slide, figure in zip(shown, numbered, strict=True):
        (picture,) = drawings(slide)
        assert picture._element._nvXxPr.cNvPr.get("descr") == figure["alt"]
        assert picture.image.size[0] == 2000
        title, caption = [shape for shape in slide.shapes if shape.has_text_frame]
        assert title.text_frame.text == figure["title"]
        first, *more = [paragraph.text for paragraph in caption.text_frame.paragraphs]
        assert first == f"{figure['number']}  {figure['caption']}"
        assert more == ([figure["says"]] if figure["says"] else [])
        notes = slide.notes_slide.notes_text_frame.text
        assert figure["alt"] in notes
        assert f"{figure['page']}.html" in notes
    first, last = (list(deck.slides)[place].shapes[0].text_frame.text for place in (0, -1))
    assert "figures and captions" in first
    assert "creativecommons.org/licenses/by/4.0" in last


def test_chapters_have_slides_in_their_order(deck):
    heads = [slide.shapes[0].text_frame.text for slide in deck.slides if not drawings(slide)]
    numbers = [int(found[1]) for head in heads if (found := re.match(r"Chapter (\d+)", head))]
    assert len(numbers) > 10
    assert all(first < second for first, second in pairwise(numbers))


def test_nothing_on_a_slide_lies_outside_of_it_or_on_something_else(deck):
    inch = 914_400
    assert abs(deck.slide_width / deck.slide_height - 16 / 9) < 0.001
    for slide in deck.slides:
        boxes = [(s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes]
        for left, top, right, bottom in boxes:
            assert left >= 0
            assert top >= 0
            assert right <= deck.slide_width
            assert bottom <= deck.slide_height
        for number, one in enumerate(boxes):
            for other in boxes[number + 1 :]:
                across, down = (
                    min(one[2], other[2]) - max(one[0], other[0]),
                    min(one[3], other[3]) - max(one[1], other[1]),
                )
                assert across <= 0 or down <= 0
        for shape in slide.shapes:
            if shape.has_text_frame:
                width, used = shape.width / inch, 0.0
                for paragraph in shape.text_frame.paragraphs:
                    size = paragraph.runs[0].font.size.pt
                    used += slides.height_of(paragraph.text, size, width) + slides.AFTER / 72
                assert used - slides.AFTER / 72 <= shape.height / inch + 0.01, paragraph.text


def test_a_caption_that_is_longer_gets_smaller_letters():
    box = slides.Box(0, 0, 4, 3)
    sizes = [slides.fitting("word " * many, box) for many in (5, 60, 90, 4000)]
    assert sizes[0] == slides.CAPTION_SIZES[0]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[1] > sizes[2] or sizes[2] > sizes[3]
    assert sizes[-1] == slides.CAPTION_SIZES[-1]


def test_the_deck_needs_the_packages_of_its_group_and_no_others():
    tree = ast.parse((DOCS / "_ext" / "slides.py").read_text(encoding="utf-8"))
    found = {
        node.module.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    } | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {name for name in found if name not in sys.stdlib_module_names} == {"PIL", "pptx"}


def test_a_cell_that_is_no_python_needs_nothing():
    assert take_along.imported("import numpy as np\nx = (") == set()
