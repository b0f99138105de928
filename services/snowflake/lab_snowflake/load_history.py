"""Which files each table has loaded: part of the same transaction as the rows.

A file counts as loaded when its name and its ETag are known; TRUNCATE, DROP and CREATE OR REPLACE forget, DELETE does
not. INFORMATION_SCHEMA.LOAD_HISTORY (the stock server's table) gets the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection

from lab_snowflake import internals
from lab_snowflake.staging.files import StagedFile

if TYPE_CHECKING:
    from lab_snowflake.copying.outcome import Outcome

STOCK = f"{internals.SCHEMA}._fs_load_history"
FILES = f"{internals.SCHEMA}._lab_loaded_files"


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its full name."""

    database: str
    schema: str
    name: str

    @classmethod
    def of(cls, parts: Sequence[str], database: str | None, schema: str | None) -> Table:
        """The table of this name of one to three parts, by default in ``database`` and ``schema``."""
        return cls(*(database or "", schema or "")[: 3 - len(parts)], *parts)


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


def remember(duck: DuckDBPyConnection, table: Table, outcomes: list[Outcome]) -> None:
    """Note what became of files: one of which nothing was loaded may be loaded later, all others are loaded."""
    now = datetime.now(UTC).isoformat()
    if loaded := [each for each in outcomes if each.loaded or not each.seen]:
        duck.executemany(
            f'INSERT INTO "{table.database}".{FILES} VALUES (?, ?, ?, ?)',  # noqa: S608
            [(table.schema, table.name, each.file.url, each.file.etag) for each in loaded],
        )
    if outcomes:
        duck.executemany(
            f'INSERT INTO "{table.database}".{STOCK} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',  # noqa: S608
            [_history(table, each, now) for each in outcomes],
        )


def _history(table: Table, outcome: Outcome, now: str) -> tuple[object, ...]:
    _, status, parsed, loaded, limit, seen, message, line, character, column = outcome.row()
    status = status.replace("LOAD_FAILED", "LOAD FAILED").replace("PARTIALLY_LOADED", "PARTIALLY LOADED")
    place = (table.schema, outcome.file.url, table.name, now, status)
    return (*place, loaded, parsed, message, line, character, column, seen, limit)


def forget(duck: DuckDBPyConnection, table: Table) -> None:
    """Drop what is known of ``table``'s loads."""
    for history in (FILES, STOCK):
        duck.execute(
            f'DELETE FROM "{table.database}".{history} WHERE SCHEMA_NAME = ? AND TABLE_NAME = ?',  # noqa: S608
            [table.schema, table.name],
        )
