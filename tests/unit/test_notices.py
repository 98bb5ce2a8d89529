"""What people are to be told and what may leave: nothing twice, nothing lost, nobody disturbed at night."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bots_common.notice_settings import AUDIENCE, Kind, NoticeSettings, Route
from bots_common.notices import (
    LONGEST_PAUSE,
    NOBODY,
    Notice,
    Parcel,
    Waiting,
    again_after,
    due,
    enough,
    escalated,
    parcels,
    targets,
    week_of,
)

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NIGHT = ("daily 18:00-07:00", "sat-sun 00:00-24:00")
RULES = NoticeSettings(quiet=NIGHT, urgent=frozenset({Kind.RUN_FAILED}), grouping_minutes=10, escalation_minutes=240)
HOURS = RULES.hours("Europe/Copenhagen")
ALWAYS = NoticeSettings().hours("Europe/Copenhagen")
INVOICES = frozenset({"invoices"})


def at(text: str) -> datetime:
    """A moment of the last week of November 2026 in Copenhagen: "wed 14:00"."""
    day, clock = text.split()
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    wall = datetime.fromisoformat(f"2026-11-{23 + days.index(day)} {clock}").replace(tzinfo=COPENHAGEN)
    return wall.astimezone(UTC)


MONDAY = at("mon 00:00")


def notice(key: str, kind: Kind = Kind.RUN_FAILED, robots: frozenset[str] = INVOICES) -> Notice:
    return Notice(key, kind, at("wed 09:00"), robots)


def waits(number: int, when: str, kind: Kind = Kind.DEADLINE, target: str = "mail:a@b.example") -> Waiting:
    return Waiting(number, target, kind, at(when))


# -- what is due ----------------------------------------------------------------------------------------------


def test_what_was_told_is_not_due_again_and_what_is_new_is_due_once() -> None:
    seen = [notice("a"), notice("b"), notice("b")]
    assert due(seen, {}, at("wed 10:00"), RULES, HOURS) == [notice("a"), notice("b")]
    assert due(seen, {"a": at("wed 09:00")}, at("wed 10:00"), RULES, HOURS) == [notice("b")]


@pytest.mark.parametrize(
    ("told", "now", "again"),
    [
        ("wed 09:00", "wed 12:55", False),
        ("wed 09:00", "wed 13:00", True),
        ("wed 16:00", "thu 08:55", False),  # two hours yesterday, not yet two today
        ("wed 16:00", "thu 09:00", True),
        ("wed 02:00", "wed 10:55", False),  # the night does not count
        ("wed 02:00", "wed 11:00", True),
        ("tue 17:30", "sun 12:00", True),
        ("fri 16:00", "sun 23:00", False),  # nor does the weekend
    ],
)
def test_others_are_told_when_nobody_has_taken_a_case_for_so_long_by_day(told: str, now: str, again: bool) -> None:
    near = notice("case", Kind.DEADLINE)
    found = due([near], {"case": at(told)}, at(now), RULES, HOURS)
    assert found == ([escalated(near)] if again else [])


def test_others_are_told_once_and_never_of_a_case_that_somebody_took() -> None:
    near = notice("case", Kind.DEADLINE)
    told = {"case": at("wed 09:00"), escalated(near).key: at("wed 13:00")}
    assert due([near], told, at("fri 09:00"), RULES, HOURS) == []
    assert due([], {"case": at("wed 09:00")}, at("fri 09:00"), RULES, HOURS) == []


def test_only_deadlines_are_told_to_others() -> None:
    old = {"run": at("mon 09:00")}
    assert due([notice("run", Kind.RUN_FAILED)], old, at("fri 09:00"), RULES, HOURS) == []


@settings(deadline=None)
@given(st.integers(0, 7 * 24 * 12), st.integers(1, 600))
def test_without_quiet_hours_time_is_simply_time(start: int, minutes: int) -> None:
    since, length = MONDAY + 5 * MINUTE * start, minutes * MINUTE
    assert not enough(since, since + length - timedelta(seconds=1), length, ALWAYS)
    assert enough(since, since + length, length, ALWAYS)


@settings(deadline=None)
@given(st.integers(0, 7 * 24 * 12), st.integers(1, 48), st.integers(0, 7 * 24 * 12))
def test_quiet_hours_delay_and_what_was_enough_stays_so(start: int, steps: int, passed: int) -> None:
    step = 5 * MINUTE
    since, length = MONDAY + step * start, step * steps
    if enough(since, since + step * passed, length, HOURS):
        assert passed >= steps
        assert enough(since, since + step * (passed + 1), length, HOURS)
    assert enough(since, since + 4 * DAY, length, HOURS), "there is a working day within four"


# -- who is told ----------------------------------------------------------------------------------------------

OPERATORS = Route(role="operator", mail=("drift@k.example",), webhook="drift")
LEADER = Route(role="leader", robots=frozenset({"flexwage"}), mail=("leder@k.example",))
TEAM = Route(role="caseworker", robots=INVOICES, mail=("team@k.example", "drift@k.example"))
ONLY = Route(kinds=frozenset({Kind.DEADLINE}), mail=("frist@k.example",))
ROUTES = (OPERATORS, LEADER, TEAM, ONLY)


@pytest.mark.parametrize(
    ("kind", "robots", "told"),
    [
        (Kind.RUN_FAILED, {"invoices"}, ("mail:drift@k.example", "webhook:drift")),
        (Kind.ESCALATED, {"invoices"}, ("mail:drift@k.example", "webhook:drift")),
        (Kind.ESCALATED, {"flexwage"}, ("mail:drift@k.example", "webhook:drift", "mail:leder@k.example")),
        (Kind.DEADLINE, {"invoices"}, ("mail:team@k.example", "mail:drift@k.example", "mail:frist@k.example")),
        (Kind.DEADLINE, {"flexwage"}, ("mail:frist@k.example",)),
        (Kind.APPROVAL, {"flexwage"}, (NOBODY,)),
        (Kind.OBS_LIST, set(), ("mail:team@k.example", "mail:drift@k.example")),  # it is about every robot
    ],
)
def test_each_is_told_what_concerns_the_role_and_the_robot(kind: Kind, robots: set[str], told: tuple[str]) -> None:
    assert targets(notice("x", kind, frozenset(robots)), ROUTES) == told


def test_a_schedules_own_addresses_hear_of_its_runs_once() -> None:
    also = ("drift@k.example", "faktura@k.example")
    told = targets(notice("x", Kind.RUN_MISSED), ROUTES, also)
    assert told == ("mail:drift@k.example", "webhook:drift", "mail:faktura@k.example")
    assert targets(notice("x", Kind.DEADLINE, frozenset({"flexwage"})), ROUTES, also) == ("mail:frist@k.example",)


def test_every_kind_has_somebody_who_is_told() -> None:
    assert frozenset().union(*AUDIENCE.values()) == set(Kind)


@pytest.mark.parametrize(
    ("route", "told"),
    [
        ({"mail": ["a@b.example"]}, "say whom it is for"),
        ({"role": "operator"}, "say where to"),
        ({"role": "operator", "mail": ["nobody"]}, "no mail address"),
        ({"role": "operator", "webhook": "drift"}, "KOLLEGA_NOTICES__WEBHOOKS__DRIFT"),
    ],
)
def test_a_route_that_leads_nowhere_is_said(route: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        NoticeSettings.model_validate({"routes": [route]})


def test_a_webhook_is_an_https_address_and_never_shown() -> None:
    with pytest.raises(ValidationError, match="no https address") as caught:
        NoticeSettings.model_validate({"webhooks": {"drift": "http://hooks.example/secret"}})
    assert "hooks.example" not in str(caught.value)
    rules = NoticeSettings.model_validate({"webhooks": {"drift": "https://hooks.example/secret"}})
    assert "hooks.example" not in f"{rules!r}{rules}"


# -- what may leave -------------------------------------------------------------------------------------------


def packed(waiting: Iterable[Waiting], now: str, *under_way: tuple[str, bool]) -> list[Parcel]:
    return list(parcels(waiting, under_way, at(now), RULES, HOURS))


A = "mail:a@b.example"


def test_what_comes_together_goes_together_and_the_first_waits_for_the_others() -> None:
    waiting = [waits(1, "wed 10:00"), waits(2, "wed 10:04"), waits(3, "wed 10:00", target="webhook:x")]
    assert packed(waiting, "wed 10:09") == []
    assert packed(waiting, "wed 10:10") == [Parcel(A, False, (1, 2)), Parcel("webhook:x", False, (3,))]


def test_at_night_only_what_is_urgent_leaves_and_in_the_morning_the_rest_in_one() -> None:
    waiting = [waits(1, "wed 19:00"), waits(2, "wed 20:00", Kind.RUN_FAILED), waits(3, "wed 23:00")]
    assert packed(waiting, "wed 23:30") == [Parcel(A, True, (2,))]
    left = [waiting[0], waiting[2]]
    assert packed(left, "thu 06:59") == []
    assert packed(left, "thu 07:00") == [Parcel(A, False, (1, 3))]


def test_what_is_urgent_by_day_takes_the_rest_with_it() -> None:
    waiting = [waits(1, "wed 10:00"), waits(2, "wed 10:01", Kind.RUN_FAILED)]
    assert packed(waiting, "wed 10:10") == [Parcel(A, True, (1, 2))]


def test_while_a_parcel_is_under_way_the_next_waits_but_an_urgent_one_does_not() -> None:
    calm = [waits(1, "wed 10:00")]
    assert packed(calm, "wed 12:00", (A, False)) == []
    assert packed(calm, "wed 12:00", (A, True)) == [Parcel(A, False, (1,))]
    urgent = [*calm, waits(2, "wed 10:00", Kind.RUN_FAILED)]
    assert packed(urgent, "wed 12:00", (A, False)) == [Parcel(A, True, (1, 2))]
    assert packed(urgent, "wed 12:00", (A, True)) == []


def test_nobody_gets_nothing() -> None:
    assert packed([waits(1, "wed 10:00", target=NOBODY)], "wed 12:00") == []


kinds = st.sampled_from([Kind.RUN_FAILED, Kind.DEADLINE])
TICKS = 7 * 24 * 2
ticks = st.integers(0, TICKS - 1)
arrivals = st.lists(st.tuples(ticks, kinds, st.sampled_from([A, "webhook:x"])), max_size=25)


@settings(deadline=None, max_examples=50)
@given(arrivals, st.sets(ticks, max_size=60))
def test_in_any_week_nothing_is_sent_twice_or_lost_or_at_night(
    arrive: list[tuple[int, Kind, str]], away: set[int]
) -> None:
    """Every half hour a look; at the ticks of `away` no server takes anything."""
    coming = {
        number: Waiting(number, target, kind, MONDAY + 30 * MINUTE * tick)
        for number, (tick, kind, target) in enumerate(arrive)
    }
    under_way: dict[tuple[str, bool], Parcel] = {}
    sent: list[int] = []
    taken: set[int] = set()
    for tick in range(TICKS + 24 * 2):
        now = MONDAY + 30 * MINUTE * tick
        waiting = [it for it in coming.values() if it.at <= now and it.id not in taken]
        for parcel in parcels(waiting, under_way, now, RULES, HOURS):
            assert (parcel.target, parcel.urgent) not in under_way
            assert {coming[it].target for it in parcel.ids} == {parcel.target}
            taken |= set(parcel.ids)
            under_way[(parcel.target, parcel.urgent)] = parcel
        awake = HOURS.open_at(now)
        for key, parcel in list(under_way.items()):
            if tick not in away and (parcel.urgent or awake):
                assert awake or any(coming[it].kind is Kind.RUN_FAILED for it in parcel.ids)
                sent += parcel.ids
                del under_way[key]
    assert sorted(sent) == sorted(coming), "each once, by the Monday after at the latest"


# -- pauses and weeks -----------------------------------------------------------------------------------------


def test_a_server_that_is_away_is_asked_less_and_less_often() -> None:
    pauses = [again_after(tries) for tries in range(1, 100)]
    assert pauses[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert pauses == sorted(pauses) and pauses[-1] == LONGEST_PAUSE


@pytest.mark.parametrize(
    ("now", "week"), [("mon 07:59", "2026-W47"), ("mon 08:00", "2026-W48"), ("sun 23:59", "2026-W48")]
)
def test_a_week_begins_when_people_are_at_work(now: str, week: str) -> None:
    assert week_of(at(now), HOURS) == week


# -- the paper ------------------------------------------------------------------------------------------------

PAPER = Path(__file__).parents[2] / "docs" / "notices.md"


def test_the_paper_explains_every_kind_with_whom_it_is_told_and_its_settings_are_settings() -> None:
    text = PAPER.read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    said = {row[0].strip("`"): set(row[-1].split(", ")) for row in rows}
    assert said == {kind: {role for role, its in AUDIENCE.items() if kind in its} for kind in Kind}
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    given = tomllib.loads(block)["notices"] | {"webhooks": {"drift": "https://hooks.example/1"}}
    rules = NoticeSettings.model_validate(given)
    assert [len(route.targets) for route in rules.routes] == [2, 1, 1]
    assert set(given) == set(NoticeSettings.model_fields)
