"""Keys as clients ask for them: SHOW … KEYS and INFORMATION_SCHEMA, after whatever happens to their tables."""

from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import DictCursor, SnowflakeCursor
from snowflake.connector.errors import IntegrityError, ProgrammingError

Run = Callable[..., SnowflakeCursor]
Shown = Callable[..., list[dict[str, Any]]]

PARENT = "CREATE TABLE SHOWS (ID INT PRIMARY KEY, CHANNEL INT, NUMBER INT, CONSTRAINT PLACE UNIQUE (CHANNEL, NUMBER))"


@pytest.fixture
def shown(connection: SnowflakeConnection) -> Shown:
    """The rows of a SHOW, as dictionaries."""

    def rows(statement: str) -> list[dict[str, Any]]:
        return connection.cursor(DictCursor).execute(statement).fetchall()

    return rows


def own(shown: Shown, kind: str, scope: str = "") -> list[tuple[Any, ...]]:
    rows = shown(f"SHOW {kind} KEYS {scope}")
    return [(row["table_name"], row["column_name"], row["key_sequence"]) for row in rows]


def foreign(shown: Shown, statement: str = "SHOW IMPORTED KEYS") -> list[tuple[Any, ...]]:
    names = ("pk_table_name", "pk_column_name", "fk_table_name", "fk_column_name")
    return [tuple(row[name] for name in names) for row in shown(statement)]


@pytest.mark.parametrize(
    ("columns", "kind", "expected"),
    [
        pytest.param("A INT PRIMARY KEY, B INT", "PRIMARY", [("A", 1)], id="primary key of a column"),
        pytest.param("A INT, B INT, PRIMARY KEY (B, A)", "PRIMARY", [("B", 1), ("A", 2)], id="of two columns"),
        pytest.param("A INT CONSTRAINT K PRIMARY KEY RELY, B INT", "PRIMARY", [("A", 1)], id="named"),
        pytest.param('"a b" INT, PRIMARY KEY ("a b")', "PRIMARY", [("a b", 1)], id="quoted column"),
        pytest.param("A INT UNIQUE, B INT", "UNIQUE", [("A", 1)], id="unique column"),
        pytest.param("A INT UNIQUE RELY, B INT", "UNIQUE", [("A", 1)], id="unique column to rely on"),
        pytest.param("A INT, B INT, UNIQUE (A, B)", "UNIQUE", [("A", 1), ("B", 2)], id="unique columns"),
        pytest.param("A INT PRIMARY KEY, B INT UNIQUE", "UNIQUE", [("B", 1)], id="only the kind asked for"),
    ],
)
def test_own_keys_are_shown_by_column(
    run: Run, shown: Shown, columns: str, kind: str, expected: list[tuple[str, int]]
) -> None:
    run(f"CREATE TABLE T ({columns})")
    assert own(shown, kind) == [("T", *each) for each in expected]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        pytest.param("SHOW_ID INT REFERENCES SHOWS (ID)", [("ID", "SHOW_ID")], id="of a column"),
        pytest.param("SHOW_ID INT REFERENCES SHOWS", [("ID", "SHOW_ID")], id="to the primary key"),
        pytest.param("SHOW_ID INT FOREIGN KEY REFERENCES SHOWS (ID)", [("ID", "SHOW_ID")], id="in full"),
        pytest.param("A INT, B INT, FOREIGN KEY (B, A) REFERENCES S.SHOWS (CHANNEL, NUMBER)",
                     [("CHANNEL", "B"), ("NUMBER", "A")], id="of two columns"),
    ],
)  # fmt: skip
def test_foreign_keys_are_shown_from_both_sides(
    run: Run, shown: Shown, column: str, expected: list[tuple[str, str]]
) -> None:
    run(PARENT)
    run(f"CREATE TABLE VIEWS ({column})")
    rows = [("SHOWS", referenced, "VIEWS", own) for referenced, own in expected]
    assert foreign(shown, "SHOW IMPORTED KEYS IN TABLE VIEWS") == rows
    assert foreign(shown, "SHOW EXPORTED KEYS IN TABLE SHOWS") == rows
    assert foreign(shown, "SHOW IMPORTED KEYS IN TABLE SHOWS") == []


def test_a_foreign_key_tells_its_names_and_rules(run: Run, shown: Shown) -> None:
    run(PARENT)
    run("CREATE TABLE V (A INT, B INT, CONSTRAINT F FOREIGN KEY (A, B) REFERENCES SHOWS (CHANNEL, NUMBER) "
        "ON DELETE CASCADE)")  # fmt: skip
    row = shown("SHOW IMPORTED KEYS")[0]
    told = [row[name] for name in ("fk_name", "pk_name", "update_rule", "delete_rule", "deferrability", "rely")]
    assert told == ["F", "PLACE", "NO ACTION", "CASCADE", "NOT DEFERRABLE", "false"]


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        pytest.param("PRIMARY", "created_on database_name schema_name table_name column_name key_sequence "
                     "constraint_name rely comment", id="primary"),
        pytest.param("EXPORTED", "created_on pk_database_name pk_schema_name pk_table_name pk_column_name "
                     "fk_database_name fk_schema_name fk_table_name fk_column_name key_sequence update_rule "
                     "delete_rule fk_name pk_name deferrability rely comment", id="exported"),
    ],
)  # fmt: skip
def test_columns_are_snowflakes_even_without_rows(run: Run, kind: str, columns: str) -> None:
    assert [column.name for column in run(f"SHOW {kind} KEYS").description] == columns.split()


@pytest.mark.parametrize(
    ("scope", "tables"),
    [
        pytest.param("", ["T", "T"], id="the session's database"),
        pytest.param("IN SCHEMA", ["T"], id="the session's schema"),
        pytest.param("IN SCHEMA OTHER", ["T"], id="a schema"),
        pytest.param("IN TABLE OTHER.T", ["T"], id="a table"),
        pytest.param("IN T", ["T"], id="a table without its kind"),
        pytest.param("IN DATABASE", ["T", "T"], id="database"),
    ],
)
def test_scopes(run: Run, shown: Shown, scope: str, tables: list[str]) -> None:
    run("CREATE TABLE T (A INT PRIMARY KEY)")
    run("CREATE SCHEMA OTHER")
    run("CREATE TABLE OTHER.T (A INT PRIMARY KEY)")
    run("USE SCHEMA S")
    assert [table for table, *_ in own(shown, "PRIMARY", scope)] == tables


@pytest.mark.parametrize("scope", ["TABLE NOWHERE", "SCHEMA NOWHERE", "DATABASE NOWHERE"])
def test_a_scope_that_is_not_there_is_an_error(run: Run, scope: str) -> None:
    with pytest.raises(ProgrammingError, match="does not exist"):
        run(f"SHOW PRIMARY KEYS IN {scope}")


@pytest.mark.parametrize(
    ("statement", "primary", "unique"),
    [
        pytest.param("ALTER TABLE T ADD PRIMARY KEY (A, B)", ["A", "B"], ["C"], id="add primary"),
        pytest.param("ALTER TABLE T ADD CONSTRAINT K UNIQUE (B)", [], ["B", "C"], id="add unique"),
        pytest.param("ALTER TABLE T ADD COLUMN D INT UNIQUE", [], ["C", "D"], id="add a column with a key"),
        pytest.param("ALTER TABLE T DROP UNIQUE (C)", [], [], id="drop unique"),
        pytest.param("ALTER TABLE T DROP CONSTRAINT U", [], [], id="drop by name"),
        pytest.param("ALTER TABLE T RENAME COLUMN C TO D", [], ["D"], id="rename a column"),
        pytest.param("ALTER TABLE T DROP COLUMN C", [], [], id="drop a column"),
        pytest.param("ALTER TABLE T RENAME TO T2", [], ["C"], id="rename the table"),
        pytest.param("ALTER TABLE IF EXISTS NOWHERE DROP PRIMARY KEY", [], ["C"], id="no such table"),
    ],
)
def test_altering_a_table_alters_its_keys(
    run: Run, shown: Shown, statement: str, primary: list[str], unique: list[str]
) -> None:
    run("CREATE TABLE T (A INT, B INT, C INT, CONSTRAINT U UNIQUE (C))")
    run(statement)
    assert [column for _, column, _ in own(shown, "PRIMARY")] == primary
    assert sorted(column for _, column, _ in own(shown, "UNIQUE")) == unique


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param("ALTER TABLE SHOWS RENAME TO PROGRAMMES", [("PROGRAMMES", "ID", "V", "A")], id="rename the other"),
        pytest.param("ALTER TABLE SHOWS RENAME COLUMN ID TO NO", [("SHOWS", "NO", "V", "A")], id="rename its column"),
        pytest.param("ALTER TABLE V RENAME TO W", [("SHOWS", "ID", "W", "A")], id="rename"),
        pytest.param("ALTER TABLE V DROP FOREIGN KEY (A)", [], id="drop"),
        pytest.param("ALTER TABLE SHOWS DROP PRIMARY KEY", [], id="drop what it refers to"),
        pytest.param("DROP TABLE SHOWS", [], id="drop the other table"),
        pytest.param("DROP TABLE V", [], id="drop the table"),
        pytest.param("CREATE OR REPLACE TABLE V (A INT)", [], id="replace the table"),
        pytest.param("DROP SCHEMA S", [], id="drop the schema"),
    ],
)
def test_foreign_keys_follow_their_tables(
    run: Run, shown: Shown, database: str, statement: str, expected: list[tuple[str, ...]]
) -> None:
    run(PARENT)
    run("CREATE TABLE V (A INT)")
    run("ALTER TABLE V ADD CONSTRAINT F FOREIGN KEY (A) REFERENCES SHOWS (ID)")
    run(statement)
    assert foreign(shown, f"SHOW IMPORTED KEYS IN DATABASE {database}") == expected


def test_a_table_made_again_has_no_keys_of_the_one_before(run: Run, shown: Shown) -> None:
    run("CREATE TABLE T (A INT PRIMARY KEY)")
    run("DROP TABLE T")
    run("CREATE TABLE T (A INT)")
    assert own(shown, "PRIMARY") == []


def test_creating_again_what_exists_keeps_its_keys(run: Run, shown: Shown) -> None:
    run("CREATE TABLE T (A INT PRIMARY KEY, B INT)")
    run("CREATE TABLE IF NOT EXISTS T (A INT, B INT PRIMARY KEY)")
    assert own(shown, "PRIMARY") == [("T", "A", 1)]


@pytest.mark.parametrize("how", ["LIKE", "CLONE"])
def test_a_copy_has_the_keys_of_its_model(run: Run, shown: Shown, how: str) -> None:
    run(PARENT)
    run(f"CREATE TABLE COPY {how} SHOWS")
    assert own(shown, "PRIMARY", "IN TABLE COPY") == [("COPY", "ID", 1)]
    assert [column for _, column, _ in own(shown, "UNIQUE", "IN TABLE COPY")] == ["CHANNEL", "NUMBER"]


def test_a_renamed_constraint_has_its_new_name(run: Run, shown: Shown) -> None:
    run(PARENT)
    run("ALTER TABLE SHOWS RENAME CONSTRAINT PLACE TO SLOT")
    assert {row["constraint_name"] for row in shown("SHOW UNIQUE KEYS")} == {"SLOT"}


def test_a_primary_keys_columns_are_never_null(run: Run) -> None:
    run("CREATE TABLE T (A INT PRIMARY KEY)")
    with pytest.raises(IntegrityError):
        run("INSERT INTO T VALUES (NULL)")


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        pytest.param("CREATE TABLE T (A INT, PRIMARY KEY (B))", 904, id="no such column"),
        pytest.param("CREATE TABLE T (A INT PRIMARY KEY, B INT PRIMARY KEY)", 2205, id="two primary keys"),
        pytest.param("CREATE TABLE T (A INT REFERENCES NOWHERE (A))", 2003, id="no such table"),
        pytest.param("CREATE TABLE T (A INT REFERENCES SHOWS (NAME))", 904, id="no such column there"),
        pytest.param("ALTER TABLE SHOWS ADD PRIMARY KEY (NUMBER)", 2205, id="a second primary key"),
        pytest.param("ALTER TABLE SHOWS ADD CONSTRAINT PLACE UNIQUE (ID)", 2002, id="a name that is taken"),
        pytest.param("ALTER TABLE SHOWS DROP CONSTRAINT NOWHERE", 2003, id="no such constraint"),
        pytest.param("ALTER TABLE NOWHERE ADD PRIMARY KEY (A)", 2003, id="no such table to alter"),
    ],
)
def test_keys_that_cannot_be_are_errors(run: Run, shown: Shown, statement: str, code: int) -> None:
    run(PARENT)
    with pytest.raises(ProgrammingError) as raised:
        run(statement)
    assert raised.value.errno == code
    assert own(shown, "PRIMARY") == [("SHOWS", "ID", 1)]


def test_information_schema_lists_the_constraints(run: Run, database: str) -> None:
    run(PARENT)
    run("CREATE TABLE V (A INT CONSTRAINT F REFERENCES SHOWS (ID))")
    rows = run(
        "SELECT c.TABLE_NAME, c.CONSTRAINT_TYPE FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS c ORDER BY 1, 2"
    ).fetchall()
    assert rows == [("SHOWS", "PRIMARY KEY"), ("SHOWS", "UNIQUE"), ("V", "FOREIGN KEY")]
    (row,) = run(
        "SELECT R.CONSTRAINT_NAME, C.TABLE_NAME, R.DELETE_RULE "
        f"FROM {database}.INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS R "
        "JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS C ON C.CONSTRAINT_NAME = R.UNIQUE_CONSTRAINT_NAME"
    ).fetchall()
    assert row == ("F", "SHOWS", "NO ACTION")


def test_keys_of_other_databases_are_not_in_this_ones_information_schema(run: Run, server: Any) -> None:
    other = server.new_database()
    run(f"CREATE TABLE {other}.S.T (A INT PRIMARY KEY)")
    assert run("SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS").fetchone() == (0,)


def test_keys_outlive_the_server(own_server: Callable[[], Any]) -> None:
    first = own_server()
    with first.connect() as connection:
        connection.execute_string("CREATE DATABASE D; CREATE SCHEMA D.S; CREATE TABLE D.S.T (A INT PRIMARY KEY);")
    first.kill()
    with own_server().connect("D", "S") as connection:
        cursor = connection.cursor(DictCursor)
        assert [row["column_name"] for row in cursor.execute("SHOW PRIMARY KEYS IN ACCOUNT").fetchall()] == ["A"]
        assert cursor.execute("SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS").fetchall()
