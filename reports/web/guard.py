"""Who may reach the pages, and what a browser may do with them.

There is no login yet, so the pages are served to this machine alone: no other address is listened on, and a request
that names another host is refused, because a foreign web site may point its own name at 127.0.0.1.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Final

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bots_common.errors import SettingsError

LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

EVIDENCE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""For a page kept as evidence: a stranger's HTML, which may be looked at in a frame of ours and do nothing."""


def protect(app: FastAPI) -> None:
    """Refuse foreign hosts, and send every answer with the headers, where it has none of its own."""

    async def with_headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    app.middleware("http")(with_headers)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_NAMES, www_redirect=False)


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve the pages until Ctrl-C. Raises SettingsError for a host that is not this machine's own."""
    if not _loopback(host):
        raise SettingsError(
            f"The web pages have no login yet and cannot be served on {host}.",
            "Use 127.0.0.1; from another machine, reach it by an SSH tunnel.",
        )
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
