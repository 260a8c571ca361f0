"""What a page says to those to whom it is sent, and what its reader can send: tags, addresses, claims, citations, links."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import types
from pathlib import Path
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import citing
import pytest
import yaml
from bs4 import BeautifulSoup
from built_book import HTML, PAGES, ROOT, files
from policy import policy
from published import MAIN, Repository, base_address, repository
from pybtex.database import parse_string
from small_book import Book, cell
from sphinx.errors import ConfigError

import gradlab

CHAPTER = "learn/vanishing"
SETTINGS = (
    *("GRADLAB_BASE_URL", "GRADLAB_REPOSITORY_URL", "GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_BASE_REF"),
    *("GITHUB_REF_NAME", "GITHUB_REF_TYPE", "READTHEDOCS", "READTHEDOCS_CANONICAL_URL", "READTHEDOCS_GIT_CLONE_URL"),
    *("READTHEDOCS_GIT_IDENTIFIER", "READTHEDOCS_VERSION_TYPE"),
)
NOTHING = dict.fromkeys(SETTINGS, "")  # as on a machine on which nobody has named an address


def tags(soup: BeautifulSoup) -> dict[str, list[str]]:
    """Return what the head of a page says, by the name of the tag."""
    said: dict[str, list[str]] = {}
    for tag in soup.head.select("meta[content]"):
        said.setdefault(tag.get("property") or tag.get("name") or "", []).append(tag["content"])
    for link in soup.head.select("link[rel=canonical]"):
        said.setdefault("canonical", []).append(link["href"])
    return said


def resource(soup: BeautifulSoup) -> dict:
    """Return what a page says in JSON-LD."""
    (script,) = soup.select('script[type="application/ld+json"]')
    return json.loads(script.string)


def parsed(folder: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((folder / f"{page}.html").read_text(encoding="utf-8"), "html.parser")


# -- Who says where the book is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, ""),
        (NOTHING, ""),
        ({"GRADLAB_BASE_URL": "https://a.org/book"}, "https://a.org/book/"),
        ({"GRADLAB_BASE_URL": "https://a.org/book//"}, "https://a.org/book/"),
        ({"READTHEDOCS_CANONICAL_URL": "https://b.org/en/latest/"}, "https://b.org/en/latest/"),
        ({"GRADLAB_BASE_URL": "https://a.org", "READTHEDOCS_CANONICAL_URL": "https://b.org/"}, "https://a.org/"),
        ({"GITHUB_REPOSITORY": "who/book", "GITHUB_SERVER_URL": "https://github.com"}, ""),
    ],
)
def test_the_address_of_the_book_is_the_one_that_somebody_names(environment, address):
    assert base_address(environment) == address


@pytest.mark.parametrize("given", ["a.org/book", "/book/", "ftp://a.org/", "https://a.org/?page=1", "https://"])
@pytest.mark.parametrize(("name", "ask"), [("GRADLAB_BASE_URL", base_address), ("GRADLAB_REPOSITORY_URL", repository)])
def test_a_setting_that_is_no_address_ends_the_build_with_a_sentence(name, ask, given):
    with pytest.raises(ConfigError, match=f"^{name} is '.*': give a whole address"):
        ask({name: given})


GITHUB = {"GITHUB_REPOSITORY": "who/book", "GITHUB_SERVER_URL": "https://github.com"}
READTHEDOCS = {"READTHEDOCS": "True", "READTHEDOCS_VERSION_TYPE": "branch", "READTHEDOCS_GIT_IDENTIFIER": "next"}


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, None),
        (NOTHING, None),
        (GITHUB, Repository("https://github.com/who/book", MAIN, "github")),
        ({"GITHUB_REPOSITORY": "who/book"}, Repository("https://github.com/who/book", MAIN, "github")),
        (
            GITHUB | {"GITHUB_SERVER_URL": "https://code.firm.org"},
            Repository("https://code.firm.org/who/book", MAIN, "github"),
        ),
        (
            GITHUB | {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "next"},
            Repository("https://github.com/who/book", "next", "github"),
        ),
        (
            GITHUB | {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1"},
            Repository("https://github.com/who/book", MAIN, "github"),
        ),
        (
            GITHUB | {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "12/merge", "GITHUB_BASE_REF": "next"},
            Repository("https://github.com/who/book", "next", "github"),
        ),
        (
            GITHUB | {"GRADLAB_REPOSITORY_URL": "https://gitlab.com/she/book/"},
            Repository("https://gitlab.com/she/book", MAIN, "gitlab"),
        ),
        (
            {"GRADLAB_REPOSITORY_URL": "git@codeberg.org:she/book.git"},
            Repository("https://codeberg.org/she/book", MAIN, "forgejo"),
        ),
        (
            {"GRADLAB_REPOSITORY_URL": "https://code.firm.org/who/book", "GITHUB_SERVER_URL": "https://code.firm.org"},
            Repository("https://code.firm.org/who/book", MAIN, "github"),
        ),
        ({"GRADLAB_REPOSITORY_URL": "https://a.org/book"}, Repository("https://a.org/book", MAIN, "")),
        (
            READTHEDOCS | {"READTHEDOCS_GIT_CLONE_URL": "https://github.com/who/book.git"},
            Repository("https://github.com/who/book", "next", "github"),
        ),
        (
            READTHEDOCS | {"READTHEDOCS_GIT_CLONE_URL": "git@gitlab.com:who/deep/book.git"},
            Repository("https://gitlab.com/who/deep/book", "next", "gitlab"),
        ),
        (READTHEDOCS | {"READTHEDOCS_GIT_CLONE_URL": "/srv/git/book.git"}, None),
        ({"READTHEDOCS_GIT_CLONE_URL": "https://github.com/who/book"}, None),
    ],
)
def test_the_repository_is_the_one_that_the_publishing_job_names(environment, found):
    assert repository(environment) == found


def test_each_kind_of_host_has_its_own_pages_to_edit_and_to_report():
    github, gitlab, forgejo, unknown = (
        Repository("https://a.org/who/book", "next", kind) for kind in ("github", "gitlab", "forgejo", "")
    )
    assert github.edit("docs/a b.md") == "https://a.org/who/book/edit/next/docs/a%20b.md"
    assert gitlab.edit("docs/a.md") == "https://a.org/who/book/-/edit/next/docs/a.md"
    assert forgejo.edit("docs/a.md") == "https://a.org/who/book/_edit/next/docs/a.md"
    assert unknown.edit("docs/a.md") is None
    assert unknown.report("T", "B") is None
    for one, title, body in (
        *((github, "title", "body"), (gitlab, "issue[title]", "issue[description]"), (forgejo, "title", "body")),
    ):
        asked = parse_qs(urlsplit(one.report("σ & more: 1/2?", "One\ntwo")).query)
        assert asked == {title: ["σ & more: 1/2?"], body: ["One\ntwo"]}


# -- What the built pages say ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base(soups) -> str:
    """The address that the book was built for, or nothing."""
    link = soups["index"].select_one("link[rel=canonical]")
    return link["href"] if link else ""


@pytest.fixture(scope="module")
def claims():
    return json.loads((HTML / "claims.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def alone(claims) -> dict[str, BeautifulSoup]:
    """The page of each claim, by its key."""
    return {claim["key"]: parsed(HTML / "claim", claim["key"]) for claim in claims}


def heading(soup: BeautifulSoup) -> str:
    """Return the title that stands on a page."""
    return " ".join("".join(text for text in soup.h1.find_all(string=True) if text.parent.name != "a").split())


@pytest.mark.parametrize("page", PAGES)
def test_each_page_says_once_what_it_is_to_those_to_whom_it_is_sent(soups, base, page):
    said, told = tags(soups[page]), resource(soups[page])
    once = ["description", "og:site_name", "og:type", "og:title", "og:description"]
    once += ["twitter:card", "twitter:title", "twitter:description"]
    assert {name: len(said.get(name, [])) for name in once} == dict.fromkeys(once, 1)
    assert all(said[name][0].strip() for name in once)
    assert said["og:description"] == said["description"] == said["twitter:description"] == [told["description"]]
    assert said["og:title"] == said["twitter:title"]
    assert soups[page].title.get_text().startswith(said["og:title"][0])
    assert told["name"] == (citing.BOOK if page == "index" else heading(soups[page]))
    here = [base if page == "index" else f"{base}{page}.html"] if base else []
    assert said.get("canonical", []) == said.get("og:url", []) == here
    assert [told["url"]] == here if base else "url" not in told
    pictures = said.get("og:image", [])
    assert all(picture.startswith(base) for picture in pictures)
    assert len(pictures) == len(said.get("twitter:image", [])) == (said["twitter:card"] == ["summary_large_image"])


def test_what_is_no_page_of_the_book_is_shared_under_its_name_and_is_no_learning_resource(soups):
    for page, soup in soups.items():
        if page not in PAGES and page != "404":
            said = tags(soup)
            assert len(said["og:title"]) == len(said["og:description"]) == len(said["description"]) == 1, page
            assert said["og:title"][0].casefold() in soup.title.get_text().casefold(), page
            assert not soup.select('script[type="application/ld+json"]'), page


def test_no_two_pages_have_one_title(soups):
    titles = [tags(soups[page])["og:title"][0] for page in PAGES]
    assert len(titles) == len(set(titles))


def test_a_page_that_nobody_should_find_says_so(soups):
    for page in ("404", "search"):
        assert tags(soups[page])["robots"] == ["noindex"]
        assert "canonical" not in tags(soups[page])
    for page in PAGES:
        assert "robots" not in tags(soups[page])


def test_no_page_names_a_host_as_its_own_that_nobody_has_named(base):
    """The address that ``conf.py`` once had by default was nobody's."""
    host = "gradlab" + ".github.io"
    if host in base:
        pytest.skip("it is somebody's now")
    found = [
        path.relative_to(HTML).as_posix()
        for path in files("*")
        if path.suffix in {".html", ".js", ".json", ".xml", ".txt", ".css"} and host in path.read_text(encoding="utf-8")
    ]
    assert not found


def test_the_sitemap_has_every_page_where_the_book_has_an_address(base):
    robots = (HTML / "robots.txt").read_text(encoding="utf-8").splitlines()
    assert robots[:2] == ["User-agent: *", "Allow: /"]
    if not base:
        assert not (HTML / "sitemap.xml").exists()
        assert robots[2:] == []
        return
    listed = re.findall(r"<loc>([^<]+)</loc>", (HTML / "sitemap.xml").read_text(encoding="utf-8"))
    assert listed == sorted(listed)
    assert set(listed) == {base if page == "index" else f"{base}{page}.html" for page in PAGES}
    assert robots[2:] == [f"Sitemap: {base}sitemap.xml"]


def test_chapters_are_chapters_of_one_book_in_its_order(soups):
    book = resource(soups["index"])
    assert book["@type"] == ["Book", "LearningResource"]
    parts = book["hasPart"]
    assert [part["position"] for part in parts] == list(range(1, len(parts) + 1))
    assert len(parts) == sum(page.startswith("learn/") for page in PAGES) - 1  # the story retells them
    for page in (page for page in PAGES if page.startswith("learn/")):
        told = resource(soups[page])
        assert told["@type"] == ["Chapter", "LearningResource"]
        assert told["isPartOf"]["name"] == book["name"] == citing.BOOK
        if "position" in told:
            assert parts[told["position"] - 1]["name"] == told["name"]
    everyone = [resource(soups[page]) for page in PAGES]
    assert {told["license"] for told in everyone} == {"https://creativecommons.org/licenses/by/4.0/"}
    assert {told["version"] for told in everyone} == {gradlab.__version__}


def test_the_strictest_policy_for_scripts_lets_json_for_machines_pass(browser, origin):
    """It is data: a browser that took it for a script would report it."""
    page = browser.new_page()
    data = str(parsed(HTML, CHAPTER).select_one('script[type="application/ld+json"]'))
    bodies: dict[str, str] = {}
    headers = {"Content-Type": "text/html", "Content-Security-Policy": "default-src 'self'"}
    page.route("**/strict.html", lambda route: route.fulfill(body=bodies["strict.html"], headers=headers))
    listen = "window.seen = []; document.addEventListener('securitypolicyviolation', (e) => seen.push(e.blockedURI));"
    page.add_init_script(listen)
    for script, seen in ((data, []), ("<script>window.ran = true</script>", ["inline"])):
        bodies["strict.html"] = f"<!doctype html><title>x</title>{script}"
        page.goto(f"{origin}/strict.html")
        page.wait_for_timeout(100)
        assert page.evaluate("window.seen") == seen
    page.close()


# -- Claims ------------------------------------------------------------------------------------------------------------


def test_each_claim_has_a_small_page_of_its_own_that_leads_to_its_place(soups, alone, claims, base):
    files = {path.stem for path in (HTML / "claim").iterdir()}
    assert files == {claim["key"] for claim in claims}
    for claim in claims:
        soup = alone[claim["key"]]
        said = tags(soup)
        sentence = " ".join(said["og:title"][0].split())
        assert sentence == " ".join(claim["text"].split())
        assert soup.h1.get_text() == said["og:title"][0]
        assert soup.title.get_text().startswith(said["og:title"][0])
        assert said["robots"] == ["noindex"]
        assert "Measured" in said["og:description"][0]
        assert "claimed" in said["og:description"][0]
        delay, _, target = soup.select_one("meta[http-equiv=refresh]")["content"].partition("; url=")
        assert delay == "0"
        assert [link["href"] for link in soup.select("a")] == [target]
        assert urljoin(f"claim/{claim['key']}.html", target) == f"{claim['page']}.html#claim-{claim['key']}"
        assert soups[claim["page"]].find(id=f"claim-{claim['key']}") is not None
        assert said.get("og:url", []) == ([f"{base}claim/{claim['key']}.html"] if base else [])
        there = base if claim["page"] == "index" else f"{base}{claim['page']}.html"
        assert said.get("canonical", []) == ([f"{there}#claim-{claim['key']}"] if base else [])
        assert not soup.select("script, style, link[rel=stylesheet]")
        assert (HTML / "claim" / f"{claim['key']}.html").stat().st_size <= 3000
        assert soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"] == policy("claim")


def test_the_page_of_a_claim_says_on_what_it_rests_and_whose_picture_it_shows(soups, alone, claims):
    pictures = ("og:image", "og:image:width", "twitter:card", "twitter:image")
    for claim in claims:
        said = tags(alone[claim["key"]])
        words = said["og:description"][0]
        assert str(claim["budget"] or "").casefold() in f"{said['og:title'][0]} {words}".casefold()
        assert claim["identity"] <= ("An identity" in words)
        assert bool(claim["survived"]) <= ("survived a longer trial" in words)
        assert bool(claim["cite"]) == bool(re.search(r", (\d{4}|n\.d\.) (states|is about) this\.$", words))
        of_page = tags(soups[claim["page"]])
        assert {name: said.get(name) for name in pictures} == {name: of_page.get(name) for name in pictures}


@pytest.fixture
def visit(browser, origin):
    """Open a page in a context of its own."""
    contexts = []

    def open_page(address: str, *, before: str = "", **settings):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **settings)
        contexts.append(context)
        page = context.new_page()
        page.troubles = []
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        if before:
            page.add_init_script(before)
        page.goto(address if "://" in address else f"{origin}/{address}.html")
        return page

    yield open_page
    for context in contexts:
        context.close()


def pasted(page) -> str:
    """Return what the clipboard holds, as somebody pastes it."""
    page.evaluate("""() => {
      const field = document.createElement("textarea");
      field.id = "gl-test-paste";
      document.body.append(field);
      field.focus();
    }""")
    page.keyboard.press("Control+V")
    text = page.locator("#gl-test-paste").input_value()
    page.evaluate("document.querySelector('#gl-test-paste').remove()")
    return text


# The word "Copied" stands until the test has read it, however slow the machine is.
HELD = (
    "const soon = setTimeout; window.setTimeout = (run, ms) => (ms > 1000 ? (window.later = run) && 0 : soon(run, ms));"
)
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
NO_COPYING = f"{NO_CLIPBOARD}; document.execCommand = () => false;"


@pytest.mark.parametrize("before", ["", NO_CLIPBOARD], ids=["clipboard", "selection"])
def test_the_link_of_a_claim_is_copied_said_and_leads_to_the_claim(visit, origin, before):
    page = visit(CHAPTER, before=f"{HELD} {before}")
    claim = page.locator(".gl-checked .gl-claim").first
    key = claim.get_attribute("id").removeprefix("claim-")
    claim.hover()
    button = claim.get_by_role("button", name=f"Copy link: {key}", exact=True)
    button.click()
    claim.get_by_role("button", name="Copied", exact=True).wait_for()
    assert page.locator(".gl-copy-said[aria-live=polite]").inner_text() == "Copied"
    assert button.count() == 0, "it is called what it shows"
    address = pasted(page)
    assert address == f"{origin}/claim/{key}.html"
    page.evaluate("window.later()")
    assert button.inner_text() == "Copy link"
    assert page.locator(".gl-copy-said").inner_text() == ""
    assert page.troubles == []
    page.goto(address)
    page.wait_for_url(f"**/{CHAPTER}.html#claim-{key}")
    assert page.locator(f"#claim-{key}:target").is_visible()


def test_copying_works_from_the_keyboard_and_leaves_the_focus_where_it_was(visit, origin):
    page = visit(CHAPTER, before=f"{HELD} {NO_CLIPBOARD}")
    button = page.locator(".gl-claim button.gl-copy").first
    key = button.locator("xpath=ancestor::li").get_attribute("id").removeprefix("claim-")
    button.focus()
    page.keyboard.press("Enter")
    page.locator(".gl-copy[data-said=done]").wait_for()
    assert page.evaluate("document.activeElement.className") == "gl-copy"
    assert button.evaluate("b => getComputedStyle(b).opacity") == "1"
    assert pasted(page) == f"{origin}/claim/{key}.html"


def test_from_files_the_place_on_the_page_is_copied(visit):
    address = (HTML / f"{CHAPTER}.html").as_uri()
    page = visit(address, before=HELD)
    claim = page.locator(".gl-checked .gl-claim").first
    claim.hover()
    claim.locator("button.gl-copy").click()
    claim.get_by_role("button", name="Copied", exact=True).wait_for()
    assert pasted(page) == f"{address}#{claim.get_attribute('id')}"
    assert (HTML / "claim").is_dir()


def test_a_browser_that_refuses_is_no_reason_to_say_copied(visit):
    page = visit(CHAPTER, before=f"{HELD} {NO_COPYING}")
    claim = page.locator(".gl-checked .gl-claim").first
    claim.hover()
    claim.locator("button.gl-copy").click()
    claim.locator("[data-said=not]").wait_for()
    assert page.locator(".gl-copy-said").inner_text() == "The browser does not let pages copy"


def test_each_row_of_the_ledger_has_its_source_and_copies_its_claim(visit, soups, claims, origin):
    rows = soups["claims"].select(".gl-ledger-page table.gl-ledger tbody tr")
    sources = [row.select("td")[3] for row in rows]
    for label in (label for source in sources for label in source.select(".gl-ledger-label")):
        label.extract()
    assert all(source.get_text(strip=True) for source in sources)
    page = visit("claims", before=HELD)
    buttons = page.locator(".gl-ledger-page button.gl-copy")
    assert buttons.count() == len(claims)
    names = buttons.evaluate_all("all => all.map((b) => b.getAttribute('aria-label'))")
    assert names == [f"Copy link: {claim['key']}" for claim in claims]
    page.locator(f"#row-{claims[-1]['key']}").hover()
    buttons.last.click()
    page.locator(".gl-copy[data-said=done]").wait_for()
    assert pasted(page) == f"{origin}/claim/{claims[-1]['key']}.html"
    page.get_by_label("With the words").fill("Copy link")
    found = page.locator(".gl-ledger-page tbody tr:visible").count()
    assert found == sum({"copy", "link"} <= set(re.findall(r"\w+", claim["text"].lower())) for claim in claims)


def test_buttons_that_need_a_script_are_not_there_without_one(browser, origin):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{origin}/{CHAPTER}.html")
    assert page.locator(".gl-copy").count() == 0
    page.locator(".gl-cite summary").click()
    assert page.locator(".gl-cite-as").is_visible()
    context.close()


# -- Citing ------------------------------------------------------------------------------------------------------------


def test_each_page_is_cited_with_its_title_the_version_and_the_year_of_the_copyright(soups, base):
    year = re.search(r'project_copyright = "(\d{4})', (ROOT / "docs" / "conf.py").read_text(encoding="utf-8"))[1]
    entries = "".join(soups[page].select_one(".gl-cite-bibtex pre").get_text() + "\n" for page in PAGES)
    keys = parse_string(entries, "bibtex").entries  # a key that stands twice is an error there
    assert len(keys) == len(PAGES)
    for page in PAGES:
        title, here = heading(soups[page]), base if page == "index" else f"{base}{page}.html"
        line = soups[page].select_one(".gl-cite-as").get_text()
        entry = keys["gradlab" if page == "index" else f"gradlab-{page.replace('/', '-')}"]
        assert line.startswith(f"{citing.AUTHOR}. ({year}). ")
        assert soups[page].select_one(".gl-cite-as cite").get_text() == citing.BOOK
        assert line.endswith(f"(Version {gradlab.__version__})." + (f" {here}" if base else ""))
        assert entry.fields["year"] == year
        assert entry.fields["note"] == f"Version {gradlab.__version__}"
        assert entry.fields.get("url", "") == (here if base else "")
        assert (title in line) is (page != "index")
        plain = re.sub(r"\\([&%$#_{}])", r"\1", entry.fields["title"]).strip("{}")
        assert plain == (citing.BOOK if page == "index" else title)


def test_signs_that_tex_reads_otherwise_are_written_for_it():
    source = citing.Source("key", "50 % of A_b & {c} #1 $x$ \\ ~ ^", "2026", "1.0", "")
    title = parse_string(source.bibtex, "bibtex").entries["key"].fields["title"]
    wanted = r"50 \% of A\_b \& \{c\} \#1 \$x\$ \textbackslash{} \textasciitilde{} \textasciicircum{}"
    assert title == f"{{{wanted}}}"


def test_a_title_that_ends_with_a_sign_gets_no_second_one():
    def line(title):
        return citing.Source("key", title, "2026", "1.0", "").apa

    assert line("Which one?") == f"{citing.AUTHOR}. (2026). Which one? In {citing.BOOK} (Version 1.0)."
    assert line("This one") == f"{citing.AUTHOR}. (2026). This one. In {citing.BOOK} (Version 1.0)."
    assert line(None) == f"{citing.AUTHOR}. (2026). {citing.BOOK} (Version 1.0)."


def test_the_repository_is_cited_as_the_book_is():
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert told["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "type", "version", "license"} <= told.keys()
    assert told["version"] == gradlab.__version__
    assert told["title"] == citing.BOOK
    assert told["authors"] == [{"name": citing.AUTHOR}]
    conf = (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
    assert f'author = "{citing.AUTHOR}"' in conf
    if "date-released" in told:
        assert str(told["date-released"])[:4] in re.search(r"project_copyright = .*", conf)[0]


def test_the_citation_is_copied_and_its_entry_too(visit):
    page = visit(CHAPTER, before=HELD)
    page.locator(".gl-cite summary").click()
    line, entry = page.locator(".gl-cite-as [data-copy-this]"), page.locator(".gl-cite-bibtex pre")
    page.get_by_role("button", name="Copy", exact=True).and_(page.locator(".gl-cite-as .gl-copy")).click()
    page.locator(".gl-cite-as [data-said=done]").wait_for()
    assert pasted(page) == line.inner_text()
    page.get_by_role("button", name="Copy BibTeX", exact=True).click()
    page.locator(".gl-cite-bibtex [data-said=done]").wait_for()
    assert pasted(page) == entry.inner_text()
    assert page.troubles == []


def test_on_paper_the_foot_says_how_the_page_is_cited_and_no_more(visit):
    page = visit(CHAPTER)
    page.emulate_media(media="print")
    assert page.locator(".gl-foot").inner_text().strip() == page.locator(".gl-cite-as span").text_content()
    assert page.locator(".gl-cite-as").is_visible()


def test_links_of_the_book_on_paper_lead_to_its_address_and_nowhere_without_one(visit, monkeypatch):
    """The server that shows the pages while they are printed is gone when somebody follows a link."""
    monkeypatch.setitem(sys.modules, "pypdf", types.SimpleNamespace(PdfReader=None, PdfWriter=None))
    book_pdf = importlib.import_module("book_pdf")
    for address, led in ((None, None), ("https://a.org/book/learn/vanishing.html", "https://a.org/book/learn/")):
        page = visit(CHAPTER)
        page.evaluate(
            """(address) => {
              document.querySelector("link[rel=canonical]")?.remove();
              document.querySelector("article").insertAdjacentHTML("beforeend",
                '<a id="next" href="standstill.html">next</a> <a id="out" href="https://b.org/">out</a>');
              if (address) document.head.insertAdjacentHTML("beforeend", `<link rel="canonical" href="${address}">`);
            }""",
            address,
        )
        book_pdf.home_links(page)
        assert page.locator("#next").get_attribute("href") == (f"{led}standstill.html" if led else None)
        assert page.locator("#out").get_attribute("href") == "https://b.org/"
        assert page.evaluate(
            "[...document.links].every((a) => a.origin !== location.origin || a.pathname === location.pathname)"
        )


# -- A small book, built with and without an address -------------------------------------------------------------------

STUB = '''

def setup(app):
    """Stand in for the extensions that describe a page, draw its picture and make its downloads."""
    def say(app, page, template, context, doctree):
        context["gl_description"] = f"What \\"{page}\\" is."
        context["gl_social_image"] = (f"_social/{page}.png", 1200, 630, f"A picture of {page}")
        context["gl_downloads"] = [("Notebook", f"_along/{page}.ipynb", 34567), ("Markdown", f"_along/{page}.md", None)]
    app.connect("html-page-context", say, priority=700)
'''


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Book:
    made = Book(tmp_path_factory.mktemp("sent"))
    claim = 'import gradlab as gl\nx = 1.5\ngl.claim("one", "One < two & so on", x, below=2, cite="glorot2010")'
    made.write(page="\nThe first sentence. The second one.\n" + cell(claim))
    return made


@pytest.fixture(scope="module")
def unnamed(book, tmp_path_factory) -> Path:
    """The book of somebody who has said nothing."""
    returned, printed = book.build(**NOTHING)
    assert (returned, printed.strip()) == (0, "")
    kept = tmp_path_factory.mktemp("unnamed") / "html"
    (book.folder / "docs" / "_build" / "html").rename(kept)
    return kept


@pytest.fixture(scope="module")
def named(book, unnamed) -> Path:
    """The book of a job that names an address and a repository, with all that other extensions give."""
    with (book.folder / "docs" / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(STUB)
    places = {"GRADLAB_BASE_URL": "https://a.org/book", **GITHUB}
    returned, printed = book.build(**{**NOTHING, **places})
    assert (returned, printed.strip()) == (0, "")
    return book.folder / "docs" / "_build" / "html"


def test_a_book_without_an_address_claims_none(unnamed):
    for path in unnamed.rglob("*.html"):
        if "_static" in path.parts:
            continue
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        said = tags(soup)
        assert not {"canonical", "og:url", "og:image", "twitter:image"} & said.keys(), path
        known = {"schema.org", "creativecommons.org"}
        hosts = {urlsplit(address).netloc for address in re.findall(r"https?://[^\s\"'<>\\]+", str(soup.head))}
        assert hosts <= known, path
    assert not (unnamed / "sitemap.xml").exists()
    assert (unnamed / "robots.txt").read_text(encoding="utf-8") == "User-agent: *\nAllow: /\n"
    soup = parsed(unnamed, "page")
    assert tags(soup)["og:title"] == ["Page page"]
    assert tags(soup)["description"] == ["The first sentence. The second one."]
    links = soup.select(".gl-foot a")
    assert all(link.has_attr("download") for link in links), "no repository: no links but what can be taken along"
    assert "url" not in soup.select_one(".gl-cite-bibtex").get_text()


def test_a_book_with_an_address_names_it_everywhere(named):
    soup = parsed(named, "page")
    said = tags(soup)
    assert said["canonical"] == said["og:url"] == ["https://a.org/book/page.html"]
    assert said["og:image"] == said["twitter:image"] == ["https://a.org/book/_social/page.png"]
    assert said["og:image:alt"] == ["A picture of page"]
    assert (said["og:image:width"], said["og:image:height"]) == (["1200"], ["630"])
    assert said["twitter:card"] == ["summary_large_image"]
    assert said["og:description"] == ['What "page" is.']
    assert resource(soup)["image"] == "https://a.org/book/_social/page.png"
    assert resource(soup)["isPartOf"]["url"] == "https://a.org/book/"
    assert tags(parsed(named, "index"))["canonical"] == ["https://a.org/book/"]
    assert "Version" in soup.select_one(".gl-cite-as").get_text()
    assert soup.select_one(".gl-cite-as").get_text().endswith("https://a.org/book/page.html")
    sitemap = (named / "sitemap.xml").read_text(encoding="utf-8")
    listed = re.findall(r"<loc>(.*)</loc>", sitemap)
    assert listed == [f"https://a.org/book/{page}" for page in ("", "page.html", "references.html")]
    assert "Sitemap: https://a.org/book/sitemap.xml" in (named / "robots.txt").read_text(encoding="utf-8")


def test_a_claim_with_an_address_is_told_whole(named):
    soup = parsed(named, "claim/one")
    said = tags(soup)
    assert said["og:title"] == ["One < two & so on"]
    assert said["og:description"] == ["Measured 1.5, claimed < 2. Glorot & Bengio, 2010 is about this."]
    assert said["og:url"] == ["https://a.org/book/claim/one.html"]
    assert said["canonical"] == ["https://a.org/book/page.html#claim-one"]
    assert said["og:image"] == ["https://a.org/book/_social/page.png"]
    assert soup.select_one("meta[http-equiv=refresh]")["content"] == "0; url=../page.html#claim-one"


def test_readers_are_led_to_the_repository_that_the_job_names(named):
    soup = parsed(named, "page")
    links = {link.get_text(" ", strip=True): link["href"] for link in soup.select(".gl-foot a")}
    assert links["Notebook 35 kB"] == "_along/page.ipynb"
    assert links["Markdown"] == "_along/page.md"
    assert links["Edit this page"] == "https://github.com/who/book/edit/main/docs/page.md"
    assert links["The repository"] == "https://github.com/who/book"
    report = urlsplit(links["Report a mistake"])
    assert report.path == "/who/book/issues/new"
    asked = parse_qs(report.query)
    assert asked["title"] == ["Page page (page)"]
    assert gradlab.__version__ in asked["body"][0]
    assert not parsed(named, "genindex").select(".gl-foot"), "nobody can edit what has no source"


def test_a_lost_reader_finds_styles_with_and_without_an_address(named, unnamed, browser):
    for folder, prefix in ((unnamed, "/"), (named, "/book/")):
        sheets = [unquote(link["href"]) for link in parsed(folder, "404").select('link[rel="stylesheet"]')]
        assert sheets
        assert all(sheet.startswith(f"{prefix}_static/") for sheet in sheets)
        page = browser.new_page()
        page.goto((folder / "404.html").as_uri())  # at another place than it was built for
        page.wait_for_function("getComputedStyle(document.body).backgroundColor === 'rgb(255, 254, 252)'")
        assert page.locator("link[rel=stylesheet]").first.get_attribute("href").startswith(os.fspath(folder))
        page.close()
