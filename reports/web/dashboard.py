"""The leaders' page: figures, charts and flows of the days and robots that somebody asks for, and their download."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath

from bots_common.errors import NotFound
from bots_common.robot import registry
from bots_common.roles import Right
from bots_common.work import Store
from bots_common.work.database import Clock
from reports import charts, figures_excel, flow
from reports.board import Board
from reports.charts import NARROW, WIDE
from reports.figures import Figures
from reports.planned import RunTeller, Timetable
from reports.spans import Span, days_of
from reports.web.access import needs, visitor
from reports.web.guard import CHART_POLICY
from reports.web.pages import EXCEL, Asked, AskedDay
from reports.web.rendering import Renderer, language_param

ChartName = Annotated[str, InPath(max_length=20)]
AskedSpan = Annotated[Span, Query()]
REFRESH: Final = 60
"""Seconds after which a wall screen loads the page again."""
SVG: Final = "image/svg+xml"

SPANS: Final = {
    Span.WEEK: "This week",
    Span.MONTH: "This month",
    Span.LAST_MONTH: "Last month",
    Span.QUARTER: "This quarter",
    Span.YEAR: "This year",
    Span.OWN: "Own days",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """The robot and the days in an address; no robot is all that the visitor may see."""

    robot: Asked = None
    span: AskedSpan = Span.MONTH
    first: AskedDay = None
    last: AskedDay = None


OfThese = Annotated[Asking, Depends()]


class Dashboard:
    """The routes over one store."""

    def __init__(self, store: Store, timetable: Timetable, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._timetable = timetable
        self._renderer = renderer
        self._clock = clock

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.SEE_FIGURES)])
        routes: dict[str, Callable[..., Response]] = {
            "/dashboard": self.page,
            "/dashboard.xlsx": self.workbook,
            "/dashboard/flow.svg": self.flow,
            "/dashboard/{name}.svg": self.chart,
        }
        for path, page in routes.items():
            router.add_api_route(path, page, methods=["GET"], response_model=None)
        return router

    def page(self, request: Request, asked: OfThese, wall: Annotated[bool, Query()] = False) -> Response:
        """The dashboard; with `wall` in large type, without a menu, and loaded again by itself."""
        teller = self._renderer.teller(request)
        figures = self._figures(request, asked)
        board = Board(figures, teller)
        response = self._renderer.page(
            request,
            "dashboard.html",
            figures=figures,
            charts=board.charts,
            flows=board.flows(),
            robot=asked.robot,
            robots={
                name: teller.robot(name)
                for name in registry()
                if visitor(request).person.may(Right.SEE_FIGURES, name)
            },
            span=asked.span,
            spans={it: teller.say(text) for it, text in SPANS.items()},
            today=self._store.stats.today(),
            plan=self._timetable.today(self._robots(request, asked)),
            runs=RunTeller(teller, self._clock()),
            wall=wall,
            data=_query(request, wall=None, lang=None),
            drawn=_query(request, wall=None, lang=str(teller.language)),
            turned=_query(request, wall=None if wall else "1"),
        )
        if wall:  # a header and no element: whoever does not want it leaves by the link on the page
            response.headers["Refresh"] = str(REFRESH)
        return response

    def chart(
        self, request: Request, asked: OfThese, name: ChartName, size: Literal["wide", "narrow"] = "wide"
    ) -> Response:
        """One chart as a picture. Raises NotFound."""
        teller = self._renderer.teller(request)
        maker = Board(self._figures(request, asked), teller).makers.get(name)
        if maker is None:
            raise no_chart(name)
        return _picture(charts.draw(maker(), teller, NARROW if size == "narrow" else WIDE))

    def flow(self, request: Request, asked: OfThese) -> Response:
        """Where one robot's cases went, as a picture. Raises NotFound."""
        teller = self._renderer.teller(request)
        flows = Board(self._figures(request, asked), teller).flows()
        if asked.robot is None or not flows:
            raise no_chart("flow")
        return _picture(flow.draw(flows[0][1], teller))

    def workbook(self, request: Request, asked: OfThese, chart: Asked = None) -> Response:
        """All the figures in Excel, or those of one chart. Raises NotFound."""
        teller = self._renderer.teller(request)
        figures = self._figures(request, asked)
        board = Board(figures, teller)
        if chart is None:
            book = figures_excel.workbook(figures, board, teller)
        elif chart in board.makers:
            book = figures_excel.of_chart(board.makers[chart](), teller)
        else:
            raise no_chart(chart)
        words = ("kollega", *((chart,) if chart else ()), f"{figures.days.first}", f"{figures.days.last}")
        named = f'attachment; filename="{"-".join(words)}.xlsx"'
        return Response(book, media_type=EXCEL, headers={"Content-Disposition": named})

    def _figures(self, request: Request, asked: Asking) -> Figures:
        """Raises Forbidden for a robot whose figures the visitor may not see."""
        who = visitor(request)
        who.require(Right.SEE_FIGURES, asked.robot)
        days = days_of(asked.span, self._store.stats.today(), asked.first, asked.last)
        return Figures(self._store, days, self._robots(request, asked))

    def _robots(self, request: Request, asked: Asking) -> Collection[str] | None:
        """The robot that is asked for, else all that the visitor may see."""
        return {asked.robot} if asked.robot else visitor(request).robots(Right.SEE_FIGURES)


def no_chart(name: str) -> NotFound:
    """For an address that names no picture of the dashboard."""
    return NotFound(f"There is no picture {name!r} for this.", "The dashboard shows those there are.")


def _picture(svg: str) -> Response:
    return Response(svg, media_type=SVG, headers={"Content-Security-Policy": CHART_POLICY})


def _query(request: Request, **changed: str | None) -> str:
    """The query of the page's address, changed, for the addresses of what belongs to it."""
    return urlencode({name: value for name, value in {**request.query_params, **changed}.items() if value})
