"""Initial weights: one variance-scaling engine with the famous names as instances, and a few others."""

from __future__ import annotations

import functools
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gradlab import _check
from gradlab._initializer import (
    INITIALIZERS,
    Draw,  # noqa: F401  the annotations of Initializer are read here
    Fan,
    Initializer,
    drawing,
    enter,
    initializer,
)

__all__ = ["INITIALIZERS", "Initializer", "constant", "initializer", "normal", "variance_scaling"]

Array = NDArray[Any]
Distribution = Literal["normal", "uniform"]


def _deviation(value: float) -> float:
    return _check.real("the standard deviation of the weights", value, least=0)


@drawing
def _scaled(
    generator: np.random.Generator,
    inputs: int,
    outputs: int,
    gain: float,
    *,
    scale: float,
    fan: str,
    distribution: str,
    matched: bool = False,
    factor: float = 1.0,
) -> Array:
    size = {"in": inputs, "out": outputs, "average": (inputs + outputs) / 2}[fan]
    with np.errstate(all="ignore"):
        deviation = _deviation(np.sqrt(scale / size) * (gain if matched else factor))
    if distribution == "normal":
        return generator.normal(0, deviation, (inputs, outputs))
    return generator.uniform(-np.sqrt(3) * deviation, np.sqrt(3) * deviation, (inputs, outputs))


@INITIALIZERS._suggest(
    {
        "variance_scaling": "use gradlab.initializers.variance_scaling(scale)",
        "uniform": "use gradlab.initializers.variance_scaling(scale, distribution='uniform')",
        "random_uniform": "use gradlab.initializers.variance_scaling(scale, distribution='uniform')",
    }
)
def variance_scaling(
    scale: float = 1.0, *, fan: Fan = "in", distribution: Distribution = "normal", name: str | None = None
) -> Initializer:
    """Return an initialiser with Var w = scale/fan.

    Parameters
    ----------
    scale
        The variance times the fan, above 0: 1 for LeCun's and Glorot's, 2 for He's.
    fan
        ``"in"``, ``"out"`` or ``"average"`` of the two.
    distribution
        ``"normal"`` or ``"uniform"``.
    name
        How it prints.

    Returns
    -------
    Initializer
        The initialiser; it ignores the gain.

    Raises
    ------
    ValueError
        If the scale is not positive, or the fan or the distribution is none of those named.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.initializers.variance_scaling(2, fan="out")
    variance_scaling(2, fan='out', distribution='normal')
    """
    scale = _check.real("scale", scale, above=0)
    _check.choice("fan", fan, get_args(Fan))
    _check.choice("distribution", distribution, get_args(Distribution))
    draw = functools.partial(_scaled, scale=scale, fan=fan, distribution=distribution, factor=1.0)
    label = name or f"variance_scaling({scale:g}, fan={fan!r}, distribution={distribution!r})"
    return Initializer(label, draw, f"Var w = {scale:g}/fan, fan={fan!r}, {distribution}.")


@drawing
def _constant(generator: np.random.Generator, inputs: int, outputs: int, gain: float, *, value: float) -> Array:
    return np.full((inputs, outputs), value)


@INITIALIZERS._suggest(
    {
        "constant": "use gradlab.initializers.constant(value)",
        "ones": "use gradlab.initializers.constant(1)",
    }
)
def constant(value: float) -> Initializer:
    """Return an initialiser that sets every entry to ``value``.

    Parameters
    ----------
    value
        Any finite number.

    Returns
    -------
    Initializer
        The initialiser; it ignores the gain.

    Raises
    ------
    ValueError
        If the value is not finite.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.initializers.constant(0.1)(1, 2, seed=0)
    array([[0.1, 0.1]])
    """
    value = _check.real("value", value)
    return Initializer(f"constant({value:g})", functools.partial(_constant, value=value), f"Every entry is {value:g}.")


@drawing
def _normal(
    generator: np.random.Generator, inputs: int, outputs: int, gain: float, *, deviation: float, factor: float = 1.0
) -> Array:
    return generator.normal(0, _deviation(factor * deviation), (inputs, outputs))


_WHOLE = "gradlab draws from the whole normal distribution: 'he_normal', or gradlab.initializers.normal(deviation)"


@INITIALIZERS._suggest(
    {
        **dict.fromkeys(("normal", "random_normal", "gaussian"), "use gradlab.initializers.normal(deviation)"),
        **dict.fromkeys(("truncated_normal", "trunc_normal"), _WHOLE),
    }
)
def normal(deviation: float = 1.0) -> Initializer:
    """Return an initialiser that draws from N(0, deviation²), whatever the fan.

    Parameters
    ----------
    deviation
        The standard deviation, at least 0.

    Returns
    -------
    Initializer
        The initialiser; it ignores the gain.

    Raises
    ------
    ValueError
        If the deviation is negative or not finite.

    Examples
    --------
    >>> import gradlab as gl
    >>> gl.MLP([2, 8, 2], bias_init=gl.initializers.normal(0.3))
    MLP([2, 8, 2], activation=relu, init=matched, bias_init=normal(0.3))
    """
    deviation = _check.real("deviation", deviation, least=0)
    draw = functools.partial(_normal, deviation=deviation, factor=1.0)
    return Initializer(f"normal({deviation:g})", draw, f"w ~ N(0, {deviation:g}²).")


@drawing
def _orthogonal(
    generator: np.random.Generator, inputs: int, outputs: int, gain: float, *, factor: float = 1.0
) -> Array:
    tall = generator.normal(size=(max(inputs, outputs), min(inputs, outputs)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))  # without this the draw is not uniform over the orthogonal matrices
    q *= factor
    return q if inputs >= outputs else q.T


def _two_forms(name: str) -> str:
    """Answer a family's name, which peers give to either form: PyTorch and Keras do not agree which is meant."""
    return f"there are '{name}_normal' and '{name}_uniform'"


zeros = enter(
    "zeros", functools.partial(_constant, value=0.0), "Every entry is 0: right for biases, a trap for weights."
)
lecun_normal = enter(
    "lecun_normal",
    functools.partial(_scaled, scale=1, fan="in", distribution="normal", factor=1.0),
    """LeCun's initialisation: Var w = 1/fan-in, which keeps the variance of an affine layer.

    Drawn from a normal distribution.

    References
    ----------
    .. [1] LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998.
    """,
    hints=dict.fromkeys(("lecun",), _two_forms("lecun")),
)
lecun_uniform = enter(
    "lecun_uniform",
    functools.partial(_scaled, scale=1, fan="in", distribution="uniform", factor=1.0),
    """LeCun's initialisation: Var w = 1/fan-in, which keeps the variance of an affine layer.

    Drawn from a uniform distribution.

    References
    ----------
    .. [1] LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998.
    """,
)
glorot_normal = enter(
    "glorot_normal",
    functools.partial(_scaled, scale=1, fan="average", distribution="normal", factor=1.0),
    """Glorot's ("Xavier") initialisation: Var w = 2/(fan-in + fan-out).

    Drawn from a normal distribution.

    References
    ----------
    .. [1] Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
    """,
    aliases=("xavier_normal",),
    hints=dict.fromkeys(
        (
            "glorot",
            "xavier",
        ),
        _two_forms("glorot"),
    ),
)
glorot_uniform = enter(
    "glorot_uniform",
    functools.partial(_scaled, scale=1, fan="average", distribution="uniform", factor=1.0),
    """Glorot's ("Xavier") initialisation: Var w = 2/(fan-in + fan-out).

    Drawn from a uniform distribution.

    References
    ----------
    .. [1] Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
    """,
    aliases=("xavier_uniform",),
)
he_normal = enter(
    "he_normal",
    functools.partial(_scaled, scale=2, fan="in", distribution="normal", factor=1.0),
    """He's ("Kaiming") initialisation: Var w = 2/fan-in, which keeps the mean square through ReLU.

    Drawn from a normal distribution.

    References
    ----------
    .. [1] He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015.
    """,
    aliases=("kaiming_normal",),
    hints=dict.fromkeys(
        (
            "he",
            "kaiming",
        ),
        _two_forms("he"),
    ),
)
he_uniform = enter(
    "he_uniform",
    functools.partial(_scaled, scale=2, fan="in", distribution="uniform", factor=1.0),
    """He's ("Kaiming") initialisation: Var w = 2/fan-in, which keeps the mean square through ReLU.

    Drawn from a uniform distribution.

    References
    ----------
    .. [1] He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015.
    """,
    aliases=("kaiming_uniform",),
)
matched = enter(
    "matched",
    functools.partial(_scaled, scale=1, fan="in", distribution="normal", matched=True, factor=1.0),
    """Var w = gain²/fan-in, with the gain of the activation that feeds the layer.

    The gain is 1/√(E f(z)²) for z ~ N(0, 1), so pre-activations keep mean square 1 from layer to layer. For ReLU this
    is He's initialisation, for the identity LeCun's.
    """,
)
pytorch_linear = enter(
    "pytorch_linear",
    functools.partial(_scaled, scale=1 / 3, fan="in", distribution="uniform", factor=1.0),
    "PyTorch's default for ``nn.Linear``: uniform in ±1/√fan-in, so Var w = 1/(3·fan-in), six times less than He's.",
    aliases=("pytorch_default",),
    hints={"linear": "did you mean 'pytorch_linear', PyTorch's default for nn.Linear?"},
)
orthogonal = enter(
    "orthogonal",
    functools.partial(_orthogonal, factor=1.0),
    """A random orthogonal matrix (orthonormal columns or rows where it is not square), uniformly drawn.

    References
    ----------
    .. [1] Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning, 2014.
    """,
    hints=dict.fromkeys(("identity", "eye"), "'orthogonal' is near: it keeps lengths, as the identity does"),
)
