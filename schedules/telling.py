"""What runs and their endings are called; the texts are msgids of this room's catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from bots_common.texts import Language, Texts
from bots_common.work.run_records import RunRow, RunState, Stop

LOCALES: Final = Path(__file__).parent / "locales"

STATES: Final[Mapping[RunState, str]] = {
    RunState.DUE: "Waits to begin",
    RunState.RUNNING: "Running",
    RunState.ENDED: "Ended",
    RunState.LEFT_OUT: "Left out",
}

STOPS: Final[Mapping[Stop, str]] = {
    Stop.EMPTY: "Nothing is left to handle",
    Stop.FEW: "Too few cases wait",
    Stop.ITEMS: "It has taken as many cases as it may",
    Stop.TIME: "Its time was up",
    Stop.CLOSING: "It may not run at this time",
    Stop.SYSTEM_CLOSED: "A system lets nobody in",
    Stop.DRIFT: "A screen has changed",
    Stop.LOGIN: "A system does not accept the robot's login",
    Stop.ORDERED: "A person has stopped it",
    Stop.FAILED: "It could not go on",
    Stop.MISSED: "No scheduler was running at its time",
    Stop.OVERLAP: "The robot was still running",
    Stop.PAUSED: "The schedule was paused",
    Stop.GONE: "The schedule is no longer in the file",
}

STALLED: Final = "No progress"


@cache
def texts() -> Texts:
    return Texts.load(LOCALES)


def state_of(run: RunRow, language: Language) -> str:
    """How the run stands: "Running", or why it ended."""
    if run.state is RunState.RUNNING and run.stalled_at:
        return texts().text(STALLED, language)
    return texts().text(STATES[run.state] if run.stop is None else STOPS[run.stop], language)
