"""Small repairs of the HTML that the theme and MyST-NB write; each has a test in tests/site."""

from __future__ import annotations

import re
from typing import Any

from editions import say
from markupsafe import Markup
from sphinx.application import Sphinx

# MyST-NB writes <p> in <summary>, which HTML does not allow there, and an aria-label that hides the visible words.
_SUMMARY = re.compile(
    r'<summary aria-label="Toggle hidden content">\s*'
    r'<p class="(collapsed[^"]*)">(.*?)</p>\s*<p class="(expanded[^"]*)">(.*?)</p>\s*</summary>',
    re.DOTALL,
)

# A table's corner without a word is no heading of anything (axe: empty-table-header).
_CORNER = re.compile(r'<th class="([^"]*)">\s*<p>\s*</p>\s*</th>')

# Sphinx's listings of modules have <div> in <pre> and <ul> beside <li>; HTML allows neither (screens.css makes blocks of them).
_LISTING = re.compile(r"<pre>.*?</pre>", re.DOTALL)

# The theme's switch that unfolds a part of the sidebar holds an icon and no word for a screen reader (axe: summary-name).
_SWITCH = '<summary><span class="toctree-toggle"'


def name_switches(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Have the sidebar's switches say what they do."""
    draw = context.get("generate_toctree_html")
    if draw is None:
        return

    def drawn(*arguments: Any, **keywords: Any) -> Markup:
        html = str(draw(*arguments, **keywords))
        return Markup(html.replace(_SWITCH, _SWITCH.replace(">", f' aria-label="{say("Pages below")}">', 1)))

    context["generate_toctree_html"] = drawn


def repair(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Rewrite the page's body."""
    if "body" in context:
        context["body"] = _SUMMARY.sub(
            r'<summary><span class="\1">\2</span><span class="\3">\4</span></summary>', context["body"]
        )


def repair_for_listeners(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Rewrite what a screen reader is told of the page's body; the rules are axe's."""
    if "body" not in context:
        return
    body = _CORNER.sub(r'<td class="\1"></td>', str(context["body"]))
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')  # docutils': deprecated, and no child of a list
    name = say("Checked claims")
    first, *cards = body.split(f'aria-label="{name}"')  # regions of a page have names of their own
    for number, card in enumerate(cards, 1):
        first += f'aria-label="{name}{f", {number}" if number > 1 else ""}"{card}'
    context["body"] = first


def repair_listing(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Rewrite the listing of a module, or the list of them."""
    if pagename.startswith("_modules/") and "body" in context:
        body = _LISTING.sub(
            lambda pre: pre[0].replace("<div ", "<span ").replace("</div>", "</span>"), str(context["body"])
        )
        outer, closed, rest = body.rpartition("</ul>")
        context["body"] = outer.replace("</li>\n<ul>", "\n<ul>").replace("</ul>", "</ul></li>") + closed + rest


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the repairs."""
    app.connect("html-page-context", repair)
    app.connect("html-page-context", repair_listing)
    app.connect("html-page-context", repair_for_listeners)
    app.connect("html-page-context", name_switches, priority=900)  # after the theme has put its function there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
