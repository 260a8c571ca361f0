"""What the package index shows of gradlab-book: its description and links, where a publishing job names the repository.

The repository has no address of its own: ``GITHUB_REPOSITORY`` (with ``GITHUB_SERVER_URL``, set on GitHub's machines) gives
it. There the README's links, which are relative, become whole ones; elsewhere they stay, and there are no project links.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)]+)\)")


def repository(environment: Mapping[str, str]) -> str | None:
    """Return the address of the repository that builds the package, if it is known."""
    name = environment.get("GITHUB_REPOSITORY")
    return f"{environment.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}" if name else None


def described(root: Path, version: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields ``readme`` and ``urls``."""
    text = (root / "README.md").read_text(encoding="utf-8")
    urls = {}
    if (home := repository(environment)) is not None:
        text = _LINK.sub(rf"]({home}/blob/v{version}/\1)", text)
        urls = {"Source": home, "Issues": f"{home}/issues", "Changes": f"{home}/blob/v{version}/docs/changelog.md"}
        if base := environment.get("GRADLAB_BASE_URL"):
            urls["Documentation"] = base
    return {"readme": {"content-type": "text/markdown", "text": text}, "urls": urls}


class Metadata(MetadataHookInterface):
    """Asked by hatchling while it builds a wheel or an archive of sources."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the fields that ``pyproject.toml`` calls dynamic."""
        metadata.update(described(Path(self.root), metadata["version"], os.environ))
