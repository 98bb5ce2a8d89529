"""The town's mail server: takes every mail that is handed to it, and keeps it as an act in the town's ledger.

An act "mail" of the system "post_office" has to, subject, text and message_id, and says with `again` whether a mail
with that Message-ID had come before; its user is the sender. Nothing leaves this machine.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from mocks import ledger, state

_HOST = "127.0.0.1"
_NAME = "post.kommune.example"


class PostOffice:
    """What aiosmtpd asks when a mail has come, over the town's file at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's
        """Answer the mail once it is in the ledger."""
        message = message_from_bytes(envelope.original_content or b"", policy=default)
        body = message.get_body(("plain",))
        fields = {
            "to": envelope.rcpt_tos,
            "subject": str(message["Subject"] or ""),
            "text": body.get_content() if body is not None else "",
            "message_id": str(message["Message-ID"] or ""),
        }
        # A connection of its own: the one of the web pages belongs to their thread.
        with (
            closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as connection,
            state.transaction(connection),
        ):
            again = _had(connection, fields["message_id"])
            told = {**fields, "again": again}
            ledger.append(connection, system="post_office", user=envelope.mail_from or "", act="mail", fields=told)
        return "250 OK"


@contextmanager
def opened(path: Path, port: int = 0) -> Iterator[str]:
    """A post office in a thread of its own until the block ends; the address where it answers, as host:port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="post office", daemon=True)
    thread.start()
    handler = PostOffice(path)

    async def begin() -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(handler, hostname=_NAME, loop=loop), _HOST, port)

    async def end() -> None:
        server.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:  # conversations that are still open
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    try:
        server = asyncio.run_coroutine_threadsafe(begin(), loop).result()
        try:
            yield f"{_HOST}:{server.sockets[0].getsockname()[1]}"
        finally:
            asyncio.run_coroutine_threadsafe(end(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _had(connection: sqlite3.Connection, message_id: object) -> bool:
    sql = "select exists (select 1 from acts where act = 'mail' and json_extract(fields, '$.message_id') = ?)"
    return bool(connection.execute(sql, (message_id,)).fetchone()[0])
