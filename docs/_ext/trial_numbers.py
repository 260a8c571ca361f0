"""What a long trial measured, taken up in a sentence: ``{trial}`KEY:FORMAT```, printed as glued numbers are."""

from __future__ import annotations

from pathlib import Path

import long_record
from docutils import nodes
from printed_numbers import printed
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

_log = logging.getLogger(__name__)


class TrialNumber(SphinxRole):
    """The number that the record of the long run has for a key."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Print the number, or warn."""
        path = Path(self.env.app.srcdir, "long", "record.json")
        self.env.note_dependency(str(path))
        key, _, spec = self.text.partition(":")
        entry = long_record.read(path).get(key)
        if entry is None:
            _log.warning(
                "there is no trial %r in docs/long/record.json",
                key,
                location=self.get_location(),
                type="gradlab",
                subtype="trial",
            )
            return [nodes.Text("?")], []
        text = printed(format(entry["value"], spec))
        return [nodes.inline(text, text, classes=["pasted-text"])], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role."""
    app.add_role("trial", TrialNumber())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
