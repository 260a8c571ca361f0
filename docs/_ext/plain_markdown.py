"""Write a page that was read as Markdown that any reader of it knows: CommonMark, tables, dollar mathematics, and no more.

The page is taken after its references, citations and numbers are resolved, so nothing of MyST is left to translate: a
glued number is a number, and a link has its words. What only a browser can use (buttons, sliders, filters) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from docutils import nodes
from html_elements import quiet_element
from mathml import MACROS
from page_order import is_cell
from sphinx import addnodes
from sphinx_design.dropdown import dropdown_title

_SPECIAL = re.compile(r"[\\`*$]|(?<!\w)_|_(?!\w)|<(?=[\w/!?])|\](?=\()")
_AT_START = re.compile(r"^(#{1,6}|[+-]|\d+(?=[.)])|>)(?=$|\s|>|[.)](?:\s|$))")
_BAR, _VERTICAL = re.compile(r"(?<!\\)\|"), r"\\vert "
_OURS = re.compile(r"\\(" + "|".join(MACROS) + r")(?![a-zA-Z])")
_LANGUAGES = {"default": "", "none": "", "ipython3": "python", "myst-ansi": "text"}
_WORDS = {"note", "tip", "warning", "caution", "important", "hint", "seealso", "danger", "error", "attention"}


class Block(NamedTuple):
    """A piece of a page: Markdown, or a cell, which is to be written by those who know what it was."""

    text: str
    cell: nodes.container | None = None


def fence(code: str, language: str = "") -> str:
    """Return code between fences that are longer than any inside it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    mark = "`" * (longest + 1)
    return f"{mark}{language}\n{code.rstrip()}\n{mark}"


def indented(text: str, by: str, first: str | None = None) -> str:
    """Return a text with ``by`` before each line that is not empty, and ``first`` before the first."""
    lines = text.split("\n")
    head = (by if first is None else first) + lines[0]
    return "\n".join([head.rstrip(), *(f"{by}{line}".rstrip() if line or by.strip() else "" for line in lines[1:])])


def _harmless(found: re.Match[str]) -> str:
    """Return the begin of a line that would otherwise begin a list, a heading or a quotation."""
    return found[0] + "\\" if found[0].isdigit() else "\\" + found[0]


def escaped(text: str) -> str:
    """Return a text in which no sign is Markdown's."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


class Writer:
    """Writes nodes; ``address`` turns what a link points to into what it shall say, None where only its words are kept."""

    def __init__(self, address: Callable[[str], str | None], picture: Callable[[nodes.image], str | None]) -> None:
        """Keep how addresses are to be written."""
        self.address, self.picture = address, picture
        self._in_table = False

    # -- inside of a line ----------------------------------------------------------------------------------------------

    def inline(self, node: nodes.Node) -> str:
        """Return a node of a paragraph."""
        if isinstance(node, nodes.Text):
            return escaped(" ".join(re.split(r"[ \n\t]+", node.astext())))
        if isinstance(node, nodes.Invisible | nodes.raw | addnodes.index):
            return ""
        if isinstance(node, nodes.math):
            return self._math(node.astext())
        if isinstance(node, nodes.literal):
            return _code(node.astext())
        if isinstance(node, nodes.image):
            return self._image(node)
        return self._marked(node, self.words(node))

    def words(self, node: nodes.Element) -> str:
        """Return what a node holds, as one line."""
        return "".join(self.inline(child) for child in node.children)

    def _marked(self, node: nodes.Element, words: str) -> str:
        """Return words with the marks of their node."""
        if not words.strip():
            return words
        if isinstance(node, nodes.reference):
            return self._link(node, words)
        if isinstance(node, nodes.strong | addnodes.literal_strong):
            return f"**{words}**"
        if isinstance(node, nodes.emphasis | nodes.title_reference):
            return f"*{words}*"
        if isinstance(node, nodes.superscript):
            return f"<sup>{words}</sup>"
        if isinstance(node, nodes.subscript):
            return f"<sub>{words}</sub>"
        if isinstance(node, nodes.footnote_reference):
            return f"[{words}]"
        return words

    def _link(self, node: nodes.reference, words: str) -> str:
        """Return a link, or its words where it cannot lead anywhere."""
        uri = node.get("refuri") or (f"#{node['refid']}" if node.get("refid") else "")
        address = self.address(uri) if uri else None
        return words if address is None or words.startswith("[") else f"[{words}]({address})"

    def _math(self, tex: str) -> str:
        """Return a formula; a bar in a table would end its cell."""
        tex = _plain_tex(" ".join(tex.split()))
        return f"${_BAR.sub(_VERTICAL, tex) if self._in_table else tex}$"

    def _image(self, node: nodes.image) -> str:
        address = self.picture(node)
        alt = " ".join(node.get("alt", "").split()).replace("[", "(").replace("]", ")")
        return "" if address is None else f"![{alt}]({address})"

    # -- blocks --------------------------------------------------------------------------------------------------------

    def page(self, doctree: nodes.document) -> list[Block]:
        """Return a whole page, neighbours of Markdown in one block."""
        blocks: list[Block] = []
        for block in self._walk(doctree, 1):
            if block.cell is None and blocks and blocks[-1].cell is None:
                blocks[-1] = Block(f"{blocks[-1].text}\n\n{block.text}")
            else:
                blocks.append(block)
        return blocks

    def _walk(self, node: nodes.Element, level: int) -> Iterator[Block]:
        """Yield the blocks of a section; cells stand in sections and, with the answers of exercises, in containers."""
        for child in node.children:
            if is_cell(child):
                yield Block("", child)
            elif isinstance(child, nodes.section):
                yield from self._walk(child, level + 1)
            elif isinstance(child, nodes.title):
                yield Block(f"{'#' * max(level - 1, 1)} {self.words(child)}")
            elif isinstance(child, nodes.container) and next(child.findall(is_cell), None) is not None:
                yield from self._walk(child, level)
            elif text := self.block(child):
                yield Block(text)

    def blocks(self, parents: Iterable[nodes.Node], between: str = "\n\n") -> str:
        """Return nodes one below the other."""
        return between.join(text for child in parents if (text := self.block(child)))

    def block(self, node: nodes.Node) -> str:
        """Return a node that stands by itself, "" where there is nothing of it to read."""
        if isinstance(node, nodes.Invisible | quiet_element | nodes.raw | addnodes.index | addnodes.toctree):
            return ""
        if isinstance(node, dropdown_title) or _is_title_of_card(node):
            return f"**{self.blocks(node.children).strip()}**"
        for kind, write in _BLOCKS.items():
            if isinstance(node, kind):
                return write(self, node)
        if isinstance(node, nodes.Text | nodes.Inline | nodes.TextElement):
            text = self.inline(node) if isinstance(node, nodes.Text | nodes.Inline) else self.words(node)
            return _AT_START.sub(_harmless, text.strip())
        return self.blocks(node.children)

    def _literal(self, node: nodes.Element) -> str:
        language = node.get("language", "")
        return fence(node.astext(), _LANGUAGES.get(language, language))

    def _equation(self, node: nodes.Element) -> str:
        tex = _plain_tex(node.astext().strip())
        if "\\\\" in tex and "\\begin" not in tex:  # as mathml.py has it
            tex = f"\\begin{{aligned}}\n{tex}\n\\end{{aligned}}"
        return f"$$\n{tex}\n$$"

    def _list(self, node: nodes.Element) -> str:
        numbered = isinstance(node, nodes.enumerated_list)
        items, start = [], node.get("start", 1)
        for number, child in enumerate(node.children, start):
            mark = f"{number}. " if numbered else "- "
            loose = sum(not isinstance(part, nodes.Invisible) for part in child.children) > 1
            items.append((indented(self.blocks(child.children), " " * len(mark), mark), loose))
        return ("\n\n" if any(loose for _, loose in items) else "\n").join(text for text, _ in items)

    def _terms(self, node: nodes.Element) -> str:
        """Return definitions, or fields, as a list: the term in bold and what it means after it."""
        items = []
        for entry in node.children:
            terms = [part for part in entry.children if isinstance(part, nodes.term | nodes.field_name)]
            names = " · ".join(self.words(term).strip() for term in terms)
            meaning = self.blocks(part for part in entry.children if part not in terms)
            colon = "" if names.endswith((":", "?", ".")) else ":"
            items.append(indented(f"**{names}**{colon} {meaning}".rstrip(), "  ", "- "))
        return "\n".join(items)

    def _quote(self, node: nodes.Element) -> str:
        return indented(self.blocks(node.children), "> ")

    def _admonition(self, node: nodes.Element) -> str:
        kind = type(node).__name__
        head = f"**{kind.capitalize()}**\n\n" if kind in _WORDS else ""
        return indented(head + self.blocks(node.children), "> ")

    def _heading(self, node: nodes.Element) -> str:
        return f"**{self.words(node).strip()}**"

    def _caption(self, node: nodes.Element) -> str:
        return self.words(node).strip()

    def _figure(self, node: nodes.Element) -> str:
        """Return a figure: picture, then what is said about it."""
        image = next((one for one in node.findall(nodes.image) if self.picture(one)), None)
        said = [child for child in node.children if isinstance(child, nodes.caption | nodes.legend)]
        number = f"**{node['gl-number']}** " if node.get("gl-number") else ""
        return "\n\n".join(filter(None, [self._image(image) if image else "", number + self.blocks(said)]))

    def _table(self, node: nodes.Element) -> str:
        """Return a table as GitHub, Jupyter and Pandoc know it."""
        self._in_table = True
        rows = [[self._cell(entry) for entry in row.children] for row in node.findall(nodes.row)]
        title = next((self._heading(child) for child in node.children if isinstance(child, nodes.title)), "")
        self._in_table = False
        if not any(node.findall(nodes.thead)):
            rows.insert(0, [""] * len(rows[0]))
        lines = [f"| {' | '.join(cells)} |" for cells in rows]
        lines.insert(1, "|" + " --- |" * len(rows[0]))
        return "\n\n".join(filter(None, [title, "\n".join(lines)]))

    def _cell(self, entry: nodes.Node) -> str:
        text = self.blocks(entry.children).replace("\n\n", "<br>").replace("\n", " ")
        return _BAR.sub(r"\\|", text)

    def _signature(self, node: nodes.Element) -> str:
        """Return how something is called, as code, without the link to its source."""
        shown = (child for child in node.children if "viewcode-link" not in str(child))
        return f"**{_code(''.join(child.astext() for child in shown))}**"

    def _note(self, node: nodes.Element) -> str:
        label = next((child for child in node.children if isinstance(child, nodes.label)), None)
        rest = self.blocks(child for child in node.children if child is not label)
        return rest if label is None else f"[{label.astext()}] {rest}"


def _is_title_of_card(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("design_component") == "card-title"


def _plain_tex(tex: str) -> str:
    """Return a formula without the book's own macros."""
    return _OURS.sub(lambda found: MACROS[found[1]], tex)


def _code(text: str) -> str:
    """Return code of a line, in as many backticks as it needs."""
    text = " ".join(text.split())
    mark = "``" if "`" in text else "`"
    space = " " if "`" in text else ""
    return f"{mark}{space}{text}{space}{mark}" if text else ""


_BLOCKS: dict[type[nodes.Element], Callable[[Writer, nodes.Element], str]] = {
    nodes.literal_block: Writer._literal,
    nodes.doctest_block: lambda writer, node: fence(node.astext(), "pycon"),
    nodes.math_block: Writer._equation,
    nodes.bullet_list: Writer._list,
    nodes.enumerated_list: Writer._list,
    nodes.definition_list: Writer._terms,
    nodes.field_list: Writer._terms,
    nodes.block_quote: Writer._quote,
    addnodes.desc: lambda writer, node: writer.blocks(node.children),  # an admonition, by its class
    nodes.Admonition: Writer._admonition,
    nodes.topic: Writer._quote,
    nodes.rubric: Writer._heading,
    nodes.title: Writer._heading,
    nodes.figure: Writer._figure,
    nodes.caption: Writer._caption,
    nodes.image: Writer._image,
    nodes.table: Writer._table,
    nodes.footnote: Writer._note,
    nodes.citation: Writer._note,
    nodes.transition: lambda writer, node: "---",
    addnodes.desc_signature: Writer._signature,
}
