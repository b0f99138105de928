"""Context functions: who asks, and where.

The stock server leaves them to DuckDB, which knows other users, calls no schema "main", and lacks most of them.

Source: https://docs.snowflake.com/en/sql-reference/functions-context
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakesnow.transforms import SERVER_VERSION
from sqlglot import Expr, exp

from lab_snowflake import errors

if TYPE_CHECKING:
    from lab_snowflake.connection import LabConnection

MISSING = (
    exp.CurrentAvailableRoles,
    exp.CurrentClient,
    exp.CurrentIpAddress,
    exp.CurrentOrganizationName,
    exp.CurrentRegion,
    exp.CurrentSchemas,
    exp.CurrentSecondaryRoles,
    exp.CurrentStatement,
    exp.CurrentTransaction,
)


def told(expression: Expr, connection: LabConnection) -> Expr:
    """``expression`` with the values of its context functions.

    Raises:
        ProgrammingError: 000002, a context function that is not there.
    """
    current = connection.current
    values = {
        exp.CurrentAccount: current.account,
        exp.CurrentAccountName: current.account,
        exp.CurrentUser: current.user,
        exp.CurrentRole: current.role,
        exp.CurrentWarehouse: current.warehouse,
        exp.CurrentDatabase: connection.database if connection.database_set else None,
        exp.CurrentSchema: connection.schema if connection.schema_set else None,
        exp.CurrentSession: str(connection.session_id),
        exp.CurrentVersion: SERVER_VERSION,
    }
    for function in list(expression.find_all(*values, *MISSING)):
        name = f"{function.sql_names()[0]}()"
        if isinstance(function, MISSING):
            raise errors.unsupported(name)
        value = values[type(function)]
        literal: Expr = exp.cast(exp.Null(), "VARCHAR") if value is None else exp.Literal.string(value)
        if isinstance(function.parent, exp.Select):
            literal = exp.alias_(literal, name, quoted=True)
        function.replace(literal)
    return expression
