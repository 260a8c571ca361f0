"""The site's scripts run by Node.js, without a browser: whichever release of Node is there, a machine's or the wheel's."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from built_book import DOCS


def run(code: str, *given: str) -> Any:
    """Run a module beside the site's scripts, which it imports as ``./bench/grid.js``; return what it prints as JSON.

    ``given`` stands in ``process.argv`` from its third place on.
    """
    with tempfile.TemporaryDirectory() as folder:
        # Node takes a script for a module where a package says so: which of its options do, changes from release to release
        shutil.copytree(DOCS / "_live" / "js", folder, dirs_exist_ok=True)
        Path(folder, "package.json").write_text('{"type": "module"}', encoding="utf-8")
        program = Path(folder, "run_in_node.js")
        program.write_text(code, encoding="utf-8")
        done = subprocess.run(
            ["node", program, *given], capture_output=True, text=True, encoding="utf-8", check=False, timeout=120
        )
    if done.returncode:
        raise AssertionError(f"Node.js ended with code {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)
