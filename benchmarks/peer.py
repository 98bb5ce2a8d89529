"""procrastinate, the peer that our queue is measured against: on PostgreSQL, set up as its manual says."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bots_common.errors import KollegaError

if TYPE_CHECKING:
    from procrastinate import App

TASK = "tally"


def app(url: str, *, at_rest: bool = False) -> App:
    """An application on that database; `at_rest` for what is asked without an event loop. Raises KollegaError."""
    try:
        import procrastinate
    except ImportError as error:
        raise KollegaError(
            "procrastinate is not installed.", "`make bench` installs it, or `uv sync --inexact --group bench`."
        ) from error
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    connector = procrastinate.SyncPsycopgConnector if at_rest else procrastinate.PsycopgConnector
    return procrastinate.App(connector=connector(conninfo=url))
