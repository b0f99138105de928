"""fakesnow's connection with what a session of ours has besides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection
from fakesnow.conn import FakeSnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor

from lab_snowflake import history
from lab_snowflake.account.current import Current
from lab_snowflake.copying.past import Copies, Copy
from lab_snowflake.cursor import LabCursor
from lab_snowflake.lengths.declared import Lengths
from lab_snowflake.lengths.kept import KeptLengths
from lab_snowflake.load_history import Table
from lab_snowflake.place import Place
from lab_snowflake.recent import Recent
from lab_snowflake.result_scan import QueryIds
from lab_snowflake.temporary import Temporary
from lab_snowflake.transactions import Transaction


class LabConnection(FakeSnowflakeConnection):
    """fakesnow's connection, whose cursors are ours and whose transactions are left to the session."""

    stages: Path
    scratch: Path
    second: DuckDBPyConnection
    """Looks into files for a COPY: what fails there does not end the transaction."""
    transaction: Transaction
    current: Current
    history: history.History
    copies: Copies
    session_id: int
    query_id: str
    """Of the statement that runs."""
    temporaries: list[Temporary]
    lengths: KeptLengths
    own_lengths: dict[str, Lengths]
    """Of the temporary tables without a schema in their name."""
    results_cache: Recent[tuple[Any, ...]]
    query_ids: QueryIds
    scanned: list[str]
    """Names of results that the last statement read."""
    temporary_stages: list[Table]

    def open(self, session_id: int, transaction: Transaction) -> None:
        """Begin as the session ``session_id``, in nobody's name yet."""
        self.session_id, self.transaction = session_id, transaction
        self.second = self._duck_conn.cursor()
        self.current, self.query_ids = Current(), QueryIds()
        self.temporaries, self.temporary_stages, self.own_lengths, self.scanned = [], [], {}, []

    def cursor(self, cursor_class: type[SnowflakeCursor] = SnowflakeCursor) -> LabCursor:  # noqa: ARG002
        """A cursor on this session; ``cursor_class`` is what fakesnow's own callers pass."""
        return LabCursor(conn=self, duck_conn=self._duck_conn)

    def autocommit(self, mode: bool) -> None:
        """As ALTER SESSION SET AUTOCOMMIT."""
        self.transaction.set_autocommit(mode)

    def place(self) -> Place:
        """Where a COPY of this session runs."""
        return Place(
            duck=self._duck_conn,
            second=self.second,
            database=self.database or "",
            schema=self.schema or "",
            user=self.current.user,
            stages=self.stages,
            scratch=self.scratch,
            after_commit=self.transaction.on_commit,
            session_id=self.session_id,
            lengths=self.lengths,
            own_lengths=self.own_lengths,
            note=lambda load, files: self.copies.note(Copy(self.query_id, self.session_id, load, files)),
        )
