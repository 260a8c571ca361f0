"""Activation functions: each is one rule that returns its value and its slope together."""

from __future__ import annotations

import numpy as np

from gradlab.activations import _digits as elementary
from gradlab.activations import _fast as kernels
from gradlab.activations import _normal as normal
from gradlab.activations.record import ACTIVATIONS, Array, activation

_POSITIVE = (0, np.inf)


@activation(in_place=kernels.identity)
def identity(x: Array) -> tuple[Array, Array]:
    """The identity, f(x) = x, which makes a network affine.

    The slope is 1 everywhere.

    Notes
    -----
    For experiments on what depth does without activation functions. The last layer of every `gradlab.MLP` has no
    activation, which is the same.
    """
    return x, np.ones_like(x)


@activation(source="lecun1998", in_place=kernels.sigmoid)
def sigmoid(x: Array) -> tuple[Array, Array]:
    """The logistic function, σ(x) = 1/(1 + exp(−x)), with values in (0, 1).

    The slope is σ(x)σ(−x): at most 1/4, at 0, and towards 0 on both sides.

    Notes
    -----
    Gates, which let through a share between 0 and 1: those of the LSTM (Hochreiter and Schmidhuber, 1997), and the
    one inside `swish`. At the output of a classifier of two classes it turns a score into a probability.
    """
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e), e / (1 + e) ** 2


def _hard_sigmoid_kinks(slope: float, offset: float) -> tuple[float, ...]:
    return -offset / slope, (1 - offset) / slope


@activation(kinks=_hard_sigmoid_kinks, limits={"slope": _POSITIVE}, source="howard2019", in_place=kernels.hard_sigmoid)
def hard_sigmoid(x: Array, *, slope: float = 1 / 6, offset: float = 0.5) -> tuple[Array, Array]:
    """The hard logistic function, slope·x + offset cut off at 0 and 1.

    The paper's slope is 1/6 and its offset 1/2, so that the kinks lie at −3 and 3. The slope there is 0, as in PyTorch.

    Notes
    -----
    The gates of the squeeze-and-excite blocks in MobileNetV3 (Howard et al., 2019), where an exponential costs too
    much. PyTorch, JAX and Keras have the same slope and offset; older versions of Keras have 0.2 and 0.5.
    """
    low, high = _hard_sigmoid_kinks(slope, offset)
    # from the lower kink, near which slope·x + offset has few right digits; past the upper one slope times x may overflow
    value = np.where(x > high, 1.0, np.minimum(slope * (np.clip(x, low, high) - low), 1))
    return value, np.where((x > low) & (x < high), slope, 0.0)


@activation()
def log_sigmoid(x: Array) -> tuple[Array, Array]:
    """The logarithm of the logistic function, ln σ(x) = −ln(1 + exp(−x)).

    The slope is σ(−x).

    Notes
    -----
    For losses rather than layers. The cross-entropy of two classes is −ln σ(z) for the one and −ln σ(−z) for the
    other, and in this form nothing overflows. Direct preference optimization (Rafailov et al., 2023) trains
    language models with it.
    """
    e = np.exp(-np.abs(x))
    return np.minimum(x, 0) - np.log1p(e), np.where(x > 0, e, 1) / (1 + e)


@activation(source="lecun1998", in_place=kernels.tanh)
def tanh(x: Array) -> tuple[Array, Array]:
    """The hyperbolic tangent, tanh(x) = 2σ(2x) − 1, with values in (−1, 1).

    The slope is 1 − tanh²(x) = 4σ′(2x): at most 1, at 0.

    Notes
    -----
    The cells of the LSTM (Hochreiter and Schmidhuber, 1997), and hidden layers wherever values should be centred on
    0, which is why it was preferred to sigmoid (Kalman and Kwasny, 1992; LeCun et al., 1998).
    """
    e = np.exp(-2 * np.abs(x))
    return np.tanh(x), 4 * e / (1 + e) ** 2


@activation(source="lecun1998")
def scaled_tanh(x: Array) -> tuple[Array, Array]:
    """LeCun's sigmoid, 1.7159·tanh(2x/3), which passes almost through (1, 1) and (−1, −1).

    The slope is 1.7159·(2/3)·(1 − tanh²(2x/3)): at most 1.144, at 0.

    Notes
    -----
    Recommended for hidden layers by LeCun et al. (1998), together with inputs of mean 0.
    """
    e, last = elementary.exp_parts(*elementary.quotient(-4 * np.minimum(np.abs(x), 1500), 3.0))
    return 1.7159 * np.tanh(2 * (x / 3)), 1.7159 * 2 / 3 * 4 * e / (1 + e) ** 2 * last


def _hard_tanh_kinks(low: float, high: float) -> tuple[float, ...]:
    if not low < high:
        raise ValueError(f"low of hard_tanh must be below high; they are {low:g} and {high:g}")
    return low, high


@activation(kinks=_hard_tanh_kinks, source="collobert2004", in_place=kernels.hard_tanh)
def hard_tanh(x: Array, *, low: float = -1.0, high: float = 1.0) -> tuple[Array, Array]:
    """The hard tangent: x cut off at low and high.

    The paper's bounds are −1 and 1. The slope is 1 between them and 0 outside and at the kinks, as in PyTorch.

    Notes
    -----
    For where tanh costs too much: two comparisons, and no exponential.
    """
    return np.clip(x, low, high), np.where((x > low) & (x < high), 1.0, 0.0)


@activation(source="elliott1993", in_place=kernels.softsign)
def softsign(x: Array) -> tuple[Array, Array]:
    """Softsign, ``x/(1 + |x|)``, with values in (−1, 1), which it nears far more slowly than tanh does.

    The slope is ``1/(1 + |x|)²``: at most 1, at 0.

    Notes
    -----
    Glorot and Bengio (2010) compare it with sigmoid and tanh in deep networks.
    """
    near = np.clip(x, -1.7976931348623157e308, 1.7976931348623157e308)
    share = 1 / (1 + np.abs(x))  # its square, not the reciprocal of a square: that could overflow
    return near / (1 + np.abs(near)), share * share


@activation()
def arctan(x: Array) -> tuple[Array, Array]:
    """The arc tangent, arctan(x), with values in (−π/2, π/2).

    The slope is 1/(1 + x²): at most 1, at 0.

    Notes
    -----
    For comparison: it flattens out slowly, its slope falling like 1/x², as that of `softsign` does. The slope of
    `tanh` falls exponentially.
    """
    share = 1 / np.hypot(1, x)
    return np.arctan(x), share * share


@activation(source="dugas2001", in_place=kernels.softplus)
def softplus(x: Array) -> tuple[Array, Array]:
    """Softplus, ln(1 + exp(x)): a smooth rectifier.

    The slope is the logistic function σ(x).

    Notes
    -----
    Outputs that have to be positive, such as the standard deviation of a distribution. `mish` has it inside.
    """
    e = np.exp(-np.abs(x))
    return np.maximum(x, 0) + np.log1p(e), np.where(x >= 0, 1, e) / (1 + e)


@activation(kinks=(0.0,), source="nair2010", in_place=kernels.relu)
def relu(x: Array) -> tuple[Array, Array]:
    """The rectified linear unit, max(0, x).

    The slope is 1 where x > 0 and 0 elsewhere; at the kink x = 0 it is 0, as in PyTorch.

    Notes
    -----
    AlexNet (Krizhevsky et al., 2012), residual networks (He et al., 2016) and the first Transformer (Vaswani et
    al., 2017). The function is older than its name: Fukushima (1969) had it in a model of vision.
    """
    return np.maximum(x, 0), (x > 0).astype(x.dtype)


@activation(kinks=(0.0, 6.0), source="krizhevsky2010", in_place=kernels.relu6)
def relu6(x: Array) -> tuple[Array, Array]:
    """The rectified linear unit cut off at 6, min(max(0, x), 6).

    The slope is 1 where 0 < x < 6 and 0 outside and at the kinks, as in PyTorch.

    Notes
    -----
    MobileNetV2 (Sandler et al., 2018), chosen for arithmetic with few bits: its values stay between 0 and 6.
    """
    return np.clip(x, 0, 6), ((x > 0) & (x < 6)).astype(x.dtype)


def _bent_line(x: Array, slope: float | Array) -> tuple[Array, Array]:
    left = np.where(np.equal(slope, 0), 0, slope * np.minimum(x, 0))  # 0 times inf is nan
    return np.where(x > 0, x, left), np.where(x > 0, 1, slope)


def _slope_kinks(slope: float) -> tuple[float, ...]:
    return () if slope == 1 else (0.0,)


@activation(kinks=_slope_kinks, source="maas2013", in_place=kernels.leaky_relu)
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


@activation(kinks=_slope_kinks, source="he2015", in_place=kernels.leaky_relu, learned={"slope": _by_slope})
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


@activation(kinks=_rrelu_kinks, source="xu2015", in_place=kernels.rrelu, draw=_rrelu_draw)
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


@activation(kinks=_elu_kinks, limits={"alpha": _POSITIVE}, source="clevert2016", in_place=kernels.elu)
def elu(x: Array, *, alpha: float = 1.0) -> tuple[Array, Array]:
    """The exponential linear unit: x where x > 0, α(exp(x) − 1) elsewhere.

    It tends to −α on the left. The slope is 1 where x > 0 and α·exp(x) elsewhere; the paper's α = 1 makes it smooth,
    with another the slope from the left is taken at the kink x = 0.

    Notes
    -----
    Graph attention networks (Veličković et al., 2018).
    """
    left = np.minimum(x, 0)
    return np.where(x > 0, x, alpha * np.expm1(left)), np.where(x > 0, 1, alpha * np.exp(left))


@activation(limits={"alpha": _POSITIVE}, source="barron2017")
def celu(x: Array, *, alpha: float = 1.0) -> tuple[Array, Array]:
    """The continuously differentiable exponential linear unit: x where x > 0, α(exp(x/α) − 1) elsewhere.

    It tends to −α on the left. The slope is 1 where x > 0 and exp(x/α) elsewhere: smooth for every α, here 1.

    Notes
    -----
    Networks that predict the energy of molecules, with alpha = 0.1: TorchANI (Gao et al., 2020).
    """
    t, rest = elementary.quotient(np.minimum(x, 0), alpha)
    e = np.exp(t)
    left = np.where(t > -1e-17, x, alpha * np.expm1(t))  # so near 0 it is x, and α would enlarge what rounding x/α lost
    return np.where(x > 0, x, left), np.where(x > 0, 1, e + e * rest)


def _selu_kinks(scale: float, alpha: float) -> tuple[float, ...]:
    return _elu_kinks(alpha)


@activation(
    kinks=_selu_kinks, limits={"scale": _POSITIVE, "alpha": _POSITIVE}, source="klambauer2017", in_place=kernels.selu
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
    left, positive = np.minimum(x, 0), x > 0
    return (
        np.where(positive, scale * x, scale * alpha * np.expm1(left)),
        np.where(positive, scale, scale * alpha * np.exp(left)),
    )


@activation(source="hendrycks2016", in_place=kernels.gelu)
def gelu(x: Array) -> tuple[Array, Array]:
    """The Gaussian error linear unit, x·Φ(x), with Φ the distribution function of N(0, 1).

    This is the exact form, not the tanh approximation. The slope is Φ(x) + x·φ(x). It dips to −0.17 near x = −0.75,
    and its slope rises to 1.13 at x = √2.

    Notes
    -----
    Transformers: BERT (Devlin et al., 2019) and GPT-2 (Radford et al., 2019), whose published code computes it as
    `gelu_tanh` does. PyTorch computes this exact form unless told otherwise.
    """
    a = np.minimum(np.abs(x), 40)  # past 40 the density is 0 in float64
    (density, small, last), (steep, rest) = normal.density_parts(a), normal.hazard(a)
    small = small - rest
    tail, dip, bend = density / steep, -a * density / steep, density * (1 / steep - a)
    below, left, slope = (((part + part * small) * last) for part in (tail, dip, bend))  # Φ(−a), −aΦ(−a), f′(−a)
    return (
        np.where(x > 0, x * (1 - below), left),
        np.where(x > 0, 1 - slope, elementary.near_root(elementary.GELU_ROOT, x, slope)),
    )


@activation(source="hendrycks2016", in_place=kernels.gelu_tanh)
def gelu_tanh(x: Array) -> tuple[Array, Array]:
    """The tanh approximation of GELU, x/2·(1 + tanh(√(2/π)(x + 0.044715x³))).

    It is never further than 0.0005 from `gelu`. The slope is that of this formula, not of gelu.

    Notes
    -----
    The published code of BERT (Devlin et al., 2019) and of GPT-2 (Radford et al., 2019). JAX computes GELU so
    unless told otherwise.
    """
    t, rest, bend = elementary.gelu_tanh_argument(np.clip(x, -40, 40))
    value, slope = elementary.gated(x, t, rest, bend)
    return value, elementary.near_root(elementary.GELU_TANH_ROOT, x, slope)


@activation(source="ramachandran2017", aliases=("silu",), in_place=kernels.swish)
def swish(x: Array, *, beta: float = 1.0) -> tuple[Array, Array]:
    """Swish, x·σ(βx); with β = 1 it is also called SiLU.

    The slope is σ(βx)(1 + βx·σ(−βx)). With β = 1 it dips to −0.28 near x = −1.28.

    Notes
    -----
    EfficientNet (Tan and Le, 2019). In SwiGLU (Shazeer, 2020) it is the gate of the feed-forward layers of LLaMA
    (Touvron et al., 2023). The name SiLU is that of Elfwing et al. (2018).
    """
    t, rest = elementary.two_product(x, beta)
    t = np.clip(np.where(np.equal(beta, 0), 0, t), -1500, 1500)  # further out σ is 0 or 1, and inf·0 would be nan
    rest = np.where(np.abs(t) < 1500, rest, 0)
    value, slope = elementary.gated(x, t, rest, t)
    return value, elementary.near_root(elementary.SWISH_ROOT, t, slope, rest)


silu = swish


@activation(kinks=(-3.0, 3.0), source="howard2019", in_place=kernels.hard_swish)
def hard_swish(x: Array) -> tuple[Array, Array]:
    """Hard swish, x·min(max(0, x + 3), 6)/6: the identity right of 3, 0 left of −3, a parabola between.

    The slope between is (2x + 3)/6. At the kinks it is that from outside, 0 at −3 and 1 at 3, as in PyTorch.

    Notes
    -----
    The deeper half of MobileNetV3 (Howard et al., 2019).
    """
    near = np.clip(x, -3, 3)
    middle = (x > -3) & (x < 3)
    return (
        np.where(x > 3, x, near * (near + 3) / 6),
        np.where(middle, (2 * near + 3) / 6, np.where(x >= 3, 1.0, 0.0)),
    )


@activation(source="misra2020", in_place=kernels.mish)
def mish(x: Array) -> tuple[Array, Array]:
    """Mish, x·tanh(softplus(x)), which dips to −0.31 near x = −1.19.

    The slope is tanh(s) + x·σ(x)(1 − tanh²(s)), with s = softplus(x).

    Notes
    -----
    YOLOv4, a detector of objects (Bochkovskiy et al., 2020).
    """
    e, last = elementary.exp_parts(-np.abs(x))
    n, near = e * (e + 2), np.clip(x, -1500, 1500)
    left = e * (4 * (1 + near) + e * (6 + 4 * near + e * (4 + e))) / (n + 2) ** 2 * last
    low = np.clip(x, -1.7976931348623157e308, 0) * e * ((e + 2) / (n + 2)) * last
    above, below = 1 + 2 * e, 1 + 2 * e + 2 * e * e  # of tanh(softplus(x)) for x > 0, where e is exp(−x)
    right = above / below + 4 * near * (1 + e) * (e / below) ** 2
    return (
        np.where(x > 0, x * (above / below), low),
        np.where(x > 0, right, elementary.near_root(elementary.MISH_ROOT, x, left)),
    )


@activation(source="so2021", in_place=kernels.relu_squared)
def relu_squared(x: Array) -> tuple[Array, Array]:
    """The squared rectifier, max(0, x)².

    The slope is 2·max(0, x), without a jump. Beyond the square root of the largest number the value is inf.

    Notes
    -----
    Primer, a Transformer whose parts were found by a search (So et al., 2021).
    """
    positive = np.maximum(x, 0)
    return positive * positive, 2 * positive


@activation(source="sitzmann2020")
def sine(x: Array) -> tuple[Array, Array]:
    """The sine, sin(x), with values from −1 to 1.

    The slope is cos(x). At ±inf there is no limit: value and slope are nan.

    Notes
    -----
    Networks that stand for an image, a sound or a shape: they map a place to the value there (Sitzmann et al.,
    2020). The paper takes sin(30z) of the pre-activation z.
    """
    return np.sin(x), np.cos(x)


@activation(source="leshno1993")
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


__all__ = ["ACTIVATIONS", *ACTIVATIONS, *ACTIVATIONS.aliases]
