"""What the doctor sees in a database: who is at work, what is planned, and what nobody has seen to."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import pytest

from bots_common.errors import KollegaError, SettingsError
from bots_common.settings import GivenSettings, UpSettings
from bots_common.work import Codec, Store
from bots_common.work.copies import CopyKind
from bots_common.work.database import utc_now
from bots_common.work.runs import SCHEDULER
from bots_common.work.system_records import Health
from kollega import vitals
from kollega.vitals import Worry
from tests.conftest import KEY

DAILY = '[schedules.mornings]\nrobot = "invoices"\nwhen = "cron 30 6 * * *"\n'


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> GivenSettings:
    return GivenSettings(folder=tmp_path, database=database_url, schedules=tmp_path / "schedules.toml")


def health(name: str, program: str) -> Health:
    return Health(name, "pc-1", program, ("invoices",), in_hand=0, handled=0, idle_seconds=None)


def test_workers_are_counted_and_another_version_is_told(store: Store, settings: GivenSettings) -> None:
    assert vitals.workers(settings, store) == Worry(
        "none is at work", "Start `kollega up`, or `kollega work` where a browser is."
    )
    store.fleet.report(health("a", version("kollega")))
    assert vitals.workers(settings, store) == "1 at work, all of this version"
    store.fleet.report(health("b", "0.0.9"))
    said = vitals.workers(settings, store)
    assert isinstance(said, Worry) and "2 at work, some of version 0.0.9" in said.says


def test_schedules_without_a_scheduler_are_told(store: Store, settings: GivenSettings) -> None:
    said = vitals.schedules(settings, store)
    assert isinstance(said, Worry) and "nothing begins by itself" in said.says
    settings.schedules.write_text(DAILY, encoding="utf-8")
    said = vitals.schedules(settings, store)
    assert isinstance(said, Worry) and said.says == "1 schedules, and no scheduler is running"
    store.runs.elect(SCHEDULER, "pc-1/1/a", timedelta(minutes=1))
    assert vitals.schedules(settings, store) == "1 schedules, planned by pc-1/1/a"
    settings.schedules.write_text(DAILY.replace("cron", "corn"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"schedules\.mornings\.when"):
        vitals.schedules(settings, store)


def test_a_backup_that_is_old_or_was_never_made_is_told(settings: GivenSettings, database_url: str) -> None:

    late = timedelta()
    store = Store.open(database_url, Codec(KEY), clock=lambda: utc_now() + late)
    try:
        never = vitals.backups(settings, store)
        assert isinstance(never, Worry) and never.says == "there has never been one"
        store.copies.note(CopyKind.BACKUP, "anna")
        fresh = vitals.backups(settings, store)
        assert isinstance(fresh, str) and fresh.endswith("by anna")
        late = timedelta(days=3)
        assert isinstance(vitals.backups(settings, store), Worry)
    finally:
        store.close()


def test_the_clocks_of_machine_and_database_are_compared(settings: GivenSettings, database_url: str) -> None:

    store = Store.open(database_url, Codec(KEY), clock=lambda: utc_now() + timedelta(minutes=5))
    try:
        if database_url.startswith("sqlite"):
            assert "one clock for all" in str(vitals.clock(settings, store))
        else:
            with pytest.raises(KollegaError, match=r"are 300\.. s apart|are 299\.. s apart"):
                vitals.clock(settings, store)
    finally:
        store.close()


def test_a_folder_that_is_none_takes_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file", encoding="utf-8")
    with pytest.raises(KollegaError, match="Nothing can be written in"):
        vitals.evidence(GivenSettings(folder=tmp_path))


def test_pages_that_nobody_serves_are_a_worry_and_behind_a_public_address_an_error() -> None:
    nobody = GivenSettings(up=UpSettings(port=9))
    assert isinstance(vitals.pages(nobody), Worry)
    public = nobody.web.model_copy(update={"public_url": "https://127.0.0.1:9"})
    with pytest.raises(KollegaError, match=r"Check web\.public_url"):
        vitals.pages(nobody.model_copy(update={"web": public}))


@pytest.mark.parametrize(("languages", "well"), [(None, False), (["eng"], False), (["dan", "eng"], True)])
def test_tesseract_must_read_danish(languages: list[str] | None, well: bool) -> None:
    assert isinstance(vitals.tesseract(languages), str) is well
