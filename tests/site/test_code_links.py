"""Links in code are written by several processes, and nothing of what they say is lost."""

import time
from types import SimpleNamespace

import code_links
import pytest
from sphinx.errors import SphinxParallelError
from sphinx.util import logging
from sphinx.util.parallel import ParallelTasks

PAGES = {"small": 1, "large": 900, "middle": 30, "least": 0, "next": 40}


@pytest.fixture
def app(tmp_path):
    """What of an application is asked: pages of several sizes, and calls for their links that were put off."""
    for page, size in PAGES.items():
        (tmp_path / f"{page}.html").write_text("x" * size)
    builder = SimpleNamespace(get_output_path=lambda page: str(tmp_path / f"{page}.html"))
    calls = [((page, tmp_path), {"disable_link_titles": True}) for page in PAGES]
    return SimpleNamespace(parallel=2, builder=builder, gl_links=calls)


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_each_page_is_linked_once_and_a_warning_of_one_is_heard(app, tmp_path, monkeypatch, caplog, jobs):
    def link(page, folder, *, disable_link_titles):
        with (folder / f"{page}.done").open("a") as file:
            file.write(f"{disable_link_titles}\n")
        if page == "middle":
            logging.getLogger("somebody").warning("no match on %s", page)

    monkeypatch.setattr(code_links, "link_html", link)
    app.parallel = jobs
    code_links.link_all(app, None)
    assert {path.stem: path.read_text() for path in tmp_path.glob("*.done")} == dict.fromkeys(PAGES, "True\n")
    assert [record.getMessage() for record in caplog.records] == ["no match on middle"]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("broken", PAGES)
def test_an_error_in_one_of_them_ends_the_build_whenever_it_happens(app, tmp_path, monkeypatch, jobs, broken):
    def link(page, folder, *, disable_link_titles):
        if page == broken:
            raise ValueError(f"{page} is broken")
        (folder / f"{page}.done").write_text("")

    real = ParallelTasks.add_task

    def slowly(*given):
        real(*given)
        time.sleep(0.05)  # so that a task has ended before the next is given

    monkeypatch.setattr(ParallelTasks, "add_task", slowly)
    monkeypatch.setattr(code_links, "link_html", link)
    app.parallel = jobs
    with pytest.raises(SphinxParallelError, match=f"the links in the code of {broken}") as raised:
        code_links.link_all(app, None)
    assert f"ValueError: {broken} is broken" in raised.value.traceback
    assert {path.stem for path in tmp_path.glob("*.done")} == PAGES.keys() - {broken}
