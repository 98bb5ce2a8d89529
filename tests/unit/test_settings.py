"""Settings from file and environment, and that every wrong one is told in a sentence that says how to mend it."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest

from bots_common import settings
from bots_common.errors import SettingsError
from bots_common.settings import GivenSettings, Settings
from robots.invoices.robot import Invoices

SECRET = "correct horse battery"
FINANCE = f"""
[systems.finance]
url = "https://finance.example/"
username = "robot"
password = "{SECRET}"
"""


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of this machine: an empty folder, and none of our variables."""
    for name in os.environ:
        if name.startswith("KOLLEGA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def load(text: str | bytes) -> Settings:
    Path("robots.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return settings.load(Path("robots.toml"))


def refused(text: str | bytes) -> str:
    with pytest.raises(SettingsError) as caught:
        load(text)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


MAIL = """
[mail]
host = "mail.example"
sender = "robot@kommune.example"
"""


# -- where settings come from ---------------------------------------------------------------------------------


def test_without_a_file_everything_has_its_default() -> None:
    plain = settings.load()
    assert plain.database_url == "sqlite:///var/kollega.db"
    assert plain.zone.key == "Europe/Copenhagen"
    assert plain.worker.lease.total_seconds() == 60
    assert plain.systems == {}


def test_the_default_file_is_read_where_it_is_there() -> None:
    Path("kollega.toml").write_text("[worker]\ndesks = 7\n")
    assert settings.load().worker.desks == 7


def test_the_file_can_be_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("other.toml").write_text('language = "nb"\n')
    monkeypatch.setenv("KOLLEGA_SETTINGS", "other.toml")
    assert settings.load().language == "nb"


def test_the_environment_wins_key_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOLLEGA_WORKER__DESKS", "3")
    monkeypatch.setenv("KOLLEGA_SYSTEMS__FINANCE__USERNAME", "deputy")
    read = load(f"[worker]\ndesks = 9\nlease_seconds = 30\n{FINANCE}")
    assert (read.worker.desks, read.worker.lease_seconds) == (3, 30)
    assert (read.system("finance").username, read.system("finance").url) == ("deputy", "https://finance.example/")


def test_a_system_can_be_set_in_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in (("URL", "https://grants.example/"), ("USERNAME", "robot"), ("PASSWORD", SECRET)):
        monkeypatch.setenv(f"KOLLEGA_SYSTEMS__GRANTS__{key}", value)
    assert settings.load().system("grants").password.get_secret_value() == SECRET


def test_given_settings_look_at_neither_file_nor_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("kollega.toml").write_text("[worker]\ndesks = 7\n")
    monkeypatch.setenv("KOLLEGA_LANGUAGE", "nb")
    given = GivenSettings(timezone="Europe/Oslo")
    assert (given.worker.desks, given.language, given.timezone) == (4, "da", "Europe/Oslo")


# -- what is wrong with them ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[worker]\ndesk = 4", "worker.desk: there is no such setting; did you mean 'desks'?"),
        (
            "[worker]\ncoffee = 4",
            "worker.coffee: there is no such setting; known here: canary_minutes, desks, lease_seconds, ",
        ),
        ("langauge = 'da'", "langauge: there is no such setting; did you mean 'language'?"),
        (
            f"{FINANCE}timeout_secs = 9",
            "systems.finance.timeout_secs: there is no such setting; did you mean 'timeout_seconds'?",
        ),
        ("[worker]\ndesks = 'many'", "worker.desks: Input should be a valid integer"),
        ("[worker]\ndesks = 0", "worker.desks: Input should be greater than or equal to 1"),
        ("worker = 4", "worker: Input should be a valid dictionary"),
        ("language = 'sv'", "language: Input should be 'da', 'nb' or 'en'"),
        ("timezone = 'Europe/Copenhgen'", "timezone: 'Europe/Copenhgen' is no time zone; an example is"),
        ("timezone = ''", "timezone: '' is no time zone"),
        (f"{FINANCE}concurrency = 0", "systems.finance.concurrency: Input should be greater than or equal to 1."),
        (f"{FINANCE}calls_per_minute = 0", "systems.finance.calls_per_minute: Input should be greater than 0."),
        (f"{FINANCE}breaker_failures = 0", "systems.finance.breaker_failures: Input should be greater than or equal"),
        (f"{FINANCE}breaker_seconds = 'long'", "systems.finance.breaker_seconds: Input should be a valid number"),
        (f"{FINANCE}timezone = 'Norway'", "systems.finance.timezone: 'Norway' is no time zone; an example is"),
        (
            f"{FINANCE}open = ['mon-fri 06:00-20:00', 'sat 8-12']",
            "systems.finance.open.1: 'sat 8-12' is no window of time; write it like 'mon-fri 06:00-20:00', ",
        ),
        (f"{FINANCE}open = ['man 06:00-20:00']", "systems.finance.open.0: 'man 06:00-20:00': 'man' is no day; days"),
        (f"{FINANCE}closed = 'sun 02:00-06:00'", "systems.finance.closed: Input should be a valid tuple."),
        (
            f"{FINANCE}closed = ['2027-01-01 06:00 - 2026-12-31 12:00']",
            "systems.finance.closed.0: '2027-01-01 06:00 - 2026-12-31 12:00': it ends before it begins.",
        ),
        (
            f"[systems.finance]\nurl = 'https://finance.example/'\npassword = '{SECRET}'",
            "systems.finance.username: Field required",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_should_be(text: str, sentence: str) -> None:
    told = refused(text)
    assert sentence in told
    assert told.endswith(" Correct it in robots.toml or the environment.")


def test_all_wrong_settings_are_told_at_once() -> None:
    assert len(refused("langauge = 'da'\n[worker]\ndesk = 4\npoll_seconds = 'x'").splitlines()) == 3


def test_a_wrong_variable_is_told_like_a_wrong_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOLLEGA_WORKER__DESK", "3")
    assert "worker.desk: there is no such setting; did you mean 'desks'?" in refused("")


def test_a_table_in_a_variable_must_be_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOLLEGA_SYSTEMS", SECRET)
    assert 'An environment variable does not hold JSON: error parsing value for field "systems"' in refused("")


def test_malformed_toml_is_told_with_its_line() -> None:
    told = refused("language = 'da'\n[worker\n")
    assert "robots.toml is not valid TOML: " in told
    assert "line 2" in told


def test_a_file_that_is_not_utf_8() -> None:
    assert refused("folder = 'så'".encode("latin-1")) == (
        "robots.toml is not UTF-8 text. Save it again with the encoding UTF-8."
    )


@pytest.mark.parametrize("name", ["gone.toml", "kollega.toml", "."])
def test_a_file_that_was_asked_for_must_be_there(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        settings.load(Path(name))
    monkeypatch.setenv("KOLLEGA_SETTINGS", name)
    with pytest.raises(SettingsError, match="does not exist"):
        settings.load()


def test_a_system_without_settings_says_how_to_set_it() -> None:
    with pytest.raises(SettingsError) as caught:
        load(FINANCE).system("grants")
    assert caught.value.what == "No address is set for the system 'grants'."
    assert "[systems.grants]" in caught.value.mend
    assert "KOLLEGA_SYSTEMS__GRANTS__URL" in caught.value.mend


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "robots.invoices.our_eans: Field required."),
        ("our_eans = ['5790000123408']", "'5790000123408' is not an EAN location number. It has 13 digits, mod 10."),
        ("our_eans = '5790000123407'", "robots.invoices.our_eans: Input should be a valid frozenset."),
        ("our_ean = []", "robots.invoices.our_ean: there is no such setting; did you mean 'our_eans'?"),
        ("tolerance = -1", "robots.invoices.tolerance: Input should be greater than or equal to 0."),
    ],
)
def test_the_table_of_a_robot_is_checked_by_the_robot(text: str, sentence: str) -> None:
    read = load(f"[robots.invoices]\n{text}")
    with pytest.raises(SettingsError) as caught:
        Invoices(read)
    assert sentence in str(caught.value)
    assert "robots.invoices.accounts: Field required." in str(caught.value)
    assert caught.value.mend == "Correct it under [robots.invoices]."


# -- secrets --------------------------------------------------------------------------------------------------


def test_no_secret_is_in_the_text_of_settings() -> None:
    read = load(f'key = "{SECRET}"\ndatabase = "postgresql://robot:{SECRET}@db/kollega"\n{FINANCE}')
    for shown in (repr(read), str(read), f"{read.systems}", repr(read.key)):
        assert SECRET not in shown
    assert read.database_url == f"postgresql://robot:{SECRET}@db/kollega"


@pytest.mark.parametrize(
    "text",
    [
        FINANCE.replace("username", "usernam"),
        FINANCE.replace("password", "pasword"),
        FINANCE.replace("robot", "").replace("[systems.finance]", "[system.finance]"),
        f"systems = '{SECRET}'",
        f"[worker]\ndesks = '{SECRET}'",
        f"key = ['{SECRET}']",
    ],
)
def test_no_secret_is_in_an_error(text: str) -> None:
    assert "Correct it in robots.toml" in refused(text)


# -- mail -----------------------------------------------------------------------------------------------------


def test_without_a_word_there_is_no_mail_server_and_a_port_follows_from_its_security() -> None:
    assert settings.load().mail is None
    ports = {security: load(f'{MAIL}security = "{security}"').mail for security in ("starttls", "tls", "none")}
    assert {security: mail.at for security, mail in ports.items() if mail} == {
        "starttls": 587,
        "tls": 465,
        "none": 25,
    }
    mail = load(f"{MAIL}port = 8725").mail
    assert mail is not None
    assert (mail.at, mail.security) == (8725, "starttls")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"{MAIL}hosts = 1", "mail.hosts: there is no such setting; did you mean 'host'?"),
        (f"{MAIL}port = 0", "mail.port: Input should be greater than or equal to 1."),
        (f'{MAIL}security = "ssl"', "mail.security: Input should be 'starttls', 'tls' or 'none'."),
        (f'{MAIL}username = "robot"', "mail: a login takes both username and password."),
        (f'{MAIL}password = "{SECRET}"', "mail: a login takes both username and password."),
        (f'{MAIL}security = "none"\nusername = "a"\npassword = "{SECRET}"', "the password would be readable"),
        ('[mail]\nhost = "a"\nsender = "robot"', "mail.sender: 'robot' is no mail address; an example is"),
        ('[mail]\nhost = "a"', "mail.sender: Field required."),
    ],
)
def test_wrong_mail_settings_are_told(text: str, sentence: str) -> None:
    assert sentence in refused(text)
