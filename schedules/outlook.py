"""What schedules will do in the time to come, by day. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from schedules.file import Plan
from schedules.plan import Schedule


@dataclass(frozen=True, slots=True)
class Ahead:
    """When a schedule comes on a day, in its own time zone."""

    day: date
    moments: tuple[datetime, ...]
    schedule: Schedule


def ahead(plan: Plan, after: datetime, until: datetime) -> list[Ahead]:
    """What comes after one moment, up to and with another, the next first."""
    found = [
        Ahead(day, tuple(moments), schedule)
        for schedule in plan.schedules
        for day, moments in groupby(
            (it.astimezone(schedule.zone) for it in schedule.due(after, until)), key=datetime.date
        )
    ]
    return sorted(found, key=lambda it: (it.day, it.moments[0], it.schedule.name))
