"""Values that a client binds arrive as they are."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

VALUES = [
    pytest.param("NUMBER(38, 0)", 2**62, id="a whole number"),
    pytest.param("NUMBER(38, 0)", -7, id="a negative one"),
    pytest.param("NUMBER(12, 2)", Decimal("10.10"), id="money"),
    pytest.param("NUMBER(12, 2)", Decimal("-0.05"), id="money owed"),
    pytest.param("FLOAT", 0.1, id="a float"),
    pytest.param("BOOLEAN", True, id="a truth"),
    pytest.param("VARCHAR", "it's; -- on ?", id="text"),
    pytest.param("BINARY", b"\x00\xff", id="bytes"),
    pytest.param("DATE", date(2026, 11, 20), id="a day"),
    pytest.param("TIME", time(12, 30, 1), id="a time of day"),
    pytest.param("TIMESTAMP_NTZ", datetime(2026, 11, 20, 12, 30, 1, 5000), id="a moment"),
    pytest.param("VARCHAR", None, id="nothing"),
]


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_a_bound_value_is_stored_as_it_is(connect: Any, kind: str, value: Any) -> None:
    cursor = connect(paramstyle="qmark").cursor()
    cursor.execute(f"CREATE TABLE T (N INT, V {kind})")
    cursor.execute("INSERT INTO T VALUES (1, ?)", (value,))
    cursor.executemany("INSERT INTO T VALUES (?, ?)", [(2, value), (3, value)])
    assert cursor.execute("SELECT V FROM T ORDER BY N").fetchall() == [(value,)] * 3
