"""A run of retention: everything that has reached its age goes, in small batches beside live work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Final

from bots_common.evidence import EvidenceFolder
from bots_common.settings import RetentionSettings
from bots_common.work import Store
from bots_common.work.records import Aged
from bots_common.work.retention import BATCH

PAUSE_SECONDS: Final = 0.02
STRAY_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outlived:
    """How much has reached its age: evidence, items by what they lose, ended entries of the obs-list, ended runs.

    `strays` are files of evidence that no item has: a machine died between writing the file and noting it.
    """

    evidence: int
    payload: int
    reference: int
    row: int
    strays: int
    obs: int = 0
    runs: int = 0


def look(store: Store, folder: EvidenceFolder, rules: RetentionSettings) -> Outlived:
    """What a run would do now."""
    due = store.retention.due
    return Outlived(
        evidence=0 if rules.evidence_age is None else store.retention.evidence_due(rules.evidence_age),
        payload=0 if rules.payload_age is None else due(rules.payload_age, Aged.NOTHING),
        reference=0 if rules.reference_age is None else due(rules.reference_age, Aged.NOTHING, Aged.CONTENT),
        row=0 if rules.row_age is None else due(rules.row_age, *Aged),
        obs=0 if rules.reference_age is None else store.retention.obs_due(rules.reference_age),
        runs=0 if rules.row_age is None else store.retention.runs_due(rules.row_age),
        strays=sum(len(batch) for batch in _strays(store, folder, rules.evidence_age)),
    )


def run(store: Store, folder: EvidenceFolder, rules: RetentionSettings) -> Outlived:
    """Let everything go that has reached its age; says how much that was. May be stopped and repeated at any time."""
    retention = store.retention
    outlived = Outlived(
        evidence=0 if rules.evidence_age is None else _delete_evidence(store, folder, rules.evidence_age),
        payload=_in_batches(retention.empty, rules.payload_age),
        reference=_in_batches(retention.hash_references, rules.reference_age),
        row=_in_batches(retention.delete, rules.row_age),
        obs=0 if rules.reference_age is None else retention.forget_obs(rules.reference_age),
        runs=_in_batches(retention.forget_runs, rules.row_age),
        strays=sum(sum(map(folder.remove, batch)) for batch in _strays(store, folder, rules.evidence_age)),
    )
    retention.settle()
    return outlived


def _in_batches(step: Callable[[timedelta], int], age: timedelta | None) -> int:
    total = 0
    while age is not None and (count := step(age)):
        total += count
        time.sleep(PAUSE_SECONDS)  # whoever works beside it comes first
    return total


def _delete_evidence(store: Store, folder: EvidenceFolder, age: timedelta) -> int:
    total, last = 0, 0
    while pieces := store.retention.due_evidence(age, after=last):
        gone = [piece.id for piece in pieces if folder.remove(piece.file)]
        store.retention.forget_evidence(gone)
        total, last = total + len(gone), pieces[-1].id
        time.sleep(PAUSE_SECONDS)
    return total


def _strays(store: Store, folder: EvidenceFolder, age: timedelta | None) -> Iterator[set[str]]:
    """Files that nobody knows, in batches; young ones are left, since their row may be on its way."""
    files = folder.older_than(STRAY_AFTER)
    while batch := list(islice(files, BATCH)):
        yield store.retention.strays(batch, age)
