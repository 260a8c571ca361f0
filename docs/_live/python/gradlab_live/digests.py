"""The digest of a statement: of its code, of all that it needs, of gradlab and of the NumPy that made the book's numbers.

A result of the book is that of a reader's page if and only if the digests agree: nobody has to note what was edited.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

import numpy

import gradlab
from gradlab_live.needs import Page


def made_with(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the version of NumPy that made some results: the reader's own is another one."""
    return next((str(one["numpy"]) for one in results.values() if "numpy" in one), numpy.__version__)


def digests(page: Page, numpy_version: str = numpy.__version__) -> list[str]:
    """Return the digests of all statements of a page."""
    versions = [gradlab.__version__, numpy_version]
    return [
        hashlib.sha256(
            json.dumps([versions, [page.statements[index].source for index in one.needs], one.source]).encode()
        ).hexdigest()[:32]
        for one in page.statements
    ]


def fewer(page: Page, whole: list[str], cut: Collection[int]) -> list[str]:
    """Return the digests where some statements run with fewer seeds: theirs say what they need in its turn."""
    found = list(whole)
    for index in sorted(cut):
        needed = [found[other] for other in page.statements[index].needs]
        found[index] = hashlib.sha256(json.dumps(["fewer seeds", whole[index], needed]).encode()).hexdigest()[:32]
    return found
