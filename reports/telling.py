"""Says in one language what codes, amounts and times mean; knows robots through the registry alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_currency, format_decimal, format_percent

from bots_common import reasons, texts
from bots_common.autonomy import Cause, Decision, Level
from bots_common.reasons import FACTS, FactText, ReasonText
from bots_common.robot import Robot, registry
from bots_common.roles import Right, Role, Scope
from bots_common.texts import Language, Texts
from bots_common.values import Period, mask
from bots_common.work import ItemRow, State
from bots_common.work.records import Change
from bots_common.work.states import Step
from bots_common.work.worklist import Age, Due, Sort, Whose
from reports.acts import ACTS

LOCALES: Final = Path(__file__).parent / "locales"

STATES: Final[Mapping[State, str]] = {
    State.NEW: "Waits for the robot",
    State.WORKING: "Being handled",
    State.DONE: "Handled",
    State.EXCEPTION: "With a person",
    State.WAITING: "Waits for a person",
    State.SKIPPED: "Left out",
}

STEPS: Final[Mapping[str, str]] = {
    Step.FIND: "Found",
    Step.CLAIM: "Begun",
    Step.FINISH: "Handled",
    Step.HAND_OVER: "Handed to a person",
    Step.FAIL: "Failed, to be tried again",
    Step.GIVE_UP: "Given up, handed to a person",
    Step.TAKE_OVER: "Taken from a worker that stopped",
    Step.HAND_BACK: "Handed back, not begun or not ended",
    Step.PARK: "Waits for a person",
    Step.SKIP: "Left to people",
    Step.RETRY: "Sent to the robot again",
    Step.APPROVE: "Approved",
    Step.REJECT: "Rejected",
    Step.SEND: "Done by hand",
    Step.CORRECT: "Sent to the robot again, with corrections",
    Step.ANSWER: "Said what became of it",
    Step.SETTLE: "Settled by hand",
    Step.TAKE: "Taken",
    Step.GIVE: "Given to a colleague",
    Step.LET_GO: "Let go",
}

WHOSE: Final[Mapping[Whose, str]] = {Whose.MINE: "Mine", Whose.NOBODY: "Nobody's", Whose.OTHERS: "Colleagues'"}
DUES: Final[Mapping[Due, str]] = {
    Due.OVERDUE: "Overdue",
    Due.WEEK: "Within a week",
    Due.LATER: "Later",
    Due.NEVER: "No deadline",
}
AGES: Final[Mapping[Age, str]] = {Age.DAY: "Up to a day", Age.WEEK: "Up to a week", Age.OLDER: "Older"}
SORTS: Final[Mapping[Sort, str]] = {
    Sort.URGENT: "Most urgent first",
    Sort.NEWEST: "Newest first",
    Sort.AMOUNT: "Largest amount first",
}

ROLES: Final[Mapping[Role, str]] = {
    Role.CASEWORKER: "Caseworker",
    Role.OPERATOR: "Operator",
    Role.LEADER: "Leader",
    Role.AUDITOR: "Auditor",
    Role.ADMINISTRATOR: "Administrator",
}

RIGHTS: Final[Mapping[Right, str]] = {
    Right.SEE_FIGURES: "See figures",
    Right.SEE_CASES: "See cases",
    Right.DECIDE: "Decide about cases",
    Right.OBS: "Keep the obs-list",
    Right.OPERATE: "Operate robots and systems",
}
"""What a token can be lent."""

BY_REASON: Final = frozenset({Step.HAND_OVER, Step.PARK, Step.SKIP})
"""Steps whose history says why by a reason's code."""

CAUSES: Final[Mapping[Cause, str]] = {
    Cause.SHADOW: "The robot only watches",
    Cause.NOTE: "The robot only watches",
    Cause.APPROVE: "A person approves everything",
    Cause.SAMPLE: "Drawn for the sample",
    Cause.RAMP: "The day's number of cases alone",
    Cause.BY_HAND: "A person does this by hand",
}

LEVELS: Final[Mapping[Level, str]] = {
    Level.SHADOW: "Only watches",
    Level.APPROVE: "People approve everything",
    Level.SAMPLE: "Alone, but for a sample",
    Level.AUTO: "Alone",
}

DECISIONS: Final[Mapping[Decision, str]] = {
    Decision.APPROVED: "Approved",
    Decision.REJECTED: "Rejected",
    Decision.ALONE: "Done alone",
    Decision.VOID: "Not valid any more",
    Decision.SAME: "People did the same",
    Decision.DIFFERENT: "People did it differently",
    Decision.ABSENT: "People have not done it",
    Decision.SENT: "Done by hand",
}
TENTHS_UNDER: Final = 100
MILLION: Final = 1_000_000
NOT_DECIDED: Final = "Not decided"


@dataclass(frozen=True, slots=True)
class Teller:
    """Texts for people; times in the municipality's zone."""

    language: Language
    zone: ZoneInfo

    def say(self, msgid: str, /, **facts: Any) -> str:
        """A text of the pages."""
        return page_texts().text(msgid, self.language, **facts)

    # -- robots -------------------------------------------------------------------------------------------

    def robot(self, name: str) -> str:
        """The robot's name for people."""
        return self.robot_text(name, robot_named(name).title or name)

    def reason(self, robot: str, code: str) -> str:
        """The short name of a reason."""
        return robot_named(robot).reason_title(code, self.language)

    def change(self, robot: str, code: str) -> str:
        """What would have to change so that the robot could handle the cases of a reason."""
        return robot_named(robot).reason_change(code, self.language)

    def sentence(self, item: ItemRow) -> str:
        """Why a person must take the item and what to do next; empty where there is no reason."""
        if item.reason is None:
            return ""
        return mask(robot_named(item.robot).reason_sentence(item.reason, item.facts, self.language))

    def effect(self, robot: str, name: str) -> str:
        """An effect in words."""
        return robot_named(robot).effect_title(name, self.language)

    def about(self, robot: str, about: str) -> str:
        """What evidence is about: an effect, or the reason for which a person must take the item."""
        is_effect = about.partition("/")[0] in robot_named(robot).effect_texts
        return self.effect(robot, about) if is_effect else self.reason(robot, about)

    def label(self, robot: str, key: str) -> str:
        """What a fact is called."""
        text = fact_texts(robot).get(key)
        return self.robot_text(robot, text.label) if text else key.replace("_", " ").capitalize()

    def robot_text(self, robot: str, msgid: str, **facts: Any) -> str:
        """A text of the robot's own catalogues."""
        return robot_named(robot).texts().text(msgid, self.language, **facts)

    # -- states -------------------------------------------------------------------------------------------

    def state(self, state: State) -> str:
        return self.say(STATES[state])

    def step(self, step: str) -> str:
        """What moved an item from one state to the next."""
        return self.say(STEPS[step]) if step in STEPS else step

    def why(self, robot: str, change: Change) -> str:
        """Why a state changed: a reason by its name, an answer in words, else what was written then."""
        if change.step == Step.FIND:
            return ""
        if change.step in BY_REASON:
            return self.reason(robot, change.why)
        if change.step == Step.ANSWER:
            return self._answer(robot, change.why)
        if change.step == Step.CORRECT:
            fields, *why = change.why.split(": ", 1)
            return mask(": ".join([", ".join(self.field(robot, path) for path in fields.split(", ")), *why]))
        return mask(change.why)

    def _answer(self, robot: str, said: str) -> str:
        effect, _, receipt = said.partition(" = ")
        if not receipt:
            return self.say("{effect}: is not there", effect=self.effect(robot, effect))
        return self.say("{effect}: is there, receipt {number}", effect=self.effect(robot, effect), number=receipt)

    def field(self, robot: str, path: str) -> str:
        """What a field of a payload is called, by the last word of its path and what it is a part of."""
        *around, last = (self.label(robot, key) for key in path.split("."))
        return f"{last} ({around[-1]})" if around else last

    def who(self, robot: str, change: Change) -> str:
        """Who changed a state: a person, a worker, or the robot."""
        return self.robot(robot) if change.who == robot else change.who

    def cause(self, cause: Cause) -> str:
        """Why the robot did not do at once what it proposes."""
        return self.say(CAUSES[cause])

    def level(self, level: Level) -> str:
        """What a robot may do alone."""
        return self.say(LEVELS[level])

    def act(self, code: str) -> str:
        """What somebody did, by its code in the audit log."""
        return self.say(ACTS[code]) if code in ACTS else code

    def role(self, role: Role) -> str:
        return self.say(ROLES[role])

    def scope(self, scope: Scope) -> str:
        """What a token may do, for which robot."""
        right = self.say(RIGHTS[scope.right])
        return f"{right}: {self.robot(scope.robot)}" if scope.robot else right

    def decision(self, decision: Decision | None) -> str:
        """What became of a proposal."""
        return self.say(NOT_DECIDED if decision is None else DECISIONS[decision])

    # -- amounts and times --------------------------------------------------------------------------------

    def kroner(self, amount: Decimal) -> str:
        return texts.kroner(amount, self.language)

    def number(self, count: int) -> str:
        return format_decimal(count, locale=self.language.locale)

    def percent(self, share: Decimal) -> str:
        return format_percent(share, locale=self.language.locale)

    def rate(self, share: Decimal) -> str:
        """A share where tenths of a percent matter."""
        return format_percent(round(share, 3), locale=self.language.locale, decimal_quantization=False)

    def hours(self, hours: Decimal) -> str:
        """Hours, with tenths while they are few."""
        return texts.number(round(hours, 1 if abs(hours) < TENTHS_UNDER else 0), self.language)

    def decimal(self, value: Decimal | float) -> str:
        """A number with two decimals at most."""
        return texts.number(round(Decimal(value), 2), self.language)

    def short_kroner(self, amount: Decimal) -> str:
        """A large amount in few letters: "4,8 mio. kr."."""
        if abs(amount) < MILLION:
            return self.whole_kroner(amount)
        short = format_compact_currency(amount, "DKK", locale=self.language.locale, fraction_digits=1)
        return short.replace("\u00a0", " ")

    def whole_kroner(self, amount: Decimal) -> str:
        """An amount that is no booking: nobody asks for its øre."""
        return texts.whole_kroner(amount, self.language)

    def day(self, day: date) -> str:
        return texts.day(day, self.language)

    def period(self, period: Period) -> str:
        return texts.period(period, self.language)

    def moment(self, at: datetime) -> str:
        return format_datetime(at, "short", tzinfo=self.zone, locale=self.language.locale)

    def weekday(self, day: date) -> str:
        """A day of the near future: "tor. 26. nov."."""
        return format_skeleton("MMMEd", day, locale=self.language.locale)

    def clock(self, at: datetime) -> str:
        """A time of day: "06.30"."""
        return format_time(at, "short", tzinfo=at.tzinfo or self.zone, locale=self.language.locale)

    def age(self, age: timedelta) -> str:
        """How long something has stood, in its largest unit: "3 dage"."""
        return format_timedelta(age, granularity="minute", locale=self.language.locale)


@cache
def page_texts() -> Texts:
    return Texts.load(LOCALES)


@cache
def fact_texts(robot: str) -> Mapping[str, FactText]:
    """How the robot's facts are shown, in the order in which people read them; the common ones come last."""
    own = robot_named(robot).fact_texts
    return {**own, **{key: text for key, text in FACTS.items() if key not in own}}


class Stranger(Robot[Any]):
    """Stands in for a robot that is no longer installed, so that its items can still be read."""

    title = ""
    reason_texts: ClassVar[Mapping[str, ReasonText]] = {}
    locales = reasons.LOCALES


def robot_named(name: str) -> type[Robot[Any]]:
    return registry().get(name, Stranger)
