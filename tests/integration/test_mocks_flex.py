"""The income register and the benefits system over plain HTTP: what they show, export and write, and their ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from mocks import state
from mocks.serve import FLEX_TRUTH, OBS_LIST, STATE, running
from mocks.town import generate
from mocks.town.flex import obs, truth
from tests.clerk import CALCULATION, CASE, LETTER, Clerk, alert, at, heading, rows, shows_login
from tests.integration.conftest import MockServer
from tests.small_flex import EVA, KIM
from tests.small_town import small_town

OCTOBER, TO_NOVEMBER = ("10-2024", "10-2024"), ("10-2024", "11-2024")


@pytest.fixture
def clerk(mock_town: MockServer) -> Iterator[Clerk]:
    with Clerk(mock_town.base) as clerk:
        clerk.log_in("/eindkomst")
        clerk.log_in("/ky")
        yield clerk
        clerk.http.delete("/_faults")
        clerk.http.post("/_clock", json={"today": "2024-11-11"})


def numbers(page: html.HtmlElement) -> list[str]:
    """The reports of a result, by the ends of their numbers."""
    return [row[0][-1] for row in rows(page, "indberetninger")]


@pytest.mark.parametrize(("prefix", "start"), [("/eindkomst", "Indkomstoplysninger"), ("/ky", "Arbejdsliste")])
def test_a_login_opens_the_start_page_and_a_wrong_password_does_not(
    server: MockServer, prefix: str, start: str
) -> None:
    with Clerk(server.base) as clerk:
        assert alert(clerk.log_in(prefix, password="gæt")) == "Forkert brugernavn eller adgangskode."
        assert heading(clerk.log_in(prefix)) == start
        clerk.get(f"{prefix}/logaf")
        assert shows_login(clerk.get(f"{prefix}/"))


def test_without_a_session_benefits_shows_its_login_in_place_and_income_goes_to_it(server: MockServer) -> None:
    with httpx.Client(base_url=server.base) as stranger:
        in_place, elsewhere = stranger.get(CASE), stranger.get("/eindkomst/resultat/1")
    assert in_place.status_code == 200
    assert shows_login(html.fromstring(in_place.text))
    assert (elsewhere.status_code, elsewhere.headers["location"]) == (303, "/eindkomst/login")


def test_a_pay_period_finds_what_lies_within_it_and_a_base_month_what_is_corrected_later(clerk: Clerk) -> None:
    assert numbers(clerk.look_up(EVA, "loenperiode", *OCTOBER)) == ["2", "3"]
    assert numbers(clerk.look_up(EVA, "loenperiode", "09-2024", "09-2024")) == ["1"]
    assert numbers(clerk.look_up(EVA, "basismaaned", *OCTOBER)) == ["2"]
    assert numbers(clerk.look_up(EVA, "basismaaned", *TO_NOVEMBER)) == ["2", "3"]


def test_a_report_is_shown_with_its_fields(clerk: Clerk) -> None:
    page = clerk.look_up("610390-1236", "loenperiode", *OCTOBER)
    assert (at(page, "navn"), at(page, "cpr")) == ("Eva Dam", "610390-1236")
    report, correction = rows(page, "indberetninger")
    assert report[:8] == [
        "IND000000002",
        "I",
        "00",
        "25313763",
        "Bageriet Faxe",
        "2024-10",
        "01-10-2024",
        "31-10-2024",
    ]
    assert report[8:12] == ["31-10-2024", "30-10-2024", "", ""]
    assert "057 A-indkomst med AM-bidrag: 14.550,00 096 Løntimer: 78,00 197 Egen andel af pension" in report[12]
    assert correction[8:] == [
        "05-11-2024",
        "06-11-2024",
        "R",
        "IND000000002",
        "057 A-indkomst med AM-bidrag: -500,50",
    ]


def test_a_result_is_exported_with_a_column_for_each_field(clerk: Clerk) -> None:
    page = clerk.look_up(EVA, "basismaaned", *TO_NOVEMBER)
    (link,) = page.xpath("//a[.='Eksportér til Excel']/@href")
    header, *found = clerk.export(link)
    report, correction = (dict(zip(header, row, strict=True)) for row in found)
    assert (report["Indberetning"], report["Dispositionsdato"]) == ("IND000000002", date(2024, 10, 31))
    assert (report["057 A-indkomst med AM-bidrag"], report["096 Løntimer"]) == (14_550, 78)
    assert (correction["Rettelse"], correction["057 A-indkomst med AM-bidrag"]) == ("R", -500.5)
    assert correction["197 Egen andel af pension"] == ""


def test_a_late_report_is_there_from_its_day_on(clerk: Clerk) -> None:
    assert clerk.http.get("/_clock").json() == {"today": "2024-11-11"}
    assert "4" not in numbers(clerk.look_up(EVA, "loenperiode", *OCTOBER))
    clerk.http.post("/_clock", json={"today": "2024-11-18"})
    found = {row[4]: row for row in rows(clerk.look_up(EVA, "loenperiode", *OCTOBER), "indberetninger")}
    assert (
        found["Brugsen Præstø"][12]
        == "057 A-indkomst med AM-bidrag: 2.000,00 200 Ingen sammenhæng mellem løn og timer: Ja"
    )


def test_nothing_reported_and_nobody_known_are_different_answers(clerk: Clerk) -> None:
    assert clerk.look_up(KIM, "loenperiode", *OCTOBER).xpath("string(//*[@role='status'])") == (
        "Ingen indberetninger fundet"
    )
    assert alert(clerk.look_up("6101901234", "loenperiode", *OCTOBER)) == "Personen findes ikke i eIndkomst."


def test_a_wrong_search_is_refused_in_words_and_opens_nothing(clerk: Clerk, server: MockServer) -> None:
    form = clerk.form("/eindkomst/soeg")
    page = clerk.send("/eindkomst/soeg", form | {"cpr": EVA, "formaal": "", "fra": "10-2024", "til": "09-2024"})
    assert alert(page) == "Vælg et adgangsformål. Periode til ligger før Periode fra."
    assert server.acts() == []


def test_the_ledger_knows_who_was_looked_up_and_no_address_or_act_carries_the_number(
    clerk: Clerk, server: MockServer
) -> None:
    addresses: list[str] = []
    clerk.http.event_hooks["request"].append(lambda request: addresses.append(str(request.url)))
    clerk.look_up(EVA, "basismaaned", *TO_NOVEMBER)
    (act,) = server.acts()
    assert (act.system, act.act) == ("income", "look_up")
    assert (act.fields["basis"], act.fields["first"], act.fields["last"]) == (
        "basismaaned",
        "2024-10-01",
        "2024-11-01",
    )
    assert addresses[-1].endswith(f"/eindkomst/resultat/{act.fields['search']}")
    assert not [it for it in (*addresses, str(act.fields)) if EVA in it]


def test_a_user_has_one_search_at_a_time_even_if_nobody_waits_for_it(tmp_path: Path) -> None:
    state.open_or_create(tmp_path / STATE, small_town).close()
    with running(tmp_path) as base, Clerk(base) as first, Clerk(base) as second:
        for clerk in (first, second):
            clerk.log_in("/eindkomst")
        first.faults(kind="slow_search", ms=600_000, count=1)
        first.http.timeout = 1
        with pytest.raises(httpx.ReadTimeout):
            first.look_up(EVA, "loenperiode", *OCTOBER)
        assert second.http.get("/_faults").json()[0]["times"] == 1
        assert alert(second.look_up(EVA, "loenperiode", *OCTOBER)) == (
            "Du har allerede en søgning i gang. Vent, til den er færdig."
        )


def test_a_search_that_takes_too_long_is_given_up_and_can_be_made_again(clerk: Clerk, server: MockServer) -> None:
    clerk.faults(kind="search_timeout", count=1)
    assert alert(clerk.look_up(EVA, "loenperiode", *OCTOBER)).startswith("Søgningen blev afbrudt")
    assert server.acts() == []
    assert numbers(clerk.look_up(EVA, "loenperiode", *OCTOBER)) == ["2", "3"]


def test_the_worklist_shows_what_the_month_lacks(clerk: Clerk) -> None:
    page = clerk.get("/ky/arbejdsliste?vis=alle")
    assert at(page, "maaned") == "11-2024"
    assert rows(page, "arbejdsliste")[1] == [
        *("FLX000002", "Kim Ås", "Brugsen Præstø", "01-01-2024", "9,50", "Mangler beregning"),
    ]
    paid = clerk.get("/ky/arbejdsliste?maaned=10-2024&vis=udbetalt")
    assert [row[0] for row in rows(paid, "arbejdsliste")] == ["FLX000001"]


def test_the_worklist_is_paged(tmp_path: Path) -> None:
    with running(tmp_path, size=0, flex=60) as base, Clerk(base) as clerk:
        assert len(rows(clerk.log_in("/ky"), "arbejdsliste")) == 50
        last = clerk.get("/ky/arbejdsliste?side=2")
        assert [row[0] for row in rows(last, "arbejdsliste")] == [f"FLX{it:06d}" for it in range(51, 61)]
        assert not last.xpath("//a[.='Næste']")
        assert len(clerk.export("/ky/sager.xlsx")) == 61


def test_a_case_is_found_by_number_and_shows_all_that_is_known(clerk: Clerk) -> None:
    found = clerk.http.post("/ky/borger", data=clerk.form("/ky/borger") | {"cpr": "610390-1236"})
    assert found.url.path == CASE
    page = html.fromstring(found.text)
    assert (heading(page), at(page, "navn"), at(page, "cpr")) == ("Sag FLX000001", "Eva Dam", "610390-1236")
    facts = {str(row[0].text): row[1].text or "" for row in page.xpath("//table[@id='sag']//tr")}
    assert facts == {
        "Arbejdsgiver CVR": "25313763",
        "Arbejdsgiver": "Bageriet Faxe",
        "Job fra": "15-03-2022",
        "Job til": "",
        "Ugentlige timer": "18,00",
        "Pensionsaftale": "Oplyst i procent",
        "Egen andel": "4,00",
        "Arbejdsgivers andel": "8,00",
        "Selvstændig": "Nej",
        "Flyttet": "",
    }
    assert rows(page, "lofter")[1] == ["01-04-2024", "", "32.067,00"]
    sickness = ["Sygedagpenge", "Sygedagpengeloven", "10-2024", "", "2,50", "12.000,00", "Nej"]
    assert rows(page, "ydelser") == [sickness]
    assert rows(page, "ferie") == [["10-2024", "4.000,00", "10,00", "2,00"]]
    assert ["U000001", "FLX000001", "10-2024", "15.272,00", "500,00", "31-10-2024", ""] in rows(page, "udbetalinger")
    assert alert(clerk.send("/ky/borger", clerk.form("/ky/borger") | {"cpr": "6101901234"})) == "Ingen sag fundet"


def test_the_cases_of_the_month_are_exported_whole(clerk: Clerk) -> None:
    header, eva, kim = clerk.export("/ky/sager.xlsx?maaned=12-2024")
    case: dict[str, Any] = dict(zip(header, eva, strict=True))
    assert case == {
        "Sag": "FLX000001",
        "CPR": EVA,
        "Navn": "Eva Dam",
        "Status": "Mangler beregning",
        "Arbejdsgiver CVR": "25313763",
        "Arbejdsgiver": "Bageriet Faxe",
        "Job fra": date(2022, 3, 15),
        "Job til": "",
        "Ugentlige timer": 18,
        "Pensionsaftale": "Oplyst i procent",
        "Egen andel": 4,
        "Arbejdsgivers andel": 8,
        "Selvstændig": "Nej",
        "Flyttet": "",
        "Lønlofter": "01-03-2022 | 31-03-2024 | 30.000,00; 01-04-2024 |  | 32.067,00",
        "Ydelser": "Sygedagpenge | Sygedagpengeloven | 10-2024 |  | 2,50 | 12.000,00 | Nej",
        "Ferie": "10-2024 | 4.000,00 | 10,00 | 2,00",
        "Udbetalinger": case["Udbetalinger"],
    }
    assert case["Udbetalinger"].startswith("10-2024 | 15.272,00 | 500,00 | U000001")
    assert kim[header.index("Lønlofter")] == ""


def test_an_approved_payment_gets_a_receipt_and_is_found_by_case_and_month(clerk: Clerk, server: MockServer) -> None:
    receipt = clerk.approve()
    assert heading(receipt) == "Udbetaling godkendt"
    number = at(receipt, "kvitteringsnummer")
    assert (at(receipt, "sag"), at(receipt, "maaned"), at(receipt, "tilskud")) == (
        "FLX000001",
        "11-2024",
        "15.272,00",
    )

    calculated, approved = server.acts()
    assert (calculated.system, calculated.act, approved.act) == ("benefits", "calculate", "approve")
    saved = calculated.fields["calculation"]
    amounts = {"wage": 14_616_00, "other_wage": 0, "pension": 1_800_00, "reduction": 4_680_00, "ceiling": 32_067_00}
    entered = amounts | {"subsidy": 15_272_00, "atp": 500_00, "reasoning": CALCULATION["begrundelse"]}
    case = {"case": "FLX000001", "month": "2024-11-01"}
    assert calculated.fields == {"calculation": saved} | case | entered
    paid = {"ore": 15_272_00, "atp": 500_00, "calculation": saved}
    assert approved.fields == {"receipt": number} | case | paid

    search = clerk.form("/ky/udbetalinger") | {"sag": "FLX000001", "maaned": "11-2024"}
    found = rows(clerk.send("/ky/udbetalinger", search), "udbetalinger")
    assert found[0] == [number, "FLX000001", "11-2024", "15.272,00", "500,00", "11-11-2024", saved]
    nothing = clerk.send(
        "/ky/udbetalinger", clerk.form("/ky/udbetalinger") | {"sag": "FLX000001", "maaned": "12-2024"}
    )
    assert nothing.xpath("string(//*[@role='status'])") == "Ingen udbetalinger fundet"
    listed = rows(clerk.get("/ky/arbejdsliste?vis=udbetalt"), "arbejdsliste")
    assert [(row[0], row[-1]) for row in listed] == [("FLX000001", "Udbetalt")]


def test_a_calculation_alone_pays_nothing(clerk: Clerk, server: MockServer) -> None:
    page = clerk.calculate(maaned="01-2025", begrundelse="Linje 1\nLinje <2>")
    assert heading(page).startswith("Beregning BER")
    assert at(page, "begrundelse").split("\n") == ["Linje 1", "Linje <2>"]
    assert [act.act for act in server.acts()] == ["calculate"]
    listed = rows(clerk.get("/ky/arbejdsliste?maaned=01-2025"), "arbejdsliste")
    assert [row[-1] for row in listed] == ["Beregnet", "Mangler beregning"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"maaned": "13-2024"}, "Måned skal skrives som mm-åååå."),
        ({"tilskud": "15,272.00"}, "Fleksløntilskud skal skrives som 12.345,67."),
        ({"loen": "-1,00"}, "Beløb kan ikke være negative."),
        ({"tilskud": "100,00"}, "ATP overstiger fleksløntilskuddet."),
        ({"begrundelse": " "}, "Begrundelse skal udfyldes."),
    ],
)
def test_a_wrong_calculation_is_refused_in_words_and_stays_typed(
    clerk: Clerk, server: MockServer, changed: dict[str, str], words: str
) -> None:
    page = clerk.calculate(**changed)
    assert alert(page) == words
    assert page.forms[-1].fields["loft"] == "32.067,00"
    assert server.acts() == []


def test_a_second_payment_of_the_same_month_is_made_as_real_systems_do(clerk: Clerk, server: MockServer) -> None:
    receipts = [at(clerk.approve(), "kvitteringsnummer") for _ in range(2)]
    assert [act.fields["receipt"] for act in server.acts() if act.act == "approve"] == receipts
    assert len(set(receipts)) == 2


def test_a_letter_gets_a_receipt_and_is_found_and_read(clerk: Clerk, server: MockServer) -> None:
    sent = clerk.write()
    assert heading(sent) == "Brev sendt"
    number = at(sent, "kvitteringsnummer")
    (act,) = server.acts()
    facts = {"receipt": number, "case": "FLX000001", "month": "2024-11-01", "heading": LETTER["overskrift"]}
    assert (act.system, act.act) == ("benefits", "letter")
    assert {**act.fields, "text": act.fields["text"].replace("\r\n", "\n")} == facts | {"text": LETTER["tekst"]}
    search = clerk.form("/ky/breve") | {"sag": "FLX000001", "maaned": "11-2024"}
    assert [number, "FLX000001", "11-2024", "Dit fleksløntilskud", "11-11-2024"] in rows(
        clerk.send("/ky/breve", search), "breve"
    )
    assert "Venlig hilsen" in at(clerk.get(f"/ky/brev/{number}"), "tekst")


def test_a_wrong_letter_or_search_is_refused_in_words(clerk: Clerk, server: MockServer) -> None:
    assert alert(clerk.write(overskrift="", tekst="")) == "Overskrift skal udfyldes. Brevtekst skal udfyldes."
    wrong = clerk.send("/ky/breve", clerk.form("/ky/breve") | {"maaned": "november"})
    assert alert(wrong) == "Måned skal skrives som mm-åååå."
    assert server.acts() == []


def test_what_does_not_exist_is_not_found(clerk: Clerk) -> None:
    for path in (
        *("/eindkomst/resultat/99999", "/eindkomst/resultat/99999.xlsx", "/ky/sag/F", "/ky/sag/F/beregning"),
        *("/ky/sag/F/brev", "/ky/beregning/B", "/ky/brev/D"),
    ):
        assert clerk.http.get(path).status_code == 404


def test_a_form_writes_once(clerk: Clerk, server: MockServer) -> None:
    approval = clerk.calculate().forms[-1]
    for address, form in (
        (f"{CASE}/beregning", clerk.form(f"{CASE}/beregning") | CALCULATION),
        (approval.action, dict(approval.fields)),
        (f"{CASE}/brev", clerk.form(f"{CASE}/brev") | LETTER),
    ):
        before = len(server.acts())
        assert clerk.http.post(address, data=form).status_code == 200
        again = clerk.http.post(address, data=form)
        assert (again.status_code, heading(html.fromstring(again.text))) == (409, "Siden er udløbet")
        assert len(server.acts()) == before + 1


@pytest.mark.parametrize(("kind", "written"), [("cut_before_write", 0), ("cut_after_write", 1)])
def test_a_cut_connection_leaves_the_payment_unknown(
    clerk: Clerk, server: MockServer, kind: str, written: int
) -> None:
    approval = clerk.calculate().forms[-1]
    clerk.faults(kind=kind, count=1, system="benefits")
    with pytest.raises(httpx.ReadError):
        clerk.http.post(approval.action, data=dict(approval.fields))
    assert sum(act.act == "approve" for act in server.acts()) == written


def test_an_expired_session_loses_what_was_posted(clerk: Clerk, server: MockServer) -> None:
    form = clerk.form(f"{CASE}/brev") | LETTER
    clerk.faults(kind="expired_session", count=1, system="benefits")
    assert shows_login(clerk.send(f"{CASE}/brev", form))
    clerk.faults(kind="expired_session", count=1, system="income")
    assert shows_login(clerk.look_up(EVA, "loenperiode", *OCTOBER))
    assert server.acts() == []


def test_the_labels_that_matter_can_be_renamed(clerk: Clerk) -> None:
    clerk.faults(kind="renamed_label")
    labels = {str(it.text) for it in clerk.get(f"{CASE}/beregning").xpath("//label | //button")}
    assert {"Tilskud", "Gem"} <= labels
    assert not labels & {"Fleksløntilskud", "Gem beregning"}


def test_the_towns_day_and_payments_outlive_a_restart(tmp_path: Path) -> None:
    receipts = []
    for _ in range(2):
        with running(tmp_path, size=0, flex=3) as base, Clerk(base) as clerk:
            clerk.log_in("/ky")
            receipts.append(at(clerk.approve(), "kvitteringsnummer"))
            today = clerk.http.get("/_clock").json()["today"]
            clerk.http.post("/_clock", json={"today": "2024-11-20"})
    assert today == "2024-11-20"
    assert len(set(receipts)) == 2


def test_the_folder_holds_the_obs_list_and_the_truth_of_the_town(tmp_path: Path) -> None:
    town = generate(3, 0, flex=30).flex
    with running(tmp_path, seed=3, size=0, flex=30) as base, Clerk(base) as clerk:
        clerk.log_in("/ky")
        assert [row[0] for row in clerk.export("/ky/sager.xlsx")[1:]] == [it.case for it in town.truth]
        listed = CalamineWorkbook.from_path(tmp_path / OBS_LIST).get_sheet_by_index(0).to_python()
    assert truth.read(tmp_path / FLEX_TRUTH) == town.truth
    assert tuple(listed[0]) == obs.HEADER
    assert [str(row[0]).replace("-", "") for row in listed[1:]] == [it.cpr for it in town.obs]


def test_a_town_of_another_version_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / STATE
    connection = state.open_or_create(path, lambda: generate(1, 0, flex=0))
    connection.execute("pragma user_version = 1")
    connection.close()
    with pytest.raises(RuntimeError, match="another version"):
        state.open_or_create(path, lambda: generate(1, 0, flex=0))
