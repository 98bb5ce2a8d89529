"""What a person can decide about a case, each by one form of its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Final, TypeAlias

from fastapi import Request

from bots_common.errors import StoreError
from bots_common.roles import Right
from bots_common.settings import Settings
from bots_common.values import Cpr
from bots_common.work import ItemStory, Store
from bots_common.work.people import Correction
from bots_common.work.records import NewObs
from reports.telling import robot_named

CORRECTED: Final = "field."
"""How the names of the fields begin that a person may put right."""
LONGEST: Final = 1000

Form: TypeAlias = Mapping[str, str]


class Act(StrEnum):
    """A decision, as it stands in the form's address."""

    TAKE = "take"
    LET_GO = "let-go"
    GIVE = "give"
    RETRY = "retry"
    CORRECT = "correct"
    SETTLE = "settle"
    ANSWER = "answer"
    APPROVE = "approve"
    REJECT = "reject"
    OBS = "obs"

    @property
    def noted(self) -> str:
        """How the audit log calls it."""
        return _NOTED[self]


_NOTED: Final = {
    Act.TAKE: "item.taken",
    Act.LET_GO: "item.let_go",
    Act.GIVE: "item.given",
    Act.RETRY: "item.retried",
    Act.CORRECT: "item.corrected",
    Act.SETTLE: "item.settled",
    Act.ANSWER: "effect.answered",
    Act.APPROVE: "proposal.approved",
    Act.REJECT: "proposal.rejected",
    Act.OBS: "obs.added",
}
STAYS: Final = frozenset({Act.TAKE, Act.LET_GO, Act.OBS})
"""After these the person is still at the same case."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was done: the msgid of a sentence about the case, and what the audit log keeps of it."""

    msgid: str
    detail: str = ""


class Refused(StoreError):
    """The form lacks something; `msgid` says what."""

    def __init__(self, msgid: str) -> None:
        super().__init__(msgid)
        self.msgid = msgid


NOTE_LACKS: Final = "Write a few words first: others must be able to understand it. Nothing was changed."
RECEIPT_LACKS: Final = "Say yes with the receipt's number, or no. Nothing was changed."
COLLEAGUE_LACKS: Final = "Choose a colleague. Nothing was changed."
NOT_OF_THE_CASE: Final = "This is not the personal number of a citizen of this case. Nothing was changed."
NO_DAY: Final = "The last day is no date, or is past. Nothing was changed."
SAYINGS: Final = (NOTE_LACKS, RECEIPT_LACKS, COLLEAGUE_LACKS, NOT_OF_THE_CASE, NO_DAY)

RETRIED: Final = Told("{reference} goes to the robot again.")
TOLD: Final = {
    Act.TAKE: Told("You have {reference} now."),
    Act.LET_GO: Told("Nobody has {reference} now."),
    Act.GIVE: Told("{reference} is given to your colleague."),
    Act.RETRY: RETRIED,
    Act.CORRECT: Told("{reference} is corrected and goes to the robot again."),
    Act.SETTLE: Told("{reference} is settled by hand."),
    Act.ANSWER: Told("Thank you. {reference} goes to the robot again."),
    Act.APPROVE: Told("Approved: the robot goes on with {reference}."),
    Act.REJECT: Told("Rejected: {reference} is with people."),
    Act.OBS: Told("The citizen of {reference} is on the obs-list."),
}


class Decisions:
    """Takes decisions down in the store, each of them as of what the person has seen."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._acts: dict[Act, Callable[[ItemStory, str, Form], str]] = {
            Act.TAKE: self._take,
            Act.LET_GO: self._let_go,
            Act.GIVE: self._give,
            Act.RETRY: self._retry,
            Act.CORRECT: self._correct,
            Act.SETTLE: self._settle,
            Act.ANSWER: self._answer,
            Act.APPROVE: self._approve,
            Act.REJECT: self._reject,
            Act.OBS: self._obs,
        }

    def take(self, act: Act, story: ItemStory, who: str, said: Form) -> Told:
        """Do it. Raises Refused where the form lacks something, InvalidValue, and whatever the store refuses with."""
        detail = self._acts[act](story, who, said)
        return Told(TOLD[act].msgid, detail)

    def _take(self, story: ItemStory, who: str, said: Form) -> str:
        self._store.worklist.take(story.item.id, who, seen=_seen(said))
        return ""

    def _let_go(self, story: ItemStory, who: str, said: Form) -> str:
        self._store.worklist.let_go(story.item.id, who, seen=_seen(said))
        return ""

    def _give(self, story: ItemStory, who: str, said: Form) -> str:
        to = said.get("to", "")
        if to not in colleagues(self._store, story.item.robot):
            raise Refused(COLLEAGUE_LACKS)
        self._store.worklist.give(story.item.id, to, who, _note(said), seen=_seen(said))
        return to

    def _retry(self, story: ItemStory, who: str, said: Form) -> str:
        self._store.people.retry(story.item.id, who, _note(said), seen=_seen(said))
        return ""

    def _correct(self, story: ItemStory, who: str, said: Form) -> str:
        robot = robot_named(story.item.robot)
        now = robot.corrections(story.payload)
        given = {path: said.get(f"{CORRECTED}{path}", value).strip() for path, value in now.items()}
        changed = {path: text for path, text in given.items() if text != now[path]}
        correction = Correction(tuple(changed), partial(robot.corrected, fields=changed)) if changed else None
        self._store.people.retry(story.item.id, who, _note(said), seen=_seen(said), corrected=correction)
        return ", ".join(changed)

    def _settle(self, story: ItemStory, who: str, said: Form) -> str:
        self._store.people.settle(story.item.id, who, _said_something(said), seen=_seen(said))
        return ""

    def _answer(self, story: ItemStory, who: str, said: Form) -> str:
        effect, receipt = said.get("effect", ""), said.get("receipt", "").strip()
        there = said.get("there")
        if there not in ("yes", "no") or (there == "yes" and not receipt):
            raise Refused(RECEIPT_LACKS)
        given = receipt if there == "yes" else None
        rest = self._rest(story.item.robot)
        self._store.people.answer(story.item.id, effect, given, who, seen=_seen(said), rest=rest)
        return f"{effect}: {there}"

    def _rest(self, robot: str) -> float:
        """How long a request to any of the robot's systems may be on its way, in seconds."""
        names = {system.name for system in getattr(robot_named(robot), "systems", ())}
        return max((it.settle_seconds for name, it in self._settings.systems.items() if name in names), default=0)

    def _approve(self, story: ItemStory, who: str, said: Form) -> str:
        self._store.people.approve(_proposal(story, said), who, _note(said), seen=_seen(said))
        return ""

    def _reject(self, story: ItemStory, who: str, said: Form) -> str:
        self._store.people.reject(_proposal(story, said), who, _said_something(said), seen=_seen(said))
        return ""

    def _obs(self, story: ItemStory, who: str, said: Form) -> str:
        reason, today = _said_something(said), self._store.stats.today()
        last = _day(said.get("until", ""))
        if last is not None and last < today:
            raise Refused(NO_DAY)
        robot = None if said.get("robots") == "all" else story.item.robot
        entry = NewObs(self._citizen(story.item.id, said), reason, today, last, robot)
        self._store.obs.add([entry], who)
        return ""

    def _citizen(self, item_id: int, said: Form) -> str:
        """The digits of the only citizen of the case, else of the one whose number was written."""
        known = self._store.obs.citizens(item_id)
        if len(known) == 1:
            return known[0]
        written = Cpr.parse(said.get("cpr", ""))
        if written is None or not self._store.obs.concerns(item_id, written.digits):
            raise Refused(NOT_OF_THE_CASE)
        return written.digits


def colleagues(store: Store, robot: str) -> dict[str, str]:
    """Who can be given a case of the robot: the names that people know, by account."""
    return {
        account.name: account.display
        for account in store.accounts.all()
        if account.disabled_at is None and account.person.may(Right.DECIDE, robot)
    }


async def form(request: Request) -> Form:
    """A route's dependency: the fields of the form that are texts, as they were written."""
    fields = await request.form()
    return {name: value[:LONGEST] for name, value in fields.items() if isinstance(value, str)}


def _note(said: Form) -> str:
    return said.get("note", "").strip()


def _said_something(said: Form) -> str:
    if note := _note(said):
        return note
    raise Refused(NOTE_LACKS)


def _seen(said: Form) -> int:
    return _number(said, "seen")


def _proposal(story: ItemStory, said: Form) -> int:
    """The proposal that was decided on, if it is one of this very case."""
    number = _number(said, "proposal")
    return number if number in {it.id for it in story.proposals} else 0


def _number(said: Form, name: str) -> int:
    """A number that our own form holds; one that is none fits nothing in the store."""
    text = said.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(NO_DAY) from None
