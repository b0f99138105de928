"""SHOW and INFORMATION_SCHEMA tell what there is: names, rows, times, comments."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import DictCursor, SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

Run = Callable[..., SnowflakeCursor]
Shown = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def shown(connection: SnowflakeConnection) -> Shown:
    """The rows of a statement, as dictionaries."""

    def rows(statement: str) -> list[dict[str, Any]]:
        return connection.cursor(DictCursor).execute(statement).fetchall()

    return rows


@pytest.fixture
def filled(connection: SnowflakeConnection, run: Run) -> Run:
    """A schema with something of every kind."""
    connection.execute_string(
        "CREATE TABLE EVENTS (ID INT AUTOINCREMENT START 3 INCREMENT 2, N INT NOT NULL, W VARCHAR(3) DEFAULT 'x' "
        "COMMENT 'a word') COMMENT = 'what happened';"
        "INSERT INTO EVENTS (N) VALUES (1), (2), (3); DELETE FROM EVENTS WHERE N = 2;"
        'CREATE TRANSIENT TABLE EDGES (A INT); CREATE TABLE "evening" (A INT);'
        "CREATE VIEW LATEST COMMENT = 'the last' AS SELECT  max(n) AS N FROM EVENTS;"
        "CREATE SEQUENCE COUNTER START 10 INCREMENT 5 COMMENT = 'counts'; CREATE STAGE FILES COMMENT = 'incoming';"
        "CREATE FILE FORMAT LINES TYPE = CSV FIELD_DELIMITER = ';' COMMENT = 'by semicolon';"
        "CREATE FUNCTION PLUS(A INT, B INT) RETURNS INT AS 'A + B';"
    )
    return run


def names(shown: Shown, statement: str, column: str = "name") -> list[str]:
    return [row[column] for row in shown(statement)]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        pytest.param("", ["EDGES", "EVENTS", "evening"], id="all of the schema"),
        pytest.param("LIKE 'ev%'", ["EVENTS", "evening"], id="like, in any case"),
        pytest.param("LIKE 'E_GES'", ["EDGES"], id="like with a sign"),
        pytest.param("LIKE 'E\\\\_GES'", [], id="like with an escaped sign"),
        pytest.param("STARTS WITH 'EV'", ["EVENTS"], id="starts with, in this case"),
        pytest.param("LIMIT 2", ["EDGES", "EVENTS"], id="limit"),
        pytest.param("LIMIT 1 FROM 'EDGES'", ["EVENTS"], id="limit from"),
        pytest.param("LIKE '%E%' IN SCHEMA S STARTS WITH 'E' LIMIT 1", ["EDGES"], id="all together"),
        pytest.param("IN S", ["EDGES", "EVENTS", "evening"], id="a schema without its kind"),
        pytest.param("HISTORY", ["EDGES", "EVENTS", "evening"], id="history"),
    ],
)
@pytest.mark.usefixtures("filled")
def test_tables_are_chosen(shown: Shown, rest: str, expected: list[str]) -> None:
    assert names(shown, f"SHOW TABLES {rest}") == expected


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        pytest.param("VIEWS", ["LATEST"], id="views"),
        pytest.param("OBJECTS", ["EDGES", "EVENTS", "LATEST", "evening"], id="objects"),
        pytest.param("SEQUENCES", ["COUNTER"], id="sequences"),
        pytest.param("STAGES", ["FILES"], id="stages"),
        pytest.param("FILE FORMATS", ["LINES"], id="file formats"),
        pytest.param("USER FUNCTIONS", ["PLUS"], id="user functions"),
        pytest.param("FUNCTIONS IN SCHEMA", ["PLUS"], id="functions"),
        pytest.param("SCHEMAS", ["INFORMATION_SCHEMA", "PUBLIC", "S"], id="schemas"),
        pytest.param("TERSE SCHEMAS LIKE 's'", ["S"], id="some schemas"),
    ],
)
@pytest.mark.usefixtures("filled")
def test_every_kind_is_shown(shown: Shown, what: str, expected: list[str]) -> None:
    assert names(shown, f"SHOW {what}") == expected


def test_scopes(filled: Run, shown: Shown, database: str) -> None:
    filled("CREATE SCHEMA OTHER")
    filled("CREATE TABLE T (A INT)")
    assert names(shown, "SHOW TABLES") == ["T"]
    assert names(shown, f"SHOW TABLES LIKE 'e%' IN DATABASE {database}") == ["EDGES", "EVENTS", "evening"]
    assert names(shown, f"SHOW TABLES IN {database}.OTHER") == ["T"]
    assert "T" in names(shown, "SHOW TABLES IN ACCOUNT")
    assert names(shown, f"SHOW DATABASES LIKE '{database}'") == [database]
    assert names(shown, f"SHOW SCHEMAS IN {database}") == ["INFORMATION_SCHEMA", "OTHER", "PUBLIC", "S"]


@pytest.mark.parametrize("scope", ["SCHEMA NOWHERE", "DATABASE NOWHERE", "NOWHERE.S"])
def test_a_scope_that_is_not_there_is_an_error(run: Run, scope: str) -> None:
    with pytest.raises(ProgrammingError) as raised:
        run(f"SHOW TABLES IN {scope}")
    assert raised.value.errno == 2043


def test_a_table_tells_its_rows_and_what_it_is(filled: Run, shown: Shown) -> None:
    rows = {row["name"]: row for row in shown("SHOW TABLES")}
    assert [rows["EVENTS"][name] for name in ("rows", "kind", "comment")] == [2, "TABLE", "what happened"]
    assert rows["EDGES"]["kind"] == "TRANSIENT"
    assert names(shown, "SHOW OBJECTS LIKE 'E%GE_'", "kind") == ["TABLE"]  # dbt takes any other for no table of its own
    filled("BEGIN")
    filled("INSERT INTO EVENTS (N) VALUES (4)")
    assert names(shown, "SHOW TABLES LIKE 'EVENTS'", "rows")[0] == 3
    filled("ROLLBACK")
    assert names(shown, "SHOW OBJECTS LIKE 'EVENTS'", "rows")[0] == 2


@pytest.mark.usefixtures("filled")
def test_columns_tell_their_types_and_defaults(shown: Shown) -> None:
    number, never_null, word = shown("SHOW COLUMNS IN TABLE EVENTS")
    assert number["autoincrement"] == "IDENTITY START 3 INCREMENT 2 ORDER"
    assert (never_null["null?"], '"nullable":false' in never_null["data_type"]) == ("false", True)
    assert (word["default"], word["comment"], '"length":3' in word["data_type"]) == ("'x'", "a word", True)
    assert names(shown, "SHOW COLUMNS LIKE 'n' IN VIEW LATEST", "column_name") == ["N"]


def test_describing_tells_keys_and_comments(filled: Run, shown: Shown, database: str) -> None:
    filled("CREATE TABLE T (A INT COMMENT 'the a', B INT UNIQUE, C INT, PRIMARY KEY (A, C))")
    filled(f"CREATE TABLE {database}.PUBLIC.T (A INT)")
    rows = shown(f"DESCRIBE TABLE {database}.S.T")
    told = [tuple(row[name] for name in ("name", "null?", "primary key", "unique key", "comment")) for row in rows]
    assert told == [("A", "N", "Y", "N", "the a"), ("B", "Y", "N", "Y", None), ("C", "N", "Y", "N", None)]
    assert [row["primary key"] for row in shown("DESC TABLE PUBLIC.T")] == ["N"]
    assert [row["name"] for row in shown("DESC VIEW LATEST")] == ["N"]
    with pytest.raises(ProgrammingError):
        filled("DESCRIBE TABLE NOWHERE")


@pytest.mark.usefixtures("filled")
def test_there_are_no_indexes(shown: Shown) -> None:
    assert shown("SHOW INDEXES IN TABLE EVENTS") == []


@pytest.mark.usefixtures("filled")
def test_a_view_tells_the_clients_words(shown: Shown) -> None:
    (view,) = shown("SHOW VIEWS")
    assert view["text"] == "CREATE VIEW LATEST COMMENT = 'the last' AS SELECT  max(n) AS N FROM EVENTS"
    assert view["comment"] == "the last"


def test_a_sequence_tells_its_next_value(filled: Run, shown: Shown) -> None:
    assert (names(shown, "SHOW SEQUENCES", "next_value"), names(shown, "SHOW SEQUENCES", "interval")) == ([10], [5])
    filled("SELECT COUNTER.NEXTVAL")
    assert names(shown, "SHOW SEQUENCES", "next_value") == [15]


@pytest.mark.parametrize(
    ("what", "columns"),
    [
        pytest.param("TABLES", "created_on name kind database_name schema_name", id="tables"),
        pytest.param("VIEWS", "created_on name kind database_name schema_name", id="views"),
        pytest.param("DATABASES", "created_on name kind database_name schema_name", id="databases"),
    ],
)
def test_terse_has_five_columns(run: Run, what: str, columns: str) -> None:
    assert [column.name for column in run(f"SHOW TERSE {what}").description] == columns.split()


@pytest.mark.parametrize(
    ("view", "column", "name", "comment"),
    [
        pytest.param("TABLES", "TABLE_NAME", "EVENTS", "what happened", id="a table"),
        pytest.param("TABLES", "TABLE_NAME", "LATEST", "the last", id="a view among the tables"),
        pytest.param("VIEWS", "TABLE_NAME", "LATEST", "the last", id="a view"),
        pytest.param("SEQUENCES", "SEQUENCE_NAME", "COUNTER", "counts", id="a sequence"),
        pytest.param("STAGES", "STAGE_NAME", "FILES", "incoming", id="a stage"),
        pytest.param("FILE_FORMATS", "FILE_FORMAT_NAME", "LINES", "by semicolon", id="a file format"),
        pytest.param("FUNCTIONS", "FUNCTION_NAME", "PLUS", None, id="a function"),
        pytest.param("SCHEMATA", "SCHEMA_NAME", "S", None, id="a schema"),
    ],
)
def test_information_schema_tells_comments_and_times(
    filled: Run, view: str, column: str, name: str, comment: str | None
) -> None:
    query = f"SELECT COMMENT, CREATED, LAST_ALTERED FROM INFORMATION_SCHEMA.{view} WHERE {column} = %s"
    told, created, altered = filled(query, (name,)).fetchone()
    assert told == comment
    assert timedelta(0) <= datetime.now(UTC) - created < timedelta(minutes=5)
    assert created <= altered


def test_information_schema_counts_rows(filled: Run, database: str) -> None:
    rows = filled(
        f"SELECT T.TABLE_NAME, T.TABLE_TYPE, T.IS_TRANSIENT, T.ROW_COUNT FROM {database}.INFORMATION_SCHEMA.TABLES T "
        "WHERE T.TABLE_SCHEMA = 'S' ORDER BY 1"
    ).fetchall()
    assert rows == [
        ("EDGES", "BASE TABLE", "YES", 0),
        ("EVENTS", "BASE TABLE", "NO", 2),
        ("LATEST", "VIEW", "NO", None),
        ("evening", "BASE TABLE", "NO", 0),
    ]


def test_altering_a_table_is_told_and_its_making_stays(filled: Run) -> None:
    query = "SELECT CREATED, LAST_ALTERED FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'EDGES'"
    created, altered = filled(query).fetchone()
    filled("ALTER TABLE EDGES ADD COLUMN B INT")
    assert filled(query).fetchone()[0] == created
    assert filled(query).fetchone()[1] > altered


@pytest.mark.parametrize(
    ("statement", "shows", "name"),
    [
        pytest.param("COMMENT ON TABLE EVENTS IS 'it''s'", "TABLES", "EVENTS", id="table"),
        pytest.param("ALTER TABLE EVENTS SET COMMENT = 'it''s'", "TABLES", "EVENTS", id="alter table"),
        pytest.param("COMMENT ON VIEW LATEST IS 'it''s'", "VIEWS", "LATEST", id="view"),
        pytest.param("COMMENT ON SCHEMA S IS 'it''s'", "SCHEMAS", "S", id="schema"),
        pytest.param("ALTER SCHEMA S SET COMMENT = 'it''s'", "SCHEMAS", "S", id="alter schema"),
        pytest.param("COMMENT IF EXISTS ON SEQUENCE S.COUNTER IS 'it''s'", "SEQUENCES", "COUNTER", id="sequence"),
        pytest.param("COMMENT ON STAGE FILES IS 'it''s'", "STAGES", "FILES", id="stage"),
        pytest.param("COMMENT ON COLUMN EVENTS.N IS 'it''s'", "COLUMNS IN EVENTS", "N", id="column"),
        pytest.param("ALTER TABLE EVENTS MODIFY COLUMN N COMMENT 'it''s'", "COLUMNS IN EVENTS", "N", id="alter column"),
    ],
)
def test_comments_are_set(filled: Run, shown: Shown, statement: str, shows: str, name: str) -> None:
    filled(statement)
    column = "column_name" if shows.startswith("COLUMNS") else "name"
    assert {row[column]: row["comment"] for row in shown(f"SHOW {shows}")}[name] == "it's"


def test_a_comment_is_unset(filled: Run, shown: Shown) -> None:
    filled("ALTER TABLE EVENTS UNSET COMMENT")
    assert names(shown, "SHOW TABLES LIKE 'EVENTS'", "comment") == [""]


def test_a_comment_on_what_is_not_there_is_an_error(run: Run) -> None:
    run("COMMENT IF EXISTS ON TABLE NOWHERE IS 'x'")
    with pytest.raises(ProgrammingError) as raised:
        run("COMMENT ON TABLE NOWHERE IS 'x'")
    assert raised.value.errno == 2003


def test_what_was_dropped_is_not_shown(filled: Run, shown: Shown, database: str) -> None:
    filled("DROP SCHEMA S")
    for what in ("TABLES", "VIEWS", "SEQUENCES", "STAGES", "FILE FORMATS", "USER FUNCTIONS"):
        assert shown(f"SHOW {what} IN DATABASE {database}") == []


def test_what_is_told_outlives_the_server(own_server: Callable[[], Any]) -> None:
    query = "SELECT TABLE_NAME, ROW_COUNT, CREATED, COMMENT FROM INFORMATION_SCHEMA.TABLES"
    first = own_server()
    with first.connect() as connection:
        connection.execute_string(
            "CREATE DATABASE D; CREATE SCHEMA D.S; USE SCHEMA D.S; CREATE TABLE T COMMENT = 'c' AS SELECT 1 AS A;"
        )
        before = connection.cursor().execute(query).fetchall()
    first.kill()
    with own_server().connect("D", "S") as connection:
        assert connection.cursor().execute(query).fetchall() == before
        assert before[0][:2] == ("T", 1)
