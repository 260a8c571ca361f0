"""The built HTML, read as text: what a reader gets, whatever the browser."""

from __future__ import annotations

import inspect
import json
import re
import sys
import zlib
from urllib.parse import unquote, urlsplit

import families
import pytest
from built_book import DOCS, EXECUTED, HTML, PAGES, files
from sphinx.pycode import ModuleAnalyzer
from themed_figures import DARK

import gradlab

REFERENCE = [name for name in PAGES if name.startswith("reference/")]


def test_the_book_has_pages_with_cells():
    assert len(EXECUTED) >= 3


@pytest.mark.parametrize("name", PAGES)
def test_each_source_is_a_page_with_one_title(soups, name):
    assert len(soups[name].select("article h1")) == 1


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"index"}))
def test_each_page_is_reached_from_the_sidebar(soups, name):
    sidebar = soups["index"].select(".bd-sidebar-primary nav a[href]")
    assert f"{name}.html" in {link["href"].split("#")[0] for link in sidebar}


@pytest.mark.parametrize("name", EXECUTED)
def test_each_executed_figure_has_a_text_and_a_caption(soups, name):
    for image in soups[name].select(".cell_output img"):
        alt, figure = image.get("alt", ""), image.find_parent("figure")
        assert len(alt) >= 20, f"{image['src']} has the text {alt!r}: say what is to be seen"
        assert figure is not None, f"{image['src']} is no figure: give its cell a caption"
        assert len(figure.figcaption.get_text(strip=True)) >= 20


def test_no_drawing_is_heavier_than_a_page(soups):
    heavy = []
    for name in PAGES:
        for image in soups[name].select("img[src$='.svg']"):
            size = (HTML / name).parent.joinpath(image["src"]).stat().st_size / 1024
            if size > 150:
                place = image.find_parent("figure") or image
                heavy.append(f"{name}, {place.get('id')}: {size:.0f} KB")
    assert not heavy, f"{heavy}: draw fewer marks, rasterize them, or show the figure as PNG"


def test_every_figure_of_the_book_has_a_caption_and_every_image_a_text(soups):
    for name in PAGES:
        article = soups[name].select_one("article")
        for image in article.select("img"):
            assert len(image.get("alt", "")) >= 20, f"{name}: {image['src']} has the text {image.get('alt')!r}"
        for figure in article.select("figure:not(#gl-bench figure)"):  # those are drawn and told by a script
            assert figure.figcaption is not None, f"{name}: the figure {figure.get('id')} has no caption"
            assert len(figure.figcaption.get_text(strip=True)) >= 20, f"{name}: {figure.get('id')}"


def test_the_whole_story_has_a_picture_a_measured_number_and_a_link_at_each_step(soups):
    story = soups["learn/story"].select_one("section#story")
    steps = story.find_all("section", recursive=False)
    assert len(steps) == 18
    for step in steps:
        assert len(step.select("img.gl-light")) == 1
        assert not step.select(".caption-number"), "its small pictures would number those of all other pages anew"
        assert step.select(".pasted-text")
        assert step.select("p a.internal")
    said = "".join(text for text in story.strings if text.find_parent(class_="gl-take") is None)
    assert len(said.split()) <= 1000


def test_the_questions_are_headings_that_people_can_link_to_with_a_way_into_the_book(soups):
    questions = [section for section in soups["questions"].select("section[id]") if section.find("h3", recursive=False)]
    assert len(questions) >= 25
    for question in questions:
        assert question.h3.get_text().rstrip("#¶").endswith("?")
        assert question.h3.select_one("a.headerlink")
        assert "→" in question.get_text()
        assert question.select("p a.internal")


def test_every_drawing_has_a_dark_twin_beside_it(soups):
    for name in PAGES:
        images = soups[name].select("article img[src*='_images/'][src$='.svg']")
        pairs = [(one["src"], other["src"]) for one, other in zip(images[::2], images[1::2], strict=True)]
        for one, other in pairs:
            light, dark = ((HTML / name).parent.joinpath(source).resolve().name for source in (one, other))
            assert dark == light.replace(".svg", "-dark.svg"), f"{name}: {light} is followed by {dark}"


@pytest.mark.parametrize("name", EXECUTED)
def test_each_figure_of_a_cell_is_drawn_for_light_and_dark(soups, name):
    images = soups[name].select(".cell_output img")
    light = [image["src"] for image in images if "gl-light" in image["class"]]
    dark = [image["src"] for image in images if "gl-dark" in image["class"]]
    assert len(light) == len(dark) == len(images) / 2
    for one, other in zip(light, dark, strict=True):
        folder = (HTML / name).parent
        assert (folder / one).read_bytes() != (folder / other).read_bytes()


def test_every_colour_of_a_figure_has_a_partner_for_the_dark(soups):
    for name in EXECUTED:
        for image in soups[name].select(".cell_output img.gl-light"):
            svg = (HTML / name).parent.joinpath(image["src"]).read_text(encoding="utf-8")
            colours = {c.lower() for c in re.findall(r"(?:fill|stroke|stop-color): ?(#[0-9a-fA-F]{6})", svg)}
            assert colours
            assert colours <= DARK.keys(), f"{image['src']} of {name}: add {colours - DARK.keys()} to DARK"


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("light", "dark"), [pair for pair in DARK.items() if pair[0] not in {"#ffffff", "#c3c8ce"}])
def test_each_colour_of_a_figure_reads_on_its_background(light, dark):
    assert _contrast(light, "#ffffff") >= 4.5
    assert _contrast(dark, "#121212") >= 4.5


@pytest.mark.parametrize("name", PAGES)
def test_no_page_shows_an_error_a_warning_or_an_address_in_memory(soups, name):
    article = soups[name].select_one("article")
    assert not article.select(".stderr, .traceback, .system-message, .problematic")
    text = article.get_text()
    examples = "".join(
        example.get_text() for example in article.select("div.doctest")
    )  # of docstrings: they may show one
    head = "Traceback (most recent call last)"
    assert text.count(head) == examples.count(head)
    assert not re.search(r" at 0x[0-9a-f]{6,}", text)
    assert not re.search(r"\bnan\b|\binf\b", " ".join(claim.get_text() for claim in article.select(".gl-claim")))


def test_nothing_is_loaded_from_another_host(soups):
    loads = {"script": "src", "img": "src", "iframe": "src", "source": "src", "audio": "src", "video": "src"}
    for name, soup in soups.items():
        found = [tag[where] for kind, where in loads.items() for tag in soup.select(f"{kind}[{where}]")]
        found += [
            link["href"]
            for link in soup.select("link[href]")
            if not {"canonical", "alternate", "license", "author"} & set(link.get("rel", []))
        ]
        strangers = [address for address in found if urlsplit(address).netloc]
        assert not strangers, f"{name} loads {strangers}"
    for sheet in files("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        strangers = re.findall(r"(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')]+)", text)
        assert not strangers, f"{sheet.name} loads {strangers}"


def test_links_and_anchors_within_the_book_lead_somewhere(soups):
    ids = {name: {tag["id"] for tag in soup.select("[id]")} for name, soup in soups.items()}
    broken = []
    for name, soup in soups.items():
        if name == "404":  # its links are absolute, for wherever the reader got lost
            continue
        for link in soup.select("a[href]"):
            target = urlsplit(link["href"])
            if target.scheme or target.netloc:
                continue
            file = (
                (HTML / name).parent.joinpath(unquote(target.path)).resolve() if target.path else HTML / f"{name}.html"
            )
            page = file.relative_to(HTML).with_suffix("").as_posix() if file.suffix == ".html" else None
            lost = page in ids and target.fragment and unquote(target.fragment) not in ids[page]
            lost = lost and not (page == "playground" and "story=" in target.fragment)  # see test_bench.py
            if lost or not file.is_file():
                broken.append(f"{name}: {link['href']}")
    assert not broken


def test_no_id_stands_twice_on_a_page(soups):
    for name in PAGES:
        ids = [tag["id"] for tag in soups[name].select("article [id]")]
        assert len(ids) == len(set(ids)), f"{name}: {sorted({i for i in ids if ids.count(i) > 1})}"


@pytest.fixture(scope="module")
def claims():
    return json.loads((HTML / "claims.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(soups):
    return soups["claims"].select(".gl-ledger-page table.gl-ledger tbody tr")


def test_the_long_run_is_a_table_and_claims_lead_to_what_they_survived(soups, claims):
    record = json.loads((DOCS / "long" / "record.json").read_text(encoding="utf-8"))
    shown = {row["id"]: row for row in soups["claims"].select("tr[id^='long-']")}
    assert set(shown) == {f"long-{entry['key']}" for entry in record}
    for entry in record:
        row = " ".join(shown[f"long-{entry['key']}"].get_text().split())
        assert entry["text"] in row
        assert entry["budget"] in row
        assert entry["bound"] in row
    for claim in claims:
        if claim["survived"]:
            badge = soups[claim["page"]].find(id=f"claim-{claim['key']}")
            assert badge.select_one(".gl-claim-grounds a")["href"].endswith(f"claims.html#long-{claim['survived']}")
            assert f"claim-{claim['key']}" in str(shown[f"long-{claim['survived']}"])


def as_typed(printed):
    """Return a text with its numbers as Python prints them, but for zeros before an exponent."""
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")

    def number(found):
        power = found["power"].translate(powers)
        return f"{found['mantissa'] or '1'}e{'' if power[0] == '-' else '+'}{power}"

    return re.sub(r"(?:(?P<mantissa>[−\d.]+) × )?10(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", number, printed).replace("−", "-")


def test_the_ledger_lists_every_claim_and_at_least_25(soups, claims, rows):
    assert len(rows) == len(claims) >= 25
    for row, claim in zip(rows, claims, strict=True):
        cells = row.select("td")
        text, key, *grounds = [" ".join(part.get_text().split()) for part in cells[0].select("p")]
        assert (text, key) == (" ".join(claim["text"].split()), claim["key"])
        for label in row.select(".gl-ledger-label"):
            label.extract()
        bound, measured, source = [" ".join(cell.get_text().split()) for cell in cells[1:]]
        assert as_typed(bound) == claim["bound"].replace("e-0", "e-").replace("e+0", "e+")
        assert float(as_typed(measured)) == pytest.approx(claim["value"], rel=1e-3)
        assert source
        assert bool(grounds) == bool(claim["budget"] or claim["identity"] or claim["survived"])
        if claim["cite"]:
            assert source.endswith("states this" if claim["states"] else "is about this")
    pages = len({claim["page"] for claim in claims})
    assert (
        f"{len(claims)} claims on {pages} pages: all of them held" in soups["claims"].select_one("article").get_text()
    )


def test_the_ledger_has_a_part_for_each_page_that_its_filter_offers(soups, claims):
    pages = list(dict.fromkeys(claim["page"] for claim in claims))
    parts = soups["claims"].select(".gl-ledger-page")
    assert [part.h2.a["href"] for part in parts] == [f"{page}.html" for page in pages]
    assert [part.h2["id"] for part in parts] == [
        option["value"] for option in soups["claims"].select("form.gl-ledger-filter option[value]") if option["value"]
    ]
    assert soups["claims"].select_one("form.gl-ledger-filter").has_attr("hidden"), "without a script it does nothing"


def test_each_claim_of_the_ledger_stands_on_its_page(soups, claims, rows):
    for row, claim in zip(rows, claims, strict=True):
        badge = soups[claim["page"]].find(id=f"claim-{claim['key']}")
        assert badge is not None
        assert " ".join(claim["text"].split()) in " ".join(badge.get_text().split())
        assert row.select_one(".gl-ledger-key a")["href"] == f"{claim['page']}.html#claim-{claim['key']}"


def test_the_claims_for_scripts_have_nothing_that_differs_from_build_to_build(claims):
    assert {field for claim in claims for field in claim} == {
        *("key", "text", "value", "bound", "cite", "states", "budget", "identity", "survived", "holds", "page")
    }


def test_the_time_of_each_executed_page_is_told(soups):
    (body,) = soups["reference/build"].select("table.gl-times tbody")
    *runs, total = [[cell.get_text(strip=True) for cell in row.select("td")] for row in body.select("tr")]
    titles = [row.a.get_text() for row in body.select("tr") if row.a]
    assert set(titles) == {soups[name].h1.find(string=True) for name in EXECUTED}
    assert float(total[1]) == pytest.approx(sum(float(seconds) for _, seconds, _ in runs), abs=0.05 * len(runs) + 0.1)
    assert int(total[2]) == sum(int(cells) for _, _, cells in runs)
    for row, (_, seconds, _) in zip(body.select("tr"), runs, strict=False):
        page = (HTML / "reference" / row.a["href"]).resolve().relative_to(HTML).with_suffix("").as_posix()
        notes = soups[page].select("p.gl-execution-time")
        assert len(notes) == (float(seconds) > 10) or float(seconds) == 10, page


def test_every_claim_on_a_page_is_in_the_ledger(soups, claims):
    shown = {badge["id"].removeprefix("claim-") for name in EXECUTED for badge in soups[name].select(".gl-claim")}
    assert shown == {claim["key"] for claim in claims}


def test_a_claim_with_a_source_links_to_the_bibliography(claims, rows):
    cited = [claim for claim in claims if claim["cite"]]
    assert cited
    for row, claim in zip(rows, claims, strict=True):
        if claim["cite"]:
            assert row.select("td")[3].a["href"].startswith("references.html#")


def test_every_registered_part_has_its_entry_in_the_reference(soups):
    told = json.loads((HTML / "families.json").read_text(encoding="utf-8"))
    assert set(told) == set(families.FAMILIES)
    entries = {entry["id"]: entry for name in REFERENCE for entry in soups[name].select("dt.sig[id]")}
    for family, parts in told.items():
        assert [part["name"] for part in parts] == list(getattr(gradlab, family))
        for part in parts:
            assert part["summary"]
            shown = getattr(getattr(gradlab, family)[part["name"]], "__name__", part["name"])
            found = [name for name in entries if name.rpartition(".")[2] == shown]
            assert len(found) == 1, f"{part['name']} of {family}: {found}"


@pytest.fixture(scope="module")
def inventory():
    """Names of the reference with their kind, from objects.inv; a name that only leads on to another is left out."""
    raw = (HTML / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = re.findall(r"^(\S+) (py:\S+) (-?\d+) ", zlib.decompress(raw).decode("utf-8"), re.M)
    return {name: kind for name, kind, priority in lines if priority != "-1"}


def public_names():
    """Each name of each public ``__all__`` with all addresses under which the same thing is public."""
    addresses = {}
    for module in families.public_modules():
        for name in sys.modules[module].__all__:
            value = getattr(sys.modules[module], name)
            if not inspect.ismodule(value):
                addresses.setdefault((name, id(value)), set()).add(f"{module}.{name}")
    return list(addresses.values())


def test_each_public_name_has_exactly_one_entry(soups, inventory):
    shown = [entry["id"] for name in REFERENCE for entry in soups[name].select("dt.sig[id]")]
    names = public_names()
    assert len(names) > 60
    for addresses in names:
        assert len(addresses & inventory.keys()) == 1, f"entries in objects.inv for {addresses}"
        assert sum(shown.count(address) for address in addresses) == 1, f"entries on pages for {addresses}"
    for module in set(families.public_modules()) - {"gradlab"}:
        assert inventory.get(module) == "py:module", f"{module} has no page"


def test_what_has_an_entry_is_public(inventory):
    allowed = {address for addresses in public_names() for address in addresses}
    parts = [(key, part) for family in families.FAMILIES for key, part in families.family(family).items()]
    allowed |= {f"{families.home(part, key)}.{key}" for key, part in parts}
    for name, kind in inventory.items():
        if kind == "py:module":
            assert name in families.public_modules()
            continue
        owners = [name[: at.start()] for at in re.finditer(r"\.|$", name)]
        inside = [owner for owner in owners if owner in allowed]
        assert inside, f"{name} has an entry, and stands in no __all__ and no registry"
        assert not any(part.startswith("_") and part != "__call__" for part in name.split(".")), name


def test_an_entry_of_an_activation_leads_to_its_formula_and_names_its_limits(soups):
    page = soups["reference/activations"]
    for key, part in gradlab.ACTIVATIONS.items():
        entry = page.find(id=f"gradlab.{key}")
        source = entry.select_one("a.viewcode-link, a:has(.viewcode-link)")["href"]
        assert source == f"../_modules/gradlab/activations/functions.html#{key}"
        listing = soups["_modules/gradlab/activations/functions"]
        assert listing.find(id=key), f"the listing has no {key}"
        text = entry.find_parent("dl").get_text()
        for parameter in part.parameters:
            assert f"{parameter} = " in text, f"{key} does not say what {parameter} is"


def test_every_example_of_a_docstring_is_shown(soups):
    text = " ".join(" ".join(soups[name].select_one("article").get_text().split()) for name in REFERENCE)
    for addresses in public_names():
        module, _, name = min(addresses).rpartition(".")
        value = getattr(sys.modules[module], name)
        if not (inspect.isclass(value) or callable(value)):
            continue
        for line in re.findall(r"^\s*(>>> .*)$", inspect.getdoc(value) or "", re.M):
            assert " ".join(line.split()) in text, f"{min(addresses)}: {line}"


def test_a_decorator_with_an_unpacked_dictionary_does_not_hide_a_module():
    source = "@entered({'near': 1, **others})\ndef part():\n    pass\n\nvalue = 1\n'''What it is.'''\n"
    assert ModuleAnalyzer.for_string(source, "part").find_attr_docs() == {("", "value"): ["What it is.", ""]}


@pytest.mark.parametrize("name", ["index", "learn/vanishing", "howto/own-parts"])
def test_names_in_cells_link_to_the_reference(soups, name):
    links = soups[name].select("div.cell_input a.sphinx-codeautolink-a")
    anchors = {link["href"].partition("#")[2] for link in links}
    assert {"gradlab.MLP"} <= anchors or {"gradlab.train"} <= anchors
    assert all("reference/" in link["href"] or "://" in link["href"] for link in links)


def test_nearly_every_page_with_cells_links_its_names(soups):
    without = [name for name in EXECUTED if not soups[name].select("div.cell_input a.sphinx-codeautolink-a")]
    shown = [name for name in without if "gl." in "".join(c.get_text() for c in soups[name].select("div.cell_input"))]
    assert not shown


def test_formulas_are_mathml_and_need_no_script(soups):
    pages = [name for name in PAGES if soups[name].select("article math")]
    assert pages
    for name, soup in soups.items():
        assert not [script for script in soup.select("script[src]") if "mathjax" in script["src"].lower()], name


def test_hidden_cells_have_a_summary_that_html_allows(soups):
    for name in EXECUTED:
        for summary in soups[name].select("details.hide > summary"):
            assert not summary.select("p")
            assert not summary.get("aria-label")


def test_the_sidebar_names_its_switches_for_those_who_cannot_see_them(soups):
    switches = [summary for soup in soups.values() for summary in soup.select(".bd-sidebar-primary summary")]
    assert switches
    assert all(summary.get("aria-label") for summary in switches)


CHAPTERS = [page for page in PAGES if page.startswith("learn/") and page != "learn/story"]


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_chapter_has_exercises_and_folded_answers(page, soups):
    article = soups[page].select_one("article")
    assert article.select('a[href^="../exercises/"]')
    assert article.select_one("#try-it"), "things to try"
    assert article.select("details.sd-dropdown"), "answers, folded"


# what the field calls it, beside the book's own word: people search for these
FIELD = {
    "learn/start": ("neuron", "activation function", "multilayer perceptron"),
    "learn/collapse": ("linear", "non-linearity", "representation capacity", "expressivity"),
    "learn/decision": ("softmax", "logit", "cross-entropy", "overfitting"),
    "learn/depth": ("expressivity", "universal approximation"),
    "learn/descent": ("gradient descent", "learning rate", "momentum", "Adam"),
    "learn/backpropagation": ("chain rule", "automatic differentiation"),
    "learn/vanishing": ("vanishing gradient", "explode"),
    "learn/zigzag": ("zero-centred", "zigzag", "condition number"),
    "learn/initialization": ("Xavier", "He", "Glorot", "orthogonal"),
    "learn/relu": ("ReLU", "He"),
    "learn/dead": ("dying ReLU", "dead neuron"),
    "learn/variants": ("leaky ReLU", "ELU", "GELU", "Swish", "SwiGLU"),
    "learn/cures": ("batch norm", "layer norm", "skip connection", "gradient clipping"),
    "learn/precision": ("underflow", "overflow", "bfloat16", "loss scaling"),
}


@pytest.mark.parametrize(("page", "word"), [(page, word) for page, words in FIELD.items() for word in words])
def test_the_words_of_the_field_stand_beside_the_books_own(page, word, soups):
    text = " ".join(soups[page].select_one("article").get_text().split())
    assert word.casefold() in text.casefold()


def test_a_number_keeps_its_percent_sign_and_code_keeps_its_spaces(soups):
    seen = 0
    for name in PAGES:
        for text in soups[name].select_one("article").find_all(string=re.compile(r"\d\s%")):
            code = text.find_parent(["pre", "code", "math", "annotation"])
            elsewhere = text.find_parent(class_="toctree-wrapper")  # titles of others
            if code is None and not elsewhere:
                assert not re.search(r"\d %", text), f"{name}: {text}"
                seen += 1
            elif code is not None:
                assert "\N{NO-BREAK SPACE}%" not in text
    assert seen > 100
