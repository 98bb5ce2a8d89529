"""A case's page: understood and decided by those who may, and the robot goes on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from enum import StrEnum
from html import unescape
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fastapi import FastAPI

from bots_common.autonomy import Level
from bots_common.desk import Desk
from bots_common.errors import BusinessException
from bots_common.handling import Outcome
from bots_common.reasons import ReasonText
from bots_common.robot import Found, Item, Known, Robot
from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings, WorkerSettings
from bots_common.values import Frozen
from bots_common.work import Codec, NewItem, State, Store
from bots_common.work.audit import Asked
from bots_common.worker import Worker
from reports import web
from tests import visitors
from tests.handled import (
    DIFFERS,
    NO_CPR,
    ROBOT,
    WORKER,
    claimed,
    keep_evidence,
    payload,
    proposed,
)
from tests.integration.at_desk import anna, app, bo, ids, seen_in, state, store, words
from tests.unit.care import ANNA, BENT, grant, invoice
from tests.visitors import Visitor

__all__ = ["anna", "app", "bo", "ids", "store"]

pytestmark = pytest.mark.usefixtures("prepared")


# -- a case ---------------------------------------------------------------------------------------------------


async def test_the_invoice_stands_beside_each_grant_with_what_struck_it_marked(
    ids: dict[str, int], anna: Visitor
) -> None:
    page = await anna.get(f"/items/{ids[DIFFERS]}")
    (table,) = re.findall(r'<table class="comparing">.*?</table>', page.text, re.DOTALL)
    rows = [
        [" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in re.findall(r"<tr>.*?</tr>", re.sub(r"\s+", " ", table))
    ]
    assert rows[0] == ["", "Fakturaen", "Bevilling B-1", "Bevilling B-2"]
    assert [row for row in rows if row[0] == "Beløb"] == [
        ["Beløb", "38.750,00 kr.", "38.750,00 kr.", "≠ Afviger: 40.300,00 kr."]
    ]
    assert rows[1][2].startswith("≠ Afviger: § 97")
    assert not rows[1][3].startswith("≠")


async def test_a_case_is_opened_understood_and_decided_and_the_next_is_there(
    store: Store, ids: dict[str, int], anna: Visitor
) -> None:
    page = await anna.get(f"/items/{ids[DIFFERS]}?robot=invoices")
    answer = await anna.send_form(f"/items/{ids[DIFFERS]}/retry?robot=invoices", seen=seen_in(page))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/items/{ids[NO_CPR]}?robot=invoices")
    assert f"{DIFFERS} går til robotten igen." in words(await anna.get(answer.headers["location"]))
    assert state(store, ids[DIFFERS]) == (State.NEW, None)
    (noted,) = store.audit.log(Asked(act="item.retried"), limit=5)
    assert (noted.who, noted.item_id) == ("anna", ids[DIFFERS])


async def test_after_the_last_case_one_is_back_at_the_list(ids: dict[str, int], anna: Visitor) -> None:
    query = "?robot=invoices&reason=no_cpr"
    page = await anna.get(f"/items/{ids[NO_CPR]}{query}")
    answer = await anna.send_form(f"/items/{ids[NO_CPR]}/settle{query}", seen=seen_in(page), note="ringet til dem")
    assert answer.headers["location"] == f"/worklist{query}"


async def test_the_second_of_two_is_told_and_loses_nothing_of_what_was_written(
    store: Store, ids: dict[str, int], anna: Visitor, bo: Visitor
) -> None:
    address = f"/items/{ids[DIFFERS]}"
    theirs, mine = await anna.get(address), await bo.get(address)
    await anna.send_form(f"{address}/take", seen=seen_in(theirs))
    answer = await bo.send_form(f"{address}/settle", seen=seen_in(mine), note="jeg har bogført den")
    assert answer.status_code == 409
    assert "Anna kom først: Taget. Intet af dit er gemt; se på sagen igen." in words(answer)
    assert "jeg har bogført den" in answer.text
    again = await bo.send_form(f"{address}/settle", seen=seen_in(answer), note="jeg har bogført den")
    assert "Anna har sagen. Intet er ændret" in words(again)
    assert state(store, ids[DIFFERS])[0] is State.EXCEPTION
    given = await bo.send_form(f"{address}/give", seen=seen_in(again), to="bo", note="Anna er syg")
    assert given.status_code == 303
    assert store.reading.story(ids[DIFFERS]).item.assignee == "bo"


async def test_a_colleague_must_be_one_who_may_decide(
    app: FastAPI, store: Store, ids: dict[str, int], anna: Visitor
) -> None:
    visitors.session(store, "vera", [Grant(Role.AUDITOR)])
    page = await anna.get(f"/items/{ids[DIFFERS]}")
    assert 'value="vera"' not in page.text
    answer = await anna.send_form(f"/items/{ids[DIFFERS]}/give", seen=seen_in(page), to="vera")
    assert "Vælg en kollega." in words(answer)


async def test_fields_are_corrected_as_the_robots_model_allows(
    store: Store, ids: dict[str, int], anna: Visitor
) -> None:
    address = f"/items/{ids[DIFFERS]}"
    page = await anna.get(address)
    wrong = await anna.send_form(
        f"{address}/correct", seen=seen_in(page), **{"field.invoice.period.period.last": "2024-09-31"}
    )
    assert "Det kan ikke passe: Til (Periode). Intet er ændret." in words(wrong)
    right = {"field.invoice.period.period.last": "2024-11-30", "field.invoice.number": "F-78"}
    answer = await anna.send_form(f"{address}/correct", seen=seen_in(wrong), note="set på papiret", **right)
    assert answer.status_code == 303
    story = store.reading.story(ids[DIFFERS])
    assert (story.item.state, story.payload["invoice"]["number"]) == (State.NEW, "F-78")
    assert story.payload["invoice"]["period"]["period"]["last"] == "2024-11-30"
    page = await anna.get(address)
    assert "Nummer (Faktura), Til (Periode): set på papiret" in words(page)
    history = words(page)[words(page).index("Historik") :]
    assert "F-78" not in history


async def test_a_field_that_nobody_may_correct_is_not_corrected(
    store: Store, ids: dict[str, int], anna: Visitor
) -> None:
    page = await anna.get(f"/items/{ids[DIFFERS]}")
    await anna.send_form(f"/items/{ids[DIFFERS]}/correct", seen=seen_in(page), **{"field.document": "B1"})
    assert store.reading.story(ids[DIFFERS]).payload["document"] == DIFFERS


@pytest.fixture
def doubtful(store: Store) -> int:
    """An invoice of which nobody knows whether it was posted."""
    lease = claimed(store, NewItem("U1", payload("U1", invoice()), subjects=(ANNA.digits,)))
    store.ledger.intend(lease, "post", {"document": "U1"})
    store.hand_over(lease, WORKER, "uncertain", {"effect": "post"})
    return lease.item_id


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"there": "yes", "receipt": "5100000077"}, "Bogføring: er der, kvittering 5100000077"),
        ({"there": "no", "receipt": ""}, "Bogføring: er der ikke"),
    ],
)
async def test_the_plain_question_of_an_uncertain_effect(
    store: Store, doubtful: int, anna: Visitor, fields: dict[str, str], told: str
) -> None:
    page = await anna.get(f"/items/{doubtful}")
    assert "Er dette der: Bogføring?" in words(page)
    answer = await anna.send_form(f"/items/{doubtful}/answer", seen=seen_in(page), effect="post", **fields)
    assert answer.status_code == 303
    assert state(store, doubtful)[0] is State.NEW
    page = await anna.get(f"/items/{doubtful}")
    assert told in words(page)
    assert "ifølge Anna" in words(page)


@pytest.mark.parametrize(
    "fields", [{"there": "yes", "receipt": " "}, {}, {"there": "yes", "receipt": "610190-1234"}, {"there": "maybe"}]
)
async def test_half_an_answer_changes_nothing(
    store: Store, doubtful: int, anna: Visitor, fields: dict[str, str]
) -> None:
    page = await anna.get(f"/items/{doubtful}")
    answer = await anna.send_form(f"/items/{doubtful}/answer", seen=seen_in(page), effect="post", **fields)
    assert answer.status_code == 409
    assert state(store, doubtful) == (State.EXCEPTION, "uncertain")


async def test_exactly_the_fields_that_are_shown_are_approved_or_rejected(store: Store, anna: Visitor) -> None:
    store.levels.set(ROBOT, Level.APPROVE, "anna", "tried it")
    first = proposed(store, "P1", invoice(), [grant()])
    second = proposed(store, "P2", invoice(), [grant()])
    page = await anna.get(f"/items/{first}")
    assert "Robotten vil indtaste præcis dette:" in words(page)
    own = store.people.to_decide(first).id
    other = store.people.to_decide(second).id
    foreign = await anna.send_form(f"/items/{first}/approve", seen=seen_in(page), proposal=str(other))
    assert foreign.status_code != 303
    assert state(store, second)[0] is State.WAITING
    await anna.send_form(f"/items/{first}/approve", seen=seen_in(page), proposal=str(own))
    assert state(store, first)[0] is State.NEW
    page = await anna.get(f"/items/{second}")
    silent = await anna.send_form(f"/items/{second}/reject", seen=seen_in(page), proposal=str(other))
    assert "Skriv et par ord først" in words(silent)
    await anna.send_form(f"/items/{second}/reject", seen=seen_in(page), proposal=str(other), note="forkert konto")
    assert state(store, second) == (State.EXCEPTION, "rejected")


async def test_the_citizen_is_put_on_the_obs_list_without_a_number_in_sight(
    store: Store, doubtful: int, anna: Visitor
) -> None:
    page = await anna.get(f"/items/{doubtful}")
    assert 'name="cpr"' not in page.text, "the case has one citizen alone"
    answer = await anna.send_form(
        f"/items/{doubtful}/obs", seen=seen_in(page), note="har egen sagsbehandler", until="2030-01-31", robots="this"
    )
    assert answer.headers["location"] == f"/items/{doubtful}"
    (entry,) = store.obs.entries()
    assert (entry.subject, entry.robot, entry.reason, str(entry.last)) == (
        ANNA.digits,
        ROBOT,
        "har egen sagsbehandler",
        "2030-01-31",
    )
    late = await anna.send_form(f"/items/{doubtful}/obs", note="x", until="2020-01-31")
    assert "Den sidste dag er ikke en dato, eller den er passeret." in words(late)


async def test_only_a_citizen_of_the_case_is_put_on_the_obs_list_from_it(
    store: Store, ids: dict[str, int], anna: Visitor
) -> None:
    page = await anna.get(f"/items/{ids[DIFFERS]}")
    answer = await anna.send_form(f"/items/{ids[DIFFERS]}/obs", seen=seen_in(page), note="pas på", cpr=BENT.shown())
    assert "Det er ikke CPR-nummeret på en borger i sagen." in words(answer)
    assert store.obs.entries() == []


async def test_nothing_of_the_evidence_is_fetched_by_looking_at_the_case(
    store: Store, codec: Codec, tmp_path: Path, ids: dict[str, int], anna: Visitor
) -> None:
    keep_evidence(store, codec, tmp_path, ids[DIFFERS], "amount_differs", "picture", b"\xff\xd8")
    page = await anna.get(f"/items/{ids[DIFFERS]}")
    shown = re.sub(r"<details>.*?</details>", "", page.text, flags=re.DOTALL)
    assert "/evidence/" in page.text
    assert "/evidence/" not in shown


@pytest.mark.parametrize("act", ["burn", "retry/again"])
async def test_what_is_no_decision_is_refused(ids: dict[str, int], anna: Visitor, act: str) -> None:
    assert (await anna.send_form(f"/items/{ids[DIFFERS]}/{act}", seen="1")).status_code in (404, 422)


# -- the robot goes on ----------------------------------------------------------------------------------------


class Case(Frozen):
    """The robot needs to know nothing of a case."""


class Reason(StrEnum):
    ODD = "odd"


class Hesitant(Robot[Case]):
    """Hands a case to a person at first, and handles it the second time."""

    name = "hesitant"
    title = "Hesitant"
    systems = ()
    payload = Case
    reasons = Reason
    reason_texts: ClassVar[Mapping[str, ReasonText]] = {}
    locales = Path(__file__).parent

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.met: set[str] = set()

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        yield Found("H1", Case())

    async def handle(self, item: Item[Case], desk: Desk) -> None:
        if item.reference not in self.met:
            self.met.add(item.reference)
            raise BusinessException(Reason.ODD)


async def test_the_robot_goes_on_at_once_and_who_decided_sees_what_became_of_it(tmp_path: Path, codec: Codec) -> None:
    settings = GivenSettings(folder=tmp_path, worker=WorkerSettings(poll_seconds=0.2))
    outcomes: asyncio.Queue[Outcome] = asyncio.Queue()
    with closing(Store.open(settings.database_url, codec)) as store:
        worker = Worker(store, codec, [Hesitant(settings)], settings, outcomes.put_nowait)
        await worker.find()
        at_work = asyncio.create_task(worker.work())
        try:
            first = await asyncio.wait_for(outcomes.get(), 30)
            assert first.state is State.EXCEPTION
            async with visitors.visitor(web.create(store, codec, settings), store, "anna") as anna:
                page = await anna.get("/items/1")
                await anna.send_form("/items/1/retry", seen=seen_in(page))
                second = await asyncio.wait_for(outcomes.get(), 5)
                assert second.state is State.DONE
                assert "H1 hesitant Sendt til robotten igen" in words(await anna.get("/mine"))
                assert "Færdig" in words(await anna.get("/mine"))
        finally:
            worker.stop()
            await at_work
