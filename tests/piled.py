"""Effects that wait for people to do them by hand, written to a store as the worker writes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bots_common.autonomy import Level
from bots_common.settings import AutonomySettings
from bots_common.work import NewItem, Store
from bots_common.work.records import Wish

GROUP: Final = "§ 123, børneattest"
CITIZEN: Final = "6101901234"


def by_hand(store: Store, *references: str, robot: str = "invoices") -> None:
    """Each item waits until a person has asked for a certificate outside."""
    store.levels.set(robot, Level.AUTO, "anna", "begins")
    for place, reference in enumerate(references):
        store.add(robot, [NewItem(reference, {}, subjects=(CITIZEN,), priority=9 - place)])
        (claimed,) = store.claim([robot], "desk", timedelta(minutes=1))
        fields = {"borger": CITIZEN, "name": f"Mette {reference}"}
        wish = Wish(robot, reference, "request/children", fields, by_hand=GROUP)
        store.approvals.permit(claimed.lease, wish, AutonomySettings())
        store.piles.wait(claimed.lease, "desk", "request/children")
