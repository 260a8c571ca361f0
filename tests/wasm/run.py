"""Try the book in Pyodide: ``python tests/wasm/run.py --node-modules … --wheels … [native] [suite] [page …]``; run by nox.

Every cell of every page is run as a reader's browser does, with the results that the site ships, and gradlab's own tests are
run. A page fails where a cell errs, a claim is false or missing, a slice is not enough, or a budget is passed. Numbers
that differ within `judge.DIGITS` digits are listed: long runs end elsewhere with another library of mathematics.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS, SITE = ROOT / "docs", ROOT / "docs" / "_build" / "html"
LONGEST = 10.0  # seconds of one cell, with shipped results
LARGEST = 450.0  # megabytes
MOVED = 12  # numbers of the book that may differ: a few long runs
PATHS = ("docs/_live/python", ".", "tests/wasm")
# what a browser's Python has not: processes, threads, signals, and packages that are compiled
SKIPPED = (
    "fuzz or speed or processes or process or thread or signal or joblib or dask or pandas or sklearn or scipy or terminal "
    "or interrupt or example or one_file or ipython or imports"
)
SETUP = """
import sys, shutil, json, os
sys.path[:0] = {paths!r}
from gradlab_live import shown
from pathlib import Path
shown.STYLE = Path({style!r})
"""
JUDGE = """
from judge import judge
json.dumps(judge({site!r}, {docs!r}, {page!r}))
"""
SUITE = """
sys.path.append("/style/packages")
os.chdir("/repository")
import pytest
code = pytest.main(["-q", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib", "-x", "--maxfail=20", "-k", {skipped!r}, *{tests!r}])
json.dumps(int(code))
"""


def style(folder: Path) -> Path:
    """Lay out how the book's figures look, as the site packs it."""
    sys.path[:0] = [str(DOCS / "_ext"), str(DOCS / "_live" / "python"), str(ROOT)]
    from themed_figures import DARK

    for path in [DOCS / "matplotlibrc", *sorted((DOCS / "_fonts").glob("*.ttf"))]:
        shutil.copy(path, folder)
    (folder / "dark.json").write_text(json.dumps(DARK), encoding="utf-8")
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

    def __call__(self, code: str, **values: object) -> object:
        """Run code and return what it gives."""
        known = self.setup()
        text = SETUP.format(**known) + code.format(**{**known, **values})
        file = self.folder / "code.py"
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


def line(record: dict) -> str:
    """Return a page as a line of the table."""
    cells = record["cells"]
    longest = max(cells, key=lambda cell: cell["seconds"])
    first = next((cell["figure"] for cell in cells if cell["figure"] is not None), None)
    figure = f"{first:7.1f}" if first is not None else "      -"
    total = sum(cell["seconds"] for cell in cells)
    return (
        f"{record['page']:28} {len(cells):5} {sum(cell['claims'] for cell in cells):6} {total:8.1f} {figure} "
        f"{longest['seconds']:7.1f} ({longest['cell']:2}) {sum(cell['loads'] for cell in cells):6} {record['heap']:6.0f}"
    )


def pages(runner: Runner, names: list[str]) -> int:
    """Judge pages; print a table and what is wrong; return how many faults there are."""
    print(
        f"{'page':28} {'cells':>5} {'claims':>6} {'seconds':>8} {'figure':>7} {'longest':>7} {'':4} {'loads':>6} {'MB':>6}"
    )
    wrong, moved, largest = [], [], 0.0
    for name in names:
        record = runner(
            JUDGE, site=f"{runner.setup()['root']}/docs/_build/html", docs=f"{runner.setup()['root']}/docs", page=name
        )
        print(line(record), flush=True)
        largest = max(largest, record["heap"])
        for cell in record["cells"]:
            where = f"{name}, cell {cell['cell']}"
            for told, digits in cell["faults"]:
                (moved if digits else wrong).append(f"{where}: {told}")
            if cell["seconds"] > LONGEST:
                wrong.append(f"{where}: {cell['seconds']:.1f} s, over {LONGEST:.0f}")
        if record["heap"] > LARGEST:
            wrong.append(f"{name}: {record['heap']:.0f} MB, over {LARGEST:.0f}")
    if moved:
        print(f"\nNumbers that differ ({len(moved)}):", *moved, sep="\n  ")
    if len(moved) > MOVED:
        wrong.append(f"{len(moved)} numbers differ, over {MOVED}")
    print(*(["\nWrong:", *wrong] if wrong else ["\nAll is as the book has it."]), sep="\n  ")
    return len(wrong)


def main() -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--node-modules", type=Path)
    parser.add_argument("--wheels", type=Path, default=DOCS / "_live" / "wheels")
    parser.add_argument("--packages", type=Path, help="pure packages for gradlab's own tests: pytest and hypothesis")
    parser.add_argument("what", nargs="*")
    arguments = parser.parse_args()
    every = sorted(
        path.relative_to(SITE / "_live").with_suffix("").as_posix() for path in (SITE / "_live").rglob("*.json")
    )
    every = [
        name
        for name in every
        if any(cell["editable"] for cell in json.loads((SITE / "_live" / f"{name}.json").read_text())["cells"])
    ]
    chosen = [name for name in every if name in arguments.what]
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(arguments, style(Path(folder)))
        suite = "suite" in arguments.what
        found = 0 if suite and not chosen else pages(runner, chosen or every)
        if not runner.native and (suite or not chosen) and arguments.packages:
            shutil.copytree(arguments.packages, Path(folder, "packages"))
            tests = sorted(f"tests/{path.name}" for path in (ROOT / "tests").glob("test_*.py"))
            found += int(runner(SUITE, tests=tests, skipped=f"not ({SKIPPED})") != 0)  # type: ignore[call-overload]
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
