"""What the repository holds at its top, which is fixed: a file that a tool left behind is found here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP = {"docs", "gradlab", "tests", "noxfile.py", "pyproject.toml", "README.md", "LICENSE", "CITATION.cff"}


def test_the_top_level_holds_what_it_is_to_hold_and_dot_files():
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("only a checkout knows what belongs to it")
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    top = {Path(path).parts[0] for path in told.stdout.split("\0") if path}
    assert {name for name in top if not name.startswith(".")} == TOP
