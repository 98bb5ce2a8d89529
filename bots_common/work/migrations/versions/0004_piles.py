"""What people do by hand.

Pre: a program that knows nothing of it goes on working; the new columns may be empty, the rest is new.
"""

import sqlalchemy as sa
from alembic import op

from bots_common.work.tables import Moment

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0004"
down_revision = "0003"
half = "pre"


def upgrade() -> None:
    op.create_table(
        "pile",
        sa.Column("id", BIG, nullable=False),
        sa.Column("robot", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_pile_open",
        "pile",
        ["robot"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.add_column("proposal", sa.Column("by_hand", sa.String(), nullable=True))
    op.add_column("proposal", sa.Column("pile", BIG, nullable=True))
    op.create_index(
        "ix_proposal_by_hand",
        "proposal",
        ["by_hand"],
        sqlite_where=sa.text("by_hand IS NOT NULL AND decision IS NULL"),
        postgresql_where=sa.text("by_hand IS NOT NULL AND decision IS NULL"),
    )
    op.create_index(
        "ix_proposal_pile",
        "proposal",
        ["pile"],
        sqlite_where=sa.text("pile IS NOT NULL"),
        postgresql_where=sa.text("pile IS NOT NULL"),
    )
