"""What a system is at a moment: a person's word, then its hours, then what happened to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bots_common.desk.manners import Mode, pause_before_looking, standing
from bots_common.settings import GivenSettings, SystemSettings
from bots_common.work.system_records import SystemRow

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAUSED = {"paused_by": "birgit", "paused_why": "month-end", "paused_at": NOON - HOUR}


def settings(**treated: object) -> GivenSettings:
    its = SystemSettings.model_validate({"url": "http://x/", "username": "u", "password": "p", **treated})
    return GivenSettings(systems={"finance": its})


NIGHT = settings(open=["mon-fri 06:00-20:00"])
NIGHT_TIME = NOON + 8 * HOUR  # 21:00 in Copenhagen
BREAK = {"failures": 5, "broken_why": "answered 500."}


@pytest.mark.parametrize(
    ("row", "now", "mode", "says"),
    [
        ({}, NOON, Mode.OPEN, None),
        ({"failures": 4}, NOON, Mode.OPEN, None),
        (PAUSED, NOON, Mode.PAUSED, "finance is paused: birgit: month-end."),
        ({}, NIGHT_TIME, Mode.CLOSED, "finance is closed until 2026-11-26 06:00."),
        ({**BREAK, "broken_until": NOON + HOUR}, NOON, Mode.BROKEN, "until 2026-11-25 14:00: answered 500."),
        ({**BREAK, "broken_until": NOON}, NOON, Mode.PROBING, None),
        ({**BREAK, "broken_until": NOON + HOUR, "probing": True}, NOON, Mode.PROBING, None),
        ({**PAUSED, **BREAK, "broken_until": NOON + HOUR}, NIGHT_TIME, Mode.PAUSED, "is paused"),
        ({**BREAK, "broken_until": NOON}, NIGHT_TIME, Mode.CLOSED, "is closed"),
    ],
)
def test_what_a_system_is(row: dict[str, object], now: datetime, mode: Mode, says: str | None) -> None:
    found = standing("finance", SystemRow(**row), NIGHT.hours("finance"), now)  # type: ignore[arg-type]
    assert found.mode is mode
    assert found.lets_in is (says is None)
    if says:
        assert says in str(found.refusal(NIGHT))


def test_hours_are_in_the_installations_zone_unless_the_system_has_its_own() -> None:
    six_in_oslo_and_seven_in_helsinki = datetime(2026, 11, 25, 5, tzinfo=UTC)
    for zone, is_open in ((None, False), ("Europe/Helsinki", True)):
        hours = settings(open=["daily 07:00-08:00"], timezone=zone).hours("finance")
        assert hours.open_at(six_in_oslo_and_seven_in_helsinki) is is_open


def test_the_longer_the_queue_the_more_seldom_one_looks() -> None:
    pauses = [pause_before_looking(ahead, 2) for ahead in range(2, 200)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= 0.1
    assert pauses[-1] <= 2
