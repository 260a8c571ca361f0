"""Compare the claims of two builds, digit for digit: ``python compare_claims.py first/claims.json second/claims.json``.

Run by ``nox -s twice``. What a page measures must not hang on the clock, on the order in which pages run or on a seed
that nobody set; where it does, two builds from nothing differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def differences(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[str]:
    """Return a line for each claim that is not the same in both lists, and one if only their order differs."""
    one, other = ({claim["key"]: claim for claim in claims} for claims in (first, second))
    found = []
    for key, claim in (other | one).items():
        where = f"{key} ({claim['page']})"
        if key not in one or key not in other:
            found.append(f"{where}: only the {'first' if key in one else 'second'} build has it")
            continue
        for field in sorted(one[key].keys() | other[key].keys()):
            a: Any = one[key].get(field)
            b: Any = other[key].get(field)
            if field == "value" and repr(a) != repr(b):  # nan is itself, and 0.0 is not -0.0
                size = max(abs(a), abs(b))
                found.append(
                    f"{where}: {a!r} and {b!r}, apart by {abs(a - b):.2g}, of the value {abs(a - b) / (size or 1):.2g}"
                )
            elif field != "value" and a != b:
                found.append(f"{where}: its {field} is {a!r} and {b!r}")
    if not found and [claim["key"] for claim in first] != [claim["key"] for claim in second]:
        found.append("the claims are the same, but not in the same order")
    return found


def main(first: str, second: str) -> int:
    """Print the differences and return the exit code."""
    claims = [json.loads(Path(path).read_text(encoding="utf-8")) for path in (first, second)]
    found = differences(*claims)
    print("\n".join(found) or f"All {len(claims[0])} claims are the same in both builds, digit for digit.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
