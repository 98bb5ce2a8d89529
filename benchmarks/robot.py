"""The invoices robot against a bare Playwright script that makes the same clicks in the same town.

The script is what somebody writes in an afternoon: one page, one invoice after the other, no ledger, no evidence, no
second look. It is even told what to do (from the town's truth file), so it has nothing to decide. Two variants: it
makes the writing clicks alone, or it also opens the invoice and looks the citizen up on the screen before, as the
robot must do to decide. The robot reads, decides, keeps its ledger and takes evidence of every step.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import Dialog, Page, async_playwright
from rich.console import Console
from rich.table import Table

from bots_common.work import State
from mocks import serve
from mocks.town import Truth, generate, truth
from tests.town_at_work import ROBOT, town_at_work

SIZE = 60
SEED = 7
LATENCIES = (0, 300)
DESKS = (1, 4, 8)


@dataclass(frozen=True, slots=True)
class Pace:
    name: str
    items: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.items / self.seconds


async def script(folder: Path, latency: int, *, reading: bool) -> Pace:
    """The bare script; logging in is not counted, as the robot's browser start is not."""
    with town_at_work(folder, seed=SEED, size=SIZE) as town:
        _slow_down(town, latency)
        orders = truth.read(folder / serve.TRUTH)
        cprs = {grant.number: grant.cpr for grant in generate(SEED, SIZE).grants}
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=_installed(), args=["--no-sandbox"])
            page = await browser.new_page()
            page.on("dialog", _say_yes)
            for start in ("opus/indbakke", "sensum/borger"):
                await page.goto(f"{town.address}/{start}")
                await page.get_by_label("Brugernavn").fill("robot")
                await page.get_by_label("Adgangskode").fill("robot")
                await page.get_by_role("button", name="Log på").click()
                await page.get_by_text("Log af").wait_for()
            begun = time.perf_counter()
            for order in orders:
                await _carry_out(page, town.address, order, cprs if reading else None)
            seconds = time.perf_counter() - begun
            await browser.close()
    return Pace("script, also reading by screen" if reading else "script, writing clicks alone", SIZE, seconds)


async def _carry_out(page: Page, address: str, order: Truth, cprs: dict[str, str] | None) -> None:
    if cprs is not None:
        await page.goto(f"{address}/opus/bilag/{order.document}")
        for posting in order.postings:
            await page.goto(f"{address}/sensum/borger")
            await page.get_by_label("CPR-nummer").fill(cprs[posting.grant])
            await page.get_by_role("button", name="Søg", exact=True).click()
            await page.locator("#bevillinger").wait_for()
    if order.reason:
        await page.goto(f"{address}/opus/bilag/{order.document}")
        await page.get_by_label("Bemærkning").fill(order.reason)
        await page.get_by_role("button", name="Gem bemærkning").click()
        await page.locator("#notenummer").wait_for()
        return
    await page.goto(f"{address}/opus/bilag/{order.document}/kontering?linjer={len(order.postings)}")
    for number, posting in enumerate(order.postings, start=1):
        await page.get_by_label(f"PSP-element {number}", exact=True).fill(posting.psp)
        await page.get_by_label(f"Art {number}", exact=True).fill(posting.art)
        await page.get_by_label(f"Beløb {number}", exact=True).fill(_amount(posting.ore))
        await page.get_by_label(f"Tekst {number}", exact=True).fill("Ydelse og periode")
        await page.get_by_label(f"Periode fra {number}", exact=True).fill(f"{posting.first:%d-%m-%Y}")
        await page.get_by_label(f"Periode til {number}", exact=True).fill(f"{posting.last:%d-%m-%Y}")
    await page.get_by_role("button", name="Bogfør", exact=True).click()
    voucher = await page.locator("#bilagsnummer").inner_text()
    for posting in order.postings:
        await page.goto(f"{address}/sensum/bevilling/{posting.grant}")
        await page.get_by_label("Periode fra").fill(f"{posting.first:%d-%m-%Y}")
        await page.get_by_label("Periode til").fill(f"{posting.last:%d-%m-%Y}")
        await page.get_by_label("Bilagsnummer").fill(voucher)
        await page.get_by_label("Beløb").fill(_amount(posting.ore))
        await page.get_by_role("button", name="Markér som betalt").click()
        await page.locator("#kvitteringsnummer").wait_for()


async def robot(folder: Path, latency: int, desks: int) -> Pace:
    """The robot, from its first claim until nothing is left; starting the browser is in it."""
    with town_at_work(folder, seed=SEED, size=SIZE, desks=desks) as town:
        _slow_down(town, latency)
        await town.worker().find()
        begun = time.perf_counter()
        await town.worker().work(until_empty=True)
        seconds = time.perf_counter() - begun
        handled = town.store.reading.by_state(ROBOT)
        assert handled.get(State.DONE, 0) + handled.get(State.EXCEPTION, 0) == SIZE
        assert town.disagreements() == []
    return Pace(f"robot, {desks} desk{'s' if desks > 1 else ''}", SIZE, seconds)


async def measure(latency: int) -> list[Pace]:
    paces = []
    for reading in (False, True):
        with TemporaryDirectory() as folder:
            paces.append(await script(Path(folder), latency, reading=reading))
    for desks in DESKS:
        with TemporaryDirectory() as folder:
            paces.append(await robot(Path(folder), latency, desks))
    return paces


def main() -> None:
    for latency in LATENCIES:
        paces = asyncio.run(measure(latency))
        table = Table(title=f"{SIZE} invoices; the systems take {latency} ms to answer", title_justify="left")
        for heading in ("who", "seconds", "items/s", "× script alone", "× script reading"):
            table.add_column(heading, justify="left" if heading == "who" else "right")
        alone, reading = paces[0], paces[1]
        for pace in paces:
            table.add_row(
                pace.name,
                f"{pace.seconds:.1f}",
                f"{pace.per_second:.2f}",
                f"{pace.per_second / alone.per_second:.2f}",
                f"{pace.per_second / reading.per_second:.2f}",
            )
        Console(width=110).print(table)


def _slow_down(town: Any, latency: int) -> None:
    if latency:
        town.switch_on({"kind": "latency", "ms": latency, "rate": 1.0})


async def _say_yes(dialog: Dialog) -> None:
    await dialog.accept()


def _amount(ore: int) -> str:
    return f"{ore // 100},{ore % 100:02}"


def _installed() -> str | None:
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


if __name__ == "__main__":
    main()
