"""Backup and restoration on both databases: all is there again, nothing is done twice, and the key stays out."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots_common import backup
from bots_common.autonomy import Level
from bots_common.errors import KollegaError, SettingsError, StoreError
from bots_common.evidence import EVIDENCE, EvidenceFolder
from bots_common.handling import Outcome
from bots_common.settings import GivenSettings, Settings, WorkerSettings
from bots_common.work import Codec, ItemStory, State, Store, dump
from bots_common.work.copies import CopyKind
from bots_common.worker import Told, Worker
from tests import postgres, tally
from tests.conftest import KEY
from tests.handled import keep_evidence
from tests.tally import Tally, witnessed

CASES = [f"case-{number}" for number in range(60)]
PAGE = b"<h1>Bilag</h1>"


@dataclass
class House:
    """An installation with the tally robot in it; `again` is where it is restored to."""

    settings: Settings
    again: Settings
    store: Store
    codec: Codec

    @property
    def witness(self) -> Path:
        return Path(self.settings.robots["tally"]["witness"])

    async def find(self) -> None:
        self.store.levels.set("tally", Level.AUTO, "anna", "for this test")
        await self.worker(self.store).find()

    def worker(self, store: Store, told: Told | None = None) -> Worker:
        return Worker(store, self.codec, [Tally(self.settings)], self.settings, told)

    def back_up(self, folder: Path) -> backup.Manifest:
        return backup.make(self.store, self.codec, self.settings, folder, version="0.1.0", who="anna")

    def stories(self, store: Store) -> list[ItemStory]:
        return [store.reading.story(item.id) for item in store.reading.items(limit=1000)]


@pytest.fixture
def house(database_url: str, tmp_path: Path, codec: Codec, request: pytest.FixtureRequest) -> Iterator[House]:
    if database_url.startswith("sqlite"):
        url, other = "", ""
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        url, other = database_url, server.new_database()
    key = base64.urlsafe_b64encode(KEY).decode()
    rules = WorkerSettings(poll_seconds=0.01, retry_seconds=0.01, lease_seconds=1)
    given = {"key": key, "robots": tally.settings_of(tmp_path), "worker": rules}
    (tmp_path / "cases.txt").write_text(" ".join(CASES), encoding="utf-8")
    settings = GivenSettings(folder=tmp_path / "var", database=url, **given)
    again = GivenSettings(folder=tmp_path / "again", database=other, **given)
    with closing(Store.open(settings.database_url, codec)) as store:
        yield House(settings, again, store, codec)


async def test_a_backup_beside_live_work_is_whole_and_nothing_is_done_twice_after_it(
    house: House, tmp_path: Path, codec: Codec
) -> None:
    await house.find()
    amid, outcomes = asyncio.Event(), list[Outcome]()

    def told(outcome: Outcome) -> None:
        outcomes.append(outcome)
        if len(outcomes) == len(CASES) // 4:
            amid.set()

    working = asyncio.create_task(house.worker(house.store, told).work(until_empty=True))
    await amid.wait()
    made = await asyncio.to_thread(house.back_up, tmp_path / "backup")
    await working
    assert len(witnessed(house.witness)) == len(CASES)

    backup.restore(house.again, tmp_path / "backup", who="anna")
    with closing(Store.open(house.again.database_url, codec)) as store:
        states = store.reading.by_state("tally")
        assert sum(states.values()) == made.items == len(CASES)
        assert states[State.DONE] < len(CASES), "the backup was made amid the work"
        store.take_over_expired(max_takeovers=100)
        await house.worker(store).work(until_empty=True)
        assert store.reading.by_state("tally") == {State.DONE: len(CASES)}
        effects = [row for story in house.stories(store) for row in story.effects]
        assert sorted(row.receipt.number for row in effects if row.receipt) == sorted(CASES)
    assert sorted(witnessed(house.witness)) == sorted(CASES), "the robot's check found what was done after the backup"


async def test_every_item_effect_and_piece_of_evidence_is_there_again(house: House, tmp_path: Path) -> None:
    await house.find()
    await house.worker(house.store).work(until_empty=True)
    item = house.store.reading.items(limit=1)[0]
    keep_evidence(house.store, house.codec, house.settings.folder, item.id, "write", "page", PAGE)
    house.store.accounts.add("anna", "Anna Hansen", "admin")
    before = house.stories(house.store)
    house.back_up(tmp_path / "backup")
    backup.restore(house.again, tmp_path / "backup", who="birgit")
    with closing(Store.open(house.again.database_url, house.codec)) as store:
        assert house.stories(store) == before
        (kept,) = store.reading.story(item.id).evidence
        folder = EvidenceFolder(house.again.folder / EVIDENCE, house.codec, store.ledger)
        assert folder.open(kept.file) == PAGE
        assert [account.name for account in store.accounts.all()] == ["anna"]
        restored = store.copies.latest(CopyKind.RESTORE)
        assert restored is not None and restored.who == "birgit"
    assert house.store.copies.latest(CopyKind.BACKUP) is not None
    assert house.store.copies.latest(CopyKind.RESTORE) is None


async def test_the_key_is_in_no_file_of_a_backup(house: House, tmp_path: Path) -> None:
    await house.find()
    house.settings.folder.mkdir(exist_ok=True)
    (house.settings.folder / "kollega.key").write_bytes(base64.urlsafe_b64encode(KEY))
    house.back_up(tmp_path / "backup")
    files = [file for file in (tmp_path / "backup").rglob("*") if file.is_file()]
    assert {"SHA256SUMS", "manifest.json"} < {file.name for file in files}
    for file in files:
        held = file.read_bytes()
        assert KEY not in held
        assert base64.urlsafe_b64encode(KEY) not in held
        assert KEY.hex().encode() not in held


# -- what is refused ----------------------------------------------------------------------------------------------


def test_a_backup_goes_into_a_new_folder(house: House, tmp_path: Path) -> None:
    house.back_up(tmp_path / "backup")
    with pytest.raises(StoreError, match="is not empty"):
        house.back_up(tmp_path / "backup")


def test_nothing_is_restored_over_what_is_there(house: House, tmp_path: Path) -> None:
    house.back_up(tmp_path / "backup")
    with pytest.raises(StoreError, match=r"There is a database already|The database is not empty"):
        backup.restore(house.settings, tmp_path / "backup", who="anna")
    leftover = house.again.folder / EVIDENCE / "ab" / "cd.sealed"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"of somebody else")
    with pytest.raises(StoreError, match="There is evidence already"):
        backup.restore(house.again, tmp_path / "backup", who="anna")
    dump.require_empty(house.again.database_url)


def _damage(folder: Path) -> None:
    (file,) = [file for file in folder.iterdir() if file.name.startswith("kollega.")]
    file.write_bytes(file.read_bytes()[:-1] + b"?")


def _lose(folder: Path) -> None:
    next((folder / EVIDENCE).rglob("*.sealed")).unlink()


def _break_off(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _forge(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "items": 7}), encoding="utf-8")


def _of_the_future(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "schema_revision": "9999"}), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_damage, "is missing or damaged"),
        (_lose, "is missing or damaged"),
        (_break_off, "or one that was broken off"),
        (_forge, "has been changed since"),
        (_of_the_future, "Install that version"),
    ],
)
def test_a_backup_that_is_not_whole_is_not_restored(house: House, tmp_path: Path, spoil: object, says: str) -> None:
    assert callable(spoil)
    (file := house.settings.folder / EVIDENCE / "ab" / "cd.sealed").parent.mkdir(parents=True)
    file.write_bytes(house.codec.seal(PAGE))
    house.back_up(tmp_path / "backup")
    spoil(tmp_path / "backup")
    with pytest.raises(StoreError, match=says):
        backup.restore(house.again, tmp_path / "backup", who="anna")
    dump.require_empty(house.again.database_url)
    assert not (house.again.folder / EVIDENCE).exists()


def test_another_key_or_none_is_refused(house: House, tmp_path: Path) -> None:
    house.back_up(tmp_path / "backup")
    other = house.again.model_copy(update={"key": None})
    with pytest.raises(SettingsError, match="is missing: it is in no backup"):
        backup.restore(other, tmp_path / "backup", who="anna")
    assert not (other.folder / "kollega.key").exists(), "no new key is made"
    other.folder.mkdir(exist_ok=True)
    (other.folder / "kollega.key").write_bytes(base64.urlsafe_b64encode(bytes(32)))
    with pytest.raises(SettingsError, match="sealed with another key"):
        backup.restore(other, tmp_path / "backup", who="anna")


def test_a_backup_of_the_other_kind_of_database_is_refused(house: House, tmp_path: Path) -> None:
    kind = house.back_up(tmp_path / "backup").database
    url = "postgresql://kollega@127.0.0.1:1/none" if kind == "sqlite" else f"sqlite:///{tmp_path / 'new.db'}"
    with pytest.raises(SettingsError, match=f"is of a {kind} database"):
        backup.restore(house.again.model_copy(update={"database": url}), tmp_path / "backup", who="anna")


def test_without_postgresqls_programs_it_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dump, "_DEBIAN", tmp_path)
    with pytest.raises(KollegaError) as told:
        dump.dump("postgresql://kollega:hemmeligt@db.example/kollega", tmp_path / "kollega.dump")
    assert "apt-get install postgresql-client" in told.value.mend
    assert "pg_dump --format=custom --file=kollega.dump postgresql://kollega@db.example/kollega" in told.value.mend
    assert "hemmeligt" not in str(told.value)
