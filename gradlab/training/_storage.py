"""A history in one ``.npz`` file, without pickle: arrays as arrays, the recipe as JSON."""

from __future__ import annotations

import functools
import json
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from gradlab import initializers, schedules
from gradlab.activations import ACTIVATIONS, Activation
from gradlab.initializers import INITIALIZERS, Initializer
from gradlab.losses import LOSSES, Loss
from gradlab.network import MLP
from gradlab.optimizers import OPTIMIZERS, Optimizer
from gradlab.schedules import Schedule

FORMAT = 1
_DRAWING = (initializers._scaled, initializers._constant, initializers._normal, initializers._orthogonal)
DRAWS = {draw.__name__: draw for draw in _DRAWING}
SCHEDULES = {
    kind.__name__: kind for kind in (schedules.Constant, schedules.Cosine, schedules.StepDecay, schedules.WarmUp)
}


def describe(net: MLP, loss: Loss, optimizer: Optimizer) -> str:
    """Return a recipe as JSON, or say which part cannot be written down."""
    if LOSSES.get(loss.name) is not loss:
        raise ValueError(f"the loss {loss!r} is not in gradlab.LOSSES, so a file cannot name it")
    return json.dumps(
        {
            "format": FORMAT,
            "sizes": net.sizes,
            "activation": _activation(net.activation),
            "init": _initializer(net.init),
            "bias_init": _initializer(net.bias_init),
            "normalize": net.normalize,
            "residual": net.residual,
            "loss": loss.name,
            "optimizer": _recipe(optimizer, OPTIMIZERS, "optimizer"),
        }
    )


def restore(text: str) -> tuple[MLP, Loss, Optimizer]:
    """Return what `describe` wrote down."""
    told = json.loads(text)
    if told.get("format") != FORMAT:
        raise ValueError(f"the file has format {told.get('format')!r}; this gradlab reads format {FORMAT}")
    net = MLP(
        told["sizes"],
        ACTIVATIONS.resolve(told["activation"]["name"], Activation).bind(**told["activation"]["parameters"]),
        init=_read_initializer(told["init"]),
        bias_init=_read_initializer(told["bias_init"]),
        normalize=told["normalize"],
        residual=told["residual"],
    )
    return net, LOSSES.resolve(told["loss"], Loss), _read_optimizer(told["optimizer"])


def _activation(part: Activation) -> dict[str, Any]:
    known = ACTIVATIONS.get(part.name)
    if known is None or known.rule is not part.rule:
        raise ValueError(f"the activation {part!r} is not in gradlab.ACTIVATIONS, so a file cannot name it")
    return {"name": part.name, "parameters": dict(part.parameters)}


def _initializer(part: Initializer) -> dict[str, Any]:
    if INITIALIZERS.get(part.name) is part:
        return {"name": part.name}
    if isinstance(part.draw, functools.partial) and part.draw.func in DRAWS.values():
        return {"name": part.name, "draw": part.draw.func.__name__, "keywords": part.draw.keywords}
    raise ValueError(f"the initializer {part!r} is not one of gradlab's, so a file cannot name it")


def _read_initializer(told: dict[str, Any]) -> Initializer:
    if "draw" not in told:
        return INITIALIZERS.resolve(told["name"], Initializer)
    return Initializer(told["name"], functools.partial(DRAWS[told["draw"]], **told["keywords"]), told["name"])


def _recipe(part: Any, known: Any, kind: str) -> dict[str, Any]:
    if type(part) not in known.values():
        raise ValueError(f"the {kind} {part!r} is not one of gradlab's, so a file cannot name it")
    told = {}
    for field in fields(part):
        value = getattr(part, field.name)
        told[field.name] = _recipe(value, SCHEDULES, "schedule") if isinstance(value, Schedule) else value
    return {"kind": type(part).__name__, "fields": told}


def _read_schedule(told: Any) -> Any:
    if not isinstance(told, dict):
        return told
    return SCHEDULES[told["kind"]](**{name: _read_schedule(value) for name, value in told["fields"].items()})


def _read_optimizer(told: dict[str, Any]) -> Optimizer:
    kind = OPTIMIZERS.resolve(told["kind"].lower(), type)
    return kind(**{name: _read_schedule(value) for name, value in told["fields"].items()})


def write(path: str | Path, recipe: str, arrays: dict[str, Any]) -> Path:
    """Write one file, and leave no half of it if that fails."""
    target = Path(path)
    target = target if target.suffix == ".npz" else target.with_name(target.name + ".npz")
    unfinished = target.with_name(target.name + ".unfinished")
    with unfinished.open("wb") as stream:
        np.savez_compressed(stream, recipe=np.array(recipe), **arrays)
    unfinished.replace(target)
    return target


def read(path: str | Path) -> dict[str, Any]:
    """Read one file; nothing in it is executed."""
    try:
        with Path(path).open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"{path} is not a history that gradlab wrote ({error})") from error
    if "recipe" not in found:
        raise ValueError(f"{path} is not a history that gradlab wrote: it has no recipe")
    return found
