"""An Iceberg table's snapshots: the newest one, what lies between two, and reading exactly that.

They are asked of Iceberg's own table object: its metadata tables would cost a Spark job for each question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, SparkSession

# Every other operation (overwrite, delete) is skipped in silence by an incremental read.
_READ_INCREMENTALLY = frozenset({"append", "replace"})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One commit of a table."""

    id: int
    operation: str
    summary: Mapping[str, str]


def line(spark: SparkSession, table: str) -> Iterator[Snapshot]:
    """The snapshots that led to what the table shows now, newest first, as far back as they have not expired."""
    jvm: Any = spark._jvm
    found = jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, table)
    snapshot = found.currentSnapshot()
    while snapshot is not None:
        yield Snapshot(snapshot.snapshotId(), snapshot.operation(), snapshot.summary())
        parent = snapshot.parentId()
        snapshot = None if parent is None else found.snapshot(parent)


def current_snapshot(spark: SparkSession, table: str) -> int | None:
    """The snapshot that the table shows now; None when nothing was ever committed to it."""
    newest = next(line(spark, table), None)
    return None if newest is None else newest.id


def read_at(spark: SparkSession, table: str, snapshot_id: int | None) -> DataFrame:
    """The table as it was at a snapshot; as it is now, for None."""
    return spark.table(table) if snapshot_id is None else spark.read.option("versionAsOf", snapshot_id).table(table)


def read_after(spark: SparkSession, table: str, start: int | None, end: int) -> DataFrame:
    """The rows added after snapshot ``start`` and up to ``end``.

    The whole table as of ``end`` where that cannot be told: no start, a start that has expired or was rolled
    back, or a snapshot in between that did more than append. So rows may be read again, but none is missed.
    """
    if start == end:
        return read_at(spark, table, end).limit(0)
    if start is None or not _only_appended(spark, table, start):
        return read_at(spark, table, end)
    reader = spark.read.option("start-snapshot-id", start).option("end-snapshot-id", end)
    return reader.table(table)


def _only_appended(spark: SparkSession, table: str, start: int) -> bool:
    """Whether everything since ``start`` was an append or a compaction."""
    for snapshot in line(spark, table):
        if snapshot.id == start:
            return True
        if snapshot.operation not in _READ_INCREMENTALLY:
            return False
    return False
