"""Advertising revenue by channel and day: what the events say against what the advertising network reports.

``difference`` is observed minus reported. Both it and ``reported`` are null where nothing was reported.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from jobs.tables import AD_REVENUE, TOTAL_MONEY


def ad_revenue(viewings: DataFrame, reported: DataFrame) -> DataFrame:
    """The channels with viewings or a report, of the days in the two frames."""
    observed = viewings.groupBy("day", "channel_id").agg(
        sf.max_by("channel_name", sf.struct("timestamp", "event_id")).alias("observed_name"),
        sf.sum("ad_revenue").alias("observed"),
    )
    return (
        observed.join(_by_day(reported), ["day", "channel_id"], "full")
        .withColumn("channel_name", sf.coalesce("reported_name", "observed_name"))
        .withColumn("observed", sf.coalesce("observed", sf.lit(0)).cast(TOTAL_MONEY))
        .withColumn("difference", (sf.col("observed") - sf.col("reported")).cast(TOTAL_MONEY))
        .select(*AD_REVENUE.columns)
    )


def days_reported_anew(gold: DataFrame, reported: DataFrame) -> frozenset[date]:
    """The days whose reports are not those that the gold table was built with."""
    before = gold.where("reported IS NOT NULL").select("day", "channel_id", sf.col("reported").alias("before"))
    changed = (
        _by_day(reported)
        .join(before, ["day", "channel_id"], "full")
        .where("NOT (reported <=> before)")
        .select("day")
        .distinct()
    )
    return frozenset(row.day for row in changed.collect())


def _by_day(reported: DataFrame) -> DataFrame:
    return reported.select(
        sf.col("date").alias("day"),
        "channel_id",
        sf.col("channel_name").alias("reported_name"),
        sf.col("ad_revenue").alias("reported"),
    )
