"""Begin a build with a cache of executed pages that can be read, whatever became of it.

A cache whose tables are damaged or were made by another jupyter-cache would stop the build, and so would one executed
page of which a full disk or a killed build left half. Nothing in it is precious: what cannot be read is thrown away, which
is said, and those cells run again.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.cache.db import DB_NAME, NbCacheRecord, OrmBase
from sphinx.application import Sphinx
from sphinx.config import Config


def tables_are_known(database: Path) -> bool:
    """Whether a database has the tables, with the columns, that this jupyter-cache reads and writes."""
    try:
        with sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True) as connection:
            for name, table in OrmBase.metadata.tables.items():
                columns = {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
                if columns != {column.name for column in table.columns}:
                    return False
            return connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        return False


def is_whole(page: Path) -> bool:
    """Whether an executed page can be read."""
    try:
        return "cells" in json.loads(page.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def make_sound(folder: Path) -> str:
    """Throw away what cannot be read in a cache; return a sentence that says so, or nothing."""
    told = ""
    if (folder / DB_NAME).exists() and not tables_are_known(folder / DB_NAME):
        shutil.rmtree(folder)
        told = f"The cache of executed pages at {folder} could not be read. It was thrown away: all cells run again."
    cache = get_cache(folder)
    broken = {
        record.pk: record.hashkey
        for record in cache.list_cache_records()
        if not is_whole(folder / "executed" / record.hashkey / "base.ipynb")
    }
    for key, page in broken.items():
        NbCacheRecord.remove_record(key, cache.db)
        shutil.rmtree(folder / "executed" / page, ignore_errors=True)
    if broken:
        told = f"Of the cache of executed pages {len(broken)} could not be read and were thrown away: their cells run again."
    return told


def begin(app: Sphinx, config: Config) -> None:
    """Look at the cache before Sphinx forks readers, which would race for making its tables; ``-D`` may have moved it."""
    if told := make_sound(Path(config.nb_execution_cache_path)):
        print(told, file=sys.stderr, flush=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at the cache once its place is known."""
    app.connect("config-inited", begin)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
