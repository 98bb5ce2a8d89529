"""What a person can decide about a case, on its page or by a program: one set of decisions, taken down in one way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Final

from bots_common.errors import StoreError
from bots_common.roles import EVERY_ROBOT, Person, Right
from bots_common.settings import Settings
from bots_common.values import Cpr
from bots_common.work import ItemStory, Store
from bots_common.work.people import Correction, Together
from bots_common.work.records import NewObs
from reports.telling import robot_named


class Act(StrEnum):
    """A decision, as it stands in the address that it is sent to."""

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

    @property
    def right(self) -> Right:
        """Who may decide so."""
        return Right.OBS if self is Act.OBS else Right.DECIDE


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


@dataclass(frozen=True, slots=True)
class Told:
    """What was done: the msgid of a sentence about the case, and what the audit log keeps of it."""

    msgid: str
    detail: str = ""


class Refused(StoreError):
    """What was said lacks something; `msgid` says what."""

    def __init__(self, msgid: str) -> None:
        super().__init__(msgid)
        self.msgid = msgid


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says with a decision; each decision reads what it needs.

    `seen` is the newest change of the case that the person saw. `fields` are those of the case's item that are put
    right. `there`: whether the effect is in the system, with which `receipt`; None where it was not said. `until` is
    the last day on the obs-list, `cpr` the citizen where a case has several.
    """

    seen: int = 0
    note: str = ""
    to: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    effect: str = ""
    there: bool | None = None
    receipt: str = ""
    proposal: int = 0
    until: date | None = None
    every_robot: bool = False
    cpr: str = ""


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
        self._acts: dict[Act, Callable[[ItemStory, str, Said], str]] = {
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

    def take(self, act: Act, story: ItemStory, who: Person, said: Said) -> Told:
        """Do it. Raises Forbidden to who may not, on the obs-list for as many robots as it is for.

        Raises Refused where something was not said, InvalidValue, and whatever the store refuses with.
        """
        everywhere = act is Act.OBS and said.every_robot
        who.require(act.right, EVERY_ROBOT if everywhere else story.item.robot)
        detail = self._acts[act](story, who.name, said)
        return Told(TOLD[act].msgid, detail)

    def _take(self, story: ItemStory, who: str, said: Said) -> str:
        self._store.worklist.take(story.item.id, who, seen=said.seen)
        return ""

    def _let_go(self, story: ItemStory, who: str, said: Said) -> str:
        self._store.worklist.let_go(story.item.id, who, seen=said.seen)
        return ""

    def _give(self, story: ItemStory, who: str, said: Said) -> str:
        if said.to not in colleagues(self._store, story.item.robot):
            raise Refused(COLLEAGUE_LACKS)
        self._store.worklist.give(story.item.id, said.to, who, said.note, seen=said.seen)
        return said.to

    def _retry(self, story: ItemStory, who: str, said: Said) -> str:
        self._store.people.retry(story.item.id, who, said.note, seen=said.seen)
        return ""

    def _correct(self, story: ItemStory, who: str, said: Said) -> str:
        """Only what differs from the item as it stands is changed, in the item's own order. Raises WrongFields."""
        robot = robot_named(story.item.robot)
        now = robot.corrections(story.payload)
        named = [*(path for path in now if path in said.fields), *(path for path in said.fields if path not in now)]
        given = {path: said.fields[path].strip() for path in named}
        changed = {path: text for path, text in given.items() if text != now.get(path)}
        correction = Correction(tuple(changed), partial(robot.corrected, fields=changed)) if changed else None
        self._store.people.retry(story.item.id, who, said.note, seen=said.seen, corrected=correction)
        return ", ".join(changed)

    def _settle(self, story: ItemStory, who: str, said: Said) -> str:
        self._store.people.settle(story.item.id, who, _something(said), seen=said.seen)
        return ""

    def _answer(self, story: ItemStory, who: str, said: Said) -> str:
        if said.there is None or (said.there and not said.receipt):
            raise Refused(RECEIPT_LACKS)
        given = said.receipt if said.there else None
        rest = self._rest(story.item.robot)
        self._store.people.answer(story.item.id, said.effect, given, who, seen=said.seen, rest=rest)
        return f"{said.effect}: {'yes' if said.there else 'no'}"

    def _rest(self, robot: str) -> float:
        """How long a request to any of the robot's systems may be on its way, in seconds."""
        names = {system.name for system in getattr(robot_named(robot), "systems", ())}
        return max((it.settle_seconds for name, it in self._settings.systems.items() if name in names), default=0)

    def _approve(self, story: ItemStory, who: str, said: Said) -> str:
        self._store.people.approve(_proposal(story, said), who, said.note, seen=said.seen)
        return ""

    def _reject(self, story: ItemStory, who: str, said: Said) -> str:
        self._store.people.reject(_proposal(story, said), who, _something(said), seen=said.seen)
        return ""

    def _obs(self, story: ItemStory, who: str, said: Said) -> str:
        reason, today = _something(said), self._store.stats.today()
        if said.until is not None and said.until < today:
            raise Refused(NO_DAY)
        robot = None if said.every_robot else story.item.robot
        entry = NewObs(self._citizen(story.item.id, said), reason, today, said.until, robot)
        self._store.obs.add([entry], who)
        return ""

    def _citizen(self, item_id: int, said: Said) -> str:
        """The digits of the only citizen of the case, else of the one whose number was written."""
        known = self._store.obs.citizens(item_id)
        if len(known) == 1:
            return known[0]
        written = Cpr.parse(said.cpr)
        if written is None or not self._store.obs.concerns(item_id, written.digits):
            raise Refused(NOT_OF_THE_CASE)
        return written.digits


def decide_together(
    store: Store, act: Act, robot: str, seen: Mapping[int, int], who: Person, note: str, detail: str = ""
) -> Together:
    """One decision about many, each as it was seen, written down for each that was done; `detail` says by what.

    Cases are sent back or settled, proposals approved or rejected. Raises Forbidden to who may not, and StoreError
    where cases are not all of the robot and with people for one reason.
    """
    who.require(act.right, robot)
    people = store.people
    decide_all = {
        Act.RETRY: people.retry_all,
        Act.SETTLE: people.settle_all,
        Act.APPROVE: people.approve_all,
        Act.REJECT: people.reject_all,
    }[act]
    came = decide_all(robot, seen, who.name, note.strip())
    for item_id in came.done:
        store.audit.note(who.name, act.noted, robot=robot, item_id=item_id, detail=detail)
    return came


def colleagues(store: Store, robot: str) -> dict[str, str]:
    """Who can be given a case of the robot: the names that people know, by account."""
    return {
        account.name: account.display
        for account in store.accounts.all()
        if account.disabled_at is None and account.person.may(Right.DECIDE, robot)
    }


def _something(said: Said) -> str:
    if said.note:
        return said.note
    raise Refused(NOTE_LACKS)


def _proposal(story: ItemStory, said: Said) -> int:
    """The proposal that was decided on, if it is one of this very case."""
    return said.proposal if said.proposal in {it.id for it in story.proposals} else 0
