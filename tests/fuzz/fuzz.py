"""Draw random training runs and hold them to what has to be true of all: ``python tests/fuzz/fuzz.py --minutes 20``.

A failure prints the line that runs it again, alone. The last lines count, for each property, what was tried.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable

from configurations import draw
from properties import PROPERTIES, DoesNotApply, Wrong

try:
    import resource
except ImportError:  # not on Windows
    resource = None


MEMORY = 4 << 30  # bytes of address space; configurations are drawn to need a tenth of it


def bounded(size: int = MEMORY) -> None:
    """Let an allocation beyond a size fail, where the system can: a run that wants it is a finding, not a dead machine."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))


def check(name: str, *numbers: int, **limits: float) -> str:
    """Hold one configuration to one property.

    Parameters
    ----------
    name
        The property, in `PROPERTIES`.
    *numbers
        What the configuration is drawn from.
    **limits
        Of its size, as `configurations.draw` takes them.

    Returns
    -------
    str
        ``""`` if it holds, ``"-"`` if it says nothing of this configuration, else what is wrong.
    """
    configuration = draw(*numbers, **limits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a run diverged is no fault here
            PROPERTIES[name](configuration)
    except DoesNotApply:
        return "-"
    except Wrong as wrong:
        return f"{wrong}\n    {configuration}"
    except Exception:
        return f"{traceback.format_exc(limit=-3)}    {configuration}"
    return ""


def fuzz(seed: int, cases: Iterable[int], names: Iterable[str], *, until: float) -> Counter[tuple[str, str]]:
    """Check cases one after the other, each for all properties named, until the clock has passed ``until``."""
    counts: Counter[tuple[str, str]] = Counter()
    for case, name in ((case, name) for case in cases for name in names):
        if time.monotonic() > until:
            break
        wrong = check(name, seed, case)
        counts[name, "held" if not wrong else "did not apply" if wrong == "-" else "failed"] += 1
        if len(wrong) > 1:
            print(
                f"FAILED: python tests/fuzz/fuzz.py --seed {seed} --case {case} --only {name}\n    {wrong}", flush=True
            )
    return counts


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return 1 if a property failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", type=int, help="this configuration alone")
    parser.add_argument("--only", choices=list(PROPERTIES), action="append", help="this property alone")
    told = parser.parse_args(arguments)
    bounded()
    names = told.only or list(PROPERTIES)
    cases = itertools.count() if told.case is None else [told.case]
    counts = fuzz(told.seed, cases, names, until=time.monotonic() + 60 * told.minutes)
    columns = ("held", "did not apply", "failed")
    print(f"{'property':16}" + "".join(f"{column:>16}" for column in columns))
    for name in names:
        print(f"{name:16}" + "".join(f"{counts[name, column]:16}" for column in columns))
    return int(any(count for (_, outcome), count in counts.items() if outcome == "failed"))


if __name__ == "__main__":
    sys.exit(main())
