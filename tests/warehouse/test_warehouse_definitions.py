"""What is declared: keys are not enforced, comments are kept, account objects answer that they have no effect."""

from collections.abc import Callable

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import IntegrityError

Run = Callable[..., SnowflakeCursor]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param("A INT PRIMARY KEY", id="primary key of a column"),
        pytest.param("A INT UNIQUE", id="unique column"),
        pytest.param("A INT, PRIMARY KEY (A)", id="primary key of the table"),
        pytest.param("A INT, CONSTRAINT C UNIQUE (A)", id="named unique"),
        pytest.param("A INT, FOREIGN KEY (A) REFERENCES OTHER (A)", id="foreign key"),
    ],
)
def test_keys_are_taken_and_not_enforced(run: Run, columns: str) -> None:
    run("CREATE TABLE OTHER (A INT)")
    run(f"CREATE TABLE T ({columns})")
    run("INSERT INTO T VALUES (1), (1)")
    assert run("SELECT COUNT(*) FROM T").fetchone() == (2,)


def test_not_null_is_enforced(run: Run) -> None:
    run("CREATE TABLE T (A INT NOT NULL PRIMARY KEY)")
    with pytest.raises(IntegrityError):
        run("INSERT INTO T VALUES (NULL)")


def test_comments_on_tables_views_and_columns_are_kept(run: Run) -> None:
    run("CREATE TABLE T (A INT COMMENT 'the viewer''s; number', \"b\" INT COMMENT 'small') COMMENT = 'it''s a table'")
    run("CREATE VIEW V (X COMMENT 'from A') COMMENT = 'a view' AS SELECT A FROM T")
    columns = run(
        "SELECT TABLE_NAME, COLUMN_NAME, COMMENT FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'S' ORDER BY 1, 2"
    ).fetchall()
    assert columns == [("T", "A", "the viewer's; number"), ("T", "b", "small"), ("V", "X", "from A")]
    assert run("SELECT COMMENT FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'T'").fetchone() == ("it's a table",)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE WAREHOUSE IF NOT EXISTS W WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60",
        "ALTER WAREHOUSE W SUSPEND",
        "USE WAREHOUSE W",
        "CREATE ROLE ANALYST",
        "GRANT USAGE ON DATABASE D TO ROLE ANALYST",
        "USE ROLE ANALYST",
        "CREATE STORAGE INTEGRATION I TYPE = EXTERNAL_STAGE ENABLED = TRUE",
        "CREATE OR REPLACE RESOURCE MONITOR M WITH CREDIT_QUOTA = 1",
        "REVOKE ALL ON SCHEMA S FROM ROLE ANALYST",
    ],
)
def test_account_statements_say_that_they_have_no_effect(run: Run, statement: str) -> None:
    assert "no effect" in run(f"-- account\n{statement};").fetchone()[0]


def test_creating_again_what_exists_is_no_error_and_changes_nothing(run: Run) -> None:
    run("CREATE TABLE T (A INT COMMENT 'first')")
    run("INSERT INTO T VALUES (1)")
    assert "already exists" in run("CREATE TABLE IF NOT EXISTS T (A INT COMMENT 'second')").fetchone()[0]
    assert run("SELECT COMMENT FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'T'").fetchone() == ("first",)


def test_session_parameters_without_effect_are_taken(run: Run) -> None:
    run("ALTER SESSION SET QUERY_TAG = 'load'")
    run("ALTER SESSION SET TIMEZONE = 'UTC'")
    run("ALTER SESSION UNSET QUERY_TAG")


def test_describing_a_query_does_not_run_it(connection: SnowflakeConnection) -> None:
    columns = connection.cursor().describe("SELECT 1 AS A, 'x' AS B")
    assert [column.name for column in columns] == ["A", "B"]
