"""Each channel, hour by hour: one row for each hour in which a viewing of it began.

Counts and sums are of the viewings that began in the hour. ``peak_concurrency`` is the largest number of viewings that
were in progress at one moment of the hour, whenever they began; a viewing that ends when another begins is not
concurrent with it, and one of no minutes is with none.
"""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sf

from jobs.tables import HOURLY_CHANNEL_KPIS


def hourly_channel_kpis(viewings: DataFrame) -> DataFrame:
    """The rows of the days in ``viewings``; a day is right when the day before is there too (viewings last a day)."""
    begun = viewings.groupBy("day", sf.date_trunc("hour", "timestamp").alias("hour"), "channel_id").agg(
        sf.max_by("channel_name", sf.struct("timestamp", "event_id")).alias("channel_name"),
        sf.count("*").alias("views"),
        sf.countDistinct("user_id").alias("unique_viewers"),
        sf.sum("duration_minutes").alias("minutes"),
        sf.avg("completion_percentage").alias("average_completion"),
        sf.avg("engagement_score").alias("average_engagement"),
        sf.sum("ads_watched").alias("ads_watched"),
        sf.sum("ad_revenue").alias("ad_revenue"),
    )
    peaks = _peaks(viewings)
    kpis = begun.join(peaks, ["channel_id", "hour"], "left").fillna(0, ["peak_concurrency"])
    return kpis.select(*HOURLY_CHANNEL_KPIS.columns)


def _peaks(viewings: DataFrame) -> DataFrame:
    """The largest running sum of beginnings and ends in each hour; at one moment the ends come first."""
    in_hours = viewings.where("duration_minutes > 0").select(
        "channel_id",
        "timestamp",
        "ended_at",
        sf.expr(
            "explode(sequence(date_trunc('hour', timestamp),"
            " date_trunc('hour', ended_at - INTERVAL '1' SECOND / 1000000), INTERVAL '1' HOUR))"
        ).alias("hour"),
    )
    changes = in_hours.select(
        "channel_id",
        "hour",
        sf.expr(
            "inline(array(struct(greatest(timestamp, hour) AS at, 1 AS change),"
            " struct(least(ended_at, hour + INTERVAL '1' HOUR) AS at, -1 AS change)))"
        ),
    )
    so_far = Window.partitionBy("channel_id", "hour").orderBy("at", "change").rowsBetween(Window.unboundedPreceding, 0)
    return (
        changes.withColumn("in_progress", sf.sum("change").over(so_far))
        .groupBy("channel_id", "hour")
        .agg(sf.max("in_progress").alias("peak_concurrency"))
    )
