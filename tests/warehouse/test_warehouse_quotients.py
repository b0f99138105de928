"""Quotients and averages of NUMBERs are NUMBERs, of the scale that Snowflake gives them, to the last digit."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

Run = Callable[..., SnowflakeCursor]

QUOTIENTS = [
    pytest.param("2 / 7", "0.285714", id="whole numbers: six digits"),
    pytest.param("10 / 5", "2.000000", id="also where nothing is left"),
    pytest.param("1.5 / 3", "0.5000000", id="six more than the dividend"),
    pytest.param("100000000.00::NUMBER(12,2) / 3", "33333333.33333333", id="money, past what a double holds"),
    pytest.param("9999999999999.99 / 7.77", "1287001287001.28571429", id="money by money"),
    pytest.param("1 / 3 / 7", "0.047619000000", id="a quotient's quotient: twelve at most"),
    pytest.param("1::NUMBER(20,12) / 3", "0.333333333333", id="no more than twelve"),
    pytest.param("-2 / 3", "-0.666667", id="rounded away from zero"),
    pytest.param("1 / 2000000", "0.000001", id="a half is rounded up"),
    pytest.param("-1 / 2000000", "-0.000001", id="and down"),
    pytest.param("1 / 2000001", "0.000000", id="less than a half is not"),
    pytest.param("DIV0(1, 0)", "0.000000", id="DIV0"),
    pytest.param("DIV0(1, 4)", "0.250000", id="DIV0 that divides"),
    pytest.param("1 + 6 / 4 * 2", "4.000000", id="in a sum"),
    pytest.param("(SELECT 7) / (SELECT MAX(x) FROM VALUES (2) AS t(x))", "3.500000", id="of subqueries"),
]


@pytest.mark.parametrize(("sql", "value"), QUOTIENTS)
def test_a_quotient_is_a_number_of_snowflakes_scale(run: Run, sql: str, value: str) -> None:
    [(quotient,)] = run(f"SELECT {sql}").fetchall()
    assert (str(quotient), type(quotient)) == (str(Decimal(value)), Decimal)


FLOATS = [
    pytest.param("1::FLOAT / 3", 1 / 3, id="float by number"),
    pytest.param("1.00 / 3::FLOAT", 1 / 3, id="number by float"),
    pytest.param("AVG(x::FLOAT) FROM VALUES (1), (2) AS t(x)", 1.5, id="average"),
]


@pytest.mark.parametrize(("sql", "value"), FLOATS)
def test_floats_stay_floats(run: Run, sql: str, value: float) -> None:
    [(found,)] = run(f"SELECT {sql}").fetchall()
    assert (found, type(found)) == (value, float)


AVERAGES = [
    pytest.param("AVG(N)", [Decimal("3.000000")], id="whole numbers: six digits"),
    pytest.param("AVG(PRICE)", [Decimal("2.66666667")], id="six more than the money has"),
    pytest.param("AVG(DISTINCT N)", [Decimal("2.500000")], id="distinct"),
    pytest.param("AVG(PRICE) OVER (PARTITION BY N)", [Decimal("1.00000000"), Decimal("3.50000000"), None], id="window"),
    pytest.param("AVG(IFF(N > 9, N, NULL))", [None], id="of nothing is NULL"),
    pytest.param("SUM(PRICE) / COUNT(*)", [Decimal("2.00000000")], id="by hand, with the NULL"),
    pytest.param("ROUND(AVG(PRICE) / 3, 3)", [Decimal("0.889")], id="rounded"),
    pytest.param("SUM(PRICE)", [Decimal("8.00")], id="a sum keeps its scale"),
    pytest.param("SUM(N)", [9], id="and of whole numbers is one"),
]


@pytest.mark.parametrize(("sql", "values"), AVERAGES)
def test_an_average_is_a_number(run: Run, sql: str, values: list[object]) -> None:
    run("CREATE TABLE T (N INT, PRICE NUMBER(12,2))")
    run("INSERT INTO T VALUES (1, 1.00), (4, 3.50), (4, 3.50), (NULL, NULL)")
    found = [value for (value,) in run(f"SELECT DISTINCT {sql} FROM T").fetchall()]
    assert sorted(map(str, found)) == sorted(map(str, values))


PLACES = [
    pytest.param("SELECT 1 FROM T WHERE A / B > 0.33", id="where"),
    pytest.param("SELECT A / B FROM T GROUP BY A / B HAVING SUM(A) / COUNT(*) > 0", id="group by, having"),
    pytest.param("SELECT SUM(A) / SUM(B) FROM T ORDER BY SUM(A) / SUM(B)", id="order by"),
    pytest.param("SELECT 1 FROM T x JOIN T y ON x.A / x.B = y.A / y.B", id="join"),
    pytest.param("SELECT A FROM T QUALIFY ROW_NUMBER() OVER (ORDER BY A / B) = 1", id="qualify"),
    pytest.param("SELECT SUM(A / B) OVER (PARTITION BY A / B ORDER BY AVG(A)) FROM T GROUP BY A, B", id="in a window"),
    pytest.param("WITH c AS (SELECT A / B AS Q FROM T) SELECT Q / 2 FROM c WHERE Q < 1", id="with"),
    pytest.param("SELECT 1 FROM T t WHERE EXISTS (SELECT 1 FROM T s WHERE s.A / t.B < 1)", id="correlated"),
    pytest.param("SELECT * FROM (SELECT A, B FROM T) PIVOT(AVG(A) FOR B IN (3))", id="pivot"),
]


@pytest.mark.parametrize("sql", PLACES)
def test_a_quotient_may_stand_anywhere(run: Run, sql: str) -> None:
    run("CREATE TABLE T (A NUMBER(12,2), B INT)")
    run("INSERT INTO T VALUES (1.00, 3)")
    assert len(run(sql).fetchall()) == 1


def test_columns_are_named_as_the_text_names_them(run: Run) -> None:
    cursor = run("SELECT AVG(x), x / 2, ROUND(SUM(x) / 2, 1), x / 2 AS half FROM VALUES (1) AS t(x) GROUP BY x")
    assert [column.name for column in cursor.description] == ["AVG(X)", "X / 2", "ROUND(SUM(X) / 2, 1)", "HALF"]


@pytest.mark.parametrize("sql", ["1 / 0", "1.5 / 0.00", "1::FLOAT / 0", "7 % 0", "SUM(x) / 0 FROM VALUES (1) AS t(x)"])
def test_to_divide_by_zero_is_an_error(run: Run, sql: str) -> None:
    with pytest.raises(ProgrammingError) as refused:
        run(f"SELECT {sql}")
    assert (refused.value.errno, refused.value.sqlstate, refused.value.raw_msg) == (
        100_051,
        "22012",
        "Division by zero",
    )


def test_what_is_guarded_is_not_divided(run: Run) -> None:
    sql = (
        "SELECT IFF(x = 0, NULL, 1 / x), CASE WHEN x <> 0 THEN 1 / x END, 1 / NULLIF(x, 0) FROM VALUES (0), (2) AS t(x)"
    )
    half = Decimal("0.500000")
    assert set(run(sql).fetchall()) == {(None, None, None), (half, half, half)}


def test_bound_values_are_divided(connect: Callable[..., SnowflakeConnection]) -> None:
    cursor = connect(paramstyle="qmark").cursor()
    assert cursor.execute("SELECT ? / ?", (7, 2)).fetchone() == (Decimal("3.500000"),)


def test_what_a_statement_writes_is_as_exact(run: Run) -> None:
    run("CREATE TABLE T AS SELECT 100000000.00::NUMBER(12,2) / 3 AS Q")
    run("CREATE VIEW V AS SELECT AVG(Q) AS A FROM T")
    run("INSERT INTO T SELECT 1 / 3")
    run("UPDATE T SET Q = Q / 2 WHERE Q < 1")
    assert run("SELECT Q FROM T ORDER BY Q").fetchall() == [(Decimal("0.16666650"),), (Decimal("33333333.33333333"),)]
    assert run("SELECT A FROM V").fetchone() == (Decimal("16666666.749999915000"),)


def test_a_temporary_table_that_nobody_else_sees_is_divided_within_a_transaction(run: Run) -> None:
    run("CREATE TEMPORARY TABLE T (A NUMBER(12,2))")
    run("BEGIN")
    run("INSERT INTO T VALUES (1)")
    assert run("SELECT A / 3 FROM T").fetchone() == (Decimal("0.33333333"),)
    run("COMMIT")


SCALES = st.sampled_from([0, 2, 6, 8, 12])


@given(
    dividends=st.lists(st.integers(-(10**16), 10**16), min_size=1, max_size=20),
    divisors=st.lists(st.integers(1, 10**9), min_size=1, max_size=20),
    scale=SCALES,
    other=st.sampled_from([0, 2, 8]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_digit_is_right(run: Run, dividends: list[int], divisors: list[int], scale: int, other: int) -> None:
    pairs = [(Decimal(n).scaleb(-scale), Decimal(d).scaleb(-other)) for n, d in zip(dividends, divisors, strict=False)]
    values = ", ".join(f"({n:f}::NUMBER(38,{scale}), {d:f}::NUMBER(18,{other}))" for n, d in pairs)
    found = [quotient for (quotient,) in run(f"SELECT n / d FROM VALUES {values} AS t(n, d)").fetchall()]
    with localcontext() as context:
        context.prec = 80
        unit = Decimal(1).scaleb(-max(scale, min(scale + 6, 12)))
        assert found == [(n / d).quantize(unit, ROUND_HALF_UP) for n, d in pairs]
