"""CREATE TABLE … LIKE and CLONE: columns come with their defaults, NOT NULL and comments, which DuckDB leaves out.

A column that counts by itself goes on with the numbers of the table that it is copied from.

Source: https://docs.snowflake.com/en/sql-reference/sql/create-table and create-clone there.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from lab_snowflake import descriptions
from lab_snowflake.identifiers import quoted
from lab_snowflake.load_history import Table


def columns(duck: DuckDBPyConnection, model: Table, table: Table) -> None:
    """Give the columns of ``table``, which has just been made, what those of ``model`` have."""
    rows = duck.execute(
        "SELECT column_name, column_default, is_nullable, comment FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [model.database, model.schema, model.name],
    ).fetchall()
    for name, default, is_nullable, comment in rows:
        column = f"ALTER TABLE {quoted(table.database, table.schema, table.name)} ALTER COLUMN {quoted(name)}"
        if default is not None:
            duck.execute(f"{column} SET DEFAULT {default}")
        if not is_nullable:
            duck.execute(f"{column} SET NOT NULL")
        if comment is not None:
            descriptions.set_column_comment(duck, table, name, comment)
