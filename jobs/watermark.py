"""How far clean_viewership has come: kept in the snapshot of silver.viewership that holds it, so never ahead of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

from jobs.snapshots import current_snapshot, line
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
    for snapshot in line(spark, VIEWERSHIP.full_name):
        if BATCH_NUMBER in snapshot.summary and BRONZE_SNAPSHOT in snapshot.summary:
            summary = snapshot.summary
            return Watermark(int(summary[BATCH_NUMBER]), snapshot.id, int(summary[BRONZE_SNAPSHOT]))
    current = current_snapshot(spark, VIEWERSHIP.full_name)
    return None if current is None else Watermark(_highest_batch_number(spark), current, None)


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


def _highest_batch_number(spark: SparkSession) -> int:
    """What the rows themselves tell when the snapshots no longer do. A number is never given twice."""
    viewership, quarantine, duplicates = (
        spark.table(table.full_name).select("batch_number") for table in (VIEWERSHIP, QUARANTINE, DUPLICATES)
    )
    row = viewership.union(quarantine).union(duplicates).agg(sf.max("batch_number").alias("highest")).first()
    return 0 if row is None or row.highest is None else int(row.highest)
