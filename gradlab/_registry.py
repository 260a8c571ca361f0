"""Ordered, read-only tables from a name to a part, and one sentence for a name that is not in them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from gradlab import _check
from gradlab._same import Alike as Alike  # the parts have them from here
from gradlab._same import remember as remember
from gradlab._same import same_function as same_function

Part = TypeVar("Part")
Function = TypeVar("Function", bound=Callable[..., Any])


class Registry(Mapping[str, Part], Generic[Part]):
    """A read-only mapping from name to part, in the order in which the parts were defined.

    A name is also understood in other spellings: upper and lower case, hyphens, underscores and blanks make no
    difference unless they must, so ``"LeakyReLU"`` and ``"leaky-relu"`` are ``"leaky_relu"``. A name as it stands in the
    table always comes first.

    Parameters
    ----------
    kind
        What one entry is, for messages: ``"activation"``.

    Examples
    --------
    >>> import gradlab as gl
    >>> list(gl.LOSSES)[:3]
    ['cross_entropy', 'binary_cross_entropy', 'squared_error']
    >>> gl.LOSSES["CrossEntropy"], gl.LOSSES["mse"]
    (cross_entropy, squared_error)
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._parts: dict[str, Part] = {}
        self._aliases: dict[str, str] = {}
        self._hints: dict[str, str] = {}

    def __getitem__(self, name: str) -> Part:
        found = self._name(name)
        if found is None:
            raise KeyError(self._unknown(name))
        return self._parts[found]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __repr__(self) -> str:
        plural = "es" if self.kind.endswith("s") else "s"
        return f"<{len(self)} {self.kind}{plural}: {', '.join(self)}>"

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names under which parts can be asked for."""
        return tuple(self._aliases)

    def _name(self, given: object) -> str | None:
        """Return the name in the table that a name, alias or other spelling stands for, None if there is none."""
        if not isinstance(given, str):
            return None
        if given in self._parts:
            return given
        if given in self._aliases:
            return self._aliases[given]
        known = {name: name for name in self._parts} | self._aliases
        found = {name for spelling, name in known.items() if _letters(spelling) == _letters(given)}
        return found.pop() if len(found) == 1 else None  # two names that differ in nothing else: neither is meant

    def _unknown(self, name: object) -> str:
        import difflib  # only where a name is wrong

        said = f"unknown {self.kind} {_check.short(name)}; "
        hints = {_letters(spelling): hint for spelling, hint in self._hints.items()}
        if isinstance(name, str) and _letters(name) in hints:
            return said + hints[_letters(name)]
        near = difflib.get_close_matches(str(name), [*self._parts, *self._aliases], n=1)
        return said + (f"did you mean {near[0]!r}?" if near else f"the names are {', '.join(self._parts)}")

    def _add(
        self, name: str, part: Part, aliases: tuple[str, ...] = (), hints: Mapping[str, str] | None = None
    ) -> None:
        """Enter a part. A reader's own part may be defined again (a cell runs twice), gradlab's own may not."""
        for given in (name, *aliases):
            present = self._parts.get(self._aliases.get(given, given))
            if present is not None and is_own(present) and not is_own(part):
                raise ValueError(f"the {self.kind} {given!r} is gradlab's own; choose another name for yours")
        self._aliases.pop(name, None)
        self._parts[name] = part
        self._aliases.update(dict.fromkeys(aliases, name))
        self._hints.update(hints or {})

    def _suggest(self, hints: Mapping[str, str]) -> Callable[[Function], Function]:
        """Answer names that people try with what a function beside the table does for them."""

        def decorate(function: Function) -> Function:
            self._hints.update(hints)
            return function

        return decorate

    def name_of(self, part: object) -> str | None:
        """Return the name of a part, or None if it is not in the table.

        Parameters
        ----------
        part
            Anything.

        Returns
        -------
        str or None
            Its name.

        Examples
        --------
        >>> import gradlab as gl
        >>> gl.OPTIMIZERS.name_of(gl.AdamW)
        'adamw'
        """
        return next((name for name, known in self._parts.items() if known is part), None)

    def resolve(self, given: Any, kinds: type | tuple[type, ...], argument: str | None = None) -> Part:
        """Return the part that a name or a part stands for.

        Parameters
        ----------
        given
            A name of this table, or a part.
        kinds
            The class or classes that a part may have.
        argument
            The name of the caller's argument, for the message; the kind unless given.

        Returns
        -------
        Part
            The part itself.

        Raises
        ------
        ValueError
            If the name is unknown; the message names the nearest one.
        TypeError
            If ``given`` is neither a name nor a part.

        Examples
        --------
        >>> import gradlab as gl
        >>> gl.LOSSES.resolve("mae", gl.Loss)
        Traceback (most recent call last):
            ...
        ValueError: unknown loss 'mae'; there is no absolute error; 'huber' is near: |e| - 1/2 for an error e beyond 1
        """
        if isinstance(given, kinds):
            return given  # type: ignore[return-value]
        if isinstance(given, str):
            try:
                return self[given]
            except KeyError as error:
                raise ValueError(error.args[0]) from None
        raise TypeError(
            f"{argument or self.kind} must be a name such as {next(iter(self), '?')!r} or "
            f"{'an' if self.kind[0] in 'aeiou' else 'a'} {self.kind} of gradlab, not {_check.short(given)}"
        )


def _letters(name: str) -> str:
    """Return a name without what people spell differently: case, hyphens, underscores, blanks."""
    return re.sub(r"[\W_]+", "", name).casefold()


def is_own(part: object) -> bool:
    """Whether a part or a function is gradlab's; one that was made by ``exec`` may be of no module."""
    return str(getattr(part, "__module__", "")).startswith("gradlab.")


def reachable(rule: Function) -> Function:
    """Let pickle find a function that a decorator has hidden behind a part of its name: at the part's ``rule``.

    A decorator leaves the part under the name of the function, so pickle finds the part where it looks for the
    function, and refuses. Named ``part.rule``, the function is found through the part, and cloudpickle takes it by value.
    """
    home = getattr(rule, "__module__", None) or ""
    if home in sys.modules and rule.__qualname__ == rule.__name__:
        rule.__qualname__ = f"{rule.__name__}.rule"
    return rule


def importable(part: Any, name: str) -> bool:
    """Whether every process that imports a part's module finds this part there, so that pickle may name it.

    A script or a notebook is no such module: another process has another one of that name.
    """
    home = getattr(part, "__module__", None) or "__main__"
    return home != "__main__" and getattr(sys.modules.get(home), name, None) is part
