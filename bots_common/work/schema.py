"""Bringing the schema up to date while workers of the version before are still at work.

Every migration is one of two halves. `pre` only adds what the earlier version does not mind, and is run by whichever
program of the new version starts first. `post` takes away what only the earlier version needed; a person runs it once
no worker of that version is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from loguru import logger
from sqlalchemy import Connection, func, inspect, select

from bots_common.errors import SettingsError, StoreError
from bots_common.work.database import Database, or_update
from bots_common.work.fleet import SILENT_AFTER
from bots_common.work.system_tables import Colleague
from bots_common.work.tables import SchemaNote

MIGRATIONS: Final = Path(__file__).parent / "migrations"
POST: Final = "post"
_LOCK: Final = 0x6B6F6C6C
_ONLY: Final = 1


class Schema:
    """The schema of a database, and the migrations that this program knows."""

    def __init__(self, database: Database, migrations: Path = MIGRATIONS) -> None:
        self._database = database
        self._migrations = migrations
        self._scripts = ScriptDirectory(str(migrations))

    def prepare(self) -> None:
        """Make the database fit for this program: everything where it is new, else the `pre` halves that lack.

        Raises SettingsError where the database has left this program behind, or waits for a `post` half.
        """
        with self._database.write() as tx:
            if _revision(tx) == self._scripts.get_current_head():
                return
        with self._alone() as tx:
            current = _revision(tx)
            if current is None:
                self._upgrade(tx, "head")
            elif current not in self._known():
                self._may_go_on(tx)
            else:
                self._add(tx, self._lacking(current))

    def revision(self) -> str:
        """The last migration that the database has had."""
        with self._database.read() as tx:
            return _revision(tx) or ""

    def waits_for_finish(self) -> bool:
        """Whether `finish` has something to do."""
        with self._database.read() as tx:
            return any(_is_post(script) for script in self._lacking(_revision(tx)))

    def finish(self, version: str) -> list[str]:
        """Run the `post` halves; returns what they do, a line each.

        Raises StoreError while a worker of another version than `version` is at work.
        """
        with self._alone() as tx:
            lacking = self._lacking(_revision(tx))
            if not any(_is_post(script) for script in lacking):
                return []
            seen = Colleague.seen_at >= self._database.now(-SILENT_AFTER)
            others = tx.execute(select(Colleague.name).where(seen, Colleague.version != version)).scalars().all()
            if others:
                raise StoreError(
                    f"Workers of another version are still at work: {', '.join(others)}.",
                    "End them with `kollega workers stop`, and try again.",
                )
            self._upgrade(tx, "head")
            return [script.doc for script in lacking if _is_post(script)]

    def _add(self, tx: Connection, lacking: list[Script]) -> None:
        pre = [script for script in lacking if not _is_post(script)]
        first_post = next((number for number, script in enumerate(lacking) if _is_post(script)), len(lacking))
        if pre != lacking[:first_post]:
            raise SettingsError(
                "The upgrade before this one has not been finished.",
                "End the workers of the old version, run `kollega upgrade`, and start this one again.",
            )
        if pre:
            self._upgrade(tx, pre[-1].revision)

    def _may_go_on(self, tx: Connection) -> None:
        """A newer program has added something; that is no matter as long as it has taken nothing away."""
        note = inspect(tx).has_table(SchemaNote.__tablename__)
        oldest = tx.execute(select(SchemaNote.oldest)).scalar_one_or_none() if note else None
        if oldest is not None and oldest not in self._known():
            raise SettingsError(
                "This program is older than the database.", "Install the version that the other machines have."
            )
        logger.warning("The database has been prepared for a newer version; this one goes on working for now.")

    def _upgrade(self, tx: Connection, target: str) -> None:
        before = _revision(tx)
        config = Config()
        config.set_main_option("script_location", str(self._migrations))
        config.attributes["connection"] = tx
        command.upgrade(config, target)
        if posts := [script.revision for script in self._lacking(before, up_to=target) if _is_post(script)]:
            row = self._database.insert(SchemaNote).values(id=_ONLY, oldest=posts[-1])
            tx.execute(or_update(row, ["id"], oldest=row.excluded.oldest))

    def _lacking(self, current: str | None, up_to: str = "head") -> list[Script]:
        """The migrations after `current`, in the order they are to be run."""
        scripts = self._scripts.iterate_revisions(up_to, current or "base")
        return [script for script in reversed(list(scripts)) if script.revision != current]

    def _known(self) -> set[str]:
        return {script.revision for script in self._scripts.walk_revisions()}

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A transaction that no other program migrates beside."""
        with self._database.write() as tx:
            if not self._database.sqlite:
                tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            yield tx


def knows(revision: str) -> bool:
    """Whether this program can work with a database of that revision."""
    return revision in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def _revision(tx: Connection) -> str | None:
    return MigrationContext.configure(tx).get_current_revision()


def _is_post(script: Script) -> bool:
    return bool(script.module.half == POST)
