"""The tables of work, as SQLAlchemy models; those of people are in `people_tables`.

Times are aware and UTC; amounts are whole øre.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    TextClause,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bots_common.work.states import DECISIONS, HANDED, Step


class Moment(TypeDecorator[datetime]):
    """An aware UTC time on every database; a naive one is refused on its way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


DUE = "deadline IS NOT NULL AND state IN ('new', 'working', 'exception', 'waiting')"
BigKey = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        int: BigKey,
        bytes: LargeBinary,
        str: String,
    }


class WorkItem(Base):
    """One case. `fence` rises with every claim: what an earlier holder says is refused.

    `assignee` is the account of the person who sees to it, while it is with people. `helped`: a person has sent it on
    to the robot, so what the robot does with it is not done without one. `desk_ms`: its milliseconds at a desk, all
    attempts together; that of a worker that died counts for nothing, since nobody knows when that was.

    `aged` says how far retention has come, see `records.Aged`.
    """

    __tablename__ = "work_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    robot: Mapped[str]
    reference: Mapped[str]
    lane: Mapped[str | None]
    state: Mapped[str]
    priority: Mapped[int] = mapped_column(default=0)
    deadline: Mapped[datetime | None]
    not_before: Mapped[datetime]
    payload: Mapped[bytes]
    reason: Mapped[str | None]
    facts: Mapped[bytes | None]
    attempts: Mapped[int] = mapped_column(default=0)
    takeovers: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    assignee: Mapped[str | None]
    assigned_at: Mapped[datetime | None]
    helped: Mapped[bool] = mapped_column(default=False, server_default=false())
    desk_ms: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    aged: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    __table_args__ = (
        UniqueConstraint("robot", "reference", name="uq_item_reference"),
        # The robot stands last, else SQLite would take this index for every question about a robot.
        Index("ix_item_found", "created_at", "robot"),
        # All items in the order of their latest change, and what they are narrowed down by: read without their rows.
        Index("ix_item_changed", "changed_at", "id", "robot", "state"),
        # The one state of which there are few and for which there is no other index.
        Index(
            "ix_item_skipped",
            "changed_at",
            "id",
            "robot",
            sqlite_where=text("state = 'skipped'"),
            postgresql_where=text("state = 'skipped'"),
        ),
        # What is ready and what is held are few beside a million finished rows: partial indexes stay small.
        Index(
            "ix_item_lane",
            "robot",
            "lane",
            "id",
            sqlite_where=text("lane IS NOT NULL AND state IN ('new', 'working')"),
            postgresql_where=text("lane IS NOT NULL AND state IN ('new', 'working')"),
        ),
        Index(
            "uq_item_lane_working",
            "robot",
            "lane",
            unique=True,
            sqlite_where=text("lane IS NOT NULL AND state = 'working'"),
            postgresql_where=text("lane IS NOT NULL AND state = 'working'"),
        ),
        Index(
            "ix_item_lease",
            "lease_until",
            sqlite_where=text("state = 'working'"),
            postgresql_where=text("state = 'working'"),
        ),
        Index(
            "ix_item_with_people",
            "robot",
            "changed_at",
            sqlite_where=text("state IN ('exception', 'waiting')"),
            postgresql_where=text("state IN ('exception', 'waiting')"),
        ),
        Index(
            "ix_item_assignee",
            "assignee",
            sqlite_where=text("assignee IS NOT NULL AND state IN ('exception', 'waiting')"),
            postgresql_where=text("assignee IS NOT NULL AND state IN ('exception', 'waiting')"),
        ),
        # What is not finished and has a day by which it must be: few of many.
        Index("ix_item_due", "robot", "deadline", sqlite_where=text(DUE), postgresql_where=text(DUE)),
        Index(
            "ix_item_ageing",
            "aged",
            "changed_at",
            sqlite_where=text("state IN ('done', 'skipped')"),
            postgresql_where=text("state IN ('done', 'skipped')"),
        ),
    )


Index(
    "ix_item_ready",
    WorkItem.robot,
    WorkItem.priority.desc(),
    WorkItem.id,
    sqlite_where=text("state = 'new'"),
    postgresql_where=text("state = 'new'"),
)


# The worklist in its order, with all that it is narrowed down by: it is read without looking at the rows themselves.
Index(
    "ix_item_urgent",
    text("(deadline IS NULL)"),
    text("coalesce(deadline, changed_at)"),
    WorkItem.id,
    WorkItem.robot,
    WorkItem.reason,
    WorkItem.state,
    WorkItem.assignee,
    WorkItem.deadline,
    WorkItem.changed_at,
    WorkItem.reference,
    sqlite_where=text("state IN ('exception', 'waiting')"),
    postgresql_where=text("state IN ('exception', 'waiting')"),
)


class Subject(Base):
    """Whose case an item is, as a keyed hash: an invoice can be about several citizens."""

    __tablename__ = "subject"

    item_id: Mapped[int] = mapped_column(ForeignKey("work_item.id", ondelete="CASCADE"), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(primary_key=True, index=True)


def _steps(steps: Collection[Step]) -> TextClause:
    return text("step IN ({})".format(", ".join(f"'{step.value}'" for step in steps)))


class History(Base):
    """One change of an item's state: who, when, from, to, why."""

    __tablename__ = "history"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("work_item.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    who: Mapped[str]
    step: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    why: Mapped[str]

    __table_args__ = (
        # What people have decided is little beside what workers write.
        Index(
            "ix_history_decided",
            "who",
            "id",
            sqlite_where=_steps(DECISIONS),
            postgresql_where=_steps(DECISIONS),
        ),
        # So is what comes to people.
        Index("ix_history_handed", "item_id", "id", sqlite_where=_steps(HANDED), postgresql_where=_steps(HANDED)),
    )


class Effect(Base):
    """The ledger: one irreversible act. Without a receipt its outcome is unknown.

    `said_by` is the person who said that it is there, with this receipt, or without one that it is surely absent.
    """

    __tablename__ = "effect"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("work_item.id", ondelete="CASCADE"))
    name: Mapped[str]
    intent: Mapped[bytes]
    fence: Mapped[int]
    tries: Mapped[int]
    intended_at: Mapped[datetime]
    receipt: Mapped[str | None]
    ore: Mapped[int | None]
    settled_at: Mapped[datetime | None] = mapped_column(index=True)
    said_by: Mapped[str | None]

    __table_args__ = (UniqueConstraint("item_id", "name", name="uq_effect_name"),)


class Evidence(Base):
    """A page or picture kept with an item; the bytes lie in a sealed file."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("work_item.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    about: Mapped[str]
    kind: Mapped[str]
    file: Mapped[str]


class Proposal(Base):
    """An intent that the robot may not carry out alone: what a person decided on exactly these fields.

    `cause` says why it was proposed. `digest` is a keyed hash of the intent: when the facts have changed, the intent
    is another and needs a decision of its own. `check` names the page object's question by which a shadow run is
    compared with what people did, and `receipt` is what it found. `ore` is what the intent would book.

    `by_hand` is the group of what a person does outside Kollega, and `pile` the pile it was taken in, which stays
    when the proposal is void: whoever took it may have done it. It is in somebody's hands until it is sent.
    """

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("work_item.id", ondelete="CASCADE"))
    name: Mapped[str]
    cause: Mapped[str]
    intent: Mapped[bytes]
    digest: Mapped[bytes]
    check: Mapped[str]
    ore: Mapped[int | None]
    proposed_at: Mapped[datetime] = mapped_column(index=True)
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    decided_by: Mapped[str | None]
    why: Mapped[str | None]
    receipt: Mapped[str | None]
    by_hand: Mapped[str | None]
    pile: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("item_id", "name", "digest", name="uq_proposal_intent"),
        Index(
            "ix_proposal_by_hand",
            "by_hand",
            sqlite_where=text("by_hand IS NOT NULL AND decision IS NULL"),
            postgresql_where=text("by_hand IS NOT NULL AND decision IS NULL"),
        ),
        Index(
            "ix_proposal_open",
            "item_id",
            "ore",
            sqlite_where=text("decision IS NULL"),
            postgresql_where=text("decision IS NULL"),
        ),
        Index(
            "ix_proposal_pile",
            "pile",
            sqlite_where=text("pile IS NOT NULL"),
            postgresql_where=text("pile IS NOT NULL"),
        ),
    )


class Pile(Base):
    """Effects that a person has taken to do by hand; `receipt` None at its end: it was put back."""

    __tablename__ = "pile"

    id: Mapped[int] = mapped_column(primary_key=True)
    robot: Mapped[str]
    group: Mapped[str]
    taken_at: Mapped[datetime]
    taken_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    receipt: Mapped[str | None]

    __table_args__ = (
        Index(
            "ix_pile_open",
            "robot",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )


class SchemaNote(Base):
    """One row: the oldest migration that a program must know to work with this schema."""

    __tablename__ = "schema_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    oldest: Mapped[str]


class SafetyCopy(Base):
    """A backup that was made of this database, or a restoration that it came from."""

    __tablename__ = "safety_copy"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    who: Mapped[str]


class Rollup(Base):
    """Counts per robot, local day, outcome and reason, kept in the transaction of the change itself.

    Several shards a day, chosen by worker, so that workers do not queue for one hot row; readers sum them.
    """

    __tablename__ = "rollup"

    robot: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]
    ore: Mapped[int]

    __table_args__ = (Index("ix_rollup_day", "day"),)
