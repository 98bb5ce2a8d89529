"""People are told: once, together, not at night, whatever is away or dies, and nobody is named."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bots_common.autonomy import Level
from bots_common.notice_settings import Kind, NoticeSettings, Route
from bots_common.notices import NOBODY
from bots_common.robot import registry
from bots_common.settings import AutonomySettings, GivenSettings, MailSettings
from bots_common.values import Cpr
from bots_common.web_settings import WebSettings
from bots_common.work import Codec, NewItem, Store
from bots_common.work.records import NewObs, Wish
from bots_common.work.run_records import NewRun, Stop, Tally
from bots_common.work.system_records import Expected, Health, Landmark
from mocks.town import generate
from reports import web
from schedules.file import Plan
from schedules.letters import KINDS, PAGES
from schedules.noticing import EVERY, Noticing, Told
from schedules.plan import Rules, Schedule
from schedules.running import Office, Pace
from schedules.scheduler import Scheduler
from tests.handled import NOON, claimed, proposed
from tests.integration.test_matrix import routes
from tests.mail_server import HOST, Server, free_port, mail_server
from tests.unit.care import grant, invoice
from tests.webhook_server import Channel, channel

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
"""A Wednesday, ten o'clock in Copenhagen."""
OPERATORS, TEAM, LEADER = "drift@kommune.example", "team@kommune.example", "leder@kommune.example"
ROUTES = (
    Route(role="operator", mail=(OPERATORS,), webhook="drift"),
    Route(role="caseworker", mail=(TEAM,)),
    Route(role="leader", mail=(LEADER,)),
)
LEASE = timedelta(seconds=10)


class House:
    """A clock that the test turns, a store, and servers that take mails and cards."""

    def __init__(self, url: str, codec: Codec, post: Server, hook: Channel, **rules: Any) -> None:
        self.now = START
        self.url, self.codec, self.post, self.hook = url, codec, post, hook
        self.store = Store.open(url, codec, clock=lambda: self.now)
        self.mail_port = post.port
        self.rules = {"routes": ROUTES, "webhooks": {"drift": SecretStr(hook.url)}} | rules

    def settings(self, **more: Any) -> GivenSettings:
        mail = MailSettings(
            host=HOST, port=self.mail_port, security="none", sender="robot@k.example", timeout_seconds=60
        )
        key, pages = SecretStr("A" * 43 + "="), WebSettings(public_url="https://kollega.kommune.example")
        return GivenSettings(mail=mail, key=key, web=pages, notices=NoticeSettings(**self.rules), **more)

    def process(self, name: str = "a", store: Store | None = None) -> Noticing:
        return Noticing(store or self.store, self.settings(language="en"), registry(), name)

    async def told(self, after: timedelta = timedelta()) -> Told:
        """The clock goes on, and a process that was just started sees to notices."""
        self.now += after
        return await self.process().round()

    async def grouped(self) -> Told:
        """What stands is written down, and leaves when its grouping is over."""
        written, sent = await self.told(), await self.told(10 * MINUTE)
        return Told(written.new + sent.new, written.sent + sent.sent, written.failed + sent.failed)

    def run(self, stop: Stop, schedule: str = "mornings", detail: str = "") -> None:
        """A run that begins and ends in this moment."""
        runs = self.store.runs
        runs.plan(schedule, "invoices", self.now, [NewRun(self.now, self.now, left_out=None)])
        row = runs.begin("a", ["invoices"], LEASE, "1")
        assert row is not None
        runs.finish(row, Tally(), stop, detail)
        self.now += timedelta(seconds=1)

    def mails(self, to: str = OPERATORS) -> list[EmailMessage]:
        return [message for addresses, message in self.post.taken if addresses == [to]]

    def lines(self, to: str = OPERATORS) -> list[list[str]]:
        """What each mail tells, without headings and advice."""
        return [[line[2:] for line in plain(mail).splitlines() if line.startswith("- ")] for mail in self.mails(to)]


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def page(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def post() -> Iterator[Server]:
    with mail_server() as running:
        yield running


@pytest.fixture
def hook() -> Iterator[Channel]:
    with channel() as running:
        yield running


@pytest.fixture
def house(database_url: str, codec: Codec, post: Server, hook: Channel) -> Iterator[House]:
    made = House(database_url, codec, post, hook)
    with closing(made.store):
        yield made


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


# -- everything that is told ----------------------------------------------------------------------------------


def with_person(store: Store, reference: str, reason: str = "amount_differs", **item: Any) -> int:
    """An item that a person has to see to."""
    lease = claimed(store, NewItem(reference, {"document": reference}, **item))
    store.hand_over(lease, "desk", reason, {})
    return lease.item_id


async def test_a_case_that_nobody_takes_is_told_to_the_team_and_then_to_those_who_lead(house: House) -> None:
    one, other, late = (with_person(house.store, f"B{n}", deadline=house.now + n * DAY) for n in (1, 2, 3))
    house.now += MINUTE
    await house.grouped()
    assert house.lines(TEAM) == [["Invoices: 2 cases, the first to be done by Thu 26 Nov 10:00 (Amount differs)"]]
    assert house.lines(LEADER) == []
    house.store.worklist.take(one, "birgit")
    await house.told(4 * HOUR)
    await house.told(10 * MINUTE)
    told = [["Invoices: 1 case, to be done by Fri 27 Nov 10:00 (Amount differs)"]]
    assert house.lines(LEADER) == house.lines() == told
    assert "https://kollega.kommune.example/worklist?whose=nobody&robot=invoices" in plain(house.mails(LEADER)[0])
    house.store.worklist.take(other, "birgit")
    for _ in range(30):
        await house.told(HOUR)
    assert [len(house.lines(to)) for to in (TEAM, LEADER)] == [2, 2], "the third has come near and nobody took it"
    assert late


async def test_what_somebody_does_by_hand_already_is_not_told_as_nobodys(house: House) -> None:
    house.store.levels.set("invoices", Level.AUTO, "birgit", "for this test")
    for reference in ("B1", "B2"):
        lease = claimed(house.store, NewItem(reference, {}, deadline=house.now + HOUR))
        wish = Wish("invoices", reference, "letter", {"text": reference}, None, check="", by_hand="letters")
        house.store.approvals.permit(lease, wish, AutonomySettings())
        house.store.park(lease, "desk", "by_hand", {})
    house.store.piles.take("invoices", "letters", "bo", 1)
    await house.grouped()
    assert house.lines(TEAM) == [["Invoices: 1 case, to be done by Wed 25 Nov 11:00 (To be done by hand)"]]


async def test_what_waits_long_for_a_word_is_told_and_what_nobody_knows(house: House) -> None:
    house.store.levels.set("invoices", Level.APPROVE, "birgit", "for this test")
    for number in range(2):
        proposed(house.store, f"B2024-10000{number}", invoice(), [grant()])
    with_person(house.store, "B2024-100007", "uncertain")
    await house.grouped()
    assert house.lines(TEAM) == [["Invoices: 1 case, since Wed 25 Nov 10:00"]]
    await house.told(DAY)
    await house.grouped()
    assert house.lines(TEAM)[1:] == [["Invoices: 2 cases, the oldest since Wed 25 Nov 10:00"]]


async def test_the_obs_list_is_told_once_a_week(house: House) -> None:
    today = date(2026, 11, 25)
    entries = [
        NewObs("0101010001", "Ny adresse", today, today + 10 * DAY, "invoices"),
        NewObs("0101010002", "Kender sagen", today, today + 30 * DAY),
        NewObs("0101010003", "Kender sagen", today),
    ]
    house.store.obs.add(entries, "birgit")
    process = house.process()
    for _ in range(5 * 24):
        await process.round()
        house.now += HOUR
    ends = "Invoices: 1 entry ends within two weeks"
    assert house.lines(TEAM) == [[ends], [ends]], "this week's, and from Monday on the next week's"
    house.now += 100 * DAY
    await house.grouped()
    assert house.lines(TEAM)[2:] == [["All robots: 1 entry that nobody has confirmed for three months"]]


async def test_systems_screens_workers_and_runs_that_get_nowhere_are_told(house: House) -> None:
    store = house.store
    for _ in range(2):
        store.systems.failed("finance", "no answer", limit=2, length=HOUR)
    health = Health("pc-7/1/ab", "pc-7", "1", ("invoices", "flexwage"), 1, 3, 0.0)
    store.fleet.report(health)
    store.runs.plan("mornings", "invoices", house.now, [NewRun(house.now - DAY, house.now, left_out=Stop.MISSED)])
    store.runs.plan("noon", "flexwage", house.now, [NewRun(house.now, house.now)])
    row = store.runs.begin("a", ["flexwage"], HOUR, "1")
    assert row is not None
    house.now += 2 * MINUTE
    store.runs.beat(row, Tally(), moved=False, lease=HOUR, patience=MINUTE)
    await house.grouped()
    assert house.lines() == [
        [
            "finance, since Wed 25 Nov 10:00. These robots wait for it: Invoices",
            "pc-7, since Wed 25 Nov 10:00. It worked for: Flex wage, Invoices",
            "Flex wage, noon: no progress since Wed 25 Nov 10:00",
            "Invoices, mornings: should have run Tue 24 Nov 10:00",
        ]
    ]
    store.systems.probe("finance", "a", HOUR)
    house.now += 2 * HOUR
    store.systems.probe("finance", "a", HOUR)
    store.systems.probe_ended("finance", "a", why=None, limit=2, length=HOUR)
    await house.grouped()
    assert len(house.mails()) == 1
    for _ in range(2):
        store.systems.failed("finance", "no answer", limit=2, length=HOUR)
    await house.grouped()
    assert house.lines()[1:] == [["finance, since Wed 25 Nov 12:22. These robots wait for it: Invoices"]]


async def test_what_is_old_when_notices_begin_is_no_news(house: House) -> None:
    house.run(Stop.FAILED)
    assert await house.told(3 * DAY) == Told()


# -- nobody is named ------------------------------------------------------------------------------------------


CHANCE = 4
"""So few digits of an invoice's number are met by chance, as in a mail's own number."""


async def test_no_notice_names_a_citizen_or_a_case_of_the_town(house: House) -> None:
    """Every citizen of a town has a case that is told of, in every way; all that left is searched for all of them."""
    town = generate(1, 40, flex=20, hires=20)
    house.store.levels.set("invoices", Level.APPROVE, "birgit", "for this test")
    secrets: set[str] = set()
    for number, citizen in enumerate(town.citizens):
        cpr = Cpr(citizen.cpr)
        secrets |= {citizen.cpr, cpr.shown(), citizen.name, f"{citizen.cpr[:6]} {citizen.cpr[6:]}"}
        reference = f"REF-{citizen.cpr[:6]}-{number}"
        secrets.add(reference)
        reason = "uncertain" if number % 2 else "amount_differs"
        lease = claimed(
            house.store,
            NewItem(reference, {"name": citizen.name}, subjects=(citizen.cpr,), deadline=house.now + HOUR),
        )
        house.store.hand_over(lease, "desk", reason, {"cpr": cpr.shown(), "name": citizen.name})
        house.run(Stop.FAILED, detail=f"{citizen.name} {cpr.shown()}")
        house.store.obs.add(
            [NewObs(citizen.cpr, f"Kender {citizen.name}", date(2026, 8, 1), date(2026, 12, 1))], "birgit"
        )
    for document in town.documents:
        proposed(house.store, document.number, invoice(), [grant()])
        secrets |= {document.number, document.supplier, document.invoice}
    for system in ("finance", "grants"):
        for citizen in town.citizens[:5]:
            house.store.systems.failed(system, f"{citizen.name} {citizen.cpr}", limit=5, length=HOUR)
    await house.grouped()
    await house.told(2 * DAY)
    await house.grouped()
    told = {row.notice.kind for row in house.store.notices.latest(10_000)}
    assert told >= {Kind.UNCERTAIN, Kind.RUN_FAILED, Kind.ESCALATED, Kind.DEADLINE, Kind.APPROVAL, Kind.OBS_LIST}
    left = [f"{mail['Subject']} {plain(mail)} {page(mail)} {mail.as_string()}" for _, mail in house.post.taken]
    left += [body.decode() for body in house.hook.raw] + ["\n".join(house.hook.texts()[0])]
    assert len(house.post.taken) >= 4
    everything = "\n".join(left)
    secrets = {it for it in secrets if len(it) > CHANCE}
    assert len(secrets) > 200
    assert sorted(secret for secret in secrets if secret in everything) == []
    assert town.citizens[0].name not in str(house.store.notices.latest(10_000))


# -- where the links lead -------------------------------------------------------------------------------------


def test_every_link_leads_to_a_page_that_is_there(codec: Codec, tmp_path: Path) -> None:
    with closing(Store.open("sqlite://", codec)) as store:
        app = web.create(store, codec, GivenSettings(folder=tmp_path), clock=lambda: NOON)
        pages = set(routes(app.routes))
    assert {f"GET {words.path}" for words in KINDS.values() if words.path} | {"GET /"} <= pages
    assert {words.path for words in KINDS.values()} - {""} == set(PAGES)
    assert set(KINDS) == set(Kind)
