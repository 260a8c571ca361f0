"""Read numpydoc docstrings as gradlab writes them.

* A name in single backticks is a link to whatever the reference calls so, the nearest first; a name that nothing
  answers to fails the build.
* The types of parameters come from the annotations, as they stand in the source. (Autodoc would expand ``ArrayLike``
  into a dozen private names of NumPy, none of which has a page.)
* A property's summary is text: napoleon would take what stands before its first colon for a type.
* A decorator may hold a dictionary with ``**`` in it, at which Sphinx 9.0 gives up the whole module.
* ``References`` become a numbered list. As footnotes, which is what ``.. [1]`` means in reStructuredText, the numbers
  of two functions on one page would collide.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyXRefRole
from sphinx.environment import BuildEnvironment
from sphinx.ext.napoleon import Config, NumpyDocstring
from sphinx.pycode.ast import _UnparseVisitor
from sphinx.util.nodes import make_refnode

_CONFIG = Config(napoleon_use_param=False, napoleon_use_rtype=False)
_ENTRY = re.compile(r"^(\s*)\.\. \[(\d+)\] ")
_MARK = re.compile(r"\[(\d+)\]_")


def unparsed_dict(visitor: _UnparseVisitor, node: ast.Dict) -> str:
    """Return the source of a dictionary; Sphinx drops the missing key of ``**more`` and then counts keys and values."""
    keys = ["**" if key is None else f"{visitor.visit(key)}: " for key in node.keys]
    return f"{{{', '.join(key + visitor.visit(value) for key, value in zip(keys, node.values, strict=True))}}}"


_UnparseVisitor.visit_Dict = unparsed_dict  # type: ignore[assignment, method-assign]


class NearestNameRole(PyXRefRole):
    """A link to a Python object by the end of its name."""

    def process_link(
        self, env: BuildEnvironment, refnode: nodes.Element, has_explicit_title: bool, title: str, target: str
    ) -> tuple[str, str]:
        """Search everywhere for any kind of object, not only in the current module."""
        title, target = super().process_link(env, refnode, has_explicit_title, title, target)
        refnode.update_all_atts({"refdomain": "py", "reftype": "obj", "refspecific": True}, replace=True)
        return title, target


class AnnotatedDocstring(NumpyDocstring):
    """A docstring whose parameters have their types in the signature."""

    def _lookup_annotation(self, name: str) -> str:
        found = getattr(self._obj, "__annotations__", {}).get(name.strip("*\\"), "")
        return found if isinstance(found, str) else getattr(found, "__name__", "")

    def _parse_attributes_section(self, section: str) -> list[str]:
        # as parameters are shown: `:ivar a, b:`, which is napoleon's way, would take the first of two names for a type
        return self._format_fields("Attributes", self._consume_fields())


def plain_references(lines: list[str]) -> list[str]:
    """Write the entries of ``References`` as list items, and the marks that point at them as text."""
    return [_MARK.sub(r"[\1]", _ENTRY.sub(r"\1\2. ", line)) for line in lines]


def restructured(lines: list[str], what: str, name: str, part: Any) -> list[str]:
    """Return a docstring as lines of reStructuredText."""
    kind = "function" if what in {"attribute", "data", "property"} else what
    # napoleon's own Config, and any kind of object: what it takes is more than its annotations say
    told: dict[str, Any] = {"config": _CONFIG, "what": kind, "name": name, "obj": part}
    return AnnotatedDocstring("\n".join(plain_references(lines)), **told).lines()


def docstring_lines(part: Any, what: str, name: str) -> list[str]:
    """Return a part's docstring as lines of reStructuredText."""
    return restructured(inspect.cleandoc(part.__doc__ or "").splitlines(), what, name, getattr(part, "rule", part))


def _from_autodoc(app: Sphinx, *event: Any) -> None:
    what, name, part, _options, lines = event
    lines[:] = restructured(lines, what, name, part)


def _without_aliases(app: Sphinx, *event: Any) -> bool | None:
    """Leave out the fields of named tuples that have no words of their own."""
    _what, _name, part, _skip, _options = event
    return True if (getattr(part, "__doc__", None) or "").startswith("Alias for field number") else None


def _field_of_class(
    app: Sphinx, env: BuildEnvironment, node: nodes.Element, content: nodes.TextElement
) -> nodes.reference | None:
    """Resolve `History.loss`: a field of a dataclass has no entry of its own, its class describes it."""
    owner, _, name = node.get("reftarget", "").rpartition(".")
    if not owner or node.get("reftype") != "obj":
        return None
    python = env.domains.python_domain
    for full, entry in python.find_obj(env, node.get("py:module"), "", owner, "class", 1):
        module, _, class_name = full.rpartition(".")
        described = getattr(importlib.import_module(module), class_name, None)
        if name in getattr(described, "__annotations__", {}):
            return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, content, full)
    return None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role and the reader of docstrings."""
    app.add_role("nearest", NearestNameRole())
    app.connect("autodoc-process-docstring", _from_autodoc)
    app.connect("missing-reference", _field_of_class)
    app.connect("autodoc-skip-member", _without_aliases)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
