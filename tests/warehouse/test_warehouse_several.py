"""Several statements in one text, SHOW PARAMETERS and the histories."""

from collections.abc import Callable

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]

SCRIPT = "CREATE TABLE T (A INT); -- first\nINSERT INTO T VALUES (1), (2);\n/* all */ SELECT A FROM T ORDER BY A; "


def test_each_statement_of_a_text_has_its_own_result(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor().execute(SCRIPT, num_statements=3)
    assert "successfully created" in cursor.fetchone()[0]
    cursor.nextset()
    assert cursor.fetchall() == [(2,)]
    cursor.nextset()
    assert cursor.fetchall() == [(1,), (2,)]
    assert cursor.nextset() is None


@pytest.mark.parametrize(("count", "says"), [(2, "count 3 .* count 2"), (None, "count 3 .* count 1")])
def test_another_number_of_statements_than_meant_runs_none(run: Run, count: int | None, says: str) -> None:
    with pytest.raises(ProgrammingError, match=says) as refused:
        run(SCRIPT, num_statements=count)
    assert refused.value.errno == 8
    assert run("SHOW TABLES LIKE 'T'").fetchall() == []


def test_any_number_of_statements_is_run_when_the_session_says_so(run: Run) -> None:
    run("ALTER SESSION SET MULTI_STATEMENT_COUNT = 0")
    run(SCRIPT)
    assert run("SELECT COUNT(*) FROM T").fetchone() == (2,)


def test_the_first_failure_ends_a_text_and_what_ran_before_stays(run: Run) -> None:
    with pytest.raises(ProgrammingError) as failed:
        run("CREATE TABLE T (A INT); SELECT * FROM NONE_SUCH; DROP TABLE T", num_statements=0)
    assert failed.value.errno == 2003
    assert run("SELECT COUNT(*) FROM T").fetchone() == (0,)


def test_parameters_are_shown_as_they_are_set(run: Run) -> None:
    run("ALTER SESSION SET QUERY_TAG = 'nightly', STATEMENT_TIMEOUT_IN_SECONDS = 60")
    shown = {row[0]: (row[1], row[3]) for row in run("SHOW PARAMETERS IN SESSION").fetchall()}
    assert shown["QUERY_TAG"] == ("nightly", "SESSION")
    assert shown["STATEMENT_TIMEOUT_IN_SECONDS"] == ("60", "SESSION")
    assert shown["TIMEZONE"] == ("Etc/UTC", "")
    assert [row[0] for row in run("SHOW PARAMETERS LIKE 'time%'").fetchall()] == ["TIMEZONE"]


def test_the_history_has_each_statement_with_its_end(run: Run) -> None:
    run("ALTER SESSION SET QUERY_TAG = 'mine'")
    query_id = run("SELECT 1 AS FIRST").sfqid
    with pytest.raises(ProgrammingError):
        run("SELECT * FROM NONE_SUCH")
    rows = run(
        "SELECT QUERY_ID, QUERY_TEXT, EXECUTION_STATUS, ERROR_CODE, QUERY_TAG"
        " FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(RESULT_LIMIT => 3)) ORDER BY START_TIME"
    ).fetchall()
    assert rows[0] == (query_id, "SELECT 1 AS FIRST", "SUCCESS", None, "mine")
    assert rows[1][1:] == ("SELECT * FROM NONE_SUCH", "FAILED_WITH_ERROR", "002003", "mine")
    assert rows[2][2] == "RUNNING"


def test_the_history_can_be_filtered_and_is_everybodys(run: Run, connect: Callable[..., SnowflakeConnection]) -> None:
    connect().cursor().execute("SELECT 'from another session'")
    found = run(
        "SELECT h.USER_NAME FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY("
        "END_TIME_RANGE_START => DATEADD(hour, -1, CURRENT_TIMESTAMP()))) h"
        " WHERE h.QUERY_TEXT LIKE 'SELECT %from another session_'"
    ).fetchall()
    assert found[0] == ("LAB",)


def test_the_copy_history_tells_of_each_file(run: Run, stage: Callable[[str, str], None]) -> None:
    run("CREATE TABLE T (A INT)")
    stage("a.csv", "1\nx\n")
    run("COPY INTO T FROM @FILES ON_ERROR = CONTINUE")
    rows = run(
        "SELECT STATUS, ROW_COUNT, ROW_PARSED, FIRST_ERROR_MESSAGE FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY("
        "TABLE_NAME => 'T', START_TIME => DATEADD(hours, -1, CURRENT_TIMESTAMP())))"
    ).fetchall()
    assert rows == [("Partially loaded", 1, 2, "Numeric value 'x' is not recognized")]


def test_a_long_statement_is_kept_in_the_history_as_far_as_snowflake_keeps_it(run: Run) -> None:
    run(f"SELECT '{'x' * 200_000}' AS LONG")
    kept = run(
        "SELECT LENGTH(QUERY_TEXT) FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(RESULT_LIMIT => 2))"
        " WHERE STARTSWITH(QUERY_TEXT, 'SELECT ''xxx')"
    ).fetchone()
    assert kept == (100_000,)
