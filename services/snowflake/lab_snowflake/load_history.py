"""Which files each table has loaded: part of the same transaction as the rows.

A file counts as loaded when its name and its ETag are known; TRUNCATE, DROP and CREATE OR REPLACE forget, DELETE does
not. INFORMATION_SCHEMA.LOAD_HISTORY (the stock server's table) gets the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from duckdb import DuckDBPyConnection

from lab_snowflake.objects import StagedFile

STOCK = "_fs_information_schema._fs_load_history"
FILES = "_fs_information_schema._lab_loaded_files"


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its full name."""

    database: str
    schema: str
    name: str


def create(duck: DuckDBPyConnection, database: str) -> None:
    """Make the place for the history in ``database``."""
    duck.execute(
        f'CREATE TABLE IF NOT EXISTS "{database}".{FILES} '
        "(SCHEMA_NAME VARCHAR, TABLE_NAME VARCHAR, FILE_NAME VARCHAR, ETAG VARCHAR)"
    )


def new_files(duck: DuckDBPyConnection, table: Table, files: list[StagedFile]) -> list[StagedFile]:
    """Those of ``files`` that ``table`` has not loaded, or that have changed since."""
    known = set(
        duck.execute(
            f'SELECT FILE_NAME, ETAG FROM "{table.database}".{FILES} WHERE SCHEMA_NAME = ? AND TABLE_NAME = ?',  # noqa: S608
            [table.schema, table.name],
        ).fetchall()
    )
    return [file for file in files if (file.url, file.etag) not in known]


def remember(duck: DuckDBPyConnection, table: Table, loaded: list[tuple[StagedFile, int]]) -> None:
    """Note files just loaded into ``table``, each with its number of rows."""
    if not loaded:
        return
    now = datetime.now(UTC).isoformat()
    duck.executemany(
        f'INSERT INTO "{table.database}".{FILES} VALUES (?, ?, ?, ?)',  # noqa: S608
        [(table.schema, table.name, file.url, file.etag) for file, _ in loaded],
    )
    duck.executemany(
        f'INSERT INTO "{table.database}".{STOCK} VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL, 0, 1)',  # noqa: S608
        [(table.schema, file.url, table.name, now, "LOADED", rows, rows) for file, rows in loaded],
    )


def forget(duck: DuckDBPyConnection, table: Table) -> None:
    """Drop what is known of ``table``'s loads."""
    for history in (FILES, STOCK):
        duck.execute(
            f'DELETE FROM "{table.database}".{history} WHERE SCHEMA_NAME = ? AND TABLE_NAME = ?',  # noqa: S608
            [table.schema, table.name],
        )
