"""Session parameters: those that change results are honoured or refused, never ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from lab_snowflake import errors, timezones

WITHOUT_EFFECT = frozenset(
    {
        "QUERY_TAG",
        "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS",
        "USE_CACHED_RESULT",
        "JDBC_QUERY_RESULT_FORMAT",
        "PYTHON_CONNECTOR_QUERY_RESULT_FORMAT",
        "PYTHON_SNOWPARK_USE_SQL_SIMPLIFIER",
    }
)
"""Parameters that are kept and change nothing here: they name queries, choose a transport, or bound no wait."""

SECONDS = frozenset({"STATEMENT_TIMEOUT_IN_SECONDS", "LOCK_TIMEOUT"})
"""Parameters that bound time, in whole seconds."""

NUMBERS = SECONDS | {"MULTI_STATEMENT_COUNT"}

FIXED = {"QUOTED_IDENTIFIERS_IGNORE_CASE": "FALSE", "WEEK_START": "0"}
"""Parameters of which the local warehouse knows one value."""


class Parameters:
    """A session's parameters, from its login and from ALTER SESSION."""

    def __init__(self, at_login: Mapping[str, Any]) -> None:
        self.autocommit = _is_true(at_login.get("AUTOCOMMIT", True))
        self.others: dict[str, str] = {}
        for name in ("TIMEZONE", "QUERY_TAG", *sorted(NUMBERS)):
            if name in at_login:
                self._set(name, str(at_login[name]))

    @property
    def timezone(self) -> str:
        """The name of the session's time zone."""
        return self.others.get("TIMEZONE", timezones.DEFAULT)

    @property
    def statement_timeout(self) -> int | None:
        """Seconds after which a statement is stopped; None for no limit, which Snowflake writes as 0."""
        return int(self.others.get("STATEMENT_TIMEOUT_IN_SECONDS", 0)) or None

    @property
    def lock_timeout(self) -> int | None:
        """Seconds that a writer waits for another one; 0 for not at all, None for the warehouse's own patience."""
        return int(self.others["LOCK_TIMEOUT"]) if "LOCK_TIMEOUT" in self.others else None

    @property
    def statement_count(self) -> int:
        """The number of statements in one text; 0 for any."""
        return int(self.others.get("MULTI_STATEMENT_COUNT", 1))

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
            self.others[name] = timezones.required(value)
        elif name in FIXED:
            if value.upper() != FIXED[name]:
                raise errors.unsupported(f"{name} = {value}; {FIXED[name]} is valid")
        elif name in NUMBERS:
            self.others[name] = _whole(name, value)
        elif name in WITHOUT_EFFECT or name.startswith("CLIENT_"):
            self.others[name] = value
        else:
            raise errors.unsupported(f"session parameter {name}")


def _whole(name: str, value: str) -> str:
    if not value.isdecimal():
        raise ProgrammingError(
            msg=f"SQL compilation error:\ninvalid value [{value}] for parameter '{name}'; a whole number is valid.",
            errno=1008,
            sqlstate="22023",
        )
    return value


def _is_true(value: object) -> bool:
    return str(value).upper() in ("TRUE", "ON", "1")
