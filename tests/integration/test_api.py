"""The API as programs call it: who may, cases, decisions and the obs-list, by token or by session.

Whom each route lets in: test_matrix. That answers are as described: test_api_schema.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from bots_common.autonomy import Level
from bots_common.roles import Grant, Right, Role, Scope
from bots_common.work import NewItem, State, Store
from reports.web.api.callers import WORD
from reports.web.login import TRIES, WITHIN
from tests.handled import BROKEN, DIFFERS, NO_CPR, PLAIN, claimed, proposed
from tests.integration.called import CASEWORKER, CITIZEN, House, house, problem
from tests.programs import Program
from tests.unit.care import grant, invoice
from tests.visitors import visitor

__all__ = ["house"]

pytestmark = pytest.mark.usefixtures("prepared")


def about_a_citizen(store: Store) -> tuple[int, int]:
    """A case about one citizen that a person has, and its newest change."""
    (claim,) = store.claim(["invoices"], "w", timedelta(minutes=5))
    store.hand_over(claim.lease, "w", "no_grant", {})
    lease = claimed(store, NewItem("B-1", {"cpr": CITIZEN}, subjects=(CITIZEN,)))
    store.hand_over(lease, "w", "no_grant", {})
    return lease.item_id, store.reading.story(lease.item_id).history[-1].id


# -- who calls ------------------------------------------------------------------------------------------------


async def test_a_program_needs_a_token_and_gets_no_further_than_its_scopes(house: House) -> None:
    assert problem(await Program(house.app, None).get("/items")) == (401, "not-admitted")
    reader = house.program(grants=CASEWORKER, scopes=[Scope(Right.SEE_CASES)])
    assert (await reader.get("/items")).status_code == 200
    item = f"/items/{house.ids[DIFFERS]}"
    assert problem(await reader.says(f"{item}/take", seen=house.seen(DIFFERS))) == (403, "forbidden")
    assert problem(await reader.get("/figures")) == (403, "forbidden")
    house.store.accounts.disable("anne.berg", "admin")
    answer = await reader.get("/items")
    assert problem(answer) == (401, "not-admitted")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_of_one_robot_sees_nothing_of_another(house: House) -> None:
    stranger = house.program(grants=[Grant(Role.CASEWORKER)], scopes=[Scope(Right.SEE_CASES, "flexwage")])
    assert (await stranger.get("/items")).json()["total"] == 0
    assert problem(await stranger.get(f"/items/{house.ids[DIFFERS]}")) == (404, "not-found")


async def test_wrong_tokens_are_looked_at_so_many_times_and_then_for_some_minutes_none_is(house: House) -> None:
    good = house.program()
    guesser = Program(house.app, "kollega_guess")
    answered = [(await guesser.get("/items")).status_code for _ in range(TRIES + 1)]
    assert answered == [401] * (TRIES + 1)
    refused = await good.get("/items")
    assert problem(refused) == (429, "too-many-tries")
    assert int(refused.headers["retry-after"]) > 0
    house.now += WITHIN + timedelta(seconds=1)
    assert (await good.get("/items")).status_code == 200
    assert len(house.acts("token.refused")) == TRIES + 1


async def test_a_cookie_reads_and_changes_nothing_without_its_sessions_word(house: House) -> None:
    browser = visitor(house.app, house.store)
    assert (await browser.get("/api/v1/items")).status_code == 200
    address, said = f"/api/v1/items/{house.ids[DIFFERS]}/take", {"seen": house.seen(DIFFERS)}
    for headers in ({}, {WORD: "x"}, {WORD: "ø".encode()}):
        assert problem(await browser.post(address, json=said, headers=headers)) == (403, "forbidden")
    assert house.store.reading.story(house.ids[DIFFERS]).item.assignee is None
    assert (await browser.post(address, json=said, headers={WORD: browser.csrf})).status_code == 200
    forged = {"authorization": "Bearer kollega_forged", WORD: browser.csrf}
    assert problem(await browser.get("/api/v1/items", headers=forged)) == (401, "not-admitted")


async def test_a_first_password_opens_no_api(house: House) -> None:
    browser = visitor(house.app, house.store)
    house.store.accounts.set_password("anne.berg", "tre blå cykler i regn", must_change=True)
    browser = visitor(house.app, house.store)
    assert problem(await browser.get("/api/v1/items")) == (403, "must-change")


# -- cases ----------------------------------------------------------------------------------------------------


async def test_items_are_filtered_and_paged(house: House) -> None:
    program = house.program()
    first = (await program.get("/items", params={"size": 2})).json()
    assert (first["total"], first["pages"], len(first["items"])) == (5, 3, 2)
    last = (await program.get("/items", params={"size": 2, "page": 3})).json()
    assert [it["reference"] for it in last["items"]] == [PLAIN]
    asked = {"state": "exception", "reason": "no_cpr", "robot": "invoices"}
    found = (await program.get("/items", params=asked)).json()["items"]
    assert [it["reference"] for it in found] == [NO_CPR]
    (done,) = (await program.get("/items", params={"state": "done"})).json()["items"]
    assert (done["reference"], done["amount"]) == (PLAIN, "38750")
    for wrong in ({"size": 201}, {"page": 0}, {"state": "lost"}, {"colour": "red"}, {"robot": "a\0"}):
        assert problem(await program.get("/items", params=wrong)) == (422, "request")


async def test_the_worklist_says_what_was_seen_and_takes_the_pages_filters(house: House) -> None:
    program = house.program()
    listed = (await program.get("/worklist", params={"sort": "newest"})).json()
    assert [it["reference"] for it in listed["items"]] == [BROKEN, NO_CPR, DIFFERS]
    assert [it["seen"] for it in listed["items"]] == [house.seen(it) for it in (BROKEN, NO_CPR, DIFFERS)]
    house.store.worklist.take(house.ids[DIFFERS], "anne.berg")
    mine = (await program.get("/worklist", params={"whose": "mine"})).json()
    assert ([it["reference"] for it in mine["items"]], mine["total"]) == ([DIFFERS], 1)


async def test_a_case_is_told_whole_and_masked_and_that_it_was_looked_at_is_noted(house: House) -> None:
    program = house.program()
    answer = await program.get(f"/items/{house.ids[DIFFERS]}", params={"lang": "en"})
    told = answer.json()
    assert told["reason"] == "amount_differs"
    assert "1,550.00" in told["sentence"]
    assert told["facts"]["cpr"] == "******-****"
    assert told["facts"]["amount"] == "38750.00"
    assert "invoice.number" in told["correctable"]
    assert [it["step"] for it in told["history"]] == ["find", "claim", "hand_over"]
    assert [(it["name"], it["receipt"]) for it in told["effects"]] == [("remark/amount_differs", "N000001")]
    story = house.store.reading.story(house.ids[DIFFERS])
    cpr = story.item.facts["cpr"]
    assert cpr[:6] not in answer.text
    assert house.acts("item.seen") == [("anne.berg", "(token: night job)")]
    broken = await program.get(f"/items/{house.ids[BROKEN]}")
    assert "610190" not in broken.text


# -- decisions ------------------------------------------------------------------------------------------------


async def test_a_decision_names_the_account_and_the_token(house: House) -> None:
    program = house.program()
    item = f"/items/{house.ids[DIFFERS]}"
    taken = (await program.says(f"{item}/take", seen=house.seen(DIFFERS))).json()
    assert (taken["assignee"], taken["seen"]) == ("anne.berg", house.seen(DIFFERS))
    gone = await program.says(f"{item}/retry", seen=taken["seen"], note="the grant is there now")
    assert (gone.status_code, gone.json()["state"]) == (200, "new")
    assert house.acts("item.taken") == house.acts("item.retried") == [("anne.berg", "(token: night job)")]
    last = house.store.reading.story(house.ids[DIFFERS]).history[-1]
    assert (last.who, last.step, last.why) == ("anne.berg", "retry", "the grant is there now")


async def test_who_comes_second_is_told_and_nothing_is_overwritten(house: House) -> None:
    program = house.program()
    item, seen = f"/items/{house.ids[DIFFERS]}", house.seen(DIFFERS)
    house.store.accounts.add("bo", "Bo", "test", grants=CASEWORKER)
    house.store.worklist.take(house.ids[DIFFERS], "bo")
    refused = await program.says(f"{item}/settle", seen=seen, note="done")
    assert problem(refused) == (409, "overtaken")
    assert "bo was quicker" in refused.json()["detail"]
    with_bo = await program.says(f"{item}/settle", seen=house.seen(DIFFERS), note="done")
    assert problem(with_bo) == (409, "with-another")
    assert house.state(DIFFERS) is State.EXCEPTION
    over = await program.says(f"{item}/give", seen=house.seen(DIFFERS), to="anne.berg", note="bo is away")
    settled = await program.says(f"{item}/settle", seen=over.json()["seen"], note="done by hand")
    assert (settled.json()["state"], house.state(DIFFERS)) == ("done", State.DONE)
    again = await program.says(f"{item}/let-go", seen=house.seen(DIFFERS))
    assert problem(again)[0] == 409


async def test_fields_are_put_right_as_the_items_model_allows(house: House) -> None:
    program = house.program()
    item = f"/items/{house.ids[DIFFERS]}/correct"
    for fields in ({"invoice.period.period.last": "2024-09-31"}, {"invoice.colour": "red"}):
        refused = await program.says(item, seen=house.seen(DIFFERS), fields=fields)
        assert problem(refused) == (422, "wrong-fields")
    right = await program.says(
        item, seen=house.seen(DIFFERS), fields={"invoice.number": "F-78"}, note="seen on paper"
    )
    assert right.json()["state"] == "new"
    assert house.store.reading.story(house.ids[DIFFERS]).payload["invoice"]["number"] == "F-78"


async def test_a_proposal_is_approved_or_rejected_and_only_one_of_the_case(house: House) -> None:
    house.store.levels.set("invoices", Level.APPROVE, "eva", "try it")
    house.store.claim(["invoices"], "w", timedelta(minutes=5))  # what waits comes before what is proposed now
    ids = [proposed(house.store, name, invoice(), [grant()]) for name in ("B-8", "B-9")]
    program = house.program()
    stories = [(await program.get(f"/items/{it}")).json() for it in ids]
    (one,), (other,) = (it["proposals"] for it in stories)
    assert one["intent"]["document"] == "B-8"
    seen = [it["seen"] for it in stories]
    wrong = await program.says(f"/items/{ids[0]}/approve", seen=seen[0], proposal=other["id"])
    assert problem(wrong) == (404, "not-found")
    no = await program.says(f"/items/{ids[1]}/reject", seen=seen[1], proposal=other["id"], note=" ")
    assert problem(no) == (422, "request")
    assert (await program.says(f"/items/{ids[0]}/approve", seen=seen[0], proposal=one["id"])).json()["state"] == "new"
    no = await program.says(f"/items/{ids[1]}/reject", seen=seen[1], proposal=other["id"], note="wrong account")
    assert (no.json()["state"], no.json()["reason"]) == ("exception", "rejected")


async def test_is_it_there_yes_or_no(house: House) -> None:
    program = house.program()
    address, seen = f"/items/{house.ids[BROKEN]}/answer", house.seen(BROKEN)
    without = await program.says(address, seen=seen, effect="post", there=True)
    assert problem(without) == (422, "refused")
    known = await program.says(address, seen=seen, effect="post", there=False)
    assert problem(known) == (409, "store-error")


async def test_a_citizen_comes_on_the_obs_list_by_a_case_and_by_number_and_goes_off_it(house: House) -> None:
    program = house.program(grants=CASEWORKER)
    nobodys = await program.says(f"/items/{house.ids[BROKEN]}/obs", seen=house.seen(BROKEN), note="call first")
    assert problem(nobodys) == (422, "refused")
    item_id, seen = about_a_citizen(house.store)
    assert (await program.says(f"/items/{item_id}/obs", seen=seen, note="call first")).status_code == 200
    wrong = await program.says("/obs", cpr="123", reason="x", robot="invoices")
    assert problem(wrong) == (422, "invalid-value")
    assert problem(await program.says("/obs", cpr=CITIZEN, reason="x", robot="flexwage")) == (403, "forbidden")
    assert problem(await program.says("/obs", cpr=CITIZEN, reason="x")) == (403, "forbidden"), "for every robot"
    past = await program.says("/obs", cpr=CITIZEN, reason="x", robot="invoices", last="2024-11-07")
    assert problem(past) == (422, "invalid-value")
    new = await program.says("/obs", cpr=CITIZEN, reason="moves abroad", robot="invoices", last="2024-12-01")
    assert (new.status_code, new.json()) == (201, {"new": 1, "known": 0, "in_hand": []})
    entries = (await program.get("/obs")).json()["entries"]
    assert [(it["reason"], it["last"]) for it in entries] == [("call first", None), ("moves abroad", "2024-12-01")]
    assert CITIZEN[:6] not in (await program.get("/obs")).text
    ended = await program.says(f"/obs/{entries[0]['id']}/end")
    assert ended.json() == {"ended": entries[0]["id"]}
    assert problem(await program.says(f"/obs/{entries[0]['id']}/end")) == (404, "not-found")
    assert house.acts("obs.added") == [("anne.berg", "(token: night job)")] * 2
    assert house.acts("obs.ended") == [("anne.berg", "(token: night job)")]


async def test_who_keeps_the_list_for_one_robot_puts_nobody_on_it_for_all(house: House) -> None:
    item_id, seen = about_a_citizen(house.store)
    program = house.program(grants=CASEWORKER)
    said = {"seen": seen, "note": "knows her"}
    assert problem(await program.says(f"/items/{item_id}/obs", **said, every_robot=True)) == (403, "forbidden")
    assert house.store.obs.entries() == []
    assert (await program.says(f"/items/{item_id}/obs", **said)).status_code == 200
