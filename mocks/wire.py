"""Where faults meet the network: late answers, error pages and connections that break.

`FaultyWire` wraps the application for the faults that strike any request. `Cut` is an answer that is none: it
resets the connection under the request, which `AbortableProtocol` lets it reach.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys

from fastapi.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from mocks.faults import PREFIXES, Faults, Kind

_TRANSPORT = "mocks.transport"
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

_ERROR_PAGE = """<!DOCTYPE html><html lang="da"><head><title>500 - Intern serverfejl</title></head>
<body style="font-family: Verdana, sans-serif; font-size: 12px"><h1>Serverfejl i programmet</h1><hr>
<h2><i>Der opstod en uventet fejl under behandlingen af forespørgslen.</i></h2>
<p>Kontakt Servicedesk, hvis fejlen fortsætter.</p></body></html>"""

_LOCKED_PAGE = """<!DOCTYPE html><html lang="da"><head><title>Adgang spærret</title></head>
<body style="font-family: Verdana, sans-serif; font-size: 12px"><h1>Din adgang er spærret</h1>
<p>Brugeren har foretaget for mange kald. Vent, eller kontakt systemadministratoren.</p></body></html>"""


class AbortableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, answering at once, whose requests know the transport that they came by."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio does so only for sockets it opened itself; else every kept connection waits 40 ms for each answer.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        served = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[_TRANSPORT] = transport
            await served(scope, receive, send)

        self.app = with_transport


class Cut(Response):
    """Resets the connection: the client gets not one byte."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport: asyncio.Transport = scope["extensions"][_TRANSPORT]
        # Without lingering the close is a reset; else the client would see an orderly end.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass  # what is left of the request; uvicorn answers a request that ends while still connected


class FaultyWire:
    """The application behind a network and a server that have bad days."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(tuple(PREFIXES.values())):
            await self._app(scope, receive, send)
            return
        with self._faults.call(scope["path"]) as locked_out:
            if locked_out:
                await HTMLResponse(_LOCKED_PAGE, status_code=429)(scope, receive, send)
            else:
                await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if late := self._faults.strike(Kind.LATENCY, path):
            await asyncio.sleep(late.ms / 1000)
        if self._faults.strike(Kind.ERROR_500, path):
            await HTMLResponse(_ERROR_PAGE, status_code=500)(scope, receive, send)
            return
        if slow := self._faults.strike(Kind.SLOW_ANSWER, path):
            send = _slowly(send, slow.ms / 1000)
        await self._app(scope, receive, send)


def _slowly(send: Send, seconds: float) -> Send:
    """A `send` that keeps the second half of each piece of the answer's body back for a while."""

    async def slow(message: Message) -> None:
        body = message.get("body", b"")
        if message["type"] != "http.response.body" or not body:
            await send(message)
            return
        half = len(body) // 2
        await send({**message, "body": body[:half], "more_body": True})
        await asyncio.sleep(seconds)
        await send({**message, "body": body[half:]})

    return slow
