"""The gallery: ``{gallery} ACTIVATIONS`` becomes a card for each activation of the registry, in its order.

A card says nothing of its own. Formula and use stand in the activation's docstring (its summary and its ``Notes``), the
paper in its ``source``, the numbers are computed, and the function to copy stands, tested, in `numpy_versions`.
"""

from __future__ import annotations

import inspect
import re

import activation_facts
import cited
import families
import numpy_versions
from activation_facts import number
from sphinx.application import Sphinx

from gradlab import ACTIVATIONS, Activation

_HEADING = re.compile(r"^(\w[\w ]*)\n-+\n", re.MULTILINE)


def sections(part: Activation) -> dict[str, str]:
    """Return the sections of a docstring by their headings, each as one line; the summary's is ``""``."""
    first, *rest = _HEADING.split(inspect.getdoc(part) or "")
    found = {"": first.partition("\n\n")[0], **dict(zip(rest[::2], rest[1::2], strict=True))}
    return {heading: " ".join(text.split()) for heading, text in found.items()}


def facts(part: Activation) -> list[str]:
    """Return the numbers of a card as a list of fields."""
    moments, (low, high) = part.gaussian_moments(), part.range
    kept = "learned" if part.learned else "drawn" if part.draw is not None else ""
    parameters = ", ".join(f"{key} = {value:.5g}" for key, value in part.parameters.items())
    rows = {
        "Parameters": f"{parameters} ({kept})" if kept else parameters,
        "Range": f"{number(low)} to {number(high)}",
        "Kinks": " and ".join(map(number, part.kinks)) or "none",
        "Monotonic": "yes" if part.monotonic else "no",
        "Zero-centred": "yes" if part.zero_centred else "no",
        "Gain": number(part.gain),
        "Steepest slope": number(activation_facts.steepest(part)),
        "E f": number(moments.mean),
        "E f′": number(moments.slope_mean),
    }
    return [f":{name}: {value}" for name, value in rows.items() if value]


class Gallery(families.FromSource):
    """``{gallery} ACTIVATIONS``: a list of names, and a card for each."""

    def entries(self, name: str) -> list[str]:
        """Return the list and the cards as reStructuredText."""
        parts = families.family(name)
        if not parts or not all(isinstance(part, Activation) for part in parts.values()):
            raise self.error(f"a gallery shows a family of activations, not {name!r}")
        jumps = [f"* `{key} <#gallery-{key.replace('_', '-')}>`__" for key in parts]  # docutils' form of an id
        cards = [line for key, part in parts.items() for line in self.card(key, part)]
        boxes = (("gl-jumps", jumps), ("gl-gallery", cards))
        return [line for box, inner in boxes for line in [f".. container:: {box}", "", *_indent(inner), ""]]

    def card(self, key: str, part: Activation) -> list[str]:
        """Return one card."""
        said = sections(part)
        aliases = [alias for alias in ACTIVATIONS.aliases if ACTIVATIONS[alias] is part]
        lines = [
            f".. rubric:: :py:func:`{key} <{families.home(part, key)}.{key}>`",
            "   :heading-level: 2",
            "",
            *activation_facts.figure(self.env.app, part),
            "",
            said[""] + (f" Its other name is {', '.join(aliases)}." if aliases else ""),
            "",
        ]
        if "Notes" in said:
            lines += [f"**Where it is used.** {cited.link(self.env, said['Notes'])}", ""]
        lines += facts(part)
        lines += [f":Source: :cite:t:`{part.source}`"] if part.source else []
        copied = numpy_versions.source(key, part.rule).splitlines()
        lines += ["", ".. dropdown:: NumPy, to copy", "", *_indent([".. code-block:: python", "", *_indent(copied)])]
        return [".. container:: gl-card", f"   :name: gallery-{key}", "", *_indent(lines), ""]


def _indent(lines: list[str]) -> list[str]:
    return [f"   {line}".rstrip() for line in lines]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.setup_extension("families")
    app.add_directive("gallery", Gallery)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
