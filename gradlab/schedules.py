"""Learning rates that change with the step: each is one formula."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from gradlab import _check


@dataclass(frozen=True)
class Schedule:
    """What all schedules share: called with the number of updates done, they return the next learning rate."""

    def __call__(self, step: int) -> float:
        """Return the learning rate after ``step`` updates."""
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Schedule):
    """Always the same rate.

    Parameters
    ----------
    rate
        The learning rate.
    """

    rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", _check.real("rate", self.rate, above=0))

    def __call__(self, step: int) -> float:
        """Return the rate."""
        return self.rate


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from ``rate`` to ``final``: final + (rate − final)(1 + cos(πt/steps))/2, then final.

    Parameters
    ----------
    rate
        The learning rate at the start.
    steps
        After how many updates the end is reached.
    final
        The learning rate there; 0 unless given, as in the paper.

    References
    ----------
    .. [1] Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR 2017, without restarts.
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


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiply by ``factor`` after every ``every`` updates: rate·factor^⌊t/every⌋.

    Parameters
    ----------
    rate
        The learning rate at the start.
    every
        Updates between two changes.
    factor
        What each change multiplies by; 0.1 unless given, as in PyTorch's ``StepLR``.
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
        return self.rate * self.factor ** (step // self.every)


@dataclass(frozen=True)
class WarmUp(Schedule):
    """Rise in a straight line over the first updates, then follow another schedule, which starts at once.

    Update number t + 1 uses (t + 1)/steps of what the other schedule says, until t reaches ``steps``.

    Parameters
    ----------
    then
        The schedule to follow, or a constant rate.
    steps
        How many updates the rise takes.

    References
    ----------
    .. [1] Goyal and others, Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017.
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
