"""What people do by hand, from the page: a pile is taken with its file, sent by a click, or put back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.work import Codec, State, Store
from bots_common.work.audit import Asked
from bots_common.work.records import NewObs
from reports import web
from tests import visitors
from tests.handled import ROBOT
from tests.integration.test_schedule_pages import seen, words
from tests.piled import CITIZEN, GROUP, by_hand
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("prepared")

TAKE = {"robot": ROBOT, "group": GROUP, "at_most": "2"}


@pytest.fixture
def store(tmp_path: Path, codec: Codec) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec)
    by_hand(opened, "B1", "B2", "B3")
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store, codec: Codec, tmp_path: Path) -> FastAPI:
    robot = {"our_eans": ["5790626108048"], "accounts": tmp_path / "konteringsark.xlsx"}
    return web.create(store, codec, GivenSettings(folder=tmp_path, robots={ROBOT: robot}))


@pytest.fixture
async def anne(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, store, "anne", [Grant(Role.CASEWORKER, ROBOT)]) as somebody:
        yield somebody


def acts(store: Store) -> list[tuple[str, str]]:
    return [(row.act, row.detail) for row in reversed(store.audit.log(Asked(), limit=50))]


def state_of(store: Store, reference: str) -> State:
    (row,) = [row for row in store.reading.items() if row.reference == reference]
    return row.state


async def test_a_pile_is_taken_with_its_file_and_sent_but_for_what_is_ticked(anne: Visitor, store: Store) -> None:
    assert f"{GROUP} Fakturaer 3" in await seen(anne, "/piles")
    taken = await anne.send_form("/piles", **TAKE)
    assert (taken.status_code, taken.headers["location"]) == (303, "/piles/1")
    shown = await seen(anne, "/piles/1")
    assert "Bunken er din: ingen andre får dens 2 sager." in shown
    assert "B1" in shown and "B2" in shown and "B3" not in shown
    assert CITIZEN not in shown
    listed = await seen(anne, "/piles")
    assert f"{GROUP} Fakturaer 1" in listed and f"Bunke 1 {GROUP} Fakturaer 2 Anne" in listed
    file = await anne.get("/piles/1/file")
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''invoices-%C2%A7%20123")
    rows = load_workbook(BytesIO(file.content)).worksheets[0].iter_rows(min_row=2, values_only=True)
    assert list(rows) == [(CITIZEN, "Mette B1"), (CITIZEN, "Mette B2")]
    second = next(row.id for row in store.reading.items() if row.reference == "B2")
    sent = await anne.send_form("/piles/1/sent", receipt="P000001", but=f"{second}")
    assert (sent.status_code, sent.headers["location"]) == (303, "/piles/1")
    shown = await seen(anne, "/piles/1")
    assert "Bunke 1 er sendt: 1 gjort. 1 venter igen." in shown
    assert "af Anne, kvittering P000001. Robotten går videre med sagerne." in shown
    assert "Det er sendt" not in shown
    assert (state_of(store, "B1"), state_of(store, "B2")) == (State.NEW, State.WAITING)
    told = f"1: {GROUP}, 2"
    assert acts(store) == [("pile.taken", told), ("pile.file", told), ("pile.sent", told)]
    assert (await anne.get("/piles/1/file")).status_code == 404


async def test_a_pile_is_put_back(anne: Visitor, store: Store) -> None:
    await anne.send_form("/piles", **TAKE)
    assert (await anne.send_form("/piles/1/put-back")).status_code == 303
    assert f"{GROUP} Fakturaer 3" in await seen(anne, "/piles")
    assert "Lagt tilbage" in await seen(anne, "/piles/1")
    assert acts(store)[-1][0] == "pile.put_back"


async def test_who_comes_second_is_told_and_nothing_changes(anne: Visitor, store: Store) -> None:
    await anne.send_form("/piles", **TAKE)
    store.piles.sent(1, "bo", "P000001")
    for again in ("sent", "put-back"):
        answer = await anne.send_form(f"/piles/1/{again}")
        assert answer.status_code == 409
        assert "En anden var hurtigere" in words(answer.text) and "af bo, kvittering P000001" in words(answer.text)
    await anne.send_form("/piles", **TAKE)
    answer = await anne.send_form("/piles", **TAKE)
    assert answer.status_code == 409
    assert "andre har taget dem, eller borgerne er kommet på obs-listen" in words(answer.text)


async def test_what_cannot_be_said_is_said_so(anne: Visitor, store: Store) -> None:
    await anne.send_form("/piles", **TAKE | {"at_most": "1"})
    number = await anne.send_form("/piles/1/sent", receipt="610190-1234")
    assert number.status_code == 409
    assert "Det er ikke et kvitteringsnummer" in words(number.text)
    first = next(row.id for row in store.reading.items() if row.reference == "B1")
    nothing = await anne.send_form("/piles/1/sent", but=f"{first}")
    assert (nothing.status_code, "læg bunken tilbage" in words(nothing.text)) == (409, True)
    assert store.piles.show(1).ended_at is None


async def test_what_is_on_the_obs_list_by_now_is_told_and_not_in_the_file(anne: Visitor, store: Store) -> None:
    await anne.send_form("/piles", **TAKE)
    store.obs.add([NewObs(CITIZEN, "Særlig aftale", date(2020, 1, 1))], "anna")
    shown = await seen(anne, "/piles/1")
    assert "Nu på obs-listen. Den er ikke i filen: sæt kryds" in shown
    assert "Hent filen" not in shown
    assert (await anne.get("/piles/1/file")).status_code == 404


async def test_a_pile_is_for_those_who_decide_about_its_robot(app: FastAPI, anne: Visitor, store: Store) -> None:
    await anne.send_form("/piles", **TAKE)
    async with visitors.visitor(app, store, "carl", [Grant(Role.CASEWORKER, "flexwage")]) as carl:
        assert GROUP not in await seen(carl, "/piles")
        for address in ("/piles/1", "/piles/1/file"):
            assert (await carl.get(address)).status_code == 404
        assert (await carl.send_form("/piles/1/sent")).status_code == 404
        assert (await carl.send_form("/piles", **TAKE)).status_code == 403
    assert store.piles.show(1).ended_at is None
