"""Schedules in plain words, in three languages, and what they will do by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bots_common.calendar import Calendar, Kind
from bots_common.texts import Language
from schedules.file import parse
from schedules.outlook import ahead
from schedules.plan import Rules, Schedule
from schedules.words import Words

ZONE = ZoneInfo("Europe/Copenhagen")
WEDNESDAY = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
BANKING = Calendar(Kind.DENMARK_BANKING)


def words(language: Language = Language.DA, calendar: Calendar | None = BANKING, **rules: object) -> Words:
    given = {"robot": "invoices", "when": "cron 30 6 * * mon-fri", **rules}
    return Words(Schedule("x", Rules.model_validate(given), ZONE, calendar), language)


@pytest.mark.parametrize(
    ("when", "danish", "english"),
    [
        ("cron 30 6 * * mon-fri", "Mandag til fredag kl. 06.30", "Monday to Friday at 06:30"),
        ("cron 0 6,12 * * *", "Hver dag kl. 06.00 og 12.00", "Every day at 06:00 and 12:00"),
        ("cron 5 7 * * tue,thu", "Tirsdag og torsdag kl. 07.05", "Tuesday and Thursday at 07:05"),
        ("cron */5 7 * * mon", "Efter cron-linjen */5 7 * * mon", "By the cron line */5 7 * * mon"),
        ("cron 0 7 1 * *", "Efter cron-linjen 0 7 1 * *", "By the cron line 0 7 1 * *"),
        (
            "10th or next banking day 05:00",
            "Den 10. i hver måned eller næste bankdag, kl. 05.00",
            "On day 10 of each month or the next banking day, at 05:00",
        ),
        (
            "last banking day 16:00",
            "Den sidste bankdag i hver måned kl. 16.00",
            "On the last banking day of each month, at 16:00",
        ),
        (
            "every 30 minutes mon-fri 07:00-17:00",
            "Hvert 30. minut, mandag til fredag fra 07.00 til 17.00",
            "Every 30 minutes, Monday to Friday from 07:00 to 17:00",
        ),
        (
            "every 5 minutes daily 00:00-24:00",
            "Hvert 5. minut, hver dag fra 00.00 til 24:00",
            "Every 5 minutes, every day from 00:00 to 24:00",
        ),
        (
            "every 5 minutes fri-sun 22:00-04:00",
            "Hvert 5. minut, fredag til søndag fra 22.00 til 04.00",
            "Every 5 minutes, Friday to Sunday from 22:00 to 04:00",
        ),
        ("once 2026-12-01 08:00", "Én gang: 1. dec. 2026 08:00", "Once: 1 Dec 2026 08:00"),
    ],
)
def test_when(when: str, danish: str, english: str) -> None:
    assert (words(when=when).when(), words(Language.EN, when=when).when()) == (danish, english)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("last 2 banking days", "Not on the last 2 banking days of the month"),
        ("last banking day", "Not from the last banking day of the month to its end"),
        ("first banking day", "Not until the first banking day of the month is over"),
        ("first 3 banking days", "Not until the first 3 banking days of the month are over"),
        ("sun 02:00-06:00", "Not Sunday from 02:00 to 06:00"),
        ("daily 02:00-03:00", "Not from 02:00 to 03:00"),
        (
            "2026-12-31 12:00 - 2027-01-01 06:00",
            "Not from 31 Dec 2026 12:00 to 1 Jan 2027 06:00, once",
        ),
    ],
)
def test_when_not(written: str, told: str) -> None:
    assert words(Language.EN, calendar=None, not_during=[written]).closed() == [told]


def test_a_calendar_of_the_municipality_is_named() -> None:
    rules = Rules(robot="invoices", when="once 2026-12-01 08:00", calendar="town-hall")
    schedule = Schedule("x", rules, ZONE, BANKING)
    assert Words(schedule, Language.DA).closed() == [
        "Danske bankdage: ikke i weekender, på helligdage, 1. maj, 5. juni, 24. og 31. december, "
        "og heller ikke på dagene i arket “town-hall”"
    ]


def test_limits_and_what_becomes_of_runs() -> None:
    limits = {"jitter_minutes": 10, "min_items": 20, "max_items": 200, "until": "15:30", "autonomy": "approve"}
    told = words(**limits, missed="each", overlap="wait")
    assert told.limits() == [
        "Kun når der venter mindst 20 sager",
        "Højst 200 sager",
        "Begynder op til 10 minutter senere",
        "Slutter kl. 15.30; resten venter på næste kørsel",
        "En medarbejder godkender alt, uanset hvad robotten ellers må",
    ]
    assert told.policies() == [
        "Hver kørsel, der blev forsømt, mens ingen tidsplanlægger kørte, indhentes",
        "Venter, mens robotten stadig er i gang",
        "Markeres efter 15 minutter uden fremdrift",
    ]
    assert words().limits() == []


def test_the_days_to_come_with_what_comes_first_first() -> None:
    text = """
    [schedules.often]
    robot = "invoices"
    when = "every 60 minutes mon-fri 07:00-17:00"
    [schedules.early]
    robot = "flexwage"
    when = "cron 30 6 * * *"
    """
    plan = parse(text, Path("schedules.toml"), ("invoices", "flexwage"), ZONE.key)
    coming = ahead(plan, WEDNESDAY, WEDNESDAY + timedelta(days=1))
    told = [(it.day, f"{it.moments[0]:%H:%M}", len(it.moments), it.schedule.name) for it in coming]
    assert told == [
        (date(2026, 11, 25), "14:00", 3, "often"),
        (date(2026, 11, 26), "06:30", 1, "early"),
        (date(2026, 11, 26), "07:00", 7, "often"),
    ]
