"""The warehouse's side of the ledger, read with the Snowflake connector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from snowflake.connector.errors import ProgrammingError

from scripts.ledger.evidence import EVENTS, LOADED, MARTS, REFUSED

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

DOES_NOT_EXIST = frozenset({2003, 2043, 90105})
"""Snowflake's codes for an object that is not there, or its schema, or the connection's database."""

EVENTS_TABLE = "ANALYTICS.VIEWERSHIP_LOGS"

ROWS_A_FETCH = 50_000
"""Read as plain rows: the connector's own way to Arrow wants pandas."""

# Money travels as text, so that no step on the way can make it a float.
LOADED_SQL = """
    SELECT STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER, EVENT_ID, TIMESTAMP,
           DURATION_MINUTES AS MINUTES, CAST(AD_REVENUE AS VARCHAR) AS REVENUE
    FROM ANALYTICS.VIEWERSHIP_LOGS"""
QUARANTINE_SQL = "SELECT STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER, REASON FROM OPS.QUARANTINE"
DUPLICATES_SQL = "SELECT STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER, EVENT_ID FROM OPS.DUPLICATES"

MART_REVENUE = {
    "HOURLY_CHANNEL_KPIS": "AD_REVENUE",
    "SHOWS": "AD_REVENUE",
    "AUDIENCE": "AD_REVENUE",
    "VIEWER_SESSIONS": "AD_REVENUE",
    "AD_REVENUE": "OBSERVED",
}
"""Each mart that covers all events with their revenue, and its column of it."""
MARTS_WITHOUT_MINUTES = frozenset({"AD_REVENUE"})


def loaded(connection: SnowflakeConnection) -> pa.Table | None:
    """The rows of VIEWERSHIP_LOGS; None when there is no such table yet."""
    return read(connection, LOADED_SQL, LOADED)


def quarantine(connection: SnowflakeConnection) -> pa.Table | None:
    """The rows of OPS.QUARANTINE."""
    return read(connection, QUARANTINE_SQL, REFUSED)


def duplicates(connection: SnowflakeConnection) -> pa.Table | None:
    """The rows of OPS.DUPLICATES."""
    return read(connection, DUPLICATES_SQL, EVENTS)


def mart_totals(connection: SnowflakeConnection, mart: str) -> pa.Table | None:
    """One row: what the mart adds up to."""
    minutes = "NULL" if mart in MARTS_WITHOUT_MINUTES else "COALESCE(SUM(MINUTES), 0)"
    sql = f"""
        SELECT '{mart}' AS MART, COALESCE(SUM(EVENTS), 0) AS EVENTS, {minutes} AS MINUTES,
               CAST(COALESCE(SUM({MART_REVENUE[mart]}), 0) AS VARCHAR) AS REVENUE
        FROM ANALYTICS.{mart}"""  # noqa: S608 (names of this module)
    return read(connection, sql, MARTS)


def count(connection: SnowflakeConnection, table: str) -> int | None:
    """The rows of ``table``; None when there is no such table yet."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608 (names of this project)
        except ProgrammingError as error:
            if error.errno in DOES_NOT_EXIST:
                return None
            raise
        return next(int(row[0]) for row in cursor if isinstance(row, tuple))


def read(connection: SnowflakeConnection, sql: str, schema: pa.Schema) -> pa.Table | None:
    """The rows of ``sql`` with the columns of ``schema``, in its order; None when a table does not exist."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(sql)
        except ProgrammingError as error:
            if error.errno in DOES_NOT_EXIST:
                return None
            raise
        batches = [_arrow(rows, schema) for rows in iter(lambda: cursor.fetchmany(ROWS_A_FETCH), [])]
    return pa.concat_tables([schema.empty_table(), *batches])


def _arrow(rows: list[Any], schema: pa.Schema) -> pa.Table:
    columns = [pa.array(values) for values in zip(*rows, strict=True)]
    return pa.table(columns, names=schema.names).cast(schema)


Connect = Callable[[], "SnowflakeConnection"]
