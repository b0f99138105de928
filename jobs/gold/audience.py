"""Who watched, day by day: age group and gender from the demographics, region and plan as they were in the event."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from jobs.tables import AUDIENCE

UNKNOWN = "unknown"
"""The age group and the gender of a viewer who is not in the demographics."""


def audience(viewings: DataFrame, demographics: DataFrame) -> DataFrame:
    """The audience of the days in ``viewings``, with the demographics as they are now."""
    known = demographics.select("user_id", "age_group", "gender")
    return (
        viewings.join(known, "user_id", "left")
        .fillna(UNKNOWN, ["age_group", "gender"])
        .groupBy("day", "age_group", "gender", "region", "subscription_type")
        .agg(
            sf.count("*").alias("views"),
            sf.countDistinct("user_id").alias("unique_viewers"),
            sf.sum("duration_minutes").alias("minutes"),
            sf.avg("completion_percentage").alias("average_completion"),
            sf.sum("ad_revenue").alias("ad_revenue"),
        )
        .select(*AUDIENCE.columns)
    )
