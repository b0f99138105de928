"""Silver to gold, and to the warehouse's door: rebuild the days that changed, and export what is new.

    aggregate_viewership.py --lake-bucket NAME

What is new are the rows of batches after the last exported one, up to the last one that is complete. The days to
rebuild are those of new events and those that moved events have left. How far the exports have come is written down
last of all, on gold.hourly_channel_kpis: a job killed before does it all again, to the same names, with the same rows.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from jobs.conflicts import retried
from jobs.days import days_of, is_day
from jobs.exports import Marker, write_export
from jobs.gold.ad_revenue import ad_revenue, days_reported_anew
from jobs.gold.audience import audience
from jobs.gold.hourly_channel_kpis import hourly_channel_kpis
from jobs.gold.quality_of_experience import quality_of_experience
from jobs.gold.rebuild import rebuild
from jobs.gold.shows import shows
from jobs.gold.viewer_sessions import viewer_sessions
from jobs.gold.viewings import viewings
from jobs.landing import keep_bad_lines, read_landing
from jobs.reference import AD_REVENUE as AD_REVENUE_FILES
from jobs.reference import CHANNEL_METADATA, Dataset
from jobs.session import lake_session
from jobs.snapshots import current_snapshot, read_after, read_at
from jobs.tables import (
    AD_REVENUE,
    AUDIENCE,
    BRONZE,
    DEMOGRAPHICS,
    DUPLICATES,
    GOLD,
    HOURLY_CHANNEL_KPIS,
    QUALITY_OF_EXPERIENCE,
    QUARANTINE,
    SHOWS,
    SILVER,
    VIEWER_SESSIONS,
    VIEWERSHIP,
    create,
)
from jobs.together import together
from jobs.watermark import Watermark, read_watermark

EXPORTED_THROUGH = "lab.exported-through"
EXPORTED_BRONZE_SNAPSHOT = "lab.exported-bronze-snapshot-id"
EXPORTED_DEMOGRAPHICS_SNAPSHOT = "lab.exported-demographics-snapshot-id"

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Exported:
    """How far the exports have come."""

    through: int
    bronze_snapshot_id: int | None
    demographics_snapshot_id: int | None


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference data of this run.

    ``new_demographics`` has all viewers when a snapshot came since the last export, else none.
    """

    channels: DataFrame
    reported: DataFrame
    demographics: DataFrame
    new_demographics: DataFrame
    demographics_snapshot_id: int | None


@dataclass(frozen=True, slots=True)
class Increment:
    """What silver has that was not exported; ``silver`` is all of its events as of the same commit."""

    silver: DataFrame
    viewership: DataFrame
    quarantine: DataFrame
    duplicates: DataFrame
    records: DataFrame

    def days(self) -> frozenset[date]:
        """The days of its events, and those that superseded versions may have left."""
        return days_of(self.viewership.select("timestamp").union(self.duplicates.select("timestamp")), "timestamp")


def aggregate(spark: SparkSession, lake: str) -> Marker | None:
    """Rebuild and export what is new; None, and nothing written, when there is nothing."""
    create(spark, *SILVER, *GOLD)
    mark, exported = read_watermark(spark), read_exported(spark)
    if mark is None or mark.batch_number <= exported.through:
        return None
    increment = read_increment(spark, exported, mark)
    reference = read_reference(spark, lake, exported)
    build_gold(spark, increment, reference)
    marker = write_export(
        spark,
        lake,
        mark.batch_number,
        {
            "viewership": increment.viewership,
            "quarantine": increment.quarantine,
            "duplicates": increment.duplicates,
            "records": increment.records,
            "channels": reference.channels,
            "demographics": reference.new_demographics,
            "ad_revenue": reference.reported,
        },
    )
    remember_exported(spark, mark, reference.demographics_snapshot_id)
    return marker


def read_exported(spark: SparkSession) -> Exported:
    """How far the last complete run came."""
    rows = spark.sql(f"SHOW TBLPROPERTIES {HOURLY_CHANNEL_KPIS.full_name}").collect()
    properties = {row.key: row.value for row in rows}

    def snapshot(name: str) -> int | None:
        return int(properties[name]) if name in properties else None

    return Exported(
        int(properties.get(EXPORTED_THROUGH, 0)),
        snapshot(EXPORTED_BRONZE_SNAPSHOT),
        snapshot(EXPORTED_DEMOGRAPHICS_SNAPSHOT),
    )


def remember_exported(spark: SparkSession, mark: Watermark, demographics_snapshot_id: int | None) -> None:
    """The last act of a run: what the mark covers is exported, and the demographics as of their snapshot."""
    properties = {EXPORTED_THROUGH: mark.batch_number, EXPORTED_BRONZE_SNAPSHOT: mark.bronze_snapshot_id}
    if demographics_snapshot_id is not None:
        properties[EXPORTED_DEMOGRAPHICS_SNAPSHOT] = demographics_snapshot_id
    assignments = ", ".join(f"'{name}'='{value}'" for name, value in properties.items())
    retried(lambda: spark.sql(f"ALTER TABLE {HOURLY_CHANNEL_KPIS.full_name} SET TBLPROPERTIES ({assignments})"))


def read_increment(spark: SparkSession, exported: Exported, mark: Watermark) -> Increment:
    """The rows of the batches after ``exported`` up to ``mark``, and the records of bronze they were made of."""
    if mark.bronze_snapshot_id is None:
        raise LookupError(
            f"The snapshots of {VIEWERSHIP.full_name} no longer tell how far bronze was read. "
            "Run clean_viewership, which reads it anew, and then this job again."
        )
    new = sf.col("batch_number").between(exported.through + 1, mark.batch_number)
    silver = read_at(spark, VIEWERSHIP.full_name, mark.snapshot_id)
    bronze = read_after(spark, BRONZE, exported.bronze_snapshot_id, mark.bronze_snapshot_id)
    records = bronze.select(
        sf.col("streamName").alias("stream_name"),
        sf.col("partitionKey").alias("partition_key"),
        sf.col("sequenceNumber").alias("sequence_number"),
        sf.col("approximateArrivalTimestamp").alias("arrived_at"),
    )
    return Increment(
        silver=silver,
        viewership=silver.where(new),
        quarantine=spark.table(QUARANTINE.full_name).where(new),
        duplicates=spark.table(DUPLICATES.full_name).where(new),
        records=records.dropDuplicates(["stream_name", "partition_key", "sequence_number"]),
    )


def read_reference(spark: SparkSession, lake: str, exported: Exported) -> Reference:
    """The landing files of channels and reported revenue, and the demographics as merged so far."""
    newest = current_snapshot(spark, DEMOGRAPHICS.full_name)
    demographics = read_at(spark, DEMOGRAPHICS.full_name, newest)
    return Reference(
        channels=_landed(spark, lake, CHANNEL_METADATA),
        reported=_landed(spark, lake, AD_REVENUE_FILES),
        demographics=demographics,
        new_demographics=demographics if newest != exported.demographics_snapshot_id else demographics.limit(0),
        demographics_snapshot_id=newest,
    )


def _landed(spark: SparkSession, lake: str, dataset: Dataset) -> DataFrame:
    landing = read_landing(spark, lake, dataset)
    if landing is None:
        schema = ", ".join(f"{column.name} {column.sql_type}" for column in dataset.columns)
        return spark.createDataFrame([], schema)
    keep_bad_lines(spark, dataset, landing.bad_lines)
    return landing.rows


def build_gold(spark: SparkSession, increment: Increment, reference: Reference) -> None:
    """Rebuild every gold table for the days that changed.

    The hour tables also take the day after, into which viewings may last; and revenue the days reported anew.
    """
    days = increment.days()
    lasting = days | {day + _ONE_DAY for day in days}
    reported_anew = days_reported_anew(spark.table(AD_REVENUE.full_name), reference.reported)
    seen = viewings(increment.silver, lasting | {day - _ONE_DAY for day in days}).persist()
    of_days = seen.where(is_day("day", days))
    earning = viewings(increment.silver, days | reported_anew)
    try:
        together(
            lambda: rebuild(HOURLY_CHANNEL_KPIS, hourly_channel_kpis(seen), lasting),
            lambda: rebuild(VIEWER_SESSIONS, viewer_sessions(of_days), days),
            lambda: rebuild(SHOWS, shows(of_days), days),
            lambda: rebuild(AUDIENCE, audience(of_days, reference.demographics), days),
            lambda: rebuild(QUALITY_OF_EXPERIENCE, quality_of_experience(of_days), days),
            lambda: rebuild(AD_REVENUE, ad_revenue(earning, reference.reported), days | reported_anew),
        )
    finally:
        seen.unpersist()


def main(argv: Sequence[str]) -> None:
    """Aggregate what is new, and say what was exported."""
    parser = argparse.ArgumentParser(prog="aggregate_viewership.py")
    parser.add_argument("--lake-bucket", required=True)
    arguments, _ = parser.parse_known_args(argv)
    spark = lake_session("aggregate_viewership", arguments.lake_bucket)
    marker = aggregate(spark, f"s3://{arguments.lake_bucket}")
    print("aggregate_viewership: nothing new" if marker is None else f"aggregate_viewership: {marker}", flush=True)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
