"""Results of statements as bytes: pickled in the book's kernels, and read in the reader's browser.

Functions and classes that the page itself defines travel by their name; whoever reads the result has to define them first.
"""

from __future__ import annotations

import gzip
import io
import pickle
import types
from collections.abc import Mapping
from typing import Any

LARGEST = 100_000  # bytes, packed: more is not worth its way to a reader
_BY_NAME = (types.FunctionType, type)


class _Writer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, namespace: Mapping[str, Any]) -> None:
        super().__init__(file, protocol=5)
        self.namespace, self.used = namespace, set[str]()

    def persistent_id(self, shown: Any) -> str | None:
        """Return the name of what the page defines."""
        if isinstance(shown, _BY_NAME) and shown.__module__ == "__main__":
            name = shown.__name__
            if self.namespace.get(name) is shown:
                self.used.add(name)
                return name
        return None


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, namespace: Mapping[str, Any]) -> None:
        super().__init__(file)
        self.namespace = namespace

    def persistent_load(self, name: Any) -> Any:
        """Return what the page defines under a name."""
        return self.namespace[name]


def pack(values: Mapping[str, Any], namespace: Mapping[str, Any]) -> tuple[bytes, list[str]]:
    """Return values as bytes, and the names of the page that they refer to; whatever pickle raises, if they cannot be."""
    file = io.BytesIO()
    writer = _Writer(file, {name: value for name, value in namespace.items() if name not in values})
    writer.dump(dict(values))
    return gzip.compress(file.getvalue(), 9, mtime=0), sorted(writer.used)


def unpack(data: bytes, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values."""
    values: dict[str, Any] = _Reader(io.BytesIO(gzip.decompress(data)), namespace).load()
    return values
