"""Small repairs of the HTML that the theme and MyST-NB write; each has a test in tests/site."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup
from sphinx.application import Sphinx

# MyST-NB writes <p> in <summary>, which HTML does not allow there, and an aria-label that hides the visible words.
_SUMMARY = re.compile(
    r'<summary aria-label="Toggle hidden content">\s*'
    r'<p class="(collapsed[^"]*)">(.*?)</p>\s*<p class="(expanded[^"]*)">(.*?)</p>\s*</summary>',
    re.DOTALL,
)

# On a phone a figure of a cell scrolls (custom.css); what scrolls must be within a keyboard's reach (axe).
_FIGURE = re.compile(r'(<div class="cell_output[^>]*>\s*)<figure ')

# The theme's switch that unfolds a part of the sidebar holds an icon and no word for a screen reader (axe: summary-name).
_SWITCH = '<summary><span class="toctree-toggle"'


def name_switches(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Have the sidebar's switches say what they do."""
    draw = context.get("generate_toctree_html")
    if draw is None:
        return

    def drawn(*arguments: Any, **keywords: Any) -> Markup:
        html = str(draw(*arguments, **keywords))
        return Markup(html.replace(_SWITCH, _SWITCH.replace(">", ' aria-label="Pages below">', 1)))

    context["generate_toctree_html"] = drawn


def repair(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Rewrite the page's body."""
    if "body" in context:
        context["body"] = _SUMMARY.sub(
            r'<summary><span class="\1">\2</span><span class="\3">\4</span></summary>', context["body"]
        )
        context["body"] = _FIGURE.sub(r'\1<figure tabindex="0" ', context["body"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the repairs."""
    app.connect("html-page-context", repair)
    app.connect("html-page-context", name_switches, priority=900)  # after the theme has put its function there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
