"""The gallery: ``{gallery} ACTIVATIONS`` becomes a card for each activation of the registry, in its order, and a filter.

A card says nothing of its own. Formula and use stand in the activation's docstring (its summary and its ``Notes``), the
paper in its ``source``, the numbers are computed, and the function to copy stands, tested, in `numpy_versions`.
"""

from __future__ import annotations

import inspect
import math
import re
from typing import Any

import activation_facts
import cited
import families
import numpy_versions
from activation_facts import number
from docutils import nodes
from editions import later, say
from sphinx.application import Sphinx

from gradlab import ACTIVATIONS, Activation

# What the filter offers, and how each is called there; which one an activation is, is computed.
FAMILIES = later(
    {
        "bounded": "bounded, as sigmoid",
        "kinked": "with a kink, as ReLU",
        "smooth": "smooth, as GELU",
        "adaptive": "learned or drawn slope",
    }
)
PROPERTIES = later({"monotonic": "monotonic", "centred": "zero-centred", "nokink": "without a kink"})
_HEADING = re.compile(r"^(\w[\w ]*)\n-+\n", re.MULTILINE)


def sections(part: Activation) -> dict[str, str]:
    """Return the sections of a docstring by their headings, each as one line; the summary's is ``""``."""
    first, *rest = _HEADING.split(inspect.getdoc(part) or "")
    found = {"": first.partition("\n\n")[0], **dict(zip(rest[::2], rest[1::2], strict=True))}
    return {heading: " ".join(text.split()) for heading, text in found.items()}


def facts(part: Activation) -> list[str]:
    """Return the numbers of a card as a list of fields."""
    moments, (low, high) = part.gaussian_moments(), part.range
    kept = say("learned") if part.learned else say("drawn") if part.draw is not None else ""
    parameters = ", ".join(f"{key} = {value:.5g}" for key, value in part.parameters.items())
    rows = {
        say("Parameters"): f"{parameters} ({kept})" if kept else parameters,
        say("Range"): say("{low} to {high}", low=number(low), high=number(high)),
        say("Kinks"): say(" and ").join(map(number, part.kinks)) or say("none"),
        say("Monotonic"): say("yes") if part.monotonic else say("no"),
        say("Zero-centred"): say("yes") if part.zero_centred else say("no"),
        say("Gain"): number(part.gain),
        say("Steepest slope"): number(activation_facts.steepest(part)),
        say("E f"): number(moments.mean),
        say("E f′"): number(moments.slope_mean),
    }
    return [f":{name}: {value}" for name, value in rows.items() if value]


class Gallery(families.FromSource):
    """``{gallery} ACTIVATIONS``: a filter, and a card for each activation."""

    def entries(self, name: str) -> list[str]:
        """Return the filter and the cards as reStructuredText."""
        parts = families.family(name)
        if not parts or not all(isinstance(part, Activation) for part in parts.values()):
            raise self.error(f"a gallery shows a family of activations, not {name!r}")
        cards = [line for key, part in parts.items() for line in self.card(key, part)]
        form = [".. raw:: html", "", *_indent([filter_form(len(parts))]), ""]
        return [*form, ".. container:: gl-gallery", "", *_indent(cards), ""]

    def card(self, key: str, part: Activation) -> list[str]:
        """Return one card."""
        said = sections(part)
        aliases = [alias for alias in ACTIVATIONS.aliases if ACTIVATIONS[alias] is part]
        copied = numpy_versions.source(key, part.rule).splitlines()
        fold = (
            [f"**{say('Where it is used.')}** {cited.link(self.env, say(said['Notes']))}", ""]
            if "Notes" in said
            else []
        )
        fold += facts(part)
        fold += [f":Source: :cite:t:`{part.source}`"] if part.source else []
        fold += ["", say("NumPy, to copy:"), "", ".. code-block:: python", "", *_indent(copied)]
        lines = [
            f".. rubric:: :py:func:`{key} <{families.home(part, key)}.{key}>`",
            "   :heading-level: 2",
            "",
            *activation_facts.figure(self.env.app, part, activation_facts.THUMBNAIL),
            "",
            say(said[""]) + (" " + say("Its other name is {names}.", names=", ".join(aliases)) if aliases else ""),
            "",
            f".. dropdown:: {say('Use and numbers')}",
            "",
            *_indent(fold),
        ]
        marks = " ".join(f"gl-is-{mark}" for mark in [family(part), *properties(part)])
        return [f".. container:: gl-card {marks}", f"   :name: gallery-{key}", "", *_indent(lines), ""]


def family(part: Activation) -> str:
    """Return the one of `FAMILIES` that an activation belongs to."""
    if part.learned or part.draw is not None:
        return "adaptive"
    if all(map(math.isfinite, part.range)):
        return "bounded"
    return "kinked" if part.kinks else "smooth"


def properties(part: Activation) -> list[str]:
    """Return those of `PROPERTIES` that an activation has."""
    has = {"monotonic": part.monotonic, "centred": part.zero_centred, "nokink": not part.kinks}
    return [name for name in PROPERTIES if has[name]]


def filter_form(total: int) -> str:
    """Return the controls as HTML, hidden until gallery.js is there to obey them."""

    def select(name: str, label: str, none: str, choices: dict[str, str]) -> str:
        options = "".join(f'<option value="{value}">{say(words)}</option>' for value, words in choices.items())
        return (
            f'<p><label for="gallery-{name}">{say(label)}</label><select id="gallery-{name}" name="{name}">'
            f'<option value="">{say(none)}</option>{options}</select></p>'
        )

    some = say("{shown} of {total} activations").replace("{total}", str(total))
    every = say("All {total} activations", total=total)
    return (
        f'<form class="gl-gallery-filter" role="search" aria-label="{say("Activations")}" hidden>'
        f'<p><label for="gallery-words">{say("Name or words")}</label>'
        '<input id="gallery-words" name="words" type="search" autocomplete="off" spellcheck="false"></p>'
        + select("family", later("Family"), later("all families"), FAMILIES)
        + select("property", later("Property"), later("any"), PROPERTIES)
        + f'<p class="gl-gallery-count" role="status" data-all="{every}" '
        f'data-some="{some}" data-none="{say("No activation is like that.")}">{every}</p>'
        "</form>"
    )


def add_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Load the filter where there is a gallery."""
    if doctree is not None and any("gl-gallery" in box["classes"] for box in doctree.findall(nodes.container)):
        app.add_js_file("gallery.js", loading_method="defer")


def _indent(lines: list[str]) -> list[str]:
    return [f"   {line}".rstrip() for line in lines]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.setup_extension("families")
    app.add_directive("gallery", Gallery)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
