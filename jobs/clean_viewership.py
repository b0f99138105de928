"""Bronze to silver: parse, validate, and keep the newest version of each event.

    clean_viewership.py --lake-bucket NAME --batch RUN

Each record ends in exactly one of silver.viewership, silver.quarantine and silver.duplicates. Viewership is written
after the other two, and its commit carries the watermark: a job killed at any moment is repeated from the old one, and
finds what it wrote before.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from jobs.conflicts import ChangedError, retried
from jobs.landing import keep_bad_lines, read_landing
from jobs.merge import exchange, insert_missing
from jobs.parse import Rejection, parse
from jobs.reference import CHANNEL_METADATA
from jobs.session import lake_session
from jobs.snapshots import current_snapshot, read_after, read_at
from jobs.tables import ARRIVAL, BRONZE, DUPLICATES, EVENT, IDENTITY, QUARANTINE, VIEWERSHIP, create
from jobs.together import together
from jobs.versions import versions
from jobs.watermark import read_watermark, stamped

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Batch:
    """The records after the watermark, judged. The frames no longer depend on the tables they were read from."""

    number: int
    bronze_snapshot_id: int
    silver_snapshot_id: int | None
    rejected: DataFrame
    quarantined: int
    versions: DataFrame


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a batch did: ``loaded`` new and newer events, and ``duplicates``, superseded rows of silver among them."""

    batch_number: int
    loaded: int
    quarantined: int
    duplicates: int


def clean(spark: SparkSession, lake: str, run: str) -> Cleaned | None:
    """Take every record of bronze after the watermark into silver; None, and nothing committed, when there is none."""
    create(spark, VIEWERSHIP, QUARANTINE, DUPLICATES)
    batch = read_batch(spark, lake)
    return None if batch is None else write_batch(spark, batch, run)


def read_batch(spark: SparkSession, lake: str) -> Batch | None:
    """Judge the records of bronze after the watermark; None when there is none."""
    if not spark.catalog.tableExists(BRONZE):
        return None
    silver_now, bronze_now = current_snapshot(spark, VIEWERSHIP.full_name), current_snapshot(spark, BRONZE)
    mark = read_watermark(spark)
    start = mark.bronze_snapshot_id if mark else None
    if bronze_now is None or bronze_now == start:
        return None
    records = read_after(spark, BRONZE, start, bronze_now)
    parsed = _parsed(records, known_channels(spark, lake)).localCheckpoint()
    (found,) = parsed.agg(
        sf.count("*").alias("records"),
        sf.count("reason").alias("rejected"),
        sf.collect_set(sf.to_date("timestamp")).alias("days"),
    ).collect()
    if not found.records:
        return None
    number = mark.batch_number + 1 if mark else 1
    accepted = parsed.where("reason IS NULL").select(*EVENT, *ARRIVAL)
    rejected = _numbered(parsed.where("reason IS NOT NULL"), number).select(*QUARANTINE.columns)
    silver = read_at(spark, VIEWERSHIP.full_name, silver_now)
    judged = _numbered(versions(accepted, found.days, silver), number).localCheckpoint()
    return Batch(number, bronze_now, silver_now, rejected, found.rejected, judged)


def write_batch(spark: SparkSession, batch: Batch, run: str) -> Cleaned:
    """Write the batch: what was set aside first, the events and the watermark last, in one commit."""
    losers = batch.versions.where("superseded")
    together(
        lambda: quarantine(spark, batch.rejected),
        lambda: set_aside(spark, losers.select(*DUPLICATES.columns)),
    )
    if current_snapshot(spark, VIEWERSHIP.full_name) != batch.silver_snapshot_id:
        raise ChangedError(f"Another job wrote {VIEWERSHIP.full_name} while batch {batch.number} was made")
    changes = batch.versions.where("superseded = in_silver")
    with stamped(spark, batch.number, batch.bronze_snapshot_id, run):
        load(spark, changes)
    loaded = changes.where("NOT superseded").count()
    return Cleaned(batch.number, loaded, batch.quarantined, losers.count())


def quarantine(spark: SparkSession, rejected: DataFrame) -> None:
    """Keep the records that are no events, each once."""
    insert_missing(spark, QUARANTINE, rejected, tuple(IDENTITY), "arrived_at")


def set_aside(spark: SparkSession, losers: DataFrame) -> None:
    """Keep the records that lost against a newer version of their event, each once."""
    insert_missing(spark, DUPLICATES, losers, tuple(IDENTITY), "arrived_at")


def load(spark: SparkSession, changes: DataFrame) -> None:
    """Insert the new events and newer versions, and delete those of silver that they supersede.

    A batch without any is committed too: the commit carries the watermark.
    """
    if changes.isEmpty():
        changes.select(*VIEWERSHIP.columns).writeTo(VIEWERSHIP.full_name).append()
    else:
        exchange(spark, VIEWERSHIP, changes, "timestamp", gone="superseded")


def known_channels(spark: SparkSession, lake: str) -> frozenset[str]:
    """The ids of the channel metadata. An error when there is none: every event would be set aside for ever."""
    landing = read_landing(spark, lake, CHANNEL_METADATA)
    rows = [] if landing is None else landing.rows.select("channel_id").collect()
    if landing is not None:
        keep_bad_lines(spark, CHANNEL_METADATA, landing.bad_lines)
    if not rows:
        raise LookupError(
            f"No channel in {lake}/landing/{CHANNEL_METADATA.name}/*.csv, so no event can be checked. "
            f"Upload a file that begins with the line {','.join(CHANNEL_METADATA.header)} and run the job again."
        )
    return frozenset(row.channel_id for row in rows)


def _parsed(bronze: DataFrame, channels: frozenset[str]) -> DataFrame:
    """Each record once, with its event's fields, or with its rejection's (and then its bytes)."""
    event = ", ".join(f"{name} {sql_type}" for name, sql_type in EVENT.items())
    rejection = "reason STRING, sentence STRING, field STRING, value STRING"

    @sf.udf(returnType=f"event STRUCT<{event}>, rejection STRUCT<{rejection}>", useArrow=False)
    def judged(data: bytes | None, arrived_at: int) -> tuple[Any, Any]:
        found = parse(bytes(data or b""), _EPOCH + timedelta(microseconds=arrived_at), channels)
        return (None, (found.reason.value, *found[1:])) if isinstance(found, Rejection) else (found, None)

    records = bronze.select(
        sf.col("streamName").alias("stream_name"),
        sf.col("partitionKey").alias("partition_key"),
        sf.col("sequenceNumber").alias("sequence_number"),
        sf.col("approximateArrivalTimestamp").alias("arrived_at"),
        sf.coalesce("data", sf.lit(b"")).alias("data"),
    ).dropDuplicates(list(IDENTITY))
    return records.withColumn("judged", judged("data", sf.unix_micros("arrived_at"))).select(
        *ARRIVAL,
        "judged.event.*",
        "judged.rejection.*",
        sf.when(sf.col("judged.rejection").isNotNull(), sf.col("data")).alias("data"),
    )


def _numbered(frame: DataFrame, number: int) -> DataFrame:
    return frame.withColumn("batch_number", sf.lit(number).cast("bigint"))


def main(argv: Sequence[str]) -> None:
    """Clean what there is, and say what was done."""
    parser = argparse.ArgumentParser(prog="clean_viewership.py")
    parser.add_argument("--lake-bucket", required=True)
    parser.add_argument("--batch", required=True, help="the run that asks for it; kept in the snapshot")
    arguments, _ = parser.parse_known_args(argv)
    spark = lake_session("clean_viewership", arguments.lake_bucket)
    done = retried(lambda: clean(spark, f"s3://{arguments.lake_bucket}", arguments.batch))
    print("clean_viewership: nothing new" if done is None else f"clean_viewership: {done}", flush=True)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
