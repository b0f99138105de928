"""How far clean_viewership has come: kept in the snapshot of silver.viewership that holds it, so never ahead of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from jobs.snapshots import current_snapshot
from jobs.tables import DUPLICATES, QUARANTINE, VIEWERSHIP

BRONZE_SNAPSHOT = "lab.bronze-snapshot-id"
BATCH_NUMBER = "lab.batch-number"
RUN = "lab.run"

_CONF = "spark.sql.iceberg.snapshot-property."


@dataclass(frozen=True, slots=True)
class Watermark:
    """The last batch that is complete in silver.

    ``snapshot_id`` is silver.viewership with that batch; ``bronze_snapshot_id`` is where bronze was read up to, None
    when the snapshots that told it have expired.
    """

    batch_number: int
    snapshot_id: int
    bronze_snapshot_id: int | None


def read_watermark(spark: SparkSession) -> Watermark | None:
    """The watermark of silver.viewership; None before its first commit."""
    current = current_snapshot(spark, VIEWERSHIP.full_name)
    if current is None:
        return None
    marked = _marked_snapshots(spark).first()
    if marked is None:
        return Watermark(_highest_batch_number(spark), current, None)
    return Watermark(int(marked.batch_number), int(marked.snapshot_id), int(marked.bronze_snapshot_id))


def bronze_snapshot_of(spark: SparkSession, batch_number: int) -> int | None:
    """Where bronze had been read up to with that batch; None when its snapshot has expired."""
    row = _marked_snapshots(spark).where(sf.col("batch_number") == batch_number).first()
    return None if row is None else int(row.bronze_snapshot_id)


@contextmanager
def stamped(spark: SparkSession, batch_number: int, bronze_snapshot_id: int, run: str) -> Iterator[None]:
    """Commits made inside carry the watermark. The setting is the whole session's: it is taken back at the end."""
    properties = {BRONZE_SNAPSHOT: str(bronze_snapshot_id), BATCH_NUMBER: str(batch_number), RUN: run}
    for name, value in properties.items():
        spark.conf.set(f"{_CONF}{name}", value)
    try:
        yield
    finally:
        for name in properties:
            spark.conf.unset(f"{_CONF}{name}")


def _marked_snapshots(spark: SparkSession) -> DataFrame:
    """The snapshots with a watermark in the table's present line, newest first."""
    line = spark.table(f"{VIEWERSHIP.full_name}.history").where("is_current_ancestor").select("snapshot_id").distinct()
    return (
        spark.table(f"{VIEWERSHIP.full_name}.snapshots")
        .join(line, "snapshot_id")
        .select(
            "snapshot_id",
            sf.col("summary")[BATCH_NUMBER].cast("bigint").alias("batch_number"),
            sf.col("summary")[BRONZE_SNAPSHOT].cast("bigint").alias("bronze_snapshot_id"),
        )
        .where("batch_number IS NOT NULL AND bronze_snapshot_id IS NOT NULL")
        .orderBy(sf.desc("batch_number"))
    )


def _highest_batch_number(spark: SparkSession) -> int:
    """What the rows themselves tell when the snapshots no longer do. A number is never given twice."""
    numbers = [spark.table(table.full_name).select("batch_number") for table in (VIEWERSHIP, QUARANTINE, DUPLICATES)]
    row = numbers[0].union(numbers[1]).union(numbers[2]).agg(sf.max("batch_number")).first()
    return int(row[0]) if row is not None and row[0] is not None else 0
