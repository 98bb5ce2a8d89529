"""What the certificates robot works on: hires, what must be obtained for them, and what has come in.

The Danish words are those of the personnel system and the police; they are what the systems read and write.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from bots_common.settings import Section
from bots_common.values import Cpr, Frozen

CHILD_UNDER: Final = 15
"""The children's certificate is about children younger than this [S:bornelov]."""


class Kind(StrEnum):
    """The three kinds of certificate [S:politi]."""

    PRIVATE = "private"
    PUBLIC = "public"
    CHILDREN = "children"

    @property
    def written(self) -> str:
        """As the police write it."""
        return _WRITTEN[self]

    @property
    def group(self) -> Group:
        """Where the personnel system keeps its state."""
        return Group.CHILDREN if self is Kind.CHILDREN else Group.CRIMINAL


_WRITTEN: Final = {
    Kind.PRIVATE: "Privat straffeattest",
    Kind.PUBLIC: "Offentlig straffeattest",
    Kind.CHILDREN: "Børneattest",
}


class Group(StrEnum):
    """The two certificates that the personnel system tells apart."""

    CRIMINAL = "Straffeattest"
    CHILDREN = "Børneattest"


class State(StrEnum):
    """How far a hire's certificate is, as the personnel system writes it."""

    NOTHING = ""
    NOT_NEEDED = "Ikke påkrævet"
    REQUESTED = "Anmodet"
    NO_CONSENT = "Samtykke mangler"
    EXEMPT = "Fritaget"
    WITH_HR = "Hos HR"
    CLEAN = "Ren"


class Attachment(StrEnum):
    """How a hire is attached to the post."""

    PERMANENT = "Fast"
    TEMPORARY = "Tidsbegrænset"
    ON_CALL = "Tilkald"


class Standing(Frozen):
    """The state of one of a hire's certificates, and since when."""

    kind_group: Group
    state: State
    since: date | None = None


class Certificate(Frozen):
    """A certificate to obtain; `basis` is the legal basis as it is written in the request."""

    kind: Kind
    basis: str


class Hire(Frozen):
    """One row of the personnel system.

    `youngest` and `oldest` are the ages of those served, None where they are nobody in particular; `days` the
    expected working days in the first three months, None where nobody has said; `first` and `last` the post's days.
    """

    number: str
    cpr: Cpr | None
    cpr_problem: Literal["", "missing", "impossible"] = ""
    name: str
    post: str
    workplace: str
    youngest: int | None = None
    oldest: int | None = None
    attachment: Attachment | None = None
    days: int | None = None
    first: date
    last: date | None = None
    manager: str
    manager_mail: str
    created: date
    states: tuple[Standing, ...] = ()

    def standing(self, group: Group) -> Standing:
        """How the certificate of that group stands."""
        found = (it for it in self.states if it.kind_group is group)
        return next(found, Standing(kind_group=group, state=State.NOTHING))


class Policy(Section):
    """What the municipality decides because no law that was seen does.

    A certificate of the same kind that was clean within `fresh_months` is shown to a person before another one is
    requested; at 0 none is. The manager is reminded `reminder_days` before the consent lapses and warned of a start
    without certificate `starts_soon_days` ahead. An answer may be `oldest_days` old when it is read.
    """

    fresh_months: int = Field(default=3, ge=0)
    reminder_days: int = Field(default=4, ge=0, le=14)
    starts_soon_days: int = Field(default=5, ge=0)
    oldest_days: int = Field(default=30, ge=1)


class Requirement(Frozen):
    """The certificates to obtain for a hire, or none. `row` is the row of the table that says so."""

    certificates: tuple[Certificate, ...] = ()
    row: int = 0


class Expected(Frozen):
    """What an answer must say to be the answer: whose it is, and which request of ours (`request`) it answers.

    `basis` is the legal basis as it was written in the request, `requested` the day of the request, and `today` the
    day of reading.
    """

    name: str
    cpr: Cpr
    kind: Kind
    request: str
    basis: str
    requested: date
    today: date


@dataclass(frozen=True, slots=True)
class Document:
    """A certificate's pages as lines of text. Kept in memory alone, and never shown by `repr`."""

    pages: tuple[tuple[str, ...], ...] = field(repr=False)
    scanned: bool = False


@dataclass(frozen=True, slots=True)
class Clean:
    """A certificate that says nothing but that there is nothing: its number and its date of issue."""

    number: str
    issued: date
