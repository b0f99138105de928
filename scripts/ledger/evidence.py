"""What the ledger is reckoned from: one Arrow table for each place in which a record can be seen."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import pyarrow as pa

IDENTITY = [("stream_name", pa.string()), ("partition_key", pa.string()), ("sequence_number", pa.string())]
"""What AWS promises to be unique, and what every consumer sees."""

RECORDS = pa.schema(IDENTITY)
CLAIMS = pa.schema([("run_id", pa.string()), ("event_id", pa.string()), *IDENTITY, ("kind", pa.string())])
EVENTS = pa.schema([*IDENTITY, ("event_id", pa.string())])
REFUSED = pa.schema([*IDENTITY, ("reason", pa.string())])
LOADED = pa.schema(
    [
        *IDENTITY,
        ("event_id", pa.string()),
        ("timestamp", pa.timestamp("us")),
        ("minutes", pa.int64()),
        ("revenue", pa.decimal128(38, 2)),
    ]
)
MARTS = pa.schema(
    [("mart", pa.string()), ("events", pa.int64()), ("minutes", pa.int64()), ("revenue", pa.decimal128(38, 2))]
)
"""Totals of each mart; a figure it does not hold is null."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything seen, a table a place; rows may repeat where the place itself may repeat them (``received``)."""

    claims: pa.Table = field(default_factory=CLAIMS.empty_table)
    received: pa.Table = field(default_factory=RECORDS.empty_table)
    bronze: pa.Table = field(default_factory=RECORDS.empty_table)
    silver: pa.Table = field(default_factory=EVENTS.empty_table)
    silver_quarantine: pa.Table = field(default_factory=REFUSED.empty_table)
    silver_duplicates: pa.Table = field(default_factory=EVENTS.empty_table)
    loaded: pa.Table = field(default_factory=LOADED.empty_table)
    quarantine: pa.Table = field(default_factory=REFUSED.empty_table)
    duplicates: pa.Table = field(default_factory=EVENTS.empty_table)
    marts: pa.Table = field(default_factory=MARTS.empty_table)
    notes: tuple[str, ...] = ()
    """What was not there to look at, in sentences: nothing of it has been made yet."""

    def tables(self) -> dict[str, pa.Table]:
        """Each table under its name."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name != "notes"}
