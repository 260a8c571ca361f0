"""Edit each slow statement of a page and run its cell with fewer seeds: it has to run so, or to say that it wants all.

What an edit does to a run is that the book's results of the statement, and of all that needs it, are of no use any more.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path


def edits(page):
    """Yield cell, place and results as they are after an edit, for each statement that takes long in a browser."""
    from gradlab_live import few
    from gradlab_live.digests import digests, made_with
    from gradlab_live.needs import Page
    from gradlab_live.plans import SLOWER

    results = page["results"]
    read = Page([cell["source"] for cell in page["cells"]])
    known = digests(read, made_with(results))
    slow = {tuple(one["place"]) for one in results.values() if one["seconds"] * SLOWER > few.LONG}
    for index, one in enumerate(read.statements):
        if tuple(one.place) in slow and page["cells"][one.cell]["editable"]:
            lost = {known[k] for k, other in enumerate(read.statements) if k == index or index in other.needs}
            yield one.place, {(f"edited {key}" if key in lost else key): value for key, value in results.items()}


def run(site, page, place, results):
    """Run a cell after an edit, with fewer seeds; return what came of it, None where it takes all from the beginning."""
    from gradlab_live import Session

    told = []
    session = Session(lambda kind, payload: told.append((kind, payload)))
    sources = [cell["source"] for cell in page["cells"]]
    asked = (sources, place[0], results)
    all_seeds, plan = session.plan(*asked), session.plan(*asked, fewer=True)
    if plan["seconds"] == all_seeds["seconds"]:
        return None
    for digest, file in plan["files"].items():
        session.give(digest, (Path(site) / "_live" / "results" / file).read_bytes())
    began = time.process_time()
    ended = session.run(*asked, fewer=True)
    return {
        "place": list(place),
        "planned": [plan["seconds"], all_seeds["seconds"]],
        "seconds": time.process_time() - began,
        "ok": ended["ok"],
        "few": ended["few"],
        "errors": [f"{one['type']}: {one['message']}" for kind, one in told if kind == "error"],
    }


def fewer(site, docs, name, every=1, first=0):
    """Try a page's slow statements, each or every so many; return a record of those that fewer seeds make cheaper."""
    page = json.loads((Path(site) / "_live" / f"{name}.json").read_text(encoding="utf-8"))
    os.chdir((Path(docs) / name).parent)
    ran = [run(site, page, *edit) for edit in list(edits(page))[first::every]]
    return {"page": name, "edits": [one for one in ran if one]}
