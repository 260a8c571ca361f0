"""Turn LaTeX into MathML while building: no script, no CDN, and a bad formula fails the build with its place."""

from __future__ import annotations

import re
from functools import lru_cache

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

MACROS = {"argmin": r"\operatorname*{arg\,min}", "E": r"\operatorname{E}", "Var": r"\operatorname{Var}"}

# The prime of a font is small and raised already: as a superscript Chromium draws it tiny and raised twice. Beside its
# letter it looks as in print, in Chromium and in Firefox.
_LETTER = r"(<m([in])[ >][^<]*</m\2>|<mrow><mspace/><mi>[^<]*</mi></mrow>)"
_PRIME = r"<mo>([\N{PRIME}\N{DOUBLE PRIME}\N{TRIPLE PRIME}])</mo>"
_ALONE = re.compile(rf"<msup>{_LETTER}{_PRIME}</msup>")
_WITH_POWER = re.compile(rf"<msup>{_LETTER}<mrow>{_PRIME}((?:<m[in]>[^<]*</m[in]>)+)</mrow></msup>")
_WITH_INDEX = re.compile(rf"<msubsup>{_LETTER}(<m([in])>[^<]*</m\4>){_PRIME}</msubsup>")
_log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def converter() -> LatexToMathML:
    """Return what turns LaTeX into MathML, with the book's macros."""
    # annotation: the LaTeX stays in the page, for whoever copies a formula or reads it with a screen reader
    return LatexToMathML(macros=MACROS, annotation=True, fancy_error=False)


def beside(mathml: str) -> str:
    """Return a formula with each prime beside its letter instead of in a superscript."""

    def primed(letter: str, prime: str) -> str:
        return f'<mrow>{letter}<mo lspace="0" rspace="0">{prime}</mo></mrow>'

    mathml = _ALONE.sub(lambda found: primed(found[1], found[3]), mathml)
    mathml = _WITH_POWER.sub(lambda found: f"<msup>{primed(found[1], found[3])}<mrow>{found[4]}</mrow></msup>", mathml)
    return _WITH_INDEX.sub(lambda found: f"<msub>{primed(found[1], found[5])}{found[3]}</msub>", mathml)


def _mathml(self: HTML5Translator, node: nodes.Element, *, block: bool) -> str:
    tex = node.astext()
    if block and not node.get("no-wrap", node.get("nowrap", False)) and "\\\\" in tex and "\\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"  # as Sphinx does for its other renderers
    tex = re.sub(r"\\(begin|end)\{(align|gather|equation|multline)\}", r"\\\1{\2*}", tex)  # Sphinx numbers equations
    try:
        return beside(converter().convert_with_local_state(tex, displaystyle=block))
    except LatexError as error:
        _log.warning("math: %s in %r", error, tex, location=node, type="math")
        return f"<code>{self.encode(tex)}</code>"


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula."""
    self.body.append(_mathml(self, node, block=False))
    raise nodes.SkipNode


def visit_displaymath(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula and its number."""
    self.body.append(self.starttag(node, "div", CLASS="math gl-math"))
    self.body.append(_mathml(self, node, block=True))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer under the name that ``html_math_renderer`` uses."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
