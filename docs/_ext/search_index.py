"""What the search knows: one document for each section, name of the library, term, card, question and source.

Each page leaves its documents beside its doctree when it is written, in whatever process that is; once all pages are
written they become one script, and no JSON, so that a copy of the book on a disk is searched too. Only the search page loads it, with
MiniSearch (``_static/vendor``), which ranks, and our own rules for words (``_static/search``). Sphinx's search stays off.

Nothing is said about a page that the page does not say: its names are its title, the terms of the glossary that send
readers to it (in English and in Korean), its entries in the index, and the ``topic`` and ``keywords`` of its front matter.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import sphinx.search
from chapters import FOLDER, STORY, chapters, numbered
from claims import in_reading_order
from docutils import nodes
from editions import say
from families import FAMILIES, family
from prose import line, words
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

FILE = "search/documents.js"  # in _static, as all that follow
STEMMERS = ("base-stemmer.js", "english-stemmer.js")  # Snowball's, as they come with Sphinx
SCRIPTS = (
    *("vendor/minisearch.js", *(f"search/{name}" for name in STEMMERS)),
    *("search/words.js", "search/engine.js", FILE, "search/page.js"),
)
# Files of Sphinx's own search, which the basic theme brings along whether it is used or not.
SPHINX_OWN = ("searchtools.js", "language_data.js", "sphinx_highlight.js")


class Document(NamedTuple):
    """What can be found: a part of a page."""

    kind: str  # section, part (of a family of the library), name (any other of the library), term, card, source
    anchor: str
    title: str
    above: list[str]  # the headings between the page's title and this one
    names: list[str]  # what else it is called
    text: str
    leads: list[str]  # the pages that a term sends readers to


class Page(NamedTuple):
    """A page and what is found on it."""

    kind: str
    title: str
    place: str  # where in the book it stands
    topics: list[str]  # what its title is about, whole
    parts: list[str]  # what else it is about: parts of its title, terms that lead here
    documents: list[Document]


# -- reading a page ----------------------------------------------------------------------------------------------------


def _is_term(node: nodes.Node) -> bool:
    return isinstance(node, nodes.definition_list_item) and "glossary" in node.parent.get("classes", ())


def _is_card(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and "gl-card" in node["classes"]


def is_document(node: nodes.Node) -> bool:
    """Return whether a node is found by itself, and is no part of the text of what it stands in."""
    return isinstance(node, nodes.section | addnodes.desc | nodes.citation) or _is_term(node) or _is_card(node)


def _text(node: nodes.Element) -> str:
    """Return what a document says, less the arrows to other pages at the end of a paragraph."""
    return re.sub(r" ?→ [^.\n]*$", "", words(node, is_document), flags=re.MULTILINE)


def _korean(node: nodes.Element) -> list[str]:
    """Return the Korean words that stand in a node."""
    said = (part.astext() for part in node.findall(nodes.inline) if "language-ko" in part["classes"])
    return [word.strip() for words in said for word in words.split(",")]


def _entries(node: nodes.Element) -> list[str]:
    """Return the entries of the index that stand in a section, less the names that autodoc enters."""
    entries = [entry for index in node.findall(addnodes.index) if _owner(index) is node for entry in index["entries"]]
    return [
        entry.replace("; ", " ") for _, entry, target, *_ in entries if not target.startswith(("gradlab", "module-"))
    ]


def _owner(node: nodes.Node) -> nodes.Node | None:
    above = node.parent
    while above is not None and not is_document(above):
        above = above.parent
    return above


def _section(node: nodes.section, first: bool) -> Document:
    above: list[str] = []
    outer = node.parent
    while not first and isinstance(outer, nodes.section) and isinstance(outer.parent, nodes.section):
        above.insert(0, _title(outer))
        outer = outer.parent
    return Document("section", "" if first else node["ids"][0], _title(node), above, _entries(node), _text(node), [])


def _title(section: nodes.Element) -> str:
    title = next((child for child in section.children if isinstance(child, nodes.title)), None)
    return line(title) if title else ""


def _name(node: addnodes.desc) -> Iterator[Document]:
    """Yield the entry of a name in the reference; its aliases are other names of it."""
    ids = [
        identity for sign in node.findall(addnodes.desc_signature) if sign.parent is node for identity in sign["ids"]
    ]
    content = next((child for child in node.children if isinstance(child, addnodes.desc_content)), None)
    if ids and content is not None:
        also = [
            literal.astext()
            for field in content.findall(nodes.field)
            if field[0].astext() == "Also called" and _owner(field) is node
            for literal in field[1].findall(nodes.literal)
        ]
        inside, _, last = ids[0].rpartition(".")
        belongs = last in _parts() and inside.rpartition(".")[2].islower()  # and is no method of a class
        yield Document("part" if belongs else "name", ids[0], ids[0], [], also, _text(content), [])


@lru_cache(maxsize=1)
def _parts() -> set[str]:
    """Return the names of what the library's families hold: of activations, optimisers, losses and others."""
    found = {name: part for key in FAMILIES for name, part in family(key).items()}
    return {getattr(part, "__name__", name) for name, part in found.items()} | set(found)


def _term(node: nodes.definition_list_item, page: str) -> Document:
    terms = [child for child in node.children if isinstance(child, nodes.term)]
    title, *others = [line(term) for term in terms]
    definition = node.children[-1]
    assert isinstance(definition, nodes.Element)
    names = list(dict.fromkeys([*others, *_korean(node)]))
    said = re.sub(r"\s(?:See|Also|Not) .*", "", _text(definition), flags=re.DOTALL)
    return Document("term", terms[0]["ids"][0], title, [], names, said, list(_pages_linked(node, page)))


def _pages_linked(node: nodes.Element, page: str) -> Iterator[str]:
    """Yield the pages that a node links as a whole."""
    for link in node.findall(nodes.reference):
        address, _, anchor = link.get("refuri", "").partition("#")
        if link.get("internal") and address.endswith(".html") and not anchor:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(page), address)).removesuffix(".html")


def _card(node: nodes.container) -> Document:
    title = next((line(child) for child in node.children if isinstance(child, nodes.rubric)), "")
    return Document("card", node["ids"][0], title, [], [], _text(node), [])


def _source(node: nodes.citation, env: BuildEnvironment) -> Iterator[Document]:
    """Yield a source by its title, and by its authors and year."""
    domain = env.get_domain("cite")
    key = next((one.key for one in domain.citations if one.citation_id in node["ids"]), None)
    if key is not None:
        entry = domain.bibdata.data.entries[key]
        title = re.sub(r"[{}]", "", entry.fields.get("title", key))
        families = [" ".join(person.last_names) for person in entry.persons.get("author", [])]
        year = entry.fields.get("year", "")
        yield Document(
            "source", node["ids"][0], title, [], [f"{name} {year}" for name in families[:2]], _text(node), []
        )


def documents(tree: nodes.document, page: str, env: BuildEnvironment) -> Iterator[Document]:
    """Yield what can be found on a page, in its order."""
    first = True
    for node in tree.findall(is_document):
        if isinstance(node, nodes.section):
            yield _section(node, first)
            first = False
        elif isinstance(node, addnodes.desc):
            yield from _name(node)
        elif isinstance(node, nodes.citation):
            yield from _source(node, env)
        elif _is_card(node):
            yield _card(node)  # type: ignore[arg-type]
        else:
            yield _term(node, page)  # type: ignore[arg-type]


# -- a page's place and topics -----------------------------------------------------------------------------------------


def topics(title: str) -> tuple[list[str], list[str]]:
    """Return what a title is about: its halves around the colon, and the items of a list in one of them."""
    halves = [half.strip() for half in title.split(":")]
    items = [item.strip() for half in halves for item in re.split(r",| and ", half)]
    return halves, [item for item in items if item and item not in halves]


def kind(page: str, env: BuildEnvironment) -> str:
    """Return what sort of page one is; the search trusts some more than others (engine.js)."""
    folder, _, name = page.rpartition("/")
    if page == env.config.root_doc or page == STORY:
        return "overview"
    if page.startswith(FOLDER):
        return "chapter"
    return folder or name


def place(page: str, env: BuildEnvironment) -> str:
    """Return where a page stands: the number and part of a chapter, else the part of the table of contents."""
    for chapter in chapters(env):
        if chapter.page == page:
            return numbered(chapter)
    for toctree in env.tocs[env.config.root_doc].findall(addnodes.toctree):
        inside = [below for one in toctree["includefiles"] for below in (one, *env.toctree_includes.get(one, ()))]
        if page in inside:
            return toctree.get("caption") or ""
    return ""


def read(tree: nodes.document, name: str, env: BuildEnvironment) -> Page:
    """Return a page as the search knows it."""
    found = list(documents(tree, name, env))
    title, meta = found[0].title if found else name, env.metadata.get(name, {})
    whole, parts = topics(title)
    whole += [*topics(str(meta.get("topic", "")))[0], *str(meta.get("keywords", "")).split(",")]
    whole = [topic.strip() for topic in whole if topic.strip()]
    return Page(kind(name, env), title, place(name, env), whole, parts, found)


# -- from pages to one file --------------------------------------------------------------------------------------------


def _kept(app: Sphinx, page: str) -> Path:
    return Path(app.doctreedir, "search", f"{page}.json")


def keep(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Leave what is found on a page for when all pages are written."""
    if doctree is not None and app.builder.format == "html":
        file = _kept(app, page)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(read(doctree, page, app.env), ensure_ascii=False), encoding="utf-8")


def joined(app: Sphinx) -> dict[str, Any]:
    """Return the documents of all pages as the search reads them."""
    pages: dict[str, Page] = {}
    for name in in_reading_order(app.env):
        if _kept(app, name).is_file() and "nosearch" not in app.env.metadata.get(name, {}):
            page = Page(*json.loads(_kept(app, name).read_text(encoding="utf-8")))
            pages[name] = page._replace(documents=[Document(*one) for one in page.documents])
    numbers = {name: number for number, name in enumerate(pages)}
    rows = []
    for name, page in pages.items():
        for one in page.documents:
            leads = [target for target in one.leads if target in pages]
            for target in leads:
                parts = pages[target].parts
                parts += [term for term in (one.title, *one.names) if term not in parts]
            rows.append([numbers[name], *one[:-1], *([[numbers[target] for target in leads]] if leads else [])])
    heads = [[app.builder.get_target_uri(name), *page[:-1]] for name, page in pages.items()]
    return {"pages": heads, "documents": rows}


def write(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Write the documents, and have the search page written."""
    if app.builder.format == "html":
        told = json.dumps(joined(app), ensure_ascii=False, separators=(",", ":"))
        folder = Path(app.outdir, "_static", "search")
        Path(app.outdir, "_static", FILE).write_text(f"globalThis.glSearchDocuments = {told};\n", encoding="utf-8")
        for name in STEMMERS:
            shutil.copyfile(Path(sphinx.search.__file__).parent / "minified-js" / name, folder / name)
        yield "search", {"title": say("Search")}, "search.html"


def load(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Load the search on its own page."""
    if page == "search":
        app.add_css_file("search/search.css")
        for name in SCRIPTS:
            app.add_js_file(name, loading_method="defer")


# -- Sphinx's own search -----------------------------------------------------------------------------------------------


def switch_off(app: Sphinx) -> None:
    """Keep Sphinx from building its index, of 0.4 MB, which each page would load."""
    if app.builder.format == "html":
        app.builder.search = False


def clear(app: Sphinx, exception: Exception | None) -> None:
    """Remove the files of Sphinx's search that the basic theme has brought."""
    if app.builder.format == "html":
        for name in SPHINX_OWN:
            Path(app.outdir, "_static", name).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the steps."""
    app.connect("builder-inited", switch_off)
    app.connect("html-page-context", keep)
    app.connect("html-page-context", load)
    app.connect("html-collect-pages", write)
    app.connect("build-finished", clear)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
