"""The portal's screens; see `mocks.portal` for their addresses, labels and buttons."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mocks.portal import entering, store
from mocks.screens import Posted, Screens, ShowInstead
from mocks.sessions import Session
from mocks.town.hires.model import Kind


class PortalScreens(Screens):
    """A new request, and those that were sent."""

    system = "portal"
    cookie = "POLITISESSION"
    start = "anmodning"
    login_in_place = False

    def add_pages(self, router: APIRouter) -> None:
        for address, page in (
            ("anmodning", self.order_form),
            ("anmodninger", self.search_form),
            ("anmodninger.xlsx", self.line_export),
        ):
            router.add_api_route(f"{self.prefix}/{address}", page, methods=["GET"])
        for address, act in (
            ("anmodning", self.check),
            ("anmodning/send", self.send),
            ("anmodninger", self.find),
        ):
            router.add_api_route(f"{self.prefix}/{address}", act, methods=["POST"])

    async def order_form(self, request: Request) -> Response:
        return self._order_form(request, self.session(request), dict.fromkeys(entering.ORDER, ""), [])

    async def check(self, request: Request) -> Response:
        posted = await self.posted(request)
        order = self._order(request, posted)
        return self.render(request, "check.html", posted.session, order=order)

    async def send(self, request: Request) -> Response:
        posted = await self.posted(request)
        order = self._order(request, posted)
        connection, user = self.world.connection, posted.session.user
        number = self.written(request, posted, lambda: store.send(connection, user, order))
        return self.render(request, "sent.html", posted.session, number=number, order=order)

    async def search_form(self, request: Request) -> Response:
        return self._search_form(request, self.session(request), typed=dict.fromkeys(entering.SEARCH, ""), rows=None)

    async def find(self, request: Request) -> Response:
        posted = await self.posted(request)
        rows = store.lines(self.world.connection, *entering.search(posted))
        typed = {name: posted.text(name) for name in entering.SEARCH}
        return self._search_form(request, posted.session, typed=typed, rows=rows)

    async def line_export(self, request: Request) -> Response:
        self.session(request)
        return await self.export("anmodninger.xlsx", store.EXPORT_HEADER, store.export)

    def _order(self, request: Request, posted: Posted) -> store.Order:
        """The request that the form describes.

        Raises:
            ShowInstead: with the form again, where something is wrong with it.
        """
        order, problems = entering.order(posted)
        if order is None:
            typed = {name: posted.text(name) for name in entering.ORDER}
            raise ShowInstead(self._order_form(request, posted.session, typed, problems))
        return order

    def _order_form(self, request: Request, session: Session, typed: dict[str, str], problems: list[str]) -> Response:
        kinds = tuple(entering.KINDS)
        return self.render(request, "order.html", session, typed=typed, problems=problems, kinds=kinds)

    def _search_form(self, request: Request, session: Session, **found: Any) -> Response:
        return self.render(
            request,
            "requests.html",
            session,
            kinds=tuple(entering.KINDS),
            header=store.SEARCH_HEADER,
            most=store.SEARCH_ROWS,
            written=lambda kind: Kind(kind).written,
            **found,
        )
