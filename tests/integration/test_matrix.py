"""Who reaches what: every route of the pages, asked by everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import Response
from starlette.routing import BaseRoute, Mount

from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings, OidcSettings, WebSettings
from bots_common.work import Codec, Store
from reports import kept, web
from tests.handled import DIFFERS, day_of_work, keep_evidence
from tests.visitors import nobody, visitor

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
GET  /dashboard                   login        200       200      200    200     200   403
GET  /dashboard.xlsx              login        200       200      200    200     200   403
GET  /dashboard/flow.svg          login        200       403      200    200     200   403
GET  /dashboard/{name}.svg        login        200       200      200    200     200   403
GET  /reports                     login        200       200      200    200     200   403
GET  /reports/runs/{run_id}.xlsx  login        200       404      200    200     200   403
GET  /reports/{robot}/{month}.xlsx login       200       404      200    200     200   403
GET  /reports/{robot}/{month}     login        200       404      200    200     200   403
GET  /reports/{robot}/{month}/card login       200       404      200    200     200   403
GET  /reports/{robot}/{month}/reasons login    200       404      200    200     200   403
GET  /robots/{robot}/baseline     login        200       404      200    200     200   403
POST /robots/{robot}/baseline     login        403       403      403    422     403   403
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

FIELDS = {"name": "eva.dahl", "role": "operator", "language": "en", "act": "retry", "robot": "invoices"}
"""What forms want, all of it sent to all of them."""


def expected() -> dict[str, dict[str, str]]:
    (_, *columns), *lines = (line.split() for line in MATRIX.strip().splitlines())
    return {f"{method} {path}": dict(zip(columns, statuses, strict=True)) for method, path, *statuses in lines}


class House:
    """The pages with a case and its evidence; no provider answers for the municipality's login."""

    def __init__(self, folder: Path, codec: Codec) -> None:
        self.store = Store.open(f"sqlite:///{(folder / 'kollega.db').as_posix()}", codec)
        item_id = day_of_work(self.store)[DIFFERS]
        keep_evidence(self.store, codec, folder, item_id, "amount_differs", "page", b"<p>")
        evidence_id = self.store.reading.story(item_id).evidence[0].id
        self.store.accounts.add("other", "Other", "test")
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
            "{act}": "take",
            "/static": "/static/style.css",
        }

    async def asked(self, route: str, who: str) -> Response:
        method, address = route.split(" ")
        for name, value in self.known.items():
            address = address.replace(name, value)
        grant = VISITORS[who]
        somebody = nobody(self.app) if grant is None else visitor(self.app, self.store, who, [grant])
        return await (somebody.get(address) if method == "GET" else somebody.send_form(address, **FIELDS))


@pytest.fixture
def house(tmp_path: Path, codec: Codec) -> Iterator[House]:
    opened = House(tmp_path, codec)
    yield opened
    opened.store.close()


def routes(of: Iterable[BaseRoute]) -> Iterator[str]:
    for route in of:
        if isinstance(route, APIRoute):
            yield from (f"{method} {route.path}" for method in route.methods)
        elif isinstance(route, Mount):
            yield f"GET {route.path}"
        else:
            yield from routes(route.original_router.routes)  # type: ignore[attr-defined]  # a router of ours


def test_every_route_has_its_line(house: House) -> None:
    assert sorted(routes(house.app.routes)) == sorted(expected())


@pytest.mark.parametrize("who", VISITORS)
async def test_everybody_reaches_what_is_theirs_and_nothing_else(house: House, who: str) -> None:
    answered = {}
    for route in expected():
        answer = await house.asked(route, who)
        to_login = answer.status_code == 303 and answer.headers["location"].startswith("/login?")
        answered[route] = "login" if to_login else str(answer.status_code)
    assert answered == {route: statuses[who] for route, statuses in expected().items()}
