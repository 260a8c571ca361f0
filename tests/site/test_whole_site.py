"""What becomes of the site when a build goes wrong: the old one stands, and one message says what happened."""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import whole_site
from built_book import DOCS
from small_book import KERNEL_NOISE, Book, cell
from sphinx.errors import SphinxParallelError
from weekly import once_a_week

PAGES = {f"page{number}": "\nOne and one.\n" + cell(f"1 + {number}") for number in range(6)}


def command(*options: str) -> list[str]:
    return [sys.executable, "docs/_ext/whole_site.py", "html", "docs", "docs/_build", "--jobs", "2", *options]


def build(book: Book, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run(command(*options), cwd=book.folder, text=True, capture_output=True, timeout=180, check=False)


def site(book: Book) -> dict[str, bytes]:
    """Return the files of the site that stands."""
    html = book.folder / "docs" / "_build" / "html"
    return {path.relative_to(html).as_posix(): path.read_bytes() for path in html.rglob("*") if path.is_file()}


def nothing_half(book: Book) -> bool:
    return not [path.name for path in (book.folder / "docs" / "_build").iterdir() if path.name[:4] in ("unfi", "old-")]


def told(done: subprocess.CompletedProcess) -> list[str]:
    """Return what a build said on the error stream, less what kernels say as they are ended."""
    noise = re.compile(r"^$|\(src/signaler\.cpp:|^\[IPKernelApp\]")
    return [line for line in KERNEL_NOISE.sub("", done.stderr).splitlines() if not noise.search(line)]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A book that was built once."""
    book = Book(tmp_path_factory.mktemp("sound"))
    book.write(**PAGES)
    done = build(book)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^ 0:\d\d  8 pages to read", done.stdout)
    assert [int(number) for number in re.findall(r"read (\d) of 8: ", done.stdout)] == [*range(1, 9)]
    assert len(re.findall(r"read \d of 8: page\d, its cells ran for \d+ s", done.stdout)) == 6
    assert "all pages are written" in done.stdout.splitlines()[-1]
    return book


@pytest.fixture
def book(sound, tmp_path):
    """The same in a folder of its own, with its site and its cache."""
    shutil.copytree(sound.folder, tmp_path / "book")
    return Book.at(tmp_path / "book")


def test_a_page_that_fails_leaves_the_old_site_and_a_sound_one_replaces_it(book):
    before = site(book)
    book.write(**PAGES | {"page3": cell("1 / 0")})
    done = build(book)
    assert done.returncode == 1
    assert site(book) == before
    assert nothing_half(book)
    assert "code cell 1 failed: ZeroDivisionError" in done.stderr
    assert done.stderr.splitlines()[-1].startswith(
        "The build has found the faults above. The site of the build before stands"
    )
    (book.folder / "docs" / "page5.md").unlink()
    book.write(**{name: text for name, text in PAGES.items() if name != "page5"})
    done = build(book)
    assert (done.returncode, done.stderr) == (0, "")
    assert "page5.html" not in site(book)
    assert " of 7: page0, its cells ran" not in done.stdout


def test_where_no_site_stood_none_stands_after_a_failure(tmp_path):
    book = Book(tmp_path)
    book.write(page=cell("1 / 0"))
    done = build(book)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "The build has found the faults above."
    assert not (book.folder / "docs" / "_build" / "html").exists()
    assert nothing_half(book)


@pytest.mark.parametrize("mode", ["cache", *once_a_week("force")])
def test_a_killed_kernel_is_named_with_its_page_and_cell(book, mode):
    before = site(book)
    book.write(
        **PAGES
        | {"page2": cell("import os, signal") + cell("os.kill(os.getpid(), signal.SIGKILL)"), "page4": cell("1 / 0")}
    )
    page = book.folder / "docs" / "page2.md"
    front = f"name: python3\nmystnb:\n  execution_mode: {mode}\n"
    page.write_text(page.read_text().replace("name: python3\n", front, 1))
    done = build(book)
    assert done.returncode == 1
    assert re.search(r"page2\.md:\d+: WARNING: code cell 2 failed: its kernel was killed", done.stderr)
    assert "os.kill(os.getpid(), signal.SIGKILL)" in done.stderr
    assert re.search(r"page4\.md:\d+: WARNING: code cell 1 failed: ZeroDivisionError", done.stderr), (
        "others are not read"
    )
    assert "nbclient" not in done.stderr, "the machinery is shown"
    assert site(book) == before


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="this system does not say how a child ended")
def test_a_killed_reader_breaks_the_build_off(book):
    before = site(book)
    book.write(**PAGES | {"page2": cell("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)")})
    done = build(book)
    assert done.returncode == 2
    assert len(told(done)) == 1
    assert told(done)[0].startswith("A process of the build was killed (SIGKILL)")
    assert site(book) == before
    assert nothing_half(book)


# the last is what nox does at Ctrl+C: it says it again
@pytest.mark.parametrize("how", [(signal.SIGINT, signal.SIGTERM), *once_a_week((signal.SIGINT,), (signal.SIGTERM,))])
def test_an_interrupted_build_says_so_ends_its_kernels_and_leaves_the_old_site(book, how):
    before = site(book)
    mark = book.folder / "kernel"
    sleeps = f"import os, time, pathlib\npathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\ntime.sleep(100)"
    book.write(**PAGES | {"page2": cell(sleeps)})
    with subprocess.Popen(
        command(), cwd=book.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as running:
        while not (mark.exists() and mark.read_text()):
            assert running.poll() is None
            time.sleep(0.05)
        kernel = int(mark.read_text())
        os.killpg(running.pid, how[0])
        for again in how[1:]:
            time.sleep(0.3)
            running.send_signal(again)
        try:
            out, errors = running.communicate(timeout=60)
        except subprocess.TimeoutExpired:  # the test fails then, and does not wait too
            os.killpg(running.pid, signal.SIGKILL)
            raise
    done = subprocess.CompletedProcess((), running.returncode, out, errors)
    assert running.returncode == 2
    assert [line.partition(" Pages")[0] for line in told(done)] == ["The build was interrupted."]
    assert site(book) == before
    assert nothing_half(book)
    for _ in range(200):
        if not alive(kernel):
            break
        time.sleep(0.1)
    assert not alive(kernel), "a kernel goes on"
    book.write(**PAGES)
    assert build(book).returncode == 0


def test_a_reader_that_waits_to_hand_over_its_page_is_ended():
    """Nobody takes the page once the build has ended; Python would wait for the reader before it ends itself."""
    taken, handed = multiprocessing.get_context("fork").Pipe(duplex=False)
    reader = multiprocessing.get_context("fork").Process(target=handed.send, args=("a page" * 10**6,))
    stubborn = multiprocessing.get_context("fork").Process(target=_stay)
    for process in (reader, stubborn):
        process.start()
    time.sleep(0.3)
    assert reader.is_alive()
    whole_site.end_readers(0.2)
    assert not reader.is_alive()
    assert not stubborn.is_alive()
    taken.close()


def _stay() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(100)


def test_a_reader_that_hears_the_interruption_first_is_no_error_of_sphinx(tmp_path, monkeypatch):
    told = SphinxParallelError("KeyboardInterrupt", "Traceback (most recent call last):\nKeyboardInterrupt")
    assert whole_site.sentence(told, tmp_path).startswith("The build was interrupted.")
    other = SphinxParallelError("ValueError: x", "Traceback")
    assert whole_site.sentence(other, tmp_path) is None
    monkeypatch.setattr(whole_site, "HEARD", [signal.SIGINT])  # its kernel heard it, and the reader what became of that
    assert whole_site.sentence(other, tmp_path).startswith("The build was interrupted.")


def alive(process: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


def test_the_exit_code_of_a_program_that_a_build_runs_is_its_own():
    """What is heard when a child ends took it away: a bundler that failed was taken for one that had done its work."""
    code = (
        "import subprocess, sys, whole_site\n"
        "whole_site.listen()\n"
        "for wanted in range(4):\n"
        "    command = [sys.executable, '-c', f'raise SystemExit({wanted})']\n"
        "    assert subprocess.run(command, check=False).returncode == wanted, wanted\n"
        "    assert subprocess.run(command, check=False, capture_output=True).returncode == wanted, wanted\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(DOCS / "_ext")}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, timeout=60)


def test_a_build_that_was_killed_is_taken_up(book):
    build_folder = book.folder / "docs" / "_build"
    before = site(book)
    (build_folder / "html").rename(build_folder / "old-html")  # killed between two renamings
    (build_folder / "unfinished-html").mkdir()
    (build_folder / "unfinished-html" / "half.html").write_text("<p>")
    book.write(**PAGES | {"page3": cell("1 / 0")})
    assert build(book).returncode == 1
    assert site(book) == before
    assert nothing_half(book)


def test_two_builds_at_once_do_not_disturb_each_other(book):
    mark = book.folder / "mark"
    waits = "import pathlib, time\npathlib.Path('../mark').touch()\ntime.sleep(8)"
    book.write(**PAGES | {"page2": cell(waits)})
    with subprocess.Popen(command(), cwd=book.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        while not mark.exists():
            assert first.poll() is None
            time.sleep(0.05)
        second = build(book)
        assert (second.returncode, second.stdout) == (2, "")
        assert second.stderr == "Another build of this book is running: wait for its end.\n"
        assert first.wait(timeout=120) == 0
    assert "page2.html" in site(book)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder))
    if shutil.which("mount") is None or subprocess.run(options, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(("umount", "-l", str(folder)), check=True)


@pytest.mark.parametrize("room", [1, *once_a_week(4)])
def test_a_full_disk_is_told_in_a_sentence_and_a_larger_one_is_enough(book, small_disk, room):
    before = site(book)
    build_folder = book.folder / "docs" / "_build"
    stands = build_folder.rename(book.folder.parent / "kept")
    build_folder.symlink_to(small_disk)

    def resize(megabytes: int) -> None:
        subprocess.run(("mount", "-o", f"remount,size={megabytes}m", str(small_disk)), check=True)

    resize(100)
    shutil.copytree(stands, small_disk, dirs_exist_ok=True)
    shutil.rmtree(small_disk / ".jupyter_cache")
    used = sum(path.stat().st_blocks * 512 for path in small_disk.rglob("*"))
    resize(used // 2**20 + room)
    done = build(book)
    assert done.returncode == 2
    assert len(told(done)) == 1, done.stderr
    assert told(done)[0].startswith("The disk is full: ")
    assert site(book) == before
    assert nothing_half(book)
    resize(200)
    done = build(book)
    assert done.returncode == 0, done.stderr
    assert site(book).keys() == before.keys()


def cache(book: Book) -> Path:
    return next((book.folder / "docs" / "_build" / ".jupyter_cache").iterdir())


def of_another_version(folder: Path) -> None:
    with sqlite3.connect(folder / "global.db") as connection:
        connection.execute("ALTER TABLE nbcache RENAME COLUMN uri TO address")


def garbage(folder: Path) -> None:
    (folder / "global.db").write_bytes(b"no database" * 1000)


def cut_off(folder: Path) -> None:
    database = (folder / "global.db").read_bytes()
    (folder / "global.db").write_bytes(database[: len(database) // 2])


def without_tables(folder: Path) -> None:
    (folder / "global.db").write_bytes(b"")


@pytest.mark.parametrize("damage", [garbage, *once_a_week(of_another_version, cut_off, without_tables)])
def test_a_cache_that_cannot_be_read_is_thrown_away_and_cells_run_again(book, damage):
    before = site(book)
    damage(cache(book))
    done = build(book)
    assert done.returncode == 0, done.stderr
    assert len(told(done)) == 1
    assert re.fullmatch(r"The cache of executed pages at \S+ could not be read.*: all cells run again\.", told(done)[0])
    assert done.stdout.count("its cells ran") == 6
    assert site(book).keys() == before.keys()
    assert build(book).stderr == ""


def test_executed_pages_that_are_half_there_run_again_and_the_others_do_not(book):
    pages = sorted(cache(book).glob("executed/*/base.ipynb"))
    pages[0].write_bytes(pages[0].read_bytes()[:100])
    pages[1].unlink()
    pages[2].write_text("[]")
    done = build(book)
    assert done.returncode == 0, done.stderr
    assert [line.partition(" were")[0] for line in told(done)] == [
        "Of the cache of executed pages 3 could not be read and"
    ]
    assert done.stdout.count("its cells ran") == 3


@pytest.mark.parametrize("name", ["_fonts/*", *once_a_week("_fonts/gl-sans-bold.ttf", "_static/fonts/gl-code.woff2")])
def test_a_missing_font_stops_the_build_at_once_with_its_name(book, name):
    before = site(book)
    gone = sorted(path for path in (book.folder / "docs").glob(name) if path.is_file())
    for path in gone:
        path.unlink()
    done = build(book)
    assert done.returncode == 2
    (line,) = told(done)
    assert line.startswith("Configuration error: files are missing in docs: ")
    assert gone[0].name in line or "make_fonts.py" in line
    assert "git checkout" in line
    assert site(book) == before


def test_each_file_that_a_stylesheet_names_is_looked_for():
    from needed_files import fonts, named_in_styles

    assert "korean/gl-korean.otf" in {path.relative_to(DOCS / "_fonts").as_posix() for path in fonts(DOCS / "_fonts")}
    assert len({*fonts(DOCS / "_fonts")}) == 5
    assert {path.suffix for path in named_in_styles(DOCS / "_static")} >= {".woff2"}
