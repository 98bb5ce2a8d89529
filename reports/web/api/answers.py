"""What programs are told, field by field."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from bots_common.autonomy import Cause, Decision, Level
from bots_common.desk.manners import Mode
from bots_common.work import State
from bots_common.work.run_records import RunCause, RunState, Stop
from bots_common.work.system_records import Order
from reports.web.api.problems import Problem
from reports.web.api.terms import Facts, Masked, Model


class Item(Model):
    """A case as lists show it. `amount` is kroner, by the receipts; `assignee` is the account that sees to it."""

    id: int
    robot: str
    reference: Masked
    state: State
    reason: str | None
    attempts: int
    created_at: datetime
    changed_at: datetime
    deadline: datetime | None
    assignee: str | None
    amount: Decimal


class Items(Model):
    """A page of a list; `total` is how many there are on all pages."""

    items: list[Item]
    page: int
    pages: int
    total: int


class WorkItem(Item):
    """`seen` is the newest change of the item: send it with a decision."""

    seen: int


class Together(Model):
    """What came of one decision about many: the items done, and why each of the others was left alone."""

    done: list[int]
    left: list[Problem]


class Worklist(Model):
    """A page of what people have to see to."""

    items: list[WorkItem]
    page: int
    pages: int
    total: int


class Effect(Model):
    """An act in the outside world. `unknown`: nobody can tell whether it happened, and a person has to say."""

    name: str
    intent: Facts
    tries: int
    intended_at: datetime
    receipt: Masked | None
    amount: Decimal | None
    settled_at: datetime | None
    said_by: str | None
    unknown: bool


class Proposal(Model):
    """What the robot wants to do and did not at once, and what became of that."""

    id: int
    name: str
    cause: Cause
    intent: Facts
    amount: Decimal | None
    proposed_at: datetime
    decision: Decision | None
    decided_at: datetime | None
    decided_by: str | None
    why: Masked | None


class Change(Model):
    """A step of the case's history."""

    id: int
    at: datetime
    who: str
    step: str
    from_state: State | None
    to_state: State
    why: Masked


class Evidence(Model):
    """That there is a page or picture; people open it in the pages, by an act that is written down."""

    id: int
    at: datetime
    about: str
    kind: str


class Story(WorkItem):
    """Everything about a case. `sentence` says why a person has it; `correctable` fields can be put right."""

    sentence: str
    facts: Facts
    payload: Facts
    correctable: list[str]
    effects: list[Effect]
    proposals: list[Proposal]
    history: list[Change]
    evidence: list[Evidence]


class ObsEntry(Model):
    """An entry of the obs-list, without the citizen. `robot` None is every robot, `last` None until it is ended."""

    id: int
    robot: str | None
    reason: Masked
    first: date
    last: date | None
    added_at: datetime
    added_by: str
    confirmed_at: datetime | None


class ObsList(Model):
    entries: list[ObsEntry]


class ObsAdded(Model):
    """`in_hand` are the items of the citizen that a robot is handling right now."""

    new: int
    known: int
    in_hand: list[int]


class ObsEnded(Model):
    """The number of the entry that has ended."""

    ended: int


class RobotFigures(Model):
    """What one robot did in the days asked for, and how it stands now. `share` is that handled without a person;
    hours and kroner are None where nobody has measured."""

    robot: str
    found: int
    alone: int
    helped: int
    settled: int
    left: int
    handed: dict[str, int]
    posted: Decimal
    share: Decimal | None
    goal: Decimal | None
    hours_saved: Decimal | None
    kroner_saved: Decimal | None
    with_people: int
    asked: int
    ready: int


class Figures(Model):
    """The dashboard's numbers. `ages` is how long what people have has waited, `due` how far ahead deadlines are."""

    first: date
    last: date
    robots: list[RobotFigures]
    share: Decimal | None
    hours_saved: Decimal | None
    kroner_saved: Decimal | None
    ages: dict[str, int]
    due: dict[str, int]


class Robot(Model):
    """An installed robot, and what it may do alone."""

    name: str
    title: str
    systems: list[str]
    goal: Decimal | None
    level: Level
    step: int
    since: datetime | None


class Robots(Model):
    robots: list[Robot]


class Worker(Model):
    """A worker as it last reported; `silent`: so long ago that it must be dead or cut off."""

    name: str
    machine: str
    version: str
    robots: list[str]
    in_hand: int
    handled: int
    started_at: datetime
    seen_at: datetime
    progress_at: datetime | None
    order: Order | None
    silent: bool


class Workers(Model):
    workers: list[Worker]


class Stopped(Model):
    """The workers that were told."""

    told: list[str]


class System(Model):
    """What a system is to the robots now, why, and since or until when; `calls` are those under way or in line."""

    name: str
    mode: Mode
    why: Masked
    since: datetime | None
    until: datetime | None
    calls: int
    concurrency: int | None
    calls_per_minute: float | None


class Systems(Model):
    systems: list[System]


class Tally(Model):
    """How far a run has come, in items."""

    found: int
    handled: int
    exceptions: int
    waiting: int
    skipped: int
    failed: int


class Run(Model):
    """A run of a schedule; `stop` says why it ended or was left out."""

    id: int
    schedule: str
    robot: str
    due: datetime
    begins_at: datetime
    cause: RunCause
    who: str
    state: RunState
    stop: Stop | None
    detail: Masked
    begun_at: datetime | None
    progress_at: datetime | None
    stalled_at: datetime | None
    ended_at: datetime | None
    tally: Tally


class Runs(Model):
    runs: list[Run]


class Schedule(Model):
    """A schedule as it stands: `says` is it in plain words, `next` None not within a year, `last` the last run."""

    name: str
    robot: str
    says: str
    next: datetime | None
    last: Run | None
    paused: bool
    paused_by: str | None
    paused_why: Masked


class Schedules(Model):
    """`served`: a scheduler is there, so that what is due begins; `wrong` is what is wrong in the schedule file."""

    schedules: list[Schedule]
    served: bool
    wrong: list[str]
