"""Personal numbers in whatever was written to disk: the search that privacy is proved by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def leaks(folder: Path, numbers: Iterable[str]) -> list[str]:
    """Each file below the folder with one of the numbers (ten digits) in its name or bytes, and in what form."""
    forms = [form for number in numbers for form in _forms(number)]
    return [
        f"{file.relative_to(folder)}: {kind}"
        for file in sorted(folder.rglob("*"))
        for written in (file.name.encode(), file.read_bytes() if file.is_file() else b"")
        for kind, needle in forms
        if needle in written
    ]


def _forms(digits: str) -> Iterator[tuple[str, bytes]]:
    """As a person writes it, in the encodings that files have it in, and as a hash that anybody can work out."""
    for text in (digits, f"{digits[:6]}-{digits[6:]}", f"{digits[:6]} {digits[6:]}"):
        plain = text.encode()
        yield "plain", plain
        yield "UTF-16", text.encode("utf-16-le")
        yield "UTF-16, big end first", text.encode("utf-16-be")
        yield "hexadecimal", plain.hex().encode()
        yield "hexadecimal", plain.hex().upper().encode()
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, plain, usedforsecurity=False)
            yield name, digest.digest()
            yield name, digest.hexdigest().encode()
