"""The personnel system's screens; see `mocks.personnel` for their addresses, labels and buttons."""

from __future__ import annotations

import sqlite3

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mocks import clock, danish
from mocks.personnel import store
from mocks.personnel.store import Change
from mocks.screens import Posted, Screens
from mocks.sessions import Session

_FIELDS = ("attest", "status", "dato")


class PersonnelScreens(Screens):
    """The list of hires, a hire, and how its certificates stand."""

    system = "personnel"
    cookie = "SDSESSION"
    start = "ansaettelser"
    login_in_place = False

    def add_pages(self, router: APIRouter) -> None:
        for address, page in (
            ("ansaettelser", self.hires),
            ("ansaettelser.xlsx", self.hire_export),
            ("ansaettelse/{number}", self.hire),
        ):
            router.add_api_route(f"{self.prefix}/{address}", page, methods=["GET"])
        router.add_api_route(f"{self.prefix}/ansaettelse/{{number}}/status", self.set_state, methods=["POST"])

    async def hires(self, request: Request, side: int = 1) -> Response:
        session = self.session(request)
        page, count = max(1, side), store.hires_size(self.world.connection)
        return self.render(
            request,
            "hires.html",
            session,
            rows=store.hires(self.world.connection, page),
            header=store.LIST_HEADER,
            standing=store.standing,
            certificates=tuple(store.CERTIFICATES),
            number=page,
            count=count,
            last_page=max(1, -(-count // store.PAGE_ROWS)),
        )

    async def hire_export(self, request: Request) -> Response:
        self.session(request)
        return await self.export("ansaettelser.xlsx", store.EXPORT_HEADER, store.export)

    async def hire(self, request: Request, number: str) -> Response:
        session = self.session(request)
        today = danish.day(clock.today(self.world.connection).isoformat())
        return self._hire(request, session, number, typed=dict.fromkeys(_FIELDS, "") | {"dato": today}, problems=[])

    async def set_state(self, request: Request, number: str) -> Response:
        posted = await self.posted(request)
        self._open(request, posted.session, number)
        change, problems = _change(posted)
        if change is None:
            typed = {name: posted.text(name) for name in _FIELDS}
            return self._hire(request, posted.session, number, typed=typed, problems=problems)
        connection, user = self.world.connection, posted.session.user
        receipt = self.written(request, posted, lambda: store.set_state(connection, user, number, change))
        return self.render(request, "saved.html", posted.session, receipt=receipt, number=number, change=change)

    def _open(self, request: Request, session: Session, number: str) -> sqlite3.Row:
        row = store.hire(self.world.connection, number)
        if row is None:
            raise self.not_found(request, session, f"Ansættelse {number}")
        return row

    def _hire(
        self, request: Request, session: Session, number: str, *, typed: dict[str, str], problems: list[str]
    ) -> Response:
        row = self._open(request, session, number)
        return self.render(
            request,
            "hire.html",
            session,
            hire=row,
            facts=store.facts(row),
            certificates=[(name, row[column], row[f"{column}_since"]) for name, column in store.CERTIFICATES.items()],
            states=store.STATES,
            typed=typed,
            problems=problems,
        )


def _change(posted: Posted) -> tuple[Change | None, list[str]]:
    """The state that the form sets, or what is wrong with it."""
    certificate, state, day = posted.text("attest"), posted.text("status"), danish.read_day(posted.text("dato"))
    checks = (
        (certificate not in store.CERTIFICATES, "Attest skal vælges."),
        (state not in store.STATES, "Status skal vælges."),
        (day is None, "Dato skal skrives som dd-mm-åååå."),
    )
    problems = [it for wrong, it in checks if wrong]
    if problems or day is None:
        return None, problems
    return Change(certificate, state, day.isoformat()), []
