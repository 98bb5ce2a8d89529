"""What people are to be told, and what may leave now. Pure: what stands and the present moment are passed in.

A notice names no person and no case: a robot, a schedule, a system or a machine, a code that has a text, a time and a
number are all that it can hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bots_common.hours import Hours
from bots_common.notice_settings import MAIL, Kind, NoticeSettings, Route

NOBODY: Final = ""
"""The target of a notice that no route wanted when it came up: nobody is told of it later either."""
GIVEN_UP_AFTER: Final = timedelta(days=3)
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
_STEP: Final = timedelta(minutes=5)

ABOUT_RUNS: Final = frozenset({Kind.RUN_FAILED, Kind.RUN_STOPPED, Kind.RUN_STALLED, Kind.RUN_MISSED})


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that people have to be told once. `key` is its own for ever.

    `robots` are those that it concerns, all where none is named. `what` is a schedule, a system or a machine, `code`
    the end of a run, a screen, a reason, or which of two things. `until`: by when something has to be done.
    """

    key: str
    kind: Kind
    since: datetime
    robots: frozenset[str] = frozenset()
    what: str = ""
    code: str = ""
    until: datetime | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that one target has not got yet."""

    id: int
    target: str
    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """Notices that go to a target together. Of each target one urgent parcel and one other may be under way."""

    target: str
    urgent: bool
    ids: tuple[int, ...]


def due(
    seen: Iterable[Notice], told: Mapping[str, datetime], now: datetime, rules: NoticeSettings, hours: Hours
) -> list[Notice]:
    """What has not been told yet, of what stands now; `told` says when each key was written down.

    A deadline that was told, and whose case nobody has taken since, is due once more as ESCALATED.
    """
    found = {notice.key: notice for notice in seen}
    found |= {
        later.key: later
        for notice in found.values()
        if notice.kind is Kind.DEADLINE and notice.key in told
        if enough(told[notice.key], now, rules.escalation, hours)
        for later in [escalated(notice)]
    }
    return [notice for key, notice in found.items() if key not in told]


def escalated(notice: Notice) -> Notice:
    """The notice that follows when nobody has heard this one."""
    return replace(notice, key=f"{notice.key}/escalated", kind=Kind.ESCALATED)


def enough(since: datetime, now: datetime, length: timedelta, hours: Hours) -> bool:
    """Whether so much time has passed since then, counted only while people may be disturbed (to five minutes)."""
    if now - since < length:
        return False
    if not hours.closed:
        return True
    awake = timedelta()
    moment = since
    while awake < length and moment + _STEP <= now:
        awake += _STEP if hours.open_at(moment) else timedelta()
        moment += _STEP
    return awake >= length


def targets(notice: Notice, routes: Sequence[Route], also: Collection[str] = ()) -> tuple[str, ...]:
    """Who is told, each once; `also` are addresses that the notice's schedule names. NOBODY where nobody is."""
    wanted = [route for route in routes if route.wants(notice.kind, notice.robots)]
    found = [target for route in wanted for target in route.targets]
    if notice.kind in ABOUT_RUNS:
        found += [f"{MAIL}{address}" for address in also]
    return tuple(dict.fromkeys(found)) or (NOBODY,)


def parcels(
    waiting: Iterable[Waiting],
    under_way: Collection[tuple[str, bool]],
    now: datetime,
    rules: NoticeSettings,
    hours: Hours,
) -> Iterator[Parcel]:
    """What may be packed now: for each target all that waits, once the oldest of it has waited for the others.

    In quiet hours only what is urgent is. While a parcel is `under_way`, the next of its kind waits for it, so that
    after a stop of the mail server one mail has it all.
    """
    quiet = not hours.open_at(now)
    by_target: dict[str, list[Waiting]] = {}
    for notice in waiting:
        if notice.target != NOBODY and (notice.kind in rules.urgent or not quiet):
            by_target.setdefault(notice.target, []).append(notice)
    for target, its in by_target.items():
        urgent = any(notice.kind in rules.urgent for notice in its)
        if (target, urgent) not in under_way and now - min(it.at for it in its) >= rules.grouping:
            yield Parcel(target, urgent, tuple(it.id for it in its))


def again_after(tries: int) -> timedelta:
    """How long to wait after so many tries that failed: twice as long each time."""
    return min(FIRST_PAUSE * 2.0 ** min(tries - 1, 10), LONGEST_PAUSE)


def week_of(now: datetime, hours: Hours) -> str:
    """The week by which the weekly notice is told, "2026-W48": it begins on Monday at eight o'clock."""
    year, week, _ = (now.astimezone(hours.zone) - timedelta(hours=8)).isocalendar()
    return f"{year}-W{week:02}"


def stamp(moment: datetime | None) -> str:
    """The moment as a part of a key."""
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
