"""The tables of people: who they are, what they may, what they have said, and what they have looked at."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bots_common.work.tables import Base


class Account(Base):
    """A person who may log in. `password` is an argon2 hash, None where only the municipality's own login counts.

    `oidc` is that login's issuer and subject. After many `failures` in a row nobody gets in before `locked_until`.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    display: Mapped[str]
    password: Mapped[str | None]
    oidc: Mapped[str | None] = mapped_column(unique=True)
    language: Mapped[str | None]
    must_change: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    password_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    disabled_at: Mapped[datetime | None]
    disabled_by: Mapped[str | None]


class AccountRole(Base):
    """A role that an account has, for one robot or, where `robot` is empty, for every robot."""

    __tablename__ = "account_role"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    robot: Mapped[str] = mapped_column(primary_key=True)
    given_at: Mapped[datetime]
    given_by: Mapped[str]


class WebSession(Base):
    """A browser that is logged in. Only a hash of its token is kept."""

    __tablename__ = "web_session"

    token: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Entrance(Base):
    """A link that lets an account in once. Only a hash of its token is kept."""

    __tablename__ = "entrance"

    token: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    until: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """A key of a program that calls the API as this account, within `scopes` (words with spaces between)."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    until: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Audit(Base):
    """Who saw or did what, to whose case. Rows stay when the item goes; they name nobody's personal number.

    `fingerprint` is that of the citizen, where the act was about one and not about an item.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str]
    act: Mapped[str]
    robot: Mapped[str | None]
    item_id: Mapped[int | None] = mapped_column(index=True)
    fingerprint: Mapped[bytes | None] = mapped_column(index=True)
    detail: Mapped[str]

    __table_args__ = (Index("ix_audit_who", "who", "id"),)


class Baseline(Base):
    """What a robot's case costs a person, as somebody has measured it. The latest row of a robot is in force.

    Seconds for each case: `before` without the robot, `after` what people still spend on one that it hands them.
    """

    __tablename__ = "baseline"

    id: Mapped[int] = mapped_column(primary_key=True)
    robot: Mapped[str]
    at: Mapped[datetime]
    who: Mapped[str]
    why: Mapped[str]
    before: Mapped[int]
    after: Mapped[int]
    ore_per_hour: Mapped[int]

    __table_args__ = (Index("ix_baseline_robot", "robot", "id"),)


class AutonomyChange(Base):
    """A person's act: what a robot may do alone from now on. The latest row of a robot is in force.

    `step` is how far the ramp has come within the level; the rows that only move it are the ramp's own.
    """

    __tablename__ = "autonomy_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    robot: Mapped[str]
    level: Mapped[str]
    step: Mapped[int]
    at: Mapped[datetime]
    who: Mapped[str]
    why: Mapped[str]

    __table_args__ = (Index("ix_autonomy_robot", "robot", "id"),)


class RobotStop(Base):
    """A robot that a person has stopped. `order` is `finish` (what is in hand) or `now` (it is handed back too)."""

    __tablename__ = "robot_stop"

    robot: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str]
    who: Mapped[str]
    why: Mapped[str]
    at: Mapped[datetime]


class ObsEntry(Base):
    """A citizen whom robots must leave alone: `robot` None is every robot, `last` None is until somebody ends it.

    `subject` and `reason` are sealed; look-ups go by `fingerprint`, as those of `Subject` do.
    """

    __tablename__ = "obs_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(index=True)
    subject: Mapped[bytes]
    robot: Mapped[str | None]
    reason: Mapped[bytes]
    first: Mapped[date]
    last: Mapped[date | None]
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
