"""The long run of the book's trials, on toy trials: what it keeps, what it drops, and when it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import long_record
import pytest

LONG = Path(__file__).resolve().parents[1] / "docs" / "long"
TOY = """
from trials import trial

@trial("one", "One is under 3", below=3, seeds=2, budget="1 step")
def one() -> float:
    return {value}
"""


def run(folder: Path, *pages: str) -> tuple[int, str]:
    command = [sys.executable, str(LONG / "run.py"), "--folder", str(folder), *pages]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    return done.returncode, done.stdout


def record(folder: Path) -> dict:
    return {entry["key"]: entry for entry in json.loads((folder / "record.json").read_text(encoding="utf-8"))}


def test_a_run_keeps_what_it_measured_and_says_how_far_that_moved(tmp_path):
    (tmp_path / "toy.py").write_text(TOY.format(value=2.5))
    returned, printed = run(tmp_path)
    assert returned == 0, printed
    assert "toy: one: measured 2.5, claimed < 3; new" in printed
    entry = record(tmp_path)["one"]
    assert (entry["page"], entry["value"], entry["bound"], entry["holds"]) == ("toy", 2.5, "< 3", True)
    assert (entry["seeds"], entry["budget"], entry["text"]) == (2, "1 step", "One is under 3")
    assert entry["machine"].keys() == {"cpu", "cores", "system", "python", "numpy"}
    assert len(entry["gradlab"]) == 12

    (tmp_path / "toy.py").write_text(TOY.format(value=2.0))
    assert "moved by -0.5 from 2.5 (-20.0%)" in run(tmp_path)[1]


def test_a_false_bound_fails_with_page_key_measured_and_claimed_and_a_broken_trial_with_its_error(tmp_path):
    (tmp_path / "toy.py").write_text(TOY.format(value="4"))
    assert run(tmp_path)[0] == 1
    (tmp_path / "other.py").write_text(TOY.format(value="1 / 0").replace('"one"', '"two"'))
    assert run(tmp_path, "other")[0] == 1
    returned, printed = run(tmp_path)
    assert returned == 1
    assert "toy: one: FALSE: measured 4, claimed < 3" in printed
    assert "other: two: BROKEN" in printed
    assert "ZeroDivisionError" in printed
    assert record(tmp_path)["one"]["holds"] is False
    assert "two" not in record(tmp_path)


def test_a_part_of_the_run_leaves_the_other_pages_alone_and_the_whole_drops_what_is_gone(tmp_path):
    (tmp_path / "toy.py").write_text(TOY.format(value=1))
    (tmp_path / "other.py").write_text(TOY.format(value=1).replace('"one"', '"two"'))
    run(tmp_path)
    (tmp_path / "other.py").unlink()
    (tmp_path / "toy.py").write_text(TOY.format(value=1).replace('"one"', '"three"'))
    assert run(tmp_path, "toy")[0] == 0
    assert record(tmp_path).keys() == {"three", "two"}
    assert run(tmp_path)[0] == 0
    assert record(tmp_path).keys() == {"three"}
    returned, printed = run(tmp_path, "nobody")
    assert returned == 1
    assert "There are no trials of nobody; there are of toy." in printed


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("below=3", "within=1", "needs below, above or both, or else equals"),
        ('"one"', '"One trial"', "key must be lower-case words"),
        ("seeds=2", "seeds=-1", "seeds of trial 'one' must be a whole number"),
        ('"1 step"', '" "', "needs a budget"),
    ],
)
def test_a_trial_that_does_not_say_what_it_must_gets_a_sentence(tmp_path, old, new, message):
    (tmp_path / "toy.py").write_text(TOY.format(value=1).replace(old, new))
    returned, printed = run(tmp_path)
    assert returned == 1
    assert message in printed


def test_a_gradlab_is_another_where_its_code_differs_and_the_same_where_only_words_do(tmp_path):
    source = '"""Words."""\n\n\ndef f(x):\n    """More\n    words."""\n    # a remark\n    return x + 1\n'
    digests = []
    for text in (source, source.replace("ords", "ORDS").replace("a remark", "another"), source.replace("+ 1", "+ 2")):
        (tmp_path / "module.py").write_text(text)
        digests.append(long_record.digest(tmp_path))
    assert digests[0] == digests[1] != digests[2]


def test_the_committed_record_and_the_trials_are_those_of_each_other():
    code = (
        "import json, trials; [trials.load(page) for page in trials.pages()]; print(json.dumps(list(trials.REGISTRY)))"
    )
    folders = [str(LONG), str(LONG.parent / "_ext"), str(LONG.parents[1])]
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {folders!r}; {code}"],
        text=True,
        capture_output=True,
        check=True,
    )
    assert {entry["key"] for entry in json.loads((LONG / "record.json").read_text())} == set(json.loads(told.stdout))
