"""What schedules have made due and what came of it, for programs."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request

from bots_common.errors import NotFound
from bots_common.roles import Right
from bots_common.work import Store
from bots_common.work.run_records import RunRow, Wanted
from reports.web.access import Visitor, needs, visitor
from reports.web.api import answers, wishes
from reports.web.api.terms import Key

RUNS: Final = "runs"


class RunRoutes:
    """The routes of runs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def router(self) -> APIRouter:
        router = APIRouter(tags=[RUNS], dependencies=[needs(Right.SEE_FIGURES)])
        router.add_api_route("/runs", self.runs, methods=["GET"])
        router.add_api_route("/runs/{run_id}", self.run, methods=["GET"])
        return router

    def runs(self, request: Request, asked: wishes.OfRuns) -> answers.Runs:
        """Runs of the caller's robots, those written down last first; also what was left out, with why."""
        wanted = Wanted(visitor(request).robots(Right.SEE_FIGURES), asked.robot, asked.schedule, all=True)
        rows = self._store.runs.page(wanted, asked.size, asked.offset)
        return answers.Runs(runs=[answers.Run.model_validate(it) for it in rows])

    def run(self, request: Request, run_id: Key) -> answers.Run:
        """One run, with how far it is."""
        row = self._store.runs.one(run_id)
        if not _theirs(visitor(request), row):
            raise NotFound(f"There is no run {run_id} for this caller.", "GET /api/v1/runs lists those there are.")
        return answers.Run.model_validate(row)


def _theirs(who: Visitor, run: RunRow) -> bool:
    return who.person.may(Right.SEE_FIGURES, run.robot)
