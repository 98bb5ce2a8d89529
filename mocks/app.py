"""The mock systems as one web application, with the control addresses that only this machine may use.

`/opus` is finance, `/sensum` the grants register, `/eindkomst` the income register, `/ky` the benefits system, `/sd`
personnel, `/politi` the police's portal, `/post` the mailbox, `/esdh` the archive. `GET /_health`, `GET /_ledger`,
`GET`, `POST` and `DELETE /_faults` (see `mocks.faults`), and `GET` and `POST /_clock` are answered without a login,
to loopback addresses alone. The clock is the town's day, `{"today": "2024-11-11"}`; it begins on the one by which
incomes are to be reported. When it moves, all that the police have to do until that day happens, however many days
they are.
"""

from __future__ import annotations

import ipaddress
from datetime import date
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, ConfigDict
from starlette.types import ASGIApp

from mocks import clock, ledger, state
from mocks.archive.pages import ArchiveScreens
from mocks.benefits.pages import BenefitScreens
from mocks.faults import Fault, Faults, Kind, Plan, Struck
from mocks.finance.pages import FinanceScreens
from mocks.grants.pages import GrantScreens
from mocks.income.pages import IncomeScreens
from mocks.mailbox.pages import MailboxScreens
from mocks.personnel.pages import PersonnelScreens
from mocks.portal import moving
from mocks.portal.pages import PortalScreens
from mocks.screens import Settings, ShowInstead, World, show_instead
from mocks.state import Filling, transaction
from mocks.wire import FaultyWire

SCREENS = (
    *(FinanceScreens, GrantScreens, IncomeScreens, BenefitScreens),
    *(PersonnelScreens, PortalScreens, MailboxScreens, ArchiveScreens),
)
_AT_ONCE = 4  # requests that the archive puts up with
_MINUTE = 60


class Clock(BaseModel):
    """The town's day as it goes in and out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    today: date


def create(path: Path, town: Filling, settings: Settings | None = None) -> ASGIApp:
    """The application over the town's file, which `town` fills if there is none yet.

    Runs in uvicorn with `mocks.wire.AbortableProtocol`, in one thread.
    """
    connection = state.open_or_create(path, town)
    world = World(path, connection, Faults(), settings or Settings())
    app = FastAPI(openapi_url=None)
    app.add_exception_handler(ShowInstead, show_instead)
    for screens in SCREENS:
        app.include_router(screens(world).router())
    app.include_router(_control(world))
    _guard_archive(world)
    return FaultyWire(app, world.faults)


def _guard_archive(world: World) -> None:
    """Let the archive lock its user out for a minute when called too fast, and the ledger know of it."""
    limits = Fault(
        kind=Kind.LOCKED_OUT,
        system="archive",
        calls=world.settings.archive_calls,
        seconds=_MINUTE,
        at_once=_AT_ONCE,
        ms=_MINUTE * 1000,
    )

    def note() -> None:
        with transaction(world.connection):
            ledger.append(world.connection, system="archive", user=world.settings.user, act="locked_out", fields={})

    world.faults.stand(limits, note)


def _control(world: World) -> APIRouter:
    router = APIRouter(dependencies=[Depends(_loopback_only)])

    async def health() -> dict[str, str]:
        return {"status": "ok"}

    async def acts() -> list[ledger.Act]:
        return ledger.acts(world.connection)

    async def tally() -> list[Struck]:
        return world.faults.tally()

    async def switch_on(plan: Plan) -> list[Struck]:
        world.faults.switch(plan)
        return world.faults.tally()

    async def switch_off() -> list[Struck]:
        """The tally of the faults that were on."""
        struck = world.faults.tally()
        world.faults.switch(Plan())
        return struck

    async def today() -> Clock:
        return Clock(today=clock.today(world.connection))

    async def move(to: Clock) -> Clock:
        with transaction(world.connection):
            clock.move(world.connection, to.today)
            moving.advance(world.connection, to.today)
        return to

    router.add_api_route("/_clock", today, methods=["GET"])
    router.add_api_route("/_clock", move, methods=["POST"])
    router.add_api_route("/_health", health, methods=["GET"])
    router.add_api_route("/_ledger", acts, methods=["GET"])
    router.add_api_route("/_faults", tally, methods=["GET"])
    router.add_api_route("/_faults", switch_on, methods=["POST"])
    router.add_api_route("/_faults", switch_off, methods=["DELETE"])
    return router


async def _loopback_only(request: Request) -> None:
    host = request.client.host if request.client else ""
    if not host or not ipaddress.ip_address(host).is_loopback:
        raise HTTPException(403)
