"""A quotient and an average of NUMBERs are NUMBERs, of Snowflake's scale and exact to the last digit.

A quotient has six digits more after the point than its dividend, but at most 12; an average as the quotient of its sum.
DuckDB divides NUMBERs as DOUBLEs. To divide by zero is an error, of FLOATs as well.

The types of operands are known to DuckDB alone, and only when it plans: so the macros here compute with types, too. Of
an expression that only gives a type (``cast_to_type``'s second argument, ``typeof``'s) nothing is left at run time.

Differs: the precision is always 38; of a dividend with more than 12 digits after the point the quotient has 12; text
and semi-structured values are divided as FLOATs, and text is not averaged.

Sources: https://docs.snowflake.com/en/sql-reference/operators-arithmetic and
https://docs.snowflake.com/en/sql-reference/functions/avg
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection
from sqlglot import Expr, exp

from lab_snowflake.aggregates import SEMI_STRUCTURED

LIBRARY = "_fs_global.main"
QUOTIENT = f"{LIBRARY}.lab_quotient"

MACROS = {
    "lab_scale(val)": r"coalesce(TRY_CAST(regexp_extract(typeof(val), ',(\d+)\)', 1) AS INTEGER), 0)",
    "lab_power(digits)": "CAST('1' || repeat('0', digits) AS DECIMAL(38,0))",
    # The quotient's type: round keeps up to 6 digits, the product adds 6; a sum is a DOUBLE if one of its terms is.
    "lab_kind(n, d)": "CAST(0 AS DECIMAL(38,0)) + round(n, 6) * 0.000000 + round(d, 0)",
    # Whether a DOUBLE says how to round: it is off by 4e-16 of its value at most, and so not across the half.
    "lab_is_certain(digits)": "digits < 1e13 AND abs(digits % 1 - 0.5) > 1e-2",
    # In whole numbers, which takes ten times as long.
    "lab_exact(n, d)": "CAST(CAST(n * CAST(1e13 AS DECIMAL(30,0)) AS HUGEINT) * "
    "CAST(lab_power(lab_scale(d)) AS HUGEINT) // CAST(d * lab_power(lab_scale(d)) AS HUGEINT) AS DECIMAL(38,0)) * "
    "0.0000000000001",
    "lab_divided(n, d)": "CASE WHEN typeof(n + d) IN ('DOUBLE', 'FLOAT') OR "
    "lab_is_certain(abs(n / d) * pow(10, least(lab_scale(n), 6) + 6)) "
    "THEN cast_to_type(n / d, lab_kind(n, d)) ELSE cast_to_type(lab_exact(n, d), lab_kind(n, d)) END",
    # A lambda names the operands, which would be planned anew wherever they stand.
    "lab_quotient(n, d)": "list_transform([row(n, d)], lambda pair: lab_divided(pair[1], pair[2]))[1]",
}


def create_macros(duck: DuckDBPyConnection) -> None:
    """Make the macros that divide."""
    for name, body in MACROS.items():
        duck.execute(f"CREATE OR REPLACE MACRO {LIBRARY}.{name} AS {body.replace('lab_', f'{LIBRARY}.lab_')}")


def exact(expression: Expr) -> Expr:
    """``expression`` with its divisions and averages as Snowflake computes them. Changes ``expression``."""
    if isinstance(expression, exp.Copy):  # a staged file's columns are text
        return expression
    found = [part for part in expression.find_all(exp.Div, exp.Avg) if not _stays(part)]
    for part in found:
        _keep_name(part)
    wholes = [_with_window(part) for part in found]
    for whole in sorted(wholes, key=lambda whole: whole.depth, reverse=True):  # the innermost first
        is_division = isinstance(whole, exp.Div)
        whole.replace(_quotient(whole.this.copy(), whole.expression.copy()) if is_division else _average(whole))
    return expression


def _stays(part: Expr) -> bool:
    """Whether DuckDB's own division or average is to do, which takes other operands than numbers."""
    if isinstance(part, exp.Avg):
        return part.find(*SEMI_STRUCTURED) is not None or part.find_ancestor(exp.Pivot) is not None
    operands = (part.this.unnest(), part.expression.unnest())
    return any(isinstance(each, SEMI_STRUCTURED) or each.is_string for each in operands)


def _quotient(dividend: Expr, divisor: Expr) -> Expr:
    return exp.Anonymous(this=QUOTIENT, expressions=[dividend, divisor])


def _with_window(part: Expr) -> Expr:
    is_over = isinstance(part, exp.Avg) and isinstance(part.parent, exp.Window) and part.arg_key == "this"
    return part.find_ancestor(exp.Window) or part if is_over else part


def _average(part: Expr) -> Expr:
    """The sum over the count, which is NULL where nothing is counted; each over the window, if ``part`` is one."""
    summed, counted = _aggregated(part, exp.Sum), _aggregated(part, exp.Count)
    return _quotient(summed, exp.Nullif(this=counted, expression=exp.Literal.number(0)))


def _aggregated(part: Expr, kind: type[Expr]) -> Expr:
    if not isinstance(part, exp.Window):
        return kind(this=part.this.copy())
    window = part.copy()
    window.set("this", kind(this=window.this.this))
    return window


def _keep_name(part: Expr) -> None:
    """Name the query's column that ``part`` is in as its text names it, if nothing else does."""
    column: Expr | None = part
    while column is not None and not (isinstance(column.parent, exp.Select) and column.arg_key == "expressions"):
        column = column.parent
    if column is not None and not isinstance(column, exp.Alias):
        name = column.sql(dialect="snowflake").upper()
        named = exp.Alias(alias=exp.to_identifier(name, quoted=True))
        column.replace(named)
        named.set("this", column)
