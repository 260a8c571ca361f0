"""The page for those who are lost (404.html): a search, ways in, and styles under whatever address the book is served.

It is shown at any address, so nothing on it can be relative; and a copy of the book may be served below another prefix than
the one it was built for. lost.js, which is looked for beside, above and two folders above the missing page, then says where
the book really lies.
"""

from __future__ import annotations

from html import escape

from editions import later, say
from sphinx.application import Sphinx
from sphinx.config import Config

WAYS = later(
    {
        "index": "The first page",
        "learn/story": "The whole story on one page",
        "questions": "Questions people ask",
        "gallery": "Every activation",
        "glossary": "Words of the field",
        "reference/index": "The reference of gradlab",
    }
)
DEPTH = ("", "../", "../../")  # pages lie at most in one folder, of which somebody may have made two


def body(prefix: str) -> str:
    """Return what the page holds, for a book under an address."""
    links = "".join(f'<li><a href="{prefix}{page}.html">{escape(say(words))}</a></li>' for page, words in WAYS.items())
    scripts = "".join(f'<script defer src="{up}_static/lost.js" data-prefix="{prefix}"></script>' for up in DEPTH)
    book = say("The book")
    return (
        f"<h1>{say('This page is not here')}</h1>"
        f"<p>{say('It may have another name by now. Search for what you were after, or take one of the ways in.')}</p>"
        f'<form class="gl-lost" role="search" aria-label="{book}" action="{prefix}search.html" method="get">'
        f'<label for="lost-words">{say("Words")}</label>'
        '<input id="lost-words" name="q" type="search" autocomplete="off" spellcheck="false">'
        f'<button type="submit">{say("Search")}</button></form>'
        f"<ul>{links}</ul>{scripts}"
    )


def write(app: Sphinx, config: Config) -> None:
    """Hand the page to sphinx-notfound-page."""
    config.notfound_context = {"title": say("This page is not here"), "body": body(config.notfound_urls_prefix)}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the page."""
    app.connect("config-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
