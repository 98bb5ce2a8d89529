"""Backups and restorations.

Pre: a program that knows nothing of it goes on working; all is new.
"""

import sqlalchemy as sa
from alembic import op

from bots_common.work.tables import Moment

revision = "0008"
down_revision = "0007"
half = "pre"


def upgrade() -> None:
    op.create_table(
        "safety_copy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
