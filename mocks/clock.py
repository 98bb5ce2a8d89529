"""The town's calendar day, which the mock systems take for today: it stands still until `POST /_clock` moves it."""

from __future__ import annotations

import sqlite3
from datetime import date


def today(connection: sqlite3.Connection) -> date:
    (day,) = connection.execute("select today from town").fetchone()
    return date.fromisoformat(day)


def move(connection: sqlite3.Connection, day: date) -> None:
    connection.execute("update town set today = ?", (day.isoformat(),))
