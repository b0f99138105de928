"""An Iceberg table's snapshots: the newest one, what lies between two, and reading exactly that."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

# Every other operation (overwrite, delete) is skipped in silence by an incremental read.
_READ_INCREMENTALLY = frozenset({"append", "replace"})


@dataclass(frozen=True, slots=True)
class _Snapshot:
    parent_id: int | None
    operation: str


def current_snapshot(spark: SparkSession, table: str) -> int | None:
    """The snapshot that the table shows now; None when nothing was ever committed to it."""
    row = spark.table(f"{table}.refs").where("name = 'main'").select("snapshot_id").first()
    return None if row is None else int(row.snapshot_id)


def read_at(spark: SparkSession, table: str, snapshot_id: int) -> DataFrame:
    """The table as it was at a snapshot."""
    return spark.read.option("versionAsOf", snapshot_id).table(table)


def read_after(spark: SparkSession, table: str, start: int | None, end: int) -> DataFrame:
    """The rows added after snapshot ``start`` and up to ``end``.

    The whole table as of ``end`` where that cannot be told: no start, a start that has expired or was rolled
    back, or a snapshot in between that did more than append. So rows may be read again, but none is missed.
    """
    if start is None or not _only_appended(spark, table, start, end):
        return read_at(spark, table, end)
    reader = spark.read.option("start-snapshot-id", start).option("end-snapshot-id", end)
    return reader.table(table)


def _only_appended(spark: SparkSession, table: str, start: int, end: int) -> bool:
    """Whether ``start`` is a proper ancestor of ``end`` with nothing but appends and compactions between them."""
    known = {
        row.snapshot_id: _Snapshot(row.parent_id, row.operation)
        for row in spark.table(f"{table}.snapshots").select("snapshot_id", "parent_id", "operation").collect()
    }
    at: int | None = end
    while at != start:
        if at is None or at not in known or known[at].operation not in _READ_INCREMENTALLY:
            return False
        at = known[at].parent_id
    return start in known and start != end
