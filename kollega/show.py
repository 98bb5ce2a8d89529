"""How the command line shows items: masked, in the order of what a person asks first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bots_common.settings import Settings
from bots_common.values import mask
from bots_common.work import ItemRow, ItemStory
from bots_common.work.records import Aged, ProposalRow

AGED: Final = {
    Aged.CONTENT: "Retention has taken its payload, facts and free texts, and the fields of its effects.",
    Aged.REFERENCE: "Retention has taken all that it was about; its reference is a keyed hash now.",
}


def listed(rows: Sequence[ItemRow], settings: Settings) -> Table:
    """The items as a table."""
    table = Table("Item", "Robot", "Reference", "State", "Reason", "Changed")
    for column in table.columns:
        column.no_wrap = column.header != "Reason"
    for row in rows:
        changed = row.changed_at.astimezone(settings.zone)
        cells = (row.robot, escape(row.reference), row.state, escape(row.reason or ""), f"{changed:%d-%m %H:%M}")
        table.add_row(str(row.id), *cells)
    return table


def _proposal(console: Console, proposal: ProposalRow, settings: Settings) -> None:
    """Print one proposal: what, why it was not done at once, what was decided, and the fields."""
    why = escape(_why(proposal))
    console.print(f"[bold]Proposed: {escape(proposal.name)}[/bold] ({why}) {decided(proposal, settings)}")
    console.print(intent_of(proposal), highlight=False, markup=False, soft_wrap=True)


def _why(proposal: ProposalRow) -> str:
    """Why the robot did not do it at once; what a person does by hand with its group, and the pile it is in."""
    pile = f", pile {proposal.pile}" if proposal.pile is not None else ""
    return f"{proposal.cause}: {proposal.by_hand}{pile}" if proposal.by_hand else proposal.cause


def decided(proposal: ProposalRow, settings: Settings) -> str:
    """What became of a proposal, in rich markup."""
    if proposal.decision is None or proposal.decided_at is None:
        return "[yellow]not decided[/yellow]"
    by = f" by {proposal.decided_by}" if proposal.decided_by else ""
    why = f": {proposal.why}" if proposal.why else ""
    return f"{proposal.decision}{escape(by)} {proposal.decided_at.astimezone(settings.zone):%d-%m %H:%M}{escape(why)}"


def intent_of(proposal: ProposalRow) -> str:
    """The fields that would be entered, masked."""
    return mask(json.dumps(proposal.intent, ensure_ascii=False, indent=2))


def story(console: Console, told: ItemStory, settings: Settings) -> None:
    """Print state, reason, facts, effects, proposals, evidence and history of an item."""
    item = told.item
    console.print(f"[bold]{item.robot} {escape(item.reference)}[/bold]  item {item.id}")
    console.print(f"State: {item.state}" + (f", reason: {escape(item.reason)}" if item.reason else ""))
    if item.aged is not Aged.NOTHING:
        console.print(AGED[item.aged])
    console.print(f"Attempts that failed: {item.attempts}, workers lost: {item.takeovers}")
    if item.facts:
        facts = mask(json.dumps(item.facts, ensure_ascii=False, indent=2))
        console.print(facts, highlight=False, markup=False, soft_wrap=True)
    if told.effects:
        table = Table("Effect", "Receipt", "Kroner", "Tries", "Intended", title="Effects", title_justify="left")
        for effect in told.effects:
            receipt = effect.receipt.number if effect.receipt else "unknown: nobody has seen an answer"
            amount = f"{effect.receipt.amount:.2f}" if effect.receipt and effect.receipt.amount is not None else ""
            intended = effect.intended_at.astimezone(settings.zone)
            cells = (escape(effect.name), escape(receipt), amount, str(effect.tries), f"{intended:%d-%m-%Y %H:%M:%S}")
            table.add_row(*cells)
        console.print(table)
    for proposal in told.proposals:
        _proposal(console, proposal, settings)
    if told.evidence:
        table = Table(
            "About", "Kind", "File", title=f"Evidence, sealed in {settings.folder / 'evidence'}", title_justify="left"
        )
        for piece in told.evidence:
            table.add_row(piece.about, piece.kind, piece.file)
        console.print(table)
    table = Table("When", "Who", "From", "To", "Why", title="History", title_justify="left")
    for change in told.history:
        when = change.at.astimezone(settings.zone)
        states = (change.from_state or "", change.to_state)
        table.add_row(f"{when:%d-%m-%Y %H:%M:%S}", escape(change.who), *states, escape(change.why))
    console.print(table)
