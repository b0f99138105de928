"""Comments on tables, views and their columns, as INFORMATION_SCHEMA shows them.

The stock server loses comments in a column's definition and breaks on a quote in a table's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from duckdb import DuckDBPyConnection
from sqlglot import Expr, exp


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
    comment = _object_comment(expression)
    table = expression.find(exp.Table)
    if expression.kind not in ("TABLE", "VIEW") or table is None:
        return None
    columns = _column_comments(expression.this) if isinstance(expression.this, exp.Schema) else {}
    return Descriptions(table.copy(), comment, columns)


def store(duck: DuckDBPyConnection, descriptions: Descriptions, database: str, schema: str) -> None:
    """Keep ``descriptions`` of an object that has just been created, by default in ``database`` and ``schema``."""
    path = [_name(part) for part in descriptions.table.parts]
    catalog, owner, table = [database, schema][: 3 - len(path)] + path
    for column, comment in descriptions.columns.items():
        name = exp.column(column, table, owner, catalog, quoted=True).sql(dialect="duckdb")
        duck.execute(f"COMMENT ON COLUMN {name} IS {exp.Literal.string(comment).sql(dialect='duckdb')}")
    if descriptions.comment is not None:
        duck.execute(
            "INSERT OR REPLACE INTO _fs_global._fs_information_schema._fs_tables_ext VALUES (?, ?, ?, ?)",
            [catalog, owner, table, descriptions.comment],
        )


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
                comments[_name(column.this)] = constraint.kind.name
                constraint.pop()
        if column.args.get("kind") is None:  # a view's column list: names alone
            column.replace(column.this)
    return comments


def _name(identifier: Expr) -> str:
    """The name as Snowflake stores it: upper case unless quoted."""
    quoted = isinstance(identifier, exp.Identifier) and identifier.quoted
    return identifier.name if quoted else identifier.name.upper()
