"""The reports: which there are, a robot's month and its benefit card to print, and the worst reasons of the month.

Figures are for who may see figures; what stands case by case is for who may see the robot's cases.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as InPath

from bots_common.errors import NotFound
from bots_common.robot import registry
from bots_common.roles import Right
from bots_common.settings import Settings
from bots_common.values import Period
from bots_common.work import Store
from bots_common.work.run_records import RunRow
from reports import lines, month_excel, worst
from reports.acts import Act
from reports.board import Board
from reports.card import card
from reports.figures import Figures
from reports.kept import file_of, kept
from reports.month import Known, Month
from reports.queries import pareto
from reports.web.access import needs, visitor
from reports.web.pages import EXCEL, Asked, Key, RobotName
from reports.web.rendering import Renderer, language_param

MonthName = Annotated[str, InPath(max_length=10)]
MONTH: Final = re.compile(r"\d{4}-\d{2}")
CHARTS: Final = ("outcomes", "reasons")
"""The pictures of a printed month, as the dashboard draws them for the same days."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A report that was kept with its run."""

    run: RunRow
    kilobytes: int


class ReportPages:
    """The routes over one store."""

    def __init__(self, store: Store, settings: Settings, renderer: Renderer) -> None:
        self._store = store
        self._settings = settings
        self._renderer = renderer
        self._known = Known()

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.SEE_FIGURES)])
        routes: dict[str, Callable[..., Response]] = {
            "/reports": self.index,
            "/reports/runs/{run_id}.xlsx": self.stored,
            "/reports/{robot}/{month}.xlsx": self.workbook,
            "/reports/{robot}/{month}": self.month,
            "/reports/{robot}/{month}/card": self.card,
            "/reports/{robot}/{month}/reasons": self.reasons,
        }
        for path, page in routes.items():
            router.add_api_route(path, page, methods=["GET"], response_model=None)
        return router

    def index(self, request: Request, month: Asked = None) -> Response:
        """Each robot's figures of a month, the last whole one where none is asked for, and its reports."""
        who, today = visitor(request), self._store.stats.today()
        days = self._days(month) if month else Period.month_of(today.replace(day=1) - timedelta(days=1))
        return self._renderer.page(
            request,
            "reports.html",
            figures=Figures(self._store, days, who.robots(Right.SEE_FIGURES)),
            days=days,
            month=_name(days),
            latest=_name(Period.month_of(today)),
            around=_around(days, today),
            known=registry(),
            stored=list(self._stored(request)),
        )

    def month(self, request: Request, robot: RobotName, month: MonthName) -> Response:
        """The month on paper. Raises NotFound."""
        its = self._month(request, robot, month)
        teller, months = self._renderer.teller(request), (its, its.before)
        board = Board(its.figures, teller)
        return self._robot_page(
            request,
            "month.html",
            its.days,
            robot,
            its=its,
            overview=lines.overview(months, teller),
            charts=[board.makers[name]() for name in CHARTS],
            drawn=_drawn(its, teller.language),
            reasons=pareto(its.came.reasons),
            times=lines.times(months, teller),
            checked=lines.checked(its, teller),
        )

    def card(self, request: Request, robot: RobotName, month: MonthName) -> Response:
        """The benefit card, on one page. Raises NotFound."""
        its, teller = self._month(request, robot, month), self._renderer.teller(request)
        shown = card(self._store, robot, its.days)
        return self._robot_page(
            request, "card.html", its.days, robot, card=shown, achieved=lines.benefit(shown, teller)
        )

    def reasons(self, request: Request, robot: RobotName, month: MonthName) -> Response:
        """The worst reasons; with examples and letters for who may see the robot's cases. Raises NotFound."""
        its, teller = self._month(request, robot, month), self._renderer.teller(request)
        cases = visitor(request).person.may(Right.SEE_CASES, robot)
        found = worst.contacts(robot, its.handed) if cases else []
        return self._robot_page(
            request,
            "worst.html",
            its.days,
            robot,
            reasons=worst.worst(its.handed),
            sentence=worst.sentence,
            cases=cases,
            subject=worst.subject(robot, teller),
            letters=[(it, worst.letter(robot, it, its.days, teller)) for it in found],
        )

    def workbook(self, request: Request, robot: RobotName, month: MonthName) -> Response:
        """The month in Excel, case by case too for who may see the robot's cases. Raises NotFound."""
        its, who = self._month(request, robot, month), visitor(request)
        cases = who.person.may(Right.SEE_CASES, robot)
        self._store.audit.note(who.name, Act.REPORT_TAKEN, robot=robot, detail=_name(its.days))
        book = month_excel.workbook(self._store, robot, its.days, self._renderer.teller(request), cases=cases)
        return _download(book, f"{robot}-{_name(its.days)}.xlsx")

    def stored(self, request: Request, run_id: Key) -> Response:
        """The report that was kept with a run. Raises NotFound."""
        who, run = visitor(request), self._store.runs.one(run_id)
        file = file_of(self._settings, run)
        if not who.person.may(Right.SEE_FIGURES, run.robot) or not file.is_file():
            raise NotFound(f"No report is kept with run {run_id}.", "The page of reports lists those there are.")
        self._store.audit.note(who.name, Act.REPORT_TAKEN, robot=run.robot, detail=f"run {run.id}")
        return _download(file.read_bytes(), f"{run.robot}-run-{run.id}.xlsx")

    def _stored(self, request: Request) -> Iterator[Stored]:
        who = visitor(request)
        for run, file in kept(self._store, self._settings):
            if who.person.may(Right.SEE_FIGURES, run.robot):
                yield Stored(run, -(-file.stat().st_size // 1024))

    def _month(self, request: Request, robot: str, month: str) -> Month:
        """Raises NotFound where there is no such robot for the visitor, or no such month."""
        if robot not in registry() or not visitor(request).person.may(Right.SEE_FIGURES, robot):
            raise NotFound(f"There is no robot {robot!r} for this person.", "The reports list those there are.")
        return Month(self._store, robot, self._days(month), self._known)

    def _days(self, month: str) -> Period:
        """The days of a month that has begun. Raises NotFound."""
        try:
            days = Period.month_of(date.fromisoformat(f"{month}-01")) if MONTH.fullmatch(month) else None
        except ValueError:
            days = None
        if days is None or days.first > self._store.stats.today() or days.first.year < 1900:
            raise NotFound("There is no report for this month.", "Choose a month that has begun, as 2024-11.")
        return days

    def _robot_page(self, request: Request, template: str, days: Period, robot: str, **shown: Any) -> Response:
        return self._renderer.page(
            request,
            template,
            robot=robot,
            days=days,
            month=_name(days),
            today=self._store.stats.today(),
            shown=lines.shown,
            minutes=lines.minutes,
            **shown,
        )


def _name(days: Period) -> str:
    """A month as addresses have it: "2024-11"."""
    return f"{days.first:%Y-%m}"


def _around(days: Period, today: date) -> tuple[str, str | None]:
    """The month before, and the one after where it has begun."""
    after = days.last + timedelta(days=1)
    return _name(Period.month_of(days.first - timedelta(days=1))), f"{after:%Y-%m}" if after <= today else None


def _drawn(month: Month, language: str) -> str:
    """What the dashboard's pictures are to show."""
    days = month.days
    return f"robot={month.robot}&span=own&first={days.first}&last={days.last}&lang={language}"


def _download(book: bytes, name: str) -> Response:
    return Response(book, media_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})
