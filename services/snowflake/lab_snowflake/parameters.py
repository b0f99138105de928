"""Session parameters: those that change results are honoured or refused, never ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import Expr, exp

from lab_snowflake import errors

UTC_NAMES = frozenset({"UTC", "ETC/UTC"})

WITHOUT_EFFECT = frozenset(
    {
        "QUERY_TAG",
        "STATEMENT_TIMEOUT_IN_SECONDS",
        "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS",
        "LOCK_TIMEOUT",
        "USE_CACHED_RESULT",
        "JDBC_QUERY_RESULT_FORMAT",
        "PYTHON_CONNECTOR_QUERY_RESULT_FORMAT",
        "PYTHON_SNOWPARK_USE_SQL_SIMPLIFIER",
    }
)
"""Parameters that are kept and change nothing here: they bound time, name queries or choose a transport."""

FIXED = {"QUOTED_IDENTIFIERS_IGNORE_CASE": "FALSE", "WEEK_START": "0"}
"""Parameters of which the local warehouse knows one value."""


class Parameters:
    """A session's parameters, from its login and from ALTER SESSION."""

    def __init__(self, at_login: Mapping[str, Any]) -> None:
        self.autocommit = _is_true(at_login.get("AUTOCOMMIT", True))
        self.others: dict[str, str] = {}
        if "TIMEZONE" in at_login:
            self._set("TIMEZONE", str(at_login["TIMEZONE"]))

    def alter(self, expression: Expr) -> bool:
        """Carry out ``expression`` if it is an ALTER SESSION.

        Returns:
            Whether it was one.

        Raises:
            ProgrammingError: a parameter, or a value of one, that the local warehouse does not have.
        """
        if not (isinstance(expression, exp.Alter) and str(expression.args.get("kind")).upper() == "SESSION"):
            return False
        for item in expression.find_all(exp.SetItem):
            if isinstance(item.this, exp.EQ):
                self._set(item.this.this.name.upper(), item.this.expression.name or item.this.expression.sql())
            else:
                self.others.pop(item.name.upper(), None)
        return True

    def _set(self, name: str, value: str) -> None:
        if name == "AUTOCOMMIT":
            self.autocommit = _is_true(value)
        elif name == "TIMEZONE":
            if value.upper() not in UTC_NAMES:
                raise errors.unsupported(f"TIMEZONE = {value}; UTC is valid")
        elif name in FIXED:
            if value.upper() != FIXED[name]:
                raise errors.unsupported(f"{name} = {value}; {FIXED[name]} is valid")
        elif name in WITHOUT_EFFECT or name.startswith("CLIENT_"):
            self.others[name] = value
        else:
            raise errors.unsupported(f"session parameter {name}")


def _is_true(value: object) -> bool:
    return str(value).upper() in ("TRUE", "ON", "1")
