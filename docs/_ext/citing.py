"""How a page of the book is cited: a line as the APA has it, and an entry for BibTeX.

The year is that of the copyright line in ``conf.py``, which changes with a release, and the version is gradlab's. The day of
a build is in neither: it would make two builds of one text two sources. ``CITATION.cff`` says the same of the whole.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sphinx.config import Config

AUTHOR = "gradlab contributors"
BOOK = "gradlab: a book on activation functions and gradients"
_FOR_TEX = str.maketrans(
    {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", **{sign: f"\\{sign}" for sign in "&%$#_"}}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


class Source(NamedTuple):
    """A page as somebody cites it; ``title`` is None for the book as a whole, ``address`` is empty where nobody knows it."""

    key: str
    title: str | None
    year: str
    version: str
    address: str

    @property
    def before(self) -> str:
        """What stands before the title of the book, which is set in italics."""
        within = "" if self.title is None else f" {self.title.rstrip('.')}{'' if self.title[-1:] in '?!' else '.'} In"
        return f"{AUTHOR}. ({self.year}).{within} "

    @property
    def after(self) -> str:
        """What stands after the title of the book."""
        return f" (Version {self.version})." + (f" {self.address}" if self.address else "")

    @property
    def apa(self) -> str:
        """The whole line without italics."""
        return self.before + BOOK + self.after

    @property
    def bibtex(self) -> str:
        """The entry; double braces keep capitals as they are."""
        fields = {"author": f"{{{AUTHOR}}}", "title": f"{{{(self.title or BOOK).translate(_FOR_TEX)}}}"}
        if self.title is not None:
            fields["booktitle"] = f"{{{BOOK}}}"
        fields |= {"publisher": f"{{{AUTHOR}}}", "year": self.year, "note": f"Version {self.version}"}
        if self.address:
            fields["url"] = self.address
        lines = "".join(f"  {name:<9} = {{{value}}},\n" for name, value in fields.items())
        return f"@{'book' if self.title is None else 'incollection'}{{{self.key},\n{lines}}}"


def source(config: Config, page: str, title: str, address: str) -> Source:
    """Return what is cited of a page."""
    whole = page == config.root_doc
    year = re.search(r"\d{4}", config.copyright)
    assert year is not None  # conf.py has it
    key = "gradlab" if whole else f"gradlab-{page.replace('/', '-')}"
    return Source(key, None if whole else title, year[0], config.release, address)
