"""Alembic's entry: runs the migrations on the connection that the store hands over."""

from alembic import context

from bots_common.work import notice_tables, people_tables, run_tables, system_tables, tables

OTHERS = (people_tables.Account, run_tables.Run, notice_tables.NoticeRow, system_tables.Ticket)
assert all(it.metadata is tables.Base.metadata for it in OTHERS)  # it knows the tables of all

context.configure(
    connection=context.config.attributes["connection"], target_metadata=tables.Base.metadata, render_as_batch=True
)
context.run_migrations()
