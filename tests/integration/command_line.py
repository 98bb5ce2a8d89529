"""The command line as people use it: a folder with settings, what a command prints, and items to look at."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bots_common import settings
from bots_common.values import Receipt
from bots_common.work import Claimed, NewItem, Store
from kollega import cli
from kollega.rooms import opened

ANNA = "610190-1234"
WRITTEN = (ANNA, ANNA.replace("-", ""), ANNA.replace("-", " "))
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Said:
    """What a command printed, and the code it ended with."""

    code: int
    out: str
    err: str


@dataclass
class Office:
    """A folder with a settings file, and the command line in it."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def set(self, text: str) -> None:
        Path("kollega.toml").write_text(text, encoding="utf-8")

    def says(self, *arguments: str) -> Said:
        self.monkeypatch.setattr(sys, "argv", ["kollega", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = self.capsys.readouterr()
        assert not [number for number in WRITTEN if number in said.out + said.err]
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, said.out, said.err)

    def examined(self) -> tuple[int, dict[str, tuple[str, str, str]]]:
        """What the doctor says: the code, and of each part how well it is, what was found, and the next step."""
        self.monkeypatch.setattr(cli.console, "width", 600)
        said = self.says("doctor")
        rows = [line.strip("│").split("│") for line in said.out.splitlines() if line.startswith("│")]
        return said.code, {
            what.strip(): (grade.strip(), found.strip(), step.strip()) for grade, what, found, step in rows
        }

    def has(self) -> None:
        """Three items: one with a person, one done, one that failed and will be tried again."""
        with opened(settings.load()) as rooms:
            store = rooms.store
            store.add("invoices", [NewItem(f"B{n}", {"borger": ANNA}, subjects=(ANNA,)) for n in (1, 2)])
            store.add("[invoices]", [NewItem("[/red]", {})])
            first, second = store.claim(["invoices"], "desk", MINUTE, limit=2)
            _effect(store, first, "remark/amount_differs", Receipt("N7"))
            facts = {"difference": "1550.00", "cpr": ANNA, "note": f"CPR {ANNA} [/red] [systems.finance]"}
            store.ledger.keep_evidence(first.lease.item_id, "amount_differs", "page", "ab/cd.sealed")
            store.hand_over(first.lease, "desk", "amount_differs", facts)
            _effect(store, second, "post", Receipt("5100000123", Decimal("38750.00")))
            store.finish(second.lease, "desk")
            (third,) = store.claim(["[invoices]"], "desk", MINUTE)
            error = f"ScreenChanged: no [name=x] on [/sag/{ANNA}]."
            store.fail(third.lease, "desk", error, max_attempts=5, retry_seconds=60)


def _effect(store: Store, claimed: Claimed, name: str, receipt: Receipt) -> None:
    row, _ = store.ledger.intend(claimed.lease, name, {"borger": ANNA})
    store.ledger.settle(claimed.lease, row, receipt, claimed.robot, 0)


def words(text: str) -> str:
    """The text without frames and line breaks."""
    return " ".join(text.translate(dict.fromkeys(map(ord, "│┃─━┏┓┡┩└┘┴┳┬┼╇"), " ")).split())
