"""What the mock town knows of the people it hires. Plain values; personal numbers are ten digits, but in `Hire`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """The three kinds of certificate."""

    PRIVATE = "private"
    PUBLIC = "public"
    CHILDREN = "children"

    @property
    def written(self) -> str:
        """As the police write it."""
        return _WRITTEN[self]


_WRITTEN = {
    Kind.PRIVATE: "Privat straffeattest",
    Kind.PUBLIC: "Offentlig straffeattest",
    Kind.CHILDREN: "Børneattest",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a hire's certificate stands, in the words of the personnel system; empty: nothing yet."""

    state: str = ""
    since: date | None = None


NOTHING = Standing()


@dataclass(frozen=True, slots=True)
class Hire:
    """A row of the personnel system; its personal number is as somebody typed it.

    `youngest` and `oldest` are the ages of those served, `days` the working days expected in the first three months.
    """

    number: str
    cpr: str
    name: str
    post: str
    workplace: str
    youngest: int | None
    oldest: int | None
    attachment: str  # "Fast", "Tidsbegrænset" or "Tilkald"
    days: int | None
    first: date
    last: date | None
    manager: str
    manager_mail: str
    created: date
    criminal: Standing = NOTHING
    children: Standing = NOTHING


class Manner(StrEnum):
    """How a certificate looks, and what it says beside who it is about."""

    CLEAN = "clean"
    SCAN = "scan"
    """Clean, but a picture without text."""
    REMARK = "remark"
    SCANNED_REMARK = "scanned_remark"
    ONE_LINE_MORE = "one_line_more"
    """The clean sentence, and a line that does not belong there."""
    SECOND_PAGE = "second_page"
    """The clean sentence, and the remark on the next page."""
    NEGATED = "negated"
    """The clean sentence with a "not" before it."""
    SPLIT = "split"
    """The words of the clean sentence with others between them."""
    POOR_SCAN = "poor_scan"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is printed on one; `cpr` ten digits, `kind` the one that its heading says."""

    number: str
    request: str
    name: str
    cpr: str
    kind: Kind
    issued: date
    purpose: str
    basis: str
    manner: Manner = Manner.CLEAN


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody that the police can be asked about; `exempt` from digital post or not."""

    cpr: str
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What comes of a request about somebody: consent after so many days, or none; the answer `wait` days later.

    What is printed is what was requested, unless another name, number or kind stands here. `age` is how many days
    before the request it was issued, None: on the day it is sent. `again` is after how many days another one is sent.
    """

    cpr: str
    kind: Kind
    consent: int | None
    wait: int = 0
    manner: Manner = Manner.CLEAN
    other_name: str = ""
    other_cpr: str = ""
    other_kind: Kind | None = None
    age: int | None = None
    again: int | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """A personnel folder in the case archive; some people have several, some none."""

    number: str
    cpr: str
    name: str
    opened: date


@dataclass(frozen=True, slots=True)
class Message:
    """Mail as it comes to the mailbox, which numbers it. Of mail that is not about anybody the last are empty."""

    received: date
    sender: str
    subject: str
    text: str
    request: str = ""
    name: str = ""
    cpr: str = ""
    kind: Kind | None = None
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A row of the municipality's table of posts; no workplace: any, no ages: whoever is served."""

    post: str
    workplace: str
    youngest: int | None
    oldest: int | None
    contact: bool  # directly with those served
    certificate: str  # as the table words it, see `mocks.town.hires.table`
    basis: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certificate that must be requested."""

    kind: Kind
    basis: str


@dataclass(frozen=True, slots=True)
class HireTruth:
    """What must become of a hire: `outcome` "not_required", "requested" (`wanted`) or "exception" (its `reason`)."""

    hire: str
    scenario: str
    outcome: str
    reason: str | None = None
    wanted: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificateTruth:
    """What must come of a certificate that was requested for a hire.

    `outcome` is "clean" (a note is filed and checked in, the message deleted, the state is "Ren") or "exception".
    `told` says whether manager and HR get a mail; `state` is what the personnel system must say then, None where the
    robot leaves that to a person. One that is `scanned` is for a person, with the reason "ocr_missing", on a machine
    that reads no pictures. `again` is the reason why a person gets the second answer, where two come.
    """

    hire: str
    kind: Kind
    scenario: str
    outcome: str
    reason: str | None = None
    state: str | None = None
    filed: bool = False
    told: bool = False
    scanned: bool = False
    again: str | None = None


@dataclass(frozen=True, slots=True)
class MessageTruth:
    """What must become of mail that nobody asked for: `outcome` "exception", or "ignored" where it lies."""

    message: str
    scenario: str
    outcome: str
    reason: str | None = None


@dataclass(slots=True)
class HiresTruth:
    """All of it, as it stands in hires-truth.json."""

    hires: list[HireTruth] = field(default_factory=list)
    certificates: list[CertificateTruth] = field(default_factory=list)
    messages: list[MessageTruth] = field(default_factory=list)


@dataclass(slots=True)
class HireTown:
    """Everything the four systems begin with. `truth` never reaches them, only tests."""

    hires: list[Hire] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    truth: HiresTruth = field(default_factory=HiresTruth)
