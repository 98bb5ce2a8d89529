"""The leaders' figures against a small town's own book-keeping, on SQLite and PostgreSQL.

A random town of cases goes through the store's public door for two months; beside it everything is counted by hand.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bots_common.autonomy import Level
from bots_common.errors import StoreError
from bots_common.settings import AutonomySettings
from bots_common.values import Period
from bots_common.work import Codec, NewItem, State, Store
from bots_common.work.records import Wish
from bots_common.work.stats import Waited
from bots_common.work.unfinished import Due
from reports.figures import Figures
from reports.queries import RobotSummary, summaries
from tests.clocks import Clock
from tests.handled import NOON, WORKER, claimed

ROBOTS = ("invoices", "flexwage")
REASONS = ("no_cpr", "amount_differs", "currency")
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
WAITS = {
    Waited.HOUR: timedelta(minutes=59),
    Waited.FOUR_HOURS: timedelta(hours=3),
    Waited.DAY: timedelta(hours=20),
    Waited.THREE_DAYS: timedelta(days=2),
    Waited.WEEK: timedelta(days=6),
    Waited.MONTH: timedelta(days=29),
    Waited.LONGER: timedelta(days=31),
}


def day_of(clock: Clock) -> date:
    """The day by which is counted."""
    return clock.now.astimezone(COPENHAGEN).date()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def store(database_url: str, codec: Codec, clock: Clock) -> Iterator[Store]:
    opened = Store.open(database_url, codec, clock=clock)
    yield opened
    opened.close()


@dataclass(slots=True)
class Open:
    """A case that people have, as the book says."""

    item_id: int
    robot: str
    reference: str
    reason: str
    state: State
    since: datetime
    deadline: datetime | None
    proposal: int | None = None


@dataclass(slots=True)
class Town:
    """Lets cases go their way, and keeps a book of its own: a line for each thing that happened."""

    store: Store
    clock: Clock
    chance: random.Random
    book: list[tuple[str, date, str, str]] = field(default_factory=list)
    with_people: list[Open] = field(default_factory=list)
    helped: set[str] = field(default_factory=set)
    number: int = 0

    def live(self, cases: int) -> None:
        for _ in range(cases):
            self.clock.now += timedelta(hours=self.chance.uniform(0, 30))
            self._handle(self._find())
            if self.with_people and self.chance.random() < 0.5:
                self._decide(self.with_people.pop(self.chance.randrange(len(self.with_people))))

    def _note(self, robot: str, what: str, why: str = "") -> None:
        self.book.append((robot, day_of(self.clock), what, why))

    def _find(self) -> tuple[str, str, datetime | None]:
        self.number += 1
        robot, reference = self.chance.choice(ROBOTS), f"case {self.number}"
        ahead = self.chance.choice((None, timedelta(hours=5), timedelta(days=2), timedelta(days=60)))
        deadline = None if ahead is None else self.clock.now + ahead
        self.store.add(robot, [NewItem(reference, {}, deadline=deadline)])
        self._note(robot, "found")
        return robot, reference, deadline

    def _handle(self, case: tuple[str, str, datetime | None]) -> None:
        robot, reference, _ = case
        (claim,) = self.store.claim([robot], WORKER, timedelta(minutes=1))
        assert claim.reference == reference
        match self.chance.choice(("done", "done", "done", "exception", "exception", "waiting", "skipped")):
            case "done":
                self.store.finish(claim.lease, WORKER)
                self._note(robot, "helped" if reference in self.helped else "alone")
            case "exception":
                reason = self.chance.choice(REASONS)
                self.store.hand_over(claim.lease, WORKER, reason, {})
                self._note(robot, "exception", reason)
                self._give(claim.lease.item_id, case, reason, State.EXCEPTION)
            case "waiting":
                wish = Wish(
                    robot, reference, "post", {"line": len(self.book)}, Decimal(100), check="finance.find_posting"
                )
                self.store.approvals.permit(claim.lease, wish, AutonomySettings())
                self.store.park(claim.lease, WORKER, "approval", {})
                self._note(robot, "waiting", "approval")
                self._give(claim.lease.item_id, case, "approval", State.WAITING)
            case "skipped":
                self.store.skip(claim.lease, WORKER, "obs_list")
                self._note(robot, "skipped", "obs_list")

    def _give(self, item_id: int, case: tuple[str, str, datetime | None], reason: str, state: State) -> None:
        robot, reference, deadline = case
        proposal = self.store.people.to_decide(item_id).id if state is State.WAITING else None
        self.with_people.append(Open(item_id, robot, reference, reason, state, self.clock.now, deadline, proposal))

    def _decide(self, case: Open) -> None:
        span = self.chance.choice(list(Waited))
        self.clock.now = max(self.clock.now, case.since + WAITS[span])
        act = "retry" if case.proposal is None else self.chance.choice(("approve", "reject"))
        if act == "retry":
            self.store.people.retry(case.item_id, "bo", "again")
        elif act == "approve":
            self.store.people.approve(case.proposal or 0, "bo", "right")
        else:
            self.store.people.reject(case.proposal or 0, "bo", "wrong")
        self._note(case.robot, "decided", str(self._span(self.clock.now - case.since)))
        self._note(case.robot, act, case.reason)
        if act == "reject":
            self._note(case.robot, "exception", "rejected")
            again = (case.robot, case.reference, case.deadline)
            self._give(case.item_id, again, "rejected", State.EXCEPTION)
        else:
            self.helped.add(case.reference)
            self._handle((case.robot, case.reference, case.deadline))

    def _span(self, length: timedelta) -> Waited:
        """By hours written out, not by the table of the code."""
        hours = length / timedelta(hours=1)
        ends = zip((1, 4, 24, 72, 168, 720), list(Waited), strict=False)
        return next((span for end, span in ends if hours <= end), Waited.LONGER)

    def count(self, what: str, days: Period, robot: str | None = None) -> Counter[str]:
        """How often something stands in the book, by why."""
        return Counter(
            why
            for who, day, happened, why in self.book
            if happened == what and days.first <= day <= days.last and robot in (None, who)
        )


@pytest.fixture(params=[1, 2])
def town(request: pytest.FixtureRequest, store: Store, clock: Clock) -> Town:
    for robot in ROBOTS:
        store.levels.set(robot, Level.APPROVE, "anne", "new here")
    lived = Town(store, clock, random.Random(request.param))
    lived.live(60)
    return lived


def spans(town: Town) -> list[Period]:
    last = day_of(town.clock)
    first = NOON.date()
    middle = first + (last - first) / 2
    return [
        Period(first=first, last=last),
        Period(first=middle, last=middle + timedelta(days=13)),
        Period(first=last, last=last),
        Period(first=first - timedelta(days=400), last=last),
    ]


def test_every_figure_is_what_the_towns_own_book_says(town: Town) -> None:
    for days in spans(town):
        figures = Figures(town.store, days, None)
        for work in figures.work:
            assert_agrees(work, town, days, work.robot)
        assert_agrees(figures.total, town, days, None)


def assert_agrees(work: RobotSummary, town: Town, days: Period, robot: str | None) -> None:
    def count(what: str) -> Counter[str]:
        return town.count(what, days, robot)

    assert work.found == count("found").total()
    assert work.alone == count("alone").total()
    assert work.helped == count("helped").total()
    assert work.exceptions == count("exception")
    assert work.waiting == count("waiting")
    assert work.skipped == count("skipped").total()
    assert {str(span): n for span, n in work.waited.items()} == count("decided")
    acts = {(act, why): n for act in ("retry", "approve", "reject") for why, n in count(act).items()}
    assert work.acts == acts
    handed = count("exception").total() - count("exception")["rejected"] + count("waiting").total()
    ended = count("alone").total() + handed + count("skipped").total()
    assert work.share == (Decimal(work.alone) / ended if ended else None)


def test_the_steps_of_the_time_add_up_to_the_whole(town: Town) -> None:
    for days in spans(town):
        figures = Figures(town.store, days, None)
        for slot in figures.slots:
            assert slot.sum(lambda it: it.alone) == town.count("alone", slot.days).total()
        assert sum(slot.sum(lambda it: it.found) for slot in figures.slots) == figures.total.found


def test_what_is_kept_of_past_days_does_not_hide_what_happens_today(town: Town) -> None:
    days = Period(first=NOON.date() - timedelta(days=400), last=day_of(town.clock) + timedelta(days=40))
    before = Figures(town.store, days, None).total
    town.live(10)
    after = Figures(town.store, days, None).total
    assert after.found == before.found + 10
    assert_agrees(after, town, days, None)


def test_days_that_are_read_at_once_and_by_steps_say_the_same(town: Town) -> None:
    (whole, *_) = spans(town)
    at_once = summaries(town.store.stats.counts(since=whole.first, until=whole.last), ROBOTS)
    by_steps = {work.robot: work for work in Figures(town.store, whole, ROBOTS).work}
    assert {work.robot: work for work in at_once} == by_steps


def test_ages_and_deadlines_are_those_of_what_people_have(town: Town) -> None:
    figures = Figures(town.store, spans(town)[0], None)
    now = town.clock.now
    assert figures.ages() == Counter(town._span(now - it.since) for it in town.with_people)
    due = Counter[Due]()
    for it in town.with_people:
        if it.deadline is not None:
            hours = (it.deadline - now) / timedelta(hours=1)
            ends = zip((0, 24, 72, 168), list(Due), strict=False)
            due[next((ahead for end, ahead in ends if hours < end), Due.LATER)] += 1
    assert +figures.due() == due
    with_people = {it.robot: (it.with_people, it.asked) for it in figures.robots}
    for robot in ROBOTS:
        states = Counter(it.state for it in town.with_people if it.robot == robot)
        assert with_people[robot] == (states[State.EXCEPTION], states[State.WAITING])


def test_figures_of_one_robot_hold_nothing_of_another(town: Town) -> None:
    days = spans(town)[0]
    one = Figures(town.store, days, {"flexwage"})
    assert [it.robot for it in one.robots] == ["flexwage"]
    assert_agrees(one.total, town, days, "flexwage")
    assert one.ages().total() == sum(it.robot == "flexwage" for it in town.with_people)


def test_a_robot_that_is_not_installed_any_more_keeps_its_figures(store: Store, clock: Clock) -> None:
    store.finish(claimed(store, NewItem("A", {}), "gone"), WORKER)
    today = Period(first=day_of(clock), last=day_of(clock))
    (gone,) = [it for it in Figures(store, today, None).robots if it.robot == "gone"]
    assert (gone.work.alone, gone.goal) == (1, None)
    assert "gone" not in [it.robot for it in Figures(store, today, {"invoices"}).robots]


def test_what_the_robot_finds_again_by_itself_is_not_held_against_it(store: Store, clock: Clock) -> None:
    store.hand_over(claimed(store, NewItem("A", {})), WORKER, "no_cpr", {})
    late = frozenset({"no_cpr", "currency"})
    assert store.add("invoices", [NewItem("A", {}, again=late)]).again == ("A",)
    (claim,) = store.claim(["invoices"], WORKER, timedelta(minutes=1))
    store.finish(claim.lease, WORKER)
    today = Period(first=day_of(clock), last=day_of(clock))
    (work,) = [it for it in Figures(store, today, {"invoices"}).work if it.robot == "invoices"]
    assert (work.alone, work.again, work.share) == (1, Counter(no_cpr=1), Decimal(1))


# -- what a case costs ----------------------------------------------------------------------------------------


def test_the_latest_measure_counts_and_every_one_is_kept(store: Store, clock: Clock) -> None:
    assert store.baselines.of("invoices") is None
    store.baselines.set("invoices", before=600, after=240, ore_per_hour=32_050, who="anne", why="a guess")
    clock.now += timedelta(days=1)
    store.baselines.set(
        "invoices", before=540, after=200, ore_per_hour=33_000, who="bo 010190-1234", why=" by clock "
    )
    store.baselines.set("flexwage", before=60, after=0, ore_per_hour=1, who="anne", why="by clock")
    latest = store.baselines.of("invoices")
    assert latest is not None
    assert (latest.before, latest.after, latest.kroner_per_hour, latest.at) == (540, 200, Decimal(330), clock.now)
    assert (latest.who, latest.why) == ("bo ******-****", "by clock")
    assert [it.who for it in store.baselines.log("invoices")] == ["bo ******-****", "anne"]
    assert set(store.baselines.all()) == {"invoices", "flexwage"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"before": 0},
        {"before": 40 * 3600 + 1},
        {"after": -1},
        {"ore_per_hour": 0},
        {"ore_per_hour": 500_001},
        {"who": " "},
        {"why": ""},
    ],
)
def test_a_measure_that_cannot_be_is_refused(store: Store, wrong: dict[str, int | str]) -> None:
    given: dict[str, object] = {"before": 600, "after": 0, "ore_per_hour": 32_000, "who": "anne", "why": "by clock"}
    with pytest.raises(StoreError):
        store.baselines.set("invoices", **(given | wrong))  # type: ignore[arg-type]
    assert store.baselines.log("invoices") == []


def test_only_what_is_measured_counts_as_saved(store: Store, clock: Clock) -> None:
    for robot in ROBOTS:
        store.finish(claimed(store, NewItem("A", {}), robot), WORKER)
    today = Period(first=day_of(clock), last=day_of(clock))
    assert Figures(store, today, None).saved is None
    store.baselines.set("invoices", before=1800, after=0, ore_per_hour=32_000, who="anne", why="by clock")
    figures = Figures(store, today, None)
    assert figures.saved is not None
    assert (figures.saved.hours, figures.saved.kroner) == (Decimal("0.5"), Decimal(160))
    assert "flexwage" in figures.unmeasured
    assert "invoices" not in figures.unmeasured
