"""The foot of a page: what can be taken along, where a mistake is mended or reported, and how the page is cited.

``_templates/page-foot.html`` draws it. Another extension leaves what can be taken along in ``gl_downloads`` of the context:
(label, path from the root of the book, size in bytes or None). Links to the repository stand where the job that publishes
the book names one (published.py). The buttons that copy are ``_static/copying.js``.
"""

from __future__ import annotations

from typing import Any

import citing
import copying
from docutils import nodes
from editions import say
from published import Repository
from sharing import address, own_title
from sphinx.application import Sphinx


def size(count: int | None) -> str:
    """Return a size as readers know it."""
    if count is None:
        return ""
    return f"{max(1, round(count / 1000))} kB" if count < 950_000 else f"{count / 1e6:.1f} MB"


def repository_links(app: Sphinx, page: str, title: str, repository: Repository | None) -> list[tuple[str, str]]:
    """Return the links to the repository as (label, address)."""
    if repository is None:
        return []
    file = app.env.doc2path(page, base=False).as_posix()
    body = f"Page: {page} (version {app.config.release})\n\nWhat is wrong, and what would be right:\n"
    links = (
        (say("Edit this page"), repository.edit(f"docs/{file}")),
        (say("Report a mistake"), repository.report(f"{title} ({page})", body)),
        (say("The repository"), repository.url),
    )
    return [(label, there) for label, there in links if there]


def add_foot(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Hand the template what it draws; pages without a source have no foot."""
    if doctree is None:
        return
    title = own_title(app, page)
    context["gl_links"] = repository_links(app, page, title, context.get("gl_repository"))
    context["gl_source"] = citing.source(app.config, page, title, address(app, page))
    context["gl_book"], context["gl_size"] = citing.BOOK, size
    context["gl_copy_words"] = copying.as_html(copying.words())


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the step."""
    app.connect("html-page-context", add_foot, priority=400)  # before the theme drops the templates that draw nothing
    return {"parallel_read_safe": True, "parallel_write_safe": True}
