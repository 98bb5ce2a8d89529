"""The mock systems over plain HTTP: what they show and export, what they write, and what their ledger says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import httpx
import pytest
from lxml import html

from mocks import ledger, state
from mocks.serve import STATE, running
from tests.clerk import DOCUMENT, GRANT, LINE, PAYMENT, Clerk, alert, at, heading, rows, shows_login
from tests.integration.conftest import MockServer
from tests.small_town import ANNA, BO, CVR, EAN, small_town


@pytest.mark.parametrize(("prefix", "start"), [("/opus", "Fakturaindbakke"), ("/sensum", "Borgersøgning")])
def test_a_login_opens_the_start_page_and_a_wrong_password_does_not(
    server: MockServer, prefix: str, start: str
) -> None:
    with Clerk(server.base) as clerk:
        assert alert(clerk.log_in(prefix, password="gæt")) == "Forkert brugernavn eller adgangskode."
        assert heading(clerk.log_in(prefix)) == start
        clerk.get(f"{prefix}/logaf")
        assert shows_login(clerk.get(f"{prefix}/"))


def test_without_a_session_finance_shows_its_login_in_place_and_grants_goes_to_it(server: MockServer) -> None:
    with httpx.Client(base_url=server.base) as stranger:
        in_place, elsewhere, export = (stranger.get(it) for it in (DOCUMENT, GRANT, "/opus/indbakke.xlsx"))
    assert in_place.status_code == 200
    assert shows_login(html.fromstring(in_place.text))
    assert (elsewhere.status_code, elsewhere.headers["location"]) == (303, "/sensum/login")
    assert export.headers["content-type"].startswith("text/html")


def test_an_idle_login_times_out(tmp_path: Path) -> None:
    state.open_or_create(tmp_path / STATE, small_town).close()
    with running(tmp_path, session_seconds=0) as base, Clerk(base) as clerk:
        assert shows_login(clerk.log_in("/opus"))


def test_the_inbox_shows_and_exports_what_has_come(clerk: Clerk) -> None:
    page = clerk.get("/opus/indbakke?status=alle&sorter=bilagsnr&retning=ned")
    shown = rows(page, "indbakke")
    assert [row[0] for row in shown] == [f"B2024-{serial:06d}" for serial in (4, 3, 2, 1)]
    assert shown[0][1:6] == ["04-11-2024", CVR, "Bosted Ådalen", "F-4", "12.345,67"]
    header, *exported = clerk.export("/opus/indbakke.xlsx?status=alle")
    assert header == ["Bilagsnr", "Modtaget", "CVR", "Leverandør", "Fakturanr", "Beløb", "Status", "Bemærkning"]
    assert exported[3][:6] == ["B2024-000004", date(2024, 11, 4), CVR, "Bosted Ådalen", "F-4", 12345.67]


def test_the_inbox_is_paged_and_filtered(tmp_path: Path) -> None:
    town = small_town()
    first = town.documents[0]
    town.documents = [type(first)(f"B2024-{it:06d}", first.received, CVR, "S", "F", it, b"") for it in range(1, 121)]
    state.open_or_create(tmp_path / STATE, lambda: town).close()
    with running(tmp_path) as base, Clerk(base) as clerk:
        assert len(rows(clerk.log_in("/opus"), "indbakke")) == 50
        last = clerk.get("/opus/indbakke?status=ny&side=3")
        assert [row[0] for row in rows(last, "indbakke")] == [f"B2024-{it:06d}" for it in range(101, 121)]
        assert not last.xpath("//a[.='Næste']")
        assert "Ingen bilag" in clerk.get("/opus/indbakke?status=bogfoert").text_content()
        assert len(clerk.export("/opus/indbakke.xlsx?status=bogfoert")) == 1


def test_an_invoice_is_shown_and_its_xml_given_as_it_came(clerk: Clerk) -> None:
    page = clerk.get(DOCUMENT)
    assert heading(page) == "Bilag B2024-000001"
    assert ["1", "Botilbud Lejr <b> & bål", "", "1", "MON", "12.345,67", "12.345,67"] in rows(page, "linjer")
    original = clerk.http.get(f"{DOCUMENT}/xml")
    assert original.content == small_town().documents[0].xml
    assert original.headers["content-type"] == "application/xml"


def test_an_unreadable_document_says_so_and_cannot_be_posted(clerk: Clerk) -> None:
    assert "kan ikke læses" in alert(clerk.get("/opus/bilag/B2024-000004"))
    assert "kan ikke læses" in alert(clerk.book("/opus/bilag/B2024-000004"))


def test_what_does_not_exist_is_not_found(clerk: Clerk) -> None:
    for path in (
        "/opus/bilag/B1",
        "/opus/bilag/B1/xml",
        "/opus/postering/1",
        "/sensum/borger/99",
        "/sensum/bevilling/G",
    ):
        assert clerk.http.get(path).status_code == 404


def test_a_posting_becomes_a_voucher_that_is_found_and_stands_in_the_ledger(clerk: Clerk, server: MockServer) -> None:
    receipt = clerk.book()
    assert heading(receipt) == "Bilag bogført"
    number = at(receipt, "bilagsnummer")
    assert number.startswith("51")
    assert at(receipt, "beloeb") == "12.345,67"

    (act,) = server.acts()
    assert (act.system, act.user, act.act) == ("finance", "robot", "post")
    line = {"psp": LINE["psp"], "art": "4.9", "ore": 1_234_567, "text": "Ophold"}
    line |= {"first": "2024-10-01", "last": "2024-10-31"}
    facts = {"voucher": number, "document": "B2024-000001", "cvr": CVR, "invoice": "F-1", "ore": 1_234_567}
    assert act.fields == {**facts, "lines": [line]}

    search = clerk.form("/opus/soeg") | {"invoice": "F-1", "cvr": CVR, "document": "B2024-000001"}
    search["period"] = f"{date.today():%m-%Y}"  # noqa: DTZ011
    found = rows(clerk.send("/opus/soeg", search), "posteringer")
    assert number in [row[0] for row in found]
    assert rows(clerk.get(f"/opus/postering/{number}"), "linjer") == [
        [LINE["psp"], "4.9", "12.345,67", "Ophold", "01-10-2024", "31-10-2024"]
    ]
    assert number in [row[0] for row in clerk.export("/opus/posteringer.xlsx")]
    assert "B2024-000001" in [row[0] for row in clerk.export("/opus/indbakke.xlsx?status=bogfoert")]


def test_a_second_posting_of_the_same_document_is_booked_as_real_systems_do(clerk: Clerk, server: MockServer) -> None:
    vouchers = [at(clerk.book("/opus/bilag/B2024-000002"), "bilagsnummer") for _ in range(2)]
    assert [act.fields["voucher"] for act in server.acts()] == vouchers
    assert len(set(vouchers)) == 2


def test_a_supplier_known_by_ean_alone_is_booked_under_its_cvr(clerk: Clerk, server: MockServer) -> None:
    clerk.book("/opus/bilag/B2024-000003")
    assert [act.fields["cvr"] for act in server.acts()] == [CVR]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"psp": "XG-1"}, "Linje 1: PSP-elementet »XG-1« findes ikke."),
        ({"art": ""}, "Linje 1: Arten »« findes ikke."),
        ({"beloeb": "12,345.67"}, "Linje 1: Beløb skal skrives som 12.345,67."),
        ({"beloeb": "12345,65"}, "Konteringen er på 12.345,65 kr., men bilagets beløb uden moms er 12.345,67 kr."),
        ({"fra": "2024-10-01"}, "Linje 1: Periode fra skal skrives som dd-mm-åååå."),
        ({"til": "30-09-2024"}, "Linje 1: Periode til ligger før Periode fra."),
    ],
)
def test_a_wrong_posting_is_refused_in_words_and_kept_on_the_page(
    clerk: Clerk, server: MockServer, changed: dict[str, str], words: str
) -> None:
    page = clerk.book(**changed)
    assert alert(page) == words
    ((name, text),) = changed.items()
    assert page.forms[0].fields[f"{name}1"] == text
    assert server.acts() == []


def test_several_lines_are_booked_in_order_and_blank_ones_left_out(clerk: Clerk, server: MockServer) -> None:
    address = f"{DOCUMENT}/kontering"
    form = clerk.form(f"{address}?linjer=3")
    for number, amount in ((1, "345,66"), (3, "12000")):
        form |= {f"{name}{number}": text for name, text in (LINE | {"beloeb": amount}).items()}
    assert heading(clerk.send(address, form)) == "Bilag bogført"
    (act,) = server.acts()
    assert [line["ore"] for line in act.fields["lines"]] == [34_566, 1_200_000]


def test_a_remark_gets_a_number_and_shows_in_the_inbox(clerk: Clerk, server: MockServer) -> None:
    page = clerk.send(f"{DOCUMENT}/bemaerkning", clerk.form(DOCUMENT) | {"bemaerkning": "Beløbet afviger"})
    assert "Bemærkning gemt" in page.text_content()
    (act,) = server.acts()
    assert act.fields == {"note": at(page, "notenummer"), "document": "B2024-000001", "text": "Beløbet afviger"}
    assert act.fields["note"].startswith("N000")
    assert "Beløbet afviger" in [row[7] for row in clerk.export("/opus/indbakke.xlsx?status=alle")]
    empty = clerk.send(f"{DOCUMENT}/bemaerkning", clerk.form(DOCUMENT) | {"bemaerkning": "  "})
    assert alert(empty) == "Bemærkningen er tom."


def test_a_citizen_is_found_without_the_number_in_any_address(clerk: Clerk) -> None:
    for typed in (ANNA, f"{ANNA[:6]}-{ANNA[6:]}"):
        answer = clerk.http.post("/sensum/borger", data=clerk.form("/sensum/borger") | {"cpr": typed})
        assert not any(ANNA in str(it.url) for it in (*answer.history, answer))
        page = html.fromstring(answer.text)
        assert at(page, "navn") == "Anna Holm"
    (first, second) = rows(page, "bevillinger")
    assert first[:11] == [
        *("G-000001", "§ 108", "Længerevarende botilbud", "4.9", CVR, "privat", "Autisme", "måned"),
        *("01-01-2023", "", "Bevilget"),
    ]
    assert first[11] == "01-01-2023: 12.000,00 01-01-2024: 12.345,67"
    assert first[12] == "01-09-2024 - 30-09-2024: 5100000007"
    assert second[9] == "30-06-2024"
    nobody = clerk.send("/sensum/borger", clerk.form("/sensum/borger") | {"cpr": "6101901235"})
    assert alert(nobody) == "Ingen borger fundet"


def test_a_payment_gets_a_receipt_and_shows_on_the_sheet(clerk: Clerk, server: MockServer) -> None:
    assert ["01-10-2024", "31-10-2024", "Nej", "", "", ""] in rows(clerk.get(GRANT), "dispositionsark")
    receipt = clerk.pay()
    assert heading(receipt) == "Betaling registreret"
    number = at(receipt, "kvitteringsnummer")
    (act,) = server.acts()
    period = {"first": "2024-10-01", "last": "2024-10-31"}
    facts = {"receipt": number, "grant": "G-000001", "voucher": "5100000008", "ore": 1_234_567}
    assert (act.system, act.act, act.fields) == ("grants", "mark_paid", facts | period)
    october = [row for row in rows(clerk.get(GRANT), "dispositionsark") if row[0] == "01-10-2024"]
    assert october == [["01-10-2024", "31-10-2024", "Ja", "5100000008", "12.345,67", number]]


def test_a_wrong_payment_is_refused_in_words(clerk: Clerk, server: MockServer) -> None:
    wrong = {"fra": "1/10-24", "til": "31-10-2024", "bilagsnummer": "", "beloeb": "ti"}
    page = clerk.send(f"{GRANT}/betalt", clerk.form(GRANT) | wrong)
    assert alert(page) == (
        "Periode fra skal skrives som dd-mm-åååå. Bilagsnummer skal være et nummer. Beløb skal skrives som 12.345,67."
    )
    assert server.acts() == []


def test_the_register_is_exported_whole(clerk: Clerk) -> None:
    header, *grants = clerk.export("/sensum/bevillinger.xlsx")
    assert header[:3] == ["Bevilling", "CPR", "Paragraf"]
    assert [(row[0], row[1]) for row in grants] == [("G-000001", ANNA), ("G-000002", ANNA), ("G-000003", BO)]
    assert dict(zip(header, grants[1], strict=True)) == {
        "Bevilling": "G-000002",
        "CPR": ANNA,
        "Paragraf": "§ 108",
        "Ydelse": "Længerevarende botilbud",
        "Art": "4.9",
        "Leverandør": CVR,
        "Ejerforhold": "privat",
        "Målgruppe": "Autisme",
        "Enhed": "måned",
        "Fra": date(2023, 1, 1),
        "Til": date(2024, 6, 30),
        "Status": "Bevilget",
        "Takster": "01-01-2023: 12.000,00; 01-01-2024: 12.345,67",
        "Betalt": "",
    }
    assert clerk.export("/sensum/leverandoerer.xlsx")[:2] == [
        ["CVR", "EAN", "Navn", "Ejerforhold"],
        [CVR, EAN, "Bosted Ådalen", "privat"],
    ]


def test_a_form_writes_once(clerk: Clerk, server: MockServer) -> None:
    form = clerk.form(GRANT) | PAYMENT
    assert heading(clerk.send(f"{GRANT}/betalt", form)) == "Betaling registreret"
    again = clerk.http.post(f"{GRANT}/betalt", data=form)
    assert again.status_code == 409
    assert heading(html.fromstring(again.text)) == "Siden er udløbet"
    assert len(server.acts()) == 1


def test_a_view_state_of_another_document_or_login_is_stale(clerk: Clerk, server: MockServer) -> None:
    with Clerk(server.base) as other:
        other.log_in("/opus")
        foreign = other.form(DOCUMENT)
    for form in (clerk.form("/opus/bilag/B2024-000002"), foreign, {}):
        answer = clerk.http.post(f"{DOCUMENT}/bemaerkning", data=form | {"bemaerkning": "hej"})
        assert answer.status_code == 409
    assert server.acts() == []


def test_a_second_start_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    state.open_or_create(tmp_path / STATE, small_town).close()
    vouchers = []
    for _ in range(2):
        with running(tmp_path) as base, Clerk(base) as clerk:
            clerk.log_in("/opus")
            vouchers.append(at(clerk.book(), "bilagsnummer"))
    assert vouchers == ["5100000008", "5100000009"]
    assert [act.fields["voucher"] for act in ledger.read(tmp_path / STATE)] == vouchers


def test_a_town_that_was_not_finished_is_begun_again(tmp_path: Path) -> None:
    broken = small_town()
    broken.documents.append(broken.documents[0])
    with pytest.raises(sqlite3.IntegrityError):
        state.open_or_create(tmp_path / STATE, lambda: broken)
    with closing(state.open_or_create(tmp_path / STATE, small_town)) as connection:
        assert connection.execute("select count(*) from documents").fetchone()[0] == 4


def test_the_ledger_cannot_be_changed(clerk: Clerk, server: MockServer) -> None:
    clerk.pay()
    with closing(sqlite3.connect(server.path)) as connection:
        for sql in ("update acts set user = 'x'", "delete from acts"):
            with pytest.raises(sqlite3.IntegrityError, match="append only"):
                connection.execute(sql)
    assert clerk.http.get("/_ledger").json()[-1]["act"] == "mark_paid"
