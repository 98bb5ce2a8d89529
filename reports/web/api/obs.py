"""The obs-list for programs: who must be left alone comes on it and goes off it; who it is, is not told."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request

from bots_common.errors import InvalidValue, NotFound
from bots_common.robot import registry
from bots_common.roles import EVERY_ROBOT, Right
from bots_common.values import Cpr
from bots_common.work import Store
from bots_common.work.records import NewObs, ObsRow
from reports.acts import Act
from reports.web.access import Visitor, needs, visitor
from reports.web.api import answers, wishes
from reports.web.api.terms import Key

OBS: Final = "obs-list"


class ObsRoutes:
    """The routes of the obs-list."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def router(self) -> APIRouter:
        router = APIRouter(tags=[OBS], dependencies=[needs(Right.OBS)])
        router.add_api_route("/obs", self.entries, methods=["GET"])
        router.add_api_route("/obs", self.add, methods=["POST"], status_code=201)
        router.add_api_route("/obs/{entry_id}/end", self.end, methods=["POST"])
        return router

    def entries(self, request: Request) -> answers.ObsList:
        """The entries in force, or to come, that concern the caller's robots."""
        who = visitor(request)
        mine = [it for it in self._store.obs.entries() if _theirs(who, it)]
        return answers.ObsList(entries=[answers.ObsEntry.model_validate(it) for it in mine])

    def add(self, request: Request, said: wishes.NewEntry) -> answers.ObsAdded:
        """Put a citizen on the list; an entry that stands there in the same words adds nothing."""
        who = visitor(request)
        if said.robot is not None and said.robot not in registry():
            raise NotFound("There is no such robot.", "GET /api/v1/robots names those there are.")
        who.require(Right.OBS, said.robot or EVERY_ROBOT)
        cpr = Cpr.parse(said.cpr)
        if cpr is None:
            raise InvalidValue("This is no personal number.", "Write ten digits, DDMMYY-SSSS.")
        first = said.first or self._store.stats.today()
        if said.last is not None and said.last < max(first, self._store.stats.today()):
            raise InvalidValue("The last day is past, or before the first.", "Swap them, or leave one out.")
        entry = NewObs(cpr.digits, said.reason.strip(), first, said.last, said.robot)
        added = self._store.obs.add([entry], who.name)
        self._store.audit.note(who.name, Act.OBS_ADDED, robot=said.robot, subject=cpr.digits, detail=who.by_token(""))
        return answers.ObsAdded(new=added.new, known=added.known, in_hand=list(added.in_hand))

    def end(self, request: Request, entry_id: Key) -> answers.ObsEnded:
        """Take an entry off the list; robots handle the citizen's next cases again."""
        who = visitor(request)
        entry = next((it for it in self._store.obs.entries() if it.id == entry_id and _theirs(who, it)), None)
        if entry is None:
            raise NotFound(f"There is no entry {entry_id} in force.", "GET /api/v1/obs lists those there are.")
        who.require(Right.OBS, entry.robot or EVERY_ROBOT)
        self._store.obs.end(entry_id, who.name)
        self._store.audit.note(
            who.name, Act.OBS_ENDED, robot=entry.robot, subject=entry.subject, detail=who.by_token("")
        )
        return answers.ObsEnded(ended=entry_id)


def _theirs(who: Visitor, entry: ObsRow) -> bool:
    """An entry for every robot is seen by all who keep the list; who keeps it for all of them may change it."""
    return who.person.may(Right.OBS, entry.robot)
