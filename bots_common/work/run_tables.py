"""The tables of runs: what was due and what came of it, how far each schedule is planned, and who plans."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bots_common.work.tables import Base

_DUE = text("state = 'due'")
_RUNNING = text("state = 'running'")


class Run(Base):
    """A robot finds and handles until nothing is left or it has to stop; the row is there before it begins.

    `begins_at` is `due` and the schedule's jitter. `waits`: while the robot is running otherwise, this run waits
    for its turn; else it is left out. `holder` is the process that runs it, which has died where `alive_until` has
    passed. `stop` says why it ended or was left out.
    """

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule: Mapped[str]
    robot: Mapped[str]
    due: Mapped[datetime]
    begins_at: Mapped[datetime]
    cause: Mapped[str]
    who: Mapped[str]
    waits: Mapped[bool]
    state: Mapped[str]
    stop: Mapped[str | None]
    detail: Mapped[str]
    version: Mapped[str | None]
    holder: Mapped[str | None]
    alive_until: Mapped[datetime | None]
    takeovers: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime | None]
    progress_at: Mapped[datetime | None]
    stalled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    found: Mapped[int] = mapped_column(default=0)
    handled: Mapped[int] = mapped_column(default=0)
    exceptions: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        UniqueConstraint("schedule", "due", name="uq_run_due"),
        Index("uq_run_running", "robot", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_run_due", "begins_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )


class ScheduleState(Base):
    """How far a schedule is planned: what was due up to `planned_until` has its row. A person may have paused it."""

    __tablename__ = "schedule_state"

    schedule: Mapped[str] = mapped_column(primary_key=True)
    planned_until: Mapped[datetime]
    paused_by: Mapped[str | None]
    paused_why: Mapped[str | None]
    paused_at: Mapped[datetime | None]


class Leadership(Base):
    """Which of several processes does what only one may do, and until when if it says nothing more."""

    __tablename__ = "leadership"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
