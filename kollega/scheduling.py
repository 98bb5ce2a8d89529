"""The scheduler of an installation, and what each of its runs needs."""

from __future__ import annotations

from functools import partial

from bots_common.robot import registry
from kollega.rooms import Rooms
from reports import kept
from schedules.file import PlanFile
from schedules.running import Office
from schedules.scheduler import Scheduler


def scheduler_of(rooms: Rooms) -> Scheduler:
    """The scheduler of the settings' schedule file."""
    file = PlanFile(rooms.settings.schedules, registry(), rooms.settings.timezone)
    return Scheduler(office_of(rooms), file.plan, registry())


def office_of(rooms: Rooms) -> Office:
    """What a run needs of the installation."""
    keep = partial(kept.keep, rooms.store, rooms.settings)
    return Office(rooms.store, rooms.codec, rooms.settings, keep_report=keep)
