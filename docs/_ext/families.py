"""Fill the reference from gradlab itself: what a registry or an ``__all__`` names has its entry, with no edit here or there.

In a page, ``{family} ACTIVATIONS`` becomes one entry for each part of ``gradlab.ACTIVATIONS``, and ``{public}
gradlab.activations`` an entry for each other name in the ``__all__`` of that module: what is public is chosen there, not
by where a file lies. A name is shown as readers import it, ``gradlab.MLP``, or else by its package. The HTML also gets
``families.json``, what the registries hold for scripts to read.
"""

from __future__ import annotations

import importlib
import inspect
import json
import math
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
from translation import stays

import gradlab

FAMILIES = ("ACTIVATIONS", "INITIALIZERS", "LOSSES", "OPTIMIZERS", "SCHEDULES", "DATASETS", "STATISTICS")


def family(name: str) -> Mapping[str, Any]:
    """Return one of gradlab's registries."""
    return getattr(gradlab, name)


# -- where a name is reached, and where it is written ------------------------------------------------------------------


def public_modules() -> list[str]:
    """Return gradlab and the modules of its ``__all__``; what lies deeper, readers import from these."""
    named = [getattr(gradlab, name) for name in (*gradlab.__all__, "plots")]
    modules = {value.__name__ for value in named if inspect.ismodule(value)}
    return ["gradlab", *sorted(name for name in modules if name.count(".") == 1)]


def home(part: Any, name: str) -> str:
    """Return the module from which readers take a part: ``gradlab`` where it exports the name, else its package."""
    own = str(getattr(part, "__module__", ""))
    holders = [module for module in public_modules() if vars(sys.modules[module]).get(name) is part]
    chosen = {module for module in holders if name in sys.modules[module].__all__}
    return min(holders, key=lambda module: (module != "gradlab", module not in chosen, module != own), default=own)


def homes_of_source(own: str) -> list[str]:
    """Return the modules in which what ``own`` shows may be written: itself, those of its folder, all others."""
    loaded = sorted(name for name in sys.modules if name.startswith("gradlab."))
    return sorted([own, *loaded], key=lambda name: (name != own, not name.startswith(f"{own}.")))


def written_in(owner: Any, name: str) -> str | None:
    """Return the module in whose source a name stands: ``gradlab.network.mlp`` for `gradlab.MLP`."""
    own = getattr(owner, "__module__", None)
    if not str(own).startswith("gradlab"):
        return own
    for module in homes_of_source(str(own)):
        if vars(sys.modules[module]).get(name) is owner and name in ModuleAnalyzer.for_module(module).find_tags():
            return module
    return own


def where_defined(app: Sphinx, module: str, attribute: str) -> str | None:
    """Tell viewcode the module of an object's owner; by itself it takes a cached property for one of functools."""
    name = attribute.partition(".")[0]
    return written_in(getattr(importlib.import_module(module), name, None), name)


def comment(module: str, name: str, value: Any) -> list[str]:
    """Return the docstring below the definition of a value that a module shows."""
    for place in homes_of_source(module):
        found = ModuleAnalyzer.for_module(place).find_attr_docs().get(("", name))
        if found and vars(sys.modules[place]).get(name) is value:
            return found
    return []


# -- the entry of a part of a family -----------------------------------------------------------------------------------


class Rounded(float):
    """A default such as 1/6, as a reader wants to see it."""

    @classmethod
    def of(cls, default: Any) -> Any:
        """Return a default, a float of many digits as one that prints with six."""
        return cls(default) if isinstance(default, float) and len(repr(default)) > 8 else default

    def __repr__(self) -> str:
        return f"{float(self):.6g}"


def signature(part: Any) -> str:
    """Return a part's signature without annotations, which the reference leaves to the descriptions."""
    plain = inspect.signature(part)
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty, default=Rounded.of(parameter.default))
        for parameter in plain.parameters.values()
    ]
    return str(plain.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def other_names(registry: Mapping[str, Any], key: str) -> list[str]:
    """Return the aliases of a part."""
    return [alias for alias in getattr(registry, "aliases", ()) if registry[alias] is registry[key]]


def statistic_entry(app: Sphinx, key: str, part: Any) -> list[str]:
    """Return the reStructuredText of a statistic: it is what a field of `gradlab.History` holds."""
    layers = {"all": "layers", "hidden": "hidden layers"}[part.layers]
    body = [*docstring_lines(part, "function", key), "", f":Shape: (records, seeds, {layers})"]
    return [f".. py:attribute:: History.{key}", "   :module: gradlab", "", *(f"   {line}" for line in body), ""]


def entry(app: Sphinx, registry: Mapping[str, Any], key: str, part: Any) -> list[str]:
    """Return the reStructuredText of one part of a family."""
    aliases = other_names(registry, key)
    also = [f":Also called: {', '.join(f'``{alias}``' for alias in aliases)}", ""] if aliases else []
    if inspect.isclass(part) or inspect.isfunction(part):
        kind, name = ("autoclass", part.__name__) if inspect.isclass(part) else ("autofunction", key)
        where = home(part, name)
        return [f".. {kind}:: {where}.{name}", "", *(f"   {line}".rstrip() for line in also), ""]
    where = home(part, key)
    names = [key, *(alias for alias in aliases if getattr(sys.modules[where], alias, None) is part)]
    head, *others = [f"{name}{signature(part)}" for name in names]
    body = cited.link(app.env, "\n".join(docstring_lines(part, "function", key))).splitlines()
    if isinstance(part, gradlab.Activation):
        facts = [*also[:1], *limits(part), *activation_facts.fields(part)]
        body += ["", *activation_facts.figure(app, part), "", *facts]
    else:
        body += ["", *also[:1], *([f":Source: :cite:t:`{part.source}`"] if getattr(part, "source", None) else [])]
    lines = [f".. py:function:: {head}", *(f"                 {other}" for other in others), f"   :module: {where}"]
    return [*lines, "", *(f"   {line}".rstrip() for line in body), ""]


def limits(part: gradlab.Activation) -> list[str]:
    """Return a field that says what an activation's parameters are unless given, and between what they may lie."""
    said = []
    for name, value in part.parameters.items():
        low, high = part.limits.get(name, (-math.inf, math.inf))
        ends = [(low, "above"), (high, "below")]
        bounds = [f"{word} {activation_facts.number(end)}" for end, word in ends if math.isfinite(end)]
        said.append(f"{name} = {activation_facts.number(value)}, {' and '.join(bounds) or 'any number'}")
    return [f":Parameters: {'; '.join(said)}"] if said else []


# -- the entry of any other public name --------------------------------------------------------------------------------


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield name and object of what a module has chosen to be public, less its modules and the parts of families.

    Of what gradlab itself offers, that is what no other module does.
    """
    shown = {id(part) for name in FAMILIES for part in family(name).values()}
    if module is gradlab:
        inside = [sys.modules[name] for name in public_modules() if name != "gradlab"]
        shown |= {id(vars(other)[name]) for other in inside for name in other.__all__ if name in vars(module)}
    for name in dict.fromkeys(module.__all__):
        value = getattr(module, name)
        if not inspect.ismodule(value) and id(value) not in shown:
            yield name, value


def public_entry(module: ModuleType, name: str, value: Any) -> list[str]:
    """Return the reStructuredText of one public name."""
    where = home(value, name)
    if inspect.isclass(value):
        return [f".. autoclass:: {where}.{name}", "   :members:", ""]
    if inspect.isfunction(value):
        return [f".. autofunction:: {where}.{name}", ""]
    said = comment(module.__name__, name, value)
    if not said:
        raise ValueError(f"{module.__name__}.{name} is public: say what it is in a docstring below its definition")
    return [f".. py:data:: {name}", f"   :module: {where}", "", *(f"   {line}" for line in said), ""]


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
        stays(box)  # docstrings are English in every edition
        return box.children


class Family(FromSource):
    """``{family} ACTIVATIONS``: an entry for each part of a registry."""

    def entries(self, name: str) -> list[str]:
        """Return the entries of the registry's parts."""
        if name not in FAMILIES:
            raise self.error(f"unknown family {name!r}; the families are {', '.join(FAMILIES)}")
        app, registry = self.env.app, family(name)
        if name == "STATISTICS":
            return [line for key, part in registry.items() for line in statistic_entry(app, key, part)]
        return [line for key, part in registry.items() for line in entry(app, registry, key, part)]


class Public(FromSource):
    """``{public} gradlab.network``: an entry for each public name of a module."""

    def entries(self, name: str) -> list[str]:
        """Return the entries of the module's names."""
        module = importlib.import_module(name)
        if not hasattr(module, "__all__"):
            raise self.error(f"{name} has no __all__, so nothing in it is public")
        summary = (inspect.getdoc(module) or "").partition("\n")[0]
        lines = [f".. py:module:: {name}", f"   :synopsis: {summary}", ""]
        try:
            return lines + [line for found in public(module) for line in public_entry(module, *found)]
        except ValueError as error:
            raise self.error(str(error)) from error


def other_addresses(app: Sphinx, doctree: nodes.document) -> None:
    """Give each entry the addresses under which Python, viewcode and type hints know what it describes.

    An entry is called by the name that readers use, `gradlab.Adam`. Python knows the class as
    `gradlab.optimizers.Adam`, to which the listings of viewcode link back; and where codeautolink follows a return
    annotation, it arrives at `gradlab.training.History.score` or `gradlab.training.history.History.score`.
    """
    domain = app.env.domains.python_domain
    for sign in doctree.findall(addnodes.desc_signature):
        module, full = sign.get("module"), sign.get("fullname") or ""
        name = full.partition(".")[0]
        if not str(module).startswith("gradlab") or not sign["ids"]:
            continue
        owner = getattr(sys.modules[module], name, None)
        modules = {"gradlab", getattr(owner, "__module__", module), written_in(owner, name) or module} - {module}
        for address in sorted(f"{place}.{full}" for place in modules if str(place).startswith("gradlab")):
            if address not in domain.objects:
                domain.note_object(address, sign.parent["objtype"], sign["ids"][0], aliased=True, location=sign)
            if address not in doctree.ids:
                sign["ids"].append(address)
                doctree.ids[address] = sign


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
    app.connect("doctree-read", other_addresses)
    app.connect("build-finished", _write_json)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
