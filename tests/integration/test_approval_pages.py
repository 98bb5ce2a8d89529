"""The pages of what waits for a yes or no, by requests: what is shown, what is decided, who is told."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import Response

from bots_common.autonomy import Decision, Level
from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.work import Codec, State, Store
from bots_common.work.audit import Asked
from reports import web
from tests import visitors
from tests.clocks import Clock
from tests.handled import NOON, ROBOT, proposed
from tests.unit.care import grant, invoice
from tests.visitors import Visitor

POSTINGS = f"/approvals/{ROBOT}/post"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def store(tmp_path: Path, codec: Codec, clock: Clock) -> Iterator[Store]:
    """Three postings have waited for approval for two days."""
    opened = Store.open(GivenSettings(folder=tmp_path).database_url, codec, clock=clock)
    opened.levels.set(ROBOT, Level.APPROVE, "test", "approvals are shown")
    for reference in ("P1", "P2", "P3"):
        proposed(opened, reference, invoice(), [grant()])
    clock.now += timedelta(days=2)
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store, codec: Codec, tmp_path: Path, clock: Clock) -> FastAPI:
    return web.create(store, codec, GivenSettings(folder=tmp_path), clock)


@pytest.fixture
async def anna(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, store, "anna", [Grant(Role.CASEWORKER, ROBOT)]) as client:
        yield client


def words(answer: Response) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def ticks(answer: Response) -> list[str]:
    return re.findall(r'name="proposals" value="([\d:]+)"', answer.text)


async def said(client: Visitor, answer: Response) -> str:
    assert answer.status_code == 303, words(answer)
    page = await client.get(answer.headers["location"])
    (found,) = re.findall(r'<p class="said" role="status">([^<]+)</p>', page.text)
    return unescape(found)


def states(store: Store) -> dict[str, State]:
    return {item.reference: item.state for item in store.reading.items()}


async def test_what_waits_stands_there_by_robot_and_kind_with_kroner_in_all(anna: Visitor) -> None:
    answer = await anna.get("/approvals")
    assert f'<a href="{POSTINGS}">' in answer.text
    assert "Fakturaer 3 venter 116.250,00 kr. Den ældste: 2 dage" in words(answer)


async def test_who_decides_for_another_robot_finds_nothing(app: FastAPI, store: Store) -> None:
    async with visitors.visitor(app, store, "bo", [Grant(Role.CASEWORKER, "flexwage")]) as bo:
        assert "Ingen robot venter på et ja eller nej." in words(await bo.get("/approvals"))
        assert (await bo.get(POSTINGS)).status_code == 404
        refused = await bo.send_form(POSTINGS, verdict="approve", proposals="1:1")
        assert refused.status_code == 404
    assert set(states(store).values()) == {State.WAITING}


async def test_a_proposal_shows_what_would_be_entered_and_that_somebody_looked(anna: Visitor, store: Store) -> None:
    answer = await anna.get(POSTINGS)
    assert len(ticks(answer)) == 3
    assert "38.750,00 kr." in words(answer)
    assert "610190" not in answer.text
    await anna.get(POSTINGS)
    seen = store.audit.log(Asked(act="item.seen"), limit=9)
    assert sorted(it.item_id or 0 for it in seen) == [1, 2, 3]


async def test_those_that_are_ticked_are_approved_and_no_others(anna: Visitor, store: Store) -> None:
    first, second, _ = ticks(await anna.get(POSTINGS))
    answer = await anna.post(POSTINGS, data={"csrf": csrf(anna), "verdict": "approve", "proposals": [first, second]})
    assert await said(anna, answer) == "Godkendt: 2. Robotten går videre med dem."
    assert states(store) == {"P1": State.NEW, "P2": State.NEW, "P3": State.WAITING}
    assert [it.who for it in store.audit.log(Asked(act="proposal.approved"), limit=9)] == ["anna", "anna"]


async def test_who_rejects_says_why(anna: Visitor, store: Store) -> None:
    (first, *_) = ticks(await anna.get(POSTINGS))
    refused = await anna.send_form(POSTINGS, verdict="reject", proposals=first)
    assert refused.status_code == 422
    assert "Skriv, hvad der er galt. Der er ikke ændret noget." in words(refused)
    answer = await anna.send_form(POSTINGS, verdict="reject", proposals=first, note="forkert måned")
    assert await said(anna, answer) == "Afvist: 1. De ligger nu hos medarbejderne."
    (proposal,) = store.reading.story(1).proposals
    assert (proposal.decision, proposal.why) == (Decision.REJECTED, "forkert måned")


async def test_nothing_ticked_is_nothing_decided(anna: Visitor, store: Store) -> None:
    for nothing in ({}, {"proposals": "x:y"}):
        refused = await anna.send_form(POSTINGS, verdict="approve", **nothing)
        assert refused.status_code == 422
        assert "Sæt kryds ved forslagene først." in words(refused)
    assert set(states(store).values()) == {State.WAITING}


async def test_of_two_at_once_the_second_is_told_who_was_quicker(app: FastAPI, anna: Visitor, store: Store) -> None:
    ticked = ticks(await anna.get(POSTINGS))
    async with visitors.visitor(app, store, "bo") as bo:
        await bo.send_form(POSTINGS, verdict="reject", proposals=ticked[0], note="forkert")
    answer = await anna.post(POSTINGS, data={"csrf": csrf(anna), "verdict": "approve", "proposals": ticked})
    assert await said(anna, answer) == (
        "Godkendt: 2. Robotten går videre med dem. P1: Bo kom først: Afvist. Intet af dit er gemt; se på sagen igen."
    )
    assert states(store) == {"P1": State.EXCEPTION, "P2": State.NEW, "P3": State.NEW}
    assert answer.headers["location"] == "/approvals", "there is nothing left of this kind"


def csrf(client: Visitor) -> str:
    return visitors.csrf_of(client.cookies[visitors.SESSION])
