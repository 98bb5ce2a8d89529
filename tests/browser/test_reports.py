"""A leader's reports in a real browser: found, accessible, readable when narrow, and a card of one page on paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.browser.test_pages import base, page
from tests.widths import sticking_out

__all__ = ["base", "page"]


def test_a_leader_finds_the_reports_and_prints_a_card_of_one_page(page: Page) -> None:
    page.goto("/reports")
    page.get_by_role("link", name="Måneden efter").click()
    for link in ("Månedsrapport : Fakturaer", "De værste årsager", "Gevinstkort"):
        page.get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Fakturaer")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            result = Axe().run(page)
            assert result.violations_count == 0, result.generate_report()
        for width in (320, 1280):
            assert sticking_out(page, width) == []
    printed = page.pdf(prefer_css_page_size=True)
    assert re.findall(rb"/Type\s*/Pages\b.*?/Count (\d+)", printed, re.DOTALL) == [b"1"]
    page.get_by_role("main").get_by_role("link", name="Rapporter", exact=True).click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Excel : Fakturaer").click()
    assert taken.value.suggested_filename == f"invoices-{datetime.now(UTC):%Y-%m}.xlsx"
