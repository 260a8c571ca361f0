"""A place for the reader's answer in an exercise: a few lines to begin with, which the page of a browser can run and judge.

``{starter}`` holds the lines, and names the claims of the solution that judge what they leave behind::

    ```{starter}
    :judged: condition = ex-condition-seven

    condition = None    # your number
    ```

Without a script it is a piece of code to copy. Where cells run in the page (live_pages.py), the reader fills it in and
presses *Check*: the bound of the claim, which this build has checked against the solution, judges the reader's value
(``gradlab_live/answers.py``), and no answer is shown. That each starter fails its check, and that an answer passes, is
tested. What a reader has solved is remembered in the browser (``_live/js/keep.js``), and the page above the exercises
says of each how much that is: ``_static/exercises.js``.
"""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar, NamedTuple

from claims import page_claims
from docutils import nodes
from docutils.parsers.rst import directives
from editions import later, say
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from translation import stays

CLASS = "gl-starter"
TITLE = later("Your answer")
_PAIR = re.compile(r"([A-Za-z_]\w*)\s*=\s*([a-z0-9]+(?:-[a-z0-9]+)*)")
_log = logging.getLogger(__name__)


class Starter(NamedTuple):
    """What a reader begins with, and which claims judge which names."""

    identity: str
    source: str
    judged: dict[str, str]  # name in the reader's code -> key of the claim


def pairs(text: str) -> dict[str, str]:
    """Return names and keys of claims: ``first = ex-one, second = ex-two``."""
    found = {}
    for one in filter(None, (part.strip() for part in re.split(r"[,\n]", text))):
        if not (pair := _PAIR.fullmatch(one)):
            raise ValueError(f"write name = key-of-a-claim, not {one!r}")
        found[pair[1]] = pair[2]
    if not found:
        raise ValueError("name at least one claim")
    return found


class StarterDirective(SphinxDirective):
    """``{starter}``: lines of code, and in ``:judged:`` the claims that judge them."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"judged": directives.unchanged_required}  # type: ignore[misc]

    def run(self) -> list[nodes.Node]:
        """Return the code in a place of its own."""
        try:
            judged = pairs(self.options.get("judged", ""))
        except ValueError as error:
            raise self.error(f"starter: {error}") from None
        starter = Starter(f"starter-{next(iter(judged.values()))}", "\n".join(self.content), judged)
        code = nodes.literal_block(starter.source, starter.source, language="python")
        title = nodes.paragraph("", say(TITLE), classes=["gl-starter-title"])
        place = nodes.container("", title, code, classes=[CLASS], ids=[starter.identity], gl_starter=tuple(starter))
        self.set_source_info(place)
        stays(place)
        return [place]


def starters(doctree: nodes.document) -> list[Starter]:
    """Return the starters of a page in their order."""
    return [Starter(*place["gl_starter"]) for place in doctree.findall(nodes.container) if "gl_starter" in place]


class KnownClaims(SphinxPostTransform):
    """Warn of a starter that no claim of its page can judge."""

    default_priority = 10

    def run(self, **kwargs: Any) -> None:
        """Look at the starters of a page once the claims of all pages are known."""
        known = {claim.key for claim in page_claims(self.app.env, self.env.docname)}
        for place in self.document.findall(nodes.container):
            if "gl_starter" not in place:
                continue
            for name, key in Starter(*place["gl_starter"]).judged.items():
                if key not in known:
                    _log.warning(
                        "starter: no claim %r on this page to judge %s", key, name, location=place, type="gradlab"
                    )


def pages_below(app: Sphinx, page: str) -> dict[str, list[str]]:
    """Return the starters of the pages that a page lists, by their addresses as it links them."""
    found = {}
    for below in app.env.toctree_includes.get(page, ()):
        if names := [starter.identity for starter in starters(app.env.get_doctree(below))]:
            found[app.builder.get_relative_uri(page, below)] = names
    return found


def follow(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Have a page above exercises say how much of each is solved."""
    if doctree is not None and app.builder.format == "html" and (found := pages_below(app, page)):
        attributes: dict[str, Any] = {"data-starters": json.dumps(found)}
        app.add_js_file("exercises.js", loading_method="defer", **attributes)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("starter", StarterDirective)
    app.add_post_transform(KnownClaims)
    app.connect("html-page-context", follow)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
