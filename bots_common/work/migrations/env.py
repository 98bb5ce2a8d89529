"""Alembic's entry: runs the migrations on the connection that the store hands over."""

from alembic import context

from bots_common.work import people_tables, run_tables, tables

assert people_tables.Account.metadata is run_tables.Run.metadata is tables.Base.metadata  # it knows the tables of all

context.configure(
    connection=context.config.attributes["connection"], target_metadata=tables.Base.metadata, render_as_batch=True
)
context.run_migrations()
