"""One decision about many cases, for programs: what has moved since it was looked at is left alone, and said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request

from bots_common.roles import Right
from bots_common.work import Store
from reports.deciding import Act, decide_together
from reports.web.access import needs, visitor
from reports.web.api import answers, problems, wishes
from reports.web.api.items import DECISIONS
from reports.web.api.terms import RobotName


class TogetherRoutes:
    """The routes of decisions about many."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def router(self) -> APIRouter:
        router = APIRouter(tags=[DECISIONS], dependencies=[needs(Right.DECIDE)])
        routes: dict[str, Callable[..., Any]] = {
            "/robots/{robot}/items/retry": self.retry,
            "/robots/{robot}/items/settle": self.settle,
            "/robots/{robot}/proposals/approve": self.approve,
            "/robots/{robot}/proposals/reject": self.reject,
        }
        for path, decide in routes.items():
            router.add_api_route(path, decide, methods=["POST"])
        return router

    def retry(self, request: Request, robot: RobotName, said: wishes.RetriedTogether) -> answers.Together:
        """Send these cases, which people have for one reason, to the robot again."""
        return self._decide(request, robot, Act.RETRY, said)

    def settle(self, request: Request, robot: RobotName, said: wishes.SettledTogether) -> answers.Together:
        """These cases, which people have for one reason, were done outside Kollega; the note says what was done."""
        return self._decide(request, robot, Act.SETTLE, said)

    def approve(self, request: Request, robot: RobotName, said: wishes.ApprovedTogether) -> answers.Together:
        """The robot may do exactly what it proposes in each of these."""
        return self._decide(request, robot, Act.APPROVE, said)

    def reject(self, request: Request, robot: RobotName, said: wishes.RejectedTogether) -> answers.Together:
        """The robot may do nothing of what it proposes in these; people take the cases."""
        return self._decide(request, robot, Act.REJECT, said)

    def _decide(
        self, request: Request, robot: str, act: Act, said: wishes.RetriedTogether | wishes.ApprovedTogether
    ) -> answers.Together:
        who = visitor(request)
        came = decide_together(self._store, act, robot, said.seen, who.person, said.note, who.by_token(""))
        return answers.Together(done=list(came.done), left=[problems.of(error) for error in came.left])
