"""One error tree. Every text says what happened and, after it, what the reader should do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any


class KollegaError(Exception):
    """Base of every error that Kollega raises on purpose.

    `what` says what happened, `mend` the next step. Neither may carry a personal number.
    """

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what} {mend}".strip())
        self.what = what
        self.mend = mend


class SettingsError(KollegaError):
    """A setting is missing or wrong."""


class LoginRefused(SettingsError):
    """A system does not accept the robot's login; the worker stops, since trying on would lock the account."""


class InvalidValue(KollegaError, ValueError):
    """A text is not the identifier or amount that it should be."""


class WrongFields(InvalidValue):
    """What a person has put right cannot be so; `fields` are the wrong ones."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(f"These fields cannot be so: {', '.join(fields)}.", "Nothing was changed; correct them.")
        self.fields = tuple(fields)


class StoreError(KollegaError):
    """The work item store refused."""


class NotFound(StoreError):
    """What was asked for is not there."""


class StoreUnavailable(StoreError):
    """The database did not answer; the same call may succeed in a moment."""


class IllegalTransition(StoreError):
    """The transition table has no such step from the item's present state."""


class Overtaken(StoreError):
    """Somebody has moved the item on since it was looked at: `who`, by the step `step`."""

    def __init__(self, reference: str, who: str, step: str) -> None:
        super().__init__(f"{who} was quicker with {reference}: {step}.", "Nothing was changed; look at it again.")
        self.reference = reference
        self.who = who
        self.step = step


class WithAnother(StoreError):
    """Another person, `who`, sees to the item."""

    def __init__(self, reference: str, who: str) -> None:
        super().__init__(f"{who} has {reference}.", "Ask for it, or take it over and say why.")
        self.reference = reference
        self.who = who


class TooEarly(StoreError):
    """It cannot be said yet: what was sent may still be on its way."""


class LeaseLost(StoreError):
    """Another worker has taken the item over; nothing that the late one says is written."""


class NotAdmitted(KollegaError):
    """Nobody is let in by this name and password, link or key."""


class LockedOut(NotAdmitted):
    """Too many wrong passwords in a row; not before `until` is the next one looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            "Too many wrong passwords in a row.", f"Wait until {until:%H:%M} UTC, or ask an administrator."
        )
        self.until = until


class TooManyTries(NotAdmitted):
    """Too many wrong tokens from one machine; for some minutes none of its tokens is looked at."""


class WeakPassword(KollegaError):
    """The password would be guessed."""


class Forbidden(KollegaError):
    """Somebody has not the right to do this."""


class Failure(KollegaError):
    """A technical error: the item is tried again later, a person sees it when the attempts are spent."""


class SystemUnavailable(Failure):
    """A system answered with an error page, not at all, or too late."""


class SystemClosed(Failure):
    """A system takes no calls now: it is outside its hours, paused by a person, or out of order.

    What is in hand is handed back, and the attempt does not count.
    """


class SessionExpired(Failure):
    """The system shows its login form where the robot expected its page."""


class ScreenChanged(Failure):
    """A label or landmark that the page object depends on is not on the page."""


class Drifted(KollegaError):
    """A screen is not as its page object expects it: the robots that use the system stand still."""


class RobotStopped(KollegaError):
    """A person has stopped the robot: it finds and begins nothing until somebody lets it work again."""


class BrowserGone(Failure):
    """The browser process or its page has died."""


class OutcomeUnknown(Failure):
    """The click that submits was made and no answer came: the effect may have happened or not."""


class NeedsApproval(KollegaError):
    """The robot may not do this effect alone; the item is parked until a person has decided."""

    def __init__(self, effect: str) -> None:
        super().__init__(f"A person must approve this first: {effect}.", "See what is proposed on the item.")
        self.effect = effect


class NeedsHands(KollegaError):
    """A person does this effect outside Kollega; the item is parked until somebody says that it is done."""

    def __init__(self, effect: str) -> None:
        super().__init__(f"A person does this by hand: {effect}.", "`kollega piles list` shows what waits.")
        self.effect = effect


class BusinessException(KollegaError):
    """A business reason why a person must take the case.

    `code` is one of the robot's reason codes, `facts` what a person needs to see (plain JSON values).
    """

    def __init__(self, code: str, facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"A person must take this case: {code}.", "See the facts on the item.")
        self.code = str(code)
        self.facts = dict(facts or {})


class Uncertain(BusinessException):
    """Neither the ledger nor the target system can tell whether an effect happened; a person decides."""

    def __init__(self, effect: str, facts: Mapping[str, Any]) -> None:
        super().__init__("uncertain", {"effect": effect, **facts})


class AddressRefused(BusinessException):
    """No mail can be sent to this address."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__("address_refused", {"address": address, "why": why})


class PersonalNumberInMail(BusinessException):
    """The mail holds what may be a personal number, and so does not leave. `subject` is masked."""

    def __init__(self, subject: str) -> None:
        super().__init__("cpr_in_mail", {"subject": subject})


class ObsListed(BusinessException):
    """The citizen is on the obs-list: whatever the robot was about to do, a person does it."""

    def __init__(self, why: str, by: str) -> None:
        super().__init__("obs", {"why": why, "by": by})
