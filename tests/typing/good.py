"""A reader's script: all that a user of gradlab does. It runs, and mypy and pyright find nothing in it.

`test_typing.py` beside it checks it, and `mistakes.py`, which has an error in each marked line.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import gradlab as gl
from gradlab import plots
from gradlab.losses import cross_entropy, squared_error
from gradlab.schedules import Cosine, WarmUp
from gradlab.testing import check_activation, check_gradient

Array = NDArray[Any]


# ----------------------------------------------------------------------------------------------- functions and names

x = np.linspace(-3, 3, 7)
value, slope = gl.gelu.value_and_derivative(x)
numbers: list[float] = [gl.relu(-1.0), gl.relu.derivative(2.0), gl.gelu.gain, gl.tanh.steepest, *gl.hard_tanh.kinks]
steeper: gl.Activation = gl.leaky_relu.bind(slope=0.2)
once = gl.leaky_relu(x, slope=0.2)
same: gl.Activation = gl.ACTIVATIONS["silu"]
names: list[str] = [*gl.ACTIVATIONS, *gl.INITIALIZERS, *gl.LOSSES, *gl.OPTIMIZERS, *gl.DATASETS, *gl.STATISTICS]
moments: gl.GaussianMoments = gl.relu.gaussian_moments(scale=2.0)
second_moment: float = moments.mean_square
loss_value = cross_entropy(np.zeros((2, 3)), [0, 2])
loss_slope: Array = squared_error.derivative([[0.5]], [1.0])
table: gl.Registry[gl.Activation] = gl.ACTIVATIONS
weights: Array = gl.initializers.he_normal.bind(gain=2.0)(3, 4, seed=0)


# ------------------------------------------------------------------------------------------------ a run, as in README

data: gl.Data = gl.datasets.moons(80, noise=0.2, seed=1)
own_data = gl.Data([[0.0, 1.0], [1.0, 0.0]], [0, 1])
one_feature = gl.Data([[0.0]], [0])
training, test = data.split(0.8, seed=0)

net = gl.MLP([2, 8, 8, 2], activation="gelu", init="he_normal", bias_init="zeros", normalize="batch", residual=True)
bound = gl.MLP((2, 4, 2), steeper, init=gl.initializers.variance_scaling(2.0, fan="in", distribution="normal"))
theta: Array = net.initialize(range(3), dtype="float32")
trace: gl.Trace = net.forward(theta, data.x)
shapes = [(layer.weights.shape, layer.biases.shape) for layer in net.layers(theta)]
outputs: Array = trace.outputs
losses, gradient = net.loss_and_gradient(theta, data, loss="cross_entropy")

optimizer: gl.Optimizer = gl.AdamW(WarmUp(Cosine(0.01, steps=10), steps=2), weight_decay=0.1, clip_norm=1.0)
run: gl.History = gl.train(
    net,
    training,
    loss="cross_entropy",
    optimizer=optimizer,
    steps=4,
    batch_size=16,
    seeds=[1, 2, 3],
    record_every=2,
    dtype="float64",
    monitor=test,
    target_loss=0.01,
    progress=False,
    chunk=2,
)
curves: list[Array] = [run.loss, run.accuracy, run.gradient_norm, run.delta_norm, run.dead_fraction, run.diverged]
longer = gl.train(net, training, optimizer=optimizer, steps=2, batch_size=16, seeds=run.seeds, resume=run)
from_theta = gl.train(bound, data, optimizer="adam", steps=1, theta=bound.initialize(0))
labels: Array = run.predict(data.x)
scores: Array = run.score(test)
columns: dict[str, Array] = run.to_dict()
norms: Array = gl.probe(net, data, seeds=range(4)).gradient_norm[0]
with tempfile.TemporaryDirectory() as folder:
    path: Path = run.save(Path(folder) / "run.npz")
    again: gl.History = gl.History.load(path)

made: gl.Claim = gl.claim("vanishing", "The gradient is there", float(norms.min()), above=0.0)
try:
    gl.claim("false", "One is less than zero", 1.0, below=0.0)
except gl.ClaimError as error:
    print(error)


# ------------------------------------------------------------------------------------------------- parts of one's own


@gl.activation(kinks=(0.0,), limits={"slope": (0.0, np.inf)})
def bent(x: Array, *, slope: float = 0.5) -> tuple[Array, Array]:
    """A line with a bend, x or slope·x."""
    return np.where(x > 0, x, slope * x), np.where(x > 0, 1.0, slope)


check_activation(bent)
error_of_gradient = check_gradient(gl.MLP([2, 3, 2], bent.bind(slope=0.3)), own_data)


@dataclass(frozen=True)
class SignDescent(gl.Optimizer):
    """A step of the same size in the direction of each gradient's sign."""

    slots: ClassVar[tuple[str, ...]] = ()

    def coefficients(self, step: int) -> tuple[float, ...]:
        """Return the learning rate."""
        return (self.rate(step),)

    def equation(
        self, theta: Array, gradient: Array, slots: Sequence[Array], scratch: Array, *coefficients: Array
    ) -> None:
        """Update in place."""
        np.sign(gradient, out=scratch)
        np.subtract(theta, coefficients[0] * scratch, out=theta)


def absolute_rule(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return the absolute error of each sample and its slope."""
    return np.abs(outputs - targets).sum(-1), np.sign(outputs - targets)


absolute = gl.Loss("absolute", absolute_rule, squared_error.encode, squared_error.predict)
own: gl.History = gl.train(
    gl.MLP([1, 4, 1], bent), gl.Data([[0.0], [1.0]], [0.5, 1.5]), loss=absolute, optimizer=SignDescent(0.01), steps=2
)


# --------------------------------------------------------------------------------------------------------- drawing it

figure = Figure()
left, right = figure.subplots(1, 2)
gl.plots.functions(left, ["relu", gl.tanh], slope=True)
plots.band(right, run.step, run.loss, label="loss", **plots.style("gelu"))
gl.plots.label_ends(right)
gl.plots.layers(figure.add_subplot(), norms, label="at the start")
plots.boundary(figure.add_subplot(), gl.train(bound, data, steps=1), data, index=0)
