"""A client's session: its connection, its transaction, and one statement at a time."""

from __future__ import annotations

import uuid
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pyarrow as pa
from fakesnow.dialect import parse_one
from fakesnow.rowtype import ColumnInfo
from fakesnow.statement_type import statement_type_id
from sqlglot import Expr, exp

from lab_snowflake import (
    cancellation,
    errors,
    explain,
    history,
    identifiers,
    refusals,
    results,
    shown_parameters,
    statements,
    timeouts,
    timezones,
)
from lab_snowflake.account import answers
from lab_snowflake.catalog import comments, shown
from lab_snowflake.connection import LabConnection
from lab_snowflake.cursor import LabCursor
from lab_snowflake.keys import altered
from lab_snowflake.keys import shown as shown_keys
from lab_snowflake.lengths.queried import Queried
from lab_snowflake.parameters import Parameters
from lab_snowflake.rows import DONE, status_sql
from lab_snowflake.staging import answers as staged
from lab_snowflake.staging import commands, integration_check
from lab_snowflake.staging.definitions import forget_stage
from lab_snowflake.staging.transfers import Transfer
from lab_snowflake.transactions import Transaction, WriteLock
from lab_snowflake.words import Words

WRITES = (exp.Insert, exp.MultitableInserts, exp.Update, exp.Delete, exp.Merge, exp.Copy, exp.TruncateTable)
READS = (exp.Query, exp.Show, exp.Describe, exp.Use, exp.Set)

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
    transfer: Transfer | None = None
    """Of PUT and GET: the files that the client must send or fetch."""


Peers = MutableMapping[int, "Session"]
"""The sessions that are open, by their ids."""

_IDS = count(1)


class Session:
    """What a token stands for."""

    def __init__(self, connection: LabConnection, lock: WriteLock, parameters: Parameters, peers: Peers) -> None:
        self.id = next(_IDS)
        self._peers = peers
        peers[self.id] = self
        self.connection = connection
        self.parameters = parameters
        self.transaction = Transaction(connection._duck_conn, lock, parameters.autocommit)
        self.transaction.patience = parameters.lock_timeout
        connection.open(self.id, self.transaction)
        self._apply_timezone()

    def execute(
        self,
        text: str,
        bindings: Bindings = None,
        rows: list[tuple[Any, ...]] | None = None,
        query_id: str | None = None,
    ) -> Answer:
        """Run the one statement in ``text``, once, or once for each of ``rows`` as a whole.

        Args:
            text: one statement.
            bindings: the values bound to it.
            rows: or several such.
            query_id: the id that the client knows it by already, if it does.

        Raises:
            snowflake.connector.errors.Error: whatever goes wrong, as Snowflake tells it.
        """
        with self.transaction.busy(), self.connection.history.note(self._ran(text, query_id)) as ran:
            self.connection.query_id = ran.query_id
            try:
                with timeouts.limit(self.parameters.statement_timeout, self.interrupt):
                    answer = self._known_as(ran.query_id, self._execute(text, bindings, rows))
            except Exception as error:
                failed = errors.to_snowflake(error)
                failed.sfqid = ran.query_id
                raise failed from error
            finally:
                self.connection.query_ids.add(ran.query_id)
            ran.rows = answer.table.num_rows
            return answer

    def _known_as(self, query_id: str, answer: Answer) -> Answer:
        """``answer`` and its kept result by the id that the statement has had from its start on."""
        self.connection.results_cache.rename(answer.query_id, query_id)
        return replace(answer, query_id=query_id)

    def _ran(self, text: str, query_id: str | None) -> history.Ran:
        """The statement for the history; it has no result yet."""
        place = (self.connection.database, self.connection.schema)
        tag = self.parameters.others.get("QUERY_TAG", "")
        who = history.who(self.connection.current)
        return history.Ran(text[: history.TEXT_KEPT], self.id, place, who, tag, query_id or str(uuid.uuid4()))

    def fetch(self, query_id: str) -> Answer:
        """The kept result of a statement that has ended, of whichever session; asking for it is no statement."""
        scan = "SELECT * FROM TABLE(RESULT_SCAN(?))"
        with self.transaction.busy(), self.transaction.read():
            answer = self._run(scan, parse_one(scan), [(query_id,)])
        self.connection.results_cache.forget(answer.query_id)
        return replace(answer, query_id=query_id)

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
        self.transaction.stop()
        self.connection._duck_conn.interrupt()
        self.connection.second.interrupt()

    def close(self) -> None:
        """End the session: what it did not commit is undone, and its temporary tables, views and stages go."""
        with self.transaction.busy():
            self.transaction.rollback()
            for temporary in self.connection.temporaries:
                with self.transaction.define():
                    temporary.drop(self.connection._duck_conn)
            for stage in self.connection.temporary_stages:
                with self.transaction.define():
                    forget_stage(self.connection._duck_conn, self.connection.stages, stage, kinds="% TEMPORARY")
            self.connection.second.close()
            self.connection.close()

    def _execute(self, text: str, bindings: Bindings, rows: list[tuple[Any, ...]] | None) -> Answer:
        statement = identifiers.of_variables(statements.single(text), self.connection.variables._variables)
        statement, bindings = identifiers.named(statement, bindings)
        if command := commands.of(statement, bindings):
            return self._about_files(command)
        if not statements.is_data(statement):
            refusals.check_statement(statement)
            if (sql := self._shown(statement) or self._about_account(statement)) is not None:
                return self._rows(sql, exp.Use() if Words(statement).take("USE") else None)
        if (sql := self._system(statement)) is not None:
            return self._rows(sql)
        expression = parse_one(statement)
        refusals.check_expression(expression)
        if self._ends_or_begins(expression):
            return self._select(DONE, expression)
        if self.parameters.alter(expression):
            self._apply_parameters()
            return self._select(DONE, expression)
        with self._transaction_for(expression):
            return self._run(statement, expression, [bindings] if rows is None else list(rows))

    def _shown(self, statement: str) -> str | None:
        """SQL of the answer to a SHOW of no account's object, or to a change of keys or comments; None to others."""
        duck, place = self.connection._duck_conn, (self.connection.database, self.connection.schema)
        match statement.split(None, 1)[0].upper():
            case "SHOW":
                return (
                    shown_parameters.sql(statement, self.parameters)
                    or shown_keys.sql(duck, statement, *place)
                    or shown.sql(duck, statement, *place)
                )
            case "ALTER" | "COMMENT":
                return self._altered(statement)
        return None

    def _altered(self, statement: str) -> str | None:
        """SQL of the answer to a statement that changes keys or a comment; None to any other."""
        duck, place = self.connection._duck_conn, (self.connection.database or "", self.connection.schema or "")
        if altered.is_asked(statement):
            with self.transaction.define():
                return status_sql(altered.alter(duck, statement, *place))
        if (comment := comments.asked(statement)) is not None:
            with self.transaction.define():
                comments.store(duck, comment, *place)
            return status_sql(DONE)
        return None

    def _about_files(self, command: commands.Command) -> Answer:
        with self.transaction.read():
            place = self.connection.place()
            if isinstance(command, commands.List | commands.Remove):
                return self._rows(staged.rows(command, place))
            return replace(self._select(DONE), transfer=staged.transfer(command, place))

    def _about_account(self, statement: str) -> str | None:
        """SQL of the answer to a statement about the account's objects; None to any other."""
        duck, place = self.connection._duck_conn, (self.connection.database or "", self.connection.schema or "")
        if answers.is_definition(statement):
            with self.transaction.define():
                return answers.define(duck, statement, *place)
        return answers.look(duck, statement, self.connection.current, *place)

    def _system(self, statement: str) -> str | None:
        """SQL of the answer to a call of a system function that does or looks at something; None to all else."""
        if (said := self._cancelled(statement)) is not None:
            return status_sql(said)
        if (check := integration_check.asked(statement)) is not None:
            with self.transaction.read():
                return integration_check.sql(self.connection._duck_conn, check)
        return None

    def _cancelled(self, statement: str) -> str | None:
        """What is said to a statement that stops others; None to any other statement."""
        if (session_id := cancellation.session_id(statement)) is not None:
            return self._cancel_all(session_id)
        if (query_id := cancellation.query_id(statement)) is not None:
            return self._cancel(query_id)
        return None

    def _cancel_all(self, session_id: int) -> str:
        """Stop what the session runs; this one runs nothing but the statement that asks for it."""
        peer = self._peers.get(session_id)
        if peer is None or peer is self or not peer.transaction.is_busy:
            return "0 statements cancelled."
        peer.interrupt()
        return "1 statements cancelled."

    def _cancel(self, query_id: str) -> str:
        """Stop the one statement, of another session."""
        ran = self.connection.history.running(query_id)
        peer = self._peers.get(ran.session_id) if ran else None
        if peer is None or peer is self:
            return cancellation.NOT_RUNNING
        peer.interrupt()
        return f"query [{query_id}] terminated."

    def _apply_parameters(self) -> None:
        self.transaction.set_autocommit(self.parameters.autocommit)
        self.transaction.patience = self.parameters.lock_timeout
        self._apply_timezone()

    def _apply_timezone(self) -> None:
        for duck in (self.connection._duck_conn, self.connection.second):
            timezones.apply(duck, self.parameters.timezone)

    def _describe(self, statement: str) -> Answer:
        expression = parse_one(statement)
        cursor = self.connection.cursor()
        with self.transaction.read():
            described = cursor._describe_only(statement)
        if described is None:
            raise errors.unsupported("describing this statement without running it")
        columns = _columns(described, cursor.lengths)
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
        if isinstance(expression, READS) or explain.asked(expression):
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
        return self._rows(status_sql(status), expression)

    def _rows(self, sql: str, expression: Expr | None = None) -> Answer:
        """An answer of rows that the server makes itself."""
        cursor = self.connection.cursor()
        cursor._answer(sql, 0, exp.Select())
        return self._answer(cursor, expression, 0)

    @staticmethod
    def _answer(cursor: LabCursor, expression: Expr | None, affected: int) -> Answer:
        table = cursor._arrow_table if cursor._arrow_table is not None else pa.table({})
        columns = _columns(cursor._describe_last_sql(), cursor.lengths)
        return Answer(
            query_id=cursor.sfqid or "",
            statement_type=statement_type_id(expression) if expression is not None else 0,
            columns=columns,
            table=table,
            rows_affected=affected,
            expression=cursor._last_transformed,
        )


def _columns(described: list[Any], lengths: Queried) -> list[ColumnInfo]:
    """A result's columns, as Snowflake describes them, of their names and DuckDB's types."""
    return [
        results.column_info(name, kind, lengths.of(place, name)) for place, (name, kind, *_) in enumerate(described)
    ]
