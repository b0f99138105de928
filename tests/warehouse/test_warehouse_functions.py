"""Functions in SQL compute what their bodies say."""

from collections.abc import Callable

import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]


@pytest.mark.parametrize(
    ("definition", "call", "expected"),
    [
        pytest.param("F(X INT) RETURNS INT AS 'X + 1'", "F(2)", 3, id="quotes"),
        pytest.param("F(X INT) RETURNS INT AS $$ X + 1; $$", "F(2)", 3, id="dollars"),
        pytest.param("F(X INT) RETURNS INT LANGUAGE SQL AS 'SELECT X * 3'", "F(2)", 6, id="a query"),
        pytest.param("F(X INT) RETURNS INT AS '(SELECT MAX(A) FROM T) + X'", "F(1)", 8, id="a query of a table"),
        pytest.param("F() RETURNS VARCHAR AS '''it''''s'''", "F()", "it's", id="a text"),
        pytest.param("F(X VARCHAR) RETURNS VARCHAR AS $$ CONCAT(X, '!') $$", "F('a')", "a!", id="text in dollars"),
        pytest.param("F(X INT) RETURNS VARCHAR AS 'X'", "F(2)", "2", id="the result has the type"),
        pytest.param("F(X INT, Y INT) RETURNS INT AS 'IFF(X > Y, X, Y)'", "F(A, 5)", 7, id="of columns"),
    ],
)
def test_a_function_computes_its_body(run: Run, definition: str, call: str, expected: object) -> None:
    run("CREATE TABLE T AS SELECT 7 AS A")
    run(f"CREATE OR REPLACE FUNCTION {definition}")
    assert run(f"SELECT {call} FROM T").fetchone() == (expected,)


def test_a_function_is_dropped_by_its_arguments(run: Run) -> None:
    run("CREATE FUNCTION F(X INT) RETURNS INT AS 'X + 1'")
    run("DROP FUNCTION F(INT)")
    with pytest.raises(ProgrammingError):
        run("SELECT F(1)")


def test_a_body_that_is_no_sql_makes_no_function(run: Run) -> None:
    with pytest.raises(ProgrammingError):
        run("CREATE FUNCTION F(X INT) RETURNS INT AS 'X +'")
    with pytest.raises(ProgrammingError):
        run("SELECT F(1)")
