"""Labels of figures in the Korean edition: drawn once more by the cell that is run once, and held to a catalogue."""

from __future__ import annotations

import json
import re
import shutil

import catalogues
import polib
import pytest
from built_book import DOCS
from gradlab_live import labels
from small_book import Book, cell
from test_korean import page, translated, whole

FIGURE = """
```{code-cell} python
---
mystnb:
  figure:
    name: fig-layers
    caption: Layers.
  image:
    alt: Bars.
---
import matplotlib.pyplot as plt
import gradlab as gl
fig, axes = plt.subplots(1, 2, figsize=(7, 3), layout="constrained")
axes[0].bar(["layer 1", "layer 2"], [1, 2])
axes[0].set(xlabel="layer, from the input", ylabel="loss L")
axes[0].set_title("$L_1$")
gl.plots.functions(axes[1], ["relu", "tanh"])
gl.plots.label_ends(axes[1]);
```
"""
MOVING = cell(
    """import matplotlib.pyplot as plt
import gradlab as gl
def draw(hidden_layers):
    figure, ax = plt.subplots(figsize=(4, 2), layout="constrained")
    ax.plot([0, hidden_layers])
    ax.set(ylim=(0, 3), ylabel="gradient")
    ax.set_title(f"{hidden_layers} layers")
    return f"Of {hidden_layers} layers {0.25**hidden_layers:.4f} is left."
gl.plots.frames(draw, hidden_layers=[1, 2], default=2)"""
)
KOREAN = {
    "layer {1}": "{1}층",
    "layer, from the input": "층(입력부터)",
    "loss L": "손실 L",
    "value f(x)": "값 f(x)",
    "gradient": "기울기",
    "{1} layers": "{1}개 층",
    "hidden layers": "은닉층",
    "Of {1} layers {2} is left.": "{2}만 남습니다. 층은 {1}개입니다.",
}
_SAID = re.compile(r"<!-- (.*?) -->", re.DOTALL)


def fill(book, leave=()):
    """Translate the labels; return the messages in their order."""
    docs = book.folder / "docs"
    po = polib.pofile(str(docs / "_build" / "gettext" / "figures.pot"))
    for entry in po:
        entry.msgstr = "" if entry.msgid in leave else KOREAN.get(entry.msgid, "")
    po.save(str(catalogues.folder(docs) / "figures.po"))
    return [entry.msgid for entry in po]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    made = Book(tmp_path_factory.mktemp("labels"))
    made.write(first=FIGURE, second=MOVING)
    translated(made)
    made.labels = fill(made)
    made.done = whole(made, "--also", "ko")
    return made


@pytest.fixture(scope="module")
def html(book):
    assert (book.done.returncode, book.done.stderr) == (0, "")
    return book.folder / "docs" / "_build" / "html"


def said(path):
    """Return what a drawing says; Matplotlib has each text in a comment before its outlines."""
    return set(_SAID.findall(path.read_text(encoding="utf-8")))


def drawings(html, name):
    """Return the files of a page's figures: light, dark, and those for phones."""
    sources = [
        image["src"] for image in page(html, name).find("article").find_all("img", class_=["gl-light", "gl-dark"])
    ]
    sources += [source["srcset"] for source in page(html, name).find("article").find_all("source")]
    return [(html / name).parent / source for source in sources]


def test_messages_have_places_for_numbers_and_leave_out_what_needs_no_translation(book):
    assert set(book.labels) == KOREAN.keys()  # no number, no formula, no name of a function
    assert book.labels.index("layer {1}") < book.labels.index("gradient")  # in the order of the book


def test_the_korean_edition_shows_korean_labels_wide_and_narrow_light_and_dark(html):
    found = drawings(html, "ko/first")
    assert len(found) == 4
    for path in found:
        texts = said(path)
        assert {"층(입력부터)", "1층", "2층", "relu", "tanh"} <= texts, path.name
        assert {"손실 L", "$L_1$"} <= texts
        assert not any("layer" in text for text in texts), texts


@pytest.mark.weekly
def test_the_english_edition_shows_what_it_showed(html, book, tmp_path):
    for path in drawings(html, "first"):
        assert {"layer, from the input", "layer 1", "loss L"} <= said(path)
    shutil.copytree(book.folder, tmp_path / "book", ignore=shutil.ignore_patterns("_build"))
    alone = Book.at(tmp_path / "book")
    done = whole(alone)
    assert (done.returncode, done.stderr) == (0, "")
    other = alone.folder / "docs" / "_build" / "html"
    for name in ("first", "second"):
        for one, two in zip(drawings(html, name), drawings(other, name), strict=True):
            assert one.read_bytes() == two.read_bytes(), one.name


def test_cells_are_run_once_for_both_editions(book, html):
    english, korean = book.done.stdout.split("The book in another language: ko")
    assert "its cells ran" in english
    assert "its cells ran" not in korean


def test_the_korean_face_is_of_its_edition_alone(html):
    sheet = (html / "ko" / "_static" / "site.css").read_text(encoding="utf-8")
    assert "GL Korean" in sheet
    assert "GL Korean" not in (html / "_static" / "site.css").read_text(encoding="utf-8")
    assert len([*(html / "ko" / "_static" / "fonts").glob("gl-korean*.woff2")]) == 2
    assert not [*(html / "_static").rglob("*korean*")]


def test_sliders_move_korean_drawings_and_say_korean_sentences(html):
    box = page(html, "ko/second").find("div", class_="gl-frames")
    assert box.find("input")["aria-label"] == "은닉층"
    assert box.p.get_text() == "0.0625만 남습니다. 층은 2개입니다."
    file = (html / "ko" / box["data-frames"]).read_text(encoding="utf-8")
    record = json.loads(file[file.index("{") : file.rindex("}") + 1])
    assert record["says"][0] == "0.2500만 남습니다. 층은 1개입니다."
    for number, pieces in enumerate(record["order"], 1):
        texts = set(_SAID.findall("".join(record["pool"][piece] for piece in pieces)))
        assert {"기울기", f"{number}개 층"} <= texts
    assert page(html, "second").find("div", class_="gl-frames").p.get_text() == "Of 2 layers 0.0625 is left."


def _png(folder):
    return (folder / "_figures" / "first-layers.png").read_bytes()


def test_a_figure_to_take_along_is_the_korean_one(html):
    assert "층(입력부터)" in (html / "ko" / "_figures" / "first-layers.svg").read_text(encoding="utf-8")
    assert _png(html / "ko") != _png(html)


def test_a_label_without_translation_stops_the_build_and_names_its_figure(book, tmp_path):
    shutil.copytree(book.folder, tmp_path / "book")
    other = Book.at(tmp_path / "book")
    fill(other, leave=["layer, from the input"])
    done = whole(other, "--also", "ko")
    assert done.returncode == 1
    assert "fig-layers" in done.stderr
    assert "layer, from the input" in done.stderr


@pytest.mark.weekly
def test_a_font_without_the_signs_of_a_label_stops_the_build(book, tmp_path):
    shutil.copytree(book.folder, tmp_path / "book")
    other = Book.at(tmp_path / "book")
    path = catalogues.folder(other.folder / "docs") / "figures.po"
    path.write_text(path.read_text(encoding="utf-8").replace("층(입력부터)", "층(漢)"), encoding="utf-8")
    done = whole(other, "--also", "ko")
    assert done.returncode == 1
    assert "first.md:10: WARNING: stderr was found" in done.stderr


@pytest.mark.parametrize(
    ("text", "key", "numbers"),
    [
        ("layer 3", "layer {1}", ["3"]),
        ("3.1\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁻⁶ of −2.5, 1,024 times", "{1} of {2}, {3} times", None),
        ("10–90 % range", "{1}–{2} % range", ["10", "90"]),
        ("loss $10^{-3}$ in float16", "loss $10^{-3}$ in float16", []),
        ("x² and relu6", "x² and relu6", []),
        ("1/4 of 10⁴", "{1}/{2} of {3}", ["1", "4", "10⁴"]),
    ],
)
def test_numbers_are_places(text, key, numbers):
    found = labels.pattern(text)
    assert found[0] == key
    assert numbers is None or found[1] == numbers


@pytest.mark.parametrize(
    "text", ["x² − tanh²", "relu6", "leaky_relu", "leaky relu", "E4M3", "float16", "$x$", "1/3", "log(1 + exp)"]
)
def test_names_formulas_and_numbers_need_no_translation(text):
    import figure_labels

    assert not figure_labels.has_words(labels.pattern(text)[0])
    assert figure_labels.has_words(labels.pattern("a 7")[0])


def test_a_translation_may_be_the_same_as_the_original(tmp_path):
    po = polib.POFile()
    po.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    po.append(polib.POEntry(msgid="n Var w", msgstr="n Var w"))
    po.append(polib.POEntry(msgid="{1} % of {2}", msgstr="{2}의 {1} %"))
    po.save_as_mofile(str(tmp_path / "figures.mo"))
    known = labels.Labels(tmp_path / "figures.mo")
    assert known.find("n Var w") == "n Var w"
    assert known.find("12\N{NO-BREAK SPACE}% of 3.1 × 10⁻⁶") == "3.1 × 10⁻⁶의 12 %"
    assert known.find("another") is None
    assert labels.Labels(tmp_path / "none.mo").told("another") == "another"


def test_every_syllable_of_the_catalogues_is_in_the_fonts():
    from fontTools.ttLib import TTFont

    wanted = {
        ord(sign)
        for path in catalogues.folder().rglob("*.po")
        for sign in re.findall("[가-힣]", path.read_text("utf-8"))
    }
    fonts = [
        *(DOCS / "_fonts" / "korean").glob("gl-korean*.otf"),
        *(DOCS / "_static" / "fonts").glob("gl-korean*.woff2"),
    ]
    assert len(fonts) == 4
    for path in fonts:
        assert wanted <= TTFont(path).getBestCmap().keys(), path.name
        assert path.stat().st_size < 450_000
