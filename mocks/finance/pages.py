"""Finance's screens; see `mocks.finance` for their addresses, labels and buttons."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mocks import danish
from mocks.finance import posting, store
from mocks.finance.posting import Row
from mocks.finance.rendering import Shown, show
from mocks.screens import Screens
from mocks.sessions import Session
from mocks.town.spans import shifted

_CRITERIA = (
    ("cvr", "Leverandør CVR"),
    ("invoice", "Fakturanr"),
    ("document", "Bilagsnr"),
    ("period", "Periode"),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that a user has opened."""

    session: Session
    row: sqlite3.Row
    shown: Shown | None

    @property
    def net(self) -> int | None:
        return self.shown.net if self.shown else None


class FinanceScreens(Screens):
    """The inbox, an invoice, its posting, and the vouchers."""

    system = "finance"
    cookie = "OPUSSESSION"
    start = "indbakke"
    login_in_place = True

    def add_pages(self, router: APIRouter) -> None:
        for address, page in (
            ("indbakke", self.inbox),
            ("indbakke.xlsx", self.inbox_export),
            ("bilag/{number}", self.invoice),
            ("bilag/{number}/xml", self.invoice_xml),
            ("bilag/{number}/kontering", self.posting_form),
            ("soeg", self.search_form),
            ("postering/{number}", self.voucher),
            ("posteringer.xlsx", self.voucher_export),
        ):
            router.add_api_route(f"{self.prefix}/{address}", page, methods=["GET"])
        for address, act in (
            ("bilag/{number}/bemaerkning", self.remark),
            ("bilag/{number}/kontering", self.post),
            ("soeg", self.search),
        ):
            router.add_api_route(f"{self.prefix}/{address}", act, methods=["POST"])

    async def inbox(
        self,
        request: Request,
        status: str = "ny",
        sorter: str = "bilagsnr",
        retning: str = "op",
        side: int = 1,
    ) -> Response:
        session = self.session(request)
        view = store.View(
            status=status if status in store.STATUSES else "ny",
            order=sorter if sorter in store.ORDERS else "bilagsnr",
            descending=retning == "ned",
            page=max(1, side),
        )
        count = store.inbox_size(self.world.connection, view.status)
        return self.render(
            request,
            "inbox.html",
            session,
            rows=store.inbox(self.world.connection, view),
            view=view,
            count=count,
            last_page=max(1, -(-count // store.PAGE_ROWS)),
        )

    async def inbox_export(self, request: Request, status: str = "ny") -> Response:
        self.session(request)
        key = status if status in store.STATUSES else "ny"
        return await self.export(
            f"fakturaindbakke-{key}.xlsx", store.INBOX_HEADER, lambda it: store.inbox_export(it, key)
        )

    async def invoice(self, request: Request, number: str) -> Response:
        return self._invoice(request, self._open(request, self.session(request), number))

    async def invoice_xml(self, request: Request, number: str) -> Response:
        session = self.session(request)
        if store.document(self.world.connection, number) is None:
            raise self.not_found(request, session, f"Bilag {number}")
        return Response(store.original(self.world.connection, number), media_type="application/xml")

    async def remark(self, request: Request, number: str) -> Response:
        posted = await self.posted(request)
        opened = self._open(request, posted.session, number)
        text = posted.text("bemaerkning")
        if not text:
            return self._invoice(request, opened, problem="Bemærkningen er tom.")
        user, connection = posted.session.user, self.world.connection
        note = self.written(request, posted, lambda: store.remark(connection, user, number, text))
        return self._invoice(request, opened, saved=note)

    async def posting_form(self, request: Request, number: str, linjer: int = 1) -> Response:
        opened = self._open(request, self.session(request), number)
        rows = [Row()] * min(max(1, linjer), posting.MOST_ROWS)
        return self._posting(request, opened, rows, [])

    async def post(self, request: Request, number: str) -> Response:
        posted = await self.posted(request)
        opened = self._open(request, posted.session, number)
        rows = posting.rows(posted.fields)
        lines, problems = posting.check(rows, opened.net)
        if problems:
            return self._posting(request, opened, rows or [Row()], problems)
        connection, user = self.world.connection, posted.session.user
        cvr = opened.row["cvr"] or self._creditor(opened)
        voucher = self.written(request, posted, lambda: store.post(connection, user, opened.row, cvr, lines))
        total = sum(line.ore for line in lines)
        return self.render(request, "receipt.html", posted.session, document=opened.row, voucher=voucher, total=total)

    async def search_form(self, request: Request) -> Response:
        session = self.session(request)
        return self.render(
            request,
            "search.html",
            session,
            criteria=_CRITERIA,
            typed={},
            rows=None,
            problem="",
            most=store.SEARCH_ROWS,
        )

    async def search(self, request: Request) -> Response:
        posted = await self.posted(request)
        typed = {name: posted.text(name) for name, _ in _CRITERIA}
        months = _month(typed["period"])
        problem = "Periode skal skrives som mm-åååå." if typed["period"] and not months else ""
        wanted = {name: text for name, text in typed.items() if text and name != "period"}
        rows = None if problem else store.search(self.world.connection, wanted, months)
        return self.render(
            request,
            "search.html",
            posted.session,
            criteria=_CRITERIA,
            typed=typed,
            rows=rows,
            problem=problem,
            most=store.SEARCH_ROWS,
        )

    async def voucher(self, request: Request, number: str) -> Response:
        session = self.session(request)
        row = store.voucher(self.world.connection, number)
        if row is None:
            raise self.not_found(request, session, f"Postering {number}")
        lines = store.voucher_lines(self.world.connection, number)
        return self.render(request, "voucher.html", session, voucher=row, lines=lines)

    async def voucher_export(self, request: Request) -> Response:
        self.session(request)
        return await self.export("posteringer.xlsx", store.VOUCHER_HEADER, store.voucher_export)

    def _open(self, request: Request, session: Session, number: str) -> Opened:
        row = store.document(self.world.connection, number)
        if row is None:
            raise self.not_found(request, session, f"Bilag {number}")
        return Opened(session, row, show(store.original(self.world.connection, number)))

    def _invoice(self, request: Request, opened: Opened, *, saved: str = "", problem: str = "") -> Response:
        number = opened.row["number"]
        return self.render(
            request,
            "invoice.html",
            opened.session,
            document=opened.row,
            shown=opened.shown,
            notes=store.notes(self.world.connection, number),
            vouchers=store.vouchers_of(self.world.connection, number),
            saved=saved,
            problem=problem,
        )

    def _posting(self, request: Request, opened: Opened, rows: list[Row], problems: list[str]) -> Response:
        return self.render(
            request,
            "posting.html",
            opened.session,
            document=opened.row,
            net=opened.net,
            rows=rows,
            problems=problems,
        )

    def _creditor(self, opened: Opened) -> str:
        """Finance knows its creditors: an invoice that names only the EAN is booked under the CVR."""
        return store.creditor(self.world.connection, opened.shown.supplier_ean) if opened.shown else ""


def _month(text: str) -> tuple[str, str] | None:
    """The first day of the month mm-åååå and of the one after it, as ISO dates."""
    first = danish.read_month(text)
    return (first.isoformat(), shifted(first, 1).isoformat()) if first else None
