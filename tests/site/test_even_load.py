"""Pages are dealt to the readers so that all of them end at about the same time."""

import random

import pytest
from built_book import DOCS, PAGES
from even_load import dealt, lines_of_code
from sphinx.util.parallel import make_chunks


def pieces(pages, work, readers):
    return [sum(work[page] for page in piece) for piece in make_chunks(pages, readers)]


@pytest.mark.parametrize("readers", [2, 3, 4, 8])
def test_the_first_piece_of_each_reader_of_the_book_has_as_much_code(readers):
    sources = {page: DOCS / f"{page}.md" for page in PAGES}
    work = {page: lines_of_code(path.read_text(encoding="utf-8")) for page, path in sources.items() if path.is_file()}
    first = pieces(dealt(work, readers), work, readers)[:readers]
    largest = max(work.values())
    assert max(first) - min(first) <= largest
    by_name = pieces(sorted(work), work, readers)
    assert max(first) < max(by_name), "no better than by name"


@pytest.mark.parametrize("seed", range(20))
def test_every_page_is_dealt_once_whatever_the_work(seed):
    chance = random.Random(seed)
    work = {f"page{number}": chance.choice([0, 0, 1, 5, 300]) for number in range(chance.randint(1, 90))}
    for readers in (2, 3, 4, 8):
        assert sorted(dealt(work, readers)) == sorted(work)
        assert dealt(work, readers) == dealt(dict(reversed(work.items())), readers)
