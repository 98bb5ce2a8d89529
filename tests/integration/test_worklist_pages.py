"""The worklist: what it lists, for whom, and what is decided about several at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from bots_common.roles import Grant, Role
from bots_common.work import NewItem, State, Store
from tests import visitors
from tests.handled import (
    BROKEN,
    DIFFERS,
    NO_CPR,
    ROBOT,
    WORKER,
    claimed,
    payload,
)
from tests.integration.at_desk import anna, app, bo, ids, listed, state, store, words
from tests.unit.care import invoice
from tests.visitors import Visitor

__all__ = ["anna", "app", "bo", "ids", "store"]

pytestmark = pytest.mark.usefixtures("prepared")


# -- the list -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("ids")
async def test_a_row_tells_the_reason_in_words_and_the_facts_that_matter(anna: Visitor) -> None:
    answer = await anna.get("/worklist")
    assert listed(answer) == [DIFFERS, NO_CPR, BROKEN]
    assert (
        f"{DIFFERS} Fakturaer Beløbet afviger Linjer 1 · Bevilling B-2 · Periode oktober 2024 · "
        "Beløb 38.750,00 kr. · Bevillingen giver 40.300,00 kr. · Difference -1.550,00 kr. "
    ) in words(answer)


@pytest.mark.usefixtures("ids")
async def test_the_old_address_leads_on_with_what_was_chosen(anna: Visitor) -> None:
    answer = await anna.get("/exceptions?robot=invoices&reason=no_cpr")
    assert (answer.status_code, answer.headers["location"]) == (308, "/worklist?robot=invoices&reason=no_cpr")
    assert listed(await anna.get(answer.headers["location"])) == [NO_CPR]


async def test_only_the_robots_of_ones_own_are_listed_and_decided_on(
    app: FastAPI, store: Store, ids: dict[str, int]
) -> None:
    flex = [Grant(Role.CASEWORKER, "flexwage")]
    async with visitors.visitor(app, store, "carl", flex) as carl:
        assert listed(await carl.get("/worklist?robot=invoices")) == []
        assert (await carl.get(f"/items/{ids[DIFFERS]}")).status_code == 404
        assert (await carl.send_form(f"/items/{ids[DIFFERS]}/retry", seen="3")).status_code == 404
        ticked = await carl.send_form("/worklist/together", act="retry", robot="invoices", items=f"{ids[NO_CPR]}:9")
        assert ticked.status_code == 403
    assert state(store, ids[DIFFERS])[0] is State.EXCEPTION


async def test_who_only_looks_sees_the_case_and_no_decision(app: FastAPI, store: Store, ids: dict[str, int]) -> None:
    async with visitors.visitor(app, store, "vera", [Grant(Role.AUDITOR)]) as vera:
        page = await vera.get(f"/items/{ids[DIFFERS]}")
        assert "Beløbet afviger" in words(page)
        assert f"/items/{ids[DIFFERS]}/" not in page.text
        assert (await vera.send_form(f"/items/{ids[DIFFERS]}/retry", seen="1")).status_code == 403
        assert "/take" not in (await vera.get("/worklist")).text


async def test_several_are_settled_at_once_and_whoever_was_quicker_is_named(
    store: Store, ids: dict[str, int], anna: Visitor
) -> None:
    other = claimed(store, NewItem("Z1", payload("Z1", invoice())))
    while store.reading.story(other.item_id).item.reference != "Z1":  # what waited before it comes first
        store.finish(other, WORKER)
        (claim,) = store.claim([ROBOT], WORKER, timedelta(minutes=1))
        other = claim.lease
    store.hand_over(other, WORKER, "no_cpr", {})
    page = await anna.get("/worklist?robot=invoices&reason=no_cpr")
    ticks = re.findall(r'name="items" value="(\d+:\d+)"', page.text)
    assert len(ticks) == 2
    store.people.retry(other.item_id, "bo", "")
    store.accounts.add("bo", "Bo Lund", "test")
    token = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert token
    answer = await anna.post(
        "/worklist/together?robot=invoices&reason=no_cpr",
        data={"csrf": token[1], "act": "settle", "robot": ROBOT, "items": ticks, "note": "sendt retur"},
    )
    assert answer.status_code == 303
    after = words(await anna.get(answer.headers["location"]))
    assert "Klaret i hånden: 1. Z1: Bo Lund kom først: Sendt til robotten igen." in after
    assert state(store, ids[NO_CPR]) == (State.DONE, "settled")


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"act": "settle", "items": "3:9"}, "Skriv, hvad der er gjort"),
        ({"act": "retry", "items": "nonsense"}, "Afkryds sagerne først"),
        ({"act": "retry"}, "Afkryds sagerne først"),
    ],
)
async def test_a_decision_about_several_says_what_it_lacks(anna: Visitor, fields: dict[str, str], told: str) -> None:
    answer = await anna.send_form("/worklist/together?reason=no_cpr", robot=ROBOT, **fields)
    assert told in words(answer)
    assert listed(answer) == [NO_CPR], "what was chosen is still chosen"
