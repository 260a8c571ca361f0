"""How the book is built. Nothing here needs the network; `nox -s docs` is the way to run it."""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.metadata import version as installed
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

# The book describes the gradlab next to it, never another one that happens to be installed: here and in the kernels.
sys.path[:0] = [str(ROOT), str(HERE / "_ext"), str(HERE / "_live" / "python")]
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))

try:
    import ipykernel  # noqa: F401  what runs the cells
    from jupyter_cache import get_cache  # noqa: F401  what keeps their output (the name jupyter_cache is a setting of MyST-NB)
    from jupyter_client.manager import KernelManager
except ImportError as error:
    print(
        f"The cells of the book cannot be run, because {error.name} is not installed: "
        "run `nox -s docs`, which brings everything, or `python -m pip install ipykernel myst-nb`.",
        file=sys.stderr,
        flush=True,
    )
    os._exit(2)  # an exception, SystemExit too, would come out as forty lines of Sphinx's report

from published import base_address, repository  # noqa: E402

import gradlab  # noqa: E402

project = "gradlab"
author = "gradlab contributors"
project_copyright = "2026, gradlab contributors · code BSD-3-Clause, text and figures CC BY 4.0"
release = version = gradlab.__version__
language = os.environ.get("GRADLAB_LANGUAGE", "en")  # _ext/whole_site.py asks for other editions
# the language of the figures' second labels, of an edition that is built now or next
if language != "en":
    os.environ.setdefault("GRADLAB_LABELS", language)
LABELS = os.environ.get("GRADLAB_LABELS", "")
SUBFOLDER = "" if language == "en" else f"{language}/"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
    "sphinx_design",
    "sphinxcontrib.bibtex",
    "notfound.extension",
    "bench",
    "bench_grid",
    "bundles",
    "cell_comments",
    "cell_toolbar",
    "chapters",
    "checked_cards",
    "claim_pages",
    "claims",
    "code_links",
    "descriptions",
    "docstrings",
    "editions",
    "even_load",
    "executed_cells",
    "execution_times",
    "families",
    "figure_labels",
    "figures_along",
    "frames",
    "furniture",
    "gallery",
    "glued_numbers",
    "home",
    "kept_together",
    "ledger",
    "live_assets",
    "live_pages",
    "live_sizes",
    "lost",
    "mathml",
    "narrow_figures",
    "needed_files",
    "page_fixes",
    "page_foot",
    "page_order",
    "policy",
    "progress",
    "search_index",
    "sentences",
    "sharing",
    "small_figures",
    "sound_cache",
    "social_images",
    "starters",
    "take_along",
    "themed_figures",
    "translation",
    "trial_numbers",
    "typed_numbers",
]
exclude_patterns = ["_*", "**.ipynb_checkpoints"]
if language != "ko":  # of its folder of static files: only the Korean edition asks for these
    exclude_patterns += ["**/korean.css", "fonts/gl-korean*"]
templates_path = ["_templates"]
nitpicky = True
numfig = True
bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

# -- Markdown ----------------------------------------------------------------------------------------------------------
myst_enable_extensions = ["amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# -- Executed cells ----------------------------------------------------------------------------------------------------
nb_execution_mode = "cache"
nb_execution_timeout = 120
nb_execution_raise_on_error = False  # a warning instead, so that one build names every page that fails; -W exits with 1
nb_execution_show_tb = False  # _ext/executed_cells.py prints it, with the cell and without the machinery above it
nb_output_stderr = "warn"  # NumPy's RuntimeWarnings and glyphs that a font lacks fail the build
# a figure of frames is on a page what any figure is; _ext/frames.py adds the sliders
nb_mime_priority_overrides = [(builder, "image/svg+xml", 1) for builder in ("html", "gettext")]
nb_merge_streams = True
nb_code_prompt_show = "Show how this was measured"  # pages fold the cells of claims, and no others
nb_code_prompt_hide = "Hide how this was measured"
suppress_warnings = [
    "mystnb.unknown_mime_type",  # of a claim's record, which travels with its badge; see _ext/claims.py
    "mystnb.exec",  # _ext/executed_cells.py warns of the same page, with the cell and what happened there
]
# of gradlab_live: see _ipython/small_results_config.py, narrow_figures_config.py and labels_config.py
RESULTS_ARE_MADE_BY = ("effects", "known", "labels", "narrow", "needs", "results", "statements")
nb_kernel_rgx_aliases = {".*": "python3"}  # a page saved by somebody's Jupyter may name a kernel of that machine


def _execution_key() -> str:
    """Digest of what an executed page depends on besides its own cells.

    jupyter-cache looks at the cells alone, so a changed gradlab would leave every old number standing. As a part of a
    configuration value, a new digest also makes Sphinx read every page again.
    """
    digest = hashlib.sha256(sys.version.encode())
    package = [path for path in (ROOT / "gradlab").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    # what the kernels publish for live cells, beside what they run and draw with
    live = [HERE / "_live" / "python" / "gradlab_live" / f"{name}.py" for name in RESULTS_ARE_MADE_BY]
    drawing = [HERE / "matplotlibrc", *(HERE / "_fonts").glob("*.ttf")]
    if LABELS:  # figures are drawn with these as well, see _ipython/labels_config.py
        words = HERE / "locales" / LABELS / "LC_MESSAGES" / "figures.po"
        drawing += [words] if words.is_file() else []
        drawing += (HERE / "_fonts" / "korean").glob("*.otf")
        digest.update(LABELS.encode() + b"\0")
    for path in sorted([*package, *live, *drawing, *(HERE / "_ipython").rglob("*_config.py")]):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for name in ("numpy", "matplotlib", "matplotlib-inline", "ipython", "ipykernel", "jupyter-cache", "myst-nb"):
        digest.update(f"{name} {installed(name)}\n".encode())
    return digest.hexdigest()[:12]


nb_execution_cache_path = str(HERE / "_build" / ".jupyter_cache" / _execution_key())
if hasattr(KernelManager, "transport_encryption"):
    KernelManager.transport_encryption.default_value = "auto"  # ipykernel 7.3 else prints a warning for each page
os.environ["IPYTHONDIR"] = str(HERE / "_ipython")
os.environ["MATPLOTLIBRC"] = str(HERE / "matplotlibrc")
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # whatever the caller's shell says
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small networks: threads only fight over the readers' cores

# -- API reference -----------------------------------------------------------------------------------------------------
default_role = "nearest"  # of docstrings: a name in single backticks is a link, see _ext/docstrings.py
autodoc_member_order = "bysource"
toc_object_entries_show_parents = "hide"
autodoc_typehints = "none"  # _ext/docstrings.py writes the types as the source has them
intersphinx_mapping = {  # a few names in a small file each: the same links with and without a network
    "python": ("https://docs.python.org/3", "_inv/python.inv"),
    "numpy": ("https://numpy.org/doc/stable", "_inv/numpy.inv"),
}

# -- Links from names in cells to the reference ------------------------------------------------------------------------
codeautolink_concat_default = True  # a name that one cell of a page imports is known in those below it
codeautolink_disable_link_titles = True  # the link's text is the name already

# -- HTML --------------------------------------------------------------------------------------------------------------
html_theme = "sphinx_book_theme"
html_title = "gradlab"
html_baseurl = (
    base := base_address(os.environ)
) and f"{base}{SUBFOLDER}"  # empty where nobody has named one: then no page claims an address
html_favicon = "_static/mark.svg"
html_static_path = ["_static"]
html_css_files = [
    *("custom.css", "face.css", "sides.css", "places.css", "gallery.css", "code_links.css"),
    *("page_foot.css", "screens.css", ("print.css", {"media": "print"})),
]
if language == "ko":
    html_css_files.append("korean.css")
html_js_files = [(name, {"defer": "defer"}) for name in ("screens.js", "full_screen.js", "copying.js")]
if (
    language == "en" and (HERE / "_build" / "pdf" / "gradlab-book.pdf").is_file()
):  # made of an earlier build by `nox -s pdf`
    html_extra_path = ["_build/pdf"]
html_math_renderer = "mathml"
html_scaled_image_link = False
html_last_updated_fmt = None  # a date would make each build differ
html_context = {
    "default_mode": "auto",  # pydata's script logs an error without it
    "gl_pdf": "html_extra_path" in globals(),  # for pdf-link.html
    "gl_repository": repository(os.environ),  # for page-foot.html
}
html_sidebars = {"**": ["navbar-logo.html", "search-button-field.html", "sbt-sidebar-nav.html", "pdf-link.html"]}
html_theme_options = {
    # The theme's second header holds a second pair of toggles, and on a phone its menu button then does nothing
    # (sphinx-book-theme 988 and 999).
    "navbar_persistent": [],
    "use_download_button": False,  # it offers the page's source, which is not what a reader expects of a download
    "use_fullscreen_button": False,  # its script stands in the page; article-header-buttons.html has one of our own
    "show_toc_level": 2,
    "article_footer_items": ["page-foot.html"],
}
notfound_urls_prefix = urlsplit(html_baseurl).path or f"/{SUBFOLDER}"  # else its pages look for /en/latest/

# -- Translation (nox -s translate) ------------------------------------------------------------------------------------
locale_dirs = ["locales"]
gettext_compact = False  # a catalogue for each page
gettext_location = False  # line numbers would change with every line above

# -- Links that leave the site (nox -s linkcheck) ----------------------------------------------------------------------
linkcheck_retries = 2
linkcheck_timeout = 15
linkcheck_allow_unauthorized = True
