"""MERGE as DuckDB's own MERGE: one statement, atomic, refusing two source rows for one target row.

The stock server splits it into a temporary table and several statements that commit one by one.
"""

from __future__ import annotations

from collections import Counter

from duckdb import DuckDBPyConnection
from fakesnow.params import MutableParams
from sqlglot import exp

ACTIONS = {"INSERT": "inserted", "UPDATE": "updated", "DELETE": "deleted"}


def run(duck: DuckDBPyConnection, merge: exp.Merge, params: MutableParams | None) -> dict[str, int]:
    """Run ``merge`` (already in DuckDB's words).

    Returns:
        Rows by what happened to them: the keys are those of ``ACTIONS`` that the statement has a clause for, in
        Snowflake's order.
    """
    unqualify_assignments(merge)
    sql = f"{merge.sql(dialect='duckdb', comments=False)} RETURNING merge_action"
    counted = Counter(action for (action,) in duck.execute(sql, params).fetchall())
    return {action: counted[action] for action in ACTIONS if action in _clauses(merge)}


def result_sql(counts: dict[str, int]) -> str:
    """Snowflake's result of a MERGE: a column for each kind of clause."""
    columns = ", ".join(f'{count} AS "number of rows {ACTIONS[action]}"' for action, count in counts.items())
    return f"SELECT {columns}"


def _clauses(merge: exp.Merge) -> set[str]:
    found = set()
    for when in merge.find_all(exp.When):
        then = when.args["then"]
        found.add(then.key.upper() if isinstance(then, exp.Insert | exp.Update) else then.name.upper())
    return found


def unqualify_assignments(merge: exp.Merge) -> None:
    """``SET t.x = s.x`` as ``SET x = s.x``: DuckDB takes no table name left of the sign."""
    for when in merge.find_all(exp.When):
        if isinstance(then := when.args["then"], exp.Update):
            for assignment in then.expressions:
                if isinstance(assignment.this, exp.Column):
                    assignment.set("this", exp.column(assignment.this.this.copy()))
