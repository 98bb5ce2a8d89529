"""The click that cannot be undone, in a real browser: what is known afterwards is never more than what happened."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import Response

from bots_common.desk import Browser, Guard
from bots_common.errors import (
    BrowserGone,
    LeaseLost,
    OutcomeUnknown,
    ScreenChanged,
    SessionExpired,
    SystemUnavailable,
)
from tests.browser.office import ASKING_FORM, FORM, Office, OfficeServer, screen, silence
from tests.browser.processes import kill_browsers

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMIT = 5.0


@pytest_asyncio.fixture(loop_scope="module")
async def system(chromium: Browser, office: OfficeServer) -> AsyncIterator[Office]:
    context = await chromium.context()
    yield Office(context, office.settings(timeout_seconds=LIMIT), Guard())
    await context.close()


async def test_the_receipt_is_what_the_system_answered(system: Office, office: OfficeServer) -> None:
    assert await system.send(await system.open_form("one")) == {"#receipt": "0"}
    assert await system.send(await system.open_form("two")) == {"#receipt": "1"}
    assert office.acts == ["one", "two"]


async def test_the_expected_question_gets_a_yes(system: Office, office: OfficeServer) -> None:
    office.pages["/form"] = ASKING_FORM
    await system.send(await system.open_form("one"), question=r"^Send it\?$")
    assert office.acts == ["one"]


@pytest.mark.parametrize("expected", [r"^Delete it\?$", None])
async def test_another_question_gets_a_no(system: Office, office: OfficeServer, expected: str | None) -> None:
    office.pages["/form"] = ASKING_FORM
    with pytest.raises(OutcomeUnknown):
        await system.send(await system.open_form("one"), question=expected)
    assert "POST /act" not in office.asked


async def test_a_question_that_comes_before_the_click_gets_a_no(system: Office, office: OfficeServer) -> None:
    office.pages["/form"] = f"<p id='said'></p>{FORM}<script>said.textContent = confirm('Send it?')</script>"
    form = await system.open_form("one")
    assert await form.locator("#said").inner_text() == "false"


async def test_an_alert_is_dismissed_when_the_page_opens_and_when_the_receipt_comes(
    system: Office, office: OfficeServer
) -> None:
    async def act(request: Request) -> Response:
        done = await office.act(request)
        return screen(bytes(done.body).decode() + "<script>alert('Saved')</script>")

    office.pages["/form"] = f"{FORM}<script>alert('Closed on Sunday')</script>"
    office.answers["/act"] = act
    assert await system.send(await system.open_form("one")) == {"#receipt": "0"}


async def test_no_answer_leaves_the_outcome_unknown_after_the_time_limit(
    system: Office, office: OfficeServer
) -> None:
    office.answers["/act"] = silence
    form = await system.open_form("one")
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        await system.send(form)
    assert time.monotonic() - began >= LIMIT
    assert office.asked.count("POST /act") == 1


async def test_an_error_page_leaves_the_outcome_unknown_at_once(system: Office, office: OfficeServer) -> None:
    system.settings = office.settings(timeout_seconds=600)  # waiting for the receipt would never end
    office.statuses["/act"] = [500]
    form = await system.open_form("one")
    with pytest.raises(OutcomeUnknown):
        await system.send(form)


async def test_a_browser_that_dies_after_the_click_is_said_at_once(
    system: Office, office: OfficeServer, chromium: Browser
) -> None:
    async def act(request: Request) -> Response:
        done = await office.act(request)
        kill_browsers()
        return done

    office.answers["/act"] = act
    form = await system.open_form("one")
    with pytest.raises(BrowserGone):
        await system.send(form)
    assert office.acts == ["one"]


async def test_the_login_form_instead_is_an_expired_session(system: Office, office: OfficeServer) -> None:
    form = await system.open_form("one")
    office.log_everybody_out()
    with pytest.raises(SessionExpired):
        await system.send(form)
    assert office.acts == []


async def test_a_refusal_is_told_in_the_systems_own_words(system: Office, office: OfficeServer) -> None:
    async def refuse(request: Request) -> Response:
        return screen("<p role='alert'>The year is closed</p>")

    office.answers["/act"] = refuse
    with pytest.raises(SystemUnavailable, match="office refused: The year is closed"):
        await system.send(await system.open_form("one"))


@pytest.mark.parametrize(
    ("form", "what"),
    [
        (FORM.replace("Send", "Submit"), "no single"),
        (FORM.replace("</form>", "<button>Send</button></form>"), "no single"),
        (f"<p id='receipt'>17</p>{FORM}", "shows a receipt before the click"),
    ],
    ids=["no button", "two buttons", "the receipt of an earlier act"],
)
async def test_a_screen_that_is_not_as_expected_is_not_clicked(
    system: Office, office: OfficeServer, form: str, what: str
) -> None:
    office.pages["/form"] = form
    opened = await system.open_form("one")
    with pytest.raises(ScreenChanged, match=re.escape(what)):
        await system.send(opened)
    assert "POST /act" not in office.asked


async def test_a_lost_lease_prevents_the_click(chromium: Browser, office: OfficeServer) -> None:
    async def lost() -> None:
        raise LeaseLost("Item 1 was taken over by another worker.")

    guard = Guard()
    guard.lease_check = lost
    context = await chromium.context()
    system = Office(context, office.settings(), guard)
    with pytest.raises(LeaseLost):
        await system.send(await system.open_form("one"))
    assert "POST /act" not in office.asked
    await context.close()
