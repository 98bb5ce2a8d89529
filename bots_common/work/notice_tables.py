"""The tables of notices: what people were told or are to be told, and the parcels in which it leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bots_common.work.tables import Base

_OPEN = text("ended_at IS NULL")
_WAITS = text("parcel_id IS NULL AND target <> ''")


class NoticeParcel(Base):
    """Notices that go to one target together, again and again until it has them or nobody tries any more.

    `tries` tells a sender that was too slow from the one who has the parcel now; the latter has it until `until`.
    `sent_at` None with `ended_at`: given up. `why`: what went wrong the last time.
    """

    __tablename__ = "notice_parcel"

    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str]
    urgent: Mapped[bool]
    made_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    holder: Mapped[str | None]
    until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    why: Mapped[str]

    __table_args__ = (
        Index("uq_parcel_open", "target", "urgent", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        {"sqlite_autoincrement": True},
    )


class NoticeRow(Base):
    """A notice for one target, which gets it once; an empty target: nobody wanted it. Nobody is named in it."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    target: Mapped[str]
    kind: Mapped[str]
    robots: Mapped[str]
    what: Mapped[str]
    code: Mapped[str]
    since: Mapped[datetime]
    due: Mapped[datetime | None]
    count: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("notice_parcel.id", ondelete="CASCADE"), index=True)

    __table_args__ = (
        UniqueConstraint("key", "target", name="uq_notice_key"),
        Index("ix_notice_waits", "target", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )
