"""No VARCHAR(n) or BINARY(n) column holds more than n, and whoever asks is told n."""

import json
from collections.abc import Callable

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

from tests.warehouse_server import Server

Run = Callable[..., SnowflakeCursor]
Put = Callable[[str, str], None]

TOO_LONG = "is too long and would be truncated"


def refused(run: Run, sql: str, *bound: object) -> ProgrammingError:
    with pytest.raises(ProgrammingError) as error:
        run(sql, *bound)
    return error.value


def rows(run: Run, table: str = "T") -> list[tuple[object, ...]]:
    return run(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


@pytest.fixture
def table(run: Run) -> None:
    run("CREATE TABLE T (ID INT, NAME VARCHAR(3), FREE VARCHAR)")
    run("INSERT INTO T VALUES (1, 'abc', 'as long as it may be')")


WRITES = [
    pytest.param("INSERT INTO T VALUES (2, 'abcd', 'x')", id="values"),
    pytest.param("INSERT INTO T VALUES (2, 'ab', 'x'), (3, 'abcd', 'x')", id="one of several rows"),
    pytest.param("INSERT INTO T (NAME, ID) VALUES ('abcd', 2)", id="columns in another order"),
    pytest.param("INSERT INTO T SELECT 2, 'ab' || 'cd', 'x'", id="a query"),
    pytest.param(
        "INSERT INTO T WITH s AS (SELECT 'abcd' AS n) SELECT 2, n, n FROM s UNION ALL SELECT 3, 'a', 'a'", id="with"
    ),
    pytest.param("INSERT OVERWRITE INTO T SELECT 2, 'abcd', 'x'", id="overwrite"),
    pytest.param("INSERT INTO T VALUES (2, 12345, 'x')", id="a number"),
    pytest.param("UPDATE T SET NAME = NAME || 'd'", id="update"),
    pytest.param("UPDATE T SET NAME = s.n FROM (SELECT 1 AS i, 'abcd' AS n) s WHERE T.ID = s.i", id="update from"),
    pytest.param(
        "MERGE INTO T USING (SELECT 1 AS i, 'abcd' AS n) s ON T.ID = s.i WHEN MATCHED THEN UPDATE SET T.NAME = s.n",
        id="merge that updates",
    ),
    pytest.param(
        "MERGE INTO T USING (SELECT 2 AS i, 'abcd' AS n) s ON T.ID = s.i "
        "WHEN NOT MATCHED THEN INSERT (ID, NAME) VALUES (s.i, s.n)",
        id="merge that inserts",
    ),
    pytest.param(
        "MERGE INTO T USING (SELECT 2 AS i, 'abcd' AS n) s ON T.ID = s.i WHEN NOT MATCHED THEN INSERT VALUES (i, n, n)",
        id="merge that inserts without a list",
    ),
]


@pytest.mark.parametrize("sql", WRITES)
def test_what_is_too_long_is_not_written(run: Run, table: None, sql: str) -> None:
    error = refused(run, sql)
    assert (error.errno, error.sqlstate) == (100_078, "22000")
    assert "DML operation to table T failed on column NAME with error: String '" in error.msg
    assert TOO_LONG in error.msg
    assert rows(run) == [(1, "abc", "as long as it may be")]


def test_the_message_has_the_whole_value_whatever_is_in_it(run: Run, table: None) -> None:
    value = "it's\nTable with name X does not exist! 😀"
    assert f"String '{value}' {TOO_LONG}" in refused(run, "INSERT INTO T SELECT 2, $$" + value + "$$, ''").msg


def test_bound_values_are_checked(connect: Callable[..., SnowflakeConnection], table: None) -> None:
    cursor = connect(paramstyle="qmark").cursor()
    cursor.execute("INSERT INTO T VALUES (?, ?, ?)", (2, "ab", "x"))
    with pytest.raises(ProgrammingError, match=TOO_LONG):
        cursor.execute("INSERT INTO T VALUES (?, ?, ?)", (3, "abcd", "x"))
    with pytest.raises(ProgrammingError, match=TOO_LONG):
        cursor.executemany("INSERT INTO T VALUES (?, ?, ?)", [(4, "a", "x"), (5, "abcd", "x")])
    assert [row[0] for row in cursor.execute("SELECT ID FROM T ORDER BY ID").fetchall()] == [1, 2]


def test_what_fits_is_written_as_it_is(run: Run, table: None) -> None:
    run("INSERT INTO T VALUES (2, NULL, ''), (3, DEFAULT, ''), (4, '', ''), (5, '😀é1', ''), (6, 123, '')")
    run("INSERT INTO T SELECT 7, 'a' || 'bc', REPEAT('x', 1000)")
    assert [name for _, name, _ in rows(run)] == ["abc", None, None, "", "😀é1", "123", "abc"]


def test_wrong_numbers_of_values_are_still_refused(run: Run, table: None) -> None:
    for values in ("1, 'a', 'b', 'c'", "1, 'a'"):
        for source in (f"VALUES ({values})", f"SELECT {values}"):
            refused(run, f"INSERT INTO T {source}")
    assert len(rows(run)) == 1


CASTS = [
    pytest.param("'abc'::VARCHAR(2)", "abc", id="varchar"),
    pytest.param("CAST('abc' AS STRING(2))", "abc", id="string"),
    pytest.param("'ab'::CHAR", "ab", id="CHAR is one character"),
    pytest.param("12345::VARCHAR(4)", "12345", id="a number"),
    pytest.param('PARSE_JSON(\'{"a": "xyz"}\'):a::VARCHAR(2)', "xyz", id="a value of JSON"),
]


@pytest.mark.parametrize(("sql", "value"), CASTS)
def test_a_cast_does_not_cut(run: Run, sql: str, value: str) -> None:
    error = refused(run, f"SELECT {sql}")
    assert (error.errno, error.raw_msg) == (100_078, f"String '{value}' {TOO_LONG}")


def test_a_cast_that_fits_is_the_value_and_one_that_is_tried_is_null(run: Run) -> None:
    sql = "SELECT 'abc'::VARCHAR(3), TRY_CAST('abc' AS VARCHAR(2)), PARSE_JSON('{\"a\": \"x\"}'):a::VARCHAR(1)"
    assert run(sql).fetchone() == ("abc", None, "x")
    assert run("SELECT n::VARCHAR(3), COUNT(*) FROM VALUES ('a'), ('a') AS t(n) GROUP BY n::VARCHAR(3)").fetchall() == [
        ("a", 2)
    ]


DEFINED = [
    pytest.param("CREATE TABLE T (A VARCHAR(5))", id="table"),
    pytest.param("CREATE TABLE T (A VARCHAR(5)) AS SELECT 'abc'", id="as a query, with types"),
    pytest.param("CREATE TABLE T AS SELECT B AS A FROM SOURCE", id="as a query"),
    pytest.param("CREATE TABLE T AS SELECT s.A FROM (SELECT B::VARCHAR(5) AS A FROM SOURCE) s", id="as a nested query"),
    pytest.param("CREATE TABLE T AS WITH s AS (SELECT B AS A, N FROM SOURCE) SELECT * FROM s", id="with"),
    pytest.param("CREATE TABLE T AS SELECT '12345' AS A", id="of a literal"),
    pytest.param("CREATE TABLE T CLONE NAMESAKE", id="clone"),
    pytest.param("CREATE TABLE T LIKE NAMESAKE", id="like"),
    pytest.param("CREATE TEMPORARY TABLE T (A VARCHAR(5))", id="temporary"),
    pytest.param("CREATE TABLE T (A CHAR); ALTER TABLE T ALTER COLUMN A SET DATA TYPE VARCHAR(5)", id="widened"),
    pytest.param("CREATE TABLE T (N INT); ALTER TABLE T ADD COLUMN A VARCHAR(5), C INT", id="added"),
    pytest.param("CREATE TABLE T (Z VARCHAR(5)); ALTER TABLE T RENAME COLUMN Z TO A", id="column renamed"),
    pytest.param("CREATE TABLE U (A VARCHAR(5)); ALTER TABLE U RENAME TO T", id="table renamed"),
    pytest.param("CREATE TABLE T (A VARCHAR(2)); DROP TABLE T; CREATE TABLE T (A VARCHAR(5))", id="made again"),
    pytest.param("CREATE TABLE T (A VARCHAR(2)); CREATE OR REPLACE TABLE T (A VARCHAR(5))", id="replaced"),
]


@pytest.mark.parametrize("sql", DEFINED)
def test_however_a_column_came_to_its_length_it_has_it(connection: SnowflakeConnection, run: Run, sql: str) -> None:
    connection.execute_string("CREATE TABLE SOURCE (B VARCHAR(5), N INT); CREATE TABLE NAMESAKE (A VARCHAR(5));")
    connection.execute_string(sql)
    run("INSERT INTO T (A) VALUES ('12345')")
    assert TOO_LONG in refused(run, "INSERT INTO T (A) VALUES ('123456')").msg
    assert {column.name: column.internal_size for column in run("SELECT * FROM T").description}["A"] == 5


FREED = [
    pytest.param("DROP TABLE T; CREATE TABLE T (A VARCHAR)", id="made again without"),
    pytest.param("CREATE OR REPLACE TABLE T (A VARCHAR)", id="replaced without"),
    pytest.param("CREATE OR REPLACE TABLE T AS SELECT UPPER('abc') AS A", id="a function's result"),
    pytest.param("CREATE OR REPLACE TABLE T AS SELECT 'a' AS A UNION ALL SELECT 'abc'", id="a union"),
    pytest.param("ALTER TABLE T ALTER COLUMN A SET DATA TYPE VARCHAR", id="widened to any"),
    pytest.param("ALTER TABLE T DROP COLUMN A; ALTER TABLE T ADD COLUMN A VARCHAR", id="dropped and added without"),
    pytest.param("DROP SCHEMA S; CREATE SCHEMA S; CREATE TABLE T (A VARCHAR)", id="in a schema that was made again"),
]


@pytest.mark.parametrize("sql", FREED)
def test_no_length_outlives_its_column(connection: SnowflakeConnection, run: Run, sql: str) -> None:
    run("CREATE TABLE T (A VARCHAR(2), B INT)")
    connection.execute_string(sql)
    run("INSERT INTO T (A) VALUES ('123456')")
    assert run("SELECT A FROM T WHERE A = '123456'").fetchone() == ("123456",)


def test_a_column_is_not_shortened(run: Run) -> None:
    run("CREATE TABLE T (A VARCHAR(5))")
    error = refused(run, "ALTER TABLE T ALTER COLUMN A SET DATA TYPE VARCHAR(4)")
    assert (error.errno, error.sqlstate) == (40_052, "22000")
    assert "from type VARCHAR(5) to VARCHAR(4)" in error.msg


def test_a_temporary_table_does_not_lend_its_lengths_to_another_session(
    connect: Callable[..., SnowflakeConnection], run: Run
) -> None:
    run("CREATE TABLE T (A VARCHAR)")
    mine = connect().cursor()
    mine.execute("CREATE TEMPORARY TABLE T (A VARCHAR(1))")
    with pytest.raises(ProgrammingError, match=TOO_LONG):
        mine.execute("INSERT INTO T VALUES ('ab')")
    run("INSERT INTO T VALUES ('ab')")
    mine.execute("DROP TABLE T")
    mine.execute("INSERT INTO T VALUES ('abc')")
    assert run("SELECT COUNT(*) FROM T").fetchone() == (2,)


def test_descriptions_tell_the_lengths(run: Run) -> None:
    run("CREATE TABLE T (A VARCHAR(3), B CHAR, C TEXT, D BINARY(2), E BINARY, F INT)")
    types = {row[0]: row[1] for row in run("DESCRIBE TABLE T").fetchall()}
    assert types == {
        "A": "VARCHAR(3)",
        "B": "VARCHAR(1)",
        "C": "VARCHAR(16777216)",
        "D": "BINARY(2)",
        "E": "BINARY(8388608)",
        "F": "NUMBER(38,0)",
    }
    shown = {row[2]: json.loads(row[3]) for row in run("SHOW COLUMNS IN TABLE T").fetchall()}
    sizes = {name: (kind["length"], kind["byteLength"]) for name, kind in shown.items() if "length" in kind}
    in_schema = run(
        "SELECT COLUMN_NAME, CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH FROM INFORMATION_SCHEMA.COLUMNS "
        "WHERE TABLE_NAME = 'T' AND CHARACTER_MAXIMUM_LENGTH IS NOT NULL"
    ).fetchall()
    expected = {"A": (3, 12), "B": (1, 4), "C": (2**24, 2**24), "D": (2, 2), "E": (2**23, 2**23)}
    assert sizes == {name: (most, octets) for name, most, octets in in_schema} == expected


RESULTS = [
    pytest.param("SELECT A, FREE FROM T", [3, 2**24], id="columns"),
    pytest.param("SELECT t1.A AS X, 'ab', UPPER(A) FROM T t1", [3, 2, 2**24], id="of another name"),
    pytest.param("SELECT * FROM (SELECT A, FREE FROM T) s", [3, 2**24], id="of a query"),
    pytest.param("SELECT * FROM V", [3], id="of a view"),
    pytest.param("SELECT FREE::VARCHAR(7) FROM T", [7], id="a cast"),
    pytest.param("SELECT x.A, y.A FROM T x JOIN U y ON x.A = y.A", [3, 5], id="of tables that are joined"),
]


@pytest.mark.parametrize(("sql", "sizes"), RESULTS)
def test_a_result_tells_the_lengths_of_its_columns(
    connection: SnowflakeConnection, run: Run, sql: str, sizes: list[int]
) -> None:
    connection.execute_string(
        "CREATE TABLE T (A VARCHAR(3), FREE VARCHAR); CREATE TABLE U (A VARCHAR(5)); CREATE VIEW V AS SELECT A FROM T;"
    )
    assert [column.internal_size for column in run(sql).description] == sizes
    assert [column.internal_size for column in connection.cursor().describe(sql)] == sizes


def test_binary_is_measured_in_bytes(run: Run) -> None:
    run("CREATE TABLE T (A BINARY(2))")
    run("INSERT INTO T SELECT TO_BINARY('ffee', 'HEX')")
    error = refused(run, "INSERT INTO T SELECT TO_BINARY('ffeedd', 'HEX')")
    assert error.errno == 100_078
    assert f"failed on column A with error: Binary value 'FFEEDD' {TOO_LONG}" in error.msg
    assert run("SELECT A FROM T").fetchall() == [(b"\xff\xee",)]


def test_a_column_with_a_length_may_be_dropped_and_another_type_be_taken(run: Run) -> None:
    run("CREATE TABLE T (A VARCHAR(3), B INT)")
    run("ALTER TABLE T DROP COLUMN A")
    assert [row[0] for row in run("DESCRIBE TABLE T").fetchall()] == ["B"]


def test_lengths_outlive_the_server(own_server: Callable[[], Server]) -> None:
    server = own_server()
    database = server.new_database()
    with server.connect(database, "S") as connection:
        connection.cursor().execute("CREATE TABLE T (A VARCHAR(3), B BINARY(2))")
    server.kill()
    with own_server().connect(database, "S") as connection, pytest.raises(ProgrammingError, match=TOO_LONG):
        connection.cursor().execute("INSERT INTO T (A) VALUES ('abcd')")


COPIES = [
    pytest.param("ON_ERROR = CONTINUE", ["PARTIALLY_LOADED", 2, 1], ["ab"], id="the row is left out"),
    pytest.param("ON_ERROR = SKIP_FILE", ["LOAD_FAILED", 2, 0], [], id="the file is left out"),
    pytest.param("TRUNCATECOLUMNS = FALSE ON_ERROR = CONTINUE", ["PARTIALLY_LOADED", 2, 1], ["ab"], id="said"),
    pytest.param("TRUNCATECOLUMNS = TRUE", ["LOADED", 2, 2], ["ab", "abc"], id="cut"),
    pytest.param("ENFORCE_LENGTH = FALSE", ["LOADED", 2, 2], ["ab", "abc"], id="cut by the option's other name"),
]


@pytest.mark.parametrize(("options", "answer", "names"), COPIES)
def test_copy_treats_a_row_that_is_too_long_as_its_options_say(
    run: Run, stage: Put, options: str, answer: list[object], names: list[str]
) -> None:
    run("CREATE TABLE T (ID INT, NAME VARCHAR(3))")
    stage("a.csv", "1,ab\n2,abcd\n")
    assert list(run(f"COPY INTO T FROM @FILES {options}").fetchone()[1:4]) == answer
    assert [row[1] for row in rows(run)] == names


def test_copy_names_the_row_that_is_too_long(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (ID INT, NAME VARCHAR(3))")
    stage("a.csv", "1,ab\n2,abcd\n")
    error = refused(run, "COPY INTO T FROM @FILES")
    assert (error.errno, error.sqlstate) == (100_074, "54000")
    assert "User character length limit (3) exceeded by string 'abcd'\n  File 'files/a.csv', line 2" in error.msg
    assert 'Row 2, column "T"["NAME":2]' in error.msg
    assert rows(run) == []


def test_copy_with_a_transformation_is_checked_as_well(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (ID INT, NAME VARCHAR(3), HASH BINARY(2))")
    stage("a.csv", "1,ab,ffee\n2,abcd,ff\n3,ab,ffeedd\n")
    sql = "COPY INTO T FROM (SELECT $1, $2, TO_BINARY($3, 'HEX') FROM @FILES) ON_ERROR = CONTINUE"
    assert run(sql).fetchone()[1:6] == ("PARTIALLY_LOADED", 3, 1, 3, 2)
    assert rows(run) == [(1, "ab", b"\xff\xee")]
