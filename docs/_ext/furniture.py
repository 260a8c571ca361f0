"""The words of the book's furniture: what extensions, templates and scripts say, as one catalogue, ``gradlab.po``.

In Python and in templates words are said by ``say("…")`` and ``amount(number, "page")``, in scripts by ``glSay("…")`` or the
``say`` of docs/_live/js; constants that are said elsewhere stand in ``later(…)``. All these have their English words as keys,
and values in braces. What a card of the gallery says of an activation stands in its docstring, and the prompts of folded
cells stand on the pages: both are messages here too.

An edition in another language has the words of scripts as a table, ``_static/words.js``, which the book's one script begins
with. ``python docs/_ext/furniture.py gradlab.pot`` writes the template of the catalogue.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from editions import FIRST, say
from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parents[1]
TABLE, SCRIPT = "words.js", "say.js"
# the bench's own scripts are not asked yet
SCRIPTS = ("_static/*.js", "_static/search/*.js", "_live/js/*.js")
_IN_TEMPLATE = re.compile(r"""\bsay\(\s*(?:"(?P<one>[^"]+)"|'(?P<two>[^']+)')""")
_IN_SCRIPT = re.compile(r"""\b(?:glSay|say)\(\s*"(?P<words>(?:[^"\\]|\\.)+)\"""")
_FOUND = re.compile(
    r'"(?P<words>\{number\} [^"]+|[^"]* (?:place|places) on [^"]+)"'
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


def scripts(docs: Path) -> dict[str, None]:
    """Return the words that scripts say, each once."""
    paths = (path for pattern in SCRIPTS for path in sorted(docs.glob(pattern)))
    return dict.fromkeys(words for path in paths for words in of_script(path.read_text(encoding="utf-8")))


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
    return [text for text in {**found, **scripts(docs), **dict.fromkeys(of_gallery())} if re.search(r"[^\W\d_]", text)]


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
        told = {text: say(text) for text in scripts(Path(app.confdir)) if say(text) != text}
        table = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        Path(app.outdir, "_static", TABLE).write_text(f"globalThis.glWords = {table};\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the steps."""
    app.connect("builder-inited", begin)
    app.connect("build-finished", write)  # before bundles.py joins the scripts, at 900
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    sys.path.insert(0, str(DOCS.parent))
    write_template(Path(sys.argv[1]))
