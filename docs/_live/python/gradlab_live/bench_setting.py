"""What the controls of the bench ask for, as parts of gradlab, each with the Python that makes it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradlab as gl
from gradlab_live.bench_data import Task, task
from gradlab_live.bench_own import Own, Refused, closed, own
from gradlab_live.bench_words import Said
from gradlab_live.signals import biases, scaled

State = Mapping[str, Any]

OPTIMIZERS = {
    "sgd": (gl.SGD, {}),
    "momentum": (gl.SGD, {"momentum": 0.9}),
    "rmsprop": (gl.RMSprop, {}),
    "adagrad": (gl.Adagrad, {}),
    "adam": (gl.Adam, {}),
    "adamw": (gl.AdamW, {}),
}
SPANS = {"cosine": 2000, "step_decay": 500, "warm_up": 200}  # updates
HALF = 0.5  # what step_decay multiplies by
COLUMNS = 88  # of a script
LIVE = ("optimizer", "schedule", "learning-rate", "batch-size")  # what may change while it trains
IGNORED = ("story",)
DEFAULTS: dict[str, Any] = {
    "activation": "sigmoid",
    "code": "",
    "init": "glorot_normal",
    "depth": 10,
    "width": 16,
    "normalize": "none",
    "residual": 0,
    "gain": 1,
    "bias": 0,
    "data": "moons",
    "points": "",
    "loss": "auto",
    "optimizer": "adam",
    "schedule": "constant",
    "learning-rate": 0.01,
    "batch-size": 64,
    "seeds": 8,
    "first-seed": 0,
}
WORDS = {
    "number": "{key} must be a number from {least} to {most}, not “{given}”.",
    "whole": "{key} must be a whole number from {least} to {most}, not “{given}”.",
    "choice": "{key} must be one of {names}, not “{given}”.",
}
# of controls, as a sentence begins with them
NAMES = {
    "init": "Init",
    "depth": "Depth",
    "width": "Width",
    "normalize": "Normalize",
    "gain": "Gain",
    "bias": "Bias",
    "loss": "Loss",
    "optimizer": "Optimizer",
    "schedule": "Schedule",
    "learning-rate": "Learning rate",
    "batch-size": "Batch size",
    "seeds": "Seeds",
    "first-seed": "First seed",
}
# words of gradlab's sentences, and the control that they are about
_ABOUT = {
    "batch": "batch-size",
    "learning_rate": "learning-rate",
    "init=": "init",
    "size": "width",
    "normalize": "normalize",
}


def refusal(error: Exception, field: str) -> Refused:
    """Return gradlab's sentence with the control that it is about; ``field`` where its words do not say."""
    said = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
    about = next((key for word, key in _ABOUT.items() if word in said), field)
    return Refused(about, closed(said))


def number(state: State, key: str, *, least: float, most: float, whole: bool = False) -> Any:
    """Return a number of the state within its bounds."""
    given = state[key]
    try:
        found = float(given)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not least <= found <= most or (whole and found != int(found)):
        words = WORDS["whole" if whole else "number"]
        bounds = {"least": f"{least:g}", "most": f"{most:g}"}
        raise Refused(key, Said(words, key=Said(NAMES[key]), **bounds, given=f"{given}"[:40]))
    return int(found) if whole else found


def choice(state: State, key: str, names: Mapping[str, Any] | tuple[str, ...]) -> str:
    """Return a name of the state that is one of those allowed."""
    given = str(state[key])
    if given not in names:
        raise Refused(key, Said(WORDS["choice"], key=Said(NAMES[key]), names=", ".join(names), given=given[:40]))
    return given


def plain(value: float) -> str:
    """Return a number as Python, so that it reads as the same one."""
    return repr(float(value)).removesuffix(".0")


@dataclass(frozen=True, eq=False)
class Setting:
    """A network and what it learns.

    Parameters
    ----------
    task
        The data.
    net
        The recipe.
    net_text
        Lines of Python that make it.
    own
        The reader's own activation, if it is one.
    loss
        A name in `gradlab.LOSSES`.
    seeds
        The seeds.
    """

    task: Task
    net: gl.MLP
    net_text: tuple[str, ...]
    own: Own | None
    loss: str
    seeds: range

    @classmethod
    def of(cls, state: State) -> Setting:
        """Return what a state asks for.

        Raises
        ------
        Refused
            If it may not be.
        """
        given = task(str(state["data"]), state["points"] if state["data"] == "own" else "")
        loss = choice(state, "loss", ("auto", *gl.LOSSES))
        loss = ("squared_error" if given.name == "curve" else "cross_entropy") if loss == "auto" else loss
        outputs = 1 if given.name == "curve" or loss == "binary_cross_entropy" else given.data.classes
        mine = activation(state)
        net, text = network(state, given.inputs, outputs, mine)
        first = number(state, "first-seed", least=0, most=1e9, whole=True)
        many = number(state, "seeds", least=1, most=20, whole=True)
        return cls(given, net, text, mine if isinstance(mine, Own) else None, loss, range(first, first + many))


def activation(state: State) -> Own | str:
    """Return the reader's own activation, or the name of one of gradlab's."""
    name = str(state["activation"])
    if name == "own":
        return own(str(state["code"]))
    if name not in gl.ACTIVATIONS:
        raise refusal(KeyError(_unknown(name)), "activation")
    return name


def _unknown(name: str) -> str:
    """Return gradlab's sentence for an unknown activation."""
    try:
        gl.ACTIVATIONS[name]
    except KeyError as error:
        return str(error.args[0])
    return name


def network(state: State, inputs: int, outputs: int, mine: Own | str) -> tuple[gl.MLP, tuple[str, ...]]:
    """Return the recipe of a state, and lines of Python that make it."""
    depth = number(state, "depth", least=2, most=50, whole=True)
    sizes = [inputs, *[number(state, "width", least=1, most=64, whole=True)] * (depth - 1), outputs]
    gain, bias = number(state, "gain", least=1e-3, most=1e3), number(state, "bias", least=0, most=1e3)
    init = choice(state, "init", gl.INITIALIZERS)
    normalize = choice(state, "normalize", ("none", "layer", "batch"))
    residual = str(state["residual"]) in {"1", "True", "true"}
    try:
        net = gl.MLP(
            sizes,
            mine.activation if isinstance(mine, Own) else mine,
            init=scaled(init, gain),
            bias_init=biases(bias),
            normalize=None if normalize == "none" else normalize,  # type: ignore[arg-type]
            residual=residual,
        )
    except (ValueError, TypeError) as error:
        raise refusal(error, "init") from error
    parts = [
        _sizes_text(sizes),
        mine.name if isinstance(mine, Own) else f'"{mine}"',
        f"init={_init_text(init, gain)}",
        f"bias_init=gl.initializers.normal({plain(bias)})" if bias else "",
        f'normalize="{normalize}"' if normalize != "none" else "",
        "residual=True" if residual else "",
    ]
    before = _init_lines(gain) if init == "matched" and gain != 1 else []
    return net, (*before, *called("net = gl.MLP", [part for part in parts if part]))


def _sizes_text(sizes: list[int]) -> str:
    """Return the sizes as Python."""
    inputs, hidden, outputs = sizes[0], sizes[1:-1], sizes[-1]
    many = f"*[{hidden[0]}] * {len(hidden)}" if len(hidden) > 2 else ", ".join(map(str, hidden))
    return f"[{inputs}, {many}, {outputs}]"


def _init_text(name: str, gain: float) -> str:
    """Return the initialiser as Python."""
    if gain == 1:
        return f'"{name}"'
    if name != "matched":
        return f'gl.INITIALIZERS["{name}"].bind(gain={plain(gain)})'
    return "init"


def _init_lines(gain: float) -> list[str]:
    """Return the lines that make all matched weights larger, which `bind` cannot: it would forget the activation's gain."""
    draw = f"lambda *given: {plain(gain)} * matched.draw(*given)"
    arguments = [f'"matched × {gain:g}"', draw, '"matched weights, all larger"']
    return ['matched = gl.INITIALIZERS["matched"]', *called("init = gl.initializers.Initializer", arguments)]


def called(head: str, arguments: list[str]) -> list[str]:
    """Return a call as lines of Python that fit a page."""
    whole = f"{head}({', '.join(arguments)})"
    if len(whole) <= COLUMNS:
        return [whole]
    lines = [""]
    for argument in arguments:
        if lines[-1] and len(lines[-1]) + len(argument) > COLUMNS - 6:
            lines.append("")
        lines[-1] += f"{argument}, "
    return [f"{head}(", *(f"    {line.rstrip()}" for line in lines), ")"]


def batch(state: State, samples: int) -> int | None:
    """Return the size of a batch: None for all samples, also where there are no more."""
    if str(state["batch-size"]) == "all":
        return None
    size: int = number(state, "batch-size", least=1, most=512, whole=True)
    return size if size < samples else None


def optimizer(state: State, elapsed: int) -> tuple[gl.Optimizer, str]:
    """Return the optimiser of a state, and the Python that makes it.

    Parameters
    ----------
    state
        What the controls say.
    elapsed
        The steps that it has taken when its schedule is chosen: by so many the schedule is longer.
    """
    kind, more = OPTIMIZERS[choice(state, "optimizer", OPTIMIZERS)]
    rate = number(state, "learning-rate", least=1e-12, most=1e12)
    name = choice(state, "schedule", ("constant", *SPANS))
    told, given = plain(rate), rate
    if name != "constant":
        span = SPANS[name] + (0 if name == "warm_up" else elapsed)
        schedule: Any = gl.SCHEDULES[name]
        given = schedule(rate, span, HALF) if name == "step_decay" else schedule(rate, span)
        half = f", {HALF}" if name == "step_decay" else ""
        told = f"gl.schedules.{schedule.__name__}({told}, {span}{half})"
    extra = "".join(f", {key}={value!r}" for key, value in more.items())
    return kind(given, **more), f"gl.{kind.__name__}({told}{extra})"
