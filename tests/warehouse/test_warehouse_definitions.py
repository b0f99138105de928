"""What is declared: keys are not enforced, comments are kept, names that exist."""

from collections.abc import Callable

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import IntegrityError

pytestmark = pytest.mark.cases

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


@pytest.mark.parametrize(("how", "rows"), [("LIKE", []), ("CLONE", [(1, "a")])])
def test_a_table_made_like_another_has_its_columns_whole(run: Run, how: str, rows: list[tuple[int, str]]) -> None:
    run("CREATE TABLE T (A INT NOT NULL COMMENT 'first', \"b c\" VARCHAR(5) DEFAULT 'it''s' COMMENT 'its name')")
    run("INSERT INTO T VALUES (1, 'a')")
    run(f"CREATE TABLE U {how} T")
    assert run("SELECT * FROM U").fetchall() == rows
    described = [(row[:5], row[9]) for row in run("DESCRIBE TABLE U").fetchall()]
    assert described == [(row[:5], row[9]) for row in run("DESCRIBE TABLE T").fetchall()]
    run("INSERT INTO U (A) VALUES (2)")
    assert run("SELECT * FROM U ORDER BY A DESC").fetchone() == (2, "it's")
    with pytest.raises(IntegrityError) as missing:
        run("INSERT INTO U VALUES (NULL, 'x')")
    assert missing.value.errno == 100072
