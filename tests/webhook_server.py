"""A channel that takes cards: it keeps what it is sent, and answers what the test wants it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Channel:
    """`raw` is what was taken, byte for byte; `keys` by what each call is known. Nobody is answered before `open`."""

    url: str = ""
    status: int = 202
    raw: list[bytes] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    called: threading.Event = field(default_factory=threading.Event)
    open: threading.Event = field(default_factory=threading.Event)

    def cards(self) -> list[dict[str, Any]]:
        return [json.loads(body)["attachments"][0]["content"] for body in self.raw]

    def texts(self) -> list[list[str]]:
        return [[block["text"] for block in card["body"]] for card in self.cards()]


@contextmanager
def channel() -> Iterator[Channel]:
    made = Channel()
    made.open.set()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.called.set()
            made.open.wait(30)
            if made.status < 400:
                made.raw.append(body)
                made.keys.append(self.headers["Idempotency-Key"])
            self.send_response(made.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    made.url = f"http://127.0.0.1:{server.server_port}/hook/secret-of-the-channel"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.open.set()
        server.shutdown()
        thread.join()
        server.server_close()
