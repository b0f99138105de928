"""Temporary tables and views with a schema in their name, as dbt makes them.

DuckDB keeps temporary objects in a catalog of its own and refuses any other name. Here they are made where their name
says and dropped with their session; until then other sessions see them, which they do not on Snowflake.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from duckdb import DuckDBPyConnection
from sqlglot import Expr, exp

from lab_snowflake.keys import kept
from lab_snowflake.load_history import Table


def of_session(table: Table, session_id: int) -> Table:
    """What is known of a session's own table by this name, apart from what is known of the one that it hides."""
    return replace(table, name=f"{table.name} of session {session_id}")


@dataclass(frozen=True, slots=True)
class Temporary:
    """A table or view that ends with its session."""

    kind: str
    table: Table

    def drop(self, duck: DuckDBPyConnection) -> None:
        """Without effect when it is gone already, or is something else by now."""
        found = duck.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_catalog = ? AND table_schema = ? AND table_name = ?"
            " AND (table_type = 'VIEW') = ?",
            [self.table.database, self.table.schema, self.table.name, self.kind == "VIEW"],
        ).fetchone()
        if found:
            name = exp.table_(self.table.name, self.table.schema, self.table.database, quoted=True)
            duck.execute(f"DROP {self.kind} {name.sql(dialect='duckdb')}")
            kept.forget(duck, self.table)


def take(expression: Expr) -> bool:
    """Take TEMPORARY out of a CREATE whose name has a schema; whether it stood there. Changes ``expression``."""
    if not isinstance(expression, exp.Create) or expression.kind not in ("TABLE", "VIEW"):
        return False
    table, properties = expression.this.find(exp.Table), expression.args.get("properties")
    mark = properties.find(exp.TemporaryProperty) if properties else None
    if mark is None or table is None or not table.db:
        return False
    mark.pop()
    return True
