"""The archive's screens; see `mocks.archive` for their addresses, labels and buttons."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from mocks import clock, danish
from mocks.archive import store
from mocks.archive.store import Paper
from mocks.screens import Posted, Screens
from mocks.sessions import Session

_PAPER = ("titel", "dokumenttype", "adgangskategori", "dato", "tekst")
_SEARCH = {"mappe": "folder", "titel": "title"}


class ArchiveScreens(Screens):
    """The search for a folder, the folder, its documents."""

    system = "archive"
    cookie = "ESDHSESSION"
    start = "find"
    login_in_place = True

    def add_pages(self, router: APIRouter) -> None:
        for address, page in (
            ("find", self.find_form),
            ("mappe/{number}", self.folder),
            ("mappe/{number}/dokument", self.paper_form),
            ("dokument/{number}", self.paper),
            ("dokument/{number}/fil", self.file),
            ("dokumenter", self.search_form),
        ):
            router.add_api_route(f"{self.prefix}/{address}", page, methods=["GET"])
        for address, act in (
            ("find", self.find),
            ("mappe/{number}/dokument", self.save),
            ("dokument/{number}/tjekind", self.check_in),
            ("dokumenter", self.search),
        ):
            router.add_api_route(f"{self.prefix}/{address}", act, methods=["POST"])

    async def find_form(self, request: Request) -> Response:
        return self._find(request, self.session(request), [], "")

    async def find(self, request: Request) -> Response:
        posted = await self.posted(request)
        rows = store.folders(self.world.connection, re.sub(r"[\s-]", "", posted.text("cpr")))
        if len(rows) == 1:
            return RedirectResponse(f"{self.prefix}/mappe/{rows[0]['number']}", status_code=303)
        return self._find(request, posted.session, rows, "" if rows else "Ingen personalesag fundet")

    async def folder(self, request: Request, number: str) -> Response:
        session = self.session(request)
        row = self._folder(request, session, number)
        papers = store.papers(self.world.connection, {"folder": number})
        header = store.PAPERS_HEADER
        return self.render(
            request, "folder.html", session, folder=row, papers=papers, header=header, status=store.status
        )

    async def paper_form(self, request: Request, number: str) -> Response:
        session = self.session(request)
        today = danish.day(clock.today(self.world.connection).isoformat())
        typed = dict.fromkeys(_PAPER, "") | {"dato": today}
        return self._paper_form(request, session, number, typed, [])

    async def save(self, request: Request, number: str) -> Response:
        posted = await self.posted(request)
        self._folder(request, posted.session, number)
        paper, problems = _paper(posted)
        if paper is None:
            typed = {name: posted.text(name) for name in _PAPER}
            return self._paper_form(request, posted.session, number, typed, problems)
        connection, user = self.world.connection, posted.session.user
        saved = self.written(request, posted, lambda: store.save(connection, user, number, paper))
        return self.render(request, "saved.html", posted.session, number=saved, folder=number, paper=paper)

    async def paper(self, request: Request, number: str) -> Response:
        session = self.session(request)
        return self._show(request, session, self._paper(request, session, number), "")

    async def file(self, request: Request, number: str) -> Response:
        session = self.session(request)
        file = store.file(self.world.connection, number)
        if file is None:
            raise self.not_found(request, session, f"Fil til dokument {number}")
        return self.download(file.name, file.content, "application/octet-stream")

    async def check_in(self, request: Request, number: str) -> Response:
        posted = await self.posted(request)
        row = self._paper(request, posted.session, number)
        if row["journal"]:
            return self._show(request, posted.session, row, "Dokumentet er allerede journaliseret.")
        connection, user = self.world.connection, posted.session.user
        journal = self.written(request, posted, lambda: store.check_in(connection, user, row))
        return self.render(request, "checked_in.html", posted.session, number=number, journal=journal)

    async def search_form(self, request: Request) -> Response:
        return self._search_form(request, self.session(request), typed=dict.fromkeys(_SEARCH, ""), rows=None)

    async def search(self, request: Request) -> Response:
        posted = await self.posted(request)
        typed = {name: posted.text(name) for name in _SEARCH}
        wanted = {column: typed[name] for name, column in _SEARCH.items() if typed[name]}
        return self._search_form(
            request, posted.session, typed=typed, rows=store.papers(self.world.connection, wanted)
        )

    def _folder(self, request: Request, session: Session, number: str) -> sqlite3.Row:
        row = store.folder(self.world.connection, number)
        if row is None:
            raise self.not_found(request, session, f"Personalesag {number}")
        return row

    def _paper(self, request: Request, session: Session, number: str) -> sqlite3.Row:
        row = store.paper(self.world.connection, number)
        if row is None:
            raise self.not_found(request, session, f"Dokument {number}")
        return row

    def _find(self, request: Request, session: Session, rows: list[sqlite3.Row], problem: str) -> Response:
        return self.render(request, "find.html", session, rows=rows, header=store.FOLDERS_HEADER, problem=problem)

    def _paper_form(
        self, request: Request, session: Session, number: str, typed: dict[str, str], problems: list[str]
    ) -> Response:
        folder = self._folder(request, session, number)
        return self.render(
            request,
            "write.html",
            session,
            folder=folder,
            types=store.TYPES,
            access=store.ACCESS,
            typed=typed,
            problems=problems,
        )

    def _show(self, request: Request, session: Session, row: sqlite3.Row, problem: str) -> Response:
        return self.render(
            request,
            "paper.html",
            session,
            paper=row,
            status=store.status(row),
            file=store.file(self.world.connection, row["number"]),
            problem=problem,
        )

    def _search_form(self, request: Request, session: Session, **found: Any) -> Response:
        return self.render(
            request,
            "papers.html",
            session,
            header=store.SEARCH_HEADER,
            status=store.status,
            most=store.SEARCH_ROWS,
            **found,
        )


def _paper(posted: Posted) -> tuple[Paper | None, list[str]]:
    """The document that the form describes, or what is wrong with it."""
    title, text, day = posted.text("titel"), posted.text("tekst"), danish.read_day(posted.text("dato"))
    kind, access, file = posted.text("dokumenttype"), posted.text("adgangskategori"), posted.files.get("fil")
    checks = (
        (not title, "Titel skal udfyldes."),
        (kind not in store.TYPES, "Dokumenttype skal vælges."),
        (access not in store.ACCESS, "Adgangskategori skal vælges."),
        (day is None, "Dato skal skrives som dd-mm-åååå."),
        (not text and not file, "Skriv en tekst, eller vælg en fil."),
    )
    problems = [it for wrong, it in checks if wrong]
    if problems or day is None:
        return None, problems
    return Paper(title, kind, access, day.isoformat(), text, file), []
