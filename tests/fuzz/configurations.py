"""Random configurations of a training run, each the same for the same two numbers, and small enough to finish."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

import gradlab as gl

# sizes on both sides of the powers of two at which a program that works in blocks changes its way
EDGES = (2_047, 2_048, 2_049, 4_095, 4_096, 4_097, 8_191, 8_192, 8_193, 16_385)
LARGEST = 4e7  # numbers that the parameters, slots, activations and gradients of all seeds hold together, 8 bytes each


@dataclass(frozen=True)
class Configuration:
    """All that a run depends on."""

    net: gl.MLP
    loss: str
    optimizer: gl.Optimizer
    rows: int
    kind: str  # of the data, see `samples`
    scale: float
    steps: int
    batch_size: int | None
    seeds: tuple[int, ...]
    record_every: int
    dtype: str
    monitored: int  # rows of the monitor, 0 for none
    chunk: int

    def __str__(self) -> str:
        return ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(self))

    @property
    def rows_at_once(self) -> int:
        """Samples that pass through the network together."""
        return max(self.batch_size or self.rows, self.monitored)

    @property
    def numbers(self) -> float:
        """About how many numbers are in memory."""
        state = self.net.parameters * (3 + len(self.optimizer.slots))
        return len(self.seeds) * (state + 5 * self.rows_at_once * sum(self.net.sizes))

    @property
    def work(self) -> float:
        """About how many multiplications a run of all seeds needs, with what a call costs counted as some thousands."""
        products = 3 * self.rows_at_once * self.net.parameters + 60 * self.rows_at_once * sum(self.net.sizes)
        return (self.steps + 1) * len(self.seeds) * (products + 10 * self.net.parameters + 3e4 * self.net.depth)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `gradlab.train` after the net and the data."""
        monitor = samples(self, self.monitored, seed=1) if self.monitored else None
        names = ("loss", "optimizer", "steps", "batch_size", "seeds", "record_every", "dtype")
        return {**{name: getattr(self, name) for name in names}, "monitor": monitor}


def samples(configuration: Configuration, rows: int, seed: int = 0) -> gl.Data:
    """Return a data set that fits the network and the loss; some inputs are always 0, as the edges of digits are."""
    source = np.random.default_rng(seed)
    inputs, outputs = configuration.net.sizes[0], configuration.net.sizes[-1]
    x = source.normal(size=(rows, inputs))
    x *= source.random(inputs) < 0.9
    if configuration.kind == "values":
        return gl.Data(configuration.scale * x, source.normal(size=(rows, outputs)))
    labels = source.integers(max(2, outputs), size=rows)
    if configuration.kind == "sorted":
        labels.sort()
    return gl.Data(configuration.scale * (x + 0.7 * labels[:, None]), labels)


def _size(source: np.random.Generator, largest: int) -> int:
    """Draw a whole number from 1 to ``largest``, small ones as often as large ones."""
    return int(np.exp(source.uniform(0, np.log(largest + 0.999))))


def _shape(source: np.random.Generator, rows: int, depth: int, width: int) -> tuple[list[int], int]:
    """Draw hidden widths and a number of samples: small ones, or large in one of three ways."""
    way = source.choice(["small", "deep", "wide", "tall"], p=[0.4, 0.2, 0.2, 0.2])
    tall, deep, wide = {
        "small": (min(rows, 200), min(depth, 8), min(width, 40)),
        "deep": (min(rows, 60), depth, min(width, 30)),
        "wide": (min(rows, 300), min(depth, 4), width),
        "tall": (rows, min(depth, 4), min(width, 60)),
    }[way]
    count = _size(source, tall)
    edges = [edge for edge in EDGES if edge <= tall]
    if edges and source.random() < 0.5:
        count = int(source.choice(edges))
    layers = _size(source, deep) - (source.random() < 0.1)
    widths = [_size(source, wide)] * layers if source.random() < 0.5 else [_size(source, wide) for _ in range(layers)]
    return widths, count


def _activation(source: np.random.Generator) -> gl.Activation:
    """Draw an activation, at times with other parameters than its own."""
    chosen = gl.ACTIVATIONS[str(source.choice(list(gl.ACTIVATIONS)))]
    if chosen.parameters and source.random() < 0.4:
        try:
            return chosen.bind(**{name: value * source.uniform(0.5, 1.5) for name, value in chosen.parameters.items()})
        except ValueError:  # they do not go together
            pass
    return chosen


def _rate(source: np.random.Generator) -> Any:
    rate = float(10 ** source.uniform(-4, -0.5))
    made = [
        gl.schedules.Cosine(rate, _size(source, 40)),
        gl.schedules.StepDecay(rate, _size(source, 10), 0.5),
        gl.schedules.WarmUp(gl.schedules.Cosine(rate, 20, rate / 9), _size(source, 10)),
    ]
    return made[source.integers(len(made))] if source.random() < 0.3 else rate


def _optimizer(source: np.random.Generator) -> gl.Optimizer:
    kind = gl.OPTIMIZERS[str(source.choice(list(gl.OPTIMIZERS)))]
    known, told = {field.name for field in fields(kind)}, {}
    if "momentum" in known and source.random() < 0.6:
        told |= {"momentum": float(source.choice([0.5, 0.9])), "nesterov": bool(source.random() < 0.5)}
    if "weight_decay" in known and source.random() < 0.5:
        told["weight_decay"] = 0.01
    if source.random() < 0.4:
        told["clip_norm"] = float(10 ** source.uniform(-3, 1))
    return kind(_rate(source), **told)


def _net(source: np.random.Generator, widths: list[int], outputs: int) -> gl.MLP:
    init = gl.INITIALIZERS[str(source.choice(list(gl.INITIALIZERS)))]
    if source.random() < 0.2:
        init = gl.initializers.normal(float(10 ** source.uniform(-1.5, 0.5)))
    biases = gl.initializers.normal(float(10 ** source.uniform(-1, 1))) if source.random() < 0.3 else "zeros"
    normalize = source.choice(["none", "none", "batch", "layer"])
    if init is gl.INITIALIZERS["zeros"]:  # all samples are the same there: rounding decides on which side of a kink
        normalize = "none"
    return gl.MLP(
        [_size(source, 64), *widths, outputs],
        _activation(source),
        init=init,
        bias_init=biases,
        normalize=None if normalize == "none" else str(normalize),
        residual=bool(source.random() < 0.3),
    )


def draw(
    *numbers: int, rows: int = 20_000, depth: int = 500, width: int = 600, steps: int = 40, work: float = 3e9
) -> Configuration:
    """Draw a configuration; the same numbers draw the same one.

    Parameters
    ----------
    *numbers
        Whole numbers, of which the configuration is a function.
    rows, depth, width, steps
        The most that it may have of each.
    work
        What its run may cost, in multiplications; what is more is made smaller.

    Returns
    -------
    Configuration
        The configuration.
    """
    source = np.random.default_rng(numbers)
    widths, count = _shape(source, rows, depth, width)
    loss = str(source.choice(list(gl.LOSSES)))
    outputs = 1 if loss == "binary_cross_entropy" else _size(source, 12) + (loss == "cross_entropy")
    labels = loss.endswith("entropy") or (outputs > 1 and source.random() < 0.3)
    batch = None if source.random() < 0.3 else min(count, max(1, _size(source, count)))
    large = int(source.integers(2**62))
    net = _net(source, widths, outputs)
    fewest = 2 if net.normalize == "batch" else 1  # of one sample there is nothing to normalise
    count, batch = max(fewest, count), batch and max(fewest, batch)
    found = Configuration(
        net=net,
        loss=loss,
        optimizer=_optimizer(source),
        rows=count,
        kind=str(source.choice(["sorted", "mixed"])) if labels else "values",
        scale=float(source.choice([1, 1, 1, 0.01, 30])),
        steps=int(source.integers(steps + 1)),
        batch_size=batch,
        seeds=tuple(int(seed) for seed in source.permutation([0, 1, 2, 7, large])[: source.integers(2, 6)]),
        record_every=_size(source, 12),
        dtype=str(source.choice(["float32", "float64"])),
        monitored=max(fewest, _size(source, min(rows, 3_000))) if source.random() < 0.2 else 0,
        chunk=int(source.integers(1, 7)),
    )
    return _smaller(found, work)


def _smaller(configuration: Configuration, work: float) -> Configuration:
    """Take away steps, then seeds, then layers and samples, until the run fits into memory and time."""
    while configuration.numbers > LARGEST or configuration.work > work:
        if configuration.numbers <= LARGEST and configuration.steps > 3:
            configuration = replace(configuration, steps=configuration.steps // 2)
        elif len(configuration.seeds) > 2:
            configuration = replace(configuration, seeds=configuration.seeds[:-1])
        elif configuration.batch_size is not None and configuration.batch_size > 64:
            configuration = replace(configuration, batch_size=configuration.batch_size // 2)
        elif configuration.monitored > 8:
            configuration = replace(configuration, monitored=configuration.monitored // 2)
        elif configuration.rows > 8 and configuration.batch_size is None:
            configuration = replace(configuration, rows=configuration.rows // 2)
        elif len(configuration.net.sizes) > 3:
            sizes = configuration.net.sizes
            configuration = replace(
                configuration, net=_resized(configuration.net, [*sizes[: len(sizes) // 2], sizes[-1]])
            )
        else:
            break
    return configuration


def _resized(net: gl.MLP, sizes: list[int]) -> gl.MLP:
    told = {name: getattr(net, name) for name in ("activation", "init", "bias_init", "normalize", "residual")}
    return gl.MLP(sizes, **told)
