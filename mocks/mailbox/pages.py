"""The mailbox's screens; see `mocks.mailbox` for their addresses, labels and buttons."""

from __future__ import annotations

import sqlite3

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mocks.mailbox import store
from mocks.screens import Screens
from mocks.sessions import Session
from mocks.town.hires.model import Kind


class MailboxScreens(Screens):
    """The inbox, a message, and what was deleted."""

    system = "mailbox"
    cookie = "POSTSESSION"
    start = "indbakke"
    login_in_place = True

    def add_pages(self, router: APIRouter) -> None:
        for address, page in (
            ("indbakke", self.inbox),
            ("indbakke.xlsx", self.message_export),
            ("besked/{number}", self.message),
            ("besked/{number}/bilag", self.attachment),
            ("slettede", self.deleted_form),
        ):
            router.add_api_route(f"{self.prefix}/{address}", page, methods=["GET"])
        for address, act in (("besked/{number}/slet", self.delete), ("slettede", self.find_deleted)):
            router.add_api_route(f"{self.prefix}/{address}", act, methods=["POST"])

    async def inbox(self, request: Request, side: int = 1) -> Response:
        session = self.session(request)
        page, count = max(1, side), store.messages_size(self.world.connection)
        return self.render(
            request,
            "inbox.html",
            session,
            rows=store.messages(self.world.connection, page),
            header=store.LIST_HEADER,
            number=page,
            count=count,
            last_page=max(1, -(-count // store.PAGE_ROWS)),
        )

    async def message_export(self, request: Request) -> Response:
        self.session(request)
        return await self.export("indbakke.xlsx", store.LIST_HEADER, store.export)

    async def message(self, request: Request, number: str) -> Response:
        session = self.session(request)
        row = self._open(request, session, number)
        kind = Kind(row["kind"]).written if row["kind"] else ""
        return self.render(request, "message.html", session, message=row, kind=kind)

    async def attachment(self, request: Request, number: str) -> Response:
        session = self.session(request)
        pdf = store.attachment(self.world.connection, number)
        if pdf is None:
            raise self.not_found(request, session, f"Bilag til besked {number}")
        return self.download(store.ATTACHMENT, pdf, "application/pdf")

    async def delete(self, request: Request, number: str) -> Response:
        posted = await self.posted(request)
        row = self._open(request, posted.session, number)
        connection, user = self.world.connection, posted.session.user
        receipt, day = self.written(request, posted, lambda: store.delete(connection, user, row))
        deleted = day.isoformat()
        return self.render(request, "gone.html", posted.session, receipt=receipt, number=number, deleted=deleted)

    async def deleted_form(self, request: Request) -> Response:
        return self._deleted(request, self.session(request), "", None)

    async def find_deleted(self, request: Request) -> Response:
        posted = await self.posted(request)
        number = posted.text("besked")
        return self._deleted(request, posted.session, number, store.deleted(self.world.connection, number))

    def _open(self, request: Request, session: Session, number: str) -> sqlite3.Row:
        row = store.message(self.world.connection, number)
        if row is None:
            raise self.not_found(request, session, f"Besked {number}")
        return row

    def _deleted(self, request: Request, session: Session, typed: str, rows: list[sqlite3.Row] | None) -> Response:
        return self.render(request, "deleted.html", session, typed=typed, rows=rows, header=store.DELETED_HEADER)
