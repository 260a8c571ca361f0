"""Learning rates that change with the step: each is one formula."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast, overload

from gradlab import _check
from gradlab._registry import Alike, Registry

__all__ = ["SCHEDULES", "Constant", "Cosine", "Schedule", "StepDecay", "WarmUp", "schedule"]

SCHEDULES: Registry[type[Schedule]] = Registry("schedule")
"""All schedules by name, in the order in which they are defined."""


@dataclass(frozen=True)
class Schedule(Alike):
    """What all schedules share: called with the number of updates done, they return the next learning rate.

    A schedule of your own is a frozen dataclass with a ``__call__``, see `schedule`.

    Examples
    --------
    >>> import gradlab as gl
    >>> rate = gl.schedules.Cosine(0.1, steps=100)
    >>> rate(0), rate(100)
    (0.1, 0.0)
    >>> gl.Adam(rate).learning_rate is rate
    True
    """

    def __call__(self, step: int) -> float:
        """Return the learning rate after ``step`` updates."""
        raise NotImplementedError(
            f"{type(self).__name__} does not say in __call__ what the rate is after {step} updates"
        )


Own = TypeVar("Own", bound=type[Schedule])


@overload
def schedule(kind: Own, /) -> Own: ...
@overload
def schedule(*, aliases: tuple[str, ...] = ..., hints: Mapping[str, str] | None = ...) -> Callable[[Own], Own]: ...
def schedule(
    kind: type[Schedule] | None = None, /, *, aliases: tuple[str, ...] = (), hints: Mapping[str, str] | None = None
) -> Any:
    """Enter a class of schedules in `SCHEDULES`, ``StepDecay`` as ``"step_decay"``: then a file can name it.

    Parameters
    ----------
    kind
        A frozen dataclass that inherits from `Schedule`.
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
        If it is no class of schedules.
    ValueError
        If the name is that of one of gradlab's own.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import gradlab as gl
    >>> @gl.schedules.schedule
    ... @dataclass(frozen=True)
    ... class InverseRoot(gl.schedules.Schedule):
    ...     rate: float = 0.1
    ...
    ...     def __call__(self, step):
    ...         return self.rate / (step + 1) ** 0.5
    >>> gl.SGD(InverseRoot(0.2)).rate(4)
    0.1
    """

    def enter(made: type[Schedule]) -> type[Schedule]:
        if not isinstance(made, type) or not issubclass(made, Schedule):
            raise TypeError(f"a schedule must be a class that inherits from Schedule, not {_check.short(made)}")
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", made.__name__).lower()
        SCHEDULES._add(name, made, aliases, hints)
        return made

    return enter if kind is None else enter(kind)


@schedule(aliases=("constant_lr",), hints={"none": "a learning rate that stays is a number: learning_rate=0.01"})
@dataclass(frozen=True)
class Constant(Schedule):
    """Always the same rate.

    Parameters
    ----------
    rate
        The learning rate, above 0.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.schedules.Constant(0.1)(500)
    0.1
    """

    rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", _check.real("rate", self.rate, above=0))

    def __call__(self, step: int) -> float:
        """Return the rate."""
        return self.rate


@schedule(
    aliases=("cosine_annealing", "cosine_annealing_lr", "cosine_decay"),
    hints={"linear": "'cosine' is near, and 'warm_up' rises in a straight line"},
)
@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from ``rate`` to ``final``: final + (rate − final)(1 + cos(πt/steps))/2, then final.

    Parameters
    ----------
    rate
        The learning rate at the start, above 0.
    steps
        After how many updates the end is reached, at least 1.
    final
        The learning rate there, at least 0; 0 unless given, as in the paper.

    References
    ----------
    .. [1] Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR 2017, without restarts.

    Examples
    --------
    >>> import gradlab as gl
    >>> [round(gl.schedules.Cosine(1.0, 4)(step), 3) for step in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    rate: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", _check.real("rate", self.rate, above=0))
        object.__setattr__(self, "steps", _check.whole("steps", self.steps, least=1))
        object.__setattr__(self, "final", _check.real("final", self.final, least=0))

    def __call__(self, step: int) -> float:
        """Return the learning rate after ``step`` updates."""
        turn = math.pi * min(step, self.steps) / self.steps
        return self.final + (self.rate - self.final) * (1 + math.cos(turn)) / 2


@schedule(
    aliases=("step", "step_lr"),
    hints=dict.fromkeys(
        ("exponential", "exponential_lr", "exponential_decay"), "use gradlab.schedules.StepDecay(rate, 1, factor)"
    ),
)
@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiply by ``factor`` after every ``every`` updates: rate·factor^⌊t/every⌋.

    Parameters
    ----------
    rate
        The learning rate at the start, above 0.
    every
        Updates between two changes, at least 1.
    factor
        What each change multiplies by, above 0; 0.1 unless given, as in PyTorch's ``StepLR``.

    Examples
    --------
    >>> import gradlab as gl
    >>> [gl.schedules.StepDecay(1.0, 2, factor=0.5)(step) for step in range(6)]
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """

    rate: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", _check.real("rate", self.rate, above=0))
        object.__setattr__(self, "every", _check.whole("every", self.every, least=1))
        object.__setattr__(self, "factor", _check.real("factor", self.factor, above=0))

    def __call__(self, step: int) -> float:
        """Return the learning rate after ``step`` updates."""
        try:
            return self.rate * self.factor ** (step // self.every)
        except OverflowError:  # Python's own powers raise where NumPy's are inf
            return math.inf


@schedule(aliases=("linear_warm_up",))
@dataclass(frozen=True)
class WarmUp(Schedule):
    """Rise in a straight line over the first updates, then follow another schedule, which starts at once.

    Update number t + 1 uses (t + 1)/steps of what the other schedule says, until t reaches ``steps``.

    Parameters
    ----------
    then
        The schedule to follow, or a constant rate.
    steps
        How many updates the rise takes, at least 1.

    References
    ----------
    .. [1] Goyal and others, Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017.

    Examples
    --------
    >>> import gradlab as gl
    >>> [gl.schedules.WarmUp(1.0, 4)(step) for step in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """

    then: Schedule | float
    steps: int

    def __post_init__(self) -> None:
        then = self.then if isinstance(self.then, Schedule) else Constant(self.then)
        object.__setattr__(self, "then", then)
        object.__setattr__(self, "steps", _check.whole("steps", self.steps, least=1))

    def __call__(self, step: int) -> float:
        """Return the learning rate after ``step`` updates."""
        return cast(Schedule, self.then)(step) * min(1.0, (step + 1) / self.steps)
