"""Ordered, read-only tables from a name to a part, and one sentence for a name that is not in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

Part = TypeVar("Part")


class Registry(Mapping[str, Part], Generic[Part]):
    """A read-only mapping from name to part, in the order in which the parts were defined.

    Parameters
    ----------
    kind
        What one entry is, for messages: ``"activation"``.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._parts: dict[str, Part] = {}
        self._aliases: dict[str, str] = {}

    def __getitem__(self, name: str) -> Part:
        try:
            return self._parts[self._aliases.get(name, name)]
        except (KeyError, TypeError):
            raise KeyError(self._unknown(name)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __repr__(self) -> str:
        return f"<{len(self)} {self.kind}s: {', '.join(self)}>"

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names under which parts can be asked for."""
        return tuple(self._aliases)

    def _unknown(self, name: object) -> str:
        import difflib  # only where a name is wrong

        known = [*self._parts, *self._aliases]
        near = difflib.get_close_matches(str(name), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the names are {', '.join(self._parts)}"
        return f"unknown {self.kind} {name!r}; {hint}"

    def _add(self, name: str, part: Part, aliases: tuple[str, ...] = ()) -> None:
        """Enter a part. A reader's own part may be defined again (a cell runs twice), gradlab's own may not."""
        for given in (name, *aliases):
            present = self._parts.get(self._aliases.get(given, given))
            if present is not None and _is_own(present) and not _is_own(part):
                raise ValueError(f"the {self.kind} {given!r} is gradlab's own; choose another name for yours")
        self._aliases.pop(name, None)
        self._parts[name] = part
        self._aliases.update(dict.fromkeys(aliases, name))

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
            f"{'an' if self.kind[0] in 'aeiou' else 'a'} {self.kind} of gradlab, not {given!r}"
        )


def _is_own(part: object) -> bool:
    return getattr(part, "__module__", "").startswith("gradlab.")
