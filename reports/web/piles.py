"""Piles: what people do by hand, outside Kollega, many at a time; taken with a file, and sent by one click."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response

from bots_common.errors import InvalidValue, NotFound, StoreError, StoreUnavailable
from bots_common.robot import installed
from bots_common.roles import Right
from bots_common.settings import Settings
from bots_common.work import Store
from bots_common.work.database import Clock
from bots_common.work.piles import AT_MOST
from bots_common.work.records import PileRow, PileSent
from reports.acts import Act
from reports.telling import Teller
from reports.web.access import Visitor, needs, visitor
from reports.web.pages import LARGEST_KEY, Key
from reports.web.rendering import Renderer, language_param

LARGEST: Final = 500
"""So many effects at most in one pile: whoever sends them has to look at them."""

Name = Annotated[str, Form(max_length=200)]
Item = Annotated[int, Form(ge=1, le=LARGEST_KEY)]


class PilePages:
    """The routes over one store."""

    def __init__(self, store: Store, settings: Settings, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._renderer = renderer
        self._clock = clock

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.DECIDE)])
        routes: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "/piles", self.page),
            ("POST", "/piles", self.take),
            ("GET", "/piles/{number}", self.one),
            ("GET", "/piles/{number}/file", self.file),
            ("POST", "/piles/{number}/sent", self.sent),
            ("POST", "/piles/{number}/put-back", self.put_back),
        )
        for method, path, page in routes:
            router.add_api_route(path, page, methods=[method], response_model=None)
        return router

    # -- looking ------------------------------------------------------------------------------------------

    def page(self, request: Request) -> Response:
        """What waits to be done by hand, and who has what in hand."""
        return self._all(request)

    def one(self, request: Request, number: Key) -> Response:
        """A pile and what is in it. Raises NotFound."""
        _, pile = self._theirs(request, number)
        return self._shown(request, pile)

    def file(self, request: Request, number: Key) -> Response:
        """The file to upload or to copy from: personal data in full, so that it is written down who took it.

        What is void or on the obs-list by now is left out. Raises NotFound.
        """
        who, pile = self._theirs(request, number)
        standing = [member.intent for member in pile.members if member.stands]
        if not standing or pile.ended_at is not None:
            raise NotFound(f"Nothing of pile {number} is to be done.", "Its page says why.")
        made = installed(pile.robot)(self._settings).by_hand_file(pile.group, standing)
        self._store.audit.note(who.name, Act.PILE_FILE, robot=pile.robot, detail=_told(pile))
        named = f"attachment; filename*=UTF-8''{quote(made.name)}"
        return Response(made.content, media_type=made.media_type, headers={"Content-Disposition": named})

    # -- what people do -----------------------------------------------------------------------------------

    def take(
        self,
        request: Request,
        robot: Name = "",
        group: Name = "",
        at_most: Annotated[int, Form(ge=1, le=LARGEST)] = AT_MOST,
    ) -> Response:
        """Take the most urgent of a group. Raises Forbidden."""
        who = visitor(request)
        who.require(Right.DECIDE, robot)
        try:
            pile = self._store.piles.take(robot, group, who.name, at_most)
        except NotFound:
            return self._all(request, gone=True)
        self._store.audit.note(who.name, Act.PILE_TAKEN, robot=robot, detail=_told(pile))
        teller = self._renderer.teller(request)
        said = teller.say("The pile is yours: nobody else gets its {count} cases.", count=len(pile.members))
        return self._renderer.back(f"/piles/{pile.number}", said)

    def sent(
        self,
        request: Request,
        number: Key,
        receipt: Annotated[str, Form(max_length=100)] = "",
        but: Annotated[list[Item], Form(max_length=LARGEST)] = [],  # noqa: B006 - FastAPI copies it
    ) -> Response:
        """All of it was done but what is ticked, which waits again. Raises NotFound."""
        who, pile = self._theirs(request, number)
        teller = self._renderer.teller(request)
        try:
            result = self._store.piles.sent(number, who.name, receipt, but)
        except (StoreError, InvalidValue) as error:
            return self._refused(request, pile, error)
        self._store.audit.note(who.name, Act.PILE_SENT, robot=pile.robot, detail=_told(pile))
        return self._renderer.back(f"/piles/{number}", _came(teller, pile, result))

    def put_back(self, request: Request, number: Key) -> Response:
        """Nothing of it was done: its cases wait again. Raises NotFound."""
        who, pile = self._theirs(request, number)
        try:
            self._store.piles.put_back(number, who.name)
        except StoreError as error:
            return self._refused(request, pile, error)
        self._store.audit.note(who.name, Act.PILE_PUT_BACK, robot=pile.robot, detail=_told(pile))
        said = self._renderer.teller(request).say("Pile {number} is put back: its cases wait again.", number=number)
        return self._renderer.back("/piles", said)

    # -- shared -------------------------------------------------------------------------------------------

    def _theirs(self, request: Request, number: int) -> tuple[Visitor, PileRow]:
        who, pile = visitor(request), self._store.piles.show(number)
        if not who.person.may(Right.DECIDE, pile.robot):
            raise NotFound(f"There is no pile {number} for this person.", "It may be another robot's.")
        return who, pile

    def _all(self, request: Request, *, gone: bool = False) -> Response:
        """`gone`: what somebody wanted to take has been taken by others."""
        robots = visitor(request).robots(Right.DECIDE)
        return self._renderer.page(
            request,
            "piles.html",
            HTTPStatus.CONFLICT if gone else HTTPStatus.OK,
            groups=[it for it in self._store.piles.waiting() if robots is None or it.robot in robots],
            piles=[it for it in self._store.piles.open() if robots is None or it.robot in robots],
            names=self._store.accounts.names(),
            now=self._clock(),
            at_most=AT_MOST,
            largest=LARGEST,
            gone=gone,
        )

    def _refused(self, request: Request, pile: PileRow, error: StoreError | InvalidValue) -> Response:
        """Why it was not taken down: somebody was quicker, or the form cannot be so."""
        if isinstance(error, StoreUnavailable):
            raise error
        teller = self._renderer.teller(request)
        now = self._store.piles.show(pile.number)
        if isinstance(error, InvalidValue):
            why = teller.say("This is not a receipt's number. Write the number that the system shows.")
        elif now.ended_at is not None:
            why = teller.say("Somebody was quicker: see below what has become of the pile. Nothing was changed.")
        else:
            why = teller.say("Nothing would be sent. If nothing was done, put the pile back.")
        return self._shown(request, now, refused=why)

    def _shown(self, request: Request, pile: PileRow, refused: str = "") -> Response:
        return self._renderer.page(
            request,
            "pile.html",
            HTTPStatus.CONFLICT if refused else HTTPStatus.OK,
            pile=pile,
            standing=sum(member.stands for member in pile.members),
            names=self._store.accounts.names(),
            now=self._clock(),
            refused=refused,
        )


def _told(pile: PileRow) -> str:
    """What the audit log keeps of a pile."""
    return f"{pile.number}: {pile.group}, {len(pile.members)}"


def _came(teller: Teller, pile: PileRow, result: PileSent) -> str:
    """What came of a pile that was sent, in sentences."""
    told = [teller.say("Pile {number} is sent: {count} done.", number=pile.number, count=len(result.done))]
    if result.back:
        told.append(teller.say("{count} wait again.", count=len(result.back)))
    if result.at:
        references = ", ".join(it.reference for it in pile.members if it.item_id in result.at)
        told.append(teller.say("No longer waiting for this, look at them: {references}.", references=references))
    return " ".join(told)
