"""Optimisers: each is one elementwise equation, as in its paper's box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gradlab import _check
from gradlab._optimizer import OPTIMIZERS, Optimizer, optimizer
from gradlab.schedules import Schedule

__all__ = ["OPTIMIZERS", "SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "optimizer"]

Array = NDArray[Any]

_MOMENTUM = "use gradlab.SGD(momentum=0.9)"
_NESTEROV = "use gradlab.SGD(momentum=0.9, nesterov=True)"


@optimizer(
    aliases=("gradient_descent", "stochastic_gradient_descent"),
    hints={
        **dict.fromkeys(("momentum", "sgd_with_momentum", "sgd_momentum", "heavy_ball"), _MOMENTUM),
        **dict.fromkeys(("nesterov", "nag", "sgd_with_nesterov", "nesterov_momentum"), _NESTEROV),
    },
)
@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent: v ← μv + g, θ ← θ − ηv; with Nesterov's look-ahead θ ← θ − η(g + μv).

    Parameters
    ----------
    learning_rate
        η, above 0; 0.01 unless given (scikit-learn's and Keras's default).
    momentum
        μ, in [0, 1); 0 is plain gradient descent.
    nesterov
        Whether to step along g + μv; needs a momentum.
    weight_decay
        λ, at least 0: g is replaced by g + λθ, an L2 penalty, as in PyTorch. Biases are included.
    clip_norm
        See `Optimizer`.

    Raises
    ------
    ValueError
        If a number is out of range, or ``nesterov`` is asked for without momentum.

    References
    ----------
    .. [1] Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning,
       ICML 2013. The form is PyTorch's.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.SGD(0.1, momentum=0.9)
    SGD(learning_rate=0.1, clip_norm=None, momentum=0.9, nesterov=False, weight_decay=0.0)
    """

    learning_rate: float | Schedule = 0.01
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(momentum=(None, 0, 1), weight_decay=(None, 0, None))
        if not isinstance(self.nesterov, bool):
            raise TypeError(f"nesterov must be True or False, not {_check.short(self.nesterov)}")
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov=True needs a momentum above 0")
        # plain gradient descent remembers nothing
        object.__setattr__(self, "slots", ("velocity",) if self.momentum else ())

    def coefficients(self, step: int) -> tuple[float, ...]:
        """Return η, μ and λ."""
        return self.rate(step), self.momentum, self.weight_decay

    def equation(
        self, theta: Array, gradient: Array, slots: Sequence[Array], scratch: Array, *coefficients: Array
    ) -> None:
        """Update in place."""
        learning_rate, momentum, weight_decay = coefficients
        direction = gradient
        if self.weight_decay:
            np.multiply(theta, weight_decay, out=scratch)
            np.add(gradient, scratch, out=gradient)
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


@optimizer(hints={"adadelta": "there is no Adadelta; 'rmsprop' is near"})
@dataclass(frozen=True)
class RMSprop(Optimizer):
    """RMSprop: v ← ρv + (1−ρ)g², θ ← θ − η·g/(√v + ε).

    Parameters
    ----------
    learning_rate
        η, above 0; 0.001 unless given.
    smoothing
        ρ, in [0, 1); Hinton's 0.9 unless given (PyTorch's default is 0.99).
    epsilon
        ε, above 0, outside the root as in PyTorch; 1e-8.
    clip_norm
        See `Optimizer`.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    .. [1] Tieleman and Hinton, Lecture 6.5: RMSprop, 2012.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.RMSprop(0.01, clip_norm=1)
    RMSprop(learning_rate=0.01, clip_norm=1.0, smoothing=0.9, epsilon=1e-08)
    """

    slots: ClassVar[tuple[str, ...]] = ("mean_square",)
    learning_rate: float | Schedule = 1e-3
    smoothing: float = 0.9
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(smoothing=(None, 0, 1), epsilon=(0, None, None))

    def coefficients(self, step: int) -> tuple[float, ...]:
        """Return ρ, 1 − ρ, η and ε."""
        return self.smoothing, 1 - self.smoothing, self.rate(step), self.epsilon

    def equation(
        self, theta: Array, gradient: Array, slots: Sequence[Array], scratch: Array, *coefficients: Array
    ) -> None:
        """Update in place."""
        (mean_square,) = slots
        smoothing, rest, learning_rate, epsilon = coefficients
        np.multiply(gradient, gradient, out=scratch)
        np.multiply(scratch, rest, out=scratch)
        np.multiply(mean_square, smoothing, out=mean_square)
        np.add(mean_square, scratch, out=mean_square)
        np.sqrt(mean_square, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(gradient, scratch, out=scratch)
        np.multiply(scratch, learning_rate, out=scratch)
        np.subtract(theta, scratch, out=theta)


@optimizer
@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Adagrad: v ← v + g², θ ← θ − η·g/(√v + ε).

    Parameters
    ----------
    learning_rate
        η, above 0; 0.01 unless given, as in PyTorch.
    epsilon
        ε, above 0; 1e-10, as in PyTorch.
    clip_norm
        See `Optimizer`.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    .. [1] Duchi, Hazan and Singer, Adaptive subgradient methods for online learning and stochastic optimization, 2011.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.Adagrad()
    Adagrad(learning_rate=0.01, clip_norm=None, epsilon=1e-10)
    """

    slots: ClassVar[tuple[str, ...]] = ("sum_of_squares",)
    learning_rate: float | Schedule = 0.01
    epsilon: float = 1e-10

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(epsilon=(0, None, None))

    def coefficients(self, step: int) -> tuple[float, ...]:
        """Return η and ε."""
        return self.rate(step), self.epsilon

    def equation(
        self, theta: Array, gradient: Array, slots: Sequence[Array], scratch: Array, *coefficients: Array
    ) -> None:
        """Update in place."""
        (total,) = slots
        learning_rate, epsilon = coefficients
        np.multiply(gradient, gradient, out=scratch)
        np.add(total, scratch, out=total)
        np.sqrt(total, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(gradient, scratch, out=scratch)
        np.multiply(scratch, learning_rate, out=scratch)
        np.subtract(theta, scratch, out=theta)


_VARIANTS = {"nadam": "Nadam", "adamax": "AdaMax", "amsgrad": "AMSGrad", "radam": "RAdam"}


@optimizer(
    hints={name: f"there is no {written}; 'adam' is near" for name, written in _VARIANTS.items()}
    | {"lbfgs": "there is no L-BFGS; gradlab follows the gradient alone: 'adam' or 'sgd'"}
)
@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η·m̂/(√v̂ + ε), with m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).

    Parameters
    ----------
    learning_rate
        η, above 0; the paper's 0.001 unless given.
    beta1, beta2
        How slowly the two averages forget, in [0, 1); the paper's 0.9 and 0.999.
    epsilon
        ε, above 0, outside the root as in the paper and in PyTorch; 1e-8.
    clip_norm
        See `Optimizer`.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    .. [1] Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 1.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.Adam(gl.schedules.Cosine(0.02, 500)).rate(250)
    0.0100
    """

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment")
    learning_rate: float | Schedule = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(beta1=(None, 0, 1), beta2=(None, 0, 1), epsilon=(0, None, None))

    def coefficients(self, step: int) -> tuple[float, ...]:
        """Return β₁, β₂, and the step size and ε that belong to the unscaled moments kept."""
        root: float = ((1 - self.beta2) / (1 - self.beta2**step)) ** 0.5
        size = self.rate(step) * (1 - self.beta1) / ((1 - self.beta1**step) * root)
        return self.beta1, self.beta2, size, self.epsilon / root

    def _memory(self, before: Any, slots: Sequence[Array]) -> tuple[Array, ...]:
        """Return the moments with the factors of other β, so that m and v are what they were."""
        first, second = slots
        return (
            first * ((1 - before.beta1) / (1 - self.beta1)),
            second * ((1 - before.beta2) / (1 - self.beta2)),
        )

    def equation(
        self, theta: Array, gradient: Array, slots: Sequence[Array], scratch: Array, *coefficients: Array
    ) -> None:
        """Update in place; the moments are kept without their factors 1−β₁ and 1−β₂, which saves two passes."""
        first, second = slots
        beta1, beta2, size, epsilon = coefficients[:4]
        np.multiply(first, beta1, first)
        np.add(first, gradient, first)
        np.multiply(gradient, gradient, scratch)
        np.multiply(second, beta2, second)
        np.add(second, scratch, second)
        np.sqrt(second, scratch)
        np.add(scratch, epsilon, scratch)
        np.divide(first, scratch, scratch)
        np.multiply(scratch, size, scratch)
        np.subtract(theta, scratch, theta)


@optimizer
@dataclass(frozen=True)
class AdamW(Adam):
    """AdamW: Adam with decoupled weight decay, θ ← (1 − ηλ)θ before the step of Adam.

    Parameters
    ----------
    learning_rate
        η, above 0; 0.001 unless given.
    beta1, beta2
        As for `Adam`.
    epsilon
        As for `Adam`.
    weight_decay
        λ, at least 0; 0.01 unless given, as in PyTorch. Biases are included.
    clip_norm
        See `Optimizer`.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    .. [1] Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019, in PyTorch's form.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.AdamW(weight_decay=0.1).weight_decay
    0.1
    """

    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(weight_decay=(None, 0, None))

    def coefficients(self, step: int) -> tuple[float, ...]:
        """Return those of Adam and 1 − ηλ."""
        return (*super().coefficients(step), 1 - self.rate(step) * self.weight_decay)

    def equation(
        self, theta: Array, gradient: Array, slots: Sequence[Array], scratch: Array, *coefficients: Array
    ) -> None:
        """Update in place."""
        np.multiply(theta, coefficients[4], theta)
        super().equation(theta, gradient, slots, scratch, *coefficients)
