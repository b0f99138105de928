"""The viewings that gold is made of: silver's events of some days, with their ``day`` and when they ``ended_at``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from jobs.days import within


def viewings(silver: DataFrame, days: Iterable[date]) -> DataFrame:
    """The events that began in these UTC days."""
    return (
        silver.where(within("timestamp", days))
        .withColumn("day", sf.to_date("timestamp"))
        .withColumn("ended_at", sf.expr("timestamp + make_dt_interval(0, 0, duration_minutes)"))
    )
