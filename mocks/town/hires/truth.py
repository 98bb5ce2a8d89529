"""The truth about the hires as a JSON file, for tests alone: no robot may reach it."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter

from mocks.town.hires.model import HiresTruth
from mocks.town.truth import keep

_TRUTH = TypeAdapter(HiresTruth)


def write(path: Path, truth: HiresTruth) -> None:
    keep(path, _TRUTH.dump_json(truth, indent=1))


def read(path: Path) -> HiresTruth:
    return _TRUTH.validate_json(path.read_bytes())
