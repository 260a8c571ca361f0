"""Activation functions: each is its formula, a rule that returns value and slope together.

What else there is to know of one stands above it: its family, the look of its line, its kinks, the limits of its
parameters, its source. Nothing elsewhere names them or counts them, so a new one may stand wherever it fits best.

The rules are written so that no magnitude is lost where a slope becomes small: the slope of tanh is sech², never
1 − tanh², of which nothing is left beyond 19. The trainer runs them as they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gradlab.activations import _digits, _fast
from gradlab.activations._arithmetic import exp_pair
from gradlab.activations._normal import standard_normal
from gradlab.activations.record import Activation, Array, activation

_POSITIVE = (0, np.inf)
_ROOT_2_BY_PI = (2 / np.pi) ** 0.5


@activation(
    family="linear", look="0:", formula="x", aliases=("linear",), hints={"none": "for no activation take 'identity'"}
)
def identity(x: Array) -> tuple[Array, Array]:
    """The identity, f(x) = x, which makes a network affine.

    The slope is 1 everywhere.

    Notes
    -----
    For experiments on what depth does without activation functions. The last layer of every `gradlab.MLP` has no
    activation, which is the same.
    """
    return x, np.ones_like(x)


@activation(
    family="sigmoid",
    look="1-",
    formula="1 / (1 + exp(-x))",
    source="lecun1998",
    in_place=_fast.sigmoid,
    aliases=("logistic",),
    hints={"softmax": "it is inside 'cross_entropy', a loss; for one output there is 'sigmoid'"},
)
def sigmoid(x: Array) -> tuple[Array, Array]:
    """The logistic function, σ(x) = 1/(1 + exp(−x)), with values in (0, 1).

    The slope is σ(x)σ(−x): at most 1/4, at 0, and towards 0 on both sides.

    Notes
    -----
    Gates, which let through a share between 0 and 1: those of the LSTM (Hochreiter and Schmidhuber, 1997), and the
    one inside `swish`. At the output of a classifier of two classes it turns a score into a probability.
    """
    e = np.exp(-np.abs(x))
    share = 1 / (1 + e)  # this is σ(|x|), and e·share is σ(−|x|)
    return np.maximum(share - (x < 0), e * share), e * share * share


def _hard_sigmoid_kinks(slope: float, offset: float) -> tuple[float, ...]:
    return -offset / slope, (1 - offset) / slope


@activation(
    family="sigmoid",
    look="1--",
    formula="min(max(slope * x + offset, 0), 1)",
    kinks=_hard_sigmoid_kinks,
    limits={"slope": _POSITIVE},
    source="howard2019",
)
def hard_sigmoid(x: Array, *, slope: float = 1 / 6, offset: float = 0.5) -> tuple[Array, Array]:
    """The hard logistic function, slope·x + offset cut off at 0 and 1.

    The paper's slope is 1/6 and its offset 1/2, so that the kinks lie at −3 and 3. The slope there is 0, as in PyTorch.

    Notes
    -----
    The gates of the squeeze-and-excite blocks in MobileNetV3 (Howard et al., 2019), where an exponential costs too
    much. PyTorch, JAX and Keras have the same slope and offset; older versions of Keras have 0.2 and 0.5.
    """
    low, high = _hard_sigmoid_kinks(slope, offset)
    # from the lower kink, near which slope·x + offset has few right digits
    return np.minimum(slope * (np.maximum(x, low) - low), 1), ((x > low) & (x < high)) * slope


@activation(family="sigmoid", look="7--", formula="-log1p(exp(-x))")
def log_sigmoid(x: Array) -> tuple[Array, Array]:
    """The logarithm of the logistic function, ln σ(x) = −ln(1 + exp(−x)).

    The slope is σ(−x).

    Notes
    -----
    For losses rather than layers. The cross-entropy of two classes is −ln σ(z) for the one and −ln σ(−z) for the
    other, and in this form nothing overflows. Direct preference optimization (Rafailov et al., 2023) trains
    language models with it.
    """
    up, down = exp_pair(-x / 2)
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))), up * (1 / (up + down))


@activation(family="sigmoid", look="2--", formula="tanh(x)", source="lecun1998", in_place=_fast.tanh)
def tanh(x: Array) -> tuple[Array, Array]:
    """The hyperbolic tangent, tanh(x) = 2σ(2x) − 1, with values in (−1, 1).

    The slope is 1 − tanh²(x) = 4σ′(2x): at most 1, at 0.

    Notes
    -----
    The cells of the LSTM (Hochreiter and Schmidhuber, 1997), and hidden layers wherever values should be centred on
    0, which is why it was preferred to sigmoid (Kalman and Kwasny, 1992; LeCun et al., 1998).
    """
    up = np.exp(x)
    sech = 2 / (up + 1 / up)
    return np.tanh(x), sech * sech


@activation(
    family="sigmoid", look="2-.", formula="1.7159 * tanh(2 * x / 3)", source="lecun1998", exact=_digits.scaled_tanh
)
def scaled_tanh(x: Array) -> tuple[Array, Array]:
    """LeCun's sigmoid, 1.7159·tanh(2x/3), which passes almost through (1, 1) and (−1, −1).

    The slope is 1.7159·(2/3)·(1 − tanh²(2x/3)): at most 1.144, at 0.

    Notes
    -----
    Recommended for hidden layers by LeCun et al. (1998), together with inputs of mean 0.
    """
    up = np.exp(x * (2 / 3))
    sech = 2 / (up + 1 / up)
    return 1.7159 * np.tanh(x * (2 / 3)), (1.7159 * 2 / 3) * (sech * sech)


def _hard_tanh_kinks(low: float, high: float) -> tuple[float, ...]:
    if not low < high:
        raise ValueError(f"low of hard_tanh must be below high; they are {low:g} and {high:g}")
    return low, high


@activation(
    family="sigmoid", look="5--", formula="min(max(x, low), high)", kinks=_hard_tanh_kinks, source="collobert2004"
)
def hard_tanh(x: Array, *, low: float = -1.0, high: float = 1.0) -> tuple[Array, Array]:
    """The hard tangent: x cut off at low and high.

    The paper's bounds are −1 and 1. The slope is 1 between them and 0 outside and at the kinks, as in PyTorch.

    Notes
    -----
    For where tanh costs too much: two comparisons, and no exponential.
    """
    return np.clip(x, low, high), (x > low) & (x < high)


@activation(family="sigmoid", look="6--", formula="x / (1 + abs(x))", source="elliott1993", exact=_digits.softsign)
def softsign(x: Array) -> tuple[Array, Array]:
    """Softsign, ``x/(1 + |x|)``, with values in (−1, 1), which it nears far more slowly than tanh does.

    The slope is ``1/(1 + |x|)²``: at most 1, at 0.

    Notes
    -----
    Glorot and Bengio (2010) compare it with sigmoid and tanh in deep networks.
    """
    share = 1 / (1 + np.abs(x))
    return x * share, share * share


@activation(family="sigmoid", look="7:", formula="atan(x)")
def arctan(x: Array) -> tuple[Array, Array]:
    """The arc tangent, arctan(x), with values in (−π/2, π/2).

    The slope is 1/(1 + x²): at most 1, at 0.

    Notes
    -----
    For comparison: it flattens out slowly, its slope falling like 1/x², as that of `softsign` does. The slope of
    `tanh` falls exponentially.
    """
    share = 1 / np.hypot(1, x)  # its square, not 1/(1 + x²), whose x² could overflow
    return np.arctan(x), share * share


@activation(family="rectifier", look="8--", formula="log1p(exp(x))", source="dugas2001")
def softplus(x: Array) -> tuple[Array, Array]:
    """Softplus, ln(1 + exp(x)): a smooth rectifier.

    The slope is the logistic function σ(x).

    Notes
    -----
    Outputs that have to be positive, such as the standard deviation of a distribution. `mish` has it inside.
    """
    up, down = exp_pair(x / 2)
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))), up * (1 / (up + down))


@activation(
    family="rectifier",
    look="3-",
    formula="max(x, 0)",
    kinks=(0.0,),
    source="nair2010",
    hints={
        "step": "a step has slope 0 everywhere, so nothing below it learns; smooth ones are 'sigmoid' and 'hard_sigmoid'",
        "heaviside": "a step has slope 0 everywhere, so nothing below it learns; smooth ones are 'sigmoid' and 'hard_sigmoid'",
        "maxout": "it takes the largest of several inputs, so it is not elementwise; the nearest is 'relu'",
    },
)
def relu(x: Array) -> tuple[Array, Array]:
    """The rectified linear unit, max(0, x).

    The slope is 1 where x > 0 and 0 elsewhere; at the kink x = 0 it is 0, as in PyTorch.

    Notes
    -----
    AlexNet (Krizhevsky et al., 2012), residual networks (He et al., 2016) and the first Transformer (Vaswani et
    al., 2017). The function is older than its name: Fukushima (1969) had it in a model of vision.
    """
    return np.maximum(x, 0), x > 0


@activation(family="rectifier", look="3--", formula="min(max(x, 0), 6)", kinks=(0.0, 6.0), source="krizhevsky2010")
def relu6(x: Array) -> tuple[Array, Array]:
    """The rectified linear unit cut off at 6, min(max(0, x), 6).

    The slope is 1 where 0 < x < 6 and 0 outside and at the kinks, as in PyTorch.

    Notes
    -----
    MobileNetV2 (Sandler et al., 2018), chosen for arithmetic with few bits: its values stay between 0 and 6.
    """
    return np.clip(x, 0, 6), (x > 0) & (x < 6)


def _threshold_kinks(threshold: float, value: float) -> tuple[float, ...]:
    return (threshold,)


@activation(
    family="rectifier",
    look="3:",
    formula="value + (x - value) * step(x - threshold)",
    kinks=_threshold_kinks,
    source="konda2015",
    aliases=("thresholded_relu",),
)
def threshold(x: Array, *, threshold: float = 1.0, value: float = 0.0) -> tuple[Array, Array]:
    """The threshold: x where x > threshold, value elsewhere.

    The slope is 1 where x > threshold and 0 elsewhere, also at the kink, as in PyTorch, which has no defaults; those
    here are the ones of Keras's ThresholdedReLU. Unless value equals threshold, the function itself jumps at the kink,
    which its slope does not show.

    Notes
    -----
    Autoencoders without biases (Konda et al., 2015). With threshold 0 and value 0 it is `relu`.
    """
    above = x > threshold
    return np.maximum(x, threshold) * above + (x <= threshold) * value, above


def _bent_line(x: Array, slope: float | Array) -> tuple[Array, Array]:
    steep = (x > 0) + (x <= 0) * slope
    return x * steep, steep


def _slope_kinks(slope: float) -> tuple[float, ...]:
    return () if slope == 1 else (0.0,)


@activation(
    family="rectifier",
    look="4-.",
    formula="max(x, 0) + slope * min(x, 0)",
    kinks=_slope_kinks,
    source="maas2013",
    exact=_digits.bent_line,
    aliases=("lrelu",),
)
def leaky_relu(x: Array, *, slope: float = 0.01) -> tuple[Array, Array]:
    """The leaky rectifier: x where x > 0, slope·x elsewhere.

    The paper's slope is 0.01. At the kink x = 0 the slope from the left is taken.

    Notes
    -----
    Acoustic models of speech (Maas et al., 2013), and with slope 0.2 the discriminators of DCGAN (Radford et al.,
    2016).
    """
    return _bent_line(x, slope)


def _by_slope(x: Array, *, slope: float | Array) -> Array:
    below: Array = np.minimum(x, 0)
    return below


@activation(
    family="rectifier",
    look="4-",
    formula="max(x, 0) + slope * min(x, 0)",
    kinks=_slope_kinks,
    source="he2015",
    learned={"slope": _by_slope},
    exact=_digits.bent_line,
    aliases=("parametric_relu",),
)
def prelu(x: Array, *, slope: float = 0.25) -> tuple[Array, Array]:
    """The parametric rectifier: x where x > 0, slope·x elsewhere, with a slope that is learned.

    In a network each unit has its own slope, which starts at the paper's 0.25 and is trained with the weights; its
    derivative is min(0, x). At the kink x = 0 the slope from the left is taken.

    Notes
    -----
    The image classifiers of He et al. (2015), in the paper that also brought He's initialisation.
    """
    return _bent_line(x, slope)


def _rrelu_kinks(lower: float, upper: float) -> tuple[float, ...]:
    if lower > upper:
        raise ValueError(f"lower of rrelu must not be above upper; they are {lower:g} and {upper:g}")
    return _slope_kinks((lower + upper) / 2)


def _rrelu_draw(
    generator: np.random.Generator, shape: tuple[int, ...], *, lower: float, upper: float
) -> dict[str, Array]:
    slope = generator.uniform(lower, upper, shape)
    return {"lower": slope, "upper": slope}


@activation(
    family="rectifier",
    look="4:",
    formula="max(x, 0) + (lower + upper) / 2 * min(x, 0)",
    kinks=_rrelu_kinks,
    source="xu2015",
    draw=_rrelu_draw,
    exact=_digits.rrelu,
)
def rrelu(x: Array, *, lower: float = 1 / 8, upper: float = 1 / 3) -> tuple[Array, Array]:
    """The randomised leaky rectifier: x where x > 0, slope·x elsewhere, with a slope that is drawn while training.

    Each pass of training draws a slope for every unit and sample, uniformly between lower and upper. Everywhere else,
    and when you call it, the slope is their mean. The bounds are PyTorch's; the paper divides x by a number drawn
    between 3 and 8. At the kink x = 0 the slope from the left is taken.

    Notes
    -----
    First used in a Kaggle competition, the National Data Science Bowl. Xu et al. (2015) compare it with its
    relatives.
    """
    return _bent_line(x, (lower + upper) / 2)


def _elu_kinks(alpha: float) -> tuple[float, ...]:
    return () if alpha == 1 else (0.0,)


@activation(
    family="exponential",
    look="5-",
    formula="max(x, 0) + alpha * expm1(min(x, 0))",
    kinks=_elu_kinks,
    limits={"alpha": _POSITIVE},
    source="clevert2016",
)
def elu(x: Array, *, alpha: float = 1.0) -> tuple[Array, Array]:
    """The exponential linear unit: x where x > 0, α(exp(x) − 1) elsewhere.

    It tends to −α on the left. The slope is 1 where x > 0 and α·exp(x) elsewhere; the paper's α = 1 makes it smooth,
    with another the slope from the left is taken at the kink x = 0.

    Notes
    -----
    Graph attention networks (Veličković et al., 2018).
    """
    left = np.minimum(x, 0)
    return np.maximum(x, 0) + alpha * np.expm1(left), (x > 0) + (x <= 0) * (alpha * np.exp(left))


@activation(
    family="exponential",
    look="5-.",
    formula="max(x, 0) + alpha * expm1(min(x, 0) / alpha)",
    limits={"alpha": _POSITIVE},
    source="barron2017",
    exact=_digits.celu,
)
def celu(x: Array, *, alpha: float = 1.0) -> tuple[Array, Array]:
    """The continuously differentiable exponential linear unit: x where x > 0, α(exp(x/α) − 1) elsewhere.

    It tends to −α on the left. The slope is 1 where x > 0 and exp(x/α) elsewhere: smooth for every α, here 1.

    Notes
    -----
    Networks that predict the energy of molecules, with alpha = 0.1: TorchANI (Gao et al., 2020).
    """
    left = np.minimum(x, 0) / alpha
    return np.maximum(x, 0) + alpha * np.expm1(left), np.exp(left)


def _selu_kinks(scale: float, alpha: float) -> tuple[float, ...]:
    return _elu_kinks(alpha)


@activation(
    family="exponential",
    look="6-.",
    formula="scale * (max(x, 0) + alpha * expm1(min(x, 0)))",
    kinks=_selu_kinks,
    limits={"scale": _POSITIVE, "alpha": _POSITIVE},
    source="klambauer2017",
)
def selu(x: Array, *, scale: float = 1.0507009873554805, alpha: float = 1.6732632423543772) -> tuple[Array, Array]:
    """The scaled exponential linear unit: scale·elu(x, alpha).

    With the two defaults E f(z) = 0 and E f(z)² = 1 for z ~ N(0, 1): mean 0 and variance 1 are a fixed point that
    layers of a suitable net are drawn to. At the kink x = 0 the slope from the left, scale·alpha, is taken.

    Notes
    -----
    Deep networks of plain dense layers that normalise themselves, drawn with `lecun_normal` (Klambauer et al.,
    2017).
    """
    left = np.minimum(x, 0)
    return (
        scale * np.maximum(x, 0) + scale * alpha * np.expm1(left),
        scale * (x > 0) + (x <= 0) * (scale * alpha * np.exp(left)),
    )


@activation(family="gated", look="7-", formula="x * Phi(x)", source="hendrycks2016", exact=_digits.gelu)
def gelu(x: Array) -> tuple[Array, Array]:
    """The Gaussian error linear unit, x·Φ(x), with Φ the distribution function of N(0, 1).

    This is the exact form, not the tanh approximation. The slope is Φ(x) + x·φ(x). It dips to −0.17 near x = −0.75,
    and its slope rises to 1.13 at x = √2.

    Notes
    -----
    Transformers: BERT (Devlin et al., 2019) and GPT-2 (Radford et al., 2019), whose published code computes it as
    `gelu_tanh` does. PyTorch computes this exact form unless told otherwise.
    """
    below, density = standard_normal(x)  # Φ(x) and φ(x)
    return x * below, below + x * density


@activation(
    family="gated",
    look="7-.",
    formula="x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))",
    source="hendrycks2016",
    exact=_digits.gelu_tanh,
)
def gelu_tanh(x: Array) -> tuple[Array, Array]:
    """The tanh approximation of GELU, x/2·(1 + tanh(√(2/π)(x + 0.044715x³))).

    It is never further than 0.0005 from `gelu`. The slope is that of this formula, not of gelu.

    Notes
    -----
    The published code of BERT (Devlin et al., 2019) and of GPT-2 (Radford et al., 2019). JAX computes GELU so
    unless told otherwise.
    """
    near = np.clip(x, -100, 100)  # further out the gate is 0 or 1, and inf times 0 would be nan
    square = near * near
    up, down = exp_pair(_ROOT_2_BY_PI * near * (1 + 0.044715 * square))
    share = 1 / (up + down)
    bend = 2 * _ROOT_2_BY_PI * near * (1 + 3 * 0.044715 * square)  # x times the slope of the gate's argument
    return x * share * up, up * share + bend * share * share


@activation(
    family="gated",
    look="0--",
    formula="x * sigma(beta * x)",
    source="ramachandran2017",
    aliases=("silu",),
    exact=_digits.swish,
    hints={
        "quick_gelu": "take gl.swish.bind(beta=1.702)",
        "glu": "gated units of two inputs are not elementwise; their gates are 'sigmoid' (GLU), 'gelu' (GEGLU) and 'swish' (SwiGLU)",
    },
)
def swish(x: Array, *, beta: float = 1.0) -> tuple[Array, Array]:
    """Swish, x·σ(βx); with β = 1 it is also called SiLU.

    The slope is σ(βx)(1 + βx·σ(−βx)). With β = 1 it dips to −0.28 near x = −1.28.

    Notes
    -----
    EfficientNet (Tan and Le, 2019). In SwiGLU (Shazeer, 2020) it is the gate of the feed-forward layers of LLaMA
    (Touvron et al., 2023). The name SiLU is that of Elfwing et al. (2018).
    """
    up, down = exp_pair(x * (beta / 2))
    share = 1 / (up + down)  # σ(βx) is up·share, and its slope β·share²
    return x * share * up, up * share + beta * (x * share) * share


silu = swish


@activation(family="gated", look="0-.", formula="x * min(max(x + 3, 0), 6) / 6", kinks=(-3.0, 3.0), source="howard2019")
def hard_swish(x: Array) -> tuple[Array, Array]:
    """Hard swish, x·min(max(0, x + 3), 6)/6: the identity right of 3, 0 left of −3, a parabola between.

    The slope between is (2x + 3)/6. At the kinks it is that from outside, 0 at −3 and 1 at 3, as in PyTorch.

    Notes
    -----
    The deeper half of MobileNetV3 (Howard et al., 2019).
    """
    near = np.clip(x, -3, 3)
    return np.maximum(x, -3) * ((near + 3) / 6), ((x > -3) & (x < 3)) * ((2 * near + 3) / 6) + (x >= 3)


@activation(family="gated", look="8-", formula="x * tanh(log1p(exp(x)))", source="misra2020", exact=_digits.mish)
def mish(x: Array) -> tuple[Array, Array]:
    """Mish, x·tanh(softplus(x)), which dips to −0.31 near x = −1.19.

    The slope is tanh(s) + x·σ(x)(1 − tanh²(s)), with s = softplus(x).

    Notes
    -----
    YOLOv4, a detector of objects (Bochkovskiy et al., 2020).
    """
    near = np.minimum(x, 40)  # past 40 the value is x to the last digit
    e = np.exp(near)
    n = e * (e + 2)
    gate, rest = n / (n + 2), e / (n + 2)  # gate is tanh(softplus(x))
    return x * gate, gate + 4 * (near * rest) * ((1 + e) / (n + 2))


@activation(family="other", look="3-.", formula="max(x, 0)**2", source="so2021")
def relu_squared(x: Array) -> tuple[Array, Array]:
    """The squared rectifier, max(0, x)².

    The slope is 2·max(0, x), without a jump. Beyond the square root of the largest number the value is inf.

    Notes
    -----
    Primer, a Transformer whose parts were found by a search (So et al., 2021).
    """
    positive = np.maximum(x, 0)
    return positive * positive, 2 * positive


@activation(family="other", look="2-", formula="sin(x)", source="sitzmann2020")
def sine(x: Array) -> tuple[Array, Array]:
    """The sine, sin(x), with values from −1 to 1.

    The slope is cos(x). At ±inf there is no limit: value and slope are nan.

    Notes
    -----
    Networks that stand for an image, a sound or a shape: they map a place to the value there (Sitzmann et al.,
    2020). The paper takes sin(30z) of the pre-activation z.
    """
    return np.sin(x), np.cos(x)


def _shrink_kinks(width: float) -> tuple[float, ...]:
    return -width, width


@activation(
    family="other",
    look="6-",
    formula="x * step(abs(x) - width)",
    kinks=_shrink_kinks,
    limits={"width": _POSITIVE},
    source="donoho1994",
)
def hardshrink(x: Array, *, width: float = 0.5) -> tuple[Array, Array]:
    """Hard shrinkage: 0 where x is at most width from 0, x elsewhere.

    PyTorch calls the width lambd; 0.5 is its default. The slope is 0 between the two kinks and at them, as in PyTorch,
    and 1 outside. The function itself jumps at the kinks, which its slope does not show.

    Notes
    -----
    Removing noise from the wavelet coefficients of a signal, where Donoho and Johnstone (1994) call it hard
    thresholding: small ones are taken for noise.
    """
    beyond = (x > width) | (x < -width)
    return x * beyond, beyond


@activation(
    family="other",
    look="6:",
    formula="max(x - width, 0) + min(x + width, 0)",
    kinks=_shrink_kinks,
    limits={"width": _POSITIVE},
    source="donoho1995",
    aliases=("soft_thresholding",),
)
def softshrink(x: Array, *, width: float = 0.5) -> tuple[Array, Array]:
    """Soft shrinkage: x brought nearer to 0 by width, and 0 where it is at most width from 0.

    PyTorch calls the width lambd; 0.5 is its default. The slope is 0 between the two kinks and at them, as in PyTorch,
    and 1 outside.

    Notes
    -----
    Sparse coding: it is the step that a penalty on absolute values adds to gradient descent, and the activation of
    networks that learn this iteration (Gregor and LeCun, 2010).
    """
    return np.maximum(x - width, 0) + np.minimum(x + width, 0), (x > width) | (x < -width)


@activation(family="other", look="8-.", formula="x - tanh(x)", exact=_digits.tanhshrink)
def tanhshrink(x: Array) -> tuple[Array, Array]:
    """Tanh shrinkage, x − tanh(x): about x³/3 near 0, and x brought nearer to 0 by 1 far out.

    The slope is tanh²(x): 0 at 0, and towards 1 on both sides.

    Notes
    -----
    A smooth relative of `softshrink`, offered by PyTorch.
    """
    bent = np.tanh(x)
    return x - bent, bent * bent


@activation(family="other", look="1-.", formula="x**2", source="leshno1993")
def square(x: Array) -> tuple[Array, Array]:
    """The square, x²: a polynomial, so that shallow networks of it cannot approximate every function.

    The slope is 2x. Beyond the square root of the largest number the value is inf.

    Notes
    -----
    A counterexample: the theorem on universal approximation excludes the polynomials, and no others (Leshno et al.,
    1993). Computing with encrypted data, which allows sums and products alone, has to make do with polynomials
    (Gilad-Bachrach et al., 2016).
    """
    return x * x, 2 * x


if not TYPE_CHECKING:  # type checkers read the names themselves
    __all__ = [name for name, item in vars().items() if isinstance(item, Activation)]
