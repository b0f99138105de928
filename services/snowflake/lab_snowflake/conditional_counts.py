"""COUNT_IF of no rows is 0, as every count; DuckDB's own is NULL then."""

from __future__ import annotations

from sqlglot import Expr, exp


def never_null(expression: Expr) -> Expr:
    """The statement with each ``COUNT_IF(x)`` as ``COUNT(CASE WHEN x THEN 1 END)``."""
    for found in list(expression.find_all(exp.CountIf)):
        found.replace(exp.Count(this=exp.case().when(found.this, exp.Literal.number(1)), big_int=True))
    return expression
