"""One decision about many cases by a program: what moved meanwhile is left alone, and said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bots_common.autonomy import Level
from bots_common.roles import Right, Scope
from bots_common.work import NewItem, State
from tests.handled import DIFFERS, NO_CPR, claimed, proposed
from tests.integration.called import CASEWORKER, House, house, problem
from tests.unit.care import grant, invoice

__all__ = ["house"]

pytestmark = pytest.mark.usefixtures("prepared")

CASES = "/robots/invoices/items"
PROPOSALS = "/robots/invoices/proposals"


def without_citizen(house: House, reference: str) -> int:
    """Another case that people have for the same reason."""
    lease = claimed(house.store, NewItem(reference, {}))
    house.store.hand_over(lease, "w", "no_cpr", {})
    house.ids[reference] = lease.item_id
    return lease.item_id


def case(house: House, reference: str, **other: int) -> dict[str, int]:
    return {"item": house.ids[reference], "seen": house.seen(reference), **other}


async def test_cases_of_one_reason_are_sent_back_together_and_who_was_quicker_is_told(house: House) -> None:
    house.store.claim(["invoices"], "w", timedelta(minutes=5))  # what waits comes before what is handed over now
    without_citizen(house, "B-7")
    without_citizen(house, "B-8")
    asked = [case(house, name) for name in (NO_CPR, "B-7", "B-8")]
    house.store.people.settle(house.ids["B-8"], "eva", "done in the morning")
    program = house.program(name="anne.berg", grants=CASEWORKER)
    came = (await program.says(f"{CASES}/retry", items=asked, note="The number has come.")).json()
    assert came["done"] == [house.ids[NO_CPR], house.ids["B-7"]]
    assert [(it["status"], it["detail"]) for it in came["left"]] == [(409, "eva was quicker with B-8: settle.")]
    assert [house.state(name) for name in (NO_CPR, "B-7", "B-8")] == [State.NEW, State.NEW, State.DONE]
    assert len(house.acts("item.retried")) == 2


async def test_cases_of_different_reasons_are_not_decided_together(house: House) -> None:
    asked = [case(house, DIFFERS), case(house, NO_CPR)]
    answer = await house.program().says(f"{CASES}/settle", items=asked, note="done")
    assert problem(answer) == (409, "store-error")
    assert house.state(DIFFERS) is State.EXCEPTION


async def test_cases_are_settled_together_with_a_word_about_it(house: House) -> None:
    asked: dict[str, Any] = {"items": [case(house, NO_CPR)]}
    program = house.program()
    assert problem(await program.says(f"{CASES}/settle", **asked)) == (422, "request")
    came = (await program.says(f"{CASES}/settle", **asked, note="by hand")).json()
    assert (came, house.state(NO_CPR)) == ({"done": [house.ids[NO_CPR]], "left": []}, State.DONE)


async def test_proposals_are_approved_and_rejected_together(house: House) -> None:
    house.store.levels.set("invoices", Level.APPROVE, "eva", "try it")
    house.store.claim(["invoices"], "w", timedelta(minutes=5))  # what waits comes before what is proposed now
    for name in ("B-7", "B-8", "B-9"):
        house.ids[name] = proposed(house.store, name, invoice(), [grant()])
    waiting = {
        name: {"proposal": house.store.people.to_decide(house.ids[name]).id, "seen": house.seen(name)}
        for name in ("B-7", "B-8", "B-9")
    }
    program = house.program()
    yes = await program.says(f"{PROPOSALS}/approve", proposals=[waiting["B-7"], waiting["B-8"]])
    assert yes.json() == {"done": [house.ids["B-7"], house.ids["B-8"]], "left": []}
    no = await program.says(f"{PROPOSALS}/reject", proposals=[waiting["B-8"], waiting["B-9"]], note="wrong account")
    assert no.json()["done"] == [house.ids["B-9"]]
    assert len(no.json()["left"]) == 1
    assert [house.state(name) for name in ("B-7", "B-8", "B-9")] == [State.NEW, State.NEW, State.EXCEPTION]


async def test_who_decides_for_another_robot_decides_nothing_here(house: House) -> None:
    program = house.program(scopes=[Scope(Right.DECIDE, "flexwage")])
    answer = await program.says(f"{CASES}/retry", items=[case(house, NO_CPR)])
    assert problem(answer) == (403, "forbidden")
    assert house.state(NO_CPR) is State.EXCEPTION
