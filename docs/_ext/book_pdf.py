"""Print the built book into one PDF: ``python docs/_ext/book_pdf.py docs/_build/html docs/_build/pdf/gradlab-book.pdf``.

Chromium prints page after page in the order of the sidebar, each numbered on from the last; then the title page and the
contents, which know by now where everything stands. `nox -s pdf` runs this.
"""

from __future__ import annotations

import functools
import html
import http.server
import io
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader, PdfWriter

# As root Chromium does not start with its sandbox; the others keep it from asking for anything.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


class Printed(NamedTuple):
    """A page of the book on paper: its part, its title, its number, and what was printed."""

    part: str
    title: str
    first: int
    pdf: bytes


class Sidebar(HTMLParser):
    """What the sidebar of the home page lists: part, title and address of each page."""

    def __init__(self) -> None:
        """Begin outside of it."""
        super().__init__()
        self.pages: list[tuple[str, str, str]] = []
        self.part, self._inside, self._field, self._address = "", False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notice captions and links."""
        found = {name: value or "" for name, value in attrs}
        if tag == "nav":
            self._inside = "bd-docs-nav" in found.get("class", "")
        elif self._inside and "caption-text" in found.get("class", ""):
            self._field, self.part = "part", ""
        elif self._inside and tag == "a" and not found.get("href", "#").startswith(("#", "http")):
            self._field, self._address = "title", found["href"]
            self.pages.append((self.part, "", self._address))

    def handle_endtag(self, tag: str) -> None:
        """Leave a caption, a link or the sidebar."""
        if tag in {"a", "span", "p"}:
            self._field = "" if tag != "span" or self._field == "part" else self._field
        elif tag == "nav":
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Read a caption or a title."""
        if self._field == "part":
            self.part += data
        elif self._field == "title":
            part, title, address = self.pages[-1]
            self.pages[-1] = part, title + data, address


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def sheets(browser_page: Page, running: str, before: int | None) -> bytes:
    """Print what the browser shows; its pages are numbered from the one after ``before``, or not at all."""
    words = running.replace("\\", "").replace('"', "\\22 ")
    if before is not None:
        browser_page.add_style_tag(
            content="@page { @top-left { content: '" + words.replace("'", "\\27 ") + "'; }"
            f" @bottom-center {{ content: counter(page); }} }} html {{ counter-reset: page {before}; }}"
            " @page { @top-left { font: 8pt serif; color: #5c636b; } @bottom-center { font: 9pt serif; color: #5c636b; } }"
        )
    return browser_page.pdf(format="A4", print_background=True, prefer_css_page_size=False, outline=True, tagged=True)


def home_links(browser_page: Page) -> None:
    """Have links to other pages lead to the book on the net: the server of this minute is gone when a reader follows them.

    Where the book has no address they are words alone.
    """
    browser_page.evaluate(
        """() => {
          const home = document.querySelector("link[rel=canonical]");
          document.querySelectorAll("a[href]").forEach((link) => {
            if (link.origin !== location.origin || link.pathname === location.pathname) return;
            if (home) link.href = new URL(link.getAttribute("href"), home.href).href;
            else link.removeAttribute("href");
          });
        }"""
    )


def all_printed(browser_page: Page, origin: str, pages: list[tuple[str, str, str]]) -> Iterator[Printed]:
    """Print the pages of the book one after the other."""
    number = 0
    for part, title, address in pages:
        browser_page.goto(f"{origin}/{address}", wait_until="load")
        home_links(browser_page)
        browser_page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach(i => { i.loading = 'eager'; })")
        browser_page.wait_for_load_state("networkidle")
        browser_page.evaluate("document.fonts.ready")
        pdf = sheets(browser_page, title, number)
        yield Printed(part, title, number + 1, pdf)
        number += len(PdfReader(io.BytesIO(pdf)).pages)
        print(f"{number:4d} {title}", flush=True)


def front(printed: list[Printed], release: str) -> str:
    """Return the title page and the contents as HTML."""
    rows, part = [], None
    for page in printed:
        if page.part != part:
            part = page.part
            rows.append(f"<h2>{html.escape(part)}</h2>")
        rows.append(f"<p><span>{html.escape(page.title)}</span><i></i><b>{page.first}</b></p>")
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>gradlab</title>
<link rel="stylesheet" href="/_static/face.css"><style>
@page {{ margin: 22mm 24mm; }} html {{ color-scheme: light; }}
body {{ margin: 0; font: 10.5pt/1.5 "GL Serif", serif; color: #22272e; background: #fff; }}
.title {{ height: 240mm; break-after: page; padding-top: 62mm; box-sizing: border-box; }}
.title img {{ width: 18mm; }} .title h1 {{ font-size: 44pt; margin: 6mm 0 2mm; letter-spacing: -.02em; }}
.title p {{ font-size: 14pt; max-width: 120mm; }} .title small {{ color: #5c636b; font-size: 10pt; }}
h2 {{ font-size: 12pt; margin: 7mm 0 1.5mm; break-after: avoid; }}
.contents p {{ display: flex; align-items: baseline; gap: 2mm; margin: 0; }}
i {{ flex: 1; border-bottom: 1px dotted #878e96; }} b {{ font-weight: 400; font-feature-settings: "tnum"; }}
</style></head><body><div class="title"><img src="/_static/mark.svg" alt=""><h1>gradlab</h1>
<p>Activation functions, vanishing gradients and ReLU: a book that measures every number it prints</p>
<small>Version {html.escape(release)} · text and figures CC BY 4.0, code BSD-3-Clause</small></div>
<div class="contents"><h1>Contents</h1>{"".join(rows)}</div></body></html>"""


def merged(cover: bytes, printed: list[Printed]) -> PdfWriter:
    """Put the parts together; the outline has the chapters."""
    book = PdfWriter()
    book.append(io.BytesIO(cover), outline_item="Contents", import_outline=False)
    part, above = None, None
    for page in printed:
        if page.part != part:
            part, above = (
                page.part,
                book.add_outline_item(title=page.part, page_number=len(book.pages)) if page.part else None,
            )
        at = len(book.pages)
        book.append(io.BytesIO(page.pdf), import_outline=False)
        book.add_outline_item(title=page.title, page_number=at, parent=above)
    book.add_metadata({"/Title": "gradlab", "/Author": "gradlab contributors"})
    book.compress_identical_objects()
    return book


def main(folder: Path, target: Path) -> None:
    """Print the book."""
    sidebar = Sidebar()
    home = (folder / "index.html").read_text(encoding="utf-8")
    sidebar.feed(home)
    seen: dict[str, tuple[str, str, str]] = {"index.html": ("", "Welcome", "index.html")}
    for part, title, address in sidebar.pages:
        seen.setdefault(address, (part, " ".join(title.split()), address))
    options = (folder / "_static" / "documentation_options.js").read_text(encoding="utf-8")
    release = re.search(r"VERSION: '([^']*)'", options)
    with served(folder) as origin, sync_playwright() as playwright:
        chromium = os.environ.get("GRADLAB_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        # the pages' policy would forbid the running heads, which are styles put into them
        page = browser.new_page(color_scheme="light", reduced_motion="reduce", bypass_csp=True)
        printed = list(all_printed(page, origin, list(seen.values())))
        cover = front(printed, release[1] if release else "unknown")
        page.route("**/front.html", lambda route: route.fulfill(content_type="text/html", body=cover))
        page.goto(f"{origin}/front.html")
        page.evaluate("document.fonts.ready")
        first = sheets(page, "", None)
        browser.close()
    target.parent.mkdir(parents=True, exist_ok=True)
    book = merged(first, printed)
    book.write(target)
    print(f"{target}: {len(book.pages)} pages, {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
