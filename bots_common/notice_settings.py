"""Who is told what: kinds of notices, the routes they take, and when nobody wants to be disturbed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, model_validator

from bots_common.hours import Hours
from bots_common.sections import Section, Window, Zone, mail_address


class Kind(StrEnum):
    """What a notice is about, in the order in which a mail tells it."""

    UNCERTAIN = "uncertain"
    """Nobody can tell whether something was done."""
    RUN_FAILED = "run_failed"
    SCREEN_CHANGED = "screen_changed"
    SYSTEM_BROKEN = "system_broken"
    WORKER_SILENT = "worker_silent"
    RUN_STALLED = "run_stalled"
    RUN_MISSED = "run_missed"
    RUN_STOPPED = "run_stopped"
    ESCALATED = "escalated"
    """Caseworkers were told of a deadline, and still nobody has taken the case."""
    DEADLINE = "deadline"
    APPROVAL = "approval"
    """What a robot proposes has waited long for a person's word."""
    OBS_LIST = "obs_list"


Role = Literal["caseworker", "operator", "leader"]

AUDIENCE: Final[Mapping[Role, frozenset[Kind]]] = {
    "caseworker": frozenset({Kind.UNCERTAIN, Kind.DEADLINE, Kind.APPROVAL, Kind.OBS_LIST}),
    "operator": frozenset(
        {
            Kind.RUN_FAILED,
            Kind.SCREEN_CHANGED,
            Kind.SYSTEM_BROKEN,
            Kind.WORKER_SILENT,
            Kind.RUN_STALLED,
            Kind.RUN_MISSED,
            Kind.RUN_STOPPED,
            Kind.ESCALATED,
        }
    ),
    "leader": frozenset({Kind.ESCALATED}),
}
"""What each role is told where its route does not say."""

Address = Annotated[str, AfterValidator(mail_address)]


class Route(Section):
    """To these addresses and this webhook: what concerns `role`, or exactly `kinds`, of these robots or all."""

    role: Role | None = None
    kinds: frozenset[Kind] = frozenset()
    robots: frozenset[str] = frozenset()
    mail: tuple[Address, ...] = ()
    webhook: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Route:
        if self.role is None and not self.kinds:
            raise ValueError('say whom it is for or what: role = "operator" or kinds = ["run_failed"]')
        if not self.mail and self.webhook is None:
            raise ValueError('say where to: mail = ["drift@kommune.example"] or webhook = "NAME"')
        return self

    def wants(self, kind: Kind, robots: frozenset[str]) -> bool:
        """Whether a notice of that kind goes this way, which concerns these robots or, where none is named, all."""
        its = self.kinds or (AUDIENCE[self.role] if self.role else frozenset())
        return kind in its and (not self.robots or not robots or bool(self.robots & robots))

    @property
    def targets(self) -> tuple[str, ...]:
        """Where it leads, a text each: "mail:ADDRESS" or "webhook:NAME"."""
        return (
            *(f"{MAIL}{address}" for address in self.mail),
            *([f"{HOOK}{self.webhook}"] if self.webhook else []),
        )


MAIL: Final = "mail:"
HOOK: Final = "webhook:"


def _webhook(secret: SecretStr) -> SecretStr:
    parts = urlsplit(secret.get_secret_value())
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ValueError("it is no https address; copy the whole address that the channel gives")
    return secret


Webhook = Annotated[SecretStr, AfterValidator(_webhook)]


class NoticeSettings(Section):
    """Without routes nobody is told anything.

    `webhooks` are secret addresses by name: whoever knows one can write into the channel. Within `quiet` only the
    `urgent` kinds leave, the others in one mail afterwards. What comes within `grouping_minutes` goes in one mail.
    A case that nobody has taken is told `deadline_hours` before it must be done, and again to others when nobody has
    taken it `escalation_minutes` later, quiet hours not counted. `approval_hours`: so long a proposal may wait.
    """

    routes: tuple[Route, ...] = ()
    webhooks: dict[str, Webhook] = Field(default_factory=dict)
    quiet: tuple[Window, ...] = ()
    timezone: Zone | None = None
    urgent: frozenset[Kind] = frozenset()
    grouping_minutes: float = Field(default=10, ge=0)
    deadline_hours: float = Field(default=48, gt=0)
    escalation_minutes: float = Field(default=240, gt=0)
    approval_hours: float = Field(default=24, gt=0)

    @model_validator(mode="after")
    def _known_webhooks(self) -> NoticeSettings:
        for route in self.routes:
            if route.webhook is not None and route.webhook not in self.webhooks:
                raise ValueError(
                    f"there is no webhook {route.webhook!r}; set KOLLEGA_NOTICES__WEBHOOKS__{route.webhook.upper()}"
                )
        return self

    def hours(self, zone: str) -> Hours:
        """When people may be disturbed; `zone` is the installation's."""
        return Hours.read((), self.quiet, ZoneInfo(self.timezone or zone))

    @property
    def grouping(self) -> timedelta:
        return timedelta(minutes=self.grouping_minutes)

    @property
    def ahead(self) -> timedelta:
        return timedelta(hours=self.deadline_hours)

    @property
    def escalation(self) -> timedelta:
        return timedelta(minutes=self.escalation_minutes)

    @property
    def patience(self) -> timedelta:
        return timedelta(hours=self.approval_hours)
