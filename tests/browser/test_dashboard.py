"""A leader's walk through a real browser: look, choose, read a table, say what a case takes, and see hours saved."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import SCHEMES, base, page

__all__ = ["base", "page"]

DRAWN = "images => images.filter(it => it.complete && it.naturalWidth > 0).length"


def test_a_leader_looks_chooses_measures_and_sees_hours_saved(page: Page) -> None:
    page.goto("/dashboard")
    page.get_by_label("Robot", exact=True).select_option(label="Fakturaer")
    page.get_by_label("Dage", exact=True).select_option(label="Denne uge")
    page.get_by_role("button", name="Vis").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fakturaer")
    page.locator("summary", has_text="Tabel: Hvorfor en medarbejder skal tage sagen").click()
    table = page.get_by_role("table", name="Hvorfor en medarbejder skal tage sagen")
    expect(table.get_by_role("row", name="Beløbet afviger 1 33 %")).to_be_visible()
    page.get_by_role("link", name="Ikke målt").click()
    page.get_by_label("Minutter før").fill("30")
    page.get_by_label("Minutter nu").fill("12,5")
    page.get_by_label("Hvad en arbejdstime koster, i kroner").fill("320")
    page.get_by_label("Sådan blev det målt").fill("20 sager i uge 44")
    page.get_by_role("button", name="Gem målingen").click()
    expect(page.get_by_role("status")).to_have_text("Målingen er gemt og gælder nu.")
    page.get_by_role("main").get_by_role("link", name="Overblik").click()
    expect(page.get_by_label("Nøgletal")).to_contain_text("Sparede timer 0,5 160 kr.")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [390, 768, 1280, 1920])
def test_every_picture_is_drawn_for_its_width_and_its_mode(page: Page, width: int, scheme: str) -> None:
    drawn: list[str] = []
    page.on("response", lambda answer: drawn.append(answer.url) if ".svg" in answer.url else None)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/dashboard?robot=invoices")
    page.wait_for_load_state("networkidle")
    images = page.locator("main img")
    assert images.evaluate_all(DRAWN) == images.count() >= 4
    of_charts = [url for url in drawn if "/dashboard/" in url and "flow" not in url]
    assert {"size=narrow" in url for url in of_charts} == {width < 704}


def test_a_download_is_a_file(page: Page) -> None:
    page.goto("/dashboard")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Alt i Excel").click()
    assert taken.value.suggested_filename.startswith("kollega-")
    assert taken.value.path().read_bytes().startswith(b"PK")


def test_the_wall_screen_fits_and_lets_one_out(page: Page) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/dashboard?wall=1")
    assert page.evaluate("document.documentElement.scrollHeight") <= 1.15 * 1080
    page.get_by_role("link", name="Tilbage til den almindelige side").click()
    expect(page.get_by_role("navigation", name="Sider", exact=True)).to_be_visible()
