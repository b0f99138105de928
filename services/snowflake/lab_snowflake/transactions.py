"""Transactions: one writer at a time, all or nothing, readers never blocked.

Snowflake reads what is committed when a statement starts and lets a second writer of a table wait. DuckDB gives a
transaction a fixed view of the data and fails the second writer. The two meet when a DuckDB transaction begins only
at the first statement that writes, with the warehouse's write lock already in hand: nobody else commits until it ends,
so its view is always the newest.

Stricter than Snowflake in one point: a statement that fails inside a transaction breaks all of it (DuckDB has no
savepoints); until ROLLBACK every further statement, COMMIT too, is refused, so that half a load is never kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from duckdb import DuckDBPyConnection
from snowflake.connector.errors import ProgrammingError

from lab_snowflake import errors


class WriteLock:
    """Held by the one transaction that writes.

    Args:
        patience: seconds a writer waits before it is told that the lock is taken.
        idle_limit: seconds after which a transaction whose client went silent gives way to one that waits.
    """

    def __init__(self, patience: float = 300.0, idle_limit: float = 60.0) -> None:
        self._changed = threading.Condition()
        self._owner: Transaction | None = None
        self._patience = patience
        self._idle_limit = idle_limit

    def acquire(self, transaction: Transaction) -> None:
        """Wait for the lock, as long as the transaction's own patience lasts, else this lock's.

        Raises:
            ProgrammingError: 000625 when it stays taken, 000604 when the statement is stopped meanwhile.
        """
        patience = self._patience if transaction.patience is None else transaction.patience
        deadline = time.monotonic() + patience
        with self._changed:
            while self._owner is not None:
                if self._owner.abandon(self._idle_limit):
                    self._owner = None
                    break
                if transaction.is_stopped:
                    raise errors.canceled()
                if time.monotonic() >= deadline:
                    raise ProgrammingError(
                        msg=f"Another transaction holds the write lock; it was not released in {patience:.0f} s.",
                        errno=errors.LOCKED,
                        sqlstate="57014",
                    )
                self._changed.wait(0.5)
            self._owner = transaction

    def wake(self) -> None:
        """Have those that wait look again."""
        with self._changed:
            self._changed.notify_all()

    def release(self, transaction: Transaction) -> None:
        """Let the next writer go on; without effect when ``transaction`` does not hold the lock."""
        with self._changed:
            if self._owner is transaction:
                self._owner = None
                self._changed.notify_all()


class Transaction:
    """The transaction of one session, over its own DuckDB connection. Its session runs one statement at a time."""

    def __init__(self, duck: DuckDBPyConnection, lock: WriteLock, autocommit: bool = True) -> None:
        self._duck = duck
        self._lock = lock
        self._autocommit = autocommit
        self._open = False
        self._writing = False
        self._broken: str | None = None
        self._on_commit: list[Callable[[], None]] = []
        self.patience: float | None = None
        """Seconds to wait for the lock; None for the lock's own patience."""
        self._busy = threading.Lock()
        self._stopped = threading.Event()
        self._last_active = time.monotonic()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Around every statement of the session: two never run at once, and a running one is never abandoned."""
        with self._busy:
            self._stopped.clear()
            try:
                yield
            finally:
                self._last_active = time.monotonic()

    @property
    def is_busy(self) -> bool:
        """Whether a statement of the session is running now."""
        return self._busy.locked()

    @property
    def is_stopped(self) -> bool:
        """Whether the statement that runs now was told to stop."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Have the statement that runs now wait no longer for the lock."""
        self._stopped.set()
        self._lock.wake()

    def begin(self) -> None:
        """Open a transaction; inside an open one without effect, as on Snowflake."""
        self._require_whole()
        self._open = True

    def commit(self) -> None:
        """Make the open transaction's work visible; without one nothing happens, as on Snowflake."""
        broken, self._broken = self._broken, None
        if broken:
            self._end()
            raise _broken(broken)
        actions = self._on_commit
        try:
            if self._writing:
                self._duck.commit()
        finally:
            self._end()
        for action in actions:
            action()

    def rollback(self) -> None:
        """Undo the open transaction's work; without one nothing happens, as on Snowflake."""
        self._broken = None
        self._undo()

    def set_autocommit(self, autocommit: bool) -> None:
        """As ALTER SESSION SET AUTOCOMMIT: a change commits the open transaction."""
        if autocommit != self._autocommit:
            self.commit()
        self._autocommit = autocommit

    def on_commit(self, action: Callable[[], None]) -> None:
        """Have ``action`` run once the present work is committed; never if it is undone."""
        self._on_commit.append(action)

    @contextmanager
    def write(self) -> Iterator[None]:
        """Around a statement that writes rows: committed at once, or part of the open transaction."""
        self._require_whole()
        alone = self._autocommit and not self._open
        self._start_writing()
        with self._breaking():
            yield
        if alone:
            self.commit()
        else:
            self._open = True

    @contextmanager
    def define(self) -> Iterator[None]:
        """Around a statement that defines objects: it commits the open transaction first, as on Snowflake."""
        self.commit()
        self._lock.acquire(self)
        try:
            yield
        finally:
            self._lock.release(self)

    @contextmanager
    def read(self) -> Iterator[None]:
        """Around a statement that only reads: sees what is committed, and the open transaction's own writes."""
        self._require_whole()
        with self._breaking():
            yield

    def abandon(self, idle_limit: float) -> bool:
        """Undo this transaction if its client has been silent for longer than ``idle_limit`` seconds."""
        if not self._busy.acquire(blocking=False):
            return False
        try:
            if time.monotonic() - self._last_active <= idle_limit:
                return False
            if self._writing:
                self._duck.rollback()
            self._writing, self._open, self._on_commit = False, False, []
            self._broken = f"its client was silent for more than {idle_limit:.0f} s while another one waited to write"
            return True
        finally:
            self._busy.release()

    def _start_writing(self) -> None:
        if not self._writing:
            self._lock.acquire(self)
            self._duck.begin()
            self._writing = True

    @contextmanager
    def _breaking(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            within = self._open
            if self._writing:
                self._undo()
                self._broken = f"a statement in it failed ({error})" if within else None
            raise

    def _undo(self) -> None:
        try:
            if self._writing:
                self._duck.rollback()
        finally:
            self._end()

    def _end(self) -> None:
        self._open, self._writing, self._on_commit = False, False, []
        self._lock.release(self)

    def _require_whole(self) -> None:
        if self._broken:
            raise _broken(self._broken)


def _broken(why: str) -> ProgrammingError:
    return ProgrammingError(
        msg=f"The transaction was undone because {why}; nothing of it was kept. Type ROLLBACK and start it again.",
        errno=errors.BROKEN_TRANSACTION,
        sqlstate="25P02",
    )
