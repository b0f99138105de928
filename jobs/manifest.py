"""Batch manifests: one small S3 object for each commit of the streaming job, which tells the pipeline of new records.

A manifest follows from a snapshot of the bronze table alone: Iceberg keeps in its summary which query and which of
its batches made it, and in its data files how many records came in and when the first and the last arrived. So one that
a killed driver did not write can be written later, under the same name and with the same content.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import SparkSession

from jobs.filesystem import files, write_text

PREFIX = "ops/batches/"

_QUERY_ID = "spark.sql.streaming.queryId"
_BATCH_ID = "spark.sql.streaming.epochId"
_ARRIVAL = "approximateArrivalTimestamp"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one batch brought into bronze; arrivals are ISO 8601 in UTC with milliseconds."""

    query_id: str
    batch_id: int
    snapshot_id: int
    stream_name: str
    records: int
    first_arrival: str
    last_arrival: str

    @property
    def name(self) -> str:
        """Made of the batch's identity, so that writing it twice makes one object."""
        return f"{self.query_id}-{self.batch_id}.json"

    @property
    def key(self) -> str:
        """The object's name in the lake."""
        return f"{PREFIX}{self.name}"

    def to_json(self) -> str:
        """The object's content."""
        return json.dumps(asdict(self))


class Manifests:
    """The manifests of a bronze table, in ``ops/batches/`` of the lake at an address such as ``s3://lake``."""

    def __init__(self, lake: str, stream_name: str) -> None:
        self._lake = lake
        self._stream = stream_name
        self._done: int | None = None

    def write_missing(self, spark: SparkSession, table_name: str) -> list[Manifest]:
        """Write those of the commits since the last call; the first call looks at the whole history.

        Batches without records get none. Oldest first, so that a crash leaves none behind a later one.
        """
        table = _load(spark, table_name)
        if table.currentSnapshot() is None:
            return []
        present = self._present(spark) if self._done is None else frozenset()
        commits = [item for item in _batches(spark, table, self._stream, self._done) if item.name not in present]
        for manifest in reversed(commits):
            write_text(spark, f"{self._lake}/{manifest.key}", manifest.to_json())
        self._done = table.currentSnapshot().snapshotId()
        return commits[::-1]

    def _present(self, spark: SparkSession) -> frozenset[str]:
        return frozenset(address.rpartition("/")[2] for address in files(spark, f"{self._lake}/{PREFIX}*.json"))


def _load(spark: SparkSession, table_name: str) -> Any:
    """The table as its catalog has it now, as Iceberg's own Java object."""
    jvm: Any = spark._jvm
    return jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, table_name)


def _batches(spark: SparkSession, table: Any, stream_name: str, until: int | None) -> Iterator[Manifest]:
    """The streaming commits with records, newest first, back to the snapshot ``until`` (not included)."""
    snapshot = table.currentSnapshot()
    while snapshot is not None and snapshot.snapshotId() != until:
        summary = snapshot.summary()
        if summary.get(_QUERY_ID) and int(summary.get("added-records") or 0):
            first, last = _arrivals(spark, table, snapshot)
            yield Manifest(
                query_id=summary[_QUERY_ID],
                batch_id=int(summary[_BATCH_ID]),
                snapshot_id=snapshot.snapshotId(),
                stream_name=stream_name,
                records=int(summary["added-records"]),
                first_arrival=_iso(first),
                last_arrival=_iso(last),
            )
        parent = snapshot.parentId()
        snapshot = None if parent is None else table.snapshot(parent)


def _arrivals(spark: SparkSession, table: Any, snapshot: Any) -> tuple[int, int]:
    """The first and the last arrival in the snapshot's new files, in microseconds: from their column bounds."""
    jvm: Any = spark._jvm
    field = table.schema().findField(_ARRIVAL)
    read = jvm.org.apache.iceberg.types.Conversions.fromByteBuffer
    files = list(snapshot.addedDataFiles(table.io()))
    return (
        min(read(field.type(), file.lowerBounds()[field.fieldId()]) for file in files),
        max(read(field.type(), file.upperBounds()[field.fieldId()]) for file in files),
    )


def _iso(microseconds: int) -> str:
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
