"""What an optimiser is: the class they share, its registry, and the decorator that enters one in it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from gradlab import _check
from gradlab._registry import Alike, Registry, is_own
from gradlab.schedules import SCHEDULES, Schedule

Array = NDArray[Any]

OPTIMIZERS: Registry[type[Optimizer]] = Registry("optimizer")
"""All optimisers by name, in the order in which they are defined."""


@dataclass(frozen=True)
class Optimizer(Alike):
    """What all optimisers share: a learning rate, and an update of flat arrays in place.

    An optimiser of your own says in ``slots`` what it remembers, in ``coefficients`` which numbers a step needs, and in
    ``equation`` how one entry changes.

    Parameters
    ----------
    learning_rate
        η: a number above 0, or a schedule of `gradlab.schedules`.
    clip_norm
        If the gradient of a seed has a larger norm than this, which is above 0, it is scaled down to it before the
        step, as PyTorch's ``clip_grad_norm_`` does; None leaves it.

    Raises
    ------
    ValueError
        If a number is out of range.
    TypeError
        If it is no number.

    Examples
    --------
    One step of an optimiser by hand, from θ = 1 along the gradient 0.5:

    >>> import numpy as np, gradlab as gl
    >>> theta, sgd = np.array([1.0]), gl.SGD(0.1)
    >>> sgd.equation(theta, np.array([0.5]), [], np.empty(1), *sgd.coefficients(1))
    >>> theta
    array([0.95])
    """

    slots: ClassVar[tuple[str, ...]] = ()  # what it remembers between steps, an array like theta each
    learning_rate: float | Schedule = 0.01
    clip_norm: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if isinstance(self.learning_rate, str) and self.learning_rate in SCHEDULES:
            kind = SCHEDULES[self.learning_rate].__name__
            raise TypeError(f"learning_rate must be a number or a schedule; write gradlab.schedules.{kind}(...)")
        if not isinstance(self.learning_rate, Schedule):
            object.__setattr__(self, "learning_rate", _check.real("learning_rate", self.learning_rate, above=0))
        if self.clip_norm is not None:
            object.__setattr__(self, "clip_norm", _check.real("clip_norm", self.clip_norm, above=0))

    def rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 1."""
        return self.learning_rate(step - 1) if isinstance(self.learning_rate, Schedule) else self.learning_rate

    def coefficients(self, step: int) -> tuple[float, ...]:
        """Return the numbers that ``equation`` needs at a step, counted from 1."""
        raise NotImplementedError(f"{type(self).__name__} has no update; use one of {', '.join(OPTIMIZERS)}")

    def equation(
        self, theta: Array, gradient: Array, slots: Sequence[Array], scratch: Array, *coefficients: Array
    ) -> None:
        """Update ``theta`` and ``slots`` in place, entry by entry; ``scratch`` and ``gradient`` may be overwritten."""
        raise NotImplementedError(f"{type(self).__name__} has no update; use one of {', '.join(OPTIMIZERS)}")

    def _memory(self, before: Any, slots: Sequence[Array]) -> tuple[Array, ...]:
        """Return what another one of this kind remembers as this one would have kept it."""
        return tuple(slot.copy() for slot in slots)

    def _try(self) -> None:
        """Take steps for two seeds, together and alone, and say what is wrong with them."""
        name, moved = type(self).__name__, False
        for step in (1, 2, 10, 100, 1_000, 10_000):  # a schedule may begin at 0, or stand still for a while
            for size in (0.3, 1e3):
                slope = size * np.array([[0.1, -0.2], [0.3, 0.4]])
                together = self._step(np.zeros(4), slope.flatten(), step)
                alone = np.concatenate([self._step(np.zeros(2), row.copy(), step) for row in slope])
                if not np.array_equal(together, alone, equal_nan=True):
                    raise ValueError(
                        f"the equation of {name} must change each entry by what it is told of that entry: theta holds "
                        "several seeds, and what sums over it (a norm, a mean) mixes them"
                    )
                moved = moved or bool((together != 0).any())
            if moved:
                return
        raise ValueError(
            f"the equation of {name} leaves theta as it is; it has to write into it: np.subtract(theta, ..., out=theta), "
            "not theta = theta - ..."
        )

    def _step(self, theta: Array, gradient: Array, step: int) -> Array:
        """Take one step from a fresh memory and return theta."""
        slots = [np.zeros_like(theta) for _ in self.slots]
        numbers = [np.array(number) for number in self.coefficients(step)]
        change: Callable[..., object] = self.equation
        with np.errstate(all="ignore"):
            returned = change(theta, gradient, slots, np.empty_like(theta), *numbers)
        if returned is not None:
            raise TypeError(
                f"the equation of {type(self).__name__} must change theta in place and return nothing; it returned "
                f"{_check.short(returned)}"
            )
        return theta

    def _check(self, **limits: tuple[float | None, float | None, float | None]) -> None:
        for name, (above, least, below) in limits.items():
            value = _check.real(name, getattr(self, name), above=above, least=least, below=below)
            object.__setattr__(self, name, value)


def as_optimizer(given: Any) -> Optimizer:
    """Return the optimiser that somebody means: itself, or by its name or class the one with its defaults."""
    made = OPTIMIZERS.resolve(given, type)() if isinstance(given, str) else given
    made = made() if isinstance(made, type) and issubclass(made, Optimizer) else made
    if not isinstance(made, Optimizer):
        raise TypeError(f"optimizer must be an optimiser such as gl.Adam(1e-3), or a name, not {_check.short(given)}")
    if not is_own(type(made)):
        made._try()
    return made


Own = TypeVar("Own", bound=type[Optimizer])


@overload
def optimizer(kind: Own, /) -> Own: ...
@overload
def optimizer(*, aliases: tuple[str, ...] = ..., hints: Mapping[str, str] | None = ...) -> Callable[[Own], Own]: ...
def optimizer(
    kind: type[Optimizer] | None = None, /, *, aliases: tuple[str, ...] = (), hints: Mapping[str, str] | None = None
) -> Any:
    """Enter a class of optimisers in `OPTIMIZERS`, under its name in lower case.

    Parameters
    ----------
    kind
        A frozen dataclass that inherits from `Optimizer`, with a default for each field.
    aliases
        Other names in use for it.
    hints
        For names that are near but not it, what to answer.

    Returns
    -------
    Callable
        The class itself; without ``kind``, the decorator.

    Raises
    ------
    TypeError
        If it is no class of optimisers, or a field has no default.
    ValueError
        If the name is that of one of gradlab's own.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np, gradlab as gl
    >>> @gl.optimizers.optimizer
    ... @dataclass(frozen=True)
    ... class SignDescent(gl.Optimizer):
    ...     def coefficients(self, step):
    ...         return (self.rate(step),)
    ...
    ...     def equation(self, theta, gradient, slots, scratch, *coefficients):
    ...         theta -= coefficients[0] * np.sign(gradient)
    >>> gl.train(gl.MLP([2, 4, 2]), gl.datasets.xor(), optimizer="signdescent", steps=3).optimizer
    SignDescent(learning_rate=0.01, clip_norm=None)
    """

    def enter(made: type[Optimizer]) -> type[Optimizer]:
        if not isinstance(made, type) or not issubclass(made, Optimizer):
            raise TypeError(f"an optimizer must be a class that inherits from Optimizer, not {_check.short(made)}")
        for name, field_ in inspect.signature(made).parameters.items():
            if field_.default is inspect.Parameter.empty:
                raise TypeError(f"{name} of {made.__name__} needs a default, so that the name alone is an optimizer")
        OPTIMIZERS._add(made.__name__.lower(), made, aliases, hints)
        return made

    return enter if kind is None else enter(kind)


for _public in (Optimizer, optimizer):
    _public.__module__ = "gradlab.optimizers"  # where readers, pickles and the reference find them
