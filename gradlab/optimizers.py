"""Optimisers: each is one elementwise equation, as in its paper's box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gradlab import _check
from gradlab._registry import Registry

Array = NDArray[Any]

OPTIMIZERS: Registry[type[Optimizer]] = Registry("optimizer")
"""All optimisers by name, in the order in which they are defined."""


@dataclass(frozen=True)
class Optimizer:
    """What all optimisers share: a learning rate, and an update of flat arrays in place."""

    slots: ClassVar[tuple[str, ...]] = ()  # what it remembers between steps, an array like theta each

    def coefficients(self, step: int) -> tuple[float, ...]:
        """Return the numbers that ``equation`` needs at a step, counted from 1."""
        raise NotImplementedError

    def equation(
        self, theta: Array, gradient: Array, slots: Sequence[Array], scratch: Array, *coefficients: Array
    ) -> None:
        """Update ``theta`` and ``slots`` in place, entry by entry; ``scratch`` may be overwritten."""
        raise NotImplementedError


def _checked(optimizer: Optimizer, **limits: tuple[float | None, float | None, float | None]) -> None:
    for name, (above, least, below) in limits.items():
        value = _check.real(name, getattr(optimizer, name), above=above, least=least, below=below)
        object.__setattr__(optimizer, name, value)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent: v ← μv + g, θ ← θ − ηv; with Nesterov's look-ahead θ ← θ − η(g + μv).

    Parameters
    ----------
    learning_rate
        η; 0.01 unless given (scikit-learn's and Keras's default).
    momentum
        μ, in [0, 1); 0 is plain gradient descent.
    nesterov
        Whether to step along g + μv; needs a momentum.

    Raises
    ------
    ValueError
        If a number is out of range, or ``nesterov`` is asked for without momentum.

    References
    ----------
    .. [1] Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning,
       ICML 2013. The form is PyTorch's.
    """

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        _checked(self, learning_rate=(0, None, None), momentum=(None, 0, 1))
        if not isinstance(self.nesterov, bool):
            raise TypeError(f"nesterov must be True or False, not {self.nesterov!r}")
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov=True needs a momentum above 0")
        # plain gradient descent remembers nothing
        object.__setattr__(self, "slots", ("velocity",) if self.momentum else ())

    def coefficients(self, step: int) -> tuple[float, ...]:
        """Return η and μ."""
        return self.learning_rate, self.momentum

    def equation(
        self, theta: Array, gradient: Array, slots: Sequence[Array], scratch: Array, *coefficients: Array
    ) -> None:
        """Update in place."""
        learning_rate, momentum = coefficients
        direction = gradient
        if self.momentum:
            (velocity,) = slots
            np.multiply(velocity, momentum, out=velocity)
            np.add(velocity, gradient, out=velocity)
            direction = velocity
            if self.nesterov:
                np.multiply(velocity, momentum, out=scratch)
                direction = np.add(scratch, gradient, out=scratch)
        np.multiply(direction, learning_rate, out=scratch)
        np.subtract(theta, scratch, out=theta)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η·m̂/(√v̂ + ε), with m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).

    Parameters
    ----------
    learning_rate
        η; the paper's 0.001 unless given.
    beta1, beta2
        How slowly the two averages forget, in [0, 1); the paper's 0.9 and 0.999.
    epsilon
        ε, outside the root as in the paper and in PyTorch; 1e-8.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    .. [1] Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 1.
    """

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment")
    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _checked(
            self,
            learning_rate=(0, None, None),
            beta1=(None, 0, 1),
            beta2=(None, 0, 1),
            epsilon=(0, None, None),
        )

    def coefficients(self, step: int) -> tuple[float, ...]:
        """Return β₁, β₂, and the step size and ε that belong to the unscaled moments kept."""
        root = np.sqrt((1 - self.beta2) / (1 - self.beta2**step))
        size = self.learning_rate * (1 - self.beta1) / (1 - self.beta1**step) / root
        return self.beta1, self.beta2, size, self.epsilon / root

    def equation(
        self, theta: Array, gradient: Array, slots: Sequence[Array], scratch: Array, *coefficients: Array
    ) -> None:
        """Update in place; the moments are kept without their factors 1−β₁ and 1−β₂, which saves two passes."""
        first, second = slots
        beta1, beta2, size, epsilon = coefficients
        np.multiply(first, beta1, out=first)
        np.add(first, gradient, out=first)
        np.multiply(gradient, gradient, out=scratch)
        np.multiply(second, beta2, out=second)
        np.add(second, scratch, out=second)
        np.sqrt(second, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(first, scratch, out=scratch)
        np.multiply(scratch, size, out=scratch)
        np.subtract(theta, scratch, out=theta)


for _name, _optimizer in {"sgd": SGD, "adam": Adam}.items():
    OPTIMIZERS._add(_name, _optimizer)
