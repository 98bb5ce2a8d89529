"""What a robot is to its author, and the registry through which the other rooms know robots."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from bots_common import reasons as core
from bots_common.desk import Desk, System
from bots_common.errors import SettingsError, WrongFields
from bots_common.handfile import HandFile, sheet
from bots_common.reasons import Comparison, ContactText, FactText, ReasonText, Wanted
from bots_common.settings import Section, Settings, explain
from bots_common.texts import Language, Texts
from bots_common.values import Cpr, Receipt
from bots_common.work import NewItem
from bots_common.work.records import Json

ENTRY_POINTS = "kollega.robots"
DECLARED: Final = ("name", "title", "systems", "payload", "reasons", "reason_texts", "locales")
"""What the class of every robot must say; the rest of `Robot` has a value to begin with."""
_NOTHING: Final = object()

P = TypeVar("P", bound=BaseModel)
IntentT = TypeVar("IntentT", bound=BaseModel)
C = TypeVar("C", bound=Section)

Known = Callable[[Collection[str]], Awaitable[set[str]]]
"""Asked while finding: which of these references the robot has had before, so that it need not read them again."""


@dataclass(frozen=True, slots=True)
class Found(Generic[P]):
    """A case that the robot found. `subjects` are the citizens it is about.

    Items with the same `lane` are handled one at a time and in the order found. `again` are reasons for which a
    person may have got the case: found once more while they have it for one of these, it goes to the robot again.
    """

    reference: str
    payload: P
    subjects: tuple[Cpr, ...] = ()
    lane: str | None = None
    priority: int = 0
    deadline: datetime | None = None
    not_before: datetime | None = None
    again: frozenset[str] = frozenset()

    def as_item(self) -> NewItem:
        return NewItem(
            reference=self.reference,
            payload=self.payload.model_dump(mode="json"),
            subjects=tuple(subject.digits for subject in self.subjects),
            lane=self.lane,
            priority=self.priority,
            deadline=self.deadline,
            not_before=self.not_before,
            again=self.again,
        )


@dataclass(frozen=True, slots=True)
class Awaited:
    """An effect that people wait for, reckoned from when its case is found; the month's report measures it.

    `without` is how long it took without the robot, and `expected` what it may take with it, where that is known.
    """

    effect: str
    without: timedelta | None = None
    expected: timedelta | None = None


class Once(Protocol):
    """The only way to change the outside world; see `bots_common.effects`.

    `do` drives the system and returns its receipt. `check` looks for the effect: the receipt where it is there,
    None where it is surely absent, Uncertain raised where nobody can tell.

    What the robot may do alone is decided here, for exactly this `intent`:

    - `auto`: the effect is done.
    - `sample`: as `auto`, but for a fixed share of the items, for which it is as at `approve`.
    - `approve`: the item waits until a person has approved. The next attempt does what was approved; if the facts
      have changed so that the intent is another, it asks anew.
    - `shadow`: nothing is done. The receipt's number is a placeholder, so that the robot can go on through its
      following effects; when `handle` returns, the item is skipped and people handle it as ever. A bound method
      of a page object as `check` is asked later what people have done.

    `follows` names an earlier effect of the item that this one only completes: once that is done, this one needs no
    approval of its own. A `note` is a text that a person may overwrite; it needs none either. In shadow they are
    not done. People are shown the intent's `total`, else its `amount`, as what it would book.
    """

    async def __call__(
        self,
        name: str,
        intent: IntentT,
        *,
        do: Callable[[IntentT], Awaitable[Receipt]],
        check: Callable[[IntentT], Awaitable[Receipt | None]],
        follows: str | None = None,
        note: bool = False,
    ) -> Receipt: ...


class ByHand(Protocol):
    """An effect that a person does outside Kollega, at every level but `shadow`, as `once` is done by the robot.

    The item waits in the `group` until somebody has taken a pile of it and said that it is done (see
    `Robot.by_hand_file`); the next attempt gets the receipt that they gave.
    """

    async def __call__(self, name: str, intent: BaseModel, *, group: str) -> Receipt: ...


class Begun(Protocol):
    """Whether an earlier attempt at this item intended the effect, done or not.

    Not where a person has said since that it surely did not happen.
    """

    async def __call__(self, name: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Item(Generic[P]):
    """The work item that a robot handles now.

    `in_doubt`: the database was restored from a backup, and what was done about the case since may be missing.
    `once` looks in the system then before it does anything; a robot that looks itself may find its own doing.
    `found` enqueues a further case that the robot has met while handling this one; its reference makes it idempotent.
    """

    reference: str
    payload: P
    once: Once
    by_hand: ByHand
    begun: Begun
    in_doubt: Callable[[], Awaitable[bool]]
    found: Callable[[Found[P]], Awaitable[None]]


class Robot(ABC, Generic[P]):
    """One process of the municipality: it finds work and handles one work item at a time.

    `reasons` are the codes it may raise in a BusinessException. `title` is its name for people. `title` and the texts
    of reasons, facts and effects are msgids of the catalogues in `locales`; a fact or an effect without a text is
    shown by its code. `comparisons` are facts that people look at side by side. `correctable` are the fields of the
    payload that a person may put right, with dots between (never one by which the case or its citizens are known).
    `goal` is the share of all that it finds that it ought to handle without a person.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    systems: tuple[type[System], ...]
    payload: ClassVar[type[BaseModel]]
    reasons: ClassVar[type[StrEnum]]
    reason_texts: ClassVar[Mapping[str, ReasonText]]
    fact_texts: ClassVar[Mapping[str, FactText]] = {}
    effect_texts: ClassVar[Mapping[str, str]] = {}
    comparisons: ClassVar[tuple[Comparison, ...]] = ()
    correctable: ClassVar[tuple[str, ...]] = ()
    locales: ClassVar[Path]
    goal: ClassVar[Decimal | None] = None
    awaited: ClassVar[Sequence[Awaited]] = ()
    changes: ClassVar[Mapping[str, str]] = {}
    contact: ClassVar[ContactText | None] = None

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @abstractmethod
    def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[P]]:
        """Everything there is to do: cheap, complete and repeatable; references make it idempotent."""

    @abstractmethod
    async def handle(self, item: Item[P], desk: Desk) -> None:
        """Handle one case. Raises BusinessException where a person must take it."""

    def by_hand_file(self, group: str, intents: Sequence[Json]) -> HandFile:
        """What a person uploads, or copies from, for these effects of a by-hand group; an Excel sheet by default.

        `intents` are the fields as `by_hand` was given them, as JSON.
        """
        language = Language(self.settings.language)
        labels = {key: self.texts().text(text.label, language) for key, text in self.fact_texts.items()}
        return sheet(f"{self.name}-{group}", intents, labels)

    @classmethod
    @cache
    def texts(cls) -> Texts:
        """The robot's own catalogues over those that all robots have in common."""
        return Texts.load(core.LOCALES, cls.locales)

    @classmethod
    def reason_title(cls, code: str, language: Language) -> str:
        """The short name of a reason; the code itself where nobody knows it any more."""
        text = cls.reason_texts.get(code) or core.REASONS.get(code)
        return cls.texts().text(text.title, language) if text else code

    @classmethod
    def reason_change(cls, code: str, language: Language) -> str:
        """What would have to change so that the robot could handle such cases; empty where nobody has said it."""
        text = cls.changes.get(code) or core.CHANGES.get(code)
        return cls.texts().text(text, language) if text else ""

    @staticmethod
    def wanted(reason: str, facts: Json, payload: Json) -> Wanted | None:
        """What somebody outside can do so that the robot can handle their next cases; None where nobody can."""
        return None

    @classmethod
    def reason_sentence(cls, code: str, facts: Mapping[str, Any], language: Language) -> str:
        """What a person is told of a reason: what was found, with its figures, and what to do next."""
        text = cls.reason_texts.get(code) or core.REASONS.get(code)
        if text is None:
            return ""
        effect = {"effect": cls.effect_title(str(facts["effect"]), language)} if "effect" in facts else {}
        return cls.texts().text(text.fitting(facts), language, **{**facts, **effect})

    @classmethod
    def effect_title(cls, name: str, language: Language) -> str:
        """An effect in words: `mark-paid/G7` is "Marking as paid: G7", unless all of it has a text of its own; what
        follows a # only tells twins apart."""
        name = name.partition("#")[0]
        if name in cls.effect_texts:
            return cls.texts().text(cls.effect_texts[name], language)
        kind, _, which = name.partition("/")
        title = cls.texts().text(cls.effect_texts.get(kind, kind), language)
        return f"{title}: {cls.reason_title(which, language)}" if which else title

    @classmethod
    def corrections(cls, payload: Json) -> dict[str, str]:
        """What a person may put right in this payload, as it stands there."""
        found = {path: _at(payload, path) for path in cls.correctable}
        return {path: "" if value is None else str(value) for path, value in found.items() if value is not _NOTHING}

    @classmethod
    def corrected(cls, payload: Json, fields: Mapping[str, str]) -> Json:
        """The payload with these fields as a person wrote them. Raises WrongFields where the model refuses them."""
        if strangers := sorted(set(fields) - set(cls.corrections(payload))):
            raise WrongFields(strangers)
        changed = json.loads(json.dumps(payload))
        for path, text in fields.items():
            *way, last = path.split(".")
            _at(changed, ".".join(way))[last] = text.strip() or None
        try:
            return cls.payload.model_validate(changed).model_dump(mode="json")
        except ValidationError as error:
            places = [".".join(map(str, it["loc"])) for it in error.errors()]
            wrong = [path for path in fields if any(f"{path}.".startswith(f"{place}.") for place in places)]
            raise WrongFields(wrong or sorted(fields)) from error

    @classmethod
    def configured(cls, settings: Settings, config: type[C]) -> C:
        """The robot's own table of the settings. Raises SettingsError with one line for each wrong key."""
        try:
            given = settings.robots.get(cls.name, {})
            return config.model_validate({key: _decoded(value) for key, value in given.items()})
        except ValidationError as error:
            lines = explain(error, config, prefix=f"robots.{cls.name}.")
            raise SettingsError("\n".join(lines), f"Correct it under [robots.{cls.name}].") from error


def _at(payload: Json, path: str) -> Any:
    """What stands there, `_NOTHING` where there is no such place."""
    found: Any = payload
    for key in filter(None, path.split(".")):
        if not isinstance(found, dict) or key not in found:
            return _NOTHING
        found = found[key]
    return found


def _decoded(value: Any) -> Any:
    """A list in an environment variable is JSON; pydantic-settings decodes it only where it knows the field."""
    if isinstance(value, str) and value.startswith("["):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


@cache
def registry() -> dict[str, type[Robot[Any]]]:
    """All installed robots by name, from the entry points `kollega.robots` of every installed package.

    Raises SettingsError where one cannot be loaded, does not say what it must, or has another's name.
    """
    found: dict[str, type[Robot[Any]]] = {}
    for entry in entry_points(group=ENTRY_POINTS):
        robot = _loaded(entry)
        if found.setdefault(robot.name, robot) is not robot:
            both = f"{found[robot.name].__module__} and {robot.__module__}"
            raise SettingsError(
                f"Two installed robots are called {robot.name!r}: {both}.",
                "Rename one of them, or uninstall its package.",
            )
    return dict(sorted(found.items()))


def _loaded(entry: EntryPoint) -> type[Robot[Any]]:
    package = entry.dist.name if entry.dist else entry.value
    try:
        robot: type[Robot[Any]] = entry.load()
    except (ImportError, AttributeError) as error:
        raise SettingsError(
            f"The robot {entry.name!r} of the package {package} cannot be loaded: {error}.",
            f"Correct {entry.value!r} in its pyproject.toml and install it again, or uninstall {package}.",
        ) from error
    if missing := [said for said in DECLARED if not hasattr(robot, said)]:
        raise SettingsError(
            f"The robot {entry.name!r} does not say its {', '.join(missing)}.",
            f"Add it to the class {robot.__name__} in {robot.__module__}.",
        )
    return robot


def installed(name: str) -> type[Robot[Any]]:
    """The robot of that name. Raises SettingsError where it is not installed."""
    known = registry()
    if name not in known:
        raise SettingsError(f"There is no robot {name!r}.", f"Installed here: {', '.join(known) or 'none'}.")
    return known[name]


def spellings() -> dict[str, list[str]]:
    """What people may write for each installed robot: its title in any of the languages."""
    return {
        name: [robot.texts().text(robot.title, language) for language in Language]
        for name, robot in registry().items()
    }


def robots_named(names: Collection[str], settings: Settings) -> list[Robot[Any]]:
    """The robots of these names; where none is named, all whose systems this machine reaches.

    Raises SettingsError for one that is not installed or whose systems are out of reach.
    """
    wanted = [installed(name) for name in names]
    within_reach = [it for it in registry().values() if all(settings.reaches(system.name) for system in it.systems)]
    if not names and not within_reach:
        raise SettingsError(
            "No robot can work here: for each, a system has no address.",
            "Add [systems.…] to the settings; `kollega doctor` says which are missing.",
        )
    robots = [robot(settings) for robot in wanted or within_reach]
    for robot in robots:
        _require_reach(robot, settings)
    return robots


def _require_reach(robot: Robot[Any], settings: Settings) -> None:
    for system in robot.systems:
        settings.system(system.name)
        if not settings.reaches(system.name):
            raise SettingsError(
                f"The robot {robot.name} uses the system {system.name}, which this machine does not reach.",
                "Start it on a machine that does, or add the system to worker.systems.",
            )
