"""Reports that are kept with the runs they were made after: files of figures alone, in which nobody is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bots_common.settings import Settings
from bots_common.values import Period
from bots_common.work import Store
from bots_common.work.run_records import RunRow
from reports import month_excel

FOLDER: Final = "reports"
LATEST: Final = 200
"""So many of the latest runs are looked through for their reports."""


def keep(store: Store, settings: Settings, run: RunRow) -> Path:
    """Keep the report of the month in which the run began, as it stands now; returns its file."""
    days = Period.month_of(store.stats.day_of(run.begun_at or run.due))
    return month_excel.write(file_of(settings, run), store, settings, run.robot, days, cases=False)


def kept(store: Store, settings: Settings) -> Iterator[tuple[RunRow, Path]]:
    """The latest runs with which a report is kept, the latest first, and its file."""
    for run in store.runs.latest(limit=LATEST):
        if (file := file_of(settings, run)).is_file():
            yield run, file


def drop_strays(store: Store, settings: Settings, *, only_count: bool = False) -> int:
    """Delete the reports whose runs are not known any more; says how many there were."""
    files = {int(it.stem): it for it in (settings.folder / FOLDER).glob("*/*.xlsx") if it.stem.isdecimal()}
    known = store.runs.known(files)
    strays = [file for run, file in files.items() if run not in known]
    for file in strays if not only_count else ():
        file.unlink(missing_ok=True)
    return len(strays)


def file_of(settings: Settings, run: RunRow) -> Path:
    """Where the report of a run lies, if one is kept."""
    return settings.folder / FOLDER / run.robot / f"{run.id}.xlsx"
