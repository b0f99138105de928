"""DESCRIBE TABLE and VIEW, with each column's keys and comment: the stock server tells neither.

Source: https://docs.snowflake.com/en/sql-reference/sql/desc-table
"""

from __future__ import annotations

from fakesnow.transforms.transforms import SQL_DESCRIBE_TABLE
from sqlglot import Expr, exp

from lab_snowflake import internals
from lab_snowflake.keys import kept
from lab_snowflake.keys.declared import PRIMARY, UNIQUE
from lab_snowflake.load_history import Table


def asked(expression: Expr) -> exp.Table | None:
    """The table or view that a DESCRIBE names; None of anything else, INFORMATION_SCHEMA's views among it."""
    if not (isinstance(expression, exp.Describe) and str(expression.args.get("kind")).upper() in ("TABLE", "VIEW")):
        return None
    table = expression.find(exp.Table)
    return None if table is None or table.db.upper() == "_FS_INFORMATION_SCHEMA" else table


def columns_sql(table: Table) -> str:
    """SQL of the columns of ``table`` with their types as Snowflake writes them."""
    catalog, schema, name = (part.replace("'", "''") for part in (table.database, table.schema, table.name))
    query: str = SQL_DESCRIBE_TABLE.substitute(catalog=catalog, schema=schema, table=name)
    return query.replace(f"FROM {internals.SCHEMA}.", f"FROM {internals.GLOBAL}.")


def sql(table: Table) -> str:
    """SQL of the answer."""
    names = {"database_name": table.database, "schema_name": table.schema, "table_name": table.name}
    same = " AND ".join(f"{name} = {exp.Literal.string(value).sql('duckdb')}" for name, value in names.items())
    comment = f'(SELECT c.comment FROM duckdb_columns() AS c WHERE {same} AND c.column_name = d."name")'  # noqa: S608
    return (
        f'SELECT * REPLACE ({_in_key(PRIMARY, same)} AS "primary key", {_in_key(UNIQUE, same)} AS "unique key", '  # noqa: S608
        f'{comment} AS "comment") FROM ({columns_sql(table)}) AS d'
    )


def _in_key(kind: str, same: str) -> str:
    condition = f"{same} AND k.kind = '{kind}' AND list_contains(k.columns, d.\"name\")"
    return f"if(EXISTS (SELECT 1 FROM {kept.TABLE} AS k WHERE {condition}), 'Y', 'N')"  # noqa: S608
