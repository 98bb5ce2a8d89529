"""Settings of the web pages, and of the municipality's own login to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from bots_common.sections import Section


def _https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(f"{url!r} is no https address of a machine; an example is 'https://kollega.kommune.example'")
    return url.rstrip("/")


def _issuer(url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost")):
        raise ValueError(f"{url!r} is no https address; an example is 'https://login.kommune.example'")
    return url


class OidcSettings(Section):
    """The municipality's own login (OpenID Connect), where Kollega is the client `client_id`.

    `roles` says what each value of the token's `claim` gives: a role for every robot ("operator") or for one of them
    ("caseworker:invoices"). Whoever has none of these values, and no account, is not let in.
    """

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr
    claim: str = "roles"
    roles: dict[str, tuple[Annotated[str, Field(pattern=r"^[a-z]+(:[a-z0-9_]+)?$")], ...]] = Field(
        default_factory=dict
    )


class WebSettings(Section):
    """The web pages: after how many minutes without a click, and hours in all, a person logs in again.

    `public_url` is the https address by which other machines reach them, through a proxy that speaks TLS; without it
    they are served to this machine alone.
    """

    idle_minutes: float = Field(default=30, gt=0)
    session_hours: float = Field(default=10, gt=0)
    public_url: Annotated[str, AfterValidator(_https)] | None = None
    oidc: OidcSettings | None = None

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def session(self) -> timedelta:
        return timedelta(hours=self.session_hours)

    @property
    def public_host(self) -> str | None:
        """The name of the machine that `public_url` leads to."""
        return urlsplit(self.public_url).hostname if self.public_url else None
