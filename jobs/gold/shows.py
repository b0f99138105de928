"""Each title, day by day, with its rank: by views, then minutes, then name."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sf

from jobs.tables import SHOWS


def shows(viewings: DataFrame) -> DataFrame:
    """The titles of the days in ``viewings``; a title is a name and a genre, and ranks have no gaps and no ties."""
    best_first = Window.partitionBy("day").orderBy(sf.desc("views"), sf.desc("minutes"), "show_name", "genre")
    return (
        viewings.groupBy("day", "show_name", "genre")
        .agg(
            sf.count("*").alias("views"),
            sf.countDistinct("user_id").alias("unique_viewers"),
            sf.sum("duration_minutes").alias("minutes"),
            sf.avg("completion_percentage").alias("average_completion"),
            sf.sum("ad_revenue").alias("ad_revenue"),
        )
        .withColumn("rank", sf.row_number().over(best_first))
        .select(*SHOWS.columns)
    )
