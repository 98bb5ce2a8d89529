"""What is told: everything that people are needed for, with nobody's name, and links that lead somewhere."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from bots_common.autonomy import Level
from bots_common.notice_settings import Kind
from bots_common.settings import AutonomySettings, GivenSettings
from bots_common.values import Cpr
from bots_common.work import Codec, NewItem, Store
from bots_common.work.records import NewObs, Wish
from bots_common.work.run_records import NewRun, Stop, Tally
from bots_common.work.system_records import Health
from mocks.town import generate
from reports import web
from schedules.letters import KINDS, PAGES
from schedules.noticing import Told
from tests.handled import NOON, claimed, proposed
from tests.integration.noticed import DAY, HOUR, LEADER, MINUTE, TEAM, House, hook, house, page, plain, post
from tests.integration.test_matrix import routes
from tests.unit.care import grant, invoice

__all__ = ["hook", "house", "post"]


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
