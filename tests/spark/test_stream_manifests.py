"""The batch manifests: one for each commit of a query that brought records, made of the table alone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from jobs import stream_viewership
from jobs.manifest import Manifests

COLUMNS = (
    "data BINARY, streamName STRING, partitionKey STRING, sequenceNumber STRING, approximateArrivalTimestamp TIMESTAMP"
)
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """An empty lake."""
    return tmp_path / "lake"


def told(lake: Path) -> dict[str, Any]:
    """The manifests in it, by key."""
    return {str(path.relative_to(lake)): json.loads(path.read_text()) for path in lake.rglob("*.json")}


@pytest.fixture
def bronze(spark: SparkSession) -> str:
    """The bronze table, empty."""
    spark.sql(f"DROP TABLE IF EXISTS {stream_viewership.TABLE}")
    stream_viewership.create_table(spark)
    return stream_viewership.TABLE


@pytest.fixture
def batch(spark: SparkSession, bronze: str, tmp_path: Path) -> Callable[..., str]:
    """Bring one batch of records (minutes after noon) into bronze as the streaming job does; gives its query's id."""

    def run(*minutes: int) -> str:
        rows = [(b"{}", "events", "k", "1", NOON + timedelta(minutes=minute)) for minute in minutes]
        incoming = spark.createDataFrame(rows, COLUMNS).coalesce(1)
        incoming.write.mode("append").parquet(str(tmp_path / "incoming"))
        frame = spark.readStream.schema(COLUMNS).parquet(str(tmp_path / "incoming"))
        query = (
            frame.writeStream.format("iceberg")
            .trigger(availableNow=True)
            .option("checkpointLocation", str(tmp_path / "checkpoint"))
            .option("fanout-enabled", "true")
            .toTable(bronze)
        )
        query.awaitTermination()
        return str(query.id)

    return run


def test_a_manifest_tells_what_its_batch_brought(
    spark: SparkSession, lake: Path, bronze: str, batch: Callable[..., str]
) -> None:
    query = batch(61, 1, 3)
    Manifests(str(lake), "events").write_missing(spark, bronze)
    snapshot = spark.sql(f"SELECT snapshot_id FROM {bronze}.snapshots").first()

    assert snapshot is not None
    assert told(lake) == {
        f"ops/batches/{query}-0.json": {
            "query_id": query,
            "batch_id": 0,
            "snapshot_id": snapshot.snapshot_id,
            "stream_name": "events",
            "records": 3,
            "first_arrival": "2026-01-02T12:01:00.000Z",
            "last_arrival": "2026-01-02T13:01:00.000Z",
        }
    }


def test_manifests_that_a_killed_driver_owes_are_written_when_it_starts_again_oldest_first(
    spark: SparkSession, lake: Path, bronze: str, batch: Callable[..., str]
) -> None:
    query = batch(1)
    first = Manifests(str(lake), "events").write_missing(spark, bronze)
    batch(2)
    batch(3)
    later = Manifests(str(lake), "events").write_missing(spark, bronze)

    assert [item.key for item in first + later] == [f"ops/batches/{query}-{number}.json" for number in range(3)]
    assert [item.batch_id for item in later] == [1, 2]
    assert told(lake).keys() == {item.key for item in first + later}


def test_the_oldest_manifest_is_written_first(
    spark: SparkSession, lake: Path, bronze: str, batch: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(3):
        batch(minute)
    written: list[int] = []
    monkeypatch.setattr(
        "jobs.manifest.write_text", lambda _spark, _to, text: written.append(json.loads(text)["batch_id"])
    )
    Manifests(str(lake), "events").write_missing(spark, bronze)

    assert written == [0, 1, 2]


def test_one_that_stays_up_writes_each_manifest_once(
    spark: SparkSession, lake: Path, bronze: str, batch: Callable[..., str]
) -> None:
    manifests = Manifests(str(lake), "events")
    counts = []
    for minute in range(3):
        batch(minute)
        counts.append([len(manifests.write_missing(spark, bronze)) for _ in range(2)])

    assert counts == [[1, 0]] * 3


def test_a_batch_without_records_gets_no_manifest(
    spark: SparkSession, lake: Path, bronze: str, batch: Callable[..., str]
) -> None:
    batch()
    Manifests(str(lake), "events").write_missing(spark, bronze)

    assert told(lake) == {}


def test_a_commit_that_no_stream_made_gets_no_manifest(
    spark: SparkSession, lake: Path, bronze: str, batch: Callable[..., str]
) -> None:
    batch(1)
    spark.sql(f"INSERT INTO {bronze} SELECT * FROM {bronze}")
    Manifests(str(lake), "events").write_missing(spark, bronze)

    assert [item["records"] for item in told(lake).values()] == [1]


def test_a_table_without_commits_has_none(spark: SparkSession, lake: Path, bronze: str) -> None:
    assert Manifests(str(lake), "events").write_missing(spark, bronze) == []


def test_a_key_is_made_of_query_and_batch(spark: SparkSession, lake: Path, batch: Callable[..., str]) -> None:
    query = batch(1)
    (manifest,) = Manifests(str(lake), "events").write_missing(spark, stream_viewership.TABLE)

    assert manifest.key == f"ops/batches/{uuid.UUID(query)}-0.json"
