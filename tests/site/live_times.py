"""Time live cells as a reader meets them: ``nox -s live_times``; writes docs/howto/live-times.json, which a page shows.

Each cell is run by a reader who never saw the book, by one who has the parts, and once more on the same page. Browser and
server are on one machine, so the numbers are without the time that the parts need from afar. On a busy machine they mean
nothing: nothing else is to run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from built_book import DOCS, HTML
from conftest import FLAGS
from lighthouse import served
from playwright.sync_api import Browser, Page, sync_playwright

RECORD = DOCS / "howto" / "live-times.json"
PAGE = "learn/start"
# what is run, and which cell of the page that is: looked up, so that a page may change
KINDS = {
    "print": lambda cell: cell["text"] and not cell["images"],
    "claims": lambda cell: len(cell["claims"]) >= 5,
    "figure": lambda cell: cell["images"] and not cell["frames"],
    "slider": lambda cell: cell["frames"],
}
LONGEST = 180_000  # milliseconds: longer than any run
TASKS = """
window.tasks = [];
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.tasks.push(one.duration); })
  .observe({ type: "longtask", buffered: true });
"""


def opened(page: Page, address: str, index: int) -> None:
    """Open the page, and the editor of a cell."""
    page.goto(address, wait_until="networkidle")
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    cell = page.locator(f"div.cell[data-cell='{index}'] .cell_input:not([data-cell]), .cell_input[data-cell='{index}']")
    page.evaluate("window.tasks.length = 0")
    cell.get_by_role("button", name="Edit").dispatch_event("click")
    cell.get_by_role("textbox").wait_for()


def run(page: Page) -> tuple[float, float]:
    """Press Run; return the seconds until all is shown, and the milliseconds of the page's longest task since Edit."""
    status = page.locator(".gl-live-status")
    began = time.perf_counter()
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function(
        "(line) => line.textContent.startsWith('Done')", arg=status.element_handle(), timeout=LONGEST, polling=20
    )
    seconds = time.perf_counter() - began
    return seconds, max(page.evaluate("window.tasks"), default=0.0)


def timed(browser: Browser, address: str, index: int) -> dict[str, float]:
    """Run a cell for the first time, later, and again."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(TASKS)
    page = context.new_page()
    found = {}
    opened(page, address, index)
    found["first"], task = run(page)
    page.evaluate("window.tasks.length = 0")
    found["again"], other = run(page)
    opened(page, address, index)
    found["later"], third = run(page)
    context.close()
    return found | {"task": max(task, other, third)}


def main() -> int:
    """Time each kind of cell, and keep what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    cells = json.loads((HTML / "_live" / f"{PAGE}.json").read_text(encoding="utf-8"))["cells"]
    places = {kind: next(k for k, cell in enumerate(cells) if fits(cell)) for kind, fits in KINDS.items()}
    rows = {}
    with served(HTML) as origin, sync_playwright() as playwright:
        program = os.environ.get("GRADLAB_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for kind, index in places.items():
            runs = [timed(browser, f"{origin}/{PAGE}.html", index) for _ in range(options.runs)]
            rows[kind] = {name: round(statistics.median(one[name] for one in runs), 2) for name in runs[0]}
            print(f"{kind:8} (cell {index})", rows[kind], flush=True)
        version = browser.version
        browser.close()
    record = {
        "measured": datetime.now(UTC).date().isoformat(),
        "browser": f"Chromium {version.partition('.')[0]}",
        "machine": f"{os.cpu_count()} cores, {platform.system()}",
        "runs": options.runs,
        "page": PAGE,
        "rows": rows,
    }
    Path(RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
