"""What training computes, said plainly: one seed, one sample a row, in textbook order.

This is the specification. `gradlab.train` computes the same for many seeds at once and
faster; tests hold the two equal to within rounding. A network of L layers takes h₀ = x
through z = h·W + b, and in all but the last layer through a normalisation (if it has
one), the activation f, and round the layer (if it is residual).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.datasets import Data
from gradlab.losses import Loss
from gradlab.network import MLP
from gradlab.optimizers import Optimizer

__all__ = [
    "backward",
    "batch",
    "forward",
    "norm",
    "parameters",
    "scaled",
    "statistics",
    "train",
]

Array = NDArray[Any]
Layers = list[dict[str, Array]]  # by name, what each layer holds


def parameters(net: MLP, theta: Array) -> Layers:
    """Cut one seed's parameters into layers: weights, biases, and what else is learned.

    Parameters
    ----------
    net
        The recipe.
    theta
        Parameters of shape (parameters,). The parts are views: writing to them changes
        ``theta``.

    Returns
    -------
    list of dict
        For each layer ``weights`` (inputs, units) and ``biases`` (units,); in hidden
        layers also ``scale`` and ``shift`` of a normalisation and what the activation
        learns, (units,) each.
    """
    layers, others = net.layers(theta[None]), [*net.hidden_parameters(theta[None]), {}]
    parts = []
    for layer, more in zip(layers, others, strict=True):
        own = {"weights": layer.weights, "biases": layer.biases, **more}
        parts.append({name: one[0] for name, one in own.items()})
    return parts


def forward(net: MLP, layers: Layers, *, x: Array, drawn: Layers | None) -> Layers:
    """Go forward, z = h·W + b and h = f(z), and keep what the way back needs.

    Parameters
    ----------
    net
        The recipe.
    layers
        What `parameters` returned.
    x
        Inputs of shape (samples, inputs).
    drawn
        For each hidden layer, what its activation has drawn for this pass (`rrelu`);
        None for an activation that draws nothing.

    Returns
    -------
    list of dict
        For each layer what it got, ``h``, and what it made of it, ``z``; for hidden
        layers also what the activation ``saw``, its ``slope`` there, and what the layer
        ``passes`` on; with a normalisation ``normal`` and ``inverse``.
    """
    kept, h = [], x
    for index, own in enumerate(layers):
        kept.append(here := {"h": h, "z": h @ own["weights"] + own["biases"]})
        if index == net.depth - 1:
            break
        saw = here["z"]
        if net.normalize:
            axis = 0 if net.normalize == "batch" else 1  # over samples, or over units
            here["inverse"] = 1 / np.sqrt(saw.var(axis, keepdims=True) + 1e-5)
            here["normal"] = (saw - saw.mean(axis, keepdims=True)) * here["inverse"]
            saw = own["scale"] * here["normal"] + own["shift"]
        special = {name: own[name] for name in net.activation.learned}
        special |= drawn[index] if drawn else {}
        value, here["slope"] = net.activation.value_and_derivative(saw, **special)
        around = net.residual and index > 0 and h.shape == value.shape
        h = value + h if around else value
        here["saw"], here["passes"] = saw, h
    return kept


def backward(net: MLP, layers: Layers, *, kept: Layers, delta: Array) -> Array:
    """Go back by the chain rule, δ ← (δ·Wᵀ)·f′(z), with dL/dW = hᵀ·δ and dL/db = Σδ.

    Parameters
    ----------
    net
        The recipe.
    layers
        What `parameters` returned.
    kept
        What `forward` returned; each layer's ``delta``, dL/dz, is added to it.
    delta
        The slope of the loss in the outputs, shape (samples, outputs).

    Returns
    -------
    ndarray
        The gradient, laid out as theta is, shape (parameters,).
    """
    gradient = np.zeros(net.parameters, delta.dtype)
    slopes = parameters(net, gradient)
    for index in reversed(range(net.depth)):
        own, here, slope = layers[index], kept[index], slopes[index]
        if index < net.depth - 1:
            arriving = delta  # dL/dh of what the layer passes on
            for name, derivative in net.activation.learned.items():
                given = {**net.activation.parameters, name: own[name]}
                slope[name][:] = (arriving * derivative(here["saw"], **given)).sum(0)
            delta = arriving * here["slope"]
            if net.normalize:
                axis, normal = 0 if net.normalize == "batch" else 1, here["normal"]
                slope["scale"][:] = (delta * normal).sum(0)
                slope["shift"][:] = delta.sum(0)
                delta = delta * own["scale"]
                along = normal * (delta * normal).mean(axis, keepdims=True)
                delta = delta - delta.mean(axis, keepdims=True) - along
                delta = delta * here["inverse"]
        here["delta"] = delta
        slope["weights"][:], slope["biases"][:] = here["h"].T @ delta, delta.sum(0)
        delta = delta @ own["weights"].T
        if net.residual and 0 < index < net.depth - 1 and delta.shape == arriving.shape:
            delta = delta + arriving  # what went round the layer
    return gradient


def scaled(array: Array) -> tuple[float, Array]:
    """Return a power of 2 near the largest entry, and the array in units of it."""
    largest = float(np.abs(array).max())
    power = int(np.frexp(largest)[1]) - 1 if 0 < largest < np.inf else 0
    return 2.0**power, np.ldexp(array.astype(float), -power)


def norm(array: Array) -> float:
    """Return √Σa² over all entries."""
    unit, parts = scaled(array)
    return unit * float(np.linalg.norm(parts))


def statistics(net: MLP, gradient: Array, *, kept: Layers) -> dict[str, list[float]]:
    """Return what a record holds of each layer, by the definitions.

    Parameters
    ----------
    net
        The recipe.
    gradient
        What `backward` returned.
    kept
        What `forward` returned and `backward` added to.

    Returns
    -------
    dict
        For each statistic of `gradlab.History` a number a layer, or a hidden layer.
    """
    hidden = kept[:-1]
    small = net.activation.steepest / 100
    passed = [scaled(layer["passes"]) for layer in hidden]
    slopes = parameters(net, gradient)
    return {
        "gradient_norm": [norm(layer["weights"]) for layer in slopes],
        "delta_norm": [norm(layer["delta"]) for layer in kept],
        "activation_mean": [unit * parts.mean() for unit, parts in passed],
        "activation_std": [unit * parts.std() for unit, parts in passed],
        "dead_fraction": [(layer["slope"] == 0).all(0).mean() for layer in hidden],
        "saturated_fraction": [(abs(one["slope"]) < small).mean() for one in hidden],
    }


def batch(seed: int, step: int, *, samples: int, size: int) -> Array:
    """Return the indices of the batch after ``step`` updates, shape (size,).

    Every epoch has an order of its own and takes as many whole batches from it as there
    are; the rest waits for the next order. Orders are drawn for max(1, 4096 // samples)
    epochs at a time, from a generator that depends on the seed and on how many such
    draws came before.
    """
    epoch, place = divmod(step, samples // size)
    draws, epoch = divmod(epoch, max(1, 4096 // samples))
    source = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, draws)))
    order = [source.permutation(samples) for _ in range(epoch + 1)][-1]
    return np.asarray(order[place * size : (place + 1) * size])


def train(
    net: MLP,
    data: Data,
    *,
    loss: Loss,
    optimizer: Optimizer,
    steps: int,
    batch_size: int | None = None,
    seed: int = 0,
    record_every: int = 10,
    dtype: str = "float64",
    theta: Array | None = None,
) -> tuple[Array, dict[str, Array]]:
    """Train one seed: forward, backward, record, clip, update.

    Parameters
    ----------
    net, data
        The recipe and the training data.
    loss, optimizer
        Parts of gradlab, or your own.
    steps
        Number of updates.
    batch_size
        Samples of an update; all of them if None.
    seed
        Draws the first parameters and the order of the samples.
    record_every
        Steps between records; step 0 and the last one are always recorded.
    dtype
        ``"float64"`` or ``"float32"``.
    theta
        Parameters to start from, shape (parameters,), instead of what the seed draws.

    Returns
    -------
    tuple
        Parameters of shape (parameters,), and the records by name: ``step``, ``loss``
        and ``accuracy`` (records,), the others (records, layers).

    Examples
    --------
    >>> import gradlab as gl
    >>> net, data = gl.MLP([2, 4, 2], "tanh"), gl.datasets.xor()
    >>> ask = {"optimizer": gl.Adam(0.1), "steps": 20}
    >>> theta, records = train(net, data, loss=gl.LOSSES["cross_entropy"], **ask)
    >>> bool(abs(theta - gl.train(net, data, **ask).theta[0]).max() < 1e-12)
    True
    """
    theta = (net.initialize(seed)[0] if theta is None else theta).astype(dtype)
    layers = parameters(net, theta)
    slots = [np.zeros_like(theta) for _ in optimizer.slots]
    targets = loss.targets(data.y, net.sizes[-1]).astype(dtype)
    labels = loss.labels(data.y, net.sizes[-1])
    records: dict[str, list[Any]] = {}
    for step in range(steps + 1):
        chosen: Any = slice(None)
        if batch_size is not None:
            chosen = batch(seed, step, samples=len(data), size=batch_size)
        x = data.x[chosen].astype(dtype)
        kept = forward(net, layers, x=x, drawn=_draw(net, seed, step=step, like=x))
        outputs = kept[-1]["z"]
        values, slopes = loss.rule(outputs, targets[chosen])
        gradient = backward(net, layers, kept=kept, delta=slopes / len(x))
        if step % record_every == 0 or step == steps:  # before the update
            right = np.nan if labels is None else loss.accuracy(outputs, labels[chosen])
            row = {"step": step, "loss": values.mean(), "accuracy": right}
            for name, value in (row | statistics(net, gradient, kept=kept)).items():
                records.setdefault(name, []).append(value)
        if step == steps:
            break
        if optimizer.clip_norm is not None:  # with PyTorch's 1e-6 in the denominator
            gradient *= min(1.0, optimizer.clip_norm / (norm(gradient) + 1e-6))
        # the optimiser's own equation; its docstring has it as the paper prints it
        numbers = (np.array(one, dtype) for one in optimizer.coefficients(step + 1))
        optimizer.equation(theta, gradient, slots, np.empty_like(theta), *numbers)
    return theta, {name: np.array(values) for name, values in records.items()}


def _draw(net: MLP, seed: int, *, step: int, like: Array) -> Layers | None:
    """Draw what the activation draws while training, a number a unit and sample."""
    if net.activation.draw is None:
        return None
    source = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2, step)))
    layers = []
    for units in net.sizes[1:-1]:
        shape = (units, len(like))
        drawn = net.activation.draw(source, shape, **net.activation.parameters)
        layers.append({name: one.T.astype(like.dtype) for name, one in drawn.items()})
    return layers
