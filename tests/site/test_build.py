"""How a build succeeds and fails, on a book of two or three pages."""

from __future__ import annotations

import json
import re

import pytest
from compare_sites import differences, different_files
from small_book import Book, cell


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """One build of a book in which everything that can be wrong with a cell or a claim is wrong."""
    book = Book(tmp_path_factory.mktemp("broken"))
    first = 'import gradlab as gl\ngl.claim("twice", "One is below two", 1.0, below=2)'
    book.write(
        first=cell(first),
        second=cell(first) + cell('gl.claim("unheard", "One is below three", 1.0, below=3, cite="nobody1900")'),
        false=cell("import gradlab as gl") + cell('x = 3\ngl.claim("false-one", "Three is below two", x, below=2)'),
        raising=cell("import numpy as np") + cell("np.ones(3) @ np.ones(4)"),
        warning=cell("import numpy as np\nnp.log(np.zeros(1))"),
        slow="\n" + cell("import time") + cell("time.sleep(60)"),
    )
    page = book.folder / "docs" / "slow.md"
    page.write_text(page.read_text().replace("name: python3\n", "name: python3\nmystnb:\n  execution_timeout: 2\n", 1))
    return book, *book.build()


def test_a_broken_book_fails_and_fails_again(broken):
    book, code, printed = broken
    assert code == 1, printed
    code, printed = book.build()
    assert code == 1
    assert "'false-one' is false" in printed


def test_a_false_claim_is_named_with_its_page_and_cell(broken):
    printed = broken[2]
    assert re.search(r"false\.md:\d+: WARNING: code cell 2 failed: ClaimError: .*'false-one' is false", printed)
    assert "measured 3, claimed < 2" in printed


def test_a_cell_that_raises_is_shown_with_its_traceback(broken):
    printed = broken[2]
    place = re.search(r"raising\.md:(\d+): WARNING: code cell 2 failed: ValueError: matmul", printed)
    assert place
    source = (broken[0].folder / "docs" / "raising.md").read_text().splitlines()
    assert "np.ones(3)" in "\n".join(source[int(place[1]) - 1 : int(place[1]) + 1])
    assert "----> 1 np.ones(3) @ np.ones(4)" in printed


def test_a_cell_that_runs_too_long_is_shown(broken):
    printed = broken[2]
    assert re.search(r"slow\.md:\d+: WARNING: code cell 2 failed: it ran for too long", printed)
    assert "time.sleep(60)" in printed


def test_a_warning_of_numpy_fails_the_build(broken):
    assert re.search(r"warning\.md.*WARNING: stderr was found in the cell outputs", broken[2])


def test_two_claims_with_one_key_are_named(broken):
    assert "second.md: WARNING: claim 'twice': its key is taken by a claim of first" in broken[2]


def test_a_claim_that_cites_an_unknown_source_is_named(broken):
    assert "second.md: WARNING: claim 'unheard': it cites 'nobody1900', which is not in references.bib" in broken[2]


def test_a_changed_gradlab_runs_the_cells_again_and_nothing_else_does(tmp_path):
    book = Book(tmp_path)
    code = "import uuid\nimport gradlab as gl\nprint('version', gl.__version__, 'run', uuid.uuid4().hex)"
    book.write(
        page=cell(code + '\ngl.claim("one", "One is below two", 1.25, below=2, cite="glorot2010")')
        + "\nGlued: {glue:text}`page.md::one:.1f`.\n"
    )

    def run() -> tuple[str, str]:
        return re.search(r"version (\S+) run ([0-9a-f]{32})", book.html("page").replace("&#39;", "'")).groups()

    returned, printed = book.build()
    assert (returned, printed.strip()) == (0, "")
    assert "Glued: 1.2." in book.html("page")
    assert "1 claim on 1 page: all of them held" in book.html("index")
    row = r"One is below two\s+one\s+Bound &lt; 2\s+Measured 1.25\s+Source Glorot &amp; Bengio, 2010"
    assert re.search(rf"Page page\s[\s\S]*?{row}", book.html("index"))
    assert re.search(r"1 page with 1 code cell ran for \d+ s in all; 0 pages took more", book.html("index"))
    assert "The cells of this page ran for" not in book.html("page")
    before = run()

    assert book.build()[0] == 0
    assert run() == before, "a build with nothing changed ran the cells"
    assert "One is below two" in book.html("index"), "claims are lost when the cells come from the cache"

    with (tmp_path / "gradlab" / "__init__.py").open("a") as file:
        file.write('\n__version__ = "9.8.7"\n')
    assert book.build(again=False)[0] == 0
    after = run()
    assert after[0] == "9.8.7"
    assert after[1] != before[1]


def test_numbers_typed_into_prose_fail_the_build_and_set_up_glued_and_quoted_ones_do_not(tmp_path):
    book = Book(tmp_path)
    claim = 'import gradlab as gl\nseeds = range(20)\ngl.claim("one", "77 may stand here", 97.5, above=0.9)'
    glued = "{glue:text}`page.md::one:.1f`"
    book.write(
        page=cell(claim)
        + f"\nOver 90 % of 20 seeds, {glued} in all, $x^{{77}}$, `77`, 64-bit.\n"
        + "\n- {cite:t}`he2015` report [4.94 %]{.quoted} in 2015.\n- [Here](https://b.org/99) it is [19]{.quoted}.\n"
        + "\n| a | b |\n|---|---|\n| [4.94 %]{.quoted} | {cite:p}`he2015` |\n",
        other=f"\nAs there: 20 seeds, {glued}.\n" + cell("1 + 1"),
    )
    returned, printed = book.build()
    assert (returned, printed.strip()) == (0, "")

    figure = "---\nmystnb:\n  figure:\n    caption: A caption with 55 %.\n    name: fig-typed\n  image:\n    alt: It has 66 of them.\n---\n"
    draw = figure + "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    book.write(page=cell(claim) + "\nIt is\n98.5 in all, [4.94 %]{.quoted} too.\n\n{cite:p}`he2015`\n" + cell(draw))
    returned, printed = book.build()
    assert returned == 1
    lines = (tmp_path / "docs" / "page.md").read_text().splitlines()
    found = re.findall(r"page\.md:(\d+): WARNING: the number (.+?) is typed.*\[gradlab\.typed-number\]", printed)
    assert sorted(number for _, number in found) == ["4.94 %", "55 %", "66", "98.5"]
    assert all(number.split()[0] in lines[int(line) - 1] for line, number in found)


TRIAL = {
    "page": "page",
    "text": "Ten layers stay under 0.3 in 4,000 steps",
    "value": 0.18,
    "bound": "< 0.3",
    "seeds": 20,
    "budget": "4,000 steps, SGD and Adam",
    "seconds": 84.2,
    "gradlab": "another",
    "machine": {"cpu": "A processor", "cores": 2, "system": "Linux", "python": "3.11.7", "numpy": "2.4.6"},
    "date": "2026-11-25",
}


def with_trials(book: Book) -> None:
    """Give a book a record of a trial that holds and one that does not."""
    (book.folder / "docs" / "long").mkdir()
    trials = [{**TRIAL, "key": "stands", "holds": True}, {**TRIAL, "key": "fell", "value": 0.9, "holds": False}]
    (book.folder / "docs" / "long" / "record.json").write_text(json.dumps(trials), encoding="utf-8")


def test_a_sentence_without_grounds_and_a_trial_that_does_not_bear_it_out_fail_the_build(tmp_path):
    book = Book(tmp_path)
    with_trials(book)
    claims = "import gradlab as gl\nx = 1.0\n" + "\n".join(
        f'gl.claim("{key}", "{text}", x, equals=1{grounds})'
        for key, text, grounds in (
            ("bare", "Ten layers cannot learn", ""),
            ("unknown", "Ten layers cannot learn it", ', survived="nobody"'),
            ("fallen", "Ten layers cannot learn this", ', survived="fell"'),
            ("worded", "Two fifths of them", ""),
        )
    )
    draw = (
        "import matplotlib.pyplot as plt\nnet, data = gl.MLP([2, 3, 2]), gl.datasets.xor()\n"
        "run = gl.train(net, data, steps=1)\nfig, ax = plt.subplots()\nplt.close(fig)"
    )
    book.write(page=cell(claims) + "\nIt reads {glue:text}`page.md::bare:.0%`.\n" + cell(draw + "\n#" + 88 * "-"))
    returned, printed = book.build()
    assert returned == 1
    for kind, words in (
        ("negative", "claim 'bare': its text has 'cannot': say in it how far was tried"),
        ("trial", "claim 'unknown': no trial of docs/long/record.json is named 'nobody': run docs/long/run.py page"),
        ("trial", "claim 'fallen': the long trial 'fell' does not hold: measured 0.9, claimed < 0.3"),
        ("number-in-words", "claim 'worded': its text has 'Two fifths'"),
        ("banned-word", "'reads …': write classifies … correctly"),
        ("measured-while-drawing", "'gl.train(…)': a cell that draws measures nothing"),
        ("wide-code", "'89 characters'"),
    ):
        assert re.search(rf"page(?:\.md:\d+|\.md)?: WARNING: {re.escape(words)}.*\[gradlab\.{kind}\]", printed), words
    assert printed.count("WARNING") == 7, printed


def test_badges_and_ledger_say_on_what_a_claim_rests_and_bounds_are_rounded_away(tmp_path):
    book = Book(tmp_path)
    with_trials(book)
    code = (
        "import gradlab as gl\nx = 2.2e-6\n"
        'gl.claim("long", "They never learn", x, below=1, survived="stands")\n'
        'gl.claim("short", "In 2 steps none learns", x, below=1,\n'
        '         budget="In 2 steps", cite="glorot2010")\n'
        'gl.claim("sum", "Nowhere is it above 1", x, below=1,\n'
        '         identity=True, cite="glorot2010", states=True)'
    )
    glued = "{glue:text}`page.md::sum:.0e`"
    book.write(
        page=cell(code) + f"\nAt most {glued}, over {glued} or {glued}.\n",
        more="\nIt is {trial}`stands:.0%`.\n\n```{long-run}\n```\n",
    )
    returned, printed = book.build()
    assert (returned, printed.strip()) == (0, "")
    assert "It is 18\N{NO-BREAK SPACE}%." in book.html("more")
    page, table = (" ".join(book.html(name).split()) for name in ("page", "more"))
    ledger = " ".join(book.html("index").split())
    assert "At most 3 × 10⁻⁶, over 2 × 10⁻⁶ or 2 × 10⁻⁶." in page
    survived = (
        "It survived a longer trial: 4,000 steps, SGD and Adam; measured 0.18, claimed &lt; 0.3, 2026-11-25 with an older "
        "gradlab."
    )
    assert survived in page
    assert survived in ledger
    words = " ".join(re.sub("<[^>]+>", "", page).split())
    assert "measured 2.2 × 10⁻⁶ claimed &lt; 1" in words
    assert "An identity: mathematics says so, and the measurement checks its arithmetic." in page
    assert "Tried as far as it says: In 2 steps." in ledger
    assert "Glorot &amp; Bengio, 2010 is about this" in ledger
    assert "Glorot &amp; Bengio, 2010 states this" in ledger
    assert "2 trials, 3 minutes of computing on A processor, 2 cores, Linux, Python 3.11.7, NumPy 2.4.6." in table
    assert "stands, for long" in table
    assert "0.9 (does not hold)" in table


def test_a_glossary_sends_a_reader_to_pages_that_use_the_word(tmp_path):
    book = Book(tmp_path)
    entries = "plateau\n  A stretch. See [](first.md).\n\nsaturation\n  A state. See [](first.md).\n"
    book.write(first="\nSaturated units.\n", glossary=f"\n```{{glossary}}\n{entries}```\n")
    returned, printed = book.build()
    assert returned == 1
    assert re.findall(r"looks up '(\w+)' to (\w+), which does not use the word", printed) == [("plateau", "first")]


@pytest.mark.weekly
def test_a_page_that_takes_long_says_so_and_so_it_does_from_the_cache(tmp_path):
    book = Book(tmp_path)
    book.write(page=cell("import time\ntime.sleep(11)\n11"))
    for _ in range(2):
        assert book.build() == (0, "")
        assert re.search(r"The cells of this page ran for 1\d s when the book was built\.", book.html("page"))
        assert re.search(r"1 page took more than 10 s\.\s[\s\S]*Page page\s+1\d\.\d\s+1\s", book.html("index"))


def test_two_builds_that_measure_differently_are_told_apart_by_claim():
    first = [
        {"key": key, "value": value, "page": "learn/a", "text": "One", "cite": None}
        for key, value in (("same", 0.1), ("other", 2.0), ("gone", 1.0))
    ]
    second = [{**first[0]}, {**first[1], "value": 2.5, "text": "Two"}]
    assert differences(first, first) == []
    assert differences(first[:2], first[1::-1]) == ["the claims are the same, but not in the same order"]
    assert sorted(differences(first, second)) == [
        "gone (learn/a): only the first build has it",
        "other (learn/a): 2.0 and 2.5, apart by 0.5, of the value 0.2",
        "other (learn/a): its text is 'One' and 'Two'",
    ]


def test_two_sites_that_differ_are_told_apart_by_file_and_times_are_no_difference(tmp_path):
    page = '<p>One {}</p><p class="gl-execution-time">The cells of this page ran for {} s when the book was built.</p>'
    table = "3 pages with 10 code cells ran for {} min 2 s in all; 2 pages took more than 10 s.\n\n| [One](one.html) | {}.5 | 7 |\n"
    for site, words in (("first", ("word", "11")), ("second", ("word", "12"))):
        (tmp_path / site / "_images").mkdir(parents=True)
        (tmp_path / site / "reference").mkdir()
        (tmp_path / site / "reference" / "build.md").write_text(table.format(words[1], words[1]))
        (tmp_path / site / "documents.js").write_text(table.format(words[1], 1))
        (tmp_path / site / "page.html").write_text(page.format(*words))
        (tmp_path / site / "_live").mkdir()
        printed = f"time of the text ÷ time of the engine: {words[1]}.5 and {{}}"
        live = {"cells": [{"seconds": float(words[1]), "text": printed.format("the same")}], "results": {words[1]: 1}}
        (tmp_path / site / "_live" / "page.json").write_text(json.dumps(live))
        (tmp_path / site / "_images" / "a.svg").write_text("<svg/>")
    sites = tmp_path / "first", tmp_path / "second"
    assert different_files(*sites) == []
    (sites[1] / "page.html").write_text(page.format("world", "11"))
    (sites[1] / "_images" / "a.svg").write_text("<svg />")
    (sites[0] / "_images" / "b.svg").write_text("<svg/>")
    live["cells"][0]["text"] = printed.format("another one")
    (sites[1] / "_live" / "page.json").write_text(json.dumps(live))
    found = different_files(*sites)
    assert [line.partition(":")[0] for line in found] == [
        *("_images/b.svg", "_images/a.svg", "_live/page.json", "page.html")
    ]
    assert "'<p>One word</p>' and '<p>One world</p>'" in found[3]


def test_a_missing_kernel_gets_a_sentence(tmp_path):
    book = Book(tmp_path / "book")
    book.write(page=cell("1 + 1"))
    hidden = tmp_path / "hidden" / "ipykernel"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'ipykernel'\", name='ipykernel')\n"
    )
    code, printed = book.build(PYTHONPATH=str(hidden.parent))
    assert code == 2
    assert "ipykernel is not installed: run `nox -s docs`" in printed
    assert len(printed.splitlines()) == 1


def test_what_a_slow_statement_leaves_behind_is_small_and_pickles_where_cells_are_live(tmp_path):
    book = Book(tmp_path)
    slow = "import time\ndef spend(what):\n    end = time.process_time() + 1.1\n    while time.process_time() < end:\n"
    slow += "        pass\n    return what\n"
    large = cell(slow + "many = spend('x' * 200000)\nlazy = spend(map(abs, [1]) and (i for i in ()))")
    small = "few = spend(list(range(9)))\nmany = spend(list(range(99999)))\ndel many\nquick = 'x' * 200000"
    book.write(page=large, notation=cell(slow + small))  # of these two pages the second has live cells
    assert book.build() == (0, "")
    book.write(page=large, notation=large)
    returned, printed = book.build()
    assert returned == 1
    assert printed.count("WARNING") == 2
    assert printed.count("notation") == 2
    assert "cell 1: a slow statement binds many, 200 kB: keep the numbers that are needed" in printed
    assert "cell 1: a slow statement binds lazy, which does not pickle" in printed


def test_a_rebuild_of_one_page_keeps_the_styles_of_the_others_and_sends_all_to_the_new_sheet(tmp_path):
    book = Book(tmp_path)
    table = "\n```{list-table}\n:widths: 13 87\n\n* - a\n  - b\n```\n"
    book.write(wide=table, other="\nWords.\n")
    assert book.build() == (0, "")
    html = tmp_path / "docs" / "_build" / "html"

    def state() -> tuple[str, str, str]:
        page = (html / "wide.html").read_text(encoding="utf-8")
        (name,) = set(re.findall(r"<col class=\"(gl-style-\w+)\"", page)[:1])
        rule = re.search(rf"\.{name}\{{([^}}]*)\}}", (html / "_static" / "site.css").read_text(encoding="utf-8"))
        return name, rule[1], re.search(r"site\.css\?v=(\w+)", page)[1]

    name, rule, mark = state()
    assert rule == "width: 13.0%!important;"
    book.write(wide=table, other="\nWords, and a block to copy:\n\n> Quoted.\n")
    assert book.build(again=False) == (0, "")
    assert state()[:2] == (name, rule)
    marks = {re.search(r"site\.css\?v=(\w+)", path.read_text())[1] for path in html.glob("*.html")}
    assert marks == {state()[2]}
    assert mark != state()[2], "the new page quotes, so the sheet has the rules for it"
