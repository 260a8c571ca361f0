"""The words of the buttons that copy, as attributes of what they copy from: ``_static/copying.js`` makes the buttons."""

from __future__ import annotations

from html import escape

from editions import later, say

COPIED, NOT_COPIED = later("Copied"), later("The browser does not let pages copy")
LINK = later("Copy link")


def words(label: str | None = None) -> dict[str, str]:
    """Return the attributes of what holds something to copy, with the label of its button where all have the same."""
    return {"data-copied": say(COPIED), "data-not-copied": say(NOT_COPIED)} | (
        {"data-copy": say(label)} if label else {}
    )


def as_html(attributes: dict[str, str]) -> str:
    """Return attributes as HTML has them, with a space before each."""
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
