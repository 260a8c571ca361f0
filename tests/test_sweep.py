"""The how-to page on sweeps: its own code, run on a real Dask cluster, equals a plain loop bit for bit."""

import os
import random
import re
import textwrap
from pathlib import Path

import joblib
import numpy as np
import pytest

import gradlab as gl

PAGE = (Path(__file__).parents[1] / "docs" / "howto" / "sweep.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^```\{code-cell\} python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(CLUSTER,) = re.findall(
    r"^```\{code-block\} python\n:name: sweep-on-dask\n\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL
)
ARRAYS = (
    "step",
    "loss",
    "accuracy",
    "gradient_norm",
    "delta_norm",
    "activation_mean",
    "activation_std",
    "dead_fraction",
    "saturated_fraction",
    "theta",
)
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


@pytest.fixture(scope="module")
def page():
    """Everything that the first cell of the page defines, and the same jobs done in a plain loop."""
    names = {}
    exec(CELLS[0], names)
    names["loop"] = [function(*given, **keywords) for function, given, keywords in names["jobs"]]
    return names


def _same(runs, others):
    assert len(runs) == len(others)
    for run, other in zip(runs, others, strict=True):
        assert run.net == other.net
        assert run.optimizer == other.optimizer
        assert run.seeds == other.seeds
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(run, name), getattr(other, name), strict=True)
        for slot, wanted in zip(run.slots, other.slots, strict=True):
            np.testing.assert_array_equal(slot, wanted, strict=True)


def _seen_in_a_worker():
    """Return the process and the threads of its BLAS."""
    import os

    import numpy  # noqa: F401  threadpoolctl sees what is loaded
    import threadpoolctl

    return os.getpid(), [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]


def _held_to_one_thread(seen, processes):
    assert os.getpid() not in {process for process, _ in seen}
    assert len({process for process, _ in seen}) == processes
    assert all(threads and set(threads) == {1} for _, threads in seen), seen


@pytest.fixture
def _dask_draws_from_pythons_global_generator():
    state = random.getstate()
    yield
    random.setstate(state)


@pytest.mark.usefixtures("_dask_draws_from_pythons_global_generator")
def test_a_sweep_on_a_dask_cluster_equals_a_plain_loop_bit_for_bit(page, monkeypatch):
    for name in THREADS:  # what this test was started with must not be what holds the workers
        monkeypatch.delenv(name, raising=False)
    last = "        runs = joblib.Parallel()(jobs)\n"
    assert CLUSTER.endswith(last), "the test asks the workers a question while the page's cluster is there"
    names = page | {"question": _seen_in_a_worker}
    exec(CLUSTER + "    seen = list(client.run(question).values())\n", names)
    _same(names["runs"], page["loop"])
    _held_to_one_thread(names["seen"], processes=2)


def test_a_sweep_on_joblibs_processes_equals_a_plain_loop_bit_for_bit(page, monkeypatch):
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    names = dict(page)
    exec(CELLS[1], names)
    _same(names["runs"], page["loop"])
    with joblib.parallel_config(backend="loky", n_jobs=2, inner_max_num_threads=1):
        seen = joblib.Parallel()(joblib.delayed(_seen_in_a_worker)() for _ in range(8))
    _held_to_one_thread(seen, processes=len({process for process, _ in seen}))


def test_the_cut_into_chunks_changes_nothing(page):
    nets, train, grid, loop = (page[name] for name in ("nets", "train", "grid", "loop"))
    seeds = [seed for chunk in page["chunks"] for seed in chunk]
    for name, rate in {(name, rate) for name, rate, _ in grid}:
        whole = gl.train(nets[name], train, optimizer=gl.Adam(rate), steps=100, batch_size=64, seeds=seeds)
        parts = [run for (n, r, _), run in zip(grid, loop, strict=True) if (n, r) == (name, rate)]
        np.testing.assert_array_equal(np.concatenate([run.theta for run in parts]), whole.theta)
        np.testing.assert_array_equal(np.concatenate([run.loss for run in parts], axis=1), whole.loss)


def test_the_page_prints_a_table_of_all_settings(page, capsys):
    names = page | {"runs": page["loop"]}
    exec(CELLS[2], names)
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows[2:]] == list(page["nets"])
    for row in rows[2:]:
        medians = [float(word) for word in row.split()[1:]]
        assert len(medians) == len(page["rates"])
        assert all(0 <= median <= 1 for median in medians)
        assert max(medians) > 0.8


def test_an_activation_of_ones_own_travels_in_a_module(page, tmp_path):
    (found,) = re.findall(r"^  ```python\n(.*?)^  ```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "my_activations.py").write_text(
        "import gradlab as gl\n\n@gl.activation()\ndef cube(x):\n    return x**3, 3 * x**2\n", encoding="utf-8"
    )
    code = textwrap.dedent(found).replace(
        "import my_activations", f"import sys; sys.path.append({str(tmp_path)!r}); import my_activations"
    )
    names = page | {"__name__": "__main__"}  # as in a notebook: such a function travels by value
    exec(code, names)
    assert "cube" not in gl.ACTIVATIONS
    with joblib.parallel_config(backend="loky", n_jobs=2, inner_max_num_threads=1):
        scores = joblib.Parallel()(joblib.delayed(names["job"])(0.01, range(at, at + 2)) for at in (0, 2))
    assert [score.shape for score in scores] == [(2,), (2,)]
    assert "cube" not in gl.ACTIVATIONS
