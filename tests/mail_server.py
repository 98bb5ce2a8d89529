"""A real SMTP server for tests, which says what the test wants it to say, with a certificate of its own."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
LOGIN = LoginPassword(b"robot", b"correct horse battery")


@dataclass
class Server:
    """What was taken, and what the server answers: to a sender, to addresses, to a text, to good-bye."""

    port: int
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    sender: str = ""
    addresses: dict[str, str] = field(default_factory=dict)
    text: str = "250 OK"
    bye: str = "221 Bye"

    async def handle_MAIL(  # noqa: N802  this name and the others are aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.sender or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.addresses:
            return self.addresses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.text.startswith("250"):
            message = message_from_bytes(envelope.original_content or b"", policy=default)
            self.taken.append((envelope.rcpt_tos, message))
        return self.text

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self.bye


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mail_server(certificate: Path | None = None, *, tls: bool = False) -> Iterator[Server]:
    """A server that runs until the block ends; with a certificate it offers STARTTLS, or TLS, and asks for LOGIN."""
    server = Server(free_port())
    given: dict[str, Any] = {"hostname": HOST, "port": server.port, "ready_timeout": 60}
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        given |= {"auth_required": True, "authenticator": _authenticator, "auth_require_tls": not tls}
        given |= {"ssl_context": context} if tls else {"tls_context": context}
    controller = Controller(server, **given)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def make_certificate(file: Path) -> Path:
    """A certificate for this machine with its key, both in one file; whoever trusts the file trusts the server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of a test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + pem)
    return file


def _authenticator(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data == LOGIN, handled=False)
