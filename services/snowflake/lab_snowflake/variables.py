"""Session variables: a SET computes the value, once. The stock server keeps the words and computes them at each use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlglot import Expr, exp

from lab_snowflake import errors


def is_set(expression: Expr) -> bool:
    """Whether this is ``SET name = value``, of one variable."""
    return isinstance(expression, exp.Set) and isinstance(expression.expressions[0].this, exp.EQ)


def computed(statement: Expr, compute: Callable[[str], Any]) -> Expr:
    """``statement``, a SET, with a literal for the expression it sets; ``compute`` runs a query of one value.

    Raises:
        ProgrammingError: 000002, the value is of a type that is not supported here.
    """
    assignment = statement.expressions[0].this
    value = compute(f"SELECT {assignment.expression.sql(dialect='snowflake')}")
    assignment.set("expression", _literal(value))
    return statement


def _literal(value: Any) -> Expr:
    match value:
        case None | bool() | int() | float() | Decimal() | str():
            return exp.convert(value)
        case datetime() if value.tzinfo is None:
            return exp.cast(exp.Literal.string(str(value)), "TIMESTAMP")
        case date() if not isinstance(value, datetime):
            return exp.cast(exp.Literal.string(str(value)), "DATE")
    raise errors.unsupported(f"a variable of the type {type(value).__name__}")
