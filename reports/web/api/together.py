"""One decision about many cases, for programs: what has moved since it was looked at is left alone, and said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Request

from bots_common.roles import Right
from bots_common.work import Store
from bots_common.work.people import Together
from reports.deciding import Act
from reports.web.access import needs, visitor
from reports.web.api import answers, problems, wishes
from reports.web.api.terms import RobotName

DECISIONS: Final = "decisions"


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
        who = self._who(request, robot)
        came = self._store.people.retry_all(robot, said.seen, who, said.note.strip())
        return self._noted(request, robot, Act.RETRY, came)

    def settle(self, request: Request, robot: RobotName, said: wishes.SettledTogether) -> answers.Together:
        """These cases, which people have for one reason, were done outside Kollega; the note says what was done."""
        who = self._who(request, robot)
        came = self._store.people.settle_all(robot, said.seen, who, said.note.strip())
        return self._noted(request, robot, Act.SETTLE, came)

    def approve(self, request: Request, robot: RobotName, said: wishes.ApprovedTogether) -> answers.Together:
        """The robot may do exactly what it proposes in each of these."""
        who = self._who(request, robot)
        came = self._store.people.approve_all(robot, said.seen, who, said.note.strip())
        return self._noted(request, robot, Act.APPROVE, came)

    def reject(self, request: Request, robot: RobotName, said: wishes.RejectedTogether) -> answers.Together:
        """The robot may do nothing of what it proposes in these; people take the cases."""
        who = self._who(request, robot)
        came = self._store.people.reject_all(robot, said.seen, who, said.note.strip())
        return self._noted(request, robot, Act.REJECT, came)

    def _who(self, request: Request, robot: str) -> str:
        """The name of who decides. Raises Forbidden to who may not."""
        who = visitor(request)
        who.require(Right.DECIDE, robot)
        return who.name

    def _noted(self, request: Request, robot: str, act: Act, came: Together) -> answers.Together:
        who = visitor(request)
        for item_id in came.done:
            self._store.audit.note(who.name, act.noted, robot=robot, item_id=item_id, detail=who.by_token(""))
        return answers.Together(done=list(came.done), left=[problems.of(error) for error in came.left])
