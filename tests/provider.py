"""A small real OpenID provider on this machine, for tests: it checks what clients send, and misbehaves on demand."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import stamina
import uvicorn
from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.security.utils import get_authorization_scheme_param
from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT = "kollega"
SECRET = "a secret: of the client"
PAGE = """<!doctype html><html lang="en"><title>Municipality</title><h1>Municipality</h1>
<form method="post">{fields}<label>Name <input name="user"></label><button>Sign in</button></form>"""


@dataclass
class Provider:
    """`claims` is what it says of each user, `spoil` what it does to a token's claims before it signs them."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    issuer: str = ""
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    spoil: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    key: ECKey = field(default_factory=lambda: new_key())
    signs_with: Any = None
    algorithm: str = "ES256"
    broken: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def token(self, asked: dict[str, str]) -> str:
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = self.spoil(claims | {"sub": asked["user"]} | self.claims.get(asked["user"], {}))
        key = self.signs_with or self.key
        header = {"alg": self.algorithm} | ({"kid": key.kid} if isinstance(key, ECKey) else {})
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])

    async def signs_in(self, address: str, user: str) -> str:
        """What a browser does at the address that a client sent it to: returns where the provider sends it back."""
        query = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
        async with httpx.AsyncClient() as browser:
            shown = await browser.get(address)
            assert shown.status_code == 200, shown.text
            answer = await browser.post(f"{self.issuer}/authorize", data=query | {"user": user})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


def new_key() -> ECKey:
    key = ECKey.generate_key("P-256", private=True)
    key.ensure_kid()
    return key


@contextmanager
def provider(clock: Callable[[], datetime] | None = None) -> Iterator[Provider]:
    """The provider, serving."""
    it = Provider(clock) if clock else Provider()
    server = uvicorn.Server(uvicorn.Config(_app(it), port=0, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for attempt in stamina.retry_context(on=AssertionError, attempts=None, timeout=10, wait_max=0.05):
        with attempt:
            assert server.started
    it.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield it
    finally:
        server.should_exit = True
        thread.join(10)


def _app(it: Provider) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def discovery() -> dict[str, Any]:
        if it.broken:
            raise HTTPException(503)
        return {
            "issuer": it.issuer,
            "authorization_endpoint": f"{it.issuer}/authorize",
            "token_endpoint": f"{it.issuer}/token",
            "jwks_uri": f"{it.issuer}/jwks",
        }

    @app.get("/jwks")
    def jwks() -> dict[str, Any]:
        return {"keys": [it.key.as_dict(private=False)]}

    @app.get("/authorize")
    def authorize(request: Request) -> HTMLResponse:
        asked = _checked(dict(request.query_params))
        fields = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in asked.items())
        return HTMLResponse(PAGE.format(fields=fields))

    @app.post("/authorize")
    async def signed_in(request: Request) -> RedirectResponse:
        asked = _checked({name: str(value) for name, value in (await request.form()).items()})
        code = secrets.token_urlsafe(16)
        it.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    @app.post("/token")
    def token(
        request: Request,
        grant_type: str = Form(),
        code: str = Form(),
        redirect_uri: str = Form(),
        code_verifier: str = Form(),
    ) -> dict[str, str]:
        scheme, given = get_authorization_scheme_param(request.headers.get("authorization"))
        if (scheme, base64.b64decode(given).decode()) != ("Basic", f"{CLIENT}:a%20secret%3A%20of%20the%20client"):
            raise HTTPException(401)
        asked = it.codes.pop(code, None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
        if (
            asked is None
            or grant_type != "authorization_code"
            or challenge != asked["code_challenge"]
            or redirect_uri != asked["redirect_uri"]
        ):
            raise HTTPException(400, "invalid_grant")
        return {"access_token": "x", "token_type": "Bearer", "id_token": it.token(asked)}

    return app


def _checked(asked: dict[str, str]) -> dict[str, str]:
    """What a provider demands of a client's question."""
    assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT, "code", "S256")
    assert "openid" in asked["scope"].split()
    assert len(asked["state"]) > 30
    assert len(asked["nonce"]) > 30
    return asked
