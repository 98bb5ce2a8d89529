"""First tables"""

import sqlalchemy as sa
from alembic import op

from bots_common.work.tables import Moment

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0001"
down_revision = None
half = "pre"


def upgrade() -> None:
    op.create_table(
        "rollup",
        sa.Column("robot", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("shard", BIG, nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.Column("ore", BIG, nullable=False),
        sa.PrimaryKeyConstraint("robot", "day", "outcome", "reason", "shard"),
    )
    op.create_table(
        "work_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("robot", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", BIG, nullable=False),
        sa.Column("deadline", Moment(), nullable=True),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("takeovers", BIG, nullable=False),
        sa.Column("fence", BIG, nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("robot", "reference", name="uq_item_reference"),
    )
    with op.batch_alter_table("work_item", schema=None) as batch_op:
        batch_op.create_index(
            "ix_item_ready",
            ["robot", sa.text("priority DESC"), "id"],
            unique=False,
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch_op.create_index(batch_op.f("ix_work_item_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(
            "ix_item_lane",
            ["robot", "lane", "id"],
            unique=False,
            sqlite_where=sa.text("lane IS NOT NULL AND state IN ('new', 'working')"),
            postgresql_where=sa.text("lane IS NOT NULL AND state IN ('new', 'working')"),
        )
        batch_op.create_index(
            "ix_item_lease",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("state = 'working'"),
            postgresql_where=sa.text("state = 'working'"),
        )
        batch_op.create_index(
            "ix_item_with_people",
            ["robot", "changed_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('exception', 'waiting')"),
            postgresql_where=sa.text("state IN ('exception', 'waiting')"),
        )
        batch_op.create_index(
            "uq_item_lane_working",
            ["robot", "lane"],
            unique=True,
            sqlite_where=sa.text("lane IS NOT NULL AND state = 'working'"),
            postgresql_where=sa.text("lane IS NOT NULL AND state = 'working'"),
        )

    op.create_table(
        "effect",
        sa.Column("id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("intent", sa.LargeBinary(), nullable=False),
        sa.Column("fence", BIG, nullable=False),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("intended_at", Moment(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("ore", BIG, nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "name", name="uq_effect_name"),
    )
    with op.batch_alter_table("effect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_effect_settled_at"), ["settled_at"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_item_id"), ["item_id"], unique=False)

    op.create_table(
        "history",
        sa.Column("id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_item_id"), ["item_id"], unique=False)

    op.create_table(
        "subject",
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "fingerprint"),
    )
    with op.batch_alter_table("subject", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subject_fingerprint"), ["fingerprint"], unique=False)
