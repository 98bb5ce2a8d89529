"""Robots that a person has stopped, and how many calls a system was allowed in the minutes last asked for.

Pre: a program that knows nothing of it goes on working; it does not hear of stops, and counts no calls.
"""

import sqlalchemy as sa
from alembic import op

from bots_common.work.tables import Moment

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0009"
down_revision = "0008"
half = "pre"


def upgrade() -> None:
    op.create_table(
        "robot_stop",
        sa.Column("robot", sa.String(), nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("robot"),
    )
    op.add_column("system_state", sa.Column("minute", Moment(), nullable=True))
    op.add_column("system_state", sa.Column("calls", BIG, nullable=False, server_default=sa.text("0")))
    op.add_column("system_state", sa.Column("calls_before", BIG, nullable=False, server_default=sa.text("0")))
