"""The one way that payloads, facts and evidence take to disk and back: compressed and encrypted.

The key is not in the database. It comes from the settings (`KOLLEGA_KEY`) or from a file beside the data that
only its owner can read, made at first use. Look-ups by citizen go through `fingerprint`, a keyed hash.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import uuid
import zlib
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bots_common.errors import SettingsError, StoreError
from bots_common.settings import Settings

KEY_FILE = "kollega.key"
KEY_BYTES = 32
NONCE_BYTES = 12


class Codec:
    """Seals bytes with AES-256-GCM after zlib, and makes keyed hashes. One per process."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise SettingsError(f"The key has {len(key)} bytes, not {KEY_BYTES}.", "Make one with `kollega key`.")
        self._aes = AESGCM(_derived(key, b"seal"))
        self._hash_key = _derived(key, b"fingerprint")

    def seal(self, data: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aes.encrypt(nonce, zlib.compress(data, 6), None)

    def unseal(self, blob: bytes) -> bytes:
        """The bytes that were sealed. Raises StoreError where this key is not the one they were sealed with."""
        try:
            return zlib.decompress(self._aes.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], None))
        except (InvalidTag, ValueError) as error:  # ValueError: it is too short to have been sealed by anybody
            raise StoreError(
                "Stored data cannot be read with this key.", "Set KOLLEGA_KEY to the key it was written with."
            ) from error

    def seal_json(self, value: Any) -> bytes:
        return self.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

    def unseal_json(self, blob: bytes) -> Any:
        return json.loads(self.unseal(blob))

    def unseal_fields(self, blob: bytes | None) -> dict[str, Any]:
        """The fields of a JSON object; none where there never were any, or where retention has taken them."""
        return self.unseal_json(blob) if blob else {}

    def fingerprint(self, text: str) -> bytes:
        """16 bytes that stand for the text in look-ups and cannot be reversed without the key."""
        digest = HMAC(self._hash_key, SHA256())
        digest.update(text.encode())
        return digest.finalize()[:16]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"kollega " + purpose).derive(key)


def new_key() -> str:
    """A fresh key as text, as `KOLLEGA_KEY` and the key file hold it."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def load_key(text: str | None, file: Path) -> bytes:
    """The key from the settings, else from the file, which is made (owner-only) where it is missing."""
    if text is None and not file.exists():
        _write_owner_only(file, new_key())
    try:
        given = file.read_text(encoding="ascii") if text is None else text
        return base64.urlsafe_b64decode(given.strip())
    except (binascii.Error, ValueError) as error:
        raise SettingsError("The key is not valid base64.", "Make one with `kollega key`.") from error


def codec_of(settings: Settings) -> Codec:
    """The codec with the installation's key. Raises SettingsError where the key is no key."""
    text = settings.key.get_secret_value() if settings.key else None
    return Codec(load_key(text, settings.folder / KEY_FILE))


def _write_owner_only(file: Path, text: str) -> None:
    """Two first starts at once must end with one key: whoever comes second reads the first one's file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{uuid.uuid4().hex}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="ascii")
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
