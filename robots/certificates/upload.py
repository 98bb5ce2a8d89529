"""The file that a person uploads in the police's portal: a line for each person, as the portal reads it."""

from __future__ import annotations

from collections.abc import Sequence

from robots.systems.portal import CertificateRequest

MEDIA_TYPE = "text/csv"


def lines(requests: Sequence[CertificateRequest]) -> bytes:
    """`ddmmååssss;Navn`, a line each, without a heading."""
    return "".join(f"{it.cpr.digits};{it.name}\n" for it in requests).encode()
