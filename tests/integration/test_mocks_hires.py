"""Personnel and the archive over plain HTTP, and what the four systems of certificates have in common."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import httpx
import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from mocks import ledger, state
from mocks.serve import HIRES_TRUTH, POSTS, STATE, running
from mocks.town import generate
from mocks.town.hires import table, truth
from tests.clerk import FOLDER, HIRE, NOTE, Clerk, alert, at, heading, rows, shows_login
from tests.integration.conftest import MockServer
from tests.small_hires import LIS, PER, ULF
from tests.small_town import small_town

LIS_BRO = f"{LIS};Lis Bro"


@pytest.mark.parametrize(
    ("prefix", "start", "in_place"),
    [
        ("/sd", "Ansættelser", False),
        ("/politi", "Ny anmodning", False),
        ("/post", "Indbakke", True),
        ("/esdh", "Find personalesag", True),
    ],
)
def test_a_login_opens_the_start_page_and_without_one_it_is_asked_for(
    mock_town: MockServer, prefix: str, start: str, in_place: bool
) -> None:
    with httpx.Client(base_url=mock_town.base, follow_redirects=True) as stranger:
        page = stranger.get(prefix)
        assert shows_login(html.fromstring(page.text))
        assert (page.url.path == f"{prefix}/login") is not in_place
    with Clerk(mock_town.base) as clerk:
        assert alert(clerk.log_in(prefix, password="gæt")) == "Forkert brugernavn eller adgangskode."
        assert heading(clerk.log_in(prefix)) == start
        clerk.get(f"{prefix}/logaf")
        assert shows_login(clerk.get(f"{prefix}/"))


def test_hires_are_listed_and_exported(visitor: Clerk) -> None:
    listed = rows(visitor.get("/sd/ansaettelser"), "ansaettelser")
    assert [row[0] for row in listed] == ["ANS000003", "ANS000002", "ANS000001"]
    assert listed[1][1:] == ["Per Skov", "Kontorassistent", "Rådhuset", "01-12-2024", "Ren 02-10-2024", ""]
    header, lis, per, ulf = visitor.export("/sd/ansaettelser.xlsx")
    assert dict(zip(header, lis, strict=True)) == {
        "Ansættelse": "ANS000001",
        "CPR": LIS,
        "Navn": "Lis Bro",
        "Stilling": "Pædagog",
        "Arbejdssted": "Børnehuset Åkanden",
        "Alder fra": 0,
        "Alder til": 6,
        "Tilknytning": "Fast",
        "Dage": 60,
        "Startdato": date(2024, 12, 1),
        "Slutdato": "",
        "Leder": "Eva Dam",
        "Leders e-mail": "eva.dam@kommune.example",
        "Oprettet": date(2024, 11, 4),
        "Straffeattest": "",
        "Børneattest": "",
    }
    assert (per[1], per[5], per[8], per[10], per[14]) == ("620675-1235", "", "", date(2025, 2, 28), "Ren 02-10-2024")
    assert ulf[1] == ""


def test_a_hire_is_shown_with_its_certificates(visitor: Clerk) -> None:
    page = visitor.get("/sd/ansaettelse/ANS000002")
    assert (heading(page), at(page, "navn"), at(page, "cpr")) == ("Ansættelse ANS000002", "Per Skov", "620675-1235")
    facts = {str(row[0].text): row[1].text or "" for row in page.xpath("//table[@id='ansaettelse']//tr")}
    assert (facts["Stilling"], facts["Alder fra"], facts["Slutdato"]) == ("Kontorassistent", "", "28-02-2025")
    assert rows(page, "attester") == [["Straffeattest", "Ren", "02-10-2024"], ["Børneattest", "", ""]]


def test_a_state_is_set_with_a_receipt_and_may_be_set_again(hr: Clerk, fresh_town: MockServer) -> None:
    saved = hr.set_state()
    assert (heading(saved), at(saved, "kvitteringsnummer")) == ("Status gemt", "ST000001")
    assert [at(saved, it) for it in ("ansaettelse", "attest", "status")] == ["ANS000001", "Børneattest", "Anmodet"]
    hr.set_state(status="Ren", dato="18-11-2024")
    assert rows(hr.get(HIRE), "attester")[1] == ["Børneattest", "Ren", "18-11-2024"]
    requested, clean = fresh_town.acts()
    assert (requested.system, requested.act) == ("personnel", "state")
    hire = {"hire": "ANS000001", "certificate": "Børneattest"}
    assert requested.fields == {"receipt": "ST000001", **hire, "state": "Anmodet", "day": "2024-11-12"}
    assert clean.fields == {"receipt": "ST000002", **hire, "state": "Ren", "day": "2024-11-18"}


def test_a_wrong_state_is_refused_in_words(visitor: Clerk) -> None:
    wrong = visitor.set_state(attest="Kørekort", status="", dato="2024")
    assert alert(wrong) == "Attest skal vælges. Status skal vælges. Dato skal skrives som dd-mm-åååå."


def test_a_folder_is_found_by_number_or_chosen_among_several(visitor: Clerk) -> None:
    form = visitor.form("/esdh/find")
    answer = visitor.http.post("/esdh/find", data=form | {"cpr": "610589-1238"})
    assert answer.url.path == FOLDER
    page = html.fromstring(answer.text)
    assert [heading(page), at(page, "navn"), at(page, "cpr")] == ["Personalesag PS000001", "Lis Bro", "610589-1238"]
    assert rows(page, "dokumenter") == [
        ["D000001", "Ansøgning", "Brev", "Personale-fortrolig", "Journaliseret", "04-11-2024", "J000001"]
    ]
    several = rows(visitor.search("/esdh/find", cpr=PER), "sager")
    assert several == [["PS000002", "Per Skov", "01-03-2019"], ["PS000003", "Per Skov", "04-11-2024"]]
    assert alert(visitor.search("/esdh/find", cpr=ULF)) == "Ingen personalesag fundet"


def test_a_note_is_saved_checked_in_and_found(hr: Clerk, fresh_town: MockServer) -> None:
    saved = hr.file()
    assert (heading(saved), at(saved, "mappe"), at(saved, "titel")) == ("Dokument gemt", "PS000001", NOTE["titel"])
    number = at(saved, "dokumentnummer")
    page = hr.get(f"/esdh/dokument/{number}")
    assert [at(page, it) for it in ("status", "journalnummer", "tekst")] == ["Tjekket ud", "", "Attesten er ren."]

    done = hr.check_in(number)
    journal = at(done, "journalnummer")
    assert (heading(done), at(done, "dokument")) == ("Dokument journaliseret", number)
    found = rows(hr.search("/esdh/dokumenter", mappe="PS000001", titel=NOTE["titel"]), "dokumenter")
    assert found == [[number, "PS000001", NOTE["titel"], "Journaliseret", journal]]
    nothing = hr.search("/esdh/dokumenter", mappe="PS000001", titel="Børneattest")
    assert nothing.xpath("string(//*[@role='status'])") == "Ingen dokumenter fundet"

    filed, checked_in = fresh_town.acts()
    assert (filed.system, filed.act, checked_in.act) == ("archive", "file", "check_in")
    facts = {"document": number, "folder": "PS000001", "title": NOTE["titel"], "type": "Notat"}
    more = {"access": "Personale-fortrolig", "day": "2024-11-18", "text": "Attesten er ren.", "file": False}
    assert filed.fields == facts | more
    assert checked_in.fields == {"journal": journal, "document": number, "folder": "PS000001"}


def test_a_document_that_is_checked_in_stays_as_it_is(hr: Clerk, fresh_town: MockServer) -> None:
    number = at(hr.file(), "dokumentnummer")
    form = hr.form(f"/esdh/dokument/{number}")
    hr.check_in(number)
    assert not hr.get(f"/esdh/dokument/{number}").forms
    again = hr.http.post(f"/esdh/dokument/{number}/tjekind", data=form)
    assert alert(html.fromstring(again.text)) == "Dokumentet er allerede journaliseret."
    assert [act.act for act in fresh_town.acts()] == ["file", "check_in"]


def test_a_file_comes_back_as_it_went_in(hr: Clerk, fresh_town: MockServer) -> None:
    number = at(hr.file(("åben æske.pdf", b"%PDF-1.4 \xff"), tekst=""), "dokumentnummer")
    answer = hr.http.get(f"/esdh/dokument/{number}/fil")
    assert answer.content == b"%PDF-1.4 \xff"
    assert fresh_town.acts()[-1].fields["file"] is True


def test_a_wrong_document_is_refused_in_words_and_stays_typed(visitor: Clerk) -> None:
    page = visitor.file(titel="", dokumenttype="Film", adgangskategori="Hemmelig", dato="i dag", tekst="")
    assert alert(page) == (
        "Titel skal udfyldes. Dokumenttype skal vælges. Adgangskategori skal vælges. Dato skal skrives som "
        "dd-mm-åååå. Skriv en tekst, eller vælg en fil."
    )
    assert page.forms[-1].fields["dato"] == "i dag"


def test_what_does_not_exist_is_not_found(visitor: Clerk) -> None:
    for path in (
        *("/sd/ansaettelse/A", "/post/besked/M", "/post/besked/M/bilag", "/post/besked/M000001/bilag"),
        *("/esdh/mappe/P", "/esdh/mappe/P/dokument", "/esdh/dokument/D", "/esdh/dokument/D000001/fil"),
    ):
        assert visitor.http.get(path).status_code == 404


def test_a_form_writes_once(hr: Clerk, fresh_town: MockServer) -> None:
    review = hr.check(LIS_BRO).forms[-1]
    document = at(hr.file(), "dokumentnummer")
    state_form = hr.form(HIRE) | {"attest": "Børneattest", "status": "Ren", "dato": "12-11-2024"}
    for address, form in (
        (f"{HIRE}/status", state_form),
        (review.action, dict(review.fields)),
        (f"{FOLDER}/dokument", hr.form(f"{FOLDER}/dokument") | NOTE),
        (f"/esdh/dokument/{document}/tjekind", hr.form(f"/esdh/dokument/{document}")),
    ):
        before = len(fresh_town.acts())
        assert hr.http.post(address, data=form).status_code == 200
        again = hr.http.post(address, data=form)
        assert (again.status_code, heading(html.fromstring(again.text))) == (409, "Siden er udløbet")
        assert len(fresh_town.acts()) == before + 1


@pytest.mark.parametrize(("kind", "written"), [("cut_before_write", 0), ("cut_after_write", 1)])
def test_a_cut_connection_leaves_the_write_unknown(
    hr: Clerk, fresh_town: MockServer, kind: str, written: int
) -> None:
    review = hr.check(LIS_BRO).forms[-1]
    for system, address, form in (
        ("portal", review.action, dict(review.fields)),
        ("mailbox", "/post/besked/M000002/slet", hr.form("/post/besked/M000002")),
        ("archive", f"{FOLDER}/dokument", hr.form(f"{FOLDER}/dokument") | NOTE),
    ):
        hr.faults(kind=kind, count=1, system=system)
        with pytest.raises(httpx.ReadError):
            hr.http.post(address, data=form)
        assert sum(act.system == system for act in fresh_town.acts()) == written


@pytest.mark.parametrize("system", ["personnel", "portal", "mailbox", "archive"])
def test_the_buttons_that_matter_can_be_renamed(visitor: Clerk, system: str) -> None:
    pages = {
        "personnel": (visitor.get, HIRE, "Gem status"),
        "portal": (lambda _: visitor.check(LIS_BRO), "", "Underskriv og send"),
        "mailbox": (visitor.get, "/post/besked/M000001", "Slet besked"),
        "archive": (visitor.get, f"{FOLDER}/dokument", "Gem dokument"),
    }
    show, path, button = pages[system]
    assert button in show(path).xpath("//button/text()")
    visitor.faults(kind="renamed_label", system=system)
    assert button not in show(path).xpath("//button/text()")


def test_the_archive_locks_out_who_calls_too_often_and_the_ledger_knows(tmp_path: Path) -> None:
    state.open_or_create(tmp_path / STATE, small_town).close()
    with running(tmp_path, archive_calls=5) as base, Clerk(base) as clerk:
        statuses = [clerk.http.get("/esdh/find").status_code for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        assert heading(clerk.get("/esdh/find")) == "Din adgang er spærret"
        assert clerk.http.get("/post/indbakke").status_code == 200
        assert clerk.http.get("/_faults").json() == []
    (act,) = ledger.read(tmp_path / STATE)
    assert (act.system, act.act, act.fields) == ("archive", "locked_out", {})


def test_the_archive_bears_four_calls_at_once_and_not_five(fresh_town: MockServer) -> None:
    late = {"kind": "latency", "ms": 700, "system": "archive"}
    httpx.post(f"{fresh_town.base}/_faults", json={"faults": [late]}).raise_for_status()

    def statuses(count: int) -> list[int]:
        with ThreadPoolExecutor(count) as pool:
            return sorted(pool.map(lambda _: httpx.get(f"{fresh_town.base}/esdh/find").status_code, range(count)))

    assert statuses(4) == [200] * 4
    assert fresh_town.acts() == []
    assert statuses(5) == [200] * 4 + [429]
    assert [act.act for act in fresh_town.acts()] == ["locked_out"]


def test_the_folder_holds_the_table_of_posts_and_the_truth_of_the_town(tmp_path: Path) -> None:
    town = generate(3, 0, flex=0, hires=60).hires
    with running(tmp_path, seed=3, size=0, flex=0, hires=60) as base, Clerk(base) as clerk:
        clerk.log_in("/sd")
        assert [row[0] for row in clerk.export("/sd/ansaettelser.xlsx")[1:]] == [it.number for it in town.hires]
        assert len(rows(clerk.get("/sd/ansaettelser"), "ansaettelser")) == 50
        last = clerk.get("/sd/ansaettelser?side=2")
        assert rows(last, "ansaettelser")[-1][0] == "ANS000001"
        assert not last.xpath("//a[.='Næste']")
    assert truth.read(tmp_path / HIRES_TRUTH) == town.truth
    posts = CalamineWorkbook.from_path(tmp_path / POSTS).get_sheet_by_index(0).to_python()
    assert tuple(posts[0]) == table.HEADER
    assert len(posts) == 1 + len(town.posts)
