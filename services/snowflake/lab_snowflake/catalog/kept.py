"""What is kept of every object beside DuckDB's own catalog; it outlives the server.

An object that an earlier version of the local warehouse made has none of it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from duckdb import DuckDBPyConnection

from lab_snowflake import internals
from lab_snowflake.catalog.declared import Declared
from lab_snowflake.load_history import Table

TABLE = f"{internals.GLOBAL}._lab_objects"

_SAME = "kind = ? AND database_name = ? AND schema_name = ? AND name = ?"


def create_table(duck: DuckDBPyConnection) -> None:
    """Make the place where it is kept. A schema's name is empty, and a database's schema too."""
    duck.execute(
        f"CREATE TABLE IF NOT EXISTS {TABLE} (kind VARCHAR, database_name VARCHAR, schema_name VARCHAR, name VARCHAR, "
        "created TIMESTAMPTZ, altered TIMESTAMPTZ, is_transient BOOLEAN, comment VARCHAR, text VARCHAR)"
    )


def place(kind: str, parts: tuple[str, ...], database: str | None, schema: str | None) -> Table:
    """Where an object of this name lies, by default in ``database`` and ``schema``."""
    if kind == "DATABASE":
        return Table(parts[-1], "", "")
    if kind == "SCHEMA":
        return Table(parts[-2] if len(parts) > 1 else database or "", parts[-1], "")
    return Table.of(parts, database, schema)


def made(duck: DuckDBPyConnection, where: Table, declared: Declared) -> None:
    """An object has been made, maybe in place of another of its name."""
    same = [declared.kind, where.database, where.schema, where.name]
    if declared.may_exist and duck.execute(f"SELECT 1 FROM {TABLE} WHERE {_SAME}", same).fetchone():  # noqa: S608
        return
    forget(duck, declared.kind, where)
    now = datetime.now(UTC)
    duck.execute(
        f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [*same, now, now, declared.is_transient, declared.comment, declared.text],
    )


def altered(duck: DuckDBPyConnection, kind: str, where: Table, new_name: str | None = None) -> None:
    """An object has been altered, and maybe has a new name now."""
    duck.execute(
        f"UPDATE {TABLE} SET altered = ?, name = coalesce(?, name) WHERE {_SAME}",  # noqa: S608
        [datetime.now(UTC), new_name, kind, where.database, where.schema, where.name],
    )


def set_comment(duck: DuckDBPyConnection, kind: str, where: Table, text: str) -> None:
    """An object has a new comment."""
    same = [kind, where.database, where.schema, where.name]
    update = f"UPDATE {TABLE} SET comment = ? WHERE {_SAME}"  # noqa: S608
    if duck.execute(update, [text, *same]).fetchone() == (0,):
        duck.execute(
            f"INSERT INTO {TABLE} (kind, database_name, schema_name, name, comment) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            [*same, text],
        )


def forget(duck: DuckDBPyConnection, kind: str, where: Table) -> None:
    """An object has been dropped, with all that lay in it."""
    if kind == "DATABASE":
        duck.execute(f"DELETE FROM {TABLE} WHERE database_name = ?", [where.database])  # noqa: S608
    elif kind == "SCHEMA":
        values = [where.database, where.schema]
        duck.execute(f"DELETE FROM {TABLE} WHERE database_name = ? AND schema_name = ?", values)  # noqa: S608
    else:
        values = [kind, where.database, where.schema, where.name]
        duck.execute(f"DELETE FROM {TABLE} WHERE {_SAME}", values)  # noqa: S608
