"""The tables of workers, and of the systems and screens that they use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bots_common.work.tables import Base


class Colleague(Base):
    """A worker process, as it last reported: `seen_at` is life, `progress_at` is an item that got on.

    `order` is what staff want of it: `finish` (what is in hand, then end) or `now`.
    """

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str]
    version: Mapped[str]
    robots: Mapped[str]
    in_hand: Mapped[int]
    handled: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    progress_at: Mapped[datetime | None]
    order: Mapped[str | None]
    ordered_by: Mapped[str | None]


class SystemState(Base):
    """What all workers share about a system: pause by a person, circuit breaker, and when the next call is due.

    Where there may be only so many calls a minute, `calls` are those of `minute`, `calls_before` of the one before.
    """

    __tablename__ = "system_state"

    system: Mapped[str] = mapped_column(primary_key=True)
    paused_by: Mapped[str | None]
    paused_why: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    broken_at: Mapped[datetime | None]
    broken_until: Mapped[datetime | None]
    broken_why: Mapped[str | None]
    probe: Mapped[str | None]
    next_call_at: Mapped[datetime | None]
    minute: Mapped[datetime | None]
    calls: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    calls_before: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class Ticket(Base):
    """A place in the queue for a system that takes only so many calls at a time; the lowest numbers are inside.

    A number is never given out again, so whoever comes late with an old one takes nobody's place.
    """

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str]
    holder: Mapped[str]
    until: Mapped[datetime]

    __table_args__ = (Index("ix_ticket_system", "system", "id"), {"sqlite_autoincrement": True})


class Drift(Base):
    """A screen that is not as the page object expects it. `accepted_at` None: its robots stand still.

    `expected` and `seen` are sealed lists of landmarks; what was seen becomes what is expected by a person's word.
    `exact`: the screen was to be just as expected, not only to have what is expected.
    """

    __tablename__ = "drift"

    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str]
    screen: Mapped[str]
    at: Mapped[datetime]
    worker: Mapped[str]
    expected: Mapped[bytes]
    exact: Mapped[bool]
    seen: Mapped[bytes]
    picture: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    why: Mapped[str | None]

    __table_args__ = (
        Index(
            "uq_drift_open",
            "system",
            "screen",
            unique=True,
            sqlite_where=text("accepted_at IS NULL"),
            postgresql_where=text("accepted_at IS NULL"),
        ),
    )
