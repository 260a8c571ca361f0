"""Run the cells of a page as a reader's browser does, and compare what they claim and print with what the book has built.

The same code runs here in Pyodide, started by ``pyodide.mjs``, and in any Python: ``nox -s wasm -- native``. Each cell is
run in a session of its own, with the results that the site ships and nothing else that ran before: the most that a reader
ever waits for it. Or all cells of a page in one session, in order, as by a reader who runs them all.
"""

from __future__ import annotations

import gc
import json
import math
import os
import re
import sys
import time
from pathlib import Path

from gradlab_live.answers import allowed

DIGITS = 6
ROUNDING = 1e-6
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def clock():
    """Return the seconds that the processor has worked: other programs on the machine do not count."""
    if sys.platform != "emscripten":
        return time.process_time()
    from js import process

    used = process.cpuUsage()
    return (used.user + used.system) / 1e6


class Listener:
    """Takes what a session tells."""

    def __init__(self):
        self.begin()

    def begin(self):
        """Begin a cell."""
        self.told, self.start, self.first_figure = [], clock(), None

    def __call__(self, kind, payload):
        self.told.append((kind, payload))
        if kind in {"figure", "frames"} and self.first_figure is None:
            self.first_figure = clock() - self.start

    def of(self, kind):
        return [payload for one, payload in self.told if one == kind]


def apart(one, other):
    """Return whether two numbers differ within the digits that are compared."""
    if math.isnan(one) and math.isnan(other):
        return False
    return one != other and not math.isclose(
        one, other, rel_tol=10.0**-DIGITS, abs_tol=1e-12 if 0 in {one, other} else 0
    )


def is_of_rounding(bound):
    """Return whether a bound is about rounding alone: whether it holds is judged, and no digit below it is compared."""
    return max((abs(side) for side in allowed(bound)[:2] if math.isfinite(side)), default=0.0) <= ROUNDING


def texts_differ(built, here):
    """Return whether the numbers of two texts differ."""
    one, other = (list(map(float, _NUMBER.findall(text))) for text in (built, here))
    return len(one) != len(other) or any(map(apart, one, other))


def run_cell(session, listener, page, index, results):
    """Run a cell as a page's script does; return what came of it."""
    sources = [cell["source"] for cell in page["cells"]]
    listener.begin()
    plan = session.plan(sources, index, page["results"])
    for digest, file in plan["files"].items():
        session.give(digest, (results / file).read_bytes())
    ended = session.run(sources, index, page["results"])
    printed = "".join(one["text"] for one in listener.of("text") if one["stream"] == "out")
    printed += "".join(one["text"] + "\n" for one in listener.of("result"))
    return {
        "cell": index,
        "seconds": clock() - listener.start,
        "figure": listener.first_figure,
        "loads": sum(step["how"] == "load" for step in plan["steps"]),
        "runs": sum(step["how"] == "run" for step in plan["steps"]),
        "all": ended["all"],
        "text": printed,
        "claims": listener.of("claim"),
        "drawn": len(listener.of("figure")) + len(listener.of("frames")),
        "errors": [f"{one['type']}: {one['message']}" for one in listener.of("error")],
        "stderr": "".join(one["text"] for one in listener.of("text") if one["stream"] == "err"),
    }


def faults(cell, built, claims):
    """Yield what a cell of a page has not as the book has it, and whether that is a matter of digits alone."""
    for error in cell["errors"]:
        yield f"error {error}", False
    if cell["stderr"]:
        yield f"stderr {cell['stderr'].strip()[:200]}", False
    if cell["all"]:
        yield "its slice was not enough: all earlier cells ran", False
    keys = [claim["key"] for claim in cell["claims"]]
    if list(dict.fromkeys(keys)) != built["claims"]:
        yield f"claims {keys} and not {built['claims']}", False
    if bool(cell["drawn"]) != bool(built["images"]):
        yield f"{cell['drawn']} figures", False
    for claim in cell["claims"]:
        wanted = claims[claim["key"]]
        if not claim["holds"]:
            yield f"claim {claim['key']} is false: {claim['shown']}", False
        elif not is_of_rounding(wanted["bound"]) and apart(claim["value"], wanted["value"]):
            yield f"claim {claim['key']}: {claim['value']:.8g} and not {wanted['value']:.8g}", True
    if built["text"] and texts_differ(built["text"], cell["text"]):
        yield f"text {cell['text'][:80]!r} and not {built['text'][:80]!r}", True


def heap():
    """Return the megabytes of WebAssembly's memory, or 0."""
    if sys.platform != "emscripten":
        return 0.0
    import pyodide_js

    return pyodide_js._module.HEAPU8.length / 1e6


def judge(site, docs, name, *, together=False):
    """Run all cells of a page, each alone or all together; return a record of it."""
    from gradlab_live import Session

    site, docs = Path(site), Path(docs)
    page = json.loads((site / "_live" / f"{name}.json").read_text(encoding="utf-8"))
    claims = {claim["key"]: claim for claim in json.loads((site / "claims.json").read_text(encoding="utf-8"))}
    os.chdir((docs / name).parent)
    listener = Listener()
    session = Session(listener)
    cells = []
    for index, built in enumerate(page["cells"]):
        if not together:
            session.forget()
        cell = run_cell(session, listener, page, index, site / "_live" / "results")
        cell["faults"] = list(faults(cell, built, claims))
        cells.append(
            {key: value for key, value in cell.items() if key not in {"claims", "text"}}
            | {"claims": len(cell["claims"])}
        )
        gc.collect()
    session.forget()
    return {"page": name, "cells": cells, "heap": heap()}


def judge_all(site, docs, names, *, together):
    """Judge pages one after the other, and say so as each is done."""
    found = []
    for name in names:
        found.append(judge(site, docs, name, together=together))
        print(line(found[-1]), file=sys.stderr, flush=True)
    return found


HEAD = (
    f"{'page':28} {'cells':>5} {'claims':>6} {'seconds':>8} {'figure':>7} {'longest':>7} {'':4} {'loads':>6} {'MB':>6}"
)


def line(record):
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
