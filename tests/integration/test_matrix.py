"""Who reaches what: every route of the pages, asked by everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import Response
from starlette.routing import BaseRoute, Mount

from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.web_settings import OidcSettings, WebSettings
from bots_common.work import Codec, Store
from bots_common.work.records import NewObs
from bots_common.work.system_records import Expected, Landmark
from reports import kept, web
from reports.web import api
from reports.web.api.callers import WORD
from tests.handled import DIFFERS, day_of_work, keep_evidence
from tests.piled import GROUP, by_hand
from tests.unit.care import ANNA
from tests.visitors import nobody, visitor

ODD = frozenset({Landmark("button", "Vis")})
VISITORS = {
    "nobody": None,
    "caseworker": Grant(Role.CASEWORKER, "invoices"),
    "elsewhere": Grant(Role.CASEWORKER, "flexwage"),
    "operator": Grant(Role.OPERATOR),
    "leader": Grant(Role.LEADER),
    "auditor": Grant(Role.AUDITOR),
    "admin": Grant(Role.ADMINISTRATOR),
}
"""The columns; the case and its evidence are of the robot `invoices`, and `elsewhere` has another robot's cases."""

MATRIX = """
route                            nobody caseworker elsewhere operator leader auditor admin
GET  /static                        200        200       200      200    200     200   200
GET  /login                         200        200       200      200    200     200   200
POST /login                         401        401       401      401    401     401   401
GET  /login/municipality            503        503       503      503    503     503   503
GET  /login/municipality/back       401        401       401      401    401     401   401
GET  /enter/{token}                 200        200       200      200    200     200   200
POST /enter/{token}                 401        401       401      401    401     401   401
POST /logout                      login        303       303      303    303     303   303
GET  /password                    login        200       200      200    200     200   200
POST /password                    login        422       422      422    422     422   422
GET  /me                          login        200       200      200    200     200   200
POST /me/language                 login        303       303      303    303     303   303
POST /me/tokens                   login        422       422      422    422     422   422
POST /me/tokens/{token_id}/end    login        404       404      404    404     404   404
GET  /                            login        200       200      200    200     200   403
GET  /exceptions                  login        308       308      403    403     308   403
GET  /worklist                    login        200       200      403    403     200   403
POST /worklist/together           login        200       403      403    403     403   403
GET  /mine                        login        200       200      403    403     403   403
GET  /items                       login        200       200      403    403     200   403
GET  /items/{item_id}             login        200       404      403    403     200   403
POST /items/{item_id}/{act}       login        409       404      403    403     403   403
GET  /evidence/{evidence_id}      login        200       404      403    403     403   403
GET  /report.xlsx                 login        200       200      403    403     200   403
GET  /approvals                   login        200       200      403    403     403   403
GET  /approvals/{robot}/{effect}  login        200       404      403    403     403   403
POST /approvals/{robot}/{effect}  login        422       404      403    403     403   403
GET  /obs                         login        200       200      403    403     403   403
POST /obs                         login        422       422      403    403     403   403
POST /obs/show                    login        200       200      403    403     403   403
POST /obs/citizen                 login        422       422      403    403     403   403
GET  /obs/by-hand                 login        200       200      403    403     403   403
GET  /obs/template.xlsx           login        200       200      403    403     403   403
POST /obs/list.xlsx               login        200       200      403    403     403   403
POST /obs/sheet                   login        422       422      403    403     403   403
POST /obs/sheet/load              login        422       422      403    403     403   403
POST /obs/{entry_id}/{change}     login        303       404      403    403     403   403
GET  /sample                      login        200       200      200    403     403   403
GET  /sample/{robot}              login        200       404      200    403     403   403
POST /sample/{robot}/mark         login        303       404      403    403     403   403
POST /sample/{robot}/level        login        403       404      409    403     403   403
GET  /dashboard                   login        200       200      200    200     200   403
GET  /dashboard.xlsx              login        200       200      200    200     200   403
GET  /dashboard/flow.svg          login        200       403      200    200     200   403
GET  /dashboard/{name}.svg        login        200       200      200    200     200   403
GET  /robots                      login        200       200      200    200     200   403
GET  /robots/{robot}              login        200       404      200    200     200   403
POST /robots/{robot}/stop         login        403       403      422    403     403   403
POST /robots/{robot}/resume       login        403       403      303    403     403   403
GET  /systems                     login        200       200      200    200     200   403
POST /systems/{system}/pause      login        403       403      422    403     403   403
POST /systems/{system}/resume     login        403       403      303    403     403   403
GET  /drifts/{drift_id}           login        403       403      200    403     403   403
GET  /drifts/{drift_id}/picture   login        403       403      404    403     403   403
POST /drifts/{drift_id}/accept    login        403       403      422    403     403   403
GET  /reports                     login        200       200      200    200     200   403
GET  /reports/runs/{run_id}.xlsx  login        200       404      200    200     200   403
GET  /reports/{robot}/{month}.xlsx login       200       404      200    200     200   403
GET  /reports/{robot}/{month}     login        200       404      200    200     200   403
GET  /reports/{robot}/{month}/card login       200       404      200    200     200   403
GET  /reports/{robot}/{month}/reasons login    200       404      200    200     200   403
GET  /robots/{robot}/baseline     login        200       404      200    200     200   403
POST /robots/{robot}/baseline     login        403       403      403    422     403   403
GET  /robots/{robot}/process.svg  login        200       403      200    200     200   403
GET  /piles                       login        200       200      403    403     403   403
POST /piles                       login        409       403      403    403     403   403
GET  /piles/{number}              login        200       404      403    403     403   403
GET  /piles/{number}/file         login        404       404      403    403     403   403
POST /piles/{number}/sent         login        409       404      403    403     403   403
POST /piles/{number}/put-back     login        409       404      403    403     403   403
GET  /schedules                   login        200       200      200    200     200   403
POST /schedules/{name}/run        login        403       403      404    403     403   403
POST /schedules/{name}/pause      login        403       403      404    403     403   403
POST /schedules/{name}/resume     login        403       403      404    403     403   403
GET  /schedules/file              login        403       403      200    403     403   403
POST /schedules/file              login        403       403      422    403     403   403
GET  /runs                        login        200       200      200    200     200   403
GET  /runs/{run_id}               login        200       404      200    200     200   403
GET  /audit                       login        403       403      403    403     200   403
GET  /audit/citizen               login        403       403      403    403     200   403
POST /audit/citizen               login        403       403      403    403     422   403
POST /audit/citizen.xlsx          login        403       403      403    403     422   403
GET  /accounts                    login        403       403      403    403     403   200
POST /accounts                    login        403       403      403    403     403   303
GET  /accounts/{name}             login        403       403      403    403     403   200
POST /accounts/{name}/give        login        403       403      403    403     403   303
POST /accounts/{name}/take        login        403       403      403    403     403   303
POST /accounts/{name}/close       login        403       403      403    403     403   303
POST /accounts/{name}/open        login        403       403      403    403     403   303
POST /accounts/{name}/link        login        403       403      403    403     403   200
POST /accounts/{name}/forget      login        403       403      403    403     403   303
"""
"""What each is answered; `login` is to be led to the login. A route that is not here fails the test.

401, 409 and 422 come from the route itself: who gets them was let in, and sent nothing that makes sense.
"""

API = """
route                                    nobody caseworker elsewhere operator leader auditor admin
GET  /api/v1/openapi.json                   401        200       200      200    200     200   200
GET  /api/v1/items                          401        200       200      403    403     200   403
GET  /api/v1/worklist                       401        200       200      403    403     200   403
GET  /api/v1/items/{item_id}                401        200       404      403    403     200   403
POST /api/v1/items/{item_id}/take           401        409       404      403    403     403   403
POST /api/v1/items/{item_id}/let-go         401        409       404      403    403     403   403
POST /api/v1/items/{item_id}/give           401        409       404      403    403     403   403
POST /api/v1/items/{item_id}/retry          401        409       404      403    403     403   403
POST /api/v1/items/{item_id}/correct        401        409       404      403    403     403   403
POST /api/v1/items/{item_id}/settle         401        409       404      403    403     403   403
POST /api/v1/items/{item_id}/answer         401        409       404      403    403     403   403
POST /api/v1/items/{item_id}/approve        401        404       404      403    403     403   403
POST /api/v1/items/{item_id}/reject         401        404       404      403    403     403   403
POST /api/v1/items/{item_id}/obs            401        422       404      403    403     403   403
POST /api/v1/robots/{robot}/items/retry     401        200       403      403    403     403   403
POST /api/v1/robots/{robot}/items/settle    401        200       403      403    403     403   403
POST /api/v1/robots/{robot}/proposals/approve 401      200       403      403    403     403   403
POST /api/v1/robots/{robot}/proposals/reject  401      200       403      403    403     403   403
GET  /api/v1/obs                            401        200       200      403    403     403   403
POST /api/v1/obs                            401        422       403      403    403     403   403
POST /api/v1/obs/{entry_id}/end             401        200       404      403    403     403   403
GET  /api/v1/figures                        401        200       200      200    200     200   403
GET  /api/v1/robots                         401        200       200      200    200     200   403
GET  /api/v1/workers                        401        403       403      200    403     403   403
POST /api/v1/workers/stop                   401        403       403      200    403     403   403
GET  /api/v1/systems                        401        403       403      200    403     403   403
POST /api/v1/systems/{system}/pause         401        403       403      404    403     403   403
POST /api/v1/systems/{system}/resume        401        403       403      404    403     403   403
GET  /api/v1/runs                           401        200       200      200    200     200   403
GET  /api/v1/runs/{run_id}                  401        200       404      200    200     200   403
GET  /api/v1/schedules                      401        200       200      200    200     200   403
POST /api/v1/schedules/{name}/run           401        403       403      404    403     403   403
POST /api/v1/schedules/{name}/pause         401        403       403      404    403     403   403
POST /api/v1/schedules/{name}/resume        401        403       403      404    403     403   403
GET  /metrics                               401        200       200      200    200     200   403
"""
"""What the API answers the same people; 409 and 422 again come from the route itself, as does 404 where it is not
`elsewhere`: there is no such system or schedule."""

OTHER = {"seen": 1, "note": "seen"}
OTHER_CASE, OTHER_PROPOSAL = {"item": 1, "seen": 1}, {"proposal": 1, "seen": 1}
BODIES = {
    "take": {"seen": 1},
    "let-go": {"seen": 1},
    "give": {**OTHER, "to": "caseworker"},
    "correct": {**OTHER, "fields": {"invoice.number": "F-2"}},
    "answer": {"seen": 1, "effect": "post", "there": False},
    "approve": {**OTHER, "proposal": 1},
    "reject": {**OTHER, "proposal": 1},
    "obs": {**OTHER, "until": "2000-01-01"},
    "/obs": {"cpr": "none", "reason": "seen", "robot": "invoices"},
    "end": {},
    "stop": {},
    "run": {},
    "pause": {"why": "seen"},
    "resume": {},
    "items/retry": {"items": [OTHER_CASE]},
    "items/settle": {"items": [OTHER_CASE], "note": "seen"},
    "proposals/approve": {"proposals": [OTHER_PROPOSAL]},
    "proposals/reject": {"proposals": [OTHER_PROPOSAL], "note": "seen"},
}
"""What programs say, by the last word or two of the address, where it is not `OTHER`."""

FIELDS = {
    "name": "eva.dahl",
    "role": "operator",
    "language": "en",
    "act": "retry",
    "robot": "invoices",
    "verdict": "approve",
    "judged_as": "right",
}
"""What forms want, all of it sent to all of them."""


def expected(matrix: str) -> dict[str, dict[str, str]]:
    (_, *columns), *lines = (line.split() for line in matrix.strip().splitlines())
    return {f"{method} {path}": dict(zip(columns, statuses, strict=True)) for method, path, *statuses in lines}


class House:
    """The pages with a case and its evidence; no provider answers for the municipality's login."""

    def __init__(self, folder: Path, codec: Codec) -> None:
        self.store = Store.open(f"sqlite:///{(folder / 'kollega.db').as_posix()}", codec)
        item_id = day_of_work(self.store)[DIFFERS]
        keep_evidence(self.store, codec, folder, item_id, "amount_differs", "page", b"<p>")
        evidence_id = self.store.reading.story(item_id).evidence[0].id
        self.store.accounts.add("other", "Other", "test")
        self.store.obs.add([NewObs(ANNA.digits, "x", date(2024, 1, 1), robot="invoices")], "test")
        oidc = OidcSettings(issuer="http://127.0.0.1:9", client_id="x", client_secret="x")  # type: ignore[arg-type]
        settings = GivenSettings(folder=folder, web=WebSettings(oidc=oidc))
        run = self.store.runs.start("hourly", "invoices", "anne", "office-7", timedelta(minutes=1), "1")
        kept.keep(self.store, settings, run)
        self.app: FastAPI = web.create(self.store, codec, settings)
        self.known = {
            "{token}": "x",
            "{name}.svg": "share.svg",
            "flow.svg": "flow.svg?robot=invoices",
            "{robot}": "invoices",
            "{month}": "2024-11",
            "{run_id}": str(run.id),
            "{name}": "other",
            "{item_id}": str(item_id),
            "{evidence_id}": str(evidence_id),
            "{entry_id}": "1",
            "{token_id}": "1",
            "{system}": "finance",
            "{act}": "take",
            "{drift_id}": str(self.store.drift.report("finance", "inbox", Expected(ODD), frozenset(), "pc-1")),
            "{effect}": "post",
            "{change}": "confirm",
            "{number}": str(_put_back(self.store)),
            "/static": "/static/style.css",
        }

    async def asked(self, route: str, who: str) -> Response:
        method, address = route.split(" ")
        for name, value in self.known.items():
            address = address.replace(name, value)
        grant = VISITORS[who]
        somebody = nobody(self.app) if grant is None else visitor(self.app, self.store, who, [grant])
        if method == "GET":
            return await somebody.get(address)
        if address.startswith(api.PATH):
            words = address.split("/")
            last = "/obs" if address == f"{api.PATH}/obs" else words[-1]
            body = BODIES.get("/".join(words[-2:])) or BODIES.get(last, OTHER)
            return await somebody.post(address, json=body, headers={WORD: somebody.csrf})
        return await somebody.send_form(address, **FIELDS)


def _put_back(store: Store) -> int:
    """A pile of which nothing is left to be done."""
    by_hand(store, "B9")
    number = store.piles.take("invoices", GROUP, "other").number
    store.piles.put_back(number, "other")
    return number


@pytest.fixture
def house(tmp_path: Path, codec: Codec) -> Iterator[House]:
    opened = House(tmp_path, codec)
    yield opened
    opened.store.close()


def routes(of: Iterable[BaseRoute]) -> Iterator[str]:
    for route in of:
        if isinstance(route, APIRoute):
            yield from (f"{method} {route.path}" for method in route.methods)
        elif isinstance(route, Mount) and isinstance(route.app, FastAPI):
            yield from (it.replace(" ", f" {route.path}", 1) for it in routes(route.app.routes))
        elif isinstance(route, Mount):
            yield f"GET {route.path}"
        else:
            yield from routes(route.original_router.routes)  # type: ignore[attr-defined]  # a router of ours


def test_every_route_has_its_line(house: House) -> None:
    assert sorted(routes(house.app.routes)) == sorted({**expected(MATRIX), **expected(API)})


@pytest.mark.parametrize("matrix", [MATRIX, API], ids=["pages", "api"])
@pytest.mark.parametrize("who", VISITORS)
async def test_everybody_reaches_what_is_theirs_and_nothing_else(house: House, who: str, matrix: str) -> None:
    answered = {}
    for route in expected(matrix):
        answer = await house.asked(route, who)
        to_login = answer.status_code == 303 and answer.headers["location"].startswith("/login?")
        answered[route] = "login" if to_login else str(answer.status_code)
    assert answered == {route: statuses[who] for route, statuses in expected(matrix).items()}
