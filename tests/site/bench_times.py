"""Measure the training of the gradient bench: ``python tests/site/bench_times.py``, once the book is built.

Pictures and steps a second, the longest task of the page, and the share of a processor that the page takes, for some networks;
of three runs each the best, since everything else that runs makes them worse.
"""

from __future__ import annotations

import os
import sys

from built_book import HTML
from conftest import FLAGS
from lighthouse import served
from playwright.sync_api import CDPSession, Page, expect, sync_playwright

NETWORKS = {
    "1 seed, [2, 16 × 4, 2]": "activation=relu&init=he_normal&depth=5&seeds=1",
    "8 seeds, [2, 16 × 4, 2]": "activation=relu&init=he_normal&depth=5&seeds=8",
    "8 seeds, [2, 16 × 9, 2]": "activation=tanh&init=matched&depth=10&seeds=8",
    "4 seeds, [64, 32 × 9, 10]": "activation=tanh&init=matched&depth=10&seeds=4&data=digits&width=32",
    "1 seed, [2, 64 × 49, 2]": "activation=tanh&init=matched&depth=50&seeds=1&width=64",
}
RUNS, SECONDS = 3, 4
STARTS = 180_000  # milliseconds until Python has come
WATCH = """
window.tasks = [];
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.tasks.push(one.duration); })
  .observe({ type: "longtask" });
window.pictures = 0;
const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...box) {
  if (this.canvas.dataset.part === "net") window.pictures++;
  return clear.apply(this, box);
};
"""


def busy(counter: CDPSession) -> float:
    """Return for how many seconds a processor has worked for the page."""
    found = counter.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in found if one["name"] == "TaskDuration"))


def step(page: Page) -> int:
    """Return the step that is shown."""
    return int("".join(filter(str.isdigit, page.locator("[data-live] [data-readout='step']").inner_text())))


def run(page: Page, counter: CDPSession) -> dict[str, float]:
    """Train for some seconds and return what that took."""
    page.evaluate("() => { window.tasks.length = 0; window.pictures = 0; }")
    before, worked = step(page), busy(counter)
    page.locator("[data-live] [data-do='play']").evaluate("(button) => button.click()")
    page.wait_for_timeout(1000 * SECONDS)
    pictures, longest = page.evaluate("() => [window.pictures, Math.max(0, ...window.tasks)]")
    found = {"pictures": pictures, "steps": step(page) - before, "processor": busy(counter) - worked}
    page.locator("[data-live] [data-do='play']").evaluate("(button) => button.click()")
    page.wait_for_timeout(1000)
    return {name: value / SECONDS for name, value in found.items()} | {"longest": longest}


def main() -> int:
    """Print a line for each network."""
    with served(HTML) as origin, sync_playwright() as playwright:
        program = os.environ.get("GRADLAB_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.add_init_script(WATCH)
        counter = page.context.new_cdp_session(page)
        counter.send("Performance.enable", {"timeDomain": "threadTicks"})
        for name, fragment in NETWORKS.items():
            page.goto("about:blank")
            page.goto(f"{origin}/playground.html#{fragment}", wait_until="networkidle")
            page.locator("[data-live] [data-do='step']").click()
            expect(page.locator("[data-live] [data-readout='step']")).to_have_text("1", timeout=STARTS)
            page.locator("[data-part='net']").scroll_into_view_if_needed()
            runs = [run(page, counter) for _ in range(RUNS)]
            most = {key: max(one[key] for one in runs) for key in ("pictures", "steps")}
            least = {key: min(one[key] for one in runs) for key in ("longest", "processor")}
            print(
                f"{name:28} {most['pictures']:5.1f} pictures/s {most['steps']:7.0f} steps/s "
                f"longest task {least['longest']:4.0f} ms, {least['processor']:4.0%} of a processor",
                flush=True,
            )
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
