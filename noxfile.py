# /// script
# dependencies = ["nox>=2025.10.14"]
# ///
"""Everything that is run on this project: ``nox`` runs lint, typing, tests and docs, ``nox -l`` lists the rest."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import nox

if sys.version_info < (3, 11):  # noqa: UP036  nox itself also runs on older ones
    raise SystemExit(
        f"gradlab needs Python 3.11 or newer and nox runs on {sys.version.split()[0]}: install nox with a newer Python."
    )

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"  # uv where it is installed: four times faster
nox.options.reuse_venv = "yes"
nox.options.error_on_external_run = True
nox.options.download_python = "never"  # a Python that is not there is left out

ROOT = Path(__file__).resolve().parent
BUILD = ROOT / "docs" / "_build"
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
OLDEST, *NEWER = nox.project.python_versions(PYPROJECT)
# pyenv's Pythons are found too, behind those that are on the path anyway
PYENV = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin"))
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, PYENV)])
# The book's networks are small: BLAS threads only fight over the cores that Sphinx's workers use.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}


def install(session: nox.Session, group: str) -> None:
    """Install this checkout and one of pyproject.toml's dependency groups."""
    session.install("-e", ".", *nox.project.dependency_groups(PYPROJECT, group))


def sphinx(session: nox.Session, builder: str, *options: str, build: Path = BUILD) -> Path:
    """Run a Sphinx builder on all pages; only executed cells come from a cache, and a whole site alone replaces an old one.

    All pages, because Sphinx says nothing more about a page that an older build read with a warning.
    """
    session.run(
        *("python", "docs/_ext/whole_site.py", builder, "docs", str(build), *options),
        env=ONE_THREAD,
        interrupt_timeout=10,  # seconds to end its kernels and to say what happened, at Ctrl+C
    )
    return build / builder


@nox.session
def lint(session: nox.Session) -> None:
    """Style, layout, docstrings and spelling, and the scripts of live cells."""
    session.install(*nox.project.dependency_groups(PYPROJECT, "lint"))
    session.run("ruff", "check", "gradlab", "tests", "docs", "noxfile.py")
    session.run("ruff", "format", "--check", "gradlab", "tests", "docs", "noxfile.py")
    session.run("numpydoc", "lint", *(str(path) for path in sorted((ROOT / "gradlab").rglob("*.py"))))
    session.run("codespell", "README.md", "gradlab", "docs", "tests", "noxfile.py", ".github", ".ci")
    session.run("zizmor", "--offline", "--quiet", ".github")
    session.run("repo-review", str(ROOT))
    scripts_of_live_cells(session)


def scripts_of_live_cells(session: nox.Session) -> None:
    """Check the types and the layout of what docs/_live/js has; nothing where npm is not."""
    npm = shutil.which("npm")
    if npm is None:
        session.warn("There is no npm: the scripts of live cells are not checked.")
        return
    source, folder = ROOT / "docs" / "_live", Path(session.create_tmp()) / "live"
    shutil.rmtree(folder / "js", ignore_errors=True)
    shutil.copytree(source / "js", folder / "js")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder / name)
    quiet = ("--no-audit", "--no-fund", "--loglevel=error")
    session.run(npm, "ci", "--ignore-scripts", "--prefix", str(folder), *quiet, external=True)
    tools = folder / "node_modules" / ".bin"
    session.run(str(tools / "tsc"), "-p", str(folder / "js" / "jsconfig.json"), external=True)
    session.run(str(tools / "prettier"), "--check", str(folder / "js"), external=True)


@nox.session
def typing(session: nox.Session) -> None:
    """Types of gradlab, of the book's extensions, and of a reader's script that uses gradlab: mypy and pyright."""
    install(session, "typing")
    session.run("mypy")
    # attr-defined: Sphinx's extensions leave what they know as attributes of its environment
    untyped = (
        "--config-file=",
        "--ignore-missing-imports",
        "--disallow-untyped-defs",
        "--disable-error-code=attr-defined",
    )
    session.run("mypy", *untyped, "docs/_ext", "docs/_live/python")
    # --confcutdir: what the library's tests share needs packages of its own
    session.run("pytest", "--confcutdir=tests/typing", *(session.posargs or ["tests/typing/test_typing.py"]))


@nox.session
def tests(session: nox.Session) -> None:
    """Test gradlab, the examples in its docstrings included; ``nox -s tests -- --cov`` shows what no test reaches."""
    install(session, "test")
    # all of them on all cores; a few that somebody asks for in one process, where they can be looked into
    everything = session.posargs in ([], ["--cov"])
    session.run("pytest", *(("-n", "auto") if everything else ()), *session.posargs, env=ONE_THREAD)


@nox.session(python=NEWER, default=False)
def tests_on(session: nox.Session) -> None:
    """Run the tests on each newer Python that this machine has."""
    tests(session)


@nox.session(python=OLDEST, default=False)
def lowest(session: nox.Session) -> None:
    """Run the tests on the oldest Python and with the lowest version of each package that pyproject.toml allows."""
    wanted = [
        *PYPROJECT["project"]["dependencies"],
        *PYPROJECT["project"]["optional-dependencies"]["plots"],
        *nox.project.dependency_groups(PYPROJECT, "test"),
    ]
    session.install("-e", ".", *sorted({requirement.replace(">=", "==") for requirement in wanted}))
    session.run("pytest", "-n", "auto", *session.posargs, env=ONE_THREAD)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Train thousands of random networks and compare what has to be equal; ``-- --minutes 20 --seed 1``."""
    install(session, "test")
    session.run("python", "tests/fuzz/fuzz.py", *session.posargs, env=ONE_THREAD)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the book, warnings being errors; ``-- ko`` adds the Korean one, ``-- fresh`` runs every cell again."""
    install(session, "docs")
    korean = "ko" in session.posargs
    if korean:  # in a second, before minutes are spent on what cannot end well
        session.run("python", "docs/_ext/catalogues.py", "check")
    if "fresh" in session.posargs:
        shutil.rmtree(BUILD, ignore_errors=True)
    sphinx(session, "html", *(("--also", "ko") if korean else ()))
    session.log("The book is built: open %s", BUILD / "html" / "index.html")
    session.log("in a browser: %s", (BUILD / "html" / "index.html").as_uri())


@nox.session(default=False)
def live(session: nox.Session) -> None:
    """Rebuild the book at each saved change, of gradlab too, and reload it in the browser."""
    install(session, "live")
    # No -E and no -W here: a page is wanted while it is still wrong. What a live build shows, `docs` judges.
    session.run(
        *("sphinx-autobuild", "-n", "-j", "auto", "--watch", "gradlab"),
        *("--ignore", "*/_build/*", "--ignore", "*/_ipython/*", "--ignore", "*/__pycache__/*"),
        *("docs", str(BUILD / "live" / "html"), *session.posargs),
        env=ONE_THREAD,
    )


@nox.session(default=False)
def translate(session: nox.Session) -> None:
    """Bring the Korean catalogues up to the pages, and say what is missing in them and what is wrong."""
    install(session, "translate")
    templates = sphinx(session, "gettext")
    session.run("python", "docs/_ext/furniture.py", str(templates / "gradlab.pot"), env={"PYTHONPATH": str(ROOT)})
    session.run("sphinx-intl", "update", "-p", str(templates), "-d", "docs/locales", "-l", "ko", silent=True)
    catalogues = ("python", "docs/_ext/catalogues.py")
    session.run(*catalogues, "tidy", str(templates))
    session.run(*catalogues, "report", success_codes=[0, 1])
    session.run(*catalogues, "check", "--partial")  # what is missing, the report has said; the Korean build refuses it


@nox.session(default=False)
def twice(session: nox.Session) -> None:
    """Build the book from nothing twice, and compare what its cells measured digit for digit, and all files byte for byte."""
    install(session, "docs")
    shutil.rmtree(BUILD / "twice", ignore_errors=True)
    sites = []
    for build in (BUILD / "twice" / "first", BUILD / "twice" / "second"):
        cache = f"nb_execution_cache_path={build / 'jupyter_cache'}"
        sites.append(str(sphinx(session, "html", "-D", cache, build=build)))
    session.run("python", "docs/_ext/compare_sites.py", *sites)


@nox.session(default=False)
def long(session: nox.Session) -> None:
    """Try the book's sentences for much longer than its pages can, and keep what that measured; ``-- dead relu``."""
    install(session, "docs")
    session.run("python", "docs/long/run.py", *session.posargs, env=ONE_THREAD)


@nox.session(default=False)
def package(session: nox.Session) -> None:
    """Build what the package index gets, check it, and run the tests' examples from the wheel; ``-- v1.2.3`` names the tag."""
    session.install(*nox.project.dependency_groups(PYPROJECT, "package"))
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(dist), str(ROOT))
    built = [str(path) for path in sorted(dist.iterdir())]
    session.run("twine", "check", "--strict", *built)
    wheel = next(path for path in built if path.endswith(".whl"))
    session.run("check-wheel-contents", wheel)
    if session.posargs and f"gradlab_book-{session.posargs[0].removeprefix('v')}-py3-none-any.whl" != Path(wheel).name:
        session.error(f"The tag {session.posargs[0]} does not name the version of {Path(wheel).name}.")
    session.install("--force-reinstall", "--no-deps", wheel)
    session.install(*PYPROJECT["project"]["dependencies"])
    session.run(
        "python", "-I", "-c", "import gradlab as gl; gl.testing.check_activation('gelu'); print(gl.__version__)"
    )


@nox.session(default=False)
def linkcheck(session: nox.Session) -> None:
    """Try every link that leaves the site; needs the internet."""
    install(session, "docs")
    sphinx(session, "linkcheck")


def chromium(session: nox.Session) -> str:
    """Return where a Chromium is on this machine."""
    names = (os.environ.get("GRADLAB_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    browser = next((found for name in names if name and (found := shutil.which(name))), None)
    if browser is None:
        session.error(
            "This needs Chromium: install it (Debian and Ubuntu: `apt-get install chromium`) "
            "or give the path of a Chrome or Chromium in GRADLAB_CHROMIUM."
        )
    return browser


def from_npm(session: nox.Session, name: str, variable: str) -> dict[str, str]:
    """Have npm bring a judge of the book, at the version in tests/site/package.json; nothing where npm is not."""
    npm = shutil.which("npm")
    if npm is None:
        session.warn(f"There is no npm: {name} is not run.")
        return {}
    wanted = json.loads((ROOT / "tests" / "site" / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    folder = Path(session.create_tmp()) / name
    folder.mkdir(exist_ok=True)
    session.run(
        *(npm, "install", f"{name}@{wanted[name]}", "--prefix", str(folder)),
        *("--no-save", "--no-package-lock", "--no-audit", "--no-fund"),
        external=True,
    )
    return {variable: str(folder / "node_modules" / ".bin" / name)}


@nox.session(default=False)
def pdf(session: nox.Session) -> None:
    """Print the built book into one PDF; the next build of the pages links it."""
    if not (BUILD / "html" / "index.html").is_file():
        session.error("There is no built book in docs/_build/html: run `nox -s docs` first.")
    browser = chromium(session)
    session.install(*nox.project.dependency_groups(PYPROJECT, "pdf"))
    target = BUILD / "pdf" / "gradlab-book.pdf"
    session.run(
        *("python", "docs/_ext/book_pdf.py", str(BUILD / "html"), str(target)), env={"GRADLAB_CHROMIUM": browser}
    )


@nox.session(default=False)
def slides(session: nox.Session) -> None:
    """Make a deck of slides of the built book's figures and captions, for teachers to change."""
    if not (BUILD / "html" / "_figures" / "figures.json").is_file():
        session.error("There is no built book in docs/_build/html: run `nox -s docs` first.")
    session.install(*nox.project.dependency_groups(PYPROJECT, "slides"))
    session.run("python", "docs/_ext/slides.py", str(BUILD / "html"), str(BUILD / "slides" / "gradlab.pptx"))


@nox.session(default=False)
def site(session: nox.Session) -> None:
    """Test the built book: its HTML, what a browser shows of it, and how a build fails."""
    if not (BUILD / "html" / "index.html").is_file():
        session.error("There is no built book in docs/_build/html: run `nox -s docs` first.")
    browser = chromium(session)
    install(session, "site")
    # --confcutdir: what the library's tests share is none of the site's business, and needs packages of its own;
    # -n: most of the time a test waits for a page to load
    env = {
        **ONE_THREAD,
        **from_npm(session, "html-validate", "GRADLAB_HTML_VALIDATE"),
        "GRADLAB_CHROMIUM": browser,
    }
    kept = Path(session.create_tmp(), "pytest_cache")
    shutil.rmtree(kept, ignore_errors=True)  # what failed before is none of this run's business
    judge = (
        "pytest",
        "--confcutdir=tests/site",
        "-o",
        f"cache_dir={kept}",
        *(session.posargs or ["tests/site", "-m", "not weekly"]),
    )
    # 1: some test failed. Three browsers on two cores disturb each other, and a test that only waited too long passes
    # when nothing else runs. What fails alone too is a fault, and fails the session.
    if not session.run(*judge, "-n", "3", "--dist", "worksteal", "--durations", "25", env=env, success_codes=[0, 1]):
        session.error("the tests were not run to their end")
    if (kept / "v" / "cache" / "lastfailed").is_file():
        session.log("Some tests failed: they are run once more, one at a time; what fails again is a fault.")
        session.run(*judge, "--last-failed", env=env)


@nox.session(default=False)
def korean(session: nox.Session) -> None:
    """Build both editions, then test the Korean one in a browser: what CI has no time for."""
    session.notify("docs", ["ko"])
    session.notify("site", ["tests/site/test_korean_site.py"])


@nox.session(default=False)
def weekly(session: nox.Session) -> None:
    """Test of the site what CI has no time for: further ways in which a build goes wrong, further pages."""
    session.notify("docs")
    session.notify("site", ["tests/site", "-m", "weekly"])


@nox.session(default=False)
def lighthouse(session: nox.Session) -> None:
    """Judge the built book as a phone on a slow line sees it; ``-- --runs 5 index learn/relu``."""
    if not (BUILD / "html" / "index.html").is_file():
        session.error("There is no built book in docs/_build/html: run `nox -s docs` first.")
    browser = chromium(session)
    judge = from_npm(session, "lighthouse", "GRADLAB_LIGHTHOUSE")
    if not judge:
        session.error("Lighthouse comes from npm: install Node.js, which brings it.")
    session.run("python", "tests/site/lighthouse.py", *session.posargs, env={**judge, "GRADLAB_CHROMIUM": browser})


@nox.session(default=False)
def live_times(session: nox.Session) -> None:
    """Time live cells in Chromium and write the table of docs/howto/live-cells.md; ``-- --runs 3``. Nothing else is to run."""
    if not (BUILD / "html" / "_live").is_dir():
        session.error("There is no built book in docs/_build/html: run `nox -s docs` first.")
    browser = chromium(session)
    install(session, "site")
    session.run("python", "tests/site/live_times.py", *session.posargs, env={"GRADLAB_CHROMIUM": browser})


@nox.session(default=False)
def wasm(session: nox.Session) -> None:
    """Run every cell of the built book, and gradlab's tests, in Pyodide; ``-- quick``, ``native``, ``suite``, ``learn/relu``."""
    if not (BUILD / "html" / "_live").is_dir():
        session.error("There is no built book in docs/_build/html: run `nox -s docs` first.")
    install(session, "docs" if "native" in session.posargs else "wasm")
    packages = Path(session.create_tmp(), "packages")
    if "quick" not in session.posargs:
        shutil.rmtree(packages, ignore_errors=True)
        session.install("--target", str(packages), "pytest>=8", "hypothesis>=6.100,<6.150")  # newer ones are compiled
    # the build has brought Pyodide, and the group Node.js
    modules = () if "native" in session.posargs else ("--node-modules", str(BUILD / "node" / "node_modules"))
    options = (*modules, "--packages", str(packages))
    session.run("python", "tests/wasm/run.py", *options, *session.posargs, env=ONE_THREAD)


# The two sessions below install with pip itself: uv does not look where pip's configuration has a CPU build of PyTorch.
@nox.session(default=False, venv_backend="virtualenv")
def oracles(session: nox.Session) -> None:
    """Compare gradlab with PyTorch, JAX, SciPy and scikit-learn, number by number."""
    install(session, "oracles")
    session.run(*("pytest", *(session.posargs or ["tests/oracles"])), env=ONE_THREAD)


@nox.session(default=False, venv_backend="virtualenv")
def bench(session: nox.Session) -> None:
    """Time gradlab against its peers and write the tables of the reference; ``-- --against OLD`` times two gradlabs."""
    if session.posargs[:1] == ["--against"]:  # a wheel or a folder; needs none of the peers
        session.install("numpy")
        session.run("python", "tests/benchmarks/against.py", *session.posargs[1:], env=ONE_THREAD)
        return
    install(session, "bench")
    session.run("python", "tests/benchmarks/bench.py", *session.posargs, env=ONE_THREAD)
    if not session.posargs:
        session.run("python", "tests/benchmarks/accuracy.py", env=ONE_THREAD)


if __name__ == "__main__":
    nox.main()
