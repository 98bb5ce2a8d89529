"""The income register's screens; see `mocks.income` for their addresses, labels and buttons."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from mocks import danish
from mocks.faults import Kind
from mocks.income import fields, store
from mocks.screens import Posted, Screens, ShowInstead, World
from mocks.sessions import Session

PURPOSE = "171 Fleksløntilskud"
_NO_FIELDS = {"cpr": "", "formaal": "", "soegetype": "loenperiode", "fra": "", "til": ""}
_BUSY = "Du har allerede en søgning i gang. Vent, til den er færdig."
_TIMED_OUT = "Søgningen blev afbrudt, fordi den tog for lang tid. Prøv igen."


class IncomeScreens(Screens):
    """The search, one at a time, and its results."""

    system = "income"
    cookie = "EINDKOMSTSESSION"
    start = "soeg"
    login_in_place = False

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._searching: set[str] = set()

    def add_pages(self, router: APIRouter) -> None:
        for address, page in (
            ("soeg", self.search_form),
            ("resultat/{number:int}", self.result),
            ("resultat/{number:int}.xlsx", self.result_export),
        ):
            router.add_api_route(f"{self.prefix}/{address}", page, methods=["GET"])
        router.add_api_route(f"{self.prefix}/soeg", self.search, methods=["POST"])

    async def search_form(self, request: Request) -> Response:
        return self._form(request, self.session(request), _NO_FIELDS, [])

    async def search(self, request: Request) -> Response:
        posted = await self.posted(request)
        typed = {name: posted.text(name) for name in _NO_FIELDS}
        asked, problems = self._asked(posted)
        if asked is None:
            return self._form(request, posted.session, typed, problems)
        with self._one_at_a_time(request, posted.session, typed):
            await self._take_time(request, posted.session, typed)
            number = store.look_up(self.world.connection, posted.session.user, asked)
        return RedirectResponse(f"{self.prefix}/resultat/{number}", status_code=303)

    async def result(self, request: Request, number: int) -> Response:
        session = self.session(request)
        found = self._own(request, session, number)
        return self.render(
            request,
            "result.html",
            session,
            number=number,
            search=found,
            basis=store.BASES[found.basis][0],
            person=store.person(self.world.connection, found.person),
            reports=store.reports(self.world.connection, found),
            header=store.REPORT_HEADER,
            column=fields.column,
            shown=fields.shown,
        )

    async def result_export(self, request: Request, number: int) -> Response:
        found = self._own(request, self.session(request), number)
        header = (*store.REPORT_HEADER, *(fields.column(name) for name in fields.LABELS))
        return await self.export(f"indkomst-{number}.xlsx", header, lambda it: store.report_export(it, found))

    def _own(self, request: Request, session: Session, number: int) -> store.Search:
        found = store.search(self.world.connection, session.user, number)
        if found is None:
            raise self.not_found(request, session, f"Søgning {number}")
        return found

    def _asked(self, posted: Posted) -> tuple[store.Search | None, list[str]]:
        """The search that the form describes, or what is wrong with it, in Danish."""
        first, last = danish.read_month(posted.text("fra")), danish.read_month(posted.text("til"))
        person = store.person_id(self.world.connection, re.sub(r"[\s-]", "", posted.text("cpr")))
        purpose, basis = posted.text("formaal"), posted.text("soegetype")
        checks = (
            (purpose != PURPOSE, "Vælg et adgangsformål."),
            (basis not in store.BASES, "Vælg, hvad der skal søges på."),
            (first is None, "Periode fra skal skrives som mm-åååå."),
            (last is None, "Periode til skal skrives som mm-åååå."),
            (bool(first and last and last < first), "Periode til ligger før Periode fra."),
            (person is None, "Personen findes ikke i eIndkomst."),
        )
        problems = [text for wrong, text in checks if wrong]
        if problems or person is None or first is None or last is None:
            return None, problems
        return store.Search(person, purpose, basis, first.isoformat(), last.isoformat()), []

    @contextmanager
    def _one_at_a_time(self, request: Request, session: Session, typed: dict[str, str]) -> Iterator[None]:
        """The user's only search until the block ends.

        Raises:
            ShowInstead: with the form, where the user has one under way.
        """
        if session.user in self._searching:
            raise ShowInstead(self._form(request, session, typed, [_BUSY], 429))
        self._searching.add(session.user)
        try:
            yield
        finally:
            self._searching.discard(session.user)

    async def _take_time(self, request: Request, session: Session, typed: dict[str, str]) -> None:
        """The time that the search takes.

        Raises:
            ShowInstead: with the form, where it takes too long.
        """
        path, faults = request.url.path, self.world.faults
        slow, late = faults.strike(Kind.SLOW_SEARCH, path), faults.strike(Kind.SEARCH_TIMEOUT, path)
        await asyncio.sleep(self.world.settings.search_seconds + sum(it.ms for it in (slow, late) if it) / 1000)
        if late:
            raise ShowInstead(self._form(request, session, typed, [_TIMED_OUT], 504))

    def _form(
        self, request: Request, session: Session, typed: dict[str, str], problems: list[str], status_code: int = 200
    ) -> Response:
        return self.render(
            request,
            "search.html",
            session,
            status_code,
            typed=typed,
            problems=problems,
            purposes=[("", "Vælg"), (PURPOSE, PURPOSE)],
            bases=[(key, name) for key, (name, _) in store.BASES.items()],
        )
