"""Run the long trials and keep what they measured: ``python docs/long/run.py [PAGE ...]``, or ``nox -s long``.

Prints each trial as it ends, with how far it moved since the record, and writes ``record.json``. Exits with 1 where a
bound is false or a trial breaks. Naming pages replaces the entries of those pages alone; the whole run also drops the
entries of trials that are gone.
"""

from __future__ import annotations

import argparse
import datetime
import fcntl
import json
import multiprocessing
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the trials share the cores among themselves
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [
    str(HERE),
    str(HERE.parent / "_ext"),
    str(ROOT),
]  # the gradlab next to it, never another one that is installed

import numpy as np  # noqa: E402
import trials  # noqa: E402
from long_record import digest, read  # noqa: E402

Record = dict[str, dict[str, Any]]


def machine() -> dict[str, Any]:
    """Say on what the trials run."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:  # not Linux
        pass
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def measure(folder: Path, page: str, key: str) -> tuple[float | None, float, str]:
    """Run one trial in a process of its own; return the value, its seconds, and what went wrong."""
    trials.load(page, folder)
    begin = time.process_time()
    try:
        value = trials.REGISTRY[key].measure()
        number = np.asarray(value)
        if number.size != 1 or number.dtype.kind not in "fiub":
            raise TypeError(f"a trial returns one number, not {value!r:.80}")
        return float(number.reshape(())), time.process_time() - begin, ""
    except Exception:
        return None, time.process_time() - begin, traceback.format_exc(limit=-4)


def update(path: Path, change: Callable[[Record], None]) -> None:
    """Change the record on disk, also while another run does."""
    with open(path.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        record = read(path)
        change(record)
        entries = sorted(record.values(), key=lambda entry: (entry["page"], entry["key"]))
        text = json.dumps(entries, indent=1, ensure_ascii=False, allow_nan=True) + "\n"
        fresh = path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)


def moved(before: dict[str, Any] | None, value: float) -> str:
    """Say how far a value is from the one in the record."""
    if before is None:
        return "new"
    old = float(before["value"])
    if old == value or (old != old and value != value):
        return "as before"
    return f"moved by {value - old:+.3g} from {old:.6g}" + (f" ({(value - old) / abs(old):+.1%})" if old else "")


def run(chosen: Iterable[str], folder: Path = HERE, workers: int = 2) -> int:
    """Run the trials of some pages, or of all where none is named; return the number of those that went wrong."""
    record_path, known = folder / "record.json", trials.pages(folder)
    wanted = list(chosen)
    if unknown := [page for page in wanted if page not in known]:
        raise SystemExit(f"There are no trials of {', '.join(unknown)}; there are of {', '.join(known) or 'no page'}.")
    todo = [each for page in wanted or known for each in trials.load(page, folder)]
    before, wrong, begin = read(record_path), 0, time.perf_counter()
    common = {"gradlab": digest(ROOT / "gradlab"), "machine": machine(), "date": datetime.date.today().isoformat()}
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        running = {pool.submit(measure, folder, each.page, each.key): each for each in todo}
        for number, done in enumerate(as_completed(running), 1):
            each, (value, seconds, error) = running[done], done.result()
            head = f"[{number}/{len(todo)}] {each.page}: {each.key}"
            if value is None:
                wrong += 1
                print(f"{head}: BROKEN after {seconds:.1f} s\n{error}", flush=True)
                continue
            holds, value, bound = each.judge(value)
            wrong += not holds
            said = (
                f"measured {value:.6g}, claimed {bound}" if holds else f"FALSE: measured {value:.6g}, claimed {bound}"
            )
            print(f"{head}: {said}; {moved(before.get(each.key), value)}; {seconds:.1f} s", flush=True)
            entry = {
                "key": each.key,
                "page": each.page,
                "text": each.text,
                "value": value,
                "bound": bound,
                "holds": holds,
                "seeds": each.seeds,
                "budget": each.budget,
                "seconds": round(seconds, 1),
                **common,
            }
            update(record_path, lambda record, entry=entry: record.update({entry["key"]: entry}))

    present, ran = {each.key for each in todo}, set(wanted or known)

    def drop(record: Record) -> None:
        """Take out what has no trial any more: on the pages that ran, or everywhere."""
        for key in [key for key, entry in record.items() if key not in present]:
            if not wanted or record[key]["page"] in ran:
                del record[key]

    update(record_path, drop)
    print(f"{len(todo)} trials in {time.perf_counter() - begin:.0f} s, {wrong} wrong", flush=True)
    return wrong


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run; return the exit code."""
    parser = argparse.ArgumentParser(description="Run the long trials of the book and keep what they measured.")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="the pages to try; all where none is named")
    parser.add_argument("--workers", type=int, default=2, help="trials at a time (2)")
    parser.add_argument("--folder", type=Path, default=HERE, help="where the trials and their record are")
    options = parser.parse_args(arguments)
    return int(run(options.pages, options.folder.resolve(), options.workers) > 0)


if __name__ == "__main__":
    sys.exit(main())
