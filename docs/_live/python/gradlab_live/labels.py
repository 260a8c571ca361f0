"""The labels of figures in another language: which words of a label are looked up, and what stands in their place.

A label or a sentence is looked up as a pattern, its numbers being places: "layer 3" as "layer {1}". So a drawing for each of
twenty values needs one message, and a translation may change the order of the numbers. What stands in a formula is no
number. The book's kernels draw each figure once more so (docs/_ipython/labels_config.py), and live cells on the pages of
that language draw it so at once.
"""

from __future__ import annotations

import contextlib
import gettext
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

CATALOGUE = "figures"
FAMILY = "GL Korean"  # of the letters that the book's own face has not
_FORMULA = re.compile(r"(\$[^$]+\$)")
_RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_NUMBER = re.compile(rf"(?<![\w.])[−-]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?(?:\s?×\s?10)?[{_RAISED}]*")
_PLACE = re.compile(r"\{(\d+)\}")


def pattern(text: str) -> tuple[str, list[str]]:
    """Return a text with places for its numbers, and the numbers."""
    numbers: list[str] = []

    def place(found: re.Match[str]) -> str:
        numbers.append(found[0])
        return f"{{{len(numbers)}}}"

    parts = [part if part.startswith("$") else _NUMBER.sub(place, part) for part in _FORMULA.split(text)]
    return "".join(parts).replace("\N{NO-BREAK SPACE}", " "), numbers


def without_formulas(text: str) -> str:
    """Return a text without what stands in formulas."""
    return _FORMULA.sub(" ", text)


class _Unknown(gettext.NullTranslations):
    """What is asked for a text that a catalogue does not have."""

    def gettext(self, message: str) -> str:
        """Return nothing: a translation may be the same as the original."""
        return ""


class Labels:
    """The labels of one language, from a compiled catalogue; without one, all labels stay."""

    def __init__(self, path: Path) -> None:
        self.known: gettext.NullTranslations = _Unknown()
        if path.is_file():
            with path.open("rb") as file:
                self.known = gettext.GNUTranslations(file)
            self.known.add_fallback(_Unknown())

    def find(self, text: str) -> str | None:
        """Return a text in the other language, or None."""
        key, numbers = pattern(text)
        told = self.known.gettext(key) if key.strip() else ""
        if not told:
            return None
        return _PLACE.sub(lambda found: numbers[int(found[1]) - 1], told)

    def told(self, text: str) -> str:
        """Return a text in the other language, or as it is."""
        return self.find(text) or text


def of_frames(record: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    """Return what the sliders of a figure say in another language, with all else that is known of it."""
    values = [[labels.told(value) for value in each] for each in record["values"]]
    said = {key: [labels.told(text) for text in record[key]] for key in ("says", "names")}
    return {**record, **said, "values": values}


@contextlib.contextmanager
def exchanged(figures: Sequence[Any], labels: Labels) -> Iterator[None]:
    """Have figures speak the other language: the texts that they have, and those that drawing makes, of ticks for one.

    Words beside a formula in one text stay a fault (on the error stream): Matplotlib writes both with one font.
    """
    from matplotlib import rc_context, rcParams
    from matplotlib.text import Text

    set_text = Text.set_text
    with ExitStack() as undo:
        for text in [text for figure in figures for text in figure.findobj(Text)]:
            words, others = text.get_text(), text.get_fontfamily()
            undo.callback(text.set_fontfamily, others)
            undo.callback(text.set_text, words)
            text.set_text(labels.told(words))
            text.set_fontfamily(with_letters(others))
        undo.enter_context(rc_context({"font.family": with_letters(rcParams["font.family"])}))
        undo.callback(setattr, Text, "set_text", set_text)

        def told(text: Text, s: Any) -> None:
            set_text(text, labels.told(s) if isinstance(s, str) else s)

        Text.set_text = told  # type: ignore[method-assign, assignment]
        yield


def with_letters(families: Sequence[str]) -> list[str]:
    """Return the families of a text with the one that has the letters of the other language, behind the first."""
    first, *others = families
    return [first, FAMILY, *(family for family in others if family != FAMILY)]


class Moving:
    """The figures of `frames`, which are laid out once and then held still: with other labels they need it once more."""

    def __init__(self, labels: Labels) -> None:
        """Look at what gradlab.plots.moving does with figures, which it writes as `write` says."""
        from gradlab.plots import moving

        self.labels, self.engines = labels, list[Any]()
        self.hold_still, self.written_out = moving._hold_still, moving._written_out
        moving._hold_still, moving._written_out = self.hold, self.write

    def hold(self, figures: Sequence[Any]) -> None:
        """Remember how figures were laid out."""
        self.engines = [figure.get_layout_engine() for figure in figures]
        self.hold_still(figures)

    def write(self, figures: Sequence[Any]) -> list[str]:
        """Write figures in the other language."""
        with exchanged(figures, self.labels):
            for figure, engine in zip(figures, self.engines, strict=True):
                for axes in figure.axes:
                    axes.set_in_layout(True)  # being held still has taken them out
                figure.set_layout_engine(engine)
                figure.draw_without_rendering()
            self.hold_still(figures)
            return self.written_out(figures)
