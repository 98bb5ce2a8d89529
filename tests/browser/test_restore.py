"""An installation that is restored from a backup goes on: the systems' own ledgers have nothing twice."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bots_common import backup
from bots_common.work import Store
from tests.town_at_work import town_at_work


async def test_what_was_done_after_the_backup_is_found_in_the_systems_and_not_done_again(tmp_path: Path) -> None:
    with town_at_work(tmp_path / "town", seed=1, size=20) as town:
        await town.worker().find()
        backup.make(town.store, town.codec, town.settings, tmp_path / "backup", version="0.1.0", who="anna")
        await town.worker().work(until_empty=True)
        done = town.acts()
        assert {"post", "mark_paid", "remark"} <= {act.act for act in done}

        lost = town.settings.model_copy(update={"folder": tmp_path / "new"})
        backup.restore(lost, tmp_path / "backup", who="anna")
        with closing(Store.open(lost.database_url, town.codec)) as store:
            again = replace(town, settings=lost, store=store)
            assert store.open_count([town.robot]) == 20
            await again.find_and_work()
            assert [act for act in again.acts() if act not in done] == []
            assert again.disagreements() == [], "items, receipts and reasons are those of the first time"
