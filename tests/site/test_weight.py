"""How much a page asks for before a reader on a phone sees it, and that no more is joined or left out than is meant."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from built_book import HTML, PAGES
from playwright.sync_api import Browser, Page, Request
from weekly import once_a_week

PHONE = {"width": 412, "height": 823}
DESK = {"width": 1280, "height": 900}
BYTES, REQUESTS = 350_000, 25
PACKED = {".html", ".css", ".js", ".svg", ".json"}  # what a server sends gzipped
CHAPTERS = [name for name in PAGES if name.startswith("learn/")]
WEIGHED = [
    "index",
    *CHAPTERS,
    "gallery",
    "playground",
    *(name for name in PAGES if name.startswith("reference/")),
    "claims",
]
# the images that are seen at once, of those that have been fetched
SEEN = """() => [...document.images]
  .filter((image) => image.checkVisibility() && image.getBoundingClientRect().top < innerHeight && image.currentSrc)
  .map((image) => image.currentSrc)"""
IMAGES = {".svg", ".png"}


def file_of(address: str) -> Path:
    """Return the file behind an address of the served book."""
    return HTML / unquote(urlsplit(address).path).lstrip("/")


def sent(path: Path) -> int:
    """Return the bytes of a file as a server sends it."""
    read = path.read_bytes()
    return len(gzip.compress(read, 6)) if path.suffix in PACKED else len(read)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Open a tab of a phone that has never seen the book."""
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
    page = context.new_page()
    page.asked = []

    def note(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            page.asked.append(request.url)

    page.on("request", note)
    yield page
    context.close()


def first_view(page: Page, address: str) -> dict[str, Path]:
    """Return the files that the first view of a page needs: all that it asks for, less images that stand lower."""
    page.goto(address, wait_until="networkidle")
    seen = set(page.evaluate(SEEN))
    asked = {url: file_of(url) for url in dict.fromkeys(page.asked)}
    assert all(path.is_file() for path in asked.values()), asked
    return {url: path for url, path in asked.items() if path.suffix not in IMAGES or url in seen}


@pytest.mark.parametrize("name", WEIGHED)
def test_the_first_view_of_a_page_is_light(phone, origin, name):
    asked = first_view(phone, f"{origin}/{name}.html")
    told = "\n".join(f"{sent(path):8,} {path.relative_to(HTML)}" for path in asked.values())
    assert len(asked) <= REQUESTS, told
    assert sum(sent(path) for path in asked.values()) <= BYTES, told


@pytest.mark.parametrize("name", ["index", *CHAPTERS, "gallery"])
def test_of_each_drawing_only_the_twin_that_is_seen_is_fetched(browser, origin, name):
    for scheme, other in (("light", "gl-dark"), ("dark", "gl-light")):
        context = browser.new_context(viewport=PHONE, color_scheme=scheme)
        page = context.new_page()
        asked = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(f"{origin}/{name}.html", wait_until="networkidle")
        hidden = set(page.evaluate(f"[...document.querySelectorAll('img.{other}')].map((image) => image.src)"))
        first = page.evaluate("document.querySelector('img.gl-light')?.src ?? null")
        # the first of a page is what a reader waits for: it is asked for before its theme is known
        assert hidden & set(asked) <= {first}, name
        context.close()


OWN_SHEETS = {"search": 1, "playground": 2}  # beside the book's one


def test_pages_load_nothing_of_the_search_and_one_script_that_they_wait_for(soups):
    for name, soup in soups.items():
        scripts = soup.select("script[src]")
        waited = [script["src"] for script in scripts if not script.has_attr("defer")]
        assert [address.rpartition("/")[2] for address in waited] == ["before_paint.js"], name
        assert len(soup.select('link[rel="stylesheet"]')) == 1 + OWN_SHEETS.get(name, 0), name
        if name != "search":
            assert not re.search(r"minisearch|_static/search|searchindex|fontawesome", str(scripts)), name


def test_the_joined_files_are_asked_for_by_their_content(soups):
    marks = {
        re.sub(r"^.*(?=_static)", "", tag.get("href") or tag["src"])
        for soup in soups.values()
        for tag in soup.select('link[href*="site.css"], script[src*="site.js"]')
    }
    assert len(marks) == 2
    assert all(re.search(r"\?v=[0-9a-f]{8}$", mark) for mark in marks)


def test_the_joined_sheet_is_a_small_part_of_its_parts():
    joined = HTML / "_static" / "site.css"
    parts = parts_of(joined)
    assert len(parts) >= 10
    assert sent(joined) < sum(sent(HTML / part) for part in parts) / 2
    text = joined.read_text(encoding="utf-8")
    assert "@import" not in text
    for address in re.findall(r"""url\(["']?(?!data:)([^"')]+)""", text):
        assert (joined.parent / address).is_file(), address


def parts_of(joined: Path) -> list[str]:
    """Return the files that a sheet was made of, as it says in its first line."""
    return re.search(r"of: (.*?) \*/", joined.read_text(encoding="utf-8"))[1].split(", ")


# what shows, rather than all: a browser tells some four hundred values of each element
LOOKS = """() => {
  const wanted = ["display", "position", "visibility", "opacity", "color", "backgroundColor", "backgroundImage", "fontFamily",
    "fontSize", "fontWeight", "fontStyle", "lineHeight", "textAlign", "textDecorationLine", "whiteSpace", "borderTopWidth",
    "borderLeftWidth", "borderBottomColor", "borderTopLeftRadius", "paddingTop", "paddingLeft", "overflowX", "flexGrow", "gridTemplateColumns", "listStyleType", "zIndex", "content",
    "outlineStyle", "boxShadow", "transform", "cursor"];
  const looks = [];
  for (const element of document.querySelectorAll("body, body *")) {
    if (element.closest("math *")) continue;
    for (const pseudo of [null, "::before", "::after"]) {
      const style = getComputedStyle(element, pseudo);
      if (pseudo && style.content === "none") continue;
      const { x, width, height } = element.getBoundingClientRect(); // margins, as the browser understood them
      const box = [x, width, height].map(Math.round).join(" ");
      const look = wanted.map((key) => `${key}: ${style[key]}`).join("; ");
      looks.push(`${element.tagName}.${element.className}${pseudo ?? ""} ${box}; ${look}`);
    }
  }
  return looks;
}"""
SEPARATE = """async (parts) => {
  const joined = document.querySelector('link[href*="site.css"]');
  const root = joined.href.replace(/_static.*/, "");
  const links = parts.map((part) => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href: root + part, media: part.includes("print") ? "print" : "all" });
    return link;
  });
  const here = Promise.all(links.map((link) => new Promise((done, fail) => { link.onload = done; link.onerror = fail; })));
  joined.after(...links);
  await here;
  joined.remove();
  await document.fonts.ready;
}"""


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
@pytest.mark.parametrize(
    "name", ["index", "learn/start", *once_a_week("gallery", "reference/losses", "search", "exercises/learning")]
)
def test_what_is_left_out_of_the_joined_sheet_changes_nothing_that_shows(browser, origin, name, viewport, scheme):
    context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{origin}/{name}.html", wait_until="networkidle")
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    if viewport is DESK:
        page.locator("button.theme-switch-button:visible").first.click()
    page.wait_for_timeout(300)
    joined = page.evaluate(LOOKS)
    page.evaluate(SEPARATE, parts_of(HTML / "_static" / "site.css"))
    page.wait_for_timeout(300)
    apart = page.evaluate(LOOKS)
    assert len(joined) == len(apart)
    different = [f"{one}\n  {other}" for one, other in zip(joined, apart, strict=True) if one != other]
    assert not different, "\n".join(different[:5])
    context.close()


def test_the_books_fonts_come_after_the_first_page_stands_and_at_once_on_the_next(phone, origin):
    held, free = [], []  # the fonts do not arrive before the page has been looked at without them
    phone.route(re.compile(r"\.woff2"), lambda route: route.continue_() if free else held.append(route))
    phone.goto(f"{origin}/learn/vanishing.html", wait_until="domcontentloaded")
    assert phone.evaluate("document.documentElement.dataset.fonts") == "late"
    phone.wait_for_timeout(500)
    assert phone.evaluate("document.documentElement.dataset.fonts") == "late"
    free.append(True)
    for route in held:
        route.continue_()
    phone.locator("html:not([data-fonts])").wait_for(state="attached")
    loaded = "[...document.fonts].filter((face) => face.status === 'loaded').map((face) => face.family)"
    assert {"GL Serif", "GL Code", "GL Math"} <= {family.strip('"') for family in phone.evaluate(loaded)}
    phone.goto(f"{origin}/learn/relu.html", wait_until="domcontentloaded")
    assert phone.evaluate("document.documentElement.dataset.fonts") is None


# a phone's system has other fonts than this machine: what is asked for is that those here are made as wide
def test_the_fonts_before_ours_are_as_wide_so_that_little_moves(phone, origin):
    phone.goto(f"{origin}/claims.html", wait_until="networkidle")
    ratios = phone.evaluate(
        """() => {
          const page = document.documentElement, line = document.createElement("span");
          line.className = "gl-ledger-grounds";
          line.textContent = [...document.querySelectorAll(".bd-article p")].map((p) => p.textContent).join(" ").slice(0, 4000);
          Object.assign(line.style, { position: "absolute", whiteSpace: "nowrap" });
          document.querySelector(".bd-article").append(line);
          return ["400", "650"].map((weight) => {
            line.style.fontWeight = weight;
            delete page.dataset.fonts;
            const ours = line.getBoundingClientRect().width;
            page.dataset.fonts = "late";
            return line.getBoundingClientRect().width / ours;
          });
        }"""
    )
    assert all(0.96 < ratio < 1.04 for ratio in ratios), ratios


def test_nothing_moves_when_scripts_have_come(phone, origin):
    """What a script shows has its room before: filters, sliders."""
    boxes = """() => [...document.querySelectorAll(".bd-article h1, .bd-article p, .gl-card, .gl-ledger-page")]
      .map((box) => box.getBoundingClientRect().y).filter((y) => y < innerHeight)"""
    for name in ("gallery", "claims", "learn/vanishing"):
        phone.unroute_all()
        phone.goto(f"{origin}/{name}.html", wait_until="networkidle")
        with_scripts = phone.evaluate(boxes)
        phone.route(re.compile(r"(site|gallery|ledger|code_switch)\.js"), lambda route: route.abort())
        phone.goto(f"{origin}/{name}.html", wait_until="networkidle")
        assert phone.evaluate(boxes) == pytest.approx(with_scripts, abs=2), name


def test_a_phone_lays_out_of_the_ledger_what_it_shows(phone, origin):
    """All 600 rows at once cost it most of a second: neither a script nor a style may ask for that."""
    phone.goto(f"{origin}/claims.html", wait_until="networkidle")
    parts = phone.locator(".gl-ledger-page")
    drawn = parts.evaluate_all(
        "(all) => all.map((box) => box.querySelector('td').checkVisibility({ contentVisibilityAuto: true }))"
    )
    assert drawn[0]
    assert sum(drawn) <= 5, "parts of the ledger below the screen were laid out"
    phone.goto(
        f"{origin}/claims.html#{parts.last.locator('tbody tr').last.get_attribute('id')}", wait_until="networkidle"
    )
    assert 0 <= phone.locator("tr:target").bounding_box()["y"] < PHONE["height"], (
        "a link into the ledger misses its row"
    )


def test_buttons_of_the_ledger_are_as_large_as_a_finger_and_apart(phone, origin):
    phone.goto(f"{origin}/claims.html", wait_until="networkidle")
    boxes = phone.evaluate(
        """() => [...document.querySelectorAll(".gl-ledger tr[id^=row-] .gl-ledger-key")].map((key) =>
          [...key.querySelectorAll("a, button")].map((one) => one.getBoundingClientRect().toJSON()))"""
    )
    assert len(boxes) > 100
    for link, button in boxes:
        assert min(link["height"], button["height"]) >= 24
        assert button["width"] >= 24
        assert link["right"] <= button["left"]
        assert button["right"] <= PHONE["width"]
