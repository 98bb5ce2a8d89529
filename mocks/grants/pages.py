"""The grants register's screens; see `mocks.grants` for their addresses, labels and buttons."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from mocks import danish
from mocks.grants import store
from mocks.screens import Posted, Screens
from mocks.sessions import Session

_NO_FIELDS = {"fra": "", "til": "", "bilagsnummer": "", "beloeb": ""}


class GrantScreens(Screens):
    """Citizens, their grants, what is paid of them, and the suppliers."""

    system = "grants"
    cookie = "SENSUMSESSION"
    start = "borger"
    login_in_place = False

    def add_pages(self, router: APIRouter) -> None:
        for address, page in (
            ("borger", self.search_form),
            ("borger/{number}", self.citizen),
            ("bevilling/{number}", self.grant),
            ("bevillinger.xlsx", self.grant_export),
            ("leverandoerer", self.suppliers),
            ("leverandoerer.xlsx", self.supplier_export),
        ):
            router.add_api_route(f"{self.prefix}/{address}", page, methods=["GET"])
        router.add_api_route(f"{self.prefix}/borger", self.search, methods=["POST"])
        router.add_api_route(f"{self.prefix}/bevilling/{{number}}/betalt", self.mark_paid, methods=["POST"])

    async def search_form(self, request: Request) -> Response:
        return self.render(request, "search.html", self.session(request), problem="")

    async def search(self, request: Request) -> Response:
        posted = await self.posted(request)
        cpr = re.sub(r"[\s-]", "", posted.text("cpr"))
        citizen = store.citizen_id(self.world.connection, cpr)
        if citizen is None:
            return self.render(request, "search.html", posted.session, problem="Ingen borger fundet")
        return RedirectResponse(f"{self.prefix}/borger/{citizen}", status_code=303)

    async def citizen(self, request: Request, number: int) -> Response:
        session = self.session(request)
        row = store.citizen(self.world.connection, number)
        if row is None:
            raise self.not_found(request, session, "Borgeren")
        grants = store.grants_of(self.world.connection, number)
        return self.render(request, "citizen.html", session, citizen=row, grants=grants, header=store.GRANT_HEADER)

    async def grant(self, request: Request, number: str) -> Response:
        session = self.session(request)
        return self._grant(request, session, number, _NO_FIELDS, [])

    async def mark_paid(self, request: Request, number: str) -> Response:
        posted = await self.posted(request)
        payment, problems = _payment(posted)
        if payment is None or store.grant(self.world.connection, number) is None:
            typed = {name: posted.text(name) for name in _NO_FIELDS}
            return self._grant(request, posted.session, number, typed, problems)
        connection, user = self.world.connection, posted.session.user
        receipt = self.written(request, posted, lambda: store.mark_paid(connection, user, number, payment))
        return self.render(request, "receipt.html", posted.session, number=number, receipt=receipt, payment=payment)

    async def grant_export(self, request: Request) -> Response:
        self.session(request)
        number, *rest = store.GRANT_HEADER
        return await self.export("bevillinger.xlsx", (number, "CPR", *rest), store.grant_export)

    async def suppliers(self, request: Request) -> Response:
        session = self.session(request)
        rows = store.suppliers(self.world.connection)
        return self.render(request, "suppliers.html", session, rows=rows, header=store.SUPPLIER_HEADER)

    async def supplier_export(self, request: Request) -> Response:
        self.session(request)
        return await self.export(
            "leverandoerer.xlsx", store.SUPPLIER_HEADER, lambda it: map(tuple, store.suppliers(it))
        )

    def _grant(
        self, request: Request, session: Session, number: str, typed: dict[str, str], problems: list[str]
    ) -> Response:
        grant = store.grant(self.world.connection, number)
        if grant is None:
            raise self.not_found(request, session, f"Bevilling {number}")
        return self.render(
            request,
            "grant.html",
            session,
            grant=grant,
            citizen=store.citizen(self.world.connection, grant.row["citizen"]),
            rates=store.rates(self.world.connection, number),
            sheet=store.sheet(self.world.connection, grant.row),
            typed=typed,
            problems=problems,
        )


def _payment(posted: Posted) -> tuple[store.Payment | None, list[str]]:
    """The payment that the form describes, or what is wrong with it, in Danish."""
    first, last = danish.read_day(posted.text("fra")), danish.read_day(posted.text("til"))
    ore, voucher = danish.read_amount(posted.text("beloeb")), posted.text("bilagsnummer")
    checks = (
        (first is None, "Periode fra skal skrives som dd-mm-åååå."),
        (last is None, "Periode til skal skrives som dd-mm-åååå."),
        (bool(first and last and last < first), "Periode til ligger før Periode fra."),
        (not voucher.isdecimal(), "Bilagsnummer skal være et nummer."),
        (ore is None, "Beløb skal skrives som 12.345,67."),
    )
    problems = [text for wrong, text in checks if wrong]
    if problems or first is None or last is None or ore is None:
        return None, problems
    return store.Payment(first.isoformat(), last.isoformat(), voucher, ore), []
