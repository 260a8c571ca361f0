"""Passes through the networks of the gradient bench's grid: the numbers of `gradlab.probe`, in less time than it needs.

Seeds draw the same weights for each activation. What goes forward does not depend on the layers behind, so the networks of
a line, which differ in depth alone, share it; and they go back together, each from outputs of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from gradlab_live import signals
from numpy.typing import NDArray

import gradlab as gl

if TYPE_CHECKING:
    from bench_grid import Line

Array = NDArray[Any]

SEEDS = range(signals.SEEDS)
TOGETHER = 10  # seeds in one pass: more take memory, fewer spend the time on calls
BACK = ("gradient_norm", "delta_norm")
FORWARD = ("activation_std", "dead_fraction", "saturated_fraction")
SAFE = (1e-280, 1e300)  # a sum of squares between these has lost nothing that counts


class Room(NamedTuple):
    """Arrays for passes through the deepest networks of lines, forward."""

    trace: gl.network.Trace
    theta: Array


class Passes:
    """Passes through the networks of one activation, forward in arrays made once for each shape of network."""

    def __init__(self, activation: str, drawn: dict[Any, Array]) -> None:
        self.activation = activation
        self.drawn = drawn  # shared by all activations
        self.own: dict[Any, Array] = {}
        self.rooms: dict[Any, Room] = {}

    def draws(self, line: Line, net: gl.MLP, *, whole: bool) -> Array:
        """Return what the seeds draw at gain 1: all parameters, or weights and biases of the last layer alone.

        They are the same numbers for each activation that has no parameters of its own.
        """
        shape = (line.init, bool(line.bias), net.depth, net.normalize is None, whole)
        kept = self.own if line.init == "matched" or net.activation.learned else self.drawn
        if shape not in kept:
            base = line._replace(gain=1.0, bias=float(bool(line.bias)))
            theta = base.recipe(self.activation, net.depth).initialize(SEEDS)
            kept[shape] = theta if whole else net.blocks(theta)[-1].copy()
        return kept[shape]

    def through(self, line: Line) -> dict[int, dict[str, Array]]:
        """Go through the networks of a line; return for each depth its statistics, of shape (seeds, layers).

        What goes forward is computed in the deepest alone: the others are its beginning, each with outputs of its own.
        """
        deepest, *others = (line.recipe(self.activation, depth) for depth in sorted(line.depths, reverse=True))
        drawn = self.draws(line, deepest, whole=True)
        last = {net.depth: self.draws(line, net, whole=False) for net in others}
        found: dict[int, dict[str, list[Array]]] = {depth: {} for depth in line.depths}
        for at in range(0, len(SEEDS), TOGETHER):
            rows = slice(at, at + TOGETHER)
            trace, theta = self._room(line, deepest)
            theta[...] = drawn[rows]
            blocks = [_scaled(block, line) for block in deepest.blocks(theta)]
            trace.forward()
            heads = {depth: _scaled(block[rows].copy(), line) for depth, block in last.items()}
            seen = back(trace, blocks, {deepest.depth: blocks[-1], **heads})
            trace.forget()
            seen[deepest.depth] |= {name: gl.STATISTICS[name].rule(trace) for name in FORWARD}
            for depth, statistics in seen.items():
                for name, numbers in statistics.items():
                    found[depth].setdefault(name, []).append(numbers)
        return {depth: {name: np.concatenate(parts) for name, parts in kept.items()} for depth, kept in found.items()}

    def _room(self, line: Line, net: gl.MLP) -> Room:
        """Return the arrays for a shape of network."""
        key = (net.depth, line.normalize, line.residual)
        if key not in self.rooms:
            data = signals.digits()
            theta = np.empty((TOGETHER, net.parameters))
            trace = gl.network.Trace(net, theta, samples=len(data.x), shared=True)
            trace.input[..., :-1] = data.x
            self.rooms[key] = Room(trace, theta)
        return self.rooms[key]


def _scaled(block: Array, line: Line) -> Array:
    """Multiply weights, in place, by the gain of a line, and the biases below them by its deviation."""
    if (line.gain, line.bias) != (1.0, 0.0):
        block[:, :-1] *= line.gain
        block[:, -1] *= line.bias
    return block


def back(trace: gl.network.Trace, blocks: list[Array], heads: Mapping[int, Array]) -> dict[int, dict[str, Array]]:
    """Go back through networks that are the beginning of one, all at once.

    It is gradlab's own way back, but for what the grid does not show: gradients are not kept, only their norms.

    Parameters
    ----------
    trace
        A pass forward through the deepest network.
    blocks
        Its weights with the biases as last row, layer by layer.
    heads
        Those of the last layer of each network, by depth, from the deepest on.

    Returns
    -------
    dict
        For each depth the norms of gradients and of δ, of shape (seeds, layers).
    """
    net, samples = trace.net, len(signals.digits().x)
    seeds, depths = len(blocks[0]), list(heads)
    found = np.empty((len(BACK), len(depths), seeds, depths[0]))
    entering = [trace.input[..., :-1].transpose(0, 2, 1), *trace.activations]
    room = np.empty((2, len(depths), seeds, signals.WIDTH, samples))  # of all networks that reach a layer
    reaching = 0

    def note(layer: int, delta: Array, networks: slice) -> None:
        gradients = np.matmul(entering[layer], delta.swapaxes(-1, -2))
        found[:, networks, :, layer] = norms(gradients), norms(delta)

    for layer in range(depths[0] - 1, -1, -1):
        arriving, below = room[:, :reaching]
        if reaching:
            around = arriving.copy() if net.residual and layer else None  # goes round the layer
            arriving *= trace.slopes[layer]
            if net.normalize is not None:
                _through_normalization(trace.normalizations[layer], arriving, below)
            note(layer, arriving, slice(reaching))
            if layer:
                np.matmul(blocks[layer][:, :-1], arriving, out=below)
                if around is not None:
                    below += around
        room = room[::-1]
        if layer + 1 in heads:
            delta = _output_slopes(entering[layer], heads[layer + 1])
            note(layer, delta[None], slice(reaching, reaching + 1))
            np.matmul(heads[layer + 1][:, :-1], delta, out=room[0, reaching])
            reaching += 1
    return {depth: dict(zip(BACK, found[:, network, :, :depth], strict=True)) for network, depth in enumerate(depths)}


def _output_slopes(entering: Array, head: Array) -> Array:
    """Return the slope of the mean loss in the raw outputs, shape (seeds, outputs, samples)."""
    data, loss = signals.digits(), gl.LOSSES["cross_entropy"]
    outputs = (np.matmul(head[:, :-1].swapaxes(1, 2), entering) + head[:, -1][:, :, None]).swapaxes(1, 2)
    slopes: Array = loss.rule(outputs, loss.targets(data.y, outputs.shape[-1]))[1] / len(data.x)
    return np.ascontiguousarray(slopes.swapaxes(1, 2))


def _through_normalization(norm: Any, delta: Array, scratch: Array) -> None:
    """Take δ of all networks through a normalisation at its start, whose scale is 1, in place."""
    axis = norm.axis + 1
    np.multiply(delta, norm.normal, out=scratch)
    along = scratch.mean(axis, keepdims=True)
    delta -= delta.mean(axis, keepdims=True)
    np.multiply(norm.normal, along, out=scratch)
    delta -= scratch
    delta *= norm.inverse


def norms(arrays: Array) -> Array:
    """Return √Σa² over the last two axes, where the squares may under- or overflow as well."""
    flat = arrays.reshape(*arrays.shape[:-2], -1)
    squares = np.einsum("...i,...i", flat, flat)
    if SAFE[0] < squares.min() and squares.max() < SAFE[1]:
        return np.sqrt(squares)
    largest = np.abs(flat).max(-1)
    share = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    return np.where(np.isfinite(largest), share * np.sqrt((np.square(flat / share[..., None])).sum(-1)), largest)
