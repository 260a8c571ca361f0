"""Mean and variance of what batch normalisation sees, over all samples of a data set."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.network._layers import EPSILON
from gradlab.network.trace import Recipe

Array = NDArray[Any]


def moments(net: Recipe, theta: Array, inputs: Array, *, block: int) -> list[tuple[Array, Array]]:
    """Take the moments layer by layer, one seed after the other.

    The moments of a layer depend on all samples, and so on all moments below it. A pass through the network for all
    samples at once would hold every layer of it; here one layer is held at a time.

    Parameters
    ----------
    net
        A network with batch normalisation.
    theta
        Parameters of shape (seeds, parameters).
    inputs
        All samples, shape (samples, inputs).
    block
        Samples of which the activation is taken at a time.

    Returns
    -------
    list of tuple of ndarray
        For each hidden layer mean and variance, shape (seeds, units).
    """
    shapes = [(len(theta), units) for units in net.sizes[1:-1]]
    found = [(np.empty(shape, theta.dtype), np.empty(shape, theta.dtype)) for shape in shapes]
    samples = len(inputs)
    below = np.ones((net.sizes[0] + 1, samples), theta.dtype)
    below[:-1] = inputs.T
    for seed in range(len(theta)):
        one = theta[seed : seed + 1]
        entering = below
        layers = zip(net.blocks(one), net.hidden_parameters(one), found, strict=False)  # not the last layer
        for index, (weights, own, (mean, variance)) in enumerate(layers):
            passed = np.ones((weights.shape[2] + 1, samples), theta.dtype)
            z = np.dot(weights[0].T, entering, out=passed[:-1])
            mean[seed], variance[seed] = z.mean(1), [row.var() for row in z]  # row by row: no second array of this size
            around = entering[:-1] if net.residual and index > 0 and len(entering) == len(passed) else None
            here = {name: array[0] for name, array in own.items()}
            _pass_on(net, z, here | {"mean": mean[seed], "variance": variance[seed]}, block=block)
            if around is not None:
                z += around
            entering = passed
    return found


def _pass_on(net: Recipe, z: Array, own: dict[str, Array], *, block: int) -> None:
    """Turn pre-activations of shape (units, samples) into what the layer passes on, in place."""
    column = {name: array[:, None] for name, array in own.items()}
    inverse = 1 / np.sqrt(column["variance"] + z.dtype.type(EPSILON))
    learned = {name: column[name] for name in net.activation.learned}
    for at in range(0, z.shape[1], block):
        part = z[:, at : at + block]
        saw = (part - column["mean"]) * inverse * column["scale"] + column["shift"]
        net.activation.kernel(**learned)(saw, part, np.empty_like(saw))
