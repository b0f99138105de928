"""Transactions are all or nothing, whatever is in them; writers wait for each other and readers do not wait."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb
import pytest
from duckdb import DuckDBPyConnection
from lab_snowflake.transactions import Transaction, WriteLock
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]
Put = Callable[[str, str], None]
Connect = Callable[..., SnowflakeConnection]
Writers = tuple[WriteLock, list[tuple[DuckDBPyConnection, Transaction]]]

MERGE = "MERGE INTO T USING (SELECT 1 AS A, 5 AS B) S ON T.A = S.A WHEN MATCHED THEN UPDATE SET T.B = S.B"
LOADED = "SELECT COUNT(*) FROM INFORMATION_SCHEMA.LOAD_HISTORY WHERE TABLE_NAME = 'T'"


@pytest.fixture
def table(run: Run) -> None:
    run("CREATE TABLE T (A INT, B INT)")
    run("INSERT INTO T VALUES (1, 1), (2, 2)")


def contents(run: Run) -> list[tuple[Any, ...]]:
    return run("SELECT A, B FROM T ORDER BY A, B").fetchall()


def test_a_rollback_undoes_copy_merge_delete_insert_and_the_load_history(run: Run, table: None, stage: Put) -> None:
    stage("a.csv", "3,3\n")
    run("BEGIN")
    run("COPY INTO T FROM @FILES")
    run(MERGE)
    run("DELETE FROM T WHERE A = 2")
    run("INSERT INTO T VALUES (4, 4)")
    assert contents(run) == [(1, 5), (3, 3), (4, 4)]
    run("ROLLBACK")
    assert contents(run) == [(1, 1), (2, 2)]
    assert run(LOADED).fetchone() == (0,)
    assert run("COPY INTO T FROM @FILES").fetchall()[0][1] == "LOADED"


def test_a_commit_keeps_them_together(run: Run, connect: Connect, table: None, stage: Put) -> None:
    stage("a.csv", "3,3\n")
    other = connect().cursor()
    run("BEGIN")
    run("COPY INTO T FROM @FILES")
    run("DELETE FROM T WHERE A < 3")
    assert contents(other.execute) == [(1, 1), (2, 2)], "another session sees nothing of it yet"
    run("COMMIT")
    assert contents(other.execute) == [(3, 3)]


def test_closing_a_session_undoes_what_it_did_not_commit(connect: Connect, run: Run, table: None) -> None:
    other = connect()
    other.execute_string("BEGIN; DELETE FROM T;")
    other.close()
    assert contents(run) == [(1, 1), (2, 2)]
    run("DELETE FROM T")


@pytest.mark.local
def test_a_failed_statement_breaks_the_transaction_so_that_half_of_it_is_never_kept(run: Run, table: None) -> None:
    run("BEGIN")
    run("DELETE FROM T")
    for statement in ("INSERT INTO T VALUES ('x', 1)", "INSERT INTO T VALUES (7, 7)", "COMMIT"):
        with pytest.raises(ProgrammingError):
            run(statement)
    assert contents(run) == [(1, 1), (2, 2)]
    run("INSERT INTO T VALUES (3, 3)")
    assert len(contents(run)) == 3


def test_a_failed_statement_outside_a_transaction_leaves_nothing(run: Run, table: None) -> None:
    with pytest.raises(ProgrammingError):
        run("INSERT INTO T SELECT IFF(A = 2, 'x', '9')::INT, 0 FROM T")
    assert contents(run) == [(1, 1), (2, 2)]


def test_without_autocommit_work_waits_for_the_commit(connect: Connect, run: Run, table: None) -> None:
    other = connect(autocommit=False)
    other.cursor().execute("DELETE FROM T")
    assert contents(run) == [(1, 1), (2, 2)]
    other.rollback()
    assert contents(other.cursor().execute) == [(1, 1), (2, 2)]
    other.cursor().execute("DELETE FROM T WHERE A = 1")
    other.commit()
    assert contents(run) == [(2, 2)]


def test_autocommit_can_be_switched_as_airflow_does(
    connection: SnowflakeConnection, run: Run, connect: Connect, table: None
) -> None:
    connection.autocommit(False)
    run("DELETE FROM T WHERE A = 1")
    connection.autocommit(True)
    assert contents(connect().cursor().execute) == [(2, 2)], "switching it on commits"


def test_a_transaction_sees_what_was_committed_before_it_wrote(connect: Connect, run: Run, table: None) -> None:
    other = connect()
    other.execute_string("BEGIN; SELECT * FROM T;")
    run("INSERT INTO T VALUES (3, 3)")
    other.execute_string("UPDATE T SET B = 0 WHERE A = 3; COMMIT;")
    assert (3, 0) in contents(run)


def test_definitions_commit_the_open_transaction(run: Run, connect: Connect, table: None) -> None:
    run("BEGIN")
    run("DELETE FROM T WHERE A = 1")
    run("CREATE TABLE U (A INT)")
    run("ROLLBACK")
    assert contents(connect().cursor().execute) == [(2, 2)]


def test_commit_and_rollback_without_a_transaction_do_nothing(run: Run) -> None:
    assert run("COMMIT").fetchone() == run("ROLLBACK").fetchone() == ("Statement executed successfully.",)


def test_increments_from_many_sessions_are_all_counted(connect: Connect, run: Run) -> None:
    run("CREATE TABLE N (X INT)")
    run("INSERT INTO N VALUES (0)")
    sessions = [connect() for _ in range(6)]

    def add(session: SnowflakeConnection) -> None:
        for _ in range(5):
            session.cursor().execute("UPDATE N SET X = X + 1")

    with ThreadPoolExecutor(len(sessions)) as pool:
        list(pool.map(add, sessions))
    assert run("SELECT X FROM N").fetchone() == (30,)


@pytest.fixture
def writers() -> Iterator[Writers]:
    """Two transactions over one database, and their lock with no patience."""
    lock = WriteLock(patience=0, idle_limit=3600)
    with duckdb.connect() as database, database.cursor() as first, database.cursor() as second:
        database.execute("CREATE TABLE T (A INT)")
        yield lock, [(duck, Transaction(duck, lock)) for duck in (first, second)]


def insert(duck: DuckDBPyConnection, transaction: Transaction) -> None:
    with transaction.busy(), transaction.write():
        duck.execute("INSERT INTO T VALUES (1)")


@pytest.mark.local
def test_a_writer_is_told_when_the_lock_stays_taken(writers: Writers) -> None:
    _, [(first, holding), (second, waiting)] = writers
    holding.begin()
    insert(first, holding)
    with pytest.raises(ProgrammingError) as refused:
        insert(second, waiting)
    assert refused.value.errno == 625
    holding.commit()
    insert(second, waiting)
    assert first.execute("SELECT COUNT(*) FROM T").fetchone() == (2,)


@pytest.mark.local
def test_a_silent_client_gives_way_and_is_told(writers: Writers) -> None:
    lock, [(first, silent), (second, waiting)] = writers
    silent.begin()
    insert(first, silent)
    lock._idle_limit = -1
    insert(second, waiting)
    assert second.execute("SELECT COUNT(*) FROM T").fetchone() == (1,), "the silent client's row is undone"
    with pytest.raises(ProgrammingError, match="silent"):
        insert(first, silent)
    silent.rollback()
    insert(first, silent)


@pytest.mark.local
def test_what_waits_for_the_commit_is_dropped_by_a_rollback(writers: Writers) -> None:
    _, [(duck, transaction), _] = writers
    done = []
    transaction.begin()
    insert(duck, transaction)
    transaction.on_commit(lambda: done.append("first"))
    transaction.rollback()
    insert(duck, transaction)
    assert done == []
