"""The truth about the flex cases as a JSON file, for tests alone: no robot may reach it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter

from mocks.town.flex.model import FlexTruth

_TRUTHS = TypeAdapter(list[FlexTruth])


def write(path: Path, truths: Iterable[FlexTruth]) -> None:
    """Writes the truths where only the file's owner can read them."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(_TRUTHS.dump_json(list(truths), indent=1))


def read(path: Path) -> list[FlexTruth]:
    return _TRUTHS.validate_json(path.read_bytes())
