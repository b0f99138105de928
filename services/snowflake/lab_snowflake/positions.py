"""Columns of VALUES by their position: ``SELECT $1, $2 FROM VALUES (1, 'a')``, as Snowpark makes frames of local rows.

The stock server takes ``$1`` for a bound value. A ``$1`` over a staged file is left to it.
"""

from __future__ import annotations

from sqlglot import Expr, exp


def named(expression: Expr) -> Expr:
    """``expression`` with COLUMN1 for ``$1`` wherever the query selects from VALUES that name no columns."""
    for select in expression.find_all(exp.Select):
        source = select.args.get("from_")
        if source is None or not isinstance(values := source.this, exp.Values) or values.alias:
            continue
        for parameter in list(select.find_all(exp.Parameter)):
            if parameter.find_ancestor(exp.Select) is select and parameter.name.isdecimal():
                parameter.replace(exp.column(f"COLUMN{parameter.name}", quoted=True))
    return expression
