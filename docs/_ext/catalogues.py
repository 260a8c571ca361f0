"""The catalogues of a translation: kept in order, counted, and held to their originals, in a second and without a build.

``python docs/_ext/catalogues.py check learn/relu`` holds a page's translation to the original and to korean_wording.py;
without a page, all of them. ``… report`` counts what is missing, ``… tidy POT`` is what `nox -s translate` runs behind
sphinx-intl: the order of the page, no date, no line number, no path, so that running it twice changes nothing.

A translation may say a thing in another order, but it says the same: its glued numbers, links, roles, code, formulas,
placeholders and numerals are those of the original. Where one rightly differs, a comment of the translator in the
catalogue allows it: ``# may differ: number``, with the kinds of faults that are printed.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import korean_wording
import polib
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from wording import HIDDEN

DOCS = Path(__file__).resolve().parents[1]
LANGUAGE = "ko"
HEADER = {
    "Project-Id-Version": "gradlab",
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
}
WIDTH = 120
# a translation may write these in digits
WORDS = dict(
    zip(["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"], range(13, 20), strict=True)
)
WORDS |= dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
WORDS |= {"hundred": 100, "thousand": 1000, "million": 1_000_000}
FREE = 12  # whole numbers up to here may stand for a word of the original: "two layers"

# names of things, and units: a message of nothing else is none
_NAME = re.compile(
    r"(?i)(?:adam|adamw|bert|bfloat|elu|float|fp|gb|geglu|gelu|glu|gemma|gpt|gradlab|jax|jit|kb|keras|learn|llama|mb"
    r"|mish|mobilenetv|ms|nemotron|numpy|opt|palm|png|prelu|pytorch|relu|rrelu|scikit|scipy|selu|sgd|silu"
    r"|svg|swiglu|swish|tanh|torch"
    r")"
)

_HANGUL = re.compile(r"[가-힣]")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_ROLE_TITLE = re.compile(r"^(?P<title>.*\S)\s*<(?P<target>[^<>]+)>$", re.S)
_MARKED = re.compile(r"^(?P<before>\d*)(?P<sign>(?<=\d)[.)]|(?<!\d)[-+*>#])(?=\s)")
_TEXT = re.compile(r"\\text\{[^{}]*\}")  # words in a formula
_PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)[sd]|%[sd]")
_NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d{1,3}(?:[,\u2009\u202f]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:\s?(?P<times>thousand|million|billion|백만|천만|만|천|억)(?![a-z]))?"
)
_TIMES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "천": 1e3, "만": 1e4, "백만": 1e6, "천만": 1e7, "억": 1e8}
_ALLOWED = re.compile(r"may differ:([\w, -]+)")
_CURES = {
    "block": "the translation is read as another kind of block, and Sphinx would leave it out: write it as the original is "
    "written, and a number with a dot at its beginning as 1\\.",
    "emphasis": "a mark of emphasis shows as it stands: close it before a bracket, **기울기**(gradient)는",
}


class Found(NamedTuple):
    """What is wrong with an entry of a catalogue."""

    line: int
    kind: str
    words: str
    cure: str


# -- What a message holds ------------------------------------------------------------------------------------------------


@cache
def parser() -> MarkdownIt:
    """Return a parser of the book's Markdown, with the extensions that conf.py names."""
    tree = ast.parse((DOCS / "conf.py").read_text(encoding="utf-8"))
    extensions = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "myst_enable_extensions"
    )
    return create_md_parser(MdParserConfig(enable_extensions=set(extensions)), RendererHTML)


class Message:
    """What a message is made of: the things that a translation keeps, its prose, and the blocks that it is read as."""

    def __init__(self, text: str, *, original: bool = False) -> None:
        if (
            original
        ):  # Sphinx has taken the mark of a list, or of a heading, away: what looks like one is text, "1. A cube"
            text = _MARKED.sub(lambda mark: f"{mark['before']}\\{mark['sign']}", text)
        self.things: Counter[tuple[str, str]] = Counter()
        self.blocks: list[str] = []
        self.text: list[str] = []  # what a reader sees as prose
        self.korean = 0  # spans that say what a thing is called in Korean, within the original
        for block in parser().parse(text):
            if block.type == "inline":
                self._read(block.children or [])
            elif block.nesting >= 0:
                self.blocks.append(block.type)
                if block.content:
                    self.things[block.type, block.content] += 1

    def _read(self, tokens: list[Token]) -> None:
        hidden: list[bool] = []
        for token in tokens:
            if token.type == "span_open":
                hidden.append(str(token.attrs.get("class", "")).startswith("language-"))
                self.korean += hidden[-1]
                if not hidden[-1]:
                    self.things["span", f"{{.{token.attrs.get('class')}}}"] += 1
            elif token.type == "span_close":
                self.text.append(HIDDEN if hidden.pop() else "")
            elif not any(hidden):
                self._token(token)

    def _token(self, token: Token) -> None:
        kept = _kept(token)
        if token.type == "text":
            self.text.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            self.text.append(" ")
        elif kept is not None:
            self.things[kept] += 1
        if token.type in {"code_inline", "math_inline", "myst_role", "image", "html_inline", "footnote_ref"}:
            title = _ROLE_TITLE.match(token.content) if token.type == "myst_role" else None
            self.text.append(title["title"] if title else HIDDEN)

    @property
    def prose(self) -> str:
        """The words, with ``HIDDEN`` for formulas, code, roles and words in Korean."""
        return "".join(self.text)

    def numbers(self) -> Counter[float]:
        """Return the numerals of the prose by their values."""
        found: Counter[float] = Counter()
        for number in _NUMBER.finditer(self.prose):
            value = float(re.sub(r"[,\u2009\u202f]", "", number["digits"]))
            found[value * _TIMES.get(number["times"] or "", 1)] += 1
        return found


def _kept(token: Token) -> tuple[str, str] | None:
    """Return the kind and the content of what a translation keeps."""
    match token.type:
        case "code_inline":
            return "code", f"`{token.content}`"
        case "math_inline" | "math_inline_double":
            return "math", "$" + _TEXT.sub(r"\\text{…}", token.content) + "$"
        case "myst_role":
            title = _ROLE_TITLE.match(token.content)
            name = token.meta["name"]
            content = f"… <{title['target']}>" if title and name != "math" else token.content
            return ("glue" if name.startswith("glue") else "role"), f"{{{name}}}`{content}`"
        case "link_open":
            classes = f"{{.{token.attrs['class']}}}" if "class" in token.attrs else ""
            return "link", f"({token.attrs.get('href')}){classes}"
        case "image":
            return "link", f"![]({token.attrs.get('src')})"
        case "footnote_ref":
            return "link", f"[^{token.meta.get('label')}]"
        case "strong_open" | "em_open":
            return "emphasis", "**…**" if token.type == "strong_open" else "*…*"
        case "html_inline":
            return "html", token.content
    return None


def is_name(word: str) -> bool:
    """Return whether a word is the name of a thing, which is the same in all languages."""
    return _NAME.fullmatch(word) is not None


def has_words(text: str) -> bool:
    """Return whether a message has anything to translate: not where it is code, a formula, a number, a name."""
    return any(not is_name(word) for word in _LETTERS.findall(Message(text).prose))


# -- What a translation owes its original --------------------------------------------------------------------------------


def differences(original: Message, translation: Message) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, words, cure) of what one has and the other has not."""
    if original.blocks != translation.blocks:
        yield "block", ", ".join(translation.blocks) or "nothing", _CURES["block"]
    for (kind, what), count in (original.things - translation.things).items():
        if (kind, what) != ("emphasis", "*…*"):  # Korean has no italics
            yield kind, what, f"the original has it{_more(count)}, the translation has not"
    for (kind, what), count in (translation.things - original.things).items():
        yield kind, what, f"the translation has it{_more(count)}, the original has not"
    for mark in ("**", "`", "]("):
        if mark in translation.prose and mark not in original.prose:
            yield (
                "emphasis" if mark == "**" else "markup",
                mark,
                _CURES["emphasis"] if mark == "**" else "is not closed",
            )
    spoken = {float(WORDS[word]) for word in re.findall(r"[a-z]+", original.prose.lower()) if word in WORDS}
    yield from _other_numbers(original.numbers(), translation.numbers(), spoken)
    if _placeholders(original) != _placeholders(translation):
        yield "placeholder", " ".join(sorted(_placeholders(translation))) or "none", "write those of the original"


def _other_numbers(here: Counter[float], there: Counter[float], spoken: set[float]) -> Iterator[tuple[str, str, str]]:
    for value, count in (here - there).items():
        yield "number", f"{value:g}", f"the original has it{_more(count)}, the translation has not"
    for value, count in (there - here).items():
        if value not in spoken and (value > FREE or not value.is_integer()):
            yield "number", f"{value:g}", f"the translation has it{_more(count)}, the original has not"


def _more(count: int) -> str:
    return f" {count} times more" if count > 1 else ""


def _placeholders(message: Message) -> Counter[str]:
    return Counter(_PLACEHOLDER.findall(message.prose))


def entry_faults(entry: polib.POEntry) -> Iterator[Found]:
    """Yield what is wrong with a translated entry."""
    original, translation = Message(entry.msgid, original=True), Message(entry.msgstr)
    allowed = {kind.strip() for found in _ALLOWED.findall(entry.tcomment) for kind in found.split(",")}
    for kind, words, cure in differences(original, translation):
        if kind not in allowed:
            yield Found(entry.linenum, kind, words, cure)
    if not _HANGUL.search(entry.msgstr) and len(_LETTERS.findall(original.prose)) > 3 and "english" not in allowed:
        yield Found(entry.linenum, "english", entry.msgstr[:50], "nothing in it is Korean")
    for fault in korean_wording.faults(translation.prose, entry.msgid):
        if fault.kind not in allowed:
            yield Found(entry.linenum, fault.kind, fault.words, fault.cure)


def faults(catalogue: polib.POFile) -> Iterator[Found]:
    """Yield what is wrong with a catalogue, but for what is missing."""
    for entry in catalogue:
        if entry.obsolete:
            continue
        if entry.fuzzy:
            yield Found(entry.linenum, "fuzzy", entry.msgid[:50], "the original has changed: translate it anew")
        elif entry.msgstr:
            yield from entry_faults(entry)


def missing(catalogue: polib.POFile) -> list[polib.POEntry]:
    """Return the entries without a translation."""
    return [entry for entry in catalogue if not entry.obsolete and not entry.msgstr]


# -- Keeping catalogues --------------------------------------------------------------------------------------------------


def folder(docs: Path = DOCS) -> Path:
    """Return where the catalogues are."""
    return docs / "locales" / LANGUAGE / "LC_MESSAGES"


def read(path: Path) -> polib.POFile:
    """Read a catalogue as it will be written."""
    return polib.pofile(str(path), encoding="utf-8", wrapwidth=WIDTH)


def tidy(template: Path, path: Path) -> None:
    """Write a catalogue as its template has it, with what is translated already; remove one that has nothing to say."""
    wanted, known = polib.pofile(str(template), encoding="utf-8"), read(path)
    made = polib.POFile(wrapwidth=WIDTH)
    made.metadata = dict(HEADER)
    for entry in wanted:
        kept = known.find(entry.msgid, msgctxt=entry.msgctxt or False)
        flags = [flag for flag in (kept.flags if kept else []) if flag == "fuzzy" and kept.msgstr]
        told = {"msgstr": kept.msgstr, "tcomment": kept.tcomment} if kept else {}
        made.append(polib.POEntry(msgid=entry.msgid, msgctxt=entry.msgctxt, flags=flags, **told))
    if len(made):
        made.save(str(path), newline="\n")
    else:
        path.unlink()


def tidy_all(templates: Path, catalogues: Path) -> None:
    """Tidy all catalogues, and remove those of pages that are gone and of strings that Sphinx and its theme translate."""
    for path in sorted(catalogues.rglob("*.po")):
        template = templates / path.relative_to(catalogues).with_suffix(".pot")
        if template.is_file() and path.name != "sphinx.po":
            tidy(template, path)
        else:
            path.unlink()


def report(catalogues: Path) -> tuple[str, int]:
    """Return a table of all catalogues, and how many messages are missing or fuzzy."""
    lines = [f"{'catalogue':30}{'messages':>10}{'words':>8}{'missing':>10}{'fuzzy':>8}"]
    total: Counter[str] = Counter()
    for path in sorted(catalogues.rglob("*.po")):
        found = read(path)
        here = Counter(
            messages=len(found),
            words=sum(len(entry.msgid.split()) for entry in found),
            missing=len(missing(found)),
            fuzzy=sum(entry.fuzzy for entry in found),
        )
        total += here
        lines.append(_row(path.relative_to(catalogues).with_suffix("").as_posix(), here))
    return "\n".join([*lines, _row("all", total)]), total["missing"] + total["fuzzy"]


def _row(name: str, counts: Counter[str]) -> str:
    return f"{name:30}{counts['messages']:10}{counts['words']:8}{counts['missing']:10}{counts['fuzzy']:8}"


def chosen(catalogues: Path, names: list[str]) -> list[Path]:
    """Return the catalogues of some pages, or all of them."""
    if not names:
        return sorted(catalogues.rglob("*.po"))
    bare = [name.removeprefix("docs/").removesuffix(".md").removesuffix(".po") for name in names]
    paths = [catalogues / f"{name}.po" for name in bare]
    if absent := [str(path) for path in paths if not path.is_file()]:
        raise SystemExit(f"There is no catalogue {', '.join(absent)}.")
    return paths


def check(catalogues: Path, names: list[str], *, partial: bool) -> int:
    """Print what is wrong with catalogues; return 1 where something is."""
    wrong = 0
    for path in chosen(catalogues, names):
        found = read(path)
        shown = path.relative_to(DOCS.parent) if path.is_relative_to(DOCS.parent) else path
        listed = list(faults(found))
        for fault in listed:
            print(f"{shown}:{fault.line}: {fault.kind}: {fault.words!r}: {fault.cure}")
        untold = missing(found)
        if untold and not partial:
            print(
                f"{shown}: {len(untold)} of {len(found)} messages have no translation, the first in line {untold[0].linenum}"
            )
        wrong += len(listed) + (0 if partial else len(untold))
    print(f"{wrong} faults" if wrong else "no fault")
    return int(wrong > 0)


def main() -> int:
    """Read the command line."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--catalogues", type=Path, default=folder(), help=argparse.SUPPRESS)
    commands = asked.add_subparsers(dest="command", required=True)
    checked = commands.add_parser("check", help="hold translations to their originals")
    checked.add_argument("pages", nargs="*", help="learn/relu …; all where none is given")
    checked.add_argument("--partial", action="store_true", help="say nothing of what is not translated yet")
    commands.add_parser("report", help="count messages")
    tidied = commands.add_parser("tidy", help="write the catalogues as their templates have them")
    tidied.add_argument("templates", type=Path)
    options = asked.parse_args()
    if options.command == "check":
        return check(options.catalogues, options.pages, partial=options.partial)
    if options.command == "tidy":
        tidy_all(options.templates, options.catalogues)
        return 0
    table, owed = report(options.catalogues)
    print(table)
    return int(owed > 0)


if __name__ == "__main__":
    sys.exit(main())
