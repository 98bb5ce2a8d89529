"""The words before a place in a text: what says of which kind a number or a date is."""

from __future__ import annotations

import re

_END_OF_CLAUSE = re.compile(r"[;|\n]")


def nearest_before(pattern: re.Pattern[str], text: str, start: int, reach: int) -> re.Match[str] | None:
    """The last match before `start` in the same clause and within `reach` characters.

    The match's own string ends at `start`, so what stands between is `match.string[match.end():]`.
    """
    clause = _END_OF_CLAUSE.split(text[max(0, start - reach) : start])[-1]
    matches = list(pattern.finditer(clause))
    return matches[-1] if matches else None
