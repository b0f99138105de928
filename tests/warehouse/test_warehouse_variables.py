"""Session variables hold the value that SET found, of its type."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'it''s'", "it's"),
        ("7", 7),
        ("(SELECT SUM(COLUMN1) FROM VALUES (1.10), (2.20))", Decimal("3.30")),
        ("TRUE", True),
        ("(SELECT MAX(COLUMN1) FROM VALUES ('2026-03-10'::DATE))", date(2026, 3, 10)),
        ("'2026-03-10 12:00:00.000001'::TIMESTAMP_NTZ", datetime(2026, 3, 10, 12, 0, 0, 1)),
        ("(SELECT MAX(COLUMN1) FROM VALUES (1) WHERE FALSE)", None),
    ],
)
def test_a_variable_has_the_value_of_its_expression(run: Run, expression: str, value: Any) -> None:
    run(f"SET V = {expression}")
    assert run("SELECT $V").fetchone() == (value,)


def test_a_variable_keeps_its_value_when_what_it_was_made_of_changes(run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    run("INSERT INTO T VALUES (1), (2)")
    run("SET HIGHEST = (SELECT MAX(A) FROM T)")
    run("INSERT INTO T VALUES (3)")
    assert run("SELECT A FROM T WHERE A <= $HIGHEST ORDER BY A").fetchall() == [(1,), (2,)]


def test_a_variable_is_set_inside_a_transaction_without_ending_it(run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    run("BEGIN")
    run("INSERT INTO T VALUES (1)")
    run("SET HIGHEST = (SELECT MAX(A) FROM T)")
    run("ROLLBACK")
    assert run("SELECT COUNT(*), $HIGHEST FROM T").fetchone() == (0, 1)


def test_a_value_that_cannot_be_kept_is_refused(run: Run) -> None:
    with pytest.raises(ProgrammingError, match="Unsupported feature"):
        run("SET V = (SELECT TO_BINARY('00', 'HEX'))")
