"""Views of INFORMATION_SCHEMA that the stock server lacks, or has without times, comments and counts.

Source: https://docs.snowflake.com/en/sql-reference/info-schema
"""

from __future__ import annotations

import sqlglot
from duckdb import DuckDBPyConnection
from sqlglot import Expr, exp

from lab_snowflake import internals
from lab_snowflake.catalog import relations, views
from lab_snowflake.identifiers import quoted, stored
from lab_snowflake.keys import shown
from lab_snowflake.show_scope import Scope

VIEWS = {
    "DATABASES": (views.DATABASES, None),
    "FILE_FORMATS": (views.FILE_FORMATS, "FILE_FORMAT_CATALOG"),
    "FUNCTIONS": (views.FUNCTIONS, "FUNCTION_CATALOG"),
    "REFERENTIAL_CONSTRAINTS": (shown.REFERENTIAL_CONSTRAINTS, "CONSTRAINT_CATALOG"),
    "SCHEMATA": (views.SCHEMATA, "CATALOG_NAME"),
    "SEQUENCES": (views.SEQUENCES, "SEQUENCE_CATALOG"),
    "STAGES": (views.STAGES, "STAGE_CATALOG"),
    "TABLES": (
        views.tables(f"{relations.TABLES} UNION ALL {relations.VIEWS}", "NULL::BIGINT"),
        "TABLE_CATALOG",
    ),
    "TABLE_CONSTRAINTS": (shown.TABLE_CONSTRAINTS, "TABLE_CATALOG"),
    "VIEWS": (views.VIEWS, "TABLE_CATALOG"),
}
"""Each with its query, of all databases, and the column that names the database."""


def create(duck: DuckDBPyConnection, database: str) -> None:
    """Make the views of ``database``, or bring them up to date."""
    value = exp.Literal.string(database).sql(dialect="duckdb")
    for name, (query, column) in VIEWS.items():
        where = f" WHERE {column} = {value}" if column else ""
        view = f"{quoted(database)}.{internals.SCHEMA}._lab_{name}"
        duck.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM ({query}){where}")  # noqa: S608


def named(expression: Expr, duck: DuckDBPyConnection, database: str | None, text: str) -> Expr:
    """``expression`` with these views by the names they have in DuckDB. Changes ``expression``.

    Args:
        expression: a statement.
        duck: where tables are counted, for a query that asks for ROW_COUNT; a view that does finds NULL.
        database: the session's.
        text: the statement in upper case.
    """
    is_counting = isinstance(expression, exp.Query) and ("ROW_COUNT" in text or "*" in text)
    for table in list(expression.find_all(exp.Table)):
        name = table.name.upper()
        if table.db.upper() != "INFORMATION_SCHEMA" or name not in VIEWS:
            continue
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(name))
        if name == "TABLES" and is_counting:
            catalog = stored(table.args["catalog"]) if table.catalog else database
            table.replace(exp.Subquery(this=_counted(duck, Scope(catalog)), alias=alias))
            continue
        if not isinstance(expression, exp.Describe):
            table.set("alias", alias)
        table.set("this", exp.to_identifier(f"_LAB_{name}"))
        table.set("db", exp.to_identifier(internals.SCHEMA.upper()))
    return expression


def _counted(duck: DuckDBPyConnection, scope: Scope) -> Expr:
    others = f"SELECT *, NULL::BIGINT AS rows FROM ({relations.VIEWS}) WHERE {scope.condition()}"  # noqa: S608
    query = views.tables(f"{relations.counted(duck, scope)} UNION ALL {others}", "rows")
    return sqlglot.parse_one(query, read="duckdb")
