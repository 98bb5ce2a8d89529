"""The police's portal and the mailbox over plain HTTP: requests, how they move with the clock, what is deleted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
from lxml import html

from mocks import state
from mocks.serve import STATE, running
from tests.clerk import Clerk, alert, at, heading, rows
from tests.integration.conftest import MockServer
from tests.small_hires import LIS, PER, ULF
from tests.small_town import small_town

LIS_BRO, PER_SKOV, ULF_TOFT = f"{LIS};Lis Bro", f"{PER};Per Skov", f"{ULF};Ulf Toft"
PRIVATE = {"attesttype": "Privat straffeattest", "hjemmel": "Samtykke"}
POLICE = "Rigspolitiet, Kriminalregisteret"


def requests(clerk: Clerk) -> list[dict[str, Any]]:
    header, *found = clerk.export("/politi/anmodninger.xlsx")
    return [dict(zip(header, row, strict=True)) for row in found]


def arrived(clerk: Clerk) -> list[list[str]]:
    """The mail of the police that has come since the beginning, the oldest first."""
    return rows(clerk.get("/post/indbakke"), "indbakke")[::-1][2:]


def said(clerk: Clerk, message: str) -> list[str]:
    """The lines of the message's PDF."""
    answer = clerk.http.get(f"/post/besked/{message}/bilag")
    assert answer.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    try:
        return [line for page in document for line in page.get_textpage().get_text_bounded().splitlines()]
    finally:
        document.close()


def test_a_request_is_checked_then_sent_and_found(hr: Clerk, fresh_town: MockServer) -> None:
    checked = hr.check(LIS_BRO, "", PER_SKOV)
    assert (heading(checked), at(checked, "antal")) == ("Kontrollér anmodning", "2")
    assert rows(checked, "personer") == [["610589-1238", "Lis Bro"], ["620675-1235", "Per Skov"]]
    assert "Vil du sende 2 anmodninger om Børneattest?" in html.tostring(checked, encoding="unicode")
    assert requests(hr) == []

    sent = hr.order(LIS_BRO, PER_SKOV)
    assert (heading(sent), at(sent, "anmodningsnummer"), at(sent, "antal")) == ("Anmodning sendt", "P000001", "2")
    lis, per = requests(hr)
    assert lis == {
        "Anmodning": "P000001",
        "CPR": LIS,
        "Navn": "Lis Bro",
        "Attesttype": "Børneattest",
        "Hjemmel": "Børneattestloven § 2",
        "Sendt": date(2024, 11, 11),
        "Status": "Afventer samtykke",
        "Status fra": date(2024, 11, 11),
    }
    assert (per["Anmodning"], per["CPR"]) == ("P000001", PER)
    found = rows(hr.search("/politi/anmodninger", cpr="610589-1238", attesttype="Børneattest"), "anmodninger")
    assert found == [
        ["P000001", "Børneattest", "Børneattestloven § 2", "11-11-2024", "Afventer samtykke", "11-11-2024"]
    ]
    (act,) = fresh_town.acts()
    assert (act.system, act.act, act.fields["kind"], len(act.fields["persons"])) == (
        "portal",
        "request",
        "children",
        2,
    )
    assert not [it for it in (LIS, PER, "Lis Bro") if it in str(act.fields)]


def test_what_nobody_requested_is_not_found(hr: Clerk) -> None:
    for typed in ({"cpr": ULF}, {"cpr": LIS, "attesttype": "Offentlig straffeattest"}):
        hr.order(LIS_BRO)
        page = hr.search("/politi/anmodninger", **typed)
        assert page.xpath("string(//*[@role='status'])") == "Ingen anmodninger fundet"


def test_persons_may_come_in_a_file(hr: Clerk) -> None:
    lines = f"{LIS_BRO}\r\n{ULF};Ulf Ærø\r\n"
    assert at(hr.order(file=lines.encode("utf-8-sig")), "antal") == "2"
    assert [it["Navn"] for it in requests(hr)] == ["Lis Bro", "Ulf Ærø"]


def test_a_wrong_request_is_refused_in_words_that_name_the_line(visitor: Clerk) -> None:
    none = dict.fromkeys(("attesttype", "hjemmel", "formaal", "kontaktperson"), "")
    assert alert(visitor.check(**none)) == (
        "Attesttype skal vælges. Hjemmel skal udfyldes. Formål skal udfyldes. Kontaktperson skal udfyldes. "
        "Personer skal udfyldes."
    )
    lines = [LIS_BRO, "6113901234;Nr. To", f"{PER};", LIS_BRO, "Per Skov", "610589-1238;Nr. Seks"]
    page = visitor.check(*lines)
    assert alert(page) == (
        "Linje 2: CPR-nummeret er ikke gyldigt. Linje 3: Navn mangler. Linje 4: Personen er nævnt før. "
        "Linje 5 skal skrives som ddmmååssss;Navn. Linje 6: CPR-nummeret er ikke gyldigt."
    )
    assert page.forms[-1].fields["personer"].split() == " ".join(lines).split()
    assert alert(visitor.check(LIS_BRO, file=LIS_BRO.encode())) == (
        "Skriv personerne, eller vælg en fil, ikke begge dele."
    )
    assert alert(visitor.check(file="Lis Brø".encode("latin-1"))) == "Filen skal være tekst i UTF-8."
    many = [f"{number};Nr. {number}" for number in range(6101901000, 6101901051)]
    assert alert(visitor.check(*many)) == "Der kan højst anmodes om 50 personer ad gangen."
    assert at(visitor.check(*many[:50]), "antal") == "50"


def test_consent_and_answer_come_day_by_day(hr: Clerk) -> None:
    hr.order(LIS_BRO)
    stations = []
    for day in ("2024-11-12", "2024-11-13", "2024-11-15", "2024-11-16"):
        hr.move_clock(day)
        (line,) = requests(hr)
        stations.append((line["Status"], line["Status fra"].day, len(arrived(hr))))
    assert stations == [
        ("Afventer samtykke", 11, 0),
        ("Samtykke givet", 13, 0),
        ("Samtykke givet", 13, 0),
        ("Besvaret", 16, 1),
    ]
    ((number, *message),) = arrived(hr)
    assert message == ["16-11-2024", POLICE, "Svar på anmodning", "P000001", "attest.pdf"]
    page = hr.get(f"/post/besked/{number}")
    told = [at(page, it) for it in ("modtaget", "afsender", "emne", "anmodning", "navn", "cpr", "attesttype")]
    assert told == ["16-11-2024", POLICE, "Svar på anmodning", "P000001", "Lis Bro", "610589-1238", "Børneattest"]
    assert said(hr, number)[2:11] == [
        "BØRNEATTEST",
        "Attestnummer: A000001",
        "Anmodning: P000001",
        "Navn: Lis Bro",
        "CPR-nummer: 610589-1238",
        "Udstedt: 16-11-2024",
        "Formål: Ansættelse",
        "Hjemmel: Børneattestloven § 2",
        "Der er ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten.",
    ]


def test_several_days_at_once_bring_all_that_fell_due_in_the_order_of_its_days(hr: Clerk) -> None:
    hr.order(LIS_BRO, PER_SKOV, ULF_TOFT)
    hr.order(LIS_BRO, **PRIVATE)
    hr.move_clock("2024-12-02")
    assert [(row[1], row[3], row[4], row[5]) for row in arrived(hr)] == [
        ("12-11-2024", "Fritaget for Digital Post", "P000001", ""),
        ("12-11-2024", "Svar på anmodning", "P000002", "attest.pdf"),
        ("14-11-2024", "Svar på anmodning", "P000002", "attest.pdf"),
        ("16-11-2024", "Svar på anmodning", "P000001", "attest.pdf"),
        ("25-11-2024", "Samtykke ikke givet", "P000001", ""),
    ]
    assert [(it["Status"], it["Status fra"].isoformat()) for it in requests(hr)] == [
        ("Besvaret", "2024-11-16"),
        ("Samtykke ikke givet", "2024-11-25"),
        ("Fritaget for Digital Post", "2024-11-12"),
        ("Besvaret", "2024-11-12"),
    ]
    exempt, first, second, *_ = (row[0] for row in arrived(hr))
    assert at(hr.get(f"/post/besked/{exempt}"), "cpr") == "630781-1234"
    assert said(hr, first)[3] != said(hr, second)[3]
    assert len(said(hr, first)) > 13


def test_nothing_happens_twice_when_the_clock_goes_back_and_on(hr: Clerk) -> None:
    hr.order(LIS_BRO)
    for day in ("2024-11-20", "2024-11-11", "2024-11-20"):
        hr.move_clock(day)
    assert len(arrived(hr)) == 1


def test_a_person_who_is_requested_twice_is_answered_twice(hr: Clerk) -> None:
    for _ in range(2):
        hr.order(LIS_BRO)
    hr.move_clock("2024-11-20")
    assert [row[4] for row in arrived(hr)] == ["P000001", "P000002"]


def test_the_mail_is_listed_exported_and_read(visitor: Clerk) -> None:
    header, newsletter, stray = visitor.export("/post/indbakke.xlsx")
    assert header == ["Besked", "Modtaget", "Afsender", "Emne", "Anmodning", "Bilag"]
    assert newsletter == ["M000001", date(2024, 11, 6), "KL", "Nyhedsbrev", "", ""]
    assert stray == ["M000002", date(2024, 11, 7), POLICE, "Svar på anmodning", "P900001", "attest.pdf"]
    page = visitor.get("/post/besked/M000001")
    assert [at(page, it) for it in ("anmodning", "navn", "cpr", "attesttype")] == ["", "", "", ""]
    assert at(page, "tekst") == "Læs mere på vores hjemmeside."
    assert not page.xpath("//a[.='Hent bilag']")
    assert visitor.get("/post/besked/M000002").xpath("//a[.='Hent bilag']/@href") == ["/post/besked/M000002/bilag"]


def test_what_is_deleted_leaves_a_receipt_and_not_one_byte(hr: Clerk, fresh_town: MockServer) -> None:
    pdf = hr.http.get("/post/besked/M000002/bilag").content
    gist = pdf[len(pdf) // 4 : len(pdf) // 4 + 60]
    assert gist in on_disk(fresh_town.path)
    assert b"6408921236" in on_disk(fresh_town.path)

    deleted = hr.delete("M000002")
    assert (heading(deleted), at(deleted, "besked"), at(deleted, "slettet")) == (
        "Besked slettet",
        "M000002",
        "11-11-2024",
    )
    receipt = at(deleted, "kvitteringsnummer")
    assert gist not in on_disk(fresh_town.path)
    assert b"6408921236" not in on_disk(fresh_town.path)
    assert b"Nora Bak" not in on_disk(fresh_town.path)

    for path in ("/post/besked/M000002", "/post/besked/M000002/bilag"):
        assert hr.http.get(path).status_code == 404
    assert rows(hr.search("/post/slettede", besked="M000002"), "slettede") == [[receipt, "M000002", "11-11-2024"]]
    nothing = hr.search("/post/slettede", besked="M000001")
    assert nothing.xpath("string(//*[@role='status'])") == "Ingen beskeder fundet"
    (act,) = fresh_town.acts()
    assert (act.system, act.act, act.fields["receipt"], act.fields["message"]) == (
        "mailbox",
        "delete",
        receipt,
        "M000002",
    )


def on_disk(path: Path) -> bytes:
    """All that the town's files hold."""
    return b"".join(it.read_bytes() for it in path.parent.glob(f"{path.name}*"))


def test_an_answer_that_is_deleted_can_still_be_told_from_others_by_the_ledger(
    hr: Clerk, fresh_town: MockServer
) -> None:
    hr.order(LIS_BRO, PER_SKOV)
    hr.move_clock("2024-11-16")
    ((number, *_),) = arrived(hr)
    hr.delete(number)
    requested, deleted = fresh_town.acts()
    assert deleted.fields["person"] == requested.fields["persons"][0]
    assert (deleted.fields["request"], deleted.fields["kind"]) == ("P000001", "children")


def test_requests_and_the_clock_outlive_a_restart(tmp_path: Path) -> None:
    state.open_or_create(tmp_path / STATE, small_town).close()
    with running(tmp_path) as base, Clerk(base) as clerk:
        clerk.log_in("/politi")
        clerk.order(LIS_BRO)
        clerk.move_clock("2024-11-14")
    with running(tmp_path) as base, Clerk(base) as clerk:
        clerk.log_in("/post")
        assert arrived(clerk) == []
        clerk.move_clock("2024-11-20")
        assert [row[1] for row in arrived(clerk)] == ["16-11-2024"]
