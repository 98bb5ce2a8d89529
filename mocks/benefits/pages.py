"""The benefits system's screens; see `mocks.benefits` for their addresses, labels and buttons."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from mocks import danish
from mocks.benefits import entering, store
from mocks.screens import Posted, Screens
from mocks.sessions import Session

_Finder = Callable[[sqlite3.Connection, Mapping[str, str]], list[sqlite3.Row]]


class BenefitScreens(Screens):
    """The worklist, a case, its calculation and payment, its letters."""

    system = "benefits"
    cookie = "KYSESSION"
    start = "arbejdsliste"
    login_in_place = True

    def add_pages(self, router: APIRouter) -> None:
        for address, page in (
            ("arbejdsliste", self.worklist),
            ("sager.xlsx", self.case_export),
            ("borger", self.citizen_form),
            ("sag/{number}", self.case),
            ("sag/{number}/beregning", self.calculation_form),
            ("beregning/{number}", self.calculation),
            ("sag/{number}/brev", self.letter_form),
            ("brev/{receipt}", self.letter),
            ("udbetalinger", self.subsidy_form),
            ("breve", self.letters_form),
        ):
            router.add_api_route(f"{self.prefix}/{address}", page, methods=["GET"])
        for address, act in (
            ("borger", self.find_citizen),
            ("sag/{number}/beregning", self.save),
            ("beregning/{number}/godkend", self.approve),
            ("sag/{number}/brev", self.send),
            ("udbetalinger", self.find_subsidies),
            ("breve", self.find_letters),
        ):
            router.add_api_route(f"{self.prefix}/{address}", act, methods=["POST"])

    async def worklist(self, request: Request, maaned: str = "", vis: str = "aabne", side: int = 1) -> Response:
        session = self.session(request)
        month, view, page = self._month(maaned), vis if vis in store.VIEWS else "aabne", max(1, side)
        count = store.worklist_size(self.world.connection, month, view)
        return self.render(
            request,
            "worklist.html",
            session,
            rows=store.worklist(self.world.connection, month, view, page),
            header=store.WORKLIST_HEADER,
            status=store.status,
            month=month,
            view=view,
            number=page,
            count=count,
            last_page=max(1, -(-count // store.PAGE_ROWS)),
        )

    async def case_export(self, request: Request, maaned: str = "") -> Response:
        self.session(request)
        month = self._month(maaned)
        return await self.export("sager.xlsx", store.CASE_HEADER, lambda it: store.case_export(it, month))

    async def citizen_form(self, request: Request) -> Response:
        return self.render(request, "citizen.html", self.session(request), problem="")

    async def find_citizen(self, request: Request) -> Response:
        posted = await self.posted(request)
        number = store.case_of(self.world.connection, re.sub(r"[\s-]", "", posted.text("cpr")))
        if number is None:
            return self.render(request, "citizen.html", posted.session, problem="Ingen sag fundet")
        return RedirectResponse(f"{self.prefix}/sag/{number}", status_code=303)

    async def case(self, request: Request, number: str) -> Response:
        session = self.session(request)
        connection = self.world.connection
        return self.render(
            request,
            "case.html",
            session,
            case=self._open(request, session, number),
            month=store.present_month(connection),
            tables=(
                ("Lønlofter", "lofter", store.CEILING_HEADER, store.ceilings(connection, number)),
                ("Andre ydelser", "ydelser", store.BENEFIT_HEADER, store.benefits(connection, number)),
                ("Ferie fra feriekasse", "ferie", store.HOLIDAY_HEADER, store.holidays(connection, number)),
            ),
            subsidy_header=store.SUBSIDY_HEADER,
            subsidies=store.subsidies(connection, {"case_number": number}),
            letter_header=store.LETTER_HEADER,
            letters=store.letters(connection, {"case_number": number}),
        )

    async def calculation_form(self, request: Request, number: str, maaned: str = "") -> Response:
        session = self.session(request)
        typed = dict.fromkeys(entering.CALCULATION, "") | {"maaned": danish.month(self._month(maaned))}
        return self._case_form(request, session, "calculate.html", number, typed, [])

    async def save(self, request: Request, number: str) -> Response:
        posted = await self.posted(request)
        self._open(request, posted.session, number)
        entered, problems = entering.calculation(posted)
        if entered is None:
            return self._typed_again(request, posted, "calculate.html", number, entering.CALCULATION, problems)
        connection, user = self.world.connection, posted.session.user
        saved = self.written(request, posted, lambda: store.save(connection, user, number, entered))
        return RedirectResponse(f"{self.prefix}/beregning/{saved}", status_code=303)

    async def calculation(self, request: Request, number: str) -> Response:
        session = self.session(request)
        row = self._calculation(request, session, number)
        return self.render(request, "calculation.html", session, calculation=row)

    async def approve(self, request: Request, number: str) -> Response:
        posted = await self.posted(request)
        row = self._calculation(request, posted.session, number)
        connection, user = self.world.connection, posted.session.user
        receipt = self.written(request, posted, lambda: store.approve(connection, user, row))
        return self.render(request, "approved.html", posted.session, receipt=receipt, calculation=row)

    async def letter_form(self, request: Request, number: str, maaned: str = "") -> Response:
        session = self.session(request)
        typed = dict.fromkeys(entering.LETTER, "") | {"maaned": danish.month(self._month(maaned))}
        return self._case_form(request, session, "write.html", number, typed, [])

    async def send(self, request: Request, number: str) -> Response:
        posted = await self.posted(request)
        self._open(request, posted.session, number)
        entered, problems = entering.letter(posted)
        if entered is None:
            return self._typed_again(request, posted, "write.html", number, entering.LETTER, problems)
        connection, user = self.world.connection, posted.session.user
        receipt = self.written(request, posted, lambda: store.send(connection, user, number, entered))
        return self.render(request, "sent.html", posted.session, receipt=receipt, number=number, letter=entered)

    async def letter(self, request: Request, receipt: str) -> Response:
        session = self.session(request)
        row = store.letter(self.world.connection, receipt)
        if row is None:
            raise self.not_found(request, session, f"Brev {receipt}")
        return self.render(request, "letter.html", session, letter=row)

    async def subsidy_form(self, request: Request) -> Response:
        return self._search_form(request, self.session(request), "subsidies.html")

    async def letters_form(self, request: Request) -> Response:
        return self._search_form(request, self.session(request), "letters.html")

    async def find_subsidies(self, request: Request) -> Response:
        return self._found(request, await self.posted(request), "subsidies.html", store.subsidies)

    async def find_letters(self, request: Request) -> Response:
        return self._found(request, await self.posted(request), "letters.html", store.letters)

    def _open(self, request: Request, session: Session, number: str) -> sqlite3.Row:
        row = store.case(self.world.connection, number)
        if row is None:
            raise self.not_found(request, session, f"Sag {number}")
        return row

    def _calculation(self, request: Request, session: Session, number: str) -> sqlite3.Row:
        row = store.calculation(self.world.connection, number)
        if row is None:
            raise self.not_found(request, session, f"Beregning {number}")
        return row

    def _month(self, text: str) -> str:
        """The month of an address, or the present one: its first day, ISO."""
        month: date | None = danish.read_month(text)
        return month.isoformat() if month else store.present_month(self.world.connection)

    def _typed_again(
        self,
        request: Request,
        posted: Posted,
        page: str,
        number: str,
        names: tuple[str, ...],
        problems: list[str],
    ) -> Response:
        typed = {name: posted.text(name) for name in names}
        return self._case_form(request, posted.session, page, number, typed, problems)

    def _case_form(
        self,
        request: Request,
        session: Session,
        page: str,
        number: str,
        typed: dict[str, str],
        problems: list[str],
    ) -> Response:
        return self.render(
            request,
            page,
            session,
            case=self._open(request, session, number),
            typed=typed,
            problems=problems,
            amounts=entering.AMOUNTS,
        )

    def _found(self, request: Request, posted: Posted, page: str, find: _Finder) -> Response:
        wanted, problems = entering.search(posted)
        rows = None if problems else find(self.world.connection, wanted)
        typed = {name: posted.text(name) for name in entering.SEARCH}
        return self._search_form(request, posted.session, page, rows=rows, problems=problems, typed=typed)

    def _search_form(self, request: Request, session: Session, page: str, **found: Any) -> Response:
        nothing: dict[str, Any] = {"rows": None, "problems": [], "typed": dict.fromkeys(entering.SEARCH, "")}
        return self.render(
            request,
            page,
            session,
            most=store.SEARCH_ROWS,
            subsidy_header=store.SUBSIDY_HEADER,
            letter_header=store.LETTER_HEADER,
            **(nothing | found),
        )
