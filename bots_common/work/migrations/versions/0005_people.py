"""Who people are, what they may, what they looked at, and whose an item is.

Pre: a program that knows nothing of it goes on working; the new columns may be empty, the rest is new.
"""

import sqlalchemy as sa
from alembic import op

from bots_common.work.tables import Moment

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WITH_PEOPLE = sa.text("assignee IS NOT NULL AND state IN ('exception', 'waiting')")
DUE = sa.text("deadline IS NOT NULL AND state IN ('new', 'working', 'exception', 'waiting')")

revision = "0005"
down_revision = "0004"
half = "pre"


def upgrade() -> None:
    _accounts()
    _entrances()
    _notes()
    op.add_column("work_item", sa.Column("assignee", sa.String(), nullable=True))
    op.add_column("work_item", sa.Column("assigned_at", Moment(), nullable=True))
    op.add_column("work_item", sa.Column("helped", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_rollup_day", "rollup", ["day"])
    op.create_index("ix_item_due", "work_item", ["robot", "deadline"], sqlite_where=DUE, postgresql_where=DUE)
    op.create_index(
        "ix_item_assignee", "work_item", ["assignee"], sqlite_where=WITH_PEOPLE, postgresql_where=WITH_PEOPLE
    )
    _decisions()


def _decisions() -> None:
    op.add_column("effect", sa.Column("said_by", sa.String(), nullable=True))
    decided = sa.text("step IN ('retry', 'correct', 'approve', 'reject', 'answer', 'settle')")
    op.create_index("ix_history_decided", "history", ["who", "id"], sqlite_where=decided, postgresql_where=decided)
    undecided = sa.text("decision IS NULL")
    op.create_index(
        "ix_proposal_open", "proposal", ["item_id", "ore"], sqlite_where=undecided, postgresql_where=undecided
    )
    open_ones = sa.text("state IN ('exception', 'waiting')")
    op.create_index(
        "ix_item_urgent",
        "work_item",
        [
            sa.text("(deadline IS NULL)"),
            sa.text("coalesce(deadline, changed_at)"),
            *("id", "robot", "reason", "state", "assignee", "deadline", "changed_at", "reference"),
        ],
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("oidc", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("failures", BIG, nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.Column("password_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("disabled_at", Moment(), nullable=True),
        sa.Column("disabled_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("oidc"),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("robot", sa.String(), nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "role", "robot"),
    )


def _entrances() -> None:
    op.create_table(
        "web_session",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("ix_web_session_account_id", "web_session", ["account_id"])
    op.create_index("ix_web_session_ends_at", "web_session", ["ends_at"])
    op.create_table(
        "entrance",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", BIG, nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"])


def _notes() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("robot", sa.String(), nullable=True),
        sa.Column("item_id", BIG, nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for columns in (["at"], ["item_id"], ["fingerprint"]):
        op.create_index(f"ix_audit_{columns[0]}", "audit", columns)
    op.create_index("ix_audit_who", "audit", ["who", "id"])
    op.create_table(
        "baseline",
        sa.Column("id", BIG, nullable=False),
        sa.Column("robot", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("before", BIG, nullable=False),
        sa.Column("after", BIG, nullable=False),
        sa.Column("ore_per_hour", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_baseline_robot", "baseline", ["robot", "id"])
