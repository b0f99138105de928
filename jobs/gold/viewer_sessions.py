"""What each viewer watched without a long break: viewings of one UTC day, less than half an hour apart.

A session begins with a viewing that starts more than ``GAP_MINUTES`` after every earlier one of the viewer's day has
ended. It belongs to one day: at midnight UTC a new one begins, so that a day can be rebuilt by itself.
"""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sf

from jobs.tables import VIEWER_SESSIONS

GAP_MINUTES = 30


def viewer_sessions(viewings: DataFrame) -> DataFrame:
    """The sessions of the days in ``viewings``, numbered from 1 for each viewer and day."""
    in_order = Window.partitionBy("day", "user_id").orderBy("timestamp", "event_id")
    before = in_order.rowsBetween(Window.unboundedPreceding, -1)
    gap = sf.make_dt_interval(mins=sf.lit(GAP_MINUTES))
    pause = sf.col("timestamp") > sf.max("ended_at").over(before) + gap
    numbered = viewings.withColumn("begins", sf.when(pause, 1).otherwise(0)).withColumn(
        "session_number", (1 + sf.sum("begins").over(in_order)).cast("int")
    )
    return (
        numbered.groupBy("day", "user_id", "session_number")
        .agg(
            sf.min("timestamp").alias("started_at"),
            sf.max("ended_at").alias("ended_at"),
            sf.count("*").alias("views"),
            sf.countDistinct("channel_id").alias("channels"),
            sf.sum("duration_minutes").alias("minutes"),
            sf.sum("ads_watched").alias("ads_watched"),
            sf.sum("ad_revenue").alias("ad_revenue"),
        )
        .select(*VIEWER_SESSIONS.columns)
    )
