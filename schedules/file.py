"""The schedule file that staff keep: read and checked, with a sentence for each thing that is wrong in it."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bots_common.calendar import Calendar, Kind
from bots_common.errors import NotFound, SettingsError
from bots_common.settings import Section, Zone
from bots_common.sheets import lines, wrong_cells
from schedules.plan import Rules, Schedule

OWN_DAYS: Final = "sheet of closed days"
DATE: Final = "Dato"
OCCASION: Final = "Anledning"
_YEAR: Final = timedelta(days=366)


class WrongFile(SettingsError):
    """The schedule file cannot be used; each of the `faults` is a sentence that names the key it is about."""

    def __init__(self, path: Path, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        told = "\n".join(self.faults)
        super().__init__(f"The schedule file {path} cannot be used:\n{told}", "Correct it.")


class OwnCalendar(Section):
    """A calendar of the municipality's: closed as `base` is, and on the days of the Excel sheet `days`."""

    base: Kind = Field(examples=["denmark-banking"])
    days: Path = Field(examples=["lukkedage.xlsx"])


class File(Section):
    """The whole file."""

    timezone: Zone | None = Field(default=None, examples=["Europe/Copenhagen"])
    calendars: dict[str, OwnCalendar] = Field(default_factory=dict)
    schedules: dict[str, Rules] = Field(default_factory=dict)


_TABLES: Final[Mapping[str, type[Section]]] = {"calendars": OwnCalendar, "schedules": Rules}


@dataclass(frozen=True, slots=True)
class Plan:
    """All schedules, in the order of the file, and the Excel sheets that their calendars are read from."""

    schedules: tuple[Schedule, ...] = ()
    sheets: tuple[Path, ...] = ()

    def of(self, name: str) -> Schedule:
        """The schedule of that name. Raises NotFound."""
        for schedule in self.schedules:
            if schedule.name == name:
                return schedule
        known = [schedule.name for schedule in self.schedules]
        near = difflib.get_close_matches(name, known, n=1)
        raise NotFound(
            f"There is no schedule {name!r}.",
            f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known) or 'none'}.",
        )

    def never_due(self, now: datetime) -> list[str]:
        """The schedules that will not run within a year."""
        return [it.name for it in self.schedules if next(it.due(now, now + _YEAR), None) is None]


def read(path: Path, robots: Collection[str], zone: str) -> Plan:
    """Read the file; `zone` is the installation's. Raises SettingsError with a sentence for each fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"The schedule file {path} cannot be read ({error.strerror}).",
            'Put it there, or say in the settings where it is: schedules = "…".',
        ) from error
    except UnicodeDecodeError as error:
        raise WrongFile(path, [f"It is not valid TOML: {error}."]) from error
    return parse(text, path, robots, zone)


def parse(text: str, path: Path, robots: Collection[str], zone: str) -> Plan:
    """What stands in a text, as if the file at `path` held it. Raises what `read` raises."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongFile(path, [f"It is not valid TOML: {error}."]) from error
    try:
        file = File.model_validate(given)
    except ValidationError as error:
        raise WrongFile(path, map(_sentence, error.errors())) from error
    calendars = {name: _calendar(name, it, path) for name, it in file.calendars.items()}
    sheets = tuple(path.parent / own.days for own in file.calendars.values())
    plan = Plan(tuple(_schedules(file, calendars, zone)), sheets)
    if faults := [fault for schedule in plan.schedules for fault in _faults(schedule, calendars, robots)]:
        raise WrongFile(path, faults)
    return plan


class PlanFile:
    """The file and its sheets as they were saved last: read again whenever one of them has been saved."""

    def __init__(self, path: Path, robots: Collection[str], zone: str) -> None:
        self._path = path
        self._read = partial(read, path, robots, zone)
        self._plan: Plan | None = None
        self._saved: tuple[float, ...] = ()

    def plan(self) -> Plan:
        """Raises what `read` raises."""
        saved = self._times()
        if self._plan is None or saved != self._saved:
            self._plan = self._read()
            self._saved = self._times()
        return self._plan

    def _times(self) -> tuple[float, ...]:
        files = (self._path, *(self._plan.sheets if self._plan else ()))
        return tuple(file.stat().st_mtime if file.exists() else 0.0 for file in files)


def _schedules(file: File, calendars: Mapping[str, Calendar], zone: str) -> Iterator[Schedule]:
    known = {**{kind.value: Calendar(kind) for kind in Kind}, **calendars}
    for name, rules in file.schedules.items():
        own_zone = ZoneInfo(rules.timezone or file.timezone or zone)
        yield Schedule(name, rules, own_zone, known.get(rules.calendar or ""))


def _faults(schedule: Schedule, calendars: Mapping[str, Calendar], robots: Collection[str]) -> Iterator[str]:
    """What is wrong although each key by itself is right."""
    key, rules = f"schedules.{schedule.name}", schedule.rules
    if rules.robot not in robots:
        yield f"{key}.robot: there is no robot {rules.robot!r}; installed here: {', '.join(robots) or 'none'}."
    if rules.calendar is not None and schedule.calendar is None:
        known = ", ".join([*Kind, *calendars])
        yield f"{key}.calendar: there is no calendar {rules.calendar!r}; write one of {known}."
    elif schedule.counts_banking_days() and not (schedule.calendar and schedule.calendar.weekends):
        yield (
            f"{key}.calendar: banking days are counted by a calendar that is closed at weekends; write "
            f'calendar = "denmark-banking", "norway-working", or one of your own based on these.'
        )
    if rules.min_items and rules.max_items and rules.min_items > rules.max_items:
        yield f"{key}.max_items: it is less than min_items; write {rules.min_items} or more."


# -- the municipality's own days ------------------------------------------------------------------------------


def own_days(path: Path) -> dict[date, str]:
    """The closed days of an Excel sheet with the columns Dato and Anledning. Raises SettingsError."""
    days: dict[date, str] = {}
    faults: list[str] = []
    for line in lines(path, (DATE, OCCASION), OWN_DAYS):
        cell, occasion = line.cells[0], line.fields[1]
        day = cell.date() if isinstance(cell, datetime) else cell
        if isinstance(day, date):
            days[day] = occasion or "Lukket"
        else:
            faults.append(line.fault(DATE, "is no date"))
    if faults:
        raise wrong_cells(path, OWN_DAYS, faults)
    return days


def _calendar(name: str, own: OwnCalendar, file: Path) -> Calendar:
    """A path in the file is beside the file."""
    calendar = Calendar(own.base).with_own(own_days(file.parent / own.days))
    try:
        for day in calendar.own:
            calendar.open_from(day)
            calendar.open_until(day)
    except ValueError as error:
        raise SettingsError(f"calendars.{name}: {error}.", "Correct the sheet.") from error
    return calendar


# -- sentences ------------------------------------------------------------------------------------------------


def _sentence(error: ErrorDetails) -> str:
    """The schedule and the key, what is wrong, and what to write."""
    loc = error["loc"]
    key = ".".join(str(part) for part in loc if isinstance(part, str))
    model = _model_of(loc)
    if error["type"] == "extra_forbidden":
        known = sorted(model.model_fields)
        near = difflib.get_close_matches(str(loc[-1]), known, n=1)
        return f"{key}: there is no such key; " + (
            f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}."
        )
    named = next((part for part in reversed(loc) if part in model.model_fields), None)
    field = model.model_fields[str(named)] if named else None
    what = "is missing" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{key}: {what}{_example(str(named), field)}."


def _example(key: str, field: FieldInfo | None) -> str:
    return f"; an example is {key} = {_toml(field.examples[0])}" if field and field.examples else ""


def _model_of(loc: tuple[int | str, ...]) -> type[Section]:
    return _TABLES.get(str(loc[0]), File) if len(loc) > 2 else File


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
