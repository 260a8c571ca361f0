"""Adding an activation touches one file, wherever in it it stands: tried out in a copy of gradlab."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gradlab as gl

pytest.importorskip("mpmath")
pytest.importorskip("matplotlib")
ROOT = Path(__file__).resolve().parents[1]

# Two kinks that follow from a parameter, flat between them: unlike its neighbours in every table that could be kept
NEW = '''
def _dead_zone_kinks(width: float) -> tuple[float, ...]:
    return -width, width


@activation(
    family="other", look="5:", formula="max(x - width, 0) + min(x + width, 0)", kinks=_dead_zone_kinks,
    limits={"width": _POSITIVE}, source="lecun1998",
)
def dead_zone(x: Array, *, width: float = 0.75) -> tuple[Array, Array]:
    """A dead zone: x brought nearer to 0 by width, and 0 where it is nearer than that.

    The slope is 0 between the two kinks and at them, and 1 outside.

    Notes
    -----
    A test adds it.
    """
    return x - np.clip(x, -width, width), np.where(np.abs(x) <= width, 0.0, 1.0)


'''

SAID = """
import json, sys
import gradlab as gl
sys.path.insert(0, "docs/_ext")
import activation_facts
said = {name: [part.family, gl.plots.style(name), repr(part), part.range, part.gain, part.kinks,
               activation_facts.window(part), activation_facts.steepest(part)]
        for name, part in gl.ACTIVATIONS.items()}
print(json.dumps([gl.__file__, list(gl.ACTIVATIONS), said]))
"""


def _cells(page, first):
    """The code of a page from where a name is given to its first claim, which may need what is trained before."""
    text = (ROOT / page).read_text(encoding="utf-8")
    cells = re.findall(r"^```\{code-cell\} python\n(?:---\n.*?\n---\n)?(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    begin, end = (next(at for at, cell in enumerate(cells) if words in cell) for words in (f"{first} = ", "gl.claim("))
    imports = (line for cell in cells[:begin] for line in cell.splitlines() if line.startswith(("import ", "from ")))
    return "\n".join([*imports, *cells[begin:end]])


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Copy what a checkout has, with one more activation in the middle of the file."""
    folder = tmp_path_factory.mktemp("copy")
    leave = shutil.ignore_patterns("__pycache__", "_build", "site", "oracles", "*.svg", "locales", "node_modules")
    for name in ("gradlab", "tests", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    for path in ROOT.glob("*.*"):
        if path.is_file():
            shutil.copy(path, folder)
    source = folder / "gradlab" / "activations" / "functions.py"
    text = source.read_text(encoding="utf-8")
    starts = [match.start() for match in re.finditer(r"^@activation\(", text, re.MULTILINE)]
    middle = starts[len(starts) // 2]
    source.write_text(text[:middle] + NEW.lstrip() + text[middle:], encoding="utf-8")
    return folder


def _run(folder, *command):
    environment = {**os.environ, "PYTHONPATH": str(folder), "MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


def _said(folder):
    done = _run(folder, "-c", SAID)
    assert done.returncode == 0, done.stderr
    where, order, said = json.loads(done.stdout)
    assert Path(where).is_relative_to(folder), "the copy is what was asked"
    return order, said


def test_nobody_elses_place_family_colour_number_or_picture_changes(copy):
    (before, said_before), (after, said_after) = _said(ROOT), _said(copy)
    place = after.index("dead_zone")
    assert 5 < place < len(after) - 5, "in the middle"
    assert after[:place] + after[place + 1 :] == before == list(gl.ACTIVATIONS)
    assert {name: said_after[name] for name in before} == said_before
    assert said_after["dead_zone"][0] == "other"


def test_the_page_that_lists_families_takes_it_in_and_moves_nobody(copy):
    code = _cells("docs/learn/variants.md", "families") + "\nimport json; print(json.dumps(families))"
    families = []
    for folder in (ROOT, copy):
        done = _run(folder, "-W", "error", "-c", code)
        assert done.returncode == 0, done.stderr
        families.append(json.loads(done.stdout))
    before, after = families
    assert sorted(sum(before.values(), [])) == sorted(gl.ACTIVATIONS)
    assert "dead_zone" in after["others"]
    assert {title: [name for name in names if name != "dead_zone"] for title, names in after.items()} == before


def test_every_test_that_asks_the_registry_passes_for_it(copy):
    every = (
        "style or brings or dips or in_their_styles or do_not_overlap or gap_at_each_kink or all_that_gradlab_offers"
    )
    options = ("-q", "-p", "no:cacheprovider", "--no-header", "-W", "error")
    done = _run(
        copy, "-m", "pytest", "tests", *options, "--ignore=tests/test_one_file.py", "-k", f"dead_zone or {every}"
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 150
