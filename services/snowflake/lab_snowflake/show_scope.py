"""Where a SHOW looks: ``IN ACCOUNT``, a database, a schema or a table.

Source: https://docs.snowflake.com/en/sql-reference/sql/show
"""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection
from sqlglot import exp

from lab_snowflake import errors
from lab_snowflake.load_history import Table
from lab_snowflake.words import Words


@dataclass(frozen=True, slots=True)
class Scope:
    """A database, schema and table; None for all of them."""

    database: str | None = None
    schema: str | None = None
    table: str | None = None

    def condition(self, prefix: str = "") -> str:
        """SQL that holds within this scope, over columns ``<prefix>database_name`` …"""
        parts = {"database_name": self.database, "schema_name": self.schema, "table_name": self.table}
        given = {f"{prefix}{name}": exp.Literal.string(value) for name, value in parts.items() if value is not None}
        return " AND ".join(f"{name} = {value.sql('duckdb')}" for name, value in given.items()) or "true"


def take(words: Words, bare: str, database: str | None, schema: str | None) -> Scope | None:
    """The scope that comes next in ``words``; None when none does.

    Args:
        words: of a SHOW.
        bare: the kind of a name without one: TABLE, SCHEMA or DATABASE.
        database: the session's; so is ``schema``.
    """
    if not words.take("IN"):
        return None
    kind = words.one_of("ACCOUNT", "DATABASE", "SCHEMA", "TABLE", "VIEW") or bare
    if kind == "ACCOUNT":
        return Scope()
    follows = words and not any(words.is_next(end) for end in ("STARTS", "LIMIT", "LIKE"))
    name = words.parts() if follows else []
    if kind == "DATABASE":
        return Scope(name[0] if name else database)
    if kind == "SCHEMA":
        return Scope(name[0] if len(name) > 1 else database, name[-1] if name else schema)
    table = Table.of(name or words.parts(), database, schema)
    return Scope(table.database, table.schema, table.name)


def require(duck: DuckDBPyConnection, scope: Scope) -> None:
    """Require that what ``scope`` names is there.

    Raises:
        ProgrammingError: 002003, a table is not, or 002043, a schema or database is not.
    """
    if scope == Scope():
        return
    if scope.schema == "INFORMATION_SCHEMA" and not scope.table:
        scope = Scope(scope.database)
    source = "duckdb_columns()" if scope.table else "duckdb_schemas()" if scope.schema else "duckdb_databases()"
    if duck.execute(f"SELECT 1 FROM {source} WHERE {scope.condition()} LIMIT 1").fetchone():  # noqa: S608
        return
    if scope.table:
        name = f"{scope.database}.{scope.schema}.{scope.table}"
        raise errors.missing(f"Table '{name}'", "42S02")
    raise errors.nothing_there()
