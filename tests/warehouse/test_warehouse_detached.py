"""Statements that run by themselves are found by their id, from any session, and their failures are told."""

import uuid
from collections.abc import Callable

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.constants import QueryStatus
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import DatabaseError, ProgrammingError

Run = Callable[..., SnowflakeCursor]
Connect = Callable[..., SnowflakeConnection]

SLOW = "SELECT SUM(RANDOM()) FROM TABLE(GENERATOR(ROWCOUNT => 1000000)) a, TABLE(GENERATOR(ROWCOUNT => 20)) b"


def started(connection: SnowflakeConnection, sql: str) -> str:
    """The id of a statement that was started."""
    cursor = connection.cursor()
    cursor.execute_async(sql)
    assert cursor.sfqid
    return cursor.sfqid


def fetched(connection: SnowflakeConnection, query_id: str) -> list[tuple[object, ...]]:
    """The rows of a statement that was started, once it has ended."""
    cursor = connection.cursor()
    cursor.get_results_from_sfqid(query_id)
    return cursor.fetchall()  # type: ignore[return-value]


def test_the_client_goes_on_while_the_statement_runs_and_gets_its_rows_when_it_has_ended(
    connection: SnowflakeConnection,
) -> None:
    query_id = started(connection, SLOW)
    assert connection.get_query_status(query_id) == QueryStatus.RUNNING
    assert len(fetched(connection, query_id)) == 1
    assert connection.get_query_status(query_id) == QueryStatus.SUCCESS


def test_another_session_gets_the_rows_too(connection: SnowflakeConnection, connect: Connect) -> None:
    query_id = started(connection, "SELECT 1 AS A UNION ALL SELECT 2 ORDER BY 1")
    assert fetched(connect(), query_id) == [(1,), (2,)]


def test_what_a_started_statement_writes_is_there_once_it_has_ended(connection: SnowflakeConnection, run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    query_id = started(connection, "INSERT INTO T VALUES (1), (2)")
    fetched(connection, query_id)
    assert run("SELECT COUNT(*) FROM T").fetchone() == (2,)


def test_statements_of_one_session_run_in_the_order_they_were_started(
    connection: SnowflakeConnection, run: Run
) -> None:
    run("CREATE TABLE T (A INT)")
    query_ids = [started(connection, f"INSERT INTO T SELECT COUNT(*) + {number} FROM T") for number in (10, 20)]
    for query_id in query_ids:
        fetched(connection, query_id)
    assert run("SELECT A FROM T ORDER BY 1").fetchall() == [(10,), (21,)]


def test_a_statement_that_fails_says_so_when_it_is_asked_for(connection: SnowflakeConnection) -> None:
    query_id = started(connection, "SELECT * FROM NONE")
    with pytest.raises(DatabaseError, match="does not exist") as failed:
        fetched(connection, query_id)
    assert failed.value.errno == 2003
    assert connection.get_query_status(query_id) == QueryStatus.FAILED_WITH_ERROR
    with pytest.raises(ProgrammingError, match="does not exist"):
        connection.get_query_status_throw_if_error(query_id)


def test_a_query_that_nobody_knows_is_an_error_at_once(connection: SnowflakeConnection) -> None:
    with pytest.raises(DatabaseError, match="is unknown to the local warehouse") as unknown:
        fetched(connection, str(uuid.uuid4()))
    assert unknown.value.errno == 709
