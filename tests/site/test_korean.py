"""An edition in Korean of a small book: what is translated, what is shared with the English one, and what stops a build."""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading

import catalogues
import pictures
import polib
import pytest
from bs4 import BeautifulSoup
from built_book import DOCS
from fontTools.ttLib import TTFont
from small_book import Book, cell

BASE = "https://example.org/book/"
FIRST = (
    """
The slope of tanh is at least {glue:text}`first.md::steep:.2f` somewhere, which is a slope.

See [them](second.md#words) and [](second.md#words).

::::{grid} 1
:::{grid-item-card} A card on [a page](second.md)
What it says.
:::
::::

| Word | Meaning |
|---|---|
| slope | steepness |

$$
a = \\text{the slope}
$$
"""
    + cell(
        "import gradlab as gl\nimport matplotlib.pyplot as plt\n"
        'gl.claim("steep", "The slope of tanh is large", 0.98765, above=0.5, budget="large")\n'
        'gl.claim("again", "The slope of tanh is large", 0.98765, above=0.4, budget="large")'
    )
    + """
```{code-cell} python
---
mystnb:
  figure:
    name: fig-line
    caption: A rising line.
  image:
    alt: A line that rises.
---
fig, ax = plt.subplots(figsize=(3, 2))
ax.plot([0, 1]);
```
"""
)
SECOND = "\nMore about [the slope](first.md#words), and of [](first.md).\n\n## Words\n\nWeights are multiplied.\n"
KOREAN = {
    "A small book": "작은 책",
    "Page first": "첫째 쪽",
    "Page second": "둘째 쪽",
    "The slope of tanh is at least {glue:text}`first.md::steep:.2f` somewhere, which is a slope.": (
        "tanh의 기울기는 어딘가에서 {glue:text}`first.md::steep:.2f` 이상이며, 가중치를 보면 그렇습니다."
    ),
    ("steep", "The slope of tanh is large"): "tanh의 기울기는 큽니다",
    ("again", "The slope of tanh is large"): "tanh의 기울기가 여기서도 큽니다",
    "large": "큰 것",
    "See [them](second.md#words) and [](second.md#words).": "[그것](second.md#words)과 [](second.md#words)을 봅니다.",
    "A card on [a page](/second.md)": "[어떤 쪽](/second.md)의 카드",
    "What it says.": "하는 말.",
    "Word": "말",
    "Meaning": "뜻",
    "slope": "기울기",
    "steepness": "가파름",
    "a = \\text{the slope}": "a = \\text{기울기}",
    "A rising line.": "올라가는 선.",
    "A line that rises.": "올라가는 선입니다.",
    "More about [the slope](first.md#words), and of [](first.md).": "[기울기](first.md#words)와 [](first.md)를 더 봅니다.",
    "Words": "말들",
    "Weights are multiplied.": "가중치가 곱해집니다.",
    "What was tried.": "해 본 일.",
    "References": "참고 문헌",
}


def whole(book, *options, **environment):
    command = [sys.executable, "docs/_ext/whole_site.py", "html", "docs", "docs/_build", "--jobs", "2", *options]
    return subprocess.run(
        command,
        cwd=book.folder,
        env={**os.environ, **environment},
        text=True,
        capture_output=True,
        timeout=280,
        check=False,
    )


def translated(book, leave=()):
    """Extract the book's messages and translate them."""
    command = [sys.executable, "-m", "sphinx", "-E", "-q", "-b", "gettext", "docs", "docs/_build/gettext"]
    subprocess.run(command, cwd=book.folder, check=True, timeout=200)
    docs = book.folder / "docs"
    found = {}
    for template in sorted((docs / "_build" / "gettext").rglob("*.pot")):
        if template.name == "sphinx.pot":
            continue
        path = catalogues.folder(docs) / template.relative_to(docs / "_build" / "gettext").with_suffix(".po")
        path.parent.mkdir(parents=True, exist_ok=True)
        po = polib.pofile(str(template))
        for entry in po:
            message = (entry.msgctxt, entry.msgid) if entry.msgctxt else entry.msgid
            found[message] = template.stem
            entry.msgstr = "" if entry.msgid in leave else KOREAN.get(message, f"한국어 {entry.msgid}")
        po.save(str(path))
    said = polib.POFile()
    said.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    for words, korean in {
        "Checked": "확인됨",
        "How this was measured": "어떻게 쟀는가",
        "Copy": "복사",
        "Chapter {number}": "{number}장",
        "{number} claims": "주장 {number}개",
        "{number} pages": "쪽 {number}개",
        "Search": "찾기",
    }.items():
        said.append(polib.POEntry(msgid=words, msgstr=korean))
    said.save(str(catalogues.folder(docs) / "gradlab.po"))
    return found


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book of two pages in both languages."""
    made = Book(tmp_path_factory.mktemp("korean"))
    made.write(first=FIRST, second=SECOND)
    (made.folder / "docs" / "first.md").write_text(
        (made.folder / "docs" / "first.md")
        .read_text(encoding="utf-8")
        .replace("# Page first\n", "(words)=\n# Page first\n"),
        encoding="utf-8",
    )
    made.messages = translated(made)
    made.done = whole(made, "--also", "ko", GRADLAB_BASE_URL=BASE)
    return made


@pytest.fixture(scope="module")
def html(book):
    assert (book.done.returncode, book.done.stderr) == (0, "")
    return book.folder / "docs" / "_build" / "html"


def page(html, name):
    return BeautifulSoup((html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def test_messages_are_prose_captions_tables_alternative_texts_and_claims_and_no_code(book):
    assert book.messages["A rising line."] == book.messages["A line that rises."] == "first"
    assert "The slope of tanh is large" not in book.messages
    assert {text for text in book.messages if "The slope of tanh is large" in text} == {
        (key, "The slope of tanh is large") for key in ("steep", "again")
    }
    assert book.messages["a = \\text{the slope}"] == "first"
    assert {"Word", "Meaning", "steepness"} <= book.messages.keys()
    assert not [text for text in book.messages if "plt." in text or "measured 0.98" in text]


def test_what_a_reader_sees_is_korean(html):
    first = page(html, "ko/first")
    article = first.find("article").get_text(" ", strip=True)
    assert first.html["lang"] == "ko"
    assert first.title.get_text().startswith("첫째 쪽")
    assert first.h1.get_text().startswith("첫째 쪽")
    for words in ("tanh의 기울기는 큽니다", "올라가는 선.", "가파름", "확인됨", "어떻게 쟀는가"):
        assert words in article
    assert first.find("img", class_="gl-light")["alt"] == "올라가는 선입니다."
    assert "기울기" in str(first.find("math"))
    assert "첫째 쪽" in page(html, "ko/second").find("article").get_text()
    assert page(html, "ko/claim/steep").h1.get_text() == "tanh의 기울기는 큽니다"
    claims = json.loads((html / "ko" / "claims.json").read_text(encoding="utf-8"))
    assert {claim["key"]: claim["text"] for claim in claims} == {  # each by its key, though the words are the same
        "steep": "tanh의 기울기는 큽니다",
        "again": "tanh의 기울기가 여기서도 큽니다",
    }
    article = first.find("article").get_text(" ", strip=True)
    assert article.count("tanh의 기울기가 여기서도 큽니다") == article.count("tanh의 기울기는 큽니다") == 1


def test_links_lead_where_they_led_and_say_what_is_there(html):
    article = page(html, "ko/first").find("article")
    assert [link.get_text() for link in article.find_all("a", href="second.html#words")] == ["그것", "말들"]
    assert page(html, "ko/second").find(id="words").find(["h2"]).get_text().startswith("말들")
    assert article.find("a", href="second.html", string="어떤 쪽") is not None


def test_pictures_have_letters_for_korean_titles():
    for font, face in pictures.KOREAN.items():
        known = TTFont(face).getBestCmap()
        assert all(ord(letter) in known for letter in "기울기소실활성화함수가중치"), font
    assert pictures.width_of("ReLU와 가중치", 10) > pictures.width_of("ReLU와", 10) > pictures.width_of("ReLU", 10)
    assert pictures.outline("기울기 (x)", 10, 0, 0).count("M") > 5
    assert pictures.spans("a & b", 10, 0) == "a &amp; b"
    found = re.findall(r'<tspan x="([\d.]+)" font-family="([\w ]+)">([^<]+)<', pictures.spans("ReLU와 x", 10, 5))
    assert [(family, text) for _, family, text in found] == [
        ("GL Sans", "ReLU"),
        ("GL Korean", "와"),
        ("GL Sans", " x"),
    ]
    assert [float(x) for x, *_ in found] == sorted({float(x) for x, *_ in found})


def test_the_english_edition_is_as_ever(html):
    first = page(html, "first")
    assert first.html["lang"] == "en"
    assert not re.search("[가-힣]", first.find("article").get_text())
    assert json.loads((html / "claims.json").read_text(encoding="utf-8"))[0]["text"] == "The slope of tanh is large"


def test_a_glued_number_is_rounded_to_the_side_that_the_original_asks_for(html):
    for name in ("first", "ko/first"):
        number = page(html, name).find("span", attrs={"data-glue": "steep"})
        assert number.get_text() == "0.98", name  # "at least" 0.98765: not 0.99
        assert number["data-side"] == "-1", name


def test_cells_are_run_once(book, html):
    english, korean = book.done.stdout.split("The book in another language: ko")
    assert "read 4 of 4" in english
    assert "read 4 of 4" in korean
    assert english.count("its cells ran") == 2
    assert "its cells ran" not in korean


@pytest.mark.parametrize(
    ("name", "other", "language"),
    [
        ("first", "ko/first.html", "ko"),
        ("ko/first", "../first.html", "en"),
        ("ko/index", "../index.html", "en"),
        ("search", "ko/search.html", "ko"),
    ],
)
def test_each_page_leads_to_itself_in_the_other_language(html, name, other, language):
    (link,) = page(html, name).find_all("a", class_="gl-edition")
    assert (link["href"], link["lang"], link["hreflang"]) == (other, language, language)
    assert (html / name).parent.joinpath(other).resolve().is_file()


def test_search_engines_are_told_of_both(html):
    for name in ("second", "ko/second"):
        head = page(html, name).head
        pairs = {link["hreflang"]: link["href"] for link in head.find_all("link", rel="alternate", hreflang=True)}
        assert pairs == {"en": f"{BASE}second.html", "ko": f"{BASE}ko/second.html", "x-default": f"{BASE}second.html"}
        assert head.find("link", rel="canonical")["href"] == f"{BASE}{name}.html"
    assert f"<loc>{BASE}ko/second.html</loc>" in (html / "ko" / "sitemap.xml").read_text(encoding="utf-8")
    assert f"{BASE}second.html" not in (html / "ko" / "sitemap.xml").read_text(encoding="utf-8")
    robots = (html / "robots.txt").read_text(encoding="utf-8")
    assert f"Sitemap: {BASE}sitemap.xml\nSitemap: {BASE}ko/sitemap.xml\n" in robots
    assert not (html / "ko" / "robots.txt").exists()


def test_what_both_have_lies_there_once_and_nothing_is_missing(html):
    both = [
        path
        for folder in ("_static", "_images", "_frames")
        for path in (html / "ko" / folder).rglob("*")
        if path.is_file()
        and (twin := html / path.relative_to(html / "ko")).is_file()
        and twin.read_bytes() == path.read_bytes()
    ]
    kept = {path.relative_to(html / "ko").as_posix() for path in both}
    assert kept <= {"_static/before_paint.js", "_static/lost.js", "_static/mark.svg"}
    for path in (html / "ko").rglob("*.html"):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for tag in soup.find_all(["script", "link", "img"]):
            address = tag.get("src") or tag.get("href") or ""
            if address and not re.match(r"[a-z]+:|/|#", address) and path.name != "404.html":
                there = (path.parent / address.partition("?")[0].partition("#")[0]).resolve()
                assert there.is_file(), (path.name, address)


def test_the_page_for_the_lost_is_of_its_edition(html):
    lost = page(html, "ko/404")
    assert lost.html["lang"] == "ko"
    assert {form["action"] for form in lost.find_all("form", class_="gl-lost")} == {"/book/ko/search.html"}
    assert lost.find("a", class_="gl-edition")["href"] == "/book/index.html"


def test_scripts_have_their_words_in_the_language_of_the_page(html):
    assert '"Copy":"복사"' in (html / "ko" / "_static" / "site.js").read_text(encoding="utf-8")
    assert "복사" not in (html / "_static" / "site.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def address(html):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(html))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_browser_shows_the_edition_without_trouble_and_its_search_strips_particles(browser, address):
    context = browser.new_context()
    view = context.new_page()
    troubles = []
    view.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    view.on("pageerror", lambda error: troubles.append(str(error)))
    # what a page no longer wants as it is left is no fault
    view.on("requestfailed", lambda one: None if "ABORTED" in one.failure else troubles.append(one.url))
    view.goto(f"{address}ko/first.html", wait_until="load")
    assert view.locator(".gl-toolbar button", has_text="복사").count()
    family = "one => getComputedStyle(one).fontFamily"
    assert "Font Awesome" in view.locator("i.fa-solid").first.evaluate(family)
    assert view.locator("pre").first.evaluate(family).startswith('"GL Code"')
    assert view.locator("article h1").evaluate(family).startswith('"GL Korean"')
    for words in ("가중치", "가중치를", "가중치가", "가중치란", "가중치에서는"):
        view.goto(f"{address}ko/search.html?q={words}", wait_until="load")
        titles = view.locator(".gl-search-results a.gl-search-title").all_inner_texts()
        assert "말들" in titles, (words, titles)
    view.goto(f"{address}ko/first.html", wait_until="load")
    view.locator("a.gl-edition").first.click()
    assert view.url == f"{address}first.html"
    view.set_viewport_size({"width": 900, "height": 400})
    view.goto(f"{address}ko/second.html", wait_until="load")
    view.locator("#words").evaluate("section => section.scrollIntoView()")
    view.locator("a.gl-edition").first.dispatch_event("click")
    view.wait_for_url(f"{address}second.html#words")
    assert troubles == []
    context.close()


def test_a_missing_message_stops_the_build_and_says_where(book, tmp_path):
    shutil.copytree(book.folder, tmp_path / "book")
    other = Book.at(tmp_path / "book")
    path = catalogues.folder(other.folder / "docs") / "second.po"
    po = polib.pofile(str(path))
    po.find("Weights are multiplied.").flags.append("fuzzy")
    po.save(str(path))
    done = whole(other, "--also", "ko")
    assert done.returncode == 1
    assert "1 messages have no translation in locales/ko/LC_MESSAGES/second.po" in done.stderr
    assert "Weights are multiplied." in done.stderr
    stands = other.folder / "docs" / "_build" / "html" / "ko" / "second.html"
    assert "가중치가 곱해집니다." in stands.read_text(encoding="utf-8"), "the old site stands"


def test_without_another_edition_no_page_leads_to_one(book, tmp_path):
    shutil.copytree(book.folder, tmp_path / "book")
    other = Book.at(tmp_path / "book")
    done = whole(other)
    assert (done.returncode, done.stderr) == (0, "")
    built = other.folder / "docs" / "_build" / "html"
    assert not (built / "ko").exists()
    assert not page(built, "first").find("a", class_="gl-edition")


def test_the_whole_book_has_a_session_for_it():
    assert '"--also", "ko"' in (DOCS.parent / "noxfile.py").read_text(encoding="utf-8")
