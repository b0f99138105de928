"""How well the players worked, day by day, by device and platform."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from jobs.tables import QUALITY_OF_EXPERIENCE


def quality_of_experience(viewings: DataFrame) -> DataFrame:
    """The devices of the days in ``viewings``; ``buffers_per_hour`` is null where no minute was watched."""
    return (
        viewings.groupBy("day", "device", "platform")
        .agg(
            sf.count("*").alias("views"),
            sf.countDistinct("user_id").alias("unique_viewers"),
            sf.sum("duration_minutes").alias("minutes"),
            sf.sum("buffer_count").alias("buffer_count"),
            sf.count_if(sf.col("buffer_count") > 0).alias("buffered_views"),
            sf.avg("completion_percentage").alias("average_completion"),
            sf.avg("engagement_score").alias("average_engagement"),
        )
        .withColumn("buffers_per_hour", sf.expr("buffer_count * 60 / nullif(minutes, 0)"))
        .select(*QUALITY_OF_EXPERIENCE.columns)
    )
