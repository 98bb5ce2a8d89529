"""Conditions in the words by which every database finds the few rows that are asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, String, literal_column, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bots_common.work.states import State, Step
from bots_common.work.tables import Effect, History, WorkItem


class no_key(FunctionElement[str]):  # noqa: N801 - it stands in queries as SQL's own functions do
    """A column by which no row is to be found: without statistics, SQLite would rather walk all items that a robot
    ever had than the few that something else tells."""

    type = String()
    inherit_cache = True


@compiles(no_key)
def _as_it_is(element: no_key, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(no_key, "sqlite")
def _unary_plus(element: no_key, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


def of_robots(robots: Collection[str]) -> ColumnElement[bool]:
    """Whether an item that is found by something else is of these robots."""
    return no_key(WorkItem.robot).in_(robots)


def in_state(state: State, item: type[WorkItem] = WorkItem) -> ColumnElement[bool]:
    """The state as a literal: with a bound parameter SQLite would not use the partial indexes."""
    return item.state == literal_column(f"'{state.value}'")


def one_of(steps: Collection[Step]) -> ColumnElement[bool]:
    """The steps of a change as literals, for the same reason as a state."""
    return History.step.in_([literal_column(f"'{step.value}'") for step in steps])


def may_be_done() -> ColumnElement[bool]:
    """Of an effect in the ledger: it is done, or nobody has said that it is surely absent."""
    return or_(Effect.receipt.is_not(None), Effect.said_by.is_(None))
