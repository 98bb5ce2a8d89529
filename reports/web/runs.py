"""Runs: who or what began them, how far they are, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from bots_common.errors import NotFound
from bots_common.robot import registry
from bots_common.roles import Right
from bots_common.work import ItemRow, Store
from bots_common.work.database import Clock
from bots_common.work.run_records import RunRow, RunState, Wanted
from reports.planned import RunTeller, Timetable
from reports.web.access import needs, visitor
from reports.web.pages import PAGE_SIZE, Asked, Key, PageNumber, Paging
from reports.web.rendering import Renderer, language_param

REFRESH: Final = 5
"""Seconds after which the page of a run that somebody follows is loaded again."""
LATEST: Final = 30
UNDER_WAY: Final = frozenset({RunState.DUE, RunState.RUNNING})
_INSTANT: Final = timedelta(microseconds=1)


class RunPages:
    """The routes over one store."""

    def __init__(self, store: Store, timetable: Timetable, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._timetable = timetable
        self._renderer = renderer
        self._clock = clock

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.SEE_FIGURES)])
        routes: dict[str, Callable[..., Response]] = {"/runs": self.all, "/runs/{run_id}": self.one}
        for path, page in routes.items():
            router.add_api_route(path, page, methods=["GET"], response_model=None)
        return router

    def all(
        self,
        request: Request,
        robot: Asked = None,
        schedule: Asked = None,
        left_out: Annotated[bool, Query()] = False,
        page: PageNumber = 1,
    ) -> Response:
        """Runs of the robots that the visitor may see, the latest first."""
        who, teller = visitor(request), self._renderer.teller(request)
        theirs = who.robots(Right.SEE_FIGURES)
        wanted = Wanted(theirs, robot, schedule, all=left_out)
        paging = Paging(page, self._store.runs.count(wanted))
        schedules = self._timetable.plan().schedules
        return self._renderer.page(
            request,
            "runs.html",
            rows=self._store.runs.page(wanted, PAGE_SIZE, paging.offset),
            paging=paging,
            wanted=wanted,
            robots={name: teller.robot(name) for name in registry() if theirs is None or name in theirs},
            schedules={it.name: it.name for it in schedules if theirs is None or it.rules.robot in theirs},
            runs=RunTeller(teller, self._clock()),
            names=self._store.accounts.names(),
        )

    def one(self, request: Request, run_id: Key, follow: Annotated[bool, Query()] = False) -> Response:
        """One run; while somebody follows it and it is under way, loaded again by itself. Raises NotFound."""
        who, run = visitor(request), self._store.runs.one(run_id)
        if not who.person.may(Right.SEE_FIGURES, run.robot):
            raise NotFound(f"There is no run {run_id} for this person.", "It may be another robot's.")
        follow = follow and run.state in UNDER_WAY
        may_see = who.person.may(Right.SEE_CASES, run.robot)
        response = self._renderer.page(
            request,
            "run.html",
            run=run,
            follow=follow,
            runs=RunTeller(self._renderer.teller(request), self._clock()),
            names=self._store.accounts.names(),
            under_way=run.state in UNDER_WAY,
            served=self._timetable.served(),
            cases=self._cases(run) if may_see else None,
            latest=LATEST,
        )
        if follow:
            response.headers["Refresh"] = str(REFRESH)
        return response

    def _cases(self, run: RunRow) -> list[ItemRow]:
        """The cases of the robot that changed last while it ran: a later change is another run's, or a person's."""
        if run.begun_at is None:
            return []
        until = (run.ended_at or self._clock()) + _INSTANT
        return self._store.reading.items(robot=run.robot, since=run.begun_at, until=until, limit=LATEST)
