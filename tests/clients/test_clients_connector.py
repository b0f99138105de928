"""snowflake-connector-python, end to end over TLS."""

from decimal import Decimal

import pandas as pd
import pytest
import snowflake.connector
from snowflake.connector.pandas_tools import write_pandas


# The connector's write_pandas asks pandas in a way that pandas has deprecated; no user can help it.
@pytest.mark.filterwarnings("ignore:is_datetime64tz_dtype is deprecated:DeprecationWarning")
def test_a_frame_written_is_the_frame_fetched(settings: dict[str, object]) -> None:
    frame = pd.DataFrame({"ID": [1, 2], "TITLE": ['a, "b"', "<script>\n☃"]})
    with snowflake.connector.connect(**settings) as connection:
        connection.cursor().execute("CREATE TABLE T (ID INT, TITLE VARCHAR)")
        assert write_pandas(connection, frame, "T")[2] == 2
        fetched = connection.cursor().execute("SELECT * FROM T ORDER BY ID").fetch_pandas_all()
    assert fetched.to_dict("list") == frame.to_dict("list")


@pytest.mark.parametrize(
    ("style", "mark"), [pytest.param("qmark", "?", id="qmark"), pytest.param("pyformat", "%s", id="pyformat")]
)
def test_bound_values_come_back_as_they_went(settings: dict[str, object], style: str, mark: str) -> None:
    with snowflake.connector.connect(**settings, paramstyle=style) as connection:
        row = connection.cursor().execute(f"SELECT {mark}, {mark}::NUMBER(9, 2)", ("it's; --", "1.25")).fetchone()
    assert row == ("it's; --", Decimal("1.25"))


def test_the_rows_of_an_asynchronous_query_are_fetched_by_its_id(settings: dict[str, object]) -> None:
    with snowflake.connector.connect(**settings) as connection:
        cursor = connection.cursor()
        cursor.execute_async("SELECT 42")
        assert cursor.sfqid
        cursor.get_results_from_sfqid(cursor.sfqid)
        assert cursor.fetchall() == [(42,)]
