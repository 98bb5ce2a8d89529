"""Robots that a person has stopped, on every machine, until somebody lets them work again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bots_common.errors import StoreError
from bots_common.values import mask
from bots_common.work.database import Database, or_update
from bots_common.work.people_tables import RobotStop
from bots_common.work.system_records import Order


@dataclass(frozen=True, slots=True)
class Stopped:
    """Who has stopped the robot and why. Where `order` is `NOW`, what it had in hand was to be handed back too."""

    robot: str
    order: Order
    who: str
    why: str
    at: datetime


class Stops:
    """Reached as `store.stops`. Workers hear of it within `poll_seconds`, and let go within `report_seconds`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stop(self, robot: str, order: Order, who: str, why: str) -> None:
        """From now on nobody begins anything for the robot. The last word counts, on a robot that is stopped too.

        Raises StoreError where it is not said who does it, or why.
        """
        if not (who.strip() and why.strip()):
            raise StoreError("Who stops a robot says who it is, and why.", "Say why in a few words.")
        said = {"order": order, "who": mask(who), "why": mask(why.strip()), "at": self._database.now()}
        with self._database.write() as tx:
            tx.execute(or_update(self._database.insert(RobotStop).values(robot=robot, **said), ["robot"], **said))

    def end(self, robot: str) -> bool:
        """Let the robot work again; False where nobody had stopped it."""
        with self._database.write() as tx:
            return tx.execute(delete(RobotStop).where(RobotStop.robot == robot)).rowcount == 1

    def all(self) -> dict[str, Stopped]:
        """The robots that are stopped."""
        with self._database.read() as tx:
            return {row.robot: _stopped(row) for row in tx.execute(select(RobotStop)).all()}


def _stopped(row: Any) -> Stopped:
    return Stopped(row.robot, Order(row.order), row.who, row.why, row.at)
