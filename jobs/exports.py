"""What is handed to the warehouse: Parquet files under ``exports/<table>/<export id>/`` and a marker in the outbox.

The marker ``ops/exports/<export id>.json`` is written last: where it stands, every file of the export does. An
export id is made from the batch number it reaches, so that writing an export again replaces it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial, reduce

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as sf

from jobs.filesystem import write_text
from jobs.tables import ARRIVAL, DEMOGRAPHICS, EVENT, EXPORT_ID, MONEY
from jobs.together import together

COLUMNS: dict[str, dict[str, str]] = {
    "viewership": {**EVENT, **ARRIVAL, "batch_number": "BIGINT", **EXPORT_ID},
    "quarantine": {
        **ARRIVAL,
        "reason": "STRING",
        "sentence": "STRING",
        "field": "STRING",
        "value": "STRING",
        "data": "BINARY",
        "batch_number": "BIGINT",
        **EXPORT_ID,
    },
    "duplicates": {**ARRIVAL, "event_id": "STRING", "batch_number": "BIGINT", **EXPORT_ID},
    "records": {**ARRIVAL, **EXPORT_ID},
    "channels": {
        "channel_id": "STRING",
        "channel_name": "STRING",
        "genre": "STRING",
        "language": "STRING",
        "launch_year": "INT",
        **EXPORT_ID,
    },
    "demographics": {**DEMOGRAPHICS.columns, **EXPORT_ID},
    "ad_revenue": {"channel_id": "STRING", "channel_name": "STRING", "date": "DATE", "ad_revenue": MONEY, **EXPORT_ID},
}
"""The columns of each exported table, in order. Timestamps are UTC with microseconds."""

MAX_ROWS_PER_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Marker:
    """What an export holds: the rows of each table, and the totals of its events, revenue as exact decimal text.

    ``first_arrival`` (ISO 8601, UTC, microseconds) is of the first record that it says anything about: nothing of the
    warehouse that arrived before changes by it.
    """

    export_id: str
    through_batch_number: int
    tables: dict[str, int]
    events: int
    minutes: int
    ad_revenue: str
    first_arrival: str

    @property
    def key(self) -> str:
        """The object's name in the outbox."""
        return f"ops/exports/{self.export_id}.json"


def export_id(through_batch_number: int) -> str:
    """The name of the export that reaches this batch; names sort as batches do."""
    return f"through-{through_batch_number:012d}"


def write_export(spark: SparkSession, lake: str, through: int, frames: dict[str, DataFrame]) -> Marker:
    """Write the Parquet files of an export and then its marker.

    ``frames`` has a frame for each name of ``COLUMNS``, without the export's id. The marker counts what the files hold,
    not what was meant.
    """
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    name = export_id(through)
    addresses = {table: f"{lake}/exports/{table}/{name}" for table in frames}
    named = {table: frame.withColumn("export_id", sf.lit(name)) for table, frame in frames.items()}
    together(*(partial(_write, frame, table, addresses[table]) for table, frame in named.items()))
    written = {table: _written(spark, table, address) for table, address in addresses.items()}
    totals = _totals(written["viewership"])
    marker = Marker(
        name,
        through,
        _row_counts(written),
        totals.events,
        totals.minutes,
        totals.ad_revenue,
        _first_arrival(written["records"], written["duplicates"]),
    )
    write_text(spark, f"{lake}/{marker.key}", json.dumps(asdict(marker)))
    return marker


def _write(frame: DataFrame, table: str, address: str) -> None:
    columns = [sf.col(name).cast(sql_type).alias(name) for name, sql_type in COLUMNS[table].items()]
    writer = frame.select(*columns).write.mode("overwrite").option("maxRecordsPerFile", MAX_ROWS_PER_FILE)
    # Files that are no Parquet are not for the warehouse.
    writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false").parquet(address)


def _written(spark: SparkSession, table: str, address: str) -> DataFrame:
    return spark.read.schema(", ".join(f"{name} {kind}" for name, kind in COLUMNS[table].items())).parquet(address)


def _row_counts(written: dict[str, DataFrame]) -> dict[str, int]:
    counts = [
        frame.agg(sf.count("*").alias("rows")).withColumn("name", sf.lit(name)) for name, frame in written.items()
    ]
    found = {row.name: row.rows for row in reduce(DataFrame.union, counts).collect()}
    return {name: found[name] for name in written}


def _totals(viewership: DataFrame) -> Row:
    """The figures that the warehouse compares its marts with."""
    totals = viewership.agg(
        sf.count("*").alias("events"),
        sf.coalesce(sf.sum("duration_minutes"), sf.lit(0)).alias("minutes"),
        sf.coalesce(sf.sum("ad_revenue"), sf.lit(0).cast(MONEY)).cast("string").alias("ad_revenue"),
    )
    return totals.collect()[0]


def _first_arrival(records: DataFrame, duplicates: DataFrame) -> str:
    """Of the new records and of the older ones that they supersede; now, when there is neither."""
    arrivals = records.select("arrived_at").union(duplicates.select("arrived_at"))
    first = sf.coalesce(sf.min("arrived_at"), sf.current_timestamp())
    (row,) = arrivals.agg(sf.date_format(first, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").alias("first")).collect()
    return str(row.first)
