"""Of all records with one event_id the newest counts: by the event's timestamp, then arrival, then sequence number."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sf

from jobs.tables import IDENTITY

# A sequence number has up to 56 digits, more than a decimal holds; padded they sort as numbers do.
_DIGITS = 128
_ORDER_COLUMNS = ("event_id", "timestamp", "arrived_at", *IDENTITY)


def ranked(accepted: DataFrame, silver: DataFrame) -> DataFrame:
    """The new records and silver's versions of the same events, with ``place`` 1 for the version that counts.

    ``in_silver`` tells them apart; silver's rows come with the columns of the order only. A record that silver
    holds already is no new version. Silver is looked through by event_id alone, whatever its days: a version may
    have moved to any of them. That reads a few narrow columns of the table, never whole rows.
    """
    known = silver.select(*_ORDER_COLUMNS).join(accepted.select("event_id").distinct(), "event_id", "left_semi")
    news = accepted.join(known.select(*IDENTITY), list(IDENTITY), "left_anti")
    versions = news.withColumn("in_silver", sf.lit(False)).unionByName(
        known.withColumn("in_silver", sf.lit(True)), allowMissingColumns=True
    )
    newest_first = (
        sf.desc("timestamp"),
        sf.desc("arrived_at"),
        sf.desc(sf.lpad("sequence_number", _DIGITS, "0")),
        # Two records can still tie only across streams or partition keys; the order must be the same each time.
        sf.desc("stream_name"),
        sf.desc("partition_key"),
    )
    return versions.withColumn("place", sf.row_number().over(Window.partitionBy("event_id").orderBy(*newest_first)))
