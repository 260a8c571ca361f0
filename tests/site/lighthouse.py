"""Judge the built book by Lighthouse, as a phone on a slow line sees it: ``nox -s lighthouse``, ``-- --runs 5 index``.

Prints a table and fails where a score is under its floor. Scores differ from run to run, and on a busy machine they fall:
each number is the median of some runs. The book is served gzipped, as its hosts do; without that all would be lower.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from built_book import HTML

FLOOR = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
WIDE = {"gallery", "claims"}  # many small drawings, many rows: a little less is asked of their performance
WIDE_FLOOR = 90
UNLISTED = {"search"}  # it asks search engines to leave it out, for which Lighthouse takes points away
PAINT = 1.8  # seconds until something is seen
PAGES = (
    *("index", "learn/start", "learn/vanishing", "learn/initialization", "gallery", "reference/activations"),
    *("reference/training", "claims", "glossary", "search"),
)
PACKED = {".html", ".css", ".js", ".svg", ".json", ".xml"}
TIMES = {"FCP s": "first-contentful-paint", "LCP s": "largest-contentful-paint", "index s": "speed-index"}


class _Packed(http.server.SimpleHTTPRequestHandler):
    """Files as a host sends them."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix in PACKED:
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback."""
    handler = functools.partial(_Packed, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def judged(address: str) -> dict[str, float]:
    """Return what one run says of a page: scores, seconds, milliseconds of blocking, shift, requests, kilobytes."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
        program = [
            os.environ["GRADLAB_LIGHTHOUSE"],
            address,
            "--quiet",
            "--output=json",
            f"--output-path={report}",
            flags,
        ]
        environment = {**os.environ, "CHROME_PATH": os.environ.get("GRADLAB_CHROMIUM", "/usr/bin/chromium")}
        subprocess.run(program, check=True, env=environment, stderr=subprocess.DEVNULL, timeout=240)
        told = json.loads(report.read_text(encoding="utf-8"))
    audits = told["audits"]
    row = {name: round(100 * (told["categories"][name]["score"] or 0)) for name in FLOOR}
    row |= {name: audits[audit]["numericValue"] / 1000 for name, audit in TIMES.items()}
    row["TBT ms"] = audits["total-blocking-time"]["numericValue"]
    row["CLS"] = audits["cumulative-layout-shift"]["numericValue"]
    row["requests"] = len(audits["network-requests"]["details"]["items"])
    row["kB"] = audits["total-byte-weight"]["numericValue"] / 1000
    return row


def faults(page: str, row: dict[str, float]) -> list[str]:
    """Return in which numbers a page falls short."""
    floors = FLOOR
    if page in WIDE or page.startswith("reference/"):
        floors = FLOOR | {"performance": WIDE_FLOOR}
    if page in UNLISTED:
        floors = {name: floor for name, floor in floors.items() if name != "seo"}
    found = [f"{page}: {name} {row[name]:.0f}, wanted {floor}" for name, floor in floors.items() if row[name] < floor]
    return found + ([f"{page}: FCP {row['FCP s']:.2f} s, wanted {PAINT}"] if row["FCP s"] > PAINT else [])


def main() -> int:
    """Judge the pages and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--site", type=Path, default=HTML, help="another built book, to compare with")
    parser.add_argument("pages", nargs="*", default=PAGES)
    options = parser.parse_args()
    short: list[str] = []
    with served(options.site) as origin:
        for number, page in enumerate(options.pages):
            runs = [judged(f"{origin}/{page}.html") for _ in range(options.runs)]
            row = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            if not number:
                print(f"{'':24}" + "".join(f"{name:>15}" if len(name) > 8 else f"{name:>9}" for name in row))
            cells = (
                f"{value:>{15 if len(name) > 8 else 9}.{3 if name == 'CLS' else 2 if ' s' in name else 0}f}"
                for name, value in row.items()
            )
            print(f"{page:24}" + "".join(cells), flush=True)
            short += faults(page, row)
    print("\n".join(short) or "No page falls short.")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
