"""The ledger as people and programs read it."""

import io
import json
from dataclasses import fields
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.ledger import reckon, show
from scripts.ledger.model import Counts, Ledger


def text_of(table: Table) -> str:
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(table)
    return console.export_text()


def test_every_figure_has_its_row() -> None:
    assert {name for name, _ in show.STAGES} == {item.name for item in fields(Counts)}


def test_the_table_shows_each_run_and_everything(world: Any) -> None:
    lines = text_of(show.table(reckon(world.evidence()))).splitlines()
    heading = next(line for line in lines if "run-1" in line)
    assert "run-2" in heading
    assert next(line for line in lines if line.startswith("│ produced")).split()[-6:] == ["5", "│", "4", "│", "9", "│"]


def test_the_quarantine_is_shown_by_reason(world: Any) -> None:
    assert "unknown_channel" in text_of(show.reasons(reckon(world.evidence())))


def test_imbalances_show_text_from_records_as_it_is(world: Any) -> None:
    """A partition key is anybody's text: it must not be taken for markup."""
    world.put(11, "event", "e11")
    for place in ("claims", "received", "bronze", "silver", "loaded"):
        getattr(world, place)[-1] = {**getattr(world, place)[-1], "partition_key": "[red]k"}
    world.loaded.pop()
    assert "[red]k" in text_of(show.imbalances(reckon(world.evidence())))


def test_as_dict_is_json_with_the_keys_of_the_design(world: Any) -> None:
    shown = json.loads(json.dumps(reckon(world.evidence()).as_dict()))
    assert {
        "produced", "received", "unclaimed", "bronze", "loaded", "quarantined", "duplicates", "in_flight",
        "warehouse", "balanced",
    } <= shown.keys()  # fmt: skip
    assert shown["quarantined_by_reason"]["not_json"] == {"claimed": 1, "quarantined": 1}
    assert [run["run_id"] for run in shown["runs"]] == ["run-1", "run-2"]


def test_the_closing_line_is_exactly_this() -> None:
    ledger = Ledger(
        Counts(produced=5, loaded=3, quarantined=1, duplicates=0, in_flight=1), imbalances_by_rule={"in_flight": 1}
    )
    assert ledger.closing_line() == "LEDGER produced=5 loaded=3 quarantined=1 duplicates=0 in_flight=1 UNBALANCED"
