"""Build the book into its place only once it is whole: ``python whole_site.py html docs docs/_build``.

Run by ``nox -s docs``. Sphinx writes into a folder of its own, and only when it has ended without a warning does that
folder become ``docs/_build/html``, in one step: until then, and whatever happens, the site of the build before stands.
``--also ko`` builds the book in Korean as well, in a process of its own, into ``html/ko`` of the same new site.
What stops a build (a full disk, Ctrl+C, a kernel that cannot start) is told in one sentence; a warning has told itself.
"""

from __future__ import annotations

import argparse
import errno
import io
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from logging import CRITICAL, getLogger
from pathlib import Path
from types import FrameType

import shared_files
from filelock import FileLock, Timeout
from sphinx._cli.util.colour import disable_colour, terminal_supports_colour
from sphinx._cli.util.errors import handle_exception
from sphinx.application import Sphinx
from sphinx.errors import SphinxError, SphinxParallelError
from sphinx.util.docutils import docutils_namespace, patch_docutils

FULL = (os.strerror(errno.ENOSPC), "database or disk is full")
MEMORY = ("MemoryError", os.strerror(errno.ENOMEM))
LANGUAGE = "GRADLAB_LANGUAGE"  # what conf.py asks for the language of a build
LABELS = "GRADLAB_LABELS"  # and for that of the figures' second labels: kernels draw for both editions at once
HEARD: list[int] = []  # the signals that asked this process for an end
OTHER_BUILD = "Another build of this book is running: wait for its end."


class ProcessKilled(Exception):
    """A process that reads or writes pages was killed by somebody or by the system."""


class Places:
    """The folders of a build: where the site stands, where it grows, and where an old one waits to be removed."""

    def __init__(self, build: Path, builder: str) -> None:
        self.site = build / builder
        self.growing = build / f"unfinished-{builder}"
        self.leaving = build / f"old-{builder}"
        self.doctrees = build / "doctrees" / builder

    def of(self, language: str) -> Places:
        """Return the places of another edition: MyST-NB keeps what cells printed beside the folder in which a site grows."""
        return Places(self.site.parent, f"{self.site.name}-{language}")

    def take_in(self, language: str) -> None:
        """Put another edition, which has grown by itself, into the grown site."""
        grown = self.of(language).growing
        shared_files.share(self.growing, grown)
        grown.rename(self.growing / language)

    def begin(self) -> None:
        """Take up after a build that was killed: between two renamings, or before it ended."""
        if self.leaving.is_dir() and not self.site.exists():
            self.leaving.rename(self.site)
        self.discard()
        self.growing.mkdir(parents=True)

    def publish(self) -> None:
        """Put the grown site into its place."""
        if self.site.exists():
            self.site.rename(self.leaving)
        self.growing.rename(self.site)
        self.discard()

    def discard(self) -> None:
        """Remove what is no site."""
        for folder in (self.growing, self.leaving):
            shutil.rmtree(folder, ignore_errors=True)


def sentence(error: BaseException, build: Path) -> str | None:
    """Return what stopped a build and the cure; None where only a traceback can tell."""
    said = f"{type(error).__name__}: {error}\n{getattr(error, 'traceback', '')}"
    # a reader that Ctrl+C reached first, or whose kernel it reached, ends as an error of Sphinx
    reader = isinstance(error, SphinxParallelError) and ("KeyboardInterrupt" in said or HEARD)
    if isinstance(error, KeyboardInterrupt) or reader:
        return "The build was interrupted. Pages whose cells have run come from the cache next time."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC or any(words in said for words in FULL):
        free = shutil.disk_usage(build).free / 1e6
        return f"The disk is full: {free:,.0f} MB are free at {build}. Make room (the book needs some 200 MB) and build again."
    if isinstance(error, ProcessKilled):
        return (
            f"A process of the build was killed ({error}), by somebody or by the system for lack of memory: build again, "
            "with --jobs 1 if need be."
        )
    if any(words in said for words in MEMORY):
        return (
            "There was not enough memory: close other programs and build again, with fewer jobs (--jobs 1) if need be."
        )
    if isinstance(error, SphinxError) and not isinstance(error, SphinxParallelError):
        return f"{error.category}: {error}"
    return None


def stopped(number: int, frame: FrameType | None) -> None:
    """End at Ctrl+C, and as it does when the system asks for an end."""
    HEARD.append(number)
    raise KeyboardInterrupt


def let_end() -> None:
    """Note a second call for an end and no more: whoever ends a build (nox does) says it again soon, and louder."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, frame: HEARD.append(number))
    if hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def end_readers(seconds: float = 4) -> None:
    """End the readers and writers that are left, after a while in which they may end themselves and their kernels.

    One that hands over a page waits until somebody takes it, and Python waits for it before it ends: for ever.
    """
    left, until = multiprocessing.active_children(), time.monotonic() + seconds
    for process in left:
        process.join(max(0.0, until - time.monotonic()))
    for process in left:
        if process.is_alive():
            process.terminate()
            process.join(1)
        if process.is_alive():
            process.kill()
            process.join(1)


def reader_stopped(number: int, frame: FrameType | None) -> None:
    """End a reader or a writer; that its kernel was broken off with it is nothing to report."""
    getLogger("asyncio").setLevel(CRITICAL)
    raise KeyboardInterrupt


def child_ended(number: int, frame: FrameType | None) -> None:
    """Break off where the system killed one of Sphinx's readers or writers, for which Sphinx would wait forever."""
    try:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # waited for already; where a wait is under way, subprocess would hear it and say 0
        return
    if ended and ended.si_code == os.CLD_KILLED and ended.si_status not in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # said once
        raise ProcessKilled(signal.Signals(ended.si_status).name)


def listen() -> None:
    """Hear what the system says to this process; the readers and writers that Sphinx forks end at once, as they always did."""
    usual = {signal.SIGTERM: signal.signal(signal.SIGTERM, stopped), signal.SIGINT: reader_stopped}
    signal.signal(signal.SIGINT, stopped)
    if hasattr(os, "waitid"):
        usual[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, child_ended)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: [signal.signal(*pair) for pair in usual.items()])


class Warnings(io.StringIO):
    """What Sphinx warns of, passed on; but a file that it could not copy to a full disk stops the build at its end."""

    full = False

    def write(self, text: str) -> int:
        """Pass a warning on."""
        if any(words in text for words in FULL):
            self.full = True
            return len(text)
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Let what was said be seen."""
        sys.stderr.flush()

    def isatty(self) -> bool:
        """Whether a person looks on."""
        return sys.stderr.isatty()


def run(builder: str, source: Path, places: Places, *, jobs: int, settings: Mapping[str, str]) -> int:
    """Run Sphinx from nothing; return its exit code, 1 after warnings."""
    told = Warnings()
    with patch_docutils(source), docutils_namespace():
        app = Sphinx(
            *(source, source, places.growing, places.doctrees, builder),
            confoverrides={"nitpicky": True, "progress": True, **settings},
            status=None,  # _ext/progress.py says how far it is
            warning=told,
            freshenv=True,
            warningiserror=True,
            parallel=jobs,
        )
        app.build()
        if told.full:
            raise OSError(errno.ENOSPC, FULL[0])
        return app.statuscode


def edition(builder: str, source: Path, places: Places, *, jobs: int, settings: Mapping[str, str]) -> int:
    """Build the book in another language, whose place is given; return the exit code. Another process has the lock."""
    try:
        places.begin()
        return run(builder, source, places, jobs=jobs, settings=settings)
    except (Exception, KeyboardInterrupt) as error:
        let_end()
        end_readers()
        told = sentence(error, places.site.parent)
        if told is None:
            handle_exception(error, stderr=sys.stderr)
        print(told or "", file=sys.stderr, flush=True)
        return 2


def also(language: str, builder: str, source: Path, folder: Path, *, options: list[str]) -> int:
    """Build another edition in a process of its own: extensions keep what they know of one book; return its exit code."""
    print(f"\nThe book in another language: {language}", flush=True)
    command = [sys.executable, __file__, builder, str(source), str(folder), "--edition", language, *options]
    return subprocess.run(command, env={**os.environ, LANGUAGE: language}, check=False).returncode


def build(
    builder: str, source: Path, folder: Path, *, jobs: int, settings: Mapping[str, str], languages: tuple[str, ...] = ()
) -> int:
    """Build, and publish what is whole; return the exit code."""
    places = Places(folder, builder)
    if languages:
        settings = {**settings, "gl_editions": ",".join(("en", *languages))}
        os.environ[LABELS] = languages[0]
    options = ["--jobs", str(jobs), *(part for pair in settings.items() for part in ("-D", "=".join(pair)))]
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock", blocking=False):
        try:
            places.begin()
            code = run(builder, source, places, jobs=jobs, settings=settings)
            for language in languages:
                code = code or also(language, builder, source, folder, options=options)
                if not code:
                    places.take_in(language)
            if not code:
                places.publish()
                return 0
            told = "The build has found the faults above."
        except (Exception, KeyboardInterrupt) as error:
            let_end()
            end_readers()
            if isinstance(error, SphinxParallelError):
                time.sleep(0.2)  # Ctrl+C may have reached a reader's kernel before this process
            code, told = 2, sentence(error, folder) or ""
            if not told:
                handle_exception(error, stderr=sys.stderr)
                told = "The build has broken off."
        finally:
            for grown in (places, *map(places.of, languages)):
                grown.discard()
    stands = f" The site of the build before stands at {places.site}." if places.site.exists() else ""
    print(f"\n{told}{stands}", file=sys.stderr, flush=True)
    return code


def main() -> int:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("builder", help="html, linkcheck, …")
    parser.add_argument("source", type=Path)
    parser.add_argument("build", type=Path, help="the folder in which the built sites stand")
    parser.add_argument("--also", metavar="LANGUAGE", action="append", default=[], help="ko: in Korean too")
    parser.add_argument("--edition", metavar="LANGUAGE", help=argparse.SUPPRESS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "-D", metavar="NAME=VALUE", dest="settings", action="append", default=[], help="as sphinx-build"
    )
    asked = parser.parse_args()
    if not terminal_supports_colour():
        disable_colour()
    listen()
    settings, folder = dict(setting.split("=", 1) for setting in asked.settings), asked.build.resolve()
    if asked.edition:
        places = Places(folder, asked.builder).of(asked.edition)
        return edition(asked.builder, asked.source, places, jobs=asked.jobs, settings=settings)
    try:
        languages = tuple(asked.also)
        return build(asked.builder, asked.source, folder, jobs=asked.jobs, settings=settings, languages=languages)
    except Timeout:
        print(OTHER_BUILD, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
