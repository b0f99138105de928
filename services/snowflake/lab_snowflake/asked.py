"""What a statement asks of the server itself: who asks, what ran, earlier results, the catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fakesnow.params import MutableParams
from sqlglot import Expr, exp

from lab_snowflake import context, history, infer_schema, information_schema, result_scan, validate
from lab_snowflake.catalog import ddl

if TYPE_CHECKING:
    from lab_snowflake.connection import LabConnection


def answered(
    expression: Expr,
    text: str,
    params: MutableParams | None,
    connection: LabConnection,
    value: Callable[[str], Any],
) -> Expr:
    """``expression`` with the answers in the place of what asks for them. Changes ``expression``.

    Args:
        expression: the statement.
        text: its text in upper case: what does not stand there is not looked for in the tree.
        params: the values bound to it.
        connection: whose statement it is.
        value: computes an SQL expression.
    """
    duck, database, schema = connection._duck_conn, connection.database, connection.schema
    if isinstance(expression, exp.Query):
        expression = infer_schema.answered(expression, params, connection.place())
    expression = context.told(expression, connection)
    expression = history.answered(expression, connection.history, database or "", connection.session_id, value)
    if "LAST_QUERY_ID" in text:
        expression = result_scan.told(expression, connection.query_ids)
    if "RESULT_SCAN" in text:
        connection.scanned += result_scan.answered(expression, params, connection.results_cache, duck)
    if "VALIDATE" in text:
        expression = validate.answered(expression, connection.copies, connection.session_id, connection.place())
    if "GET_DDL" in text:
        expression = ddl.answered(expression, duck, database, schema)
    if "INFORMATION_SCHEMA" in text:
        expression = information_schema.named(expression, duck, database, text)
    return expression
