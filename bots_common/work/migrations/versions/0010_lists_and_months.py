"""What lists and a month's report are read by: indexes of their own, and the time of an item at a desk beside it.

Pre: a program that does not know of them is only slower; the time of its attempts is not counted.
"""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0010"
down_revision = "0009"
half = "pre"


def upgrade() -> None:
    op.add_column("work_item", sa.Column("desk_ms", BIG, nullable=False, server_default=sa.text("0")))
    op.create_index("ix_item_found", "work_item", ["created_at", "robot"])
    op.create_index("ix_item_changed", "work_item", ["changed_at", "id", "robot", "state"])
    skipped, handed = sa.text("state = 'skipped'"), sa.text("step IN ('hand_over', 'skip', 'give_up', 'reject')")
    columns = ["changed_at", "id", "robot"]
    op.create_index("ix_item_skipped", "work_item", columns, sqlite_where=skipped, postgresql_where=skipped)
    op.create_index("ix_history_handed", "history", ["item_id", "id"], sqlite_where=handed, postgresql_where=handed)
    op.drop_index("ix_work_item_changed_at", "work_item")
