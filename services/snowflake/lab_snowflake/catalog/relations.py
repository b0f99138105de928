"""The objects there are, a query a kind: names, times, comments, as DuckDB and ``kept`` have them.

What is not known is NULL: the bytes of a table, and the times of what an earlier version of the local warehouse made.
A table's rows are counted when they are asked for, for DuckDB's own figure still has those that were deleted.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection
from sqlglot import exp

from lab_snowflake import descriptions, internals
from lab_snowflake.catalog import kept
from lab_snowflake.show_scope import Scope

OWNER = "ACCOUNTADMIN"
INNER = f"('main', 'pg_catalog', '{internals.SCHEMA}', 'information_schema')"


def _kept(kind: str, database: str, schema: str = "''", name: str = "''") -> str:
    return (
        f"LEFT JOIN {kept.TABLE} AS k ON k.kind = '{kind}' AND k.database_name = {database} "
        f"AND k.schema_name = {schema} AND k.name = {name}"
    )


DATABASES = f"""
    SELECT d.database_name AS name, k.created, k.altered, coalesce(k.is_transient, false) AS is_transient, k.comment
    FROM duckdb_databases() AS d {_kept("DATABASE", "d.database_name")}
    WHERE NOT d.internal AND d.database_name NOT IN ('memory', '_fs_global')
"""  # noqa: S608

SCHEMAS = f"""
    SELECT s.database_name, if(s.schema_name = '{internals.SCHEMA}', 'INFORMATION_SCHEMA', s.schema_name) AS name,
        k.created, k.altered, coalesce(k.is_transient, false) AS is_transient, k.comment
    FROM duckdb_schemas() AS s {_kept("SCHEMA", "s.database_name", "s.schema_name")}
    WHERE s.database_name IN (SELECT name FROM ({DATABASES}))
    AND s.schema_name NOT IN ('main', 'pg_catalog', 'information_schema')
"""  # noqa: S608


def _relations(kind: str) -> str:
    column = f"{kind.lower()}_name"
    joined = (
        f"{_kept(kind, 't.database_name', 't.schema_name', f't.{column}')} LEFT JOIN {descriptions.TABLES} AS c "
        f"ON c.ext_table_catalog = t.database_name AND c.ext_table_schema = t.schema_name "
        f"AND c.ext_table_name = t.{column}"
    )
    text = "k.text" if kind == "VIEW" else "NULL"
    return (
        f"SELECT t.database_name, t.schema_name, t.{column} AS name, '{kind}' AS kind, k.created, k.altered, "  # noqa: S608
        f"coalesce(k.is_transient, false) AS is_transient, c.comment, {text} AS text "
        f"FROM duckdb_{kind.lower()}s() AS t {joined} WHERE NOT t.internal AND t.schema_name NOT IN {INNER} "
        "AND t.database_name NOT IN ('system', 'temp', 'memory', '_fs_global')"
    )


TABLES, VIEWS = _relations("TABLE"), _relations("VIEW")

SEQUENCES = f"""
    SELECT s.database_name, s.schema_name, s.sequence_name AS name, s.start_value,
        coalesce(s.last_value + s.increment_by, s.start_value) AS next_value, s.increment_by,
        k.created, k.altered, k.comment
    FROM duckdb_sequences() AS s {_kept("SEQUENCE", "s.database_name", "s.schema_name", "s.sequence_name")}
    WHERE NOT s.temporary AND s.schema_name NOT IN {INNER} AND NOT starts_with(lower(s.sequence_name), '_fs_seq_')
"""  # noqa: S608

FUNCTIONS = f"""
    SELECT f.database_name, f.schema_name, f.function_name AS name, len(f.parameters) AS arguments, k.text,
        f.macro_definition AS definition, k.created, k.altered, k.comment
    FROM duckdb_functions() AS f {_kept("FUNCTION", "f.database_name", "f.schema_name", "f.function_name")}
    WHERE NOT f.internal AND f.function_type = 'macro' AND f.schema_name NOT IN {INNER}
    AND f.database_name IN (SELECT name FROM ({DATABASES}))
"""  # noqa: S608


def _stock(kind: str, table: str) -> str:
    join = _kept(kind, "s.database_name", "s.schema_name", "s.name")
    return (
        f"SELECT s.* REPLACE (coalesce(k.comment, s.comment) AS comment) FROM {internals.GLOBAL}.{table} AS s {join} "  # noqa: S608
        "WHERE (s.database_name, s.schema_name) IN (SELECT (database_name, schema_name) FROM duckdb_schemas())"
    )


STAGES, FILE_FORMATS = _stock("STAGE", "_fs_stages"), _stock("FILE FORMAT", "_fs_file_formats")


def counted(duck: DuckDBPyConnection, scope: Scope) -> str:
    """``TABLES`` of ``scope`` with their number of rows."""
    rows = duck.execute(
        f"SELECT database_name, schema_name, name FROM ({TABLES}) WHERE {scope.condition()}"  # noqa: S608
    ).fetchall()
    counts = ["SELECT NULL, NULL, NULL, NULL::BIGINT WHERE false", *(_count(*row) for row in rows)]
    return (
        f"SELECT t.*, r.rows FROM ({TABLES}) AS t JOIN ({' UNION ALL '.join(counts)}) "  # noqa: S608
        "AS r(database_name, schema_name, name, rows) USING (database_name, schema_name, name)"
    )


def _count(database: str, schema: str, name: str) -> str:
    values = ", ".join(exp.Literal.string(part).sql("duckdb") for part in (database, schema, name))
    table = exp.table_(name, schema, database, quoted=True).sql("duckdb")
    return f"SELECT {values}, (SELECT count(*) FROM {table})"  # noqa: S608
