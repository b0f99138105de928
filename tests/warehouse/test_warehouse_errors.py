"""A failure is an answer with Snowflake's code and SQL state, at once: never an HTTP error that clients send again."""

from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import DatabaseError, ProgrammingError

Run = Callable[..., SnowflakeCursor]

FAILURES = [
    pytest.param("SELECT * FROM NONE", 2003, "42S02", id="unknown table"),
    pytest.param("SELECT NONE FROM T", 904, "42000", id="unknown column"),
    pytest.param("SELEC 1", 1003, "42000", id="syntax"),
    pytest.param("INSERT INTO T VALUES (NULL)", 100072, "22000", id="null where none may be"),
    pytest.param("INSERT INTO T VALUES ('x')", 100038, "22018", id="text for a number"),
    pytest.param("SELECT '2026-01-01 10:00:00 No/Zone'::TIMESTAMP_TZ", 100035, "22007", id="an unknown zone"),
    pytest.param("CREATE TABLE T (A INT)", 2002, "42710", id="a table that exists"),
    pytest.param("SELECT NO_SUCH_FUNCTION(1)", 2003, "42S02", id="unknown function"),
    pytest.param("CREATE TASK X SCHEDULE = '1 MINUTE' AS SELECT 1", 2, "0A000", id="tasks are not there"),
    pytest.param("ALTER SESSION SET TIMEZONE = 'Europe/Atlantis'", 1008, "22023", id="a time zone that is none"),
    pytest.param("ALTER SESSION SET NO_SUCH_PARAMETER = 1", 2, "0A000", id="unknown session parameter"),
]


@pytest.mark.parametrize(("sql", "code", "state"), FAILURES)
def test_a_failure_comes_at_once_with_its_code(run: Run, sql: str, code: int, state: str) -> None:
    run("CREATE TABLE T (A INT NOT NULL)")
    start = monotonic()
    with pytest.raises(DatabaseError) as failed:
        run(sql)
    assert monotonic() - start < 10
    assert (failed.value.errno, failed.value.sqlstate) == (code, state)


def test_a_failure_leaves_the_session_usable(run: Run) -> None:
    with pytest.raises(ProgrammingError):
        run("SELECT * FROM NONE")
    assert run("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(("user", "password"), [("lab", "wrong"), ("nobody", "lab")])
def test_only_the_warehouses_user_gets_in(server: Any, user: str, password: str) -> None:
    with pytest.raises(DatabaseError, match="Incorrect username or password"):
        server.connect(user=user, password=password)


def test_a_lost_session_is_an_error_and_not_a_hang(own_server: Callable[[], Any]) -> None:
    first = own_server()
    connection = first.connect()
    first.kill()
    own_server()
    with pytest.raises(DatabaseError) as lost:
        connection.cursor().execute("SELECT 1")
    assert lost.value.errno == 390111
