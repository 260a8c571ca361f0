"""The built book, as files and as a server on loopback."""

from __future__ import annotations

import functools
import gc
import http.server
import os
import subprocess
import threading
from collections.abc import Iterator

import pytest
from accessible import DESK
from bs4 import BeautifulSoup
from built_book import HTML, files
from playwright.sync_api import Browser, expect, sync_playwright

import gradlab as gl

expect.set_options(timeout=30_000)  # milliseconds: three browsers on two cores; what is not so takes longer to say so
# Without these, Chromium talks to its maker's hosts, and as root it does not start at all.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> pytest.TestReport:
    """Show what a program that failed has printed: its exception keeps that to itself."""
    report = yield
    if call.excinfo and isinstance(call.excinfo.value, subprocess.CalledProcessError):
        for name in ("stdout", "stderr"):
            said = getattr(call.excinfo.value, name) or ""
            report.sections.append(
                (f"the program's {name}", said if isinstance(said, str) else said.decode(errors="replace"))
            )
    return report


@pytest.fixture(autouse=True)
def the_registry_stays_as_it_was() -> Iterator[None]:
    """Forget what a test has registered: pages and catalogues tell of all that is there."""
    parts = dict(gl.ACTIVATIONS._parts)
    yield
    gl.ACTIVATIONS._parts.clear()
    gl.ACTIVATIONS._parts.update(parts)


@pytest.fixture(scope="session")
def soups() -> dict[str, BeautifulSoup]:
    """Every page, parsed; the small pages of claims, which only lead on, are left to test_sent.py."""
    # Millions of objects that stay: left to the garbage collector, each of its runs, and live cells ask for them, takes
    # a second or more from here on.
    gc.disable()
    pages = {
        path.relative_to(HTML).with_suffix("").as_posix(): BeautifulSoup(
            path.read_text(encoding="utf-8"), "html.parser"
        )
        for path in files("*.html")
        if not {"_static", "claim"} & set(path.relative_to(HTML).parts[:1])
    }
    gc.freeze()
    gc.enable()
    return pages


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    """Serve the book on loopback."""
    handler = functools.partial(_Quiet, directory=str(HTML))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("GRADLAB_CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, origin):
    """Open a page; everything that it logs as an error or asks of another host is kept in ``page.troubles``."""
    contexts = []

    def open_page(name, viewport=DESK, scheme="light"):
        context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.troubles = []
        page.on("console", lambda m: page.troubles.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error: page.troubles.append(f"script: {error}"))
        # what a page no longer wants as it is left is no fault
        page.on(
            "requestfailed",
            lambda one: None if "ABORTED" in one.failure else page.troubles.append(f"failed: {one.url}"),
        )
        page.on("response", lambda r: page.troubles.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        page.on(
            "request",
            lambda r: None if r.url.startswith((origin, "data:", "blob:")) else page.troubles.append(f"left: {r.url}"),
        )
        page.goto(f"{origin}/{name}.html", wait_until="load")
        return page

    yield open_page
    for context in contexts:
        context.close()
