"""Say how far a build is: a line for each page that was read, with how long its cells ran, and one for each tenth written.

Pages are read by several processes, which count together. Only ``_ext/whole_site.py`` asks for it.
"""

from __future__ import annotations

import multiprocessing
import time
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


class Progress:
    """Counts pages over all processes of a build and prints a line for each that is due."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        # made before Sphinx forks its readers and writers, which count in it
        self.done = multiprocessing.get_context("fork").Value("i", 0)
        self.pages = 0

    def begin(self, pages: int) -> None:
        """Count anew: so many pages are to come."""
        self.pages = pages
        self.done.value = 0

    def count(self) -> int:
        """Return how many pages are done with this one."""
        with self.done.get_lock():
            self.done.value += 1
            return self.done.value

    def say(self, words: str) -> None:
        """Print a line with the time since the start."""
        minutes, seconds = divmod(round(time.monotonic() - self.started), 60)
        print(f"{minutes:2d}:{seconds:02d}  {words}", flush=True)

    def before_reading(self, app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
        """Say how many pages are to be read."""
        self.begin(len(pages))
        self.say(f"{len(pages)} pages to read; cells run where the cache has not their output")

    def read(self, app: Sphinx, doctree: nodes.document) -> None:
        """Say that a page is read, and how long its cells ran if they ran now."""
        executed = getattr(app.env, "nb_metadata", {}).get(app.env.docname, {}).get("exec_data")
        ran = ""
        if executed and executed["mtime"] > time.time() - (time.monotonic() - self.started):
            ran = f", its cells ran for {executed['runtime']:.0f} s"
        self.say(f"read {self.count()} of {self.pages}: {app.env.docname}{ran}")

    def before_writing(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Say how many pages are to be written; no further page has to be."""
        self.begin(len(env.found_docs))
        self.say(f"{self.pages} pages to write")
        return []

    def written(self, app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document) -> None:
        """Say at each tenth of the pages how many are written."""
        if doctree is None:  # the index and the like
            return
        done = self.count()
        if done % max(1, self.pages // 10) == 0:
            self.say(f"wrote {done} of {self.pages}")

    def end(self, app: Sphinx, error: Exception | None) -> None:
        """Say that the pages are there."""
        if error is None:
            self.say("all pages are written")


def begin(app: Sphinx) -> None:
    """Follow the build where that was asked for."""
    if not app.config.progress:
        return
    progress = Progress()
    app.connect("env-before-read-docs", progress.before_reading)
    app.connect("doctree-read", progress.read)
    app.connect("env-updated", progress.before_writing)
    app.connect("html-page-context", progress.written)
    app.connect("build-finished", progress.end, priority=950)  # after what others still write


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the setting that asks for it."""
    app.add_config_value("progress", False, "", bool)
    app.connect("builder-inited", begin)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
