"""A small world whose books balance, for tests to break in one place."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from scripts.ledger import evidence
from scripts.ledger.evidence import Evidence

Row = dict[str, Any]

NOON = datetime(2026, 3, 10, 12)


@dataclass
class World:
    """The evidence as lists of rows; a record is named by its sequence number alone."""

    claims: list[Row] = field(default_factory=list)
    received: list[Row] = field(default_factory=list)
    bronze: list[Row] = field(default_factory=list)
    silver: list[Row] = field(default_factory=list)
    silver_quarantine: list[Row] = field(default_factory=list)
    silver_duplicates: list[Row] = field(default_factory=list)
    loaded: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)
    duplicates: list[Row] = field(default_factory=list)
    marts: list[Row] = field(default_factory=list)

    def put(self, sequence: int, kind: str, event: str | None, run_id: str | None = "run-1") -> None:
        """A record that has gone all the way; ``run_id`` None is one that nobody claimed."""
        record = identity(sequence)
        if run_id:
            self.claims.append(record | {"run_id": run_id, "event_id": event, "kind": kind})
        self.received.append(record)
        self.bronze.append(record)
        if kind in {"event", "late"}:
            self.silver.append(record | {"event_id": event})
            self.loaded.append(
                record | {"event_id": event, "timestamp": NOON, "minutes": 10, "revenue": Decimal("0.35")}
            )
        elif kind == "duplicate":
            self.silver_duplicates.append(record | {"event_id": event})
            self.duplicates.append(record | {"event_id": event})
        else:
            self.silver_quarantine.append(record | {"reason": kind})
            self.quarantine.append(record | {"reason": kind})

    def add_up(self) -> None:
        """Make the marts agree with what is loaded."""
        minutes = sum(row["minutes"] for row in self.loaded)
        revenue = sum((row["revenue"] for row in self.loaded), Decimal(0))
        self.marts = [
            {"mart": mart, "events": len(self.loaded), "minutes": minutes, "revenue": revenue}
            for mart in ("HOURLY_CHANNEL_KPIS", "SHOWS")
        ]
        self.marts.append({"mart": "AD_REVENUE", "events": len(self.loaded), "minutes": None, "revenue": revenue})

    def lose(self, sequence: int, *places: str) -> None:
        """Take a record out of these places."""
        for place in places:
            rows = getattr(self, place)
            rows[:] = [row for row in rows if row["sequence_number"] != str(sequence)]

    def evidence(self) -> Evidence:
        """The same as Arrow tables."""
        schemas = {name: table.schema for name, table in Evidence().tables().items()}
        return replace(
            Evidence(),
            **{name: pa.Table.from_pylist(getattr(self, name), schema=schema) for name, schema in schemas.items()},
        )


def identity(sequence: int) -> Row:
    """The identity of record ``sequence``; its partition key tries to be mistaken for something else."""
    return dict(zip((name for name, _ in evidence.IDENTITY), ("s", "user/1", str(sequence)), strict=True))


@pytest.fixture
def make_world() -> Callable[[], World]:
    """Makes a world of ten records in two runs: six events, a duplicate, two bad ones and one that nobody claimed."""

    def make() -> World:
        world = World()
        for sequence in range(1, 5):
            world.put(sequence, "event", f"e{sequence}")
        world.put(5, "late", "e5", run_id="run-2")
        world.put(6, "duplicate", "e1", run_id="run-2")
        world.put(7, "not_json", None)
        world.put(8, "unknown_channel", "e8", run_id="run-2")
        world.put(9, "event", "e9", run_id="run-2")
        world.put(10, "event", "e10", run_id=None)
        world.add_up()
        return world

    return make


@pytest.fixture
def world(make_world: Callable[[], World]) -> World:
    """One such world."""
    return make_world()
