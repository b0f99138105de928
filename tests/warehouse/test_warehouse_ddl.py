"""GET_DDL: the text is Snowflake's, and running it makes the same object again."""

from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

Run = Callable[..., SnowflakeCursor]


def ddl(run: Run, kind: str, name: str, *more: str) -> str:
    arguments = ", ".join([f"'{kind}'", f"'{name}'", *more])
    text: str = run(f"SELECT GET_DDL({arguments})").fetchone()[0]
    return text


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param("(A INT, B VARCHAR)", "(\n\tA NUMBER(38,0),\n\tB VARCHAR(16777216)\n);", id="plain"),
        pytest.param("(A NUMBER(10,2) NOT NULL DEFAULT 1.5)", "(\n\tA NUMBER(10,2) NOT NULL DEFAULT 1.5\n);",
                     id="not null with a default"),
        pytest.param("(A VARCHAR(5) DEFAULT 'it''s' COMMENT 'a \"c\"')",
                     "(\n\tA VARCHAR(5) DEFAULT 'it''s' COMMENT 'a \"c\"'\n);", id="texts"),
        pytest.param("(A TIMESTAMP DEFAULT CURRENT_TIMESTAMP())",
                     "(\n\tA TIMESTAMP_NTZ(9) DEFAULT CURRENT_TIMESTAMP()\n);", id="a function for default"),
        pytest.param("(A INT PRIMARY KEY, B INT, CONSTRAINT U UNIQUE (A, B))",
                     "(\n\tA NUMBER(38,0) NOT NULL,\n\tB NUMBER(38,0),\n\tconstraint U unique (A, B),\n"
                     "\tprimary key (A)\n);", id="keys"),
        pytest.param('("a b" INT)', '(\n\t"a b" NUMBER(38,0)\n);', id="quoted column"),
        pytest.param("(A INT) COMMENT = 'x'", "(\n\tA NUMBER(38,0)\n)COMMENT='x'\n;", id="comment"),
    ],
)  # fmt: skip
def test_a_table_is_told_as_snowflake_does(run: Run, made: str, expected: str) -> None:
    run(f"CREATE TABLE T {made}")
    assert ddl(run, "TABLE", "T") == f"create or replace TABLE T {expected}"


def test_names_are_full_on_request(run: Run, database: str) -> None:
    run("CREATE TRANSIENT TABLE T (A INT)")
    assert ddl(run, "table", "t", "TRUE").startswith(f"create or replace TRANSIENT TABLE {database}.S.T (")
    assert ddl(run, "TABLE", f"{database}.S.T").startswith("create or replace TRANSIENT TABLE T (")


def test_a_view_is_told_in_the_clients_words(run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    run("CREATE VIEW V (X COMMENT 'from A', Y) COMMENT = 'a view' AS SELECT A::VARCHAR(3),  iff(a > 1, 2, 3) FROM t")
    assert ddl(run, "VIEW", "V") == (
        "create or replace view V(\n\tX COMMENT 'from A',\n\tY\n) COMMENT='a view'\n"
        "as SELECT A::VARCHAR(3),  iff(a > 1, 2, 3) FROM t;"
    )


def test_a_sequence(run: Run) -> None:
    run("CREATE SEQUENCE Q START WITH 5 INCREMENT BY 10 NOORDER COMMENT = 'odd'")
    assert ddl(run, "SEQUENCE", "Q") == "create or replace sequence Q start with 5 increment by 10 order COMMENT='odd';"


COLUMNS = (
    "SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, IS_NULLABLE, "
    "COLUMN_DEFAULT, COMMENT FROM {}.INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'S' AND TABLE_NAME = 'T' "
    "ORDER BY ORDINAL_POSITION"
)
KEYS = (
    "SELECT TABLE_NAME, CONSTRAINT_TYPE, RELY, CONSTRAINT_NAME LIKE 'SYS_CONSTRAINT_%' OR CONSTRAINT_NAME "
    "FROM {}.INFORMATION_SCHEMA.TABLE_CONSTRAINTS ORDER BY 1, 2"
)


def test_running_a_tables_text_makes_the_same_table(
    run: Run, connection: SnowflakeConnection, server: Any, database: str
) -> None:
    run(
        "CREATE TABLE T (A INT PRIMARY KEY RELY, B VARCHAR(10) NOT NULL DEFAULT 'it''s' COMMENT 'b''s', "
        "C NUMBER(12,2) DEFAULT -1.25, D DATE DEFAULT CURRENT_DATE(), E TIMESTAMP_TZ, F FLOAT, G BOOLEAN DEFAULT TRUE, "
        "H VARIANT, I BINARY(5), J TIME, \"k l\" TIMESTAMP_NTZ DEFAULT SYSDATE(), UNIQUE (B, C)) COMMENT = 'whole'"
    )
    text, other = ddl(run, "TABLE", "T"), server.new_database()
    run(f"USE SCHEMA {other}.S")
    connection.execute_string(text)
    for query in (COLUMNS, KEYS.replace("CONSTRAINT_NAME LIKE 'SYS_CONSTRAINT_%' OR CONSTRAINT_NAME", "1")):
        assert run(query.format(other)).fetchall() == run(query.format(database)).fetchall() != []
    assert ddl(run, "TABLE", "T") == text


def test_running_a_schemas_text_makes_all_of_it(
    run: Run, connection: SnowflakeConnection, server: Any, database: str
) -> None:
    connection.execute_string(
        "CREATE SEQUENCE Q START 7; CREATE TABLE T (ID INT AUTOINCREMENT START 3 INCREMENT 2, N INT UNIQUE);"
        "CREATE TABLE A (T INT REFERENCES T (N));"
        "CREATE VIEW V AS SELECT N FROM T; CREATE VIEW B AS SELECT * FROM V;"
    )
    text, other = ddl(run, "SCHEMA", "S"), server.new_database()
    run(f"USE SCHEMA {other}.S")
    connection.execute_string(text)
    run("INSERT INTO T (N) VALUES (10), (20)")
    assert run("SELECT ID, N FROM T ORDER BY ID").fetchall() == [(3, 10), (5, 20)]
    assert run("SELECT N FROM B ORDER BY N").fetchall() == [(10,), (20,)]
    assert run("SELECT Q.NEXTVAL").fetchone() == (7,)
    assert ddl(run, "SCHEMA", "S") == text
    whole = ddl(run, "DATABASE", other)
    assert whole == f"create or replace database {other};\n\ncreate or replace schema PUBLIC;\n\n{text}"


def test_a_replaced_schema_is_empty(run: Run) -> None:
    run("CREATE TABLE T (A INT PRIMARY KEY)")
    run("CREATE OR REPLACE SCHEMA S COMMENT = 'new'")
    assert run("SHOW TABLES").fetchall() == []
    assert ddl(run, "SCHEMA", "S") == "create or replace schema S COMMENT='new';"


def test_the_text_follows_what_happens_to_a_table(run: Run) -> None:
    run("CREATE TABLE T (A INT) COMMENT = 'kept'")
    run("ALTER TABLE T ADD COLUMN B INT")
    run("ALTER TABLE T RENAME TO U")
    assert (
        ddl(run, "TABLE", "U") == "create or replace TABLE U (\n\tA NUMBER(38,0),\n\tB NUMBER(38,0)\n)COMMENT='kept'\n;"
    )
    run("CREATE OR REPLACE TABLE U (C INT)")
    assert ddl(run, "TABLE", "U") == "create or replace TABLE U (\n\tC NUMBER(38,0)\n);"


def test_texts_outlive_the_server(own_server: Callable[[], Any]) -> None:
    first = own_server()
    with first.connect() as connection:
        connection.execute_string(
            "CREATE DATABASE D; CREATE SCHEMA D.S; USE SCHEMA D.S; CREATE TRANSIENT TABLE T (A INT);"
            "CREATE VIEW V AS SELECT  A FROM T;"
        )
        before = connection.cursor().execute("SELECT GET_DDL('SCHEMA', 'S')").fetchone()
    first.kill()
    with own_server().connect("D", "S") as connection:
        assert connection.cursor().execute("SELECT GET_DDL('SCHEMA', 'S')").fetchone() == before


@pytest.mark.parametrize(
    ("call", "code"),
    [
        pytest.param("GET_DDL('TABLE', 'NOWHERE')", 2003, id="no such table"),
        pytest.param("GET_DDL('SCHEMA', 'NOWHERE')", 2003, id="no such schema"),
        pytest.param("GET_DDL('TASK', 'T')", 2, id="a kind that is not there"),
        pytest.param("GET_DDL('TABLE', 'not a name')", 2003, id="no name"),
        pytest.param("GET_DDL('TABLE', A)", 2, id="no text"),
    ],
)
def test_what_cannot_be_told_is_an_error(run: Run, call: str, code: int) -> None:
    run("CREATE TABLE T (A VARCHAR)")
    with pytest.raises(ProgrammingError) as raised:
        run(f"SELECT {call} FROM T")
    assert raised.value.errno == code
