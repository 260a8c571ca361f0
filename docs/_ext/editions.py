"""The editions of the book in other languages: a switch to the same page, and what search engines are told of it.

``gl_editions`` names the languages of which this build makes a site, the first at its root and each other one in a folder of
its own; without it there is one edition, and no switch. What the extensions and templates say, they say through `say`, from
the catalogue ``gradlab.po``, with the English words as keys.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from said import CATALOGUE, FIRST, amount, folder, later, say
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.locale import translators
from sphinx.util.i18n import CatalogInfo

__all__ = [
    "ASIDE",
    "CATALOGUE",
    "FIRST",
    "NAMES",
    "addresses",
    "amount",
    "folder",
    "languages",
    "later",
    "root",
    "say",
    "told",
]

# what the theme says and no catalogue of its has in every language; its templates look for them in this book's catalogue
THEME = later(
    (
        *("Search...", "Skip to main content", "Version warning", "Color mode", "System Settings", "Light", "Dark"),
        *("Fullscreen mode", "Back to top", "previous page", "next page", "Contents", "Link to this heading"),
        *(
            "Link to this image",
            "Link to this table",
            "Link to this code",
            "Link to this definition",
            "Link to this term",
        ),
        *("Link to this equation", "Link to this toctree", "Previous", "Next", "Collapse sidebar", "Expand sidebar"),
    )
)
NAMES = {"en": "English", "ko": "한국어"}  # of languages, in themselves
ASIDE = "gl-aside"  # of a page's metadata: what it says in no paragraph, in English and in this language


def told(env: BuildEnvironment, page: str, text: str, key: str = "") -> str:
    """Return a text that a page says in no paragraph, in the language of this build; a claim's sentence by its key."""
    return str(env.metadata.get(page, {}).get(ASIDE, {}).get((key, text), text))


def languages(config: Config) -> list[str]:
    """Return the languages that are built."""
    return [name.strip() for name in str(config.gl_editions).split(",") if name.strip()]


def root(config: Config) -> str:
    """Return the address of the whole site, or nothing where it has none."""
    return str(config.html_baseurl).removesuffix(folder(config.language))


def addresses(app: Sphinx, page: str, context: dict[str, Any]) -> dict[str, str]:
    """Return the addresses of a page in the other editions, seen from it."""
    here = app.config.language
    if page == "404":  # it is shown at any address
        up = app.config.notfound_urls_prefix.removesuffix(folder(here))
        name = "index.html"
    else:
        name = app.builder.get_target_uri(page)
        up = "../" * (name.count("/") + folder(here).count("/"))
    return {other: f"{up}{folder(other)}{name}" for other in languages(app.config) if other != here}


def add_switch(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Hand templates the other editions of a page, and say of a page of the book where they are."""
    context["theme_search_bar_text"] = say(context.get("theme_search_bar_text", ""))
    context["gl_editions"] = [(other, NAMES[other], there) for other, there in addresses(app, page, context).items()]
    base = root(app.config)
    if not base or doctree is None or len(languages(app.config)) < 2:
        return
    home = page == app.config.root_doc
    name = "" if home else app.builder.get_target_uri(page)
    links = [(language, f"{base}{folder(language)}{name}") for language in languages(app.config)]
    links.append(("x-default", f"{base}{name}"))
    tags = "".join(f'\n<link rel="alternate" hreflang="{language}" href="{there}">' for language, there in links)
    context["metatags"] = context.get("metatags", "") + tags


def teach_templates(app: Sphinx) -> None:
    """Let templates say words in the language of this build, ``{{ say("Cite this page") }}``, and bring the switch's script."""
    if app.builder.format == "html":
        app.builder.templates.environment.globals["say"] = say
        if len(languages(app.config)) > 1:
            app.add_js_file("edition.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the setting and the step."""
    locales = Path(app.srcdir, "locales")
    messages = locales / app.config.language / "LC_MESSAGES"
    if (messages / f"{CATALOGUE}.po").is_file():
        CatalogInfo(messages, CATALOGUE, "utf-8").write_mo(
            app.config.language
        )  # Sphinx does so later than it is wanted
        app.add_message_catalog(CATALOGUE, locales)
        translators["general", "sphinx"].add_fallback(translators["general", CATALOGUE])
    app.add_config_value("gl_editions", "en", "html", types=frozenset({str}))
    app.connect("builder-inited", teach_templates)
    app.connect("html-page-context", add_switch, priority=790)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
