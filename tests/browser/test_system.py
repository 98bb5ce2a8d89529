"""The base of page objects in a real browser: logging in, reading, filling in a form."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from starlette.requests import Request
from starlette.responses import Response

from bots_common.desk import Browser, Guard
from bots_common.errors import ScreenChanged, SettingsError, SystemUnavailable
from tests.browser.office import FORM, LOGIN, Office, OfficeServer, screen

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def system(chromium: Browser, office: OfficeServer) -> AsyncIterator[Office]:
    context = await chromium.context()
    yield Office(context, office.settings(), Guard())
    await context.close()


async def crash(page: Page) -> None:
    """End the renderer of the page as a fault of its own would; it does not live to answer."""
    session = await page.context.new_cdp_session(page)
    with pytest.raises(PlaywrightError):
        await session.send("Page.crash")


async def heading(system: Office) -> str:
    return await (await system.page()).get_by_role("heading").inner_text()


# -- going to a page --------------------------------------------------------------------------------------


async def test_a_system_that_asks_who_we_are_is_told_and_then_shows_the_page(
    system: Office, office: OfficeServer
) -> None:
    await system.goto("home")
    assert await heading(system) == "Home"
    office.log_everybody_out()
    await system.goto("home")
    assert await heading(system) == "Home"
    assert office.logins == 2


async def test_a_slow_login_is_waited_for(system: Office, office: OfficeServer) -> None:
    office.login_seconds = 0.5
    await system.goto("home")
    assert await heading(system) == "Home"
    assert office.asked.count("POST /login") == 1


async def test_a_wrong_password_is_said_and_not_tried_on_until_the_account_is_locked(
    chromium: Browser, office: OfficeServer
) -> None:
    context = await chromium.context()
    system = Office(context, office.settings(password="wrong"), Guard())
    with pytest.raises(SettingsError, match=r"does not accept the robot's login\. Check systems\.office\.username"):
        await system.goto("home")
    assert office.asked.count("POST /login") <= 3
    await context.close()


async def test_a_session_that_ends_right_after_the_login_is_begun_again(system: Office, office: OfficeServer) -> None:
    async def ended_at_once(request: Request) -> Response:
        if office.logins == 1:
            office.log_everybody_out()
            return screen(LOGIN)
        return screen("<h1>Home</h1>")

    office.answers["/home"] = ended_at_once
    await system.goto("home")
    assert await heading(system) == "Home"
    assert office.logins == 2


async def test_an_error_page_or_a_system_that_is_too_busy_is_tried_again(
    system: Office, office: OfficeServer
) -> None:
    await system.goto("home")
    office.statuses["/home"] = [500, 503, 429]
    await system.goto("home")
    assert await heading(system) == "Home"
    assert office.asked.count("GET /home") == 6


async def test_a_page_that_does_not_exist_is_a_changed_screen_at_once(system: Office, office: OfficeServer) -> None:
    with pytest.raises(ScreenChanged, match=r"no page elsewhere \(404\)"):
        await system.goto("elsewhere")
    assert office.asked.count("GET /elsewhere") == 2  # once before the login, once after it


async def test_a_system_that_is_away_is_said_so_and_the_page_serves_again_afterwards(
    chromium: Browser, office: OfficeServer
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    context = await chromium.context()
    settings = office.settings().model_copy(update={"url": f"http://127.0.0.1:{port}/"})
    system = Office(context, settings, Guard())
    with pytest.raises(SystemUnavailable, match="ERR_CONNECTION_REFUSED"):
        await system.goto("home")
    await system.goto(f"{office.address}/home")
    assert await heading(system) == "Home"
    await context.close()


async def test_a_page_that_wants_to_be_asked_before_it_is_left_is_left(system: Office, office: OfficeServer) -> None:
    office.pages["/draft"] = """<button>Edit</button><script>addEventListener("beforeunload", event => {
        event.preventDefault(); event.returnValue = "Leave?"; })</script>"""
    draft = await system.goto("draft")
    await draft.get_by_role("button", name="Edit").click()
    assert await system.goto("home") is draft
    assert await heading(system) == "Home"


async def test_a_crashed_page_is_replaced_and_the_login_stays(system: Office, office: OfficeServer) -> None:
    crashed = await system.goto("home")
    async with crashed.expect_event("crash"):
        await crash(crashed)
    assert await system.goto("home") is not crashed
    assert await heading(system) == "Home"
    assert office.logins == 1


# -- reading without the screen ---------------------------------------------------------------------------


async def test_fetches_side_by_side_log_in_once_when_the_session_has_expired(
    system: Office, office: OfficeServer
) -> None:
    await system.goto("home")
    office.log_everybody_out()
    read = await asyncio.gather(*(system.fetch("home") for _ in range(8)))
    assert all(b"<h1>Home</h1>" in body for body in read)
    assert office.logins == 2


async def test_a_fetch_that_fails_leaves_the_open_page_alone(system: Office, office: OfficeServer) -> None:
    form = await system.open_form("half written")
    office.statuses["/home"] = [500]
    assert b"Home" in await system.fetch("home")
    assert await form.get_by_label("Text").input_value() == "half written"


async def test_a_search_takes_a_new_view_state_when_the_old_one_is_refused(
    system: Office, office: OfficeServer
) -> None:
    valid = ["one"]

    async def search(request: Request) -> Response:
        if request.method == "GET":
            return screen(f'<form><input type="hidden" id="state" name="__VIEWSTATE" value="{valid[0]}&amp;"></form>')
        form = await request.form()
        if form["__VIEWSTATE"] != f"{valid[0]}&":
            return screen("Expired", 409)
        return screen(f"<h1>Found {form['name']}</h1>")

    office.answers["/search"] = search
    assert b"Found Anna" in await system.search("search", {"name": "Anna"})
    assert b"Found Bo" in await system.search("search", {"name": "Bo"})
    assert office.asked.count("GET /search") == 2  # the login form came first
    valid[0] = "two"
    read = await asyncio.gather(*(system.search("search", {"name": name}) for name in ("Ib", "Ea", "Pia")))
    assert all(f"Found {name}".encode() in body for name, body in zip(("Ib", "Ea", "Pia"), read, strict=True))
    office.log_everybody_out()
    assert b"Found Ida" in await system.search("search", {"name": "Ida"})


# -- filling in a form ------------------------------------------------------------------------------------

FIELDS = """<form>
<label>First <input name="first"></label><label for="second">Second</label><textarea id="second"></textarea>
<label>Third <select><option>a</option><option>b</option></select></label>
<label>Disabled <input disabled></label><label>Read only <input readonly></label>
<label>Hidden <input style="visibility: hidden"></label><label>Gone <input style="display: none"></label>
<fieldset disabled><label>Closed <input></label></fieldset>
<label>Twice <input></label><label>Twice <input></label>
<label>Own mind <input oninput="this.value = this.value.toUpperCase()"></label>
<label>Meddler <input onchange="document.querySelector('[name=first]').value = ''"></label>
<label>Number <input type="number"></label><label>Tick <input type="checkbox"></label>
<label>Short <input maxlength="5"></label></form>"""


async def test_every_value_lands_in_its_own_field(system: Office, office: OfficeServer) -> None:
    office.pages["/fields"] = FIELDS
    form = await system.goto("fields")
    await system.fill(form, {"Third": "b", "Second": "two\nlines", "First": "one"})
    assert await form.get_by_label("First").input_value() == "one"
    assert await form.get_by_label("Second").input_value() == "two\nlines"
    assert await form.get_by_label("Third").input_value() == "b"


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Unknown", "x"),
        ("Disabled", "x"),
        ("Read only", "x"),
        ("Hidden", "x"),
        ("Gone", "x"),
        ("Closed", "x"),
        ("Twice", "x"),
        ("Own mind", "x"),
        ("Number", "1.234,56"),
        ("Tick", "x"),
        ("Short", "longer than that"),
        ("Third", "c"),
    ],
)
async def test_a_field_that_does_not_take_its_value_is_a_changed_screen(
    system: Office, office: OfficeServer, label: str, value: str
) -> None:
    office.pages["/fields"] = FIELDS
    form = await system.goto("fields")
    with pytest.raises(ScreenChanged, match=f"no field {label} that takes"):
        await system.fill(form, {"First": "one", label: value})


async def test_a_field_that_changes_another_one_is_noticed(system: Office, office: OfficeServer) -> None:
    office.pages["/fields"] = FIELDS
    form = await system.goto("fields")
    with pytest.raises(ScreenChanged, match="no field First"):
        await system.fill(form, {"First": "one", "Meddler": "x"})


async def test_a_page_that_hangs_is_given_up_and_replaced(
    chromium: Browser, office: OfficeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots_common.desk.system.EVALUATE_SECONDS", 0.5)
    context = await chromium.context()
    system = Office(context, office.settings(timeout_seconds=1), Guard())
    office.pages["/form"] = FORM.replace("<input", "<input oninput='for (;;);'")
    form = await system.goto("form")
    with pytest.raises(SystemUnavailable, match="did not answer in time"):
        await system.fill(form, {"Text": "x"})
    assert await system.goto("home") is not form
    assert await heading(system) == "Home"
    await context.close()
