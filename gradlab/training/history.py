"""What a run leaves behind: its records, each statistic a named function, and its parameters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab._optimizer import as_optimizer
from gradlab.datasets import Data
from gradlab.losses import Loss
from gradlab.network import MLP, Moments
from gradlab.optimizers import Optimizer
from gradlab.training.statistics import STATISTICS, LayerRecords

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["History"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False, repr=False)
class History(LayerRecords):
    """The records of a run of many seeds, and where it ended.

    Parameters
    ----------
    net
        The recipe that was trained.
    loss_function
        Its loss.
    optimizer
        Its optimiser.
    seeds
        The seeds, in the order of every seeds axis below.
    step
        Steps at which a record was taken, shape (records,): 0 is before the first update.
    loss
        Loss, shape (records, seeds).
    accuracy
        Share of samples classified rightly, shape (records, seeds); nan where ``y`` holds values.
    theta
        Parameters at the end, shape (seeds, parameters).
    slots
        What the optimiser remembers, an array like ``theta`` each.
    stopped
        The step at which each seed met the target loss, -1 if it did not, shape (seeds,).
    moments
        With batch normalisation, mean and variance of each hidden layer over the training data, for predictions.
    interrupted
        Whether Ctrl-C ended the run before its last step.
    record_every
        Steps between the records of its last part; None where a file of an earlier gradlab does not say.
    optimizer_since
        The step after which the optimiser began: above 0 where `with_optimizer` has put another kind into a run.
    gradient_norm, delta_norm, activation_mean, activation_std, dead_fraction, saturated_fraction
        The records of `STATISTICS`, shape (records, seeds, layers); see `LayerRecords`.

    Examples
    --------
    >>> import gradlab as gl
    >>> run = gl.train(gl.MLP([2, 8, 2], activation="tanh"), gl.datasets.moons(), steps=100, seeds=range(5))
    >>> run
    <History of MLP([2, 8, 2], activation=tanh, init=matched): 5 seeds, 100 steps, 11 records>
    >>> run.loss.shape, run.gradient_norm.shape, run.dead_fraction.shape
    ((11, 5), (11, 5, 2), (11, 5, 1))
    """

    net: MLP
    loss_function: Loss
    optimizer: Optimizer
    seeds: tuple[int, ...]
    step: Array
    loss: Array
    accuracy: Array
    theta: Array
    slots: tuple[Array, ...] = ()
    stopped: Array = field(default_factory=lambda: np.empty(0, int))
    moments: Moments | None = None
    interrupted: bool = False
    record_every: int | None = None
    optimizer_since: int = 0

    def __repr__(self) -> str:
        steps = f"{int(self.step[-1]) if len(self.step) else 0} steps{', interrupted' if self.interrupted else ''}"
        return f"<History of {self.net!r}: {len(self.seeds)} seeds, {steps}, {len(self.step)} records>"

    @property
    def diverged(self) -> Array:
        """Which seeds ended with a loss, a parameter or a memory of the optimiser that is inf or nan, shape (seeds,).

        An optimiser that squares gradients stands still where such a square is too large for its type, though the
        parameters are finite.
        """
        finite = np.isfinite(self.loss[-1]) if len(self.loss) else np.ones(len(self.seeds), bool)
        for array in (self.theta, *self.slots):
            finite = finite & np.isfinite(array).all(1)
        return ~finite

    def outputs(self, x: ArrayLike) -> Array:
        """Return the raw outputs of every seed at inputs ``x``, shape (seeds, samples, outputs)."""
        return self.net.outputs(self.theta, x, moments=self.moments)

    def predict(self, x: ArrayLike) -> Array:
        """Return what every seed predicts at inputs ``x``.

        Parameters
        ----------
        x
            Inputs of shape (samples, inputs).

        Returns
        -------
        ndarray
            Labels of shape (seeds, samples) after a cross-entropy, else values of shape (seeds, samples, outputs).
        """
        return self.loss_function.predict(self.outputs(x))

    def score(self, data: Data) -> Array:
        """Return how well every seed does on ``data``.

        Parameters
        ----------
        data
            Samples with their labels or values.

        Returns
        -------
        ndarray
            Accuracy where ``y`` holds labels, else R², the share of the variance explained, pooled over the outputs;
            shape (seeds,). R² is nan where ``y`` does not vary, as it does not with one sample.
        """
        targets = self.loss_function.targets(data.y, self.net.sizes[-1])  # refuses labels that do not fit
        outputs, labels = self.outputs(data.x), self.loss_function.labels(data.y, self.net.sizes[-1])
        if labels is not None:
            return self.loss_function.accuracy(outputs, labels)
        with np.errstate(all="ignore"):  # a diverged run has no score, and values that are all the same no variance
            spread = ((targets - targets.mean(0)) ** 2).sum()
            explained: Array = 1 - ((outputs - targets) ** 2).sum((1, 2)) / (spread or np.nan)
        return explained

    def with_optimizer(self, optimizer: Optimizer | str) -> History:
        """Return the same run for ``resume=``, to go on with another optimiser.

        Where both are of one kind and remember the same, as after a change of the learning rate, the memory is kept, and
        a schedule counts on. Otherwise the new one begins as at the start of a run: it remembers nothing, and counts its
        steps from here, for its schedule and for Adam's corrections too.

        Parameters
        ----------
        optimizer
            An `Optimizer`, or a name in `OPTIMIZERS` for one with its defaults.

        Returns
        -------
        History
            The run, with ``optimizer``, ``slots`` and ``optimizer_since`` as the new one needs them.

        Raises
        ------
        ValueError
            If the name is unknown.
        TypeError
            If it is no optimiser.

        Examples
        --------
        A hundred steps, and a hundred more at a tenth of the rate:

        >>> import gradlab as gl
        >>> net, data = gl.MLP([2, 8, 2]), gl.datasets.moons()
        >>> run = gl.train(net, data, optimizer=gl.Adam(0.01), steps=100)
        >>> slower = gl.Adam(0.001)
        >>> gl.train(net, data, optimizer=slower, steps=100, resume=run.with_optimizer(slower))
        <History of MLP([2, 8, 2], activation=relu, init=matched): 1 seeds, 200 steps, 21 records>
        """
        new = as_optimizer(optimizer)
        if type(new) is type(self.optimizer) and new.slots == self.optimizer.slots:
            slots = new._memory(self.optimizer, self.slots)
            return replace(self, optimizer=new, slots=slots)
        now = int(self.step[-1]) if len(self.step) else 0
        slots = tuple(np.zeros_like(self.theta) for _ in new.slots)
        return replace(self, optimizer=new, slots=slots, optimizer_since=now)

    def to_dict(self) -> dict[str, Array]:
        """Return all records as one tidy table.

        Returns
        -------
        dict
            Five columns of equal length: ``step``, ``seed``, ``layer`` (from 1, or 0 for the whole network),
            ``statistic`` (``"loss"``, ``"gradient_norm"``, ...) and ``value``.
        """
        columns: dict[str, list[Array]] = {name: [] for name in ("step", "seed", "layer", "statistic", "value")}
        for name in ("loss", "accuracy", *STATISTICS):
            values = getattr(self, name)
            layers = np.zeros(1, int) if values.ndim == 2 else np.arange(1, values.shape[2] + 1)
            step, seed, layer = np.meshgrid(self.step, self.seeds, layers, indexing="ij")
            columns["step"].append(step.ravel())
            columns["seed"].append(seed.ravel())
            columns["layer"].append(layer.ravel())
            columns["statistic"].append(np.full(step.size, name, dtype="U24"))
            columns["value"].append(values.ravel())
        return {name: np.concatenate(parts) for name, parts in columns.items()}

    def to_pandas(self) -> Any:
        """Return `to_dict` as a ``pandas.DataFrame``; needs pandas."""
        try:
            import pandas
        except ImportError:
            raise ImportError("to_pandas needs pandas, which is not installed; to_dict gives the same table") from None
        return pandas.DataFrame(self.to_dict())

    def save(self, path: str | Path) -> Path:
        """Write the run to one ``.npz`` file, without pickle.

        Parameters
        ----------
        path
            Where; the ending ``.npz`` is added if it is missing.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            If the recipe has a part that is not gradlab's own or in its registries, so that a file cannot name it.

        Examples
        --------
        >>> import tempfile, pathlib, gradlab as gl
        >>> run = gl.train(gl.MLP([2, 4, 2]), gl.datasets.xor(), steps=10)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = run.save(pathlib.Path(folder) / "run")
        ...     path.name, gl.History.load(path)
        ('run.npz', <History of MLP([2, 4, 2], activation=relu, init=matched): 1 seeds, 10 steps, 2 records>)
        """
        from gradlab.training import _storage  # json and zipfile are wanted by few

        recipe = _storage.describe(self.net, self.loss_function, self.optimizer)
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        arrays |= {f"slot{index}": slot for index, slot in enumerate(self.slots)}
        for index, (mean, variance) in enumerate(self.moments or ()):
            arrays |= {f"mean{index}": mean, f"variance{index}": variance}
        # seeds may be larger than any integer of NumPy
        arrays |= {"seeds": np.array([str(seed) for seed in self.seeds]), "interrupted": np.array(self.interrupted)}
        arrays |= {"record_every": np.array(self.record_every or 0), "optimizer_since": np.array(self.optimizer_since)}
        return _storage.write(path, recipe, arrays)

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Read a run that `save` wrote; nothing in the file is executed.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        History
            The run; it can be resumed.

        Raises
        ------
        ValueError
            If the file is none of gradlab's, or names an activation that is not defined here.
        """
        from gradlab.training import _storage

        stored = _storage.read(path)
        net, loss, optimizer = _storage.restore(str(stored["recipe"]))
        hidden = range(net.depth - 1) if net.normalize == "batch" else ()
        return cls(
            net,
            loss,
            optimizer,
            tuple(int(seed) for seed in stored["seeds"]),
            **{name: stored[name] for name in _ARRAYS},
            slots=tuple(stored[f"slot{index}"] for index in range(len(optimizer.slots))),
            moments=tuple((stored[f"mean{i}"], stored[f"variance{i}"]) for i in hidden) or None,
            interrupted=bool(stored.get("interrupted", False)),
            record_every=int(stored.get("record_every", 0)) or None,
            optimizer_since=int(stored.get("optimizer_since", 0)),
        )


_ARRAYS = ("step", "loss", "accuracy", *STATISTICS, "theta", "stopped")
