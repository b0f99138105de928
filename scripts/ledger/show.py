"""The ledger for people: tables for the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from scripts.ledger.model import Imbalance, Ledger

STAGES: tuple[tuple[str, str], ...] = (
    ("produced", "claimed by producers"),
    ("received", "seen by the raw archive"),
    ("unclaimed", "seen, claimed by nobody"),
    ("bronze", "in the lake, media_bronze"),
    ("silver", "in the lake, media_silver (events, quarantine, duplicates)"),
    ("loaded", "in the warehouse, VIEWERSHIP_LOGS"),
    ("quarantined", "in the warehouse, OPS.QUARANTINE"),
    ("duplicates", "in the warehouse, OPS.DUPLICATES"),
    ("in_flight", "not in the warehouse yet"),
    ("warehouse", "rows of VIEWERSHIP_LOGS"),
)


def table(ledger: Ledger) -> Table:
    """Stages down, runs across, everything in the last column."""
    shown = Table(title="Ledger" if ledger.run_id is None else f"Ledger of {ledger.run_id}")
    shown.add_column("records")
    shown.add_column("where", style="dim")
    runs = ledger.runs[-3:] if ledger.run_id is None else ()
    for run in runs:
        shown.add_column(run.run_id, justify="right")
    shown.add_column("all" if ledger.run_id is None else ledger.run_id, justify="right", style="bold")
    columns = [*(run.counts for run in runs), ledger.counts]
    for name, where in STAGES:
        shown.add_row(name, where, *(f"{getattr(counts, name):,}" for counts in columns))
    verdicts = [*(run.balanced for run in runs), ledger.balanced]
    shown.add_section()
    shown.add_row("balanced", "", *(_verdict(balanced) for balanced in verdicts))
    return shown


def reasons(ledger: Ledger) -> Table:
    """The quarantine by reason: made as such, and found as such."""
    shown = Table(title="Quarantine")
    shown.add_column("reason")
    shown.add_column("claimed", justify="right")
    shown.add_column("quarantined", justify="right")
    for row in ledger.reasons:
        shown.add_row(row.reason, f"{row.claimed:,}", f"{row.quarantined:,}")
    return shown


def imbalances(ledger: Ledger) -> Table:
    """The listed imbalances: which record, why, and where it was last seen."""
    shown = Table(title=f"{len(ledger.imbalances)} of {ledger.imbalance_count} imbalances")
    for heading in ("rule", "record", "event", "last seen in", "why"):
        shown.add_column(heading, overflow="fold")
    for imbalance in ledger.imbalances:
        cells = (imbalance.rule, _record(imbalance), imbalance.event_id or "", imbalance.last_seen, imbalance.why)
        shown.add_row(*(Text(cell) for cell in cells))
    return shown


def _record(imbalance: Imbalance) -> str:
    if imbalance.sequence_number is None:
        return ""
    return f"{imbalance.stream_name} {imbalance.partition_key} {imbalance.sequence_number}"


def _verdict(balanced: bool) -> str:
    return "[green]yes[/]" if balanced else "[red]no[/]"
