"""What a robot may do alone: the levels, the sample, how sure its error rate is, and the ramp. All pure.

A robot begins at `shadow`. Raising it is a person's act; so is lowering it. Only the ramp moves by itself, within the
level that a person has set.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Any, Final

CONFIDENCE: Final = 0.95
_TOO_MANY: Final = 5000
_HALVINGS: Final = 60  # the bound is exact to the last digit of a float


class Level(StrEnum):
    """From the least that a robot may do alone to the most."""

    SHADOW = "shadow"
    """Writes down what it would do, and does nothing."""
    APPROVE = "approve"
    """Does what a person has approved, effect by effect."""
    SAMPLE = "sample"
    """Goes ahead, but for a fixed share of cases, which a person approves."""
    AUTO = "auto"
    """Goes ahead."""


def lower(one: Level, other: Level) -> Level:
    """The one that lets a robot do less alone."""
    return min(one, other, key=tuple(Level).index)


class Cause(StrEnum):
    """Why the robot did not do at once what it wrote down."""

    SHADOW = "shadow"
    NOTE = "note"
    """A note that shadow did not write; nobody compares it with anything."""
    APPROVE = "approve"
    SAMPLE = "sample"
    RAMP = "ramp"
    """The ramp's number for the day was used up."""
    BY_HAND = "by_hand"
    """A person does it outside Kollega, whatever the robot may do alone."""


ASKED: Final = (Cause.APPROVE, Cause.SAMPLE, Cause.RAMP)
"""Where a person decides before the robot does anything."""


class Decision(StrEnum):
    """What became of a proposal."""

    APPROVED = "approved"
    REJECTED = "rejected"
    ALONE = "alone"
    """The ramp let the robot go ahead; no person has seen it."""
    VOID = "void"
    """The facts have changed since, or it was not needed any more."""
    SAME = "same"
    """A shadow run's: people have done the very same."""
    DIFFERENT = "different"
    """A shadow run's: people have done it otherwise."""
    ABSENT = "absent"
    """A shadow run's: people have not done it, or not yet."""
    SENT = "sent"
    """A person has done it by hand."""


RIGHT: Final = (Decision.APPROVED, Decision.SAME)
WRONG: Final = (Decision.REJECTED, Decision.DIFFERENT)


def hindrance(level: Level, *, granted: bool, drawn: bool, over: bool) -> Cause | None:
    """Why the robot may not do an effect at once; None where it may.

    `granted`: a person has approved it, or it needs no approval of its own. `drawn`: the case is in the sample.
    `over`: the ramp's number for today is used up.
    """
    if level is Level.SHADOW:
        return Cause.SHADOW
    if granted:
        return None
    if level is Level.APPROVE:
        return Cause.APPROVE
    if level is Level.SAMPLE and drawn:
        return Cause.SAMPLE
    return Cause.RAMP if over else None


# -- the sample -----------------------------------------------------------------------------------------------


def drawn(fingerprint: bytes, share: float) -> bool:
    """Whether the case is in the sample. `fingerprint` is a keyed hash of it, so that nobody can foresee the draw
    and a rerun draws the same; a case that is in a share is in every larger one."""
    return int.from_bytes(fingerprint) < share * (1 << 8 * len(fingerprint))


@dataclass(frozen=True, slots=True)
class Figures:
    """What people have found: `proposed` to them, `decided` by them, and `wrong` among those."""

    proposed: int = 0
    decided: int = 0
    wrong: int = 0

    @property
    def rate(self) -> float | None:
        """The share that was wrong; None where nothing is decided."""
        return self.wrong / self.decided if self.decided else None

    @property
    def at_most(self) -> float:
        """The upper 95 % bound of the error rate."""
        return upper_bound(self.wrong, self.decided)


def upper_bound(wrong: int, decided: int, confidence: float = CONFIDENCE) -> float:
    """The exact one-sided upper bound of an error rate (Clopper and Pearson): were the true rate any higher, so few
    errors among so many would be seen in less than 1 - `confidence` of all samples. 1.0 where nothing is known."""
    if wrong >= decided:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _at_most(wrong, decided, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(wrong: int, decided: int, rate: float) -> float:
    """The probability of at most `wrong` errors among `decided` cases."""
    log_first = decided * math.log1p(-rate)
    log_odds = math.log(rate) - math.log1p(-rate)
    steps = (math.log((decided - k) / (k + 1)) + log_odds for k in range(wrong))
    return math.fsum(math.exp(log_term) for log_term in accumulate(steps, initial=log_first))


# -- raising and lowering -------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """What the figures say about the level."""

    UNDER = "under"
    """The error rate is under the limit, and that is sure to 95 %."""
    OPEN = "open"
    """Too little has been seen to say."""
    OVER = "over"
    """More than the limit was wrong of what people have seen."""


def judged(figures: Figures, limit: float) -> Verdict:
    """What the figures say, measured against the limit of the error rate."""
    if figures.rate is not None and figures.rate > limit:
        return Verdict.OVER
    return Verdict.UNDER if figures.at_most < limit else Verdict.OPEN


def still_to_see(figures: Figures, limit: float) -> int | None:
    """How many more cases without an error it takes until the level is sure to be under the limit; None where so many
    would be needed that nobody would wait for them."""
    if upper_bound(figures.wrong, figures.decided + _TOO_MANY) >= limit:
        return None
    more = range(_TOO_MANY)
    return bisect_left(more, True, key=lambda it: upper_bound(figures.wrong, figures.decided + it) < limit)


def next_step(step: int, steps: int, figures: Figures, limit: float) -> int:
    """The ramp's step after the present one, of so many; the step after the last has no number any more.

    `figures` are those since the present step began. It goes up where the upper 95 % bound of the error rate is under
    the limit, back where the rate itself is over it, and else stays: up takes 59 cases without an error at a limit of
    5 %, and back one error in nineteen.
    """
    match judged(figures, limit):
        case Verdict.UNDER:
            return min(step + 1, steps)
        case Verdict.OVER:
            return max(min(step, steps) - 1, 0)
        case Verdict.OPEN:
            return min(step, steps)


# -- shadow ---------------------------------------------------------------------------------------------------


def placeholder(effect: str) -> str:
    """The number of the receipt that an effect has in shadow."""
    return f"shadow:{effect}"


def filled(intent: Any, receipts: Mapping[str, str]) -> Any:
    """The intent with the numbers of real receipts in the place of placeholders."""
    if isinstance(intent, Mapping):
        return {key: filled(value, receipts) for key, value in intent.items()}
    if isinstance(intent, list):
        return [filled(value, receipts) for value in intent]
    return receipts.get(intent, intent) if isinstance(intent, str) else intent


def placeholders(intent: Any) -> set[str]:
    """The placeholders that are left in an intent."""
    if isinstance(intent, Mapping):
        return set().union(*map(placeholders, intent.values()))
    if isinstance(intent, list):
        return set().union(*map(placeholders, intent))
    return {intent} if isinstance(intent, str) and intent.startswith(placeholder("")) else set()
