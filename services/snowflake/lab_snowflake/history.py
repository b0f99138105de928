"""INFORMATION_SCHEMA.QUERY_HISTORY() and COPY_HISTORY(): which statements ran, which files were loaded.

The newest ``KEPT`` statements of all sessions are known; they do not outlive the server.

Sources: https://docs.snowflake.com/en/sql-reference/functions/query_history and copy_history there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlglot
from snowflake.connector.errors import Error
from sqlglot import Expr, exp

from lab_snowflake import errors
from lab_snowflake.account.current import Current
from lab_snowflake.identifiers import quoted
from lab_snowflake.load_history import STOCK
from lab_snowflake.rows import rows_sql

KEPT = 1_000
TEXT_KEPT = 100_000
"""Characters of a statement, as on Snowflake."""
RESULT_LIMIT = 100

QUERY_COLUMNS = (
    ("QUERY_ID", "VARCHAR"),
    ("QUERY_TEXT", "VARCHAR"),
    ("DATABASE_NAME", "VARCHAR"),
    ("SCHEMA_NAME", "VARCHAR"),
    ("SESSION_ID", "BIGINT"),
    ("USER_NAME", "VARCHAR"),
    ("ROLE_NAME", "VARCHAR"),
    ("WAREHOUSE_NAME", "VARCHAR"),
    ("QUERY_TAG", "VARCHAR"),
    ("EXECUTION_STATUS", "VARCHAR"),
    ("ERROR_CODE", "VARCHAR"),
    ("ERROR_MESSAGE", "VARCHAR"),
    ("START_TIME", "TIMESTAMPTZ"),
    ("END_TIME", "TIMESTAMPTZ"),
    ("TOTAL_ELAPSED_TIME", "BIGINT"),
    ("ROWS_PRODUCED", "BIGINT"),
)

Value = Callable[[str], Any]
"""Computes an expression of Snowflake's SQL."""


@dataclass(slots=True)
class Ran:
    """A statement that runs or has run; ``place`` is its database and schema."""

    text: str
    session_id: int
    place: tuple[str | None, str | None]
    current: tuple[str, str, str | None]
    tag: str
    query_id: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    error: Error | None = None
    rows: int | None = None

    def row(self) -> tuple[Any, ...]:
        """The statement's row in QUERY_HISTORY."""
        status = "RUNNING" if self.ended is None else "FAILED_WITH_ERROR" if self.error else "SUCCESS"
        code = f"{self.error.errno or errors.INTERNAL:06d}" if self.error else None
        message = (self.error.raw_msg or str(self.error)) if self.error else None
        who = (self.session_id, *self.current, self.tag)
        end = self.ended.isoformat() if self.ended else None
        took = ((self.ended or datetime.now(UTC)) - self.started).total_seconds() * 1000
        said = (status, code, message, self.started.isoformat(), end, int(took), self.rows)
        return (self.query_id, self.text, *self.place, *who, *said)


class History:
    """The statements of all sessions, the newest ``KEPT`` of them."""

    def __init__(self) -> None:
        self._ran: deque[Ran] = deque(maxlen=KEPT)

    @contextmanager
    def note(self, ran: Ran) -> Iterator[Ran]:
        """Around a statement: it is known from its start on, and with its end and error afterwards."""
        self._ran.append(ran)
        try:
            yield ran
        except Error as error:
            ran.error = error
            raise
        finally:
            ran.ended = datetime.now(UTC)

    def running(self, query_id: str) -> Ran | None:
        """The statement of this id, if it runs now."""
        return next((ran for ran in self.newest() if ran.query_id == query_id and ran.ended is None), None)

    def newest(self) -> list[Ran]:
        """The statements, the newest first."""
        return list(self._ran)[::-1]


def who(current: Current) -> tuple[str, str, str | None]:
    """A session's user, role and warehouse."""
    return current.user, current.role, current.warehouse


def answered(expression: Expr, history: History, database: str, session_id: int, value: Value) -> Expr:
    """``expression`` with the rows that its history functions return in their place.

    Raises:
        ProgrammingError: 000002, an argument that the local warehouse does not have.
    """
    for table in list(expression.find_all(exp.TableFromRows)):
        call = table.this.expression if isinstance(table.this, exp.Dot) else table.this
        if not isinstance(call, exp.Anonymous):
            continue
        given = {part.this.name.upper(): part.expression for part in call.expressions if isinstance(part, exp.Kwarg)}
        name = call.name.upper()
        if name in ("QUERY_HISTORY", "QUERY_HISTORY_BY_SESSION", "QUERY_HISTORY_BY_USER"):
            by_session = session_id if name.endswith("SESSION") else None
            sql = rows_sql(QUERY_COLUMNS, [ran.row() for ran in _chosen(history, given, by_session, value)])
        elif name == "COPY_HISTORY":
            sql = _copies(given, _database(table) or database, value)
        else:
            continue
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier("HISTORY"))
        table.replace(exp.Subquery(this=sqlglot.parse_one(sql, read="duckdb"), alias=alias))
    return expression


def _chosen(history: History, given: dict[str, Expr], session_id: int | None, value: Value) -> list[Ran]:
    arguments = {name: value(part.sql(dialect="snowflake")) for name, part in given.items()}
    limit = int(arguments.pop("RESULT_LIMIT", RESULT_LIMIT))
    wanted = arguments.pop("SESSION_ID", session_id)
    user = arguments.pop("USER_NAME", None)
    start, end = arguments.pop("END_TIME_RANGE_START", None), arguments.pop("END_TIME_RANGE_END", None)
    _require_none(arguments, "RESULT_LIMIT, SESSION_ID, USER_NAME, END_TIME_RANGE_START, END_TIME_RANGE_END")
    found = [
        ran
        for ran in history.newest()
        if (wanted is None or ran.session_id == int(wanted))
        and (user is None or ran.current[0] == str(user).upper())
        and (start is None or ran.ended is None or ran.ended >= _moment(start))
        and (end is None or ran.ended is None or ran.ended <= _moment(end))
    ]
    return found[:limit]


def _copies(given: dict[str, Expr], database: str, value: Value) -> str:
    arguments = {name: value(part.sql(dialect="snowflake")) for name, part in given.items()}
    *_, table = str(arguments.pop("TABLE_NAME", "")).split(".")
    since, until = arguments.pop("START_TIME", None), arguments.pop("END_TIME", None)
    _require_none(arguments, "TABLE_NAME, START_TIME, END_TIME")
    name, schema = exp.Literal.string(table.upper()).sql(), quoted(database)
    bounds = [
        f" AND LAST_LOAD_TIME::TIMESTAMPTZ {sign} {exp.Literal.string(_moment(moment).isoformat()).sql()}::TIMESTAMPTZ"
        for sign, moment in ((">=", since), ("<=", until))
        if moment is not None
    ]
    return (
        "SELECT FILE_NAME, LAST_LOAD_TIME::TIMESTAMPTZ AS LAST_LOAD_TIME, ROW_COUNT, ROW_PARSED, "  # noqa: S608
        "FIRST_ERROR_MESSAGE, FIRST_ERROR_LINE_NUMBER, FIRST_ERROR_CHARACTER_POSITION AS FIRST_ERROR_CHARACTER_POS, "
        "FIRST_ERROR_COL_NAME AS FIRST_ERROR_COLUMN_NAME, ERROR_COUNT, ERROR_LIMIT, "
        "left(STATUS, 1) || lower(substring(STATUS, 2)) AS STATUS, SCHEMA_NAME AS TABLE_SCHEMA_NAME, TABLE_NAME "
        f"FROM {schema}.{STOCK} WHERE upper(TABLE_NAME) = {name}{''.join(bounds)}"
    )


def _database(table: exp.TableFromRows) -> str | None:
    """The database before ``INFORMATION_SCHEMA``, if one is named."""
    owner = table.this.this if isinstance(table.this, exp.Dot) else None
    return owner.this.name.upper() if isinstance(owner, exp.Dot) else None


def _require_none(arguments: dict[str, Any], valid: str) -> None:
    if arguments:
        raise errors.unsupported(f"history by {', '.join(arguments)}; {valid} are valid")


def _moment(value: Any) -> datetime:
    moment: datetime = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
