"""Viewing events as Parquet files: the generator's, drawn as columns, so that a million takes seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jobs.schema import DEVICES, PLATFORMS
from scripts.generate.kinds import BLOCK
from scripts.generate.settings import Shares
from scripts.generate.viewing import DAY_MS, Block, as_of_ms, event_id, viewing
from scripts.generate.world import AGE_GROUPS, GENDERS, Ints, World, world

SEED = 7
FILES = 8
AS_OF = datetime(2026, 11, 20, 18, tzinfo=UTC)
EXPORT_ID = "through-000000000001"
MONEY = pa.decimal128(12, 2)
CENT = pa.scalar(Decimal("0.01"), pa.decimal128(3, 2))
INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Files:
    """Parquet files: ``rows`` events, and the tables they refer to by name."""

    rows: int
    events: list[Path]
    reference: dict[str, Path]


def write(folder: Path, rows: int) -> Files:
    """Write ``rows`` events of the last eight days, a file a day, with the channels and the viewers."""
    return Files(rows, [_write_day(folder, rows, number) for number in range(FILES)], _write_reference(folder))


def _write_day(folder: Path, rows: int, number: int) -> Path:
    first, end = rows * number // FILES, rows * (number + 1) // FILES
    now_ms = as_of_ms(AS_OF) - (FILES - 1 - number) * DAY_MS
    table = pa.concat_tables(_events(block, now_ms) for block in range(first // BLOCK, -(-end // BLOCK)))
    path = folder / f"events-{number}.parquet"
    pq.write_table(table.slice(first % BLOCK, end - first), path)
    return path


def _write_reference(folder: Path) -> dict[str, Path]:
    the_world, viewers = world(SEED), world(SEED).viewers
    tables = {
        "channels": {
            "channel_id": [item.channel_id for item in the_world.channels],
            "channel_name": [item.name for item in the_world.channels],
            "genre": [item.genre for item in the_world.channels],
            "language": [item.language for item in the_world.channels],
            "launch_year": [item.launch_year for item in the_world.channels],
        },
        "demographics": {
            "user_id": viewers.ids,
            "gender": _named(GENDERS, viewers.gender),
            "age_group": _named(AGE_GROUPS, viewers.age_group),
            "region": viewers.region_names,
            "subscription_type": viewers.subscription_names,
        },
    }
    for name, columns in tables.items():
        table = pa.table(columns)
        pq.write_table(table.append_column("export_id", _same(EXPORT_ID, table.num_rows)), folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in tables}


def _events(number: int, now_ms: int) -> pa.Table:
    block, the_world = viewing(SEED, number, Shares(), now_ms), world(SEED)
    place = np.arange(number * BLOCK, (number + 1) * BLOCK)
    return pa.table({**_viewed(block, the_world, place), **_record(block, the_world, place, now_ms)})


def _viewed(block: Block, the_world: World, place: Ints) -> dict[str, Any]:
    """The columns of an event."""
    viewers = the_world.viewers
    return {
        "event_id": [event_id(SEED, int(index)) for index in place],
        "session_id": [f"s-{SEED}-{block.number}-{session}" for session in block.session],
        "user_id": _named(viewers.ids, block.viewer),
        "channel_id": _named([item.channel_id for item in the_world.channels], block.channel),
        "channel_name": _named([item.name for item in the_world.channels], block.channel),
        "show_name": _named([item.name for item in the_world.shows], block.show),
        "genre": _named([item.genre for item in the_world.shows], block.show),
        "timestamp": _instant(block.started_ms),
        "duration_minutes": pa.array(block.minutes.astype(np.int32)),
        "region": _named(viewers.region_names, block.viewer),
        "subscription_type": _named(viewers.subscription_names, block.viewer),
        "device": _named(DEVICES, block.device),
        "platform": _named(PLATFORMS, block.platform),
        "is_live": pa.array(block.is_live),
        "ads_watched": pa.array(block.ads.astype(np.int32)),
        "ad_revenue": _money(block.cents),
        "engagement_score": pa.array(block.engagement),
        "buffer_count": pa.array(block.buffering.astype(np.int32)),
        "completion_percentage": pa.array(block.completion),
    }


def _record(block: Block, the_world: World, place: Ints, now_ms: int) -> dict[str, Any]:
    """The columns of the record that brought it."""
    return {
        "schema_version": pa.array(np.ones(BLOCK, dtype=np.int32)),
        "stream_name": _same("viewership-stream", BLOCK),
        "partition_key": _named(the_world.viewers.ids, block.viewer),
        "sequence_number": [f"{49_600_000 * 10**48 + int(index)}" for index in place],
        "arrived_at": _instant(np.full(BLOCK, now_ms)),
        "export_id": _same(EXPORT_ID, BLOCK),
    }


def _named(names: Any, places: Ints) -> pa.Array:
    return pa.array(names).take(pa.array(places))


def _same(value: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value), count)


def _instant(milliseconds: Ints) -> pa.Array:
    return pa.array(milliseconds * 1000).cast(INSTANT)


def _money(cents: Ints) -> pa.Array:
    return pc.multiply(pa.array(cents).cast(pa.decimal128(19, 0)), CENT).cast(MONEY)
