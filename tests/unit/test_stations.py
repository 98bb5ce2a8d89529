"""What a robot's state is called, and the calls of the last whole minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bots_common.work.system_records import SystemRow
from reports.stations import Doing, calls_before, doing

NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CALM = {"stopped": False, "changed": False, "shut_out": False, "in_hand": 0, "left": 0, "attended": True}


@pytest.mark.parametrize(
    ("but", "expected"),
    [
        ({}, Doing.IDLE),
        ({"attended": False}, Doing.IDLE),
        ({"shut_out": True}, Doing.IDLE),
        ({"left": 3}, Doing.WAITING),
        ({"left": 3, "attended": False}, Doing.UNATTENDED),
        ({"left": 3, "shut_out": True}, Doing.SHUT_OUT),
        ({"left": 3, "in_hand": 1}, Doing.WORKING),
        ({"left": 3, "in_hand": 1, "shut_out": True}, Doing.WORKING),
        ({"left": 3, "in_hand": 1, "changed": True}, Doing.CHANGED),
        ({"changed": True}, Doing.CHANGED),
        ({"left": 3, "in_hand": 1, "stopped": True}, Doing.STOPPING),
        ({"left": 3, "stopped": True, "changed": True}, Doing.STOPPED),
    ],
)
def test_what_stops_a_robot_goes_before_what_it_does(but: dict[str, bool | int], expected: Doing) -> None:
    assert doing(**{**CALM, **but}) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minute", "expected"),
    [(NOON, 4), (NOON - MINUTE, 7), (NOON - 2 * MINUTE, 0), (NOON + MINUTE, 0), (None, 0)],
)
def test_calls_of_the_last_whole_minute(minute: datetime | None, expected: int) -> None:
    row = SystemRow(minute=minute, calls=7, calls_before=4)
    assert calls_before(row, NOON + timedelta(seconds=20)) == expected
