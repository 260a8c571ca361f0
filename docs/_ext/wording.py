"""What the sentences of the book may not say without more, as functions of their text.

``sentences.py`` has each page checked while the book is built, ``offences.py`` lists all offences without building it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

GLUED = "\ue000"  # stands in a text for a number that is glued into it
HIDDEN = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for what is no prose: formulas, code, citations


class Fault(NamedTuple):
    """Words that may not stand so, where they stand, and what to do about them."""

    kind: str
    words: str
    start: int
    cure: str


# -- Sentences that say more than was tried ------------------------------------------------------------------------------

_SMALLER = "more|less|fewer|larger|greater|smaller|higher|lower|wider|further|farther|later|earlier|longer|shorter"
NEGATIVE = re.compile(
    rf"""(?ix) \b(?:
      cannot | can\ not | never | none | nothing | nobody | nowhere | neither | nor
    | (?<!with\ ) no (?!-) (?!\ (?:{_SMALLER})\ than\b) (?!\ one\ in\b)   # "no more than 3" is a bound
    | (?<=with\ ) no (?=\ (?:effect|success|use|difference))              # "with no bias" is a set-up
    | not (?!\ only\b) (?!\ (?:{_SMALLER})\ than\b)
    | \w+n['’]t
    | without\ (?:any\ )?(?:effect|success|avail)
    | in\ vain | impossible | impossibly | unable | useless | hopeless
    | because | therefore | hence | thus | thereby | due\ to | thanks\ to | owing\ to
    | fail(?:s|ed|ing)? | failures? | cause[sd]? | causing | prevent(?:s|ed|ing)?
    )\b
    | ,\ so\b (?!\ (?:that|far|many|much|few|long|large|small|often)\b)
    """
)
_GROUNDS = (
    'say in it how far was tried, budget="in 300 steps"; or name the long trial that it survived, survived="…"; or mark '
    "it as mathematics, identity=True"
)


def negatives(text: str) -> Iterator[Fault]:
    """Yield the words by which a sentence denies something or says why something happens."""
    for found in NEGATIVE.finditer(text):
        yield Fault("negative", found[0].strip(", "), found.start(), _GROUNDS)


# -- Numbers in words ----------------------------------------------------------------------------------------------------

_COUNT = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_SMALL = "third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
_LARGE = (
    "quarter|sixteenth|twentieth|thirtieth|fortieth|fiftieth|hundredth|thousandth|millionth|billionth|trillionth|"
    "quadrillionth|quintillionth"
)
_TENS = r"(?:(?:ten|twenty|fifty|hundred)[ -])?"
# "a third of" is a fraction, "a third layer" is not; "a hundredth" always is
_OF = r"(?=\s+(?:of|as|more|less|the|its|their|that|than|in|at|after|to)\b|\s*[,.;:?!)—–]|\s*$)"
FRACTION = re.compile(
    rf"""(?ix) (?<![\w-]) (?:
      (?:{_COUNT}|many|several) [\s-] {_TENS} (?:{_SMALL}|{_LARGE})s
    | (?:a|an|one) [\s-] {_TENS} (?:{_LARGE}) (?!\s+of\s+an\s+hour)
    | (?<!first\ and\ )(?<!second\ and\ )(?<!second,\ )(?:a|an|one) [\s-] (?:{_SMALL}) {_OF}
    | (?:{_COUNT}) \s (?:in|out\ of) \s (?:{_COUNT}|twenty|a\ hundred|a\ thousand|a\ million) (?!\s+(?:steps|layers|seeds|epochs|dimensions|runs|units|trials|points))
    ) (?![\w-])"""
)
HALF = re.compile(
    r"""(?ix) (?<![\w-]) (?:
      (?<!other\ )(?<!left\ )(?<!right\ )(?<!first\ )(?<!second\ )(?<!upper\ )(?<!lower\ )(?<!negative\ )(?<!positive\ )
      half \s (?:of(?!\ (?-i:[A-Z]))|as|the|its|their|that) \b (?!\ way)
    | (?:more\ than|less\ than|under|over|above|below|about|nearly|almost|by|at\ least|at\ most|one|only|to|a)
      \s half (?=\s+(?:of|as|the|its|their|that|after|in|at|and|or|is|are|on|with)\b|\s*[,.;:?!)—–]|\s*$)
    | half \s (?:above|below|under|over) \b
    ) (?![\w-])"""
)
TIMES = re.compile(
    rf"""(?ix) (?<![\w-]) (?:
      (?:(?:a|{_COUNT}|several|many|some|few) \s)? (?:hundred|thousand|million|billion|trillion)s?
      (?:\ (?:thousand|million|billion))? (?:\ of)? (?:[\s-]times\b | [\s-]?fold\b)
    | (?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety) [\s-] (?:times\b|fold\b|per\s?cent\b)
    )"""
)
POINTS = re.compile(
    rf"(?i)(?<![\w-])(?:{_COUNT}|[\d.]+|{GLUED}|{HIDDEN})\s+points?\s+"
    r"(?:apart|better|worse|higher|lower|ahead|behind|more|less|above|below)\b"
)


def words_for_numbers(text: str) -> Iterator[Fault]:
    """Yield fractions and large factors that are written in words: "two fifths", "under half", "a million times"."""
    for pattern, cure in (
        (FRACTION, "write a numeral: 40 %, 0.05, 1/4, 10⁻¹⁵"),
        (HALF, "write a numeral: 50 %, 0.5"),
        (TIMES, "write a numeral: 10⁶ times, or glue the number"),
        (POINTS, "say percentage points"),
    ):
        for found in pattern.finditer(text):
            yield Fault("number-in-words", " ".join(found[0].split()), found.start(), cure)


# -- Words that the book does not use ------------------------------------------------------------------------------------

_MUCH = rf"(?:{GLUED}|{HIDDEN}\s?%|\d|{_COUNT}\b|nearly\b|about\b|almost\b|over\b|under\b|more\s+than\b|less\s+than\b|at\s+(?:least|most)\b|between\b|only\b|still\b|half\b|a\s+(?:third|quarter|fifth|tenth)\b)"
_WHAT = r"(?:all\s+|the\s+|these\s+|those\s+|its\s+|unseen\s+|new\s+|most(?:\s+of)?\s+|many\s+|of\s+|them\s+)*(?:digits|images|pictures|spirals|of\s+them)\b"
BANNED = (
    # what is looked for, what the message calls it, what to write
    (re.compile(r"(?i)\bguessing\b"), "chance level"),
    (
        re.compile(rf"(?i)\bread(?:s|ing)?\s+(?:{_MUCH}|{_WHAT}|(?:most|many|all)\s+(?:of\s+)?(?:them|it)\b)"),
        "classifies … correctly",
    ),
    (
        re.compile(r"(?i)\b(?:digits|images|pictures)\b[^.;:!?]{0,25}\b(?:is|are|be|been|being)\s+read\b"),
        "are classified correctly",
    ),
)


def banned(text: str) -> Iterator[Fault]:
    """Yield words for which the book has better ones."""
    for pattern, instead in BANNED:
        for found in pattern.finditer(text):
            shown = found[0].replace(GLUED, "…").replace(HIDDEN, "…")
            yield Fault("banned-word", " ".join(shown.split()), found.start(), f"write {instead}")


_QUOTED = re.compile(r'["“][^"“”]{1,240}["”]')


def unquoted(text: str) -> str:
    """Return a text in which what others say is hidden, at the same places."""
    return _QUOTED.sub(lambda quote: HIDDEN * len(quote[0]), text)


def sentence_faults(text: str) -> list[Fault]:
    """Return what is wrong with a piece of prose, or with a claim's text, whatever its grounds."""
    own = unquoted(text)
    return sorted([*words_for_numbers(own), *banned(own)], key=lambda fault: fault.start)


def claim_faults(text: str, budget: str | None, identity: bool, survived: str | None) -> list[Fault]:
    """Return what is wrong with the text of a claim on these grounds."""
    grounded = bool(budget or identity or survived)
    return [*(() if grounded else list(negatives(text))[:1]), *sentence_faults(text)]
