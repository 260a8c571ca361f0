"""A page with live cells that cost nothing, served beside the built book below a path, under the strictest policy."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup
from built_book import HTML, files
from live_assets import POLICY
from policy import policy

PREFIX = "/some/book/"
NAME = "live-cells"
CELLS = [
    'import gradlab as gl\nimport numpy as np\n\nrate = 0.1\nprint("rate", rate, "and", np.sqrt(2.0))',
    'import matplotlib.pyplot as plt\n\nfig, ax = plt.subplots(figsize=(4, 2))\nax.plot([0, 1], [0, rate])\nax.set(xlabel="step")\nplt.show()',
    'gl.claim("live-rate", "The rate is below a half", rate, below=0.5)',
    "gl.sigmoid(np.array([0.0, 1.0]))",
    'seeds = range(20)\nstarts = gl.MLP([2, 3, 2]).initialize(seeds)\nprint("networks", len(starts))\n'
    'gl.claim("live-seeds", "There are over ten", len(starts), above=10)',
]
PRINTED = "rate 0.1 and 1.4142135623730951\n"
RECORDS = [
    {
        "source": CELLS[0],
        "editable": True,
        "claims": [],
        "figure": None,
        "frames": False,
        "seconds": 0.1,
        "text": PRINTED,
    },
    {
        "source": CELLS[1],
        "editable": True,
        "claims": [],
        "figure": "fig-live",
        "frames": False,
        "seconds": 0.1,
        "text": None,
    },
    {
        "source": CELLS[2],
        "editable": True,
        "claims": ["live-rate"],
        "figure": None,
        "frames": False,
        "seconds": 0.1,
        "text": None,
    },
    {"source": CELLS[3], "editable": True, "claims": [], "figure": None, "frames": False, "seconds": 0.1, "text": None},
    {
        "source": CELLS[4],
        "editable": True,
        "claims": ["live-seeds"],
        "figure": None,
        "frames": False,
        "seconds": 5.0,
        "text": "networks 20\n",
    },
]
SLOW = {"its time": {"place": [4, 1], "seconds": 5.0}}  # what the build knows of the statement that draws the seeds
STARTER = {
    "id": "starter-live",
    "source": "seeds = range(20)\nanswer = len(gl.MLP([2, 3, 2]).initialize(seeds))",
    "after": 4,
    "answers": {"answer": "= 20"},
}
SVG = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='5'/%3E"


def source(index: int, mark: str = "") -> str:
    return (
        f'<div class="cell_input docutils container"{mark}><div class="highlight-ipython3 notranslate">'
        f'<div class="highlight"><pre>{CELLS[index]}\n</pre></div></div></div>'
    )


# as live_pages.py marks cells: each at itself, and what moved into a card or another's fold at its code
ARTICLE = f"""
<section><h1>Live cells</h1>
<div class="cell docutils container" data-cell="0" data-edit="">{source(0)}
<div class="cell_output docutils container"><div class="output stream highlight-myst-ansi notranslate"><div class="highlight"><pre>{PRINTED}</pre></div></div></div></div>
<p>The rate is <span class="pasted-text" data-glue="live-rate" data-format=".0%">10\N{NO-BREAK SPACE}%</span>, at most
<span class="pasted-text" data-glue="live-rate" data-format=".1f" data-side="1" data-strict="">0.2</span>.</p>
<div class="cell gl-figure docutils container" data-cell="1" data-edit=""><div class="cell_output docutils container">
<figure class="align-default" id="fig-live"><picture><source media="(max-width: 600px)" srcset="{SVG}" width="9" height="5">
<img class="gl-light" alt="A line." src="{SVG}" width="9" height="5"></picture>
<picture><source media="(max-width: 600px)" srcset="{SVG}"><img class="gl-dark" alt="A line." src="{SVG}" width="9" height="5"></picture>
<figcaption><p>Fig. 1 A line.</p></figcaption></figure></div>
<details class="gl-code"><summary>Code of this figure</summary>{source(1)}</details></div>
<aside class="gl-checked" aria-label="Checked claims"><p class="gl-checked-head"><span class="gl-checked-title">Checked</span></p>
<ul class="gl-checked-list" role="list"><li class="gl-claim" id="claim-live-rate"><span class="gl-claim-text">The rate is below a half</span>
<span class="gl-claim-measured"><a href="#row"><span class="gl-claim-label">measured </span>0.1</a></span>
<span class="gl-claim-bound"><span class="gl-claim-label">claimed </span>&lt; 0.5</span></li>
<li class="gl-claim" id="claim-live-seeds"><span class="gl-claim-text">There are over ten</span>
<span class="gl-claim-measured"><a href="#row"><span class="gl-claim-label">measured </span>20</a></span>
<span class="gl-claim-bound"><span class="gl-claim-label">claimed </span>&gt; 10</span></li></ul>
<details class="gl-code"><summary>How this was measured</summary>{source(2, ' data-cell="2" data-edit=""')}</details></aside>
<div class="cell docutils container" data-cell="3" data-edit="">{source(3)}</div>
<div class="cell docutils container" data-cell="4" data-edit="">{source(4)}
<div class="cell_output docutils container"><div class="output stream highlight-myst-ansi notranslate"><div class="highlight"><pre>networks 20
</pre></div></div></div></div>
<div class="gl-starter docutils container" id="starter-live"><p class="gl-starter-title">Your answer</p>
<div class="highlight-python notranslate"><div class="highlight"><pre>{STARTER["source"]}
</pre></div></div></div>
</section>
"""


def write(folder: Path) -> None:
    """Write the page into a folder that is served above the book's: the frame of a page, with other contents."""
    soup = BeautifulSoup((HTML / "license.html").read_text(encoding="utf-8"), "html.parser")
    soup.select_one("article").clear()
    soup.select_one("article").append(BeautifulSoup(ARTICLE, "html.parser"))
    soup.select_one('meta[http-equiv="Content-Security-Policy"]')["content"] = policy(NAME, POLICY)
    marks = attributes()
    soup.head.append(
        soup.new_tag("script", attrs={"defer": "", "src": "_static/live/page.js", "data-page": NAME, **marks})
    )
    (folder / f"{NAME}.html").write_text(str(soup), encoding="utf-8")
    (folder / "_live").mkdir()
    record = {"version": 1, "page": NAME, "cells": RECORDS, "starters": [STARTER], "results": SLOW}
    (folder / "_live" / f"{NAME}.json").write_text(json.dumps(record), encoding="utf-8")


def attributes() -> dict[str, str]:
    """Return what the script is told on the book's own pages."""
    for path in files("*.html"):
        if "data-worker=" in (text := path.read_text(encoding="utf-8")):
            script = BeautifulSoup(text, "html.parser").select_one("script[data-worker]")
            return {name: script[name] for name in ("data-worker", "data-editor")}
    raise LookupError("no page of the book has live cells")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves two folders as one, each answer with the policy of a page with live cells."""

    above: Path
    changed: set[str] = set()  # names of files of which one byte is another one

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def translate_path(self, path: str) -> str:
        """Return the file of an address; what does not lie below the path is not there."""
        asked = unquote(urlsplit(path).path)
        name = asked.removeprefix(PREFIX) if asked.startswith(PREFIX) else "nothing-is-here"
        own = self.above / name
        return str(own if own.is_file() else HTML / name)

    def end_headers(self) -> None:
        """Send the policy too: a browser obeys both this and the page's."""
        self.send_header("Content-Security-Policy", policy(NAME, POLICY))
        super().end_headers()

    def copyfile(self, source, outputfile) -> None:
        """Send a file, with a byte changed where one asked for that."""
        content = source.read()
        if any(name in self.path for name in self.changed):
            content = content[:1000] + bytes([content[1000] ^ 1]) + content[1001:]
        outputfile.write(content)


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """Serve the page with the book; also give the set of names of files that are to be changed on their way."""
    changed: set[str] = set()
    handler = type("Served", (Handler,), {"above": folder, "changed": changed})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}", changed
        server.shutdown()
