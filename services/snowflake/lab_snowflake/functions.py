"""CREATE FUNCTION in SQL: its body is a text, between quotes or dollar signs, that says what the function computes.

The stock server makes a function that returns that text.

Source: https://docs.snowflake.com/en/developer-guide/udf/sql/udf-sql-introduction
"""

from __future__ import annotations

from fakesnow.dialect import parse_one
from sqlglot import Expr, exp

from lab_snowflake import errors


def with_body(expression: Expr) -> Expr:
    """``expression``, if it makes a function, with its body as SQL. Changes ``expression``.

    Raises:
        ProgrammingError: 000002, the function returns a table; 001003, its body is no SQL.
    """
    if not isinstance(expression, exp.Create) or expression.kind != "FUNCTION":
        return expression
    returns, body = expression.find(exp.ReturnsProperty), expression.expression
    if returns is not None and returns.args.get("is_table"):
        raise errors.unsupported("CREATE FUNCTION … RETURNS TABLE; here: make a view")
    if isinstance(body, exp.RawString) or (isinstance(body, exp.Literal) and body.is_string):
        said = parse_one(body.name.strip().rstrip(";"))
        value = said.subquery() if isinstance(said, exp.Query) else said
        expression.set("expression", value if returns is None else exp.Cast(this=value, to=returns.this.copy()))
    return expression


def without_arguments(expression: Expr) -> Expr:
    """``expression``, if it drops a function, by the name alone: DuckDB has one function of a name. Changes it."""
    if isinstance(expression, exp.Drop) and expression.kind == "FUNCTION":
        expression.set("expressions", None)
    return expression
