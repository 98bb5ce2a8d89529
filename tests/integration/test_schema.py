"""Upgrades while the version before is still at work: what adds comes at once, what takes away waits for a person."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from bots_common.errors import SettingsError, StoreError
from bots_common.work import Codec, NewItem, Store
from bots_common.work.database import Database
from bots_common.work.schema import MIGRATIONS, Schema
from bots_common.work.system_records import Health

MIGRATION = '''"""{what}"""

from alembic import op
import sqlalchemy as sa

revision, down_revision, half = "{revision}", "{before}", "{half}"


def upgrade() -> None:
    {act}
'''
OURS = str(ScriptDirectory(str(MIGRATIONS)).get_current_head())
PRE = ("Notes are kept", "0101", OURS, "pre", 'op.create_table("note", sa.Column("id", sa.Integer()))')
POST = ("Forget the evidence", "0102", "0101", "post", 'op.drop_table("evidence")')
NEXT_PRE = ("Letters are kept", "0103", "0102", "pre", 'op.create_table("letter", sa.Column("id", sa.Integer()))')


class Upgrade:
    """A database of this version, and programs of later ones."""

    def __init__(self, url: str, folder: Path, codec: Codec) -> None:
        self.database = Database(url)
        self._url = url
        self._folder = folder
        self._codec = codec

    def program(self, *migrations: tuple[str, str, str, str, str]) -> Schema:
        """A program that knows these migrations besides ours."""
        folder = self._folder / f"with-{len(migrations)}"
        if not folder.exists():
            shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
            for what, revision, before, half, act in migrations:
                text = MIGRATION.format(what=what, revision=revision, before=before, half=half, act=act)
                (folder / "versions" / f"{revision}.py").write_text(text, encoding="utf-8")
        return Schema(self.database, folder)

    def tables(self) -> set[str]:
        with self.database.read() as tx:
            return set(inspect(tx).get_table_names())

    def present_program(self) -> Store:
        return Store.open(self._url, self._codec)

    def report(self, version: str) -> None:
        """A worker of that version is at work."""
        with closing(self.present_program()) as store:
            store.fleet.report(Health("pc-1/7", "pc-1", version, ("invoices",), 0, 0, None))

    def leave(self) -> None:
        with closing(self.present_program()) as store:
            store.fleet.leave("pc-1/7")


@pytest.fixture
def upgrade(empty_database_url: str, tmp_path: Path, codec: Codec) -> Iterator[Upgrade]:
    made = Upgrade(empty_database_url, tmp_path, codec)
    yield made
    made.database.close()


def test_a_new_database_gets_everything_at_once(upgrade: Upgrade) -> None:
    upgrade.program(PRE, POST, NEXT_PRE).prepare()
    assert {"note", "letter"} <= upgrade.tables()
    assert "evidence" not in upgrade.tables()


def test_what_adds_is_added_at_the_first_start_and_the_version_before_goes_on(upgrade: Upgrade) -> None:
    upgrade.present_program().close()
    upgrade.program(PRE, POST).prepare()
    assert "note" in upgrade.tables()
    with closing(upgrade.present_program()) as before:
        assert before.add("invoices", [NewItem("B1", {})]).new == ("B1",)


def test_what_takes_away_waits_until_no_worker_of_the_version_before_is_left(upgrade: Upgrade) -> None:
    upgrade.report("1.0")
    new = upgrade.program(PRE, POST)
    new.prepare()
    with pytest.raises(StoreError, match="pc-1/7"):
        new.finish("2.0")
    assert "evidence" in upgrade.tables()
    upgrade.leave()
    assert new.finish("2.0") == ["Forget the evidence"]
    assert "evidence" not in upgrade.tables()
    assert new.finish("2.0") == []


def test_workers_of_the_new_version_do_not_hold_it_up(upgrade: Upgrade) -> None:
    upgrade.report("2.0")
    new = upgrade.program(PRE, POST)
    new.prepare()
    assert new.finish("2.0") == ["Forget the evidence"]


def test_a_program_that_the_database_has_left_behind_refuses_to_start(upgrade: Upgrade) -> None:
    upgrade.present_program().close()
    new = upgrade.program(PRE, POST)
    new.prepare()
    new.finish("2.0")
    with pytest.raises(SettingsError, match="older than the database"):
        upgrade.present_program()


def test_an_upgrade_begins_only_when_the_one_before_is_finished(upgrade: Upgrade) -> None:
    upgrade.present_program().close()
    upgrade.program(PRE, POST).prepare()
    later = upgrade.program(PRE, POST, NEXT_PRE)
    with pytest.raises(SettingsError, match="kollega upgrade"):
        later.prepare()
    upgrade.program(PRE, POST).finish("2.0")
    later.prepare()
    assert "letter" in upgrade.tables()
