"""The API as programs call it: cases, decisions, the obs-list, figures and operations, by token or by session.

Whom each route lets in: test_matrix. That answers are as described: test_api_schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from prometheus_client.parser import text_string_to_metric_families

from bots_common.autonomy import Level
from bots_common.roles import Grant, Right, Role, Scope
from bots_common.settings import GivenSettings
from bots_common.work import Codec, NewItem, State, Store
from bots_common.work.audit import Asked
from bots_common.work.system_records import Health, Order
from reports import web
from reports.web.api.callers import WORD
from reports.web.login import TRIES, WITHIN
from tests.handled import BROKEN, DIFFERS, NO_CPR, PLAIN, claimed, day_of_work, proposed
from tests.programs import Program, token
from tests.unit.care import grant, invoice
from tests.visitors import ADDRESS, visitor

pytestmark = pytest.mark.usefixtures("prepared")

NOON = datetime(2024, 11, 8, 12, tzinfo=UTC)
CASEWORKER = [Grant(Role.CASEWORKER, "invoices")]
SYSTEMS: dict[str, Any] = {"finance": {"url": "http://127.0.0.1:9", "username": "x", "password": "x"}}
SCHEDULE = """[schedules.mornings]
robot = "invoices"
when = "cron 30 6 * * mon-fri"
"""
CITIZEN = "6101901234"


class House:
    """A day's cases behind the API, and a clock that a test turns on."""

    def __init__(self, folder: Path, codec: Codec) -> None:
        self.now = NOON
        self.store = Store.open(f"sqlite:///{(folder / 'kollega.db').as_posix()}", codec, clock=lambda: self.now)
        self.ids = day_of_work(self.store)
        (folder / "schedules.toml").write_text(SCHEDULE, encoding="utf-8")
        settings = GivenSettings(folder=folder, systems=SYSTEMS, schedules=folder / "schedules.toml")
        self.app: FastAPI = web.create(self.store, codec, settings, lambda: self.now)

    def program(self, **of: Any) -> Program:
        return Program(self.app, token(self.store, **of))

    def seen(self, reference: str) -> int:
        return self.store.reading.story(self.ids[reference]).history[-1].id

    def state(self, reference: str) -> State:
        return self.store.reading.story(self.ids[reference]).item.state

    def acts(self, act: str) -> list[tuple[str, str]]:
        return [(row.who, row.detail) for row in self.store.audit.log(Asked(act=act), limit=100)]


@pytest.fixture
def house(tmp_path: Path, codec: Codec) -> Iterator[House]:
    opened = House(tmp_path, codec)
    yield opened
    opened.store.close()


def problem(answer: Response) -> tuple[int, str]:
    """The status and the kind of a problem, which must have a sentence and the next step."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["detail"]
    assert told["next"]
    return answer.status_code, told["type"].rpartition("/")[2]


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


# -- figures and operations -----------------------------------------------------------------------------------


async def test_figures_are_those_of_the_dashboard(house: House) -> None:
    house.store.baselines.set("invoices", before=600, after=120, ore_per_hour=36_000, who="eva", why="measured")
    told = (await house.program().get("/figures", params={"robot": "invoices", "span": "week"})).json()
    (it,) = told["robots"]
    assert (told["first"], told["last"]) == ("2024-11-04", "2024-11-08")
    assert (it["found"], it["alone"], it["with_people"], it["ready"], it["posted"]) == (5, 1, 3, 1, "38750")
    assert it["handed"] == {"amount_differs": 1, "no_cpr": 1, "technical": 1}
    assert (it["share"], it["hours_saved"], it["kroner_saved"]) == ("0.2500", "0.17", "60.00")
    assert told["ages"] == {"hour": 3}
    assert problem(await house.program(title="x").get("/figures", params={"robot": "nobody"})) == (404, "not-found")


async def test_workers_are_listed_and_told_to_end(house: House) -> None:
    for name, robots in (("m/1/a", ("invoices",)), ("m/2/b", ("invoices", "flexwage"))):
        house.store.fleet.report(Health(name, "m", "1", robots, in_hand=0, handled=3, idle_seconds=None))
    some = house.program(name="bo", grants=[Grant(Role.OPERATOR, "invoices")])
    assert [it["name"] for it in (await some.get("/workers")).json()["workers"]] == ["m/1/a", "m/2/b"]
    assert problem(await some.says("/workers/stop", worker="m/2/b")) == (403, "forbidden")
    assert problem(await some.says("/workers/stop", worker="m/3/c")) == (404, "not-found")
    assert (await some.says("/workers/stop", now=True)).json() == {"told": ["m/1/a"]}
    assert (await house.program().says("/workers/stop", worker="m/2/b")).json() == {"told": ["m/2/b"]}
    assert [it.order for it in house.store.fleet.workers()] == [Order.NOW, Order.FINISH]
    assert ("bo", "m/1/a (token: night job)") in house.acts("worker.stopped")


async def test_a_system_is_paused_and_resumed(house: House) -> None:
    program = house.program()
    (system,) = (await program.get("/systems")).json()["systems"]
    assert (system["name"], system["mode"]) == ("finance", "open")
    paused = (await program.says("/systems/finance/pause", why="year-end closing")).json()
    assert (paused["mode"], paused["why"]) == ("paused", "anne.berg: year-end closing")
    assert problem(await program.says("/systems/finance/pause", why=" ")) == (422, "request")
    assert problem(await program.says("/systems/payroll/pause", why="x")) == (404, "not-found")
    assert (await program.says("/systems/finance/resume")).json()["mode"] == "open"
    assert house.acts("system.paused") == [("anne.berg", "finance (token: night job)")]


async def test_who_operates_one_robot_shuts_no_system_to_another(house: House) -> None:
    stranger = house.program(name="bo", grants=[Grant(Role.OPERATOR, "flexwage")], scopes=[Scope(Right.OPERATE)])
    assert problem(await stranger.says("/systems/finance/pause", why="x")) == (403, "forbidden")
    assert problem(await stranger.says("/systems/finance/resume")) == (403, "forbidden")
    assert house.acts("system.paused") == []


async def test_runs_are_told_with_what_came_of_them(house: House) -> None:
    number = house.store.runs.request("nightly", "invoices", "eva")
    program = house.program()
    (run,) = (await program.get("/runs", params={"schedule": "nightly"})).json()["runs"]
    assert (run["id"], run["cause"], run["state"], run["tally"]["found"]) == (number, "person", "due", 0)
    assert (await program.get(f"/runs/{number}")).json() == run
    elsewhere = house.program(name="bo", grants=[Grant(Role.OPERATOR, "flexwage")])
    assert problem(await elsewhere.get(f"/runs/{number}")) == (404, "not-found")
    assert (await elsewhere.get("/runs")).json() == {"runs": []}


async def test_a_schedule_is_told_in_words_run_now_paused_and_resumed(house: House) -> None:
    program = house.program()
    told = (await program.get("/schedules")).json()
    (it,) = told["schedules"]
    assert (it["name"], it["robot"], it["paused"], it["next"]) == (
        "mornings",
        "invoices",
        False,
        "2024-11-11T05:30:00Z",
    )
    assert told["served"] is False
    run = await program.says("/schedules/mornings/run")
    assert (run.status_code, run.json()["schedule"], run.json()["state"]) == (202, "mornings", "due")
    paused = (await program.says("/schedules/mornings/pause", why="year-end closing")).json()
    assert (paused["paused_by"], paused["paused_why"], paused["next"]) == ("anne.berg", "year-end closing", None)
    assert (await program.says("/schedules/mornings/resume")).json()["paused"] is False
    assert problem(await program.says("/schedules/evenings/run")) == (404, "not-found")
    assert house.acts("schedule.paused") == [("anne.berg", "mornings: year-end closing (token: night job)")]


# -- what monitoring is told ----------------------------------------------------------------------------------


def samples(answer: Response) -> dict[str, float]:
    """Each sample by its name and its labels, sorted by their names."""
    families = text_string_to_metric_families(answer.text)
    return {_sample(it.name, it.labels): it.value for family in families for it in family.samples}


def _sample(name: str, labels: dict[str, str]) -> str:
    return " ".join([name, *(f"{label}={value}" for label, value in sorted(labels.items()))])


async def scraped(house: House, **of: Any) -> Response:
    return await house.program(**of).get(f"{ADDRESS}/metrics")


async def test_monitoring_is_told_counts_and_ages_and_nothing_of_anybody(house: House) -> None:
    house.now += timedelta(hours=2)
    house.store.people.retry(house.ids[BROKEN], "eva", "again")
    house.store.fleet.report(Health("m/1/a", "m", "1", ("invoices",), in_hand=2, handled=3, idle_seconds=1))
    house.store.systems.pause("finance", "eva", "closing")
    house.store.runs.request("nightly", "invoices", "eva")
    answer = await scraped(house, scopes=[Scope(Right.SEE_FIGURES)])
    assert answer.headers["content-type"].startswith("text/plain")
    told = samples(answer)
    assert (
        told.items()
        >= {
            "kollega_items_total robot=invoices state=found": 5,
            "kollega_items_total robot=invoices state=done": 1,
            "kollega_items_total robot=invoices state=exception": 3,
            "kollega_effects_total effect=post robot=invoices": 1,
            "kollega_items_open robot=invoices state=ready": 2,
            "kollega_items_open robot=invoices state=exception": 2,
            "kollega_items_open robot=invoices state=waiting": 0,
            "kollega_exception_oldest_seconds robot=invoices": 7200,
            "kollega_decision_wait_seconds_bucket le=3600.0 robot=invoices": 0,
            "kollega_decision_wait_seconds_bucket le=14400.0 robot=invoices": 1,
            "kollega_decision_wait_seconds_bucket le=+Inf robot=invoices": 1,
            "kollega_workers state=alive": 1,
            "kollega_workers state=silent": 0,
            "kollega_workers_in_hand": 2,
            "kollega_system_open mode=paused system=finance": 0,
            "kollega_runs robot=invoices state=due stop=": 1,
        }.items()
    )
    for private in (CITIZEN, "eva", "anne", DIFFERS, "closing"):
        assert private not in answer.text


async def test_monitoring_of_one_robot_is_told_of_no_other(house: House) -> None:
    answer = await scraped(house, scopes=[Scope(Right.SEE_FIGURES, "flexwage")])
    assert "invoices" not in answer.text
    assert samples(answer)["kollega_items_open robot=flexwage state=ready"] == 0


async def test_monitoring_needs_a_token_for_figures(house: House) -> None:
    assert problem(await Program(house.app, None).get(f"{ADDRESS}/metrics"))[0] == 401
    assert problem(await scraped(house, scopes=[Scope(Right.SEE_CASES)]))[0] == 403


async def test_a_worker_that_reports_no_more_is_silent(house: House) -> None:
    house.store.fleet.report(Health("m/1/a", "m", "1", ("invoices",), in_hand=0, handled=0, idle_seconds=None))
    house.now += timedelta(minutes=5)
    told = samples(await scraped(house))
    assert (told["kollega_workers state=alive"], told["kollega_workers state=silent"]) == (0, 1)
