"""`kollega doctor` where everything is as it should be: a robot that is not used here is no trouble."""

from __future__ import annotations

from pathlib import Path

from kollega.doctor import examine
from tests.town_at_work import town_at_work


def test_every_line_is_green_beside_a_running_town(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=1, size=20) as town:
        findings = list(examine(town.settings))
    assert [it.says for it in findings if not it.well] == []
    assert [it.what for it in findings] == [
        "key",
        "database",
        "screens",
        "browser",
        "robot invoices",
        "system finance",
        "system grants",
    ]
