"""Values reach the client as Snowflake sends them."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from snowflake.connector.cursor import SnowflakeCursor

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]

CASES = [
    pytest.param("SELECT NULL::TIMESTAMP_NTZ", None, id="a NULL timestamp is not 1970"),
    pytest.param(
        "SELECT '1969-12-31 23:59:59.999999'::TIMESTAMP_NTZ",
        datetime(1969, 12, 31, 23, 59, 59, 999999),
        id="before 1970",
    ),
    pytest.param(
        "SELECT '2026-02-03 04:05:06.000007'::TIMESTAMP_NTZ", datetime(2026, 2, 3, 4, 5, 6, 7), id="microseconds"
    ),
    pytest.param("SELECT '2026-02-03'::DATE", date(2026, 2, 3), id="date"),
    pytest.param("SELECT SUM(x) FROM (SELECT 0.1::NUMBER(12,2) x UNION ALL SELECT 0.2)", Decimal("0.30"), id="money"),
    pytest.param("SELECT SUM(x) FROM (SELECT 9007199254740993 x UNION ALL SELECT 0)", 9007199254740993, id="big sum"),
    pytest.param("SELECT SUM(x) FROM (SELECT 1 x UNION ALL SELECT 2)", 3, id="a sum of integers is an integer"),
    pytest.param("SELECT COUNT_IF(x > 1) FROM (SELECT 1 x UNION ALL SELECT 2 UNION ALL SELECT NULL)", 1, id="COUNT_IF"),
    pytest.param("SELECT COUNT_IF(x > 1) FROM (SELECT 2 x WHERE FALSE)", 0, id="COUNT_IF of no rows is no NULL"),
    pytest.param("SELECT 1.50::NUMBER(12,2) + 1", Decimal("2.50"), id="scale"),
    pytest.param("SELECT $2 FROM VALUES (1, 'a')", "a", id="a column of VALUES by its position"),
    pytest.param("SELECT $1 + 1 FROM (VALUES (1))", 2, id="and of VALUES in brackets"),
    pytest.param("SELECT TRUE", True, id="boolean"),
    pytest.param("SELECT 'naïve 😀, \"x\"\n'", 'naïve 😀, "x"\n', id="text"),
    pytest.param("SELECT TO_BINARY('ff00', 'HEX')", b"\xff\x00", id="binary"),
    pytest.param("SELECT NULL", None, id="null"),
]


@pytest.mark.parametrize(("sql", "value"), CASES)
def test_a_value_arrives_as_it_is(run: Run, sql: str, value: object) -> None:
    [(answer,)] = run(sql).fetchall()
    assert answer == value
    assert answer is None or isinstance(value, bytes) or type(answer) is type(value)


def test_a_column_of_timestamps_keeps_each_null(run: Run) -> None:
    rows = run(
        "SELECT * FROM (VALUES (1, '2026-01-01'::TIMESTAMP_NTZ), (2, NULL), (3, '2026-01-03'::TIMESTAMP_NTZ)) "
        "ORDER BY 1"
    ).fetchall()
    assert [moment for _, moment in rows] == [datetime(2026, 1, 1), None, datetime(2026, 1, 3)]


def test_revenue_of_many_rows_adds_up_to_the_cent(run: Run) -> None:
    run("CREATE TABLE T (REVENUE NUMBER(12,2))")
    run("INSERT INTO T SELECT 0.01 FROM TABLE(GENERATOR(ROWCOUNT => 10000))")
    assert run("SELECT SUM(REVENUE) FROM T").fetchone() == (Decimal("100.00"),)


def test_an_empty_result_still_has_its_columns(run: Run) -> None:
    cursor = run("SELECT 1 AS A, NULL::TIMESTAMP_NTZ AS B WHERE FALSE")
    assert cursor.fetchall() == []
    assert [column.name for column in cursor.description] == ["A", "B"]


def test_row_counts_come_back_from_each_kind_of_write(run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    assert run("INSERT INTO T VALUES (1), (2), (3)").rowcount == 3
    assert run("UPDATE T SET A = 9 WHERE A > 1").rowcount == 2
    assert run("DELETE FROM T WHERE A = 9").rowcount == 2


def test_an_unsigned_number_beyond_64_bits_with_sign_arrives_whole(run: Run) -> None:
    flattened = "SELECT SEQ FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[{}]')))"
    found = [run(flattened.format(number)).fetchall()[0][0] for number in range(12)]
    assert min(found) > 0
    assert max(found) >= 2**63
