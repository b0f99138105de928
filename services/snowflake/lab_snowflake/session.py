"""A client's session: its connection, its transaction, and one statement at a time."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.dialect import parse_one
from fakesnow.rowtype import ColumnInfo
from fakesnow.statement_type import statement_type_id
from snowflake.connector.cursor import SnowflakeCursor
from sqlglot import Expr, exp

from lab_snowflake import account, cancellation, errors, results, statements, timeouts
from lab_snowflake.copy_into import Place
from lab_snowflake.cursor import LabCursor
from lab_snowflake.parameters import Parameters
from lab_snowflake.temporary import Temporary
from lab_snowflake.transactions import Transaction, WriteLock

WRITES = (exp.Insert, exp.MultitableInserts, exp.Update, exp.Delete, exp.Merge, exp.Copy, exp.TruncateTable)
READS = (exp.Query, exp.Show, exp.Describe, exp.Use, exp.Set, exp.ListStage, exp.Put, exp.Get)
DONE = "Statement executed successfully."

Bindings = Sequence[Any] | dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A statement's result: its rows as Arrow, its columns as Snowflake describes them."""

    query_id: str
    statement_type: int
    columns: list[ColumnInfo]
    table: pa.Table
    rows_affected: int
    expression: Expr | None


class LabConnection(FakeSnowflakeConnection):
    """fakesnow's connection, whose cursors are ours and whose transactions are left to the session."""

    scratch: Path
    transaction: Transaction
    temporaries: list[Temporary]

    def cursor(self, cursor_class: type[SnowflakeCursor] = SnowflakeCursor) -> LabCursor:  # noqa: ARG002
        """A cursor on this session; ``cursor_class`` is what fakesnow's own callers pass."""
        return LabCursor(conn=self, duck_conn=self._duck_conn)

    def autocommit(self, mode: bool) -> None:
        """As ALTER SESSION SET AUTOCOMMIT."""
        self.transaction.set_autocommit(mode)

    def place(self) -> Place:
        """Where a COPY of this session runs."""
        return Place(
            self._duck_conn,
            self.database or "",
            self.schema or "",
            self.table_stages,
            self.scratch,
            self.transaction.on_commit,
        )


Peers = MutableMapping[int, "Session"]
"""The sessions that are open, by their ids."""

_IDS = count(1)


class Session:
    """What a token stands for."""

    def __init__(
        self, connection: LabConnection, lock: WriteLock, parameters: Parameters, scratch: Path, peers: Peers
    ) -> None:
        self.id = next(_IDS)
        self._peers = peers
        peers[self.id] = self
        self.connection = connection
        self.parameters = parameters
        self.transaction = Transaction(connection._duck_conn, lock, parameters.autocommit)
        self.transaction.patience = parameters.lock_timeout
        connection.transaction = self.transaction
        connection.scratch = scratch
        connection.temporaries = []

    def execute(self, text: str, bindings: Bindings = None, rows: list[tuple[Any, ...]] | None = None) -> Answer:
        """Run the one statement in ``text``, once, or once for each of ``rows`` as a whole.

        Raises:
            snowflake.connector.errors.Error: whatever goes wrong, as Snowflake tells it.
        """
        with self.transaction.busy():
            try:
                with timeouts.limit(self.parameters.statement_timeout, self.interrupt):
                    return self._execute(text, bindings, rows)
            except Exception as error:
                raise errors.to_snowflake(error) from error

    def describe(self, text: str) -> Answer:
        """What the one statement in ``text`` would return, without running it.

        Raises:
            snowflake.connector.errors.Error: it is no query and changes no rows, or would fail.
        """
        with self.transaction.busy():
            try:
                return self._describe(statements.single(text))
            except Exception as error:
                raise errors.to_snowflake(error) from error

    def interrupt(self) -> None:
        """Stop the statement that runs now, if any."""
        self.connection._duck_conn.interrupt()

    def close(self) -> None:
        """End the session: what it did not commit is undone, and its temporary tables and views go."""
        with self.transaction.busy():
            self.transaction.rollback()
            for temporary in self.connection.temporaries:
                with self.transaction.define():
                    temporary.drop(self.connection._duck_conn)
            self.connection.close()

    def _execute(self, text: str, bindings: Bindings, rows: list[tuple[Any, ...]] | None) -> Answer:
        statement = statements.single(text)
        if note := account.answer(statement):
            return self._select(note)
        if (other := cancellation.session_id(statement)) is not None:
            return self._select(self._cancel_all(other))
        expression = parse_one(statement)
        if self._ends_or_begins(expression):
            return self._select(DONE, expression)
        if self.parameters.alter(expression):
            self._apply_parameters()
            return self._select(DONE, expression)
        with self._transaction_for(expression):
            return self._run(statement, expression, [bindings] if rows is None else list(rows))

    def _cancel_all(self, session_id: int) -> str:
        """Stop what the session runs; this one runs nothing but the statement that asks for it."""
        peer = self._peers.get(session_id)
        if peer is None or peer is self or not peer.transaction.is_busy:
            return "0 statements cancelled."
        peer.interrupt()
        return "1 statements cancelled."

    def _apply_parameters(self) -> None:
        self.transaction.set_autocommit(self.parameters.autocommit)
        self.transaction.patience = self.parameters.lock_timeout

    def _describe(self, statement: str) -> Answer:
        expression = parse_one(statement)
        cursor = self.connection.cursor()
        with self.transaction.read():
            described = cursor._describe_only(statement)
        if described is None:
            raise errors.unsupported("describing this statement without running it")
        columns = [results.column_info(name, kind) for name, kind, *_ in described]
        return Answer(cursor.sfqid or "", statement_type_id(expression), columns, pa.table({}), 0, expression)

    def _ends_or_begins(self, expression: Expr) -> bool:
        if isinstance(expression, exp.Transaction):
            self.transaction.begin()
        elif isinstance(expression, exp.Commit):
            self.transaction.commit()
        elif isinstance(expression, exp.Rollback):
            self.transaction.rollback()
        else:
            return False
        return True

    def _transaction_for(self, expression: Expr) -> Any:
        if isinstance(expression, WRITES):
            return self.transaction.write()
        if isinstance(expression, READS):
            return self.transaction.read()
        return self.transaction.define()

    def _run(self, statement: str, expression: Expr, executions: list[Bindings]) -> Answer:
        cursor = self.connection.cursor()
        affected = 0
        for bindings in executions:
            cursor.execute(statement, binding_params=bindings, server=True)
            affected += cursor.rowcount or 0
        return self._answer(cursor, expression, affected)

    def _select(self, status: str, expression: Expr | None = None) -> Answer:
        """A statement's answer that is one sentence."""
        cursor = self.connection.cursor()
        cursor._answer(f'SELECT {exp.Literal.string(status).sql(dialect="duckdb")} AS "status"', 0, exp.Select())
        return self._answer(cursor, expression, 0)

    @staticmethod
    def _answer(cursor: LabCursor, expression: Expr | None, affected: int) -> Answer:
        table = cursor._arrow_table if cursor._arrow_table is not None else pa.table({})
        columns = [results.column_info(name, kind) for name, kind, *_ in cursor._describe_last_sql()]
        return Answer(
            query_id=cursor.sfqid or "",
            statement_type=statement_type_id(expression) if expression is not None else 0,
            columns=columns,
            table=table,
            rows_affected=affected,
            expression=cursor._last_transformed,
        )
