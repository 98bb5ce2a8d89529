"""The work items of the certificates robot: what each is about, and under which reference it is found."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from bots_common.values import Frozen
from robots.certificates.model import Certificate, Group
from robots.systems.mailbox import ListedMessage


class Task(StrEnum):
    """What is to be done."""

    JUDGE = "judge"
    """Find out which certificates a hire needs."""
    REQUEST = "request"
    """Have one of them requested."""
    ANSWER = "answer"
    """Read what has come."""
    REMIND = "remind"
    """Tell the manager that no answer has come and the consent is about to lapse."""
    WARN = "warn"
    """Tell people that somebody starts and a certificate is missing."""


class CertificateItem(Frozen):
    """One step of one hire. `hires` are the person's: the one in question first, then those found beside it.

    Of an answer all of them are in question; `asked` is the certificate that it is about, as the police write it.
    """

    task: Task
    hires: tuple[str, ...]
    certificate: Certificate | None = None
    group: Group | None = None
    message: ListedMessage | None = None
    asked: str = ""
    since: date | None = None

    @property
    def hire(self) -> str:
        return self.hires[0]

    @property
    def reference(self) -> str:
        """Unique for what is to be done: found again it is known."""
        match self.task:
            case Task.REQUEST if self.certificate:
                return f"{self.hire}/{self.certificate.kind}"
            case Task.ANSWER if self.message:
                return self.message.number
            case Task.REMIND if self.group and self.since:
                return f"{self.hire}/reminder/{self.group.name.lower()}/{self.since}"
            case Task.WARN:
                return f"{self.hire}/starts-soon"
            case _:
                return self.hire
