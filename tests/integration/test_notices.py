"""Notices: told once and together, not at night, and not lost with who dies."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bots_common.notice_settings import Kind, Route
from bots_common.notices import NOBODY
from bots_common.robot import registry
from bots_common.work import Store
from bots_common.work.run_records import Stop
from bots_common.work.system_records import Expected, Landmark
from schedules.file import Plan
from schedules.noticing import EVERY, Told
from schedules.plan import Rules, Schedule
from schedules.running import Office, Pace
from schedules.scheduler import Scheduler
from tests.integration.noticed import (
    HOUR,
    MINUTE,
    OPERATORS,
    ROUTES,
    START,
    TEAM,
    House,
    hook,
    house,
    page,
    plain,
    post,
)
from tests.mail_server import free_port

__all__ = ["hook", "house", "post"]


# -- once and together ----------------------------------------------------------------------------------------


async def test_a_run_that_failed_is_told_once_by_mail_and_in_the_channel(house: House) -> None:
    house.run(Stop.FAILED, detail="no row for 610190-1234")
    assert await house.told() == Told(new=2)
    assert await house.told(9 * MINUTE) == Told()
    assert await house.told(MINUTE) == Told(sent=2)
    (mail,) = house.mails()
    assert mail["Subject"] == "Kollega: Runs that failed"
    assert house.lines() == [["Invoices, mornings: It could not go on (Wed 25 Nov 10:00)"]]
    for told in (plain(mail), page(mail)):
        assert "It could not go on (Wed 25 Nov 10:00)" in told
        assert "https://kollega.kommune.example/" in told
    (card,) = house.hook.cards()
    assert card["type"] == "AdaptiveCard"
    assert card["body"][2]["text"] == "- Invoices, mornings: It could not go on (Wed 25 Nov 10:00)"
    assert card["actions"][0]["url"].startswith("https://kollega.kommune.example/")
    for _ in range(3):
        assert await house.told(HOUR) == Told()
    assert len(house.mails()) == len(house.hook.raw) == 1


async def test_what_comes_together_is_one_mail_and_what_is_alike_is_one_line(house: House) -> None:
    for _ in range(3):
        house.run(Stop.FAILED)
    house.run(Stop.LOGIN)
    house.run(Stop.SYSTEM_CLOSED, "evenings")
    house.run(Stop.EMPTY)
    assert (await house.grouped()).sent == 2
    (mail,) = house.mails()
    assert mail["Subject"] == "Kollega: Runs that failed, and one more matter"
    assert house.lines() == [
        [
            "Invoices, mornings: It could not go on (3 times, the last one Wed 25 Nov 10:00)",
            "Invoices, mornings: A system does not accept the robot's login (Wed 25 Nov 10:00)",
            "Invoices, evenings: A system lets nobody in (Wed 25 Nov 10:00)",
        ]
    ]


async def test_several_processes_that_look_and_send_at_the_same_moment_tell_once(house: House) -> None:
    for schedule in ("mornings", "evenings"):
        house.run(Stop.FAILED, schedule)
    with closing(Store.open(house.url, house.codec, clock=lambda: house.now)) as other:
        both = house.process("a"), house.process("b", other)
        for _ in range(3):
            await asyncio.gather(*(it.round() for it in both))
            house.now += 10 * MINUTE
    assert len(house.mails()) == len(house.hook.raw) == 1
    assert len(house.lines()[0]) == 2


async def test_what_nobody_wanted_is_not_told_when_somebody_wants_it_later(house: House) -> None:
    house.rules["routes"] = (Route(role="caseworker", mail=(TEAM,)),)
    house.run(Stop.FAILED)
    assert await house.told() == Told(new=1)
    assert [row.target for row in house.store.notices.latest(5)] == [NOBODY]
    house.rules["routes"] = ROUTES
    assert await house.told(HOUR) == Told()


async def test_a_schedule_has_addresses_of_its_own(house: House) -> None:
    house.run(Stop.FAILED)
    house.run(Stop.FAILED, "evenings")
    rules = Rules(robot="invoices", when="cron 0 6 * * *", notify=("faktura@kommune.example", OPERATORS))
    mornings = Schedule("mornings", rules, ZoneInfo("Europe/Copenhagen"), None)
    await house.process().round([mornings], at_once=True)
    assert [len(lines) for lines in house.lines("faktura@kommune.example")] == [1]
    assert [len(lines) for lines in house.lines()] == [2]


# -- at night -------------------------------------------------------------------------------------------------


async def test_at_night_only_what_is_urgent_is_sent_and_the_rest_is_one_mail_in_the_morning(house: House) -> None:
    house.rules |= {"quiet": ("daily 18:00-07:00",), "urgent": frozenset({Kind.SCREEN_CHANGED})}
    house.now = START + 12 * HOUR  # ten in the evening
    for _ in range(2):
        house.run(Stop.FAILED)
    landmarks = frozenset({Landmark("button", "Gem")})
    house.store.drift.report("finance", "invoice", Expected(landmarks), frozenset(), "a")
    assert (await house.grouped()).sent == 2
    house.run(Stop.FAILED, "nights")
    (urgent,) = house.mails()
    assert urgent["Subject"] == "Kollega: Urgent: Screens that have changed"
    assert house.lines() == [
        ["finance: the screen “invoice”, since Wed 25 Nov 22:00. These robots stand still: Invoices"]
    ]
    for _ in range(8):
        assert (await house.told(HOUR)).sent == 0
    assert (await house.told(HOUR)).sent == 2  # it is a quarter past seven
    assert [len(lines) for lines in house.lines()] == [1, 2]


# -- what is away and what dies -------------------------------------------------------------------------------


async def test_a_mail_server_that_is_down_gets_it_later_and_the_channel_does_not_wait(house: House) -> None:
    up, house.mail_port = house.mail_port, free_port()
    house.run(Stop.FAILED)
    assert await house.grouped() == Told(new=2, sent=1, failed=1)
    assert len(house.hook.raw) == 1
    assert await house.told(30 * timedelta(seconds=1)) == Told(), "it is not asked all the time"
    assert (await house.told(MINUTE)).failed == 1
    house.run(Stop.FAILED, "evenings")
    house.run(Stop.LOGIN)
    assert (await house.grouped()).failed == 1
    assert next(row.why for row in house.store.notices.latest(9) if row.why).startswith("The mail server 127.0.0.1")
    house.mail_port = up
    assert (await house.told(HOUR)).sent == 1, "first what was under way"
    assert (await house.told(MINUTE)).sent == 1, "then all the rest in one"
    assert [len(lines) for lines in house.lines()] == [1, 2]


async def test_a_channel_that_does_not_take_cards_is_tried_again_and_given_up_after_days(house: House) -> None:
    house.hook.status = 503
    house.run(Stop.FAILED)
    assert await house.grouped() == Told(new=2, sent=1, failed=1)
    house.hook.status = 200
    assert (await house.told(HOUR)).sent == 1
    house.hook.status = 404
    house.run(Stop.FAILED)
    tries = [(await house.grouped()).failed] + [(await house.told(6 * HOUR)).failed for _ in range(16)]
    assert tries == [1] * 14 + [0] * 3, "for three days"
    (row, *_) = [row for row in house.store.notices.latest(9) if row.target == "webhook:drift"]
    assert row.given_up
    assert row.why.startswith("The webhook 'drift' does not take the card (404).")
    assert "secret-of-the-channel" not in row.why
    assert (len(house.hook.raw), len(house.mails())) == (1, 2)


async def test_a_process_that_dies_while_sending_leaves_the_mail_to_another_under_the_same_id(house: House) -> None:
    house.rules["routes"] = (Route(role="operator", mail=(OPERATORS,)),)
    house.run(Stop.FAILED)
    await house.told()
    house.now += 10 * MINUTE
    house.post.text = "451 Try again"  # it is packed and has been tried
    assert (await house.told()).failed == 1
    house.post.text = "250 OK"
    house.now += MINUTE
    dead = house.store.notices.claim("dead", timedelta(minutes=5))
    assert dead is not None
    await house.process()._post.send(dead)  # it has sent it, and dies before it can say so
    assert await house.told(4 * MINUTE) == Told(), "it may still be at it"
    assert (await house.told(2 * MINUTE)).sent == 1
    one, other = house.mails()
    assert one["Message-ID"] == other["Message-ID"]
    assert not house.store.notices.sent(dead), "the dead one's word does not count any more"
    house.run(Stop.FAILED)
    await house.grouped()
    assert house.mails()[2]["Message-ID"] != one["Message-ID"]


async def test_one_wrong_address_keeps_nobody_else_from_being_told(house: House) -> None:
    house.rules["routes"] = (Route(role="operator", mail=("gone@kommune.example", OPERATORS)),)
    house.post.addresses = {"gone@kommune.example": "550 No such user"}
    house.run(Stop.FAILED)
    assert await house.grouped() == Told(new=2, sent=1, failed=1)
    assert len(house.mails()) == 1


async def test_a_channel_that_hangs_never_holds_up_the_scheduler(house: House, tmp_path: Path) -> None:
    house.hook.open.clear()
    house.run(Stop.FAILED)
    office = Office(house.store, house.codec, house.settings(folder=tmp_path), Pace(tick=0.01, beat=0.01))
    scheduler = Scheduler(office, lambda: Plan(()), registry())
    async with asyncio.timeout(20):
        while not house.hook.called.is_set():
            await scheduler.tick()
            house.now += EVERY
            await asyncio.sleep(0.01)
    before = house.store.runs.leader("scheduler")
    async with asyncio.timeout(5):
        for _ in range(3):
            house.now += EVERY
            await scheduler.tick()
    assert before is not None and house.store.runs.leader("scheduler") == before
    house.hook.open.set()
    await scheduler._leave()
    assert len(house.hook.raw) == 1
