"""MERGE into the lake's tables, reading only the partitions that the rows can touch.

The rows must not depend on an Iceberg table any more (``localCheckpoint``): Spark 4.1 with Iceberg 1.11 refuses a MERGE
whose source is a view of such a reading ("No plan for TableReference").
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession

from jobs.days import days_of, within
from jobs.tables import IDENTITY, Table


def insert_missing(spark: SparkSession, table: Table, rows: DataFrame, keys: Sequence[str], day_column: str) -> None:
    """Insert the rows whose keys are not in the table; nothing is committed when there is no row.

    Rows with the same keys have the same ``day_column``, the timestamp the table is partitioned by.
    """
    days = days_of(rows, day_column)
    if not days:
        return
    same = " AND ".join(f"t.{key} = s.{key}" for key in keys)
    spark.sql(
        f"""
        MERGE INTO {table.full_name} t USING {{rows}} s
        ON {same} AND {within(f"t.{day_column}", days)}
        WHEN NOT MATCHED THEN INSERT *
        """,
        rows=rows,
    )


def exchange(spark: SparkSession, table: Table, rows: DataFrame, day_column: str, gone: str) -> None:
    """Delete the rows of the table whose records are marked by the column ``gone``, and insert the others: one commit.

    ``day_column`` is the timestamp the table is partitioned by. A row to insert that is in the table already stays.
    """
    same = " AND ".join(f"t.{key} = s.{key}" for key in IDENTITY)
    spark.sql(
        f"""
        MERGE INTO {table.full_name} t USING {{rows}} s
        ON {same} AND {within(f"t.{day_column}", days_of(rows, day_column))}
        WHEN MATCHED AND s.{gone} THEN DELETE
        WHEN NOT MATCHED AND NOT s.{gone} THEN INSERT *
        """,
        rows=rows,
    )


def upsert(spark: SparkSession, table: Table, rows: DataFrame, key: str) -> None:
    """Insert the rows, or let them take the place of the row with their key."""
    spark.sql(
        f"""
        MERGE INTO {table.full_name} t USING {{rows}} s
        ON t.{key} = s.{key}
        WHEN MATCHED THEN UPDATE SET *
        WHEN NOT MATCHED THEN INSERT *
        """,
        rows=rows,
    )
