"""Try the book in Pyodide: ``python tests/wasm/run.py --node-modules … --wheels … [native] [quick] [suite] [page …]``; run by nox.

Every cell of every page is run as a reader's browser does, with the results that the site ships, and gradlab's own tests are
run. A page fails where a cell errs, a claim is false or missing, a slice is not enough, or a budget is passed. Numbers
that differ within `judge.DIGITS` digits are listed: long runs end elsewhere with another library of mathematics.

``quick`` is what every change is tried with: the cells of a page run one after another in one session, two Pythons take the
pages between them; seconds and memory are judged where each cell runs alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "docs" / "_live" / "python"), str(ROOT)]
from judge import HEAD  # noqa: E402  it reads bounds as live cells do

DOCS, SITE = ROOT / "docs", ROOT / "docs" / "_build" / "html"
LONGEST = 10.0  # seconds of one cell, with shipped results
LARGEST = 450.0  # megabytes
MOVED = 12  # numbers of the book that may differ: a few long runs
PATHS = ("docs/_live/python", ".", "tests/wasm")
SKIPPED = Path(__file__).with_name("skipped.txt")
SETUP = """
import sys, shutil, json, os
sys.path[:0] = {paths!r}
from gradlab_live import shown
from pathlib import Path
shown.STYLE = Path({style!r})
"""
JUDGE = """
from judge import judge_all
json.dumps(judge_all({site!r}, {docs!r}, {pages!r}, together={together!r}))
"""
SUITE = """
sys.path.append("/style/packages")
os.chdir("/repository")
import pytest
code = pytest.main(["-q", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib", *{options!r}, *{tests!r}])
json.dumps(int(code))
"""


def style(folder: Path) -> Path:
    """Lay out how the book's figures look, as the site has packed it."""
    with zipfile.ZipFile(SITE / "_static" / "live" / "gradlab_live.zip") as packed:
        for name in packed.namelist():
            if name.startswith("gradlab_live/style/"):
                (folder / Path(name).name).write_bytes(packed.read(name))
    return folder


class Runner:
    """Runs Python code, here or in Pyodide, in a process of its own."""

    def __init__(self, arguments: argparse.Namespace, folder: Path) -> None:
        """Know where everything is."""
        self.arguments, self.folder = arguments, folder
        self.native = "native" in arguments.what

    def setup(self) -> dict[str, object]:
        """Return where the code finds things."""
        root, look = (str(ROOT), str(self.folder)) if self.native else ("/repository", "/style")
        return {"paths": [f"{root}/{path}" for path in PATHS], "style": look, "root": root}

    def __call__(self, code: str, **values: object) -> Any:
        """Run code and return what it gives."""
        known = self.setup()
        text = SETUP.format(**known) + code.format(**{**known, **values})
        handle, name = tempfile.mkstemp(suffix=".py", dir=self.folder)
        os.close(handle)
        file = Path(name)
        if self.native:
            *lines, last = text.strip().splitlines()
            file.write_text("\n".join([*lines, f"print({last})"]), encoding="utf-8")
            command = [sys.executable, str(file)]
        else:
            file.write_text(text, encoding="utf-8")
            node = shutil.which("node") or "node"
            places = (self.arguments.node_modules, self.arguments.wheels, ROOT, self.folder, file)
            command = [node, str(Path(__file__).with_name("pyodide.mjs")), *map(str, places)]
        environment = {**os.environ, "MPLBACKEND": "agg", "MATPLOTLIBRC": str(self.folder / "matplotlibrc")}
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment, cwd=ROOT)
        return json.loads(done.stdout.strip().splitlines()[-1])


def skipped() -> list[str]:
    """Return the tests that a browser's Python has not what they need for, by their names; the file says what that is."""
    lines = SKIPPED.read_text(encoding="utf-8").splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.partition("#")[0].strip()]


def suite(runner: Runner) -> int:
    """Run gradlab's own tests; return 1 if one fails."""
    names = skipped()
    whole = {name for name in names if "::" not in name}
    tests = sorted({f"tests/{path.name}" for path in (ROOT / "tests").glob("test_*.py")} - whole)
    options = [f"--deselect={name}" for name in names if name not in whole]
    return int(runner(SUITE, tests=tests, options=options) != 0)


def shared(names: list[str], many: int) -> list[list[str]]:
    """Deal pages to processes by the seconds that their cells took when the book was built, the longest first."""
    parts: list[tuple[float, list[str]]] = [(0.0, []) for _ in range(many)]

    def cost(name: str) -> float:
        cells = json.loads((SITE / "_live" / f"{name}.json").read_text(encoding="utf-8"))["cells"]
        return 1 + sum(min(cell["seconds"], 2) for cell in cells)

    for name in sorted(names, key=cost, reverse=True):
        least = min(range(many), key=lambda part: parts[part][0])
        seconds, own = parts[least]
        parts[least] = (seconds + cost(name), [*own, name])
    return [own for _, own in parts if own]


def pages(runner: Runner, names: list[str], *, quick: bool) -> int:
    """Judge pages; print a table and what is wrong; return how many faults there are."""
    print(HEAD, flush=True)
    place = runner.setup()["root"]
    known = {"site": f"{place}/docs/_build/html", "docs": f"{place}/docs", "together": quick}
    # alone, so that its memory is a page's; or each of two Pythons takes half of them
    parts = shared(names, os.cpu_count() or 1) if quick else [[name] for name in names]
    with ThreadPoolExecutor(len(parts) if quick else 1) as pool:
        records = [one for found in pool.map(lambda part: runner(JUDGE, pages=part, **known), parts) for one in found]
    wrong, moved = [], []
    for record in records:
        for cell in record["cells"]:
            where = f"{record['page']}, cell {cell['cell']}"
            for told, digits in cell["faults"]:
                (moved if digits else wrong).append(f"{where}: {told}")
            if cell["seconds"] > LONGEST and not (runner.native or quick):
                wrong.append(f"{where}: {cell['seconds']:.1f} s, over {LONGEST:.0f}")
        if record["heap"] > LARGEST and not quick:
            wrong.append(f"{record['page']}: {record['heap']:.0f} MB, over {LARGEST:.0f}")
    if moved:
        print(f"\nNumbers that differ ({len(moved)}):", *moved, sep="\n  ")
    if len(moved) > MOVED:
        wrong.append(f"{len(moved)} numbers differ, over {MOVED}")
    print(*(["\nWrong:", *wrong] if wrong else ["\nAll is as the book has it."]), sep="\n  ")
    return len(wrong)


def editable() -> list[str]:
    """Return the pages that have a cell which can be edited."""
    found = []
    for path in sorted((SITE / "_live").rglob("*.json")):
        if any(cell["editable"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]):
            found.append(path.relative_to(SITE / "_live").with_suffix("").as_posix())
    return found


def main() -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--node-modules", type=Path)
    parser.add_argument("--wheels", type=Path, default=DOCS / "_live" / "wheels")
    parser.add_argument("--packages", type=Path, help="pure packages for gradlab's own tests: pytest and hypothesis")
    parser.add_argument("what", nargs="*", help="native, quick, suite, or pages; all pages and the suite without any")
    arguments = parser.parse_args()
    words, every = {"native", "quick", "suite"}, editable()
    asked = [one for one in arguments.what if one not in words]
    if unknown := sorted(set(asked) - set(every)):
        parser.error(f"no page with a cell to edit: {', '.join(unknown)}")
    quick, only_suite = "quick" in arguments.what, "suite" in arguments.what and not asked
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(arguments, style(Path(folder)))
        found = 0 if only_suite else pages(runner, asked or every, quick=quick)
        if arguments.packages and not runner.native and ("suite" in arguments.what or not (asked or quick)):
            shutil.copytree(arguments.packages, Path(folder, "packages"))
            found += suite(runner)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
