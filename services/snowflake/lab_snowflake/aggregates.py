"""SUM of NUMBER stays a NUMBER.

The stock server casts what is summed to DOUBLE, because Snowflake also sums text: revenue came back as a float.
"""

from __future__ import annotations

import fakesnow.transforms as stock
from fakesnow.transforms import transforms
from sqlglot import Expr, exp

_stock_cast = stock.numeric_agg_implicit_cast

SEMI_STRUCTURED = (exp.JSONExtract, exp.JSONExtractScalar, exp.Bracket)


def keep_exact(expression: Expr) -> Expr:
    """The stock transform, but for sums of plain columns and arithmetic: those keep the type of their argument."""
    if not isinstance(expression, exp.Sum) or expression.find(*SEMI_STRUCTURED):
        return _stock_cast(expression)
    if isinstance(expression.parent, exp.Select):
        name = transforms._numeric_agg_col_name(expression, expression.this)
        return exp.alias_(expression, name, quoted=True) if name else expression
    return expression


def install() -> None:
    """Put ``keep_exact`` in the stock chain's place for it (the chain looks its transforms up by name)."""
    stock.numeric_agg_implicit_cast = keep_exact
