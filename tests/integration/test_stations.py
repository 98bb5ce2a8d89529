"""The pages of robots, systems and changed screens: what they show to whom, and what people do there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI

from bots_common.autonomy import Level
from bots_common.roles import Grant, Role
from bots_common.settings import AutonomySettings, GivenSettings, SystemSettings
from bots_common.work import Codec, Store
from bots_common.work.audit import Asked
from bots_common.work.system_records import Expected, Health, Landmark, Order
from reports import web
from tests import visitors
from tests.clocks import Clock
from tests.handled import NOON, ROBOT, day_of_work
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("prepared")

OPERATOR = (Grant(Role.OPERATOR),)
OLD = frozenset({Landmark("field", "CPR-nummer"), Landmark("button", "Vis")})
SEEN = frozenset({Landmark("field", "Personnummer"), Landmark("button", "Vis")})
NEWER = SEEN | {Landmark("button", "Slet")}
WORKER = Health("pc-1/7/ab", "pc-1", "0.1.0", (ROBOT,), in_hand=2, handled=5, idle_seconds=3)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def store(tmp_path: Path, codec: Codec, clock: Clock) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec, clock=clock)
    day_of_work(opened)
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store, codec: Codec, tmp_path: Path, clock: Clock) -> FastAPI:
    at = {"url": "http://finance.test/", "username": "robot", "password": "x"}
    settings = GivenSettings(
        folder=tmp_path,
        systems={
            "finance": SystemSettings(**at, calls_per_minute=30, concurrency=1, open=("mon-fri 06:00-20:00",)),
            "grants": SystemSettings(**at),
        },
        autonomy={ROBOT: AutonomySettings(ramp=(10, 20, 40))},
    )
    return web.create(store, codec, settings, clock)


@pytest.fixture
async def operator(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, store, "ole.drift", OPERATOR) as somebody:
        yield somebody


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def seen(somebody: Visitor, address: str) -> str:
    answer = await somebody.get(address)
    assert answer.status_code == 200
    return words(answer.text)


def drift(store: Store, expected: Expected = Expected(OLD), now: frozenset[Landmark] = SEEN) -> int:  # noqa: B008
    drift_id = store.drift.report("grants", "citizen search", expected, now, "pc-1/7/ab")
    assert drift_id is not None
    return drift_id


def acts(store: Store) -> list[tuple[str, str, str | None, str]]:
    rows = store.audit.log(Asked(), limit=10)
    return [(row.who, row.act, row.robot, row.detail) for row in reversed(rows)]


# -- robots ---------------------------------------------------------------------------------------------------


async def test_a_robot_with_its_cases_its_level_and_its_workers(
    operator: Visitor, store: Store, clock: Clock
) -> None:
    store.levels.set(ROBOT, Level.AUTO, "anna", "59 without an error")
    store.fleet.report(Health("pc-2/9/cd", "pc-2", "0.0.9", (ROBOT,), 1, 0, 3))
    clock.now += timedelta(minutes=5)
    store.fleet.report(WORKER)
    shown = await seen(operator, f"/robots/{ROBOT}")
    for told in (
        "Fakturaer Venter på et ledigt robotprogram",
        "Venter på robotten 1 I gang 0 Hos en medarbejder 3",
        "Klaret alene denne måned 1",
        "Hvad den må alene Alene, 10 sager om dagen (trin 1 af 3)",
        "Andel uden medarbejder denne måned 25 %",
        "Robotprogrammer 1, tavse: 1",
        "Seneste fremdrift 08.11.2024 12.04 Version 0.1.0",
        "pc-1 pc-1/7/ab Arbejder 2 5 08.11.2024 12.04 08.11.2024 12.05 0.1.0",
        "pc-2 pc-2/9/cd Tavst: dødt eller uden forbindelse 1 0",
        "finance Åbent for robotter grants Åbent for robotter",
    ):
        assert told in shown


async def test_every_robot_that_somebody_may_see_and_no_other(app: FastAPI, store: Store) -> None:
    async with visitors.visitor(app, store, "cleo", [Grant(Role.CASEWORKER, "flexwage")]) as caseworker:
        shown = await seen(caseworker, "/robots")
        assert "Fleksløntilskud Intet at gøre" in shown
        assert "Fakturaer" not in shown
        assert "Stop robotten" not in shown
        assert (await caseworker.get(f"/robots/{ROBOT}")).status_code == 404
        assert "finance" not in await seen(caseworker, "/systems")


async def test_work_that_nobody_does_is_said(operator: Visitor) -> None:
    assert "Fakturaer Der er arbejde, men intet robotprogram kører" in await seen(operator, "/robots")


async def test_a_robot_is_stopped_and_let_work_again(operator: Visitor, store: Store) -> None:
    stopped = await operator.send_form(f"/robots/{ROBOT}/stop", how="finish", why="forkert konto")
    assert (stopped.status_code, stopped.headers["location"]) == (303, f"/robots/{ROBOT}")
    assert store.stops.all()[ROBOT].order is Order.FINISH
    shown = await seen(operator, f"/robots/{ROBOT}")
    assert "Fakturaer gør færdig, hvad den har i hånden, og begynder ikke på mere." in shown
    assert "Fakturaer Stoppet af en medarbejder" in shown
    assert "ole.drift stoppede den 08.11.2024 12.00: forkert konto" in shown
    assert (await operator.send_form(f"/robots/{ROBOT}/resume")).status_code == 303
    assert (await operator.send_form(f"/robots/{ROBOT}/resume")).status_code == 303
    assert store.stops.all() == {}
    assert acts(store) == [
        ("ole.drift", "robot.stopped", ROBOT, "finish: forkert konto"),
        ("ole.drift", "robot.resumed", ROBOT, ""),
    ]


async def test_a_robot_that_still_finishes_may_be_stopped_at_once(operator: Visitor, store: Store) -> None:
    store.claim([ROBOT], "pc-1/7/ab", timedelta(minutes=1))
    await operator.send_form(f"/robots/{ROBOT}/stop", how="finish", why="forkert konto")
    assert "Fakturaer Ved at stoppe" in await seen(operator, f"/robots/{ROBOT}")
    await operator.send_form(f"/robots/{ROBOT}/stop", how="now", why="den bogfører stadig")
    assert store.stops.all()[ROBOT].order is Order.NOW


async def test_nothing_is_stopped_without_a_reason(operator: Visitor, store: Store) -> None:
    answer = await operator.send_form(f"/robots/{ROBOT}/stop", how="now", why="  ")
    assert answer.status_code == 422
    assert "Robotten blev ikke stoppet. Skriv hvorfor" in words(answer.text)
    assert "live.js" not in answer.text
    assert store.stops.all() == {}


async def test_who_operates_another_robot_stops_only_theirs(app: FastAPI, store: Store) -> None:
    grants = [Grant(Role.OPERATOR, "flexwage"), Grant(Role.LEADER)]
    async with visitors.visitor(app, store, "finn", grants) as somebody:
        assert (await somebody.send_form(f"/robots/{ROBOT}/stop", how="now", why="x")).status_code == 403
        assert (await somebody.send_form("/robots/flexwage/stop", how="now", why="x")).status_code == 303
        assert (await somebody.send_form("/systems/finance/pause", why="x")).status_code == 403
        assert (await somebody.send_form("/systems/income/pause", why="x")).status_code == 303
        assert (await somebody.get(f"/drifts/{drift(store)}")).status_code == 403
        assert "/drifts/" not in (await somebody.get("/systems")).text
    assert set(store.stops.all()) == {"flexwage"}
    assert [row.paused_by for row in store.systems.seen().rows.values()] == ["finn"]


async def test_a_page_that_somebody_wants_to_stand_still_does(operator: Visitor) -> None:
    for address in ("/robots", f"/robots/{ROBOT}", "/systems"):
        assert "live.js" in (await operator.get(address)).text
        still = await operator.get(f"{address}?still=1")
        assert "live.js" not in still.text
        assert f'href="{address}"' in still.text


# -- systems --------------------------------------------------------------------------------------------------


async def test_a_system_with_its_limits_and_who_waits(operator: Visitor, store: Store, clock: Clock) -> None:
    for _ in range(31):  # every two seconds of the minute, and one for the next
        store.systems.next_call("finance", 2 * SECOND)
        clock.now += 2 * SECOND
    for holder in ("pc-1/7/ab", "pc-2/9/cd"):
        store.systems.line_up("finance", holder, timedelta(minutes=1))
    shown = await seen(operator, "/systems")
    for told in (
        "finance Åbent, kald venter på deres tur Robotter Fakturaer",
        "Kald i det seneste minut 30 af højst 30",
        "Kald ad gangen 1 af højst 1 Hvem der venter pc-2/9/cd Åbningstid mon-fri 06:00-20:00",
        "grants Åbent for robotter Robotter Fakturaer Kald i det seneste minut Ingen grænse; tælles ikke",
        "income Åbent for robotter Robotter Fleksløntilskud Adresse Ingen er sat på denne maskine",
    ):
        assert told in shown


async def test_a_call_that_has_to_wait_for_its_moment(operator: Visitor, store: Store) -> None:
    for _ in range(5):
        store.systems.next_call("finance", 2 * SECOND)
    assert "Et kald venter 10 sekunder på sin tur" in await seen(operator, "/systems")


async def test_a_system_that_is_out_of_order(operator: Visitor, store: Store, clock: Clock) -> None:
    store.systems.failed("finance", "Error 500 for 610190-1234", limit=1, length=timedelta(minutes=10))
    shown = await seen(operator, "/systems")
    assert "finance Ude af drift, lades i fred Fejl i træk: 1. Ét kald prøver det igen" in shown
    assert "Error 500 for ******-****" in shown
    assert "Fakturaer Venter på et system finance: Ude af drift, lades i fred" in await seen(operator, "/robots")
    clock.now += timedelta(minutes=11)
    assert "finance Ude af drift, prøves igen" in await seen(operator, "/systems")


async def test_a_system_outside_its_hours(app: FastAPI, store: Store, clock: Clock) -> None:
    clock.now += timedelta(hours=9)
    async with visitors.visitor(app, store, "ole.drift", OPERATOR) as operator:
        assert "finance Uden for åbningstiden Det åbner 11.11.2024 06.00." in await seen(operator, "/systems")


async def test_a_system_is_paused_and_opened_again(operator: Visitor, store: Store) -> None:
    assert (await operator.send_form("/systems/finance/pause", why="  ")).status_code == 422
    assert (await operator.send_form("/systems/nothing/pause", why="x")).status_code == 404
    assert store.systems.seen().rows == {}
    await operator.send_form("/systems/finance/pause", why="månedsluk")
    shown = await seen(operator, "/systems")
    assert "finance er sat på pause; et kald, der er i gang, gøres færdigt." in shown
    assert "finance Sat på pause af en medarbejder ole.drift satte det på pause 08.11.2024 12.00: månedsluk" in shown
    await operator.send_form("/systems/finance/resume")
    assert "finance Åbent for robotter" in await seen(operator, "/systems")
    assert acts(store) == [
        ("ole.drift", "system.paused", None, "finance: månedsluk"),
        ("ole.drift", "system.resumed", None, "finance"),
    ]


# -- changed screens ------------------------------------------------------------------------------------------


def keep_picture(store: Store, codec: Codec, folder: Path, drift_id: int, picture: bytes) -> None:
    file = folder / "evidence" / "ab" / f"{drift_id}.sealed"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(codec.seal(picture))
    store.drift.keep_picture(drift_id, f"ab/{drift_id}.sealed")


async def test_a_changed_screen_is_looked_at_and_accepted(
    operator: Visitor, store: Store, codec: Codec, tmp_path: Path
) -> None:
    drift_id = drift(store)
    keep_picture(store, codec, tmp_path, drift_id, b"a picture")
    assert "Fakturaer Stoppet af et ændret skærmbillede" in await seen(operator, "/robots")
    shown = await seen(operator, f"/drifts/{drift_id}")
    assert "Felt CPR-nummer mangler Knap Vis Vis Felt Personnummer kun set" in shown
    assert "Ingen har godkendt dette skærmbillede før" in shown
    assert "Robotterne har stadig brug for det, der ikke længere er der: “CPR-nummer” (felt)" in shown
    assert (await operator.get(f"/drifts/{drift_id}/picture")).content == b"a picture"
    assert (await operator.send_form(f"/drifts/{drift_id}/accept", why=" ")).status_code == 422
    await operator.send_form(f"/drifts/{drift_id}/accept", why="kun en etiket")
    assert store.drift.open() == []
    shown = await seen(operator, "/systems")
    assert "Godkendt: De robotter, der bruger grants, fortsætter inden for få sekunder." in shown
    assert "ole.drift godkendte det 08.11.2024 12.00: kun en etiket" in shown
    assert acts(store) == [
        ("ole.drift", "drift.seen", None, f"{drift_id}, grants: citizen search"),
        ("ole.drift", "drift.accepted", None, f"{drift_id}, grants: citizen search: kun en etiket"),
    ]


async def test_the_picture_of_what_was_accepted_stands_beside_what_is_seen(
    operator: Visitor, store: Store, codec: Codec, tmp_path: Path
) -> None:
    first = drift(store)
    keep_picture(store, codec, tmp_path, first, b"before")
    store.drift.accept(first, "anna", "only the label")
    second = drift(store, Expected(SEEN, exact=True), NEWER)
    keep_picture(store, codec, tmp_path, second, b"after")
    answer = await operator.get(f"/drifts/{second}")
    assert re.findall(r'src="/drifts/(\d+)/picture"', answer.text) == [str(first), str(second)]
    assert "Knap Slet ny" in words(answer.text)


async def test_a_colleague_was_quicker_and_nothing_is_overwritten(operator: Visitor, store: Store) -> None:
    drift_id = drift(store)
    store.drift.accept(drift_id, "anna", "only the label")
    answer = await operator.send_form(f"/drifts/{drift_id}/accept", why="mig også")
    assert answer.status_code == 409
    assert "anna godkendte det 08.11.2024 12.00: only the label" in words(answer.text)
    assert store.drift.one(drift_id).accepted_by == "anna"
    assert acts(store) == []


async def test_a_picture_that_is_not_there(operator: Visitor, store: Store) -> None:
    assert (await operator.get(f"/drifts/{drift(store)}/picture")).status_code == 404
    assert (await operator.get("/drifts/7")).status_code == 404
    assert acts(store) == []
