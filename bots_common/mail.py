"""Mail, as an effect: `item.once("tell", Mail(…), do=mailer.send, check=mailer.find)`.

Nobody can be asked whether a mail arrived, so after a crash it is sent once more; it has the same Message-ID then, by
which the receiving side knows that it has it.
"""

from __future__ import annotations

import asyncio
import json
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from functools import cached_property
from typing import Final, Self

from pydantic import model_validator

from bots_common.errors import (
    AddressRefused,
    Failure,
    LoginRefused,
    PersonalNumberInMail,
    SettingsError,
    SystemUnavailable,
)
from bots_common.settings import MailSettings, Settings, mail_address
from bots_common.values import Frozen, Receipt, mask
from bots_common.work.codec import Codec, codec_of
from bots_common.work.database import Clock, utc_now

TAKEN: Final = (250, 251)
LOGIN_WANTED: Final = 530
REFUSED: Final = 500
"""Answers from here on stay the same however often one asks."""


class Mail(Frozen):
    """A plain text to one or several addresses; nobody is told unless all can be.

    Raises what a person must see: AddressRefused for what is no address, PersonalNumberInMail for a subject or text
    with what may be a personal number.
    """

    to: tuple[str, ...]
    subject: str
    text: str

    @model_validator(mode="after")
    def _can_leave(self) -> Self:
        if not self.to:
            raise AddressRefused("", "there is none")
        for address in self.to:
            try:
                mail_address(address)
            except ValueError as error:
                raise AddressRefused(address, str(error)) from error
        if any(mask(text) != text for text in (self.subject, self.text)):
            raise PersonalNumberInMail(mask(self.subject))
        return self

    @property
    def known_by(self) -> str:
        """What tells it from every other mail."""
        return f"mail {json.dumps(self.model_dump(mode='json'), sort_keys=True, ensure_ascii=False)}"


class PageMail(Mail):
    """A mail that mail programs may show as the page `html`, which says what the text says.

    `once` is what it is known by: the same words sent anew are another mail.
    """

    html: str
    once: str

    @model_validator(mode="after")
    def _page_can_leave(self) -> Self:
        if mask(self.html) != self.html:
            raise PersonalNumberInMail(mask(self.subject))
        return self

    @property
    def known_by(self) -> str:
        return f"page {self.once}"


class Mailer:
    """The municipality's mail server, as the settings name it under [mail].

    Raises SettingsError where they do not.
    """

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        if settings.mail is None:
            raise SettingsError("No mail server is set.", "Add [mail] with host and sender to the settings.")
        self._rules: MailSettings = settings.mail
        self._settings = settings
        self._clock = clock

    async def send(self, mail: Mail) -> Receipt:
        """Hand the mail to the server; its receipt is the Message-ID.

        Raises AddressRefused where the server knows an address not to be there (then nobody has got the mail),
        SystemUnavailable where it does not answer or wants to be asked later, LoginRefused, SettingsError where
        security or sender is not to its taste, and Failure where it does not want the mail.
        """
        message = self._message(mail)
        await asyncio.to_thread(self._deliver, mail, message)
        return Receipt(message["Message-ID"])

    async def find(self, mail: Mail) -> Receipt | None:
        """For `check`: nobody can be asked. The mail is sent again with its Message-ID, and known by it."""
        return None

    def greet(self) -> str:
        """Log in and leave again; says where. Raises what `send` raises."""
        with self._client() as client:
            client.noop()
        return f"{self._rules.host}:{self._rules.at} answers"

    def message_id(self, mail: Mail) -> str:
        """The same for the same mail, and not to be guessed from what the mail says."""
        domain = self._rules.sender.rpartition("@")[2]
        return f"<{self._codec.fingerprint(mail.known_by).hex()}@{domain}>"

    @cached_property
    def _codec(self) -> Codec:
        return codec_of(self._settings)

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(policy=WIRE)
        message["From"] = self._rules.sender
        message["To"] = ", ".join(mail.to)
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = self.message_id(mail)
        message["Auto-Submitted"] = "auto-generated"  # so that no absence note is answered to a robot
        message.set_content(mail.text, cte="quoted-printable")
        if isinstance(mail, PageMail):
            message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        return message

    def _deliver(self, mail: Mail, message: EmailMessage) -> None:
        """Every address is asked for before the text is sent: it goes to all of them or to none."""
        with self._client() as client:
            code, said = client.mail(self._rules.sender)
            if code >= REFUSED and code != LOGIN_WANTED:
                raise SettingsError(
                    f"The mail server does not take mail from {self._rules.sender} ({code} {_text(said)}).",
                    "Correct mail.sender.",
                )
            _require_taken(code, said)
            for address in mail.to:
                code, said = client.rcpt(address)
                if code >= REFUSED and code != LOGIN_WANTED:
                    raise AddressRefused(address, f"{code} {_text(said)}")
                _require_taken(code, said)
            _require_taken(*client.data(message.as_bytes()))

    @contextmanager
    def _client(self) -> Iterator[smtplib.SMTP]:
        """A session with the server, logged in; its own errors as ours."""
        where = f"{self._rules.host}:{self._rules.at}"
        try:
            client = self._connected()
            try:
                if self._rules.security == "starttls":
                    client.starttls(context=ssl.create_default_context())
                if self._rules.username is not None and self._rules.password is not None:
                    client.login(self._rules.username, self._rules.password.get_secret_value())
                client.ehlo_or_helo_if_needed()
                yield client
            finally:
                with suppress(OSError):  # what is taken is taken, whether it answers the good-bye or not
                    client.quit()
                client.close()
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < REFUSED:
                raise SystemUnavailable(
                    f"The mail server {where} lets nobody in now.", "It is tried again."
                ) from None
            raise LoginRefused(
                f"The mail server {where} does not accept the login ({error.smtp_code}).",
                "Correct mail.username and mail.password.",
            ) from None  # the answer may repeat what was sent
        except smtplib.SMTPNotSupportedError as error:
            raise SettingsError(f"The mail server {where}: {error}", "Correct mail.security or mail.port.") from error
        except OSError as error:  # smtplib's own errors are of this kind too
            raise SystemUnavailable(
                f"The mail server {where} does not answer as it should: {error}.",
                "It is tried again; if it stays so, check [mail] and the network.",
            ) from error

    def _connected(self) -> smtplib.SMTP:
        host, port, seconds = self._rules.host, self._rules.at, self._rules.timeout_seconds
        if self._rules.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=seconds, context=ssl.create_default_context())
        return smtplib.SMTP(host, port, timeout=seconds)


def _require_taken(code: int, said: bytes) -> None:
    if code in TAKEN:
        return
    told = f"{code} {_text(said)}"
    if code == LOGIN_WANTED:
        raise LoginRefused(f"The mail server wants a login ({told}).", "Set mail.username and mail.password.")
    if code >= REFUSED:
        raise Failure(f"The mail server does not want the mail ({told}).", "Ask those who run the mail server.")
    raise SystemUnavailable(f"The mail server cannot take the mail now ({told}).", "It is tried again.")


def _text(said: bytes) -> str:
    return " ".join(said.decode("utf-8", errors="replace").split())
