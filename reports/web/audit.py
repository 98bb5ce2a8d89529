"""Who saw and did what: the log by person, act, case and day, and everything about one citizen.

A personal number comes in the body of a form and never in an address; the page that answers holds it sealed, so that
the same search can be taken home as Excel.
"""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BeforeValidator, Field

from bots_common.errors import InvalidValue, StoreError
from bots_common.roles import Right
from bots_common.settings import Settings
from bots_common.values import Cpr
from bots_common.work import Codec, Store
from bots_common.work.audit import AboutCitizen, Asked
from bots_common.work.database import Clock
from reports import access_report
from reports.acts import Act
from reports.web.access import needs, visitor
from reports.web.pages import EXCEL, LARGEST_KEY, PAGE_SIZE, AskedDay, PageNumber, Paging
from reports.web.pages import Asked as AskedText
from reports.web.rendering import Renderer, language_param

AskedKey = Annotated[
    Annotated[int, Field(ge=1, le=LARGEST_KEY)] | None, BeforeValidator(lambda text: text or None), Query()
]
Text = Annotated[str, Form(max_length=500)]
NO_CPR: Final = "A personal number has ten digits and begins with a real date. Nothing was searched for."


class AuditPages:
    """The routes of auditors. Who audits some robots alone sees what was done with their cases alone."""

    def __init__(self, store: Store, codec: Codec, settings: Settings, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._codec = codec
        self._zone = settings.zone
        self._renderer = renderer
        self._clock = clock

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.AUDIT)])
        router.add_api_route("/audit", self.log, methods=["GET"], response_model=None)
        router.add_api_route("/audit/citizen", self.form, methods=["GET"], response_model=None)
        router.add_api_route("/audit/citizen", self.search, methods=["POST"], response_model=None)
        router.add_api_route("/audit/citizen.xlsx", self.report, methods=["POST"], response_model=None)
        return router

    def log(
        self,
        request: Request,
        who: AskedText = None,
        act: AskedText = None,
        item: AskedKey = None,
        day: AskedDay = None,
        page: PageNumber = 1,
    ) -> Response:
        """The log, the latest act first."""
        since, until = (None, None) if day is None else self._bounds(day)
        robots = visitor(request).robots(Right.AUDIT)
        asked = Asked(robots=robots, who=who and who.strip().lower(), act=act, item_id=item, since=since, until=until)
        paging = Paging(page, self._store.audit.count(asked))
        teller = self._renderer.teller(request)
        acts = {code: teller.act(code) for code in self._store.audit.acts()}
        return self._renderer.page(
            request,
            "audit.html",
            rows=self._store.audit.log(asked, limit=PAGE_SIZE, offset=paging.offset),
            paging=paging,
            who=who,
            act=act,
            acts=dict(sorted(acts.items(), key=lambda it: it[1])),
            item=item,
            day=day,
        )

    def form(self, request: Request) -> Response:
        """Ask for a personal number."""
        return self._shown(request)

    def search(self, request: Request, cpr: Text = "") -> Response:
        """Everything that is kept about the citizen, and who looked at it. The search itself is written down."""
        try:
            digits = Cpr(cpr).digits
        except InvalidValue:
            return self._shown(request, refused=self._renderer.teller(request).say(NO_CPR))
        found = self._found(request, digits, Act.CITIZEN_SEARCHED)
        return self._shown(request, found=found, sealed=self._seal(digits))

    def report(self, request: Request, citizen: Text = "") -> Response:
        """The same as Excel, for the answer to the citizen."""
        try:
            digits = self._unseal(citizen)
        except (StoreError, binascii.Error, ValueError):
            return self._shown(request, refused=self._renderer.teller(request).say(NO_CPR))
        found, now = self._found(request, digits, Act.CITIZEN_REPORTED), self._clock()
        book = access_report.workbook(found, self._renderer.teller(request), now)
        name = f"kollega-{now.astimezone(self._zone):%Y-%m-%d-%H%M}.xlsx"
        return Response(book, media_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _found(self, request: Request, digits: str, act: Act) -> AboutCitizen:
        who = visitor(request)
        found = self._store.audit.of_citizen(digits, who.robots(Right.AUDIT))
        self._store.audit.note(who.name, act, subject=digits)
        return found

    def _shown(
        self,
        request: Request,
        *,
        found: AboutCitizen | None = None,
        sealed: str | None = None,
        refused: str | None = None,
    ) -> Response:
        shown: dict[str, Any] = {"found": found, "sealed": sealed, "refused": refused}
        every = visitor(request).robots(Right.AUDIT) is None
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        return self._renderer.page(request, "citizen.html", status, every_robot=every, **shown)

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        first = datetime.combine(day, time.min, self._zone)
        return first, datetime.combine(day + timedelta(days=1), time.min, self._zone)

    def _seal(self, digits: str) -> str:
        return base64.urlsafe_b64encode(self._codec.seal(digits.encode())).decode()

    def _unseal(self, sealed: str) -> str:
        return self._codec.unseal(base64.urlsafe_b64decode(sealed.encode())).decode()
