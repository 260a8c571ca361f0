"""Pages are handed to the readers so that all of them end at about the same time."""

import heapq
import random
import time

import even_load
import pytest
import sphinx.builders
from built_book import DOCS, PAGES
from sphinx.util.parallel import ParallelTasks, make_chunks


def lengths():
    """The lines of code of each page of the book."""
    sources = {page: DOCS / f"{page}.md" for page in PAGES}
    return {
        page: even_load.lines_of_code(path.read_text(encoding="utf-8"))
        for page, path in sources.items()
        if path.is_file()
    }


def in_turn(pieces, readers):
    """What readers take in turn: Sphinx's first tasks as they are given, then the last that is left."""
    return [*pieces[:readers], *reversed(pieces[readers:])]


def handed_out(work, readers):
    """What readers get in turn."""
    with_cells = sum(1 for lines in work.values() if lines)
    return in_turn(even_load.pieces(with_cells, even_load.longest_first(work), readers), readers)


def ends(pieces, seconds, readers):
    """When each of the readers is done, who takes the next piece when it is ready."""
    times = [0.0] * readers
    for piece in pieces:
        heapq.heapreplace(times, times[0] + sum(seconds[page] for page in piece))
    return times


@pytest.mark.parametrize("readers", [2, 3, 4])
def test_all_readers_end_within_a_short_page_of_each_other(readers):
    work = lengths()
    chance = random.Random(0)
    for _ in range(20):  # a line takes more on one page than on another
        seconds = {page: lines * chance.uniform(0.5, 2) for page, lines in work.items()}
        times = ends(handed_out(work, readers), seconds, readers)
        assert max(times) - min(times) < 0.1 * max(times)


@pytest.mark.parametrize("readers", [2, 3, 4, 8])
def test_they_are_done_before_they_would_be_by_the_names_of_pages(readers):
    work = lengths()
    assert max(ends(handed_out(work, readers), work, readers)) < max(
        ends(in_turn(make_chunks(sorted(work), readers), readers), work, readers)
    )


@pytest.mark.parametrize("seed", range(20))
def test_every_page_is_handed_out_once_whatever_the_work(seed):
    chance = random.Random(seed)
    work = {f"page{number}": chance.choice([0, 0, 1, 5, 300]) for number in range(chance.randint(1, 90))}
    for readers in (2, 3, 4, 8):
        pieces = handed_out(work, readers)
        assert sorted(page for piece in pieces for page in piece) == sorted(work)
        assert all(len(piece) == 1 for piece in pieces if any(work[page] for page in piece))
        assert pieces == handed_out(dict(reversed(work.items())), readers)


def test_pages_that_an_extension_adds_are_handed_out_too():
    assert in_turn(even_load.pieces(1, ["long", "added", "short"], 2), 2) == [["long"], ["added"], ["short"]]
    assert even_load.pieces(3, ["long"], 2) == [["long"]]


def test_sphinx_takes_them_in_this_turn(tmp_path):
    tasks, taken = ParallelTasks(2), tmp_path / "taken"

    def take(piece):
        with taken.open("a") as file:
            file.write(f"{piece}\n")
        time.sleep(0.2 if piece < 2 else 0.05)  # the first two are still at work when all are given

    given = [0, 1, 5, 4, 3, 2]
    for piece in given:
        tasks.add_task(take, piece)
    tasks.join()
    found = [int(line) for line in taken.read_text().split()]
    assert {*found[:2]} == {0, 1}
    assert found[2:] == sorted(found[2:])
    assert in_turn(given, 2) == [0, 1, 2, 3, 4, 5]


def test_sphinx_asks_for_its_pieces_where_they_are_changed():
    assert sphinx.builders.make_chunks is make_chunks
