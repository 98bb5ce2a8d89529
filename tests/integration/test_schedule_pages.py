"""Schedules, runs and the day's plan on pages: what they say and to whom, and what people can do there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI

from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.work import Codec, Store
from bots_common.work.audit import Asked
from bots_common.work.run_records import NewRun, RunRow, RunState, Stop, Tally
from reports import web
from tests import visitors
from tests.clocks import Clock
from tests.handled import NOON, PLAIN, ROBOT, day_of_work
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("prepared")

FILE = """# Aftalt med økonomi i uge 40
[schedules.mornings]
robot = "invoices"
when = "cron 30 6 * * mon-fri"
calendar = "denmark-banking"
not_during = ["last 2 banking days"]
max_items = 200

[schedules.often]
robot = "certificates"
when = "every 30 minutes mon-fri 07:00-17:00"

[schedules.evening]
robot = "invoices"
when = "cron 0 18 * * *"
"""
OPERATOR = (Grant(Role.OPERATOR),)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(minutes=5)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def store(tmp_path: Path, codec: Codec, clock: Clock) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "schedules.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def app(store: Store, codec: Codec, file: Path, clock: Clock) -> FastAPI:
    settings = GivenSettings(folder=file.parent, schedules=file)
    return web.create(store, codec, settings, clock)


@pytest.fixture
async def operator(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, store, "ole.drift", OPERATOR) as somebody:
        yield somebody


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def remove(file: Path) -> None:
    file.unlink()


async def seen(somebody: Visitor, address: str) -> str:
    answer = await somebody.get(address)
    assert answer.status_code == 200
    return words(answer.text)


def acts(store: Store) -> list[tuple[str, str, str]]:
    return [(row.who, row.act, row.detail) for row in store.audit.log(Asked(), limit=50)]


def begun(store: Store, schedule: str = "mornings", robot: str = ROBOT) -> RunRow:
    store.runs.plan(schedule, robot, NOON, [NewRun(NOON - 2 * MINUTE, NOON - 2 * MINUTE)])
    run = store.runs.begin("office-7/4711", [robot], LEASE, "0.1.0")
    assert run is not None
    return run


# -- schedules ------------------------------------------------------------------------------------------------


async def test_a_schedule_in_plain_words_with_its_next_and_last_run(operator: Visitor, store: Store) -> None:
    run = begun(store)
    store.runs.finish(run, Tally(found=3, handled=2, exceptions=1), Stop.EMPTY)
    shown = await seen(operator, "/schedules")
    for told in (
        "mornings Fakturaer Mandag til fredag kl. 06.30.",
        "Næste kørsel 11.11.2024 06.30",
        "Seneste kørsel 08.11.2024 12.00 Der er ikke flere sager at behandle 3 fundet, 2 klaret, 1 til medarbejdere",
        "Ikke på månedens sidste 2 bankdage. Højst 200 sager.",
        "often Straffeattester Hvert 30. minut, mandag til fredag fra 07.00 til 17.00.",
        "Den har ikke kørt endnu",
        "fre. 8. nov. 12.30 – 16.30, 9 gange often Straffeattester",
        "Der kører ingen tidsplanlægger: intet begynder af sig selv.",
    ):
        assert told in shown
    store.runs.elect("scheduler", "office-7", LEASE)
    assert "Der kører ingen tidsplanlægger" not in await seen(operator, "/schedules")


async def test_a_person_lets_a_schedule_run_now_and_is_led_to_its_run(operator: Visitor, store: Store) -> None:
    answer = await operator.send_form("/schedules/mornings/run")
    (run,) = store.runs.unfinished()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/runs/{run.id}?follow=1")
    assert (run.schedule, run.robot, run.who, run.state) == ("mornings", ROBOT, "ole.drift", RunState.DUE)
    assert acts(store) == [("ole.drift", "run.wanted", "mornings")]


async def test_a_pause_says_who_and_why_until_somebody_lets_it_go_on(operator: Visitor, store: Store) -> None:
    silent = await operator.send_form("/schedules/mornings/pause", why=" ")
    assert silent.status_code == 422
    assert "Skriv først hvorfor" in words(silent.text)
    assert store.runs.planning() == {}
    assert (await operator.send_form("/schedules/mornings/pause", why="økonomi flytter")).status_code == 303
    shown = await seen(operator, "/schedules")
    assert "mornings Fakturaer På pause" in shown
    assert "Sat på pause 08.11.2024 12.00 af Ole.Drift: økonomi flytter" in shown
    assert "Ingen, så længe den er på pause" in shown
    assert (await operator.send_form("/schedules/mornings/resume")).status_code == 303
    assert not store.runs.planning()["mornings"].paused
    assert [act for _, act, _ in reversed(acts(store))] == ["schedule.paused", "schedule.resumed"]


async def test_each_sees_and_runs_the_schedules_of_their_own_robots(app: FastAPI, store: Store) -> None:
    grants = [Grant(Role.OPERATOR, "certificates"), Grant(Role.LEADER, ROBOT)]
    async with visitors.visitor(app, store, "otto", grants) as somebody:
        shown = await seen(somebody, "/schedules")
        assert "Kør nu often" in shown and "Kør nu mornings" not in shown
        assert "Ret tidsplanerne" not in shown
        assert (await somebody.send_form("/schedules/mornings/run")).status_code == 403
        assert (await somebody.get("/schedules/file")).status_code == 403
    async with visitors.visitor(app, store, "carl", [Grant(Role.OPERATOR, "certificates")]) as somebody:
        assert "mornings" not in await seen(somebody, "/schedules")
        assert (await somebody.send_form("/schedules/mornings/run")).status_code == 404
        assert (await somebody.send_form("/schedules/nothing/run")).status_code == 404
    assert store.runs.unfinished() == []


async def test_a_file_that_is_wrong_leaves_the_schedules_as_they_were(operator: Visitor, file: Path) -> None:
    assert "mornings" in await seen(operator, "/schedules")
    write(file, FILE.replace("mon-fri", "1-5", 1))
    shown = await seen(operator, "/schedules")
    assert "gælder tidsplanerne, som de var før" in shown
    assert "schedules.mornings.when: days of the week are written as names" in shown
    assert "mornings Fakturaer Mandag til fredag kl. 06.30." in shown


async def test_without_a_file_there_is_no_schedule(operator: Visitor, file: Path) -> None:
    remove(file)
    assert "Der er ingen tidsplan endnu" in await seen(operator, "/schedules")


# -- the file -------------------------------------------------------------------------------------------------


def form(html: str) -> dict[str, str]:
    """What the page's form would send."""
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', html)
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", html, re.DOTALL)
    assert mark and text
    return {"mark": mark[1], "text": unescape(text[1])}


async def test_the_file_is_changed_checked_and_saved_with_its_notes(
    operator: Visitor, store: Store, file: Path
) -> None:
    opened = form((await operator.get("/schedules/file")).text)
    assert opened["text"] == FILE
    changed = FILE.replace("06:30", "05:30").replace("30 6", "30 5")
    checked = await operator.send_form("/schedules/file", **opened | {"text": changed, "act": "check"})
    assert checked.status_code == 200
    assert "Der er ingen fejl. Det er ikke gemt endnu. mornings Næste kørsel 11.11.2024 05.30" in words(checked.text)
    assert text_of(file) == FILE
    saved = await operator.send_form("/schedules/file", **form(checked.text) | {"act": "save"})
    assert (saved.status_code, saved.headers["location"]) == (303, "/schedules")
    assert text_of(file) == changed
    assert acts(store) == [("ole.drift", "schedules.saved", "+1 −1")]
    assert "Mandag til fredag kl. 05.30" in await seen(operator, "/schedules")
    assert "ligger i filen schedules.before.toml" in await seen(operator, "/schedules/file")


async def test_a_text_that_is_wrong_is_not_saved_and_stands_there_still(
    operator: Visitor, store: Store, file: Path
) -> None:
    opened = form((await operator.get("/schedules/file")).text)
    wrong = FILE.replace("mon-fri", "1-5", 1)
    refused = await operator.send_form("/schedules/file", **opened | {"text": wrong, "act": "save"})
    assert refused.status_code == 422
    assert (
        'Linje 4: when = "cron 30 6 * * 1-5" schedules.mornings.when: days of the week are written as names'
        in words(refused.text)
    )
    assert form(refused.text)["text"] == wrong
    assert text_of(file) == FILE
    assert acts(store) == []


async def test_who_saves_second_is_told_and_keeps_what_they_wrote(operator: Visitor, file: Path) -> None:
    opened = form((await operator.get("/schedules/file")).text)
    await operator.send_form("/schedules/file", **opened | {"text": FILE + "max_items = 5\n", "act": "save"})
    second = await operator.send_form("/schedules/file", **opened | {"text": FILE + "max_items = 9\n", "act": "save"})
    assert second.status_code == 422
    assert "En anden har gemt tidsplanerne" in words(second.text)
    assert form(second.text)["text"].endswith("max_items = 9\n")
    assert text_of(file).endswith("max_items = 5\n")


# -- runs -----------------------------------------------------------------------------------------------------


async def test_a_run_under_way_says_how_far_it_is_and_can_be_followed(
    operator: Visitor, store: Store, clock: Clock
) -> None:
    run = begun(store)
    clock.now += 3 * MINUTE
    store.runs.beat(run, Tally(found=9, handled=4), moved=True, lease=LEASE, patience=15 * MINUTE)
    plain = await operator.get(f"/runs/{run.id}")
    assert "refresh" not in plain.headers
    shown = words(plain.text)
    for told in (
        "mornings Kørsel 1 Kører",
        "Klaret af robotten 4 Fundet 9",
        "Indtil nu 0:03:00",
        "Sat i gang af tidsplanen",
    ):
        assert told in shown
    followed = await operator.get(f"/runs/{run.id}?follow=1")
    assert followed.headers["refresh"] == "5"
    assert "Stop det" in words(followed.text)
    store.runs.finish(run, Tally(found=9, handled=9), Stop.ITEMS, "3 left")
    ended = await operator.get(f"/runs/{run.id}?follow=1")
    assert "refresh" not in ended.headers
    assert "Derfor sluttede den: Den har taget så mange sager, som den må . 3 left" in words(ended.text)


async def test_a_run_without_progress_is_marked_on_its_page_and_in_the_list(
    operator: Visitor, store: Store, clock: Clock
) -> None:
    run = begun(store)
    clock.now += 20 * MINUTE
    store.runs.beat(run, Tally(), moved=False, lease=LEASE, patience=15 * MINUTE)
    assert "Kørslen kommer ikke videre." in await seen(operator, f"/runs/{run.id}")
    assert "Ingen fremdrift" in await seen(operator, "/runs")


async def test_the_cases_of_a_run_are_for_those_who_may_see_them(
    app: FastAPI, operator: Visitor, store: Store
) -> None:
    run = begun(store)
    day_of_work(store)
    assert PLAIN not in await seen(operator, f"/runs/{run.id}")
    async with visitors.visitor(app, store, "anne", [Grant(Role.CASEWORKER, ROBOT)]) as somebody:
        assert PLAIN in await seen(somebody, f"/runs/{run.id}")
    async with visitors.visitor(app, store, "carl", [Grant(Role.CASEWORKER, "flexwage")]) as somebody:
        assert (await somebody.get(f"/runs/{run.id}")).status_code == 404
        assert "mornings" not in await seen(somebody, "/runs")


async def test_runs_are_listed_and_those_left_out_when_asked_for(operator: Visitor, store: Store) -> None:
    left_out = NewRun(NOON - 60 * MINUTE, NOON, left_out=Stop.MISSED)
    store.runs.plan("often", "certificates", NOON - 30 * MINUTE, [left_out])
    run = begun(store)
    store.runs.finish(run, Tally(failed=1), Stop.FAILED, "no door")
    shown = await seen(operator, "/runs")
    assert "mornings 1" not in shown and "Den kunne ikke fortsætte 1 gik galt tidsplanen" in shown
    assert "Tidsplanlæggeren kørte ikke" not in shown
    assert "Tidsplanlæggeren kørte ikke på det tidspunkt" in await seen(operator, "/runs?left_out=1&schedule=often")
    assert "Der er ingen sådanne kørsler." in await seen(operator, "/runs?robot=flexwage&schedule=")


# -- the day's plan -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/", "/dashboard", "/dashboard?wall=1"])
async def test_the_days_plan_is_what_runs_and_what_is_still_to_come(
    app: FastAPI, operator: Visitor, store: Store, page: str, clock: Clock
) -> None:
    run = begun(store)
    store.runs.pause("evening", "ole.drift", "i aften er der lukket")
    shown = await seen(operator, page)
    assert "Dagens plan" in shown
    assert "12.00 Fakturaer mornings Kører" in shown
    assert "12.30 – 16.30, 9 gange Straffeattester often" in shown
    assert "evening" not in shown
    store.runs.finish(run, Tally(), Stop.EMPTY)
    store.runs.resume("evening")
    assert "18.00 Fakturaer evening" in await seen(operator, page)
    clock.now += timedelta(hours=7)
    async with visitors.visitor(app, store, "ole.drift") as somebody:
        assert "Der kører ikke mere i dag." in await seen(somebody, page)


async def test_another_days_page_has_no_plan(operator: Visitor) -> None:
    assert "Dagens plan" not in await seen(operator, "/?day=2024-11-07")
