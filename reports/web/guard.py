"""Who may reach the pages, and what a browser may do with them.

Without a `public_url` they are served to this machine alone: no other address is listened on, and a request that
names another host is refused, because a foreign web site may point its own name at 127.0.0.1.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Final

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bots_common.errors import SettingsError
from bots_common.web_settings import WebSettings

LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with less a browser does not say where a form comes from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

EVIDENCE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""For a page kept as evidence: a stranger's HTML, which may be looked at in a frame of ours and do nothing."""

CHART_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""For a picture of ours: its style stands in it, so that it follows the reader's light or dark mode."""


def protect(app: FastAPI, rules: WebSettings) -> None:
    """Refuse foreign hosts, and send every answer with the headers, where it has none of its own."""
    headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if rules.public_url else {})
    hosts = [*LOOPBACK_NAMES, *([rules.public_host] if rules.public_host else [])]

    async def with_headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await answer(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    app.middleware("http")(with_headers)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)


def serve(app: FastAPI, rules: WebSettings, host: str, port: int) -> None:
    """Serve the pages until Ctrl-C. Raises SettingsError for a host that is not this machine's own without https."""
    if not _loopback(host) and rules.public_url is None:
        raise SettingsError(
            f"The web pages cannot be served on {host}: passwords would go through the network readable.",
            "Set web.public_url to the https address of a proxy before them, or use 127.0.0.1.",
        )
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
