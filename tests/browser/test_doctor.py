"""`kollega doctor` where everything is as it should be: a robot that is not used here is no trouble."""

from __future__ import annotations

from pathlib import Path

from bots_common.settings import UpSettings
from kollega.doctor import Grade, examine
from tests.town_at_work import town_at_work

NOBODYS = 9
"""A port at which nobody serves pages, whatever else runs on this machine."""


def test_every_line_is_green_beside_a_running_town(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=1, size=20) as town:
        findings = list(examine(town.settings.model_copy(update={"up": UpSettings(port=NOBODYS)})))
    assert [it.says for it in findings if it.grade is Grade.ERROR] == []
    assert [it.what for it in findings if it.grade is Grade.OK] == [
        "key",
        "database",
        "clock",
        "screens",
        "evidence",
        "browser",
        "robot invoices",
        "system finance",
        "system grants",
    ]
    worries = {it.what: it.mend for it in findings if it.grade is Grade.WARNING}
    assert set(worries) == {"workers", "schedules", "backup", "web pages"}
    assert all(worries.values()), "each says what to do next"
