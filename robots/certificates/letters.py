"""What the robot writes: the note for the archive, and mails to those who wait for an answer.

No mail names the person or tells what a certificate holds: whoever reads it looks the hire up by its number. The
texts are keys of the catalogues in `locales/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from bots_common.mail import Mail
from bots_common.texts import Language, Texts
from robots.certificates.model import Clean, Group, Hire, Kind
from robots.certificates.reasons import LOCALES
from robots.systems.archive import Document

ACCESS: Final = "Personale-fortrolig"
NOTE: Final = "Notat"
CERTIFICATE: Final = "Attest"
"""The archive's own words."""

TITLE: Final = "{kind} obtained, without remarks ({hire}, {request})"
OBTAINED: Final = "{kind} was obtained from the police for hire {hire} ({post}, {workplace})."
NUMBERS: Final = "Request {request}, certificate {certificate}, issued {issued:day}."
KEPT: Final = "It is without remarks. The certificate is filed with this note."
DELETED: Final = "It is without remarks. The certificate is not kept: it is deleted once it has been assessed."

CLEARED: Final = "{kind} has been received: hire {hire}"
CLEARED_TEXT: Final = "{kind} for hire {hire} has been received and assessed. Nothing is outstanding about it."
NO_CONSENT: Final = "Consent is missing: hire {hire}"
NO_CONSENT_TEXT: Final = (
    "The police have had no consent to {kind} for hire {hire}. The person may not begin on {start:day} before the "
    "certificate has been obtained. HR will write to you about a new request."
)
EXEMPT: Final = "Consent on paper: hire {hire}"
EXEMPT_TEXT: Final = (
    "The person of hire {hire} is exempt from Digital Post. {kind} must be obtained by a signed paper form. "
    "The first day of work is {start:day}."
)
REMINDER: Final = "An answer is missing: hire {hire}"
REMINDER_TEXT: Final = (
    "{kind} for hire {hire} was requested on {since:day}, and no answer has come. Ask the person to look into their "
    "Digital Post: consent must be given by {lapses:day}."
)
STARTS: Final = "IMPORTANT: a certificate is missing, and work begins {start:day}: hire {hire}"
STARTS_TEXT: Final = (
    "A certificate for hire {hire} is not in place, and the first day of work is {start:day}. The person may not "
    "begin before HR has told you that it has been received."
)
SIGNED: Final = "This was sent by a robot. It therefore has neither name nor personal number."

MSGIDS: Final = (
    *(TITLE, OBTAINED, NUMBERS, KEPT, DELETED, CLEARED, CLEARED_TEXT, NO_CONSENT, NO_CONSENT_TEXT),
    *(EXEMPT, EXEMPT_TEXT, REMINDER, REMINDER_TEXT, STARTS, STARTS_TEXT, SIGNED),
)

_TEXTS: Final = Texts.load(LOCALES)


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes in one language; `hr` is the address that gets a copy of every mail."""

    language: Language
    hr: str

    def note(
        self, hire: Hire, kind: Kind, request: str, received: date, clean: Clean, folder: str, *, kept: bool
    ) -> Document:
        """That the certificate was obtained and is clean; `kept` says whether it is filed with the note."""
        facts: dict[str, str | date] = {
            "kind": kind.written,
            "hire": hire.number,
            "request": request,
            "post": hire.post,
            "workplace": hire.workplace,
            "certificate": clean.number,
            "issued": clean.issued,
        }
        return Document(
            folder=folder,
            title=self._say(TITLE, **facts),
            kind=CERTIFICATE if kept else NOTE,
            access=ACCESS,
            day=received,
            text="\n".join(self._say(it, **facts) for it in (OBTAINED, NUMBERS, KEPT if kept else DELETED)),
        )

    def cleared(self, hire: Hire, kind: Kind) -> Mail:
        """The certificate is there, and nothing stands against the hire."""
        return self._mail(CLEARED, CLEARED_TEXT, hire, kind=kind.written)

    def no_consent(self, hire: Hire, kind: Kind) -> Mail:
        """The person has not consented; the post stays closed to them until they do."""
        return self._mail(NO_CONSENT, NO_CONSENT_TEXT, hire, kind=kind.written)

    def exempt(self, hire: Hire, kind: Kind) -> Mail:
        """The person can only consent on paper."""
        return self._mail(EXEMPT, EXEMPT_TEXT, hire, kind=kind.written)

    def reminder(self, hire: Hire, group: Group, since: date, lapses: date) -> Mail:
        """No answer has come, and the time for consent runs out."""
        return self._mail(REMINDER, REMINDER_TEXT, hire, kind=group, since=since, lapses=lapses)

    def starts_soon(self, hire: Hire) -> Mail:
        """The first day of work is near, and a certificate is missing."""
        return self._mail(STARTS, STARTS_TEXT, hire)

    def _mail(self, subject: str, text: str, hire: Hire, **facts: str | date) -> Mail:
        said = {"hire": hire.number, "start": hire.first, **facts}
        written = f"{self._say(text, **said)}\n\n{self._say(SIGNED)}"
        return Mail(to=(hire.manager_mail, self.hr), subject=self._say(subject, **said), text=written)

    def _say(self, msgid: str, /, **facts: str | date) -> str:
        return _TEXTS.text(msgid, self.language, **facts)
