"""The keys of all tables: they outlive the server, follow a table's new name and end with it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from duckdb import DuckDBPyConnection
from snowflake.connector.errors import ProgrammingError

from lab_snowflake import errors, internals
from lab_snowflake.keys.declared import PRIMARY, Declared, Referenced
from lab_snowflake.load_history import Table

TABLE = f"{internals.GLOBAL}._lab_keys"

_OF = "database_name = ? AND schema_name = ? AND table_name = ?"
_TO = "pk_database_name = ? AND pk_schema_name = ? AND pk_table_name = ?"


@dataclass(frozen=True, slots=True)
class Target:
    """What a foreign key refers to; ``key`` is None when no key has these columns."""

    table: Table
    columns: tuple[str, ...]
    key: str | None


@dataclass(frozen=True, slots=True)
class Key:
    """A key with its name, and what it refers to when it is a foreign one."""

    declared: Declared
    name: str
    target: Target | None


def create_table(duck: DuckDBPyConnection) -> None:
    """Make the place where they are kept."""
    duck.execute(
        f"CREATE TABLE IF NOT EXISTS {TABLE} (database_name VARCHAR, schema_name VARCHAR, table_name VARCHAR, "
        "name VARCHAR, kind VARCHAR, columns VARCHAR[], rely BOOLEAN, comment VARCHAR, created TIMESTAMPTZ, "
        "pk_database_name VARCHAR, pk_schema_name VARCHAR, pk_table_name VARCHAR, pk_name VARCHAR, "
        "pk_columns VARCHAR[], on_update VARCHAR, on_delete VARCHAR)"
    )


def resolved(duck: DuckDBPyConnection, table: Table, columns: set[str], declared: list[Declared]) -> list[Key]:
    """``declared`` keys of ``table``, which has or will have ``columns``, with their names and targets.

    Raises:
        ProgrammingError: a column or table that is not there, or a second primary key.
    """
    for each in declared:
        _require(each.columns, columns)
    if sum(each.kind == PRIMARY for each in declared) > 1:
        raise second_primary(table)
    named = [Key(each, each.name or _name(), None) for each in declared]
    return [
        Key(key.declared, key.name, _target(duck, table, columns, key.declared.referenced, named))
        if key.declared.referenced
        else key
        for key in named
    ]


def add(duck: DuckDBPyConnection, table: Table, keys: list[Key]) -> None:
    """Keep ``keys`` of ``table``."""
    for key in keys:
        declared, target, referenced = key.declared, key.target, key.declared.referenced
        place = (target.table.database, target.table.schema, target.table.name) if target else (None,) * 3
        duck.execute(
            f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            [
                *(*_place(table), key.name, declared.kind, list(declared.columns), declared.rely, declared.comment),
                *(datetime.now(UTC), *place, target and target.key, list(target.columns) if target else None),
                *((referenced.on_update, referenced.on_delete) if referenced else (None, None)),
            ],
        )


def copy(duck: DuckDBPyConnection, source: Table, table: Table) -> None:
    """Give ``table`` the keys of ``source``, as CREATE TABLE … LIKE and CLONE do."""
    duck.execute(
        f"INSERT INTO {TABLE} SELECT ?, ?, ?, if(starts_with(name, 'SYS_'), 'SYS_CONSTRAINT_' || uuid(), name), "  # noqa: S608
        f"columns(* EXCLUDE (database_name, schema_name, table_name, name)) FROM {TABLE} WHERE {_OF}",
        [*_place(table), *_place(source)],
    )


def forget(duck: DuckDBPyConnection, table: Table) -> None:
    """Drop the keys of ``table`` and those that refer to it."""
    duck.execute(f"DELETE FROM {TABLE} WHERE ({_OF}) OR ({_TO})", [*_place(table), *_place(table)])  # noqa: S608


def forget_all(duck: DuckDBPyConnection, database: str, schema: str | None = None) -> None:
    """As ``forget`` of every table of a database, or of one schema in it."""
    values = [database] if schema is None else [database, schema]
    places = (" AND ".join(part.split(" AND ")[: len(values)]) for part in (_OF, _TO))
    duck.execute(f"DELETE FROM {TABLE} WHERE ({') OR ('.join(places)})", [*values, *values])  # noqa: S608


def rename_table(duck: DuckDBPyConnection, table: Table, new: Table) -> None:
    """Follow the new name of ``table``."""
    for condition in (_OF, _TO):
        sets = condition.replace(" AND ", ", ")
        duck.execute(f"UPDATE {TABLE} SET {sets} WHERE {condition}", [*_place(new), *_place(table)])  # noqa: S608


def rename_column(duck: DuckDBPyConnection, table: Table, column: str, new: str) -> None:
    """Follow the new name of a column."""
    for condition, columns in ((_OF, "columns"), (_TO, "pk_columns")):
        duck.execute(
            f"UPDATE {TABLE} SET {columns} = [if(c = ?, ?, c) FOR c IN {columns}] WHERE {condition}",  # noqa: S608
            [column, new, *_place(table)],
        )


def drop_columns(duck: DuckDBPyConnection, table: Table, columns: Iterable[str]) -> None:
    """Drop the keys that have one of ``columns``, and the foreign keys that refer to it."""
    for column in columns:
        for condition, names in ((_OF, "columns"), (_TO, "pk_columns")):
            duck.execute(
                f"DELETE FROM {TABLE} WHERE {condition} AND list_contains({names}, ?)",  # noqa: S608
                [*_place(table), column],
            )


def names(duck: DuckDBPyConnection, table: Table, kind: str, columns: tuple[str, ...] | None = None) -> list[str]:
    """The names of the keys of ``table`` of one kind, of these columns."""
    rows = duck.execute(f"SELECT name, columns FROM {TABLE} WHERE {_OF} AND kind = ?", [*_place(table), kind])  # noqa: S608
    return [name for name, found in rows.fetchall() if columns is None or tuple(found) == columns]


def referring(duck: DuckDBPyConnection, table: Table, name: str) -> list[str]:
    """The names of the foreign keys that refer to the key ``name`` of ``table``."""
    rows = duck.execute(f"SELECT name FROM {TABLE} WHERE {_TO} AND pk_name = ?", [*_place(table), name])  # noqa: S608
    return [found for (found,) in rows.fetchall()]


def drop(duck: DuckDBPyConnection, table: Table, name: str) -> bool:
    """Drop the key ``name`` of ``table`` and the foreign keys that refer to it; whether there was one."""
    place = [*_place(table), name]
    (count,) = duck.execute(f"DELETE FROM {TABLE} WHERE {_OF} AND name = ?", place).fetchone() or (0,)  # noqa: S608
    duck.execute(f"DELETE FROM {TABLE} WHERE {_TO} AND pk_name = ?", place)  # noqa: S608
    return bool(count)


def rename(duck: DuckDBPyConnection, table: Table, name: str, new: str) -> bool:
    """Rename the key ``name`` of ``table``; whether there was one."""
    place = [new, *_place(table), name]
    update = f"UPDATE {TABLE} SET name = ? WHERE {_OF} AND name = ?"  # noqa: S608
    (count,) = duck.execute(update, place).fetchone() or (0,)
    duck.execute(f"UPDATE {TABLE} SET pk_name = ? WHERE {_TO} AND pk_name = ?", place)  # noqa: S608
    return bool(count)


def is_table(duck: DuckDBPyConnection, table: Table) -> bool:
    """Whether ``table`` is there."""
    return duck.execute(f"SELECT 1 FROM duckdb_tables() WHERE {_OF}", _place(table)).fetchone() is not None  # noqa: S608


def columns_of(duck: DuckDBPyConnection, table: Table) -> set[str]:
    """The columns of a table that is there.

    Raises:
        ProgrammingError: 002003, it is not.
    """
    rows = duck.execute(f"SELECT column_name FROM duckdb_columns() WHERE {_OF}", _place(table)).fetchall()  # noqa: S608
    if not rows:
        raise errors.missing(f"Table '{table.database}.{table.schema}.{table.name}'", "42S02")
    return {name for (name,) in rows}


def second_primary(table: Table) -> ProgrammingError:
    """The error for a primary key where there is one already."""
    return ProgrammingError(
        msg=f"SQL compilation error:\nprimary key already exists for table '{table.name}'", errno=2205, sqlstate="42601"
    )


def _target(
    duck: DuckDBPyConnection, table: Table, columns: set[str], referenced: Referenced, own: list[Key]
) -> Target:
    target = Table.of(referenced.table, table.database, table.schema)
    if target == table:
        candidates = [(key.name, key.declared.kind, key.declared.columns) for key in own]
    else:
        columns = columns_of(duck, target)
        rows = duck.execute(f"SELECT name, kind, columns FROM {TABLE} WHERE {_OF}", _place(target)).fetchall()  # noqa: S608
        candidates = [(key, kind, tuple(found)) for key, kind, found in rows]
    _require(referenced.columns, columns)
    for key, kind, found in sorted(candidates, key=lambda candidate: candidate[1]):
        if kind == PRIMARY and not referenced.columns:
            return Target(target, found, key)
        if kind != "FOREIGN KEY" and found == referenced.columns:
            return Target(target, found, key)
    if not referenced.columns:
        raise ProgrammingError(
            msg=f"SQL compilation error:\nTable '{target.name}' has no primary key to refer to; name its columns.",
            errno=2204,
            sqlstate="42601",
        )
    return Target(target, referenced.columns, None)


def _require(names: tuple[str, ...], columns: set[str]) -> None:
    for name in names:
        if name not in columns:
            raise ProgrammingError(
                msg=f"SQL compilation error:\nerror: invalid identifier '{name}'", errno=904, sqlstate="42000"
            )


def _place(table: Table) -> list[str]:
    return [table.database, table.schema, table.name]


def _name() -> str:
    return f"SYS_CONSTRAINT_{uuid.uuid4()}"
