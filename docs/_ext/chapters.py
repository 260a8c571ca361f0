"""The number of a chapter and the name of its part, above its title.

The table of contents has the parts of the book first: lists with a caption, whose pages lie in ``learn/``. Chapters are
numbered through from the first part to the last; the story, which retells all of them, has no number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from docutils import nodes
from editions import say
from html_elements import made, quiet_element
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

FOLDER, STORY = "learn/", "learn/story"


class Chapter(NamedTuple):
    """A chapter: its number from 1, its page and the caption of its part."""

    number: int
    page: str
    part: str


def chapters(env: BuildEnvironment) -> Iterator[Chapter]:
    """Yield the chapters in the order of the table of contents."""
    number = 0
    contents = env.tocs.get(env.config.root_doc)
    for toctree in contents.findall(addnodes.toctree) if contents else ():
        for page in toctree["includefiles"]:
            if page.startswith(FOLDER) and page != STORY:
                number += 1
                yield Chapter(number, page, toctree.get("caption") or "")


def numbered(chapter: Chapter) -> str:
    """Return the number and the part of a chapter, in words."""
    return say("Chapter {number}", number=chapter.number) + (f" · {chapter.part}" if chapter.part else "")


class AddEyebrow(SphinxPostTransform):
    """Write number and part above the title of a chapter."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Write them on a chapter, and nothing on other pages."""
        chapter = next((one for one in chapters(self.env) if one.page == self.env.docname), None)
        section = next(self.document.findall(nodes.section), None)
        if chapter is not None and section is not None:
            words = numbered(chapter)
            section.insert(0, made("p", nodes.Text(words), kind=quiet_element, classes=["gl-eyebrow"]))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.setup_extension("html_elements")
    app.add_post_transform(AddEyebrow)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
