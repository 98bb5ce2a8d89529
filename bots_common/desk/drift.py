"""Reading a screen's structure in the browser, and looking again before it counts as changed."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from bots_common.desk.screens import Screen, Sighting
from bots_common.desk.system import EVALUATE_SECONDS, System
from bots_common.desk.trouble import classified
from bots_common.errors import ScreenChanged, SystemUnavailable
from bots_common.work.system_records import Expected, Signature

LOOKS: Final = 3
MOMENT_SECONDS: Final = 0.5

# Structure only: of a field its label, of a button its name, of a table the headings of its columns. Choices (radio,
# checkbox, option) and values stay where they are: they may be a citizen's.
_READ: Final = """() => {
  const typed = "textarea, select, input:not([type=checkbox], [type=radio], [type=hidden], [type=submit],"
    + " [type=button], [type=image], [type=reset])";
  const pressed = "button, [role=button], input[type=submit], input[type=button], input[type=image]";
  const shown = element => element.checkVisibility({visibilityProperty: true});
  const inRows = element => Boolean(element.closest("tbody")?.closest("table").querySelector("thead th"));
  const textOf = element => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("select, textarea, script, style").forEach(inside => inside.remove());
    return copy.textContent;
  };
  const labelOf = field => field.labels?.length ? textOf(field.labels[0])
    : field.getAttribute("aria-label") || field.name || "";
  const nameOf = button => button.getAttribute("aria-label") || (button.matches("input") ? button.value || button.alt
    : textOf(button));
  const all = (kind, selector, text) => [...document.querySelectorAll(selector)].filter(shown)
    .map(element => [kind, text(element), inRows(element)]).filter(([, said]) => said.trim());
  return [
    ...all("field", typed, labelOf),
    ...all("button", pressed, nameOf),
    ...all("heading", "h1, h2, h3, h4, h5, h6, [role=heading]", textOf),
    ...all("column", "thead th, th[scope=col], [role=columnheader]", textOf),
  ];
}"""


async def signature(system: System, screen: Screen, page: Page) -> Signature:
    """The structure of what the page shows. Raises SystemUnavailable and BrowserGone."""
    try:
        async with asyncio.timeout(EVALUATE_SECONDS):
            found: list[tuple[str, str, bool]] = await page.evaluate(_READ)
    except PlaywrightError as error:
        raise classified(system.name, error) from error
    except TimeoutError as error:
        raise SystemUnavailable(f"{system.name} did not answer in time.", "It is tried again by itself.") from error
    return screen.signature([Sighting(*it) for it in found])


async def look(system: System, screen: Screen, address: str, expected: Expected) -> Signature | None:
    """What the screen shows in place of what is expected; None as soon as one fresh look finds it as it should be.

    Raises SystemUnavailable, SessionExpired, BrowserGone and LoginRefused.
    """
    seen = None
    for number in range(LOOKS):
        if number:
            await asyncio.sleep(MOMENT_SECONDS)
        seen = await signature(system, screen, await _opened(system, address))
        if not expected.differs(seen):
            return None
    return seen


def places(system: System) -> list[tuple[Screen, str]]:
    """Where there is something to look at: the case's screen that is in front, then those that need no case."""
    page = system.shown
    here = urlsplit(page.url).path.removeprefix(urlsplit(system.url("")).path) if page else ""
    in_front = [(it, page.url) for it in system.screens if page and it.needs_case and it.is_at(here)]
    return [*in_front, *((it, it.address) for it in system.screens if not it.needs_case)]


async def _opened(system: System, address: str) -> Page:
    try:
        return await system.goto(address)
    except ScreenChanged:  # there is no such page any more: what is there instead is what is seen
        return await system.page()
