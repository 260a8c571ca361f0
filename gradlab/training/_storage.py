"""A history in one ``.npz`` file, without pickle: arrays as arrays, the recipe as JSON.

Whatever stands in a file, reading it runs nothing of it, allocates no more than the recipe asks for, and ends in a
history or in a `ValueError` that names the file.
"""

from __future__ import annotations

import functools
import json
import math
import secrets
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from gradlab import _check
from gradlab._initializer import DRAWS
from gradlab._registry import Registry, same_function
from gradlab.activations import ACTIVATIONS, Activation
from gradlab.initializers import INITIALIZERS, Initializer
from gradlab.losses import LOSSES, Loss
from gradlab.network import MLP
from gradlab.optimizers import OPTIMIZERS, Optimizer
from gradlab.schedules import SCHEDULES, Schedule

FORMAT = 1
LONGEST = 1_000_000  # characters of a recipe: ten times those of a network of 10,000 layers
LAST = 2**53  # no run gets there
DENSEST = 8  # steps for each byte of the file; of numbers that rise, zlib puts less than one in a byte

# what each array holds, and its axes: r records, s seeds, p parameters; a statistic has an axis of layers beside r and s
ARRAYS = {"step": ("i", "r"), "loss": ("f", "rs"), "accuracy": ("f", "rs"), "theta": ("f", "sp"), "stopped": ("i", "s")}
LATER = {"interrupted": "b", "record_every": "i", "optimizer_since": "i"}


# ---------------------------------------------------------------------------------------------------- the recipe


def describe(net: MLP, loss: Loss, optimizer: Optimizer) -> str:
    """Return a recipe as JSON, or say which part cannot be written down."""
    if LOSSES.get(loss.name) != loss:
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
            "optimizer": _recipe(optimizer, OPTIMIZERS),
        }
    )


def restore(text: str) -> tuple[MLP, Loss, Optimizer]:
    """Return what `describe` wrote down."""
    told = json.loads(text)
    if told.get("format") != FORMAT:
        raise ValueError(f"the file has format {_check.short(told.get('format'))}; this gradlab reads format {FORMAT}")
    net = MLP(
        told["sizes"],
        ACTIVATIONS.resolve(told["activation"]["name"], Activation).bind(**told["activation"]["parameters"]),
        init=_read_initializer(told["init"]),
        bias_init=_read_initializer(told["bias_init"]),
        normalize=told["normalize"],
        residual=told["residual"],
    )
    return net, LOSSES.resolve(told["loss"], Loss), _read_recipe(told["optimizer"], OPTIMIZERS)


def _activation(part: Activation) -> dict[str, Any]:
    known = ACTIVATIONS.get(part.name)
    if known is None or not same_function(known.rule, part.rule):
        raise ValueError(f"the activation {part!r} is not in gradlab.ACTIVATIONS, so a file cannot name it")
    return {"name": part.name, "parameters": dict(part.parameters)}


def _initializer(part: Initializer) -> dict[str, Any]:
    if INITIALIZERS.get(part.name) == part:
        return {"name": part.name}
    if isinstance(part.draw, functools.partial) and same_function(DRAWS.get(part.rule.__name__), part.rule):
        return {"name": part.name, "draw": part.rule.__name__, "keywords": part.draw.keywords}
    raise ValueError(f"the initializer {part!r} is not one of gradlab's, so a file cannot name it")


def _read_initializer(told: dict[str, Any]) -> Initializer:
    if "draw" not in told:
        return INITIALIZERS.resolve(told["name"], Initializer)
    if not isinstance(told["name"], str) or told["draw"] not in DRAWS:
        raise ValueError(f"unknown initializer {_check.short(told['name'])}")
    made = Initializer(told["name"], functools.partial(DRAWS[told["draw"]], **told["keywords"]), told["name"])
    if not np.isfinite(made(1, 1, seed=0)).all():  # keywords of the right kind, with numbers that draw nothing
        raise ValueError(f"the initializer {made!r} draws no finite numbers")
    return made


def _recipe(part: Any, known: Registry[Any]) -> dict[str, Any]:
    name = next((name for name, kind in known.items() if same_function(kind, type(part))), None)
    if name is None:
        raise ValueError(f"the {known.kind} {part!r} is not in gradlab's table, so a file cannot name it")
    told = {}
    for field in fields(part):
        value = getattr(part, field.name)
        told[field.name] = _recipe(value, SCHEDULES) if isinstance(value, Schedule) else value
    return {"kind": name, "fields": told}


def _read_recipe(told: dict[str, Any], known: Registry[Any]) -> Any:
    kind = known.resolve(told["kind"], ())
    return kind(
        **{
            name: _read_recipe(value, SCHEDULES) if isinstance(value, dict) else value
            for name, value in told["fields"].items()
        }
    )


# ---------------------------------------------------------------------------------------------------- the file


def write(path: str | Path, recipe: str, arrays: dict[str, Any]) -> Path:
    """Write one file; if that fails or is interrupted, no half of it is left and an older one stays as it was."""
    target = _with_ending(path)
    unfinished = target.with_name(f"{target.name}.{secrets.token_hex(4)}.unfinished")  # two may write at once
    try:
        with unfinished.open("xb") as stream:
            np.savez_compressed(stream, recipe=np.array(recipe), **arrays)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return target


def read(path: str | Path) -> dict[str, Any]:
    """Return the arrays of a file by name, each looked at: what a `History` needs, in the shapes that its net has."""
    file = _with_ending(path)
    file = file if file.exists() or not Path(path).exists() else Path(path)
    if file.is_dir():
        raise ValueError(f"{path} is a directory, not a history that gradlab wrote")
    try:
        archive = zipfile.ZipFile(file)
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:
        raise ValueError(f"{path} is not a history that gradlab wrote ({_one_line(error)})") from error
    with archive:
        try:
            return _read(archive)
        except Exception as error:  # what a damaged file can raise, no list holds
            raise ValueError(f"{path} is not a history that gradlab can read: {_one_line(error)}") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error.args[0] if isinstance(error, KeyError) and error.args else error).split())[:300]


def _with_ending(path: str | Path) -> Path:
    target = Path(path)
    return target if target.suffix == ".npz" else target.with_name(target.name + ".npz")


def _read(archive: zipfile.ZipFile) -> dict[str, Any]:
    from gradlab.training import STATISTICS  # the table is read when a file is, with what a reader has added

    if "recipe.npy" not in archive.namelist():
        raise ValueError("it has no recipe")
    recipe = _array(archive, "recipe", "U", ())
    net, _, optimizer = restore(str(recipe))
    seeds = _array(archive, "seeds", "U", (None,))
    if any(not seed.isdecimal() or str(int(seed)) != seed for seed in seeds):
        raise ValueError("its seeds are no whole numbers")
    length = {"r": _records(archive), "s": len(_check.seeds([int(seed) for seed in seeds])), "p": net.parameters}
    wanted = {name: (kind, tuple(length[axis] for axis in axes)) for name, (kind, axes) in ARRAYS.items()}
    wanted |= {name: ("f", (length["r"], length["s"], one.count(net.depth))) for name, one in STATISTICS.items()}
    wanted |= {f"slot{index}": wanted["theta"] for index in range(len(optimizer.slots))}
    for index, units in enumerate(net.sizes[1:-1] if net.normalize == "batch" else ()):
        wanted |= {f"{name}{index}": ("f", (length["s"], units)) for name in ("mean", "variance")}
    # files of earlier versions have these not
    wanted |= {name: (kind, ()) for name, kind in LATER.items() if f"{name}.npy" in archive.namelist()}
    for name, (kind, shape) in wanted.items():  # the headers of all of them fit together before the first is read
        _look(archive, name, kind, shape)
    found = {name: _array(archive, name, kind, shape) for name, (kind, shape) in wanted.items()}
    if (found["step"] < 0).any() or (np.diff(found["step"]) <= 0).any() or found["step"][-1] > LAST:
        raise ValueError("its steps do not rise from 0 or more, or rise past what any run takes")
    if any(found[f"slot{index}"].dtype != found["theta"].dtype for index in range(len(optimizer.slots))):
        raise ValueError("what the optimizer remembers is of another floating type than theta")
    if not 0 <= found.get("optimizer_since", 0) <= found["step"][-1] or found.get("record_every", 0) < 0:
        raise ValueError("its optimizer begins after its last step, or its records stand less than a step apart")
    return {"recipe": recipe, "seeds": seeds, **found}


def _records(archive: zipfile.ZipFile) -> int:
    """Return how many records there are by the header of the steps, which all differ and so cannot be packed to nothing."""
    (records,) = _look(archive, "step", "i", (None,))
    if not records:
        raise ValueError("it holds no record")
    if records > DENSEST * archive.getinfo("step.npy").compress_size:
        raise ValueError(f"its steps do not rise: {records} of them would need more room")
    return records


def _look(archive: zipfile.ZipFile, name: str, kind: str, shape: tuple[int | None, ...]) -> tuple[int, ...]:
    """Return the shape of an array after a look at its header alone."""
    with archive.open(archive.getinfo(f"{name}.npy")) as stream:
        return _header(archive, stream, name, kind, shape)[0]


def _header(
    archive: zipfile.ZipFile, stream: Any, name: str, kind: str, shape: tuple[int | None, ...]
) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, order and type by a header: a kind of number and a shape, None where a length may be any."""
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is packed in a way that NumPy never uses")
    header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[npy.read_magic(stream)]
    given, fortran, dtype = header(stream)
    fits = len(given) == len(shape) and all(b is None or a == b for a, b in zip(given, shape, strict=True))
    if not fits or dtype.kind != kind or (kind == "f" and dtype.itemsize not in (4, 8)):
        raise ValueError(f"{name} is {dtype} of shape {given}, where {kind} of shape {shape} belongs")
    size = math.prod(given) * dtype.itemsize
    if info.file_size - stream.tell() != size or (kind == "U" and size > 4 * LONGEST):
        raise ValueError(f"{name} does not have the size that its header says")
    return given, fortran, dtype


def _array(archive: zipfile.ZipFile, name: str, kind: str, shape: tuple[int | None, ...]) -> Any:
    """Return one array after a look at its header."""
    with archive.open(archive.getinfo(f"{name}.npy")) as stream:
        given, fortran, dtype = _header(archive, stream, name, kind, shape)
        size = math.prod(given) * dtype.itemsize
        content = stream.read(size + 1)  # one more, so that the checksum is compared
    if len(content) != size:
        raise ValueError(f"{name} is cut off")
    array = np.frombuffer(bytearray(content), dtype).reshape(given, order="F" if fortran else "C")
    return array.astype(dtype.newbyteorder("="), order="C", copy=False)
