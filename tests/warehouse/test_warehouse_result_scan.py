"""Results of earlier statements are tables: RESULT_SCAN of an id, or of LAST_QUERY_ID."""

from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

Run = Callable[..., SnowflakeCursor]
Connect = Callable[..., SnowflakeConnection]

LAST = "TABLE(RESULT_SCAN(LAST_QUERY_ID()))"


@pytest.fixture
def words(run: Run) -> Run:
    """A session whose last statement told the words of a table W."""
    run("CREATE TABLE W (N INT, WORD VARCHAR)")
    run("INSERT INTO W VALUES (1, 'one'), (2, 'two'), (3, 'three')")
    run("SELECT N, WORD FROM W")
    return run


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(f"SELECT * FROM {LAST} ORDER BY N", [(1, "one"), (2, "two"), (3, "three")], id="all of it"),
        pytest.param(f"SELECT WORD FROM {LAST} WHERE N > 2", [("three",)], id="a condition"),
        pytest.param(f"SELECT $2, $1 * 10 FROM {LAST} WHERE $1 = 2", [("two", 20)], id="by position"),
        pytest.param(f"SELECT COUNT(*), MAX(N) FROM {LAST}", [(3, 3)], id="aggregates"),
        pytest.param(f"SELECT R.WORD FROM {LAST} R JOIN W ON R.N = W.N + 1 WHERE W.N = 1", [("two",)], id="a join"),
        pytest.param(f"SELECT W.WORD FROM W JOIN {LAST} AS R ON R.N = W.N AND R.N = 3", [("three",)], id="joined"),
        pytest.param(f"WITH L AS (SELECT N FROM {LAST}) SELECT SUM(N) FROM L", [(6,)], id="a CTE"),
        pytest.param(f"SELECT (SELECT MAX(N) FROM {LAST})", [(3,)], id="a subquery"),
        pytest.param('SELECT "number of rows inserted" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID(-2)))', [(3,)],
                     id="what an INSERT told"),
        pytest.param("SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID(1)))", [("Table W successfully created.",)],
                     id="the session's first statement"),
    ],
)  # fmt: skip
def test_the_last_result_is_read_by_any_query(words: Run, query: str, expected: list[tuple[Any, ...]]) -> None:
    assert words(query).fetchall() == expected


def test_what_a_show_told_is_chosen_from(words: Run) -> None:
    words("CREATE TABLE EMPTY (A INT)")
    words("SHOW TABLES")
    assert words(f'SELECT "name" FROM {LAST} WHERE "rows" > 0').fetchall() == [("W",)]


def test_a_result_makes_a_table_and_fills_it(words: Run) -> None:
    words(f"CREATE TABLE C AS SELECT * FROM {LAST}")
    words("SELECT 9 AS N, 'nine' AS WORD")
    words(f"INSERT INTO C SELECT N, WORD FROM {LAST}")
    assert words("SELECT N FROM C ORDER BY N").fetchall() == [(1,), (2,), (3,), (9,)]


def test_a_result_is_found_by_its_id_from_another_session(words: Run, connect: Connect) -> None:
    query_id = words("SELECT N FROM W WHERE N = 2").sfqid
    other = connect().cursor()
    assert other.execute(f"SELECT N + 1 FROM TABLE(RESULT_SCAN('{query_id}'))").fetchall() == [(3,)]
    words(f"SET ID = '{query_id}'")
    assert words("SELECT N FROM TABLE(RESULT_SCAN($ID))").fetchall() == [(2,)]


def test_a_result_stays_when_its_table_changes(words: Run) -> None:
    query_id = words("SELECT N FROM W").sfqid
    words("DROP TABLE W")
    assert words(f"SELECT COUNT(*) FROM TABLE(RESULT_SCAN('{query_id}'))").fetchone() == (3,)
    assert words(f"SELECT * FROM TABLE(RESULT_SCAN('{query_id}'))").description[0].name == "N"


def test_types_and_nulls_are_kept(run: Run) -> None:
    query = (
        "SELECT 1.50::NUMBER(10,2) AS A, NULL::TIMESTAMP_NTZ AS B, '2026-01-02 03:04:05'::TIMESTAMP_TZ AS C, "
        "'2026-01-02'::DATE AS D, TRUE AS E, PARSE_JSON('{\"k\": 7}') AS F, 1e300::FLOAT AS G"
    )
    expected = run(query).fetchall()
    described = [(column.name, column.type_code) for column in run(query).description]
    scanned = run(f"SELECT * FROM {LAST}")
    assert scanned.fetchall() == expected
    assert [(column.name, column.type_code) for column in scanned.description] == described
    run(query)
    assert run(f"SELECT F:k::INT FROM {LAST}").fetchone() == (7,)


def test_the_ids_of_the_sessions_statements(run: Run, connection: SnowflakeConnection) -> None:
    first = run("SELECT 1").sfqid
    with pytest.raises(ProgrammingError):
        run("SELECT * FROM NOWHERE")
    second = run("SELECT 2").sfqid
    row = run("SELECT LAST_QUERY_ID(), LAST_QUERY_ID(-1), LAST_QUERY_ID(-3), LAST_QUERY_ID(1), LAST_QUERY_ID(50)")
    assert row.fetchone() == (second, second, first, first, None)


def test_the_history_knows_the_ids(run: Run) -> None:
    query_id = run("SELECT 'sought'").sfqid
    history = "TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())"
    assert run(f"SELECT QUERY_TEXT FROM {history} WHERE QUERY_ID = LAST_QUERY_ID()").fetchone() == ("SELECT 'sought'",)
    assert run("SELECT LAST_QUERY_ID(-2)").fetchone() == (query_id,)


@pytest.mark.parametrize(
    ("scan", "code"),
    [
        pytest.param("RESULT_SCAN('nobody-knows-it')", 709, id="an unknown id"),
        pytest.param("RESULT_SCAN(LAST_QUERY_ID(70))", 709, id="a statement that never was"),
        pytest.param("RESULT_SCAN(LAST_QUERY_ID('x'))", 2, id="no number"),
    ],
)
def test_what_is_no_result_is_an_error(run: Run, scan: str, code: int) -> None:
    with pytest.raises(ProgrammingError) as raised:
        run(f"SELECT * FROM TABLE({scan})")
    assert raised.value.errno == code


def test_a_failed_load_from_a_result_leaves_nothing(words: Run) -> None:
    words("CREATE TABLE C (N INT)")
    words("SELECT N, WORD FROM W")
    with pytest.raises(ProgrammingError) as raised:
        words(f"INSERT INTO C SELECT WORD::INT FROM {LAST}")
    assert raised.value.errno == 100_038
    words("SELECT N FROM W")
    words(f"INSERT INTO C SELECT N FROM {LAST}")
    assert words("SELECT COUNT(*) FROM C").fetchone() == (3,)
