"""What a page says of itself to those who send it on or look for it: OpenGraph, cards, JSON-LD, sitemap and robots.

The tags stand in ``_templates/sharing.html``. An address is in them only where the book has one (published.py): canonical,
``og:url``, ``og:image``, the sitemap and its line in ``robots.txt`` are left out elsewhere, and all else stands.
sphinxext-opengraph writes a relative ``og:url`` there and knows no picture of a page, and sphinx-sitemap ends such a build
with a warning and orders its addresses as its writers finish; so both jobs are done here.

Other extensions say more of a page in its context: ``gl_description``, one or two whole sentences, and ``gl_social_image``,
a picture as (path from the root of the book, width, height, text).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import editions
from chapters import chapters
from citing import AUTHOR, BOOK
from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.locale import _

LICENSE = "https://creativecommons.org/licenses/by/4.0/"  # of the text and the figures
# What a page is to schema.org, by its folder, with the word for what its reader does with it.
KINDS = {
    "learn": (("Chapter", "LearningResource"), "chapter"),
    "exercises": (("LearningResource",), "exercise"),
    "howto": (("LearningResource",), "how-to"),
    "reference": (("APIReference",), None),
}
OTHER = (("LearningResource",), "reference work")
PLAIN = ("changelog", "contributing", "license")  # nobody learns about activations there


def shown_title(page: str, context: dict[str, Any]) -> str:
    """Return the title of a page in a browser's bar, without its tags; Sphinx's own pages have theirs in templates."""
    title = " ".join(Markup(context.get("title") or context.get("indextitle") or "").striptags().split())
    return title or {"genindex": _("Index"), "search": _("Search")}.get(page, BOOK)


def own_title(app: Sphinx, page: str) -> str:
    """Return the title that stands on a page: whoever cites it looks for that one."""
    return " ".join(app.env.titles[page].astext().split())


def address(app: Sphinx, page: str) -> str:
    """Return the address of a page, or nothing where the book has none; that of the home page ends in a slash."""
    base = app.config.html_baseurl
    if not base:
        return ""
    return str(base) if page == app.config.root_doc else f"{base}{app.builder.get_target_uri(page)}"


def image(app: Sphinx, context: dict[str, Any]) -> dict[str, Any] | None:
    """Return the picture of a page with its whole address, or None where there is no picture or no address."""
    drawn = context.get("gl_social_image")
    if not drawn or not app.config.html_baseurl:
        return None
    path, width, height, alt = drawn
    return {"url": f"{app.config.html_baseurl}{path}", "width": width, "height": height, "alt": alt}


def learning_resource(app: Sphinx, page: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return what schema.org has words for; ``facts`` are the description, address and picture of the page."""
    said: dict[str, Any] = {"@context": "https://schema.org"}
    if page == app.config.root_doc:
        parts = [
            {"@type": "Chapter", "position": one.number, "name": own_title(app, one.page)}
            | ({"url": address(app, one.page)} if app.config.html_baseurl else {})
            for one in chapters(app.env)
        ]
        said |= {"@type": ["Book", "LearningResource"], "name": BOOK, "hasPart": parts}
    else:
        kinds, use = (("WebPage",), None) if page in PLAIN else KINDS.get(page.partition("/")[0], OTHER)
        said |= {"@type": kinds[0] if len(kinds) == 1 else list(kinds), "name": own_title(app, page)}
        said |= {"learningResourceType": use} if use else {}
        said |= next(({"position": one.number} for one in chapters(app.env) if one.page == page), {})
        book = {"@type": "Book", "name": BOOK}
        said["isPartOf"] = book | ({"url": app.config.html_baseurl} if app.config.html_baseurl else {})
    return said | {
        "description": facts["description"],
        **({"url": facts["address"]} if facts["address"] else {}),
        **({"image": facts["image"]["url"]} if facts["image"] else {}),
        "inLanguage": app.config.language,
        "author": {"@type": "Organization", "name": AUTHOR},
        "license": LICENSE,
        "isAccessibleForFree": True,
        "version": app.config.release,
    }


def as_script(said: dict[str, Any]) -> str:
    """Return JSON that no text in it can end too early: ``</script>`` is written with an escaped slash."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def add_tags(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Put the tags into the head of a page; what is no page of the book has none of a learning resource."""
    if page in {"404", "search"}:  # the one is no page, the other is empty until somebody asks
        context["pageurl"] = None
        context["metatags"] = context.get("metatags", "") + '\n<meta name="robots" content="noindex">'
    elif context.get("pageurl"):
        context["pageurl"] = address(app, page)
    if page == "404":
        return
    title = shown_title(page, context)
    facts = {
        "title": title,
        "description": context["gl_description"],  # of descriptions.py, which writes its own tag
        "address": address(app, page),
        "image": image(app, context),
    }
    resource = as_script(learning_resource(app, page, facts)) if doctree is not None else ""
    kind = "website" if page == app.config.root_doc else "article"
    told = {**facts, "type": kind, "site": app.config.project, "resource": resource}
    context["metatags"] = context.get("metatags", "") + "\n" + app.builder.templates.render("sharing.html", told)


def write_lists(app: Sphinx, exception: Exception | None) -> None:
    """Write the list of all pages and the note for robots."""
    if exception is not None or app.builder.name != "html":
        return
    robots = "User-agent: *\nAllow: /\n"
    if app.config.html_baseurl:
        pages = sorted(address(app, page) for page in app.env.found_docs)
        rows = "".join(f"<url><loc>{escape(page)}</loc></url>\n" for page in pages)
        listed = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'
        head = '<?xml version="1.0" encoding="utf-8"?>\n'
        Path(app.outdir, "sitemap.xml").write_text(head + listed, encoding="utf-8")
        for language in editions.languages(app.config):
            robots += f"Sitemap: {editions.root(app.config)}{editions.folder(language)}sitemap.xml\n"
    if app.config.language == editions.FIRST:  # robots ask at the root alone
        Path(app.outdir, "robots.txt").write_text(robots, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the steps."""
    app.connect("html-page-context", add_tags, priority=800)  # after those that describe a page and draw its picture
    app.connect("build-finished", write_lists)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
