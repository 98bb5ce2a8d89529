"""Settings from `kollega.toml` and the environment; the environment wins.

Every key can be given as `KOLLEGA_` and its path joined by two underscores: `[worker] desks = 4` is also
`KOLLEGA_WORKER__DESKS=4`. A wrong setting is a `SettingsError` that names the key and what it should be.
"""

from __future__ import annotations

import difflib
import math
import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnparsedSetting

from bots_common.errors import SettingsError
from bots_common.hours import Hours
from bots_common.notice_settings import NoticeSettings, Route
from bots_common.sections import Section as Section
from bots_common.sections import Window
from bots_common.sections import Zone as Zone
from bots_common.sections import mail_address as mail_address
from bots_common.web_settings import OidcSettings, WebSettings

DEFAULT_FILE = Path("kollega.toml")

ModelT = TypeVar("ModelT", bound=BaseModel)


class BrowserSettings(Section):
    executable: Path | None = None
    headless: bool = True


class WorkerSettings(Section):
    """How a worker works. All times in seconds, but `canary_minutes`: how long a look at a system's screens counts.

    `systems` are those that this machine can reach, all that have an address where it is left out; a worker takes
    only items of robots whose systems it reaches.
    """

    systems: frozenset[str] | None = None
    desks: int = Field(default=4, ge=1, le=32)
    lease_seconds: float = Field(default=60, gt=0)
    progress_seconds: float = Field(default=45, gt=0)
    max_attempts: int = Field(default=6, ge=1)
    max_takeovers: int = Field(default=20, ge=1)
    retry_seconds: float = Field(default=5, gt=0)
    poll_seconds: float = Field(default=1, gt=0)
    report_seconds: float = Field(default=5, gt=0)
    recycle_after: int = Field(default=50, ge=1)
    canary_minutes: float = Field(default=10, gt=0)

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)


class LogSettings(Section):
    """What the terminal shows of the log: lines for people, or `json` lines as the log file has them."""

    format: Literal["text", "json"] = "text"


class UpSettings(Section):
    """What `kollega up` starts on this PC beside the scheduler."""

    workers: int = Field(default=1, ge=0, le=16)
    port: int = Field(default=8600, ge=1, le=65535)


class SystemSettings(Section):
    """Where a system is and who the robot is there. Times in seconds.

    `settle_seconds`: how long a request that nobody saw answered may still be on its way; before that time
    has passed, not finding an effect in the system does not mean that it will not come.

    The rest is how the system wants to be treated, by all workers together: so many calls at a time and a minute, and
    only in its hours (see `bots_common.hours`; `timezone` is the installation's where it is left out). After
    `breaker_failures` failures in a row nobody calls it for `breaker_seconds`, and longer when it fails on.
    """

    url: str
    username: str
    password: SecretStr
    timeout_seconds: float = Field(default=20, gt=0)
    settle_seconds: float = Field(default=5, ge=0)
    concurrency: int | None = Field(default=None, ge=1)
    calls_per_minute: float | None = Field(default=None, gt=0)
    open: tuple[Window, ...] = ()
    closed: tuple[Window, ...] = ()
    timezone: Zone | None = None
    breaker_failures: int = Field(default=5, ge=1)
    breaker_seconds: float = Field(default=60, gt=0)


_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


class MailSettings(Section):
    """The server that robots hand their mail to, and who they are there. `timeout_seconds` is for each answer.

    `security`: "starttls", "tls", or "none", which is for a server on this machine; the port is the usual one of each
    where it is left out. Without `username` and `password` nobody logs in.
    """

    host: Annotated[str, Field(min_length=1)]
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: Annotated[str, AfterValidator(mail_address)]
    timeout_seconds: float = Field(default=20, gt=0)

    @model_validator(mode="after")
    def _login(self) -> MailSettings:
        if (self.username is None) != (self.password is None):
            raise ValueError("a login takes both username and password")
        if self.username is not None and self.security == "none":
            raise ValueError('with a login security must be "starttls" or "tls": the password would be readable')
        return self

    @property
    def at(self) -> int:
        """The port."""
        return self.port or _PORTS[self.security]


def _kept(days: Any) -> Any:
    return None if days == "keep" else days


Days = Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_kept)]


class RetentionSettings(Section):
    """After how many days a finished item loses what; "keep" (None) is as long as its row is there.

    A row that goes takes everything with it, so nothing lives longer than `row`. The defaults are a beginning: half a
    year to ask what was decided, a quarter for pages and pictures, two years in which a case that turns up again is
    known, five in which receipts are asked for. The archive and data protection rules of the place decide.
    """

    payload: Days = 180
    evidence: Days = 90
    reference: Days = 730
    row: Days = 1825

    @model_validator(mode="after")
    def _in_order(self) -> RetentionSettings:
        row = math.inf if self.row is None else self.row
        reference = row if self.reference is None else self.reference
        payload = row if self.payload is None else self.payload
        if not payload <= reference <= row:
            raise ValueError("payload must go no later than reference, and reference no later than row")
        return self

    @property
    def payload_age(self) -> timedelta | None:
        return _age(self.payload)

    @property
    def evidence_age(self) -> timedelta | None:
        """Evidence goes with its row at the latest."""
        given = [days for days in (self.evidence, self.row) if days is not None]
        return _age(min(given, default=None))

    @property
    def reference_age(self) -> timedelta | None:
        return _age(self.reference)

    @property
    def row_age(self) -> timedelta | None:
        return _age(self.row)


def _age(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)


class AutonomySettings(Section):
    """How a robot is watched at the levels `sample` and `auto`; the level itself is not a setting but a person's act.

    `share` of the cases goes to approval at `sample`. With a `ramp` the robot does only so many cases a day alone, at
    first as many as its first number says; it goes on to the next one by itself while the error rate stays under
    `error_limit`, and is free after the last.
    """

    share: float = Field(default=0.05, ge=0, le=1)
    ramp: tuple[Annotated[int, Field(ge=1)], ...] = ()
    error_limit: float = Field(default=0.05, gt=0, lt=1)


class Settings(BaseSettings):
    """All settings. `robots` holds one table a robot, checked by that robot's own model; `autonomy` another.

    `schedules` is the file that says when robots run by themselves.
    """

    model_config = SettingsConfigDict(
        env_prefix="KOLLEGA_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        toml_file=DEFAULT_FILE,
    )

    folder: Path = Path("var")
    database: str = Field(default="", repr=False)  # a URL may hold a password
    key: SecretStr | None = None
    language: Literal["da", "nb", "en"] = "da"
    timezone: Zone = "Europe/Copenhagen"
    schedules: Path = Path("schedules.toml")
    browser: BrowserSettings = BrowserSettings()
    worker: WorkerSettings = WorkerSettings()
    logs: LogSettings = LogSettings()
    up: UpSettings = UpSettings()
    retention: RetentionSettings = RetentionSettings()
    mail: MailSettings | None = None
    notices: NoticeSettings = NoticeSettings()
    web: WebSettings = WebSettings()
    systems: dict[str, SystemSettings] = {}
    robots: dict[str, dict[str, Any]] = {}
    autonomy: dict[str, AutonomySettings] = {}

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{(self.folder / 'kollega.db').as_posix()}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource, **named: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return named["init_settings"], named["env_settings"], TomlConfigSettingsSource(settings_cls)

    def hours(self, system: str) -> Hours:
        """When the system of that name takes calls."""
        its = self.system(system)
        return Hours.read(its.open, its.closed, ZoneInfo(its.timezone or self.timezone))

    def autonomy_of(self, robot: str) -> AutonomySettings:
        """How the robot of that name is watched."""
        return self.autonomy.get(robot, AutonomySettings())

    def reaches(self, system: str) -> bool:
        """Whether this machine can reach the system of that name."""
        return system in (self.systems if self.worker.systems is None else self.worker.systems)

    def system(self, name: str) -> SystemSettings:
        """The settings of one system. Raises SettingsError where the file has none."""
        if name not in self.systems:
            raise SettingsError(
                f"No address is set for the system {name!r}.",
                f"Add [systems.{name}] with url, username and password to the settings, or set "
                f"KOLLEGA_SYSTEMS__{name.upper()}__URL, …__USERNAME and …__PASSWORD.",
            )
        return self.systems[name]


TABLES: Final[Mapping[int | str, type[Section]]] = {
    "systems": SystemSettings,
    "autonomy": AutonomySettings,
    "mail": MailSettings,
    "oidc": OidcSettings,
    "routes": Route,
}
"""The settings that hold a table for each system or robot, or one that need not be there."""


class GivenSettings(Settings):
    """Settings from the caller alone, whatever stands in a file or the environment: for demonstrations and tests."""

    model_config = SettingsConfigDict(toml_file=None)

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource, **named: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (named["init_settings"],)


def load(file: Path | None = None) -> Settings:
    """Read the settings. Raises SettingsError with one line for each key that is wrong."""
    asked_for = file or os.environ.get("KOLLEGA_SETTINGS")
    path = Path(asked_for or DEFAULT_FILE)
    if asked_for and not path.is_file():
        raise SettingsError(f"The settings file {path} does not exist.", "Create it or correct the path.")

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        return FromFile()
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.", "Correct that line.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text.", "Save it again with the encoding UTF-8.") from error
    except UnparsedSetting as error:
        raise SettingsError(
            f"An environment variable does not hold JSON: {error}.", "Set one variable for each key, or correct it."
        ) from error
    except ValidationError as error:
        raise SettingsError(
            "\n".join(explain(error, Settings)), f"Correct it in {path} or the environment."
        ) from error


def data_file(file: Path, model: type[ModelT], what: str) -> ModelT:
    """Read a TOML file of rows that belongs to a robot; numbers with a point become Decimal.

    `what` is what people call it ("rates file"). Raises SettingsError that names what is wrong in it.
    """
    try:
        with file.open("rb") as opened:
            return model.model_validate(tomllib.load(opened, parse_float=Decimal))
    except OSError as error:
        raise SettingsError(f"The {what} {file} cannot be read ({error}).", "Put it there.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The {what} {file} is not valid TOML: {error}.", "Correct that line.") from error
    except ValidationError as error:
        told = "\n".join(explain(error, model))
        raise SettingsError(f"The {what} {file} has wrong rows:\n{told}", "Correct them.") from error


def explain(error: ValidationError, model: type[BaseModel], prefix: str = "") -> list[str]:
    """One sentence for each wrong setting: its key, what is wrong, and the nearest known key."""
    return [_sentence(detail["loc"], detail["type"], detail["msg"], model, prefix) for detail in error.errors()]


def _sentence(loc: tuple[int | str, ...], kind: str, message: str, model: type[BaseModel], prefix: str) -> str:
    key = prefix + ".".join(str(part) for part in loc)
    if kind != "extra_forbidden":
        return f"{key}: {message.removeprefix('Value error, ').rstrip('.')}."
    known = _keys_beside(loc, model)
    near = difflib.get_close_matches(str(loc[-1]), known, n=1)
    return f"{key}: there is no such setting; " + (
        f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}."
    )


def _keys_beside(loc: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    for part in loc[:-1]:
        field = model.model_fields.get(str(part))
        inner = field.annotation if field else model
        if part in TABLES:
            inner = TABLES[part]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            model = inner
    return sorted(model.model_fields)
