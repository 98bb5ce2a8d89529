"""Alembic's entry: runs the migrations on the connection that the store hands over."""

from alembic import context

from bots_common.work import people_tables, tables

assert people_tables.Account.metadata is tables.Base.metadata  # it knows the tables of both

context.configure(
    connection=context.config.attributes["connection"], target_metadata=tables.Base.metadata, render_as_batch=True
)
context.run_migrations()
