"""What becomes of the keys when a statement makes, alters or drops what they belong to."""

from __future__ import annotations

from dataclasses import replace

from duckdb import DuckDBPyConnection
from sqlglot import Expr, exp

from lab_snowflake.identifiers import stored
from lab_snowflake.keys import kept
from lab_snowflake.keys.declared import Declared
from lab_snowflake.keys.kept import Key
from lab_snowflake.load_history import Table


def of_new(duck: DuckDBPyConnection, table: Table, create: exp.Create, declared: list[Declared]) -> list[Key]:
    """The keys that ``create`` declares of ``table``, which is yet to be made.

    Raises:
        ProgrammingError: a column or table that they name is not there.
    """
    if not declared:
        return []
    columns = {stored(column.this) for column in create.this.expressions if isinstance(column, exp.ColumnDef)}
    return kept.resolved(duck, table, columns, declared)


def made(duck: DuckDBPyConnection, table: Table, keys: list[Key], model: Table | None) -> None:
    """``table`` has been made, maybe in place of another; ``model`` is the one that it is LIKE, or a CLONE of."""
    kept.forget(duck, table)
    kept.add(duck, table, keys)
    if model is not None:
        kept.copy(duck, model, table)


def altered(duck: DuckDBPyConnection, table: Table, alter: exp.Alter, declared: list[Declared]) -> None:
    """``table`` has been altered; ``declared`` are the keys of its new columns."""
    for action in alter.args.get("actions") or []:
        if isinstance(action, exp.AlterRename):
            kept.rename_table(duck, table, replace(table, name=action.this.name))
        elif isinstance(action, exp.RenameColumn):
            kept.rename_column(duck, table, action.this.name, action.args["to"].name)
        elif isinstance(action, exp.Drop) and action.args.get("kind") == "COLUMN":
            kept.drop_columns(duck, table, [column.name for column in _dropped(action)])
    if declared:
        kept.add(duck, table, kept.resolved(duck, table, kept.columns_of(duck, table), declared))


def _dropped(action: exp.Drop) -> list[Expr]:
    return list(action.args.get("tables") or [action.this])
