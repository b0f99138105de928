"""Of all records with one event_id the newest counts: by the event's timestamp, then arrival, then sequence number.

Versions of one event lie at most ``MAX_AGE_DAYS`` apart, which is how late a record can arrive. An id that is seen
again for a time further away is another event, with a row of its own. So a batch looks for earlier versions in the
days around its own, and not in all there ever were.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sf

from jobs.days import widened, within
from jobs.schema import MAX_AGE_DAYS
from jobs.tables import IDENTITY

# A sequence number has up to 56 digits, more than a decimal holds; padded they sort as numbers do.
_DIGITS = 128
_ORDER_COLUMNS = ("event_id", "timestamp", "arrived_at", *IDENTITY)


def versions(accepted: DataFrame, days: Iterable[date], silver: DataFrame) -> DataFrame:
    """The new records and silver's versions of the same events, each with ``superseded``: a newer version counts.

    ``days`` are those of the new records. ``in_silver`` tells the two kinds apart; silver's rows come with the columns
    of the order only. A record that silver holds already is no new version.
    """
    near = silver.where(within("timestamp", widened(days, MAX_AGE_DAYS))).select(*_ORDER_COLUMNS)
    known = near.join(accepted.select("event_id").distinct(), "event_id", "left_semi")
    news = accepted.join(known.select(*IDENTITY), list(IDENTITY), "left_anti")
    both = news.withColumn("in_silver", sf.lit(False)).unionByName(
        known.withColumn("in_silver", sf.lit(True)), allowMissingColumns=True
    )
    return both.withColumn("superseded", _superseded())


def _superseded() -> Column:
    """Whether the next newer version is near enough to be one. The order must be the same each time."""
    oldest_first = (
        sf.asc("timestamp"),
        sf.asc("arrived_at"),
        sf.asc(sf.lpad("sequence_number", _DIGITS, "0")),
        # Two records can still tie only across streams or partition keys.
        sf.asc("stream_name"),
        sf.asc("partition_key"),
    )
    newer = sf.lead("timestamp").over(Window.partitionBy("event_id").orderBy(*oldest_first))
    span = sf.make_dt_interval(days=sf.lit(MAX_AGE_DAYS))
    return sf.coalesce(newer <= sf.col("timestamp") + span, sf.lit(False))
