"""What operators do, for programs: workers and systems."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request

from bots_common.errors import Forbidden, NotFound
from bots_common.roles import Right
from bots_common.settings import Settings, SystemSettings
from bots_common.work import Store
from bots_common.work.system_records import Order, WorkerRow
from reports.acts import Act
from reports.stations import Stations, SystemStation, users_of
from reports.web.access import Visitor, needs, visitor
from reports.web.api import answers, wishes
from reports.web.api.terms import PLAIN
from reports.web.systems import require_each

OPERATIONS: Final = "operations"

SystemName = Annotated[str, Path(max_length=100, pattern=PLAIN)]


class OperationRoutes:
    """The routes of operators."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def router(self) -> APIRouter:
        router = APIRouter(tags=[OPERATIONS], dependencies=[needs(Right.OPERATE)])
        router.add_api_route("/workers", self.workers, methods=["GET"])
        router.add_api_route("/workers/stop", self.stop, methods=["POST"])
        router.add_api_route("/systems", self.systems, methods=["GET"])
        router.add_api_route("/systems/{system}/pause", self.pause, methods=["POST"])
        router.add_api_route("/systems/{system}/resume", self.resume, methods=["POST"])
        return router

    # -- workers ------------------------------------------------------------------------------------------

    def workers(self, request: Request) -> answers.Workers:
        """The workers of all machines that work for a robot of the caller's."""
        who = visitor(request)
        rows = [it for it in self._store.fleet.workers() if any(who.person.may(Right.OPERATE, n) for n in it.robots)]
        return answers.Workers(workers=[answers.Worker.model_validate(it) for it in rows])

    def stop(self, request: Request, said: wishes.Stopping) -> answers.Stopped:
        """Tell a worker, or all, to finish the items in hand and end; a worker hears it within seconds."""
        who = visitor(request)
        told = [it.name for it in self._to_stop(who, said.worker)]
        for name in told:
            self._store.fleet.order(Order.NOW if said.now else Order.FINISH, who.name, name)
            self._store.audit.note(who.name, Act.WORKER_STOPPED, detail=who.by_token(name))
        return answers.Stopped(told=told)

    def _to_stop(self, who: Visitor, name: str | None) -> list[WorkerRow]:
        """A worker ends for all its robots: only who operates them all may end it."""
        rows = self._store.fleet.workers()
        theirs = [it for it in rows if all(who.person.may(Right.OPERATE, robot) for robot in it.robots)]
        if name is None:
            return theirs
        if name not in {it.name for it in rows}:
            raise NotFound(f"There is no worker {name!r}.", "GET /api/v1/workers lists those there are.")
        if name not in {it.name for it in theirs}:
            raise Forbidden(f"{name} works for robots of others too.", "Ask who operates them all.")
        return [it for it in theirs if it.name == name]

    # -- systems ------------------------------------------------------------------------------------------

    def systems(self) -> answers.Systems:
        """The systems that have an address here: open or not, why, and their limits."""
        return answers.Systems(systems=list(self._standing().values()))

    def pause(self, request: Request, system: SystemName, said: wishes.Pausing) -> answers.System:
        """Let no robot call the system until somebody resumes it."""
        who = self._operator(request, system)
        self._store.systems.pause(system, who.name, said.why.strip())
        self._store.audit.note(who.name, Act.SYSTEM_PAUSED, detail=who.by_token(system))
        return self._standing()[system]

    def resume(self, request: Request, system: SystemName) -> answers.System:
        """Let robots call the system again; one that is out of order is tried at once."""
        who = self._operator(request, system)
        self._store.systems.resume(system)
        self._store.audit.note(who.name, Act.SYSTEM_RESUMED, detail=who.by_token(system))
        return self._standing()[system]

    def _operator(self, request: Request, system: str) -> Visitor:
        """Raises NotFound and Forbidden."""
        if system not in self._settings.systems:
            raise NotFound("There is no such system.", "GET /api/v1/systems lists those there are.")
        who = visitor(request)
        require_each(who, users_of(self._settings).get(system, ()))
        return who

    def _standing(self) -> dict[str, answers.System]:
        """The systems that have an address here, by name, as they stand now."""
        here = self._settings.systems
        stations = Stations(self._store, self._settings, None).systems
        return {it.name: _told(it, here[it.name]) for it in stations if it.name in here}


def _told(station: SystemStation, its: SystemSettings) -> answers.System:
    now = station.standing
    return answers.System(
        name=station.name,
        mode=now.mode,
        why=now.why,
        since=now.since,
        until=now.until,
        calls=len(station.queue.holders),
        concurrency=its.concurrency,
        calls_per_minute=its.calls_per_minute,
    )
