"""The truth about the inbox as a JSON file, for tests alone: no robot may reach it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter

from mocks.town.model import Truth

_TRUTHS = TypeAdapter(list[Truth])


def write(path: Path, truths: Iterable[Truth]) -> None:
    keep(path, _TRUTHS.dump_json(list(truths), indent=1))


def read(path: Path) -> list[Truth]:
    return _TRUTHS.validate_json(path.read_bytes())


def keep(path: Path, content: bytes) -> None:
    """Writes what only the file's owner may read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)
