"""Measure how exact the activations of gradlab, PyTorch and JAX are, against mpmath, and write the table of the reference.

``python tests/benchmarks/accuracy.py`` writes docs/reference/accuracy.json. Errors are in units in the last place (ulp) of
the right result; below the smallest normal number, in steps of the subnormal ones. What is right comes from the formula
that each activation brings, see formulas.py; the tests and the page in the reference use this file as well.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np

import gradlab as gl

TABLE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "accuracy.json"

if "gradlab_formulas" not in sys.modules:  # the file beside this one, wherever this one is read from
    _spec = importlib.util.spec_from_file_location("gradlab_formulas", Path(__file__).with_name("formulas.py"))
    sys.modules["gradlab_formulas"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["gradlab_formulas"])
formulas = sys.modules["gradlab_formulas"]


def points(kind: str, many: int) -> np.ndarray:
    """Return hard points of a floating type: the range of every exponential, roots, huge and tiny numbers, subnormals."""
    source, info = np.random.default_rng(5), np.finfo(kind)
    deepest = -float(np.log(info.smallest_subnormal))

    def powers(low: float, high: float, count: int) -> np.ndarray:
        return 10 ** source.uniform(low, high, count) * source.choice([-1.0, 1.0], count)

    named = [
        0,
        1,
        3,
        6,
        16,
        37.5,
        38.4,
        40,
        88,
        88.7,
        103.9,
        700,
        709,
        745.1,
        1e-30,
        deepest,
        float(info.max),
        float(info.tiny),
        float(info.smallest_subnormal),
    ]
    roots = [root + step for root in _turns() for step in (-0.37, -1e-2, -1e-5, 0, 1e-7, 1e-3, 0.38)]
    x = np.concatenate(
        [
            source.uniform(-40, 40, many),
            source.uniform(-4, 4, 2 * many),
            -source.uniform(0, deepest, many),
            source.uniform(0, deepest, many // 4),
            powers(-30, 3, many // 2),
            powers(3, np.log10(float(info.max)), many // 4),
            powers(float(np.log10(info.smallest_subnormal)), float(np.log10(info.tiny)) + 2, many // 4),
            np.linspace(-1.6, -0.5, many // 2),
            named,
            np.negative(named),
            roots,
        ]
    )
    return np.unique(np.clip(x, -float(info.max), float(info.max)).astype(kind))


@functools.cache
def _turns() -> list[float]:
    """Return the roots of all slopes between -4 and 4."""
    own = [part for part in gl.ACTIVATIONS.values() if part.formula is not None]
    return sorted({root for part in own for root in formulas.turns(part) if abs(root) < 4})


def truths(part: gl.Activation, x: np.ndarray) -> list[tuple[Any, Any]]:
    """Return the right value and slope at each point."""
    formula = formulas.Formula(part)
    return [(right.value, right.slope) for right in map(formula.exact, x)]


def ulp(found: Any, right: Any, kind: str) -> float:
    """Return the error of one result in units in the last place of the right one; inf for a nan or a wrong infinity."""
    info = np.finfo(kind)
    largest = mp.mpf(float(info.max))
    if abs(right) > largest:
        return 0.0 if np.isinf(found) and (found > 0) == (right > 0) else np.inf
    if not np.isfinite(found):
        return np.inf
    size = abs(right)
    exponent = max(int(mp.frexp(size)[1]) - 1 if size else info.minexp, info.minexp)
    return float(abs(mp.mpf(float(found)) - right) / mp.mpf(2) ** (exponent - info.nmant))


def worst(
    part: gl.Activation,
    found: tuple[Any, Any],
    x: np.ndarray,
    right: list[tuple[Any, Any]],
    *,
    apart: float = 0.0,
    subnormal: bool = True,
) -> tuple[float, float]:
    """Return the largest errors of values and of slopes; at kinks, and nearer to a slope's root than ``apart``, no slope.

    Without ``subnormal`` neither subnormal inputs nor subnormal results count.
    """
    kind = x.dtype.name
    if not subnormal:
        tiny = float(np.finfo(kind).tiny)
        normal = [not any(0 < abs(number) < tiny for number in (at, *pair)) for at, pair in zip(x, right, strict=True)]
        found, x = (found[0][normal], found[1][normal]), x[normal]
        right = [pair for pair, kept in zip(right, normal, strict=True) if kept]
    skip = np.isin(x, np.asarray(part.kinks, dtype=kind))
    if apart:  # whoever computes in float32 has lost the digits of a sum of two terms there
        skip |= (np.abs(np.subtract.outer(x, [*formulas.turns(part), np.inf])) < apart).any(1)
    with mp.workdps(50):
        value = max(ulp(a, b[0], kind) for a, b in zip(found[0], right, strict=True))
        slope = max(ulp(a, b[1], kind) for a, b, left_out in zip(found[1], right, skip, strict=True) if not left_out)
    return value, slope


def torch_functions() -> tuple[str, dict[str, Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]]]:
    """Return PyTorch's version and, by gradlab's names, what gives its values and slopes."""
    import torch
    from torch.nn import functional as f

    def both(function: Any) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
        def call(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            given = torch.tensor(x, requires_grad=True)
            value = function(given)
            (slope,) = torch.autograd.grad(value.sum(), given)
            return value.detach().numpy(), slope.numpy()

        return call

    named = {
        "identity": torch.nn.Identity(),
        "sigmoid": torch.sigmoid,
        "hard_sigmoid": f.hardsigmoid,
        "log_sigmoid": f.logsigmoid,
        "tanh": torch.tanh,
        "hard_tanh": f.hardtanh,
        "softsign": f.softsign,
        "arctan": torch.atan,
        "softplus": f.softplus,
        "relu": f.relu,
        "relu6": f.relu6,
        "leaky_relu": f.leaky_relu,
        "prelu": lambda x: f.prelu(x, torch.tensor(0.25, dtype=x.dtype)),
        "rrelu": f.rrelu,
        "elu": f.elu,
        "celu": f.celu,
        "selu": f.selu,
        "gelu": f.gelu,
        "gelu_tanh": lambda x: f.gelu(x, approximate="tanh"),
        "swish": f.silu,
        "hard_swish": f.hardswish,
        "mish": f.mish,
        "sine": torch.sin,
        "threshold": lambda x: f.threshold(x, 1.0, 0.0),
        "hardshrink": f.hardshrink,
        "softshrink": f.softshrink,
        "tanhshrink": f.tanhshrink,
        "square": torch.square,
    }
    return torch.__version__, {name: both(function) for name, function in named.items()}


def jax_functions() -> tuple[str, dict[str, Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]]]:
    """Return JAX's version and, by gradlab's names, what gives its values and slopes."""
    import jax
    from jax import nn
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def both(function: Any) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
        call = jax.jit(jax.vmap(jax.value_and_grad(function)))
        return lambda x: tuple(np.asarray(part) for part in call(x))

    named = {
        "identity": nn.identity,
        "sigmoid": nn.sigmoid,
        "hard_sigmoid": nn.hard_sigmoid,
        "log_sigmoid": nn.log_sigmoid,
        "tanh": jnp.tanh,
        "hard_tanh": nn.hard_tanh,
        "softsign": nn.soft_sign,
        "arctan": jnp.arctan,
        "softplus": nn.softplus,
        "relu": nn.relu,
        "relu6": nn.relu6,
        "leaky_relu": nn.leaky_relu,
        "elu": nn.elu,
        "celu": nn.celu,
        "selu": nn.selu,
        "gelu": lambda x: nn.gelu(x, approximate=False),
        "gelu_tanh": lambda x: nn.gelu(x, approximate=True),
        "swish": nn.silu,
        "hard_swish": nn.hard_swish,
        "mish": nn.mish,
        "sine": jnp.sin,
        "square": jnp.square,
    }
    return jax.__version__, {name: both(function) for name, function in named.items()}


def _processor() -> str:
    """Name the processor, as Linux knows it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name}, {platform.system()}"


def main() -> None:
    """Measure float32 in all three and write the table."""
    peers = {"PyTorch": torch_functions(), "JAX": jax_functions()}
    x = points("float32", 400)
    rows: dict[str, dict[str, list[float] | None]] = {}
    for name, part in gl.ACTIVATIONS.items():
        right = truths(part, x)
        row: dict[str, list[float] | None] = {
            "gradlab": [*worst(part, part.value_and_derivative(x), x, right, apart=0.1, subnormal=False)]
        }
        for peer, (_, calls) in peers.items():
            row[peer] = [*worst(part, calls[name](x), x, right, apart=0.1, subnormal=False)] if name in calls else None
        rows[name] = row
        print(name, row, file=sys.stderr)
    versions = {
        "gradlab": gl.__version__,
        "NumPy": np.__version__,
        **{peer: version for peer, (version, _) in peers.items()},
    }
    table = {"versions": versions, "machine": _processor(), "points": len(x), "rows": rows}

    def short(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: short(value) for key, value in item.items()}
        if isinstance(item, list):
            return [short(value) for value in item]
        if isinstance(item, float):
            return float(f"{item:.3g}") if np.isfinite(item) else "inf"
        return item

    TABLE.write_text(json.dumps(short(table), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
