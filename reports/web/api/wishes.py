"""What programs may ask for and say, field by field."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from bots_common.work import State
from bots_common.work.worklist import Age, Due, Sort, Whose
from reports.deciding import Said
from reports.spans import Span
from reports.web.api.terms import LARGEST_KEY, LARGEST_PAGE, LARGEST_SIZE, PAGE, Model, Name, Note, Words


class Paged(Model):
    """Which rows of a list are wanted."""

    page: int = Field(default=1, ge=1, le=LARGEST_PAGE)
    size: int = Field(default=PAGE, ge=1, le=LARGEST_SIZE)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size


class AskedItems(Paged):
    """Which items."""

    robot: Name | None = None
    state: State | None = None
    reason: Name | None = None


class AskedWork(Paged):
    """Which items that people have to see to, and in which order. `text` stands in the reference."""

    robot: Name | None = None
    reason: Name | None = None
    state: State | None = None
    whose: Whose | None = None
    due: Due | None = None
    age: Age | None = None
    text: Name = ""
    sort: Sort = Sort.URGENT


class AskedFigures(Model):
    """Of which days, and of which robot; `first` and `last` count where the span is `own`."""

    robot: Name | None = None
    span: Span = Span.MONTH
    first: date | None = None
    last: date | None = None


class AskedRuns(Paged):
    """Which runs, the latest first."""

    robot: Name | None = None
    schedule: Name | None = None


class Seen(Model):
    """`seen` is the newest change of the item as it was looked at: where it has moved since, nothing is done."""

    seen: int = Field(ge=1, le=LARGEST_KEY)

    def said(self) -> Said:
        said: dict[str, Any] = {name: it.strip() if isinstance(it, str) else it for name, it in self}
        return Said(**said)


class Noted(Seen):
    note: Note = ""


class Explained(Seen):
    note: Words


class Given(Noted):
    """`to` is a colleague's account."""

    to: Name


class Corrected(Noted):
    """The new texts of the fields, by their names among `correctable`."""

    fields: dict[Name, Note] = Field(min_length=1, max_length=100)


class Answered(Seen):
    """Whether the effect of unknown outcome is in the system; where it is, with which receipt."""

    effect: Name
    there: bool
    receipt: Name = ""


class Approved(Noted):
    """The proposal that is decided on."""

    proposal: int = Field(ge=1, le=LARGEST_KEY)


class Rejected(Explained):
    """The proposal that is decided on."""

    proposal: int = Field(ge=1, le=LARGEST_KEY)


class Listed(Explained):
    """The case's citizen goes on the obs-list; `cpr` says which, where the case has several."""

    until: date | None = None
    every_robot: bool = False
    cpr: Name = Field(default="", repr=False)


class SeenItem(Model):
    """A case, and its newest change as it was looked at."""

    item: int = Field(ge=1, le=LARGEST_KEY)
    seen: int = Field(ge=1, le=LARGEST_KEY)


class SeenProposal(Model):
    """A proposal, and the newest change of its case as it was looked at."""

    proposal: int = Field(ge=1, le=LARGEST_KEY)
    seen: int = Field(ge=1, le=LARGEST_KEY)


class RetriedTogether(Model):
    """Cases that people have for one reason."""

    items: list[SeenItem] = Field(min_length=1, max_length=LARGEST_SIZE)
    note: Note = ""

    @property
    def seen(self) -> dict[int, int]:
        return {it.item: it.seen for it in self.items}


class SettledTogether(RetriedTogether):
    """Cases that people have for one reason."""

    note: Words


class ApprovedTogether(Model):
    """The proposals that are decided on."""

    proposals: list[SeenProposal] = Field(min_length=1, max_length=LARGEST_SIZE)
    note: Note = ""

    @property
    def seen(self) -> dict[int, int]:
        return {it.proposal: it.seen for it in self.proposals}


class RejectedTogether(ApprovedTogether):
    """The proposals that are decided on."""

    note: Words


class NewEntry(Model):
    """A citizen whom robots must leave alone from `first` (today where none is said) to `last`."""

    cpr: Name = Field(repr=False)
    reason: Words
    first: date | None = None
    last: date | None = None
    robot: Name | None = None


class Stopping(Model):
    """Which worker ends, all where none is named; `now`: it does not finish the items in hand."""

    worker: Name | None = None
    now: bool = False


class Pausing(Model):
    """Why; it is shown to those who wonder."""

    why: Words


OfItems = Annotated[AskedItems, Query()]
OfWork = Annotated[AskedWork, Query()]
OfFigures = Annotated[AskedFigures, Query()]
OfRuns = Annotated[AskedRuns, Query()]
