"""Sealing: nothing readable on disk, nothing readable with another key, one key for an installation."""

from __future__ import annotations

import base64
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots_common.errors import SettingsError, StoreError
from bots_common.work.codec import Codec, load_key, new_key

MINE, OTHER = Codec(bytes(range(32))), Codec(bytes(32))
TEXT = b"Gurli Holm, 610190-1234"


@given(st.binary())
def test_what_is_sealed_comes_back(data: bytes) -> None:
    assert MINE.unseal(MINE.seal(data)) == data


def test_json_keeps_its_values() -> None:
    value = {"navn": "Gurli Søndergård", "beløb": "1250.00", "linjer": [1, None, True]}
    assert MINE.unseal_json(MINE.seal_json(value)) == value


def test_nothing_of_the_text_is_in_what_is_sealed_and_no_two_seals_are_alike() -> None:
    first, second = MINE.seal(TEXT), MINE.seal(TEXT)
    assert first != second
    assert not [n for n in range(len(TEXT) - 3) if TEXT[n : n + 4] in first]


def test_another_key_is_refused_with_what_to_do() -> None:
    with pytest.raises(StoreError, match=r"cannot be read with this key\. Set KOLLEGA_KEY"):
        OTHER.unseal(MINE.seal(TEXT))


@pytest.mark.parametrize("place", [0, 11, 12, 20, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    blob = bytearray(MINE.seal(TEXT))
    blob[place] ^= 1
    with pytest.raises(StoreError):
        MINE.unseal(bytes(blob))


@pytest.mark.parametrize("length", [0, 5, 12, 27, -1])
def test_a_cut_blob_is_noticed(length: int) -> None:
    with pytest.raises(StoreError):
        MINE.unseal(MINE.seal(TEXT)[:length])


def test_a_fingerprint_is_the_same_for_one_key_and_another_for_another() -> None:
    assert MINE.fingerprint("6101901234") == Codec(bytes(range(32))).fingerprint("6101901234")
    assert len({MINE.fingerprint("6101901234"), MINE.fingerprint("6101901235"), OTHER.fingerprint("6101901234")}) == 3
    assert len(MINE.fingerprint("6101901234")) == 16


# -- the key --------------------------------------------------------------------------------------------------


def test_the_key_of_the_settings_goes_before_the_file(tmp_path: Path) -> None:
    text = new_key()
    assert load_key(f" {text}\n", tmp_path / "kollega.key") == base64.urlsafe_b64decode(text)
    assert list(tmp_path.iterdir()) == []


def test_a_first_start_makes_a_key_and_the_next_one_finds_it(tmp_path: Path) -> None:
    file = tmp_path / "var" / "kollega.key"
    made = load_key(None, file)
    assert len(made) == 32
    assert load_key(None, file) == made
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX; on Windows the folder's own rights count")
def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        load_key(None, tmp_path / "kollega.key")
    finally:
        os.umask(before)
    assert (tmp_path / "kollega.key").stat().st_mode & 0o777 == 0o600


def test_first_starts_at_once_end_with_one_key(tmp_path: Path) -> None:
    starts, keys = threading.Barrier(8), list[bytes]()

    def start() -> None:
        starts.wait()
        keys.append(load_key(None, tmp_path / "kollega.key"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["kollega.key"]


@pytest.mark.parametrize("text", ["", "c2hvcnQ=", "not a key", "nøgle", new_key()[:-8]])
def test_what_is_no_key_is_refused_without_being_repeated(text: str, tmp_path: Path) -> None:
    file = tmp_path / "kollega.key"
    file.write_text(text, encoding="utf-8")
    for given_text in (text, None):
        with pytest.raises(SettingsError, match="Make one with `kollega key`") as caught:
            Codec(load_key(given_text, file))
        assert not text or text not in str(caught.value)
