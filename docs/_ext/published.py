"""Where the book will be found and where its source lies, as far as the job that publishes it says so.

Both are read from the environment, and neither is made up: without a word about the address no page has a canonical link,
and without one about the repository no page can be edited. ``conf.py`` calls the two functions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from sphinx.errors import ConfigError

BASE_SETTINGS = ("GRADLAB_BASE_URL", "READTHEDOCS_CANONICAL_URL")
MAIN = "main"  # the branch that is published, where the job does not name one
_SHELL = re.compile(r"(?:ssh://)?git@(?P<host>[^:/]+)[:/](?P<path>.+)")  # how Git writes an address of SSH
# What each kind of host calls the two pages that a reader is sent to.
_EDIT = {"github": "edit", "gitlab": "-/edit", "forgejo": "_edit"}
_REPORT = {
    "github": "issues/new?title={title}&body={body}",
    "gitlab": "-/issues/new?issue[title]={title}&issue[description]={body}",
    "forgejo": "issues/new?title={title}&body={body}",
}
_HOSTS = {"github": "github", "gitlab": "gitlab", "codeberg": "forgejo", "forgejo": "forgejo", "gitea": "forgejo"}


class Repository(NamedTuple):
    """The address of a repository, the branch of the book, and the kind of its host, empty where it is unknown."""

    url: str
    branch: str = MAIN
    kind: str = ""

    def edit(self, path: str) -> str | None:
        """Return where a file is edited, or None where nobody knows how the host calls that page."""
        return f"{self.url}/{_EDIT[self.kind]}/{quote(self.branch)}/{quote(path)}" if self.kind in _EDIT else None

    def report(self, title: str, body: str) -> str | None:
        """Return where a mistake is reported, with title and text filled in; None where the host's page is unknown."""
        if self.kind not in _REPORT:
            return None
        return f"{self.url}/{_REPORT[self.kind].format(title=quote(title, safe=''), body=quote(body, safe=''))}"


def base_address(environment: Mapping[str, str]) -> str:
    """Return the address of the book with a slash at its end, or nothing where nobody has named one."""
    for name in BASE_SETTINGS:
        if given := environment.get(name, "").strip():
            return _checked(name, given).rstrip("/") + "/"
    return ""


def repository(environment: Mapping[str, str]) -> Repository | None:
    """Return the repository that our own setting, GitHub's job or Read the Docs names, or None."""
    branch = _branch(environment)
    if given := environment.get("GRADLAB_REPOSITORY_URL", "").strip():
        url = _web(_checked("GRADLAB_REPOSITORY_URL", given))
        theirs = urlsplit(environment.get("GITHUB_SERVER_URL", "")).netloc == urlsplit(url).netloc
        return Repository(url, branch, "github" if theirs else _kind(url))
    if name := environment.get("GITHUB_REPOSITORY", "").strip("/ "):
        server = environment.get("GITHUB_SERVER_URL", "").strip() or "https://github.com"
        return Repository(_web(f"{server.rstrip('/')}/{name}"), branch, "github")  # also where a firm has its own host
    if environment.get("READTHEDOCS") and (given := environment.get("READTHEDOCS_GIT_CLONE_URL", "").strip()):
        url = _web(given)
        return Repository(url, branch, _kind(url)) if url.startswith("http") else None
    return None


def _branch(environment: Mapping[str, str]) -> str:
    """Return the branch that a job builds; for a pull request the one it is for, and for a tag the main one."""
    if wanted := environment.get("GITHUB_BASE_REF"):
        return wanted
    if environment.get("GITHUB_REF_TYPE") == "branch":
        return environment.get("GITHUB_REF_NAME") or MAIN
    if environment.get("READTHEDOCS_VERSION_TYPE") == "branch":
        return environment.get("READTHEDOCS_GIT_IDENTIFIER") or MAIN
    return MAIN


def _web(url: str) -> str:
    """Return the address of a repository for a browser."""
    shell = _SHELL.fullmatch(url)
    address = f"https://{shell['host']}/{shell['path']}" if shell else url
    return address.rstrip("/").removesuffix(".git").rstrip("/")


def _kind(url: str) -> str:
    host = urlsplit(url).netloc.lower()
    return next((kind for part, kind in _HOSTS.items() if part in host), "")


def _checked(name: str, given: str) -> str:
    """Return a setting that is an address, and end the build with a sentence where it is none."""
    parts = urlsplit(_web(given))
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ConfigError(f"{name} is {given!r}: give a whole address, such as https://example.org/book/, or nothing.")
    return given
