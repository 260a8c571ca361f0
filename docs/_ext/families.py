"""Fill the reference from gradlab itself: what is registered or public has its entry, with no edit here or there.

In a page, ``{family} ACTIVATIONS`` becomes one entry for each part of ``gradlab.ACTIVATIONS``, and ``{public}
gradlab.activations`` an entry for each public name that the module defines and no family shows. The HTML also gets
``families.json``, what the registries hold for scripts to read.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import activation_facts
import cited
from docstrings import docstring_lines
from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective

import gradlab

FAMILIES = ("ACTIVATIONS", "INITIALIZERS", "LOSSES", "OPTIMIZERS", "DATASETS")


def family(name: str) -> Mapping[str, Any]:
    """Return one of gradlab's registries."""
    return getattr(gradlab, name, {})


def signature(part: Any) -> str:
    """Return a part's signature without annotations, which the reference leaves to the descriptions."""
    plain = inspect.signature(part)
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in plain.parameters.values()]
    return str(plain.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def home(part: Any, name: str) -> str:
    """Return the module where a part is reached: ``gradlab`` where it exports the name, else the part's own."""
    return "gradlab" if getattr(gradlab, name, None) is part else part.__module__


def entry(app: Sphinx, key: str, part: Any) -> list[str]:
    """Return the reStructuredText of one part of a family."""
    if inspect.isclass(part):
        return [f".. autoclass:: {home(part, part.__name__)}.{part.__name__}", ""]
    if inspect.isfunction(part):
        return [f".. autofunction:: {home(part, key)}.{key}", ""]
    where = home(part, key)
    head = [f".. py:function:: {key}{signature(part)}", f"   :module: {where}"]
    if where != part.__module__:
        head.append(f"   :canonical: {part.__module__}.{key}")
    body = cited.link(app.env, "\n".join(docstring_lines(part, "function", key))).splitlines()
    if isinstance(part, gradlab.Activation):
        body += ["", *activation_facts.figure(app, part), "", *activation_facts.fields(part)]
    elif source := getattr(part, "source", None):
        body += ["", f":cite:t:`{source}`"]
    return [*head, "", *(f"   {line}".rstrip() for line in body), ""]


def public(module: ModuleType) -> Iterator[tuple[str, Any, list[str]]]:
    """Yield name, object and comment of what a module defines for others, in its order, less the parts of families.

    Functions and classes are public unless their name begins with an underscore; a value is if it has a docstring.
    """
    comments = {
        name: doc
        for (scope, name), doc in ModuleAnalyzer.for_module(module.__name__).find_attr_docs().items()
        if not scope
    }
    parts = {id(part) for name in FAMILIES for part in family(name).values()}
    for name, value in vars(module).items():
        defined_here = getattr(value, "__module__", None) == module.__name__ and (
            inspect.isclass(value) or inspect.isfunction(value)
        )
        if not name.startswith("_") and id(value) not in parts and (defined_here or name in comments):
            yield name, value, [] if defined_here else comments[name]


def public_entry(module: ModuleType, name: str, value: Any, comment: list[str]) -> list[str]:
    """Return the reStructuredText of one public name."""
    where = "gradlab" if getattr(gradlab, name, None) is value else module.__name__
    if not comment:
        kind = "autoclass" if inspect.isclass(value) else "autofunction"
        return [f".. {kind}:: {where}.{name}", *(["   :members:"] if kind == "autoclass" else []), ""]
    canonical = [f"   :canonical: {module.__name__}.{name}"] if where != module.__name__ else []
    return [f".. py:data:: {name}", f"   :module: {where}", *canonical, "", *(f"   {line}" for line in comment), ""]


class FromSource(SphinxDirective):
    """Write entries that stand in reStructuredText, inside of a page that is Markdown."""

    required_arguments = 1

    def entries(self, name: str) -> list[str]:
        """Return their lines."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Parse the entries."""
        box = nodes.container()
        lines = ["``````{eval-rst}", *self.entries(self.arguments[0]), "``````"]
        self.state.nested_parse(StringList(lines, source=self.get_source_info()[0]), self.content_offset, box)
        return box.children


class Family(FromSource):
    """``{family} ACTIVATIONS``: an entry for each part of a registry."""

    def entries(self, name: str) -> list[str]:
        """Return the entries of the registry's parts."""
        if name not in FAMILIES:
            raise self.error(f"unknown family {name!r}; the families are {', '.join(FAMILIES)}")
        return [line for key, part in family(name).items() for line in entry(self.env.app, key, part)]


class Public(FromSource):
    """``{public} gradlab.network``: an entry for each public name of a module."""

    def entries(self, name: str) -> list[str]:
        """Return the entries of the module's names."""
        module = importlib.import_module(name)
        summary = (inspect.getdoc(module) or "").partition("\n")[0]
        lines = [f".. py:module:: {name}", f"   :synopsis: {summary}", ""]
        return lines + [line for found in public(module) for line in public_entry(module, *found)]


def anchor_where_defined(app: Sphinx, doctree: nodes.document) -> None:
    """Give each entry the name of its own module as a second anchor.

    An entry is called by the name that readers use, `gradlab.Adam`; the source listings of viewcode link back to the
    name by which Python knows it, `gradlab.optimizers.Adam`.
    """
    for sign in doctree.findall(addnodes.desc_signature):
        owner = getattr(gradlab, (sign.get("fullname") or "").partition(".")[0], None)
        if sign.get("module") != "gradlab" or owner is None or not sign["ids"]:
            continue
        anchor = f"{written_in(owner)}.{sign['fullname']}"
        if anchor not in doctree.ids:
            sign["ids"].append(anchor)
            doctree.ids[anchor] = sign


def where_defined(app: Sphinx, module: str, attribute: str) -> str | None:
    """Tell viewcode the module of an object's owner; by itself it takes a cached property for one of functools."""
    owner = getattr(importlib.import_module(module), attribute.partition(".")[0], None)
    return written_in(owner)


def written_in(owner: Any) -> str | None:
    """Return the module in whose source a public name stands: ``gradlab._activation`` for `gradlab.Activation`."""
    home = getattr(owner, "__module__", None)
    name = getattr(owner, "__name__", getattr(owner, "name", None))
    if not str(home).startswith("gradlab.") or name is None:
        return home
    private = [module for module in sorted(sys.modules) if module.startswith("gradlab._")]
    return next((m for m in (home, *private) if name in ModuleAnalyzer.for_module(m).find_tags()), home)


def describe(key: str, part: Any) -> dict[str, Any]:
    """Return what a script may want to know of a part; numbers and texts only."""
    summary = (inspect.getdoc(part) or "").partition("\n\n")[0].replace("\n", " ")
    entry: dict[str, Any] = {"name": key, "summary": summary, "signature": signature(part)}
    if isinstance(source := getattr(part, "source", None), str):
        entry["source"] = source
    if isinstance(part, gradlab.Activation):
        entry |= activation_facts.numbers(part)
    if isinstance(parameters := getattr(part, "parameters", None), Mapping):
        entry["parameters"] = dict(parameters)
    return entry


def _write_json(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        table = {name: [describe(key, part) for key, part in family(name).items()] for name in FAMILIES}
        Path(app.outdir, "families.json").write_text(json.dumps(table, indent=1, ensure_ascii=False), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives, the links between entries and source, and the JSON file."""
    app.setup_extension("sphinx.ext.viewcode")
    app.connect("builder-inited", activation_facts.draw_all)
    app.add_directive("family", Family)
    app.add_directive("public", Public)
    app.connect("viewcode-follow-imported", where_defined)
    app.connect("doctree-read", anchor_where_defined)
    app.connect("build-finished", _write_json)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
