"""The municipality's own login: OpenID Connect with the code flow, PKCE, state and nonce. Knows no pages.

The provider is asked for its addresses and keys when somebody first logs in, and again after an hour or when a token
is signed by a key that is not known. A token counts if it was signed by a public key, for us and for this very login.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749.parameters import parse_authorization_code_response, prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import Token
from pydantic import BaseModel, ValidationError

from bots_common.errors import NotAdmitted, SettingsError, SystemUnavailable
from bots_common.roles import Grant
from bots_common.web_settings import OidcSettings
from bots_common.work.database import Clock

ModelT = TypeVar("ModelT", bound=BaseModel)

SCOPE: Final = "openid profile email"
SIGNED_BY: Final = ["RS256", "PS256", "ES256", "EdDSA"]
"""Never by a secret that we hold ourselves, and never not at all."""
SKEW: Final = 60
"""Seconds that the provider's clock may be off."""
KNOWN_FOR: Final = timedelta(hours=1)
TIME_TO_LOG_IN: Final = timedelta(minutes=10)
SECONDS: Final = 10
BASIC: Final = "client_secret_basic"


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that has begun in a browser, which keeps it sealed until the provider sends it back."""

    state: str
    nonce: str
    verifier: str
    next: str
    until: float

    def fields(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is, and the roles that the settings give for it."""

    issuer: str
    subject: str
    name: str
    display: str
    grants: frozenset[Grant]


class _Discovered(BaseModel):
    """What the provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = [BASIC]


class _Answered(BaseModel):
    """What the provider gives for a code."""

    id_token: str
    access_token: str | None = None


class Provider:
    """The provider of the settings, as its client sees it. Raises SettingsError for a role that there is not."""

    def __init__(self, rules: OidcSettings, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock
        self._roles = {value: _grants(value, given) for value, given in rules.roles.items()}
        self._known: tuple[datetime, _Discovered] | None = None
        self._keys: KeySet | None = None

    def begin(self, back: str, next: str) -> tuple[str, Begun]:
        """The address that the browser goes to, and what it keeps meanwhile. `back` is where it comes back to."""
        until = (self._clock() + TIME_TO_LOG_IN).timestamp()
        begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), next, until)
        address: str = prepare_grant_uri(
            self._provider().authorization_endpoint,
            client_id=self._rules.client_id,
            response_type="code",
            redirect_uri=back,
            scope=SCOPE,
            state=begun.state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.verifier),
            code_challenge_method="S256",
        )
        return address, begun

    def finish(self, begun: Begun, came_back: str, back: str) -> Identity:
        """Who has logged in, from the address by which the browser came back.

        Raises NotAdmitted where it is not this login's, and SystemUnavailable where the provider does not answer.
        """
        if self._clock().timestamp() > begun.until:
            raise NotAdmitted("The login took too long.", "Begin again.")
        try:
            code = parse_authorization_code_response(came_back, begun.state)["code"]
        except OAuth2Error as error:
            raise NotAdmitted(f"The login was not finished: {error.error}.", "Begin again.") from error
        answered = self._exchange(code, begun.verifier, back)
        return self._identity(self._claims(answered, begun.nonce))

    # -- the provider -------------------------------------------------------------------------------------

    def _provider(self) -> _Discovered:
        if self._known is None or self._clock() - self._known[0] > KNOWN_FOR:
            address = f"{self._rules.issuer.rstrip('/')}/.well-known/openid-configuration"
            told = _read(_Discovered, _answer("GET", address))
            if told.issuer != self._rules.issuer:
                raise SystemUnavailable(
                    f"The login at {self._rules.issuer} calls itself {told.issuer}.", "Correct web.oidc.issuer."
                )
            self._known, self._keys = (self._clock(), told), None
        return self._known[1]

    def _key_set(self, *, afresh: bool = False) -> KeySet:
        provider, keys = self._provider(), self._keys
        if keys is None or afresh:
            answer = _answer("GET", provider.jwks_uri)
            try:
                self._keys = keys = KeySet.import_key_set(answer.json())
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise _nonsense(answer) from error
        return keys

    def _exchange(self, code: str, verifier: str, back: str) -> _Answered:
        provider = self._provider()
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        client, secret = self._rules.client_id, self._rules.client_secret.get_secret_value()
        if BASIC in provider.token_endpoint_auth_methods_supported:
            answer = _answer("POST", provider.token_endpoint, data=fields, auth=(quote(client), quote(secret)))
        else:
            fields |= {"client_id": client, "client_secret": secret}
            answer = _answer("POST", provider.token_endpoint, data=fields)
        return _read(_Answered, answer)

    def _claims(self, answered: _Answered, nonce: str) -> Mapping[str, Any]:
        try:
            token = self._decoded(answered.id_token)
            expected = {
                "iss": {"essential": True, "value": self._rules.issuer},
                "aud": {"essential": True, "value": self._rules.client_id},
                "sub": {"essential": True, "allow_blank": False},
            }
            known = {"nonce": nonce, "client_id": self._rules.client_id, "access_token": answered.access_token}
            claims = CodeIDToken(token.claims, token.header, options=expected, params=known)
            claims.validate(now=int(self._clock().timestamp()), leeway=SKEW)
        except (JoseError, ValueError) as error:
            raise NotAdmitted(f"The login's token is not valid: {type(error).__name__}.", "Begin again.") from error
        return token.claims

    def _decoded(self, token: str) -> Token:
        try:
            return jwt.decode(token, self._key_set(), algorithms=SIGNED_BY)
        except (JoseError, ValueError):  # it may be signed by a key that the provider has taken into use since
            return jwt.decode(token, self._key_set(afresh=True), algorithms=SIGNED_BY)

    # -- who it is ----------------------------------------------------------------------------------------

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        values = claims.get(self._rules.claim, [])
        given = {values} if isinstance(values, str) else {it for it in values if isinstance(it, str)}
        grants = frozenset(grant for value in given for grant in self._roles.get(value, ()))
        name = str(claims.get("preferred_username") or claims.get("email") or "")
        return Identity(self._rules.issuer, str(claims["sub"]), name, str(claims.get("name") or ""), grants)


def _grants(value: str, given: Iterable[str]) -> frozenset[Grant]:
    try:
        return frozenset(Grant.parse(text) for text in given)
    except ValueError as error:
        raise SettingsError(f"web.oidc.roles.{value}: {error}.", "Write a role, or role:robot.") from error


def _answer(method: str, address: str, **sent: Any) -> httpx.Response:
    try:
        answer = httpx.request(method, address, timeout=SECONDS, **sent)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SystemUnavailable(f"{address} does not answer: {type(error).__name__}.", "Try again later.") from error
    if answer.status_code == HTTPStatus.BAD_REQUEST and method == "POST":
        raise NotAdmitted(f"{address} does not take the code.", "Begin again.")
    if not answer.is_success:
        raise SystemUnavailable(f"{address} answers {answer.status_code}.", "Try again later.")
    return answer


def _read(model: type[ModelT], answer: httpx.Response) -> ModelT:
    try:
        return model.model_validate_json(answer.content)
    except ValidationError as error:
        raise _nonsense(answer) from error


def _nonsense(answer: httpx.Response) -> SystemUnavailable:
    return SystemUnavailable(f"{answer.url} does not answer as a login does.", "Check web.oidc.issuer.")
