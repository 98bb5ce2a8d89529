"""Workers, systems, drift, autonomy and retention.

Pre: a program that knows only the first tables goes on working; the new column has a default, the rest is new.
"""

import sqlalchemy as sa
from alembic import op

from bots_common.work.tables import Moment

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0002"
down_revision = "0001"
half = "pre"


def upgrade() -> None:
    op.create_table(
        "autonomy_change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("robot", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("step", BIG, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_autonomy_robot", "autonomy_change", ["robot", "id"], unique=False)

    op.create_table(
        "drift",
        sa.Column("id", BIG, nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("screen", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("expected", sa.LargeBinary(), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.Column("picture", sa.String(), nullable=True),
        sa.Column("accepted_at", Moment(), nullable=True),
        sa.Column("accepted_by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "uq_drift_open",
        "drift",
        ["system", "screen"],
        unique=True,
        sqlite_where=sa.text("accepted_at IS NULL"),
        postgresql_where=sa.text("accepted_at IS NULL"),
    )

    op.create_table(
        "schema_note",
        sa.Column("id", BIG, nullable=False),
        sa.Column("oldest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "system_state",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("paused_by", sa.String(), nullable=True),
        sa.Column("paused_why", sa.String(), nullable=True),
        sa.Column("paused_at", Moment(), nullable=True),
        sa.Column("failures", BIG, nullable=False),
        sa.Column("broken_until", Moment(), nullable=True),
        sa.Column("broken_why", sa.String(), nullable=True),
        sa.Column("probe", sa.String(), nullable=True),
        sa.Column("next_call_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("system"),
    )
    op.create_table(
        "ticket",
        sa.Column("id", BIG, nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_system", "ticket", ["system", "id"], unique=False)

    op.create_table(
        "worker",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("robots", sa.String(), nullable=False),
        sa.Column("in_hand", BIG, nullable=False),
        sa.Column("handled", BIG, nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("progress_at", Moment(), nullable=True),
        sa.Column("order", sa.String(), nullable=True),
        sa.Column("ordered_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "proposal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("intent", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("check", sa.String(), nullable=False),
        sa.Column("ore", BIG, nullable=True),
        sa.Column("proposed_at", Moment(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "name", "digest", name="uq_proposal_intent"),
    )
    op.create_index("ix_proposal_proposed_at", "proposal", ["proposed_at"], unique=False)
    op.create_index("ix_proposal_decided_at", "proposal", ["decided_at"], unique=False)

    op.add_column("work_item", sa.Column("aged", BIG, server_default=sa.text("0"), nullable=False))
    op.create_index(
        "ix_item_ageing",
        "work_item",
        ["aged", "changed_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('done', 'skipped')"),
        postgresql_where=sa.text("state IN ('done', 'skipped')"),
    )
