"""Runs of schedules, how far each schedule is planned, and who plans.

Pre: a program that knows nothing of it goes on working; all is new.
"""

import sqlalchemy as sa
from alembic import op

from bots_common.work.tables import Moment

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DUE, RUNNING = sa.text("state = 'due'"), sa.text("state = 'running'")

revision = "0006"
down_revision = "0005"
half = "pre"


def upgrade() -> None:
    _runs()
    op.create_table(
        "schedule_state",
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("planned_until", Moment(), nullable=False),
        sa.Column("paused_by", sa.String(), nullable=True),
        sa.Column("paused_why", sa.String(), nullable=True),
        sa.Column("paused_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("schedule"),
    )
    op.create_table(
        "leadership",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _runs() -> None:
    op.create_table(
        "run",
        sa.Column("id", BIG, nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("robot", sa.String(), nullable=False),
        sa.Column("due", Moment(), nullable=False),
        sa.Column("begins_at", Moment(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stop", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("alive_until", Moment(), nullable=True),
        sa.Column("takeovers", BIG, nullable=False),
        sa.Column("begun_at", Moment(), nullable=True),
        sa.Column("progress_at", Moment(), nullable=True),
        sa.Column("stalled_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        *(
            sa.Column(name, BIG, nullable=False)
            for name in ("found", "handled", "exceptions", "waiting", "skipped", "failed")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("schedule", "due", name="uq_run_due"),
    )
    op.create_index("uq_run_running", "run", ["robot"], unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_index("ix_run_due", "run", ["begins_at"], sqlite_where=DUE, postgresql_where=DUE)
