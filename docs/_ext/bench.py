"""The gradient bench on its page: ``{gradient-bench}``, and ``{bench}`` with a story's name for a link to it.

The directive writes ``_templates/bench.html`` with the choices that gradlab's registries hold; the rest is done by
``_live/js/bench``, of which live_assets.py makes ``bench.js`` and ``bench-live.js``. Only its page loads them, with two
sheets of its own, and is allowed what Python needs in a browser. Without a script, or from a file, there is none of it, and
the figure that the page draws when it is executed stands in its place.

When the bench says that a gradient vanishes, explodes or keeps its size, the bounds are `VANISHES` and `EXPLODES`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench_grid import DEPTHS, INITS
from docutils import nodes
from editions import FIRST, later, say
from furniture import of_bench, scripts, table
from gradlab_live import bench_setting
from jinja2 import Environment, FileSystemLoader
from live_assets import FOLDER, POLICY
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

import gradlab
from gradlab.plots import number

PAGE = "playground"
VANISHES, EXPLODES = 0.01, 100.0  # the first layer's gradient over the last one's
MARK = 'id="gl-bench"'
DEFAULTS = bench_setting.DEFAULTS | {"story": ""}  # a story is the page's alone
TABLE = "bench-words.js"
WORDS = later(
    {
        "reading": "Signals of each layer, before any training.",
        "file": "The bench needs a server: from a file a browser does not fetch its numbers. The figure shows one setting of it.",
    }
)
NORMALIZATIONS = later({"none": "none", "layer": "layer", "batch": "batch"})
DATA = later(
    {
        "moons": "two moons",
        "spirals": "two spirals",
        "circles": "two circles",
        "xor": "XOR",
        "digits": "digits",
        "curve": "a curve",
        "own": "your own points",
    }
)
_STORY = re.compile(r"""^\s*(?P<name>key|title): (?:say\()?(?P<words>"(?:[^"\\]|\\.)*")""", re.M)
Choices = list[tuple[str, str]]


def plainly(names: Mapping[str, Any] | list[str]) -> Choices:
    """Return names with how they are read."""
    return [(name, say(name.replace("_", " "))) for name in names]  # furniture.py has them


def told(choices: Mapping[str, str]) -> Choices:
    """Return choices with what they are called in this language."""
    return [(name, say(words)) for name, words in choices.items()]


def initializers() -> list[tuple[str, Choices]]:
    """Return the initial weights: those of the grid, and those that are computed in the page."""
    ahead = [name for name in gradlab.INITIALIZERS if name in INITS]
    here = [name for name in gradlab.INITIALIZERS if name not in ahead]
    return [(say("Measured ahead of time"), plainly(ahead)), (say("Computed in this page"), plainly(here))]


def stories(docs: Path) -> Choices:
    """Return the titles of the stories of stories.js, by their keys: a line with ``key:`` and one with ``title:`` each."""
    found: Choices = []
    for line in _STORY.finditer((docs / "_live" / "js" / "bench" / "stories.js").read_text(encoding="utf-8")):
        words = json.loads(line["words"])
        if line["name"] == "key":
            found.append((words, ""))
        else:
            found[-1] = (found[-1][0], say(words))
    return found


def written(docs: Path) -> str:
    """Return the HTML of the bench."""
    templates = Environment(
        loader=FileSystemLoader(docs / "_templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    templates.globals["say"] = say
    activations = [("", plainly(list(gradlab.ACTIVATIONS))), (say("Typed by you"), [("own", say("own"))])]
    choices = {
        "data": told(DATA),
        "loss": [("auto", say("as the data ask")), *plainly(list(gradlab.LOSSES))],
        "optimizer": [
            *plainly(["sgd"]),
            ("momentum", say("momentum")),
            *plainly([name for name in gradlab.OPTIMIZERS if name != "sgd"]),
        ],
        "schedule": plainly(list(gradlab.SCHEDULES)),
    }
    return templates.get_template("bench.html").render(
        activations=activations,
        initializers=initializers(),
        normalizations=[("", told(NORMALIZATIONS))],
        stories=[("", [("", say("none")), *stories(docs)])],
        choices=choices,
        defaults=DEFAULTS,
        depths=DEPTHS,
        vanishes=VANISHES,
        explodes=EXPLODES,
        words=dict(told(WORDS)),
    )


class GradientBench(SphinxDirective):
    """``{gradient-bench}``: the bench, with the thresholds of its words."""

    def run(self) -> list[nodes.Node]:
        """Write it as HTML; other formats have the page's figure."""
        docs = Path(self.env.app.confdir)
        for name in ("_templates/bench.html", "_templates/bench_live.html", "_live/js/bench/stories.js"):
            self.env.note_dependency(str(docs / name))
        return [nodes.raw("", written(docs), format="html")]


class Bounds(SphinxRole):
    """``{bench-bound}`vanishes```: a bound of the bench's words, as it is used."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Write the number, marked as one that nobody typed."""
        bound = number({"vanishes": VANISHES, "explodes": EXPLODES}[self.text])
        return [nodes.inline("", bound, classes=["pasted-text"])], []


class bench_link(nodes.General, nodes.Inline, nodes.TextElement):
    """A link to a story, before it is known where the page is."""


class Story(SphinxRole):
    """``{bench}`words <key>```: a link that opens the bench at a story."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a mark with the story's key."""
        words, _, key = self.text.rpartition(" <")
        key = key.removesuffix(">")
        known = dict(stories(Path(self.env.app.confdir)))
        if key not in known:
            message = self.inliner.reporter.error(f"the bench has no story {key!r}", line=self.lineno)
            return [], [message]
        return [bench_link("", words or known[key], key=key)], []


class LinkStories(SphinxPostTransform):
    """Make links of the marks, from where each page is."""

    default_priority = 8

    def run(self, **kwargs: Any) -> None:
        """Look at each mark of a page."""
        for mark in list(self.document.findall(bench_link)):
            address = self.app.builder.get_relative_uri(self.env.docname, PAGE)
            if self.env.docname == PAGE:
                address = ""
            mark.replace_self(
                nodes.reference("", "", nodes.inline("", mark.astext()), refuri=f"{address}#story={mark['key']}")
            )


def _mark(path: Path) -> str:
    """Return what names the content of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def load(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Load the bench on its page, and allow that what Python needs."""
    live = getattr(app, "gl_live", None)
    if live is None or MARK not in context.get("body", ""):
        return
    script = Path(app.outdir, "_static", FOLDER, "bench-live.js")
    attributes = {"data-worker": live.attributes["data-worker"], "data-live": f"bench-live.js?v={_mark(script)}"}
    if app.config.language != FIRST:
        app.add_js_file(f"{FOLDER}/{TABLE}", loading_method="defer")  # read before the script that says them
    app.add_js_file(f"{FOLDER}/bench.js", loading_method="defer", **attributes)
    for name in ("bench.css", "bench_live.css"):
        if Path(app.confdir, "_static", name).is_file():
            app.add_css_file(name)
    context["gl_policy"] = POLICY


def write_words(app: Sphinx) -> None:
    """Write what the bench says in this language, where the book's own table has it not: its page alone is to load it."""
    if getattr(app, "gl_live", None) is None or app.config.language == FIRST:
        return
    docs = Path(app.confdir)
    words = table([text for text in of_bench(docs) if text not in scripts(docs)])
    path = Path(app.outdir, "_static", FOLDER, TABLE)
    path.write_text(f"Object.assign((globalThis.glWords ??= {{}}), {words});\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the roles."""
    app.add_node(bench_link)
    app.add_directive("gradient-bench", GradientBench)
    app.add_role("bench", Story())
    app.add_role("bench-bound", Bounds())
    app.add_post_transform(LinkStories)
    app.connect("builder-inited", write_words, priority=700)  # after live_assets.py has made the folder, at 600
    app.connect("html-page-context", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
