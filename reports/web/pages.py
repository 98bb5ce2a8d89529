"""The pages to look at: the day, all cases, evidence and the report. All by GET: nothing is changed from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BeforeValidator

from bots_common.evidence import PICTURE, EvidenceFolder
from bots_common.robot import registry
from bots_common.roles import Right
from bots_common.settings import Settings
from bots_common.values import Period, mask
from bots_common.work import State, Store
from bots_common.work.database import Clock
from reports import excel
from reports.planned import RunTeller, Timetable
from reports.queries import work_of
from reports.telling import Teller
from reports.web.access import Visitor, needs, visitor
from reports.web.guard import EVIDENCE_POLICY
from reports.web.rendering import Renderer, language_param
from reports.web.seeing import not_theirs

PAGE_SIZE: Final = 50
EVIDENCE_SEEN: Final = "evidence.seen"
REPORT_TAKEN: Final = "report.taken"
LAST_PAGE: Final = 1_000_000
LARGEST_KEY: Final = 2**63 - 1
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# A form sends every field: one that is left empty asks for nothing.
_empty_is_none = BeforeValidator(lambda text: text or None)
Asked = Annotated[str | None, _empty_is_none, Query()]
AskedDay = Annotated[date | None, _empty_is_none, Query()]
AskedState = Annotated[State | None, _empty_is_none, Query()]
PageNumber = Annotated[int, Query(ge=1, le=LAST_PAGE)]
Key = Annotated[int, InPath(ge=1, le=LARGEST_KEY)]
RobotName = Annotated[str, InPath(max_length=100)]


@dataclass(frozen=True, slots=True)
class Paging:
    """Where a list stands: its page of so many, and the rows of all pages. A page past the last is the last: what
    stood there has been decided meanwhile."""

    asked: int
    total: int

    @property
    def page(self) -> int:
        return min(self.asked, self.pages)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def offset(self) -> int:
        return (self.page - 1) * PAGE_SIZE


class Pages:
    """The routes over one store."""

    def __init__(
        self,
        store: Store,
        evidence: EvidenceFolder,
        settings: Settings,
        timetable: Timetable,
        renderer: Renderer,
        clock: Clock,
    ) -> None:
        self._store = store
        self._evidence = evidence
        self._settings = settings
        self._timetable = timetable
        self._renderer = renderer
        self._clock = clock

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param)])
        routes: dict[str, tuple[Callable[..., Response], Right]] = {
            "/": (self.day, Right.SEE_FIGURES),
            "/items": (self.items, Right.SEE_CASES),
            "/evidence/{evidence_id}": (self.evidence, Right.DECIDE),
            "/report.xlsx": (self.report, Right.SEE_CASES),
        }
        for path, (page, right) in routes.items():
            router.add_api_route(path, page, methods=["GET"], response_model=None, dependencies=[needs(right)])
        return router

    def day(self, request: Request, day: AskedDay = None) -> Response:
        """What each robot did on a day, today where none is asked for."""
        today = self._store.stats.today()
        shown = day or today
        waiting = self._store.reading.exceptions()
        return self._renderer.page(
            request,
            "day.html",
            day=shown,
            today=today,
            work=work_of(self._store, Period(first=shown, last=shown)),
            open_now={robot: self._store.open_count([robot]) for robot in registry()},
            plan=self._timetable.today(visitor(request).robots(Right.SEE_FIGURES)) if shown == today else None,
            runs=RunTeller(self._renderer.teller(request), self._clock()),
            with_people={name: sum(n for (robot, _), n in waiting.items() if robot == name) for name in registry()},
        )

    def items(
        self, request: Request, robot: Asked = None, state: AskedState = None, page: PageNumber = 1
    ) -> Response:
        """All items, the latest change first."""
        who = visitor(request)
        asked: dict[str, Any] = {
            "robots": who.robots(Right.SEE_CASES),
            "robot": robot,
            "states": [state] if state else [],
        }
        paging = Paging(page, self._store.reading.count(**asked))
        teller = self._renderer.teller(request)
        return self._renderer.page(
            request,
            "items.html",
            rows=self._store.reading.items(**asked, limit=PAGE_SIZE, offset=paging.offset),
            paging=paging,
            robot=robot,
            robots=_robots(teller, who),
            state=state,
            states={known: teller.state(known) for known in State},
        )

    def evidence(self, request: Request, evidence_id: Key) -> Response:
        """A picture, or a page's HTML with personal numbers masked, to be shown in a sandboxed frame."""
        who = visitor(request)
        item, row = self._store.reading.evidence(evidence_id)
        if not who.person.may(Right.DECIDE, item.robot):
            raise not_theirs(item.id)
        self._store.audit.note(who.name, EVIDENCE_SEEN, robot=item.robot, item_id=item.id, detail=row.about)
        kept = self._evidence.open(row.file)
        if row.kind == PICTURE:
            return Response(kept, media_type="image/jpeg")
        html = mask(kept.decode())
        return Response(html, media_type="text/html", headers={"Content-Security-Policy": EVIDENCE_POLICY})

    def report(self, request: Request, day: AskedDay = None) -> Response:
        """The Excel report of a day, today where none is asked for, with the cases that the visitor may see."""
        who = visitor(request)
        shown = day or self._store.stats.today()
        self._store.audit.note(who.name, REPORT_TAKEN, detail=f"{shown}")
        book = excel.workbook(
            self._store,
            self._settings,
            shown,
            language=self._renderer.teller(request).language,
            now=self._clock(),
            robots=who.robots(Right.SEE_CASES),
        )
        name = f"kollega-{shown}.xlsx"
        return Response(book, media_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _robots(teller: Teller, who: Visitor) -> dict[str, str]:
    """The names of the installed robots whose cases the visitor may see, for choosing one."""
    return {name: teller.robot(name) for name in registry() if who.person.may(Right.SEE_CASES, name)}
