"""What goes into a rule, checked before, and what it returns, checked after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gradlab import _check

Array = NDArray[Any]
Rule = Callable[..., tuple[Any, Any]]


class Part(Protocol):
    """What the checks need to know of an activation."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def rule(self) -> Rule:
        """Its rule."""
        ...

    @property
    def parameters(self) -> Mapping[str, float]:
        """Its parameters."""
        ...

    @property
    def limits(self) -> Mapping[str, tuple[float, float]]:
        """Where these may lie."""
        ...

    @property
    def learned(self) -> Mapping[str, Any]:
        """Which of them training changes."""
        ...

    @property
    def draw(self) -> Any:
        """How training draws them."""
        ...

    @property
    def kinks_at(self) -> Any:
        """Its kinks, or how they follow from the parameters."""
        ...


def read_only(x: Any) -> Any:
    """Return an array as a view that a rule cannot change by mistake, and a number as it is."""
    if not isinstance(x, np.ndarray):
        return x
    view = x.view()
    view.flags.writeable = False
    return view


def _bound(limit: float) -> float | None:
    return limit if np.isfinite(limit) else None


def known(part: Part, key: str, value: Any) -> None:
    """Refuse what is no parameter of an activation."""
    if key not in part.parameters:
        takes = f"takes {', '.join(part.parameters)}" if part.parameters else "takes no parameter"
        raise TypeError(f"{part.name} {takes}; it was given {key}={value!r:.80}")


def checked(part: Part, parameters: Mapping[str, Any], shape: tuple[int, ...] | None = None) -> dict[str, Any]:
    """Return all parameters; where ``shape`` says that of x, those that training varies may be arrays."""
    chosen: dict[str, Any] = dict(part.parameters)
    for key, value in parameters.items():
        known(part, key, value)
        low, high = part.limits.get(key, (-np.inf, np.inf))
        label, above, below = f"{key} of {part.name}", _bound(low), _bound(high)
        if shape is not None and np.ndim(value) and (key in part.learned or part.draw is not None):
            array = _check.finite_array(label, value, dimensions=tuple(range(1, len(shape) + 1)))
            for extreme in (array.min(), array.max()):
                _check.real(label, extreme, above=above, below=below)
            if any(ours not in (1, its) for ours, its in zip(array.shape[::-1], shape[::-1], strict=False)):
                raise ValueError(f"{label} has shape {array.shape}, which does not broadcast to that of x, {shape}")
            chosen[key] = array.astype(float)
        else:
            chosen[key] = _check.real(label, value, above=above, below=below)
    if callable(part.kinks_at) and parameters and not any(np.ndim(value) for value in chosen.values()):
        part.kinks_at(**chosen)  # it knows which parameters do not go together
    return chosen


def call(part: Part, rule: Rule, x: Array, parameters: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return what a rule gives for x, if that is a value and a slope for each entry."""
    try:
        result = rule(read_only(x), **{name: read_only(one) for name, one in parameters.items()})
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise ValueError(
            f"the rule of {part.name} must leave x and its parameters as they are: write y = 2 * x, not x *= 2"
        ) from error
    if not isinstance(result, tuple | list) or len(result) != 2:
        what = f"{len(result)} things" if isinstance(result, tuple | list) else type(result).__name__
        raise TypeError(f"the rule of {part.name} must return two things, value and slope; it returned {what}")
    for name, one in zip(("value", "slope"), result, strict=True):
        if np.asarray(one).dtype.kind not in "fiub":
            raise TypeError(f"the {name} that the rule of {part.name} returns must be real; it is {_check.short(one)}")
        if np.shape(one) not in (x.shape, ()):
            raise TypeError(
                f"the {name} that the rule of {part.name} returns has shape {np.shape(one)} for x of shape {x.shape}"
            )
    return result[0], result[1]


def attempt(part: Part) -> None:
    """Say what is wrong with a rule of a reader's own: it has to take each entry by itself."""
    x = np.array([[-1.5, -0.25, 0.5], [1.0, 2.0, -3.0]])
    with np.errstate(all="ignore"):
        together = call(part, part.rule, x, part.parameters)
        for index in np.ndindex(x.shape):
            alone = call(part, part.rule, x[index].reshape(1), part.parameters)
            for one, all_of_them in zip(alone, together, strict=True):
                whole = np.broadcast_to(all_of_them, x.shape)[index]
                if not np.allclose(np.ravel(one)[0], whole, rtol=1e-6, equal_nan=True):
                    raise ValueError(
                        f"the rule of {part.name} must be elementwise: at x = {x[index]:g} it gives one thing alone "
                        "and another beside other numbers"
                    )
