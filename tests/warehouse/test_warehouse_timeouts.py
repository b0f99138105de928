"""A session's limits of time are kept: of a statement, and of the wait for another writer."""

from collections.abc import Callable

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

from tests.warehouse_server import ENDLESS

Run = Callable[..., SnowflakeCursor]
Connect = Callable[..., SnowflakeConnection]


def test_a_statement_that_takes_longer_than_the_session_allows_is_stopped_and_leaves_nothing(run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    run("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1")
    with pytest.raises(ProgrammingError, match="timeout of 1 second") as stopped:
        run(ENDLESS)
    assert stopped.value.errno == 630
    assert run("SELECT COUNT(*) FROM T").fetchone() == (0,)


def test_the_limit_may_be_given_at_login_and_taken_back(connect: Connect, run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    limited = connect(session_parameters={"STATEMENT_TIMEOUT_IN_SECONDS": 1}).cursor()
    with pytest.raises(ProgrammingError) as stopped:
        limited.execute(ENDLESS)
    assert stopped.value.errno == 630
    limited.execute("ALTER SESSION UNSET STATEMENT_TIMEOUT_IN_SECONDS")
    assert limited.execute("SELECT COUNT(*) FROM T").fetchone() == (0,)  # type: ignore[union-attr]


def test_a_writer_waits_for_another_one_no_longer_than_its_session_says(connect: Connect, run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    run("BEGIN")
    run("INSERT INTO T VALUES (1)")
    impatient = connect().cursor()
    impatient.execute("ALTER SESSION SET LOCK_TIMEOUT = 1")
    with pytest.raises(ProgrammingError, match="was not released in 1 s") as locked:
        impatient.execute("INSERT INTO T VALUES (2)")
    assert locked.value.errno == 625
    run("COMMIT")
    impatient.execute("INSERT INTO T VALUES (3)")
    assert run("SELECT A FROM T ORDER BY 1").fetchall() == [(1,), (3,)]


def test_the_wait_for_another_writer_is_part_of_a_statement_s_time(connect: Connect, run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    run("BEGIN")
    run("INSERT INTO T VALUES (1)")
    limited = connect(session_parameters={"STATEMENT_TIMEOUT_IN_SECONDS": 1}).cursor()
    with pytest.raises(ProgrammingError, match="timeout of 1 second") as stopped:
        limited.execute("INSERT INTO T VALUES (2)")
    assert stopped.value.errno == 630
    run("COMMIT")
    limited.execute("INSERT INTO T VALUES (3)")
    assert run("SELECT A FROM T ORDER BY 1").fetchall() == [(1,), (3,)]


def test_a_writer_that_waits_is_stopped_when_its_client_gives_up(connect: Connect, run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    run("BEGIN")
    run("INSERT INTO T VALUES (1)")
    hasty = connect().cursor()
    with pytest.raises(ProgrammingError) as stopped:
        hasty.execute("INSERT INTO T VALUES (2)", timeout=1)
    assert stopped.value.errno == 604
    run("COMMIT")
    assert run("SELECT A FROM T").fetchall() == [(1,)]


@pytest.mark.parametrize("name", ["STATEMENT_TIMEOUT_IN_SECONDS", "LOCK_TIMEOUT"])
def test_a_limit_that_is_no_number_of_seconds_is_refused(run: Run, name: str) -> None:
    with pytest.raises(ProgrammingError, match=name) as refused:
        run(f"ALTER SESSION SET {name} = 'soon'")
    assert refused.value.errno == 1008
