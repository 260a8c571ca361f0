"""What live cells bring to a browser: that it is what npm's Pyodide names, whole, pinned, and the same at each build."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import live_assets
import pytest
from built_book import DOCS, HTML
from live_assets import POLICY, closure, node_modules, own_entry, packed, trimmed
from policy import policy
from sphinx.errors import ConfigError

SOURCE, LIVE = DOCS / "_live", HTML / "_static" / "live"
NODE = DOCS / "_build" / "node" / "node_modules"


@pytest.fixture(scope="module")
def listed() -> dict:
    """Return npm's own list of wheels, as the build has it."""
    return json.loads((NODE / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_wheels_are_those_that_npms_pyodide_names_and_no_more(listed):
    wanted = {
        listed["packages"][name]["file_name"]: listed["packages"][name]["sha256"]
        for name in closure(listed["packages"], live_assets.WHEELS)
    }
    found = {path.name: digest(path) for path in (SOURCE / "wheels").glob("*.whl")}
    assert found == wanted
    told = dict(reversed(line.split()) for line in (SOURCE / "wheels" / "SHA256").read_text().splitlines())
    assert told == found
    licences = (SOURCE / "wheels" / "LICENSES").read_text(encoding="utf-8")
    assert all(name in licences for name in found)


def test_the_site_serves_what_its_list_names_whole():
    lock = json.loads((LIVE / "pyodide-lock.json").read_text(encoding="utf-8"))
    served = {path.name: digest(path) for path in (LIVE / "wheels").glob("*.whl")}
    assert served == {entry["file_name"]: entry["sha256"] for entry in lock["packages"].values()}
    own = lock["packages"]["gradlab-book"]
    assert own["imports"] == ["gradlab"]
    assert own["depends"] == ["numpy"]
    (offered,) = (HTML / "_downloads").glob("gradlab_book-*.whl")
    assert own["sha256"] == digest(offered), "the page runs another gradlab than it offers"
    assert own["sha256"][:8] in own["file_name"]


def test_the_manifest_guards_each_file_that_a_worker_fetches():
    manifest = json.loads((LIVE / "live.json").read_text(encoding="utf-8"))
    for name, file in manifest["files"].items():
        content = (LIVE / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"]), name
        assert file["packed"] <= file["bytes"] + 100, name
    assert set(manifest["first"]) < set(manifest["files"])
    unguarded = {path.relative_to(LIVE).as_posix() for path in LIVE.rglob("*") if path.is_file()} - set(
        manifest["files"]
    )
    scripts = {f"{manifest['python']}{name}" for name in live_assets.SCRIPTS}
    assert unguarded == {f"{name}.js" for name in live_assets.BUNDLES} | {"live.json", "LICENSES.txt", *scripts}


def test_the_terms_of_what_is_served_are_served_too(soups):
    told = (LIVE / "LICENSES.txt").read_text(encoding="utf-8")
    lock = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    served = {name.removeprefix("node_modules/") for name, entry in lock.items() if name and not entry.get("dev")}
    served -= {"esbuild", "ws", "@types/emscripten", "pyodide"}
    served = {name for name in served if not name.startswith("@esbuild/")}
    assert served
    assert all(f"\n{name}\n" in told for name in served), served
    assert "Mozilla Public License 2.0" in told
    assert all(path.name in told for path in (SOURCE / "wheels").glob("*.whl"))
    (link,) = soups["license"].select('a[href$="live/LICENSES.txt"]')
    assert (HTML / link["href"]).is_file()


def test_what_the_worker_unpacks_prints_numbers_and_draws_as_the_book_does():
    with zipfile.ZipFile(LIVE / "gradlab_live.zip") as archive:
        assert archive.read("gradlab_live/style/matplotlibrc") == (DOCS / "matplotlibrc").read_bytes()
        assert {Path(name).name for name in archive.namelist() if name.endswith(".ttf")} == {
            path.name for path in (DOCS / "_fonts").glob("*.ttf")
        }
        printed = archive.read("printed_numbers.py").decode()
    assert not re.search(r"^(?:from|import) (?!__future__|math|re\b|decimal)", printed, re.MULTILINE), (
        "Python in the page has only itself"
    )


def test_a_changed_or_missing_wheel_ends_the_build_with_a_sentence(tmp_path, listed):
    for path in (SOURCE / "wheels").glob("*.whl"):
        shutil.copy(path, tmp_path)
    assert trimmed(listed, tmp_path)["packages"]
    numpy = next(tmp_path.glob("numpy-*"))
    content = numpy.read_bytes()
    numpy.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ConfigError, match="numpy-.* is not the wheel that Pyodide's list names"):
        trimmed(listed, tmp_path)
    numpy.unlink()
    with pytest.raises(ConfigError, match="numpy-"):
        trimmed(listed, tmp_path)


def test_a_wheel_of_other_content_has_another_name(tmp_path):
    wheel = tmp_path / "gradlab_book-1.0-py3-none-any.whl"
    wheel.write_bytes(b"one")
    first = own_entry(wheel)["file_name"]
    wheel.write_bytes(b"two")
    assert own_entry(wheel)["file_name"] != first
    assert re.fullmatch(r"gradlab_book-1\.0-0x[0-9a-f]{8}-py3-none-any\.whl", first)


def test_a_zip_is_the_same_at_each_build():
    files = [("a.py", b"1"), ("b/c.py", b"2" * 1000)]
    with zipfile.ZipFile(io.BytesIO(packed(iter(files)))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == dict(files)
        assert {(entry.date_time, entry.create_system) for entry in archive.infolist()} == {((1980, 1, 1, 0, 0, 0), 3)}


def test_npm_brings_the_packages_once_and_a_failure_is_one_sentence(tmp_path, monkeypatch):
    source, folder = tmp_path / "source", tmp_path / "node"
    source.mkdir()
    for name in ("package.json", "package-lock.json"):
        (source / name).write_text("{}")
    ran = []

    def run(command, cwd, **_):
        ran.append(command)
        (Path(cwd) / "node_modules").mkdir(exist_ok=True)
        return subprocess.CompletedProcess(
            command, failing, "", "npm error no way there\nnpm error A complete log of this run: …"
        )

    monkeypatch.setattr(live_assets.subprocess, "run", run)
    monkeypatch.setattr(live_assets, "_tool", lambda name, *_: name)
    failing = 1
    with pytest.raises(ConfigError, match=r"npm, which brings .* failed: npm error no way there$"):
        node_modules(source, folder)
    failing = 0
    assert node_modules(source, folder) == folder / "node_modules"
    assert node_modules(source, folder) == folder / "node_modules"
    assert len(ran) == 2, "a build with nothing changed asked npm again"
    (source / "package-lock.json").write_text("{ }")
    node_modules(source, folder)
    assert len(ran) == 3
    monkeypatch.setattr(live_assets, "_tool", lambda name, *_: None)
    (source / "package-lock.json").write_text("{  }")
    with pytest.raises(ConfigError, match="There is no npm"):
        node_modules(source, folder)


def test_the_lock_pins_everything_and_names_no_address():
    lock = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["dependencies"] == wanted["dependencies"]
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry, name
        assert not name or entry["integrity"].startswith("sha512-"), name
    assert all(
        re.fullmatch(r"\d+\.\d+\.\d+", version)
        for version in (wanted["dependencies"] | wanted["devDependencies"]).values()
    )


def test_live_pages_may_compile_webassembly_and_nothing_else_more():
    more = set(policy("page", POLICY).split("; ")) - set(policy("page").split("; "))
    assert more == {"script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self'"}
