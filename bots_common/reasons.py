"""What robots tell people: the texts of reasons and facts, and the reasons that any robot may have.

Every text is an English msgid. The translations of this room lie in `locales/`, those of a robot in its own folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Generic, TypeAlias, TypeVar

LOCALES: Final = Path(__file__).parent / "locales"

ReasonT = TypeVar("ReasonT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Problem(Generic[ReasonT]):
    """Why a person must take a case, and what that person needs to see of it: plain JSON."""

    reason: ReasonT
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReasonText:
    """The msgids of a reason: a title for lists, a sentence, and other sentences by the fact `detail`."""

    title: str
    sentence: str
    by_detail: Mapping[str, str] = field(default_factory=dict)

    def sentences(self) -> tuple[str, ...]:
        """Every sentence that the reason can be told by."""
        return (self.sentence, *self.by_detail.values())

    def fitting(self, facts: Mapping[str, Any]) -> str:
        """The sentence that fits the facts; fill it with the same facts."""
        return self.by_detail.get(facts.get("detail") or "", self.sentence)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody outside can do so that the robot can handle their next cases: the msgid of `what`.

    `whom` is who can do it, known by the `number`; `document` is what they call the case themselves.
    """

    whom: str
    number: str
    what: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class ContactText:
    """The msgids of a letter to them. `greeting` holds {whom}, `opening` {month:period} and {count}; what is wanted
    comes between `opening` and `ending`, and `documents` is what they call their cases."""

    subject: str
    greeting: str
    opening: str
    ending: str
    regards: str
    documents: str

    def msgids(self) -> tuple[str, ...]:
        return (self.subject, self.greeting, self.opening, self.ending, self.regards, self.documents)


@dataclass(frozen=True, slots=True)
class FactText:
    """How people see a fact: the msgid of its label, and how its value is shown.

    `shown` is a format of `texts` (kroner, day, period, number); `words` are msgids for values that are codes, and
    `absent` says what it means that there is no value. A `listed` fact is worth a column in lists; a `hidden` one is
    kept for machines. Where the fact is several rows, the amounts under `drawn` are drawn as a bar in each row, one
    after the other: people see at a glance which row is unlike the others.
    """

    label: str
    shown: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    absent: str = ""
    listed: bool = False
    hidden: bool = False
    drawn: tuple[str, ...] = ()

    def msgids(self) -> tuple[str, ...]:
        return (self.label, *self.words.values(), *([self.absent] if self.absent else []))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a comparison: the `own` fact beside `theirs` (the first and the last of a period may be two).

    It is marked where the other's verdict is one of `marked_by`.
    """

    own: str
    theirs: tuple[str, ...]
    marked_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Against:
    """Something that was held against several others, each of which was struck by some test.

    In every one of the facts under `each` the others stand under `others`; each is called by its fact `named`, and
    its fact `verdict` says by which test it was struck. `title` is the msgid for what is held against them.
    """

    title: str
    each: str
    others: str
    named: str
    verdict: str
    rows: tuple[Row, ...]

    def msgids(self) -> tuple[str, ...]:
        return (self.title,)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two facts that people compare: two values, or two sets of fields of which they look for those that differ."""

    left: str
    right: str

    def msgids(self) -> tuple[str, ...]:
        return ()


Comparison: TypeAlias = Against | Pair

COMPARISONS: Final[tuple[Comparison, ...]] = (Pair("done", "wanted"),)


REASONS: Final[Mapping[str, ReasonText]] = {
    "technical": ReasonText(
        "Technical error",
        "A technical error kept the robot from finishing the case. See in the system what has been done already; "
        "then send the case to the robot again, or finish it by hand. The error: {error}",
    ),
    "uncertain": ReasonText(
        "Uncertain outcome",
        "Nobody can tell whether this was done: {effect}. Look for it in the system before anything is done again.",
    ),
    "done_differently": ReasonText(
        "Done differently",
        "This was done earlier with other figures than it would be done with now: {effect}, receipt {receipt}. "
        "Compare the two, and correct it by hand if need be.",
    ),
    "obs": ReasonText(
        "On the obs-list",
        "A person keeps this citizen's cases: {why} ({by}). The robot has left the case alone; do it by hand.",
    ),
    "obs_midway": ReasonText(
        "On the obs-list midway",
        "The citizen came on the obs-list while the robot was at the case: {why} ({by}). Begun or done before that: "
        "{effects}. Look in the system, and finish or undo it by hand.",
    ),
    "approval": ReasonText(
        "Waits for approval",
        "The robot may not do this alone: {effect}. See what it would do, and approve or reject it.",
    ),
    "by_hand": ReasonText(
        "To be done by hand",
        "The robot does not do this itself: {effect}. It waits for a person who takes a pile of {group}, does it, "
        "and says that it is done; then the robot goes on.",
    ),
    "settled": ReasonText(
        "Settled by hand",
        "A person has seen to the case outside Kollega. What was done stands in the history.",
    ),
    "rejected": ReasonText(
        "Rejected",
        "{who} has rejected what the robot would do: {effect}. Handle the case by hand, or put right what was wrong "
        "and send it to the robot again. The reason given: {why}",
    ),
    "shadow": ReasonText(
        "Only watched",
        "The robot only watches. It has written down what it would do, and has done nothing. "
        "People handle the case as if there were no robot.",
    ),
    "address_refused": ReasonText(
        "Mail address refused",
        "No mail can be sent to {address}: {why}. Put the address right where it comes from, and send the case to "
        "the robot again.",
    ),
    "cpr_in_mail": ReasonText(
        "Personal number in a mail",
        "The mail would hold what may be a personal number, and has not been sent: {subject}. Take the number out "
        "where the text comes from, and send the case to the robot again, or tell them in another way.",
    ),
    "stopped_midway": ReasonText(
        "Stopped midway",
        "The robot was set to watch only while it was handling the case, and has not done this any more: {effect}. "
        "Finish the case by hand, or let the robot do more again and send the case to it.",
    ),
}

CHANGES: Final[Mapping[str, str]] = {
    "technical": (
        "Fewer technical errors: the log of the worker says what failed, and whoever operates the system can see why."
    ),
    "uncertain": "The system would have to let the robot look up afterwards whether something was done.",
    "done_differently": "Nobody would have to change the case in the system while the robot is at it.",
    "obs": "The entry on the obs-list would have to be ended, once it is no longer needed.",
    "obs_midway": "Citizens would have to be put on the obs-list before the robot begins with the month.",
    "approval": (
        "The robot would have to be allowed more alone, once people have approved enough without finding errors."
    ),
    "by_hand": "The system would have to offer the robot a way in for what people now do by hand.",
    "settled": "Nothing: people have seen to it themselves.",
    "rejected": "What was rejected most often would have to become a rule or a criterion of the robot.",
    "shadow": "The robot would have to be allowed more than to watch.",
    "address_refused": "The mail address would have to be put right where it is registered.",
    "cpr_in_mail": "No personal number may stand in the texts that mails are written from.",
    "stopped_midway": "The robot would have to be set to watch only between two runs, not during one.",
}
"""What would have to change so that a robot could handle the cases of a reason, as msgids."""

FACTS: Final[Mapping[str, FactText]] = {
    "effect": FactText("Action"),
    "receipt": FactText("Receipt"),
    "done": FactText("Done"),
    "wanted": FactText("Would do now"),
    "who": FactText("Who"),
    "error": FactText("Error"),
    "attempts": FactText("Attempts"),
    "cpr": FactText("Personal number"),
    "why": FactText("Why"),
    "by": FactText("By"),
    "group": FactText("Pile of"),
    "address": FactText("Mail address"),
    "subject": FactText("Subject"),
    "effects": FactText("Begun or done"),
}
