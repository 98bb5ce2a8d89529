"""Notices and the parcels in which they leave, and since when a system is out of order.

Pre: a program that knows nothing of it goes on working; what is new may stay empty.
"""

import sqlalchemy as sa
from alembic import op

from bots_common.work.tables import Moment

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("ended_at IS NULL")
WAITS = sa.text("parcel_id IS NULL AND target <> ''")

revision = "0007"
down_revision = "0006"
half = "pre"


def upgrade() -> None:
    op.add_column("system_state", sa.Column("broken_at", Moment(), nullable=True))
    _parcels()
    op.create_table(
        "notice",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("robots", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("due", Moment(), nullable=True),
        sa.Column("count", BIG, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("parcel_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["parcel_id"], ["notice_parcel.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", "target", name="uq_notice_key"),
    )
    op.create_index("ix_notice_at", "notice", ["at"])
    op.create_index("ix_notice_parcel_id", "notice", ["parcel_id"])
    op.create_index("ix_notice_waits", "notice", ["target"], sqlite_where=WAITS, postgresql_where=WAITS)


def _parcels() -> None:
    op.create_table(
        "notice_parcel",
        sa.Column("id", BIG, nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    columns = ["target", "urgent"]
    op.create_index("uq_parcel_open", "notice_parcel", columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
