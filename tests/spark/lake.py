"""A small lake for the job tests: a folder with landing files, and the bronze table as the streaming job fills it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from pyspark.sql import Row, SparkSession

from jobs.tables import BRONZE, GOLD, SILVER, reference_quarantine

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
STREAM = "viewership-stream"
_QUARANTINES = tuple(map(reference_quarantine, ("channel_metadata", "demographics", "ad_revenue")))


def event(event_id: str, **changes: Any) -> dict[str, Any]:
    """A valid event; ``changes`` are set on it, and a change to None is a field left out."""
    good = {
        "event_id": event_id,
        "session_id": "session-1",
        "user_id": "user-1",
        "channel_id": "ch-001",
        "channel_name": "News One",
        "show_name": "Tonight",
        "genre": "news",
        "timestamp": NOON,
        "duration_minutes": 30,
        "region": "EMEA",
        "subscription_type": "free",
        "device": "tv",
        "platform": "roku",
        "is_live": True,
        "ads_watched": 2,
        "ad_revenue": 0.25,
        "engagement_score": 0.5,
        "buffer_count": 1,
        "completion_percentage": 50.0,
        "schema_version": 1,
    } | changes
    return {name: value for name, value in good.items() if value is not None}


def as_bytes(value: Mapping[str, Any] | bytes) -> bytes:
    """A record's data: an event's JSON, or the bytes themselves."""
    return value if isinstance(value, bytes) else json.dumps(value, default=_iso).encode()


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Lake:
    """The lake of one test. ``address`` stands where the jobs have ``s3://<bucket>``."""

    spark: SparkSession
    folder: Path
    _numbers: Iterable[int] = field(default_factory=lambda: count(1))

    @property
    def address(self) -> str:
        """The lake's root."""
        return str(self.folder)

    def __post_init__(self) -> None:
        """Frames of a few rows: compiling a query and planning it adaptively take longer than running it."""
        self.spark.conf.set("spark.sql.codegen.wholeStage", "false")
        self.spark.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        self.spark.conf.set("spark.sql.adaptive.enabled", "false")

    def clear(self) -> None:
        """Begin with no table at all."""
        for table in (*SILVER, *GOLD, *_QUARANTINES):
            self.spark.sql(f"DROP TABLE IF EXISTS {table.full_name} PURGE")
        self.spark.sql(f"DROP TABLE IF EXISTS {BRONZE} PURGE")
        self.spark.sql(
            f"CREATE TABLE {BRONZE} (data BINARY, streamName STRING, partitionKey STRING, sequenceNumber STRING,"
            " approximateArrivalTimestamp TIMESTAMP)"
            " USING iceberg PARTITIONED BY (hours(approximateArrivalTimestamp))"
        )

    def land(self, dataset: str, text: str | bytes, name: str = "file.csv") -> None:
        """Put a reference file in place."""
        path = self.folder / "landing" / dataset / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def land_channels(self, *channel_ids: str) -> None:
        """Put the metadata of these channels in place."""
        rows = [f"{channel_id},Name of {channel_id},news,en,1999\n" for channel_id in channel_ids]
        self.land("channel_metadata", "channel_id,channel_name,genre,language,launch_year\n" + "".join(rows))

    def arrive(self, *data: Mapping[str, Any] | bytes, at: datetime = NOON + timedelta(minutes=40)) -> list[str]:
        """Commit records to bronze as one batch of the streaming job; returns their sequence numbers."""
        rows = [(as_bytes(item), STREAM, "user-1", str(next(iter(self._numbers))), at) for item in data]
        schema = self.spark.table(BRONZE).schema
        self.spark.createDataFrame(rows, schema).writeTo(BRONZE).append()
        return [row[3] for row in rows]

    def lose_files(self, table: str, day: date) -> None:
        """Make one day of a table unreadable: whoever opens a file of it fails."""
        files = self.spark.table(f"glue.{table}.files").selectExpr("file_path", "cast(partition AS STRING) AS day")
        lost = [Path(row.file_path.removeprefix("file:")) for row in files.collect() if str(day) in row.day]
        assert lost, f"{table} has no file of {day}"
        for file in lost:
            file.unlink()

    def rows(self, table: str, *columns: str) -> list[Row]:
        """A table's rows in these columns, sorted by them."""
        return sorted(self.spark.table(f"glue.{table}").select(*columns).collect())
