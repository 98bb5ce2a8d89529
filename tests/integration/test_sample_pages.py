"""The pages of sample control, by requests: what the figures say, case by case, and who raises a robot."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import Response

from bots_common.autonomy import Decision, Level
from bots_common.roles import Grant, Role
from bots_common.settings import AutonomySettings, GivenSettings
from bots_common.work import Codec, Store
from bots_common.work.audit import Asked
from reports import web
from tests import visitors
from tests.handled import NOON, ROBOT, proposed
from tests.unit.care import grant, invoice
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("prepared")

PAGE = f"/sample/{ROBOT}"


@pytest.fixture
def store(tmp_path: Path, codec: Codec) -> Iterator[Store]:
    opened = Store.open(GivenSettings(folder=tmp_path).database_url, codec, clock=lambda: NOON)
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store, codec: Codec, tmp_path: Path) -> FastAPI:
    rules = AutonomySettings(ramp=(10, 50), error_limit=0.4)
    return web.create(store, codec, GivenSettings(folder=tmp_path, autonomy={ROBOT: rules}), lambda: NOON)


@pytest.fixture
async def anna(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, store, "anna", [Grant(Role.CASEWORKER, ROBOT)]) as client:
        yield client


@pytest.fixture
async def olga(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, store, "olga", [Grant(Role.OPERATOR)]) as client:
        yield client


def words(answer: Response) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def said(client: Visitor, answer: Response) -> str:
    assert answer.status_code == 303, words(answer)
    page = await client.get(answer.headers["location"])
    (found,) = re.findall(r'<p class="said" role="status">([^<]+)</p>', page.text)
    return unescape(found)


def seen_in(answer: Response) -> str:
    (found,) = re.findall(r'name="seen" value="([^"]*)"', answer.text)
    return str(found)


def judged(store: Store, *decisions: Decision, waiting: int = 0) -> None:
    """People have said yes or no to so many postings at the level `approve`; so many more wait."""
    store.levels.set(ROBOT, Level.APPROVE, "test", "begun")
    for number in range(len(decisions) + waiting):
        proposed(store, f"P{number}", invoice(), [grant()])
    for decision in decisions:
        (waits,) = store.verdicts.waiting(ROBOT, "post", limit=1)
        decide = store.people.approve if decision is Decision.APPROVED else store.people.reject
        decide(waits.proposal.id, "bo", "set på", seen=waits.seen)


async def test_what_was_found_is_told_with_how_sure_it_is(anna: Visitor, store: Store) -> None:
    judged(store, Decision.APPROVED, Decision.APPROVED)
    page = words(await anna.get("/sample"))
    assert "Fakturaer Medarbejdere godkender alt 0 af 2 højst 77,6 %" in page
    assert "4 mere uden fejl, før det er sikkert under 40 %." in page


async def test_six_without_an_error_let_the_robot_be_raised(anna: Visitor, store: Store) -> None:
    judged(store, *[Decision.APPROVED] * 6)
    assert "Robotten kan få lov til mere." in words(await anna.get(PAGE))


async def test_each_case_stands_there_as_right_or_wrong_with_why(anna: Visitor, store: Store) -> None:
    judged(store, Decision.APPROVED, Decision.REJECTED, waiting=1)
    page = words(await anna.get(PAGE))
    assert "P1 Bogføring, 38.750,00 kr. Forkert bo 08.11.2024 12.00 set på" in page
    assert "P0 Bogføring, 38.750,00 kr. Rigtig bo" in page
    assert "Mere end 40 % var forkert: Sænk, hvad robotten må gøre alene." in page
    assert "1 venter på, at nogen ser på dem: Bogføring (1)" in page


async def test_what_a_robot_would_have_done_is_marked_and_only_once(anna: Visitor, store: Store) -> None:
    proposed(store, "P1", invoice(), [grant()])
    page = await anna.get(PAGE)
    (number,) = re.findall(r'name="proposal" value="(\d+)"', page.text)
    answer = await anna.send_form(f"{PAGE}/mark", proposal=number, judged_as="wrong")
    assert await said(anna, answer) == "Markeret som forkert."
    again = await anna.send_form(f"{PAGE}/mark", proposal=number, judged_as="right")
    assert await said(anna, again) == "En kollega har allerede vurderet den."
    figures = store.levels.standing(ROBOT).figures
    assert (figures.decided, figures.wrong) == (1, 1)
    (act,) = store.audit.log(Asked(act="proposal.judged"), limit=9)
    assert (act.who, act.item_id, act.detail) == ("anna", 1, "wrong")


async def test_an_operator_raises_the_robot_and_the_log_says_who_and_why(olga: Visitor, store: Store) -> None:
    seen = seen_in(await olga.get(PAGE))
    answer = await olga.send_form(f"{PAGE}/level", level="sample", seen=seen, why="hundrede sager uden fejl")
    assert await said(olga, answer) == "Fakturaer: Alene, bortset fra en stikprøve, fra næste handling."
    change = store.levels.of(ROBOT)
    assert (change.level, change.who, change.why) == (Level.SAMPLE, "olga", "hundrede sager uden fejl")
    page = words(await olga.get(PAGE))
    assert "Trin 1 af 2: 10 om dagen alene · 5 % af sagerne trækkes ud" in page
    assert "Alene, bortset fra en stikprøve Olga hundrede sager uden fejl" in page
    assert [it.detail for it in store.audit.log(Asked(act="level.set"), limit=9)] == [
        "shadow → sample: hundrede sager uden fejl"
    ]


async def test_of_two_who_change_the_level_the_second_is_told_and_nobody_without_a_reason(
    olga: Visitor, store: Store
) -> None:
    seen = seen_in(await olga.get(PAGE))
    silent = await olga.send_form(f"{PAGE}/level", level="auto", seen=seen, why=" ")
    assert (silent.status_code, "Skriv hvorfor" in words(silent)) == (422, True)
    store.levels.set(ROBOT, Level.APPROVE, "bo", "langsomt")
    late = await olga.send_form(f"{PAGE}/level", level="auto", seen=seen, why="hurtigt")
    assert (late.status_code, "En anden har ændret niveauet imens." in words(late)) == (409, True)
    assert store.levels.of(ROBOT).level is Level.APPROVE


async def test_who_decides_does_not_raise_and_who_operates_does_not_mark(
    anna: Visitor, olga: Visitor, store: Store
) -> None:
    proposed(store, "P1", invoice(), [grant()])
    assert 'name="level"' not in (await anna.get(PAGE)).text
    assert (await anna.send_form(f"{PAGE}/level", level="auto", why="x")).status_code == 403
    assert 'name="judged_as"' not in (await olga.get(PAGE)).text
    assert (await olga.send_form(f"{PAGE}/mark", proposal="1", judged_as="right")).status_code == 403
    assert store.levels.of(ROBOT).at is None
    assert store.levels.standing(ROBOT).figures.decided == 0
