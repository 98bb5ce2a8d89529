"""The obs-list: whom robots must leave alone, who says so and until when; and whom people do by hand because of it.

A personal number comes in the body of a form and never in an address. On the list it is masked; whoever asks to see
it is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BeforeValidator

from bots_common import obslist
from bots_common.errors import NotFound
from bots_common.robot import registry
from bots_common.roles import EVERY_ROBOT, Right
from bots_common.values import Cpr, Period, mask
from bots_common.work import State, Store
from bots_common.work.database import Clock
from bots_common.work.obs import LISTED
from bots_common.work.records import ObsAdded, ObsRow
from reports.acts import Act
from reports.deciding import NO_DAY
from reports.telling import Teller
from reports.web.access import Visitor, needs, visitor
from reports.web.pages import PAGE_SIZE, Asked, Key, PageNumber, Paging
from reports.web.rendering import Renderer, language_param

ALL: Final = "all"
FIELDS: Final = ("cpr", "robot", "reason", "first", "last")
"""The fields of the form, in the order of the list's columns."""
NO_CPR: Final = "This is not a personal number. Nothing was looked for."
NO_CPR_HERE: Final = "A personal number may not stand in an address: look for the citizen in the field for that."
ENDED: Final = "A colleague has ended this entry already. Nothing of yours was changed."
SAYINGS: Final = (NO_CPR, NO_CPR_HERE, ENDED)

Text = Annotated[str, Form(max_length=500)]


class Which(StrEnum):
    """Which entries are listed."""

    NOW = "now"
    GONE = "gone"
    """Those that are past or that somebody has ended."""


class Due(StrEnum):
    """Why somebody is to look at an entry."""

    ENDS = "ends"
    STILL_RIGHT = "still_right"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of the list is asked for."""

    robot: Asked = None
    which: Annotated[Which, BeforeValidator(lambda text: text or Which.NOW), Query()] = Which.NOW
    text: Annotated[str, Query(max_length=100)] = ""
    page: PageNumber = 1

    @property
    def query(self) -> str:
        """As it stands in an address."""
        given = {"robot": self.robot, "which": self.which, "text": self.text, "page": self.page}
        asked = urlencode({name: value for name, value in given.items() if value and value not in (Which.NOW, 1)})
        return f"?{asked}" if asked else ""


These: TypeAlias = Annotated[Narrowed, Depends()]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the list shows it; `number` is masked unless it was asked for."""

    entry: ObsRow
    number: str
    due: Due | None
    may_change: bool


@dataclass(frozen=True, slots=True)
class ObsPaging(Paging):
    """`due` of all the rows want somebody's look."""

    due: int


class ObsPages:
    """The routes of the list. Who keeps it for some robots sees what is for every robot, and changes only theirs."""

    def __init__(self, store: Store, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._renderer = renderer
        self._clock = clock

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.OBS)])
        routes: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "/obs", self.all),
            ("POST", "/obs", self.add),
            ("POST", "/obs/show", self.show),
            ("POST", "/obs/citizen", self.citizen),
            ("GET", "/obs/by-hand", self.by_hand),
            ("POST", "/obs/{entry_id}/{change}", self.change),
        )
        for method, path, page in routes:
            router.add_api_route(path, page, methods=[method], response_model=None)
        return router

    def all(self, request: Request, these: These) -> Response:
        """The list; what somebody has to look at comes first."""
        return self._shown(request, these)

    def add(
        self,
        request: Request,
        these: These,
        cpr: Text = "",
        robot: Text = "",
        reason: Text = "",
        first: Text = "",
        last: Text = "",
    ) -> Response:
        """Put a citizen on the list, or say which fields are wrong."""
        who, teller = visitor(request), self._renderer.teller(request)
        typed = dict(zip(FIELDS, (cpr, robot, reason, first, last), strict=True))
        entry, faults = obslist.entry_of(
            tuple(typed.values()),
            dict.fromkeys(theirs(who), ()),
            self._store.stats.today(),
            for_all=who.robots(Right.OBS) is None,
        )
        if entry is None:
            wrong = {FIELDS[place]: obslist.told(msgid, teller.language) for place, msgid in faults}
            return self._shown(request, these, wrong=wrong, typed=typed)
        added = self._store.obs.add([entry], who.name)
        self._store.audit.note_citizens(who.name, Act.OBS_ADDED, [(entry.subject, entry.robot)])
        return self._renderer.back(f"/obs{these.query}", told_of(teller, added))

    def show(self, request: Request, these: These, entry: Annotated[str, Form(max_length=20)] = "") -> Response:
        """The personal number of an entry, or of all that are listed; that it was asked for is written down."""
        who = visitor(request)
        _, lines = self._lines(request, these, self._entries(request, these))
        shown = [it.entry for it in lines if entry in (ALL, str(it.entry.id))]
        self._note(who, Act.OBS_SEEN, shown)
        return self._shown(request, these, shown=frozenset(it.id for it in shown))

    def citizen(self, request: Request, cpr: Text = "") -> Response:
        """Whether, and why, a citizen is or was on the list; the search is written down."""
        these, who = Narrowed(), visitor(request)
        number = Cpr.parse(cpr)
        if number is None:
            return self._shown(request, these, refused=NO_CPR)
        self._store.audit.note_citizens(who.name, Act.OBS_SEARCHED, [(number.digits, None)])
        now = self._store.obs.entries(subject=number.digits)
        gone = self._store.obs.entries(subject=number.digits, gone=True)
        return self._shown(request, these, found=[it for it in (*now, *gone) if sees(who, it)])

    def change(
        self,
        request: Request,
        these: These,
        entry_id: Key,
        change: Literal["confirm", "end", "until"],
        last: Annotated[str, Form(max_length=20)] = "",
    ) -> Response:
        """Say that an entry is still right, end it, or say until when it holds. Raises NotFound and Forbidden."""
        who, teller, obs = visitor(request), self._renderer.teller(request), self._store.obs
        entry = obs.one(entry_id)
        if not sees(who, entry):
            raise NotFound(f"There is no entry {entry_id} for this person.", "It may be for another robot.")
        who.require(Right.OBS, entry.robot or EVERY_ROBOT)
        day = day_of(last)
        if change == "until" and last and (day is None or day < max(entry.first, self._store.stats.today())):
            return self._shown(request, these, refused=NO_DAY)
        try:
            if change == "confirm":
                obs.confirm(entry_id, who.name)
            elif change == "end":
                obs.end(entry_id, who.name)
            else:
                obs.until(entry_id, day, who.name)
        except NotFound:
            return self._shown(request, these, refused=ENDED, status=HTTPStatus.CONFLICT)
        acts = {"confirm": Act.OBS_CONFIRMED, "end": Act.OBS_ENDED, "until": Act.OBS_UNTIL}
        self._note(who, acts[change], [entry])
        said = {
            "confirm": teller.say("The entry stands. You are asked again in three months."),
            "end": teller.say("The entry has ended. Robots may take the citizen's next cases."),
            "until": teller.say("The last day is kept."),
        }
        return self._renderer.back(f"/obs{these.query}", said[change])

    def by_hand(
        self,
        request: Request,
        month: Annotated[date | None, BeforeValidator(lambda text: f"{text}-01" if text else None), Query()] = None,
        robot: Asked = None,
        page: PageNumber = 1,
    ) -> Response:
        """The cases of a month, this one unless another is asked for, that robots have left to people."""
        who, teller, stats = visitor(request), self._renderer.teller(request), self._store.stats
        days = Period.month_of(month or stats.today())
        asked: dict[str, Any] = {
            "robots": who.robots(Right.OBS),
            "robot": robot,
            "states": [State.SKIPPED],
            "reason": LISTED,
            "since": stats.began(days.first),
            "until": stats.began(days.last + timedelta(days=1)),
        }
        paging = Paging(page, self._store.reading.count(**asked))
        rows = self._store.reading.items(**asked, limit=PAGE_SIZE, offset=paging.offset)
        return self._renderer.page(
            request,
            "obs_by_hand.html",
            rows=rows,
            names=self._store.accounts.names(),
            paging=paging,
            days=days,
            robot=robot,
            robots={name: teller.robot(name) for name in theirs(who)},
        )

    # -- shared -------------------------------------------------------------------------------------------

    def _entries(self, request: Request, these: Narrowed) -> list[ObsRow]:
        """What is asked for of what the visitor may see; a text stands in the reason or in who put it there."""
        who, text = visitor(request), these.text.strip().casefold()
        entries = self._store.obs.entries(robot=these.robot, gone=these.which is Which.GONE)
        names = self._store.accounts.names()
        return [
            it
            for it in entries
            if sees(who, it) and text in f"{mask(it.reason)} {it.added_by} {names.get(it.added_by, '')}".casefold()
        ]

    def _shown(
        self,
        request: Request,
        these: Narrowed,
        *,
        found: Sequence[ObsRow] | None = None,
        shown: Collection[int] = (),
        refused: str | None = None,
        wrong: dict[str, str] | None = None,
        typed: dict[str, str] | None = None,
        status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
    ) -> Response:
        who, teller = visitor(request), self._renderer.teller(request)
        if mask(these.text) != these.text:
            these, refused = Narrowed(these.robot, these.which), NO_CPR_HERE
        entries = self._entries(request, these) if found is None else found
        paging, lines = self._lines(request, these, entries, shown)
        return self._renderer.page(
            request,
            "obs.html",
            status if refused or wrong else HTTPStatus.OK,
            lines=lines,
            paging=paging,
            these=these,
            found=found is not None,
            masked=any(it.entry.id not in shown for it in lines),
            robots={name: teller.robot(name) for name in theirs(who)},
            for_all=who.robots(Right.OBS) is None,
            names=self._store.accounts.names(),
            today=self._store.stats.today(),
            refused=refused,
            faulty=bool(wrong),
            wrong=dict.fromkeys(FIELDS, "") | (wrong or {}),
            typed=typed or dict.fromkeys(FIELDS, ""),
        )

    def _lines(
        self, request: Request, these: Narrowed, entries: Sequence[ObsRow], shown: Collection[int] = ()
    ) -> tuple[ObsPaging, list[Line]]:
        """What stands on the page that is asked for, or on the last one where there are not so many any more."""
        lines = lined(entries, visitor(request), self._store.stats.today(), self._clock(), shown)
        due = sum(it.due is not None for it in lines)
        paging = ObsPaging(these.page, len(lines), due)
        return paging, lines[paging.offset : paging.offset + PAGE_SIZE]

    def _note(self, who: Visitor, act: Act, entries: Sequence[ObsRow]) -> None:
        self._store.audit.note_citizens(who.name, act, [(it.subject, it.robot) for it in entries])


def theirs(who: Visitor) -> list[str]:
    """The installed robots for which the visitor keeps the list."""
    return [name for name in registry() if who.person.may(Right.OBS, name)]


def sees(who: Visitor, entry: ObsRow) -> bool:
    """Whether the entry says anything to a robot of the visitor's."""
    return entry.robot is None or who.person.may(Right.OBS, entry.robot)


def may_change(who: Visitor, entry: ObsRow) -> bool:
    """What is for every robot is changed by those who keep the list for every robot."""
    return who.person.may(Right.OBS, entry.robot or EVERY_ROBOT)


def lined(entries: Sequence[ObsRow], who: Visitor, today: date, now: datetime, shown: Collection[int]) -> list[Line]:
    """The lines of the list: first the entries to be looked at, then the others, the oldest first."""
    in_force = [it for it in entries if it.ended_at is None and (it.last is None or it.last >= today)]
    stands = {it.id for it in in_force}
    due = {it.id: Due.STILL_RIGHT for it in obslist.still_right(in_force, now)}
    due |= {it.id: Due.ENDS for it in obslist.expiring(in_force, today)}
    lines = [
        Line(
            entry=it,
            number=Cpr(it.subject).shown() if it.id in shown else str(Cpr(it.subject)),
            due=due.get(it.id),
            may_change=it.id in stands and may_change(who, it),
        )
        for it in entries
    ]
    return sorted(lines, key=lambda it: it.due is None)


def told_of(teller: Teller, added: ObsAdded) -> str:
    """What came of putting citizens on the list."""
    told = [teller.say("Put on the list: {count}.", count=teller.number(added.new))]
    if added.known:
        told.append(teller.say("Stood there already: {count}.", count=teller.number(added.known)))
    if added.in_hand:
        numbers = ", ".join(map(str, added.in_hand))
        told.append(teller.say("A robot is at such a case right now ({numbers}): look at it.", numbers=numbers))
    return " ".join(told)


def day_of(text: str) -> date | None:
    """The day that a form holds; None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
