"""What a loss is: the record, its registry, and the decorator that enters a rule in it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradlab import _check
from gradlab._registry import Registry, importable, reachable, remember, same_function
from gradlab._tasks import TASKS, Encode, Predict, Task, floating

Array = NDArray[Any]
Rule = Callable[[Array, Array], tuple[Array, Array]]
InPlace = Callable[[Array, Array, Array, Array, Array], None]
ValuesInPlace = Callable[[Array, Array, Array, Array, Array, Array], None]


@dataclass(frozen=True, eq=False, repr=False)
class Loss:
    """A loss that knows its slope, ``rule(z, y) -> (L, dL/dz)``, and what it is for.

    Call it for the mean over the samples; `derivative` and `value_and_derivative` give the slope. Make your own with
    `loss`.

    Parameters
    ----------
    name
        Its name in `LOSSES`.
    rule
        ``rule(outputs, targets) -> (values, slopes)``, where outputs and targets have shape (..., samples, outputs),
        values (..., samples) and slopes the shape of the outputs.
    encode
        ``encode(y, outputs)`` checks the labels of a data set and returns targets of shape (samples, outputs). That of
        the task unless given.
    predict
        ``predict(outputs)``: labels, or values, from the network's raw outputs. That of the task unless given.
    in_place
        ``in_place(outputs, targets, slopes, row, samples)``: the slopes of the mean, written into a buffer for the
        trainer. Here features come before samples, (..., outputs, samples); ``row`` is scratch of shape
        (..., 1, samples), and ``samples`` an array that holds their number.
    values_in_place
        ``values_in_place(outputs, targets, values, row, scratch, more)``: the samples' values, written into a buffer of
        the shape of ``row``; ``scratch`` and ``more`` have the shape of the outputs.
    task
        ``"classes"`` takes labels 0, 1, ... for 2 outputs or more; the largest output is predicted. ``"binary"`` takes
        labels 0 and 1 for 1 output; 1 is predicted where it is above 0. ``"values"`` takes values, or labels as one-hot
        targets where there are several outputs. Unless given, the task that ``encode`` or ``predict`` belongs to, else
        ``"values"``.

    Raises
    ------
    ValueError
        If the task is none of the three.
    TypeError
        If the rule, ``encode`` or ``predict`` cannot be called.

    Examples
    --------
    >>> import numpy as np, gradlab as gl
    >>> fourth = gl.Loss("fourth_power", lambda z, y: (((z - y) ** 4).mean(-1), 4 * (z - y) ** 3 / z.shape[-1]))
    >>> print(fourth([[1.0], [3.0]], [1.0, 1.0]))
    8.0
    """

    name: str
    rule: Rule
    encode: Encode = cast(Encode, None)
    predict: Predict = cast(Predict, None)
    in_place: InPlace | None = None
    values_in_place: ValuesInPlace | None = None
    task: Task = field(default=cast(Task, None), kw_only=True)

    def __post_init__(self) -> None:
        task: str | None = self.task
        if task is None:  # a name of its own would say nothing of what it is for; its functions do
            known = (name for name, way in TASKS.items() if self.encode is way.encode or self.predict is way.predict)
            task = next(known, "values")
        way = TASKS[_check.choice("task", task, tuple(TASKS))]
        object.__setattr__(self, "task", task)
        for name, of_task in (("encode", way.encode), ("predict", way.predict)):
            object.__setattr__(self, name, of_task if getattr(self, name) is None else getattr(self, name))
        for name in ("rule", "encode", "predict"):
            if not callable(getattr(self, name)):
                raise TypeError(f"{name} of a loss must be a function, not {_check.short(getattr(self, name))}")
        remember(*self._functions())
        object.__setattr__(self, "__doc__", inspect.getdoc(self.rule))
        object.__setattr__(self, "__module__", getattr(self.rule, "__module__", None))
        given = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in ("outputs", "targets")]
        object.__setattr__(self, "__signature__", inspect.Signature(given))

    def __repr__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Loss):
            return NotImplemented
        alike = (self.name, self.task) == (other.name, other.task)
        return alike and all(map(same_function, self._functions(), other._functions()))

    def __hash__(self) -> int:
        return hash((self.name, self.task))

    def _functions(self) -> tuple[Any, ...]:
        return self.rule, self.encode, self.predict, self.in_place, self.values_in_place

    def __reduce__(self) -> Any:
        return self.name if importable(self, self.name) else (_restore, (self.name, self.task, self._functions()))

    def __call__(self, outputs: ArrayLike, targets: ArrayLike) -> Any:
        """Return the mean loss over the samples."""
        return self.value_and_derivative(outputs, targets)[0]

    def derivative(self, outputs: ArrayLike, targets: ArrayLike) -> Array:
        """Return the slope of the mean loss in every output."""
        return self.value_and_derivative(outputs, targets)[1]

    def value_and_derivative(self, outputs: ArrayLike, targets: ArrayLike) -> tuple[Any, Array]:
        """Return the mean loss over the samples and its slope.

        Parameters
        ----------
        outputs
            Raw outputs of a network (no softmax, no sigmoid), shape (..., samples, outputs).
        targets
            Labels or values as a data set holds them, shape (samples,) or (samples, outputs).

        Returns
        -------
        tuple
            Loss of shape (...), slope of the shape of ``outputs``.

        Raises
        ------
        ValueError
            If the shapes do not fit, a label is none of the classes, or the rule returns something else than values
            and slopes.
        TypeError
            If the outputs or the targets are no numbers.

        Examples
        --------
        >>> import gradlab as gl
        >>> gl.LOSSES["squared_error"].value_and_derivative([[1.0], [4.0]], [1.0, 2.0])
        (2.0, array([[0.],
               [2.]]))
        """
        raw = floating(outputs)
        encoded = self.targets(_check.finite_array("targets", targets, dimensions=(1, 2)), raw.shape[-1])
        if len(encoded) != raw.shape[-2]:
            raise ValueError(f"there are {raw.shape[-2]} samples in outputs and {len(encoded)} in targets")
        with np.errstate(all="ignore"):  # inf where the loss is inf, 0 where the slope is too small for a number
            values, slopes = self.rule(raw, encoded.astype(raw.dtype))
            return values.mean(-1), slopes / raw.shape[-2]

    def targets(self, y: Array, outputs: int) -> Array:
        """Return what the rule compares the outputs with, after a look at both.

        Parameters
        ----------
        y
            Labels or values of a data set, shape (samples,) or (samples, outputs).
        outputs
            How many outputs the network has, at least 1.

        Returns
        -------
        ndarray
            Targets of shape (samples, outputs).

        Raises
        ------
        ValueError
            If ``y`` does not fit the task and the outputs, or the rule does not return values and slopes for them.

        Examples
        --------
        >>> import numpy as np, gradlab as gl
        >>> gl.LOSSES["cross_entropy"].targets(np.array([2, 0]), 3)
        array([[0., 0., 1.],
               [1., 0., 0.]])
        """
        encoded = np.asarray(self.encode(y, outputs))
        if encoded.shape != (len(y), outputs) or encoded.dtype.kind not in "fiub":
            raise ValueError(
                f"encode of the loss {self.name!r} must return numbers of shape (samples, outputs), here "
                f"{(len(y), outputs)}; it returned {encoded.dtype} of shape {encoded.shape}"
            )
        self._try(encoded[:3].astype(float))
        return encoded

    def _try(self, targets: Array) -> None:
        """Call the rule once for two seeds and say what is wrong with what it returns."""
        outputs = np.zeros((2, *targets.shape))
        for array in (outputs, targets):
            array.flags.writeable = False
        with np.errstate(all="ignore"):
            try:
                found = self.rule(outputs, targets)
            except ValueError as error:
                if "read-only" not in str(error):
                    raise
                raise ValueError(
                    f"the rule of the loss {self.name!r} must leave outputs and targets as they are: write z = z - y, "
                    "not z -= y"
                ) from error
        must = f"the rule of the loss {self.name!r} must return (values, slopes)"
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise ValueError(f"{must}; it returned {_check.short(found)}")
        shapes = tuple(np.shape(part) for part in found)
        if shapes != (outputs.shape[:-1], outputs.shape):
            raise ValueError(
                f"{must} of shapes (..., samples) and (..., samples, outputs); for outputs of shape {outputs.shape} "
                f"it returned shapes {shapes[0]} and {shapes[1]}"
            )

    def labels(self, y: Array, outputs: int) -> Array | None:
        """Return the whole-number labels that predictions can be compared with, or None where ``y`` holds values.

        Parameters
        ----------
        y
            Labels or values of a data set that fit the loss, shape (samples,) or (samples, outputs).
        outputs
            How many outputs the network has, at least 1.

        Returns
        -------
        ndarray or None
            Labels of shape (samples,).

        Raises
        ------
        ValueError
            If the loss predicts a label from one output, but is not for the task ``"binary"``.

        Examples
        --------
        >>> import numpy as np, gradlab as gl
        >>> gl.LOSSES["binary_cross_entropy"].labels(np.array([[1.0], [0.0]]), 1)
        array([1, 0])
        >>> gl.LOSSES["squared_error"].labels(np.array([0.5, 0.1]), 1) is None
        True
        """
        whole = y.ndim == 1 and y.dtype.kind in "iub" and bool(y.min() >= 0)
        if self.task == "classes":
            return y if whole else self.encode(y, outputs).argmax(-1)
        if self.task == "binary":
            return y.reshape(-1).astype(int)
        if outputs == 1 and np.ndim(self.predict(np.zeros((1, 1)))) < 2:
            raise ValueError(f"the loss {self.name!r} predicts labels from one output; define it with task='binary'")
        return y if whole and outputs > 1 else None

    def predicted_labels(self, outputs: Array) -> Array:
        """Return the labels that the raw outputs stand for.

        Parameters
        ----------
        outputs
            Raw outputs of shape (..., samples, outputs).

        Returns
        -------
        ndarray
            Labels of shape (..., samples).

        Examples
        --------
        >>> import numpy as np, gradlab as gl
        >>> gl.LOSSES["cross_entropy"].predicted_labels(np.array([[0.0, 3.0], [2.0, 1.0]]))
        array([1, 0])
        """
        predicted = self.predict(outputs)
        return predicted.argmax(-1) if predicted.ndim == outputs.ndim else predicted  # values, one-hot targets

    def accuracy(self, outputs: Array, labels: Array) -> Array:
        """Return the share of samples whose label is predicted; nan where an output is not finite.

        Parameters
        ----------
        outputs
            Raw outputs of shape (..., samples, outputs).
        labels
            What `labels` returned, shape (samples,).

        Returns
        -------
        ndarray
            Shares of shape (...).

        Examples
        --------
        >>> import numpy as np, gradlab as gl
        >>> gl.LOSSES["cross_entropy"].accuracy(np.array([[[0.0, 3.0], [2.0, 1.0]]]), np.array([1, 1]))
        array([0.5])
        """
        right = self.predicted_labels(outputs) == labels
        if right.size == outputs.shape[-2] > 0:  # one seed: the same with less around it
            share = np.full(right.shape[:-1], np.count_nonzero(right) / right.size)
        else:
            share = np.add.reduce(right, axis=-1, dtype=float) / outputs.shape[-2]
        with np.errstate(all="ignore"):
            whole = np.isfinite(np.add.reduce(outputs, None))  # then all are finite, which is quickly seen
        if whole:
            return np.asarray(share)
        return np.where(np.isfinite(outputs).all((-2, -1)), share, np.nan)


def _restore(name: str, task: Task, functions: tuple[Any, ...]) -> Loss:
    """Make a loss again after pickling."""
    return Loss(name, *functions, task=task)


LOSSES: Registry[Loss] = Registry("loss")
"""All losses by name, in the order in which they are defined."""


def loss(
    task: Task,
    *,
    aliases: tuple[str, ...] = (),
    hints: Mapping[str, str] | None = None,
    in_place: InPlace | None = None,
    values_in_place: ValuesInPlace | None = None,
) -> Callable[[Rule], Loss]:
    """Turn ``rule(outputs, targets) -> (values, slopes)`` into a loss and enter it in `LOSSES`.

    Parameters
    ----------
    task
        ``"classes"``, ``"binary"`` or ``"values"``, see `Loss`: it decides which labels are taken, what is predicted,
        and whether a score is an accuracy.
    aliases
        Other names in use for it.
    hints
        For names that are near but not it, what to answer.
    in_place, values_in_place
        The same function for the trainer, see `Loss`.

    Returns
    -------
    Callable
        The decorator.

    Raises
    ------
    ValueError
        If the task is none of the three, or the name is that of one of gradlab's own.
    TypeError
        If it is left out: a rule does not show what its targets are.

    Examples
    --------
    >>> import numpy as np, gradlab as gl
    >>> @gl.losses.loss("binary")
    ... def hinge(outputs, targets):
    ...     sign = 2 * targets - 1
    ...     short = 1 - sign * outputs
    ...     return np.maximum(short, 0).sum(-1), np.where(short > 0, -sign, 0)
    >>> print(hinge([[0.25]], [1]))
    0.75
    """
    if callable(task):
        raise TypeError("a loss must say what it is for: write @gl.losses.loss('values'), 'binary' or 'classes'")
    _check.choice("task", task, tuple(TASKS))

    def decorate(rule: Rule) -> Loss:
        made = Loss(rule.__name__, reachable(rule), None, None, in_place, values_in_place, task=task)  # type: ignore[arg-type]
        LOSSES._add(made.name, made, aliases, hints)
        return made

    return decorate


for _public in (Loss, loss):
    _public.__module__ = "gradlab.losses"  # where readers, pickles and the reference find them
