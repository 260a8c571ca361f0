"""The Content-Security-Policy of each page: everything from the book's own origin, nothing inline, nothing evaluated.

It stands in a meta tag, so that a copy on any host, or in a folder, is held to it. `policy` is the whole of it; a page that
needs more has its extension put the additions into the page's context, before this one writes the tag::

    context["gl_policy"] = {"script-src": ["'wasm-unsafe-eval'"], "worker-src": ["'self'"]}

What Sphinx, docutils and the theme would write inline has its home elsewhere: scripts in files (bundles.py, layout.html),
and each ``style`` attribute becomes a class, whose rule is in the book's one stylesheet.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

RULES: dict[str, list[str]] = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],  # icons that lie in the stylesheet; drawings that frames.js makes
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
}
_STYLED = re.compile(r'<[a-zA-Z][^<>]*?\sstyle="[^"]*"[^<>]*>')
_STYLE = re.compile(r'\sstyle="([^"]*)"')
_CLASS = re.compile(r'(\sclass=")')


def policy(pagename: str, more: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return what a page may load and run: `RULES`, with what this page needs beyond them."""
    rules = {name: list(sources) for name, sources in RULES.items()}
    for name, sources in (more or {}).items():
        known = rules.setdefault(name, ["'self'"])
        known += [source for source in sources if source not in known]
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())


def write(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Put the policy first into the head of a page: it holds for what comes after it."""
    tag = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy(page, context.get("gl_policy")))}" />'
    context["metatags"] = f"\n    {tag}{context.get('metatags', '')}"


def styles_to_classes(page: str) -> tuple[str, dict[str, str]]:
    """Return a page with a class in the place of each ``style`` attribute, and the rules of those classes.

    The rules are important, as near as a class comes to a style's rank. A class's name is made of its rule, so that each
    build gives the same.
    """
    rules: dict[str, str] = {}

    def classed(tag: re.Match[str]) -> str:
        found = _STYLE.search(tag[0])
        assert found is not None  # _STYLED has seen it
        declarations = [part.strip() for part in unescape(found[1]).split(";") if part.strip()]
        rule = "".join(f"{part}!important;" for part in declarations)
        name = f"gl-style-{hashlib.sha256(rule.encode()).hexdigest()[:8]}"
        if rule == "display: none!important;":
            name = "pst-js-only"  # hidden until a script shows it, which a rule of ours would forbid
        else:
            rules[name] = rule
        bare = tag[0].replace(found[0], "", 1)
        if _CLASS.search(bare):
            return _CLASS.sub(rf"\g<1>{name} ", bare, count=1)
        return re.sub(r"^<([a-zA-Z][\w:-]*)", rf'<\1 class="{name}"', bare)

    return _STYLED.sub(classed, page), rules


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the tag late, when other extensions have said what their pages need and what metadata they have."""
    app.connect("html-page-context", write, priority=960)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
