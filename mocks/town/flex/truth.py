"""The truth about the flex cases as a JSON file, for tests alone: no robot may reach it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter

from mocks.town.flex.model import FlexTruth
from mocks.town.truth import keep

_TRUTHS = TypeAdapter(list[FlexTruth])


def write(path: Path, truths: Iterable[FlexTruth]) -> None:
    keep(path, _TRUTHS.dump_json(list(truths), indent=1))


def read(path: Path) -> list[FlexTruth]:
    return _TRUTHS.validate_json(path.read_bytes())
