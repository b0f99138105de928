"""``SEQUENCE.NEXTVAL`` wherever a value may stand: in VALUES, in a default, with database and schema in its name.

The stock transform knows it as a column of a SELECT only.
"""

from __future__ import annotations

from sqlglot import Expr, exp

from lab_snowflake.identifiers import quoted, stored


def next_values(expression: Expr) -> Expr:
    """``expression`` with every ``NEXTVAL`` as DuckDB's function. Changes ``expression``."""
    for column in list(expression.find_all(exp.Column)):
        if column.name.upper() == "NEXTVAL" and column.table:
            column.replace(_call(column))
    return expression


def _call(column: exp.Column) -> Expr:
    parts = [column.args[key] for key in ("catalog", "db", "table") if column.args.get(key)]
    name = quoted(*(stored(part) for part in parts))
    call = exp.Anonymous(this="nextval", expressions=[exp.Literal.string(name)])
    shown = isinstance(column.parent, exp.Select) and column.arg_key == "expressions"
    return exp.alias_(call, "NEXTVAL") if shown else call
