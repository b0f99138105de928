"""Comments on tables, views and their columns, as INFORMATION_SCHEMA shows them.

The stock server loses comments in a column's definition and breaks on a quote in a table's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from duckdb import DuckDBPyConnection
from sqlglot import Expr, exp

from lab_snowflake import internals
from lab_snowflake.identifiers import quoted, stored
from lab_snowflake.load_history import Table

TABLES = f"{internals.GLOBAL}._fs_tables_ext"
_SAME = "ext_table_catalog = ? AND ext_table_schema = ? AND ext_table_name = ?"


@dataclass(frozen=True, slots=True)
class Descriptions:
    """The comments that stood in one CREATE TABLE or VIEW."""

    table: exp.Table
    comment: str | None
    columns: dict[str, str] = field(default_factory=dict)


def take(expression: Expr) -> Descriptions | None:
    """Take the comments out of a CREATE statement; those of a table or view are returned. Changes ``expression``."""
    if not isinstance(expression, exp.Create):
        return None
    said = _object_comment(expression)
    table = expression.find(exp.Table)
    if expression.kind not in ("TABLE", "VIEW") or table is None:
        return None
    columns = _column_comments(expression.this) if isinstance(expression.this, exp.Schema) else {}
    return Descriptions(table.copy(), said, columns)


def store(duck: DuckDBPyConnection, descriptions: Descriptions, database: str, schema: str) -> None:
    """Keep ``descriptions`` of an object that has just been created, by default in ``database`` and ``schema``."""
    table = Table.of([stored(part) for part in descriptions.table.parts], database, schema)
    for column, comment in descriptions.columns.items():
        set_column_comment(duck, table, column, comment)
    set_comment(duck, table, descriptions.comment)


def set_comment(duck: DuckDBPyConnection, table: Table, text: str | None) -> None:
    """Give a table or view the comment ``text`` in place of any that it had."""
    place = [table.database, table.schema, table.name]
    duck.execute(f"DELETE FROM {TABLES} WHERE {_SAME}", place)  # noqa: S608
    if text is not None:
        duck.execute(f"INSERT INTO {TABLES} VALUES (?, ?, ?, ?)", [*place, text])  # noqa: S608


def set_column_comment(duck: DuckDBPyConnection, table: Table, column: str, text: str) -> None:
    """Give a column of a table or view the comment ``text``."""
    name = quoted(table.database, table.schema, table.name, column)
    duck.execute(f"COMMENT ON COLUMN {name} IS {exp.Literal.string(text).sql(dialect='duckdb')}")


def comment_of(duck: DuckDBPyConnection, table: Table) -> str | None:
    """The comment of a table or view."""
    place = [table.database, table.schema, table.name]
    row = duck.execute(f"SELECT comment FROM {TABLES} WHERE {_SAME}", place).fetchone()  # noqa: S608
    return row[0] if row else None


def rename(duck: DuckDBPyConnection, table: Table, name: str) -> None:
    """Follow the new name of a table or view."""
    place = [table.database, table.schema, table.name]
    duck.execute(f"UPDATE {TABLES} SET ext_table_name = ? WHERE {_SAME}", [name, *place])  # noqa: S608


def _object_comment(create: exp.Create) -> str | None:
    comment = None
    if properties := create.args.get("properties"):
        for found in list(properties.find_all(exp.SchemaCommentProperty)):
            comment = found.name
            found.pop()
    return comment


def _column_comments(schema: exp.Schema) -> dict[str, str]:
    comments = {}
    for column in list(schema.find_all(exp.ColumnDef)):
        for constraint in list(column.constraints):
            if isinstance(constraint.kind, exp.CommentColumnConstraint):
                comments[stored(column.this)] = constraint.kind.name
                constraint.pop()
        if column.args.get("kind") is None:  # a view's column list: names alone
            column.replace(column.this)
    return comments
