"""The tables of the lake that the batch jobs own: their columns, their partitions, and their making.

One list of columns a table, in order. The silver tables are what is exported to the warehouse: see ``jobs/exports.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.schema import FIELDS, REVENUE_PRECISION, REVENUE_SCALE, FieldType

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CATALOG = "glue"
"""The Spark catalog of the lake's tables; jobs/session.py configures it."""

MONEY = f"DECIMAL({REVENUE_PRECISION},{REVENUE_SCALE})"
TOTAL_MONEY = f"DECIMAL(22,{REVENUE_SCALE})"
"""What Spark makes of a sum of MONEY: ten digits more, always exact."""

COLUMN_TYPES: dict[FieldType, str] = {
    "string": "STRING",
    "timestamp": "TIMESTAMP",
    "int": "INT",
    "float": "DOUBLE",
    "decimal": MONEY,
    "bool": "BOOLEAN",
}

EVENT: dict[str, str] = {field.name: COLUMN_TYPES[field.type] for field in FIELDS}

IDENTITY: dict[str, str] = {"stream_name": "STRING", "partition_key": "STRING", "sequence_number": "STRING"}
"""What identifies a record for every consumer of the stream."""

ARRIVAL: dict[str, str] = {**IDENTITY, "arrived_at": "TIMESTAMP"}

EXPORT_ID: dict[str, str] = {"export_id": "STRING"}
"""Every exported row says which export it belongs to, so that the warehouse can take several as one batch."""

# Old metadata files are deleted with each commit: a table that lives for years keeps a short history of files.
_PROPERTIES = {
    "format-version": "2",
    "commit.retry.num-retries": "20",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "50",
}


@dataclass(frozen=True, slots=True)
class Table:
    """An Iceberg table: ``name`` without the catalog, columns with their SQL types, one partition expression."""

    name: str
    columns: dict[str, str]
    partition: str

    @property
    def full_name(self) -> str:
        """The name as Spark knows it."""
        return f"{CATALOG}.{self.name}"

    @property
    def ddl(self) -> str:
        """The statement that makes the table where it does not exist; the database must."""
        columns = ",\n  ".join(f"{name} {sql_type}" for name, sql_type in self.columns.items())
        properties = ", ".join(f"'{name}'='{value}'" for name, value in _PROPERTIES.items())
        return (
            f"CREATE TABLE IF NOT EXISTS {self.full_name} (\n  {columns}\n)\n"
            f"USING iceberg PARTITIONED BY ({self.partition}) TBLPROPERTIES ({properties})"
        )


BRONZE = f"{CATALOG}.media_bronze.viewership_records"
"""Made and written by the streaming job, with the five columns of the Kinesis connector."""

VIEWERSHIP = Table(
    "media_silver.viewership",
    {**EVENT, **ARRIVAL, "batch_number": "BIGINT"},
    "days(timestamp)",
)
QUARANTINE = Table(
    "media_silver.quarantine",
    {
        **ARRIVAL,
        "reason": "STRING",
        "sentence": "STRING",
        "field": "STRING",
        "value": "STRING",
        "data": "BINARY",
        "batch_number": "BIGINT",
    },
    "days(arrived_at)",
)
# `timestamp` is the losing version's: the day of gold that a moved event has left. It is not exported.
DUPLICATES = Table(
    "media_silver.duplicates",
    {**ARRIVAL, "event_id": "STRING", "timestamp": "TIMESTAMP", "batch_number": "BIGINT"},
    "days(arrived_at)",
)
DEMOGRAPHICS = Table(
    "media_silver.demographics",
    {
        "user_id": "STRING",
        "gender": "STRING",
        "age_group": "STRING",
        "region": "STRING",
        "subscription_type": "STRING",
    },
    "bucket(8, user_id)",
)

HOURLY_CHANNEL_KPIS = Table(
    "media_gold.hourly_channel_kpis",
    {
        "day": "DATE",
        "hour": "TIMESTAMP",
        "channel_id": "STRING",
        "channel_name": "STRING",
        "views": "BIGINT",
        "unique_viewers": "BIGINT",
        "minutes": "BIGINT",
        "peak_concurrency": "BIGINT",
        "average_completion": "DOUBLE",
        "average_engagement": "DOUBLE",
        "ads_watched": "BIGINT",
        "ad_revenue": TOTAL_MONEY,
    },
    "day",
)
VIEWER_SESSIONS = Table(
    "media_gold.viewer_sessions",
    {
        "day": "DATE",
        "user_id": "STRING",
        "session_number": "INT",
        "started_at": "TIMESTAMP",
        "ended_at": "TIMESTAMP",
        "views": "BIGINT",
        "channels": "BIGINT",
        "minutes": "BIGINT",
        "ads_watched": "BIGINT",
        "ad_revenue": TOTAL_MONEY,
    },
    "day",
)
SHOWS = Table(
    "media_gold.shows",
    {
        "day": "DATE",
        "rank": "INT",
        "show_name": "STRING",
        "genre": "STRING",
        "views": "BIGINT",
        "unique_viewers": "BIGINT",
        "minutes": "BIGINT",
        "average_completion": "DOUBLE",
        "ad_revenue": TOTAL_MONEY,
    },
    "day",
)
AUDIENCE = Table(
    "media_gold.audience",
    {
        "day": "DATE",
        "age_group": "STRING",
        "gender": "STRING",
        "region": "STRING",
        "subscription_type": "STRING",
        "views": "BIGINT",
        "unique_viewers": "BIGINT",
        "minutes": "BIGINT",
        "average_completion": "DOUBLE",
        "ad_revenue": TOTAL_MONEY,
    },
    "day",
)
AD_REVENUE = Table(
    "media_gold.ad_revenue",
    {
        "day": "DATE",
        "channel_id": "STRING",
        "channel_name": "STRING",
        "observed": TOTAL_MONEY,
        "reported": MONEY,
        "difference": TOTAL_MONEY,
    },
    "day",
)
QUALITY_OF_EXPERIENCE = Table(
    "media_gold.quality_of_experience",
    {
        "day": "DATE",
        "device": "STRING",
        "platform": "STRING",
        "views": "BIGINT",
        "unique_viewers": "BIGINT",
        "minutes": "BIGINT",
        "buffer_count": "BIGINT",
        "buffered_views": "BIGINT",
        "buffers_per_hour": "DOUBLE",
        "average_completion": "DOUBLE",
        "average_engagement": "DOUBLE",
    },
    "day",
)

SILVER = (VIEWERSHIP, QUARANTINE, DUPLICATES, DEMOGRAPHICS)
GOLD = (HOURLY_CHANNEL_KPIS, VIEWER_SESSIONS, SHOWS, AUDIENCE, AD_REVENUE, QUALITY_OF_EXPERIENCE)


def reference_quarantine(dataset: str) -> Table:
    """Where the bad lines of a reference CSV are kept: ``media_silver.<dataset>_quarantine``."""
    return Table(
        f"media_silver.{dataset}_quarantine",
        {
            "file": "STRING",
            "modified_at": "TIMESTAMP",
            "line_number": "INT",
            "reason": "STRING",
            "sentence": "STRING",
            "raw": "STRING",
        },
        "days(modified_at)",
    )


def create(spark: SparkSession, *tables: Table) -> None:
    """Make those of the tables that do not exist."""
    for table in tables:
        spark.sql(table.ddl)
