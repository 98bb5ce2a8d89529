"""The API as programs call it: figures, operations, and what monitoring is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from prometheus_client.parser import text_string_to_metric_families

from bots_common.roles import Grant, Right, Role, Scope
from bots_common.work.system_records import Health, Order
from tests.handled import BROKEN, DIFFERS
from tests.integration.called import CITIZEN, House, house, problem
from tests.programs import Program
from tests.visitors import ADDRESS

__all__ = ["house"]

pytestmark = pytest.mark.usefixtures("prepared")


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
