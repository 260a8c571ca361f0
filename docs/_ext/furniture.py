"""The words of the book's furniture: what extensions, templates and scripts say, as one catalogue, ``gradlab.po``.

In Python and in templates words are said by ``say("…")`` and ``amount(number, "page")``, in scripts by ``glSay("…")`` or the
``say`` of docs/_live/js; constants that are said elsewhere stand in ``later(…)``. All these have their English words as keys,
and values in braces. What a card of the gallery says of an activation stands in its docstring, and the prompts of folded
cells stand on the pages: both are messages here too. What Python says in a reader's browser, within the gradient bench,
stands in the ``WORDS`` and ``NAMES`` of its modules; the bench's controls name parts of gradlab.

An edition in another language has the words of scripts as a table, ``_static/words.js``, which the book's one script begins
with; those of the bench come with its page (bench.py). ``python docs/_ext/furniture.py gradlab.pot`` writes the template of
the catalogue.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from editions import FIRST, say
from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parents[1]
TABLE, SCRIPT = "words.js", "say.js"
SCRIPTS = ("_static/*.js", "_static/search/*.js", "_live/js/*.js")
ANSWERS = "_live/python/gradlab_live/answers.py"
BENCH, WORKER = ("_live/js/bench/*.js",), "_live/python/gradlab_live/bench*.py"
_IN_TEMPLATE = re.compile(r"""\bsay\(\s*(?:"(?P<one>[^"]+)"|'(?P<two>[^']+)')""")
_IN_SCRIPT = re.compile(r"""\b(?:glSay|say)\(\s*"(?P<words>(?:[^"\\]|\\.)+)\"""")
_FOUND = re.compile(
    r'"(?P<words>\{number\} [^"\n]+|[^"\n]* (?:place|places) on [^"\n]+)"'
)  # of search/page.js, chosen by number
_COUNTED = re.compile(r"""\bcount\([^()]*(?:\([^()]*\))?[^()]*,\s*"(?P<noun>[a-z ]+)"\)""")
_PROMPT = re.compile(
    r"^\s*code_prompt_(?:show|hide): (?P<words>.+)$|^nb_code_prompt_\w+ = \"(?P<default>[^\"]+)\"", re.M
)


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the words within an expression: of a dict its values."""
    parts = node.values if isinstance(node, ast.Dict) else [node]
    for part in parts:
        for one in ast.walk(part):
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value


def of_python(source: str) -> Iterator[str]:
    """Yield the words that a module says."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", "")
        first = node.args[0]
        if name == "later" or (name == "say" and isinstance(first, ast.Constant | ast.IfExp)):
            yield from _texts(first)
        elif name == "amount" and len(node.args) == 2:
            yield from (f"{{number}} {noun}s" for noun in _texts(node.args[1]))


def of_worker(source: str) -> Iterator[str]:
    """Yield the words that a module says in a reader's browser: its tables of them."""
    for node in ast.parse(source).body:
        names = {getattr(target, "id", "") for target in node.targets} if isinstance(node, ast.Assign) else set()
        if names & {"WORDS", "NAMES"} and isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            yield from _texts(node.value)


def of_template(source: str) -> Iterator[str]:
    """Yield the words that a template says."""
    for found in _IN_TEMPLATE.finditer(source):
        yield found["one"] or found["two"]


def of_script(source: str) -> Iterator[str]:
    """Yield the words that a script says."""
    for found in _IN_SCRIPT.finditer(source):
        yield json.loads(f'"{found["words"]}"')
    for found in _FOUND.finditer(source):
        yield found["words"]
    for found in _COUNTED.finditer(source):
        yield f"{{number}} {found['noun']}s"


def of_page(source: str) -> Iterator[str]:
    """Yield the prompts of folded cells."""
    for found in _PROMPT.finditer(source):
        yield (found["words"] or found["default"]).strip("'\"")


def of_gallery() -> Iterator[str]:
    """Yield what cards say of activations."""
    import gallery  # Sphinx has the families of gradlab only where gradlab is

    from gradlab import ACTIVATIONS

    for part in ACTIVATIONS.values():
        said = gallery.sections(part)
        yield from (said[heading] for heading in ("", "Notes") if said.get(heading))


def of_registries() -> Iterator[str]:
    """Yield the names of gradlab's parts, as the bench's controls have them."""
    import gradlab

    for parts in (
        gradlab.ACTIVATIONS,
        gradlab.INITIALIZERS,
        gradlab.LOSSES,
        gradlab.OPTIMIZERS,
        gradlab.SCHEDULES,
    ):
        yield from (name.replace("_", " ") for name in parts)


def of_pages(docs: Path) -> dict[str, None]:
    """Return the words that the scripts of all pages say, and what Python says to them, each once."""
    return {**scripts(docs), **dict.fromkeys(of_worker((docs / ANSWERS).read_text(encoding="utf-8")))}


def scripts(docs: Path, patterns: tuple[str, ...] = SCRIPTS) -> dict[str, None]:
    """Return the words that scripts say, each once."""
    paths = (path for pattern in patterns for path in sorted(docs.glob(pattern)))
    return dict.fromkeys(words for path in paths for words in of_script(path.read_text(encoding="utf-8")))


def of_bench(docs: Path) -> dict[str, None]:
    """Return the words that the bench's scripts and its Python say, each once."""
    worker = (words for path in sorted(docs.glob(WORKER)) for words in of_worker(path.read_text(encoding="utf-8")))
    return {**scripts(docs, BENCH), **dict.fromkeys(worker), **dict.fromkeys(of_registries())}


def table(words: Iterable[str]) -> str:
    """Return words with what they are in this language, as an object of a script."""
    told = {text: say(text) for text in words if say(text) != text}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def words(docs: Path = DOCS) -> list[str]:
    """Return all words of the furniture, each once, in an order that stays."""
    found: dict[str, None] = {}
    pages = [path for path in sorted(docs.rglob("*.md")) if not path.relative_to(docs).parts[0].startswith("_")]
    for paths, read in (
        (sorted((docs / "_ext").glob("*.py")), of_python),
        (sorted((docs / "_templates").glob("*.html")), of_template),
        ([docs / "conf.py", *pages], of_page),
    ):
        for path in paths:
            found |= dict.fromkeys(read(path.read_text(encoding="utf-8")))
    found |= {**of_pages(docs), **dict.fromkeys(of_gallery()), **of_bench(docs)}
    return [text for text in found if re.search(r"[^\W\d_]", text)]


def write_template(path: Path) -> None:
    """Write the template of the catalogue."""
    import polib  # which builds do not need

    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    for text in words():
        made.append(polib.POEntry(msgid=text))
    made.save(str(path))


def begin(app: Sphinx) -> None:
    """Have the book's one script begin with the words in this language, and with what says them."""
    app.add_js_file(SCRIPT, priority=10)
    if app.config.language != FIRST:
        app.add_js_file(TABLE, priority=9)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the table of the words that scripts say."""
    if exception is None and app.builder.format == "html" and app.config.language != FIRST:
        told = table(of_pages(Path(app.confdir)))
        Path(app.outdir, "_static", TABLE).write_text(f"globalThis.glWords = {told};\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the steps."""
    app.connect("builder-inited", begin)
    app.connect("build-finished", write)  # before bundles.py joins the scripts, at 900
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    sys.path.insert(0, str(DOCS.parent))
    write_template(Path(sys.argv[1]))
