"""Backup and restoration: the database as it is at one moment, the evidence, and a manifest. Never the key.

A backup is a folder with the database in one file, `evidence/` as it lies, `SHA256SUMS` of both, which `sha256sum -c`
reads, and last `manifest.json`: without it the backup was broken off.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bots_common.errors import SettingsError, StoreError
from bots_common.evidence import EVIDENCE, SUFFIX
from bots_common.settings import Settings
from bots_common.values import Frozen
from bots_common.work import Codec, Store, dump
from bots_common.work.codec import KEY_FILE, codec_of
from bots_common.work.copies import CopyKind
from bots_common.work.schema import knows

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
DATABASES: Final = {"sqlite": "kollega.db", "postgresql": "kollega.dump"}
_CHUNK: Final = 1024 * 1024


class Manifest(Frozen):
    """What a backup holds. `key` tells whether a key is the one it was sealed with, and nothing of the key; `seal` is
    made with that key, of everything else here."""

    format: int
    made_at: datetime
    version: str
    schema_revision: str
    database: str
    key: str
    items: int
    evidence: int
    bytes: int
    sums: str
    seal: str = ""

    def sealed(self, codec: Codec) -> Manifest:
        return self.model_copy(update={"seal": self.seal_by(codec)})

    def seal_by(self, codec: Codec) -> str:
        return codec.fingerprint(f"manifest {self.model_dump_json(exclude={'seal'})}").hex()


def make(store: Store, codec: Codec, settings: Settings, folder: Path, *, version: str, who: str) -> Manifest:
    """Make a backup in `folder`, beside live work. Raises StoreError where something lies there already."""
    if folder.exists() and any(folder.iterdir()):
        raise StoreError(f"{folder} is not empty.", "Name a new folder for each backup.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kind = dump.kind_of(settings.database_url)
    database = folder / DATABASES[kind]
    made_at = store.moment()
    dump.dump(settings.database_url, database)
    # After the database: every piece of evidence is written before the row that tells of it.
    sums, size = [_line(_digest(database), database.name)], database.stat().st_size
    for file in _files(settings.folder / EVIDENCE):
        target = folder / EVIDENCE / file
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(settings.folder / EVIDENCE / file, target)
        except FileNotFoundError:  # retention has just deleted it
            continue
        sums.append(_line(_digest(target), f"{EVIDENCE}/{file.as_posix()}"))
        size += target.stat().st_size
    _write(folder / SUMS, "".join(sums))
    manifest = Manifest(
        format=FORMAT,
        made_at=made_at,
        version=version,
        schema_revision=store.revision(),
        database=kind,
        key=_key_mark(codec),
        items=store.reading.count(),
        evidence=len(sums) - 1,
        bytes=size,
        sums=_digest(folder / SUMS),
    ).sealed(codec)
    _write(folder / MANIFEST, manifest.model_dump_json(indent=2))
    store.copies.note(CopyKind.BACKUP, who)
    return manifest


def restore(settings: Settings, folder: Path, *, who: str) -> Manifest:
    """Restore a backup into an empty place. Raises SettingsError or StoreError, and has then changed nothing."""
    if settings.key is None and not (settings.folder / KEY_FILE).is_file():  # a new one would be made
        raise SettingsError(
            "The key that the backup was sealed with is missing: it is in no backup.",
            f"Set KOLLEGA_KEY to it, or put it into {settings.folder / KEY_FILE}.",
        )
    codec = codec_of(settings)
    manifest = _checked(folder, codec, settings)
    _require_empty(settings)
    _require_whole(folder, manifest)
    if (folder / EVIDENCE).is_dir():
        shutil.copytree(folder / EVIDENCE, settings.folder / EVIDENCE, dirs_exist_ok=True)
    dump.load(settings.database_url, folder / DATABASES[manifest.database])  # last: without it nothing is there
    with closing(Store.open(settings.database_url, codec, zone=settings.timezone)) as store:
        store.copies.note(CopyKind.RESTORE, who)
    return manifest


# -- whether a backup is good -----------------------------------------------------------------------------------


def _checked(folder: Path, codec: Codec, settings: Settings) -> Manifest:
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise StoreError(
            f"{folder} is no backup, or one that was broken off: it has no {MANIFEST}.", "Name another."
        ) from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise StoreError(f"{folder / MANIFEST} cannot be read.", "Restore another backup.") from error
    if manifest.format != FORMAT or not knows(manifest.schema_revision):
        raise StoreError(
            f"The backup is of a newer version: {manifest.version}.", "Install that version, and restore with it."
        )
    if manifest.key != _key_mark(codec):
        raise SettingsError("The backup was sealed with another key.", "Set KOLLEGA_KEY to that one.")
    if manifest.seal != manifest.seal_by(codec):
        raise StoreError(f"{folder / MANIFEST} has been changed since.", "Restore another backup.")
    if manifest.database != dump.kind_of(settings.database_url):
        raise SettingsError(
            f"The backup is of a {manifest.database} database.", "Set `database` to one of the same kind."
        )
    return manifest


def _require_empty(settings: Settings) -> None:
    dump.require_empty(settings.database_url)
    evidence = settings.folder / EVIDENCE
    if next(_files(evidence), None) is not None:
        raise StoreError(f"There is evidence already in {evidence}.", "Restore into an empty place.")


def _require_whole(folder: Path, manifest: Manifest) -> None:
    """Every file is there and as it was."""
    if not (folder / SUMS).is_file() or _digest(folder / SUMS) != manifest.sums:
        raise StoreError(f"{folder / SUMS} is missing or has been changed.", "Restore another backup.")
    for line in (folder / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            raise StoreError(f"{folder / name} is missing or damaged.", "Restore another backup.")


# -- files ------------------------------------------------------------------------------------------------------


def _files(evidence: Path) -> Iterator[Path]:
    yield from (file.relative_to(evidence) for file in sorted(evidence.glob(f"*/*{SUFFIX}")))


def _line(digest: str, name: str) -> str:
    return f"{digest}  {name}\n"


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _key_mark(codec: Codec) -> str:
    return codec.fingerprint("the key of a backup").hex()


def _write(file: Path, text: str) -> None:
    """On the disk before anything is written that relies on it."""
    with file.open("w", encoding="utf-8", newline="\n") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
